/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
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

/* Files as other tools write them: the verdict of each row that counts, F or R, and what is said.
 */
static const struct {
	const char *text, *columns, *labels, *scale, *verdicts, *taken;
} foreign[] = {
	{ "HITId\tHITTypeId\tWorkerId\tAssignmentStatus\tInput.image\tAnswer.category\n"
	  "h\tx\tv\tApproved\tu\tFake\nh\tx\tw\tRejected\tu\treal\nh\tx\tz\tSubmitted\tu\tREAL\n",
	  NULL, NULL, NULL, "FR",
	  "worker = WorkerId, task = HITId, label = Answer.category (fake = fake, real = real), status "
	  "= "
	  "AssignmentStatus, tab-separated" },
	{ "\xEF\xBB\xBFINPUT:image;OUTPUT:is_fake;ASSIGNMENT:task_id;ASSIGNMENT:worker_id;ASSIGNMENT:"
	  "status\n"
	  "\"a;b\";true;t;v;APPROVED\nc;FALSE;t;w;APPROVED\nc;;t;z;SKIPPED\n",
	  NULL, NULL, NULL, "FR",
	  "worker = ASSIGNMENT:worker_id, task = ASSIGNMENT:task_id, label = OUTPUT:is_fake (true = "
	  "fake, "
	  "false = real), status = ASSIGNMENT:status, semicolon-separated" },
	{ "image,id,choice,annotator,annotation_id\na.png,1,Fake,3,10\na.png,1,Real,4,11\n", NULL, NULL,
	  NULL, "FR",
	  "worker = annotator, task = id, label = choice (fake = fake, real = real), comma-separated" },
	{ "worker;task;label\nv;t;1\nw;t;0\n", NULL, NULL, NULL, "FR",
	  "worker = worker, task = task, label = label (1 = fake, 0 = real), semicolon-separated" },
	{ "Worker ID,image_url,is_real\nv,t,1\nw,t,No\n", NULL, NULL, NULL, "RF",
	  "worker = Worker ID, task = image_url, label = is_real (1 = real, no = fake), "
	  "comma-separated" },
	{ "HITId,WorkerId,Answer.q1,Answer.q2\nh,v,yes,no\nh,w,no,yes\nh,z,?,yes\n",
	  "label=Answer.q1,task=HITId", "fake=yes,real=no,none=?", NULL, "FR",
	  "worker = WorkerId, task = HITId, label = Answer.q1 (yes = fake, no = real, ? = neither), "
	  "comma-separated" },
	{ "who,\"the, task\",label\nv,t,\"a, b\"\nw,t,c\n", "worker=who,task=the, task",
	  "fake=c,real=a, b", NULL, "RF",
	  "worker = who, task = the, task, label = label (c = fake, a, b = real), comma-separated" },
	{ "worker,task,item,label,verdict,volunteer\nv,t,u,1,0,w\n", NULL, NULL, NULL, "F", "" },
	{ "worker,task,label,confidence\nv,t,1,1\nw,t,0,7\n", NULL, NULL, "1..7", "FR",
	  "worker = worker, task = task, label = label (1 = fake, 0 = real), confidence = confidence "
	  "(1..7), comma-separated" },
	{ "worker,task,label,confidence\nv,t,1,3\n", "confidence=", NULL, NULL, "F",
	  "worker = worker, task = task, label = label (1 = fake), comma-separated" },
	{ "worker,task,grade\nv,t,1\nw,t,4\nz,t,7\n", "graded=grade", NULL, "1..7", "RF",
	  "worker = worker, task = task, graded = grade (1..7), comma-separated" },
};

START_TEST(files_of_other_tools_are_read_and_what_was_taken_is_told)
{
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);
	const struct csv_reading reading = { .columns = foreign[_i].columns,
		                                 .labels = foreign[_i].labels,
		                                 .scale = foreign[_i].scale,
		                                 .prefix = "" };
	struct error err = judgment_csv_read_as(table, &reading);

	ck_assert_msg(!err.code, "%s", err.detail);
	err = read_text(table, foreign[_i].text, 5);
	ck_assert_msg(!err.code, "%s", err.detail);
	struct judgments judgments = judgment_csv_judgments(table);
	ck_assert_uint_eq(judgments.count, strlen(foreign[_i].verdicts));
	for (size_t j = 0; j < judgments.count; j++)
		ck_assert_int_eq(judgments.verdict[j], foreign[_i].verdicts[j] == 'F' ? FAKE : REAL);
	ck_assert_str_eq(judgment_csv_taken(table), foreign[_i].taken);
	judgment_csv_free(table);
}
END_TEST

