/* SPDX-License-Identifier: Apache-2.0 */
/* Which autonomous system an address is of, by a file that an operator found somewhere. */
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "http/as_table.h"
#include "scratch.h"
#include "suites.h"

static const char *as_file(const char *bytes, size_t len)
{
	scratch_write("as", bytes, len);
	return scratch_path("as");
}

static struct as_table *as_table_of(const char *text)
{
	struct as_table *table = NULL;
	struct error err = as_table_read(as_file(text, strlen(text)), &table);

	ck_assert_msg(!err.code, "%s", err.detail);
	return table;
}

static void as_address(const char *text, unsigned char address[16])
{
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	ck_assert(inet_pton(AF_INET, text, address + 12) == 1 ||
	          inet_pton(AF_INET6, text, address) == 1);
}

static const char nested[] = "# a comment\n"
							 "\n"
							 "10.0.0.0\t8\t64500\n"
							 "10.1.0.0/16 64501\r\n"
							 "10.1.2.0\t24\t64502_64503\n"
							 "10.1.2.0\t24\t64509\n"
							 "192.0.2.0 24 64504,64505  \n"
							 "2001:db8::\t32\t4294967295\n"
							 "2001:db8:5::/48\t64506\n"
							 "2001:db8:5:0:8000::\t65\t64507\n"
							 "203.0.113.255/32 64508";

static const struct {
	const char *address;
	uint32_t system;
} as_lookups[] = {
	{ "10.200.0.1", 64500 },
	{ "10.1.200.1", 64501 },
	{ "10.1.2.255", 64502 },
	{ "10.1.3.0", 64501 },
	{ "10.2.0.0", 64500 },
	{ "11.0.0.0", 0 },
	{ "9.255.255.255", 0 },
	{ "192.0.2.7", 64504 },
	{ "192.0.3.0", 0 },
	{ "203.0.113.255", 64508 },
	{ "203.0.113.254", 0 },
	{ "0.0.0.0", 0 },
	{ "255.255.255.255", 0 },
	{ "2001:db8::1", 4294967295 },
	{ "2001:db8:5::1", 64506 },
	{ "2001:db8:5:0:8000::1", 64506 },
	{ "2001:db8:6::", 4294967295 },
	{ "2001:db9::", 0 },
	{ "::", 0 },
};

START_TEST(the_longest_prefix_says_which_system)
{
	struct as_table *table = as_table_of(nested);
	unsigned char address[16];

	as_address(as_lookups[_i].address, address);
	ck_assert_uint_eq(as_table_find(table, address), as_lookups[_i].system);
	ck_assert_uint_eq(as_table_count(table), 7); /* one is there twice, one too long to keep */
	as_table_free(table);
}
END_TEST

START_TEST(without_a_table_nothing_is_known)
{
	unsigned char address[16];

	as_address("10.0.0.1", address);
	ck_assert_uint_eq(as_table_find(NULL, address), 0);
	as_table_free(NULL);
}
END_TEST

static const char as_overlong[] =
	"10.0.0.0/8 64500                                                                              "
	"                                                                                              "
	" "
	"                    ";

static const char *const as_lines[] = {
	"10.0.0.0",
	"10.0.0.0\t8",
	"10.0.0.0\t8\t",
	"10.0.0.0\t8\t0",
	"10.0.0.0\t8\t4294967296",
	"10.0.0.0\t8\t99999999999999999999999999",
	"10.0.0.0\t8\tAS64500",
	"10.0.0.0\t8\t64500_",
	"10.0.0.0\t8\t64500 64501",
	"10.0.0.0\t33\t64500",
	"10.0.0.0\t-1\t64500",
	"10.0.0.1\t8\t64500",
	"10.0.0\t8\t64500",
	"2001:db8::\t129\t64500",
	"2001:db8::1\t64\t64500",
	"2001:db8::/32/3\t64500",
	"/8\t64500",
	"nonsense",
	"",
	"# nothing else",
	as_overlong,
};

