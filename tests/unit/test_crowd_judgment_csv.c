/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "crowd/judgment_csv.h"
#include "suites.h"

/* Reads `text` in pieces of `step` bytes. */
static struct error read_text(struct judgment_csv *table, const char *text, size_t step)
{
	struct error err = ok();

	for (size_t left = strlen(text); left && !err.code; left -= step < left ? step : left) {
		err = judgment_csv_feed(table, text, step < left ? step : left);
		text += step < left ? step : left;
	}
	return err.code ? err : judgment_csv_finish(table);
}

START_TEST(quotes_line_ends_and_columns_are_read_in_pieces_of_any_size)
{
	static const char text[] = "\xEF\xBB\xBFlabel,extra,task,worker,confidence\r\n"
							   "fake,,\"a, \"\"b\"\"\",w1,50\r\n\r\n"
							   "0,\"two\nlines\",c,w1,100\n"
							   "1,,c,\xC3\xBC,75";
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);
	struct error err = read_text(table, text, (size_t)_i);

	ck_assert_msg(!err.code, "%s", err.detail);
	struct judgments judgments = judgment_csv_judgments(table);
	ck_assert_uint_eq(judgments.count, 3);
	ck_assert_uint_eq(judgments.items, 2);
	ck_assert_str_eq(names_text(judgment_csv_tasks(table), 0, NULL), "a, \"b\"");
	ck_assert_str_eq(names_text(judgment_csv_workers(table), 1, NULL), "\xC3\xBC");
	ck_assert_uint_eq(judgments.verdict[0], FAKE);
	ck_assert_uint_eq(judgments.verdict[1], REAL);
	ck_assert_uint_eq(judgments.confidence[1], 100);
	judgment_csv_free(table);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_line)
{
	static const struct {
		const char *text, *detail;
	} cases[] = {
		{ "", "line 1: the file is empty" },
		{ "worker,label\n", "line 1: the header has no column \"task\"" },
		{ "worker,task,task,label\n", "line 1: the column \"task\" stands there twice" },
		{ "worker,task,label\na,b,maybe\n", "line 2: label is \"maybe\"" },
		{ "worker,task,label\na,b,1\n\na,c,1\n\na,b,0\n",
		  "line 6: worker a judges task b a second" },
		{ "worker,task,label\na,\"b\nb\",1\na,c,1,\n", "line 4: 4 fields" },
		{ "worker,task,label\na,b,1\na,c", "line 3: 2 fields" },
		{ "worker,task,label\na,b,1\n\xFF,c,1\n", "line 3: not plain UTF-8" },
		{ "worker,task,label\na,\"b,1\n", "the file ends inside a quoted field" },
		{ "worker,task,label\na,\"b\"c,1\n", "line 2: a quoted field does not end" },
		{ "worker,task,label\na,,1\n", "line 2: task is empty" },
		{ "worker,task,label,confidence\na,b,1,49\n", "line 2: confidence must be" },
	};
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);
	struct error err = read_text(table, cases[_i].text, 1000);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_msg(strstr(err.detail, cases[_i].detail) != NULL, "%s", err.detail);
	judgment_csv_free(table);
}
END_TEST

/* Rows that are wrong in three ways, duplicates, and what is right between them. */
START_TEST(all_faults_are_told_at_once)
{
	static const char text[] = "worker,task,label\na,b,1\na,c,maybe\n\na,\"d\nd\",1\na,b,0\nb,b\n"
							   "a,\"e\"e,1\nc,b,1\na,b,1\n";
	static const char *const told[] = { "line 3: label is", "line 8: 2 fields",
		                                "line 9: a quoted field", "line 7: worker a judges task b",
		                                "line 11: worker a judges task b" };
	static const size_t steps[] = { 1, 3, 1000 };
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);
	struct error err = read_text(table, text, steps[_i]);

	ck_assert_uint_eq(judgment_csv_fault_count(table), 5);
	for (size_t i = 0; i < 5; i++)
		ck_assert_msg(strstr(judgment_csv_fault(table, i), told[i]) != NULL, "%zu: %s", i,
		              judgment_csv_fault(table, i));
	ck_assert_str_eq(err.detail, judgment_csv_fault(table, 0));
	judgment_csv_free(table);
}
END_TEST

START_TEST(faults_beyond_those_kept_are_counted)
{
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_TRUTH);
	struct error err = judgment_csv_feed(table, "task,label\n", 11);

	for (int i = 0; i < 3 * JUDGMENT_CSV_FAULTS_KEPT && !err.code; i++)
		err = judgment_csv_feed(table, "a,perhaps\n", 10);
	ck_assert_int_eq(err.code, OK);
	ck_assert_int_eq(judgment_csv_finish(table).code, ERR_INVALID);
	ck_assert_uint_eq(judgment_csv_fault_count(table), 3 * JUDGMENT_CSV_FAULTS_KEPT);
	ck_assert(strstr(judgment_csv_fault(table, JUDGMENT_CSV_FAULTS_KEPT - 1), "line 21:") != NULL);
	judgment_csv_free(table);
}
END_TEST

