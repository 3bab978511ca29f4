/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/media_intake.h"

#include <stdio.h>
#include <string.h>

#include "core/hex.h"
#include "core/log.h"
#include "corpus/media_pause.h"
#include "db/db.h"
#include "store/store.h"

#define SWEPT_AT_ONCE "1" /* whoever notes files waits meanwhile, and a store may be slow */

static struct error note_intake(void *arg, const unsigned char digests[][SHA256_BYTES],
                                size_t count)
{
	struct media_intake *intake = arg;
	char list[MEDIA_FILES * SHA256_TEXT + 3], *end = list;
	auto_rows *rows = NULL;

	*end++ = '{';
	for (size_t i = 0; i < count; i++) {
		if (i)
			*end++ = ',';
		hex_encode(end, digests[i], SHA256_BYTES);
		end += SHA256_TEXT - 1;
	}
	*end++ = '}';
	*end = '\0';
	struct error err = db_run(intake->db, SQL_MEDIA_INTAKE_NOTE, (const char *[]){ list }, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_INVALID,
		              "this file, or one that shows the same, was taken down here, and "
		              "is not taken in again");
	snprintf(intake->id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

struct error media_intake_ingest(struct media_intake *intake, struct store *store, const char *path,
                                 struct arena *arena, struct media *ret_media)
{
	const struct media_keeper keeper = { note_intake, intake };

	return media_ingest_told(store, path, &intake->cut, arena, &keeper, ret_media);
}

static struct error forget_note(struct db *db, const char *id, struct rows **ret_rows)
{
	return db_run(db, SQL_MEDIA_INTAKE_SETTLE, (const char *[]){ id }, ret_rows);
}

static struct error require_note(const struct rows *rows)
{
	return rows_count(rows) ? ok()
	                        : errorf(ERR_UNAVAILABLE, "It took so long that its files were swept.");
}

struct error media_intake_settle(const struct media_intake *intake)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!intake->id[0])
		return ok();
	if ((err = forget_note(intake->db, intake->id, &rows)).code)
		return err;
	return require_note(rows);
}

struct error media_intake_leave(const struct media_intake *intake)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!intake->id[0])
		return ok();
	err = db_run(intake->db, SQL_MEDIA_INTAKE_HOLD, (const char *[]){ intake->id }, &rows);
	return err.code ? err : require_note(rows);
}

struct intake_sweeping {
	struct store *store;
	size_t found;
};

/* Removes the files of one note: digests, separated by spaces. */
static struct error remove_unnamed(struct store *store, const char *digests)
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_TEXT];
	struct error err = ok();

	for (const char *at = digests; *at && !err.code; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		snprintf(hex, sizeof hex, "%.*s", (int)len, at);
		if (hex_decode(digest, SHA256_BYTES, hex))
			err = store_remove(store, digest);
		at += len;
	}
	return err;
}

/* The notes go when their files have. */
static struct error sweep_notes(struct db *db, void *arg)
{
	struct intake_sweeping *sweeping = arg;
	auto_rows *rows = NULL;
	struct error err = media_pause(db);

	if (!err.code)
		err = db_run(db, SQL_MEDIA_INTAKE_DUE, (const char *[]){ SWEPT_AT_ONCE }, &rows);
	if (err.code)
		return err;
	sweeping->found = rows_count(rows);
	for (size_t r = 0; r < rows_count(rows) && !err.code; r++) {
		const char *id = rows_text(rows, r, 0), *digests = rows_text(rows, r, 1);

		if (*digests)
			log_info("intake: removing files that an unfinished import left: %s", digests);
		auto_rows *gone = NULL;
		if (!(err = remove_unnamed(sweeping->store, digests)).code)
			err = forget_note(db, id, &gone);
	}
	return err;
}

struct error media_intake_sweep(struct db *db, struct store *store)
{
	struct intake_sweeping sweeping = { .store = store, .found = 1 };
	struct error err = ok();

	while (!err.code && sweeping.found)
		err = db_transaction(db, sweep_notes, &sweeping);
	return err;
}