/* What could be meant in two ways, and the option that says which. */
static const struct {
	const char *text, *columns, *labels, *scale, *told;
	bool truths;
} doubtful[] = {
	{ "HITId,WorkerId,Answer.q1,Answer.q2\n", NULL, NULL, NULL,
	  "line 1: add --columns label=Answer.q1, or label=Answer.q2: both may be the label", false },
	{ "worker,image,video,label\n", NULL, NULL, NULL,
	  "line 1: add --columns task=image, or task=video", false },
	{ "worker,id,image,label\n", NULL, NULL, NULL, "line 1: add --columns task=id, or task=image",
	  false },
	{ "worker,id,label\n", NULL, NULL, NULL, "line 1: add --columns task=id if", false },
	{ "annotator,rater,task,label\n", NULL, NULL, NULL,
	  "line 1: add --columns worker=annotator, or worker=rater", false },
	{ "worker,task,answer\nv,t,1\n", NULL, NULL, NULL,
	  "line 2: add --labels fake=1,real=0 (or fake=0,real=1): \"answer\" does not say", false },
	{ "worker,task,label\nv,t,Yes\n", NULL, NULL, NULL, "line 2: add --labels fake=Yes,real=no",
	  false },
	{ "worker,task,is_inauthentic\nv,t,yes\n", "label=is_inauthentic", NULL, NULL,
	  "line 2: add --labels fake=yes,real=no", false },
	{ "worker,task,grade,sure\n", "graded=grade,confidence=sure", NULL, "1..7",
	  "line 1: --columns: a graded answer is its own confidence", false },
	{ "worker,task,real_or_fake\nv,t,yes\n", "label=real_or_fake", NULL, NULL,
	  "line 2: add --labels fake=yes,real=no", false },
	{ "task,answer\nt,true\n", NULL, NULL, NULL, "line 2: add --truth-labels fake=true,real=false",
	  true },
	{ "task,GOLDEN:a,GOLDEN:b\n", NULL, NULL, NULL, "line 1: add --truth-columns label=GOLDEN:a",
	  true },
	{ "worker,task,label\n", NULL, NULL, "1..7",
	  "line 1: add --columns confidence=NAME, or graded=label", false },
	{ "worker,task,grade\n", "graded=grade", NULL, NULL, "line 1: add --confidence-scale", false },
	{ "worker,task,label\n", "label=verdict", NULL, NULL,
	  "line 1: the header has no column \"verdict\", which --columns names", false },
	{ "worker,task,label\n", "tusk=a", NULL, NULL, "line 1: --columns tusk=a: a column is", false },
	{ "worker,task,grade\nv,t,8\n", "graded=grade", NULL, "1..7",
	  "line 2: label is \"8\", which is not on the scale 1..7", false },
	{ "worker,task,label,confidence\nv,t,1,often\n", NULL, NULL, "words=rarely,always",
	  "line 2: confidence is \"often\", which is not on the scale words=rarely,always", false },
	{ "worker,task,label\nv,t,fake\n", NULL, "fake=yes,real=no", NULL,
	  "line 2: label is \"fake\", not one of the words of --labels", false },
};

START_TEST(what_could_be_meant_in_two_ways_is_refused_with_what_to_add)
{
	struct judgment_csv *table =
		judgment_csv_new(doubtful[_i].truths ? JUDGMENT_CSV_TRUTH : JUDGMENT_CSV_JUDGMENTS);
	const struct csv_reading reading = { .columns = doubtful[_i].columns,
		                                 .labels = doubtful[_i].labels,
		                                 .scale = doubtful[_i].scale,
		                                 .prefix = doubtful[_i].truths ? "truth-" : "" };
	struct error err = judgment_csv_read_as(table, &reading);

	ck_assert_msg(!err.code, "%s", err.detail);
	err = read_text(table, doubtful[_i].text, 1000);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_msg(strstr(err.detail, doubtful[_i].told) == err.detail, "%s", err.detail);
	judgment_csv_free(table);
}
END_TEST

/* Rows that are refused one by one, and the option that would take them all. */
static const struct {
	const char *text, *advice;
} mended[] = {
	{ "worker,task,label\nv,t,A\nw,t,B\n", "; add --labels fake=A,real=B (or fake=B,real=A)" },
	{ "worker,task,label\nv,t,fake\nw,t,unsure\n", "; add --labels none=unsure to leave that out" },
	{ "worker,task,label\nv,t,fake\nw,t,\n", "; add --labels none= to leave empty" },
	{ "worker,task,label\nv,t,1\nw,t,7\nz,t,4\n",
	  "; add --columns graded=label --confidence-scale 1..7 " },
	{ "worker,task,label,confidence\nv,t,1,100\nw,t,1,0\nz,t,1,49\n",
	  "; add --confidence-scale 0..100" },
	{ "worker,task,label,position\nv,t,1,4\n", "; add --columns position=" },
};

START_TEST(an_option_that_mends_a_file_is_advised)
{
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);

	ck_assert_int_eq(read_text(table, mended[_i].text, 1000).code, ERR_INVALID);
	const char *advice = judgment_csv_advice(table);
	ck_assert_msg(strstr(advice, mended[_i].advice) == advice, "%s", advice);
	judgment_csv_free(table);
}
END_TEST

