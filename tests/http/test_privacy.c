/* SPDX-License-Identifier: Apache-2.0 */
/* What a release gives away, and what it must not: gold, and who judged what. */
#include <math.h>
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
	const char *bytes = fresh_name(); /* equal ones go in under one label alone */
	items.file = a_file(bytes, strlen(bytes));
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

/* The exit status of the command; what it says goes to the log of the tests. */
static int run_program(const char *arguments)
{
	int status = system(say("\"$PROGRAM\" %s 2>&1", arguments));

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
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
	ck_assert_int_ne(run_program(say("campaign open %s", spent)), 0);
	ck_assert_int_eq(run_program(say("campaign close %s", fresh)), 0);
	ck_assert_int_eq(run_program(say("campaign open %s", fresh)), 0);
	ck_assert_str_eq(ask_db("SELECT state FROM campaign WHERE name = '%s'", fresh), "open");
}
END_TEST

START_TEST(gold_is_not_released_while_its_campaign_is_being_opened)
{
	struct person person = an_account("researcher");
	const char *campaign = a_campaign(), *name = fresh_name();
	const char *item =
		a_judged_item(campaign, &(struct items){ .gold = true, .truth = "fake" }, .9);

	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	tell_db("BEGIN");
	tell_db("UPDATE campaign SET state = 'open' WHERE name = '%s'", campaign);
	expect_status(post(&person, "/api/v1/releases",
	                   json_pack("{s:s, s:s, s:{s:s}}", "name", name, "version", "1", "filter",
	                             "campaign", campaign)),
	              202);
	wait_ms(1000);
	tell_db("COMMIT");
	await_db(20, say("SELECT coalesce(bool_and(state <> 'writing'), true) FROM release"
	                 " WHERE name = '%s'",
	                 name));
	ck_assert_int_eq(count_db("SELECT count(*) FROM release_item WHERE item_id = '%s'", item), 0);
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

/* Brings an item of a campaign where it is told, if at all, and back into service. */
static const struct {
	const char *told, *back;
	bool becomes;
} histories[] = {
	{ "title = 'as it was'", "title = NULL", true },
	{ "state = 'disputed'", "state = 'in_service'", true },
	{ "gold = true", "gold = false", true },
	{ "gold = true, state = 'retired'", "gold = false, state = 'in_service'", true },
	{ "training = true", "training = false", false },
	{ "state = 'retired'", "state = 'in_service'", false },
	{ "state = 'settled'", "state = 'in_service'", false },
	{ "basis = 'crowd'", "title = NULL", false },
};

START_TEST(what_was_told_or_is_the_crowds_word_does_not_become_gold)
{
	const char *item = a_judged_item(a_campaign(), &(struct items){ .truth = "fake" }, .9);
	const char *become = say("UPDATE item SET gold = true WHERE id = '%s'", item);

	tell_db("UPDATE item SET %s WHERE id = '%s'", histories[_i].told, item);
	tell_db("UPDATE item SET %s WHERE id = '%s'", histories[_i].back, item);
	if (histories[_i].becomes)
		tell_db("%s", become);
	else
		expect_refused(become);
}
END_TEST

START_TEST(gold_that_was_settled_comes_back_as_an_item_like_others)
{
	const char *item =
		a_judged_item(a_campaign(), &(struct items){ .truth = "fake", .gold = true }, .9);

	tell_db("UPDATE item SET state = 'settled' WHERE id = '%s'", item);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE id = '%s' AND gold", item), 1);
	tell_db("UPDATE item SET state = 'in_service' WHERE id = '%s'", item);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE id = '%s' AND gold", item), 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_change WHERE item_id = '%s'"
	                          " AND field = 'gold' AND after = 'false'",
	                          item),
	                 1);
}
END_TEST

/* ------------------------------------------------------------------ who judged what */

#define VOLUNTEERS 60
#define PAIRS      20 /* of each volunteer */

/*
 * A campaign of 40 retired images and 10 that are gold in service, judged: each volunteer sees
 * pairs of all 50 in an order of their own, right three times out of four, in one sitting of the
 * last 60 days, with whatever confidence a program may send.
 */
