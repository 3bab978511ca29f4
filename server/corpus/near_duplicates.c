/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/near_duplicates.h"

#include <endian.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hex.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "core/uuid.h"
#include "corpus/hamming_index.h"
#include "corpus/near_index.h"
#include "corpus/sound_index.h"
#include "media/fingerprint.h"

#define WINDOW     "100"    /* items that one statement names */
#define LOADED     "100000" /* hashes */
#define LOADED_ROW 100000
#define MATCHES    1000 /* of one hash, that are noted: more tell nothing new */
#define NUMBER     24
#define NO_UUID    "00000000-0000-0000-0000-000000000000"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

static const char recipe_now[] = TEXT_OF(FINGERPRINT_RECIPE);

/* ------------------------------------------------------------------ the index */

static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;
static struct near_index *idle; /* under the lock: the one that nobody works with, or NULL */

static char saved_at[PATH_MAX]; /* "": nowhere. Written before any job is done */

void near_duplicates_save_in(const char *folder)
{
	int len = snprintf(saved_at, sizeof saved_at, "%s/near-duplicates.index", folder);

	if (len < 0 || (size_t)len + sizeof ".new" > sizeof saved_at)
		saved_at[0] = '\0';
}

/* The index of a file is of use where the database knows that file. */
static struct error check_known(struct db *db, const unsigned char id[UUID_BYTES])
{
	char text[UUID_TEXT];
	auto_rows *rows = NULL;
	struct error err;

	uuid_to_text(text, id);
	if ((err = db_run(db, SQL_NEAR_SNAPSHOT, (const char *[]){ text }, &rows)).code)
		return err;
	return rows_count(rows) ? ok() : errorf(ERR_INVALID, "the database does not know it");
}

/* What was saved; an empty index where that is of no use. */
static struct error restore_index(struct db *db, struct near_index **ret_near)
{
	struct near_index *near = NULL;
	unsigned char id[UUID_BYTES];
	struct error err =
		saved_at[0] ? near_index_load(saved_at, id, &near) : errorf(ERR_NOT_FOUND, "not kept");

	if (!err.code)
		err = check_known(db, id);
	if (err.code) {
		near_index_free(near);
		near = NULL;
	}
	if (err.code == ERR_INVALID) {
		log_warn("fingerprint: %s is thrown away, and made anew from the database: %s", saved_at,
		         err.detail);
		unlink(saved_at);
	} else if (err.code && err.code != ERR_NOT_FOUND) {
		return err;
	}
	*ret_near = near ? near : near_index_new();
	return ok();
}

/* The database knows the file before it is there. A failure is logged, and no fault of the job's:
 * the next time is when the index has grown again. */
static struct error save_index(struct db *db, struct near_index *near)
{
	unsigned char id[UUID_BYTES];
	char text[UUID_TEXT], removed[NUMBER];
	auto_rows *rows = NULL;
	struct error err;

	if (!saved_at[0] || !near_index_is_unsaved(near))
		return ok();
	uuid_random(id);
	uuid_to_text(text, id);
	snprintf(removed, sizeof removed, "%lld", (long long)near->removed);
	err = db_run(db, SQL_NEAR_NOTE_SNAPSHOT, (const char *[]){ text, removed }, &rows);
	if (err.code || !rows_count(rows))
		return err;
	if (!near_index_save(near, saved_at, id).code)
		log_info("fingerprint: %zu hashes and sounds are saved at %s", near_index_count(near),
		         saved_at);
	near->saved = near->next;
	return ok();
}

static struct near_index *take_idle(void)
{
	lock_take(&idle_lock);
	struct near_index *near = idle;
	idle = NULL;
	lock_release(&idle_lock);
	return near;
}

static struct error read_numbering(struct db *db, uint32_t *ret_next, int64_t *ret_removed)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_NEAR_NUMBERING, NULL, &rows);

	if (err.code)
		return err;
	*ret_next = (uint32_t)rows_integer(rows, 0, 0);
	*ret_removed = rows_integer(rows, 0, 1);
	return ok();
}

