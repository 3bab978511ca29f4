/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <signal.h>

#include "core/lock.h"
#include "suites.h"

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;

static void *check_elsewhere(void *ret_free)
{
	*(bool *)ret_free = lock_check("a test");
	return NULL;
}

START_TEST(a_thread_may_wait_once_it_has_released_every_lock)
{
	ck_assert(lock_check("a test"));
	lock_take(&first);
	lock_take(&second);
	lock_release(&second);
	lock_release(&first);
	ck_assert(lock_check("a test"));
}
END_TEST

START_TEST(a_lock_that_another_thread_holds_keeps_nobody_from_waiting)
{
	pthread_t other;
	bool free = false;

	lock_take(&first);
	ck_assert_int_eq(pthread_create(&other, NULL, check_elsewhere, &free), 0);
	pthread_join(other, NULL);
	lock_release(&first);
	ck_assert(free);
}
END_TEST

/* A build for tests ends the program here, which the test then expects. */
START_TEST(waiting_with_one_of_two_locks_held_is_found)
{
	lock_take(&first);
	lock_take(&second);
	lock_release(&second);
	ck_assert(!lock_check("a test"));
	lock_release(&first);
}
END_TEST

Suite *lock_suite(void)
{
	Suite *suite = suite_create("core/lock");
	TCase *tc = tcase_create("lock");

	tcase_add_test(tc, a_thread_may_wait_once_it_has_released_every_lock);
	tcase_add_test(tc, a_lock_that_another_thread_holds_keeps_nobody_from_waiting);
#ifdef STRICT_LOCKS
	tcase_add_test_raise_signal(tc, waiting_with_one_of_two_locks_held_is_found, SIGABRT);
#else
	tcase_add_test(tc, waiting_with_one_of_two_locks_held_is_found);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}