static const char *a_judged_campaign(void)
{
	const char *campaign = a_campaign();

	for (int i = 0; i < 50; i++)
		an_item(&(struct items){ .campaign = campaign,
		                         .file = a_file(campaign + i % 8, strlen(campaign + i % 8)),
		                         .lineage = i < 40 ? say("%s %d", campaign, i % 8) : NULL,
		                         .truth = i % 8 < 4 ? "fake" : "real",
		                         .gold = i >= 40,
		                         .state = i < 40 ? "retired" : "in_service" });
	tell_db(
		"CREATE TEMP TABLE seen AS"
		" WITH v AS (SELECT gen_random_uuid() AS volunteer, now() - random() * interval '60 days'"
		"                   AS sat FROM generate_series(1, %d)),"
		" n AS (SELECT volunteer, sat, i.id AS item, i.gold, i.truth,"
		"              row_number() OVER (PARTITION BY volunteer ORDER BY random()) - 1 AS n"
		"         FROM v, item i JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s')"
		" SELECT *, n / 2 AS pair, bool_or(gold) OVER (PARTITION BY volunteer, n / 2) AS known,"
		"        first_value(gen_random_uuid()) OVER (PARTITION BY volunteer, n / 2) AS assignment"
		"   FROM n WHERE n < %d",
		VOLUNTEERS, campaign, 2 * PAIRS);
	tell_db("INSERT INTO volunteer (id, salt, consent_version)"
	        " SELECT volunteer, uuid_send(gen_random_uuid()), 1 FROM seen GROUP BY volunteer");
	tell_db("INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, "
	        "matched,"
	        " policy, body_hash, exposure_ms, response_ms, device, server_ms, judged_at)"
	        " SELECT DISTINCT ON (assignment) assignment, volunteer, c.id, 'image',"
	        "  CASE WHEN known THEN 'gold' WHEN random() < .2 THEN 'random' ELSE 'informative' END,"
	        "  random() < .5, 2, sha256(''), 300 + random() * 20000, 300 + random() * 20000,"
	        "  (ARRAY['{\"pointer\": \"mouse\"}', '{\"pointer\": \"touch\", \"width\": 390,"
	        " \"height\": 844}'])[1 + floor(random() * 2)]::jsonb, 25000, sat + pair * interval "
	        "'15 s'"
	        "  FROM seen, campaign c WHERE c.name = '%s'",
	        campaign);
	tell_db(
		"INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence,"
		" tells, training, judged_at)"
		" SELECT item, volunteer, assignment, CASE n %% 2 WHEN 0 THEN 'left' ELSE 'right' END,"
		"  CASE WHEN (random() < .75) = (truth = 'fake') THEN 'fake' ELSE 'real' END,"
		"  50 + random() * 50, (ARRAY['{}', '{anatomy}', '{style,edges}', '{edges,style}',"
		"  '{physics,gut}'])[1 + floor(random() * 5)]::text[], false,"
		"  sat + pair * interval '15 s' FROM seen");
	tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes)"
	        " SELECT item, CASE WHEN truth = 'fake' THEN .99 ELSE .01 END, 0, 1, count(*), 0"
	        "  FROM seen GROUP BY item, truth");
	tell_db("DROP TABLE seen");
	return campaign;
}

/* A row under a key, for sorting. */
struct keyed {
	const char *key;
	size_t row;
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->row > y->row) - (x->row < y->row);
}

/* Every row under the values of some columns, sorted; rows of one key keep their order. */
static struct keyed *keys_of(const struct sheet *sheet, const char *const columns[])
{
	struct keyed *keys = keep(calloc(sheet->rows + 1, sizeof *keys));

	for (size_t r = 0; r < sheet->rows; r++) {
		keys[r] = (struct keyed){ "", r };
		for (size_t c = 0; columns[c]; c++)
			keys[r].key = say("%s,%s", keys[r].key, cell(sheet, r, columns[c]));
	}
	qsort(keys, sheet->rows, sizeof *keys, compare_keyed);
	keys[sheet->rows].key = "";
	return keys;
}

