/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/manifest.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "suites.h"

static struct arena *arena;

static void setup(void)
{
	scratch_make();
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
	scratch_clear();
}

static struct error open_bytes(const char *bytes, size_t len, struct manifest **manifest)
{
	scratch_write("manifest", bytes, len);
	return manifest_open(scratch_path("manifest"), arena_printf(arena, "%s", scratch_path("")),
	                     manifest);
}

/* Each row as LINE:FILE,TRUTH,GOLD,GROUP,PAIR,IDENTITY,TITLE without the empty ones at the end, or
 * LINE! where it is refused. */
static const char *describe(const struct manifest_row *row)
{
	const struct item_row *item = &row->item;
	const char *const parts[] = { item->file ? item->file : item->url,
		                          item->truth,
		                          item->gold ? "gold" : NULL,
		                          item->group,
		                          item->pair,
		                          item->identity,
		                          item->title };
	size_t count = sizeof parts / sizeof parts[0];
	const char *text = "";

	if (row->err.code)
		return arena_printf(arena, "%u!", row->line);
	while (count && !parts[count - 1])
		count--;
	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? "," : "", parts[i] ? parts[i] : "");
	return arena_printf(arena, "%u:%s", row->line, text);
}

/* All rows with a space between; of the refused ones their last reason in *reason. */
static const char *read_rows(struct manifest *manifest, struct error *reason)
{
	struct manifest_row row;
	const char *rows = "";

	while (manifest_next(manifest, arena, &row)) {
		rows = arena_printf(arena, "%s%s%s", rows, *rows ? " " : "", describe(&row));
		if (row.err.code)
			*reason = row.err;
	}
	return rows;
}

struct sample {
	const char *text;
	size_t len;
	const char *rows;
};

#define SAMPLE(text, rows)            \
	{                                 \
		text, sizeof(text) - 1, rows, \
	}

