/* SPDX-License-Identifier: Apache-2.0 */
#include "outside/fetch.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scratch.h"
#include "suites.h"

/* A server of one canned answer after another, each on a connection of its own. */
static struct {
	int fd;
	unsigned port;
	char answers[8][512];
	unsigned count, asked;
	pthread_t thread;
} web;

/* Our canned server may be asked, and nothing else that is not public. */
static struct fetch_limits local = { .bytes = 100, .total_ms = 1000 };

static void *serve(void *arg)
{
	char request[4096];

	(void)arg;
	for (unsigned i = 0; i < web.count; i++) {
		int fd = accept(web.fd, NULL, NULL);
		if (fd < 0)
			return NULL;
		web.asked++;
		if (read(fd, request, sizeof request) > 0 &&
		    write(fd, web.answers[i], strlen(web.answers[i])) > 0)
			usleep(strstr(web.answers[i], "slow") ? 3000000 : 0);
		close(fd);
	}
	return NULL;
}

static void setup(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;

	scratch_make();
	web.count = web.asked = 0;
	web.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(web.fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(web.fd, 8), 0);
	getsockname(web.fd, (struct sockaddr *)&address, &len);
	web.port = ntohs(address.sin_port);
	local.private_port = (uint16_t)web.port;
}

static void teardown(void)
{
	close(web.fd);
	scratch_clear();
}

static void answer(const char *status, const char *headers, const char *body)
{
	snprintf(web.answers[web.count++], sizeof web.answers[0],
	         "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n%s", status,
	         strlen(body), headers, body);
}

static const struct fetch_limits strict = { .bytes = 100, .total_ms = 1000 };

static struct error get(const char *url, const struct fetch_limits *limits, uint64_t *bytes)
{
	pthread_create(&web.thread, NULL, serve, NULL);
	struct error err = fetch_file(url, scratch_path("out"), limits, bytes);
	shutdown(web.fd, SHUT_RDWR);
	pthread_join(web.thread, NULL);
	return err;
}

static const char *our_url(void)
{
	static char url[64];

	snprintf(url, sizeof url, "http://127.0.0.1:%u/file", web.port);
	return url;
}

static void refused(const char *url, const struct fetch_limits *limits, enum error_code code,
                    const char *detail)
{
	uint64_t bytes = 7;
	struct error err = get(url, limits, &bytes);

	ck_assert_str_eq(err.detail, detail);
	ck_assert_int_eq(err.code, code);
	ck_assert_uint_eq(bytes, 7);
	ck_assert_uint_eq(scratch_count(""), 0);
}

START_TEST(a_file_is_downloaded)
{
	uint64_t bytes;
	size_t len;

	answer("200 OK", "", "hello");
	struct error err = get(our_url(), &local, &bytes);
	ck_assert_msg(!err.code, "%s", err.detail);
	char *text = scratch_read(scratch_path("out"), &len);
	ck_assert_str_eq(text, "hello");
	ck_assert_uint_eq(bytes, 5);
	free(text);
}
END_TEST

START_TEST(an_address_in_a_private_network_is_refused)
{
	answer("200 OK", "", "secret");
	refused(our_url(), &strict, ERR_INVALID, "the address leads into a private network");
}
END_TEST

START_TEST(a_name_that_resolves_to_loopback_is_refused)
{
	char url[64];

	snprintf(url, sizeof url, "http://localhost:%u/", web.port);
	answer("200 OK", "", "secret");
	refused(url, &strict, ERR_INVALID, "the address leads into a private network");
}
END_TEST

START_TEST(a_redirect_to_a_file_is_not_followed)
{
	answer("302 Found", "Location: file:///etc/passwd\r\n", "x");
	refused(our_url(), &local, ERR_INVALID, "only http and https addresses can be fetched");
}
END_TEST

