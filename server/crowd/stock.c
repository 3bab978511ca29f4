/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/stock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crowd/judgments.h"

#define ROWS         (1 + STOCK_LEVELS)
#define AHEAD        4    /* items of a box: a walk waits less for memory */
#define CHUNK        4096 /* records: the stock grows without moving them, and wastes little */
#define FIRST_ROOM   16   /* of a box */
#define FIRST_HEADS  64
#define COLUMN_WIDTH .12 /* log odds: the last columns begin at .025 and .975 */
#define NOT_HERE     UINT32_MAX

enum { MIDDLE = STOCK_COLUMNS / 2 }; /* the column of .5 */

/* An item among those whose key falls on the same head. */
struct link {
	uint32_t next, previous; /* STOCK_NONE: none */
};

struct record {
	struct stock_item item;
	uint32_t shelf; /* NOT_HERE: the item is not in the stock */
	uint32_t place; /* in its box */
	struct link lineage, pair;
	uint8_t row, column;
};

struct box {
	uint32_t *items;
	uint32_t count, room;
};

struct shelf {
	uint32_t plan;
	uint32_t count, row_count[ROWS];
	uint64_t columns[ROWS]; /* those that hold something */
	struct box *boxes;      /* ROWS times STOCK_COLUMNS; NULL until the first item comes */
};

#define CACHE_LINE 64
_Static_assert(sizeof(struct record) == CACHE_LINE, "a look at an item costs one miss");

/* Finds the items of a key: a head for each hash, the items behind it in a list. */
struct chains {
	uint32_t *heads;
	uint32_t room; /* 0, or a power of two of at least `count` */
	uint32_t count;
	size_t link, key; /* offsets in a record */
};

struct stock {
	struct record **chunks;
	uint32_t chunk_count;
	struct shelf *shelves;
	uint32_t shelf_count;
	struct chains lineages, pairs;
	size_t bytes; /* of everything but the heads */
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Gives an array another length, and keeps the count of bytes. What is new is zero. */
static void *resize(struct stock *stock, void *array, size_t size, size_t from, size_t to)
{
	char *resized = must(reallocarray(array, to, size));

	if (to > from)
		memset(resized + from * size, 0, (to - from) * size);
	stock->bytes += to * size;
	stock->bytes -= from * size;
	return resized;
}

struct stock *stock_new(void)
{
	struct stock *stock = must(calloc(1, sizeof *stock));

	stock->lineages.link = offsetof(struct record, lineage);
	stock->lineages.key = offsetof(struct record, item.lineage);
	stock->pairs.link = offsetof(struct record, pair);
	stock->pairs.key = offsetof(struct record, item.pair);
	stock->bytes = sizeof *stock;
	return stock;
}

void stock_free(struct stock *stock)
{
	if (!stock)
		return;
	for (uint32_t i = 0; i < stock->chunk_count; i++)
		free(stock->chunks[i]);
	for (uint32_t i = 0; i < stock->shelf_count; i++) {
		struct box *boxes = stock->shelves[i].boxes;

		for (uint32_t k = 0; boxes && k < ROWS * STOCK_COLUMNS; k++)
			free(boxes[k].items);
		free(boxes);
	}
	free(stock->chunks);
	free(stock->shelves);
	free(stock->lineages.heads);
	free(stock->pairs.heads);
	free(stock);
}

/* The record of an index that the stock has room for. */
static struct record *record_at(const struct stock *stock, uint32_t index)
{
	return &stock->chunks[index / CHUNK][index % CHUNK];
}

/* NULL when the item is not there. */
static struct record *find(const struct stock *stock, uint32_t index)
{
	if (index / CHUNK >= stock->chunk_count)
		return NULL;
	struct record *record = record_at(stock, index);
	return record->shelf == NOT_HERE ? NULL : record;
}

static void make_room(struct stock *stock, uint32_t index)
{
	uint32_t needed = index / CHUNK + 1;

	if (index == STOCK_NONE)
		abort();
	if (needed <= stock->chunk_count)
		return;
	stock->chunks = resize(stock, stock->chunks, sizeof(void *), stock->chunk_count, needed);
	for (; stock->chunk_count < needed; stock->chunk_count++) {
		struct record *chunk = must(aligned_alloc(CACHE_LINE, CHUNK * sizeof *chunk));

		for (uint32_t i = 0; i < CHUNK; i++)
			chunk[i] = (struct record){ .shelf = NOT_HERE };
		stock->bytes += CHUNK * sizeof *chunk;
		stock->chunks[stock->chunk_count] = chunk;
	}
}

static struct shelf *make_shelf(struct stock *stock, uint32_t shelf)
{
	uint32_t old = stock->shelf_count;

