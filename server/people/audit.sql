-- SPDX-License-Identifier: Apache-2.0

-- name: audit_note
-- Notes an act that changes no row which a trigger watches.
--   $1 kind, $2 kind of the subject or NULL, $3 subject or NULL, $4 json of what came of it or NULL
INSERT INTO act (kind, subject_kind, subject, after) VALUES ($1, $2, $3, $4)

-- name: audit_note_views
-- Notes that an account was given addresses of restricted media, which work for ten minutes: who asks again in this time
-- sees nothing that is new. An entry of a time to come, which a wrong clock made, is none of this time.
--   $1 contribution or item, $2 their ids uuid[], $3 account
INSERT INTO act (kind, subject_kind, subject)
SELECT 'media_viewed', $1::text, asked.id
  FROM unnest($2::uuid[]) AS asked (id)
 WHERE NOT EXISTS (SELECT FROM audit
                    WHERE subject = asked.id::text AND kind = 'media_viewed' AND actor = $3
                      AND at > now() - interval '10 minutes' AND at <= now() OFFSET 0)

-- name: audit_account
--   $1 email -> account uuid (no row: there is none)
SELECT id FROM account WHERE email = lower($1::text COLLATE "C")

-- name: audit_list
-- Entries, the newest first. Entries of a span of time are a span of the chain.
--   $1 actor or NULL, $2 kind or NULL, $3 subject or NULL, $4 from and $5 to, times or NULL, $6 before this entry or NULL,
--   $7 how many
--   -> seq, at, kind, actor_kind, actor, the actor's address (of an account), subject_kind, subject, before json, after
--      json, reason, network, were its values erased?, digest hex
SELECT a.seq, rfc3339(a.at), a.kind, a.actor_kind, a.actor, c.email, a.subject_kind, a.subject, d.before, d.after,
       d.reason, d.network,
       d.seq IS NULL AND num_nonnulls(a.before_digest, a.after_digest, a.reason_digest, a.network_digest) > 0,
       encode(a.digest, 'hex')
  FROM (SELECT * FROM audit
         WHERE ($1::text IS NULL OR actor = $1)
           AND ($2::text IS NULL OR kind = $2)
           AND ($3::text IS NULL OR subject = $3)
           AND ($4::timestamptz IS NULL
                OR seq >= (SELECT seq FROM audit WHERE at >= $4::timestamptz ORDER BY at, seq LIMIT 1))
           AND ($5::timestamptz IS NULL
                OR seq <= (SELECT seq FROM audit WHERE at < $5::timestamptz ORDER BY at DESC, seq DESC LIMIT 1))
           AND ($6::bigint IS NULL OR seq < $6::bigint)
         ORDER BY seq DESC LIMIT $7::integer) a
  LEFT JOIN LATERAL (SELECT * FROM audit_detail WHERE seq = a.seq OFFSET 0) d ON true
  LEFT JOIN LATERAL (SELECT email FROM account
                      WHERE id = CASE WHEN a.actor_kind = 'account' AND a.actor ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                                      THEN a.actor::uuid END OFFSET 0) c ON true
 ORDER BY a.seq DESC

-- name: audit_export
-- Entries as lines of JSON, the oldest first, with all that their digests are made of. Values stand as the texts that
-- were digested.
--   $1 since this time or NULL -> json
SELECT json_build_object(
           'seq', a.seq, 'at', to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'kind', a.kind,
           'actor_kind', a.actor_kind, 'actor', a.actor, 'subject_kind', a.subject_kind, 'subject', a.subject,
           'before', d.before, 'after', d.after, 'reason', d.reason, 'network', d.network,
           'salt', encode(d.salt, 'hex'), 'before_digest', encode(a.before_digest, 'hex'),
           'after_digest', encode(a.after_digest, 'hex'), 'reason_digest', encode(a.reason_digest, 'hex'),
           'network_digest', encode(a.network_digest, 'hex'), 'previous', encode(a.previous, 'hex'),
           'digest', encode(a.digest, 'hex'))::text
  FROM audit a LEFT JOIN audit_detail d ON d.seq = a.seq
 WHERE $1::timestamptz IS NULL OR a.at >= $1::timestamptz
 ORDER BY a.seq

-- name: audit_verify
-- Follows the chain from its first entry to its head.
--   -> entries, entries whose values were erased, the last one, its digest hex, the first that is broken or NULL, what is
--      wrong with it
WITH link AS (
    SELECT a.seq, a.at, a.digest,
           d.seq IS NULL AND num_nonnulls(a.before_digest, a.after_digest, a.reason_digest, a.network_digest) > 0 AS erased,
           CASE WHEN a.seq <> lag(a.seq, 1, 0::bigint) OVER chain + 1 THEN 'entries before it are missing'
                WHEN a.previous <> lag(a.digest, 1, decode(repeat('00', 32), 'hex')) OVER chain
                THEN 'it does not follow the entry before it'
                WHEN a.digest <> audit_digest(a) THEN 'it was changed'
                WHEN d.seq IS NOT NULL
                 AND (audit_salted(d.salt, 'before', d.before), audit_salted(d.salt, 'after', d.after),
                      audit_salted(d.salt, 'reason', d.reason), audit_salted(d.salt, 'network', d.network))
                     IS DISTINCT FROM (a.before_digest, a.after_digest, a.reason_digest, a.network_digest)
                THEN 'its values were changed' END AS fault
      FROM audit a LEFT JOIN audit_detail d ON d.seq = a.seq
    WINDOW chain AS (ORDER BY a.seq)
), chain AS (
    SELECT count(*) AS entries, count(*) FILTER (WHERE erased) AS erased, min(seq) FILTER (WHERE fault IS NOT NULL) AS broken,
           (array_agg(fault ORDER BY seq) FILTER (WHERE fault IS NOT NULL))[1] AS fault, coalesce(max(seq), 0) AS last
      FROM link
)
SELECT c.entries, c.erased, h.seq, encode(h.digest, 'hex'),
       coalesce(c.broken, CASE WHEN NOT e.ends THEN c.last + 1 END),
       coalesce(c.fault, CASE WHEN NOT e.ends THEN 'the chain does not end as it should' END)
  FROM chain c CROSS JOIN audit_head h
 CROSS JOIN LATERAL (
       SELECT h.seq = c.last AND (c.last = 0 OR EXISTS (SELECT FROM link l WHERE (l.seq, l.at, l.digest) = (h.seq, h.at, h.digest)))
           AS ends) e

-- name: audit_seen
-- Is an entry what somebody noted of it?
--   $1 seq, $2 digest hex -> flag (no row: there is no such entry)
SELECT digest = decode($2, 'hex') FROM audit WHERE seq = $1::bigint

-- name: audit_erase
-- Removes the values of what somebody did, and of what was done to them; that is an act.
--   $1 id of an account, a volunteer or whatever acts name, $2 reason -> how many entries had values
WITH gone AS (
    DELETE FROM audit_detail
     WHERE seq = ANY (ARRAY(SELECT seq FROM audit WHERE actor = $1 UNION SELECT seq FROM audit WHERE subject = $1))
    RETURNING seq
), noted AS (
    INSERT INTO act (kind, subject_kind, subject, after, reason)
    SELECT 'audit_erased', 'audit', $1, json_build_object('entries', count(*))::text, $2 FROM gone
)
SELECT count(*) FROM gone
