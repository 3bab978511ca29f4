/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media_intake -- which files of the store somebody is about to name, so that none is left behind.
 *
 * Files are put into the store first and named by the database afterwards.  Their digests are noted
 * before the first is put, and the note goes in the very transaction that names them.  A note that
 * is older than half an hour was left by a crash, or by a file that was refused in the end: what it
 * lists and nothing names is removed.  Files that no note lists are never touched: they may belong
 * to a newer state of the database.
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_MEDIA_INTAKE_H
#define CORPUS_MEDIA_INTAKE_H

#include "core/error.h"
#include "core/uuid.h"
#include "media/media.h"

struct db;
struct store;

struct media_intake {
	struct db *db;
	struct media_cut cut; /* of the campaign */
	char id[UUID_TEXT];   /* "": nothing was noted yet */
};

/* As media_ingest_cut(), with a note. ERR_INVALID: also what was taken down (release/takedown). */
struct error media_intake_ingest(struct media_intake *intake, struct store *store, const char *path,
                                 struct arena *arena, struct media *ret_media) MUST_CHECK;

/*
 * Takes the note back; in the transaction that names the files, which must then not be kept if this
 * fails. ERR_UNAVAILABLE: the note was old, and has been swept with its files.
 */
struct error media_intake_settle(const struct media_intake *intake) MUST_CHECK;

/*
 * For files of which the transaction names some or none, because another item shows the same: the
 * note stays, so that the others are removed with it. Fails as media_intake_settle().
 */
struct error media_intake_leave(const struct media_intake *intake) MUST_CHECK;

/* Removes what old notes list and nothing names. */
struct error media_intake_sweep(struct db *db, struct store *store) MUST_CHECK;

#endif
