/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/consensus.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/idmap.h"
#include "core/random.h"
#include "crowd/agreement.h"
#include "crowd/judgments.h"
#include "crowd/model.h"
#include "crowd/stopping.h"
#include "db/db.h"

#define RESAMPLES   1000
#define MOVED       .01
#define WORTH       1e-4 /* smaller changes of a posterior are not written */
#define SKILL_STEP  1e4  /* skills are kept to four places, so that noise is no change */
#define WRITE_BATCH 2000 /* rows in one statement */

/* What is known of an item besides its judgments. */
struct facts {
	uint32_t campaign;
	bool gold, in_service;
	int8_t truth;
	struct stopping rule;
	uint32_t reopened;
	double p_before; /* NAN: none */
	uint32_t judgments_before;
	uint32_t fake, count;
};

/* Everything a run holds in memory; freed as one. */
struct run {
	struct idmap *items, *volunteers, *campaigns;
	struct facts *facts; /* by item */
	size_t count, room;
	uint32_t *item, *volunteer;
	uint8_t *verdict, *confidence, *position;
	int8_t *gold;
	struct fit *fit;
	struct scoring *scoring;
	bool full;
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void run_free(struct run *run)
{
	idmap_free(run->items);
	idmap_free(run->volunteers);
	idmap_free(run->campaigns);
	free(run->facts);
	free(run->item);
	free(run->volunteer);
	free(run->verdict);
	free(run->confidence);
	free(run->position);
	free(run->gold);
	if (run->fit)
		fit_free(run->fit);
	*run = (struct run){ 0 };
}

static uint32_t index_in(struct idmap *map, const char *uuid)
{
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, uuid))
		abort(); /* the column is a uuid */
	return idmap_add(map, id);
}

static void grow(struct run *run)
{
	if (run->count < run->room)
		return;
	run->room = run->room ? 2 * run->room : 4096;
	run->item = must(realloc(run->item, run->room * sizeof *run->item));
	run->volunteer = must(realloc(run->volunteer, run->room * sizeof *run->volunteer));
	run->verdict = must(realloc(run->verdict, run->room));
	run->confidence = must(realloc(run->confidence, run->room));
	run->position = must(realloc(run->position, run->room));
}

/* Items come first, so a judgment of one that is not there arrived since: the next run's. */
static struct error add_judgment(void *arg, const struct rows *row)
{
	struct run *run = arg;
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, rows_text(row, 0, 0)))
		abort();
	uint32_t item = idmap_find(run->items, id);
	if (item == IDMAP_NONE)
		return ok();
	grow(run);
	size_t n = run->count++;
	run->item[n] = item;
	run->volunteer[n] = index_in(run->volunteers, rows_text(row, 0, 1));
	run->verdict[n] = rows_flag(row, 0, 2) ? FAKE : REAL;
	run->confidence[n] = (uint8_t)rows_integer(row, 0, 3);
	run->position[n] = rows_flag(row, 0, 4) ? 0 : 1;
	run->facts[item].count++;
	run->facts[item].fake += run->verdict[n] == FAKE;
	return ok();
}

static struct error add_item(void *arg, const struct rows *row)
{
	struct run *run = arg;
	const char *truth = rows_text(row, 0, 3), *p_fake = rows_text(row, 0, 9);
	uint32_t index = index_in(run->items, rows_text(row, 0, 0));

	if (!(index & (index - 1))) /* 0, 1, 2, 4, 8...: room for as many again */
		run->facts =
			must(realloc(run->facts, (index ? 2 * (size_t)index : 1) * sizeof *run->facts));
	run->facts[index] = (struct facts){
		.campaign = index_in(run->campaigns, rows_text(row, 0, 11)),
		.gold = rows_flag(row, 0, 2),
		.truth = !truth                       ? UNKNOWN
				 : strcmp(truth, "fake") == 0 ? FAKE
											  : REAL,
		.in_service = strcmp(rows_text(row, 0, 4), "in_service") == 0,
		.rule = { .threshold = rows_double(row, 0, 5),
				  .min = (uint32_t)rows_integer(row, 0, 6),
				  .max = (uint32_t)rows_integer(row, 0, 7) },
		.reopened = (uint32_t)rows_integer(row, 0, 8),
		.p_before = p_fake ? rows_double(row, 0, 9) : NAN,
		.judgments_before = (uint32_t)rows_integer(row, 0, 10),
	};
	return ok();
}

