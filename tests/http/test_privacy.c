/* SPDX-License-Identifier: Apache-2.0 */
/* What a release gives away, and what it must not: gold, and who judged what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "core/csv.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#define COLUMNS 32

/* A table of a release, as texts. */
struct sheet {
	const char *names[COLUMNS];
	const char **fields; /* row by row */
	size_t columns, rows;
};

static const char *a_release_with(struct person *as, json_t *filter)
{
	const char *name = fresh_name();
	struct answer a =
		post(as, "/api/v1/releases",
			 json_pack("{s:s, s:s, s:o}", "name", name, "version", "1", "filter", filter));

	expect_status(a, 202);
	const char *job = say("/api/v1/jobs/%s", text_at(a.body, "job/id"));
	for (int try = 0; try < 200; try++) {
		a = get(as, job);
		ck_assert_str_ne(text_at(a.body, "state"), "failed");
		if (strcmp(text_at(a.body, "state"), "done") == 0)
			return name;
		wait_ms(50);
	}
	ck_abort_msg("the release is not made: %s", a.text);
	return NULL;
}

static const char *a_release(struct person *as, const char *campaign)
{
	return a_release_with(as, json_pack("{s:s}", "campaign", campaign));
}

static const char *cell(const struct sheet *sheet, size_t row, const char *column)
{
	for (size_t c = 0; c < sheet->columns; c++)
		if (strcmp(sheet->names[c], column) == 0)
			return sheet->fields[row * sheet->columns + c];
	ck_abort_msg("there is no column %s", column);
	return NULL;
}

static void add_row(struct sheet *sheet, const char *const *fields, size_t count)
{
	ck_assert_uint_eq(count, sheet->columns);
	sheet->fields = reallocarray(sheet->fields, (sheet->rows + 1) * count, sizeof *sheet->fields);
	for (size_t c = 0; c < count; c++)
		sheet->fields[sheet->rows * count + c] = say("%s", fields[c]);
	sheet->rows++;
}

static struct sheet a_sheet(const char *release, const char *table)
{
	struct answer a = get(NULL, say("/api/v1/releases/%s/1/files/%s", release, table));
	struct sheet sheet = { 0 };
	const char *const *fields;

	expect_status(a, 200);
	FILE *in = fmemopen((void *)(uintptr_t)a.text, a.len, "r");
	struct csv *csv = csv_new(in);
	ck_assert_int_eq(csv_next(csv, &fields, &sheet.columns).code, OK);
	ck_assert_uint_le(sheet.columns, COLUMNS);
	for (size_t c = 0; c < sheet.columns; c++)
		sheet.names[c] = say("%s", fields[c]);
	for (size_t count; csv_next(csv, &fields, &count).code == OK && count > 0;)
		add_row(&sheet, fields, count);
	csv_free(csv);
	fclose(in);
	return sheet;
}

/* ------------------------------------------------------------------ gold */

static size_t row_of(const struct sheet *labels, const char *item)
{
	for (size_t r = 0; r < labels->rows; r++)
		if (strcmp(cell(labels, r, "item"), item) == 0)
			return r;
	return SIZE_MAX;
}

/* One item of its campaign, of which the crowd believes p_fake; below 0: nobody judged it. */
static const char *a_judged_item(const char *campaign, const struct items *like, double p_fake)
{
	struct items items = *like;

	items.campaign = campaign;
	items.file = a_file(campaign, strlen(campaign));
	const char *item = an_item(&items);
	if (p_fake >= 0)
		tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes)"
				" VALUES ('%s', %f, 0, 1, 3, 2)",
				item, p_fake);
	return item;
}

static const struct {
	struct items item;
	double p_fake;
	const char *label; /* NULL: in no release */
} closed[] = {
	{ { .gold = true, .truth = "fake" }, .9, "fake" },
	{ { .gold = true, .truth = "real" }, .7, "real" }, /* the crowd is wrong */
	{ { .gold = true, .truth = "real" }, -1, "real" },
	{ { .gold = true, .truth = "fake", .state = "retired" }, .2, "fake" },
	{ { .gold = true, .truth = "fake", .state = "withdrawn" }, .9, NULL },
	{ { .gold = true, .truth = "fake", .state = "disputed" }, .9, NULL },
	{ { .training = true, .truth = "fake" }, -1, "fake" },
	{ { .training = true, .truth = "real" }, -1, "real" },
	{ { .truth = "fake" }, .9, NULL }, /* no gold: its plan is not fulfilled */
	{ { .truth = NULL }, -1, NULL },
};

#define CLOSED (sizeof closed / sizeof closed[0])