static const struct sample samples[] = {
	/* What Excel and its like write. */
	SAMPLE("file,gold\na,TRUE\nb,FALSE\nc,True\nd,1\ne,0\nf,Yes\ng,no\nh,\n",
	       "2:a,,gold 3:b 4:c,,gold 5:d,,gold 6:e 7:f,,gold 8:g 9:h"),
	SAMPLE("file,truth\na,Real\nb, fake\nc,FAKE \nd,\xc2\xa0real\n",
	       "2:a,real 3:b,fake 4:c,fake 5:d,real"),
	SAMPLE("File,TRUTH, Group \na,real,g\n", "2:a,real,,g"),
	SAMPLE("file,truth,\na,real,\nb,fake\nc,,\n", "2:a,real 3:b,fake 4:c"),
	SAMPLE("file,truth\na,real,,,\n", "2:a,real"),
	SAMPLE("file,truth\n,\na,real\n , \t\n,,,,\nb,fake\n,\n", "3:a,real 6:b,fake"),
	SAMPLE("file;truth\na;real\n", "2:a,real"),
	SAMPLE("file;identity\na;\"p1;p2\"\n", "2:a,,,,,p1;p2"),
	SAMPLE("file\ttruth\na\treal\n", "2:a,real"),
	SAMPLE("sep=;\nfile;truth\na;real\n", "3:a,real"),
	SAMPLE("file\na\n", "2:a"),
	SAMPLE("\xef\xbb\xbf\"file\",truth\r\na,real\r\n", "2:a,real"),
	SAMPLE("file,truth\ra,real\rb,fake\r", "2:a,real 3:b,fake"),
	SAMPLE("\xff\xfe"
	       "f\0i\0l\0e\0\n\0\xe9\0\x3d\xd8\x00\xde\n\0",
	       "2:\xc3\xa9\xf0\x9f\x98\x80"),
	SAMPLE("\xfe\xff"
	       "\0f\0i\0l\0e\0\n\0a",
	       "2:a"),
	SAMPLE("reason,file\nnone,a\n", "2:a"),
	/* Names. */
	SAMPLE("file,identity,group,pair\na,p1; p2 ;;  , g9 ,\tq\n", "2:a,,,g9,q,p1;p2"),
	SAMPLE("file,identity\na,\xef\xbb\xbfp1\xe2\x80\x8b\n", "2:a,,,,,p1"),
	SAMPLE("file,group\na,\"g\nh\"\nb,g\xef\xbf\xbd\nc,g\x1b[2J\n", "2! 4! 5!"),
	SAMPLE("file,identity,group\na,3.0,\nb,\"[1, 2]\",\nc,p1;{3},\nd,,1.2E+11\ne,,7.000\n",
	       "2! 3! 4! 5! 6!"),
	SAMPLE("file,identity,group\na,3.10;1e3;[x,1.2.0\nb,003;0,v2.0\nc,.0;3.,5\n",
	       "2:a,,,1.2.0,,3.10;1e3;[x 3:b,,,v2.0,,003;0 4:c,,,5,,.0;3."),
	SAMPLE("file,License\na,CC0\n", "2:a"),
	/* Quotes. */
	SAMPLE("file,title\na,27\" monitor\nb,x\n", "2:a,,,,,,27\" monitor 3:b,,,,,,x"),
	SAMPLE("file,title\na,\"27 monitor\nb,x\nc,y\n", "2! 3:b,,,,,,x 4:c,,,,,,y"),
	SAMPLE("file,truth,title\na,real,\"27 monitor\nb,fake,\nc,fake,14\"\nd,real,x\n",
	       "2! 3:b,fake 4:c,fake,,,,,14\" 5:d,real,,,,,x"),
	SAMPLE("file,title\na,\"two\nlines, and more\"\nb,x\n",
	       "2:a,,,,,,two\nlines, and more 4:b,,,,,,x"),
	SAMPLE("file,title\na,\"27\nmanifest,x\nb,14\"\nc,y\n",
	       "2! 3:manifest,,,,,,x 4:b,,,,,,14\" 5:c,,,,,,y"),
	/* What could be meant in two ways. */
	SAMPLE("file,truth,basis\na,real\nb,real,dataset_label,x\n", "2! 3!"),
	SAMPLE("file,gold\na,maybe\nb,2\nc,wahr\n", "2! 3! 4!"),
	SAMPLE("file,title\nx,caf\xe9\ny,caf\xc3\xa9\n", "2! 3:y,,,,,,caf\xc3\xa9"),
	SAMPLE("file,title\na\0b,x\nc,y\n", "2! 3:c,,,,,,y"),
	/* JSON. */
	SAMPLE("{\"file\":\"a\",\"identity\":[3,4],\"group\":9,\"pair\":7,\"title\":0}\n",
	       "1:a,,,9,7,3;4,0"),
	SAMPLE("{\"file\":\"a\",\"identity\":[\"p1 \",\"\",3]}\n{\"file\":\"b\",\"identity\":\"x; y\"}",
	       "1:a,,,,,p1;3 2:b,,,,,x;y"),
	SAMPLE("{\"file\":\"a\",\"identity\":[-3]}{\n{\"file\":\"b\",\"identity\":9007199254740992}\n",
	       "1! 2:b,,,,,9007199254740992"),
	SAMPLE("{\"file\":\"a\",\"identity\":[3.0]}\n{\"file\":\"b\",\"identity\":[true]}\n"
	       "{\"file\":\"c\",\"identity\":[null]}\n{\"file\":\"d\",\"identity\":[[1]]}\n"
	       "{\"file\":\"e\",\"identity\":{\"a\":1}}\n{\"file\":\"f\",\"identity\":[\"a;b\"]}\n"
	       "{\"file\":\"g\",\"identity\":9007199254740993}\n{\"file\":\"h\",\"group\":1e2}\n"
	       "{\"file\":\"i\",\"group\":[1]}\n{\"file\":\"j\",\"group\":true}\n"
	       "{\"file\":\"k\",\"identity\":[99999999999999999999]}\n",
	       "1! 2! 3! 4! 5! 6! 7! 8! 9! 10! 11!"),
	SAMPLE("{\"file\":\"a\",\"gold\":true}\n{\"file\":\"b\",\"gold\":1}\n{\"file\":\"c\",\"gold\":"
	       "\"TRUE\"}",
	       "1:a,,gold 2:b,,gold 3:c,,gold"),
	SAMPLE("\xef\xbb\xbf{\"file\":\"a\"}\r\n\r\n{\"File\":\"b\"}\r\n", "1:a 3:b"),
	SAMPLE("{\"file\":\"a\"}\r{\"file\":\"b\"}\r", "1:a 2:b"),
	SAMPLE("[\n  {\n    \"file\": \"a\"\n  },\n  {\"file\": \"b\"}\n]\n", "2:a 5:b"),
	SAMPLE("[{\"file\":\"a\"},{\"file\":\"b\"}]", "1:a 1:b"),
	SAMPLE("[{\"file\":\"a\"},\n{\"file\" \"b\"},\n{\"file\":\"c\"}]", "1:a 2! 3:c"),
	SAMPLE("[{\"file\":\"a\"},\n{\"file\":\"b\"", "1:a 2! 2!"),
	SAMPLE("[\n{\"file\":\"a\"}\n", "2:a 3!"),
	SAMPLE("{\n  \"file\": \"a\"\n}\n{\n  \"file\": \"b\"\n}\n", "1:a 4:b"),
	SAMPLE("{\"file\":\"a\"}\nnot json\n{\"file\":\"b\"}\n5\n", "1:a 2! 3:b 4!"),
	SAMPLE("{\"file\":\"a\",\"File\":\"b\"}\n{\"file\":\"a\",\"file\":\"b\"}\n", "1! 2!"),
	SAMPLE("{}\n{\"file\":\"\",\"truth\":null}\n{\"reason\":\"x\"}\n{\"file\":\"a\"}\n", "4:a"),
	SAMPLE("{\"file\":\"a\",\"title\":\"caf\xe9\"}\n{\"file\":\"b\"}\n", "1! 2:b"),
	SAMPLE("{\"file\":\"a\",\"colour\":1}\n", "1!"),
};

