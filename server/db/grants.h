/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants -- what the role that serves may do, where another role owns the tables (db/grants.sql).
 *
 * Internal to db/: the connection is the owner's, and holds the lock of migrations.
 */
#ifndef DB_GRANTS_H
#define DB_GRANTS_H

#include <libpq-fe.h>

#include "core/error.h"

/* Made by scripts/embed-migrations from db/grants.sql. */
extern const char grants_text[];

#define GRANTS_ROLE 64 /* PostgreSQL's names have 63 bytes at most */

/*
 * The role that serves is the one that `server_conninfo` names.
 * ERR_INVALID: it names none.  ERR_NOT_FOUND: there is no such role.
 */
struct error grants_find_role(PGconn *conn, const char *server_conninfo,
                              char ret_role[GRANTS_ROLE]) MUST_CHECK;

/*
 * Grants it what db/grants.sql says, and takes from it what else it had.  Nothing is done where it
 * is the owner itself, or where a newer program has migrated, whose tables ours does not know.
 */
struct error grants_give(PGconn *conn, const char *role) MUST_CHECK;

#endif
