-- What is told of a dispute's reason and of a notice stands in one place each.
-- oldest program: 0063

CREATE FUNCTION reason_is_told(reason text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN reason IN ('max_judgments', 'crowd_not_trusted', 'no_partner', 'notice');
COMMENT ON FUNCTION reason_is_told IS 'Is it told why there is a dispute, before a blind verdict? Other reasons would give the answer away.';

CREATE VIEW told_notice AS
SELECT n.id, n.item_id, n.target, n.reason, n.explanation, n.name, n.email, n.state, n.priority, n.hides, rfc3339(n.made_at) AS made,
       i.media_type, i.state AS item_state, i.sensitive, h.item_id IS NOT NULL AS hidden, coalesce(h.held, false) AS held,
       rfc3339(h.held_until) AS held_until, c.text AS complaint, rfc3339(c.made_at) AS complained,
       rfc3339(CASE WHEN n.state = 'decided' THEN f.decided_at + interval '6 months' END) AS contest_until,
       f.outcome, f.action, f.ground_kind, f.ground, f.facts, f.automated, f.independent, f.authority,
       rfc3339(f.decided_at) AS decided, fa.email AS decided_by,
       s.outcome AS second_outcome, s.action AS second_action, s.ground_kind AS second_ground_kind, s.ground AS second_ground,
       s.facts AS second_facts, s.automated AS second_automated, s.independent AS second_independent,
       s.authority AS second_authority, rfc3339(s.decided_at) AS second_decided, sa.email AS second_decided_by,
       n.made_at
  FROM notice n
 CROSS JOIN LATERAL (SELECT * FROM item WHERE id = n.item_id OFFSET 0) i
  LEFT JOIN LATERAL (SELECT * FROM item_hidden WHERE item_id = n.item_id OFFSET 0) h ON true
  LEFT JOIN LATERAL (SELECT * FROM notice_complaint WHERE notice_id = n.id OFFSET 0) c ON true
  LEFT JOIN LATERAL (SELECT * FROM notice_decision WHERE notice_id = n.id AND stage = 'first' OFFSET 0) f ON true
  LEFT JOIN LATERAL (SELECT email FROM account WHERE id = f.decided_by OFFSET 0) fa ON true
  LEFT JOIN LATERAL (SELECT * FROM notice_decision WHERE notice_id = n.id AND stage = 'complaint' OFFSET 0) s ON true
  LEFT JOIN LATERAL (SELECT email FROM account WHERE id = s.decided_by OFFSET 0) sa ON true;
COMMENT ON VIEW told_notice IS 'Notices with their items, decisions and complaints, each found by its key.';
