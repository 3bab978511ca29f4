-- SPDX-License-Identifier: Apache-2.0

-- name: account_setting_read
--   $1 account uuid
--   -> covers sensitive media?, starts sound?, a break after so many, rfc3339 of the last break (or NULL), sensitive items
--      judged or read since then, in eight hours at most
SELECT s.cover_sensitive, s.start_sound, s.break_after, rfc3339(s.break_at),
       (SELECT count(DISTINCT d.item_id)
          FROM (SELECT dispute_id FROM blind_verdict WHERE account_id = $1::uuid AND given_at > s.since
                 UNION ALL
                SELECT dispute_id FROM evidence_seen WHERE account_id = $1::uuid AND seen_at > s.since) v
          JOIN dispute d ON d.id = v.dispute_id
          JOIN item i ON i.id = d.item_id
         WHERE i.sensitive)
  FROM (SELECT coalesce(s.cover_sensitive, true) AS cover_sensitive, coalesce(s.start_sound, false) AS start_sound,
               coalesce(s.break_after, 20) AS break_after, s.break_at,
               greatest(s.break_at, now() - interval '8 hours') AS since
          FROM (VALUES (1)) one LEFT JOIN account_setting s ON s.account_id = $1::uuid) s

-- name: account_setting_write
--   $1 account uuid, $2 covers?, $3 starts sound?, $4 a break after so many
INSERT INTO account_setting (account_id, cover_sensitive, start_sound, break_after)
VALUES ($1::uuid, $2::boolean, $3::boolean, $4::smallint)
    ON CONFLICT (account_id) DO UPDATE
   SET cover_sensitive = excluded.cover_sensitive, start_sound = excluded.start_sound, break_after = excluded.break_after

-- name: account_setting_break
--   $1 account uuid
INSERT INTO account_setting (account_id, break_at) VALUES ($1::uuid, clock_timestamp())
    ON CONFLICT (account_id) DO UPDATE SET break_at = excluded.break_at
