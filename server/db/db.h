/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db -- one PostgreSQL connection and the statements it knows.
 *
 * Every statement stands in ROOM/NOUN.sql.  A connection prepares it when it runs it for
 * the first time: there are hundreds, and most connections run a few.  db_check() prepares
 * all, so that a typo or a missing migration stops the server at start, not at 3 a.m.
 * A lost connection is made anew by the next call; until that works, calls return
 * ERR_UNAVAILABLE.
 *
 * Threads: a struct db belongs to one thread.  There is no pool to borrow from:
 * each lane thread has its own.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "db/statements.gen.h"

struct array;
struct db;
struct rows;

/*
 * Connects; `timeout_ms` bounds each statement, 0 for none.  NULL, after logging why.
 * Each run of a statement gets a plan of its own, for the values that it has.
 */
struct db *db_open(const char *conninfo, unsigned timeout_ms);

/*
 * The same, for a connection whose statements look rows up by their keys, and no others.  A plan
 * made while tables are small reads them whole, and is kept while they grow: a campaign that
 * begins in a fresh database would slow down by the minute.  Here plans are made once, and
 * follow keys.
 */
struct db *db_open_by_key(const char *conninfo, unsigned timeout_ms);

/* Another connection to the same database, with the same bounds. From any thread: reads only what a
 * connection never changes. */
struct db *db_open_like(const struct db *db);
void db_close(struct db *db);

/*
 * For whom what the connection does from now on is done: "KIND:ID" of audit.actor_kind and
 * audit.actor, "system" at first; and from which network (a keyed hash as text, NULL: none).  Not
 * in a transaction.  Costs nothing where it is so already, and lasts when the connection is made
 * anew.
 */
struct error db_act_as(struct db *db, const char *actor, const char *network) MUST_CHECK;

/* Does every statement fit the database?  ERR_INTERNAL for the first that does not. */
struct error db_check(struct db *db) MUST_CHECK;

/*
 * How long the next statements may wait for their answer, beside the time that the database allows
 * them: at most `hush_ms` while nothing at all is heard from the database, on any connection of
 * this process, and `most_ms` in any case (0: as long as the database allows, and a second).  Then
 * they fail with ERR_UNAVAILABLE; what became of a write is not known, as when a connection breaks.
 */
void db_set_patience(struct db *db, unsigned hush_ms, unsigned most_ms);

/*
 * Once *stop is true, a statement that is waited for is stopped, and no other is begun: they fail
 * with ERR_UNAVAILABLE and keep nothing.  NULL: never.
 */
void db_stop_when(struct db *db, const atomic_bool *stop);

/* As the statements of another connection, whose thread calls this. */
void db_stop_with(struct db *db, const struct db *other);

/*
 * Runs one statement; `params` are text, NULL meaning SQL NULL, as many as it takes.
 * On success the caller owns *rows; declare it `auto_rows` to have it freed.
 * ERR_UNAVAILABLE: no connection, or a timeout.  ERR_CONFLICT: a unique key is taken.
 * ERR_INVALID: a value breaks a constraint.
 */
struct error db_run(struct db *db, enum statement statement, const char *const params[],
                    struct rows **rows) MUST_CHECK;

/* The same for a statement that takes arrays alone. */
struct error db_run_arrays(struct db *db, enum statement statement,
                           const struct array *const params[], struct rows **rows) MUST_CHECK;

/* The same, when only success matters; *affected (may be NULL) is how many rows it touched. */
struct error db_do(struct db *db, enum statement statement, const char *const params[],
                   int64_t *affected) MUST_CHECK;

/*
 * Runs one statement and calls `each` row by row, holding one row in memory at a time.
 * Stops at the first error that `each` returns, and returns it.
 */
struct error db_stream(struct db *db, enum statement statement, const char *const params[],
                       struct error (*each)(void *arg, const struct rows *rows),
                       void *arg) MUST_CHECK;

/*
 * The same with values as PostgreSQL holds them, for reading millions of rows: take them with
 * the rows_raw functions below, which trust the statement to name its types.
 */
struct error db_stream_raw(struct db *db, enum statement statement, const char *const params[],
                           struct error (*each)(void *arg, const struct rows *rows),
                           void *arg) MUST_CHECK;

/*
 * Runs `body` inside BEGIN and COMMIT; ROLLBACK if it fails.  Runs it again, some
 * times, when the database asks for that (a deadlock or a serialisation failure), so
 * `body` must not have effects elsewhere.
 */
struct error db_transaction(struct db *db, struct error (*body)(struct db *db, void *arg),
                            void *arg) MUST_CHECK;

/*
 * The same, and all of `body` sees one and the same state of the database: that of its first
 * statement that reads.  LOCK TABLE reads nothing: after it, the state is that of after the wait.
 */
struct error db_transaction_snapshot(struct db *db, struct error (*body)(struct db *db, void *arg),
                                     void *arg) MUST_CHECK;

/* The same, read only: all of `body` sees one and the same state of the database. */
struct error db_snapshot(struct db *db, struct error (*body)(struct db *db, void *arg),
                         void *arg) MUST_CHECK;

/* Was the last ERR_UNAVAILABLE only a deadlock or a serialisation failure, worth another run at
 * once? */
bool db_asked_again(const struct db *db);

/*
 * Counts this connection's lives.  What a session holds (a lock) is gone once this
 * number is another.
 */
unsigned db_life(const struct db *db);

/* Does the database answer right now? Makes the connection anew if it can. */
bool db_alive(struct db *db);

size_t rows_count(const struct rows *rows);

/* The value as text; NULL for SQL NULL. Lives as long as the rows. */
const char *rows_text(const struct rows *rows, size_t row, int column);
int64_t rows_integer(const struct rows *rows, size_t row, int column);
double rows_double(const struct rows *rows, size_t row, int column);
double rows_double_or_nan(const struct rows *rows, size_t row, int column); /* NAN for SQL NULL */
bool rows_flag(const struct rows *rows, size_t row, int column);

/* The value as text that lives in the arena; NULL for SQL NULL. */
const char *rows_copy(const struct rows *rows, size_t row, int column, struct arena *arena);

/* Of a row of db_stream_raw(): the bytes of a value, NULL for SQL NULL. */
const unsigned char *rows_raw(const struct rows *rows, int column, size_t *ret_len);
int64_t rows_raw_integer(const struct rows *rows, int column); /* smallint, integer or bigint */
double rows_raw_real(const struct rows *rows, int column);     /* double precision */
bool rows_raw_flag(const struct rows *rows, int column);

/* How many elements a uuid[] has, and the bytes of one of them. */
size_t rows_raw_uuids(const struct rows *rows, int column);
const unsigned char *rows_raw_uuid(const struct rows *rows, int column, size_t element);

void rows_free(struct rows *rows);

static inline void rows_clear(struct rows **rows)
{
	rows_free(*rows);
}

#define auto_rows __attribute__((cleanup(rows_clear))) struct rows

#endif
