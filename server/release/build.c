/* SPDX-License-Identifier: Apache-2.0 */
#include "release/build.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/hex.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/thread.h"
#include "core/uuid.h"
#include "core/writer.h"
#include "crypto/sha256.h"
#include "release/artefact.h"
#include "release/card.h"
#include "release/columns.h"
#include "release/described.h"
#include "release/facts.h"
#include "release/figures.h"
#include "release/keys.h"
#include "release/leakage.h"
#include "release/leaks.h"
#include "release/release.h"
#include "release/select.h"
#include "release/signed.h"

#define LABELS_FILE 0      /* labels.csv among the artefacts */
#define WINDOW      "2000" /* items between two renewals of the claim */

/*
 * The files that are written: the artefacts, then these.  LEAKAGE carries the digest of labels.csv,
 * DATAPACKAGE and CROISSANT those of all before DATAPACKAGE, SUMS lists all before it, and the last
 * two sign SUMS.
 */
enum build_file {
	CARD = ARTEFACTS,
	KEY_FILE,
	CITATION,
	DATASHEET,
	DICTIONARY,
	FIGURES,
	LEAKAGE,
	DATAPACKAGE,
	CROISSANT,
	SUMS,
	SIGNATURE,
	MANIFEST,
	FILES
};

struct build_table {
	enum statement statement; /* of one window of its rows, where they are rows of items */
	int values;               /* its columns, and what else LICENCES needs */
	const struct column *columns;
	size_t count;
};

static const struct build_table build_tables[RELEASE_TABLES] = {
	[RELEASE_LABELS] = { SQL_RELEASE_LABELS, LABEL_VALUES, label_columns, LABEL_COLUMNS },
	[RELEASE_JUDGMENTS] = { SQL_RELEASE_JUDGMENTS, JUDGMENT_COLUMNS, judgment_columns,
	                        JUDGMENT_COLUMNS },
	[RELEASE_TRIALS] = { SQL_RELEASE_TRIALS, TRIAL_COLUMNS, trial_columns, TRIAL_COLUMNS },
	[RELEASE_LEAKS] = { .columns = leak_columns, .count = LEAK_COLUMNS },
};

struct making {
	struct db *db;
	struct store *store;
	const char *release_id;
	const struct release *release;
	struct signer signer;
	const struct progress_listener *progress;
	struct error err; /* how it went */
	int64_t items;
	bool volunteers; /* they have rows of their own: judgments.csv */
	char folder[PATH_MAX];
	FILE *out[FILES]; /* open while being written */
	struct sink sinks[ARTEFACTS];
	struct leak_table leaks;
	struct figures *figures; /* both of the rows that were written */
	struct leakage *leakage;
	struct {
		char sha256[SHA256_TEXT];
		uint64_t bytes;
	} written[FILES];
	char summary[1024]; /* of the whole release */
	uint64_t media_bytes;
};

static const char *build_name(int file)
{
	static const char *const names[FILES] = { [CARD] = RELEASE_CARD,
		                                      [KEY_FILE] = RELEASE_KEY,
		                                      [CITATION] = RELEASE_CITATION,
		                                      [DATASHEET] = RELEASE_DATASHEET,
		                                      [DICTIONARY] = RELEASE_DICTIONARY,
		                                      [FIGURES] = RELEASE_FIGURES,
		                                      [LEAKAGE] = RELEASE_LEAKAGE,
		                                      [DATAPACKAGE] = RELEASE_DATAPACKAGE,
		                                      [CROISSANT] = RELEASE_CROISSANT,
		                                      [SUMS] = RELEASE_SUMS,
		                                      [SIGNATURE] = RELEASE_SIGNATURE,
		                                      [MANIFEST] = RELEASE_MANIFEST };

	return file < ARTEFACTS ? artefacts[file].path : names[file];
}

static struct error cannot_write(const char *name)
{
	log_error("release: %s: %s", name, strerror(errno));
	return errorf(ERR_INTERNAL, "%s cannot be written; is the disk full?", name);
}

static bool is_left_out(const struct making *making, int file)
{
	return file < ARTEFACTS && artefacts[file].table == RELEASE_JUDGMENTS && !making->volunteers;
}

