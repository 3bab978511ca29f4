/* SPDX-License-Identifier: Apache-2.0 */
/* Versions, differences of tables, and lists of revocations: all without a database. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "release/diff.h"
#include "release/revoked.h"
#include "release/semver.h"
#include "suites.h"

/* ------------------------------------------------------------------ versions */

static const char *const versions[] = {
	"0.0.1",         "0.1.0",      "1.0.0-1",      "1.0.0-2",       "1.0.0-10",   "1.0.0-alpha",
	"1.0.0-alpha.1", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
	"1.0.9",         "1.0.10",     "1.2.0",        "2.0.0",         "10.0.0"
};

START_TEST(versions_come_in_their_order)
{
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		for (size_t k = 0; k < sizeof versions / sizeof versions[0]; k++) {
			struct semver a, b;

			ck_assert(semver_read(versions[i], &a) && semver_read(versions[k], &b));
			int order = semver_order(&a, &b);
			ck_assert_msg((order > 0) - (order < 0) == (i > k) - (i < k), "%s %s", versions[i],
			              versions[k]);
		}
}
END_TEST

static const char *const no_versions[] = {
	"",       "1",        "1.0",      "v1.0.0",   "1.0.0.0", "01.0.0",         "1.0.00",
	"1.0.0-", "1.0.0-a.", "1.0.0-01", "1.0.0+r1", "1..0",    "1.0.1234567890", " 1.0.0",
	"1.0.0 ", "-1.0.0",   "1.0.x",    "2026-11",  "1.0.0-_", "1.0.0-a..b",
};

START_TEST(other_texts_are_no_versions)
{
	struct semver version;

	ck_assert(!semver_read(no_versions[_i], &version));
}
END_TEST

static const struct {
	const char *older, *newer;
	enum change_level promise;
} promises[] = {
	{ "1.0.0", "1.0.1", LEVEL_PATCH },      { "1.0.0", "1.0.9", LEVEL_PATCH },
	{ "1.0.4", "1.1.0", LEVEL_MINOR },      { "1.1.0", "2.0.0", LEVEL_MAJOR },
	{ "0.1.0", "0.2.0", LEVEL_MINOR },      { "1.9.9", "2.9.9", LEVEL_MAJOR },
	{ "1.0.0", "1.1.0-rc.1", LEVEL_MINOR },
};

START_TEST(a_version_promises_by_the_first_number_that_differs)
{
	struct semver older, newer;

	ck_assert(semver_read(promises[_i].older, &older) && semver_read(promises[_i].newer, &newer));
	ck_assert_int_eq(semver_promise(&older, &newer), promises[_i].promise);
}
END_TEST

START_TEST(the_least_version_is_the_next_of_its_level)
{
	struct semver version;
	char text[SEMVER_TEXT];

	ck_assert(semver_read("1.2.3", &version));
	semver_least(&version, LEVEL_PATCH, text);
	ck_assert_str_eq(text, "1.2.4");
	semver_least(&version, LEVEL_MINOR, text);
	ck_assert_str_eq(text, "1.3.0");
	semver_least(&version, LEVEL_MAJOR, text);
	ck_assert_str_eq(text, "2.0.0");
	ck_assert(semver_read("999999999.999999999.999999999", &version));
	semver_least(&version, LEVEL_PATCH, text);
	ck_assert_str_eq(text, "999999999.999999999.1000000000");
}
END_TEST

/* ------------------------------------------------------------------ tables */

#define HEAD    "item,split,label,label_source,p_fake,ruling,truth,sha256,licence,file,judgments\r\n"
#define ITEM(n) "00000000-0000-0000-0000-00000000000" n

