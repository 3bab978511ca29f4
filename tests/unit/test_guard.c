/* SPDX-License-Identifier: Apache-2.0 */
/* What the http room decides without a connection: targets, ranges, budgets, prefixes. */
#include <arpa/inet.h>
#include <check.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "http/as_table.h"
#include "http/client.h"
#include "http/connection.h"
#include "http/guard.h"
#include "http/gzip.h"
#include "http/rate_limit.h"
#include "http/response.h"
#include "http/response_pool.h"
#include "scratch.h"
#include "suites.h"

static const struct {
	const char *target;
	bool good;
} targets[] = {
	{ "/", true },
	{ "/api/v1/items/a.b..c", true },
	{ "/a%20b?x=../y", true },
	{ "/..a/b", true },
	{ "*", false },
	{ "", false },
	{ "http://other/", false },
	{ "/../secret", false },
	{ "/a/..", false },
	{ "/a/%2e%2E/b", false },
	{ "/a/.%2e", false },
	{ "/a%00b", false },
	{ "/a%0ab", false },
	{ "/a\\b", false },
	{ "/a%5cb", false },
	{ "/a%2", false },
	{ "/a%zz", false },
	{ "/a?b=%00", false },
};

START_TEST(a_target_that_could_reach_elsewhere_is_refused)
{
	ck_assert_msg(guard_target(targets[_i].target) == targets[_i].good, "%s", targets[_i].target);
}
END_TEST

static const struct {
	const char *header;
	uint64_t bytes;
	enum range_kind kind;
	uint64_t first, count;
} ranges[] = {
	{ "bytes=0-0", 10, RANGE_ONE, 0, 1 },
	{ "bytes=2-5", 10, RANGE_ONE, 2, 4 },
	{ "bytes=8-99", 10, RANGE_ONE, 8, 2 },
	{ "bytes=3-", 10, RANGE_ONE, 3, 7 },
	{ "bytes=-4", 10, RANGE_ONE, 6, 4 },
	{ "bytes=-99", 10, RANGE_ONE, 0, 10 },
	{ "bytes=10-", 10, RANGE_UNSATISFIABLE, 0, 0 },
	{ "bytes=-0", 10, RANGE_UNSATISFIABLE, 0, 0 },
	{ "bytes=0-", 0, RANGE_UNSATISFIABLE, 0, 0 },
	{ "bytes=5-2", 10, RANGE_NONE, 0, 0 },
	{ "bytes=0-1,3-4", 10, RANGE_NONE, 0, 0 },
	{ "lines=0-1", 10, RANGE_NONE, 0, 0 },
	{ "bytes=-", 10, RANGE_NONE, 0, 0 },
	{ "bytes=a-b", 10, RANGE_NONE, 0, 0 },
	{ "bytes=99999999999999999999-", 10, RANGE_NONE, 0, 0 },
	{ NULL, 10, RANGE_NONE, 0, 0 },
};

START_TEST(a_range_is_read_as_rfc_9110_says)
{
	struct byte_range range = { 0, 0 };

	ck_assert_int_eq(range_read(ranges[_i].header, ranges[_i].bytes, &range), ranges[_i].kind);
	ck_assert_uint_eq(range.first, ranges[_i].first);
	ck_assert_uint_eq(range.count, ranges[_i].count);
}
END_TEST

static const struct {
	const char *header;
	bool gzip;
} encodings[] = {
	{ NULL, false },
	{ "", false },
	{ "gzip", true },
	{ "gzip, deflate, br", true },
	{ "br,GZIP", true },
	{ "deflate , gzip ; q=0.5", true },
	{ "gzip;q=0", false },
	{ "gzip; Q=0.000", false },
	{ "gzip;q=0.001", true },
	{ "*", true },
	{ "*;q=0", false },
	{ "gzip;q=0, *", false },
	{ "*;q=0, gzip", true },
	{ "identity, br", false },
	{ "xgzip, gzipped, gz", false },
	{ ",,, ,gzip", true },
	{ ";q=0,gzip", true },
	{ "gzip;", true },
	{ "gzip;q=", true },
};