static struct error build_open(struct making *making, int file)
{
	char path[PATH_MAX + 32];

	if (is_left_out(making, file))
		return ok();
	snprintf(path, sizeof path, "%s/%s", making->folder, build_name(file));
	making->out[file] = fopen(path, "w");
	if (!making->out[file])
		return cannot_write(build_name(file));
	if (file < ARTEFACTS) {
		const struct build_table *table = &build_tables[artefacts[file].table];

		making->sinks[file] =
			sink_begin(artefacts[file].format, making->out[file], table->columns, table->count);
	}
	return ok();
}

/* Ends the file; false with errno where something of it was not written. */
static bool build_close(struct making *making, int file)
{
	FILE *out = making->out[file];

	making->out[file] = NULL;
	if (file < ARTEFACTS)
		sink_end(&making->sinks[file]);
	return writer_close(out);
}

/* Closes the file and takes it into the store. */
static struct error build_keep(struct making *making, int file)
{
	unsigned char digest[SHA256_BYTES];
	char path[PATH_MAX + 32];
	struct error err;

	if (is_left_out(making, file))
		return ok();
	if (!build_close(making, file))
		return cannot_write(build_name(file));
	snprintf(path, sizeof path, "%s/%s", making->folder, build_name(file));
	if ((err = store_take(making->store, path, digest, &making->written[file].bytes)).code)
		return err;
	hex_encode(making->written[file].sha256, digest, SHA256_BYTES);
	return ok();
}

/* The rows of one table on their way into all files that hold it. */
struct build_rows {
	struct making *making;
	enum release_table table;
};

/* What is counted while rows go by. */
static void note_row(struct making *making, enum release_table table, const char *const values[])
{
	if (table == RELEASE_LABELS) {
		figures_label(making->figures, values);
		leakage_row(making->leakage, values);
	} else if (table == RELEASE_TRIALS)
		figures_trial(making->figures, values);
}

static struct error build_row(void *arg, const struct rows *rows)
{
	const struct build_rows *to = arg;
	const char *values[LABEL_VALUES];

	for (int c = 0; c < build_tables[to->table].values; c++)
		values[c] = rows_text(rows, 0, c);
	for (int file = 0; file < ARTEFACTS; file++)
		if (artefacts[file].table == to->table)
			sink_row(&to->making->sinks[file], values);
	note_row(to->making, to->table, values);
	return ok();
}

static struct error build_tell(const struct making *making, int64_t done)
{
	const struct progress_listener *progress = making->progress;

	return progress ? progress->tell(progress->arg, done, making->items) : ok();
}

/* What a few items have in each table. */
static struct error write_few(struct making *making, const char *const few[])
{
	for (int table = 0; table < RELEASE_BY_ITEM; table++) {
		struct build_rows to = { making, (enum release_table)table };

		if (table == RELEASE_JUDGMENTS && !making->volunteers)
			continue;
		struct error err =
			db_stream(making->db, build_tables[table].statement, few, build_row, &to);
		if (err.code)
			return err;
	}
	return ok();
}

/* Labels, licences and judgments of all items, some items at a time. */
static struct error build_write_items(struct making *making)
{
	char after[UUID_TEXT] = "", upto[UUID_TEXT];
	int64_t done = 0;
	struct error err;

	for (;;) {
		const char *const window[] = { making->release_id, *after ? after : NULL, WINDOW };
		const char *const few[] = { making->release_id, *after ? after : NULL, upto };
		auto_rows *rows = NULL;

		if ((err = db_run(making->db, SQL_RELEASE_WINDOW, window, &rows)).code)
			return err;
		if (rows_count(rows) == 0)
			return ok();
		snprintf(upto, sizeof upto, "%s", rows_text(rows, 0, 0));
		if ((err = write_few(making, few)).code)
			return err;
		done += rows_integer(rows, 0, 1);
		if ((err = build_tell(making, done)).code)
			return err;
		memcpy(after, upto, sizeof after);
	}
}

