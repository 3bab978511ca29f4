-- A large database, made in seconds: a freshly migrated one is filled with everything that grows, in proportion.
--   :items   :pairs (two judgments each), at most 20 an item   :volunteers
-- By a superuser, because triggers would take longer than all the rest: what they keep true is written here by hand.
-- Most things have a number n, and an id made from it: filled_id('item', n).

\set ON_ERROR_STOP on
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';
SET maintenance_work_mem = '256MB';
SET client_min_messages = warning;

CREATE FUNCTION filled_id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN md5(kind || n::text)::uuid;
CREATE FUNCTION filled_bytes(kind text, n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN decode(md5(kind || n::text) || md5(n::text || kind), 'hex');
-- Assignments have ids that begin with their time, as those of the server have.
CREATE FUNCTION filled_time(n bigint, of_all bigint) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    RETURN date_trunc('hour', now()) - interval '180 days' * (1 - n / (of_all + 1.0));
CREATE FUNCTION filled_assignment(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (lpad(to_hex(1750000000000 + 1000 * n), 12, '0') || '7' || substr(md5('pair' || n::text), 1, 19))::uuid;

-- What is made again when the rows are there, in a third of the time: indexes of the largest tables, and what each
-- item must hold true, which is looked at with regular expressions.
CREATE TEMPORARY TABLE later AS
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS dropped_by,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
           || CASE WHEN contype = 'c' THEN ' NOT VALID' ELSE '' END AS made_by
  FROM pg_constraint
 WHERE contype = 'p' AND conrelid IN ('judgment'::regclass, 'judged_pair'::regclass)
    OR contype = 'c' AND conrelid IN ('item'::regclass, 'judgment'::regclass, 'judged_pair'::regclass)
 UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index
 WHERE indrelid IN ('item'::regclass, 'judgment'::regclass, 'judged_pair'::regclass)
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid);
SELECT dropped_by FROM later \gexec

-- One campaign that has most, one that is closed, one that is small, and some with nothing much.
INSERT INTO campaign (id, name, state)
SELECT filled_id('campaign', n), (ARRAY['large', 'closed', 'small'])[n], CASE WHEN n = 2 THEN 'closed' ELSE 'open' END
  FROM generate_series(1, 3) n;
INSERT INTO campaign (id, name) SELECT filled_id('campaign', n), 'campaign-' || n FROM generate_series(4, 20) n;
INSERT INTO agreement (campaign_id, alpha, low, high, gold, gold_right, trusted)
SELECT id, 0.6, 0.5, 0.7, 100, 90, true FROM campaign;

INSERT INTO item (id, campaign_id, state, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type,
                  poster, thumbnail, width, height, duration_ms, truth, basis, gold, training, lineage, pair,
                  identities, techniques, generator, source, licence, title, streams, created_at, version, judged_from, recipe)
SELECT filled_id('item', n),
       filled_id('campaign', CASE WHEN n <= 1000 THEN 3 WHEN n <= 1500 THEN 4 + n % 17 WHEN n % 7 = 0 THEN 2 ELSE 1 END),
       CASE WHEN n % 200 = 13 THEN 'disputed' WHEN n % 50 = 3 THEN 'settled' WHEN n % 50 = 4 THEN 'withdrawn'
            WHEN n % 3 = 0 THEN 'retired' ELSE 'in_service' END,
       m.type, filled_bytes('file', n), 200000, 'jpeg', filled_bytes('rendition', n), 50000,
       CASE m.type WHEN 'image' THEN 'image/jpeg' WHEN 'video' THEN 'video/mp4' ELSE 'audio/mp4' END,
       CASE m.type WHEN 'video' THEN filled_bytes('poster', n) END, filled_bytes('thumbnail', n),
       CASE WHEN m.type <> 'audio' THEN 640 END, CASE WHEN m.type <> 'audio' THEN 480 END,
       CASE WHEN m.type <> 'image' THEN 5000 END,
       CASE WHEN n % 5 = 0 THEN CASE WHEN n % 2 = 0 THEN 'fake' ELSE 'real' END END,
       CASE WHEN n % 5 = 0 THEN 'dataset_label' END, n % 50 = 10, n % 500 = 5,
       CASE WHEN n % 4 < 2 THEN 'group ' || n / 4 ELSE encode(filled_bytes('file', n), 'hex') END,
       CASE WHEN n % 4 < 2 THEN 'group ' || n / 4 END,
       CASE WHEN n % 10 = 0 THEN ARRAY['person ' || n / 30] ELSE '{}' END,
       CASE WHEN n % 10 = 0 THEN ARRAY['face_swap'] ELSE '{}' END, CASE WHEN n % 10 = 0 THEN 'model ' || n % 30 END,
       'source ' || n % 100, CASE WHEN n % 3 > 0 THEN 'CC-BY-4.0' END, 'title ' || n,
       CASE WHEN m.type <> 'image' THEN filled_bytes('streams', n) END,
       date_trunc('hour', now()) - interval '200 days' + interval '1 hour' * (n / 1000),
       CASE WHEN n % 1000 = 7 THEN 2 ELSE 1 END, CASE WHEN n % 1000 = 7 THEN 2 ELSE 1 END, CASE WHEN n % 1000 = 8 THEN 1 ELSE 2 END
  FROM generate_series(1, :items) n
 CROSS JOIN LATERAL (SELECT CASE WHEN n % 10 < 8 THEN 'image' WHEN n % 10 = 8 THEN 'video' ELSE 'audio' END AS type) m;

INSERT INTO item_version (item_id, version, recipe, rendition, rendition_bytes, rendition_type, poster, thumbnail, width,
                          height, duration_ms, harmless, made_at)
SELECT i.id, v, i.recipe, CASE WHEN v = i.version THEN i.rendition ELSE sha256(i.rendition) END, i.rendition_bytes,
       i.rendition_type, i.poster, i.thumbnail, i.width, i.height, i.duration_ms, v = 1, i.created_at
  FROM item i CROSS JOIN generate_series(1, i.version) v;
INSERT INTO item_count SELECT campaign_id, media_type, state, count(*) FROM item GROUP BY 1, 2, 3;
INSERT INTO item_copy (sha256, item_id, bytes, format)
SELECT filled_bytes('copy', n), filled_id('item', n), 1000, 'png' FROM generate_series(1, :items, 100) n;
INSERT INTO item_change (item_id, field, before, after, who)
SELECT filled_id('item', n), (ARRAY['truth', 'title'])[1 + n % 2], 'a', 'b', 'somebody' FROM generate_series(1, :items, 50) n;
INSERT INTO lost_item (item_id) SELECT filled_id('item', n) FROM generate_series(1, 1000, 100) n;

-- Three in four of all pairs are spread evenly; the first ten volunteers judged the others.
INSERT INTO volunteer (id, salt, consent_version)
SELECT filled_id('volunteer', n), '\x00112233445566778899aabbccddeeff', 1 FROM generate_series(1, :volunteers) n;
INSERT INTO volunteer_skill (volunteer_id, sensitivity, specificity, judgments)
SELECT filled_id('volunteer', n), 0.8, 0.7, 50 FROM generate_series(1, :volunteers) n;

CREATE UNLOGGED TABLE filled_pair AS
SELECT n, v AS volunteer, 1 + (v::bigint * 7919 + 2 * nth) % :items AS one, 1 + (v::bigint * 7919 + 2 * nth + 1) % :items AS other
  FROM generate_series(1, :pairs) n
 CROSS JOIN LATERAL (SELECT CASE WHEN n % 4 = 0 THEN 1 + n / 4 % 10 ELSE 11 + n % (:volunteers - 10) END AS v,
                            CASE WHEN n % 4 = 0 THEN n / 40 ELSE n / (:volunteers - 10) END AS nth) p;

INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, response_ms,
                         exposure_ms, server_ms, judged_at)
