-- SPDX-License-Identifier: Apache-2.0

-- name: listing_accounts
--   $1 created_at or NULL, $2 id or NULL: after this one; $3 how many; $4 an id, NULL: all
--   -> created_at to the last digit, id, JSON
SELECT a.created_at, a.id,
       json_build_object('id', a.id, 'email', a.email, 'role', a.role, 'state', a.state, 'made_at', rfc3339(a.created_at),
           'must_change_password', a.one_time, 'second_factor', has_factor(a.id),
           'sessions', (SELECT count(*) FROM session s WHERE s.account_id = a.id AND s.expires_at > now()),
           'tokens', (SELECT count(*) FROM api_token t WHERE t.account_id = a.id AND t.expires_at > now()))
  FROM account a
 WHERE ($1::timestamptz IS NULL OR (a.created_at, a.id) < ($1::timestamptz, $2::uuid))
   AND ($4::uuid IS NULL OR a.id = $4::uuid)
 ORDER BY a.created_at DESC, a.id DESC LIMIT $3::integer

-- name: listing_sessions
-- Sessions that have not ended.
--   $1 account uuid, $2 hash hex of the session that asks or NULL, $3 seconds after which an idle one has ended
--   -> NULL, id, JSON
SELECT NULL, id,
       json_build_object('id', id, 'begun_at', rfc3339(begun_at), 'seen_at', rfc3339(seen_at),
           'expires_at', rfc3339(expires_at), 'network', network, 'current', coalesce(token_hash = decode($2, 'hex'), false))
  FROM session
 WHERE account_id = $1::uuid AND expires_at > now() AND seen_at > now() - make_interval(secs => $3::integer)
 ORDER BY seen_at DESC, id

-- name: listing_tokens
--   $1 account uuid, $2 created_at or NULL, $3 id or NULL: after this one; $4 how many
--   -> created_at to the last digit, id, JSON
SELECT created_at, id,
       json_build_object('id', id, 'name', name, 'scopes', string_to_array(scopes, E'\n'), 'made_at', rfc3339(created_at),
           'expires_at', rfc3339(expires_at), 'used_at', rfc3339(used_at))
  FROM api_token
 WHERE account_id = $1::uuid AND ($2::timestamptz IS NULL OR (created_at, id) < ($2::timestamptz, $3::uuid))
 ORDER BY created_at DESC, id DESC LIMIT $4::integer

-- name: listing_sign_ins
-- What the audit trail holds of sign-ins to an account; networks of entries that were erased are null.
--   $1 account id, $2 seq or NULL: before this one; $3 how many
--   -> seq, seq, JSON
SELECT a.seq, a.seq,
       json_build_object('at', rfc3339(a.at), 'kind', a.kind, 'network', d.network, 'by_self', coalesce(a.actor = a.subject, false))
  FROM audit a LEFT JOIN audit_detail d ON d.seq = a.seq
 WHERE a.subject = $1 AND a.subject_kind = 'account' AND ($2::bigint IS NULL OR a.seq < $2::bigint)
   AND a.kind IN ('signed_in', 'sign_in_failed', 'session_ended', 'account_password', 'password_link_made', 'second_factor_on',
                  'second_factor_off', 'recovery_code_used', 'token_made', 'token_revoked')
 ORDER BY a.seq DESC LIMIT $3::integer

-- name: listing_access_requests
--   $1 state or NULL, $2 made_at or NULL, $3 id or NULL: after this one; $4 how many
--   -> made_at to the last digit, id, JSON
SELECT made_at, id,
       json_build_object('id', id, 'state', state, 'email', email, 'name', name, 'institution', institution, 'purpose', purpose,
           'terms', terms, 'made_at', rfc3339(made_at), 'decided_at', rfc3339(decided_at), 'reason', reason, 'account', account_id)
  FROM access_request
 WHERE ($1::text IS NULL OR state = $1) AND ($2::timestamptz IS NULL OR (made_at, id) < ($2::timestamptz, $3::uuid))
 ORDER BY made_at DESC, id DESC LIMIT $4::integer
