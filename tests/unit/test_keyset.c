/* SPDX-License-Identifier: Apache-2.0 */
#include "core/keyset.h"
#include "suites.h"

START_TEST(a_key_is_there_once_it_was_added)
{
	struct keyset *set = keyset_new();
	uint64_t apart = (uint64_t)_i;

	for (uint64_t key = 1; key <= 5000; key++) {
		ck_assert(!keyset_has(set, key * apart));
		ck_assert(keyset_add(set, key * apart));
		ck_assert(!keyset_add(set, key * apart));
		ck_assert_uint_eq(keyset_count(set), key);
	}
	for (uint64_t key = 1; key <= 5000; key++) {
		ck_assert(keyset_has(set, key * apart));
		ck_assert(!keyset_has(set, (key + 5000) * apart));
	}
	keyset_free(set);
}
END_TEST

START_TEST(zero_and_nothing_are_in_no_set)
{
	struct keyset *set = keyset_new();
	uint32_t cursor = 0;
	uint64_t key = 7;

	ck_assert(!keyset_has(set, 1));
	ck_assert(!keyset_has(NULL, 1));
	ck_assert(!keyset_add(set, 0));
	ck_assert(!keyset_has(set, 0));
	ck_assert_uint_eq(keyset_count(set), 0);
	ck_assert_uint_eq(keyset_count(NULL), 0);
	ck_assert(!keyset_next(set, &cursor, &key));
	ck_assert(!keyset_next(NULL, &cursor, &key));
	ck_assert_uint_eq(key, 7);
	keyset_free(set);
	keyset_free(NULL);
}
END_TEST

START_TEST(every_key_is_visited_once)
{
	struct keyset *set = keyset_new(), *visited = keyset_new();
	uint32_t cursor = 0;
	uint64_t key;

	for (uint64_t i = 1; i <= 1000; i++)
		keyset_add(set, i << 40 | 1);
	while (keyset_next(set, &cursor, &key)) {
		ck_assert(keyset_has(set, key));
		ck_assert(keyset_add(visited, key));
	}
	ck_assert_uint_eq(keyset_count(visited), 1000);
	keyset_free(set);
	keyset_free(visited);
}
END_TEST

START_TEST(a_small_set_is_small)
{
	struct keyset *set = keyset_new();

	ck_assert_uint_le(keyset_bytes(set), 16);
	ck_assert_uint_eq(keyset_bytes(NULL), 0);
	for (uint64_t i = 1; i <= 200; i++) {
		keyset_add(set, i);
		ck_assert_uint_le(keyset_bytes(set), 80 + 22 * i);
	}
	keyset_free(set);
}
END_TEST

Suite *keyset_suite(void)
{
	Suite *suite = suite_create("core/keyset");
	TCase *tests = tcase_create("keyset");

	tcase_add_loop_test(tests, a_key_is_there_once_it_was_added, 1, 3);
	tcase_add_test(tests, zero_and_nothing_are_in_no_set);
	tcase_add_test(tests, every_key_is_visited_once);
	tcase_add_test(tests, a_small_set_is_small);
	suite_add_tcase(suite, tests);
	return suite;
}
