/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "release/columns.h"
#include "release/crowd_count.h"
#include "release/described.h"
#include "release/figures.h"
#include "release/leakage.h"
#include "release/sample.h"
#include "suites.h"

/* A row of labels.csv, as far as it is counted. */
struct counted_row {
	const char *split, *label, *p_fake, *low, *high, *truth, *technique, *judgments;
	const char *lineage, *identities, *looks, *sha256;
};

static const char *const *values_of(const struct counted_row *row)
{
	static const char *values[LABEL_VALUES];

	for (int c = 0; c < LABEL_VALUES; c++)
		values[c] = NULL;
	values[LABEL_MEDIA_TYPE] = "image";
	values[LABEL_SPLIT] = row->split;
	values[LABEL_LABEL] = row->label;
	values[LABEL_LABEL_SOURCE] = "crowd";
	values[LABEL_P_FAKE] = row->p_fake;
	values[LABEL_LOW] = row->low;
	values[LABEL_HIGH] = row->high;
	values[LABEL_TRUTH] = row->truth;
	values[LABEL_TECHNIQUE] = row->technique;
	values[LABEL_JUDGMENTS] = row->judgments;
	values[LABEL_LINEAGE] = row->lineage;
	values[LABEL_IDENTITIES] = row->identities;
	values[LABEL_LOOKS] = row->looks;
	values[LABEL_SHA256] = row->sha256;
	return values;
}

/* ------------------------------------------------------------------ figures */

static const struct counted_row drawn[] = {
	{ .split = "train",
	  .label = "fake",
	  .p_fake = "0.97",
	  .low = "0.9",
	  .high = "0.99",
	  .truth = "fake",
	  .technique = "splice;face_swap",
	  .judgments = "3" },
	{ .split = "train",
	  .label = "real",
	  .p_fake = "0.2",
	  .low = "0.1",
	  .high = "0.72",
	  .truth = "fake",
	  .technique = "splice",
	  .judgments = "3" },
	{ .split = "test",
	  .label = "real",
	  .p_fake = "0.01",
	  .low = "0",
	  .high = "0.2",
	  .truth = "real",
	  .judgments = "12" },
	{ .split = "test",
	  .label = "fake",
	  .p_fake = "1",
	  .low = "0.9",
	  .high = "1",
	  .judgments = "70000" },
	{ .split = "test", .label = "fake", .truth = "fake", .technique = "splice", .judgments = "0" },
};

static const char *const said[][2] = {
	{ "a", "real" }, { "a", "real" }, { "a", "fake" }, { "b", "fake" },
	{ "b", "fake" }, { "c", "real" }, { "d", "real" }, { "d", "fake" },
};

static json_t *figures_of_all(void)
{
	struct figures *figures = figures_new();
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++)
		figures_label(figures, values_of(&drawn[i]));
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		figures_trial(figures, (const char *[TRIAL_COLUMNS]){
								   [TRIAL_ITEM] = said[i][0], [TRIAL_VERDICT] = said[i][1] });
	figures_write(out, figures);
	fclose(out);
	figures_free(figures);
	json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	ck_assert_ptr_nonnull(whole);
	return whole;
}

/* The part of the figures with this name, as text. */
static void expect_figure(const char *name, const char *due)
{
	json_t *whole = figures_of_all();
	char *found = json_dumps(json_object_get(whole, name), JSON_COMPACT);

	ck_assert_str_eq(found, due);
	free(found);
	json_decref(whole);
}

START_TEST(items_are_counted_by_medium_split_and_label)
{
	expect_figure("labels", "[{\"media_type\":\"image\",\"split\":\"train\",\"real\":1,\"fake\":1},"
	                        "{\"media_type\":\"image\",\"split\":\"test\",\"real\":1,\"fake\":2}]");
	expect_figure("label_source", "{\"crowd\":5,\"ruling\":0,\"truth\":0}");
}
END_TEST

START_TEST(posteriors_are_counted_by_what_is_true)
{
	expect_figure("p_fake", "{\"all\":[1,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,2],"
	                        "\"real\":[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"
	                        "\"fake\":[0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]}");
	expect_figure("interval_width", "[0,2,0,0,1,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0]");
}
END_TEST

START_TEST(a_technique_is_as_hard_as_the_crowd_is_wrong_on_it)
{
	expect_figure("techniques",
	              "[{\"technique\":\"face_swap\",\"items\":1,\"known\":1,\"right\":1},"
	              "{\"technique\":\"splice\",\"items\":3,\"known\":2,\"right\":1}]");
	expect_figure("crowd_by_media_type",
	              "[{\"media_type\":\"image\",\"items\":5,\"known\":3,\"right\":2}]");
}
END_TEST

START_TEST(very_many_judgments_are_counted_as_many)
{
	expect_figure("judgments", "[{\"judgments\":0,\"items\":1},{\"judgments\":3,\"items\":2},"
	                           "{\"judgments\":12,\"items\":1},{\"judgments\":1000,\"items\":1}]");
}
END_TEST