SELECT filled_assignment(n), filled_id('volunteer', volunteer), filled_id('campaign', 1), 'image',
       CASE WHEN n % 100 = 0 THEN 'training' WHEN n % 20 = 1 THEN 'gold' WHEN n % 5 = 2 THEN 'random' ELSE 'informative' END,
       n % 3 = 0, 2, filled_bytes('body', n), 4000, 4000 + n % 9000, 9000, filled_time(n, :pairs)
  FROM filled_pair ORDER BY n;
INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence, tells, training, judged_at)
SELECT filled_id('item', CASE WHEN s.on_left THEN one ELSE other END), filled_id('volunteer', volunteer), filled_assignment(n),
       CASE WHEN s.on_left THEN 'left' ELSE 'right' END, CASE WHEN n % 2 = 0 THEN 'fake' ELSE 'real' END, 75,
       CASE WHEN n % 3 = 0 THEN ARRAY['style', 'gut'] ELSE '{}' END, n % 100 = 0, filled_time(n, :pairs)
  FROM filled_pair CROSS JOIN (VALUES (true), (false)) AS s (on_left) ORDER BY n;

SELECT made_by FROM later \gexec

INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes, alpha)
SELECT j.item_id, p, greatest(p - 0.1, 0), least(p + 0.1, 1), count, fake, 0.5
  FROM (SELECT item_id, count(*), count(*) FILTER (WHERE verdict = 'fake') AS fake FROM judgment GROUP BY item_id) j
 CROSS JOIN LATERAL (SELECT (fake + 0.5) / (count + 1) AS p) b
 ORDER BY j.item_id;