START_TEST(a_coding_is_read_as_rfc_9110_says)
{
	ck_assert_msg(gzip_accepted(encodings[_i].header) == encodings[_i].gzip, "%s",
	              encodings[_i].header);
}
END_TEST

static struct rate_limits *read_budgets(const char *text)
{
	struct rate_limits *rate_limits = NULL;

	ck_assert_int_eq(rate_limits_read(text, &rate_limits).code, OK);
	return rate_limits;
}

START_TEST(a_burst_is_allowed_and_then_the_steady_rate)
{
	struct rate_limits *rate_limits = read_budgets("writes=10/s:3");

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 7, 1000).code, OK);
	struct error err = rate_limit_take(rate_limits, RATE_WRITE, 7, 1000);
	ck_assert_int_eq(err.code, ERR_TOO_MANY);
	ck_assert_uint_ge(err.retry_after_s, 1);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 7, 1101).code, OK);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 7, 1102).code, ERR_TOO_MANY);
	rate_limits_free(rate_limits);
}
END_TEST

START_TEST(who_is_refused_as_one_volunteer_too_many_is_not_blamed)
{
	struct rate_limits *rate_limits = read_budgets("volunteers=20/h");

	for (int person = 0; person < 20; person++)
		ck_assert_int_eq(rate_limit_take(rate_limits, RATE_VOLUNTEER, 7, 1000).code, OK);
	struct error err = rate_limit_take(rate_limits, RATE_VOLUNTEER, 7, 1000);
	ck_assert_int_eq(err.code, ERR_TOO_MANY);
	ck_assert_uint_ge(err.retry_after_s, 180);
	ck_assert_ptr_nonnull(strstr(err.detail, "school"));
	ck_assert_ptr_nonnull(strstr(err.detail, "begin at once.")); /* it is not cut */
	ck_assert_ptr_null(strstr(err.detail, "Too many"));
	rate_limits_free(rate_limits);
}
END_TEST

START_TEST(one_client_does_not_spend_anothers_budget)
{
	struct rate_limits *rate_limits = read_budgets("writes=1/h:1");

	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 1, 5).code, OK);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 1, 5).code, ERR_TOO_MANY);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 2, 5).code, OK);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_VOLUNTEER, 1, 5).code, OK);
	rate_limits_free(rate_limits);
}
END_TEST

START_TEST(by_default_a_prefix_makes_twenty_volunteers_an_hour)
{
	struct rate_limits *rate_limits = read_budgets(NULL);

	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(rate_limit_take(rate_limits, RATE_VOLUNTEER, 9, 0).code, OK);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_VOLUNTEER, 9, 1000).code, ERR_TOO_MANY);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_VOLUNTEER, 9, 3 * 60 * 1000 + 1).code, OK);
	rate_limits_free(rate_limits);
}
END_TEST

/* 20 pupils, four pairs each in a minute, for 45 minutes; and one volunteer who looks at them all
 * at once. */
START_TEST(by_default_a_class_sees_pairs_and_a_bot_sees_no_more)
{
	struct rate_limits *rate_limits = read_budgets(NULL);
	int seen = 0;

	for (int64_t pair = 0; pair < 20 * 4 * 45; pair++)
		ck_assert_int_eq(rate_limit_take(rate_limits, RATE_VIEW, 9, pair * 750).code, OK);
	for (int64_t try = 0; try < 600; try++)
		seen += rate_limit_take(rate_limits, RATE_OWN_VIEW, 9, try * 100).code == OK;
	ck_assert_int_eq(seen, 49);
	rate_limits_free(rate_limits);
}
END_TEST