static size_t same_key(const struct keyed *keys)
{
	size_t count = 1;

	while (*keys->key && strcmp(keys[count].key, keys->key) == 0)
		count++;
	return count;
}

static bool has_value(const struct sheet *sheet, const char *column, const char *value)
{
	for (size_t r = 0; r < sheet->rows; r++)
		if (strcmp(cell(sheet, r, column), value) == 0)
			return true;
	return false;
}

/* The columns that two tables may be joined by: those that share values. A pseudonym shares none.
 */
static void shared(const struct sheet *a, const struct sheet *b, const char *columns[COLUMNS + 1])
{
	size_t count = 0;

	for (size_t c = 0; c < a->columns; c++)
		if (has_value(b, a->names[c], cell(a, 0, a->names[c])))
			columns[count++] = a->names[c];
	columns[count] = NULL;
}

/* Rows of `keys` that stand for one row of the other table: `to` of each, or SIZE_MAX. */
static size_t *join(const struct keyed *from, size_t rows, const struct keyed *into)
{
	size_t *to = keep(calloc(rows, sizeof *to));

	memset(to, 0xff, rows * sizeof *to);
	for (size_t i = 0, step; i < rows; i += step) {
		step = same_key(&from[i]);
		while (*into->key && strcmp(into->key, from[i].key) < 0)
			into += same_key(into);
		if (step == 1 && strcmp(into->key, from[i].key) == 0 && same_key(into) == 1)
			to[from[i].row] = into->row;
	}
	return to;
}

/* Two releases of one crowd, and who of the first is who of the second. */
struct twins {
	const char *names[2];
	struct sheet judgments[2];
	const char **who; /* of each row of the first: the pseudonym in the second */
};

/* Everything that each volunteer said, as one text for each row of theirs. */
static struct sheet sets_of(const struct sheet *judgments)
{
	struct keyed *of =
		keys_of(judgments, (const char *const[]){ "volunteer", "item", "verdict", NULL });
	struct sheet sets = { .names = { "volunteer", "set" }, .columns = 2 };

	for (size_t i = 0, next; i < judgments->rows; i = next) {
		const char *who = cell(judgments, of[i].row, "volunteer"), *set = "";
		for (next = i;
		     next < judgments->rows && strcmp(cell(judgments, of[next].row, "volunteer"), who) == 0;
		     next++)
			set = say("%s %s %s", set, cell(judgments, of[next].row, "item"),
			          cell(judgments, of[next].row, "verdict"));
		add_row(&sets, (const char *const[]){ who, set }, 2);
	}
	return sets;
}

/* Whole volunteers are matched by all that they said: it is how the tests know who is who. */
static void match_volunteers(struct twins *twins)
{
	struct sheet sets[2] = { sets_of(&twins->judgments[0]), sets_of(&twins->judgments[1]) };
	const char *const by[] = { "set", NULL };
	size_t *to = join(keys_of(&sets[0], by), sets[0].rows, keys_of(&sets[1], by));

	ck_assert_uint_eq(sets[0].rows, VOLUNTEERS);
	twins->who = keep(calloc(twins->judgments[0].rows, sizeof *twins->who));
	for (size_t r = 0; r < twins->judgments[0].rows; r++)
		for (size_t v = 0; v < sets[0].rows; v++)
			if (strcmp(sets[0].fields[2 * v], cell(&twins->judgments[0], r, "volunteer")) == 0) {
				ck_assert_uint_ne(to[v], SIZE_MAX);
				twins->who[r] = sets[1].fields[2 * to[v]];
			}
}

static const char *states_of_items(const char *campaign)
{
	return say("%s", ask_db("SELECT string_agg(i.state, ' ' ORDER BY i.id) FROM item i"
	                        " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
	                        campaign));
}

/* A fit that comes between the two asks the crowd again about some items: then both are made anew.
 */