	if (shelf == NOT_HERE)
		abort();
	if (shelf >= old) {
		stock->shelf_count = shelf + 1;
		stock->shelves = resize(stock, stock->shelves, sizeof stock->shelves[0], old, shelf + 1);
		for (uint32_t i = old; i <= shelf; i++)
			stock->shelves[i].plan = STOCK_PLAN;
	}
	return &stock->shelves[shelf];
}

/* ---- chains ---- */

static struct link *link_of(const struct stock *stock, const struct chains *chains, uint32_t index)
{
	return (struct link *)((char *)record_at(stock, index) + chains->link);
}

static uint64_t key_of(const struct stock *stock, const struct chains *chains, uint32_t index)
{
	return *(const uint64_t *)((const char *)record_at(stock, index) + chains->key);
}

/* The finaliser of MurmurHash3 (Appleby): keys may be numbers from 1. */
static uint32_t head_of(const struct chains *chains, uint64_t key)
{
	key = (key ^ key >> 33) * 0xff51afd7ed558ccdULL;
	key = (key ^ key >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return (uint32_t)(key ^ key >> 33) & (chains->room - 1);
}

static void hang(const struct stock *stock, struct chains *chains, uint32_t index)
{
	uint32_t *head = &chains->heads[head_of(chains, key_of(stock, chains, index))];
	struct link *link = link_of(stock, chains, index);

	*link = (struct link){ .next = *head, .previous = STOCK_NONE };
	if (*head != STOCK_NONE)
		link_of(stock, chains, *head)->previous = index;
	*head = index;
}

/* Twice the heads, and everything hung up anew. */
static void rehang(const struct stock *stock, struct chains *chains)
{
	uint32_t old_room = chains->room, *old = chains->heads;

	if (old_room > UINT32_MAX / 2)
		abort();
	chains->room = old_room ? 2 * old_room : FIRST_HEADS;
	chains->heads = must(reallocarray(NULL, chains->room, sizeof chains->heads[0]));
	for (uint32_t i = 0; i < chains->room; i++)
		chains->heads[i] = STOCK_NONE;
	for (uint32_t i = 0; i < old_room; i++) {
		for (uint32_t index = old[i], next; index != STOCK_NONE; index = next) {
			next = link_of(stock, chains, index)->next;
			hang(stock, chains, index);
		}
	}
	free(old);
}

static void chain(const struct stock *stock, struct chains *chains, uint32_t index)
{
	if (!key_of(stock, chains, index))
		return;
	if (chains->count == chains->room)
		rehang(stock, chains);
	chains->count++;
	hang(stock, chains, index);
}

static void unchain(const struct stock *stock, struct chains *chains, uint32_t index)
{
	struct link link = *link_of(stock, chains, index);
	uint64_t key = key_of(stock, chains, index);

	if (!key)
		return;
	chains->count--;
	if (link.previous == STOCK_NONE)
		chains->heads[head_of(chains, key)] = link.next;
	else
		link_of(stock, chains, link.previous)->next = link.next;
	if (link.next != STOCK_NONE)
		link_of(stock, chains, link.next)->previous = link.previous;
}

/* ---- boxes ---- */

uint32_t stock_column(double p_fake)
{
	double steps = log(p_fake / (1 - p_fake)) / COLUMN_WIDTH;

	if (!(p_fake > 0 && p_fake < 1)) /* or not a number */
		return p_fake >= 1 ? STOCK_COLUMNS - 1 : p_fake <= 0 ? 0 : MIDDLE;
	return (uint32_t)(MIDDLE + (int)lround(fmax(-MIDDLE, fmin(MIDDLE, steps))));
}

double stock_column_p(uint32_t column)
{
	return 1 / (1 + exp(-COLUMN_WIDTH * ((double)column - MIDDLE)));
}

static const uint32_t level_flights[STOCK_LEVELS] = { 0, 1, 2, 3, 4, 5, 7, 10 };

uint32_t stock_level_flight(uint32_t level)
{
	return level_flights[level];
}

static uint8_t row_of_flight(uint32_t in_flight)
{
	uint8_t level = STOCK_LEVELS - 1;

	while (level_flights[level] > in_flight)
		level--;
	return (uint8_t)(1 + level);
}

static bool is_fake(const struct stock_item *item)
{
	return item->truth == UNKNOWN ? item->p_fake >= .5F : item->truth == FAKE;
}

/* Sets row and column by what the item is. */
static void find_box(const struct shelf *shelf, struct record *record)
{
	const struct stock_item *item = &record->item;

	record->row = 0;
	if (item->training) {
		record->column = is_fake(item) ? STOCK_TRAINING_FAKE : STOCK_TRAINING_REAL;
	} else if (item->retired) {
		record->column = STOCK_RETIRED;
	} else if (item->gold) {
		record->column = is_fake(item) ? STOCK_GOLD_FAKE : STOCK_GOLD_REAL;
	} else if ((uint32_t)item->judgments + item->in_flight >= shelf->plan) {
		record->column = STOCK_BEYOND;
	} else {
		record->row = row_of_flight(item->in_flight);
		record->column = (uint8_t)stock_column(item->p_fake);
	}
}

static struct box *box_at(const struct shelf *shelf, uint32_t row, uint32_t column)
{
	return &shelf->boxes[row * STOCK_COLUMNS + column];
}

static void box_resize(struct stock *stock, struct box *box, uint32_t room)
{
	box->items = resize(stock, box->items, sizeof box->items[0], box->room, room);
	box->room = room;
}

static void box_add(struct stock *stock, uint32_t index)
{
	struct record *record = record_at(stock, index);
	struct shelf *shelf = &stock->shelves[record->shelf];
	struct box *box = box_at(shelf, record->row, record->column);

	if (box->count == box->room)
		box_resize(stock, box, box->room ? box->room + box->room / 2 : FIRST_ROOM);
	record->place = box->count;
	box->items[box->count++] = index;
	shelf->row_count[record->row]++;
	shelf->columns[record->row] |= UINT64_C(1) << record->column;
}

/* The last of the box takes the place that falls free. */
static void box_remove(struct stock *stock, uint32_t index)
{
	struct record *record = record_at(stock, index);
	struct shelf *shelf = &stock->shelves[record->shelf];
	struct box *box = box_at(shelf, record->row, record->column);
	uint32_t last = box->items[--box->count];

	box->items[record->place] = last;
	record_at(stock, last)->place = record->place;
	shelf->row_count[record->row]--;
	if (!box->count)
		shelf->columns[record->row] &= ~(UINT64_C(1) << record->column);
	if (box->room > FIRST_ROOM && box->count < box->room / 4)
		box_resize(stock, box, box->room / 2);
}

/* Puts an item whose facts have changed into the right box. */
static void settle(struct stock *stock, uint32_t index, struct record *record)
{
	struct record moved = *record;

	find_box(&stock->shelves[record->shelf], &moved);
	if (moved.row == record->row && moved.column == record->column)
		return;
	box_remove(stock, index);
	record->row = moved.row;
	record->column = moved.column;
	box_add(stock, index);
}

/* ---- changes ---- */

void stock_take_out(struct stock *stock, uint32_t index)
{
	struct record *record = find(stock, index);

	if (!record)
		return;
	box_remove(stock, index);
	unchain(stock, &stock->lineages, index);
	unchain(stock, &stock->pairs, index);
	stock->shelves[record->shelf].count--;
	record->shelf = NOT_HERE;
}

void stock_put(struct stock *stock, uint32_t index, uint32_t shelf, const struct stock_item *item)
{
	struct record *record = find(stock, index);

	if (record && record->shelf == shelf && record->item.lineage == item->lineage &&
		record->item.pair == item->pair) {
		record->item = *item;
		settle(stock, index, record);
		return;
	}
	stock_take_out(stock, index);
	make_room(stock, index);
	struct shelf *onto = make_shelf(stock, shelf);
	if (!onto->boxes)
		onto->boxes = resize(stock, NULL, sizeof onto->boxes[0], 0, ROWS * STOCK_COLUMNS);
	record = record_at(stock, index);
	record->item = *item;
	record->shelf = shelf;
	find_box(onto, record);
	box_add(stock, index);
	chain(stock, &stock->lineages, index);
	chain(stock, &stock->pairs, index);
	onto->count++;
}

/* Every item of the shelf may move, so they are listed first. */
void stock_set_plan(struct stock *stock, uint32_t shelf, uint32_t plan)
{
	struct shelf *planned = make_shelf(stock, shelf);
	struct stock_part all = { .rows = ROWS, .columns = UINT64_MAX };
	size_t count = 0;

	if (planned->plan == plan)
		return;
	planned->plan = plan;
	uint32_t *items = must(reallocarray(NULL, planned->count + 1, sizeof items[0]));
	struct stock_walk walk = stock_walk_from(stock, shelf, &all, 0);
	for (uint32_t index; (index = stock_walk_next(&walk)) != STOCK_NONE;)
		items[count++] = index;
	for (size_t i = 0; i < count; i++)
		settle(stock, items[i], record_at(stock, items[i]));
	free(items);
}

static uint16_t at_most_16_bits(uint32_t number)
{
	return number > UINT16_MAX ? UINT16_MAX : (uint16_t)number;
}

void stock_set_judgments(struct stock *stock, uint32_t index, uint32_t judgments)
{
	struct record *record = find(stock, index);

	if (!record)
		return;
	record->item.judgments = at_most_16_bits(judgments);
	settle(stock, index, record);
}

void stock_set_in_flight(struct stock *stock, uint32_t index, uint32_t in_flight)
{
	struct record *record = find(stock, index);

	if (!record)
		return;
	record->item.in_flight = at_most_16_bits(in_flight);
	settle(stock, index, record);
}

void stock_set_p_fake(struct stock *stock, uint32_t index, float p_fake)
{
	struct record *record = find(stock, index);

	if (!record)
		return;
	record->item.p_fake = p_fake;
	settle(stock, index, record);
}

void stock_lease(struct stock *stock, uint32_t index)
{
	const struct stock_item *item = stock_at(stock, index);

	if (item)
		stock_set_in_flight(stock, index, (uint32_t)item->in_flight + 1);
}

void stock_unlease(struct stock *stock, uint32_t index)
{
	const struct stock_item *item = stock_at(stock, index);

	if (item && item->in_flight)
		stock_set_in_flight(stock, index, (uint32_t)item->in_flight - 1);
}

/* ---- questions ---- */

const struct stock_item *stock_at(const struct stock *stock, uint32_t index)
{
	const struct record *record = find(stock, index);

	return record ? &record->item : NULL;
}

uint32_t stock_shelf(const struct stock *stock, uint32_t index)
{
	const struct record *record = find(stock, index);

	return record ? record->shelf : STOCK_NONE;
}

uint32_t stock_plan(const struct stock *stock, uint32_t shelf)
{
	return shelf < stock->shelf_count ? stock->shelves[shelf].plan : STOCK_PLAN;
}

size_t stock_count(const struct stock *stock, uint32_t shelf)
{
	return shelf < stock->shelf_count ? stock->shelves[shelf].count : 0;
}

uint32_t stock_shelves(const struct stock *stock)
{
	return stock->shelf_count;
}

size_t stock_bytes(const struct stock *stock)
{
	return stock->bytes + sizeof(uint32_t) * ((size_t)stock->lineages.room + stock->pairs.room);
}

uint64_t stock_row(const struct stock *stock, uint32_t shelf, uint32_t row)
{
	return shelf < stock->shelf_count ? stock->shelves[shelf].columns[row] : 0;
}

uint32_t stock_row_of(const struct stock *stock, uint32_t index)
{
	return record_at(stock, index)->row;
}

uint32_t stock_column_of(const struct stock *stock, uint32_t index)
{
	return record_at(stock, index)->column;
}

/* ---- parts ---- */

/* How many items the part's columns of one row hold. */
static uint32_t count_in_row(const struct shelf *shelf, uint32_t row, uint64_t columns)
{
	uint64_t left = shelf->columns[row] & columns;
	uint32_t count = 0;

	if (columns == UINT64_MAX)
		return shelf->row_count[row];
	for (; left; left &= left - 1)
		count += box_at(shelf, row, (uint32_t)__builtin_ctzll(left))->count;
	return count;
}

size_t stock_part_count(const struct stock *stock, uint32_t shelf, const struct stock_part *part)
{
	size_t count = 0;

	if (shelf >= stock->shelf_count)
		return 0;
	for (uint32_t row = part->row; row < part->row + part->rows; row++)
		count += count_in_row(&stock->shelves[shelf], row, part->columns);
	return count;
}

struct stock_walk stock_walk_from(const struct stock *stock, uint32_t shelf,
								  const struct stock_part *part, size_t place)
{
	struct stock_walk walk = { .stock = stock,
							   .shelf = shelf,
							   .part = *part,
							   .left = stock_part_count(stock, shelf, part),
							   .row = part->row };

	if (!walk.left)
		return walk;
	const struct shelf *of = &stock->shelves[shelf];
	for (uint32_t count; place >= (count = count_in_row(of, walk.row, part->columns)); walk.row++)
		place -= count;
	uint64_t columns = of->columns[walk.row] & part->columns;
	for (uint32_t count;; columns &= columns - 1, place -= count) {
		walk.column = (uint32_t)__builtin_ctzll(columns);
		count = box_at(of, walk.row, walk.column)->count;
		if (place < count)
			break;
	}
	walk.place = (uint32_t)place;
	return walk;
}

/* Goes on to the next box that holds something; behind the last one to the first. */
static void next_box(struct stock_walk *walk, const struct shelf *shelf)
{
	uint64_t behind = UINT64_MAX << walk->column << 1;
	uint64_t columns = shelf->columns[walk->row] & walk->part.columns & behind;

	while (!columns) {
		walk->row =
			walk->row + 1 < walk->part.row + walk->part.rows ? walk->row + 1 : walk->part.row;
		columns = shelf->columns[walk->row] & walk->part.columns;
	}
	walk->column = (uint32_t)__builtin_ctzll(columns);
	walk->place = 0;
}

uint32_t stock_walk_next(struct stock_walk *walk)
{
	if (!walk->left)
		return STOCK_NONE;
	const struct shelf *shelf = &walk->stock->shelves[walk->shelf];
	const struct box *box = box_at(shelf, walk->row, walk->column);
	uint32_t index = box->items[walk->place++];

	if (walk->place + AHEAD < box->count)
		__builtin_prefetch(record_at(walk->stock, box->items[walk->place + AHEAD]));
	if (--walk->left && walk->place == box->count)
		next_box(walk, shelf);
	return index;
}

/* ---- relations ---- */

bool stock_related(const struct stock_item *a, const struct stock_item *b)
{
	return (a->lineage && a->lineage == b->lineage) || (a->pair && a->pair == b->pair);
}

bool stock_twins(const struct stock_item *a, const struct stock_item *b)
{
	return a->contents && a->contents == b->contents;
}

/* The first item from `at` on, along its chain, that has the key. */
static uint32_t along(const struct stock *stock, const struct chains *chains, uint64_t key,
					  uint32_t at)
{
	while (at != STOCK_NONE && key_of(stock, chains, at) != key)
		at = link_of(stock, chains, at)->next;
	return at;
}

static uint32_t first_of(const struct stock *stock, const struct chains *chains, uint64_t key)
{
	return key ? along(stock, chains, key, chains->heads[head_of(chains, key)]) : STOCK_NONE;
}

static uint32_t next_of(const struct stock *stock, const struct chains *chains, uint32_t at)
{
	return along(stock, chains, key_of(stock, chains, at), link_of(stock, chains, at)->next);
}

/* The lineage's items first, then those of the pair that are not of the lineage. */
uint32_t stock_next_related(const struct stock *stock, uint32_t index, uint32_t after)
{
	const struct stock_item *item = &record_at(stock, index)->item;
	uint64_t lineage = item->lineage;
	uint32_t at;

	if (after == STOCK_NONE || (lineage && record_at(stock, after)->item.lineage == lineage)) {
		at = after == STOCK_NONE ? first_of(stock, &stock->lineages, lineage)
								 : next_of(stock, &stock->lineages, after);
		if (at == index)
			at = next_of(stock, &stock->lineages, at);
		if (at != STOCK_NONE)
			return at;
		at = first_of(stock, &stock->pairs, item->pair);
	} else {
		at = next_of(stock, &stock->pairs, after);
	}
	while (at != STOCK_NONE &&
		   (at == index || (lineage && record_at(stock, at)->item.lineage == lineage)))
		at = next_of(stock, &stock->pairs, at);
	return at;
}