START_TEST(refusals_are_counted_by_budget)
{
	struct rate_limits *rate_limits = read_budgets("writes=1/h:1");

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 1, 5).code,
		                 i ? ERR_TOO_MANY : OK);
	ck_assert_uint_eq(rate_limit_refusals(rate_limits, RATE_WRITE), 3);
	ck_assert_uint_eq(rate_limit_refusals(rate_limits, RATE_SIGN_IN), 0);
	rate_limits_free(rate_limits);
}
END_TEST

static const char *const bad_budgets[] = {
	"on",          "writes",       "writes=0/s",     "writes=5/y",
	"apples=5/s",  "writes=5/s:0", "writes=1/m:5x",  "writes=1/mi:5",
	"writes=1/s:", "writes=nan/s", "writes=1/s:nan", "writes=1/s 5"
};

/* Spelled differently, meant the same: a burst of three, one a minute. */
static const char *const spelled_budgets[] = { "writes=1/m:3", "writes=1/min:3", " writes=1/min:3 ",
	                                           "sign_ins=9/h, writes=1/m:3" };

START_TEST(a_budget_is_read_whole)
{
	struct rate_limits *rate_limits = read_budgets(spelled_budgets[_i]);

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 1, 5).code, OK);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 1, 5).code, ERR_TOO_MANY);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_WRITE, 1, 60006).code, OK);
	rate_limits_free(rate_limits);
}
END_TEST

START_TEST(a_site_of_many_homes_has_the_budgets_of_eight)
{
	struct rate_limits *rate_limits = read_budgets("volunteers=20/h");
	int made = 0;

	for (uint64_t home = 1; home <= 256; home++)
		for (int n = 0; n < 20; n++)
			made += rate_limit_take_network(rate_limits, RATE_VOLUNTEER, home, 1000, 5).code == OK;
	ck_assert_int_eq(made, RATE_HOMES * 20);
	ck_assert_int_eq(rate_limit_take_network(rate_limits, RATE_VOLUNTEER, 300, 1001, 5).code, OK);
	rate_limits_free(rate_limits);
}
END_TEST

/* Who is refused for the neighbours' sake has not spent their own. */
START_TEST(what_a_site_refuses_a_home_keeps)
{
	struct rate_limits *rate_limits = read_budgets("writes=1/h:1");
	int64_t later = 3600 * 1000 / RATE_HOMES + 10;

	for (uint64_t home = 1; home <= RATE_HOMES; home++)
		ck_assert_int_eq(rate_limit_take_network(rate_limits, RATE_WRITE, home, 1000, 5).code, OK);
	struct error err = rate_limit_take_network(rate_limits, RATE_WRITE, 9, 1000, 5);
	ck_assert_int_eq(err.code, ERR_TOO_MANY);
	ck_assert_uint_eq(err.retry_after_s, 3600 / RATE_HOMES + 1);
	ck_assert_int_eq(rate_limit_take_network(rate_limits, RATE_WRITE, 9, 1000, later).code, OK);
	rate_limit_give_back_network(rate_limits, RATE_WRITE, 9, 1000);
	ck_assert_int_eq(rate_limit_take_network(rate_limits, RATE_WRITE, 9, 1000, later).code, OK);
	rate_limits_free(rate_limits);
}
END_TEST

START_TEST(a_budget_that_cannot_be_meant_is_refused)
{
	struct rate_limits *rate_limits = NULL;

	ck_assert_int_eq(rate_limits_read(bad_budgets[_i], &rate_limits).code, ERR_INVALID);
}
END_TEST