/* One item before and after; the columns behind its id. */
static const struct {
	const char *before, *after;
	enum change_kind kind;
	enum change_reason why;
	const char *columns;
} one_item[] = {
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,fake,crowd,.9,,,aa,CC0,y,5", CHANGE_KINDS, 0, "" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,real,crowd,.2,,,aa,CC0,y,5", CHANGE_RELABELLED,
	  WHY_FITTED, "label;p_fake" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,real,crowd,.2,,,aa,CC0,y,9", CHANGE_RELABELLED,
	  WHY_JUDGMENTS, "label;p_fake;judgments" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,real,ruling,.9,real,,aa,CC0,y,5",
	  CHANGE_RELABELLED, WHY_RULING, "label;label_source;ruling" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,real,truth,.9,,real,aa,CC0,y,5", CHANGE_RELABELLED,
	  WHY_TRUTH, "label;label_source;truth" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "test,fake,crowd,.9,,,aa,CC0,y,5", CHANGE_MOVED,
	  WHY_NOT_KNOWN, "split" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "test,real,crowd,.9,,,aa,CC0,y,5", CHANGE_RELABELLED,
	  WHY_NOT_KNOWN, "split;label" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,fake,crowd,.9,,,bb,CC0,y,5", CHANGE_CHANGED,
	  WHY_RENDERED, "sha256" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,fake,crowd,.9,,,aa,CC-BY,y,5", CHANGE_DESCRIBED,
	  WHY_CORRECTED, "licence" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,fake,crowd,.8,,,aa,CC0,y,5", CHANGE_REESTIMATED,
	  WHY_FITTED, "p_fake" },
	{ "train,fake,crowd,.9,,,aa,CC0,x,5", "train,fake,crowd,.8,,,aa,CC-BY,y,7", CHANGE_DESCRIBED,
	  WHY_CORRECTED, "licence;p_fake;judgments" },
};

static FILE *open_text(const char *text)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	rewind(file);
	return file;
}

static char *row_of(const char *rest)
{
	char *text = NULL;

	ck_assert_int_gt(asprintf(&text, HEAD ITEM("1") ",%s\r\n", rest), 0);
	return text;
}

START_TEST(an_item_is_told_by_the_first_kind_that_fits)
{
	struct arena *arena = arena_new();
	struct release_change change = { .columns = "" };
	struct diff *diff = NULL;
	char *before = row_of(one_item[_i].before), *after = row_of(one_item[_i].after);
	FILE *files[] = { open_text(before), open_text(after) };
	bool found = true;

	ck_assert(!diff_new(files[0], files[1], (struct diff_place){ 0, 0 }, &diff).code);
	ck_assert(!diff_next(diff, arena, 10, &change, &found).code);
	ck_assert_int_eq(found, one_item[_i].kind != CHANGE_KINDS);
	if (found) {
		ck_assert_int_eq(change.kind, one_item[_i].kind);
		ck_assert_int_eq(change.why, one_item[_i].why);
		ck_assert_str_eq(change.columns, one_item[_i].columns);
	} else {
		ck_assert_int_eq(diff_same(diff), 1);
	}
	ck_assert(diff_ended(diff));
	diff_free(diff);
	arena_free(arena);
	for (int i = 0; i < 2; i++)
		fclose(files[i]);
	free(before);
	free(after);
}
END_TEST

#define SHORT  "item,split,label\r\n"
#define ROW(n) ITEM(n) ",train,fake\r\n"

/* What is read, a letter a change, by so many rows at a time and anew from where the last ended. */
static void read_in_steps(uint64_t rows, char said[16])
{
	FILE *before = open_text(SHORT ROW("1") ROW("2") ROW("4") ROW("5"));
	FILE *after = open_text(SHORT ROW("2") ROW("3") ROW("4") ROW("6"));
	struct diff_place place = { 0, 0 };
	bool ended = false;
	size_t len = 0;

	while (!ended) {
		struct arena *arena = arena_new();
		struct release_change change;
		struct diff *diff = NULL;
		bool found = false;

		rewind(before);
		rewind(after);
		ck_assert(!diff_new(before, after, place, &diff).code);
		ck_assert(!diff_next(diff, arena, rows, &change, &found).code);
		if (found) {
			said[len++] = change.kind == CHANGE_ADDED ? '+' : '-';
			said[len++] = change.item[strlen(change.item) - 1];
		}
		place = diff_place(diff);
		ended = diff_ended(diff);
		diff_free(diff);
		arena_free(arena);
	}
	said[len] = '\0';
	fclose(before);
	fclose(after);
}

