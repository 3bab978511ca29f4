/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/lost_media.h"

#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/hex.h"
#include "core/keyset.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "core/uuid.h"
#include "db/db.h"
#include "store/store.h"
#include "work/job_run.h"

#define AT_ONCE       "2000" /* names of files to check */
#define WAITING       64     /* what finds no room is noted when it is asked for again */
#define TELL_EVERY_MS 10000
#define LOOK_EVERY_MS 5000
#define ASK_FOR_MS    20000
#define YOUNG_S       86400

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static unsigned char waiting[WAITING][SHA256_BYTES];
static unsigned waiting_count, untold;
static int64_t told_ms;
static struct lost_figures figures;

void lost_media_note(const unsigned char digest[SHA256_BYTES])
{
	char text[SHA256_TEXT];
	int64_t now_ms = clock_monotonic_ms();
	bool there = false;

	lock_take(&lock);
	figures.missed++;
	for (unsigned i = 0; i < waiting_count && !there; i++)
		there = memcmp(waiting[i], digest, SHA256_BYTES) == 0;
	if (!there && waiting_count < WAITING)
		memcpy(waiting[waiting_count++], digest, SHA256_BYTES);
	bool tell = !told_ms || now_ms - told_ms >= TELL_EVERY_MS;
	unsigned others = tell ? untold : 0;
	untold = tell ? 0 : untold + 1;
	told_ms = tell ? now_ms : told_ms;
	lock_release(&lock);
	if (!tell)
		return;
	hex_encode(text, digest, SHA256_BYTES);
	log_error("store: %s is missing (%u more times that a file was, since the last such line); "
	          "`touchstone store check` says what is lost",
	          text, others);
}

struct lost_figures lost_media_figures(void)
{
	lock_take(&lock);
	struct lost_figures now = figures;
	lock_release(&lock);
	return now;
}

/* Adds to the text of an array. */
static void list_add(struct strbuf *list, const char *element)
{
	strbuf_add(list, list->len ? "," : "{");
	strbuf_add(list, element);
}

static const char *list_end(struct strbuf *list)
{
	strbuf_add(list, "}");
	return arena_copy(list->arena, list->bytes, list->len);
}

/* Items that need one of these files are handed out no more. */
static struct error note_lost(struct db *db, unsigned char (*digests)[SHA256_BYTES], size_t count)
{
	struct arena *arena = arena_new();
	struct strbuf list = { .arena = arena };
	char hex[SHA256_TEXT];

	for (size_t i = 0; i < count; i++) {
		hex_encode(hex, digests[i], SHA256_BYTES);
		list_add(&list, hex);
	}
	struct error err =
		count ? db_do(db, SQL_LOST_MEDIA_NOTE, (const char *[]){ list_end(&list) }, NULL) : ok();
	arena_free(arena);
	return err;
}

static struct error note_waiting(struct db *db)
{
	unsigned char taken[WAITING][SHA256_BYTES];

	lock_take(&lock);
	unsigned count = waiting_count;
	memcpy(taken, waiting, sizeof taken);
	waiting_count = 0;
	lock_release(&lock);
	return note_lost(db, taken, count);
}

/* Are the item's rendition and its poster there? */
static struct error has_files(struct store *store, const struct rows *rows, size_t row,
                              bool *ret_there)
{
	unsigned char digest[SHA256_BYTES];
	bool there = true;
	struct error err = ok();

	for (int column = 1; !err.code && there && column <= 2; column++) {
		const char *hex = rows_text(rows, row, column);

		if (hex && !hex_decode(digest, SHA256_BYTES, hex))
			there = false;
		else if (hex)
			err = store_has(store, digest, &there);
	}
	*ret_there = there;
	return err;
}

/* Hands out again the items whose files are back; what there is no time to ask for comes next time.
 */
static struct error take_back(struct db *db, struct store *store, struct arena *arena)
{
	struct strbuf mended = { .arena = arena };
	auto_rows *rows = NULL;
	long long back = 0;
	struct error err = db_run(db, SQL_LOST_MEDIA_LIST, NULL, &rows);

	if (err.code)
		return err;
	int64_t until_ms = clock_monotonic_ms() + ASK_FOR_MS;
	for (size_t r = 0; r < rows_count(rows) && clock_monotonic_ms() < until_ms; r++) {
		bool there;

		if ((err = has_files(store, rows, r, &there)).code)
			return err;
		if (!there)
			continue;
		list_add(&mended, rows_text(rows, r, 0));
		back++;
	}
	if (back) {
		err = db_do(db, SQL_LOST_MEDIA_MENDED, (const char *[]){ list_end(&mended) }, NULL);
		if (err.code)
			return err;
		log_info("store: the files of %lld items are back, and so are the items", back);
	}
	lock_take(&lock);
	figures.items = (long long)rows_count(rows) - back;
	lock_release(&lock);
	return ok();
}

