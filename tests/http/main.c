/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every suite; CK_RUN_SUITE=http/judgments runs one. */
#include <stdlib.h>

#include "core/seal.h"
#include "describe.h"
#include "drip.h"
#include "suites.h"
#include "world.h"

int main(void)
{
	static Suite *(*const suites[])(void) = {
		http_volunteers_suite, http_assignments_suite, http_desk_suite,     http_method_suite,
		http_judgments_suite,  http_races_suite,       http_batches_suite,  http_skips_suite,
		http_media_suite,      http_sessions_suite,    http_disputes_suite, http_rulings_suite,
		http_stats_suite,      http_releases_suite,    http_pages_suite,    http_health_suite,
		http_bodies_suite,     http_manners_suite,     http_framing_suite,  http_openapi_suite,
		http_limits_suite,     http_versions_suite,
	};

	if (!seal_start())
		return EXIT_FAILURE;
	describe_begin();
	drip_begin();
	make_world();
	SRunner *runner = srunner_create(NULL);
	for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
