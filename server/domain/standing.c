/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/standing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/idmap.h"
#include "core/random.h"
#include "crowd/agreement.h"
#include "crowd/judgments.h"
#include "crowd/model.h"
#include "crowd/online.h"
#include "crowd/special.h"
#include "db/db.h"
#include "domain/consensus.h"

#define RESAMPLES   1000
#define MOVED       .01
#define WORTH       1e-4 /* smaller changes of a posterior are not written */
#define SKILL_STEP  1e4  /* skills are kept to four places, so that noise is no change */
#define OUT_OF_STEP 2000 /* numbers of news that may commit behind the newest one seen */
#define WIDE        2.2 /* log odds: the half width of an interval for an item newer than the fit */

/* Judgments as the model reads them; only while a fit runs. */
struct loaded {
	size_t count, room;
	uint32_t *item, *volunteer;
	uint8_t *verdict, *confidence, *position;
	int8_t *gold;
};

struct standing {
	struct idmap *items, *volunteers, *campaigns;
	struct item_facts *facts; /* by item, as the fit saw them */
	struct loaded loaded;
	struct fit *fit;
	struct agreement *agreement; /* by campaign */
	bool *trusted;               /* by campaign: may its crowd settle items? */
	int64_t *folded;             /* numbers of the news that the fit has read, ascending */
	size_t folded_count;

	/* Since the fit. */
	struct online_item *online_items; /* by item; grows with items newer than the fit */
	struct online_volunteer *online_volunteers;
	uint32_t items_room, volunteers_room;
	int64_t
		*known; /* numbers of news taken in, not sorted; those that are OUT_OF_STEP are dropped */
	size_t known_count, known_room;
	int64_t newest;
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void loaded_free(struct loaded *loaded)
{
	free(loaded->item);
	free(loaded->volunteer);
	free(loaded->verdict);
	free(loaded->confidence);
	free(loaded->position);
	free(loaded->gold);
	*loaded = (struct loaded){ 0 };
}

void standing_free(struct standing *standing)
{
	if (!standing)
		return;
	idmap_free(standing->items);
	idmap_free(standing->volunteers);
	idmap_free(standing->campaigns);
	free(standing->facts);
	loaded_free(&standing->loaded);
	fit_free(standing->fit);
	free(standing->agreement);
	free(standing->trusted);
	free(standing->folded);
	free(standing->online_items);
	free(standing->online_volunteers);
	free(standing->known);
	free(standing);
}

static uint32_t index_in(struct idmap *map, const char *uuid)
{
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, uuid))
		abort(); /* the column is a uuid */
	return idmap_add(map, id);
}

/* ---------------------------------------------------------------- reading and fitting */

static void loaded_grow(struct loaded *loaded)
{
	if (loaded->count < loaded->room)
		return;
	loaded->room = loaded->room ? 2 * loaded->room : 4096;
	loaded->item = must(realloc(loaded->item, loaded->room * sizeof *loaded->item));
	loaded->volunteer = must(realloc(loaded->volunteer, loaded->room * sizeof *loaded->volunteer));
	loaded->verdict = must(realloc(loaded->verdict, loaded->room));
	loaded->confidence = must(realloc(loaded->confidence, loaded->room));
	loaded->position = must(realloc(loaded->position, loaded->room));
}

static struct error add_judgment(void *arg, const struct rows *row)
{
	struct standing *standing = arg;
	struct loaded *loaded = &standing->loaded;

	loaded_grow(loaded);
	size_t n = loaded->count++;
	loaded->item[n] = index_in(standing->items, rows_text(row, 0, 0));
	loaded->volunteer[n] = index_in(standing->volunteers, rows_text(row, 0, 1));
	loaded->verdict[n] = rows_flag(row, 0, 2) ? FAKE : REAL;
	loaded->confidence[n] = (uint8_t)rows_integer(row, 0, 3);
	loaded->position[n] = rows_flag(row, 0, 4) ? 0 : 1;
	return ok();
}

