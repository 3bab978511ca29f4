/* SPDX-License-Identifier: Apache-2.0 */
/* Single judgments, as they come: they move their items at once, the fit follows. */
#include <math.h>
#include <stdio.h>

#include "core/uuid.h"
#include "crowd/specfun.h"
#include "db/db.h"
#include "scoring/estimates_internal.h"

#define OUT_OF_STEP 2000 /* numbers of news that may commit behind the newest one seen */
#define WIDE        2.2 /* log odds: the half width of an interval for an item newer than the fit */

struct catching_up {
	struct estimates *estimates;
	uint32_t *touched; /* items, with repeats */
	size_t touched_count, touched_room;
	uint32_t news;
	bool at_once;
	int64_t row; /* the news being read; its judgments are taken in together */
};

static bool feed_is_known(const struct estimates *estimates, int64_t number)
{
	for (size_t n = estimates->known_count; n > 0; n--)
		if (estimates->known[n - 1] == number)
			return true;
	return false;
}

static void note_known(struct estimates *estimates, int64_t number)
{
	size_t kept = 0;

	if (estimates->known_count == estimates->known_room) {
		for (size_t n = 0; n < estimates->known_count; n++)
			if (estimates->known[n] > estimates->newest - OUT_OF_STEP)
				estimates->known[kept++] = estimates->known[n];
		estimates->known_count = kept;
	}
	if (2 * estimates->known_count >= estimates->known_room) {
		estimates->known_room = estimates->known_room ? 2 * estimates->known_room : 256;
		estimates->known = estimates_must(
			realloc(estimates->known, estimates->known_room * sizeof *estimates->known));
	}
	estimates->known[estimates->known_count++] = number;
	if (number > estimates->newest)
		estimates->newest = number;
}

/* The item's place, made when it is newer than the fit. Its truth is found with its facts. */
static uint32_t item_place(struct estimates *estimates, const char *uuid)
{
	uint32_t index = estimates_index(estimates->items, uuid);

	if (index >= estimates->items_room) {
		uint32_t room = 2 * index + 16;

		estimates->online_items = estimates_must(
			realloc(estimates->online_items, room * sizeof *estimates->online_items));
		estimates->tallies =
			estimates_must(realloc(estimates->tallies, room * sizeof *estimates->tallies));
		for (uint32_t i = estimates->items_room; i < room; i++) {
			estimates->online_items[i] = online_item(estimates->fit, UINT32_MAX, UNKNOWN);
			estimates->tallies[i] = (struct score_counts){ .oldest = UINT32_MAX };
		}
		estimates->items_room = room;
	}
	return index;
}

static uint32_t volunteer_place(struct estimates *estimates, const char *uuid)
{
	uint32_t index = estimates_index(estimates->volunteers, uuid);

	if (index >= estimates->volunteers_room) {
		uint32_t room = 2 * index + 16;

		estimates->online_volunteers = estimates_must(
			realloc(estimates->online_volunteers, room * sizeof *estimates->online_volunteers));
		for (uint32_t v = estimates->volunteers_room; v < room; v++)
			estimates->online_volunteers[v] = online_volunteer(estimates->fit, UINT32_MAX);
		estimates->volunteers_room = room;
	}
	return index;
}

static void note_judgment(struct score_counts *tally, bool fake, uint32_t version)
{
	tally->count++;
	tally->fake += fake;
	if (version < tally->oldest)
		tally->oldest = version;
}

static struct error take_in(void *arg, const struct rows *row)
{
	struct catching_up *news = arg;
	struct estimates *estimates = news->estimates;
	int64_t number = rows_integer(row, 0, 0);

	if (number != news->row) {
		if (feed_is_known(estimates, number))
			return ok();
		news->row = number;
		note_known(estimates, number);
	}
	if (!rows_text(row, 0, 1)) { /* a truth was corrected: news that only a fit can take in */
		news->news++;
		news->at_once |= rows_flag(row, 0, 5);
		return ok();
	}
	uint32_t item = item_place(estimates, rows_text(row, 0, 1));
	uint32_t volunteer = volunteer_place(estimates, rows_text(row, 0, 2));
	bool fake = rows_flag(row, 0, 3);
	online_judge(estimates->fit, &estimates->online_items[item],
	             &estimates->online_volunteers[volunteer], fake ? FAKE : REAL);
	voices_add(estimates, item, volunteer, fake ? FAKE : REAL);
	note_judgment(&estimates->tallies[item], fake, (uint32_t)rows_integer(row, 0, 4));
	if (news->touched_count == news->touched_room) {
		news->touched_room = news->touched_room ? 2 * news->touched_room : 256;
		news->touched =
			estimates_must(realloc(news->touched, news->touched_room * sizeof *news->touched));
	}
	news->touched[news->touched_count++] = item;
	news->news++;
	return ok();
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* "{uuid,uuid}" of the items that were touched, each once. */
static char *touched_array(struct catching_up *news)
{
	size_t kept = 0;

	qsort(news->touched, news->touched_count, sizeof *news->touched, compare_numbers);
	for (size_t n = 0; n < news->touched_count; n++)
		if (!kept || news->touched[kept - 1] != news->touched[n])
			news->touched[kept++] = news->touched[n];
	news->touched_count = kept;

	char *text = estimates_must(malloc(news->touched_count * UUID_TEXT + 3)), *at = text;

	*at++ = '{';
	for (size_t n = 0; n < news->touched_count; n++) {
		if (n)
			*at++ = ',';
		uuid_to_text(at, idmap_id(news->estimates->items, news->touched[n]));
		at += UUID_TEXT - 1;
	}
	*at++ = '}';
	*at = '\0';
	return text;
}

/* Between fits an interval keeps its width on the scale of log odds. */
static struct estimate estimate_now(const struct estimates *estimates, uint32_t index)
{
	const struct fit *fit = estimates->fit;
	double odds = estimates->online_items[index].odds, below = WIDE, above = WIDE;