/* Which of several judgments of one worker on one task counts, and what stands beside it. */
START_TEST(of_duplicates_the_one_counts_that_was_asked_for)
{
	static const char text[] =
		"worker,task,label,confidence,position\na,b,1,60,left\na,c,0,70,left\n"
		"a,b,0,80,right\nb,b,1,90,left\na,b,1,100,right\n";
	static const struct {
		enum duplicates duplicates;
		uint8_t verdicts[3], confidences[3], positions[3];
	} cases[] = {
		{ DUPLICATES_FIRST, { FAKE, REAL, FAKE }, { 60, 70, 90 }, { 0, 0, 0 } },
		{ DUPLICATES_LAST, { REAL, FAKE, FAKE }, { 70, 90, 100 }, { 0, 0, 1 } },
	};
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);

	judgment_csv_allow(table, cases[_i].duplicates);
	ck_assert_int_eq(read_text(table, text, 7).code, OK);
	struct judgments judgments = judgment_csv_judgments(table);
	ck_assert_uint_eq(judgments.count, 3);
	ck_assert_uint_eq(judgment_csv_duplicate_count(table), 2);
	ck_assert_mem_eq(judgments.verdict, cases[_i].verdicts, 3);
	ck_assert_mem_eq(judgments.confidence, cases[_i].confidences, 3);
	ck_assert_mem_eq(judgments.position, cases[_i].positions, 3);
	judgment_csv_free(table);
}
END_TEST

START_TEST(truths_find_their_tasks)
{
	struct judgment_csv *judgments = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS),
						*truths = judgment_csv_new(JUDGMENT_CSV_TRUTH);
	int8_t truth[2];

	ck_assert(!read_text(judgments, "worker,task,label\nw,a,1\nw,b,1\n", 1000).code);
	ck_assert(!read_text(truths, "task,label\nz,1\na,0\n", 1000).code);
	judgment_csv_truth(truths, judgment_csv_tasks(judgments), truth);
	ck_assert_int_eq(truth[0], REAL);
	ck_assert_int_eq(truth[1], UNKNOWN);
	judgment_csv_free(judgments);
	judgment_csv_free(truths);
}
END_TEST

START_TEST(a_truth_that_is_not_known_is_passed_over)
{
	struct judgment_csv *judgments = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS),
						*truths = judgment_csv_new(JUDGMENT_CSV_TRUTH);
	int8_t truth[3];

	ck_assert(!read_text(judgments, "volunteer,item,verdict\nw,a,1\nw,b,1\nw,c,0\n", 1000).code);
	ck_assert(
		!read_text(truths, "item,label,truth\na,fake,\nb,fake,real\nc,real,fake\nz,,real", 1000)
			 .code);
	struct strangers strangers = judgment_csv_truth(truths, judgment_csv_tasks(judgments), truth);
	ck_assert_int_eq(truth[0], UNKNOWN);
	ck_assert_int_eq(truth[1], REAL);
	ck_assert_int_eq(truth[2], FAKE);
	ck_assert_uint_eq(strangers.count, 1);
	ck_assert_uint_eq(strangers.of, 3);
	ck_assert_str_eq(strangers.first, "z");
	ck_assert_str_eq(judgment_csv_unused(truths), "label");
	judgment_csv_free(judgments);
	judgment_csv_free(truths);
	truths = judgment_csv_new(JUDGMENT_CSV_TRUTH);
	struct error err = read_text(truths, "item,truth\na,\nb,real\nb,real\n", 1000);
	ck_assert_msg(strstr(err.detail, "line 4: a second label") != NULL, "%s", err.detail);
	judgment_csv_free(truths);
}
END_TEST

START_TEST(a_second_truth_is_refused)
{
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_TRUTH);
	struct error err = read_text(table, "task,label\na,0\na,0\n", 1000);

	ck_assert_msg(strstr(err.detail, "line 3: a second label") != NULL, "%s", err.detail);
	judgment_csv_free(table);
}
END_TEST

Suite *crowd_table_suite(void)
{
	Suite *suite = suite_create("crowd/table");
	TCase *tests = tcase_create("table");

	tcase_set_tags(tests, "pure");
	tcase_add_loop_test(tests, quotes_line_ends_and_columns_are_read_in_pieces_of_any_size, 1, 12);
	tcase_add_loop_test(tests, what_is_wrong_is_told_with_its_line, 0, 12);
	tcase_add_loop_test(tests, all_faults_are_told_at_once, 0, 3);
	tcase_add_test(tests, faults_beyond_those_kept_are_counted);
	tcase_add_loop_test(tests, of_duplicates_the_one_counts_that_was_asked_for, 0, 2);
	tcase_add_test(tests, truths_find_their_tasks);
	tcase_add_test(tests, a_truth_that_is_not_known_is_passed_over);
	tcase_add_test(tests, a_second_truth_is_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