static struct error load(struct db *db, struct run *run)
{
	struct error err;

	run->items = idmap_new();
	run->volunteers = idmap_new();
	run->campaigns = idmap_new();
	if ((err = db_stream(db, SQL_CONSENSUS_ITEMS, NULL, add_item, run)).code)
		return err;
	return db_stream(db, SQL_CONSENSUS_JUDGMENTS, NULL, add_judgment, run);
}

static struct judgments view_of(const struct run *run)
{
	return (struct judgments){ .items = idmap_count(run->items),
							   .volunteers = idmap_count(run->volunteers),
							   .count = run->count,
							   .item = run->item,
							   .volunteer = run->volunteer,
							   .verdict = run->verdict,
							   .confidence = run->confidence,
							   .position = run->position,
							   .truth = run->gold };
}

/* Gold is clamped; what else a source says of an item is not the model's to know. */
static void fit(struct run *run)
{
	uint32_t items = idmap_count(run->items);

	run->gold = must(calloc(items + 1, sizeof *run->gold));
	for (uint32_t i = 0; i < items; i++)
		run->gold[i] = run->facts[i].gold ? run->facts[i].truth : UNKNOWN;
	struct judgments view = view_of(run);
	run->fit =
		model_fit(&view, &(struct model_options){ .method = METHOD_DEFAULT, .intervals = true });
}

/*
 * A statement takes rows as one JSON array.  Rows gather here and are sent when there are
 * enough of them; `total`, if wanted, adds up what the statement answers.
 */
struct sheet {
	struct db *db;
	enum statement statement;
	json_t *rows;
	uint32_t *totals[2];
};

static struct error sheet_send(struct sheet *sheet)
{
	auto_rows *answer = NULL;

	if (!json_array_size(sheet->rows))
		return ok();
	char *text = must(json_dumps(sheet->rows, JSON_COMPACT));
	struct error err = db_run(sheet->db, sheet->statement, (const char *[]){ text }, &answer);
	free(text);
	json_array_clear(sheet->rows);
	for (int t = 0; !err.code && t < 2 && sheet->totals[t]; t++)
		*sheet->totals[t] += (uint32_t)rows_integer(answer, 0, t);
	return err;
}

static struct error sheet_add(struct sheet *sheet, json_t *row)
{
	json_array_append_new(sheet->rows, row);
	return json_array_size(sheet->rows) < WRITE_BATCH ? ok() : sheet_send(sheet);
}

static json_t *real_or_null(double number)
{
	return isfinite(number) ? json_real(number) : json_null();
}

/* Chance disagreement of each campaign, for the agreement within one item. */
static double *expected_by_campaign(const struct run *run)
{
	uint32_t campaigns = idmap_count(run->campaigns);
	double *expected = must(calloc(campaigns + 1, sizeof *expected));
	uint64_t *totals = must(calloc(2 * (size_t)campaigns + 2, sizeof *totals));

	for (uint32_t i = 0; i < idmap_count(run->items); i++) {
		const struct facts *facts = &run->facts[i];
		if (facts->count < 2)
			continue;
		totals[2 * facts->campaign] += facts->fake;
		totals[2 * facts->campaign + 1] += facts->count - facts->fake;
	}
	for (uint32_t c = 0; c < campaigns; c++)
		expected[c] = agreement_expected(totals[2 * (size_t)c], totals[2 * (size_t)c + 1]);
	free(totals);
	return expected;
}

static struct error write_items(struct db *db, struct run *run)
{
	json_auto_t *rows = json_array();
	struct sheet sheet = { .db = db, .statement = SQL_CONSENSUS_WRITE, .rows = rows };
	double *expected = expected_by_campaign(run);
	struct error err = ok();