/* Where a stranger's server may send us: at the port that the test may ask, or else at port 1. */
static const struct {
	const char *to;
	bool may_ask;
	const char *detail;
} redirects[] = {
	{ "http://127.0.0.1", false, "the address leads into a private network" },
	{ "http://localhost", false, "the address leads into a private network" },
	{ "http://10.0.0.1", false, "the address leads into a private network" },
	{ "http://169.254.169.254", false, "the address leads into a private network" },
	{ "http://[::1]", true, "the address leads into a private network" },
	{ "http://[::ffff:127.0.0.1]", true, "the address leads into a private network" },
	{ "http://0x7f000001", false, "the address leads into a private network" },
	{ "https://127.1", false, "the address leads into a private network" },
	{ "//2130706433", false, "the address leads into a private network" },
	{ "http://me:secret@127.0.0.1", true, "this is not an address that can be fetched" },
	{ "file://localhost", true, "this is not an address that can be fetched" },
	{ "gopher://127.0.0.1", true, "only http and https addresses can be fetched" },
	{ "dict://127.0.0.1", true, "only http and https addresses can be fetched" },
	{ "ftp://127.0.0.1", true, "only http and https addresses can be fetched" },
	{ "scp://127.0.0.1", true, "only http and https addresses can be fetched" },
	{ "ws://127.0.0.1", true, "only http and https addresses can be fetched" },
};

START_TEST(each_redirect_is_looked_at_again)
{
	char headers[128];

	snprintf(headers, sizeof headers, "Location: %s:%u/\r\n", redirects[_i].to,
	         redirects[_i].may_ask ? web.port : 1);
	answer("302 Found", headers, "x");
	answer("200 OK", "", "secret");
	refused(our_url(), &local, ERR_INVALID, redirects[_i].detail);
}
END_TEST

/* Spellings of addresses of ours, as a stranger may write them. */
static const char *const spellings[] = { "127.0.0.1",
	                                     "127.1",
	                                     "127.0.1",
	                                     "2130706433",
	                                     "0x7f000001",
	                                     "0x7f.0.0.1",
	                                     "0177.0.0.1",
	                                     "017700000001",
	                                     "127.0.0.1.",
	                                     "LOCALHOST",
	                                     "localhost.",
	                                     "%31%32%37.0.0.1",
	                                     "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1",
	                                     "127\xe3\x80\x82"
	                                     "0\xe3\x80\x82"
	                                     "0\xe3\x80\x82"
	                                     "1",
	                                     "0",
	                                     "0.0.0.0",
	                                     "[::1]",
	                                     "[::]",
	                                     "[0:0:0:0:0:0:0:1]",
	                                     "[::ffff:7f00:1]",
	                                     "[::ffff:127.0.0.1]",
	                                     "[::127.0.0.1]",
	                                     "[64:ff9b::127.0.0.1]",
	                                     "[2002:7f00:1::]",
	                                     "[fe80::1%25lo]",
	                                     "127.0.0.1:1@127.0.0.1",
	                                     "127.0.0.1#@8.8.8.8" };

START_TEST(no_spelling_of_our_own_address_is_fetched)
{
	char url[128];
	uint64_t bytes = 7;

	snprintf(url, sizeof url, "http://%s:%u/", spellings[_i], web.port);
	answer("200 OK", "", "secret");
	struct error err = get(url, &strict, &bytes);
	ck_assert_int_ne(err.code, OK);
	ck_assert_uint_eq(bytes, 7);
	ck_assert_uint_eq(scratch_count(""), 0);
	ck_assert_msg(!web.asked, "our server was asked at %s", url);
}
END_TEST

START_TEST(proxies_of_the_environment_are_passed_over)
{
	static const char *const names[] = { "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY" };
	char proxy[64];
	uint64_t bytes = 7;

	snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", web.port);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		setenv(names[i], proxy, 1);
	answer("200 OK", "", "secret");
	struct error err = get("http://192.0.2.1/", &local, &bytes);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unsetenv(names[i]);
	ck_assert_str_eq(err.detail, "the address leads into a private network");
	ck_assert(!web.asked);
}
END_TEST

START_TEST(redirects_end)
{
	for (int i = 0; i < 7; i++)
		answer("302 Found", "Location: /again\r\n", "x");
	refused(our_url(), &local, ERR_INVALID, "the address redirects more than 5 times");
}
END_TEST