static struct error add_item(void *arg, const struct rows *row)
{
	struct standing *standing = arg;
	uint32_t index = index_in(standing->items, rows_text(row, 0, 0));

	if (!(index & (index - 1))) /* 0, 1, 2, 4, 8...: room for as many again */
		standing->facts = must(
			realloc(standing->facts, (index ? 2 * (size_t)index : 1) * sizeof *standing->facts));
	standing->facts[index] = item_facts_read(row);
	idmap_add(standing->campaigns, standing->facts[index].campaign);
	return ok();
}

static struct error add_folded(void *arg, const struct rows *row)
{
	struct standing *standing = arg;
	size_t n = standing->folded_count++;

	if (!(n & (n - 1)))
		standing->folded =
			must(realloc(standing->folded, (n ? 2 * n : 1) * sizeof *standing->folded));
	standing->folded[n] = rows_integer(row, 0, 0);
	return ok();
}

static struct standing *standing_new(void)
{
	struct standing *standing = must(calloc(1, sizeof *standing));

	standing->items = idmap_new();
	standing->volunteers = idmap_new();
	standing->campaigns = idmap_new();
	return standing;
}

/* All in one snapshot: what the news table holds then is exactly what the fit has read. */
static struct error load(struct db *db, void *arg)
{
	struct standing **standing = arg;
	struct error err;

	standing_free(*standing);
	*standing = standing_new();
	if ((err = db_stream(db, SQL_CONSENSUS_FOLDED, NULL, add_folded, *standing)).code)
		return err;
	if ((err = db_stream(db, SQL_CONSENSUS_ITEMS, (const char *[]){ NULL }, add_item, *standing))
			.code)
		return err;
	return db_stream(db, SQL_CONSENSUS_JUDGMENTS, NULL, add_judgment, *standing);
}

static struct judgments view_of(const struct standing *standing)
{
	const struct loaded *loaded = &standing->loaded;

	return (struct judgments){ .items = idmap_count(standing->items),
							   .volunteers = idmap_count(standing->volunteers),
							   .count = loaded->count,
							   .item = loaded->item,
							   .volunteer = loaded->volunteer,
							   .verdict = loaded->verdict,
							   .confidence = loaded->confidence,
							   .position = loaded->position,
							   .truth = loaded->gold };
}

/* Gold is clamped; what else a source says of an item is not the model's to know. */
static int8_t clamp_of(const struct item_facts *facts)
{
	return facts->gold ? facts->truth : UNKNOWN;
}

/* Alpha of one campaign, over the judgments of its items alone. */
static struct agreement agreement_of(const struct standing *standing, uint32_t campaign)
{
	const struct loaded *loaded = &standing->loaded;
	const unsigned char *id = idmap_id(standing->campaigns, campaign);
	struct random random = random_seeded(campaign + 1);
	uint32_t *item = must(malloc((loaded->count + 1) * sizeof *item));
	uint32_t *volunteer = must(malloc((loaded->count + 1) * sizeof *volunteer));
	uint8_t *verdict = must(malloc(loaded->count + 1));
	struct judgments view = view_of(standing);

	view.count = 0;
	for (size_t n = 0; n < loaded->count; n++) {
		if (memcmp(standing->facts[loaded->item[n]].campaign, id, UUID_BYTES) != 0)
			continue;
		item[view.count] = loaded->item[n];
		volunteer[view.count] = loaded->volunteer[n];
		verdict[view.count++] = loaded->verdict[n];
	}
	view.item = item;
	view.volunteer = volunteer;
	view.verdict = verdict;
	view.confidence = view.position = NULL;
	struct agreement agreement = agreement_alpha(&view, RESAMPLES, &random);
	free(item);
	free(volunteer);
	free(verdict);
	return agreement;
}