static struct error count_lost(struct db *db)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_LOST_MEDIA_COUNT, NULL, &rows);

	if (err.code)
		return err;
	lock_take(&lock);
	figures.items = rows_integer(rows, 0, 0);
	lock_release(&lock);
	return ok();
}

/* Of a folder the thread that keeps the dispatcher true asks. */
static struct error mend_media(struct job_run *run)
{
	if (store_opens_at_once(run->store))
		return ok();
	struct arena *arena = arena_new();
	struct error err = take_back(run->db, run->store, arena);

	arena_free(arena);
	return err;
}

const struct job_handler lost_media_job = { .kind = "mend", .handle = mend_media };

struct error lost_media_refresh(struct db *db, struct store *store)
{
	static int64_t looked_ms; /* of the one thread that calls */
	int64_t now_ms = clock_monotonic_ms();
	struct error err = note_waiting(db);

	if (err.code || (looked_ms && now_ms - looked_ms < LOOK_EVERY_MS))
		return err;
	looked_ms = now_ms;
	if (!store_opens_at_once(store))
		return count_lost(db); /* lost_media_job asks the store */
	struct arena *arena = arena_new();
	err = take_back(db, store, arena);
	arena_free(arena);
	return err;
}

/* ------------------------------------------------------------------ the check */

struct checking {
	struct db *db;
	struct store *store;
	struct lost_check *check;
	struct keyset *stored; /* what was there at the beginning, where asking for each takes long */
	struct keyset *known; /* what the database names: digests are random, 64 bits tell them apart */
	unsigned char (*lost)[SHA256_BYTES];
	size_t lost_count, lost_room;
};

uint64_t lost_media_key(const unsigned char digest[SHA256_BYTES])
{
	uint64_t key;

	memcpy(&key, digest, sizeof key);
	return key ? key : 1;
}

/* Is a file as its name says? *ret_damaged stays where it is not there. */
static struct error look_at(struct checking *checking, const unsigned char digest[SHA256_BYTES],
                            bool *ret_missing, bool *ret_damaged)
{
	bool there = keyset_has(checking->stored, lost_media_key(digest));
	struct error err = there ? ok() : store_has(checking->store, digest, &there);

	*ret_missing = !there;
	if (err.code || !there || !checking->check->deep)
		return err;
	err = store_verify(checking->store, digest, ret_damaged);
	if (err.code != ERR_NOT_FOUND)
		return err;
	*ret_missing = true; /* it went meanwhile */
	return ok();
}

static void lost_tell(struct checking *checking, enum lost_kind kind,
                      const unsigned char digest[SHA256_BYTES], const char *what, const char *whose)
{
	char path[PATH_MAX];

	store_locate(checking->store, digest, path);
	checking->check->found[kind]++;
	checking->check->tell(
		checking->check->arg,
		&(struct lost_file){ .kind = kind, .path = path, .what = what, .whose = whose });
}

static void keep_lost(struct checking *checking, const unsigned char digest[SHA256_BYTES])
{
	if (checking->lost_count == checking->lost_room) {
		checking->lost_room = checking->lost_room ? 2 * checking->lost_room : WAITING;
		checking->lost = mem_resize(checking->lost, checking->lost_room, SHA256_BYTES);
	}
	memcpy(checking->lost[checking->lost_count++], digest, SHA256_BYTES);
}

/* A file that the database names. */
static struct error check_named(void *arg, const struct media_name *name)
{
	struct checking *checking = arg;
	unsigned char digest[SHA256_BYTES];
	bool missing = false, damaged = false;
	struct error err;

	if (!hex_decode(digest, SHA256_BYTES, name->hex))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	bool first = keyset_add(checking->known, lost_media_key(digest));
	if (!first || (name->spare && !checking->check->deep))
		return ok(); /* told of once */
	if ((err = look_at(checking, digest, &missing, &damaged)).code)
		return err;
	if (missing && name->spare)
		return ok();
	checking->check->files++;
	if (missing)
		keep_lost(checking, digest);
	if (missing || damaged)
		lost_tell(checking, missing ? LOST_MISSING : LOST_DAMAGED, digest, name->what, name->whose);
	return ok();
}

/* What a list of names is read for. */
struct naming {
	struct db *db;
	media_name_visit *each;
	void *arg;
};

static struct error name_rows(const struct naming *naming, const struct rows *rows)
{
	struct error err = ok();

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		if (rows_text(rows, r, 0)) /* else it was removed */
			err = naming->each(naming->arg, &(struct media_name){ .hex = rows_text(rows, r, 0),
			                                                      .what = rows_text(rows, r, 1),
			                                                      .whose = rows_text(rows, r, 2) });
	return err;
}

/*
 * The files of items.  All may be read from the store, which takes hours, so their names come some
 * at a time: a statement that waits for its reader holds a snapshot, and keeps vacuum from its
 * work.
 */