/* Two of three, two of two, one alone (which is no agreement), one of two. */
START_TEST(agreement_is_how_many_say_what_most_say)
{
	expect_figure("agreement", "[1,0,0,1,0,0,0,0,0,1]");
}
END_TEST

/* ------------------------------------------------------------------ ties */

START_TEST(groups_of_ties_are_counted_and_those_that_cross_splits)
{
	static const struct counted_row rows[] = {
		{ .split = "train", .lineage = "aa", .identities = "11;22", .sha256 = "01" },
		{ .split = "train", .lineage = "aa", .identities = "22;33", .looks = "77", .sha256 = "02" },
		{ .split = "test", .lineage = "bb", .identities = "44", .looks = "77", .sha256 = "03" },
		{ .split = "test", .lineage = "cc", .identities = "55;55", .sha256 = "04" },
	};
	static const struct tie_count due[TIES] = { [TIE_LINEAGE] = { 1, 2, 0 },
		                                        [TIE_IDENTITY] = { 1, 2, 0 },
		                                        [TIE_LOOKS] = { 1, 2, 1 },
		                                        [TIE_BYTES] = { 0, 0, 0 } };
	struct leakage *leakage = leakage_new();
	struct tie_count counts[TIES];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		leakage_row(leakage, values_of(&rows[i]));
	leakage_count(leakage, counts);
	leakage_free(leakage);
	for (int tie = 0; tie < TIES; tie++) {
		ck_assert_uint_eq(counts[tie].groups, due[tie].groups);
		ck_assert_uint_eq(counts[tie].items, due[tie].items);
		ck_assert_uint_eq(counts[tie].crossing, due[tie].crossing);
	}
}
END_TEST

START_TEST(no_certificate_is_written_where_splits_are_tied)
{
	struct leakage *leakage = leakage_new();
	struct counted_row row = { .split = "train", .lineage = "aa", .looks = "77", .sha256 = "01" };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	leakage_row(leakage, values_of(&row));
	row = (struct counted_row){ .split = "test", .lineage = "bb", .looks = "77", .sha256 = "02" };
	leakage_row(leakage, values_of(&row));
	struct error err = leakage_write(out, leakage, NULL, NULL, "");
	fclose(out);
	leakage_free(leakage);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(err.detail, "looks"));
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

/* ------------------------------------------------------------------ a sample */

/* What a sample of `most` keeps of a hundred items with three judgments each, from `first` on in
 * steps of `step`: volunteer n is the one who judged item n. */
static struct sample *sample_of_hundred(size_t most, uint32_t first, uint32_t step)
{
	struct sample *sample = sample_new(most);

	for (uint32_t i = 0; i < 100; i++) {
		uint32_t item = (first + i * step) % 100;

		sample_item(sample, item * 0x9e3779b97f4a7c15ULL, item % 2 ? UNKNOWN : FAKE);
		for (uint32_t n = 0; n < 3; n++)
			sample_judgment(sample, item, n == 0);
	}
	return sample;
}

START_TEST(a_sample_holds_whole_items_with_what_is_known_of_them)
{
	struct sample *sample = sample_of_hundred(100, 0, 1);
	struct judgments kept = sample_judgments(sample, 100);

	ck_assert_uint_eq(kept.count, (size_t)kept.items * 3);
	ck_assert_uint_le(kept.count, 100);
	ck_assert_uint_gt(kept.count, 50);
	for (size_t j = 0; j < kept.count; j++) {
		ck_assert_uint_eq(kept.item[j], j / 3);
		ck_assert_uint_eq(kept.volunteer[j], kept.volunteer[j - j % 3]);
		ck_assert_int_eq(kept.verdict[j], j % 3 == 0);
		ck_assert_int_eq(kept.truth[j / 3], kept.volunteer[j] % 2 ? UNKNOWN : FAKE);
	}
	sample_free(sample);
}
END_TEST

START_TEST(which_items_a_sample_holds_does_not_depend_on_their_order)
{
	struct sample *one = sample_of_hundred(100, 0, 1), *other = sample_of_hundred(100, 40, 37);
	struct judgments a = sample_judgments(one, 100), b = sample_judgments(other, 100);
	bool in[2][100] = { { false } };

	for (size_t j = 0; j < a.count; j++)
		in[0][a.volunteer[j]] = true;
	for (size_t j = 0; j < b.count; j++)
		in[1][b.volunteer[j]] = true;
	ck_assert_mem_eq(in[0], in[1], sizeof in[0]);
	sample_free(one);
	sample_free(other);
}
END_TEST

START_TEST(a_sample_that_has_room_for_all_holds_all)
{
	struct sample *sample = sample_of_hundred(300, 0, 1);
	struct judgments kept = sample_judgments(sample, 100);

	ck_assert_uint_eq(kept.items, 100);
	ck_assert_uint_eq(kept.count, 300);
	sample_free(sample);
}
END_TEST

/* ------------------------------------------------------------------ crowd.csv */