/* Campaign by campaign: how far its crowd agrees, and how it does on gold. */
static void audit(struct standing *standing)
{
	uint32_t campaigns = idmap_count(standing->campaigns);
	struct crowd_audit *audits = must(calloc(campaigns + 1, sizeof *audits));

	standing->agreement = must(calloc(campaigns + 1, sizeof *standing->agreement));
	standing->trusted = must(calloc(campaigns + 1, sizeof *standing->trusted));
	for (uint32_t i = 0; i < standing->fit->items; i++) {
		const struct item_facts *facts = &standing->facts[i];
		struct crowd_audit *of = &audits[idmap_find(standing->campaigns, facts->campaign)];

		if (!facts->gold || facts->count < facts->rule.min)
			continue;
		of->gold++;
		of->right += label_of(standing->fit->crowd[i].mean) == facts->truth;
	}
	for (uint32_t c = 0; c < campaigns; c++) {
		standing->agreement[c] = agreement_of(standing, c);
		audits[c].agrees = standing->agreement[c].defined && standing->agreement[c].low > 0;
		standing->trusted[c] = crowd_is_trusted(&audits[c]);
	}
	free(audits);
}

static void fit(struct standing *standing)
{
	uint32_t items = idmap_count(standing->items), volunteers = idmap_count(standing->volunteers);

	standing->loaded.gold = must(calloc(items + 1, sizeof *standing->loaded.gold));
	for (uint32_t i = 0; i < items; i++)
		standing->loaded.gold[i] = clamp_of(&standing->facts[i]);
	struct judgments view = view_of(standing);
	standing->fit =
		model_fit(&view, &(struct model_options){ .method = METHOD_DEFAULT, .intervals = true });

	standing->items_room = items;
	standing->volunteers_room = volunteers;
	standing->online_items = must(calloc(items + 1, sizeof *standing->online_items));
	standing->online_volunteers = must(calloc(volunteers + 1, sizeof *standing->online_volunteers));
	for (uint32_t i = 0; i < items; i++)
		standing->online_items[i] = online_item(standing->fit, i, standing->loaded.gold[i]);
	for (uint32_t v = 0; v < volunteers; v++)
		standing->online_volunteers[v] = online_volunteer(standing->fit, v);
	audit(standing);
}

/* A campaign that is newer than the fit is not trusted yet. */
static bool is_trusted(const struct standing *standing, const struct item_facts *facts)
{
	uint32_t campaign = idmap_find(standing->campaigns, facts->campaign);

	return campaign != IDMAP_NONE && standing->trusted[campaign];
}

struct error standing_fit(struct db *db, struct standing **ret_standing)
{
	struct standing *standing = NULL;
	struct error err = db_snapshot(db, load, &standing);

	if (err.code) {
		standing_free(standing);
		return err;
	}
	fit(standing);
	*ret_standing = standing;
	return ok();
}

/* ---------------------------------------------------------------- publishing a fit */

/* Chance disagreement of each campaign, for the agreement within one item. */
static double *expected_by_campaign(const struct standing *standing)
{
	uint32_t campaigns = idmap_count(standing->campaigns);
	double *expected = must(calloc(campaigns + 1, sizeof *expected));
	uint64_t *fakes = must(calloc(campaigns + 1, sizeof *fakes));
	uint64_t *reals = must(calloc(campaigns + 1, sizeof *reals));

	for (uint32_t i = 0; i < standing->fit->items; i++) {
		const struct item_facts *facts = &standing->facts[i];
		uint32_t c = idmap_find(standing->campaigns, facts->campaign);

		fakes[c] += facts->count < 2 ? 0 : facts->fake;
		reals[c] += facts->count < 2 ? 0 : facts->count - facts->fake;
	}
	for (uint32_t c = 0; c < campaigns; c++)
		expected[c] = agreement_expected(fakes[c], reals[c]);
	free(fakes);
	free(reals);
	return expected;
}

