/* SPDX-License-Identifier: Apache-2.0 */
#include "release/unseal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/disk.h"
#include "core/hex.h"
#include "core/writer.h"
#include "release/artefact.h"
#include "release/formats/formats.h"
#include "release/seal.h"

#define OPENINGS_AT_ONCE "2000"
#define UNSEALED_MOST    (SEALED_VALUES + 2) /* columns of sealed_labels.csv */

struct error unseal_state(struct db *db, struct arena *arena, const char *release_id,
                          struct release_sealed *ret_sealed)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_UNSEAL_STATE, (const char *[]){ release_id }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_NOT_FOUND, "There is no such release.");
	*ret_sealed = (struct release_sealed){ .unsealed_at = rows_copy(rows, 0, 0, arena),
		                                   .published = rows_text(rows, 0, 1) };
	if (!ret_sealed->published)
		return ok();
	ret_sealed->file.path = rows_copy(rows, 0, 1, arena);
	snprintf(ret_sealed->file.sha256, SHA256_TEXT, "%s", rows_text(rows, 0, 2));
	ret_sealed->file.bytes = (uint64_t)rows_integer(rows, 0, 3);
	return ok();
}

/* ------------------------------------------------------------------ may it be? */

static struct error refuse_others(struct db *db, const struct release *release)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_UNSEAL_OTHERS, (const char *[]){ release->id }, &rows);

	if (err.code || rows_count(rows) == 0)
		return err;
	return errorf_because(REASON_SEALED_ELSEWHERE,
	                      "Release %s %s keeps labels of the same items sealed, and they would be "
	                      "known. If that is meant, ask for it with_others.",
	                      rows_text(rows, 0, 0), rows_text(rows, 0, 1));
}

struct error unseal_check(struct db *db, const struct release *release, bool with_others)
{
	struct arena *arena = arena_new();
	struct release_sealed sealed = { 0 };
	struct error err = unseal_state(db, arena, release->id, &sealed);
	bool done = sealed.published;

	arena_free(arena);
	if (err.code)
		return err;
	if (strcmp(release->state, "ready") != 0)
		return errorf(ERR_CONFLICT, "Release %s %s is not ready.", release->name, release->version);
	if (!release->sealed)
		return errorf_because(REASON_NOTHING_SEALED, "Release %s %s has nothing sealed.",
		                      release->name, release->version);
	if (done)
		return errorf_because(REASON_NOTHING_SEALED, "Release %s %s is unsealed already.",
		                      release->name, release->version);
	return with_others ? ok() : refuse_others(db, release);
}

/* ------------------------------------------------------------------ the file */

/* The lines NAME=VALUE of an opening, cut at their ends: names and values, as many as there are. */
static size_t opening_cut(char *opening, const char *names[], const char *values[], size_t most)
{
	size_t count = 0;

	for (char *line; count < most && (line = strsep(&opening, "\n")) && *line; count++) {
		char *equals = strchr(line, '=');

		if (!equals)
			return 0;
		*equals = '\0';
		names[count] = line;
		values[count] = equals + 1;
	}
	return count;
}

/* The header is that of the first row: a release of before may have fewer columns. */
static struct error write_opening(FILE *out, bool first, char *opening, const char *salt)
{
	const char *names[UNSEALED_MOST], *values[UNSEALED_MOST];
	size_t count = opening_cut(opening, names, values, UNSEALED_MOST - 1);

	if (count < 2)
		return errorf(ERR_INTERNAL, "a sealed label has no opening");
	if (first) {
		fprintf(out, "%s,salt", names[0]);
		for (size_t c = 1; c < count; c++)
			fprintf(out, ",%s", names[c]);
		fputs("\r\n", out);
	}
	fprintf(out, "%s,%s", values[0], salt);
	for (size_t c = 1; c < count; c++) {
		fputc(',', out);
		csv_put(out, values[c]);
	}
	fputs("\r\n", out);
	return ok();
}

static struct error write_openings(struct db *db, const char *release_id, FILE *out)
{
	char after[UUID_TEXT] = "";
	struct error err;