INSERT INTO belief_count SELECT belief_bar(p_fake), count(*) FROM consensus GROUP BY 1;
INSERT INTO last_fit (judgments, items, moved, retired, reopened, held, disputed, withdrawn, gold, weight, slope, retired_all,
                      reopened_all, disputed_all, withdrawn_all)
VALUES (2 * :pairs, :items, 1, 1, 1, 1, 1, 1, 100, 1, 1, 1, 1, 1, 1);
-- All but the last half hour's are counted.
UPDATE tally_end SET counted_to = (SELECT max(judged_at) - interval '30 minutes' FROM judged_pair), volunteers = :volunteers;
INSERT INTO tally SELECT judged_at::date, media_type, kind = 'training', count(*) FROM judged_pair, tally_end
                   WHERE judged_at < counted_to GROUP BY 1, 2, 3;
INSERT INTO served_tally SELECT day, sum(pairs), sum(pairs) / 2 FROM tally GROUP BY 1;
INSERT INTO score_pending (items, volunteers, fakes, versions)
SELECT ARRAY[filled_id('item', one), filled_id('item', other)], ARRAY[filled_id('volunteer', volunteer), filled_id('volunteer', volunteer)],
       '{t,f}', '{1,1}' FROM filled_pair ORDER BY n DESC LIMIT 2000;
INSERT INTO catalogue_news (pairs, volunteers, items)
SELECT ARRAY[filled_assignment(n)], ARRAY[filled_id('volunteer', volunteer)], ARRAY[filled_id('item', one), filled_id('item', other)]
  FROM filled_pair ORDER BY n DESC LIMIT 2000;

INSERT INTO lease (id, volunteer_id, campaign_id, left_item, right_item, kind, matched, policy, issued_at, expires_at)
SELECT filled_assignment(:pairs + n), filled_id('volunteer', 1 + n % :volunteers), filled_id('campaign', 1), filled_id('item', 1 + n % :items),
       filled_id('item', 1 + (n + 1) % :items), 'informative', false, 2, at, at + interval '10 minutes'
  FROM generate_series(1, :volunteers * 2) n
 CROSS JOIN LATERAL (SELECT now() - interval '30 days' * (1 - n / (:volunteers * 2.0)) + interval '8 minutes' AS at) t ORDER BY n;
INSERT INTO skipped_pair (assignment_id, volunteer_id, campaign_id, left_item, right_item, kind, matched, policy, reason)
SELECT filled_assignment(2 * :pairs::bigint + n), filled_id('volunteer', 1 + n % :volunteers), filled_id('campaign', 1), filled_id('item', 1 + n % :items),
       filled_id('item', 1 + (n + 1) % :items), 'informative', false, 2, 'other' FROM generate_series(1, :pairs / 20) n;