static struct twins two_releases(void)
{
	struct person person = an_account("researcher");
	const char *campaign = a_judged_campaign();
	struct twins twins;
	const char *before;

	do {
		before = states_of_items(campaign);
		for (int i = 0; i < 2; i++) {
			twins.names[i] = a_release(&person, campaign);
			twins.judgments[i] = a_sheet(twins.names[i], "judgments.csv");
		}
	} while (strcmp(before, states_of_items(campaign)) != 0);
	match_volunteers(&twins);
	return twins;
}

static bool is_right(const struct twins *twins, size_t first, size_t second)
{
	return strcmp(twins->who[first], cell(&twins->judgments[1], second, "volunteer")) == 0;
}

/* How many rows of the first release find their volunteer in the second by these columns. */
static size_t found_by(const struct twins *twins, const char *const columns[])
{
	size_t rows = twins->judgments[0].rows, right = 0;
	size_t *to =
		join(keys_of(&twins->judgments[0], columns), rows, keys_of(&twins->judgments[1], columns));

	for (size_t r = 0; r < rows; r++)
		right += to[r] != SIZE_MAX && is_right(twins, r, to[r]);
	return right;
}

/* The same, by what was said alone: item, verdict, and which of the page's three steps of
 * confidence. */
static size_t found_by_answer(const struct twins *twins)
{
	struct twins said = *twins;

	for (int i = 0; i < 2; i++) {
		said.judgments[i] = (struct sheet){ .names = { "answer", "volunteer" }, .columns = 2 };
		for (size_t r = 0; r < twins->judgments[i].rows; r++) {
			const struct sheet *from = &twins->judgments[i];
			int sure = atoi(cell(from, r, "confidence"));

			add_row(
				&said.judgments[i],
				(const char *const[]){ say("%s %s %d", cell(from, r, "item"),
			                               cell(from, r, "verdict"), (sure >= 68) + (sure >= 85)),
			                           cell(from, r, "volunteer") },
				2);
		}
	}
	return found_by(&said, (const char *const[]){ "answer", NULL });
}

START_TEST(a_row_finds_its_volunteer_in_another_release_by_nothing_but_the_answer)
{
	struct twins twins = two_releases();
	const struct sheet *first = &twins.judgments[0];
	size_t by_answer = found_by_answer(&twins);
	const char *all[COLUMNS + 1];

	shared(first, &twins.judgments[1], all);
	fprintf(stderr,
	        "privacy: %zu of %zu rows found by the answer alone, %zu by all columns together\n",
	        by_answer, first->rows, found_by(&twins, all));
	for (size_t c = 0; all[c]; c++)
		ck_assert_msg(found_by(&twins, (const char *const[]){ "item", all[c], NULL }) <= by_answer,
		              "%s finds more than the answer", all[c]);
	ck_assert_uint_le(found_by(&twins, all), by_answer);
	ck_assert_uint_lt(by_answer, first->rows / 4);
}
END_TEST

/* A count that chance brings about stays below this, but once in a million. */
static double at_most(double expected)
{
	return expected + 5 * sqrt(expected) + 1;
}

/* Rows of one key in the order of the table, as the k-th of the first finds the k-th of the
 * second. */
START_TEST(a_row_finds_its_volunteer_in_another_release_by_order_no_more_often_than_by_chance)
{
	struct twins twins = two_releases();
	const char *const by[] = { "item", NULL };
	struct keyed *first = keys_of(&twins.judgments[0], by),
				 *second = keys_of(&twins.judgments[1], by);
	size_t right = 0, items = 0;

	for (size_t i = 0; i < twins.judgments[0].rows; i++) {
		right += is_right(&twins, first[i].row, second[i].row);
		items += i == 0 || strcmp(first[i].key, first[i - 1].key) != 0;
	}
	fprintf(stderr, "privacy: %zu of %zu rows found by order, %zu expected by chance\n", right,
	        twins.judgments[0].rows, items);
	ck_assert_double_le((double)right, at_most((double)items));
}
END_TEST

