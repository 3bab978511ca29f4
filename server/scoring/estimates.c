/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/estimates.h"

#include <string.h>

#include "core/random.h"
#include "core/thread.h"
#include "core/uuid.h"
#include "crowd/judgments.h"
#include "db/db.h"
#include "scoring/estimates_internal.h"

#define RESAMPLES 1000

static void loaded_free(struct loaded *loaded)
{
	free(loaded->item);
	free(loaded->volunteer);
	free(loaded->verdict);
	free(loaded->confidence);
	free(loaded->position);
	free(loaded->gold);
	free(loaded->pair_keys);
	free(loaded->pairs);
	*loaded = (struct loaded){ 0 };
}

void estimates_free(struct estimates *estimates)
{
	if (!estimates)
		return;
	idmap_free(estimates->items);
	idmap_free(estimates->volunteers);
	idmap_free(estimates->campaigns);
	free(estimates->facts);
	loaded_free(&estimates->loaded);
	fit_free(estimates->fit);
	free(estimates->agreement);
	free(estimates->audits);
	free(estimates->beliefs);
	voices_free(&estimates->voices);
	electorate_free(&estimates->electorate);
	cohorts_clear(&estimates->cohorts);
	free(estimates->turned);
	free(estimates->carried);
	json_decref(estimates->integrity);
	free(estimates->folded);
	free(estimates->online_items);
	free(estimates->tallies);
	free(estimates->online_volunteers);
	free(estimates->known);
	free(estimates);
}

uint32_t estimates_index(struct idmap *map, const char *uuid)
{
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, uuid))
		abort(); /* the column is a uuid */
	return idmap_add(map, id);
}

static void loaded_grow(struct loaded *loaded)
{
	if (loaded->count < loaded->room)
		return;
	loaded->room = loaded->room ? 2 * loaded->room : 4096;
	loaded->item = estimates_must(realloc(loaded->item, loaded->room * sizeof *loaded->item));
	loaded->volunteer =
		estimates_must(realloc(loaded->volunteer, loaded->room * sizeof *loaded->volunteer));
	loaded->verdict = estimates_must(realloc(loaded->verdict, loaded->room));
	loaded->confidence = estimates_must(realloc(loaded->confidence, loaded->room));
	loaded->position = estimates_must(realloc(loaded->position, loaded->room));
}

static const unsigned char *raw_id(const struct rows *row, int column)
{
	size_t len;
	const unsigned char *id = rows_raw(row, column, &len);

	if (!id || len != UUID_BYTES)
		abort(); /* the column is a uuid */
	return id;
}

static struct error add_judgment(void *arg, const struct rows *row)
{
	struct estimates *estimates = arg;
	struct loaded *loaded = &estimates->loaded;
	uint32_t item = idmap_find(estimates->items, raw_id(row, 0));

	if (item == IDMAP_NONE)
		return ok(); /* of what became a training item: it has no facts, and counts no more */
	loaded_grow(loaded);
	size_t n = loaded->count++;
	loaded->item[n] = item;
	loaded->volunteer[n] = idmap_add(estimates->volunteers, raw_id(row, 1));
	loaded->verdict[n] = rows_raw_flag(row, 2) ? FAKE : REAL;
	loaded->confidence[n] = (uint8_t)rows_raw_integer(row, 3);
	loaded->position[n] = rows_raw_flag(row, 4) ? 0 : 1;
	estimates->facts[item].count++;
	estimates->facts[item].fake += loaded->verdict[n] == FAKE;
	return ok();
}

static void loaded_add_pair(struct loaded *loaded, uint32_t item, long long key)
{
	size_t n = loaded->pair_key_count++;

	if (!(n & (n - 1)))
		loaded->pair_keys =
			estimates_must(realloc(loaded->pair_keys, (n ? 2 * n : 1) * sizeof *loaded->pair_keys));
	loaded->pair_keys[n] = (struct pair_key){ key, item };
}

static struct error estimates_add_item(void *arg, const struct rows *row)
{
	struct estimates *estimates = arg;
	uint32_t index = estimates_index(estimates->items, rows_text(row, 0, 0));

	if (!(index & (index - 1))) /* 0, 1, 2, 4, 8...: room for as many again */
		estimates->facts = estimates_must(
			realloc(estimates->facts, (index ? 2 * (size_t)index : 1) * sizeof *estimates->facts));
	estimates->facts[index] = item_facts_read(row);
	idmap_add(estimates->campaigns, estimates->facts[index].campaign);
	if (rows_text(row, 0, 16))
		loaded_add_pair(&estimates->loaded, index, rows_integer(row, 0, 16));
	return ok();
}

