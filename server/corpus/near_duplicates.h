/* SPDX-License-Identifier: Apache-2.0 */
/*
 * near_duplicates -- takes what items look like, and notes which look alike.
 *
 *   Properties   A match merges nothing, and carries no label from one item to another: a real
 *                photograph and its manipulation look alike by nature. It ties the two for splits
 *                of releases (item.near_group), warns moderators (near_duplicate), and keeps a
 *                volunteer from seeing both, unless a manifest made them a pair or one group.
 *   Operation    A job that is done again and again takes fingerprints (media/fingerprint) of items
 *                that are new, have another rendition, or one of an older recipe. Each hash, in all
 *                eight variants, is looked up among those before (hamming_index), and then kept.
 *                What waits in quarantine is looked up in the same index, and never put into it:
 *                moderators read which items it looks like (contribution_near), and no item, split
 *                or volunteer hears of it before it is an item itself.
 *   Safety       The database holds the hashes; the index is made of them, kept in memory by the
 *                process that did the job last, and saved in a file (near_index), so that a process
 *                that starts reads only what came since. A file that is damaged, or that the
 *                database does not know, is thrown away, and the index read whole. Killed anywhere,
 *                an item is due again. One job there is, so one at a time gives numbers.
 *
 * Threads: the job's, and those that look for a file. Two at once have an index each.
 */
#ifndef CORPUS_NEAR_DUPLICATES_H
#define CORPUS_NEAR_DUPLICATES_H

#include "core/arena.h"
#include "core/uuid.h"
#include "work/job_run.h"

/* Up to so many bits two hashes are of pictures that look alike (the authors of PDQ). */
#define NEAR_DUPLICATES_BITS 31

/* Up to so many of 256 two sounds are alike: between what variants of one come to (21), and others
 * (68), as docs/media.md measures. */
#define NEAR_DUPLICATES_SOUND 40

/* Says, before any job is done, in which folder of this machine the index is saved; it makes none.
 * Nobody says so: it is not saved. */
void near_duplicates_save_in(const char *folder);

extern const struct job_handler fingerprint_job;

/*
 * Which item a file looks or sounds most like: a copy that was encoded anew, a screenshot. Nothing
 * of the file is kept.  A process looks at one at a time: ERR_UNAVAILABLE, it looks at another.
 * ERR_NOT_FOUND: none; ERR_INVALID or ERR_TOO_LARGE: it cannot be compared, and why.
 */
struct error near_duplicates_find(struct db *db, struct store *store, struct arena *arena,
                                  const void *bytes, size_t len,
                                  char ret_item[UUID_TEXT]) MUST_CHECK;

#endif