/* What was removed for good stays in no memory and no file: both are made anew. */
static struct error drop_stale_index(struct db *db, int64_t *ret_removed)
{
	static _Atomic int64_t seen = -1; /* as of the last look of this process */
	uint32_t next;
	struct error err = read_numbering(db, &next, ret_removed);

	if (err.code)
		return err;
	int64_t before = atomic_exchange(&seen, *ret_removed);
	if (before < 0 || before == *ret_removed)
		return ok();
	log_info("fingerprint: the index is made anew, because fingerprints were removed");
	near_index_free(take_idle());
	if (saved_at[0])
		unlink(saved_at);
	return ok();
}

static struct error borrow_index(struct db *db, struct near_index **ret_near)
{
	int64_t removed = 0;
	struct error err = drop_stale_index(db, &removed);

	if (err.code)
		return err;
	*ret_near = take_idle();
	if (*ret_near)
		return ok();
	if (!(err = restore_index(db, ret_near)).code)
		(*ret_near)->removed = removed;
	return err;
}

static void give_back_index(struct near_index *near)
{
	lock_take(&idle_lock);
	struct near_index *other = idle;
	idle = near;
	lock_release(&idle_lock);
	near_index_free(other);
}

static struct error put_hash(struct near_index *near, uint32_t number, const unsigned char *hash)
{
	if (!hamming_index_put(near->hashes, number, hash))
		return errorf(ERR_UNAVAILABLE, "There is no memory for another %u hashes.",
		              (unsigned)hamming_index_count(near->hashes));
	return ok();
}

static struct error take_hash(void *arg, const struct rows *row)
{
	struct near_index *near = arg;
	uint32_t number = (uint32_t)rows_raw_integer(row, 0);
	size_t len;
	const unsigned char *hash = rows_raw(row, 1, &len);

	if (!hash || len != PDQ_BYTES)
		return errorf(ERR_INTERNAL, "a hash that cannot be read");
	near->next = number + 1;
	return put_hash(near, number, hash);
}

static struct error take_sound(void *arg, const struct rows *row)
{
	struct near_index *near = arg;
	uint32_t number = (uint32_t)rows_raw_integer(row, 0);
	struct chromaprint sound = { 0 };
	size_t len;
	const unsigned char *bytes = rows_raw(row, 1, &len);

	for (; bytes && sound.count < len / 4 && sound.count < CHROMAPRINT_MAX_WORDS; sound.count++) {
		uint32_t word;

		memcpy(&word, bytes + (size_t)4 * sound.count, 4);
		sound.words[sound.count] = be32toh(word);
	}
	near->next_sound = number + 1;
	return sound_index_put(near->sounds, number, sound.words, sound.count)
	           ? ok()
	           : errorf(ERR_INTERNAL, "a sound's words that cannot be read");
}

/* Adds what has numbers from *next to before `end`. `take` moves *next on. */
static struct error load_some(struct db *db, struct job_run *job, struct near_index *near,
                              enum statement statement,
                              struct error (*take)(void *arg, const struct rows *row),
                              uint32_t *next, uint32_t end)
{
	char from[NUMBER], to[NUMBER];
	struct error err = ok();

	snprintf(to, sizeof to, "%u", end);
	while (!err.code && *next < end) {
		size_t before = near_index_count(near);

		snprintf(from, sizeof from, "%u", *next);
		err = db_stream_raw(db, statement, (const char *[]){ from, to, LOADED }, take, near);
		if (!err.code && near_index_count(near) - before < LOADED_ROW)
			*next = end;
		if (!err.code && job)
			err = job_tell(job, 0, 0);
	}
	return err;
}

/* Adds what others have kept since. `job` is told; NULL: there is none. */
static struct error load_index(struct db *db, struct job_run *job, struct near_index *near)
{
	size_t before = near_index_count(near);
	int64_t removed;
	uint32_t end = 0;
	struct error err = read_numbering(db, &end, &removed);

