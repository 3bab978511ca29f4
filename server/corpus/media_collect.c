/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/media_collect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/arena.h"
#include "core/hex.h"
#include "core/keyset.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "corpus/lost_media.h"
#include "db/db.h"
#include "store/store.h"

#define YOUNG_S   86400 /* an import or a release may be about to name it */
#define AT_ONCE   1000
#define MANY      "1000"
#define NO_DIGEST "" /* before all others */

struct collecting {
	struct db *db;
	struct store *store;
	struct collect *collect;
	struct keyset *named;
	struct store_entry *unnamed;
	size_t count, room;
};

static struct error note_named(void *arg, const struct media_name *name)
{
	struct collecting *collecting = arg;
	unsigned char digest[SHA256_BYTES];

	if (!hex_decode(digest, SHA256_BYTES, name->hex))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	keyset_add(collecting->named, lost_media_key(digest));
	return ok();
}

static void note_unnamed(void *arg, const struct store_entry *entry)
{
	struct collecting *collecting = arg;

	if (keyset_has(collecting->named, lost_media_key(entry->digest)) ||
	    entry->changed_s > time(NULL) - YOUNG_S)
		return;
	if (collecting->count == collecting->room) {
		collecting->room = collecting->room ? 2 * collecting->room : AT_ONCE;
		collecting->unnamed =
			mem_resize(collecting->unnamed, collecting->room, sizeof *collecting->unnamed);
	}
	collecting->unnamed[collecting->count++] = *entry;
	collecting->collect->unnamed++;
	collecting->collect->unnamed_bytes += entry->bytes;
}

/* Tombstones for some of what is unnamed, from `first` on. */
static struct error bury_some(struct collecting *collecting, struct arena *arena, size_t first)
{
	struct strbuf digests = { .arena = arena }, bytes = { .arena = arena };
	char hex[SHA256_TEXT];

	for (size_t i = first; i < collecting->count && i < first + AT_ONCE; i++) {
		hex_encode(hex, collecting->unnamed[i].digest, SHA256_BYTES);
		strbuf_add(&digests, i == first ? "{" : ",");
		strbuf_add(&digests, hex);
		strbuf_add(&bytes, i == first ? "{" : ",");
		strbuf_add_number(&bytes, collecting->unnamed[i].bytes);
	}
	strbuf_add(&digests, "}");
	strbuf_add(&bytes, "}");
	return db_do(collecting->db, SQL_MEDIA_COLLECT_NOTE,
	             (const char *[]){ digests.bytes, bytes.bytes }, NULL);
}

static struct error bury_unnamed(struct collecting *collecting)
{
	struct error err = ok();

	for (size_t first = 0; !err.code && first < collecting->count; first += AT_ONCE) {
		struct arena *arena = arena_new();

		err = bury_some(collecting, arena, first);
		arena_free(arena);
	}
	return err;
}

struct removal {
	struct store *store;
	const char *hex;
	unsigned char digest[SHA256_BYTES];
	bool removed;
};

/* With the tombstone locked: who puts the file after this look waits for us before it names it. */
static struct error remove_buried(struct db *db, void *arg)
{
	struct removal *removal = arg;
	const char *const params[] = { removal->hex };
	struct store_entry entry;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_MEDIA_COLLECT_LOCK, params, &rows);

	removal->removed = false;
	if (err.code || rows_count(rows) == 0)
		return err;
	if (rows_flag(rows, 0, 0))
		return db_do(db, SQL_MEDIA_COLLECT_END, params, NULL);
	err = store_look(removal->store, removal->digest, &entry);
	if (!err.code && entry.changed_s <= time(NULL) - YOUNG_S) {
		if ((err = store_remove(removal->store, removal->digest)).code)
			return err;
		removal->removed = true;
	} else if (err.code && err.code != ERR_NOT_FOUND) {
		return err;
	}
	return db_do(db, SQL_MEDIA_COLLECT_END, params, NULL);
}

/* What is named again loses its tombstone, whatever its age. */
static struct error remove_due(struct collecting *collecting, const char *hex, uint64_t bytes)
{
	struct removal removal = { .store = collecting->store, .hex = hex };
	struct error err;

	if (!hex_decode(removal.digest, SHA256_BYTES, hex))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	if (keyset_has(collecting->named, lost_media_key(removal.digest)))
		return db_do(collecting->db, SQL_MEDIA_COLLECT_END, (const char *[]){ hex }, NULL);
	err = db_do(collecting->db, SQL_MEDIA_COLLECT_BEGIN, (const char *[]){ hex }, NULL);
	if (!err.code)
		err = db_transaction(collecting->db, remove_buried, &removal);
	if (!err.code && removal.removed) {
		collecting->collect->removed++;
		collecting->collect->removed_bytes += bytes;
	}
	return err;
}

static struct error remove_all_due(struct collecting *collecting)
{
	char after[SHA256_TEXT] = NO_DIGEST, days[16];
	struct error err;

	snprintf(days, sizeof days, "%u", collecting->collect->days);
	for (;;) {
		auto_rows *rows = NULL;

		err = db_run(collecting->db, SQL_MEDIA_COLLECT_DUE, (const char *[]){ days, after, MANY },
		             &rows);
		if (err.code || rows_count(rows) == 0)
			return err;
		for (size_t r = 0; !err.code && r < rows_count(rows); r++)
			err = remove_due(collecting, rows_text(rows, r, 0), (uint64_t)rows_integer(rows, r, 1));
		if (err.code)
			return err;
		snprintf(after, sizeof after, "%s", rows_text(rows, rows_count(rows) - 1, 0));
	}
}

struct error media_collect(struct db *db, struct store *store, struct collect *collect)
{
	struct collecting collecting = { .db = db, .store = store, .collect = collect };
	struct error err;

	collecting.named = keyset_new();
	err = lost_media_named(db, note_named, &collecting);
	if (!err.code)
		err = store_walk(store, note_unnamed, &collecting);
	if (!err.code && !collect->look_only)
		err = bury_unnamed(&collecting);
	if (!err.code && !collect->look_only)
		err = remove_all_due(&collecting);
	if (!err.code && !collect->look_only)
		err = store_tidy(store, &collect->half);
	collect->waiting =
		collect->unnamed > collect->removed ? collect->unnamed - collect->removed : 0;
	free(collecting.unnamed);
	keyset_free(collecting.named);
	return err;
}