START_TEST(reading_goes_on_from_any_place)
{
	char said[16];

	read_in_steps((uint64_t)_i, said);
	ck_assert_str_eq(said, "-1+3-5+6");
}
END_TEST

START_TEST(what_changed_says_which_version_is_right)
{
	static const enum change_level levels[CHANGE_KINDS] = {
		[CHANGE_ADDED] = LEVEL_MINOR,   [CHANGE_REMOVED] = LEVEL_MAJOR,
		[CHANGE_MOVED] = LEVEL_MAJOR,   [CHANGE_RELABELLED] = LEVEL_MAJOR,
		[CHANGE_CHANGED] = LEVEL_MAJOR, [CHANGE_DESCRIBED] = LEVEL_PATCH,
	};

	for (int kind = 0; kind < CHANGE_KINDS; kind++) {
		struct change_counts counts = { .same = 7 };

		change_count(&counts, &(struct release_change){ .kind = (enum change_kind)kind });
		ck_assert_int_eq(change_level(&counts), levels[kind]);
	}
}
END_TEST

/* ------------------------------------------------------------------ revocations */

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ENTRY(n, releases)                       \
	"{\"seq\": 1, \"item\": \"" ITEM(            \
		n) "\", \"reason_class\": \"consent\", " \
		   "\"withdrawn_at\": \"2026-11-28T10:00:00Z\", \"releases\": [" releases "]}"
#define PLACE(revision)                                                                  \
	"{\"name\": \"faces\", \"version\": \"1.0\", \"path\": \"image/test/fake/ab.jpg\", " \
	"\"sha256\": \"" DIGEST "\", \"revision\": " revision "}"
#define PAGE(items, next) "{\"items\": [" items "], \"next\": " next ", \"cursor\": \"abc\"}\n"

static struct error read_list(struct revoked *revoked, const char *text, const char **ret_next)
{
	FILE *file = open_text(text);
	struct error err = revoked_read(revoked, file, ret_next);

	fclose(file);
	return err;
}

/* What is printed of a table of labels, which the caller frees. */
static char *check_list(struct revoked *revoked, const char *labels, uint64_t *ret_there)
{
	FILE *file = open_text(labels);
	char *said = NULL;
	size_t len;
	FILE *out = open_memstream(&said, &len);

	ck_assert(!revoked_check(revoked, file, out, ret_there).code);
	fclose(out);
	fclose(file);
	return said;
}

START_TEST(an_item_on_the_list_is_told_with_its_revision)
{
	struct revoked *revoked = revoked_new();
	const char *next = "";
	uint64_t there = 0;

	ck_assert(!read_list(revoked,
	                     PAGE(ENTRY("3", ""), "\"more\"")
	                         PAGE(ENTRY("1", PLACE("\"1.0+r2\"")), "null"),
	                     &next)
	               .code);
	ck_assert_ptr_null(next);
	ck_assert_uint_eq(revoked_count(revoked), 2);
	char *said = check_list(
		revoked,
		"item,split,label,file,sha256\r\n" ITEM(
			"1") ",test,fake,image/test/fake/ab.jpg," DIGEST
				 "\r\n" ITEM("2") ",test,fake,x/cd.jpg," DIGEST "\r\n" ITEM(
					 "3") ",test,fake,x/ef.jpg,00\r\n" ITEM("4") ",test,fake,x/gh.jpg,11\r\n",
		&there);
	ck_assert_str_eq(said, ITEM("1") "\tconsent\t2026-11-28T10:00:00Z\t1.0+r2\n" /* by its id */
	                 ITEM("2") "\tconsent\t2026-11-28T10:00:00Z\t-\n"            /* by its bytes */
	                 ITEM("3") "\tconsent\t2026-11-28T10:00:00Z\t-\n");
	ck_assert_uint_eq(there, 3);
	free(said);
	revoked_free(revoked);
}
END_TEST

