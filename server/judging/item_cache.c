/* SPDX-License-Identifier: Apache-2.0 */
#include "judging/item_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/judgments.h"
#include "crowd/stopping.h"
#include "db/db.h"

#define FADED \
	.05 /* below the threshold: an item that retired comes back, as scoring/consensus has it */

struct item_cache item_cache_new(void)
{
	return (struct item_cache){ .index = idmap_new(),
		                        .candidates = candidate_index_new(),
		                        .arena = arena_new() };
}

void item_cache_clear(struct item_cache *item_cache)
{
	idmap_free(item_cache->index);
	candidate_index_free(item_cache->candidates);
	arena_free(item_cache->arena);
	free(item_cache->item_views);
	free(item_cache->campaigns);
	free(item_cache->posters);
	*item_cache = (struct item_cache){ 0 };
}

/* UINT32_MAX: none. */
static uint32_t campaign_of(const struct item_cache *item_cache, const unsigned char *id)
{
	for (uint32_t c = 0; c < item_cache->campaign_count; c++)
		if (memcmp(item_cache->campaigns[c].id, id, UUID_BYTES) == 0)
			return c;
	return UINT32_MAX;
}

/* A text that is the same as before needs no new copy. */
static const char *keep_text(struct arena *arena, const char *before, const char *now)
{
	return before && strcmp(before, now) == 0 ? before : arena_copy(arena, now, strlen(now));
}

/* Escaped here, once, and not in each answer. */
static const char *keep_json(struct arena *arena, const json_t *string)
{
	char *text = json_dumps(string, JSON_ENCODE_ANY);

	if (!text)
		abort(); /* the database holds UTF-8 */
	const char *kept = arena_copy(arena, text, strlen(text));
	free(text);
	return kept;
}

/* Answers may be written from the list of before meanwhile: a change makes a new one. */
static void keep_questions(struct arena *arena, struct campaign_facts *facts, const char *question,
                           const char *others)
{
	if (facts->questions && strcmp(facts->question_text, question) == 0 &&
	    strcmp(facts->questions_text, others) == 0)
		return;
	json_auto_t *first = json_string(question), *object = json_loads(others, 0, NULL);
	const char *language;
	json_t *other;
	struct question *list = arena_alloc(arena, (1 + json_object_size(object)) * sizeof *list);
	unsigned count = 0;
	list[count++] = (struct question){ .json = keep_json(arena, first) };
	json_object_foreach (object, language, other)
		list[count++] =
			(struct question){ .language = arena_copy(arena, language, strlen(language)),
			                   .json = keep_json(arena, other) };
	facts->question_text = keep_text(arena, facts->question_text, question);
	facts->questions_text = keep_text(arena, facts->questions_text, others);
	facts->questions = list;
	facts->question_count = count;
}

void item_cache_take_campaign(struct item_cache *item_cache, const struct rows *rows, size_t row)
{
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, rows_text(rows, row, 0)))
		abort(); /* the column is a uuid */
	uint32_t c = campaign_of(item_cache, id);
	if (c == UINT32_MAX) {
		if (item_cache->campaign_count > UINT16_MAX)
			return; /* exhibits number them with 16 bits */
		c = item_cache->campaign_count++;
		item_cache->campaigns = mem_resize(item_cache->campaigns, item_cache->campaign_count,
		                                   sizeof *item_cache->campaigns);
		item_cache->campaigns[c] = (struct campaign_facts){ 0 };
		memcpy(item_cache->campaigns[c].id, id, UUID_BYTES);
	}
	struct campaign_facts *facts = &item_cache->campaigns[c];
	facts->name = keep_text(item_cache->arena, facts->name, rows_text(rows, row, 1));
	keep_questions(item_cache->arena, facts, rows_text(rows, row, 2), rows_text(rows, row, 11));
	facts->policy = (unsigned)rows_integer(rows, row, 3);
	facts->plan = (unsigned)rows_integer(rows, row, 4);
	facts->random_share = rows_double(rows, row, 5);
	facts->open = rows_flag(rows, row, 6);
	facts->fake_rate = rows_double(rows, row, 10);
	facts->visibility = campaign_visibility_of(rows_text(rows, row, 15));
	for (int type = 0; type < MEDIA_TYPES; type++)
		facts->media[type] = rows_flag(rows, row, 12 + type);
	facts->rule = (struct stopping){ .threshold = rows_double(rows, row, 7),
		                             .min = (uint32_t)rows_integer(rows, row, 8),
		                             .max = facts->plan };
	facts->trusted = rows_flag(rows, row, 9);
	double dose = rows_text(rows, row, 16) ? rows_double(rows, row, 16) : 0;
	for (unsigned type = 0; type < MEDIA_TYPES; type++) {
		uint32_t bucket = item_cache_bucket(c, (enum media_type)type);

		candidate_index_set_plan(item_cache->candidates, bucket, facts->plan);
		candidate_index_set_dose(item_cache->candidates, bucket, dose);
	}
}

void item_cache_balance(struct item_cache *item_cache)
{
	for (uint32_t bucket = 0; bucket < item_cache->campaign_count * MEDIA_TYPES; bucket++)
		candidate_index_balance(item_cache->candidates, bucket);
}