	for (;;) {
		const char *const params[] = { release_id, *after ? after : NULL, OPENINGS_AT_ONCE };
		auto_rows *rows = NULL;

		if ((err = db_run(db, SQL_UNSEAL_OPENINGS, params, &rows)).code || rows_count(rows) == 0)
			return err;
		for (size_t r = 0; r < rows_count(rows); r++) {
			const char *opening = rows_text(rows, r, 2);
			char *copy = strdup(opening ? opening : "");

			if (!copy)
				abort();
			err = write_opening(out, !*after && r == 0, copy, rows_text(rows, r, 1));
			free(copy);
			if (err.code)
				return err;
		}
		snprintf(after, sizeof after, "%s", rows_text(rows, rows_count(rows) - 1, 0));
	}
}

/* Takes the file into the store. */
static struct error make_openings(struct db *db, struct store *store, const char *release_id,
                                  char sha256[SHA256_TEXT], uint64_t *ret_bytes)
{
	char folder[PATH_MAX], path[PATH_MAX + 32];
	unsigned char digest[SHA256_BYTES];
	struct error err = store_scratch_lasting(store, folder);

	if (err.code)
		return err;
	snprintf(path, sizeof path, "%s/%s", folder, RELEASE_OPENINGS);
	FILE *out = fopen(path, "we");
	err = out ? write_openings(db, release_id, out) : ok();
	if (!out || !writer_close(out))
		err = disk_error("release", "sealed labels could not be written");
	if (!err.code)
		err = store_take(store, path, digest, ret_bytes);
	store_scratch_remove(store, folder);
	if (!err.code)
		hex_encode(sha256, digest, sizeof digest);
	return err;
}

/* ------------------------------------------------------------------ publishing it */

struct unsealing {
	const char *release_id, *root_id, *who; /* no who: it is unsealed already */
	char sha256[SHA256_TEXT], bytes[24];
};

static struct error publish_openings(struct db *db, void *arg)
{
	const struct unsealing *unsealing = arg;
	const char *const file[] = { unsealing->release_id, unsealing->sha256, unsealing->bytes };
	struct error err = db_do(db, SQL_UNSEAL_PUBLISH, file, NULL);

	if (err.code || !unsealing->who)
		return err;
	return db_do(db, SQL_UNSEAL_NOTE, (const char *[]){ unsealing->root_id, unsealing->who }, NULL);
}

/* Known and published at one moment. */
static struct error unseal_one(struct db *db, struct store *store, struct unsealing *unsealing)
{
	uint64_t bytes;
	struct error err = make_openings(db, store, unsealing->release_id, unsealing->sha256, &bytes);

	if (err.code)
		return err;
	snprintf(unsealing->bytes, sizeof unsealing->bytes, "%llu", (unsigned long long)bytes);
	return db_transaction(db, publish_openings, unsealing);
}

struct error unseal_do(struct db *db, struct store *store, const char *release_id, const char *who)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_UNSEAL_DUE, (const char *[]){ release_id }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		struct unsealing unsealing = { .release_id = rows_text(rows, r, 0),
			                           .root_id = rows_text(rows, r, 1),
			                           .who = who };

		err = unseal_one(db, store, &unsealing);
	}
	return err;
}

struct error unseal_revisions(struct db *db, struct store *store, const char *release_id)
{
	struct arena *arena = arena_new();
	struct release_sealed sealed = { 0 };
	struct error err = unseal_state(db, arena, release_id, &sealed);
	bool unsealed = sealed.unsealed_at;

	arena_free(arena);
	return err.code || !unsealed ? err : unseal_do(db, store, release_id, NULL);
}

/* ------------------------------------------------------------------ the job */

struct error unseal_ask(struct db *db, const struct release *release, bool with_others,
                        const char *account, char ret_job[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = unseal_check(db, release, with_others);

	if (err.code)
		return err;
	err = db_run(db, SQL_UNSEAL_ASK, (const char *[]){ release->id, account }, &rows);
	if (!err.code)
		snprintf(ret_job, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return err;
}

static struct error unseal_by_job(struct job_run *run)
{
	auto_rows *rows = NULL;
	struct error err = db_run(run->db, SQL_UNSEAL_WHO, (const char *[]){ run->job->id }, &rows);

	if (err.code)
		return err;
	return unseal_do(run->db, run->store, run->job->subject, rows_text(rows, 0, 0));
}

const struct job_handler unseal_job = { .kind = "unseal", .handle = unseal_by_job };