START_TEST(a_body_that_declares_more_than_the_limit_is_refused)
{
	char body[200];

	memset(body, 'x', sizeof body);
	body[199] = '\0';
	answer("200 OK", "", body);
	refused(our_url(), &local, ERR_TOO_LARGE, "the file is larger than 100 bytes, the limit");
}
END_TEST

START_TEST(an_undeclared_body_over_the_limit_is_refused)
{
	snprintf(web.answers[web.count++], sizeof web.answers[0], "HTTP/1.0 200 OK\r\n\r\n%0200d", 7);
	refused(our_url(), &local, ERR_TOO_LARGE, "the file is larger than 100 bytes, the limit");
}
END_TEST

START_TEST(a_server_that_stalls_is_given_up)
{
	snprintf(web.answers[web.count++], sizeof web.answers[0],
	         "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nslow");
	refused(our_url(), &local, ERR_UNAVAILABLE, "the download failed: Timeout was reached");
}
END_TEST

START_TEST(the_servers_refusal_is_told)
{
	answer("404 Not Found", "", "nothing");
	refused(our_url(), &local, ERR_INVALID, "its server answered 404");
}
END_TEST

START_TEST(a_server_in_trouble_is_worth_another_try)
{
	answer("503 Busy", "", "later");
	refused(our_url(), &local, ERR_UNAVAILABLE, "its server answered 503; try again later");
}
END_TEST

START_TEST(an_empty_body_is_refused)
{
	answer("200 OK", "", "");
	refused(our_url(), &local, ERR_INVALID, "its server sent an empty file");
}
END_TEST

static const char *const other_schemes[] = { "file:///etc/passwd", "ftp://example.org/x",
	                                         "gopher://example.org/", "/etc/passwd", "" };

START_TEST(only_http_and_https_are_fetched)
{
	refused(other_schemes[_i], &local, ERR_INVALID, "only http and https addresses can be fetched");
}
END_TEST

START_TEST(an_address_with_a_password_is_refused)
{
	char url[64];

	snprintf(url, sizeof url, "http://me:secret@127.0.0.1:%u/", web.port);
	refused(url, &local, ERR_INVALID, "this is not an address that can be fetched");
}
END_TEST

START_TEST(a_file_that_exists_is_never_overwritten)
{
	uint64_t bytes;

	scratch_write("out", "mine", 4);
	answer("200 OK", "", "theirs");
	ck_assert_int_eq(get(our_url(), &local, &bytes).code, ERR_INTERNAL);
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

static const struct {
	const char *text;
	bool open;
} addresses[] = {
	{ "8.8.8.8", true },
	{ "1.1.1.1", true },
	{ "127.0.0.1", false },
	{ "127.255.255.254", false },
	{ "126.255.255.255", true },
	{ "128.0.0.1", true },
	{ "10.1.2.3", false },
	{ "172.16.0.1", false },
	{ "172.15.255.255", true },
	{ "172.31.255.255", false },
	{ "172.32.0.1", true },
	{ "9.255.255.255", true },
	{ "11.0.0.1", true },
	{ "192.167.255.255", true },
	{ "192.169.0.1", true },
	{ "192.168.1.1", false },
	{ "169.254.169.254", false },
	{ "169.254.170.2", false }, /* of containers at Amazon */
	{ "168.63.129.16", false }, /* Azure's */
	{ "168.63.129.17", true },
	{ "100.100.100.200", false }, /* Alibaba's */
	{ "192.0.0.192", false },     /* Oracle's */
	{ "100.63.255.255", true },
	{ "100.127.255.255", false },
	{ "100.128.0.1", true },
	{ "192.0.2.1", false },
	{ "192.88.99.1", false },
	{ "198.51.100.1", false },
	{ "203.0.113.1", false },
	{ "239.255.255.250", false },
	{ "240.0.0.1", false },
	{ "198.19.255.255", false },
	{ "198.20.0.1", true },
	{ "100.64.0.1", false },
	{ "0.0.0.0", false },
	{ "224.0.0.1", false },
	{ "255.255.255.255", false },
	{ "198.18.0.1", false },
	{ "2a00:1450:4001::5", true },
	{ "2600::1", true },
	{ "2001:200::1", true },
	{ "::1", false },
	{ "::", false },
	{ "::7f00:1", false },
	{ "::ffff:0:127.0.0.1", false },
	{ "64:ff9b:1::7f00:1", false },
	{ "100::1", false },
	{ "fd00:ec2::254", false }, /* Amazon's, by IPv6 */
	{ "fec0::1", false },
	{ "febf::1", false },
	{ "2001:10::1", false },
	{ "2001:20::1", false },
	{ "2001:1ff::1", false },
	{ "2a00:1450:4001:0:0:5efe:7f00:1", false },
	{ "2a00:1450:4001:0:200:5efe:808:808", false },
	{ "3fff::1", false },
	{ "3ffe::1", true },
	{ "4000::1", false },
	{ "5f00::1", false },
	{ "fe80::1", false },
	{ "fd00::1", false },
	{ "::ffff:127.0.0.1", false },
	{ "::ffff:8.8.8.8", false },
	{ "64:ff9b::7f00:1", false },
	{ "2002:7f00:1::", false },
	{ "2001:0:1::", false },
	{ "2001:db8::1", false },
	{ "ff02::1", false },
};

START_TEST(only_addresses_of_the_open_internet_are_public)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = inet_pton(AF_INET, addresses[_i].text, &v4.sin_addr) == 1;

	if (!is_v4)
		ck_assert_int_eq(inet_pton(AF_INET6, addresses[_i].text, &v6.sin6_addr), 1);
	ck_assert_int_eq(fetch_address_public(is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6),
	                 addresses[_i].open);
}
END_TEST