START_TEST(a_list_that_goes_on_says_where)
{
	struct revoked *revoked = revoked_new();
	const char *next = NULL;

	ck_assert(!read_list(revoked, PAGE(ENTRY("3", ""), "\"ab_-3\""), &next).code);
	ck_assert_str_eq(next, "ab_-3");
	revoked_free(revoked);
}
END_TEST

static const char *const no_lists[] = {
	"",
	"   \n",
	"null",
	"<html>",
	"[]",
	"{\"items\": {}}",
	"{\"items\": []}",
	"{\"items\": [], \"next\": 7}",
	PAGE("", "\"a b\""),
	PAGE("", "\"a&limit=1\""),
	PAGE("7", "null"),
	PAGE("{}", "null"),
	PAGE("{\"item\": \"x\", \"reason_class\": \"consent\", \"withdrawn_at\": \"2026\", "
	     "\"releases\": []}",
	     "null"),
	PAGE("{\"item\": \"" ITEM("1") "\", \"reason_class\": \"\\u001b[31m\", \"withdrawn_at\": "
	                               "\"2026\", \"releases\": []}",
	     "null"),
	PAGE("{\"item\": \"" ITEM("1") "\", \"reason_class\": \"consent\", \"withdrawn_at\": "
	                               "\"now\\n\", \"releases\": []}",
	     "null"),
	PAGE("{\"item\": \"" ITEM("1") "\", \"reason_class\": \"consent\", \"withdrawn_at\": \"2026\"}",
	     "null"),
	PAGE(ENTRY("1", "{}"), "null"),
	PAGE(ENTRY("1", PLACE("\"\\u001b\"")), "null"),
	PAGE(ENTRY("1", PLACE("7")), "null"),
	PAGE(ENTRY("1", ""), "null") "{",
	PAGE(ENTRY("1", ""), "null") "]",
};

START_TEST(what_is_no_list_is_refused)
{
	struct revoked *revoked = revoked_new();
	const char *next = NULL;

	ck_assert_int_eq(read_list(revoked, no_lists[_i], &next).code, ERR_INVALID);
	revoked_free(revoked);
}
END_TEST

START_TEST(a_page_has_an_end)
{
	struct revoked *revoked = revoked_new();
	const char *next = NULL;
	FILE *file = tmpfile();

	fputs("{\"items\": [], \"padding\": \"", file);
	char padding[4096];

	memset(padding, 'x', sizeof padding);
	for (size_t i = 0; i < REVOKED_PAGE; i += sizeof padding)
		ck_assert_uint_eq(fwrite(padding, 1, sizeof padding, file), sizeof padding);
	fputs("\", \"next\": null}", file);
	rewind(file);
	struct error err = revoked_read(revoked, file, &next);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(err.detail, "too large"));
	fclose(file);
	revoked_free(revoked);
}
END_TEST

Suite *release_changes_suite(void)
{
	Suite *suite = suite_create("release changes");
	TCase *tests = tcase_create("release changes");

	tcase_set_tags(tests, "pure");
	tcase_add_test(tests, versions_come_in_their_order);
	tcase_add_loop_test(tests, other_texts_are_no_versions, 0,
	                    sizeof no_versions / sizeof no_versions[0]);
	tcase_add_loop_test(tests, a_version_promises_by_the_first_number_that_differs, 0,
	                    sizeof promises / sizeof promises[0]);
	tcase_add_test(tests, the_least_version_is_the_next_of_its_level);
	tcase_add_loop_test(tests, an_item_is_told_by_the_first_kind_that_fits, 0,
	                    sizeof one_item / sizeof one_item[0]);
	tcase_add_loop_test(tests, reading_goes_on_from_any_place, 1, 6);
	tcase_add_test(tests, what_changed_says_which_version_is_right);
	tcase_add_test(tests, an_item_on_the_list_is_told_with_its_revision);
	tcase_add_test(tests, a_list_that_goes_on_says_where);
	tcase_add_loop_test(tests, what_is_no_list_is_refused, 0, sizeof no_lists / sizeof no_lists[0]);
	tcase_add_test(tests, a_page_has_an_end);
	suite_add_tcase(suite, tests);
	return suite;
}
