/* SPDX-License-Identifier: Apache-2.0 */
/* How a dispatcher counts the pairs of a volunteer, whichever of two requests it hears of first. */
#include <string.h>

#include "core/uuid.h"
#include "judging/dispatcher.h"
#include "judging/dispatcher_internal.h"
#include "suites.h"

static struct dispatcher *dispatcher;
static struct lease lease;

static void setup(void)
{
	dispatcher = dispatcher_new();
	memset(&lease, 0, sizeof lease);
	uuid_random(lease.id);
	uuid_random(lease.volunteer);
	uuid_random(lease.left);
	uuid_random(lease.right);
	dispatcher_welcome(dispatcher, lease.volunteer);
}

static void teardown(void)
{
	dispatcher_free(dispatcher);
}

static long long pairs_counted(void)
{
	struct progress progress;

	ck_assert(dispatcher_progress(dispatcher, lease.volunteer, &progress));
	ck_assert_int_eq(progress.pairs, progress.pairs_today);
	return progress.pairs;
}

static void tell(bool again)
{
	dispatcher_judged(dispatcher, &lease, 0, again, dispatcher_entries(dispatcher));
}

static void hold(void)
{
	const struct open_lease open_lease = { .lease = lease };

	volunteer_hold(volunteer_cache_find(dispatcher->volunteer_cache, lease.volunteer), &open_lease);
}

static void write_leases(void)
{
	struct error err = dispatcher_write_leases(dispatcher, NULL); /* none: no database is asked */

	ck_assert(!err.code);
}

/* The first bit: the lease is held here; the second: leases are written between the two. */
START_TEST(a_pair_is_counted_once_whichever_request_is_heard_of_first)
{
	for (int again_first = 0; again_first < 2; again_first++) {
		setup();
		if (_i & 1)
			hold();
		tell(again_first);
		if (_i & 2)
			write_leases();
		tell(!again_first);
		ck_assert_int_eq(pairs_counted(), 1);
		teardown();
	}
}
END_TEST

START_TEST(another_pair_counts_as_another)
{
	setup();
	for (long long n = 1; n <= 3 * COUNTED_LATELY; n++) {
		uuid_random(lease.id);
		tell(false);
		tell(true);
		ck_assert_int_eq(pairs_counted(), n);
	}
	teardown();
}
END_TEST

Suite *progress_suite(void)
{
	Suite *suite = suite_create("judging/progress");
	TCase *tests = tcase_create("progress");

	tcase_add_loop_test(tests, a_pair_is_counted_once_whichever_request_is_heard_of_first, 0, 4);
	tcase_add_test(tests, another_pair_counts_as_another);
	suite_add_tcase(suite, tests);
	return suite;
}