	if (!err.code)
		err = load_some(db, job, near, SQL_NEAR_KNOWN, take_hash, &near->next, end);
	if (!err.code)
		err = load_some(db, job, near, SQL_NEAR_KNOWN_SOUNDS, take_sound, &near->next_sound, end);
	if (!err.code && near_index_count(near) > before)
		log_info("fingerprint: %zu hashes and sounds read from the database, besides %zu",
		         near_index_count(near) - before, before);
	return err;
}

/* ------------------------------------------------------------------ one of them */

/* Columns of a statement, as arrays in PostgreSQL's text. */
struct near_columns {
	struct strbuf seconds, hashes, qualities, numbers; /* of the item's own hashes */
	struct strbuf own, others, distances;              /* of what they match */
};

/* An item, or a contribution that waits: that one has no version, and its numbers count only how
 * many it would need. */
struct near_item {
	struct near_index *near;
	bool waits;
	const char *item, *version, *fault;
	struct fingerprint fingerprint;
	struct near_columns columns;
	uint32_t first, end; /* its own numbers, and the one after them */
	/* Written: */
	struct rows *forgotten; /* numbers of hashes that it had before */
	bool counted, kept;     /* are the numbers ours; does the database have the hashes */
	int64_t ties;
};

static void list_number(struct strbuf *list, uint64_t number)
{
	strbuf_add(list, list->len ? "," : "{");
	strbuf_add_number(list, number);
}

static const char *list_close(struct strbuf *list)
{
	strbuf_add(list, list->len ? "}" : "{}");
	strbuf_add_bytes(list, "", 1);
	return list->bytes;
}

static void look_up_frame(struct near_item *one, unsigned second)
{
	static _Thread_local struct hamming_match matches[MATCHES];
	unsigned char variants[PDQ_VARIANTS][HAMMING_BYTES];
	struct near_columns *columns = &one->columns;

	for (unsigned v = 0; v < PDQ_VARIANTS; v++)
		memcpy(variants[v], one->fingerprint.frames[second][v].hash, HAMMING_BYTES);
	size_t found =
		hamming_index_search(one->near->hashes, (const unsigned char(*)[HAMMING_BYTES])variants,
	                         PDQ_VARIANTS, NEAR_DUPLICATES_BITS, matches, MATCHES);
	for (size_t m = 0; m < found && m < MATCHES; m++) {
		list_number(&columns->own, second);
		list_number(&columns->others, matches[m].place);
		list_number(&columns->distances, matches[m].distance);
	}
}

static void list_frame(struct near_item *one, unsigned second)
{
	const struct pdq *frame = &one->fingerprint.frames[second][0];
	struct near_columns *columns = &one->columns;
	char hex[2 * PDQ_BYTES + 1];

	hex_encode(hex, frame->hash, PDQ_BYTES);
	list_number(&columns->seconds, second);
	strbuf_add(&columns->hashes, columns->hashes.len ? "," : "{");
	strbuf_add(&columns->hashes, hex);
	list_number(&columns->qualities, frame->quality);
	if (frame->quality < PDQ_MIN_QUALITY) {
		strbuf_add(&columns->numbers, columns->numbers.len ? ",NULL" : "{NULL");
		return;
	}
	list_number(&columns->numbers, one->end++);
	look_up_frame(one, second);
}

static void look_up_sound(struct near_item *one)
{
	static _Thread_local struct sound_match matches[MATCHES];
	struct near_columns *columns = &one->columns;
	size_t found = sound_index_search(one->near->sounds, &one->fingerprint.sound,
	                                  NEAR_DUPLICATES_SOUND, matches, MATCHES);

	for (size_t m = 0; m < found && m < MATCHES; m++) {
		list_number(&columns->own, 0);
		list_number(&columns->others, matches[m].number);
		list_number(&columns->distances, matches[m].distance);
	}
}

static bool is_comparable(const struct chromaprint *sound)
{
	return chromaprint_quality(sound) >= CHROMAPRINT_MIN_QUALITY;
}