START_TEST(what_is_declared_is_read_and_a_region_has_one_form)
{
	static const char *const manifests[] = {
		"file,rights,People,made_by,made_how,region\n"
		"a,Own work,CONSENTED,Ann Lee,\"a phone,\nhand-held\", 10; 20 ;300;400\n",
		"{\"file\":\"a\",\"rights\":\"own_work\",\"people\":\"consented\",\"made_by\":"
		"\"Ann Lee\",\"made_how\":\"a phone,\\nhand-held\",\"region\":[10,20,300,400]}\n",
	};
	struct manifest *manifest;
	struct manifest_row row;
	struct error err = open_bytes(manifests[_i], strlen(manifests[_i]), &manifest);

	ck_assert_msg(!err.code, "%s", err.detail);
	ck_assert(manifest_next(manifest, arena, &row));
	ck_assert_msg(!row.err.code, "%s", row.err.detail);
	ck_assert_str_eq(row.item.rights, "own_work");
	ck_assert_str_eq(row.item.people, "consented");
	ck_assert_str_eq(row.item.made_by, "Ann Lee");
	ck_assert_str_eq(row.item.made_how, "a phone,\nhand-held");
	ck_assert_str_eq(row.item.region, "10;20;300;400");
	manifest_close(manifest);
}
END_TEST

START_TEST(a_manifest_is_read_as_people_write_it)
{
	const struct sample *sample = &samples[_i];
	struct manifest *manifest;
	struct error reason = ok(), err = open_bytes(sample->text, sample->len, &manifest);

	ck_assert_msg(!err.code, "%s", err.detail);
	ck_assert_str_eq(read_rows(manifest, &reason), sample->rows);
	ck_assert_msg(manifest_progress(manifest) == 1, "%g", manifest_progress(manifest));
	manifest_close(manifest);
}
END_TEST

/* No manifest at all. */
static const struct sample refused[] = {
	SAMPLE("", "empty"),
	SAMPLE("\r\n \n", "empty"),
	SAMPLE("\xef\xbb\xbf", "empty"),
	SAMPLE("PK\3\4xxxx", "workbook"),
	SAMPLE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
	SAMPLE("\x1f\x8b\x08", "compressed"),
	SAMPLE("f\0i\0l\0e\0\n\0a\0\n\0", "UTF-16 without"),
	SAMPLE("\xff\xfe\0\0f\0\0\0", "UTF-32"),
	SAMPLE("truth,basis\nreal,crowd\n", "neither a column \"file\" nor \"url\""),
	SAMPLE("file,truth,Truth\na,real,fake\n", "\"truth\" stands there twice"),
	SAMPLE("file,colour\na,red\n", "no column \"colour\""),
	SAMPLE("file;truth;colour\na;real;red\n", "no column \"colour\""),
	SAMPLE("file|truth\na|real\n", "commas, semicolons or tabs"),
	SAMPLE("a.jpg,real\nb.jpg,fake\n", "the first line names the columns"),
	SAMPLE("file,caf\xe9\na,b\n", "Windows-1252"),
};

