/* SPDX-License-Identifier: Apache-2.0 */
/* What the rooms above core rely on. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/csv.h"
#include "core/disk.h"
#include "core/idmap.h"
#include "core/json_reader.h"
#include "core/number.h"
#include "core/random.h"
#include "core/strbuf.h"
#include "core/thread.h"
#include "core/uuid.h"
#include "crypto/password.h"
#include "crypto/sha256.h"
#include "crypto/token.h"
#include "suites.h"

static struct arena *arena;
static char folder[] = "/tmp/touchstone-core-XXXXXX";

static void setup(void)
{
	arena = arena_new();
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
	char path[64];

	snprintf(path, sizeof path, "%s/secret", folder);
	unlink(path);
	rmdir(folder);
	arena_free(arena);
}

static struct token_keys *open_seal(void)
{
	struct token_keys *keys = NULL;

	ck_assert_int_eq(token_keys_open(arena_printf(arena, "%s/secret", folder), &keys).code, OK);
	return keys;
}

START_TEST(what_an_arena_hands_out_is_zero_aligned_and_nobody_elses)
{
	static const size_t sizes[] = { 1, 8, 15, 16, 17, 100, 900, 1000, 1033, 8192, 8193, 100000 };
	static const char zeros[100000];
	char *given[12];

	for (int round = 0; round < 3; round++) {
		struct arena *one = arena_new(); /* in memory that the round before has used */

		for (size_t i = 0; i < 12; i++) {
			given[i] = arena_alloc(one, sizes[i]);
			ck_assert_uint_eq((uintptr_t)given[i] % _Alignof(max_align_t), 0);
			ck_assert_mem_eq(given[i], zeros, sizes[i]);
			memset(given[i], (int)i + 1, sizes[i]);
		}
		for (size_t i = 0; i < 12; i++)
			ck_assert(given[i][0] == (char)(i + 1) &&
			          memcmp(given[i], given[i] + 1, sizes[i] - 1) == 0);
		ck_assert_str_eq(arena_copy(one, "abcdef", 3), "abc");
		arena_free(one);
	}
}
END_TEST

START_TEST(what_was_sealed_is_revealed_by_any_process_with_the_secret)
{
	struct token_keys *one = open_seal(), *other = open_seal();
	char text[TOKEN_TEXT(5)], back[5];

	token_seal(one, TOKEN_MEDIA, "bytes", 5, text);
	ck_assert(token_open(other, TOKEN_MEDIA, text, back, 5));
	ck_assert_mem_eq(back, "bytes", 5);
	token_keys_free(one);
	token_keys_free(other);
}
END_TEST

/* Of the 64 letters that could stand at a place one opens the text, and nothing else does. */
START_TEST(a_sealed_text_has_one_spelling)
{
	struct token_keys *keys = open_seal();
	char text[TOKEN_TEXT(7)], back[7];

	size_t len = 5 + (size_t)_i; /* so that 0, 1 and 2 bytes are left over at the end */
	token_seal(keys, TOKEN_MEDIA, "1234567", len, text);
	ck_assert_uint_eq(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                               "0123456789-_"),
	                  strlen(text));
	for (size_t at = 0; at < strlen(text); at++) {
		char right = text[at];
		int opened = 0;

		for (int c = 1; c < 256; c++) {
			text[at] = (char)c;
			if (token_open(keys, TOKEN_MEDIA, text, back, len)) {
				ck_assert_int_eq(text[at], right);
				opened++;
			}
		}
		ck_assert_int_eq(opened, 1);
		text[at] = right;
	}
	token_keys_free(keys);
}
END_TEST