static struct error add_medium(struct making *making, const char *path, const char *sha256)
{
	unsigned char digest[SHA256_BYTES];
	bool there = false;

	if (!hex_decode(digest, SHA256_BYTES, sha256))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	struct error err = store_has(making->store, digest, &there);
	if (err.code)
		return err;
	if (!there) {
		log_error("release: the store has lost %s", sha256);
		return errorf(ERR_INTERNAL, "A file of the release is not in the store.");
	}
	fprintf(making->out[SUMS], "%s  %s\n", sha256, path);
	return ok();
}

/* The store is asked for each, so they are read some at a time: a statement that waits for its
 * reader holds a snapshot. */
static struct error add_media(struct making *making)
{
	char after[PATH_MAX] = "";
	struct error err;

	for (;;) {
		auto_rows *rows = NULL;

		err = db_run(making->db, SQL_RELEASE_MEDIA,
		             (const char *[]){ making->release_id, *after ? after : NULL, WINDOW }, &rows);
		if (err.code || rows_count(rows) == 0)
			return err;
		for (size_t r = 0; r < rows_count(rows); r++)
			if ((err = add_medium(making, rows_text(rows, r, 0), rows_text(rows, r, 1))).code)
				return err;
		snprintf(after, sizeof after, "%s", rows_text(rows, rows_count(rows) - 1, 0));
	}
}

/* Keeps the claim; what is measured is no item that was written. */
static struct error leaks_told(void *arg, int64_t done, int64_t total)
{
	const struct making *making = arg;

	(void)done;
	(void)total;
	return build_tell(making, making->items);
}

static struct error write_sums(struct making *making)
{
	struct error err;

	for (int file = 0; file < SUMS; file++)
		if (!is_left_out(making, file))
			fprintf(making->out[SUMS], "%s  %s\n", making->written[file].sha256, build_name(file));
	err = add_media(making);
	return err.code ? err : build_keep(making, SUMS);
}

/* What SHA256SUMS lists, and what it is itself. */
static struct manifest_facts build_manifest(const struct making *making)
{
	struct manifest_facts facts = { .name = making->release->name,
		                            .version = making->release->version,
		                            .date = making->release->created_at,
		                            .items = (uint64_t)making->items,
		                            .files = (uint64_t)making->items,
		                            .bytes = making->media_bytes };

	for (int file = 0; file < SUMS; file++)
		if (!is_left_out(making, file)) {
			facts.files++;
			facts.bytes += making->written[file].bytes;
		}
	memcpy(facts.sums, making->written[SUMS].sha256, sizeof facts.sums);
	return facts;
}

