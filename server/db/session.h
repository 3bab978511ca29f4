/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session -- whether the database keeps what a connection asks of its session.
 *
 * A pooler in transaction mode gives each transaction any connection that is free: settings and
 * prepared statements get lost, and a lock of the session stays behind on a connection that nobody
 * ends, so that the next who asks for it waits for ever.  Whoever connects therefore sets a mark in
 * the connection's options, and looks for it.  Internal to db/.
 */
#ifndef DB_SESSION_H
#define DB_SESSION_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "core/error.h"

/* Belongs to the `options` of every connection. */
#define SESSION_MARK " -c touchstone.session=kept"

/* ERR_CONFLICT: something between us and PostgreSQL drops what a session asks for. */
struct error session_check(PGconn *conn) MUST_CHECK;

/* Says for whom a connection acts, before it is used for anything else. False, after logging why.
 */
bool session_acts(PGconn *conn, const char *actor, const char *network);

/* The statement that says so; takes the two. */
extern const char session_acting[];

#endif