static void list_sound(struct near_item *one)
{
	const struct chromaprint *sound = &one->fingerprint.sound;
	struct near_columns *columns = &one->columns;

	if (!sound->count)
		return;
	list_number(&columns->seconds, 0);
	strbuf_add(&columns->hashes, "{");
	for (unsigned i = 0; i < sound->count; i++) {
		char hex[9];

		snprintf(hex, sizeof hex, "%08x", sound->words[i]);
		strbuf_add(&columns->hashes, hex);
	}
	list_number(&columns->qualities, chromaprint_quality(sound));
	if (!is_comparable(sound)) {
		strbuf_add(&columns->numbers, "{NULL");
		return;
	}
	list_number(&columns->numbers, one->end++);
	look_up_sound(one);
}

static struct error keep_fingerprint(struct db *db, void *arg)
{
	struct near_item *one = arg;
	struct near_columns columns = one->columns; /* a second run ends the lists anew */
	char first[NUMBER], end[NUMBER];
	const char *const kept[] = { one->item,
		                         one->version,
		                         recipe_now,
		                         one->fault,
		                         one->fingerprint.sound.count ? "chromaprint" : "pdq",
		                         list_close(&columns.seconds),
		                         list_close(&columns.hashes),
		                         list_close(&columns.qualities),
		                         list_close(&columns.numbers),
		                         first,
		                         end };
	const char *const tied[] = { one->item, list_close(&columns.own), list_close(&columns.others),
		                         list_close(&columns.distances) };
	auto_rows *rows = NULL;
	struct error err;

	snprintf(first, sizeof first, "%u", one->first);
	snprintf(end, sizeof end, "%u", one->end);
	rows_free(one->forgotten);
	one->forgotten = NULL;
	if ((err = db_run(db, SQL_NEAR_FORGET, (const char *[]){ one->item }, &one->forgotten)).code)
		return err;
	if ((err = db_run(db, SQL_NEAR_KEEP, kept, &rows)).code)
		return err;
	one->counted = rows_flag(rows, 0, 0);
	one->kept = rows_flag(rows, 0, 1);
	rows_free(rows);
	rows = NULL;
	if (!one->counted)
		return errorf(ERR_UNAVAILABLE, "Another process numbers fingerprints, too.");
	if ((err = db_run(db, SQL_NEAR_TIE, tied, &rows)).code)
		return err;
	one->ties = rows_integer(rows, 0, 0);
	return ok();
}

/* Notes what a contribution looks like; one that waits no more is passed over. */
static struct error keep_likeness(struct db *db, void *arg)
{
	const struct near_item *one = arg;
	struct near_columns columns = one->columns; /* a second run ends the lists anew */
	char hashes[NUMBER], compared[NUMBER];
	const char *const params[] = { one->item,
		                           recipe_now,
		                           one->fault,
		                           hashes,
		                           list_close(&columns.own),
		                           list_close(&columns.others),
		                           list_close(&columns.distances),
		                           compared };
	struct error err = db_do(db, SQL_NEAR_WAITING_FORGET, (const char *[]){ one->item }, NULL);

	snprintf(hashes, sizeof hashes, "%u", one->end - one->first);
	snprintf(compared, sizeof compared, "%u", one->first);
	return err.code ? err : db_do(db, SQL_NEAR_WAITING_TIE, params, NULL);
}

/* The index holds what the database holds. */
static struct error index_frames(const struct near_item *one)
{
	struct near_index *near = one->near;
	struct error err = ok();

	for (size_t r = 0; r < rows_count(one->forgotten); r++)
		if (rows_text(one->forgotten, r, 0)) {
			uint32_t number = (uint32_t)rows_integer(one->forgotten, r, 0);

			hamming_index_remove(near->hashes, number);
			sound_index_remove(near->sounds, number);
		}
	for (unsigned second = 0; one->kept && second < one->fingerprint.count; second++) {
		const struct pdq *frame = &one->fingerprint.frames[second][0];

		if (frame->quality >= PDQ_MIN_QUALITY && !err.code)
			err = put_hash(near, near->next++, frame->hash);
	}
	const struct chromaprint *sound = &one->fingerprint.sound;
	if (one->kept && is_comparable(sound) &&
	    !sound_index_put(near->sounds, one->end - 1, sound->words, sound->count))
		err = errorf(ERR_INTERNAL, "a sound's words that cannot be kept");
	near->next = near->next_sound = one->end;
	return err;
}

