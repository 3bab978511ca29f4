-- SPDX-License-Identifier: Apache-2.0

-- name: invitation_campaign
-- The campaign that an invitation is to.
--   $1 text name
--   -> id uuid, is it open?
SELECT id, state = 'open' FROM campaign WHERE name = $1

-- name: invitation_make
--   $1 uuid campaign, $2 text name, $3 text network in hex, $4 boolean sensitive, $5 integer most, $6 text made by,
--   $7 bigint end, in s since the epoch
--   -> id uuid
INSERT INTO invitation (campaign_id, name, network, sensitive, most, made_by, until)
VALUES ($1::uuid, $2, decode($3, 'hex'), $4::boolean, $5::integer, $6, to_timestamp($7::bigint))
RETURNING id

-- name: invitation_list
-- Invitations, the newest first, a page of them.
--   $1 made_at or NULL, $2 id or NULL: after this one; $3 how many, NULL: all
--   -> id, campaign, name, until rfc3339, made by, state, most, entered, sensitive, made_at to the last digit
SELECT i.id, k.name, i.name, rfc3339(i.until), i.made_by,
       CASE WHEN i.revoked_at IS NOT NULL THEN 'withdrawn'
            WHEN k.state <> 'open' THEN 'closed'
            WHEN i.until <= now() THEN 'over'
            WHEN i.entered = i.most THEN 'full'
            ELSE 'open' END,
       i.most, i.entered, i.sensitive, i.made_at
  FROM invitation i JOIN campaign k ON k.id = i.campaign_id
 WHERE $1::timestamptz IS NULL OR (i.made_at, i.id) < ($1::timestamptz, $2::uuid)
 ORDER BY i.made_at DESC, i.id DESC LIMIT $3::integer

-- name: invitation_withdraw
--   $1 uuid, $2 text by whom
--   -> a row where there is such an invitation
WITH withdrawn AS (
    UPDATE invitation SET revoked_at = now(), revoked_by = $2 WHERE id = $1::uuid AND revoked_at IS NULL
)
SELECT true FROM invitation WHERE id = $1::uuid

-- name: invitation_enter
-- Lets volunteers in by invitations and says, by position, what became of each:
--   enters     now
--   again      it is the event's already
--   withdrawn, over, full   by the invitation; also where there is none
--   nobody     the volunteer, who is not to be made, is no more
-- Who enters is made a volunteer, or agrees to the text of now, and is the event's in its campaign from now on. The
-- rows of the invitations are locked first, so that two who come at once do not share a place. No volunteer may stand here
-- twice. OFFSET 0: see judgment_store_each.
--   $1 uuid[] volunteer, $2 uuid[] invitation, $3 bytea[] salt of who is to be made (16 bytes), NULL: there already,
--   $4 integer[] consent version
--   -> n bigint from 1, outcome, name of the event, name of the campaign, sensitive boolean
WITH held AS MATERIALIZED (
    SELECT * FROM invitation WHERE id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE
), asked AS MATERIALIZED (
    SELECT w.volunteer, w.salt, w.version, w.n, i.id, i.campaign_id, i.network, i.sensitive, i.name, k.name AS campaign,
           i.most - i.entered AS places,
           CASE WHEN i.id IS NULL THEN 'over'
                WHEN w.salt IS NULL AND NOT EXISTS (SELECT FROM volunteer v WHERE v.id = w.volunteer OFFSET 0)
                THEN 'nobody'
                WHEN EXISTS (SELECT FROM volunteer_network o
                              WHERE o.campaign_id = i.campaign_id AND o.volunteer_id = w.volunteer
                                AND o.network = i.network AND o.declared OFFSET 0)
                THEN 'again'
                WHEN i.revoked_at IS NOT NULL THEN 'withdrawn'
                WHEN i.until <= now() OR k.state <> 'open' THEN 'over'
                ELSE 'enters' END AS outcome
      FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::integer[]) WITH ORDINALITY
           AS w (volunteer, invitation, salt, version, n)
      LEFT JOIN held i ON i.id = w.invitation
      LEFT JOIN LATERAL (SELECT name, state FROM campaign WHERE id = i.campaign_id OFFSET 0) k ON true
), placed AS MATERIALIZED (
    SELECT a.*,
           CASE WHEN outcome = 'enters'
                 AND count(*) FILTER (WHERE outcome = 'enters') OVER (PARTITION BY id ORDER BY n) > places
                THEN 'full' ELSE outcome END AS became
      FROM asked a
), counted AS (
    UPDATE invitation i SET entered = i.entered + e.guests
      FROM (SELECT id, count(*)::integer AS guests FROM placed WHERE became = 'enters' GROUP BY id) e
     WHERE i.id = e.id
), made AS (
    INSERT INTO volunteer (id, salt, consent_version)
    SELECT volunteer, salt, version FROM placed WHERE became = 'enters' AND salt IS NOT NULL
), agreed AS (
    UPDATE volunteer v SET consent_version = p.version
      FROM placed p
     WHERE p.became IN ('enters', 'again') AND p.salt IS NULL AND v.id = p.volunteer AND v.consent_version < p.version
), noted AS (
    INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)
    SELECT campaign_id, volunteer, network, true FROM placed WHERE became = 'enters'
     ORDER BY campaign_id, volunteer
        ON CONFLICT (campaign_id, volunteer_id) DO UPDATE SET network = excluded.network, declared = true, provider = NULL
)
SELECT n, became, name, campaign, sensitive FROM placed
