/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/seal.h"
#include "suites.h"

int main(void)
{
	if (!seal_start())
		return EXIT_FAILURE;
	SRunner *runner = srunner_create(crowd_agreement_suite());

	srunner_add_suite(runner, consensus_suite());
	srunner_add_suite(runner, core_suite());
	srunner_add_suite(runner, crowd_choose_suite());
	srunner_add_suite(runner, crowd_hard_suite());
	srunner_add_suite(runner, crowd_model_suite());
	srunner_add_suite(runner, crowd_rigging_suite());
	srunner_add_suite(runner, crowd_sets_suite());
	srunner_add_suite(runner, crowd_stock_suite());
	srunner_add_suite(runner, crowd_table_suite());
	srunner_add_suite(runner, infer_suite());
	srunner_add_suite(runner, keyset_suite());
	srunner_add_suite(runner, parse_suite());
	srunner_add_suite(runner, release_table_suite());
	srunner_add_suite(runner, split_suite());
	srunner_add_suite(runner, fetch_suite());
	srunner_add_suite(runner, manifest_suite());
	srunner_add_suite(runner, media_suite());
	srunner_add_suite(runner, program_suite());
	srunner_add_suite(runner, store_suite());
	srunner_add_suite(runner, guard_suite());
	srunner_add_suite(runner, lane_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