static struct error write_items(struct db *db, const struct standing *standing,
								struct scoring *scoring)
{
	auto_sheet sheet = write_sheet_new(db, SQL_CONSENSUS_WRITE);
	double *expected = expected_by_campaign(standing);
	struct error err = ok();

	for (uint32_t i = 0; i < standing->fit->items && !err.code; i++) {
		const struct item_facts *facts = &standing->facts[i];
		const struct estimate *crowd = &standing->fit->crowd[i];
		double change = fabs(crowd->mean - facts->p_before);

		if (facts->count == facts->scored && change < WORTH)
			continue;
		scoring->moved += !(change < MOVED); /* NAN, a first posterior, counts */
		double alpha =
			agreement_of_item(facts->fake, facts->count - facts->fake,
							  expected[idmap_find(standing->campaigns, facts->campaign)]);
		err = write_sheet_add(&sheet, consensus_row(facts, crowd, alpha));
	}
	free(expected);
	return err.code ? err : write_sheet_send(&sheet);
}

static double rounded(double skill)
{
	return round(skill * SKILL_STEP) / SKILL_STEP;
}

static struct error write_skills(struct db *db, const struct standing *standing)
{
	uint32_t volunteers = standing->fit->volunteers;
	uint32_t *counts = must(calloc(volunteers + 1, sizeof *counts));
	auto_sheet sheet = write_sheet_new(db, SQL_CONSENSUS_WRITE_SKILLS);
	struct error err = ok();

	for (size_t n = 0; n < standing->loaded.count; n++)
		counts[standing->loaded.volunteer[n]]++;
	for (uint32_t v = 0; v < volunteers && !err.code; v++) {
		char id[UUID_TEXT];

		uuid_to_text(id, idmap_id(standing->volunteers, v));
		err = write_sheet_add(&sheet,
							  json_pack("{s:s, s:f, s:f, s:i}", "volunteer", id, "sensitivity",
										rounded(standing->fit->sensitivity[v].mean), "specificity",
										rounded(standing->fit->specificity[v].mean), "judgments",
										(int)counts[v]));
	}
	free(counts);
	return err.code ? err : write_sheet_send(&sheet);
}

static struct error settle(struct db *db, const struct standing *standing, struct scoring *scoring)
{
	auto_sheet sheet = write_sheet_new(db, SQL_CONSENSUS_SETTLE);
	struct error err = ok();

	sheet.totals[0] = &scoring->retired;
	sheet.totals[1] = &scoring->disputed;
	for (uint32_t i = 0; i < standing->fit->items && !err.code; i++) {
		const struct item_facts *facts = &standing->facts[i];
		json_t *decision =
			consensus_decision(facts, standing->fit->crowd[i].mean, is_trusted(standing, facts));

		if (decision)
			err = write_sheet_add(&sheet, decision);
	}
	return err.code ? err : write_sheet_send(&sheet);
}

static const char *number_text(char text[32], double number)
{
	if (!isfinite(number))
		return NULL;
	snprintf(text, 32, "%.9g", number);
	return text;
}

static struct error write_agreements(struct db *db, const struct standing *standing,
									 struct scoring *scoring)
{
	struct error err = ok();

	scoring->alpha = NAN;
	for (uint32_t c = 0; c < idmap_count(standing->campaigns) && !err.code; c++) {
		struct agreement agreement = standing->agreement[c];
		double or_null = agreement.defined ? 0 : NAN;
		char id[UUID_TEXT], texts[3][32];

		uuid_to_text(id, idmap_id(standing->campaigns, c));
		const char *params[] = { id, number_text(texts[0], agreement.alpha + or_null),
								 number_text(texts[1], agreement.low + or_null),
								 number_text(texts[2], agreement.high + or_null) };
		err = db_do(db, SQL_CONSENSUS_WRITE_AGREEMENT, params, NULL);
		if (c == 0)
			scoring->alpha = agreement.alpha + or_null;
	}
	return err;
}

