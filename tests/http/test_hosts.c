/* SPDX-License-Identifier: Apache-2.0 */
/* The public address: what Host may say, https, and whose pages may change something. */
#include <stdlib.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "program.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

static const char *const https[] = { "--public-url", "https://ts.example", "--hosts",
	                                 "b.example, c.example", NULL };

static unsigned port_of(const struct another *server)
{
	return (unsigned)atoi(strrchr(server->url, ':') + 1);
}

static struct raw_answer ask_at(unsigned port, const char *text)
{
	int connection = raw_open_at(port);

	raw_write(connection, text, strlen(text));
	struct raw_answer a = raw_read(connection, 3000);
	raw_close(connection);
	return a;
}

static const struct {
	const char *host, *path;
	int status;
} hosts[] = {
	{ "ts.example", "/", 200 },
	{ "TS.Example", "/", 200 },
	{ "ts.example:8443", "/", 200 },
	{ "ts.example.", "/", 200 },
	{ "b.example", "/", 200 },
	{ "c.example:80", "/", 200 },
	{ "127.0.0.1", "/", 200 },
	{ "10.1.2.3:8080", "/", 200 },
	{ "[::1]:8080", "/", 200 },
	{ "[fe80::1]", "/", 200 },
	{ "localhost", "/", 200 },
	{ "x.localhost:1", "/", 200 },
	{ "evil.example", "/", 421 },
	{ "ts.example.evil.example", "/", 421 },
	{ "xts.example", "/", 421 },
	{ "ts.exampl", "/", 421 },
	{ "evil-localhost", "/", 421 },
	{ "127.0.0.1.evil.example", "/", 421 },
	{ "example", "/", 421 },
	{ "b.example,", "/", 400 },
	{ "evil.example", "/api/v1/me", 421 },
	{ "evil.example", "/static/css/house.css", 421 },
	{ "evil.example", "/healthz", 200 },
	{ "evil.example", "/readyz", 200 },
	{ "evil.example", "/metrics", 200 },
};

START_TEST(a_host_that_is_not_ours_is_refused)
{
	struct another server = another_start(https);

	for (int i = 0; i < COUNT(hosts); i++) {
		struct raw_answer a =
			ask_at(port_of(&server), say("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
		                                 hosts[i].path, hosts[i].host));
		ck_assert_msg(a.status == hosts[i].status, "%s%s: %d", hosts[i].host, hosts[i].path,
		              a.status);
	}
	struct raw_answer a = ask_at(port_of(&server), "GET http://evil.example/ HTTP/1.1\r\n"
	                                               "Host: ts.example\r\nConnection: close\r\n\r\n");
	ck_assert_int_eq(a.status, 421); /* the address counts, not Host */
	ck_assert_ptr_nonnull(strstr(a.text, "/problems/host"));
	another_stop(&server);
}
END_TEST

START_TEST(https_is_to_stay_where_the_public_address_is)
{
	static const char hsts[] = "\r\nStrict-Transport-Security: max-age=31536000\r\n";
	static const char *const asks[] = { "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		                                "GET /healthz HTTP/1.0\r\n\r\n", "no HTTP\r\n\r\n" };
	struct another server = another_start(https);

	for (int i = 0; i < COUNT(asks); i++) {
		ck_assert_ptr_nonnull(strstr(ask_at(port_of(&server), asks[i]).text, hsts));
		ck_assert_ptr_null(strstr(raw_ask(asks[i]).text, "Strict-Transport-Security"));
	}
	another_stop(&server);
}
END_TEST

START_TEST(a_volunteer_stays_the_same_when_the_address_becomes_https)
{
	struct person person = a_volunteer();
	const char *id = text_at(get(&person, "/api/v1/me").body, "volunteer");
	struct another server = another_start(https);
	struct answer a =
		call(&(struct call){ .server = server.url, .path = "/api/v1/me", .as = &person });

	another_stop(&server);
	ck_assert_ptr_eq(person.cookie, strstr(person.cookie, "touchstone_volunteer="));
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "volunteer"), id);
}
END_TEST