static struct error add_folded(void *arg, const struct rows *row)
{
	struct estimates *estimates = arg;
	size_t n = estimates->folded_count++;

	if (!(n & (n - 1)))
		estimates->folded =
			estimates_must(realloc(estimates->folded, (n ? 2 * n : 1) * sizeof *estimates->folded));
	estimates->folded[n] = estimates->newest = rows_integer(row, 0, 0);
	return ok();
}

static struct estimates *standing_new(void)
{
	struct estimates *estimates = estimates_must(calloc(1, sizeof *estimates));

	estimates->items = idmap_new();
	estimates->volunteers = idmap_new();
	estimates->campaigns = idmap_new();
	estimates->electorate = electorate_new();
	return estimates;
}

/*
 * All in one snapshot: what the news table holds then is exactly what the fit has read.  Rows are
 * only put into arrays here, by a thread that gives way to nobody: the snapshot ends with them, and
 * until then vacuum can remove nothing, in any database.
 */
static struct error estimates_load(struct db *db, void *arg)
{
	struct estimates **estimates = arg;
	struct error err;

	estimates_free(*estimates);
	*estimates = standing_new();
	if ((err = db_stream(db, SQL_CONSENSUS_FOLDED, NULL, add_folded, *estimates)).code)
		return err;
	if ((err = electorate_load(db, *estimates)).code)
		return err;
	if ((err = db_stream(db, SQL_CONSENSUS_ITEMS, NULL, estimates_add_item, *estimates)).code)
		return err;
	return db_stream_raw(db, SQL_CONSENSUS_JUDGMENTS, NULL, add_judgment, *estimates);
}

static struct judgments view_of(const struct estimates *estimates)
{
	const struct loaded *loaded = &estimates->loaded;

	return (struct judgments){ .items = idmap_count(estimates->items),
		                       .volunteers = idmap_count(estimates->volunteers),
		                       .count = loaded->count,
		                       .item = loaded->item,
		                       .volunteer = loaded->volunteer,
		                       .verdict = loaded->verdict,
		                       .confidence = loaded->confidence,
		                       .position = loaded->position,
		                       .truth = loaded->gold,
		                       .pairs = loaded->pairs,
		                       .pair_count = loaded->pair_count };
}

/* Gold is clamped; what else a source says of an item is not the model's to know. */
static int8_t clamp_of(const struct item_facts *facts)
{
	return facts->gold ? facts->truth : UNKNOWN;
}

static bool is_of(const struct estimates *estimates, size_t judgment, const unsigned char *campaign)
{
	uint32_t item = estimates->loaded.item[judgment];

	return memcmp(estimates->facts[item].campaign, campaign, UUID_BYTES) == 0;
}

/* Alpha of one campaign, over the judgments of its items alone: copied, unless they are all. */
static struct agreement agreement_of(const struct estimates *estimates, uint32_t campaign)
{
	const struct loaded *loaded = &estimates->loaded;
	const unsigned char *id = idmap_id(estimates->campaigns, campaign);
	struct random random = random_seeded(campaign + 1);
	struct judgments view = view_of(estimates);
	size_t count = 0;