START_TEST(what_is_no_manifest_is_refused_and_named)
{
	struct manifest *manifest;
	struct error err = open_bytes(refused[_i].text, refused[_i].len, &manifest);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_msg(strstr(err.detail, refused[_i].rows) != NULL, "%s", err.detail);
}
END_TEST

/* Why a row is refused. */
static const struct sample reasons[] = {
	SAMPLE("file,title\nx,caf\xe9\n", "looks like Windows-1252: save the manifest as UTF-8"),
	SAMPLE("file,title\nx,caf\x81\n", "is no UTF-8"),
	SAMPLE("{\"file\":\"a\",\"title\":\"caf\xe9\"}\n", "looks like Windows-1252"),
	SAMPLE("file,title\na,\"x\nb,y\n", "a quote opens field 2 and is never closed"),
	SAMPLE("file,gold\na,wahr\n", "gold must be true or false, not \"wahr\""),
	SAMPLE("file,truth\na,maybe\n", "truth \"maybe\" is not known"),
	SAMPLE("file,technique\na,\"cut;magic\"\n", "technique \"magic\" is not known"),
	SAMPLE("file,identity\na,p1; 3.0\n",
	       "identity \"3.0\" is a number that a program has rewritten"),
	SAMPLE("{\"file\":\"g\",\"identity\":\"['p1', 'p2']\"}\n", "put semicolons between names"),
	SAMPLE("file,title\na,\"27\nmanifest,x\nb,14\"\n", "closes on line 4, and rows stand between"),
	SAMPLE("file\na,x\n", "field 2 holds \"x\""),
	SAMPLE("file,truth\na\n", "1 fields, but the header has 2"),
	SAMPLE("{\"file\":\"g\",\"identity\":[9007199254740993]}\n", "write it as a text"),
	SAMPLE("{\"file\":\"g\",\"identity\":[3.0]}\n", "must be a text or a whole number"),
	SAMPLE("[{\"file\":\"g\"}\n", "is it whole?"),
	SAMPLE("file,rights\na,mine\n", "rights \"mine\" is not known"),
	SAMPLE("file,people\na,yes\n", "people \"yes\" is not known"),
	SAMPLE("file,region\na,10;20;300\n", "is not x;y;width;height in whole pixels"),
	SAMPLE("file,region\na,0.1;0.2;0.5;0.5\n", "is not x;y;width;height in whole pixels"),
	SAMPLE("file,region\na,-1;2;30;40\n", "is not x;y;width;height in whole pixels"),
	SAMPLE("file,region\na,1;2;30;40;5\n", "is not x;y;width;height in whole pixels"),
	SAMPLE("file,region\na,1;2;30;0\n", "holds no pixels"),
	SAMPLE("{\"file\":\"g\",\"region\":[1.5,2,3,4]}\n", "must be a text or a whole number"),
};

START_TEST(a_row_that_is_refused_says_why)
{
	struct manifest *manifest;
	struct error reason = ok(), err = open_bytes(reasons[_i].text, reasons[_i].len, &manifest);

	ck_assert_msg(!err.code, "%s", err.detail);
	read_rows(manifest, &reason);
	ck_assert_int_eq(reason.code, ERR_INVALID);
	ck_assert_msg(strstr(reason.detail, reasons[_i].rows) != NULL, "%s", reason.detail);
	manifest_close(manifest);
}
END_TEST

/* Reads a manifest and writes the refused rows of it, or all of them, to "refused". */
static const char *refuse_rows(struct manifest *manifest, const char *reason)
{
	FILE *out = fopen(scratch_path("refused"), "w");
	struct manifest_row row;
	size_t len;

	manifest_refused_head(manifest, out);
	while (manifest_next(manifest, arena, &row))
		if (reason || row.err.code)
			manifest_refused_row(manifest, &row, reason ? reason : row.err.detail, out);
	fclose(out);
	manifest_close(manifest);
	char *text = scratch_read(scratch_path("refused"), &len);
	const char *kept = arena_copy(arena, text, len);
	free(text);
	return kept;
}