static const struct {
	const char *peer, *forwarded, *trusted, *same_as;
	bool same;
} prefixes[] = {
	{ "192.0.2.1", NULL, NULL, "192.0.2.200", true },
	{ "192.0.2.1", NULL, NULL, "192.0.3.1", false },
	{ "192.0.2.1", "198.51.100.7", NULL, "192.0.2.1", true },           /* nobody is trusted */
	{ "192.0.2.1", "198.51.100.7", "192.0.2.1", "198.51.100.9", true }, /* the proxy is */
	{ "192.0.2.1", "203.0.113.5, 198.51.100.7", "192.0.2.1", "198.51.100.7", true },
	{ "192.0.2.1", "203.0.113.5, 10.0.0.1", "192.0.2.1, 10.0.0.1", "203.0.113.5", true },
	{ "192.0.2.1", "nonsense", "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "198.51.100.7:4711", "192.0.2.1", "198.51.100.7", true }, /* with a port */
	{ "192.0.2.1", "203.0.113.5, 10.0.0.1:80", "192.0.2.1, 10.0.0.1", "203.0.113.5", true },
	{ "192.0.2.1", "[::ffff:198.51.100.7]:80", "192.0.2.1", "198.51.100.7", true },
	{ "192.0.2.1", "[198.51.100.7", "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "198.51.100.7", "192.0.2.0/24", "198.51.100.7", true }, /* ranges */
	{ "192.0.2.200", "198.51.100.7", "192.0.2.0/25", "192.0.2.1", true },
	{ "192.0.2.100", "198.51.100.7", "192.0.2.0/25", "198.51.100.7", true },
	{ "192.0.2.1", "203.0.113.5, 10.77.0.1", "192.0.2.1,10.0.0.0/8", "203.0.113.5", true },
	{ "192.0.2.1", "198.51.100.7", "0.0.0.0/0", "198.51.100.7", true },
	{ "192.0.2.1", "198.51.100.7", "fd00::/8, ::ffff:192.0.2.0/120", "198.51.100.7", true },
};

static void prefix_of(const char *peer, const char *forwarded, const char *trusted,
                      unsigned char prefix[CLIENT_PREFIX])
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	struct networks *networks = NULL;
	struct error err = networks_read(trusted, &networks);

	ck_assert_msg(!err.code, "%s", err.detail);
	inet_pton(AF_INET, peer, &address.sin_addr);
	client_prefix((const struct sockaddr *)&address, forwarded, networks, prefix);
	networks_free(networks);
}

static const char *const bad_networks[] = { "nonsense",          "10.0.0.0/33",    "10.0.0.0/",
	                                        "10.0.0.0/8x",       "10.0.0.1/8",     "10.0.0.0/-1",
	                                        "::1/129",           "127.0.0.1:8080", "[::1]",
	                                        "127.0.0.1, 10.0.0", "10.0.0.0/8/8",   "/8",
	                                        "10.0.0.0/0000008" };

START_TEST(proxies_that_cannot_be_read_are_refused_and_named)
{
	struct networks *networks = NULL;
	struct error err = networks_read(bad_networks[_i], &networks);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strchr(err.detail, '"'));
}
END_TEST

START_TEST(forwarded_addresses_are_believed_from_trusted_proxies_alone)
{
	unsigned char got[CLIENT_PREFIX], expected[CLIENT_PREFIX];

	prefix_of(prefixes[_i].peer, prefixes[_i].forwarded, prefixes[_i].trusted, got);
	prefix_of(prefixes[_i].same_as, NULL, NULL, expected);
	ck_assert((memcmp(got, expected, CLIENT_PREFIX) == 0) == prefixes[_i].same);
}
END_TEST

static const char campus[] =
	"class=192.0.2.0/25, 2001:db8::/32; news=198.51.100.7 +sensitive ;pub=203.0.113.0/24";

static const struct {
	const char *declared, *one, *other;
	bool same, is_declared, is_spared; /* the first one */
} client_networks[] = {
	{ NULL, "192.0.2.1", "192.0.2.250", true, false, false },
	{ NULL, "192.0.2.1", "192.0.3.1", false, false, false },
	{ NULL, "2001:db8:1:200::1", "2001:db8:1:ff00::1", true, false, false }, /* one /48 */
	{ NULL, "2001:db8:1::1", "2001:db8:2::1", false, false, false },
	{ NULL, "127.0.0.1", "::1", true, true, false },
	{ "none", "127.0.0.1", "::1", false, false, false },
	{ "loopback=127.0.0.0/8", "127.0.0.1", "::1", false, true, true },
	{ campus, "192.0.2.1", "2001:db8:7::1", true, true, true },
	{ campus, "192.0.2.1", "192.0.2.250", false, true, true },
	{ campus, "198.51.100.7", "198.51.100.8", false, true, false },
	{ campus, "203.0.113.9", "203.0.113.200", true, true, true },
	{ campus, "127.0.0.1", "127.0.0.2", true, false, false },
};

