/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "crowd/judgments.h"
#include "db/db.h"

struct catalogue catalogue_new(void)
{
	return (struct catalogue){ .index = idmap_new(), .stock = stock_new(), .arena = arena_new() };
}

void catalogue_clear(struct catalogue *catalogue)
{
	idmap_free(catalogue->index);
	stock_free(catalogue->stock);
	arena_free(catalogue->arena);
	free(catalogue->exhibits);
	free(catalogue->campaigns);
	free(catalogue->posters);
	*catalogue = (struct catalogue){ 0 };
}

static void *grown(void *array, size_t count, size_t size)
{
	void *bigger = realloc(array, count * size);

	if (!bigger)
		abort();
	return bigger;
}

/* UINT32_MAX: none. */
static uint32_t campaign_of(const struct catalogue *catalogue, const unsigned char *id)
{
	for (uint32_t c = 0; c < catalogue->campaign_count; c++)
		if (memcmp(catalogue->campaigns[c].id, id, UUID_BYTES) == 0)
			return c;
	return UINT32_MAX;
}

/* A text that is the same as before needs no new copy. */
static const char *keep_text(struct arena *arena, const char *before, const char *now)
{
	return before && strcmp(before, now) == 0 ? before : arena_copy(arena, now, strlen(now));
}

/* Escaped here, once, and not in each answer. */
static const char *keep_json(struct arena *arena, const char *before, const char *now)
{
	json_auto_t *string = json_string(now);
	char *text = json_dumps(string, JSON_ENCODE_ANY);

	if (!text)
		abort(); /* the database holds UTF-8 */
	const char *kept = keep_text(arena, before, text);
	free(text);
	return kept;
}

void catalogue_take_campaign(struct catalogue *catalogue, const struct rows *rows, size_t row)
{
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, rows_text(rows, row, 0)))
		abort(); /* the column is a uuid */
	uint32_t c = campaign_of(catalogue, id);
	if (c == UINT32_MAX) {
		if (catalogue->campaign_count > UINT16_MAX)
			return; /* exhibits number them with 16 bits */
		c = catalogue->campaign_count++;
		catalogue->campaigns =
			grown(catalogue->campaigns, catalogue->campaign_count, sizeof *catalogue->campaigns);
		catalogue->campaigns[c] = (struct campaign_facts){ 0 };
		memcpy(catalogue->campaigns[c].id, id, UUID_BYTES);
	}
	struct campaign_facts *facts = &catalogue->campaigns[c];
	facts->name = keep_text(catalogue->arena, facts->name, rows_text(rows, row, 1));
	facts->question_json =
		keep_json(catalogue->arena, facts->question_json, rows_text(rows, row, 2));
	facts->policy = (unsigned)rows_integer(rows, row, 3);
	facts->plan = (unsigned)rows_integer(rows, row, 4);
	facts->random_share = rows_double(rows, row, 5);
	facts->open = rows_flag(rows, row, 6);
	for (unsigned type = 0; type < MEDIA_TYPES; type++)
		stock_set_plan(catalogue->stock, catalogue_shelf(c, (enum media_type)type), facts->plan);
}

static uint8_t content_type_of(struct catalogue *catalogue, const char *text, size_t len)
{
	uint8_t i = 0;

	for (; i < CONTENT_TYPES - 1 && catalogue->content_types[i]; i++)
		if (strlen(catalogue->content_types[i]) == len &&
			memcmp(catalogue->content_types[i], text, len) == 0)
			return i;
	catalogue->content_types[i] = arena_copy(catalogue->arena, text, len);
	return i;
}

static bool read_digest(const struct rows *row, int column, unsigned char digest[SHA256_BYTES])
{
	size_t len;
	const unsigned char *bytes = rows_raw(row, column, &len);

	if (!bytes || len != SHA256_BYTES)
		return false;
	memcpy(digest, bytes, SHA256_BYTES);
	return true;
}

static uint16_t small(int64_t count)
{
	return (uint16_t)(count < 0 ? 0 : count > UINT16_MAX ? UINT16_MAX : count);
}