static uint8_t content_type_of(struct item_cache *item_cache, const char *text, size_t len)
{
	uint8_t i = 0;

	for (; i < CONTENT_TYPES - 1 && item_cache->content_types[i]; i++)
		if (strlen(item_cache->content_types[i]) == len &&
		    memcmp(item_cache->content_types[i], text, len) == 0)
			return i;
	item_cache->content_types[i] = arena_copy(item_cache->arena, text, len);
	return i;
}

static bool cache_read_digest(const struct rows *row, int column,
                              unsigned char digest[SHA256_BYTES])
{
	size_t len;
	const unsigned char *bytes = rows_raw(row, column, &len);

	if (!bytes || len != SHA256_BYTES)
		return false;
	memcpy(digest, bytes, SHA256_BYTES);
	return true;
}

static uint16_t cache_small(int64_t count)
{
	return (uint16_t)(count < 0 ? 0 : count > UINT16_MAX ? UINT16_MAX : count);
}

static struct candidate read_stock(const struct rows *row,
                                   const unsigned char rendition[SHA256_BYTES])
{
	struct candidate item = { .lineage = (uint64_t)rows_raw_integer(row, 3),
		                      .pair = (uint64_t)rows_raw_integer(row, 4),
		                      .gold = rows_raw_flag(row, 5),
		                      .training = rows_raw_flag(row, 6),
		                      .sensitive = rows_raw_flag(row, 17),
		                      .truth = UNKNOWN,
		                      .p_fake = (float)rows_raw_real(row, 9),
		                      .judgments = cache_small(rows_raw_integer(row, 10)) };

	memcpy(&item.contents, rendition, sizeof item.contents);
	if (!item.contents)
		item.contents = 1;
	item.near = item_cache_near(rows_raw_integer(row, 22));
	if (item.training)
		item.truth = rows_raw_flag(row, 7) ? FAKE : REAL;
	return item;
}

struct error item_cache_read_item(struct item_cache *item_cache, const struct rows *row,
                                  struct item_cache_row *ret_item)
{
	struct item_cache_row item = { .in_service = rows_raw_flag(row, 1) };
	struct item_view *item_view = &item.item_view;
	size_t len;
	const unsigned char *id = rows_raw(row, 0, &len);

	if (!id || len != UUID_BYTES)
		return errorf(ERR_INTERNAL, "the catalogue holds an item without an id");
	memcpy(item.id, id, UUID_BYTES);
	const unsigned char *campaign = rows_raw(row, 8, &len);
	uint32_t c = campaign && len == UUID_BYTES ? campaign_of(item_cache, campaign) : UINT32_MAX;
	if (c == UINT32_MAX || !cache_read_digest(row, 11, item_view->rendition))
		return errorf(ERR_INTERNAL, "the catalogue holds an item that cannot be read");
	const unsigned char *type = rows_raw(row, 12, &len);
	item_view->content_type = content_type_of(item_cache, (const char *)type, len);
	item_view->campaign = (uint16_t)c;
	item_view->media_type = (uint8_t)rows_raw_integer(row, 2);
	item_view->width = (uint32_t)rows_raw_integer(row, 14);
	item_view->height = (uint32_t)rows_raw_integer(row, 15);
	item_view->duration_ms = (uint32_t)rows_raw_integer(row, 16);
	item_view->sensitive = rows_raw_flag(row, 17);
	item_view->version = (uint16_t)rows_raw_integer(row, 18);
	item_view->judged_from = (uint16_t)rows_raw_integer(row, 19);
	item.has_poster = cache_read_digest(row, 13, item.poster);
	item.candidates = read_stock(row, item_view->rendition);
	item.retired = rows_raw_flag(row, 20);
	item.decides = (float)rows_raw_real(row, 21);
	*ret_item = item;
	return ok();
}

static struct item_view *item_view_at(struct item_cache *item_cache, uint32_t number)
{
	if (number >= item_cache->room) {
		uint32_t room = item_cache->room ? item_cache->room + item_cache->room / 2 : 256;

		item_cache->item_views =
			mem_resize(item_cache->item_views, room, sizeof *item_cache->item_views);
		memset(item_cache->item_views + item_cache->room, 0,
		       (room - item_cache->room) * sizeof *item_cache->item_views);
		item_cache->room = room;
	}
	return &item_cache->item_views[number];
}

/* An item that had a poster keeps its place among the posters. */
static uint32_t take_poster(struct item_cache *item_cache, uint32_t poster,
                            const struct item_cache_row *item)
{
	if (!item->has_poster)
		return poster;
	if (!poster) {
		poster = ++item_cache->poster_count;
		item_cache->posters =
			mem_resize(item_cache->posters, item_cache->poster_count, sizeof *item_cache->posters);
	}
	memcpy(item_cache->posters[poster - 1], item->poster, SHA256_BYTES);
	return poster;
}

/*
 * Gold rests when an item that nobody knows would have retired, on the word of those who may
 * decide, and comes back when that one would: else it were shown longer than they are.  Its truth
 * has no part in it.
 */