static struct client_network network_of(const char *peer, const char *declared)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct declared_networks *networks = NULL;
	struct error err = declared_networks_read(declared, &networks);
	bool is_four = inet_pton(AF_INET, peer, &four.sin_addr) == 1;

	ck_assert_msg(!err.code, "%s", err.detail);
	ck_assert(is_four || inet_pton(AF_INET6, peer, &six.sin6_addr) == 1);
	struct client_network network =
		client_network(is_four ? (const struct sockaddr *)&four : (const struct sockaddr *)&six,
	                   NULL, NULL, networks, NULL);
	declared_networks_free(networks);
	return network;
}

START_TEST(a_client_is_of_a_network_or_of_one_that_is_declared)
{
	struct client_network one = network_of(client_networks[_i].one, client_networks[_i].declared);
	struct client_network other =
		network_of(client_networks[_i].other, client_networks[_i].declared);
	bool same = one.len == other.len && memcmp(one.text, other.text, one.len) == 0;

	ck_assert(one.declared == client_networks[_i].is_declared);
	ck_assert(one.spared == client_networks[_i].is_spared);
	ck_assert(same == client_networks[_i].same);
}
END_TEST

static uint32_t system_of(const char *peer, const char *declared)
{
	static const char table[] = "198.51.100.128/25\t64500\n198.51.100.0/24\t64501\n"
								"2001:db8::/32\t64502\n2001:db8:1:200::/56\t64503\n"
								"127.0.0.0/8\t64504\n";
	struct as_table *systems = NULL;
	struct declared_networks *networks = NULL;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	bool is_four = inet_pton(AF_INET, peer, &four.sin_addr) == 1;

	ck_assert(is_four || inet_pton(AF_INET6, peer, &six.sin6_addr) == 1);
	scratch_write("as", table, sizeof table - 1);
	ck_assert_int_eq(as_table_read(scratch_path("as"), &systems).code, OK);
	ck_assert_int_eq(declared_networks_read(declared, &networks).code, OK);
	struct client_network network =
		client_network(is_four ? (const struct sockaddr *)&four : (const struct sockaddr *)&six,
	                   NULL, NULL, networks, systems);
	declared_networks_free(networks);
	as_table_free(systems);
	return network.system;
}

/* As of its first address, so that nobody of a network is of another system than the others. */
START_TEST(all_of_a_network_are_of_one_system_and_a_declared_one_is_of_none)
{
	ck_assert_uint_eq(system_of("198.51.100.200", NULL), 64501);
	ck_assert_uint_eq(system_of("198.51.100.1", NULL), 64501);
	ck_assert_uint_eq(system_of("2001:db8:1:2ff::1", NULL), 64502);
	ck_assert_uint_eq(system_of("203.0.113.1", NULL), 0);
	ck_assert_uint_eq(system_of("127.0.0.1", NULL), 0);
	ck_assert_uint_eq(system_of("127.0.0.1", "none"), 64504);
}
END_TEST

static const char *const bad_declared[] = { "192.0.2.0/24",
	                                        "=192.0.2.0/24",
	                                        "class=nonsense",
	                                        "class=192.0.2.0/24; 10.0.0.0/8",
	                                        "class=10.0.0.1/8",
	                                        "class=10.0.0.0/8+sensitiv",
	                                        "class=10.0.0.0/8+sensitive,10.1.0.0/16" };