	for (size_t n = 0; n < loaded->count; n++)
		count += is_of(estimates, n, id);
	if (count == loaded->count)
		return agreement_alpha(&view, RESAMPLES, &random);
	uint32_t *item = estimates_must(malloc((count + 1) * sizeof *item));
	uint32_t *volunteer = estimates_must(malloc((count + 1) * sizeof *volunteer));
	uint8_t *verdict = estimates_must(malloc(count + 1));
	view.count = 0;
	for (size_t n = 0; n < loaded->count; n++) {
		if (!is_of(estimates, n, id))
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
static void estimates_audit(struct estimates *estimates)
{
	uint32_t campaigns = idmap_count(estimates->campaigns);
	struct crowd_audit *audits = estimates_must(calloc(campaigns + 1, sizeof *audits));

	estimates->audits = audits;
	estimates->agreement = estimates_must(calloc(campaigns + 1, sizeof *estimates->agreement));
	for (uint32_t i = 0; i < estimates->fit->items; i++) {
		const struct item_facts *facts = &estimates->facts[i];
		struct crowd_audit *of = &audits[idmap_find(estimates->campaigns, facts->campaign)];

		if (!facts->gold || facts->count < facts->rule.min)
			continue;
		of->gold++;
		of->right += label_of(estimates->fit->crowd[i].mean) == facts->truth;
	}
	for (uint32_t c = 0; c < campaigns; c++) {
		estimates->agreement[c] = agreement_of(estimates, c);
		audits[c].agrees = estimates->agreement[c].defined && estimates->agreement[c].low > 0;
	}
}

/* Who err together, and what the labels would be without them: another fit, where there are such.
 * The rest after a fit is by its time, so such fits are rarer. */
static void estimates_find_cohorts(struct estimates *estimates, const struct judgments *view)
{
	const struct cohort_options options = cohort_options_usual();

	estimates->cohorts = cohorts_of(view, &options);
	struct fit *without = cohorts_fit_without(
		view, &estimates->cohorts,
		&(struct model_options){ .method = METHOD_DEFAULT, .no_negative = true });
	if (without)
		estimates->turned = estimates_must(calloc(estimates->fit->items + 1, 1));
	cohorts_compare(&estimates->cohorts, estimates->fit, without, view->truth, estimates->turned);
	fit_free(without);
}

static void estimates_find_deciding(struct estimates *estimates)
{
	uint32_t items = estimates->fit->items;

	voices_gather(estimates);
	estimates->beliefs = estimates_must(calloc(items + 1, sizeof *estimates->beliefs));
	for (uint32_t i = 0; i < items; i++)
		estimates->beliefs[i] =
			estimates_belief(estimates, i, &estimates->facts[i], estimates->fit->crowd[i].mean,
		                     estimates->fit->odds[i]);
}

static void fit_estimates(void *arg)
{
	struct estimates *estimates = arg;
	uint32_t items = idmap_count(estimates->items), volunteers = idmap_count(estimates->volunteers);

	estimates->loaded.gold = estimates_must(calloc(items + 1, sizeof *estimates->loaded.gold));
	for (uint32_t i = 0; i < items; i++)
		estimates->loaded.gold[i] = clamp_of(&estimates->facts[i]);
	estimates->loaded.pair_count =
		pair_links(estimates->loaded.pair_keys, estimates->loaded.pair_key_count,
	               &estimates->loaded.pairs, NULL);
	struct judgments view = view_of(estimates);
	estimates->fit =
		model_fit(&view, &(struct model_options){
							 .method = METHOD_DEFAULT, .no_negative = true, .intervals = true });
	estimates_find_cohorts(estimates, &view);

	estimates->items_room = items;
	estimates->volunteers_room = volunteers;
	estimates->online_items = estimates_must(calloc(items + 1, sizeof *estimates->online_items));
	estimates->tallies = estimates_must(calloc(items + 1, sizeof *estimates->tallies));
	estimates->online_volunteers =
		estimates_must(calloc(volunteers + 1, sizeof *estimates->online_volunteers));
	for (uint32_t i = 0; i < items; i++) {
		estimates->online_items[i] = online_item(estimates->fit, i, estimates->loaded.gold[i]);
		estimates->tallies[i] = (struct score_counts){ .count = estimates->facts[i].count,
			                                           .fake = estimates->facts[i].fake,
			                                           .oldest = estimates->facts[i].judged_from };
	}
	for (uint32_t v = 0; v < volunteers; v++)
		estimates->online_volunteers[v] = online_volunteer(estimates->fit, v);
	estimates_find_deciding(estimates);
	estimates_find_integrity(estimates, &view);
	estimates_audit(estimates);
}

bool estimates_trusts(const struct estimates *estimates, const struct item_facts *facts)
{
	uint32_t campaign = idmap_find(estimates->campaigns, facts->campaign);

	return campaign != IDMAP_NONE && crowd_is_trusted(&estimates->audits[campaign]);
}

struct error estimates_fit(struct db *db, struct estimates **ret_standing)
{
	struct estimates *estimates = standing_new();
	struct error err =
		electorate_note_networks(db, estimates, -1); /* so that the snapshot has them */

	if (!err.code)
		err = db_snapshot(db, estimates_load, &estimates);

	if (err.code) {
		estimates_free(estimates);
		return err;
	}
	thread_run_nicely(fit_estimates, estimates);
	*ret_standing = estimates;
	return ok();
}

uint32_t estimates_news(const struct estimates *estimates)
{
	return (uint32_t)estimates->folded_count;
}

void estimates_forget_judgments(struct estimates *estimates)
{
	loaded_free(&estimates->loaded);
}