	for (uint32_t i = 0; i < idmap_count(run->items) && !err.code; i++) {
		const struct facts *facts = &run->facts[i];
		const struct estimate *crowd = &run->fit->crowd[i];
		double change = fabs(crowd->mean - facts->p_before);
		char id[UUID_TEXT];

		if (facts->count == facts->judgments_before && change < WORTH)
			continue;
		run->scoring->moved += !(change < MOVED); /* NAN, a first posterior, counts */
		uuid_to_text(id, idmap_id(run->items, i));
		double alpha =
			agreement_of_item(facts->fake, facts->count - facts->fake, expected[facts->campaign]);
		err = sheet_add(&sheet, json_pack("{s:s, s:f, s:f, s:f, s:i, s:i, s:o}", "item", id,
										  "p_fake", crowd->mean, "low", crowd->low, "high",
										  crowd->high, "judgments", (int)facts->count, "fake",
										  (int)facts->fake, "alpha", real_or_null(alpha)));
	}
	free(expected);
	return err.code ? err : sheet_send(&sheet);
}

static double rounded(double skill)
{
	return round(skill * SKILL_STEP) / SKILL_STEP;
}

static struct error write_skills(struct db *db, struct run *run)
{
	uint32_t volunteers = idmap_count(run->volunteers);
	uint32_t *counts = must(calloc(volunteers + 1, sizeof *counts));
	json_auto_t *rows = json_array();
	struct sheet sheet = { .db = db, .statement = SQL_CONSENSUS_WRITE_SKILLS, .rows = rows };
	struct error err = ok();

	for (size_t n = 0; n < run->count; n++)
		counts[run->volunteer[n]]++;
	for (uint32_t v = 0; v < volunteers && !err.code; v++) {
		char id[UUID_TEXT];

		uuid_to_text(id, idmap_id(run->volunteers, v));
		err = sheet_add(&sheet, json_pack("{s:s, s:f, s:f, s:i}", "volunteer", id, "sensitivity",
										  rounded(run->fit->sensitivity[v].mean), "specificity",
										  rounded(run->fit->specificity[v].mean), "judgments",
										  (int)counts[v]));
	}
	free(counts);
	return err.code ? err : sheet_send(&sheet);
}

/* Why an item leaves service: NULL to stay, "" to retire, else the reason of a dispute. */
static const char *verdict_on(const struct facts *facts, double p_fake)
{
	uint32_t spent =
		facts->reopened * facts->rule.max; /* a reopened item gets a whole plan again */
	uint32_t count = facts->count > spent ? facts->count - spent : 0;

	if (facts->gold)
		return stopping_contradicts(&facts->rule, p_fake, count, facts->truth)
				   ? "crowd_against_gold"
				   : NULL;
	switch (stopping_decide(&facts->rule, p_fake, count)) {
	case DECISION_RETIRE:
		return facts->truth != UNKNOWN && label_of(p_fake) != facts->truth
				   ? "crowd_against_provenance"
				   : "";
	case DECISION_DISPUTE:
		return "max_judgments";
	case DECISION_KEEP_ASKING:
		break;
	}
	return NULL;
}

static struct error settle(struct db *db, struct run *run)
{
	json_auto_t *rows = json_array();
	struct sheet sheet = { .db = db,
						   .statement = SQL_CONSENSUS_SETTLE,
						   .rows = rows,
						   .totals = { &run->scoring->retired, &run->scoring->disputed } };
	struct error err = ok();

	for (uint32_t i = 0; i < idmap_count(run->items) && !err.code; i++) {
		const struct facts *facts = &run->facts[i];
		const char *why = facts->in_service ? verdict_on(facts, run->fit->crowd[i].mean) : NULL;
		char id[UUID_TEXT];

		if (!why)
			continue;
		uuid_to_text(id, idmap_id(run->items, i));
		err = sheet_add(&sheet, json_pack("{s:s, s:s?, s:i}", "item", id, "reason",
										  *why ? why : NULL, "judgments", (int)facts->count));
	}
	return err.code ? err : sheet_send(&sheet);
}