/* Enough to empty any store of random bytes; the first 32 letters are the nonce. */
START_TEST(no_two_sealings_share_a_nonce)
{
	enum { COUNT = 200, EACH = TOKEN_TEXT(0), ALL = 2 * COUNT };
	struct token_keys *keys = open_seal();
	char(*texts)[EACH] =
		mmap(NULL, ALL * EACH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	token_seal(keys, TOKEN_MEDIA, "", 0, texts[0]); /* what a child could inherit */
	pid_t child = fork();
	for (int i = 1; i < COUNT; i++)
		token_seal(keys, TOKEN_MEDIA, "", 0, texts[child ? i : COUNT + i]);
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	for (int i = 0; i < ALL; i++)
		for (int j = 0; j < i; j++)
			ck_assert_msg(i == COUNT || j == COUNT || memcmp(texts[i], texts[j], 32) != 0,
			              "%d and %d", i, j);
	munmap(texts, ALL * EACH);
	token_keys_free(keys);
}
END_TEST

START_TEST(a_sealed_text_opens_as_its_own_kind_alone)
{
	struct token_keys *keys = open_seal();
	char text[TOKEN_TEXT(5)], back[5];

	token_seal(keys, TOKEN_MEDIA, "bytes", 5, text);
	ck_assert(!token_open(keys, TOKEN_ASSIGNMENT, text, back, 5));
	ck_assert(!token_open(keys, TOKEN_MEDIA, text, back, 4));
	token_keys_free(keys);
}
END_TEST

START_TEST(a_changed_character_is_noticed)
{
	struct token_keys *keys = open_seal();
	char text[TOKEN_TEXT(5)], back[5];

	token_seal(keys, TOKEN_MEDIA, "bytes", 5, text);
	for (size_t i = 0; text[i]; i++) {
		char was = text[i];
		text[i] = was == 'A' ? 'B' : 'A';
		ck_assert(!token_open(keys, TOKEN_MEDIA, text, back, 5));
		text[i] = was;
	}
	token_keys_free(keys);
}
END_TEST

START_TEST(a_secret_that_others_may_read_is_refused)
{
	struct token_keys *keys = open_seal();
	const char *path = arena_printf(arena, "%s/secret", folder);
	struct stat stat_of;

	token_keys_free(keys);
	ck_assert_int_eq(stat(path, &stat_of), 0);
	ck_assert_uint_eq(stat_of.st_mode & 0777, 0600);
	chmod(path, 0644);
	ck_assert_int_eq(token_keys_open(path, &keys).code, ERR_INTERNAL);
}
END_TEST

START_TEST(a_password_matches_its_own_hash_alone)
{
	bool matches;
	char hash[PASSWORD_HASH];

	ck_assert_int_eq(password_hash("correct horse", hash).code, OK);
	ck_assert(strncmp(hash, "$argon2id$", 10) == 0);
	ck_assert_int_eq(password_check("correct horse", hash, &matches).code, OK);
	ck_assert(matches);
	ck_assert_int_eq(password_check("correct horsf", hash, &matches).code, OK);
	ck_assert(!matches);
	ck_assert_int_eq(password_check("anything", NULL, &matches).code, OK);
	ck_assert(!matches);
}
END_TEST

/* argon2id asks for 64 MiB. A sanitizer has an address space of its own, which no limit fits. */
START_TEST(without_memory_nobody_is_told_that_a_password_is_wrong)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	puts("skip: without_memory_nobody_is_told_that_a_password_is_wrong: under a sanitizer");
#else
	char hash[PASSWORD_HASH];
	bool matches;

	ck_assert_int_eq(password_hash("correct horse", hash).code, OK);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &(struct rlimit){ 48u << 20, 48u << 20 }), 0);
	ck_assert_int_eq(password_check("correct horse", hash, &matches).code, ERR_UNAVAILABLE);
	ck_assert_int_eq(password_check("correct horsf", hash, &matches).code, ERR_UNAVAILABLE);
	ck_assert_int_eq(password_check("anything", NULL, &matches).code, ERR_UNAVAILABLE);
#endif
}
END_TEST

