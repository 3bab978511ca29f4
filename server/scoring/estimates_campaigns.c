/* SPDX-License-Identifier: Apache-2.0 */
/* What a full fit counts of each campaign, for those who watch it. */
#include <math.h>
#include <string.h>

#include "core/uuid.h"
#include "crowd/forecast.h"
#include "crowd/judgments.h"
#include "db/db.h"
#include "scoring/estimates_internal.h"

#define BARS          10
#define CARRIED_SHARE .5
#define CARRIED_MOST  200 /* of a campaign */
#define COHORTS_TOLD  50  /* of a campaign, the largest */

/* Two of a group judged the same item so many times, and said the same so many. */
struct agreeing {
	double pairs, same;
};

struct cohort_tally {
	uint32_t volunteers, judgments, labels, turns;
	struct agreeing within, others;
};

struct campaign_tally {
	uint64_t judgments, gold, right, served, served_fakes;
	uint64_t side[2], side_fakes[2]; /* left, right */
	uint32_t bars[BARS];
	uint32_t plan, open_items;
	uint32_t *ended, *open; /* items by judgments, to the plan */
	struct cohort_tally *cohorts;
};

static struct campaign_tally *tallies_new(const struct estimates *estimates)
{
	uint32_t campaigns = idmap_count(estimates->campaigns);
	struct campaign_tally *tallies = estimates_must(calloc(campaigns + 1, sizeof *tallies));

	for (uint32_t i = 0; i < estimates->fit->items; i++) {
		const struct item_facts *facts = &estimates->facts[i];

		tallies[idmap_find(estimates->campaigns, facts->campaign)].plan = facts->rule.max;
	}
	for (uint32_t c = 0; c < campaigns; c++) {
		tallies[c].ended = estimates_must(calloc(tallies[c].plan + 1, sizeof *tallies[c].ended));
		tallies[c].open = estimates_must(calloc(tallies[c].plan + 1, sizeof *tallies[c].open));
		tallies[c].cohorts = estimates_must(
			calloc((size_t)estimates->cohorts.count + 1, sizeof *tallies[c].cohorts));
	}
	return tallies;
}

static void tallies_free(struct campaign_tally *tallies, uint32_t campaigns)
{
	for (uint32_t c = 0; c < campaigns; c++) {
		free(tallies[c].ended);
		free(tallies[c].open);
		free(tallies[c].cohorts);
	}
	free(tallies);
}

/* Where an item stands: among what is believed, and on its way out of service. */
static void tally_item(const struct estimates *estimates, uint32_t item,
                       struct campaign_tally *tally)
{
	const struct item_facts *facts = &estimates->facts[item];
	uint32_t asked = facts->count > facts->spent ? facts->count - facts->spent : 0;
	uint32_t bar = (uint32_t)(estimates->fit->crowd[item].mean * BARS);

	if (facts->gold)
		return;
	tally->bars[bar < BARS ? bar : BARS - 1]++;
	asked = asked < tally->plan ? asked : tally->plan;
	tally->open_items += facts->in_service;
	if (facts->in_service)
		tally->open[asked]++;
	else
		tally->ended[asked]++;
}

static void tally_judgment(const struct estimates *estimates, size_t n,
                           struct campaign_tally *tally)
{
	const struct loaded *loaded = &estimates->loaded;
	const struct item_facts *facts = &estimates->facts[loaded->item[n]];
	bool fake = loaded->verdict[n] == FAKE, right = loaded->position[n];

	tally->judgments++;
	tally->side[right]++;
	tally->side_fakes[right] += fake;
	tally->gold += facts->gold;
	tally->right += facts->gold && loaded->verdict[n] == facts->truth;
	tally->served += facts->truth != UNKNOWN;
	tally->served_fakes += facts->truth == FAKE;
}

/* ------------------------------------------------------------------ cohorts */

/* Of one group at one item: so many, and how many of them said "fake". */
struct said_count {
	uint32_t all, fake;
};

static void add_agreeing(struct agreeing *agreeing, struct said_count said)
{
	double all = said.all, fake = said.fake, real = all - fake;

	agreeing->pairs += all * (all - 1) / 2;
	agreeing->same += fake * (fake - 1) / 2 + real * (real - 1) / 2;
}

/* One item's judgments by cohort, in `said`, which is all zero before and after. */
static void tally_cohorts_of_item(const struct estimates *estimates, uint32_t item,
                                  struct campaign_tally *tally, struct said_count said[])
{
	const struct voices *voices = &estimates->voices;
	struct said_count all = { 0 };