static bool is_the_items(struct error err)
{
	return err.code == ERR_INVALID || err.code == ERR_TOO_LARGE || err.code == ERR_NOT_FOUND;
}

/* What is due: items, or contributions that wait for a moderator. */
struct near_queue {
	enum statement due;
	bool waits;
	char recipe[NUMBER], id[UUID_TEXT]; /* of the last one */
};

/* One go through what is due. */
struct near_run {
	struct job_run *job;
	struct near_index *near; /* NULL: nothing was to be looked up yet */
	int64_t done;
	struct error lacking; /* why some could not be tried: a helper is missing */
};

/* Takes the fingerprint of one. What cannot be decoded is noted, and is no error; where a helper is
 * missing it stays due, and others do not wait for it: *ret_taken is false. */
static struct error near_fingerprint(struct near_run *run, struct arena *arena,
                                     const struct rows *rows, size_t row, struct near_item *one,
                                     bool *ret_taken)
{
	unsigned char rendition[SHA256_BYTES];
	enum media_type type;

	*ret_taken = false;
	if (!media_type_read(rows_text(rows, row, 2), &type) ||
	    !hex_decode(rendition, SHA256_BYTES, rows_text(rows, row, 3)))
		return errorf(ERR_INTERNAL, "a rendition that cannot be read");
	struct error err = fingerprint_take(run->job->store, rendition, type, arena, &one->fingerprint);
	if (err.code == ERR_INTERNAL) {
		run->lacking = err;
		return ok();
	}
	if (err.code && !is_the_items(err))
		return err;
	if (err.code) {
		one->fault = arena_printf(arena, "%s", err.detail);
		log_warn("fingerprint: %s %s has none: %s", one->waits ? "contribution" : "item", one->item,
		         err.detail);
	}
	*ret_taken = true;
	return ok();
}

/* Looks up an item, and keeps what it looks like. */
static struct error near_take_item(struct near_run *run, struct near_item *one)
{
	for (unsigned second = 0; second < one->fingerprint.count; second++)
		list_frame(one, second);
	list_sound(one);
	struct error err = db_transaction(run->job->db, keep_fingerprint, one);
	if (!err.code)
		err = index_frames(one);
	rows_free(one->forgotten);
	if (one->ties)
		log_info("fingerprint: item %s has %lld near duplicates", one->item, (long long)one->ties);
	return err;
}

/* Looks up what gets no numbers. */
static void look_up_all(struct near_item *one)
{
	for (unsigned second = 0; second < one->fingerprint.count; second++)
		if (one->fingerprint.frames[second][0].quality >= PDQ_MIN_QUALITY) {
			look_up_frame(one, second);
			one->end++;
		}
	if (is_comparable(&one->fingerprint.sound)) {
		look_up_sound(one);
		one->end++;
	}
}

/* Looks up what waits, and keeps only what it was found to look like. */
static struct error near_take_waiting(struct near_run *run, struct near_item *one)
{
	look_up_all(one);
	return db_transaction(run->job->db, keep_likeness, one);
}

static struct error near_take(struct near_run *run, struct arena *arena,
                              const struct near_queue *queue, const struct rows *rows, size_t row)
{
	struct strbuf empty = { .arena = arena };
	struct near_item one = { .near = run->near,
		                     .waits = queue->waits,
		                     .item = rows_text(rows, row, 0),
		                     .version = rows_text(rows, row, 1),
		                     .first = run->near->next,
		                     .end = run->near->next,
		                     .columns = { empty, empty, empty, empty, empty, empty, empty } };
	bool taken;
	struct error err = near_fingerprint(run, arena, rows, row, &one, &taken);

	if (err.code || !taken)
		return err;
	return queue->waits ? near_take_waiting(run, &one) : near_take_item(run, &one);
}

/* ------------------------------------------------------------------ all of them */