INSERT INTO revoked_pass (holder) SELECT filled_id('erased', n) FROM generate_series(1, 50) n;

-- Accounts, and what moderators do: every 40th item was disputed, every 200th is.
INSERT INTO account (id, email, role, password_hash, one_time)
SELECT filled_id('account', n), 'account' || n || '@example.org', CASE WHEN n <= 20 THEN 'moderator' ELSE 'researcher' END, 'x', false
  FROM generate_series(1, 1000) n;
INSERT INTO session (token_hash, account_id, expires_at)
SELECT filled_bytes('session', n), filled_id('account', 1 + n % 1000), now() + interval '1 day' FROM generate_series(1, 5000) n;
INSERT INTO api_token (id, token_hash, account_id, expires_at)
SELECT filled_id('token', n), filled_bytes('token', n), filled_id('account', 1 + n % 1000), now() + interval '1 year' FROM generate_series(1, 2000) n;

INSERT INTO dispute (id, campaign_id, media_type, techniques, disagreement, item_id, reason, state, judgments, opened_at, begun_at, closed_at, closed_p_fake, closed_judgments)
SELECT filled_id('dispute', n), i.campaign_id, i.media_type, i.techniques, 0.5, filled_id('item', n), 'max_judgments', d.state, 5, at, CASE WHEN d.state = 'ruled' THEN at END,
       CASE WHEN d.state <> 'open' THEN at END, CASE WHEN d.state = 'withdrawn' THEN 0.99 END, CASE WHEN d.state = 'withdrawn' THEN 9 END
  FROM generate_series(1, :items) n JOIN item i ON i.id = filled_id('item', n)
 CROSS JOIN LATERAL (SELECT CASE WHEN n % 200 = 13 THEN 'open' WHEN n % 50 = 3 THEN 'ruled' WHEN n % 200 = 42 THEN 'ruled' ELSE 'withdrawn' END AS state,
                            filled_time(n, :items) AS at) d
 WHERE n % 200 = 13 OR n % 50 = 3 OR n % 100 = 42;
INSERT INTO blind_verdict (dispute_id, account_id, verdict, confidence, blind)
SELECT d.id, filled_id('account', 1 + n % 20), 'fake', 80, true
  FROM generate_series(1, :items) n JOIN dispute d ON d.id = filled_id('dispute', n) AND d.state = 'ruled';
-- Every second item was asked about again, and most of these have been ruled anew.
INSERT INTO ruling (id, dispute_id, item_id, account_id, ruling, reason, ruled_at, number)
SELECT filled_id('ruling', n), d.id, d.item_id, filled_id('account', 1 + n % 20),
       CASE WHEN n % 200 = 42 THEN 'reopen' WHEN n % 4 = 0 THEN 'real' ELSE 'fake' END, 'because it is so', d.opened_at, 1
  FROM generate_series(1, :items) n JOIN dispute d ON d.id = filled_id('dispute', n) AND d.state = 'ruled';
-- A tenth of those that are open wait for a second opinion, some were passed on, and notes were written of many.
INSERT INTO opinion (id, dispute_id, item_id, round, account_id, ruling, reason)
SELECT filled_id('opinion', n), d.id, d.item_id, 0, filled_id('account', 1 + n % 20), 'fake', 'because it is so'
  FROM generate_series(13, :items, 200) n JOIN dispute d ON d.id = filled_id('dispute', n) WHERE n % 2000 = 13;
UPDATE dispute SET opinions = 1 WHERE id IN (SELECT dispute_id FROM opinion);
INSERT INTO fact_check (id, item_id, title, publisher, address, published, verdict, added_by)
SELECT filled_id('fact_check', n), filled_id('item', n), 'No bear there', 'Facts', 'https://facts.example/' || n, '2026-01-31', 'Altered',
       filled_id('account', 1 + n % 20)
  FROM generate_series(13, :items, 100) n;
