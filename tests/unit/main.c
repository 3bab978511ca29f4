/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every suite, or a part of them ("1/2"); CK_RUN_SUITE=core runs one. */
#include <stdlib.h>
#include <string.h>

#include "../support/parts.h"
#include "crypto/token.h"
#include "outside/probe.h"
#include "suites.h"

/* The media suites are the longest: they stand so that halves and thirds share them. */
static Suite *(*const suites[])(void) = {
	crowd_agreement_suite,
	consensus_suite,
	core_suite,
	crowd_choose_suite,
	crowd_hard_suite,
	crowd_model_suite,
	crowd_rigging_suite,
	crowd_sets_suite,
	crowd_stock_suite,
	crowd_table_suite,
	keyset_suite,
	parse_suite,
	release_table_suite,
	release_changes_suite,
	release_counts_suite,
	archive_suite,
	split_suite,
	fetch_suite,
	smtp_suite,
	media_suite,
	program_suite,
	progress_suite,
	store_suite,
	sigv4_suite,
	sealed_file_suite,
	signature_suite,
	guard_suite,
	as_table_suite,
	lane_suite,
	lock_suite,
	infer_suite,
	manifest_suite,
	router_suite,
	password_suite,
	account_keys_suite,
	media_camera_suite,
	media_colour_suite,
	static_suite,
	media_film_suite,
	head_suite,
	media_formats_suite,
	sentences_suite,
	media_hostile_suite,
	crowd_made_up_suite,
	crowd_reference_suite,
	crowd_cohort_suite,
	crowd_cohort_spectrum_suite,
	crowd_pairs_suite,
	crowd_replay_suite,
	crowd_views_suite,
	crowd_scouts_suite,
	crowd_deciding_suite,
	crowd_alarms_suite,
	crowd_blocs_suite,
	crowd_forecast_suite,
	crowd_integrity_suite,
	crowd_leaks_suite,
	media_traits_suite,
	pdq_suite,
	media_cut_suite,
	hamming_index_suite,
	near_index_suite,
	chromaprint_suite,
	parquet_suite,
};

int main(int argc, char **argv)
{
	/* The sandbox is tried by this program itself, as its own helper. */
	if (argc == 3 && strcmp(argv[1], "helper") == 0 && strncmp(argv[2], "probe-", 6) == 0)
		return probe_attempt(argv[2] + 6);
	struct part part = part_read(argc, argv);

	if (!crypto_start())
		return EXIT_FAILURE;
	return part_run(part, suites, sizeof suites / sizeof suites[0]);
}
