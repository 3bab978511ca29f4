/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts -- a part of the suites, such as "2/3" on a test program's command line.
 *
 * scripts/check runs the parts side by side. Suites are dealt out one by one, so each is in exactly
 * one part, however many there are.
 *
 * LONG=1 asks for all that takes long; without it the check plays a part of each.
 */
#ifndef TESTS_SUPPORT_PARTS_H
#define TESTS_SUPPORT_PARTS_H

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct part {
	unsigned number, of; /* from 1 */
};

/* The part that the command line names; without one, everything. */
static inline struct part part_read(int argc, char **argv)
{
	struct part part = { 1, 1 };

	if (argc > 1 && (argc > 2 || sscanf(argv[1], "%u/%u", &part.number, &part.of) != 2 ||
	                 part.number < 1 || part.number > part.of)) {
		fprintf(stderr, "usage: %s [PART/PARTS]\n", argv[0]);
		exit(2);
	}
	return part;
}

static inline bool is_long_run(void)
{
	return getenv("LONG") != NULL;
}

/* A suite that is listed twice would run twice, and be counted so. */
static inline void refuse_twice(Suite *(*const suites[])(void), size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (suites[i] == suites[j]) {
				fprintf(stderr, "suite %zu is listed twice, as suite %zu too\n", i, j);
				exit(2);
			}
}

/* Runs the suites of a part. The result is the program's. */
static inline int part_run(struct part part, Suite *(*const suites[])(void), size_t count)
{
	SRunner *runner = srunner_create(NULL);

	refuse_twice(suites, count);
	for (size_t i = part.number - 1; i < count; i += part.of)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
