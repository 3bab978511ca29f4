/* SPDX-License-Identifier: Apache-2.0 */
/*
 * withdrawal -- what is taken down for good: out of service, and out of releases that are ready.
 *
 *   Properties   A release never changes, so what it holds of an item that was taken down is no
 *                longer given out: its medium, the tables that have its rows, and whatever was made
 *                of them.  What describes and signs the release stays.  A job makes a revision of
 *                the release without the item (release/revise).  Everybody may read what was taken
 *                down, on what ground and where it was; the words of the reason stay here.
 *   Safety       Decisions come one after the other, so that numbers are seen in their order.
 *                Each leaves a job for every release that has the item or is being made, and the
 *                job looks again when that is ready: so none is missed, and nobody waits.
 *
 * Bytes count, not items: another item with the same bytes goes too.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_WITHDRAWAL_H
#define RELEASE_WITHDRAWAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "db/db.h"

struct item_editor;

struct withdrawal_request {
	const char *item, *reason_class; /* of withdrawal_classes */
	bool original; /* it is removed, too (release/takedown); else kept as evidence */
	const struct item_editor *editor;
};

/*
 * Takes an item down; one that was out of service already too.  What was taken down before, and
 * kept its original, may lose that.  *ret_seq: its number.  ERR_NOT_FOUND; ERR_CONFLICT: it was
 * taken down before, so far.
 */
struct error withdrawal_make(struct db *db, const struct withdrawal_request *request,
                             int64_t *ret_seq) MUST_CHECK;

/*
 * The same within a transaction, and without its number.  ERR_CONFLICT also where a notice has the
 * item kept as it is (notices/hiding).
 */
struct error withdrawal_within(struct db *db, const struct withdrawal_request *request) MUST_CHECK;

/* ------------------------------------------------------------------ what is no longer given out */

/* ERR_GONE: something of the release was taken down, so what holds all of it is not given out. */
struct error withdrawal_check_release(struct db *db, const char *name,
                                      const char *version) MUST_CHECK;

/* The same for the release with all its media: ERR_GONE, too, while a notice hides one of them. */
struct error withdrawal_check_whole(struct db *db, const char *name,
                                    const char *version) MUST_CHECK;

/* The same for one file of it, by its path and the SHA-256 of its bytes in hexadecimal. */
struct error withdrawal_check_file(struct db *db, const char *name, const char *version,
                                   const char *path, const char *sha256) MUST_CHECK;

/* The same for a file of a layout of it: media stay, unless they were taken down. */
struct error withdrawal_check_layout_file(struct db *db, const char *name, const char *version,
                                          const char *sha256) MUST_CHECK;

/* How many items of a release were taken down; the version to use in its place, or NULL. */
struct error withdrawal_count(struct db *db, struct arena *arena, const char *release_id,
                              const char **ret_revision, int64_t *ret_withdrawn) MUST_CHECK;

/* ------------------------------------------------------------------ what everybody may read */

/* Where it was: a file of a release. */
struct revoked_file {
	const char *name, *version, *path, *sha256;
	const char *revision; /* the version to use in its place; NULL: there is none yet */
};

struct revocation {
	int64_t seq;
	const char *item, *reason_class, *withdrawn_at; /* RFC 3339 */
	struct revoked_file *files;
	size_t count;
};

/* Those after `after` (a seq), oldest first. They live in the arena. */
struct error revocation_page(struct db *db, struct arena *arena, int64_t after, unsigned limit,
                             struct revocation **ret_list, size_t *ret_count) MUST_CHECK;

/* The newest, newest first. */
struct error revocation_newest(struct db *db, struct arena *arena, unsigned limit,
                               struct revocation **ret_list, size_t *ret_count) MUST_CHECK;

#endif
