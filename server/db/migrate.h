/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate -- brings the schema up to what this program expects.
 *
 * Migrations are embedded in the program and run in order, each in a transaction
 * of its own, under an advisory lock: any number of programs may start at once.
 * A database that holds a migration whose text has changed since, or one that this program neither
 * knows nor may run on (db/schema), is refused: that is another program's database.
 *
 * A step that needs a lock waits for it two seconds at a time, because whoever comes after it,
 * readers too, waits with it.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stdbool.h>

#include "core/error.h"

struct migration {
	const char *name, *text;
};

/* Made by scripts/embed-migrations from db/migrations/. */
extern const struct migration migrations[];
extern const unsigned migration_count;

/*
 * Runs what is missing and sets *ret_run to how many that was.  Then grants what it needs to the
 * role that `server_conninfo` names (db/grants); NULL: who migrates serves too.
 * ERR_UNAVAILABLE: no database. ERR_CONFLICT: the database is another program's, or somebody held a
 * lock for ten minutes.
 */
struct error migrate(const char *conninfo, const char *server_conninfo,
                     unsigned *ret_run) MUST_CHECK;

/* Prints each migration and whether it ran, one a line on standard output. Takes no lock, waits for
 * nobody and writes nothing. */
struct error migrate_status(const char *conninfo) MUST_CHECK;

#endif