	for (size_t n = voices->start[item]; n < voices->start[item + 1]; n++) {
		uint32_t cohort = estimates->cohorts.of[voices->said[n] >> 1];

		said[cohort].all++;
		said[cohort].fake += voices->said[n] & 1;
		all.all++;
		all.fake += voices->said[n] & 1;
	}
	for (size_t n = voices->start[item]; n < voices->start[item + 1]; n++) {
		uint32_t cohort = estimates->cohorts.of[voices->said[n] >> 1];
		struct said_count of = said[cohort];

		said[cohort] = (struct said_count){ 0 };
		if (!cohort || !of.all)
			continue;
		tally->cohorts[cohort].judgments += of.all;
		if (of.all < 2)
			continue;
		add_agreeing(&tally->cohorts[cohort].within, of);
		add_agreeing(&tally->cohorts[cohort].others,
		             (struct said_count){ all.all - of.all, all.fake - of.fake });
	}
}

/* Numbers the volunteers of cohorts from 0, in `number`, and returns how many they are. */
static size_t number_members(const struct estimates *estimates, uint32_t number[])
{
	size_t members = 0;

	for (uint32_t v = 0; v < estimates->fit->volunteers; v++)
		if (estimates->cohorts.of[v])
			number[v] = (uint32_t)members++;
	return members;
}

/* Members of each cohort who judged in each campaign, each once. */
static void count_members(const struct estimates *estimates, struct campaign_tally *tallies)
{
	uint32_t campaigns = idmap_count(estimates->campaigns);
	uint32_t *number =
		estimates_must(calloc((size_t)estimates->fit->volunteers + 1, sizeof *number));
	uint8_t *seen =
		estimates_must(calloc(number_members(estimates, number) + 1, (size_t)campaigns + 1));

	for (size_t n = 0; n < estimates->loaded.count; n++) {
		uint32_t v = estimates->loaded.volunteer[n], cohort = estimates->cohorts.of[v];

		if (!cohort)
			continue;
		const struct item_facts *facts = &estimates->facts[estimates->loaded.item[n]];
		uint32_t c = idmap_find(estimates->campaigns, facts->campaign);
		uint8_t *counted = &seen[(size_t)number[v] * campaigns + c];

		tallies[c].cohorts[cohort].volunteers += !*counted;
		*counted = 1;
	}
	free(seen);
	free(number);
}

static void tally_cohorts(const struct estimates *estimates, struct campaign_tally *tallies)
{
	struct said_count *said =
		estimates_must(calloc((size_t)estimates->cohorts.count + 1, sizeof *said));

	for (uint32_t i = 0; estimates->cohorts.count && i < estimates->fit->items; i++) {
		uint32_t c = idmap_find(estimates->campaigns, estimates->facts[i].campaign);
		const struct integrity_carried *carried = &estimates->carried[i];

		tally_cohorts_of_item(estimates, i, &tallies[c], said);
		if (!carried->cohort || carried->share < CARRIED_SHARE)
			continue;
		tallies[c].cohorts[carried->cohort].labels++;
		tallies[c].cohorts[carried->cohort].turns += estimates->turned && estimates->turned[i];
	}
	free(said);
	if (estimates->cohorts.count)
		count_members(estimates, tallies);
}

static json_t *share_or_null(struct agreeing agreeing)
{
	return agreeing.pairs > 0 ? json_real(agreeing.same / agreeing.pairs) : json_null();
}

static json_t *cohorts_json(const struct cohort_tally cohorts[], uint32_t count)
{
	json_t *list = json_array();

	for (uint32_t k = 1; k <= count && json_array_size(list) < COHORTS_TOLD; k++)
		if (cohorts[k].judgments)
			json_array_append_new(list,
			                      json_pack("{s:i, s:i, s:i, s:i, s:i, s:o, s:o}", "cohort", (int)k,
			                                "volunteers", (int)cohorts[k].volunteers, "judgments",
			                                (int)cohorts[k].judgments, "labels",
			                                (int)cohorts[k].labels, "turns", (int)cohorts[k].turns,
			                                "agree", share_or_null(cohorts[k].within),
			                                "others_agree", share_or_null(cohorts[k].others)));
	return list;
}

/* ------------------------------------------------------------------ as rows */

