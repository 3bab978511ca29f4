/* SPDX-License-Identifier: Apache-2.0 */
/* infer and replay on files: what one command writes, another reads. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/crowd_commands.h"
#include "core/random.h"
#include "release/columns.h"
#include "release/formats/formats.h"
#include "scratch.h"
#include "suites.h"

#define ITEMS      24
#define VOLUNTEERS 9

static bool is_fake(int item)
{
	return item % 3 == 0;
}

/* Volunteers from 6 on are wrong about every fourth item. */
static bool says_fake(int item, int volunteer)
{
	return is_fake(item) != (volunteer >= 6 && (item + volunteer) % 4 == 0);
}

/* A release's judgments.csv, by the columns of the one who writes it. */
static void write_judgments(void)
{
	const char *values[JUDGMENT_COLUMNS] = { NULL };
	char item[16], volunteer[16];
	FILE *out = fopen(scratch_path("judgments.csv"), "we");
	struct sink sink = sink_begin(&format_csv, out, judgment_columns, JUDGMENT_COLUMNS);

	for (int i = 0; i < ITEMS; i++)
		for (int v = 0; v < VOLUNTEERS; v++) {
			snprintf(item, sizeof item, "i%d", i);
			snprintf(volunteer, sizeof volunteer, "v%d", v);
			values[JUDGMENT_ITEM] = item;
			values[JUDGMENT_VOLUNTEER] = volunteer;
			values[JUDGMENT_VERDICT] = says_fake(i, v) ? "fake" : "real";
			values[JUDGMENT_CONFIDENCE] = "75";
			sink_row(&sink, values);
		}
	sink_end(&sink);
	fclose(out);
}

/* A release's labels.csv: the source says nothing of every fifth item, and the label is none. */
static void write_labels(void)
{
	const char *values[LABEL_COLUMNS] = { NULL };
	char item[16];
	FILE *out = fopen(scratch_path("labels.csv"), "we");
	struct sink sink = sink_begin(&format_csv, out, label_columns, LABEL_COLUMNS);

	for (int i = 0; i < ITEMS; i++) {
		snprintf(item, sizeof item, "i%d", i);
		values[LABEL_ITEM] = item;
		values[LABEL_LABEL] = is_fake(i) ? "real" : "fake";
		values[LABEL_TRUTH] = i % 5 == 0 ? NULL : is_fake(i) ? "fake" : "real";
		sink_row(&sink, values);
	}
	sink_end(&sink);
	fclose(out);
}

static void make_files(void)
{
	scratch_make();
	write_judgments();
	write_labels();
}

/* Holds a text until the test's process ends. */
static char *keep(char *text)
{
	static char *kept[128];
	static unsigned count;

	ck_assert_uint_lt(count, sizeof kept / sizeof kept[0]);
	return kept[count++] = text;
}

static const char *told_out, *told_err;

/* Runs a command with its outputs in files; sets told_out and told_err. Returns the exit code. */
static int run_command(int (*command)(int, char **), const char *const arguments[])
{
	char *argv[16] = { NULL };
	int argc = 0;
	size_t len;

	for (; arguments[argc]; argc++)
		argv[argc] = keep(strdup(arguments[argc]));
	ck_assert_ptr_nonnull(freopen(scratch_path("out"), "we", stdout));
	ck_assert_ptr_nonnull(freopen(scratch_path("err"), "we", stderr));
	int code = command(argc, argv);
	fflush(stdout);
	fflush(stderr);
	told_out = keep(scratch_read(scratch_path("out"), &len));
	told_err = keep(scratch_read(scratch_path("err"), &len));
	return code;
}

/* infer --report on a file of the folder, with an option and a file for it unless NULL. */
static int infer(const char *judgments, const char *option, const char *file)
{
	const char *path = keep(strdup(scratch_path(judgments)));
	const char *other = file ? keep(strdup(scratch_path(file))) : NULL;
	const char *const with[] = {
		"infer", "--report", option, other ? other : path, other ? path : NULL, NULL
	};
	const char *const without[] = { "infer", "--report", path, NULL };

	return run_command(cli_infer, option ? with : without);
}

static void expect_told(const char *text, const char *what)
{
	ck_assert_msg(strstr(text, what) != NULL, "no %s in: %s", what, text);
}

START_TEST(infer_reads_the_judgments_of_a_release)
{
	ck_assert_int_eq(infer("judgments.csv", NULL, NULL), 0);
	expect_told(told_out, "task,label,p_fake,judgments,low,high\ni0,fake,");
	expect_told(told_err, "\"judgments\": 216");
	ck_assert_ptr_null(strstr(told_err, "not used"));
}
END_TEST

