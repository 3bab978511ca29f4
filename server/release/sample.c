/* SPDX-License-Identifier: Apache-2.0 */
#include "release/sample.h"

#include <stdlib.h>

#include "core/mem.h"

struct sample {
	size_t most, count, room;
	uint32_t items, items_room;
	uint64_t limit; /* of the numbers of items that are kept, itself among them */
	bool open;      /* the item whose judgments go by is kept: the last one */
	/* By item. */
	uint64_t *number;
	int8_t *truth;
	/* By judgment, those of an item one after the other. */
	uint32_t *item, *volunteer;
	uint8_t *verdict;
};

struct sample *sample_new(size_t most)
{
	struct sample *sample = mem_new(1, sizeof *sample);

	sample->most = most;
	sample->limit = UINT64_MAX;
	return sample;
}

void sample_free(struct sample *sample)
{
	if (!sample)
		return;
	free(sample->number);
	free(sample->truth);
	free(sample->item);
	free(sample->volunteer);
	free(sample->verdict);
	free(sample);
}

void sample_item(struct sample *sample, uint64_t number, int8_t truth)
{
	sample->open = number <= sample->limit;
	if (!sample->open)
		return;
	if (sample->items == sample->items_room) {
		sample->items_room = sample->items_room ? 2 * sample->items_room : 1024;
		sample->number = mem_resize(sample->number, sample->items_room, sizeof *sample->number);
		sample->truth = mem_resize(sample->truth, sample->items_room, sizeof *sample->truth);
	}
	sample->number[sample->items] = number;
	sample->truth[sample->items++] = truth;
}

/* Drops the judgments of items that are above the limit now; those that stay keep their items. */
static void drop_judgments(struct sample *sample)
{
	size_t kept = 0;
	uint32_t items = 0, last = UINT32_MAX;

	for (size_t j = 0; j < sample->count; j++) {
		if (sample->number[sample->item[j]] > sample->limit)
			continue;
		items += sample->item[j] != last;
		last = sample->item[j];
		sample->item[kept] = items - 1;
		sample->volunteer[kept] = sample->volunteer[j];
		sample->verdict[kept++] = sample->verdict[j];
	}
	sample->count = kept;
}

/* Halves the limit. Every item that is kept has a judgment but perhaps the last one, which is open.
 */
static void sample_thin(struct sample *sample)
{
	uint32_t items = 0;

	sample->limit /= 2;
	sample->open = sample->number[sample->items - 1] <= sample->limit;
	drop_judgments(sample);
	for (uint32_t i = 0; i < sample->items; i++)
		if (sample->number[i] <= sample->limit) {
			sample->number[items] = sample->number[i];
			sample->truth[items++] = sample->truth[i];
		}
	sample->items = items;
}

static void sample_make_room(struct sample *sample)
{
	if (sample->count < sample->room)
		return;
	sample->room = sample->room ? 2 * sample->room : 4096;
	if (sample->room > sample->most)
		sample->room = sample->most;
	sample->item = mem_resize(sample->item, sample->room, sizeof *sample->item);
	sample->volunteer = mem_resize(sample->volunteer, sample->room, sizeof *sample->volunteer);
	sample->verdict = mem_resize(sample->verdict, sample->room, sizeof *sample->verdict);
}

void sample_judgment(struct sample *sample, uint32_t volunteer, bool fake)
{
	while (sample->open && sample->count == sample->most)
		sample_thin(sample);
	if (!sample->open)
		return;
	sample_make_room(sample);
	sample->item[sample->count] = sample->items - 1;
	sample->volunteer[sample->count] = volunteer;
	sample->verdict[sample->count++] = fake ? FAKE : REAL;
}

struct judgments sample_judgments(const struct sample *sample, uint32_t volunteers)
{
	return (struct judgments){ .items = sample->items,
		                       .volunteers = volunteers,
		                       .count = sample->count,
		                       .item = sample->item,
		                       .volunteer = sample->volunteer,
		                       .verdict = sample->verdict,
		                       .truth = sample->truth };
}
