/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held -- the files of what is held for an authority, which nobody can open who has not the key.
 *
 *   Properties   Of an item that is held (notices/hiding), every file goes into the media store in
 *                encrypted form, each under a key of its own, and goes as it was: the original,
 *                all renditions and pictures, and layouts of releases that repeat them.  A file's
 *                key is sealed by the operator's public key, so the server, its database and its
 *                store together cannot open it; the secret half is read by the operator's
 *                commands alone (held_hand_over, held_bring_back).  So whoever breaks in, or
 *                administers the server, sees nothing, and destroying the row destroys the file in
 *                every copy of the store.  The price: without the secret half it is lost.
 *   Operation    The encrypted file is an ordinary file of the store, named by the SHA-256 of what
 *                it holds (store check, copy and collect treat it as such); held_file maps the name
 *                by which items know the file to it.  A job that is done again and again encrypts
 *                one file after the other: it writes the encrypted one, reads it back from the
 *                store, compares, names it in the database, and only then removes the other.
 *                A decision to withdraw destroys files and keys (release/takedown), as the job does
 *                by itself where nobody decided in time after the deadline.  After any other
 *                decision the item waits, hidden, until the files are brought back.
 *   Safety       Killed anywhere, what is not done is done by the next run; at no time is there
 *                neither.  What another item shows too stays as it is.
 *
 * Threads: held_configure() before any; the rest as the struct db.
 */
#ifndef NOTICES_HELD_H
#define NOTICES_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "crypto/sealed_file.h"
#include "db/db.h"

struct job_handler;
struct store;

/* The file of a public key (NULL: nothing is encrypted) and days, as in TOUCHSTONE_HELD_KEY_FILE
 * and TOUCHSTONE_NOTICE_GRACE_DAYS. ERR_INVALID names what is wrong. */
struct error held_configure(const char *key_file, const char *grace_days) MUST_CHECK;

/* Encrypts what is due, and destroys what nobody decided on. */
extern const struct job_handler held_job;

/* An item of which files are, or are to be, encrypted. */
struct held_item {
	const char *item, *notice, *since;
	const char *until; /* NULL: nothing holds it any more */
	int64_t files;     /* that are encrypted */
	bool done;         /* all of them */
	bool withdrawn;
};

/* They live in the arena. */
struct error held_items(struct db *db, struct arena *arena, struct held_item **ret_items,
                        size_t *ret_count) MUST_CHECK;

/* Who opens: both halves of the operator's key. */
struct held_opener {
	unsigned char secret[SEALING_KEY_BYTES], public[SEALING_KEY_BYTES];
};

/* May the files of an item be handed over with this key? Fails as held_hand_over(), and opens none.
 */
struct error held_may_open(struct db *db, const struct held_opener *opener,
                           const char *item) MUST_CHECK;

/*
 * Writes the files of an item as they were into a folder that it makes, each under its SHA-256
 * without a word on what it is, with manifest.json (what, when, what was reported) and SHA256SUMS.
 * ERR_NOT_FOUND: none is encrypted; ERR_CONFLICT: not all are yet, or the folder is there;
 * ERR_FORBIDDEN: it is another key.  What was written before an error is removed again.
 */
struct error held_hand_over(struct db *db, struct store *store, const struct held_opener *opener,
                            const char *item, const char *folder, size_t *ret_files) MUST_CHECK;

/* Items that nothing holds any more, whose files wait for the key. They live in the arena. */
struct error held_free_items(struct db *db, struct arena *arena, const char *const **ret_items,
                             size_t *ret_count) MUST_CHECK;

/*
 * Puts the files of an item back as they were; the item is served again.  ERR_NOT_FOUND: none is
 * encrypted; ERR_CONFLICT: it is held; ERR_FORBIDDEN: it is another key.  Broken off, it goes on.
 */
struct error held_bring_back(struct db *db, struct store *store, const struct held_opener *opener,
                             const char *item, size_t *ret_files) MUST_CHECK;

#endif
