/* SPDX-License-Identifier: Apache-2.0 */
/* What slow and many clients get. The last suite: the dripping client needs its time. */
#include "client.h"
#include "drip.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

#define CROWD 300

START_TEST(many_idle_connections_keep_nobody_out)
{
	int idle[CROWD];

	for (int i = 0; i < CROWD; i++)
		idle[i] = raw_open();
	expect_status(get(NULL, "/api/v1/stats"), 200);
	for (int i = 0; i < CROWD; i++)
		raw_close(idle[i]);
}
END_TEST

START_TEST(a_client_that_drips_a_byte_a_second_is_hung_up_on)
{
	int seconds = drip_seconds((enum drip)_i);

	ck_assert_int_ge(seconds, 15);
	ck_assert_int_le(seconds, 30);
}
END_TEST

Suite *http_limits_suite(void)
{
	Suite *suite = suite_create("http/limits");
	TCase *tc = tcase_create("limits");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, many_idle_connections_keep_nobody_out);
	tcase_add_loop_test(tc, a_client_that_drips_a_byte_a_second_is_hung_up_on, 0, DRIPS);
	suite_add_tcase(suite, tc);
	return suite;
}