START_TEST(each_reason_has_a_column_of_crowd_in_its_order)
{
	for (int t = 0; t < TELL_WORDS; t++) {
		ck_assert_int_eq(strncmp(crowd_columns[CROWD_TELLS + t].name, "tell_", 5), 0);
		ck_assert_str_eq(crowd_columns[CROWD_TELLS + t].name + 5, tells[t]);
	}
}
END_TEST

/* Response times of the judgments on an item, as steps, and their quartiles. */
static const struct {
	const char *steps[6], *quartiles[3];
} timed[] = {
	{ { "3" }, { "3", "3", "3" } },
	{ { "0.5", "8" }, { "0.5", "0.5", "8" } },
	{ { "1", "55", "2" }, { "1", "2", "55" } },
	{ { "0", "1", "2", "3" }, { "0", "1", "2" } },
	{ { "5", "5", "5", "5", "34" }, { "5", "5", "5" } },
	{ { "", "21", "" }, { "21", "21", "21" } },
	{ { "" }, { NULL, NULL, NULL } },
};

START_TEST(quartiles_are_steps_that_some_judgment_reached)
{
	struct crowd_count count = { 0 };
	struct crowd_row row;

	for (int i = 0; timed[_i].steps[i]; i++)
		crowd_count_take(&count,
		                 (const char *[TRIAL_COLUMNS]){ [TRIAL_ITEM] = "an item",
		                                                [TRIAL_VERDICT] = "fake",
		                                                [TRIAL_RESPONSE_S] = timed[_i].steps[i] });
	crowd_count_row(&count, 0, &row);
	for (int q = 0; q < 3; q++)
		ck_assert_pstr_eq(row.values[CROWD_RESPONSE_Q1_S + q], timed[_i].quartiles[q]);
	ck_assert_ptr_null(row.values[CROWD_ALPHA]);
}
END_TEST

/* How many say fake and real of an item, what pairs agree, and alpha where half of all would
 * differ. */
static const struct {
	int fake, real;
	const char *agreement, *alpha;
} agreeing[] = {
	{ 1, 0, NULL, NULL },          { 2, 0, "1.0000", "1.0000" }, { 1, 1, "0.0000", "-1.0000" },
	{ 2, 1, "0.3333", "-0.3333" }, { 3, 1, "0.5000", "0.0000" }, { 0, 9, "1.0000", "1.0000" },
};

START_TEST(agreement_of_an_item_is_the_share_of_pairs_that_say_the_same)
{
	struct crowd_count count = { .saying = { (uint32_t)agreeing[_i].real,
		                                     (uint32_t)agreeing[_i].fake } };
	struct crowd_row row;

	crowd_count_row(&count, 0.5, &row);
	ck_assert_pstr_eq(row.values[CROWD_AGREEMENT], agreeing[_i].agreement);
	ck_assert_pstr_eq(row.values[CROWD_ALPHA], agreeing[_i].alpha);
}
END_TEST

/* ------------------------------------------------------------------ large releases */

START_TEST(a_release_whose_folders_are_split_points_to_formats_of_few_files)
{
	char *texts[2] = { NULL, NULL };
	size_t len;

	for (int more = 0; more < 2; more++) {
		FILE *out = open_memstream(&texts[more], &len);

		few_files_write(out, RELEASE_FOLDER_MOST + more);
		fclose(out);
	}
	ck_assert_str_eq(texts[0], "");
	ck_assert_ptr_nonnull(strstr(texts[1], "With 10001 items"));
	ck_assert_ptr_nonnull(strstr(texts[1], "`webdataset`"));
	free(texts[0]);
	free(texts[1]);
}
END_TEST

Suite *release_counts_suite(void)
{
	Suite *suite = suite_create("release/counts");
	TCase *tests = tcase_create("counts");

	tcase_set_tags(tests, "pure");
	tcase_add_test(tests, items_are_counted_by_medium_split_and_label);
	tcase_add_test(tests, posteriors_are_counted_by_what_is_true);
	tcase_add_test(tests, a_technique_is_as_hard_as_the_crowd_is_wrong_on_it);
	tcase_add_test(tests, very_many_judgments_are_counted_as_many);
	tcase_add_test(tests, agreement_is_how_many_say_what_most_say);
	tcase_add_test(tests, groups_of_ties_are_counted_and_those_that_cross_splits);
	tcase_add_test(tests, no_certificate_is_written_where_splits_are_tied);
	tcase_add_test(tests, a_sample_holds_whole_items_with_what_is_known_of_them);
	tcase_add_test(tests, which_items_a_sample_holds_does_not_depend_on_their_order);
	tcase_add_test(tests, a_sample_that_has_room_for_all_holds_all);
	tcase_add_test(tests, each_reason_has_a_column_of_crowd_in_its_order);
	tcase_add_loop_test(tests, quartiles_are_steps_that_some_judgment_reached, 0,
	                    sizeof timed / sizeof timed[0]);
	tcase_add_loop_test(tests, agreement_of_an_item_is_the_share_of_pairs_that_say_the_same, 0,
	                    sizeof agreeing / sizeof agreeing[0]);
	tcase_add_test(tests, a_release_whose_folders_are_split_points_to_formats_of_few_files);
	suite_add_tcase(suite, tests);
	return suite;
}