static json_t *left_json(const struct campaign_tally *tally)
{
	const struct forecast_items items = { .plan = tally->plan,
		                                  .ended = tally->ended,
		                                  .open = tally->open };
	struct forecast_left left = forecast_left_of(&items);

	return json_pack("{s:f, s:f, s:f, s:f, s:i, s:i}", "judgments", left.judgments, "variance",
	                 left.variance, "fresh", left.fresh, "fresh_variance", left.fresh_variance,
	                 "ended", (int)left.ended, "open", (int)tally->open_items);
}

static json_t *tally_json(const struct campaign_tally *tally, uint32_t cohorts)
{
	json_t *bars = json_array(), *sides = json_array();

	for (int b = 0; b < BARS; b++)
		json_array_append_new(bars, json_integer(tally->bars[b]));
	for (int s = 0; s < 2; s++)
		json_array_append_new(sides,
		                      json_pack("{s:I, s:I}", "judgments", (json_int_t)tally->side[s],
		                                "fakes", (json_int_t)tally->side_fakes[s]));
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "judgments",
	                 (json_int_t)tally->judgments, "gold", (json_int_t)tally->gold, "right",
	                 (json_int_t)tally->right, "served", (json_int_t)tally->served, "served_fakes",
	                 (json_int_t)tally->served_fakes, "histogram", bars, "sides", sides, "left",
	                 left_json(tally), "cohorts", cohorts_json(tally->cohorts, cohorts));
}

static struct error write_tallies(struct db *db, const struct estimates *estimates,
                                  const struct campaign_tally *tallies)
{
	json_auto_t *list = json_array();

	for (uint32_t c = 0; c < idmap_count(estimates->campaigns); c++) {
		char id[UUID_TEXT];

		uuid_to_text(id, idmap_id(estimates->campaigns, c));
		json_array_append_new(list, json_pack("{s:s, s:o}", "campaign", id, "figures",
		                                      tally_json(&tallies[c], estimates->cohorts.count)));
	}
	char *text = estimates_must(json_dumps(list, JSON_COMPACT));
	struct error err = db_do(db, SQL_ESTIMATES_CAMPAIGNS, (const char *[]){ text }, NULL);
	free(text);
	return err;
}

/* Labels that a cohort carries, some hundreds of each campaign. */
static struct error write_carried(struct db *db, const struct estimates *estimates)
{
	uint32_t campaigns = idmap_count(estimates->campaigns);
	uint32_t *told = estimates_must(calloc((size_t)campaigns + 1, sizeof *told));
	json_auto_t *list = json_array();

	for (uint32_t i = 0; i < estimates->fit->items; i++) {
		const struct integrity_carried *carried = &estimates->carried[i];
		uint32_t c = idmap_find(estimates->campaigns, estimates->facts[i].campaign);
		char item[UUID_TEXT], campaign[UUID_TEXT];

		if (!carried->cohort || carried->share < CARRIED_SHARE || told[c]++ >= CARRIED_MOST)
			continue;
		uuid_to_text(item, estimates->facts[i].id);
		uuid_to_text(campaign, estimates->facts[i].campaign);
		json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:f, s:b}", "item", item, "campaign",
		                                      campaign, "cohort", (int)carried->cohort, "share",
		                                      (double)carried->share, "turns",
		                                      estimates->turned && estimates->turned[i]));
	}
	free(told);
	char *text = estimates_must(json_dumps(list, JSON_COMPACT));
	struct error err = db_do(db, SQL_ESTIMATES_CARRIED, (const char *[]){ text }, NULL);
	free(text);
	return err;
}

struct error estimates_write_campaigns(struct db *db, const struct estimates *estimates)
{
	struct campaign_tally *tallies = tallies_new(estimates);

	for (uint32_t i = 0; i < estimates->fit->items; i++)
		tally_item(estimates, i,
		           &tallies[idmap_find(estimates->campaigns, estimates->facts[i].campaign)]);
	for (size_t n = 0; n < estimates->loaded.count; n++) {
		const struct item_facts *facts = &estimates->facts[estimates->loaded.item[n]];

		tally_judgment(estimates, n, &tallies[idmap_find(estimates->campaigns, facts->campaign)]);
	}
	tally_cohorts(estimates, tallies);
	struct error err = write_tallies(db, estimates, tallies);
	tallies_free(tallies, idmap_count(estimates->campaigns));
	return err.code ? err : write_carried(db, estimates);
}
