/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/candidate_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/judgments.h"

#define ROWS         (1 + CANDIDATE_INDEX_LEVELS)
#define AHEAD        4 /* items of a box: a walk waits less for memory */
#define CHUNK        4096 /* records: the candidate index grows without moving them, and wastes little */
#define FIRST_ROOM   16 /* of a box */
#define FIRST_HEADS  64
#define COLUMN_WIDTH .12 /* log odds: the last columns begin at .025 and .975 */
#define NOT_HERE     UINT32_MAX
#define ORDERS       65536 /* which items wait first: 16 bits of a hash */

enum { MIDDLE = CANDIDATE_INDEX_COLUMNS / 2 }; /* the column of .5 */

/* An item among those whose key falls on the same head. */
struct link {
	uint32_t next, previous; /* CANDIDATE_INDEX_NONE: none */
};

struct record {
	struct candidate item;
	uint32_t bucket; /* NOT_HERE: the item is not in the candidate index */
	uint32_t place;  /* in its box */
	struct link lineage, pair;
	uint8_t row, column;
};

struct box {
	uint32_t *items;
	uint32_t count, room;
};

struct bucket {
	uint32_t plan;
	double dose;
	uint32_t asking[2]; /* items that ask for more and do not wait, by whether they are gold */
	uint32_t waiting;   /* gold */
	uint32_t cut;      /* gold waits whose order is not below it, while nobody was asked about it */
	uint32_t tried[3]; /* the three counts when the cut was last made */
	uint32_t count, row_count[ROWS];
	uint64_t columns[ROWS]; /* those that hold something */
	struct box *boxes; /* ROWS times CANDIDATE_INDEX_COLUMNS; NULL until the first item comes */
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

struct candidate_index {
	struct record **chunks;
	uint32_t chunk_count;
	struct bucket *buckets;
	uint32_t shelf_count;
	struct chains lineages, pairs;
	size_t bytes; /* of everything but the heads */
};

/* Gives an array another length, and keeps the count of bytes. What is new is zero. */
static void *candidates_resize(struct candidate_index *candidates, void *array, size_t size,
                               size_t from, size_t to)
{
	char *resized = mem_resize(array, to, size);

	if (to > from)
		memset(resized + from * size, 0, (to - from) * size);
	candidates->bytes += to * size;
	candidates->bytes -= from * size;
	return resized;
}

struct candidate_index *candidate_index_new(void)
{
	struct candidate_index *candidates = mem_new(1, sizeof *candidates);

	candidates->lineages.link = offsetof(struct record, lineage);
	candidates->lineages.key = offsetof(struct record, item.lineage);
	candidates->pairs.link = offsetof(struct record, pair);
	candidates->pairs.key = offsetof(struct record, item.pair);
	candidates->bytes = sizeof *candidates;
	return candidates;
}

void candidate_index_free(struct candidate_index *candidates)
{
	if (!candidates)
		return;
	for (uint32_t i = 0; i < candidates->chunk_count; i++)
		free(candidates->chunks[i]);
	for (uint32_t i = 0; i < candidates->shelf_count; i++) {
		struct box *boxes = candidates->buckets[i].boxes;

		for (uint32_t k = 0; boxes && k < ROWS * CANDIDATE_INDEX_COLUMNS; k++)
			free(boxes[k].items);
		free(boxes);
	}
	free(candidates->chunks);
	free(candidates->buckets);
	free(candidates->lineages.heads);
	free(candidates->pairs.heads);
	free(candidates);
}

/* The record of an index that the candidate index has room for. */
static struct record *record_at(const struct candidate_index *candidates, uint32_t index)
{
	return &candidates->chunks[index / CHUNK][index % CHUNK];
}

/* NULL when the item is not there. */
static struct record *candidates_find(const struct candidate_index *candidates, uint32_t index)
{
	if (index / CHUNK >= candidates->chunk_count)
		return NULL;
	struct record *record = record_at(candidates, index);
	return record->bucket == NOT_HERE ? NULL : record;
}

static void candidates_make_room(struct candidate_index *candidates, uint32_t index)
{
	uint32_t needed = index / CHUNK + 1;

	if (index == CANDIDATE_INDEX_NONE)
		abort();
	if (needed <= candidates->chunk_count)
		return;
	candidates->chunks = candidates_resize(candidates, candidates->chunks, sizeof(void *),
	                                       candidates->chunk_count, needed);
	for (; candidates->chunk_count < needed; candidates->chunk_count++) {
		struct record *chunk = aligned_alloc(CACHE_LINE, CHUNK * sizeof *chunk);

		if (!chunk)
			abort();

		for (uint32_t i = 0; i < CHUNK; i++)
			chunk[i] = (struct record){ .bucket = NOT_HERE };
		candidates->bytes += CHUNK * sizeof *chunk;
		candidates->chunks[candidates->chunk_count] = chunk;
	}
}

static struct bucket *make_shelf(struct candidate_index *candidates, uint32_t bucket)
{
	uint32_t old = candidates->shelf_count;