/* "{1,2,3}" */
static struct error forget_folded(struct db *db, const struct standing *standing)
{
	char *text = must(malloc(standing->folded_count * 21 + 3)), *at = text;

	*at++ = '{';
	for (size_t n = 0; n < standing->folded_count; n++)
		at += sprintf(at, "%s%lld", n ? "," : "", (long long)standing->folded[n]);
	*at++ = '}';
	*at = '\0';
	struct error err = db_do(db, SQL_CONSENSUS_FOLD, (const char *[]){ text }, NULL);
	free(text);
	return err;
}

uint32_t standing_news(const struct standing *standing)
{
	return (uint32_t)standing->folded_count;
}

struct error standing_publish(struct db *db, struct standing *standing, bool forget,
							  struct scoring *ret_scoring)
{
	struct scoring scoring = { .judgments = standing->loaded.count,
							   .items = standing->fit->items,
							   .volunteers = standing->fit->volunteers,
							   .iterations = standing->fit->iterations,
							   .news = (uint32_t)standing->folded_count };
	struct error err;

	if ((err = write_items(db, standing, &scoring)).code)
		return err;
	if ((err = write_skills(db, standing)).code)
		return err;
	if ((err = write_agreements(db, standing, &scoring)).code)
		return err;
	if ((err = settle(db, standing, &scoring)).code)
		return err;
	if (forget && (err = forget_folded(db, standing)).code)
		return err;
	loaded_free(&standing->loaded);
	*ret_scoring = scoring;
	return ok();
}

/* ---------------------------------------------------------------- what came since */

struct catching_up {
	struct standing *standing;
	uint32_t *touched; /* items, with repeats */
	size_t touched_count, touched_room;
	uint32_t news;
	int64_t row; /* the news being read; its judgments are taken in together */
};

