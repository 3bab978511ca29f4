/* SPDX-License-Identifier: Apache-2.0 */
/* suites -- one suite a resource, each in the file of its name. */
#ifndef TESTS_HTTP_SUITES_H
#define TESTS_HTTP_SUITES_H

#include <check.h>

Suite *http_volunteers_suite(void);
Suite *http_near_duplicates_suite(void);
Suite *http_reasons_suite(void);
Suite *http_vocabulary_suite(void);
Suite *http_assignments_suite(void);
Suite *http_desk_suite(void);
Suite *http_last_item_suite(void);
Suite *http_method_suite(void);
Suite *http_judgments_suite(void);
Suite *http_races_suite(void);
Suite *http_batches_suite(void);
Suite *http_skips_suite(void);
Suite *http_renewals_suite(void);
Suite *http_media_suite(void);
Suite *http_items_suite(void);
Suite *http_store_suite(void);
Suite *http_commands_suite(void);
Suite *http_operations_suite(void);
Suite *http_sessions_suite(void);
Suite *http_disputes_suite(void);
Suite *http_moderators_suite(void);
Suite *http_rulings_suite(void);
Suite *http_correction_suite(void);
Suite *http_stats_suite(void);
Suite *http_releases_suite(void);
Suite *http_privacy_suite(void);
Suite *http_dataset_suite(void);
Suite *http_item_tables_suite(void);
Suite *http_certificate_suite(void);
Suite *http_sealed_suite(void);
Suite *http_pages_suite(void);
Suite *http_health_suite(void);
Suite *http_bodies_suite(void);
Suite *http_manners_suite(void);
Suite *http_framing_suite(void);
Suite *http_hosts_suite(void);
Suite *http_limits_suite(void);
Suite *http_openapi_suite(void);
Suite *http_permission_suite(void);
Suite *http_grants_suite(void);
Suite *http_database_suite(void);
Suite *http_versions_suite(void);
Suite *http_scorer_suite(void);
Suite *http_snapshots_suite(void);
Suite *http_jobs_suite(void);
Suite *http_set_aside_suite(void);
Suite *http_integrity_suite(void);
Suite *http_cut_suite(void);
Suite *http_ways_in_suite(void);
Suite *http_leaks_suite(void);
Suite *http_events_suite(void);
Suite *http_signing_suite(void);
Suite *http_withdraw_suite(void);
Suite *http_changes_suite(void);
Suite *http_cancel_suite(void);
Suite *http_audit_suite(void);
Suite *http_acts_suite(void);

#endif