/* Words and scales that mean nothing are the option's fault. */
static const char *const senseless[][2] = {
	{ "fake=yes", NULL },   { "real=no,none=x", NULL }, { "yes", NULL },  { "", NULL },
	{ NULL, "1" },          { NULL, "1..1" },           { NULL, "a..b" }, { NULL, "words=one" },
	{ NULL, "words=a,,b" },
};

START_TEST(an_option_without_sense_is_refused)
{
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);
	const struct csv_reading reading = { .labels = senseless[_i][0],
		                                 .scale = senseless[_i][1],
		                                 .prefix = "" };
	struct error err = judgment_csv_read_as(table, &reading);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_msg(strstr(err.detail, senseless[_i][0] ? "--labels: " : "--confidence-scale: ") ==
	                  err.detail,
	              "%s", err.detail);
	judgment_csv_free(table);
}
END_TEST

/* The steps of a scale as verdicts and confidences; the middle of an odd one is no verdict. */
static const struct {
	const char *scale, *steps[8];
	bool graded;
	const char *verdicts;
	uint8_t confidence[8];
} scales[] = {
	{ "1..7", { "1", "2", "3", "4", "5", "6", "7" }, true, "RRRFFF", { 100, 83, 66, 66, 83, 100 } },
	{ "7..1", { "1", "2", "3", "4", "5", "6", "7" }, true, "FFFRRR", { 100, 83, 66, 66, 83, 100 } },
	{ "1..4", { "1", "2", "3", "4" }, true, "RRFF", { 100, 66, 66, 100 } },
	{ "0..100", { "0", "49.5", "50", "51", "100" }, true, "RRFF", { 100, 50, 51, 100 } },
	{ "words=real,rather real,no idea,rather fake,fake",
	  { "Real", "rather real", "no idea", "rather fake", "fake" },
	  true,
	  "RRFF",
	  { 100, 75, 75, 100 } },
	{ "1..7",
	  { "1", "2", "3", "4", "5", "6", "7" },
	  false,
	  "FFFFFFF",
	  { 50, 58, 66, 75, 83, 91, 100 } },
	{ "0..100", { "0", "50", "100" }, false, "FFF", { 50, 75, 100 } },
	{ "50..100", { "50", "73", "100" }, false, "FFF", { 50, 73, 100 } },
	{ "words=guess,sure", { "guess", "SURE" }, false, "FF", { 50, 100 } },
};

START_TEST(the_steps_of_a_scale_become_verdicts_and_confidences)
{
	char text[400] = "worker,task,label,confidence\n";
	struct judgment_csv *table = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);
	const struct csv_reading reading = { .columns = scales[_i].graded ? "graded=label" : NULL,
		                                 .scale = scales[_i].scale,
		                                 .prefix = "" };

	for (int i = 0; scales[_i].steps[i]; i++)
		sprintf(text + strlen(text), scales[_i].graded ? "w,t%d,%s,\n" : "w,t%d,fake,%s\n", i,
		        scales[_i].steps[i]);
	ck_assert(!judgment_csv_read_as(table, &reading).code);
	struct error err = read_text(table, text, 1000);
	ck_assert_msg(!err.code, "%s", err.detail);
	struct judgments judgments = judgment_csv_judgments(table);
	ck_assert_uint_eq(judgments.count, strlen(scales[_i].verdicts));
	ck_assert_uint_eq(judgment_csv_left_out(table).neither,
	                  scales[_i].graded && strcmp(scales[_i].scale, "1..4") != 0 ? 1 : 0);
	for (size_t j = 0; j < judgments.count; j++)
		ck_assert_int_eq(judgments.verdict[j], scales[_i].verdicts[j] == 'F' ? FAKE : REAL);
	ck_assert_mem_eq(judgments.confidence, scales[_i].confidence, judgments.count);
	judgment_csv_free(table);
}
END_TEST

#define COUNT_OF(cases) (int)(sizeof(cases) / sizeof(cases)[0])

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
	tcase_add_loop_test(tests, files_of_other_tools_are_read_and_what_was_taken_is_told, 0,
	                    COUNT_OF(foreign));
	tcase_add_loop_test(tests, what_could_be_meant_in_two_ways_is_refused_with_what_to_add, 0,
	                    COUNT_OF(doubtful));
	tcase_add_loop_test(tests, an_option_that_mends_a_file_is_advised, 0, COUNT_OF(mended));
	tcase_add_loop_test(tests, an_option_without_sense_is_refused, 0, COUNT_OF(senseless));
	tcase_add_loop_test(tests, the_steps_of_a_scale_become_verdicts_and_confidences, 0,
	                    COUNT_OF(scales));
	suite_add_tcase(suite, tests);
	return suite;
}