START_TEST(declared_networks_that_cannot_be_read_are_refused_and_named)
{
	struct declared_networks *networks = NULL;
	struct error err = declared_networks_read(bad_declared[_i], &networks);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strchr(err.detail, '"'));
}
END_TEST

START_TEST(a_v6_client_counts_by_its_site)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 }, b = a;
	unsigned char one[CLIENT_PREFIX], other[CLIENT_PREFIX];

	inet_pton(AF_INET6, "2001:db8:1:2::1", &a.sin6_addr);
	inet_pton(AF_INET6, "2001:db8:1:2ff::9", &b.sin6_addr);
	client_prefix((const struct sockaddr *)&a, NULL, NULL, one);
	client_prefix((const struct sockaddr *)&b, NULL, NULL, other);
	ck_assert_mem_ne(one, other, CLIENT_PREFIX);
	inet_pton(AF_INET6, "2001:db8:1:2a::9", &b.sin6_addr);
	client_prefix((const struct sockaddr *)&b, NULL, NULL, other);
	ck_assert_mem_eq(one, other, CLIENT_PREFIX);
}
END_TEST

static void six_prefix(const char *text, unsigned char prefix[CLIENT_PREFIX])
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	ck_assert(inet_pton(AF_INET6, text, &address.sin6_addr) == 1);
	client_prefix((const struct sockaddr *)&address, NULL, NULL, prefix);
}

static const struct {
	const char *one, *other;
	bool same_home, same_block;
} homes[] = {
	{ "2001:db8:1:2::1", "2001:db8:1:2a::9", true, true },
	{ "2001:db8:1:2::1", "2001:db8:1:ff00::9", false, true },
	{ "2001:db8:1:2::1", "2001:db8:2:2::1", false, false },
	{ "2001:db8:0:0::1", "2001:db8:1::", false, false },
};

START_TEST(a_home_is_a_56_and_what_lies_around_it_a_48)
{
	unsigned char one[CLIENT_PREFIX], other[CLIENT_PREFIX], block[CLIENT_PREFIX],
		around[CLIENT_PREFIX];

	six_prefix(homes[_i].one, one);
	six_prefix(homes[_i].other, other);
	ck_assert((memcmp(one, other, CLIENT_PREFIX) == 0) == homes[_i].same_home);
	ck_assert(client_block(one, block) && client_block(other, around));
	ck_assert((memcmp(block, around, CLIENT_PREFIX) == 0) == homes[_i].same_block);
	ck_assert_mem_ne(one, block, CLIENT_PREFIX);
	prefix_of("192.0.2.1", NULL, NULL, one);
	ck_assert(!client_block(one, block));
}
END_TEST

static const struct {
	const char *text;
	socklen_t len;
} addresses[] = {
	{ "127.0.0.1:8080", sizeof(struct sockaddr_in) },
	{ "[::1]:0", sizeof(struct sockaddr_in6) },
	{ "127.0.0.1", 0 },
	{ "127.0.0.1:", 0 },
	{ "localhost:1", 0 },
	{ "127.0.0.1:65536", 0 },
	{ "127.0.0.1:+80", 0 },
	{ "127.0.0.1: 80", 0 },
	{ "127.0.0.1:-18446744073709551536", 0 },
	{ "::1:80", 0 },
};

START_TEST(an_address_to_listen_at_is_read_or_refused)
{
	struct sockaddr_storage address;

	ck_assert_uint_eq(client_listen_address(addresses[_i].text, &address), addresses[_i].len);
}
END_TEST

START_TEST(a_sheet_belongs_to_one_answer_until_it_is_given_back)
{
	static const char *const headers[] = { "A", "b", NULL };
	struct response_pool *pool = response_pool_new(headers);
	struct pooled_response *one = response_pool_take(pool, "abc", 3),
						   *two = response_pool_take(pool, "def", 3);

	ck_assert_ptr_ne(one, two);
	ck_assert_ptr_ne(pooled_response_of(one), pooled_response_of(two));
	response_pool_give_back(pool, one);
	struct pooled_response *longer = response_pool_take(pool, "abcd", 4);
	ck_assert_ptr_ne(longer, one); /* another length, another sheet */
	ck_assert_ptr_eq(response_pool_take(pool, "ghi", 3), one);
	response_pool_give_back(pool, longer);
	response_pool_give_back(pool, one);
	response_pool_give_back(pool, two);
	response_pool_free(pool);
}
END_TEST