static struct error name_items(const struct naming *naming)
{
	char after[UUID_TEXT] = "00000000-0000-0000-0000-000000000000";
	struct error err;

	for (;;) {
		auto_rows *rows = NULL;

		err = db_run(naming->db, SQL_LOST_MEDIA_FILES, (const char *[]){ after, AT_ONCE }, &rows);
		if (err.code || rows_count(rows) == 0 || (err = name_rows(naming, rows)).code)
			return err;
		snprintf(after, sizeof after, "%s", rows_text(rows, rows_count(rows) - 1, 2));
	}
}

/* And those of releases. */
static struct error name_releases(const struct naming *naming)
{
	char release[UUID_TEXT] = "00000000-0000-0000-0000-000000000000", path[PATH_MAX] = "";
	struct error err;

	for (;;) {
		auto_rows *rows = NULL;

		err = db_run(naming->db, SQL_LOST_MEDIA_RELEASE_FILES,
		             (const char *[]){ release, path, AT_ONCE }, &rows);
		if (err.code || rows_count(rows) == 0 || (err = name_rows(naming, rows)).code)
			return err;
		snprintf(release, sizeof release, "%s", rows_text(rows, rows_count(rows) - 1, 3));
		snprintf(path, sizeof path, "%s", rows_text(rows, rows_count(rows) - 1, 4));
	}
}

/* And those that wait for a moderator, of which there are few. */
static struct error name_contributions(const struct naming *naming)
{
	auto_rows *rows = NULL;
	struct error err = db_run(naming->db, SQL_LOST_MEDIA_CONTRIBUTION_FILES, NULL, &rows);

	return err.code ? err : name_rows(naming, rows);
}

/* A further file of an item, or what it is in encrypted form (notices/held). */
static struct error name_copy(const struct naming *naming, const struct rows *rows, size_t row)
{
	const char *stored = rows_text(rows, row, 2);
	const struct media_name name = { .hex = stored ? stored : rows_text(rows, row, 0),
		                             .what = "further file",
		                             .whose = rows_text(rows, row, 1),
		                             .spare = true };

	return naming->each(naming->arg, &name);
}

/* And further files of items. */
static struct error name_copies(const struct naming *naming)
{
	char after[SHA256_TEXT] = "";
	struct error err;

	for (;;) {
		auto_rows *rows = NULL;

		err = db_run(naming->db, SQL_LOST_MEDIA_COPIES, (const char *[]){ after, AT_ONCE }, &rows);
		if (err.code || rows_count(rows) == 0)
			return err;
		for (size_t r = 0; !err.code && r < rows_count(rows); r++)
			err = name_copy(naming, rows, r);
		if (err.code)
			return err;
		snprintf(after, sizeof after, "%s", rows_text(rows, rows_count(rows) - 1, 0));
	}
}

struct error lost_media_named(struct db *db, media_name_visit *each, void *arg)
{
	struct naming naming = { db, each, arg };
	struct error err = name_contributions(&naming); /* first: one may become an item meanwhile */

	if (!err.code)
		err = name_items(&naming);
	if (!err.code)
		err = name_releases(&naming);
	return err.code ? err : name_copies(&naming);
}

static void note_stored(void *arg, const struct store_entry *entry)
{
	struct checking *checking = arg;

	keyset_add(checking->stored, lost_media_key(entry->digest));
}

static void check_stored(void *arg, const struct store_entry *entry)
{
	struct checking *checking = arg;

	if (!keyset_has(checking->known, lost_media_key(entry->digest)) &&
	    entry->changed_s < time(NULL) - YOUNG_S)
		lost_tell(checking, LOST_UNKNOWN, entry->digest, NULL, NULL);
}

/* Takes items out of service, and back, by what was found. */
static struct error note_found(struct checking *checking)
{
	struct error err = ok();

	for (size_t i = 0; !err.code && i < checking->lost_count; i += WAITING) {
		size_t rest = checking->lost_count - i;
		err = note_lost(checking->db, checking->lost + i, rest < WAITING ? rest : WAITING);
	}
	if (err.code)
		return err;
	struct arena *arena = arena_new();
	err = take_back(checking->db, checking->store, arena);
	arena_free(arena);
	return err;
}

struct error lost_media_check(struct db *db, struct store *store, struct lost_check *check)
{
	struct checking checking = { .db = db, .store = store, .check = check };
	struct error err = ok();

	checking.known = keyset_new();
	checking.stored = keyset_new();
	if (!store_opens_at_once(store))
		err = store_walk(store, note_stored, &checking);
	if (!err.code)
		err = lost_media_named(db, check_named, &checking);
	if (!err.code)
		err = note_found(&checking);
	if (!err.code)
		err = store_walk(store, check_stored, &checking);
	free(checking.lost);
	keyset_free(checking.stored);
	keyset_free(checking.known);
	return err;
}
