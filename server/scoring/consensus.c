/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/consensus.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHEET_ROWS  2000 /* rows in one statement */
#define GOLD_ENOUGH 10   /* items: fewer say nothing about a crowd */
#define ONE_SIDED   1.645
#define FADED       .05 /* below the threshold */

#define UNSETTLED_SHARE .02 /* of the retired items, by one fit */
#define UNSETTLED_LEAST 10

static enum contest contest_read(const char *reason)
{
	static const char *const reasons[] = { [CONTEST_MAX_JUDGMENTS] = "max_judgments",
		                                   [CONTEST_NOT_TRUSTED] = "crowd_not_trusted",
		                                   [CONTEST_AGAINST_GOLD] = "crowd_against_gold",
		                                   [CONTEST_AGAINST_PROVENANCE] =
		                                       "crowd_against_provenance" };

	for (enum contest c = CONTEST_MAX_JUDGMENTS; reason && c <= CONTEST_AGAINST_PROVENANCE; c++)
		if (strcmp(reason, reasons[c]) == 0)
			return c;
	return CONTEST_NONE;
}

struct item_facts item_facts_read(const struct rows *row)
{
	const char *truth = rows_text(row, 0, 3), *p_fake = rows_text(row, 0, 9);
	struct item_facts facts = {
		.gold = rows_flag(row, 0, 2),
		.truth = !truth                       ? UNKNOWN
		         : strcmp(truth, "fake") == 0 ? FAKE
		                                      : REAL,
		.in_service = strcmp(rows_text(row, 0, 4), "in_service") == 0,
		.retired = strcmp(rows_text(row, 0, 4), "retired") == 0,
		.contest = contest_read(rows_text(row, 0, 13)),
		.rule = { .threshold = rows_double(row, 0, 5),
		          .min = (uint32_t)rows_integer(row, 0, 6),
		          .max = (uint32_t)rows_integer(row, 0, 7) },
		.spent = (uint32_t)rows_integer(row, 0, 8),
		.p_before = p_fake ? rows_double(row, 0, 9) : NAN,
		.scored = (uint32_t)rows_integer(row, 0, 10),
		.count = (uint32_t)rows_integer(row, 0, 11),
		.fake = (uint32_t)rows_integer(row, 0, 12),
		.judged_from = (uint32_t)rows_integer(row, 0, 14),
		.recount = (uint32_t)rows_integer(row, 0, 15),
		.decided_by = decided_by_read(rows_text(row, 0, 17)),
		.decides = rows_text(row, 0, 18) ? rows_double(row, 0, 18) : NAN,
	};

	if (!uuid_from_text(facts.id, rows_text(row, 0, 0)) ||
	    !uuid_from_text(facts.campaign, rows_text(row, 0, 1)))
		abort(); /* the columns are uuids */
	return facts;
}

struct write_sheet write_sheet_new(struct db *db, enum statement statement)
{
	return (struct write_sheet){ .db = db, .statement = statement, .rows = json_array() };
}

struct error write_sheet_send(struct write_sheet *matrix)
{
	auto_rows *answer = NULL;

	if (!json_array_size(matrix->rows))
		return ok();
	char *text = json_dumps(matrix->rows, JSON_COMPACT);
	if (!text)
		abort();
	struct error err = db_run(matrix->db, matrix->statement, (const char *[]){ text }, &answer);
	free(text);
	json_array_clear(matrix->rows);
	for (int t = 0; !err.code && t < 4 && matrix->totals[t]; t++)
		*matrix->totals[t] += (uint32_t)rows_integer(answer, 0, t);
	return err;
}

struct error write_sheet_add(struct write_sheet *matrix, json_t *row)
{
	json_array_append_new(matrix->rows, row);
	return json_array_size(matrix->rows) < SHEET_ROWS ? ok() : write_sheet_send(matrix);
}

void write_sheet_free(struct write_sheet *matrix)
{
	json_decref(matrix->rows);
}

json_t *consensus_row(const struct item_facts *facts, const struct estimate *crowd,
                      const struct belief *belief, double alpha)
{
	char id[UUID_TEXT];

	uuid_to_text(id, facts->id);
	return json_pack("{s:s, s:f, s:f, s:f, s:i, s:i, s:i, s:i, s:s?, s:f, s:o}", "item", id,
	                 "p_fake", crowd->mean, "low", fmin(crowd->low, crowd->mean), "high",
	                 fmax(crowd->high, crowd->mean), "judgments", (int)facts->count, "fake",
	                 (int)facts->fake, "judged_from", (int)facts->judged_from, "recount",
	                 (int)facts->recount, "decided_by", decided_by_name(belief->by), "decides",
	                 belief->decides, "alpha", isfinite(alpha) ? json_real(alpha) : json_null());
}

bool crowd_is_trusted(const struct crowd_audit *audit)
{
	double chance = audit->gold / 2.0, spread = sqrt(audit->gold) / 2;

	return audit->agrees &&
	       (audit->gold < GOLD_ENOUGH || audit->right - chance > ONE_SIDED * spread);
}

struct error consensus_tell_distrust(struct db *db, void (*tell)(const char *sentence),
                                     size_t *ret_told)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CONSENSUS_DISTRUST, NULL, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		char sentence[512];

		snprintf(sentence, sizeof sentence,
		         "campaign %s: %s disputes wait only because its crowd is not yet trusted (%s); "
		         "import ten gold items or more, real ones and fake ones, to show that it can tell",
		         rows_text(rows, r, 0), rows_text(rows, r, 1), rows_text(rows, r, 2));
		tell(sentence);
	}
	*ret_told = err.code ? 0 : rows_count(rows);
	return err;
}