/* Rows that all can be read. */
static const struct sample sound[] = {
	SAMPLE("file,title\na,\"x \"\"y\"\"\nz\"\nb,27\"\n", "3"),
	SAMPLE("File;title;\na;x, y;\nb;;\n", "3"),
	SAMPLE("reason,file,title\n\"was, \"\"bad\"\"\",a,x\nplain,b,y\n", "3"),
	SAMPLE("file\rb\rc\r", "3"),
	SAMPLE("{\"file\":\"a\",\"identity\":[3,\"p\"]}\n{\"file\":\"b\",\"reason\":\"old\"}\n", "2"),
	SAMPLE("[{\"file\":\"a\",\"gold\":true},\n{\n\"file\":\"b\"}]", "2"),
};

START_TEST(rows_that_were_refused_are_a_manifest_that_says_the_same)
{
	struct manifest *manifest;
	struct error reason = ok();
	const char *rows, *again, *c;

	ck_assert_int_eq(open_bytes(sound[_i].text, sound[_i].len, &manifest).code, OK);
	rows = read_rows(manifest, &reason);
	manifest_close(manifest);
	ck_assert_int_eq(reason.code, OK);
	ck_assert_int_eq(open_bytes(sound[_i].text, sound[_i].len, &manifest).code, OK);
	const char *list = refuse_rows(manifest, "why, \"so\" \x1b[2J");
	ck_assert_ptr_null(strchr(list, '\x1b'));
	ck_assert_int_eq(open_bytes(list, strlen(list), &manifest).code, OK);
	again = read_rows(manifest, &reason);
	manifest_close(manifest);
	ck_assert_int_eq(reason.code, OK);
	for (; *rows && (c = strchr(rows, ':')); rows = strchr(c, ' ') ? strchr(c, ' ') + 1 : "")
		ck_assert_msg(strstr(again, arena_copy(arena, c, strcspn(c, " "))) != NULL, "%s", again);
	/* A list of refused rows that are refused again does not grow. */
	ck_assert_int_eq(open_bytes(list, strlen(list), &manifest).code, OK);
	ck_assert_str_eq(refuse_rows(manifest, "why, \"so\" \x1b[2J"), list);
}
END_TEST

START_TEST(a_refused_row_is_kept_as_it_came)
{
	static const char table[] = "file,truth\na,\"real\nb\nc,maybe,x\nd,real\n";
	static const char json[] = "{\"file\":\"a\",\"truth\":\"maybe\"}\nnot json\n";
	struct manifest *manifest;

	ck_assert_int_eq(open_bytes(table, sizeof table - 1, &manifest).code, OK);
	ck_assert_str_eq(refuse_rows(manifest, NULL),
	                 "reason,file,truth\n"
	                 "\"a quote opens field 2 and is never closed\",a,\"real\n"
	                 "\"1 fields, but the header has 2\",b\n"
	                 "\"truth \"\"maybe\"\" is not known\",c,maybe,x\n");
	ck_assert_int_eq(open_bytes(json, sizeof json - 1, &manifest).code, OK);
	const char *list = refuse_rows(manifest, NULL);
	ck_assert_ptr_nonnull(strstr(list, "\"file\":\"a\",\"truth\":\"maybe\"}\n{\"reason\":"));
	ck_assert_ptr_nonnull(strstr(list, "}\nnot json\n"));
}
END_TEST

Suite *manifest_suite(void)
{
	Suite *suite = suite_create("manifest");
	TCase *tc = tcase_create("manifest");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, what_is_declared_is_read_and_a_region_has_one_form, 0, 2);
	tcase_add_loop_test(tc, a_manifest_is_read_as_people_write_it, 0,
	                    (int)(sizeof samples / sizeof samples[0]));
	tcase_add_loop_test(tc, what_is_no_manifest_is_refused_and_named, 0,
	                    (int)(sizeof refused / sizeof refused[0]));
	tcase_add_loop_test(tc, a_row_that_is_refused_says_why, 0,
	                    (int)(sizeof reasons / sizeof reasons[0]));
	tcase_add_loop_test(tc, rows_that_were_refused_are_a_manifest_that_says_the_same, 0,
	                    (int)(sizeof sound / sizeof sound[0]));
	tcase_add_test(tc, a_refused_row_is_kept_as_it_came);
	suite_add_tcase(suite, tc);
	return suite;
}
