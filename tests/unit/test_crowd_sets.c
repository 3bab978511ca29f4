/* SPDX-License-Identifier: Apache-2.0 */
/* The model on recorded judgments, beside figures published or measured by other programs. They are
 * not part of the project: without ../shared/data/crowd these tests say so and pass. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "crowd/agreement.h"
#include "crowd/evaluation.h"
#include "crowd/model.h"
#include "crowd/table.h"
#include "suites.h"

#define FOLDER "../shared/data/crowd/"

/* Accuracy of majority and of Dawid & Skene to convergence, and alpha, from the sets' README. */
static const struct {
	const char *name;
	double majority, dawid_skene, alpha, tasks;
} sets[] = {
	{ "rte", .919, .928, .242, 800 },        { "d_product", .897, .939, .158, 8315 },
	{ "d_possent", .932, .960, .149, 1000 }, { "barzan", .696, .712, .406, 1000 },
	{ "gengap", .983, .983, .577, 60 },
};

#define SETS 5

struct recorded {
	struct table *table, *truths;
	struct judgments judgments;
	int8_t *truth;
};

static struct table *read_file(const char *set, const char *file, enum table_kind kind)
{
	char path[256], bytes[65536];
	struct error err = ok();
	struct table *table = table_new(kind);
	size_t len;

	snprintf(path, sizeof path, FOLDER "%s/%s.csv", set, file);
	FILE *in = fopen(path, "rb");
	if (!in) {
		table_free(table);
		return NULL;
	}
	while (!err.code && (len = fread(bytes, 1, sizeof bytes, in)) > 0)
		err = table_feed(table, bytes, len);
	fclose(in);
	if (!err.code)
		err = table_finish(table);
	ck_assert_msg(!err.code, "%s", err.detail);
	return table;
}

static bool recorded_open(int set, struct recorded *recorded)
{
	*recorded =
		(struct recorded){ .table = read_file(sets[set].name, "judgments", TABLE_JUDGMENTS) };
	if (!recorded->table) {
		fputs("skipped: no recorded judgments at " FOLDER "\n", stderr);
		return false;
	}
	recorded->truths = read_file(sets[set].name, "truth", TABLE_TRUTH);
	recorded->judgments = table_judgments(recorded->table);
	recorded->truth = malloc(recorded->judgments.items);
	table_truth(recorded->truths, table_tasks(recorded->table), recorded->truth);
	return true;
}

static void recorded_close(struct recorded *recorded)
{
	table_free(recorded->table);
	table_free(recorded->truths);
	free(recorded->truth);
}

static struct evaluation evaluate_method(const struct recorded *recorded, enum method method)
{
	uint32_t items = recorded->judgments.items;
	struct fit *fit = model_fit(&recorded->judgments, &(struct model_options){ .method = method });
	double *p = calloc(items, sizeof *p);
	uint8_t *label = calloc(items, 1);

	for (uint32_t i = 0; i < items; i++) {
		p[i] = fit->p_fake[i].mean;
		label[i] = (uint8_t)label_of(p[i]);
	}
	struct evaluation result = evaluate(p, label, recorded->truth, items);
	free(p);
	free(label);
	fit_free(fit);
	return result;
}

START_TEST(dawid_skene_to_convergence_matches_the_reference)
{
	struct recorded recorded;

	if (!recorded_open(_i, &recorded))
		return;
	double accuracy = evaluate_method(&recorded, METHOD_DAWID_SKENE).accuracy;

	ck_assert_double_eq_tol(accuracy, sets[_i].dawid_skene, fmax(.002, 1.5 / sets[_i].tasks));
	recorded_close(&recorded);
}
END_TEST

START_TEST(alpha_matches_the_reference)
{
	struct recorded recorded;
	struct random random = random_seeded(1);

	if (!recorded_open(_i, &recorded))
		return;
	ck_assert_double_eq_tol(agreement_alpha(&recorded.judgments, 0, &random).alpha, sets[_i].alpha,
							.0006);
	recorded_close(&recorded);
}
END_TEST

START_TEST(the_default_is_never_far_below_majority)
{
	struct recorded recorded;

	if (!recorded_open(_i, &recorded))
		return;
	ck_assert_double_ge(evaluate_method(&recorded, METHOD_DEFAULT).accuracy,
						sets[_i].majority - .01);
	recorded_close(&recorded);
}
END_TEST

START_TEST(the_default_beats_the_best_and_is_surer_than_majority_with_reason)
{
	double accuracy = 0, loss = 0, majority_loss = 0;

	for (int set = 0; set < SETS; set++) {
		struct recorded recorded;

		if (!recorded_open(set, &recorded))
			return;
		struct evaluation mine = evaluate_method(&recorded, METHOD_DEFAULT);

		accuracy += mine.accuracy / SETS;
		loss += mine.log_loss / SETS;
		majority_loss += evaluate_method(&recorded, METHOD_MAJORITY).log_loss / SETS;
		recorded_close(&recorded);
	}
	ck_assert_double_ge(accuracy, .9044);
	ck_assert_double_lt(loss, majority_loss);
}
END_TEST

Suite *crowd_sets_suite(void)
{
	Suite *suite = suite_create("crowd/recorded sets");
	TCase *tests = tcase_create("sets");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, dawid_skene_to_convergence_matches_the_reference, 0, SETS);
	tcase_add_loop_test(tests, alpha_matches_the_reference, 0, SETS);
	tcase_add_loop_test(tests, the_default_is_never_far_below_majority, 0, SETS);
	tcase_add_test(tests, the_default_beats_the_best_and_is_surer_than_majority_with_reason);
	suite_add_tcase(suite, tests);
	return suite;
}