static const char *number_text(char text[32], double number)
{
	if (!isfinite(number))
		return NULL;
	snprintf(text, 32, "%.9g", number);
	return text;
}

/* Alpha of one campaign, over the judgments of its items alone. */
static struct error write_agreement(struct db *db, const struct run *run, uint32_t campaign,
									double *ret_alpha)
{
	struct random random = random_seeded(campaign + 1);
	struct judgments view = view_of(run);
	uint32_t *item = must(malloc((run->count + 1) * sizeof *item));
	uint8_t *verdict = must(malloc(run->count + 1));
	uint32_t *volunteer = must(malloc((run->count + 1) * sizeof *volunteer));
	char id[UUID_TEXT], texts[3][32];

	view.count = 0;
	for (size_t n = 0; n < run->count; n++) {
		if (run->facts[run->item[n]].campaign != campaign)
			continue;
		item[view.count] = run->item[n];
		volunteer[view.count] = run->volunteer[n];
		verdict[view.count++] = run->verdict[n];
	}
	view.item = item;
	view.volunteer = volunteer;
	view.verdict = verdict;
	view.confidence = view.position = NULL;
	struct agreement agreement = agreement_alpha(&view, RESAMPLES, &random);
	free(item);
	free(verdict);
	free(volunteer);

	double nothing = agreement.defined ? 0 : NAN;
	*ret_alpha = agreement.alpha + nothing;
	uuid_to_text(id, idmap_id(run->campaigns, campaign));
	const char *params[] = { id, number_text(texts[0], agreement.alpha + nothing),
							 number_text(texts[1], agreement.low + nothing),
							 number_text(texts[2], agreement.high + nothing) };
	return db_do(db, SQL_CONSENSUS_WRITE_AGREEMENT, params, NULL);
}

static struct error write_agreements(struct db *db, struct run *run)
{
	struct error err = ok();
	double alpha;

	run->scoring->alpha = NAN;
	for (uint32_t c = 0; c < idmap_count(run->campaigns) && !err.code; c++) {
		err = write_agreement(db, run, c, &alpha);
		if (c == 0)
			run->scoring->alpha = alpha;
	}
	return err;
}

static struct error score(struct db *db, struct run *run)
{
	struct error err;

	if ((err = load(db, run)).code)
		return err;
	fit(run);
	run->scoring->items = idmap_count(run->items);
	run->scoring->volunteers = idmap_count(run->volunteers);
	run->scoring->judgments = run->count;
	run->scoring->iterations = run->fit->iterations;
	if ((err = write_items(db, run)).code)
		return err;
	if ((err = write_skills(db, run)).code)
		return err;
	if ((err = write_agreements(db, run)).code)
		return err;
	return settle(db, run);
}

/* Runs inside a transaction that may be run again: begins from nothing each time. */
static struct error lead(struct db *db, void *arg)
{
	struct run *run = arg;
	struct scoring *scoring = run->scoring;
	bool full = run->full;
	auto_rows *lock = NULL, *news = NULL;
	struct error err;

	run_free(run);
	run->scoring = scoring;
	run->full = full;
	*scoring = (struct scoring){ .alpha = NAN };
	if ((err = db_run(db, SQL_CONSENSUS_LEAD, NULL, &lock)).code)
		return err;
	scoring->led = rows_flag(lock, 0, 0);
	if (!scoring->led)
		return ok();
	if ((err = db_run(db, SQL_CONSENSUS_TAKE_PENDING, NULL, &news)).code)
		return err;
	scoring->news = (uint32_t)rows_count(news);
	return scoring->news || run->full ? score(db, run) : ok();
}

struct error consensus_score(struct db *db, bool full, struct scoring *ret_scoring)
{
	struct scoring scoring = { 0 };
	struct run run = { .scoring = &scoring, .full = full };
	struct error err = db_transaction(db, lead, &run);

	run_free(&run);
	if (!err.code)
		*ret_scoring = scoring;
	return err;
}