static const char *const bad_urls[] = {
	"ts.example",
	"ftp://ts.example",
	"https://",
	"https:///",
	"https://ts.example/x",
	"https://ts.example?x",
	"HTTPS://ts.example",
	"https://me@ts.example",
	"https://ts example",
	"https://ts.example:port",
	"//ts.example",
	"https://ts.example//",
};

START_TEST(a_public_address_that_is_none_stops_the_start)
{
	const char *said = expect_code(1, "/",
	                               say("serve --no-work --listen 127.0.0.1:%u --public-url '%s'",
	                                   raw_free_port(), bad_urls[_i]));

	ck_assert_ptr_nonnull(strstr(said, "TOUCHSTONE_PUBLIC_URL"));
	ck_assert_ptr_nonnull(strstr(said, bad_urls[_i]));
}
END_TEST

static const char *const bare_flags[] = { "serve --listen",
	                                      "serve --listen --no-work",
	                                      "serve --no-work --hosts",
	                                      "migrate --database-url",
	                                      "serve --log",
	                                      "work --data --store" };

START_TEST(a_flag_without_its_value_is_named)
{
	const char *said = expect_code(2, "/", bare_flags[_i]);

	ck_assert_ptr_nonnull(strstr(said, "needs a value"));
}
END_TEST

/* A server of the shell's own, whose log is ./log; $port is where it listens. */
static struct ran with_server(const char *address, const char *options, const char *line)
{
	return shell(a_folder(),
	             say("port=%u\n"
	                 "\"$PROGRAM\" serve --no-work --static \"${PROGRAM%%/build*}/static\" "
	                 "--listen \"%s:$port\" %s 2>log & server=$!\n"
	                 "for i in $(seq 100); do grep -q serving log && break; sleep .1; done\n"
	                 "%s\n"
	                 "code=$?; kill $server; wait $server; cat log; exit $code",
	                 raw_free_port(), address, options, line));
}

static const char *const listeners[] = { "127.0.0.1", "0.0.0.0", "[::1]", "[::]" };

START_TEST(the_health_check_reaches_every_kind_of_listener)
{
	struct ran ran =
		with_server(listeners[_i], "",
	                say("\"${PROGRAM%%/build*}/scripts/healthcheck\" \"%s:$port\"", listeners[_i]));

	ck_assert_msg(ran.code == 0, "%s", ran.said);
}
END_TEST

START_TEST(a_refused_origin_is_told_once_with_both_addresses)
{
	struct ran ran = with_server(
		"127.0.0.1", "--public-url https://ts.example",
		"for i in 1 2 3; do curl -s -o answer -w '%{http_code}\\n' -X DELETE -H 'Host: 127.0.0.1'"
		" -H \"Origin: http://other.$i.example\" http://127.0.0.1:$port/api/v1/me; done");

	ck_assert_ptr_eq(ran.said, strstr(ran.said, "403\n403\n403\n"));
	ck_assert_ptr_nonnull(strstr(ran.said, "http://other.1.example"));
	ck_assert_ptr_nonnull(strstr(ran.said, "the public address is https://ts.example"));
	ck_assert_ptr_null(strstr(ran.said, "http://other.2.example"));
}
END_TEST

Suite *http_hosts_suite(void)
{
	Suite *suite = suite_create("http/hosts");
	TCase *tc = tcase_create("hosts");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_host_that_is_not_ours_is_refused);
	tcase_add_test(tc, https_is_to_stay_where_the_public_address_is);
	tcase_add_test(tc, a_volunteer_stays_the_same_when_the_address_becomes_https);
	tcase_add_loop_test(tc, a_public_address_that_is_none_stops_the_start, 0, COUNT(bad_urls));
	tcase_add_loop_test(tc, a_flag_without_its_value_is_named, 0, COUNT(bare_flags));
	tcase_add_loop_test(tc, the_health_check_reaches_every_kind_of_listener, 0, COUNT(listeners));
	tcase_add_test(tc, a_refused_origin_is_told_once_with_both_addresses);
	suite_add_tcase(suite, tc);
	return suite;
}
