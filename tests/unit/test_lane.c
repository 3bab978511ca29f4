/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <pthread.h>

#include "suites.h"
#include "work/lane.h"

/* The gate keeps the lane's only thread busy while a test queues items behind it. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static size_t batches[8];
static _Atomic size_t batch_count;

static void record_batch(void *resource, void *items[], size_t count)
{
	(void)resource, (void)items;
	batches[batch_count++] = count;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
}

static struct lane *one_thread(unsigned depth, unsigned batch)
{
	batch_count = 0;
	return lane_start(&(struct lane_config){
		.name = "test", .threads = 1, .depth = depth, .batch = batch, .serve = record_batch });
}

static void submit(struct lane *lane, int n)
{
	for (int i = 0; i < n; i++)
		ck_assert(lane_submit(lane, &batches));
}

START_TEST(items_that_wait_together_are_served_together)
{
	struct lane *lane = one_thread(16, 4);

	pthread_mutex_lock(&gate);
	submit(lane, 1);
	while (batch_count == 0)
		; /* the first item is being served: the rest must queue */
	submit(lane, 6);
	pthread_mutex_unlock(&gate);
	lane_close(lane);

	ck_assert_uint_eq(batch_count, 3);
	ck_assert_uint_eq(batches[0], 1);
	ck_assert_uint_eq(batches[1], 4);
	ck_assert_uint_eq(batches[2], 2);
	lane_free(lane);
}
END_TEST

START_TEST(a_closed_lane_refuses_items)
{
	struct lane *lane = one_thread(16, 1);

	lane_close(lane);
	ck_assert(!lane_submit(lane, &batches));
	lane_free(lane);
}
END_TEST

Suite *lane_suite(void)
{
	Suite *suite = suite_create("work/lane");
	TCase *tc = tcase_create("lane");

	tcase_add_test(tc, items_that_wait_together_are_served_together);
	tcase_add_test(tc, a_closed_lane_refuses_items);
	suite_add_tcase(suite, tc);
	return suite;
}
