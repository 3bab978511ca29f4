/* SPDX-License-Identifier: Apache-2.0 */
#include "release/fix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/hex.h"
#include "domain/release.h"
#include "release/split.h"

#define TAKE_AT_ONCE 5000 /* items an INSERT */
#define UUID_LIST    (TAKE_AT_ONCE * UUID_TEXT + 3)
#define SPLIT_LIST   (TAKE_AT_ONCE * sizeof "validation" + 3)

/* The candidates, in the order of their ids. */
struct choice {
	unsigned char (*ids)[UUID_BYTES];
	struct split_item *items;
	uint32_t count, room;
	char *tie;              /* the key of the last row of release_links, */
	int64_t tied;           /* and the candidate that it last stood for, or -1 */
	uint32_t held_back;     /* released before, and found to share something across splits since */
	uint32_t contradicting; /* their bytes have the other label too */
};

static void *grown(void *memory, size_t count, size_t size)
{
	memory = reallocarray(memory, count, size);
	if (!memory)
		abort();
	return memory;
}

static unsigned stratum_of(const char *media_type, const char *label)
{
	unsigned type = media_type[0] == 'i' ? 0 : media_type[0] == 'v' ? 1 : 2;

	return 2 * type + (label[0] == 'f');
}

static struct error add_candidate(void *arg, const struct rows *rows)
{
	struct choice *choice = arg;
	const char *label = rows_text(rows, 0, 3), *former = rows_text(rows, 0, 4);

	if (choice->count == choice->room) {
		choice->room = choice->room ? 2 * choice->room : 1024;
		choice->ids = grown(choice->ids, choice->room, sizeof *choice->ids);
		choice->items = grown(choice->items, choice->room, sizeof *choice->items);
	}
	struct split_item *item = &choice->items[choice->count];
	*item = (struct split_item){
		.wanted = label != NULL,
		.stratum = (uint8_t)(label ? stratum_of(rows_text(rows, 0, 2), label) : 0),
		.former = (uint8_t)(former ? split_read(former) : SPLIT_NONE),
	};
	if (!uuid_from_text(choice->ids[choice->count], rows_text(rows, 0, 0)) ||
		!hex_decode(item->key, SPLIT_KEY_BYTES, rows_text(rows, 0, 1)))
		return errorf(ERR_INTERNAL, "a candidate cannot be read");
	choice->count++;
	choice->contradicting += rows_flag(rows, 0, 5);
	return ok();
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, UUID_BYTES);
}

/* Which candidate it is, or -1: an item that is neither wanted nor was ever released. */
static int64_t candidate_of(const struct choice *choice, const char *id)
{
	unsigned char key[UUID_BYTES];
	const unsigned char(*found)[UUID_BYTES];

	if (!choice->count || !uuid_from_text(key, id))
		return -1;
	found = bsearch(key, choice->ids, choice->count, sizeof *choice->ids, compare_ids);
	return found ? found - (const unsigned char(*)[UUID_BYTES])choice->ids : -1;
}

static struct error add_link(void *arg, const struct rows *rows)
{
	struct choice *choice = arg;
	const char *tie = rows_text(rows, 0, 0);
	int64_t candidate = candidate_of(choice, rows_text(rows, 0, 1));

	if (candidate < 0)
		return ok();
	if (choice->tie && choice->tied >= 0 && strcmp(choice->tie, tie) == 0) {
		split_tie(choice->items, (uint32_t)choice->tied, (uint32_t)candidate);
		return ok();
	}
	free(choice->tie);
	if (!(choice->tie = strdup(tie)))
		abort();
	choice->tied = candidate;
	return ok();
}

/* Of released items that share something across splits, those of the first one's split stay. */
static struct error add_crossing(void *arg, const struct rows *rows)
{
	struct choice *choice = arg;
	const char *tie = rows_text(rows, 0, 0);
	int64_t candidate = candidate_of(choice, rows_text(rows, 0, 1));

	if (candidate < 0 || !choice->items[candidate].wanted)
		return ok();
	if (!choice->tie || strcmp(choice->tie, tie) != 0) {
		free(choice->tie);
		if (!(choice->tie = strdup(tie)))
			abort();
		choice->tied = candidate;
	} else if (choice->items[candidate].former != choice->items[choice->tied].former) {
		choice->items[candidate].wanted = 0;
		choice->held_back++;
	}
	return ok();
}