	if (index < fit->items) {
		const struct estimate *then = &fit->crowd[index];
		double mean = logit(then->mean);

		below = mean - logit(then->low);
		above = logit(then->high) - mean;
	}
	double p = fit_probability(fit, odds), mid = logit(p);
	return (struct estimate){ p, sigmoid(mid - below), sigmoid(mid + above) };
}

struct touched_sheets {
	struct estimates *estimates;
	struct write_sheet write, settle;
};

/* Which judgments the estimate of an item rests on. */
static uint32_t recount_known(const struct estimates *estimates, uint32_t index)
{
	return index < estimates->fit->items ? estimates->facts[index].recount : 0;
}

/* An item with judgments that no longer count stays as it is until the next fit, which leaves them
 * out. */
static struct error write_touched(void *arg, const struct rows *row)
{
	struct touched_sheets *sheets = arg;
	struct item_facts facts = item_facts_read(row);
	uint32_t index = idmap_find(sheets->estimates->items, facts.id);

	if (sheets->estimates->tallies[index].oldest < facts.judged_from ||
	    recount_known(sheets->estimates, index) != facts.recount)
		return ok();
	struct estimate now = estimate_now(sheets->estimates, index);

	facts.count = sheets->estimates->tallies[index].count;
	facts.fake = sheets->estimates->tallies[index].fake;
	struct belief belief = estimates_belief(sheets->estimates, index, &facts, now.mean,
	                                        sheets->estimates->online_items[index].odds);
	json_t *decision =
		consensus_decision(&facts, &belief, estimates_trusts(sheets->estimates, &facts));

	/* The rows of this answer are still arriving: gather now, send afterwards. */
	json_array_append_new(sheets->write.rows, consensus_row(&facts, &now, &belief, NAN));
	if (decision)
		json_array_append_new(sheets->settle.rows, decision);
	return ok();
}

static struct error publish_touched(struct db *db, struct catching_up *news,
                                    struct scoring *scoring)
{
	auto_sheet write = write_sheet_new(db, SQL_CONSENSUS_WRITE);
	auto_sheet settled = write_sheet_new(db, SQL_CONSENSUS_SETTLE);
	struct touched_sheets sheets = { news->estimates, write, settled };
	char *touched = touched_array(news);
	struct error err =
		db_stream(db, SQL_CONSENSUS_TOUCHED, (const char *[]){ touched }, write_touched, &sheets);

	free(touched);
	settled.totals[0] = &scoring->retired;
	settled.totals[1] = &scoring->disputed;
	settled.totals[2] = &scoring->reopened;
	settled.totals[3] = &scoring->withdrawn;
	if (!err.code)
		err = write_sheet_send(&write);
	return err.code ? err : write_sheet_send(&settled);
}

/* "{1,2}": the news that need not be told again. Those that the fit has read are gone. */
static char *known_array(const struct estimates *estimates)
{
	size_t room = estimates->known_count * 21 + 3, len = 1;
	char *text = estimates_must(malloc(room));

	text[0] = '{';
	for (size_t n = 0; n < estimates->known_count; n++)
		if (estimates->known[n] > estimates->newest - OUT_OF_STEP)
			len += (size_t)snprintf(text + len, room - len, "%s%lld", len > 1 ? "," : "",
			                        (long long)estimates->known[n]);
	text[len++] = '}';
	text[len] = '\0';
	return text;
}

struct error estimates_catch_up(struct db *db, struct estimates *estimates,
                                struct scoring *ret_scoring)
{
	struct catching_up news = { .estimates = estimates, .row = -1 };
	struct scoring scoring = { .alpha = NAN };
	char after[24], *known = known_array(estimates);

	snprintf(after, sizeof after, "%lld", (long long)estimates->newest - OUT_OF_STEP);
	struct error err = electorate_note_networks(db, estimates, estimates->newest - OUT_OF_STEP);
	if (!err.code)
		err = db_stream(db, SQL_CONSENSUS_NEWS, (const char *[]){ after, known }, take_in, &news);
	free(known);
	if (!err.code && news.touched_count)
		err = publish_touched(db, &news, &scoring);
	free(news.touched);
	scoring.news = news.news;
	scoring.at_once = news.at_once;
	*ret_scoring = scoring;
	return err;
}