#define CODE_ROW(reason, name, code, title) { REASON_##reason, code, name, title, NULL },
#define NAMED_ROW(reason, name, code, title, sentence) \
	{ REASON_##reason, code, name, title, sentence },

static const struct reason_row {
	enum reason reason;
	enum error_code code;
	const char *name, *title, *sentence;
} code_reasons[] = { CODE_REASONS(CODE_ROW) }, named_reasons[] = { NAMED_REASONS(NAMED_ROW) };

START_TEST(every_code_has_a_reason_of_its_own)
{
	ck_assert_uint_eq(sizeof code_reasons / sizeof code_reasons[0], ERROR_CODES - 1);
	for (unsigned code = OK + 1; code < ERROR_CODES; code++) {
		struct error err = errorf((enum error_code)code, "x");

		ck_assert_uint_eq(code_reasons[code - 1].code, code);
		ck_assert_str_eq(error_reason(&err), code_reasons[code - 1].name);
		ck_assert_str_eq(error_title(&err), code_reasons[code - 1].title);
	}
}
END_TEST

START_TEST(a_reason_brings_its_code_and_a_whole_sentence)
{
	const struct reason_row *row = &named_reasons[_i];
	struct error err = error_because(row->reason);

	ck_assert_uint_eq(err.code, row->code);
	ck_assert_str_eq(err.detail, row->sentence);
	ck_assert_str_eq(error_reason(&err), row->name);
	ck_assert_str_eq(error_title(&err), row->title);
	ck_assert_uint_eq(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(row->name));
	for (int i = 0; i < _i; i++)
		ck_assert_str_ne(named_reasons[i].name, row->name);
}
END_TEST

START_TEST(a_reason_may_say_more_than_its_sentence)
{
	struct error err = errorf_because(REASON_UNDO_LATE, "after %d minutes", 10);

	ck_assert_uint_eq(err.code, ERR_CONFLICT);
	ck_assert_str_eq(err.detail, "after 10 minutes");
	ck_assert_str_eq(error_reason(&err), "undo-late");
}
END_TEST

START_TEST(a_reason_that_is_not_listed_is_a_program_error)
{
	static const unsigned unlisted[] = { REASON_DEFAULT, REASONS, 255 };

	(void)error_because((enum reason)unlisted[_i]).code;
}
END_TEST

/* 51 bytes of the 55 that a pointer holds. */
#define EURO            "\xe2\x82\xac"
#define FOUR_EUROS      EURO EURO EURO EURO
#define SEVENTEEN_EUROS FOUR_EUROS FOUR_EUROS FOUR_EUROS FOUR_EUROS EURO

static const struct {
	const char *text;
	enum error_code code;
	const char *pointer, *detail;
} bodies[] = {
	{ "{\"name\":\"a\",\"age\":3}", OK, "", "" },
	{ "{\"name\":\"a\",\"age\":3,\"size\":null}", OK, "", "" },
	{ "", ERR_MALFORMED, "", "The body is empty; a JSON object is expected." },
	{ "[1]", ERR_INVALID, "", "The body must be a JSON object." },
	{ "{\"name\":\"a\",\"name\":\"b\"}", ERR_MALFORMED, "", NULL },
	{ "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", ERR_MALFORMED, "",
	  "Line 1: it nests deeper than 16 levels." },
	{ "{\"age\":3}", ERR_INVALID, "/name", "must be a string." },
	{ "{\"name\":\"a\",\"age\":\"3\"}", ERR_INVALID, "/age",
	  "must be a whole number from 0 to 9." },
	{ "{\"name\":\"a\",\"age\":10}", ERR_INVALID, "/age", "must be a whole number from 0 to 9." },
	{ "{\"name\":\"a\",\"age\":3,\"more\":1}", ERR_INVALID, "/more",
	  "is not a field of this request." },
	{ "{\"name\":\"a\",\"age\":3,\"a/b~c\":1}", ERR_INVALID, "/a~1b~0c",
	  "is not a field of this request." },
	{ "{\"name\":\"a\",\"age\":3,\"" SEVENTEEN_EUROS "/\":1}", ERR_INVALID,
	  "/" SEVENTEEN_EUROS "~1", "is not a field of this request." },
	{ "{\"name\":\"a\",\"age\":3,\"" SEVENTEEN_EUROS "abc\":1}", ERR_INVALID,
	  "/" SEVENTEEN_EUROS "abc", "is not a field of this request." },
	{ "{\"name\":\"a\",\"age\":3,\"" SEVENTEEN_EUROS "ab" EURO "\":1}", ERR_INVALID,
	  "/" SEVENTEEN_EUROS "ab", "is not a field of this request." },
	{ "{\"name\":\"a\\u0007\",\"age\":3}", ERR_INVALID, "/name",
	  "must not hold control characters." },
	{ "{\"name\":\"\",\"age\":3}", ERR_INVALID, "/name", "must not be shorter than 1 characters." },
};

static struct error read_body(const char *text)
{
	json_auto_t *object = NULL;
	struct error err = json_reader_parse(text, strlen(text), &object);
	struct json_reader r = { .object = object, .arena = arena };

	if (err.code)
		return err;
	read_text(&r, "name", 1, 5);
	read_integer(&r, "age", 0, 9);
	if (read_present(&r, "size"))
		read_number(&r, "size", 0, 1);
	return json_reader_done(&r);
}

START_TEST(a_bad_body_says_what_is_wrong_and_where)
{
	struct error err = read_body(bodies[_i].text);

	ck_assert_int_eq(err.code, bodies[_i].code);
	ck_assert_str_eq(err.pointer, bodies[_i].pointer);
	if (bodies[_i].detail)
		ck_assert_str_eq(err.detail, bodies[_i].detail);
}
END_TEST

static struct csv *csv_of(const char *text, FILE **source)
{
	*source = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	return csv_new(*source);
}

START_TEST(csv_fields_may_be_quoted_and_hold_line_ends)
{
	FILE *source;
	struct csv *csv = csv_of("\xef\xbb\xbf"
	                         "a,b\r\n\r\n\"x, \"\"y\"\"\nz\",\n",
	                         &source);
	const char *const *fields;
	size_t count;

	ck_assert_int_eq(csv_next(csv, &fields, &count).code, OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(fields[0], "a");
	ck_assert_int_eq(csv_next(csv, &fields, &count).code, OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(fields[0], "x, \"y\"\nz");
	ck_assert_str_eq(fields[1], "");
	ck_assert_uint_eq(csv_line(csv), 3);
	ck_assert_int_eq(csv_next(csv, &fields, &count).code, OK);
	ck_assert_uint_eq(count, 0);
	csv_free(csv);
	fclose(source);
}
END_TEST

/* One text, and what is read of it: fields with '|' between, records with '/', '!' and the line for
 * a bad one. */
static const struct {
	const char *text, *read;
} csv_texts[] = {
	/* A quote in a field's midst is a letter. */
	{ "f,27\" monitor\ng,h\n", "f|27\" monitor/g|h/" },
	{ "f,27\" monitor,\"q\"\ng,5'11\"\n", "f|27\" monitor|q/g|5'11\"/" },
	{ "a\"b\"c,\"\"\n", "a\"b\"c|/" },
	{ "a, \"b, c\"\n", "a| \"b| c\"/" },
	/* What opens and never closes costs a line. */
	{ "\"a\nb\nc\n", "!1/b/c/" },
	{ "a,\"b\nc,d\ne,\"f\"\n", "!1/c|d/e|f/" },
	{ "a,\"b\nc,\"d\ne,\"f\n", "!1/!2/!3/" },
	{ "a,\"b\"c\nd\n", "!1/d/" },
	{ "\"a\"b,c\"\"\nd,e\n", "!1/d|e/" },
	{ "\"a\" ,b\nd,e\n", "!1/d|e/" },
	{ "\"", "!1/" },
	{ "a,\"\n", "!1/" },
	{ "a,\"x\"\"\nb,y\n", "!1/b|y/" },
	/* Line ends. */
	{ "a\r\nb\rc\nd", "a/b\rc/d/" },
	{ "a\rb,\"c\rd\"\r\re", "a/b|c\rd/e/" },
	{ "a\r\r\nb\r\r\n", "a/b/" },
	{ "\n\r\n\na\n\n", "a/" },
	{ "a,\"b\r\n\r\nc\"\r\nd", "a|b\r\n\r\nc/d/" },
	{ "", "" },
	{ "\xef\xbb\xbf", "" },
	{ "\xef\xbb\xbf\"a,b\",\n", "a,b|/" },
	{ ",\n,,\n", "|/||/" },
};

static const char *csv_read(struct csv *csv)
{
	const char *read = "";
	const char *const *fields;
	size_t count = 1;

	while (count) {
		struct error err = csv_next(csv, &fields, &count);
		if (err.code) {
			ck_assert_int_eq(err.code, ERR_INVALID);
			read = arena_printf(arena, "%s!%u/", read, csv_line(csv));
			continue;
		}
		for (size_t f = 0; f < count; f++)
			read = arena_printf(arena, "%s%s%s", read, f ? "|" : "", fields[f]);
		if (count)
			read = arena_printf(arena, "%s/", read);
	}
	return read;
}

START_TEST(csv_is_read_as_it_stands_and_a_bad_record_costs_one_line)
{
	FILE *source;
	struct csv *csv = csv_of(csv_texts[_i].text, &source);

	ck_assert_str_eq(csv_read(csv), csv_texts[_i].read);
	csv_free(csv);
	fclose(source);
}
END_TEST

START_TEST(a_stray_quote_in_a_long_csv_costs_no_other_row)
{
	char *text = NULL;
	size_t len = 0, count = 1, good = 0, bad = 0;
	FILE *out = open_memstream(&text, &len), *source;
	const char *const *fields;

	for (int i = 0; i < 100000; i++)
		fprintf(out, i == 5 ? "f%d.jpg,\"27 monitor\n" : "f%d.jpg,a monitor, \"27\"\n", i);
	fclose(out);
	struct csv *csv = csv_of(text, &source);
	while (count) {
		struct error err = csv_next(csv, &fields, &count);
		bad += err.code != OK;
		good += !err.code && count == 3;
		ck_assert(!err.code || csv_line(csv) == 6);
	}
	ck_assert_uint_eq(bad, 1);
	ck_assert_uint_eq(good, 99999);
	csv_free(csv);
	fclose(source);
	free(text);
}
END_TEST

START_TEST(a_csv_line_longer_than_any_record_is_skipped_whole)
{
	const size_t len = 5 * 1000 * 1000;
	char *text = malloc(len + 16);
	const char *const *fields;
	size_t count;
	FILE *source;

	memset(text, 'x', len);
	strcpy(text + len, "\na,b\n");
	struct csv *csv = csv_of(text, &source);
	ck_assert_int_eq(csv_next(csv, &fields, &count).code, ERR_INVALID);
	ck_assert_int_eq(csv_next(csv, &fields, &count).code, OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(csv_line(csv), 2);
	csv_free(csv);
	fclose(source);
	free(text);
}
END_TEST

/* A source that gives its text and then fails. */
static ssize_t give_and_fail(void *cookie, char *to, size_t room)
{
	const char **text = cookie;
	size_t len = strlen(*text) < room ? strlen(*text) : room;

	if (!len) {
		errno = EIO;
		return -1;
	}
	memcpy(to, *text, len);
	*text += len;
	return (ssize_t)len;
}

static const char *const torn[] = { "", "a,b\n", "a,b\nc,", "a,b\nc,d\ne", "a,\"b\nc,d\n" };

START_TEST(a_csv_that_cannot_be_read_on_is_no_csv_that_ends)
{
	const char *const *fields, *text = torn[_i];
	FILE *source = fopencookie(&text, "r", (cookie_io_functions_t){ .read = give_and_fail });
	struct csv *csv = csv_new(source);
	size_t count;
	struct error err = csv_next(csv, &fields, &count);

	ck_assert_int_eq(err.code, ERR_INTERNAL);
	ck_assert_ptr_nonnull(strstr(err.detail, "Input/output error"));
	ck_assert_int_eq(csv_next(csv, &fields, &count).code, OK);
	ck_assert_uint_eq(count, 0);
	csv_free(csv);
	fclose(source);
}
END_TEST

START_TEST(a_csv_record_can_be_looked_at_and_taken_back)
{
	FILE *source;
	struct csv *csv = csv_of("a,\"b\nc,d\ne\"\nf\n", &source);
	const char *const *fields;
	size_t count, len;

	ck_assert_int_eq(csv_next(csv, &fields, &count).code, OK);
	ck_assert_uint_eq(csv_lines(csv), 3);
	const char *raw = csv_raw(csv, &len);
	ck_assert_str_eq(arena_copy(arena, raw, len), "a,\"b\nc,d\ne\"");
	csv_back(csv);
	raw = csv_raw(csv, &len);
	ck_assert_str_eq(arena_copy(arena, raw, len), "a,\"b");
	ck_assert_str_eq(csv_read(csv), "c|d/e\"/f/");
	csv_free(csv);
	fclose(source);
}
END_TEST

START_TEST(a_csv_record_with_a_nul_is_bad)
{
	static const char text[] = "a,b\nc\0d,e\nf";
	FILE *source = fmemopen((void *)(uintptr_t)text, sizeof text - 1, "r");
	struct csv *csv = csv_new(source);

	ck_assert_str_eq(csv_read(csv), "a|b/!2/f/");
	csv_free(csv);
	fclose(source);
}
END_TEST

START_TEST(ids_get_indices_in_order_of_appearance)
{
	struct idmap *map = idmap_new();
	unsigned char ids[1000][UUID_BYTES];

	for (uint32_t i = 0; i < 1000; i++) {
		uuid_random(ids[i]);
		ck_assert_uint_eq(idmap_add(map, ids[i]), i);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		ck_assert_uint_eq(idmap_add(map, ids[i]), i);
		ck_assert_uint_eq(idmap_find(map, ids[i]), i);
		ck_assert_mem_eq(idmap_id(map, i), ids[i], UUID_BYTES);
	}
	uuid_random(ids[0]);
	ck_assert_uint_eq(idmap_find(map, ids[0]), IDMAP_NONE);
	ck_assert_uint_eq(idmap_count(map), 1000);
	idmap_free(map);
}
END_TEST

START_TEST(ids_that_only_count_up_are_told_apart_quickly)
{
	struct idmap *map = idmap_new();
	unsigned char id[UUID_BYTES] = { 0 };

	for (uint32_t i = 0; i < 200000; i++) {
		id[15] = (unsigned char)i;
		id[14] = (unsigned char)(i >> 8);
		id[13] = (unsigned char)(i >> 16);
		ck_assert_uint_eq(idmap_add(map, id), i);
	}
	idmap_free(map);
}
END_TEST

START_TEST(random_numbers_below_a_bound_are_uniform)
{
	struct random random = random_seeded(1);
	unsigned counts[6] = { 0 };

	for (int i = 0; i < 60000; i++)
		counts[random_below(&random, 6)]++;
	for (int i = 0; i < 6; i++)
		ck_assert(counts[i] > 9600 && counts[i] < 10400); /* 4 standard deviations */
}
END_TEST

START_TEST(ordered_ids_sort_by_time_and_never_repeat)
{
	struct random random = random_seeded(7);
	unsigned char before[UUID_BYTES], after[UUID_BYTES];
	int64_t now_us = INT64_C(1790000000000000);

	uuid_ordered(before, now_us, &random);
	uuid_ordered(after, now_us, &random);
	ck_assert_mem_ne(before, after, UUID_BYTES); /* of one microsecond, too */
	for (int i = 0; i < 2000; i++) {
		now_us += i % 7 ? 1 : 997;
		uuid_ordered(after, now_us, &random);
		ck_assert_int_le(memcmp(before, after, 8), 0);
		ck_assert_int_eq(after[6] >> 4, 7);
		ck_assert_int_eq(after[8] >> 6, 2);
		memcpy(before, after, UUID_BYTES);
	}
}
END_TEST

START_TEST(a_text_grows_by_pieces_numbers_and_what_is_written_into_its_room)
{
	struct strbuf text = { .arena = arena };
	char expected[8192] = "";

	for (uint64_t i = 0; i < 200; i++) {
		strbuf_add(&text, "piece ");
		strbuf_add_number(&text, i * i * i);
		strcpy(strbuf_room(&text, 3), ", ");
		strbuf_grew(&text, 2);
		sprintf(expected + strlen(expected), "piece %llu, ", (unsigned long long)(i * i * i));
	}
	ck_assert_str_eq(text.bytes, expected);
	ck_assert_uint_eq(text.len, strlen(expected));
	strbuf_add_number(&text, UINT64_MAX);
	ck_assert_str_eq(text.bytes + strlen(expected), "18446744073709551615");
}
END_TEST

START_TEST(a_moment_is_written_in_utc_and_no_two_are_mixed_up)
{
	char text[CLOCK_TEXT];

	for (int again = 0; again < 2; again++) {
		clock_text(text, 0);
		ck_assert_str_eq(text, "1970-01-01T00:00:00Z");
		clock_text(text, 1772323199);
		ck_assert_str_eq(text, "2026-02-28T23:59:59Z");
		clock_text(text, 1772323200);
		ck_assert_str_eq(text, "2026-03-01T00:00:00Z");
	}
}
END_TEST

START_TEST(a_moment_is_read_to_the_second_and_nothing_else_is)
{
	static const char *const none[] = { "",
		                                "2026-02-28",
		                                "2026-02-28T23:59:59",
		                                "2026-02-28T23:59:59+01:00",
		                                "2026-02-28T23:59:59Z.",
		                                "2026-13-01T00:00:00Z",
		                                "0999-01-01T00:00:00Z" };
	int64_t at_s = 0;

	ck_assert(clock_read_moment("2026-02-28T23:59:59Z", &at_s));
	ck_assert_int_eq(at_s, 1772323199);
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		ck_assert_msg(!clock_read_moment(none[i], &at_s), "%s", none[i]);
}
END_TEST

static const struct {
	const char *text;
	bool whole, real;
} typed[] = {
	{ "0", true, true },           { "007", true, true },
	{ "100", true, true },         { "101", false, false },
	{ "5.7", false, true },        { "5.", false, true },
	{ ".5", false, true },         { "1e1", false, true },
	{ "1E-3", false, true },       { "", false, false },
	{ ".", false, false },         { "e1", false, false },
	{ "1e", false, false },        { "1e+", false, false },
	{ " 5", false, false },        { "5 ", false, false },
	{ "+5", false, false },        { "-0", false, false },
	{ "0x5", false, false },       { "inf", false, false },
	{ "nan", false, false },       { "5x", false, false },
	{ "1e999", false, false },     { "18446744073709551616", false, false },
	{ "5\xC2\xA0", false, false }, { "\xD9\xA5", false, false },
	{ "1,5", false, false },
};

START_TEST(a_number_is_read_whole_or_not_at_all)
{
	uint64_t whole = 12345;
	double real = 12345;

	ck_assert_int_eq(number_whole(typed[_i].text, 0, 100, &whole), typed[_i].whole);
	ck_assert_int_eq(number_real(typed[_i].text, 0, 100, &real), typed[_i].real);
	ck_assert(typed[_i].whole ? whole == strtoull(typed[_i].text, NULL, 10) : whole == 12345);
	ck_assert(typed[_i].real ? real >= 0 && real <= 100 : real >= 12345);
}
END_TEST

static void note_niceness(void *niceness)
{
	*(int *)niceness = getpriority(PRIO_PROCESS, (id_t)gettid());
}

START_TEST(what_runs_nicely_leaves_its_caller_as_it_was)
{
	int before, during, after;

	note_niceness(&before);
	thread_run_nicely(note_niceness, &during);
	note_niceness(&after);
	ck_assert_int_gt(during, before);
	ck_assert_int_eq(after, before);
}
END_TEST

START_TEST(nothing_but_a_regular_file_is_opened_to_read)
{
	static const char *const others[] = { "/dev/zero", "/tmp", "fifo" };
	char fifo[64], file[64];

	snprintf(fifo, sizeof fifo, "%s/fifo", folder);
	snprintf(file, sizeof file, "%s/secret", folder);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		errno = 0;
		ck_assert_int_eq(disk_open_regular(*others[i] == '/' ? others[i] : fifo), -1);
		ck_assert_int_eq(errno, EBADF);
	}
	unlink(fifo);
	ck_assert_int_eq(disk_open_regular(file), -1);
	ck_assert_int_eq(errno, ENOENT);
	fclose(fopen(file, "we"));
	int fd = disk_open_regular(file);
	ck_assert_int_ge(fd, 0);
	close(fd);
}
END_TEST

START_TEST(a_copy_is_hashed_and_says_which_side_failed)
{
	unsigned char digest[SHA256_BYTES] = { 0 }, expected[SHA256_BYTES];
	static char bytes[100000]; /* two pieces */
	char file[64];
	uint64_t count = 0;

	snprintf(file, sizeof file, "%s/secret", folder);
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int from = memfd_create("from", MFD_CLOEXEC), full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	memset(bytes, 'x', sizeof bytes);
	ck_assert(disk_write(from, bytes, sizeof bytes));
	sha256_bytes(expected, bytes, sizeof bytes);

	lseek(from, 0, SEEK_SET);
	ck_assert_int_eq(sha256_copy(from, full, digest, &count), COPY_UNWRITTEN);
	ck_assert_int_eq(sha256_copy(full, fd, digest, &count), COPY_UNREAD);
	ck_assert_uint_eq(count, 0);
	lseek(from, 0, SEEK_SET);
	ck_assert_int_eq(sha256_copy(from, fd, digest, &count), COPIED);
	ck_assert_uint_eq(count, sizeof bytes);
	ck_assert_mem_eq(digest, expected, SHA256_BYTES);
	ck_assert(!sha256_fd(fd, digest, &count).code);
	ck_assert_uint_eq(count, sizeof bytes);
	ck_assert_mem_eq(digest, expected, SHA256_BYTES);
	close(full);
	close(from);
	close(fd);
}
END_TEST

Suite *core_suite(void)
{
	Suite *suite = suite_create("core");
	TCase *tc = tcase_create("core");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, what_runs_nicely_leaves_its_caller_as_it_was);
	tcase_add_test(tc, ordered_ids_sort_by_time_and_never_repeat);
	tcase_add_test(tc, what_an_arena_hands_out_is_zero_aligned_and_nobody_elses);
	tcase_add_test(tc, what_was_sealed_is_revealed_by_any_process_with_the_secret);
	tcase_add_loop_test(tc, a_sealed_text_has_one_spelling, 0, 3);
	tcase_add_test(tc, no_two_sealings_share_a_nonce);
	tcase_add_test(tc, a_sealed_text_opens_as_its_own_kind_alone);
	tcase_add_test(tc, a_changed_character_is_noticed);
	tcase_add_test(tc, a_secret_that_others_may_read_is_refused);
	tcase_add_test(tc, a_password_matches_its_own_hash_alone);
	tcase_add_test(tc, without_memory_nobody_is_told_that_a_password_is_wrong);
	tcase_add_test(tc, every_code_has_a_reason_of_its_own);
	tcase_add_loop_test(tc, a_reason_brings_its_code_and_a_whole_sentence, 0,
	                    sizeof named_reasons / sizeof named_reasons[0]);
	tcase_add_test(tc, a_reason_may_say_more_than_its_sentence);
	tcase_add_loop_test_raise_signal(tc, a_reason_that_is_not_listed_is_a_program_error, SIGABRT, 0,
	                                 3);
	tcase_add_loop_test(tc, a_bad_body_says_what_is_wrong_and_where, 0,
	                    (int)(sizeof bodies / sizeof bodies[0]));
	tcase_add_test(tc, csv_fields_may_be_quoted_and_hold_line_ends);
	tcase_add_loop_test(tc, csv_is_read_as_it_stands_and_a_bad_record_costs_one_line, 0,
	                    (int)(sizeof csv_texts / sizeof csv_texts[0]));
	tcase_add_test(tc, a_stray_quote_in_a_long_csv_costs_no_other_row);
	tcase_add_test(tc, a_csv_line_longer_than_any_record_is_skipped_whole);
	tcase_add_loop_test(tc, a_csv_that_cannot_be_read_on_is_no_csv_that_ends, 0,
	                    sizeof torn / sizeof torn[0]);
	tcase_add_test(tc, a_csv_record_can_be_looked_at_and_taken_back);
	tcase_add_test(tc, a_csv_record_with_a_nul_is_bad);
	tcase_add_test(tc, nothing_but_a_regular_file_is_opened_to_read);
	tcase_add_test(tc, a_copy_is_hashed_and_says_which_side_failed);
	tcase_add_test(tc, ids_get_indices_in_order_of_appearance);
	tcase_add_test(tc, ids_that_only_count_up_are_told_apart_quickly);
	tcase_add_test(tc, random_numbers_below_a_bound_are_uniform);
	tcase_add_test(tc, a_text_grows_by_pieces_numbers_and_what_is_written_into_its_room);
	tcase_add_test(tc, a_moment_is_written_in_utc_and_no_two_are_mixed_up);
	tcase_add_test(tc, a_moment_is_read_to_the_second_and_nothing_else_is);
	tcase_add_loop_test(tc, a_number_is_read_whole_or_not_at_all, 0,
	                    sizeof typed / sizeof typed[0]);
	suite_add_tcase(suite, tc);
	return suite;
}