/* Keeps items out of the release that would leak from one split into another. */
static struct error hold_crossing_back(struct db *db, struct choice *choice)
{
	struct error err = db_stream(db, SQL_RELEASE_CROSSING, NULL, add_crossing, choice);

	free(choice->tie);
	choice->tie = NULL;
	return err;
}

/* Inserts the candidates from `from` on that have a split, as many as one INSERT takes. */
static struct error take_some(struct db *db, const char *release_id, const struct choice *choice,
							  uint32_t *from, int64_t *taken)
{
	char *ids = grown(NULL, UUID_LIST, 1), *splits = grown(NULL, SPLIT_LIST, 1);
	size_t ids_len = 0, splits_len = 0;
	int64_t touched = 0;
	unsigned some = 0;
	struct error err;

	for (; *from < choice->count && some < TAKE_AT_ONCE; ++*from) {
		enum split split = choice->items[*from].split;
		char id[UUID_TEXT];

		if (split == SPLIT_NONE)
			continue;
		uuid_to_text(id, choice->ids[*from]);
		ids_len +=
			(size_t)snprintf(ids + ids_len, UUID_LIST - ids_len, "%c%s", some ? ',' : '{', id);
		splits_len += (size_t)snprintf(splits + splits_len, SPLIT_LIST - splits_len, "%c%s",
									   some ? ',' : '{', split_name(split));
		some++;
	}
	snprintf(ids + ids_len, UUID_LIST - ids_len, "%s", some ? "}" : "{}");
	snprintf(splits + splits_len, SPLIT_LIST - splits_len, "%s", some ? "}" : "{}");
	err = db_do(db, SQL_RELEASE_TAKE, (const char *[]){ release_id, ids, splits }, &touched);
	free(ids);
	free(splits);
	*taken += touched;
	return err;
}

static struct error take_all(struct db *db, const char *release_id, const struct choice *choice)
{
	struct error err = ok();
	int64_t taken = 0;

	for (uint32_t from = 0; from < choice->count && !err.code;)
		err = take_some(db, release_id, choice, &from, &taken);
	if (!err.code && taken == 0)
		err = errorf(ERR_INVALID, "No item fits: a release holds items that the crowd has retired "
								  "or a moderator has ruled real or fake.");
	return err;
}

static struct error refuse_leaks(struct db *db, const char *release_id)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_LEAK, (const char *[]){ release_id }, &rows);

	if (!err.code && rows_count(rows) > 0)
		err = errorf(ERR_INVALID,
					 "Item %s shares an original, a person or its bytes with an item "
					 "that was released in another split.",
					 rows_text(rows, 0, 0));
	return err;
}

/* Whose items they are, and whose splits, is settled here for good. */
static struct error choose(struct db *db, const char *release_id, struct choice *choice)
{
	const char *const params[] = { release_id };
	struct release_agreement agreement;
	uint32_t held_back;
	struct error err;

	if ((err = db_stream(db, SQL_RELEASE_CANDIDATES, params, add_candidate, choice)).code)
		return err;
	if ((err = hold_crossing_back(db, choice)).code)
		return err;
	split_start(choice->items, choice->count);
	if ((err = db_stream(db, SQL_RELEASE_LINKS, params, add_link, choice)).code)
		return err;
	held_back = choice->held_back + split_assign(choice->items, choice->count);
	if ((err = take_all(db, release_id, choice)).code)
		return err;
	if ((err = refuse_leaks(db, release_id)).code)
		return err;
	if ((err = db_do(db, SQL_RELEASE_KEEP_SPLITS, params, NULL)).code)
		return err;
	if ((err = release_agree(db, release_id, &agreement)).code)
		return err;
	return release_fix(db, release_id, held_back, choice->contradicting, &agreement);
}

static struct error decide(struct db *db, void *arg)
{
	const char *release_id = arg;
	struct choice choice = { 0 };
	auto_rows *rows = NULL;
	struct error err = db_do(db, SQL_RELEASE_TURN, NULL, NULL);

	if (err.code)
		return err;
	if ((err = db_run(db, SQL_RELEASE_LOCK, (const char *[]){ release_id }, &rows)).code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_NOT_FOUND, "There is no such release.");
	if (rows_flag(rows, 0, 1))
		return ok();
	err = choose(db, release_id, &choice);
	free(choice.ids);
	free(choice.items);
	free(choice.tie);
	return err;
}

struct error release_decide(struct db *db, const char *release_id)
{
	return db_transaction_snapshot(db, decide, (void *)(uintptr_t)release_id);
}