	if (bucket == NOT_HERE)
		abort();
	if (bucket >= old) {
		candidates->shelf_count = bucket + 1;
		candidates->buckets = candidates_resize(candidates, candidates->buckets,
		                                        sizeof candidates->buckets[0], old, bucket + 1);
		for (uint32_t i = old; i <= bucket; i++)
			candidates->buckets[i] = (struct bucket){ .plan = CANDIDATE_INDEX_PLAN, .cut = ORDERS };
	}
	return &candidates->buckets[bucket];
}

/* ---- chains ---- */

static struct link *link_of(const struct candidate_index *candidates, const struct chains *chains,
                            uint32_t index)
{
	return (struct link *)((char *)record_at(candidates, index) + chains->link);
}

static uint64_t candidates_key_of(const struct candidate_index *candidates,
                                  const struct chains *chains, uint32_t index)
{
	return *(const uint64_t *)((const char *)record_at(candidates, index) + chains->key);
}

/* The finaliser of MurmurHash3 (Appleby): keys may be numbers from 1. */
static uint64_t mix_key(uint64_t key)
{
	key = (key ^ key >> 33) * 0xff51afd7ed558ccdULL;
	key = (key ^ key >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return key ^ key >> 33;
}

static uint32_t head_of(const struct chains *chains, uint64_t key)
{
	return (uint32_t)mix_key(key) & (chains->room - 1);
}

static void candidates_hang(const struct candidate_index *candidates, struct chains *chains,
                            uint32_t index)
{
	uint32_t *head = &chains->heads[head_of(chains, candidates_key_of(candidates, chains, index))];
	struct link *link = link_of(candidates, chains, index);

	*link = (struct link){ .next = *head, .previous = CANDIDATE_INDEX_NONE };
	if (*head != CANDIDATE_INDEX_NONE)
		link_of(candidates, chains, *head)->previous = index;
	*head = index;
}

/* Twice the heads, and everything hung up anew. */
static void candidates_rehang(const struct candidate_index *candidates, struct chains *chains)
{
	uint32_t old_room = chains->room, *old = chains->heads;

	if (old_room > UINT32_MAX / 2)
		abort();
	chains->room = old_room ? 2 * old_room : FIRST_HEADS;
	chains->heads = mem_resize(NULL, chains->room, sizeof chains->heads[0]);
	for (uint32_t i = 0; i < chains->room; i++)
		chains->heads[i] = CANDIDATE_INDEX_NONE;
	for (uint32_t i = 0; i < old_room; i++) {
		for (uint32_t index = old[i], next; index != CANDIDATE_INDEX_NONE; index = next) {
			next = link_of(candidates, chains, index)->next;
			candidates_hang(candidates, chains, index);
		}
	}
	free(old);
}

static void candidates_chain(const struct candidate_index *candidates, struct chains *chains,
                             uint32_t index)
{
	if (!candidates_key_of(candidates, chains, index))
		return;
	if (chains->count == chains->room)
		candidates_rehang(candidates, chains);
	chains->count++;
	candidates_hang(candidates, chains, index);
}

static void candidates_unchain(const struct candidate_index *candidates, struct chains *chains,
                               uint32_t index)
{
	struct link link = *link_of(candidates, chains, index);
	uint64_t key = candidates_key_of(candidates, chains, index);

	if (!key)
		return;
	chains->count--;
	if (link.previous == CANDIDATE_INDEX_NONE)
		chains->heads[head_of(chains, key)] = link.next;
	else
		link_of(candidates, chains, link.previous)->next = link.next;
	if (link.next != CANDIDATE_INDEX_NONE)
		link_of(candidates, chains, link.next)->previous = link.previous;
}

/* ---- boxes ---- */

uint32_t candidate_index_column(double p_fake)
{
	double steps = log(p_fake / (1 - p_fake)) / COLUMN_WIDTH;

	if (!(p_fake > 0 && p_fake < 1)) /* or not a number */
		return p_fake >= 1 ? CANDIDATE_INDEX_COLUMNS - 1 : p_fake <= 0 ? 0 : MIDDLE;
	return (uint32_t)(MIDDLE + (int)lround(fmax(-MIDDLE, fmin(MIDDLE, steps))));
}

double candidate_index_column_p(uint32_t column)
{
	return 1 / (1 + exp(-COLUMN_WIDTH * ((double)column - MIDDLE)));
}

static const uint32_t level_flights[CANDIDATE_INDEX_LEVELS] = { 0, 1, 2, 3, 4, 5, 7, 10 };

uint32_t candidate_index_level_flight(uint32_t level)
{
	return level_flights[level];
}

static uint8_t row_of_flight(uint32_t in_flight)
{
	uint8_t level = CANDIDATE_INDEX_LEVELS - 1;

	while (level_flights[level] > in_flight)
		level--;
	return (uint8_t)(1 + level);
}

static bool is_fake(const struct candidate *item)
{
	return item->truth == UNKNOWN ? item->p_fake >= .5F : item->truth == FAKE;
}

/* A lineage waits together. Items without one share a place. */
static uint32_t wait_order(const struct candidate *item)
{
	return (uint32_t)(mix_key(item->lineage) >> 48);
}

static bool was_asked(const struct candidate *item)
{
	return item->judgments || item->in_flight;
}

/* Sets row and column by what the item is. */
static void find_box(const struct bucket *bucket, struct record *record)
{
	const struct candidate *item = &record->item;

	record->row = 0;
	if (item->training) {
		record->column =
			is_fake(item) ? CANDIDATE_INDEX_TRAINING_FAKE : CANDIDATE_INDEX_TRAINING_REAL;
	} else if (item->retired) {
		record->column = CANDIDATE_INDEX_RETIRED;
	} else if ((uint32_t)item->judgments + item->in_flight >= bucket->plan) {
		record->column = CANDIDATE_INDEX_BEYOND;
	} else if (item->gold && !was_asked(item) && wait_order(item) >= bucket->cut) {
		record->column = CANDIDATE_INDEX_WAITING;
	} else {
		record->row = row_of_flight(item->in_flight);
		record->column = (uint8_t)candidate_index_column(item->p_fake);
	}
}

static struct box *box_at(const struct bucket *bucket, uint32_t row, uint32_t column)
{
	return &bucket->boxes[row * CANDIDATE_INDEX_COLUMNS + column];
}

static void box_resize(struct candidate_index *candidates, struct box *box, uint32_t room)
{
	box->items = candidates_resize(candidates, box->items, sizeof box->items[0], box->room, room);
	box->room = room;
}

/* Where the bucket counts an item that asks for more; NULL: it asks for nothing. */
static uint32_t *count_of(struct bucket *bucket, const struct record *record)
{
	if (record->row)
		return &bucket->asking[record->item.gold];
	return record->column == CANDIDATE_INDEX_WAITING ? &bucket->waiting : NULL;
}

static void count_asking(struct bucket *bucket, const struct record *record, int32_t by)
{
	uint32_t *count = count_of(bucket, record);

	if (count)
		*count += (uint32_t)by;
}

static void box_add(struct candidate_index *candidates, uint32_t index)
{
	struct record *record = record_at(candidates, index);
	struct bucket *bucket = &candidates->buckets[record->bucket];
	struct box *box = box_at(bucket, record->row, record->column);

	if (box->count == box->room)
		box_resize(candidates, box, box->room ? box->room + box->room / 2 : FIRST_ROOM);
	count_asking(bucket, record, 1);
	record->place = box->count;
	box->items[box->count++] = index;
	bucket->row_count[record->row]++;
	bucket->columns[record->row] |= UINT64_C(1) << record->column;
}

/* The last of the box takes the place that falls free. */
static void box_remove(struct candidate_index *candidates, uint32_t index)
{
	struct record *record = record_at(candidates, index);
	struct bucket *bucket = &candidates->buckets[record->bucket];
	struct box *box = box_at(bucket, record->row, record->column);
	uint32_t last = box->items[--box->count];

	count_asking(bucket, record, -1);
	box->items[record->place] = last;
	record_at(candidates, last)->place = record->place;
	bucket->row_count[record->row]--;
	if (!box->count)
		bucket->columns[record->row] &= ~(UINT64_C(1) << record->column);
	if (box->room > FIRST_ROOM && box->count < box->room / 4)
		box_resize(candidates, box, box->room / 2);
}

/* Puts an item whose facts have changed into the right box. */
static void candidates_settle(struct candidate_index *candidates, uint32_t index,
                              struct record *record)
{
	struct record moved = *record;

	find_box(&candidates->buckets[record->bucket], &moved);
	if (moved.row == record->row && moved.column == record->column)
		return;
	box_remove(candidates, index);
	record->row = moved.row;
	record->column = moved.column;
	box_add(candidates, index);
}

/* ---- changes ---- */

void candidate_index_take_out(struct candidate_index *candidates, uint32_t index)
{
	struct record *record = candidates_find(candidates, index);

	if (!record)
		return;
	box_remove(candidates, index);
	candidates_unchain(candidates, &candidates->lineages, index);
	candidates_unchain(candidates, &candidates->pairs, index);
	candidates->buckets[record->bucket].count--;
	record->bucket = NOT_HERE;
}

void candidate_index_put(struct candidate_index *candidates, uint32_t index, uint32_t bucket,
                         const struct candidate *item)
{
	struct record *record = candidates_find(candidates, index);

	if (record && record->bucket == bucket && record->item.lineage == item->lineage &&
	    record->item.pair == item->pair && record->item.gold == item->gold) {
		record->item = *item;
		candidates_settle(candidates, index, record);
		return;
	}
	candidate_index_take_out(candidates, index);
	candidates_make_room(candidates, index);
	struct bucket *onto = make_shelf(candidates, bucket);
	if (!onto->boxes)
		onto->boxes = candidates_resize(candidates, NULL, sizeof onto->boxes[0], 0,
		                                ROWS * CANDIDATE_INDEX_COLUMNS);
	record = record_at(candidates, index);
	record->item = *item;
	record->bucket = bucket;
	find_box(onto, record);
	box_add(candidates, index);
	candidates_chain(candidates, &candidates->lineages, index);
	candidates_chain(candidates, &candidates->pairs, index);
	onto->count++;
}

/* Every item of the bucket may move, so they are listed first. */
static void settle_all(struct candidate_index *candidates, uint32_t bucket)
{
	struct candidate_index_part all = { .rows = ROWS, .columns = UINT64_MAX };
	size_t count = 0;
	uint32_t *items = mem_resize(NULL, candidates->buckets[bucket].count + 1, sizeof items[0]);
	struct candidate_index_walk walk = candidate_index_walk_from(candidates, bucket, &all, 0);
	for (uint32_t index; (index = candidate_index_walk_next(&walk)) != CANDIDATE_INDEX_NONE;)
		items[count++] = index;
	for (size_t i = 0; i < count; i++)
		candidates_settle(candidates, items[i], record_at(candidates, items[i]));
	free(items);
}

void candidate_index_set_plan(struct candidate_index *candidates, uint32_t bucket, uint32_t plan)
{
	struct bucket *planned = make_shelf(candidates, bucket);

	if (planned->plan == plan)
		return;
	planned->plan = plan;
	settle_all(candidates, bucket);
}

/* ---- the dose of gold ---- */

void candidate_index_set_dose(struct candidate_index *candidates, uint32_t bucket, double dose)
{
	struct bucket *dosed = make_shelf(candidates, bucket);

	if (dosed->dose < dose || dosed->dose > dose)
		memset(dosed->tried, 0, sizeof dosed->tried);
	dosed->dose = dose;
}

uint32_t candidate_index_asking(const struct candidate_index *candidates, uint32_t bucket,
                                bool gold)
{
	return bucket < candidates->shelf_count ? candidates->buckets[bucket].asking[gold] : 0;
}

/* How much gold is to be asked about. With nothing else, none waits. */
static double wanted_gold(const struct bucket *bucket)
{
	double golds = (double)bucket->asking[1] + bucket->waiting, others = bucket->asking[0];

	if (!(bucket->dose > 0) || !bucket->asking[0])
		return golds;
	return fmin(golds, fmax(1, others * bucket->dose / (1 - bucket->dose)));
}

static bool is_balanced(const struct bucket *bucket)
{
	double wanted = wanted_gold(bucket), off = fabs(bucket->asking[1] - wanted);

	return off < 1 || off * 16 <= wanted;
}

/* Is a count another by a sixty-fourth since the cut was made? Gold that was asked about stays, so
 * the dose may be out of reach for a while. */
static bool was_moved(const struct bucket *bucket)
{
	const uint32_t is[] = { bucket->asking[0], bucket->asking[1], bucket->waiting };
	bool moved = false;

	for (int n = 0; n < 3; n++)
		moved |= fabs((double)is[n] - bucket->tried[n]) * 64 > bucket->tried[n];
	return moved;
}

/* Gold of a bucket that asks for more and that nobody was asked about yet, by its order. */
static void count_orders(const struct candidate_index *candidates, uint32_t bucket,
                         uint32_t orders[ORDERS])
{
	struct candidate_index_part open = { .rows = ROWS, .columns = UINT64_MAX };
	struct candidate_index_walk walk = candidate_index_walk_from(candidates, bucket, &open, 0);

	for (uint32_t index; (index = candidate_index_walk_next(&walk)) != CANDIDATE_INDEX_NONE;) {
		struct record *record = record_at(candidates, index);

		if (record->item.gold && !was_asked(&record->item) &&
		    count_of(&candidates->buckets[bucket], record))
			orders[wait_order(&record->item)]++;
	}
}

/* The cut below which so much stands that with what was asked about already it is as wanted. */
static uint32_t cut_of(const struct candidate_index *candidates, uint32_t bucket)
{
	const struct bucket *of = &candidates->buckets[bucket];
	double golds = (double)of->asking[1] + of->waiting, room = wanted_gold(of) - golds;
	uint32_t cut = 0, *orders;

	if (room >= 0)
		return ORDERS;
	orders = mem_new(ORDERS, sizeof *orders);
	count_orders(candidates, bucket, orders);
	for (uint32_t order = 0; order < ORDERS; order++)
		room += orders[order];
	while (cut < ORDERS && room >= orders[cut] / 2.)
		room -= orders[cut++];
	free(orders);
	return cut;
}

void candidate_index_balance(struct candidate_index *candidates, uint32_t bucket)
{
	if (bucket >= candidates->shelf_count)
		return;
	struct bucket *of = &candidates->buckets[bucket];
	if (!of->count || is_balanced(of) || !was_moved(of))
		return;
	uint32_t cut = cut_of(candidates, bucket);
	if (cut != of->cut) {
		of->cut = cut;
		settle_all(candidates, bucket);
	}
	memcpy(of->tried, (uint32_t[]){ of->asking[0], of->asking[1], of->waiting }, sizeof of->tried);
}

static uint16_t at_most_16_bits(uint32_t number)
{
	return number > UINT16_MAX ? UINT16_MAX : (uint16_t)number;
}

void candidate_index_set_judgments(struct candidate_index *candidates, uint32_t index,
                                   uint32_t judgments)
{
	struct record *record = candidates_find(candidates, index);

	if (!record)
		return;
	record->item.judgments = at_most_16_bits(judgments);
	candidates_settle(candidates, index, record);
}

void candidate_index_set_in_flight(struct candidate_index *candidates, uint32_t index,
                                   uint32_t in_flight)
{
	struct record *record = candidates_find(candidates, index);

	if (!record)
		return;
	record->item.in_flight = at_most_16_bits(in_flight);
	candidates_settle(candidates, index, record);
}

void candidate_index_set_p_fake(struct candidate_index *candidates, uint32_t index, float p_fake)
{
	struct record *record = candidates_find(candidates, index);

	if (!record)
		return;
	record->item.p_fake = p_fake;
	candidates_settle(candidates, index, record);
}

void candidate_index_lease(struct candidate_index *candidates, uint32_t index)
{
	const struct candidate *item = candidate_index_at(candidates, index);

	if (item)
		candidate_index_set_in_flight(candidates, index, (uint32_t)item->in_flight + 1);
}

void candidate_index_unlease(struct candidate_index *candidates, uint32_t index)
{
	const struct candidate *item = candidate_index_at(candidates, index);

	if (item && item->in_flight)
		candidate_index_set_in_flight(candidates, index, (uint32_t)item->in_flight - 1);
}

/* ---- questions ---- */

const struct candidate *candidate_index_at(const struct candidate_index *candidates, uint32_t index)
{
	const struct record *record = candidates_find(candidates, index);

	return record ? &record->item : NULL;
}

uint32_t candidate_index_bucket(const struct candidate_index *candidates, uint32_t index)
{
	const struct record *record = candidates_find(candidates, index);

	return record ? record->bucket : CANDIDATE_INDEX_NONE;
}

uint32_t candidate_index_plan(const struct candidate_index *candidates, uint32_t bucket)
{
	return bucket < candidates->shelf_count ? candidates->buckets[bucket].plan
	                                        : CANDIDATE_INDEX_PLAN;
}

size_t candidate_index_count(const struct candidate_index *candidates, uint32_t bucket)
{
	return bucket < candidates->shelf_count ? candidates->buckets[bucket].count : 0;
}

uint32_t candidate_index_buckets(const struct candidate_index *candidates)
{
	return candidates->shelf_count;
}

size_t candidate_index_bytes(const struct candidate_index *candidates)
{
	return candidates->bytes +
	       sizeof(uint32_t) * ((size_t)candidates->lineages.room + candidates->pairs.room);
}

uint64_t candidate_index_row(const struct candidate_index *candidates, uint32_t bucket,
                             uint32_t row)
{
	return bucket < candidates->shelf_count ? candidates->buckets[bucket].columns[row] : 0;
}

uint32_t candidate_index_row_of(const struct candidate_index *candidates, uint32_t index)
{
	return record_at(candidates, index)->row;
}

uint32_t candidate_index_column_of(const struct candidate_index *candidates, uint32_t index)
{
	return record_at(candidates, index)->column;
}

/* ---- parts ---- */

/* How many items the part's columns of one row hold. */
static uint32_t count_in_row(const struct bucket *bucket, uint32_t row, uint64_t columns)
{
	uint64_t left = bucket->columns[row] & columns;
	uint32_t count = 0;

	if (columns == UINT64_MAX)
		return bucket->row_count[row];
	for (; left; left &= left - 1)
		count += box_at(bucket, row, (uint32_t)__builtin_ctzll(left))->count;
	return count;
}

size_t candidate_index_part_count(const struct candidate_index *candidates, uint32_t bucket,
                                  const struct candidate_index_part *part)
{
	size_t count = 0;

	if (bucket >= candidates->shelf_count)
		return 0;
	for (uint32_t row = part->row; row < part->row + part->rows; row++)
		count += count_in_row(&candidates->buckets[bucket], row, part->columns);
	return count;
}

struct candidate_index_walk candidate_index_walk_from(const struct candidate_index *candidates,
                                                      uint32_t bucket,
                                                      const struct candidate_index_part *part,
                                                      size_t place)
{
	struct candidate_index_walk walk = { .candidates = candidates,
		                                 .bucket = bucket,
		                                 .part = *part,
		                                 .left =
		                                     candidate_index_part_count(candidates, bucket, part),
		                                 .row = part->row };

	if (!walk.left)
		return walk;
	const struct bucket *of = &candidates->buckets[bucket];
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
static void next_box(struct candidate_index_walk *walk, const struct bucket *bucket)
{
	uint64_t behind = UINT64_MAX << walk->column << 1;
	uint64_t columns = bucket->columns[walk->row] & walk->part.columns & behind;

	while (!columns) {
		walk->row =
			walk->row + 1 < walk->part.row + walk->part.rows ? walk->row + 1 : walk->part.row;
		columns = bucket->columns[walk->row] & walk->part.columns;
	}
	walk->column = (uint32_t)__builtin_ctzll(columns);
	walk->place = 0;
}

uint32_t candidate_index_walk_next(struct candidate_index_walk *walk)
{
	if (!walk->left)
		return CANDIDATE_INDEX_NONE;
	const struct bucket *bucket = &walk->candidates->buckets[walk->bucket];
	const struct box *box = box_at(bucket, walk->row, walk->column);
	uint32_t index = box->items[walk->place++];

	if (walk->place + AHEAD < box->count)
		__builtin_prefetch(record_at(walk->candidates, box->items[walk->place + AHEAD]));
	if (--walk->left && walk->place == box->count)
		next_box(walk, bucket);
	return index;
}

/* ---- relations ---- */

bool candidate_index_related(const struct candidate *a, const struct candidate *b)
{
	return (a->lineage && a->lineage == b->lineage) || (a->pair && a->pair == b->pair);
}

bool candidate_index_alike(const struct candidate *a, const struct candidate *b)
{
	return a->near && a->near == b->near;
}

bool candidate_index_twins(const struct candidate *a, const struct candidate *b)
{
	return a->contents && a->contents == b->contents;
}

/* The first item from `at` on, along its chain, that has the key. */
static uint32_t candidates_along(const struct candidate_index *candidates,
                                 const struct chains *chains, uint64_t key, uint32_t at)
{
	while (at != CANDIDATE_INDEX_NONE && candidates_key_of(candidates, chains, at) != key)
		at = link_of(candidates, chains, at)->next;
	return at;
}

static uint32_t first_of(const struct candidate_index *candidates, const struct chains *chains,
                         uint64_t key)
{
	return key ? candidates_along(candidates, chains, key, chains->heads[head_of(chains, key)])
	           : CANDIDATE_INDEX_NONE;
}

static uint32_t next_of(const struct candidate_index *candidates, const struct chains *chains,
                        uint32_t at)
{
	return candidates_along(candidates, chains, candidates_key_of(candidates, chains, at),
	                        link_of(candidates, chains, at)->next);
}

/* The lineage's items first, then those of the pair that are not of the lineage. */
uint32_t candidate_index_next_related(const struct candidate_index *candidates, uint32_t index,
                                      uint32_t after)
{
	const struct candidate *item = &record_at(candidates, index)->item;
	uint64_t lineage = item->lineage;
	uint32_t at;

	if (after == CANDIDATE_INDEX_NONE ||
	    (lineage && record_at(candidates, after)->item.lineage == lineage)) {
		at = after == CANDIDATE_INDEX_NONE ? first_of(candidates, &candidates->lineages, lineage)
		                                   : next_of(candidates, &candidates->lineages, after);
		if (at == index)
			at = next_of(candidates, &candidates->lineages, at);
		if (at != CANDIDATE_INDEX_NONE)
			return at;
		at = first_of(candidates, &candidates->pairs, item->pair);
	} else {
		at = next_of(candidates, &candidates->pairs, after);
	}
	while (at != CANDIDATE_INDEX_NONE &&
	       (at == index || (lineage && record_at(candidates, at)->item.lineage == lineage)))
		at = next_of(candidates, &candidates->pairs, at);
	return at;
}