START_TEST(infer_takes_the_truths_of_a_releases_labels)
{
	ck_assert_int_eq(infer("judgments.csv", "--truth", "labels.csv"), 0);
	expect_told(told_err, "\"evaluated\": 19, \"accuracy\": 1.000000");
	ck_assert_int_eq(infer("judgments.csv", "--gold", "labels.csv"), 0);
	expect_told(told_out, "i3,fake,1.000000000");
	expect_told(told_out, "i5,real,0.0"); /* of which the source says nothing: the crowd's */
}
END_TEST

START_TEST(infer_reads_the_labels_that_it_wrote)
{
	ck_assert_int_eq(infer("judgments.csv", NULL, NULL), 0);
	scratch_write("inferred.csv", told_out, strlen(told_out));
	ck_assert_int_eq(infer("judgments.csv", "--truth", "inferred.csv"), 0);
	expect_told(told_err, "\"evaluated\": 24, \"accuracy\": 1.000000");
	ck_assert_int_eq(infer("judgments.csv", "--gold", "inferred.csv"), 0);
	expect_told(told_err, "inferred.csv: columns that are not used: p_fake, judgments, low, high");
}
END_TEST

START_TEST(replay_reads_what_a_release_and_infer_wrote)
{
	const char *judgments = keep(strdup(scratch_path("judgments.csv")));
	const char *labels = keep(strdup(scratch_path("labels.csv")));
	const char *const arguments[] = { "replay", "--truth", labels, judgments, NULL };

	ck_assert_int_eq(run_command(cli_replay, arguments), 0);
	expect_told(told_out, "\"judgments_available\": 216");
	ck_assert_int_eq(infer("judgments.csv", NULL, NULL), 0);
	scratch_write("inferred.csv", told_out, strlen(told_out));
	const char *inferred = keep(strdup(scratch_path("inferred.csv")));
	const char *const again[] = { "replay", "--truth", inferred, judgments, NULL };
	ck_assert_int_eq(run_command(cli_replay, again), 0);
}
END_TEST

/* What is known beforehand is no forecast. */
START_TEST(gold_is_left_out_of_what_is_evaluated)
{
	static const char gold[] = "task,label\ni1,real\ni3,fake\ni5,real\n";
	const char *judgments = keep(strdup(scratch_path("judgments.csv")));
	const char *truth = keep(strdup(scratch_path("labels.csv")));

	scratch_write("gold.csv", gold, sizeof gold - 1);
	const char *known = keep(strdup(scratch_path("gold.csv")));
	const char *const report[] = { "infer",   "--report", "--gold",  known,
		                           "--truth", truth,      judgments, NULL };
	ck_assert_int_eq(run_command(cli_infer, report), 0);
	expect_told(told_err, "\"evaluated\": 17, \"accuracy\": 1.0"); /* i5 has no truth */
	expect_told(told_err, "\"gold_left_out\": 2}");
	const char *const replay[] = { "replay", "--gold", known, "--truth", truth, judgments, NULL };
	ck_assert_int_eq(run_command(cli_replay, replay), 0);
	expect_told(told_out, "\"evaluated\": 17, \"accuracy\": 1.0");
	expect_told(told_out, "\"gold_left_out\": 2, ");
	const char *const all[] = { "infer",   "--report", "--gold",  truth,
		                        "--truth", truth,      judgments, NULL };
	ck_assert_int_eq(run_command(cli_infer, all), 0);
	expect_told(told_err, "\"evaluated\": 0, \"accuracy\": null");
	expect_told(told_err, "\"gold_left_out\": 19}");
}
END_TEST

/* Each task's line of labels: its name, then its low, p_fake and high. */
START_TEST(an_interval_holds_the_forecast)
{
	static const char *const methods[] = { "default", "majority", "dawid-skene", "glad" };
	const char *judgments = keep(strdup(scratch_path("judgments.csv")));
	const char *const arguments[] = { "infer", "--method", methods[_i], judgments, NULL };
	unsigned wide = 0;

	ck_assert_int_eq(run_command(cli_infer, arguments), 0);
	for (const char *line = strchr(told_out, '\n'); line && line[1];
	     line = strchr(line + 1, '\n')) {
		double p, low, high;

		ck_assert_int_eq(sscanf(line + 1, "%*[^,],%*[^,],%lf,%*u,%lf,%lf\n", &p, &low, &high), 3);
		ck_assert(0 < low && low <= p && p <= high && high < 1);
		wide += low < high;
	}
	ck_assert_uint_eq(wide, _i < 3 ? ITEMS : 0); /* GLAD has none: the ends fall together */
}
END_TEST

