/* SPDX-License-Identifier: Apache-2.0 */
#include "outside/smtp.h"

#include <check.h>

#include "suites.h"

static const struct {
	const char *url;
	bool here;
} servers[] = {
	{ "smtp://127.0.0.1", true },
	{ "smtp://127.0.0.1:25", true },
	{ "SMTP://127.3.2.1:2525", true },
	{ "smtp://[::1]", true },
	{ "smtp://[::1]:25", true },
	{ "smtp://[0:0:0:0:0:0:0:1]", true },
	{ "smtp://localhost", true },
	{ "smtp://LocalHost:25", true },
	{ "smtp://127.example.org", false },
	{ "smtp://127.0.0.1.example.org:25", false },
	{ "smtp://127.1", false },
	{ "smtp://128.0.0.1", false },
	{ "smtp://localhost.example.org", false },
	{ "smtp://localhost.", false },
	{ "smtp://[::1:2]", false },
	{ "smtp://[::127.0.0.1]", false },
	{ "smtp://mail.example.org", false },
};

START_TEST(only_addresses_of_the_loopback_and_localhost_are_this_machine)
{
	ck_assert(smtp_url_is_good(servers[_i].url));
	ck_assert_msg(smtp_is_this_machine(servers[_i].url) == servers[_i].here, "%s", servers[_i].url);
}
END_TEST

Suite *smtp_suite(void)
{
	Suite *suite = suite_create("outside/smtp");
	TCase *tc = tcase_create("smtp");

	tcase_add_loop_test(tc, only_addresses_of_the_loopback_and_localhost_are_this_machine, 0,
	                    sizeof servers / sizeof servers[0]);
	suite_add_tcase(suite, tc);
	return suite;
}
