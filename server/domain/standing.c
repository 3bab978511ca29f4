/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/standing.h"

#include <string.h>

#include "core/random.h"
#include "core/thread.h"
#include "crowd/judgments.h"
#include "db/db.h"
#include "domain/standing_inside.h"

#define RESAMPLES 1000

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
	free(standing->audits);
	free(standing->folded);
	free(standing->online_items);
	free(standing->tallies);
	free(standing->online_volunteers);
	free(standing->known);
	free(standing);
}

uint32_t standing_index(struct idmap *map, const char *uuid)
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
	loaded->item = standing_must(realloc(loaded->item, loaded->room * sizeof *loaded->item));
	loaded->volunteer =
		standing_must(realloc(loaded->volunteer, loaded->room * sizeof *loaded->volunteer));
	loaded->verdict = standing_must(realloc(loaded->verdict, loaded->room));
	loaded->confidence = standing_must(realloc(loaded->confidence, loaded->room));
	loaded->position = standing_must(realloc(loaded->position, loaded->room));
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
	struct standing *standing = arg;
	struct loaded *loaded = &standing->loaded;
	uint32_t item = idmap_find(standing->items, raw_id(row, 0));

	if (item == IDMAP_NONE)
		return ok(); /* of what became a training item: it has no facts, and counts no more */
	loaded_grow(loaded);
	size_t n = loaded->count++;
	loaded->item[n] = item;
	loaded->volunteer[n] = idmap_add(standing->volunteers, raw_id(row, 1));
	loaded->verdict[n] = rows_raw_flag(row, 2) ? FAKE : REAL;
	loaded->confidence[n] = (uint8_t)rows_raw_integer(row, 3);
	loaded->position[n] = rows_raw_flag(row, 4) ? 0 : 1;
	standing->facts[item].count++;
	standing->facts[item].fake += loaded->verdict[n] == FAKE;
	return ok();
}

static struct error add_item(void *arg, const struct rows *row)
{
	struct standing *standing = arg;
	uint32_t index = standing_index(standing->items, rows_text(row, 0, 0));

	if (!(index & (index - 1))) /* 0, 1, 2, 4, 8...: room for as many again */
		standing->facts = standing_must(
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
			standing_must(realloc(standing->folded, (n ? 2 * n : 1) * sizeof *standing->folded));
	standing->folded[n] = standing->newest = rows_integer(row, 0, 0);
	return ok();
}

static struct standing *standing_new(void)
{
	struct standing *standing = standing_must(calloc(1, sizeof *standing));

	standing->items = idmap_new();
	standing->volunteers = idmap_new();
	standing->campaigns = idmap_new();
	return standing;
}

/*
 * All in one snapshot: what the news table holds then is exactly what the fit has read.  Rows are
 * only put into arrays here, by a thread that gives way to nobody: the snapshot ends with them, and
 * until then vacuum can remove nothing, in any database.
 */
static struct error load(struct db *db, void *arg)
{
	struct standing **standing = arg;
	struct error err;

	standing_free(*standing);
	*standing = standing_new();
	if ((err = db_stream(db, SQL_CONSENSUS_FOLDED, NULL, add_folded, *standing)).code)
		return err;
	if ((err = db_stream(db, SQL_CONSENSUS_ITEMS, NULL, add_item, *standing)).code)
		return err;
	return db_stream_raw(db, SQL_CONSENSUS_JUDGMENTS, NULL, add_judgment, *standing);
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

static bool is_of(const struct standing *standing, size_t judgment, const unsigned char *campaign)
{
	uint32_t item = standing->loaded.item[judgment];

	return memcmp(standing->facts[item].campaign, campaign, UUID_BYTES) == 0;
}

/* Alpha of one campaign, over the judgments of its items alone: copied, unless they are all. */
static struct agreement agreement_of(const struct standing *standing, uint32_t campaign)
{
	const struct loaded *loaded = &standing->loaded;
	const unsigned char *id = idmap_id(standing->campaigns, campaign);
	struct random random = random_seeded(campaign + 1);
	struct judgments view = view_of(standing);
	size_t count = 0;

	for (size_t n = 0; n < loaded->count; n++)
		count += is_of(standing, n, id);
	if (count == loaded->count)
		return agreement_alpha(&view, RESAMPLES, &random);
	uint32_t *item = standing_must(malloc((count + 1) * sizeof *item));
	uint32_t *volunteer = standing_must(malloc((count + 1) * sizeof *volunteer));
	uint8_t *verdict = standing_must(malloc(count + 1));
	view.count = 0;
	for (size_t n = 0; n < loaded->count; n++) {
		if (!is_of(standing, n, id))
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
	struct crowd_audit *audits = standing_must(calloc(campaigns + 1, sizeof *audits));

	standing->audits = audits;
	standing->agreement = standing_must(calloc(campaigns + 1, sizeof *standing->agreement));
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
	}
}

static void fit(void *arg)
{
	struct standing *standing = arg;
	uint32_t items = idmap_count(standing->items), volunteers = idmap_count(standing->volunteers);

	standing->loaded.gold = standing_must(calloc(items + 1, sizeof *standing->loaded.gold));
	for (uint32_t i = 0; i < items; i++)
		standing->loaded.gold[i] = clamp_of(&standing->facts[i]);
	struct judgments view = view_of(standing);
	standing->fit =
		model_fit(&view, &(struct model_options){ .method = METHOD_DEFAULT, .intervals = true });

	standing->items_room = items;
	standing->volunteers_room = volunteers;
	standing->online_items = standing_must(calloc(items + 1, sizeof *standing->online_items));
	standing->tallies = standing_must(calloc(items + 1, sizeof *standing->tallies));
	standing->online_volunteers =
		standing_must(calloc(volunteers + 1, sizeof *standing->online_volunteers));
	for (uint32_t i = 0; i < items; i++) {
		standing->online_items[i] = online_item(standing->fit, i, standing->loaded.gold[i]);
		standing->tallies[i] = (struct tally){ .count = standing->facts[i].count,
											   .fake = standing->facts[i].fake,
											   .oldest = standing->facts[i].judged_from };
	}
	for (uint32_t v = 0; v < volunteers; v++)
		standing->online_volunteers[v] = online_volunteer(standing->fit, v);
	audit(standing);
}

bool standing_trusts(const struct standing *standing, const struct item_facts *facts)
{
	uint32_t campaign = idmap_find(standing->campaigns, facts->campaign);

	return campaign != IDMAP_NONE && crowd_is_trusted(&standing->audits[campaign]);
}

struct error standing_fit(struct db *db, struct standing **ret_standing)
{
	struct standing *standing = NULL;
	struct error err = db_snapshot(db, load, &standing);

	if (err.code) {
		standing_free(standing);
		return err;
	}
	thread_run_nicely(fit, standing);
	*ret_standing = standing;
	return ok();
}

uint32_t standing_news(const struct standing *standing)
{
	return (uint32_t)standing->folded_count;
}

void standing_forget_judgments(struct standing *standing)
{
	loaded_free(&standing->loaded);
}