START_TEST(tasks_that_nobody_judged_are_told)
{
	static const char gold[] = "task,label\ni1,real\nelsewhere,fake\nnowhere,fake\n";

	scratch_write("gold.csv", gold, sizeof gold - 1);
	ck_assert_int_eq(infer("judgments.csv", "--gold", "gold.csv"), 0);
	expect_told(told_err, "2 of 3 tasks are not among the judgments; the first is elsewhere");
	ck_assert_int_eq(infer("judgments.csv", "--truth", "gold.csv"), 0);
	expect_told(told_err, "2 of 3 tasks are not among the judgments; the first is elsewhere");
}
END_TEST

/* Who answers "fake" on the right says little by it. */
START_TEST(positions_count_when_they_are_given)
{
	static char with[40000], without[40000];
	size_t len = (size_t)sprintf(with, "worker,task,label,position\n");
	size_t plain = (size_t)sprintf(without, "worker,task,label\n");

	for (int i = 0; i < 60; i++)
		for (int v = 0; v < 20; v++) {
			bool right = (i + v) % 2, fake = (i % 2) != (v < 4 && !right) || (right && v % 2);

			len += (size_t)sprintf(with + len, "w%d,t%d,%d,%s\n", v, i, fake,
			                       right ? "right" : "left");
			plain += (size_t)sprintf(without + plain, "w%d,t%d,%d\n", v, i, fake);
		}
	scratch_write("with.csv", with, len);
	scratch_write("without.csv", without, plain);
	ck_assert_int_eq(infer("with.csv", NULL, NULL), 0);
	const char *out = told_out;
	expect_told(told_err, "\"sides\": true");
	ck_assert_ptr_null(strstr(told_err, "not used"));
	ck_assert_int_eq(infer("without.csv", NULL, NULL), 0);
	expect_told(told_err, "\"sides\": false");
	ck_assert_str_ne(out, told_out);
}
END_TEST

static const struct {
	const char *text, *detail;
} broken[] = {
	{ "worker,task,label,position\na,b,1,up\n", "line 2: position must be left or right" },
	{ "volunteer,item\na,b\n", "has no column \"label\"" },
	{ "volunteer,item,verdict\na,b,maybe\n", "line 2: label is \"maybe\"" },
	{ "volunteer,volunteer,item,verdict\n", "the column \"volunteer\" stands there twice" },
};

START_TEST(what_a_file_lacks_is_told)
{
	scratch_write("broken.csv", broken[_i].text, strlen(broken[_i].text));
	ck_assert_int_eq(infer("broken.csv", NULL, NULL), 1);
	expect_told(told_err, broken[_i].detail);
}
END_TEST

/* Six workers judge 400 tasks; the last two say the same of each, wrong in two of five. A worker's
 * name is written as JSON. */
static void write_a_cohort(void)
{
	struct random random = random_seeded(11);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fputs("worker,task,label\n", out);
	for (int task = 0; task < 400; task++) {
		bool together = random_below(&random, 5) < 2;

		for (int worker = 0; worker < 6; worker++) {
			bool wrong = worker < 4 ? random_below(&random, 4) == 0 : together;

			fprintf(out, "\"w\"\"%d\",t%d,%d\n", worker, task, wrong != (task % 2 == 0));
		}
	}
	fclose(out);
	scratch_write("cohort.csv", text, len);
	free(text);
}

START_TEST(the_report_names_workers_who_err_together_and_what_hangs_on_them)
{
	write_a_cohort();
	ck_assert_int_eq(infer("cohort.csv", NULL, NULL), 0);
	expect_told(told_err,
	            "\"cohorts\": {\"warning\": \"2 workers err together beyond what all share:"
	            " they gave 33 % of the judgments, and ");
	expect_told(told_err,
	            "\"members\": [[\"w\\\"4\", \"w\\\"5\"]], \"share_of_judgments\": 0.333333, "
	            "\"share_of_labels\": 0.000000, \"labels_changed\": ");
	expect_told(told_err, "\"labels_lost\": 0, \"prevalence_without\": 0.");
	json_t *report = json_loads(told_err, 0, NULL);
	ck_assert(report && json_is_object(json_object_get(report, "cohorts")));
	json_decref(report);
}
END_TEST

START_TEST(a_report_without_a_cohort_says_so)
{
	ck_assert_int_eq(infer("judgments.csv", NULL, NULL), 0);
	expect_told(told_err, "\"cohorts\": null}");
}
END_TEST