static uint32_t asked_since(const struct item_facts *facts)
{
	return facts->count > facts->spent ? facts->count - facts->spent : 0;
}

/* Why an item whose plan is spent goes to a moderator when the crowd is not trusted. Unanimous
 * verdicts are no split, however far caution keeps the posterior from the threshold. */
static const char *reason_of_distrust(const struct item_facts *facts, double p_fake)
{
	bool unanimous = facts->fake == 0 || facts->fake == facts->count;
	bool sure = stopping_decide(&facts->rule, p_fake, asked_since(facts)) == DECISION_RETIRE;

	return unanimous || sure ? "crowd_not_trusted" : "max_judgments";
}

/* Why an item leaves service: NULL to stay, "" to retire, else the reason of a dispute. */
static const char *reason_to_leave(const struct item_facts *facts, const struct belief *belief,
                                   bool trusted)
{
	uint32_t count = asked_since(facts);

	if (!trusted)
		return facts->gold || count < facts->rule.max ? NULL
		                                              : reason_of_distrust(facts, belief->p_fake);
	if (facts->gold)
		return stopping_contradicts(&facts->rule, belief->decides, count, facts->truth)
		           ? "crowd_against_gold"
		           : NULL;
	switch (stopping_decide(&facts->rule, belief->decides, count)) {
	case DECISION_RETIRE:
		return facts->truth != UNKNOWN && label_of(belief->decides) != facts->truth
		           ? "crowd_against_provenance"
		           : "";
	case DECISION_DISPUTE:
		return "max_judgments";
	case DECISION_KEEP_ASKING:
		break;
	}
	return NULL;
}

/* Has a retired item faded? Only clearly, or it would come and go with every fit. Where judgments
 * were set aside, those must still be there who may decide. */
static bool has_faded(const struct item_facts *facts, const struct belief *belief)
{
	double p = facts->recount ? belief->decides : belief->p_fake;

	return fmax(p, 1 - p) < facts->rule.threshold - FADED;
}

static const char *state_of(const struct item_facts *facts)
{
	return facts->retired ? "retired" : facts->in_service ? "in_service" : "disputed";
}

/* Where an open dispute leaves its item now: NULL to wait for a moderator. */
static const char *way_out(const struct item_facts *facts, const struct belief *belief,
                           bool trusted)
{
	double p_fake = belief->p_fake;
	bool settled =
		stopping_decide(&facts->rule, belief->decides, asked_since(facts)) == DECISION_RETIRE;
	bool agrees = facts->truth == UNKNOWN || label_of(p_fake) == facts->truth;
	bool open_plan = asked_since(facts) < facts->rule.max;

	if (!trusted)
		return NULL;
	switch (facts->contest) {
	case CONTEST_MAX_JUDGMENTS:
	case CONTEST_NOT_TRUSTED:
		return settled && agrees && !facts->gold ? "retired" : NULL;
	case CONTEST_AGAINST_PROVENANCE:
		if (settled && agrees)
			return "retired";
		return has_faded(facts, belief) && open_plan ? "in_service" : NULL;
	case CONTEST_AGAINST_GOLD:
		return has_faded(facts, belief) || agrees ? "in_service" : NULL;
	case CONTEST_NONE:
		break;
	}
	return NULL;
}

static json_t *decide_item(const struct item_facts *facts, double p_fake, const char *to,
                           const char *reason)
{
	char id[UUID_TEXT];

	uuid_to_text(id, facts->id);
	return json_pack("{s:s, s:s, s:s, s:s?, s:i, s:i, s:i, s:f}", "item", id, "from",
	                 state_of(facts), "to", to, "reason", reason, "judgments", (int)facts->count,
	                 "judged_from", (int)facts->judged_from, "recount", (int)facts->recount,
	                 "p_fake", p_fake);
}

json_t *consensus_decision(const struct item_facts *facts, const struct belief *belief,
                           bool trusted)
{
	double p_fake = belief->p_fake;

	if (facts->retired && has_faded(facts, belief))
		return facts->count < facts->spent + facts->rule.max
		           ? decide_item(facts, p_fake, "in_service", NULL)
		           : decide_item(facts, p_fake, "disputed", "max_judgments");
	if (facts->contest != CONTEST_NONE) {
		const char *to = way_out(facts, belief, trusted);

		return to ? decide_item(facts, p_fake, to, NULL) : NULL;
	}
	const char *why = facts->in_service ? reason_to_leave(facts, belief, trusted) : NULL;
	if (!why)
		return NULL;
	return *why ? decide_item(facts, p_fake, "disputed", why)
	            : decide_item(facts, p_fake, "retired", NULL);
}

static int consensus_by_sureness(const void *left, const void *right)
{
	double one = ((const struct faded *)left)->sure, other = ((const struct faded *)right)->sure;

	return (one > other) - (one < other);
}

size_t consensus_unsettle(struct faded faded[], size_t count, size_t retired)
{
	size_t most = (size_t)(UNSETTLED_SHARE * (double)retired);

	if (most < UNSETTLED_LEAST)
		most = UNSETTLED_LEAST;
	qsort(faded, count, sizeof *faded, consensus_by_sureness);
	return count < most ? count : most;
}
