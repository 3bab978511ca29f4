/* SPDX-License-Identifier: Apache-2.0 */
/*
 * takedown -- removes from the media store what was withdrawn.
 *
 *   Properties   With every withdrawal go the renditions of the item, its pictures, what finds it
 * by its looks, and whatever was made of releases that repeats its bytes.  On a decision the
 * original goes as well, with further files of it, what it said of itself, and what could tell whom
 * it shows; without one it is kept as evidence, and nothing serves it.  Of what goes the hash alone
 * stays (removed_file), so that nobody brings it again: corpus/media_intake refuses it before a
 * byte is kept. Operation    The decision is a row (removal) in the transaction of the withdrawal.
 * A job that is done again and again removes the files of one item after the other, and then what
 *                the database knows of them (forget_files); each in one transaction, after the
 *                files.
 *                Every process that keeps copies of files drops its own (takedown_evict).
 *   Safety       Killed anywhere, the job begins the item anew: removing what has gone is fine.
 *                Nothing goes while a notice has the item held for an authority, nor, for a day,
 *                while a release is written that may have it, or layouts are made of one: these
 * end, and are revised.  A picture that another item shows too stays.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_TAKEDOWN_H
#define RELEASE_TAKEDOWN_H

#include <stdbool.h>

#include "core/error.h"
#include "db/db.h"
#include "work/job_run.h"

/* Within the transaction of the withdrawal. *ret_decided: it was not decided before, so far. */
struct error takedown_decide(struct db *db, const char *item, bool original, const char *who,
                             bool *ret_decided) MUST_CHECK;

/* Ids of other items that have the bytes of an item, and were not withdrawn. The rows are the
 * caller's. */
struct error takedown_twins(struct db *db, const char *item, struct rows **ret_rows) MUST_CHECK;

/* Drops copies of this machine (of an object service's files), every ten seconds; any thread may
 * call it as often as it likes. */
struct error takedown_evict(struct db *db, struct store *store) MUST_CHECK;

extern const struct job_handler takedown_job;

#endif
