/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire -- waits for the database's answers, but not for ever.
 *
 * statement_timeout is the database's to keep: one that is stopped, or whose disk does not
 * answer, keeps nothing.  So every wait has an end on our side as well.  A slow statement is told
 * from a database that hangs by what others hear: while any connection of this process gets
 * answers, a read may go on; when none has heard a byte for some time, all that ask are refused at
 * once, but one a second, which tries.
 *
 * Internal to db/.  Threads: a PGconn belongs to one; what the process has heard is shared.
 */
#ifndef DB_WIRE_H
#define DB_WIRE_H

#include <libpq-fe.h>
#include <stdatomic.h>
#include <stdbool.h>

/* How long an answer may take; 0: for ever. */
struct patience {
	unsigned hush_ms;        /* while nobody in this process hears anything */
	unsigned most_ms;        /* whatever others hear */
	const atomic_bool *stop; /* once it is true, the database is asked to stop; NULL: never */
};

/*
 * The next result of a statement that was sent; NULL: there is no more.  *ret_hung: none came in
 * time, and the connection is of no more use.
 */
PGresult *wire_result(PGconn *conn, struct patience patience, bool *ret_hung);

/* Asks the database to stop what it does on this connection; answers on their way still come. */
void wire_cancel(PGconn *conn);

/* Is a connection that waits for nothing dead already?  Does not wait. */
bool wire_is_dead(PGconn *conn);

/* May this caller ask?  False while the database hangs, but for one caller a second. */
bool wire_may_ask(void);

#endif