static struct error prehash_sums(const struct making *making, unsigned char prehash[PREHASH_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
	int fd;

	if (!hex_decode(digest, SHA256_BYTES, making->written[SUMS].sha256))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	struct error err = store_open_read(making->store, digest, &fd, &bytes);
	if (err.code)
		return err;
	err = signature_prehash(fd, prehash);
	close(fd);
	return err;
}

/* Signs SHA256SUMS, which stands for every byte of the release. */
static struct error write_signatures(struct making *making)
{
	const struct manifest_facts facts = build_manifest(making);
	unsigned char prehash[PREHASH_BYTES];
	struct error err = prehash_sums(making, prehash);

	if (err.code)
		return err;
	signed_sums_write(making->out[SIGNATURE], &making->signer, prehash, &facts,
	                  making->release->created_s);
	signed_manifest_write(making->out[MANIFEST], &making->signer, &facts);
	err = build_keep(making, SIGNATURE);
	return err.code ? err : build_keep(making, MANIFEST);
}

/* Measures what gives the media away; writes leaks.csv. */
static struct error write_leaks(struct making *making)
{
	const struct progress_listener listener = { leaks_told, making };
	struct error err =
		release_leaks(making->db, making->store, making->release_id, &listener, &making->leaks);

	for (int file = 0; !err.code && file < ARTEFACTS; file++)
		if (artefacts[file].table == RELEASE_LEAKS)
			leaks_rows(&making->sinks[file], &making->leaks);
	return err;
}

static struct error keep_files(struct making *making, int from, int to)
{
	struct error err;

	for (int file = from; file < to; file++)
		if ((err = build_keep(making, file)).code)
			return err;
	return ok();
}

/* What is said of the release in words and counts. */
static struct error write_descriptions(struct making *making, const struct release_facts *facts)
{
	struct error err =
		card_write(making->out[CARD], making->db, facts, &making->leaks, &making->signer);

	if (err.code)
		return err;
	signed_key_write(making->out[KEY_FILE], &making->signer);
	citation_write(making->out[CITATION], facts);
	datasheet_write(making->out[DATASHEET], facts);
	dictionary_write(making->out[DICTIONARY], facts);
	figures_write(making->out[FIGURES], making->figures);
	return keep_files(making, 0, LEAKAGE);
}

static struct error write_leakage(struct making *making, const struct release_facts *facts)
{
	struct error err = leakage_write(making->out[LEAKAGE], making->leakage, facts, &making->leaks,
	                                 making->written[LABELS_FILE].sha256);

	return err.code ? err : build_keep(making, LEAKAGE);
}

/* What lists the files before it with their digests. */
static struct error write_listings(struct making *making, const struct release_facts *facts)
{
	struct listed_file files[DATAPACKAGE];
	size_t count = 0;

	for (int file = 0; file < DATAPACKAGE; file++)
		if (!is_left_out(making, file))
			files[count++] = (struct listed_file){
				.path = build_name(file),
				.sha256 = making->written[file].sha256,
				.bytes = making->written[file].bytes,
				.artefact = file < ARTEFACTS ? &artefacts[file] : NULL,
			};
	datapackage_write(making->out[DATAPACKAGE], facts, files, count);
	croissant_write(making->out[CROISSANT], facts, files, count);
	return keep_files(making, DATAPACKAGE, SUMS);
}

static struct error describe_release(struct making *making)
{
	struct release_facts facts = { .release = making->release, .volunteers = making->volunteers };
	struct error err = facts_gather(making->db, making->release_id, &facts);

	if (!err.code)
		err = write_descriptions(making, &facts);
	if (!err.code)
		err = write_leakage(making, &facts);
	if (!err.code)
		err = write_listings(making, &facts);
	facts_free(&facts);
	return err;
}

static struct error write_tables(struct making *making)
{
	struct error err;

	for (int file = 0; file < FILES; file++)
		if ((err = build_open(making, file)).code)
			return err;
	if ((err = build_write_items(making)).code)
		return err;
	if ((err = write_leaks(making)).code)
		return err;
	if ((err = describe_release(making)).code)
		return err;
	if ((err = write_sums(making)).code)
		return err;
	return write_signatures(making);
}

/* What was chosen becomes items and files of the release, some at a time. Nobody sees them before
 * it is ready, and whoever goes on with a release that broke off passes over those that are there.
 */
static struct error take_items(struct making *making)
{
	char after[UUID_TEXT] = "", upto[UUID_TEXT];
	struct error err;

	for (;;) {
		const char *const window[] = { making->release_id, *after ? after : NULL, WINDOW };
		const char *const few[] = { making->release_id, *after ? after : NULL, upto };
		auto_rows *rows = NULL;

		if ((err = db_run(making->db, SQL_RELEASE_DRAFT_WINDOW, window, &rows)).code)
			return err;
		if (rows_count(rows) == 0)
			return ok();
		snprintf(upto, sizeof upto, "%s", rows_text(rows, 0, 0));
		if ((err = db_do(making->db, SQL_RELEASE_TAKE, few, NULL)).code)
			return err;
		memcpy(after, upto, sizeof after);
	}
}

/* Counts what `finish` writes down. */
static struct error build_summarise(struct making *making)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(making->db, SQL_RELEASE_SUMMARY, (const char *[]){ making->release_id }, &rows);

	if (err.code)
		return err;
	making->media_bytes = (uint64_t)rows_integer(rows, 0, 1);
	snprintf(making->summary, sizeof making->summary, "%s", rows_text(rows, 0, 0));
	return ok();
}

