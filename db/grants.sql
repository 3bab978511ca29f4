-- What the role that serves may do, where another role owns the tables. `touchstone migrate` runs this at its end, each
-- time, as the owner, when TOUCHSTONE_MIGRATE_URL names one; so a new table is granted by the migration's own run. By hand:
--
--     psql -c "SET touchstone.server_role = 'touchstone_server'" -f db/grants.sql "$TOUCHSTONE_MIGRATE_URL"
--
-- Every table has a line here. All may be read. A line says whether rows may be inserted and removed, and which
-- columns may be changed; what stands in none of the three is refused, whatever the program does. Nobody who serves may
-- empty, alter or make a table, or pass by a trigger.
-- A lock of rows (FOR UPDATE, FOR SHARE) asks for one column that may be changed, a lock of a table for removing.
DO $$
DECLARE
    role text := current_setting('touchstone.server_role');
    line record;
BEGIN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I', current_schema(), role);
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC, %I', current_database(), role);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    -- Nothing is left of what was granted before, partitions included. Views are read with their owner's rights, and
    -- written by nobody; sequences are read by pg_dump.
    FOR line IN SELECT c.oid::regclass AS name, c.relkind AS kind FROM pg_class c
                 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
                   AND pg_has_role(c.relowner, 'USAGE')
    LOOP
        EXECUTE format('REVOKE ALL ON %s %s FROM %I', CASE line.kind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
                       line.name, role);
        IF line.kind IN ('v', 'S') THEN
            EXECUTE format('GRANT SELECT ON %s TO %I', line.name, role);
        END IF;
    END LOOP;
    FOR line IN
        SELECT name, rows, columns
          FROM (VALUES
            -- name            rows               columns
            -- What was said, seen and decided: never changed, never removed.
            ('judged_pair',      'INSERT',          ''),
            ('judgment',         'INSERT',          ''),
            ('blind_verdict',    'INSERT',          ''),
            ('evidence_seen',    'INSERT',          ''),
            ('note',             'INSERT',          ''),
            ('escalation',       'INSERT',          ''),
            ('opinion',          'INSERT',          'undone_at'),
            ('fact_check',       'INSERT',          'removed_by, removed_at'),
            ('account_setting',  'INSERT',          'cover_sensitive, start_sound, break_after, break_at'),
            ('ruling',           'INSERT',          ''),
            ('item_split',       'INSERT',          ''),
            ('item_version',     'INSERT',          ''),
            ('item_change',      'INSERT',          ''),
            ('item_copy',        'INSERT',          ''),
            ('contribution_change', 'INSERT',       ''),
            ('provenance',       'INSERT',          'tool, tool_version, reader, report, report_cut, '
                                                    'digital_source_type, c2pa_state, c2pa, read_at'),
            ('provenance_due',   'INSERT, DELETE',  ''),
            ('contribution_provenance', 'INSERT, DELETE', 'tool, tool_version, reader, report, report_cut, '
                                                    'digital_source_type, c2pa_state, c2pa, read_at'),
            ('contribution_provenance_due', 'INSERT, DELETE', ''),
            ('release_file',     'INSERT',          ''),
            ('release_artefact', 'INSERT',          ''),
            ('release_layout_wanted', 'INSERT',     ''),
            ('release_seal',     'INSERT',          'opening'),
            ('release_unsealed', 'INSERT',          ''),
            ('release_opened',   'INSERT',          ''),
            ('release_difference', 'INSERT',        ''),
            ('set_aside_item',   'INSERT',          ''),
            ('withdrawal',       'INSERT',          ''),
            ('withdrawn_medium', 'INSERT',          ''),
            ('removed_file',     'INSERT',          ''),
            ('release_item',     'INSERT',          ''),
            ('notice_decision',  'INSERT',          ''),
            ('notice_complaint', 'INSERT',          ''),
            ('notice_statement', 'INSERT',          'digest'),
            -- The audit trail is written by seal_acts, with its owner's rights; erasure may take values.
            ('act',              'INSERT',          ''),
            ('access_terms',     'INSERT',          ''),
            ('audit',            '',                ''),
            ('audit_head',       '',                ''),
            ('audit_detail',     'DELETE',          ''),
            ('schema_migration', '',                ''),
            ('job_kind',         '',                ''),
            -- Kept under their ids, and changed here and there.
            ('campaign',         'INSERT',          'state, window_from_ms, window_ms, guidelines, second_opinion, second_share, '
                                                    'question, questions, media_types, threshold, min_judgments, '
                                                    'max_judgments, random_share, fake_rate, visibility, gold_dose'),
            ('item',             'INSERT',          'state, truth, basis, gold, training, sensitive, lineage, pair, '
                                                    'identities, techniques, generator, source, licence, credit, '
                                                    'title, explanation, rights, people, made_by, made_how, region, region_of, recipe, version, judged_from, recount, rendition, '
                                                    'rendition_bytes, rendition_type, poster, thumbnail, width, '
                                                    'height, duration_ms, near_group'),
            ('contribution',     'INSERT',          'state, network, folder, facts, url, made_by, media_type, sha256, bytes, format, '
                                                    'rendition, rendition_bytes, rendition_type, poster, thumbnail, '
                                                    'width, height, duration_ms, streams, recipe, item_id, detail, '
                                                    'decided_by, reason, decided_at, not_independent'),
            ('set_aside',        'INSERT',          'volunteers, network, undone_reason, undone_by, undone_at, '
                                                    'pending, labels_changed'),
            ('removal',          'INSERT',          'original, decided_by, decided_at, done_at, files'),
            ('notice',           'INSERT',          'digest, name, email, network, state, forgotten_at'),
            ('hiding',           'INSERT',          'notice_id, held, held_until, shown_at, shown_reason'),
            ('dispute',          'INSERT',          'state, begun_at, closed_at, closed_p_fake, closed_judgments, techniques, '
                                                    'escalated_to, opinions, drawn, disagreement'),
            ('release',          'INSERT',          'state, fixed_at, held_back, contradicting, uncuttable, alpha, '
                                                    'alpha_low, alpha_high, disagreement, summary, bytes, finished_at'),
            ('rendering',        'INSERT',          'changed, same, unreadable'),
            ('job',              'INSERT',          'state, claims, failures, run_after, done, total, detail, '
                                                    'finished_at, cancel_asked_at, cancelled_by, begun_at'),
            ('account',          'INSERT',          'role, state, password_hash, one_time, one_time_until, '
                                                    'one_time_spent, failed_sign_ins'),
            ('consensus',        'INSERT',          'p_fake, low, high, judgments, fake_votes, alpha, judged_from, '
                                                    'decided_by, decides, recount, updated_at'),
            ('agreement',        'INSERT',          'alpha, low, high, gold, gold_right, trusted, updated_at'),
            ('last_fit',         'INSERT',          'fitted_at, judgments, items, moved, retired, reopened, held, '
                                                    'disputed, withdrawn, gold, weight, slope, fits, retired_all, '
                                                    'reopened_all, disputed_all, withdrawn_all, cohorts, cohort_volunteers, '
                                                    'cohort_share, cohort_changes, decided_full, '
                                                    'decided_no_gold, decided_one_network, decided_neither, '
                                                    'ignored'),
            ('invitation',       'INSERT',          'entered, revoked_at, revoked_by'),
            ('media_store',      'INSERT',          'id, last_path, bound_at'),
            ('secret_file',      'INSERT',          'fingerprint, noted_at'),
            ('release_key',      'INSERT',          'retired_at'),
            ('tally_end',        '',                'counted_to, volunteers'),
            -- What comes and goes.
            ('volunteer',        'INSERT, DELETE',  'consent_version'),
            ('volunteer_skill',  'INSERT, DELETE',  'sensitivity, specificity, judgments, gold, ignored, updated_at'),
            ('volunteer_network', 'INSERT, DELETE', 'network, declared, provider'),
            ('lease',            'INSERT, DELETE',  'expires_at'),
            ('skipped_pair',     'INSERT, DELETE',  ''),
            ('upload',           'INSERT, DELETE',  'expires_at'),
            ('media_intake',     'INSERT, DELETE',  'noted_at'),
            ('mail',             'INSERT, DELETE',  ''),
            ('session',          'INSERT, DELETE',  'seen_at'),
            ('known_network',    'INSERT, DELETE',  'seen_at'),
            ('password_link',    'INSERT, DELETE',  'token_hash, made_at, expires_at'),
            ('second_factor',    'INSERT, DELETE',  'sealed, confirmed_at, last_step, wrong, wrong_at'),
            ('recovery_code',    'INSERT, DELETE',  'used_at'),
            ('access_request',   'INSERT',          'state, decided_at, decided_by, reason, account_id'),
            ('api_token',        'INSERT, DELETE',  'used_at'),
            ('revoked_pass',     'INSERT, DELETE',  'until'),
            ('claim',            'INSERT, DELETE',  'account_id, expires_at'),
            ('release_draft',    'INSERT, DELETE',  ''),
            ('release_decision', 'DELETE',          ''),
            ('held_file',        'INSERT, DELETE',  'gone_at'),
            ('held_item',        'INSERT',          'files, done_at, ended_at, ended'),
            ('lost_item',        'INSERT, DELETE',  ''),
            ('media_tombstone',  'INSERT, DELETE',  'removing_at'),
            ('cut_due',          'INSERT, DELETE',  'why, due_at'),
            ('pair_cut',         'INSERT',          'width, height, length_ms'),
            ('score_pending',    'INSERT, DELETE',  ''),
            ('fingerprint',      'INSERT',          'version, recipe, fault, taken_at'),
            ('item_fingerprint', 'INSERT, DELETE',  ''),
            ('fingerprint_number', '',              'next'),
            ('fingerprint_snapshot', 'INSERT',      ''),
            ('near_duplicate',   'INSERT, DELETE',  'distance'),
            ('contribution_fingerprint', 'INSERT, DELETE', 'recipe, fault, taken_at, compared'),
            ('contribution_near', 'INSERT, DELETE', ''),
            ('catalogue_news',   'INSERT, DELETE',  ''),
            ('set_aside_volunteer', 'INSERT, DELETE', ''),
            ('cohort_member',    'INSERT, DELETE',  'cohort'),
            ('campaign_fit',     'INSERT',          'fitted_at, figures'),
            ('carried_label',    'INSERT, DELETE',  'campaign_id, cohort, share, turns'),
            ('integrity_figure', 'INSERT, DELETE',  'source, value, written_at'),
            ('rendition_trait',  'INSERT',          'recipe, traits, measured_at'),
            ('leak_table',       'INSERT, DELETE',  ''),
            ('leak_figure',      'INSERT, DELETE',  ''),
            ('leak_turn',        'INSERT',          'counts, took_ms, made_at'),
            ('integrity_alarm',  'INSERT',          'value, stands, raised_at, told_at'),
            ('item_count',       'INSERT, DELETE',  ''),
            ('belief_count',     'INSERT, DELETE',  ''),
            ('dispute_count',    'INSERT, DELETE',  ''),
            ('tally',            'INSERT, DELETE',  'pairs'),
            ('served_tally',     'INSERT, DELETE',  'judgments, fakes')
          ) AS tables (name, rows, columns)
    LOOP
        EXECUTE format('GRANT SELECT %s %s ON %I TO %I', CASE WHEN line.rows <> '' THEN ', ' || line.rows END,
                       CASE WHEN line.columns <> '' THEN format(', UPDATE (%s)', line.columns) END, line.name, role);
    END LOOP;
END $$;