static bool gold_rests(const struct campaign_facts *facts, const struct candidate *item,
                       double decides, bool rested)
{
	double sure = item->p_fake > .5F ? item->p_fake : 1 - item->p_fake;

	if (rested)
		return sure >= facts->rule.threshold - FADED;
	return facts->trusted &&
	       stopping_decide(&facts->rule, decides, item->judgments) == DECISION_RETIRE;
}

/*
 * Judgments are counted as they are told of, and the consensus may not have them all yet: of two
 * counts the larger is right.  An item that comes back into service begins with what is written,
 * and so does one whose judgments so far no longer count, or that was there for company alone.
 */
static void take_stock(struct item_cache *item_cache, const struct item_cache_row *row,
                       uint32_t number, uint16_t judged_from_before)
{
	const struct item_view *item_view = &item_cache->item_views[number];
	bool count_stands = item_view->judged_from == judged_from_before && !item_cache->counts_anew;
	const struct candidate *before = candidate_index_at(item_cache->candidates, number);
	struct candidate item = row->candidates;

	item.retired = !row->in_service;
	if (before) {
		item.in_flight = before->in_flight;
		if (count_stands && !before->retired && before->judgments > item.judgments)
			item.judgments = before->judgments;
	}
	if (item.gold && row->in_service)
		item.retired = gold_rests(&item_cache->campaigns[item_view->campaign], &item, row->decides,
		                          before && before->retired);
	candidate_index_put(
		item_cache->candidates, number,
		item_cache_bucket(item_view->campaign, (enum media_type)item_view->media_type), &item);
}

/* Is there room for one more retired item, to keep others company? */
static bool has_room(const struct item_cache *item_cache, const struct item_cache_row *item)
{
	static const struct candidate_index_part retired = { .rows = 1,
		                                                 .columns = UINT64_C(1)
		                                                            << CANDIDATE_INDEX_RETIRED };
	uint32_t bucket =
		item_cache_bucket(item->item_view.campaign, (enum media_type)item->item_view.media_type);

	return candidate_index_part_count(item_cache->candidates, bucket, &retired) <
	       ITEM_CACHE_RETIRED;
}

void item_cache_take_item(struct item_cache *item_cache, const struct item_cache_row *item)
{
	const struct candidate *stocked = item_cache_candidates(item_cache, item->id);
	bool keeps_company = item->retired && !item->candidates.training && !item->candidates.gold &&
	                     ((stocked && stocked->retired) || has_room(item_cache, item));
	bool stays = item->in_service || keeps_company;
	uint32_t number =
		stays ? idmap_add(item_cache->index, item->id) : item_cache_find(item_cache, item->id);

	if (number == IDMAP_NONE)
		return;
	struct item_view *item_view = item_view_at(item_cache, number), before = *item_view;
	*item_view = item->item_view;
	item_view->poster = take_poster(item_cache, before.poster, item);
	item_view->reading = item_cache->reading;
	if (stays) {
		take_stock(item_cache, item, number, before.judged_from);
		return;
	}
	item_view->judged_from = before.judged_from; /* told when the item is in stock again */
	candidate_index_take_out(item_cache->candidates, number);
}

void item_cache_reread(struct item_cache *item_cache)
{
	item_cache->reading++;
	item_cache->counts_anew = true;
}

void item_cache_reread_done(struct item_cache *item_cache)
{
	item_cache->counts_anew = false;
	for (uint32_t i = 0; i < idmap_count(item_cache->index); i++)
		if (item_cache->item_views[i].reading != item_cache->reading)
			candidate_index_take_out(item_cache->candidates, i);
}

uint32_t item_cache_find(const struct item_cache *item_cache, const unsigned char id[UUID_BYTES])
{
	return idmap_find(item_cache->index, id);
}

const struct candidate *item_cache_candidates(const struct item_cache *item_cache,
                                              const unsigned char id[UUID_BYTES])
{
	uint32_t item = item_cache_find(item_cache, id);

	return item == IDMAP_NONE ? NULL : candidate_index_at(item_cache->candidates, item);
}

uint32_t item_cache_bucket(uint32_t campaign, enum media_type type)
{
	return campaign * MEDIA_TYPES + type;
}

void item_cache_media(const struct item_cache *item_cache, uint32_t item, struct item_media *media)
{
	const struct item_view *item_view = &item_cache->item_views[item];

	*media =
		(struct item_media){ .type = (enum media_type)item_view->media_type,
		                     .sensitive = item_view->sensitive,
		                     .content_type = item_cache->content_types[item_view->content_type],
		                     .width = item_view->width,
		                     .height = item_view->height,
		                     .duration_ms = item_view->duration_ms,
		                     .version = item_view->version,
		                     .has_poster = item_view->poster != 0 };
	memcpy(media->id, idmap_id(item_cache->index, item), UUID_BYTES);
	memcpy(media->rendition, item_view->rendition, SHA256_BYTES);
	if (item_view->poster)
		memcpy(media->poster, item_cache->posters[item_view->poster - 1], SHA256_BYTES);
}