START_TEST(addresses_of_this_machine_are_known)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(80) };

	inet_pton(AF_INET, "127.0.0.1", &v4.sin_addr);
	ck_assert(fetch_address_own((struct sockaddr *)&v4));
	inet_pton(AF_INET, "8.8.8.8", &v4.sin_addr);
	ck_assert(!fetch_address_own((struct sockaddr *)&v4));
}
END_TEST

Suite *fetch_suite(void)
{
	Suite *suite = suite_create("outside/fetch");
	TCase *tc = tcase_create("fetch");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 15);
	tcase_add_test(tc, a_file_is_downloaded);
	tcase_add_test(tc, an_address_in_a_private_network_is_refused);
	tcase_add_test(tc, a_name_that_resolves_to_loopback_is_refused);
	tcase_add_test(tc, a_redirect_to_a_file_is_not_followed);
	tcase_add_loop_test(tc, each_redirect_is_looked_at_again, 0,
	                    sizeof redirects / sizeof redirects[0]);
	tcase_add_loop_test(tc, no_spelling_of_our_own_address_is_fetched, 0,
	                    sizeof spellings / sizeof spellings[0]);
	tcase_add_test(tc, proxies_of_the_environment_are_passed_over);
	tcase_add_test(tc, addresses_of_this_machine_are_known);
	tcase_add_test(tc, redirects_end);
	tcase_add_test(tc, a_body_that_declares_more_than_the_limit_is_refused);
	tcase_add_test(tc, an_undeclared_body_over_the_limit_is_refused);
	tcase_add_test(tc, a_server_that_stalls_is_given_up);
	tcase_add_test(tc, the_servers_refusal_is_told);
	tcase_add_test(tc, a_server_in_trouble_is_worth_another_try);
	tcase_add_test(tc, an_empty_body_is_refused);
	tcase_add_loop_test(tc, only_http_and_https_are_fetched, 0,
	                    sizeof other_schemes / sizeof other_schemes[0]);
	tcase_add_test(tc, an_address_with_a_password_is_refused);
	tcase_add_test(tc, a_file_that_exists_is_never_overwritten);
	tcase_add_loop_test(tc, only_addresses_of_the_open_internet_are_public, 0,
	                    sizeof addresses / sizeof addresses[0]);
	suite_add_tcase(suite, tc);
	return suite;
}