static const char *const answer[] = { "item", "verdict", "confidence", NULL };

/* For each trial the judgment that is as far down among those with the same answer. */
static size_t *by_rank(const struct sheet *trials, const struct sheet *judgments)
{
	struct keyed *from = keys_of(trials, answer), *into = keys_of(judgments, answer);
	size_t *to = keep(calloc(trials->rows, sizeof *to));

	ck_assert_uint_eq(trials->rows, judgments->rows);
	for (size_t i = 0; i < trials->rows; i++) {
		ck_assert_str_eq(from[i].key, into[i].key);
		to[from[i].row] = into[i].row;
	}
	return to;
}

/* In how many groups of equal answers, each of one member, or a half, or a third ... */
static double chance_of(const struct sheet *trials, const size_t *to)
{
	struct keyed *keys = keys_of(trials, answer);
	double sum = 0;

	for (size_t i = 0, step; i < trials->rows; i += step) {
		step = same_key(&keys[i]);
		for (size_t k = 0; k < step; k++)
			sum += to[keys[i + k].row] == SIZE_MAX ? 0 : 1 / (double)step;
	}
	return sum;
}

START_TEST(how_an_item_was_shown_leads_to_no_volunteer)
{
	struct twins twins = two_releases();
	struct sheet trials[2] = { a_sheet(twins.names[0], "trials.csv"),
		                       a_sheet(twins.names[1], "trials.csv") };
	const char *all[COLUMNS + 1];
	size_t right = 0, joined = 0;

	shared(&trials[0], &trials[1], all);
	size_t *to = join(keys_of(&trials[0], all), trials[0].rows, keys_of(&trials[1], all));
	size_t *first = by_rank(&trials[0], &twins.judgments[0]);
	size_t *second = by_rank(&trials[1], &twins.judgments[1]);
	for (size_t r = 0; r < trials[0].rows; r++) {
		joined += to[r] != SIZE_MAX;
		right += to[r] != SIZE_MAX && is_right(&twins, first[r], second[to[r]]);
	}
	double chance = chance_of(&trials[0], to);
	fprintf(stderr,
	        "privacy: %zu of %zu trials joined, %zu lead to their volunteer, %.1f by chance\n",
	        joined, trials[0].rows, right, chance);
	ck_assert_double_le((double)right, at_most(chance));
}
END_TEST

/* A value that occurs once, in a table of pairs, says that the other item is not there: gold. */
START_TEST(no_value_in_a_release_stands_for_one_judgment_or_one_pair)
{
	static const char *const tables[] = { "judgments.csv", "trials.csv" };
	struct person person = an_account("researcher");
	const char *release = a_release(&person, a_judged_campaign());

	for (size_t t = 0; t < 2; t++) {
		struct sheet sheet = a_sheet(release, tables[t]);
		for (size_t c = 0; c < sheet.columns; c++) {
			struct keyed *keys = keys_of(&sheet, (const char *const[]){ sheet.names[c], NULL });
			for (size_t i = 0, step; i < sheet.rows; i += step) {
				step = same_key(&keys[i]);
				ck_assert_msg(step > 2, "%s: %s%s occurs %zu times", tables[t], sheet.names[c],
				              keys[i].key, step);
			}
		}
	}
}
END_TEST

static void expect_sound(const char *release)
{
	const char *folder = say("/tmp/%s", release);

	ck_assert_int_eq(run_program(say("release write %s 1 %s", release, folder)), 0);
	ck_assert_int_eq(run_program(say("release verify %s", folder)), 0);
	ck_assert_int_eq(system(say("rm -rf %s", folder)), 0);
}

static bool has_file(const char *release, const char *path)
{
	return get(NULL, say("/api/v1/releases/%s/1/files/%s", release, path)).status == 200;
}