INSERT INTO escalation (dispute_id, account_id, to_account, reason)
SELECT filled_id('dispute', n), filled_id('account', 1), filled_id('account', 2), 'because it is hard' FROM generate_series(413, :items, 4000) n;
UPDATE dispute SET escalated_to = filled_id('account', 2) WHERE id IN (SELECT dispute_id FROM escalation);
INSERT INTO dispute_count SELECT campaign_id, state, count(*) FROM dispute GROUP BY 1, 2;
INSERT INTO note (subject, account_id, text) SELECT item_id, filled_id('account', 3), 'a note' FROM dispute;
INSERT INTO evidence_seen (dispute_id, account_id)
SELECT filled_id('dispute', n), filled_id('account', 1) FROM generate_series(3, :items, 500) n;
INSERT INTO claim (dispute_id, account_id, expires_at)
SELECT id, filled_id('account', 1), now() + interval '10 minutes' FROM dispute WHERE state = 'open' ORDER BY opened_at LIMIT 20;

-- Releases that are ready: one that holds the retired and settled of the large campaign, and 20 small ones. One small one is
-- being written.
INSERT INTO release (id, name, version, state, filter, salt, fixed_at, summary, bytes, created_at, finished_at)
SELECT filled_id('release', n), CASE WHEN n = 1 THEN 'large' ELSE 'small' END, '1.' || n || '.0', CASE WHEN n = 22 THEN 'writing' ELSE 'ready' END,
       CASE WHEN n = 1 THEN '{}'::jsonb ELSE '{"campaign": "small"}' END, CASE WHEN n = 22 THEN sha256('salt') END,
       now() - interval '1 hour' * (30 - n), '{"items": 1000}', 1000000, now() - interval '1 hour' * (30 - n), now() - interval '1 hour' * (30 - n)
  FROM generate_series(1, 22) n;
-- A revision of the large one that was begun.
INSERT INTO release (id, name, version, state, filter, salt, created_at, revises, revision)
VALUES (filled_id('release', 23), 'large', '1.1.0+r1', 'writing', '{}', sha256('salt'), now() - interval '1 minute', filled_id('release', 1), 1);
CREATE UNLOGGED TABLE filled_release AS
SELECT filled_id('release', r) AS release_id, i.id, (ARRAY['train', 'validation', 'test'])[1 + abs(hashtext(i.lineage)) % 3] AS split,
       r, i.rendition, CASE WHEN c.p_fake >= 0.5 THEN 'fake' ELSE 'real' END AS label, c.p_fake, c.low, c.high, c.judgments
  FROM generate_series(1, 22) r
  JOIN item i ON i.campaign_id = filled_id('campaign', CASE WHEN r = 1 THEN 1 ELSE 3 END) AND i.state IN ('retired', 'settled') AND NOT i.gold
  JOIN consensus c ON c.item_id = i.id;
INSERT INTO release_file (release_id, path, sha256, bytes)
SELECT release_id, 'image/' || split || '/' || label || '/' || replace(id::text, '-', '') || '.jpg', rendition, 50000 FROM filled_release;
INSERT INTO release_file (release_id, path, sha256, bytes)
SELECT filled_id('release', r), path, filled_bytes(path, r), 1000
  FROM generate_series(1, 22) r, unnest(ARRAY['labels.csv', 'judgments.csv', 'trials.csv', 'README.md', 'SHA256SUMS']) path;
INSERT INTO release_item (release_id, item_id, path, sha256, bytes, split, label, label_source, p_fake, low, high, judgments)
SELECT release_id, id, 'image/' || split || '/' || label || '/' || replace(id::text, '-', '') || '.jpg', rendition, 50000, split, label, 'crowd',
       p_fake, low, high, judgments FROM filled_release;
INSERT INTO item_split SELECT DISTINCT ON (id) id, split FROM filled_release;
INSERT INTO release_draft (release_id, item_id, item, volunteers)
SELECT f.release_id, f.id, to_jsonb(i), ARRAY(SELECT j.volunteer_id FROM judgment j WHERE j.item_id = f.id AND NOT j.training)
  FROM filled_release f JOIN item i ON i.id = f.id WHERE f.r = 22;