static struct error near_window(struct near_run *run, struct near_queue *queue, bool *more)
{
	const char *const params[] = { recipe_now, WINDOW, queue->recipe, queue->id };
	auto_rows *rows = NULL;
	struct error err = db_run(run->job->db, queue->due, params, &rows);
	size_t count = err.code ? 0 : rows_count(rows);

	*more = *more || count > 0;
	if (count && !run->near)
		err = borrow_index(run->job->db, &run->near);
	if (count && !err.code)
		err = load_index(run->job->db, run->job, run->near);
	for (size_t r = 0; !err.code && r < count; r++) {
		struct arena *arena = arena_new();

		err = near_take(run, arena, queue, rows, r);
		arena_free(arena);
		run->done += !err.code;
		if (!err.code)
			err = job_tell(run->job, run->done, run->done + (int64_t)(count - r - 1));
	}
	if (count && !err.code)
		err = save_index(run->job->db, run->near);
	if (count) {
		snprintf(queue->id, sizeof queue->id, "%s", rows_text(rows, count - 1, 0));
		snprintf(queue->recipe, sizeof queue->recipe, "%s", rows_text(rows, count - 1, 4));
	}
	return err;
}

/* Some of either in turn, so that neither waits long for the other. After an error the index may
 * lack what was kept: it is made anew. */
static struct error take_fingerprints(struct job_run *job)
{
	struct near_run run = { .job = job };
	struct near_queue items = { SQL_NEAR_DUE, false, "-1", NO_UUID };
	struct near_queue waiting = { SQL_NEAR_WAITING_DUE, true, "-1", NO_UUID };
	bool more = true;
	int64_t removed;
	struct error err = drop_stale_index(job->db, &removed);

	if (!err.code)
		err = db_do(job->db, SQL_NEAR_WAITING_STALE, NULL, NULL);
	while (!err.code && more) {
		more = false;
		err = near_window(&run, &items, &more);
		if (!err.code)
			err = near_window(&run, &waiting, &more);
	}
	if (err.code)
		near_index_free(run.near);
	else if (run.near)
		give_back_index(run.near);
	return err.code ? err : run.lacking;
}

const struct job_handler fingerprint_job = { .kind = "fingerprint", .handle = take_fingerprints };

/* ------------------------------------------------------------------ a file that somebody has */

static struct error find_likeness(struct db *db, struct near_item *one, char ret_item[UUID_TEXT])
{
	char hashes[NUMBER];
	auto_rows *rows = NULL;

	look_up_all(one);
	snprintf(hashes, sizeof hashes, "%u", one->end - one->first);
	const char *const params[] = { hashes, list_close(&one->columns.own),
		                           list_close(&one->columns.others),
		                           list_close(&one->columns.distances) };
	struct error err = db_run(db, SQL_NEAR_FIND, params, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "No item looks like it.");
	snprintf(ret_item, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

static struct error find_file_now(struct db *db, struct store *store, struct arena *arena,
                                  const void *bytes, size_t len, char ret_item[UUID_TEXT])
{
	struct strbuf empty = { .arena = arena };
	struct near_item one = { .waits = true,
		                     .columns = { empty, empty, empty, empty, empty, empty, empty } };
	struct error err = fingerprint_of_file(store, bytes, len, arena, &one.fingerprint);

	if (err.code || (err = borrow_index(db, &one.near)).code)
		return err;
	if ((err = load_index(db, NULL, one.near)).code) {
		near_index_free(one.near);
		return err;
	}
	one.first = one.end = one.near->next;
	err = find_likeness(db, &one, ret_item);
	give_back_index(one.near);
	return err;
}

struct error near_duplicates_find(struct db *db, struct store *store, struct arena *arena,
                                  const void *bytes, size_t len, char ret_item[UUID_TEXT])
{
	static atomic_bool looking;

	if (atomic_exchange(&looking, true))
		return errorf(ERR_UNAVAILABLE, "Another file is being looked at: try again in a moment.");
	struct error err = find_file_now(db, store, arena, bytes, len, ret_item);
	atomic_store(&looking, false);
	return err;
}