START_TEST(a_release_without_volunteers_has_no_row_of_theirs_and_is_sound)
{
	struct person person = an_account("researcher");
	const char *campaign = a_judged_campaign();
	const char *by_command = fresh_name();

	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	const char *without =
		a_release_with(&person, json_pack("{s:s, s:b}", "campaign", campaign, "volunteers", 0));
	const char *with =
		a_release_with(&person, json_pack("{s:s, s:b}", "campaign", campaign, "volunteers", 1));

	ck_assert_int_eq(
		run_program(say("release create %s 1 --no-volunteers --campaign %s", by_command, campaign)),
		0);
	ck_assert_uint_eq(a_sheet(with, "labels.csv").rows, 50); /* gold too */
	ck_assert(!has_file(by_command, "judgments.csv"));
	ck_assert(!has_file(without, "judgments.csv"));
	ck_assert(has_file(without, "trials.csv"));
	ck_assert(has_file(with, "judgments.csv"));
	struct answer card = get(NULL, say("/api/v1/releases/%s/1/files/README.md", without));
	ck_assert_ptr_null(strstr(card.text, "judgments.csv"));
	expect_sound(without);
	expect_sound(with);
}
END_TEST

START_TEST(a_release_that_is_ready_has_forgotten_the_secret_of_its_pseudonyms)
{
	struct person person = an_account("researcher");
	const char *campaign = a_campaign();

	a_judged_item(campaign, &(struct items){ .truth = "fake", .state = "retired" }, .99);
	const char *release = a_release(&person, campaign);
	ck_assert_int_eq(count_db("SELECT count(*) FROM release WHERE name = '%s' AND state = 'ready'"
	                          " AND salt IS NOT NULL",
	                          release),
	                 0);
}
END_TEST

static const struct {
	int ms;
	const char *step;
} steps[] = { { 0, "0" },      { 499, "0" },    { 500, "0.5" },    { 999, "0.5" },
	          { 1000, "1" },   { 2999, "2" },   { 3000, "3" },     { 12999, "8" },
	          { 13000, "13" }, { 55000, "55" }, { 86400000, "55" } };

START_TEST(time_is_released_in_steps_that_grow)
{
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		ck_assert_str_eq(ask_db("SELECT exposure_step(%d)", steps[i].ms), steps[i].step);
	ck_assert_ptr_null(ask_db("SELECT exposure_step(NULL)"));
}
END_TEST

START_TEST(confidence_is_released_in_the_three_steps_of_the_page)
{
	ck_assert_str_eq(
		ask_db("SELECT string_agg(step || ' ' || least || '-' || most, ', ' ORDER BY step)"
	           " FROM (SELECT confidence_step(n::smallint) AS step, min(n) AS least,"
	           " max(n) AS most FROM generate_series(50, 100) n GROUP BY 1) steps"),
		"60 50-67, 75 68-84, 95 85-100");
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
	tcase_add_test(tc, gold_is_not_released_while_its_campaign_is_being_opened);
	tcase_add_test(tc, what_was_released_does_not_become_gold);
	tcase_add_loop_test(tc, what_was_told_or_is_the_crowds_word_does_not_become_gold, 0,
	                    sizeof histories / sizeof histories[0]);
	tcase_add_test(tc, gold_that_was_settled_comes_back_as_an_item_like_others);
	suite_add_tcase(suite, tc);
	tc = tcase_create("pseudonyms");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_row_finds_its_volunteer_in_another_release_by_nothing_but_the_answer);
	tcase_add_test(
		tc, a_row_finds_its_volunteer_in_another_release_by_order_no_more_often_than_by_chance);
	tcase_add_test(tc, how_an_item_was_shown_leads_to_no_volunteer);
	tcase_add_test(tc, no_value_in_a_release_stands_for_one_judgment_or_one_pair);
	tcase_add_test(tc, a_release_without_volunteers_has_no_row_of_theirs_and_is_sound);
	tcase_add_test(tc, a_release_that_is_ready_has_forgotten_the_secret_of_its_pseudonyms);
	tcase_add_test(tc, time_is_released_in_steps_that_grow);
	tcase_add_test(tc, confidence_is_released_in_the_three_steps_of_the_page);
	suite_add_tcase(suite, tc);
	return suite;
}