INSERT INTO job (id, kind, subject, state, claims)
SELECT filled_id('job', n), 'release', filled_id('release', n), CASE WHEN n = 22 THEN 'waiting' ELSE 'done' END, 1 FROM generate_series(1, 22) n;
INSERT INTO fingerprint (item_id, version, recipe)
SELECT id, version, CASE WHEN random() < 0.001 THEN 0 ELSE 1 END FROM item
    ON CONFLICT (item_id) DO UPDATE SET version = excluded.version, recipe = excluded.recipe;
INSERT INTO item_fingerprint (item_id, algorithm, second, hash, quality, number)
SELECT id, 'pdq', 0, sha256, 90, row_number() OVER (ORDER BY id) FROM item;
UPDATE fingerprint_number SET next = 2000000000;
INSERT INTO near_duplicate (item_a, item_b, distance)
SELECT least(one, other), greatest(one, other), 12
  FROM (SELECT id AS one, lead(id) OVER (ORDER BY id) AS other, row_number() OVER (ORDER BY id) AS n FROM item) i
 WHERE n % 20 = 0 AND other IS NOT NULL;
INSERT INTO rendering (id, recipe, harmless) VALUES (filled_id('rendering', 1), 2, true);
INSERT INTO job (id, kind, subject, state) VALUES (filled_id('job', 23), 'render', filled_id('rendering', 1), 'done');

INSERT INTO set_aside (id, kind, volunteers, from_at, to_at, reason, made_by, made_at)
SELECT filled_id('set_aside', n), 'volunteers', ARRAY(SELECT filled_id('volunteer', 500 + 10 * n + k) FROM generate_series(0, 4) k), '-infinity', 'infinity', 'they lie', 'somebody',
       now() - interval '1 day' * n FROM generate_series(1, 20) n;
INSERT INTO contribution (id, state, direct, volunteer_id, campaign_id, url, facts, rights, people, media_type, sha256, rendition)
SELECT filled_id('contribution', n), 'quarantined', false, filled_id('volunteer', 1 + n % :volunteers), filled_id('campaign', 1),
       'https://example.org/' || n, '{}', 'own_work', 'nobody', 'image', filled_bytes('sent', n), filled_bytes('contributed', n)
  FROM generate_series(1, 200) n;
INSERT INTO contribution_provenance_due SELECT id FROM contribution;
INSERT INTO contribution_fingerprint (contribution_id) SELECT id FROM contribution;
INSERT INTO contribution_near (contribution_id, item_id, distance)
SELECT filled_id('contribution', n), filled_id('item', 2000 + n), 12 FROM generate_series(1, 200) n;
INSERT INTO set_aside_volunteer (volunteer_id, set_aside_id, from_at, to_at)
SELECT v, a.id, a.from_at, a.to_at FROM set_aside a, unnest(a.volunteers) v;
INSERT INTO set_aside_item (set_aside_id, item_id, retired, p_fake, low, high, judgments, fake_votes, judged_from)
SELECT DISTINCT s.set_aside_id, j.item_id, true, 0.99, 0.9, 1, 7, 6, 1
  FROM set_aside_volunteer s JOIN judgment j ON j.volunteer_id = s.volunteer_id;
INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)
SELECT filled_id('campaign', 1), v.id, substr(filled_bytes('network', abs(hashtext(v.id::text)) % 1000), 1, 16), false FROM volunteer v;
INSERT INTO media_tombstone (digest, bytes, noticed_at)
SELECT filled_bytes('stray', n), 1000, now() - interval '1 hour' * n FROM generate_series(1, 1000) n;

INSERT INTO provenance (item_id, tool, tool_version, reader, report, report_cut, c2pa_state, c2pa)
SELECT id, 'exiftool', '12.57', 1, '{}', false, 'none', '{}' FROM item;
DELETE FROM provenance_due WHERE item_id NOT IN (SELECT id FROM item ORDER BY id LIMIT 100);