START_TEST(a_line_that_cannot_be_read_stops_the_start_and_is_named)
{
	struct as_table *table = NULL;
	char text[400];
	bool empty = !*as_lines[_i] || *as_lines[_i] == '#';

	snprintf(text, sizeof text, "%s%s\n", empty ? "" : "192.0.2.0/24 64500\n", as_lines[_i]);
	struct error err = as_table_read(as_file(text, strlen(text)), &table);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(err.detail, empty ? "no prefix" : "line 2"));
	ck_assert_ptr_null(table);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused)
{
	static const char zero[] = "192.0.2.0/24 64500\n10.0.0.0/8\0 64500\n";
	struct as_table *table = NULL;

	ck_assert_int_eq(as_table_read(as_file(zero, sizeof zero - 1), &table).code, ERR_INVALID);
	ck_assert_int_eq(as_table_read(scratch_path(""), &table).code, ERR_INVALID);
	ck_assert_int_eq(as_table_read("/no/such/file", &table).code, ERR_INVALID);
	ck_assert_ptr_null(table);
}
END_TEST

#define AS_LINES 400

/* Counted from one, as the lines' systems are; 0: none has it. */
static uint32_t as_longest_line(const uint32_t first[], const uint32_t bits[], uint32_t at)
{
	uint32_t longest = 0, line = 0;

	for (uint32_t n = 0; n < AS_LINES; n++) {
		uint32_t mask = bits[n] ? UINT32_MAX << (32 - bits[n]) : 0;

		if (((at ^ first[n]) & mask) == 0 && (!line || bits[n] > longest)) {
			longest = bits[n];
			line = n + 1;
		}
	}
	return line;
}

/* Prefixes in and beside each other, as chance has it, against a look at every one. */
START_TEST(what_is_found_is_what_a_look_at_every_line_finds)
{
	struct random random = random_seeded(7 + (uint64_t)_i);
	uint32_t first[AS_LINES], bits[AS_LINES];
	char *text = calloc(AS_LINES, 40);
	size_t len = 0;

	ck_assert_ptr_nonnull(text);
	for (uint32_t n = 0; n < AS_LINES; n++) {
		bits[n] = random_below(&random, 25);
		first[n] = random_below(&random, 16) << 28 | random_below(&random, 8) << 21 |
		           random_below(&random, 256) << 8;
		first[n] &= bits[n] ? UINT32_MAX << (32 - bits[n]) : 0;
		len += (size_t)sprintf(text + len, "%u.%u.%u.%u\t%u\t%u\n", first[n] >> 24,
		                       first[n] >> 16 & 255, first[n] >> 8 & 255, first[n] & 255, bits[n],
		                       n + 1);
	}
	struct as_table *table = as_table_of(text);
	for (int try = 0; try < 2000; try++) {
		uint32_t at = first[random_below(&random, AS_LINES)] ^ random_below(&random, 1024);
		unsigned char address[16] = { [10] = 0xff, [11] = 0xff };

		for (int byte = 0; byte < 4; byte++)
			address[12 + byte] = (unsigned char)(at >> (24 - 8 * byte));
		ck_assert_uint_eq(as_table_find(table, address), as_longest_line(first, bits, at));
	}
	as_table_free(table);
	free(text);
}
END_TEST

Suite *as_table_suite(void)
{
	Suite *suite = suite_create("as_table");
	TCase *tc = tcase_create("as_table");

	tcase_add_checked_fixture(tc, scratch_make, scratch_clear);
	tcase_add_loop_test(tc, the_longest_prefix_says_which_system, 0,
	                    sizeof as_lookups / sizeof as_lookups[0]);
	tcase_add_test(tc, without_a_table_nothing_is_known);
	tcase_add_loop_test(tc, a_line_that_cannot_be_read_stops_the_start_and_is_named, 0,
	                    sizeof as_lines / sizeof as_lines[0]);
	tcase_add_test(tc, bytes_that_are_no_text_are_refused);
	tcase_add_loop_test(tc, what_is_found_is_what_a_look_at_every_line_finds, 0, 5);
	suite_add_tcase(suite, tc);
	return suite;
}