#define MANY_SHEETS 5000

START_TEST(sheets_are_bounded_and_those_of_other_lengths_make_room)
{
	static const char *const headers[] = { NULL };
	static const char text[4097];
	static struct pooled_response *taken[MANY_SHEETS];
	struct response_pool *pool = response_pool_new(headers);
	size_t count = 0;

	ck_assert_ptr_null(response_pool_take(pool, text, sizeof text));
	while (count < MANY_SHEETS && (taken[count] = response_pool_take(pool, text, count % 4096)))
		count++;
	ck_assert_uint_gt(count, 100);
	ck_assert_uint_lt(count, MANY_SHEETS);
	response_pool_give_back(pool, taken[0]);
	taken[0] = response_pool_take(pool, text, 4096);
	ck_assert_ptr_nonnull(taken[0]);
	ck_assert_ptr_null(response_pool_take(pool, text, 4096));
	while (count)
		response_pool_give_back(pool, taken[--count]);
	response_pool_free(pool);
}
END_TEST

/* Both ends of a connection to ourselves: what a server accepted, and its client. */
static void connect_pair(int ends[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(ends[1], (struct sockaddr *)&address, len), 0);
	ends[0] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(ends[0], 0);
	close(listener);
}

static bool hung_up(int client)
{
	char byte;

	return recv(client, &byte, 1, MSG_DONTWAIT) == 0;
}

static const struct {
	enum phase phase;
	uint64_t bytes;
	int64_t time_s; /* 0: for ever */
} patience[] = {
	{ PHASE_IDLE, 0, 90 },           { PHASE_READING, 0, 20 }, { PHASE_SENDING, 100, 30 },
	{ PHASE_SENDING, 1600000, 130 }, { PHASE_SERVING, 0, 0 },
};

START_TEST(a_connection_is_hung_up_on_when_the_time_of_its_phase_is_over)
{
	struct connections *connections = connections_start(1000);
	int64_t now = clock_monotonic_ms(), time_ms = patience[_i].time_s * 1000;
	int ends[2];

	connect_pair(ends);
	struct connection *connection = connection_open(connections, ends[0], 0, &(unsigned){ 0 });
	connection_phase(connection, patience[_i].phase, patience[_i].bytes);
	connections_sweep(connections, now + time_ms - 1000);
	ck_assert(!hung_up(ends[1]));
	connections_sweep(connections, now + time_ms + 1000);
	ck_assert(hung_up(ends[1]) == (time_ms != 0));
	connection_close(connections, connection);
	connections_sweep(connections, now + 1000000000);
	connections_stop(connections);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* Of two connections one has begun: the whole line, later, gives it no more time. */
START_TEST(a_requests_time_begins_with_its_first_byte)
{
	struct connections *connections = connections_start(1000);
	int silent[2], begun[2];

	connect_pair(silent);
	connect_pair(begun);
	struct connection *idle = connection_open(connections, silent[0], 0, &(unsigned){ 0 });
	struct connection *dripping = connection_open(connections, begun[0], 0, &(unsigned){ 0 });
	int64_t now = clock_monotonic_ms();
	connection_phase(dripping, PHASE_READING, 0);
	if (_i) {
		usleep(1200000);
		connection_note_target(dripping, true);
	}
	connections_sweep(connections, now + 19000);
	ck_assert(!hung_up(begun[1]));
	connections_sweep(connections, now + 20500);
	ck_assert(hung_up(begun[1]));
	ck_assert(!hung_up(silent[1]));
	connection_close(connections, idle);
	connection_close(connections, dripping);
	connections_stop(connections);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

START_TEST(what_is_given_back_may_be_taken_again)
{
	struct rate_limits *rate_limits;

	ck_assert_int_eq(rate_limits_read("sign_ins=1/h:2", &rate_limits).code, OK);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(rate_limit_take(rate_limits, RATE_SIGN_IN, 7, 1000).code, OK);
		rate_limit_give_back(rate_limits, RATE_SIGN_IN, 7);
	}
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_SIGN_IN, 7, 1000).code, OK);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_SIGN_IN, 7, 1000).code, OK);
	ck_assert_int_eq(rate_limit_take(rate_limits, RATE_SIGN_IN, 7, 1000).code, ERR_TOO_MANY);
	rate_limits_free(rate_limits);
}
END_TEST