START_TEST(gold_of_a_closed_campaign_is_released_under_its_truth_beside_what_the_crowd_said)
{
	struct person person = an_account("researcher");
	const char *campaign = a_campaign(), *items[CLOSED];

	for (size_t i = 0; i < CLOSED; i++)
		items[i] = a_judged_item(campaign, &closed[i].item, closed[i].p_fake);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	struct sheet labels = a_sheet(a_release(&person, campaign), "labels.csv");
	for (size_t i = 0; i < CLOSED; i++) {
		size_t row = row_of(&labels, items[i]);

		ck_assert_msg((row != SIZE_MAX) == (closed[i].label != NULL), "item %zu", i);
		if (row == SIZE_MAX)
			continue;
		ck_assert_str_eq(cell(&labels, row, "label"), closed[i].label);
		ck_assert_str_eq(cell(&labels, row, "label_source"), "truth");
		ck_assert_str_eq(cell(&labels, row, "truth"), closed[i].label);
		ck_assert_str_eq(cell(&labels, row, "basis"), "dataset_label");
		ck_assert_str_eq(cell(&labels, row, "p_fake"),
						 closed[i].p_fake < 0 ? "" : say("%g", closed[i].p_fake));
		ck_assert_str_eq(cell(&labels, row, "judgments"), closed[i].p_fake < 0 ? "0" : "3");
	}
}
END_TEST

START_TEST(a_ruling_on_gold_goes_before_its_truth)
{
	struct person person = an_account("researcher");
	const char *campaign = a_campaign();
	const char *item = a_judged_item(
		campaign, &(struct items){ .gold = true, .truth = "fake", .state = "settled" }, .1);

	tell_db("WITH a AS (INSERT INTO account (email, role, password_hash)"
			" VALUES ('%s@example.org', 'moderator', 'none') RETURNING id),"
			" d AS (INSERT INTO dispute (item_id, reason, state, judgments)"
			" VALUES ('%s', 'crowd_against_gold', 'ruled', 3) RETURNING id),"
			" b AS (INSERT INTO blind_verdict SELECT d.id, a.id, 'real', 90, true FROM a, d"
			" RETURNING dispute_id, account_id)"
			" INSERT INTO ruling (dispute_id, item_id, account_id, ruling, reason)"
			" SELECT b.dispute_id, '%s', b.account_id, 'real', 'it was mistaken' FROM b",
			fresh_name(), item, item);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	struct sheet labels = a_sheet(a_release(&person, campaign), "labels.csv");
	ck_assert_str_eq(cell(&labels, 0, "label"), "real");
	ck_assert_str_eq(cell(&labels, 0, "label_source"), "ruling");
	ck_assert_str_eq(cell(&labels, 0, "truth"), "fake");
}
END_TEST

/* Fails the test when the database does what it must refuse. */
static void expect_refused(const char *sql)
{
	tell_db("DO $do$ BEGIN %s; RAISE EXCEPTION 'it was done'; EXCEPTION"
			" WHEN restrict_violation OR check_violation THEN NULL; END $do$",
			sql);
}

START_TEST(a_campaign_whose_gold_was_released_stays_closed)
{
	struct person person = an_account("researcher");
	const char *spent = a_campaign(), *fresh = a_campaign();
	const char *campaigns[] = { spent, fresh };

	for (int i = 0; i < 2; i++) {
		a_judged_item(campaigns[i], &(struct items){ .gold = true, .truth = "fake" }, .9);
		tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaigns[i]);
	}
	a_release(&person, spent);
	expect_refused(say("UPDATE campaign SET state = 'open' WHERE name = '%s'", spent));
	tell_db("UPDATE campaign SET state = 'open' WHERE name = '%s'", fresh);
	ck_assert_str_eq(ask_db("SELECT state FROM campaign WHERE name = '%s'", spent), "closed");
	ck_assert_str_eq(ask_db("SELECT state FROM campaign WHERE name = '%s'", fresh), "open");
}
END_TEST

START_TEST(what_was_released_does_not_become_gold)
{
	struct person person = an_account("researcher");
	const char *campaign = a_campaign();
	const char *item =
		a_judged_item(campaign, &(struct items){ .truth = "fake", .state = "retired" }, .99);
	const char *other = a_judged_item(campaign, &(struct items){ .truth = "fake" }, .99);

	a_release(&person, campaign);
	expect_refused(say("UPDATE item SET gold = true WHERE id = '%s'", item));
	tell_db("UPDATE item SET gold = true WHERE id = '%s'", other);
}
END_TEST

Suite *http_privacy_suite(void)
{
	Suite *suite = suite_create("http/privacy");
	TCase *tc = tcase_create("gold");

	tcase_set_timeout(tc, 60);
	tcase_add_test(
		tc, gold_of_a_closed_campaign_is_released_under_its_truth_beside_what_the_crowd_said);
	tcase_add_test(tc, a_ruling_on_gold_goes_before_its_truth);
	tcase_add_test(tc, a_campaign_whose_gold_was_released_stays_closed);
	tcase_add_test(tc, what_was_released_does_not_become_gold);
	suite_add_tcase(suite, tc);
	return suite;
}
