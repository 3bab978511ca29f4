/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal -- a test split whose labels are published later, and committed to at once.
 *
 *   Idea         Of a sealed item the files of a release hold what `sealed_columns` leaves public,
 *                and sealed.csv a commitment: SHA-256 of a random salt of 32 bytes and, behind it,
 *                of a line NAME=VALUE for the item and each value that is withheld, as a cell of
 *                CSV says it.  Without the salt nobody can try the two labels.  Whoever gets both
 *                later can tell that they were not changed.
 *   Properties   The salts are made once, before anything is written, and never change: whoever
 *                makes the release anew writes the same commitments.  What opens them stays in the
 *                database (release_seal) until release/unseal publishes it.  No log has it.
 *
 * Threads: one at a time.
 */
#ifndef RELEASE_SEAL_H
#define RELEASE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "crypto/sha256.h"
#include "db/db.h"
#include "release/columns.h"

#define SEAL_SALT_BYTES 32
#define SEAL_SALT_TEXT  65 /* hexadecimal, with its NUL */

/* The folder of sealed media, where those of a label stand in one named after it. */
#define SEALED_FOLDER "sealed"

/* Does labels.csv leave the column of a sealed item empty? Of what is new, until it is decided. */
bool seal_withholds(int column);

/* What stands in the columns of sealed_labels.csv behind the item and its salt, in order: how many,
 * and what the one is called. */
#define SEALED_VALUES (LABEL_VALUES - 11)
const char *seal_column(size_t index);

/* The commitment to an opening. False: the salt is not one. */
bool seal_commit(const char *salt, const char *opening, char commitment[SHA256_TEXT]);

/* Gives each sealed item of a release whose items are listed its salt, unless it has one. */
struct error seal_prepare(struct db *db, const char *release_id) MUST_CHECK;

/* Openings of the rows that are being written. */
struct seal;

struct seal *seal_new(void);
void seal_free(struct seal *seal);

/*
 * Takes the row of a sealed item: notes its opening, writes its commitment, and clears all values
 * that are withheld.
 */
struct error seal_row(struct seal *seal, const char *values[], const char *salt,
                      char commitment[SHA256_TEXT]) MUST_CHECK;

/* Keeps what was noted since the last call. */
struct error seal_keep(struct seal *seal, struct db *db, const char *release_id) MUST_CHECK;

#endif