static struct error list_files(struct db *db, const struct making *making)
{
	for (int file = 0; file < FILES; file++) {
		char bytes[24];

		if (is_left_out(making, file))
			continue;
		snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)making->written[file].bytes);
		struct error err = db_do(db, SQL_RELEASE_ADD_FILE,
		                         (const char *[]){ making->release_id, build_name(file),
		                                           making->written[file].sha256, bytes },
		                         NULL);
		if (err.code)
			return err;
	}
	return ok();
}

static struct error build_finish(struct db *db, void *arg)
{
	const struct making *making = arg;
	const char *const id[] = { making->release_id };
	uint64_t all = making->media_bytes;
	auto_rows *rows = NULL;
	char bytes[24];
	struct error err;

	if ((err = db_do(db, SQL_RELEASE_UNDRAFT, id, NULL)).code)
		return err;
	if ((err = db_run(db, SQL_RELEASE_LOCK, id, &rows)).code)
		return err;
	if (rows_count(rows) == 0 || strcmp(rows_text(rows, 0, 0), "ready") == 0)
		return ok(); /* another maker was quicker */
	if (strcmp(rows_text(rows, 0, 0), "failed") == 0)
		return errorf(ERR_GONE, "The release was given up.");
	if ((err = list_files(db, making)).code)
		return err;
	for (int file = 0; file < FILES; file++)
		all += making->written[file].bytes;
	snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)all);
	return db_do(db, SQL_RELEASE_FINISH,
	             (const char *[]){ making->release_id, making->summary, bytes }, NULL);
}

static struct error write_and_finish(struct making *making)
{
	auto_rows *rows = NULL;
	struct error err = take_items(making);

	if (err.code)
		return err;
	err = db_run(making->db, SQL_RELEASE_SIZE, (const char *[]){ making->release_id }, &rows);
	if (err.code)
		return err;
	making->items = rows_integer(rows, 0, 0);
	making->volunteers = rows_flag(rows, 0, 1);
	if ((err = build_tell(making, 0)).code)
		return err;
	if ((err = build_summarise(making)).code)
		return err;
	if ((err = store_scratch_lasting(making->store, making->folder)).code)
		return err;
	err = write_tables(making);
	for (int file = 0; file < FILES; file++)
		if (making->out[file])
			build_close(making, file); /* an error was told already */
	store_scratch_remove(making->store, making->folder);
	return err.code ? err : db_transaction(making->db, build_finish, making);
}

static void make_nicely(void *arg)
{
	struct making *making = arg;

	making->err = write_and_finish(making);
}

/* The key is opened first: who cannot sign need not begin. */
static struct error make_release(struct making *making)
{
	struct error err = signer_open(making->db, &making->signer);

	if (err.code)
		return err;
	if (!(err = release_decide(making->db, making->store, making->release_id)).code) {
		thread_run_nicely(make_nicely, making);
		err = making->err;
	}
	signer_close(&making->signer);
	return err;
}

struct error release_make(struct db *db, struct store *store, const char *release_id,
                          const struct progress_listener *progress)
{
	struct arena *arena = arena_new();
	struct release release;
	struct error err = release_by_id(db, arena, release_id, &release);

	if (!err.code && strcmp(release.state, "ready") != 0) {
		struct making *making = mem_new(1, sizeof *making);

		making->db = db;
		making->store = store;
		making->release_id = release_id;
		making->release = &release;
		making->progress = progress;
		making->figures = figures_new();
		making->leakage = leakage_new();
		err = make_release(making);
		figures_free(making->figures);
		leakage_free(making->leakage);
		free(making);
	}
	arena_free(arena);
	return err;
}

static struct error make_told(void *run, int64_t done, int64_t total)
{
	return job_tell(run, done, total);
}

/* A machine without the key leaves the release to one that has it. */
static struct error make_by_job(struct job_run *run)
{
	const struct progress_listener progress = { make_told, run };
	struct error err = keys_check(run->db);

	run->unfit = err.code != OK;
	if (err.code)
		return err;
	return release_make(run->db, run->store, run->job->subject, &progress);
}

const struct job_handler release_job = { .kind = "release",
	                                     .handle = make_by_job,
	                                     .give_up = release_give_up };