static struct stock_item read_stock(const struct rows *row,
									const unsigned char rendition[SHA256_BYTES])
{
	struct stock_item item = { .lineage = (uint64_t)rows_raw_integer(row, 3),
							   .pair = (uint64_t)rows_raw_integer(row, 4),
							   .gold = rows_raw_flag(row, 5),
							   .training = rows_raw_flag(row, 6),
							   .truth = UNKNOWN,
							   .p_fake = (float)rows_raw_real(row, 9),
							   .judgments = small(rows_raw_integer(row, 10)) };

	memcpy(&item.contents, rendition, sizeof item.contents);
	if (item.gold || item.training)
		item.truth = rows_raw_flag(row, 7) ? FAKE : REAL;
	return item;
}

struct error catalogue_read_item(struct catalogue *catalogue, const struct rows *row,
								 struct catalogue_row *ret_item)
{
	struct catalogue_row item = { .in_service = rows_raw_flag(row, 1) };
	struct exhibit *exhibit = &item.exhibit;
	size_t len;
	const unsigned char *id = rows_raw(row, 0, &len);

	if (!id || len != UUID_BYTES)
		return errorf(ERR_INTERNAL, "the catalogue holds an item without an id");
	memcpy(item.id, id, UUID_BYTES);
	const unsigned char *campaign = rows_raw(row, 8, &len);
	uint32_t c = campaign && len == UUID_BYTES ? campaign_of(catalogue, campaign) : UINT32_MAX;
	if (c == UINT32_MAX || !read_digest(row, 11, exhibit->rendition))
		return errorf(ERR_INTERNAL, "the catalogue holds an item that cannot be read");
	const unsigned char *type = rows_raw(row, 12, &len);
	exhibit->content_type = content_type_of(catalogue, (const char *)type, len);
	exhibit->campaign = (uint16_t)c;
	exhibit->media_type = (uint8_t)rows_raw_integer(row, 2);
	exhibit->width = (uint32_t)rows_raw_integer(row, 14);
	exhibit->height = (uint32_t)rows_raw_integer(row, 15);
	exhibit->duration_ms = (uint32_t)rows_raw_integer(row, 16);
	exhibit->sensitive = rows_raw_flag(row, 17);
	exhibit->version = (uint16_t)rows_raw_integer(row, 18);
	exhibit->judged_from = (uint16_t)rows_raw_integer(row, 19);
	item.has_poster = read_digest(row, 13, item.poster);
	item.stock = read_stock(row, exhibit->rendition);
	item.retired = rows_raw_flag(row, 20);
	*ret_item = item;
	return ok();
}

static struct exhibit *exhibit_at(struct catalogue *catalogue, uint32_t number)
{
	if (number >= catalogue->room) {
		uint32_t room = catalogue->room ? catalogue->room + catalogue->room / 2 : 256;

		catalogue->exhibits = grown(catalogue->exhibits, room, sizeof *catalogue->exhibits);
		memset(catalogue->exhibits + catalogue->room, 0,
			   (room - catalogue->room) * sizeof *catalogue->exhibits);
		catalogue->room = room;
	}
	return &catalogue->exhibits[number];
}

/* An item that had a poster keeps its place among the posters. */
static uint32_t take_poster(struct catalogue *catalogue, uint32_t poster,
							const struct catalogue_row *item)
{
	if (!item->has_poster)
		return poster;
	if (!poster) {
		poster = ++catalogue->poster_count;
		catalogue->posters =
			grown(catalogue->posters, catalogue->poster_count, sizeof *catalogue->posters);
	}
	memcpy(catalogue->posters[poster - 1], item->poster, SHA256_BYTES);
	return poster;
}

/*
 * Judgments are counted as they are told of, and the consensus may not have them all yet: of two
 * counts the larger is right.  An item that comes back into service begins with what is written,
 * and so does one whose judgments so far no longer count, or that was there for company alone.
 */