Suite *guard_suite(void)
{
	Suite *suite = suite_create("http/guard");
	TCase *tc = tcase_create("guard");

	tcase_add_checked_fixture(tc, scratch_make, scratch_clear);
	tcase_add_loop_test(tc, a_target_that_could_reach_elsewhere_is_refused, 0, COUNT(targets));
	tcase_add_loop_test(tc, a_range_is_read_as_rfc_9110_says, 0, COUNT(ranges));
	tcase_add_loop_test(tc, a_coding_is_read_as_rfc_9110_says, 0,
	                    sizeof encodings / sizeof encodings[0]);
	tcase_add_test(tc, a_burst_is_allowed_and_then_the_steady_rate);
	tcase_add_test(tc, who_is_refused_as_one_volunteer_too_many_is_not_blamed);
	tcase_add_test(tc, one_client_does_not_spend_anothers_budget);
	tcase_add_test(tc, by_default_a_prefix_makes_twenty_volunteers_an_hour);
	tcase_add_loop_test(tc, a_budget_that_cannot_be_meant_is_refused, 0, COUNT(bad_budgets));
	tcase_add_test(tc, by_default_a_class_sees_pairs_and_a_bot_sees_no_more);
	tcase_add_test(tc, refusals_are_counted_by_budget);
	tcase_add_loop_test(tc, a_budget_is_read_whole, 0, COUNT(spelled_budgets));
	tcase_add_loop_test(tc, proxies_that_cannot_be_read_are_refused_and_named, 0,
	                    COUNT(bad_networks));
	tcase_add_loop_test(tc, forwarded_addresses_are_believed_from_trusted_proxies_alone, 0,
	                    COUNT(prefixes));
	tcase_add_test(tc, a_v6_client_counts_by_its_site);
	tcase_add_test(tc, all_of_a_network_are_of_one_system_and_a_declared_one_is_of_none);
	tcase_add_loop_test(tc, a_home_is_a_56_and_what_lies_around_it_a_48, 0,
	                    sizeof homes / sizeof homes[0]);
	tcase_add_test(tc, a_site_of_many_homes_has_the_budgets_of_eight);
	tcase_add_test(tc, what_a_site_refuses_a_home_keeps);
	tcase_add_loop_test(tc, a_client_is_of_a_network_or_of_one_that_is_declared, 0, 12);
	tcase_add_loop_test(tc, declared_networks_that_cannot_be_read_are_refused_and_named, 0, 7);
	tcase_add_loop_test(tc, an_address_to_listen_at_is_read_or_refused, 0, COUNT(addresses));
	tcase_add_test(tc, a_sheet_belongs_to_one_answer_until_it_is_given_back);
	tcase_add_test(tc, sheets_are_bounded_and_those_of_other_lengths_make_room);
	tcase_add_loop_test(tc, a_connection_is_hung_up_on_when_the_time_of_its_phase_is_over, 0,
	                    COUNT(patience));
	tcase_add_loop_test(tc, a_requests_time_begins_with_its_first_byte, 0, 2);
	tcase_add_test(tc, what_is_given_back_may_be_taken_again);
	suite_add_tcase(suite, tc);
	return suite;
}