START_TEST(what_cannot_be_computed_is_null)
{
	static const char elsewhere[] = "task,label\nelsewhere,fake\n";
	const char *judgments = keep(strdup(scratch_path("judgments.csv")));
	const char *const majority[] = { "infer", "--report", "--method", "majority", judgments, NULL };

	scratch_write("truth.csv", elsewhere, sizeof elsewhere - 1);
	ck_assert_int_eq(infer("judgments.csv", "--truth", "truth.csv"), 0);
	expect_told(told_err, "\"evaluated\": 0, \"accuracy\": null, \"balanced_accuracy\": null, "
	                      "\"f1\": null, \"log_loss\": null, \"brier\": null, \"ece\": null");
	expect_told(told_err, "\"log_likelihood\": -");
	ck_assert_int_eq(run_command(cli_infer, majority), 0);
	expect_told(told_err, "\"log_likelihood\": null");
	const char *truth = keep(strdup(scratch_path("truth.csv")));
	const char *const replay[] = { "replay", "--truth", truth, judgments, NULL };
	ck_assert_int_eq(run_command(cli_replay, replay), 0);
	expect_told(told_out, "\"evaluated\": 0, \"accuracy\": null, \"baseline_accuracy\": null, "
	                      "\"gold_left_out\": 0, ");
}
END_TEST

static const struct {
	const char *min, *max, *policy;
	int code;
} bounds[] = {
	{ "5", "2", "posterior", 2 },  { "5", "2", "margin", 2 },    { "2", "2", "posterior", 0 },
	{ "5", "0", "posterior", 0 },  { "9", "3", "fixed", 0 },     { "0", "0", "fixed", 2 },
	{ "5", "4", "gain", 2 },       { "1", "0", "gain", 0 },      { "5", "4", "posterior", 2 },
	{ "5", "-1", "posterior", 2 }, { "5", "6", "posterior", 0 },
};

/* A fixed number of judgments has no least one. */
START_TEST(a_least_number_above_the_most_is_refused)
{
	const char *judgments = keep(strdup(scratch_path("judgments.csv")));
	const char *labels = keep(strdup(scratch_path("labels.csv")));
	const char *const arguments[] = {
		"replay",  "--min", bounds[_i].min, "--max", bounds[_i].max, "--policy", bounds[_i].policy,
		"--truth", labels,  judgments,      NULL
	};

	ck_assert_int_eq(run_command(cli_replay, arguments), bounds[_i].code);
}
END_TEST

START_TEST(all_faults_of_a_file_are_told)
{
	static char text[4000] = "worker,task,label\n";

	for (int i = 0; i < 25; i++)
		sprintf(text + strlen(text), "w%d,t,perhaps\n", i);
	scratch_write("broken.csv", text, strlen(text));
	ck_assert_int_eq(infer("broken.csv", NULL, NULL), 1);
	expect_told(told_err, "broken.csv, line 2: label is");
	expect_told(told_err, "broken.csv, line 21: label is");
	ck_assert_ptr_null(strstr(told_err, "line 22:"));
	expect_told(told_err, "25 faults, of which the first 20 are told");
	ck_assert_str_eq(told_out, "");
}
END_TEST

START_TEST(duplicates_are_as_one_asks)
{
	static const char text[] = "worker,task,label\na,t,1\nb,t,1\na,t,0\n";

	scratch_write("twice.csv", text, sizeof text - 1);
	ck_assert_int_eq(infer("twice.csv", NULL, NULL), 1);
	expect_told(told_err, "line 4: worker a judges task t a second time; --duplicates first");
	ck_assert_int_eq(infer("twice.csv", "--duplicates=first", NULL), 0);
	expect_told(told_err, "twice.csv: duplicates passed over: 1");
	expect_told(told_out, "t,fake,");
	ck_assert_int_eq(infer("twice.csv", "--duplicates=last", NULL), 0);
	expect_told(told_err, "\"judgments\": 2");
	ck_assert_int_eq(infer("twice.csv", "--duplicates=refuse", NULL), 1);
	ck_assert_int_eq(infer("twice.csv", "--duplicates=some", NULL), 2);
}
END_TEST