-- A long audit trail: entries of 300 days, half as many as there are items. Its digests are of no use.
INSERT INTO audit (seq, at, kind, actor_kind, actor, subject_kind, subject, after_digest, previous, digest)
SELECT n, now() - interval '300 days' * (1 - n / (:items / 2.0)), (ARRAY['signed_in', 'ruling_made', 'item_corrected', 'session_ended'])[1 + n % 4],
       'account', filled_id('account', 1 + n % 50), 'item', filled_id('item', n), filled_bytes('audit', n), filled_bytes('entry', n - 1), filled_bytes('entry', n)
  FROM generate_series(1, :items / 2) n;
INSERT INTO audit_detail (seq, salt, after) SELECT seq, digest, '{"ruling": "fake"}' FROM audit;
UPDATE audit_head SET (seq, at, digest) = (SELECT seq, at, digest FROM audit ORDER BY seq DESC LIMIT 1);

-- Half as many notices as there are items, of 300 days: most of them wait, and those that were decided are forgotten after a while.
INSERT INTO notice (id, digest, item_id, target, reason, explanation, name, email, good_faith, network, state, priority, hides, made_at, forgotten_at)
SELECT filled_id('notice', n), CASE WHEN n > :items / 5 OR n % 4 > 0 THEN filled_bytes('reference', n) END, filled_id('item', n), 'item',
       (ARRAY['illegal', 'copyright', 'other', 'intimate_imagery', 'wrong_label'])[1 + n % 5], repeat('words ', 20),
       CASE WHEN n > :items / 5 OR n % 4 > 0 THEN 'Somebody' END, CASE WHEN n > :items / 5 OR n % 4 > 0 THEN 'somebody@example.org' END, true,
       CASE WHEN n > :items / 2 - :items / 100 THEN substr(encode(filled_bytes('network', n % 100), 'hex'), 1, 16) END,
       CASE WHEN n % 4 > 0 THEN 'open' ELSE 'decided' END, 3, CASE WHEN n % 5 = 3 THEN 'hid' ELSE 'never' END,
       now() - interval '300 days' * (1 - n / (:items / 2.0)), CASE WHEN n <= :items / 5 AND n % 4 = 0 THEN now() END
  FROM generate_series(1, :items / 2) n;
INSERT INTO notice_decision (notice_id, stage, outcome, action, ground_kind, ground, facts, automated, independent, decided_by, decided_at)
SELECT id, 'first', 'rejected', 'none', 'no_breach', 'none', repeat('words ', 20), false, true, filled_id('account', 1), made_at + interval '1 day'
  FROM notice WHERE state = 'decided';
INSERT INTO hiding (item_id, notice_id, held, hidden_at)
SELECT item_id, id, false, made_at FROM notice WHERE state = 'open' AND hides = 'hid' ORDER BY made_at DESC LIMIT 200;
INSERT INTO notice_statement (id, notice_id, contribution_id, digest)
SELECT filled_id('statement', n), filled_id('notice', 4 * n), filled_id('contribution', n), filled_bytes('statement', n) FROM generate_series(1, 200) n;

-- One that was withdrawn, whose files are to go.
INSERT INTO withdrawal (item_id, reason_class, by) VALUES (filled_id('item', 2004), 'rights', 'root');
INSERT INTO removal (item_id, original, decided_by) VALUES (filled_id('item', 2004), true, 'root');
-- Another, of which nothing is decided yet.
INSERT INTO withdrawal (item_id, reason_class, by) VALUES (filled_id('item', 2054), 'rights', 'root');

-- Some that are held, in encrypted form.
INSERT INTO hiding (item_id, notice_id, held, held_until)
SELECT filled_id('item', n), (SELECT id FROM notice WHERE state = 'open' ORDER BY id LIMIT 1), true, now() + interval '90 days'
  FROM generate_series(2061, 2063) n;
INSERT INTO held_item (item_id, notice_id) SELECT item_id, notice_id FROM hiding WHERE held;
INSERT INTO held_file (digest, stored, sealed_key, public_key, bytes, blocks)
SELECT i.rendition, filled_bytes('stored', n), repeat('k', 80)::bytea, filled_bytes('key', 1), 1000, true
  FROM generate_series(2061, 2063) n JOIN item i ON i.id = filled_id('item', n);

DROP TABLE filled_pair, filled_release;
VACUUM ANALYZE;