static int by_number(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static bool is_known(const struct standing *standing, int64_t number)
{
	if (standing->folded_count &&
		bsearch(&number, standing->folded, standing->folded_count, sizeof number, by_number))
		return true;
	for (size_t n = standing->known_count; n > 0; n--)
		if (standing->known[n - 1] == number)
			return true;
	return false;
}

static void note_known(struct standing *standing, int64_t number)
{
	size_t kept = 0;

	if (standing->known_count == standing->known_room) {
		for (size_t n = 0; n < standing->known_count; n++)
			if (standing->known[n] > standing->newest - OUT_OF_STEP)
				standing->known[kept++] = standing->known[n];
		standing->known_count = kept;
	}
	if (2 * standing->known_count >= standing->known_room) {
		standing->known_room = standing->known_room ? 2 * standing->known_room : 256;
		standing->known =
			must(realloc(standing->known, standing->known_room * sizeof *standing->known));
	}
	standing->known[standing->known_count++] = number;
	if (number > standing->newest)
		standing->newest = number;
}

/* The item's place, made when it is newer than the fit. Its truth is found with its facts. */
static uint32_t item_place(struct standing *standing, const char *uuid)
{
	uint32_t index = index_in(standing->items, uuid);

	if (index >= standing->items_room) {
		uint32_t room = 2 * index + 16;

		standing->online_items =
			must(realloc(standing->online_items, room * sizeof *standing->online_items));
		for (uint32_t i = standing->items_room; i < room; i++)
			standing->online_items[i] = online_item(standing->fit, UINT32_MAX, UNKNOWN);
		standing->items_room = room;
	}
	return index;
}

static uint32_t volunteer_place(struct standing *standing, const char *uuid)
{
	uint32_t index = index_in(standing->volunteers, uuid);

	if (index >= standing->volunteers_room) {
		uint32_t room = 2 * index + 16;

		standing->online_volunteers =
			must(realloc(standing->online_volunteers, room * sizeof *standing->online_volunteers));
		for (uint32_t v = standing->volunteers_room; v < room; v++)
			standing->online_volunteers[v] = online_volunteer(standing->fit, UINT32_MAX);
		standing->volunteers_room = room;
	}
	return index;
}

static struct error take_in(void *arg, const struct rows *row)
{
	struct catching_up *news = arg;
	struct standing *standing = news->standing;
	int64_t number = rows_integer(row, 0, 0);

	if (number != news->row) {
		if (is_known(standing, number))
			return ok();
		news->row = number;
		note_known(standing, number);
	}
	uint32_t item = item_place(standing, rows_text(row, 0, 1));
	uint32_t volunteer = volunteer_place(standing, rows_text(row, 0, 2));
	online_judge(standing->fit, &standing->online_items[item],
				 &standing->online_volunteers[volunteer], rows_flag(row, 0, 3) ? FAKE : REAL);
	if (news->touched_count == news->touched_room) {
		news->touched_room = news->touched_room ? 2 * news->touched_room : 256;
		news->touched = must(realloc(news->touched, news->touched_room * sizeof *news->touched));
	}
	news->touched[news->touched_count++] = item;
	news->news++;
	return ok();
}

/* "{uuid,uuid}" of the items that were touched. */
static char *touched_array(const struct catching_up *news)
{
	char *text = must(malloc(news->touched_count * UUID_TEXT + 3)), *at = text;

	*at++ = '{';
	for (size_t n = 0; n < news->touched_count; n++) {
		if (n)
			*at++ = ',';
		uuid_to_text(at, idmap_id(news->standing->items, news->touched[n]));
		at += UUID_TEXT - 1;
	}
	*at++ = '}';
	*at = '\0';
	return text;
}

/* Between fits an interval keeps its width on the scale of log odds. */
static struct estimate estimate_now(const struct standing *standing, uint32_t index)
{
	const struct fit *fit = standing->fit;
	double odds = standing->online_items[index].odds, below = WIDE, above = WIDE;

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
	const struct standing *standing;
	struct write_sheet write, settle;
};

static struct error write_touched(void *arg, const struct rows *row)
{
	struct touched_sheets *sheets = arg;
	struct item_facts facts = item_facts_read(row);
	uint32_t index = idmap_find(sheets->standing->items, facts.id);
	struct estimate now = estimate_now(sheets->standing, index);
	json_t *decision = consensus_decision(&facts, now.mean, is_trusted(sheets->standing, &facts));

	/* The rows of this answer are still arriving: gather now, send afterwards. */
	json_array_append_new(sheets->write.rows, consensus_row(&facts, &now, NAN));
	if (decision)
		json_array_append_new(sheets->settle.rows, decision);
	return ok();
}

static struct error publish_touched(struct db *db, const struct catching_up *news,
									struct scoring *scoring)
{
	auto_sheet write = write_sheet_new(db, SQL_CONSENSUS_WRITE);
	auto_sheet settled = write_sheet_new(db, SQL_CONSENSUS_SETTLE);
	struct touched_sheets sheets = { news->standing, write, settled };
	char *touched = touched_array(news);
	struct error err =
		db_stream(db, SQL_CONSENSUS_ITEMS, (const char *[]){ touched }, write_touched, &sheets);

	free(touched);
	settled.totals[0] = &scoring->retired;
	settled.totals[1] = &scoring->disputed;
	if (!err.code)
		err = write_sheet_send(&write);
	return err.code ? err : write_sheet_send(&settled);
}

struct error standing_catch_up(struct db *db, struct standing *standing,
							   struct scoring *ret_scoring)
{
	struct catching_up news = { .standing = standing, .row = -1 };
	struct scoring scoring = { .alpha = NAN };
	char after[24];

	snprintf(after, sizeof after, "%lld", (long long)standing->newest - OUT_OF_STEP);
	struct error err = db_stream(db, SQL_CONSENSUS_NEWS, (const char *[]){ after }, take_in, &news);
	if (!err.code && news.touched_count)
		err = publish_touched(db, &news, &scoring);
	free(news.touched);
	scoring.news = news.news;
	*ret_scoring = scoring;
	return err;
}