/* What the files were taken for, and how many rows were not, is told of each of the three. */
START_TEST(what_was_taken_for_what_is_told)
{
	static const char answers[] = "WorkerId,HITId,AssignmentStatus,Answer.q1,Answer.q2\n"
								  "v,t,Approved,yes,1\nw,t,Rejected,no,1\nw,u,Approved,?,1\n"
								  "v,u,Approved,no,1\n";
	static const char gold[] = "HITId;GOLDEN:fake\nt;TRUE\n", truth[] = "image,ruling\nu,A\n";

	scratch_write("answers.csv", answers, sizeof answers - 1);
	scratch_write("gold.csv", gold, sizeof gold - 1);
	scratch_write("truth.csv", truth, sizeof truth - 1);
	const char *path = keep(strdup(scratch_path("answers.csv")));
	const char *known = keep(strdup(scratch_path("gold.csv")));
	const char *rulings = keep(strdup(scratch_path("truth.csv")));
	ck_assert_int_eq(infer("answers.csv", NULL, NULL), 1);
	expect_told(told_err, "add --columns label=Answer.q1, or label=Answer.q2: both may be");
	const char *const all[] = { "infer",
		                        "--columns=label=Answer.q1",
		                        "--labels=fake=yes,real=no,none=?",
		                        "--gold",
		                        known,
		                        "--truth",
		                        rulings,
		                        "--truth-columns=label=ruling",
		                        "--truth-labels=fake=B,real=A",
		                        "--report",
		                        path,
		                        NULL };
	ck_assert_int_eq(run_command(cli_infer, all), 0);
	expect_told(told_err,
	            "answers.csv: read: worker = WorkerId, task = HITId, label = Answer.q1 (yes "
	            "= fake, no = real, ? = neither), status = AssignmentStatus, comma");
	expect_told(told_err, "answers.csv: rejected or skipped, left out: 1\n");
	expect_told(told_err, "answers.csv: answers without a verdict, left out: 1\n");
	expect_told(told_err,
	            "gold.csv: read: task = HITId, label = GOLDEN:fake (true = fake), semicolon");
	expect_told(told_err,
	            "truth.csv: read: task = image, label = ruling (A = real), comma-separated");
	expect_told(told_err, "\"judgments\": 2");
	expect_told(told_err, "\"evaluated\": 1");
}
END_TEST

static const char *const wrong[][7] = {
	{ "infer" },
	{ "infer", "a.csv", "b.csv" },
	{ "infer", "--metod", "glad", "a.csv" },
	{ "infer", "--method", "none", "a.csv" },
	{ "infer", "a.csv", "--method" },
	{ "infer", "--truth", "--report", "a.csv" },
	{ "infer", "--truth", "t.csv", "--truth", "u.csv", "a.csv" },
	{ "infer", "-r", "a.csv" },
	{ "replay", "a.csv" },
	{ "replay", "--truth", "t.csv" },
	{ "replay", "--truth", "t.csv", "a.csv", "b.csv" },
	{ "replay", "--truth", "t.csv", "a.csv", "--seed" },
	{ "replay", "--truth=t.csv", "a.csv", "--policy=none" },
};

START_TEST(an_argument_that_no_command_has_is_told_by_its_usage)
{
	const char *const *arguments = wrong[_i];

	ck_assert_int_eq(run_command(*arguments[0] == 'i' ? cli_infer : cli_replay, arguments), 2);
	expect_told(told_err, "usage: touchstone ");
}
END_TEST

Suite *infer_suite(void)
{
	Suite *suite = suite_create("cli/infer");
	TCase *tests = tcase_create("files");

	tcase_add_checked_fixture(tests, make_files, scratch_clear);
	tcase_add_test(tests, infer_reads_the_judgments_of_a_release);
	tcase_add_loop_test(tests, an_argument_that_no_command_has_is_told_by_its_usage, 0,
	                    sizeof wrong / sizeof wrong[0]);
	tcase_add_test(tests, infer_takes_the_truths_of_a_releases_labels);
	tcase_add_test(tests, infer_reads_the_labels_that_it_wrote);
	tcase_add_test(tests, replay_reads_what_a_release_and_infer_wrote);
	tcase_add_test(tests, what_cannot_be_computed_is_null);
	tcase_add_test(tests, the_report_names_workers_who_err_together_and_what_hangs_on_them);
	tcase_add_test(tests, a_report_without_a_cohort_says_so);
	tcase_add_loop_test(tests, a_least_number_above_the_most_is_refused, 0,
	                    sizeof bounds / sizeof bounds[0]);
	tcase_add_test(tests, all_faults_of_a_file_are_told);
	tcase_add_test(tests, duplicates_are_as_one_asks);
	tcase_add_test(tests, what_was_taken_for_what_is_told);
	tcase_add_test(tests, gold_is_left_out_of_what_is_evaluated);
	tcase_add_loop_test(tests, an_interval_holds_the_forecast, 0, 4);
	tcase_add_test(tests, tasks_that_nobody_judged_are_told);
	tcase_add_test(tests, positions_count_when_they_are_given);
	tcase_add_loop_test(tests, what_a_file_lacks_is_told, 0, sizeof broken / sizeof broken[0]);
	suite_add_tcase(suite, tests);
	return suite;
}
