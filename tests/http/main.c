/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every suite, or a part of them ("1/2"); CK_RUN_SUITE=http/judgments runs one. */
#include <stdlib.h>

#include "../support/parts.h"
#include "crypto/token.h"
#include "describe.h"
#include "drip.h"
#include "suites.h"
#include "world.h"

int main(int argc, char **argv)
{
	/* Fits come first: skills are learned from everybody, and others' volunteers answer anyhow. */
	static Suite *(*const suites[])(void) = {
		http_rulings_suite,
		http_volunteers_suite,
		http_assignments_suite,
		http_desk_suite,
		http_last_item_suite,
		http_method_suite,
		http_judgments_suite,
		http_races_suite,
		http_batches_suite,
		http_skips_suite,
		http_media_suite,
		http_sessions_suite,
		http_moderators_suite,
		http_disputes_suite,
		http_stats_suite,
		http_releases_suite,
		http_pages_suite,
		http_health_suite,
		http_bodies_suite,
		http_manners_suite,
		http_framing_suite,
		http_openapi_suite,
		http_limits_suite,
		http_privacy_suite,
		http_permission_suite,
		http_database_suite,
		http_items_suite,
		http_store_suite,
		http_commands_suite,
		http_dataset_suite,
		http_versions_suite,
		http_renewals_suite,
		http_scorer_suite,
		http_operations_suite,
		http_correction_suite,
		http_hosts_suite,
		http_snapshots_suite,
		http_grants_suite,
		http_reasons_suite,
		http_vocabulary_suite,
		http_jobs_suite,
		http_set_aside_suite,
		http_integrity_suite,
		http_ways_in_suite,
		http_leaks_suite,
		http_events_suite,
		http_near_duplicates_suite,
		http_cut_suite,
		http_signing_suite,
		http_certificate_suite,
		http_withdraw_suite,
		http_sealed_suite,
		http_changes_suite,
		http_cancel_suite,
		http_item_tables_suite,
		http_audit_suite,
		http_acts_suite,
		http_notices_suite,
		http_reported_suite,
		http_accounts_suite,
		http_second_factor_suite,
		http_access_suite,
		http_audience_suite,
		http_takedown_suite,
		/* They make up days of votes at once, which neither figures nor fits of others shall count.
		 */
		http_campaigns_suite,
		http_campaign_audience_suite,
		http_evidence_suite,
	};

	struct part part = part_read(argc, argv);

	if (!crypto_start())
		return EXIT_FAILURE;
	describe_begin();
	drip_begin();
	make_world();
	return part_run(part, suites, sizeof suites / sizeof suites[0]);
}
