/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema -- may this program run on that database? What its migrations say, held to our own.
 *
 * A migration that older programs may run on states the oldest of them, in a line of its own:
 * `-- oldest program: 0010` means all that know migration 0010.  What it states is noted with it.
 * A migration that this program does not know, and that states nothing, is refused.  Pure.
 */
#ifndef DB_SCHEMA_H
#define DB_SCHEMA_H

#include <stddef.h>

#include "core/error.h"
#include "crypto/sha256.h"

/* A row of schema_migration. */
struct schema_row {
	const char *name, *checksum;
	const char *oldest_program; /* NULL: it states none */
};

#define SCHEMA_OLDEST 5 /* four digits, with the NUL */

/* What the text of a migration states; "" when it states nothing. */
void schema_oldest_program(const char *text, char ret_oldest[SCHEMA_OLDEST]);

/* The SHA-256 of a migration's text. */
void schema_checksum(const char *text, char ret_checksum[SHA256_TEXT]);

/*
 * Compares the rows, by name, with our migrations; *ret_ran is how many of ours ran.  ERR_CONFLICT:
 * one was changed after it ran, one is missing among those that ran, or the database is of a newer
 * program that says nothing of ours.
 */
struct error schema_compare(const struct schema_row rows[], size_t count,
                            unsigned *ret_ran) MUST_CHECK;

/* The same, for who needs all of them: ERR_CONFLICT besides when some have not run. */
struct error schema_fits(const struct schema_row rows[], size_t count) MUST_CHECK;

#endif