static void take_stock(struct catalogue *catalogue, const struct catalogue_row *row,
					   uint32_t number, uint16_t judged_from_before)
{
	const struct exhibit *exhibit = &catalogue->exhibits[number];
	bool count_stands = exhibit->judged_from == judged_from_before && !catalogue->counts_anew;
	const struct stock_item *before = stock_at(catalogue->stock, number);
	struct stock_item item = row->stock;

	item.retired = !row->in_service;
	if (before) {
		item.in_flight = before->in_flight;
		if (count_stands && !before->retired && before->judgments > item.judgments)
			item.judgments = before->judgments;
	}
	stock_put(catalogue->stock, number,
			  catalogue_shelf(exhibit->campaign, (enum media_type)exhibit->media_type), &item);
}

/* Is there room for one more retired item, to keep others company? */
static bool has_room(const struct catalogue *catalogue, const struct catalogue_row *item)
{
	static const struct stock_part retired = { .rows = 1, .columns = UINT64_C(1) << STOCK_RETIRED };
	uint32_t shelf =
		catalogue_shelf(item->exhibit.campaign, (enum media_type)item->exhibit.media_type);

	return stock_part_count(catalogue->stock, shelf, &retired) < CATALOGUE_RETIRED;
}

void catalogue_take_item(struct catalogue *catalogue, const struct catalogue_row *item)
{
	const struct stock_item *stocked = catalogue_stocked(catalogue, item->id);
	bool keeps_company = item->retired && !item->stock.training && !item->stock.gold &&
						 ((stocked && stocked->retired) || has_room(catalogue, item));
	bool stays = item->in_service || keeps_company;
	uint32_t number =
		stays ? idmap_add(catalogue->index, item->id) : catalogue_find(catalogue, item->id);

	if (number == IDMAP_NONE)
		return;
	struct exhibit *exhibit = exhibit_at(catalogue, number), before = *exhibit;
	*exhibit = item->exhibit;
	exhibit->poster = take_poster(catalogue, before.poster, item);
	exhibit->reading = catalogue->reading;
	if (stays) {
		take_stock(catalogue, item, number, before.judged_from);
		return;
	}
	exhibit->judged_from = before.judged_from; /* told when the item is in stock again */
	stock_take_out(catalogue->stock, number);
}

void catalogue_reread(struct catalogue *catalogue)
{
	catalogue->reading++;
	catalogue->counts_anew = true;
}

void catalogue_reread_done(struct catalogue *catalogue)
{
	catalogue->counts_anew = false;
	for (uint32_t i = 0; i < idmap_count(catalogue->index); i++)
		if (catalogue->exhibits[i].reading != catalogue->reading)
			stock_take_out(catalogue->stock, i);
}

uint32_t catalogue_find(const struct catalogue *catalogue, const unsigned char id[UUID_BYTES])
{
	return idmap_find(catalogue->index, id);
}

const struct stock_item *catalogue_stocked(const struct catalogue *catalogue,
										   const unsigned char id[UUID_BYTES])
{
	uint32_t item = catalogue_find(catalogue, id);

	return item == IDMAP_NONE ? NULL : stock_at(catalogue->stock, item);
}

uint32_t catalogue_shelf(uint32_t campaign, enum media_type type)
{
	return campaign * MEDIA_TYPES + type;
}

void catalogue_media(const struct catalogue *catalogue, uint32_t item, struct item_media *media)
{
	const struct exhibit *exhibit = &catalogue->exhibits[item];

	*media = (struct item_media){ .type = (enum media_type)exhibit->media_type,
								  .sensitive = exhibit->sensitive,
								  .content_type = catalogue->content_types[exhibit->content_type],
								  .width = exhibit->width,
								  .height = exhibit->height,
								  .duration_ms = exhibit->duration_ms,
								  .version = exhibit->version,
								  .has_poster = exhibit->poster != 0 };
	memcpy(media->id, idmap_id(catalogue->index, item), UUID_BYTES);
	memcpy(media->rendition, exhibit->rendition, SHA256_BYTES);
	if (exhibit->poster)
		memcpy(media->poster, catalogue->posters[exhibit->poster - 1], SHA256_BYTES);
}
