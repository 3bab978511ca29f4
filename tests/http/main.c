/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every suite; CK_RUN_SUITE=http/judgments runs one. */
#include <stdlib.h>

#include "core/seal.h"
#include "suites.h"
#include "world.h"

int main(void)
{
	if (!seal_start())
		return EXIT_FAILURE;
	make_world();
	SRunner *runner = srunner_create(http_volunteers_suite());

	srunner_add_suite(runner, http_assignments_suite());
	srunner_add_suite(runner, http_judgments_suite());
	srunner_add_suite(runner, http_skips_suite());
	srunner_add_suite(runner, http_method_suite());
	srunner_add_suite(runner, http_races_suite());
	srunner_add_suite(runner, http_media_suite());
	srunner_add_suite(runner, http_sessions_suite());
	srunner_add_suite(runner, http_disputes_suite());
	srunner_add_suite(runner, http_rulings_suite());
	srunner_add_suite(runner, http_stats_suite());
	srunner_add_suite(runner, http_releases_suite());
	srunner_add_suite(runner, http_pages_suite());
	srunner_add_suite(runner, http_health_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
