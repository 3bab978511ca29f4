/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db.h"

#include <libpq-fe.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/log.h"
#include "db/array.h"
#include "db/session.h"
#include "db/sqlstate.h"
#include "db/wire.h"

#define RETRY_EVERY_MS   200  /* how often one connection tries to come back */
#define SPARE_MS         1000 /* beyond a statement's own time, for its answer to arrive */
#define TRANSACTION_RUNS 5
#define MAX_ARRAYS       32 /* parameters of one statement */

#define BY_KEY                                                              \
	" -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off" \
	" -c plan_cache_mode=force_generic_plan"

/* For others what suits one volunteer or page may be a hundred times too dear for the next. */
#define BY_VALUE " -c plan_cache_mode=force_custom_plan"

#define ACTOR_TEXT   128 /* the kind, and a uuid or a user's name */
#define NETWORK_TEXT 40

#define IDLE_MOST_MS 600000 /* in a transaction, where statements have no limit */

struct db {
	PGconn *conn;
	bool usable; /* no transaction is half undone */
	char *conninfo;
	unsigned timeout_ms;
	struct patience patience;
	bool by_key;
	int64_t last_try_ms;
	bool in_transaction;
	char actor[ACTOR_TEXT], network[NETWORK_TEXT]; /* for whom it acts */
	bool asked_again;          /* the database wants the transaction run again */
	unsigned life;             /* grows with every new connection */
	bool prepared[STATEMENTS]; /* on this connection */
};

/* A struct rows is a PGresult under a name of our own, so that libpq stays in this room. */
static PGresult *result_of(const struct rows *rows)
{
	return (PGresult *)(uintptr_t)rows;
}

/*
 * A machine that vanishes sends no word, and statement_timeout is its to keep: without the first
 * four a lane would wait for hours.  They stand before the URL, so that it may say otherwise.
 */
static PGconn *db_dial(const struct db *db)
{
	char options[400];

	snprintf(
		options, sizeof options,
		"-c statement_timeout=%u -c lock_timeout=%u -c TimeZone=UTC -c DateStyle=ISO -c jit=off "
		"-c idle_in_transaction_session_timeout=%u%s" SESSION_MARK,
		db->timeout_ms, db->timeout_ms / 2, db->timeout_ms ? 2 * db->timeout_ms : IDLE_MOST_MS,
		db->by_key ? BY_KEY : BY_VALUE);
	return PQconnectdbParams((const char *[]){ "keepalives_idle", "keepalives_interval",
	                                           "keepalives_count", "tcp_user_timeout", "dbname",
	                                           "options", "connect_timeout", "application_name",
	                                           "client_encoding", NULL },
	                         (const char *[]){ "5", "2", "3", "10000", db->conninfo, options, "2",
	                                           "touchstone", "UTF8", NULL },
	                         1);
}

static void db_quiet(void *arg, const PGresult *result)
{
	(void)arg, (void)result; /* notices are no news to us */
}

static bool db_connect(struct db *db)
{
	PGconn *fresh = db_dial(db);

	PQfinish(db->conn);
	db->conn = fresh;
	db->usable = false;
	db->in_transaction = false;
	db->last_try_ms = clock_monotonic_ms();
	if (PQstatus(fresh) != CONNECTION_OK) {
		log_error("database: %s", PQerrorMessage(fresh));
		return false;
	}
	PQsetNoticeReceiver(fresh, db_quiet, NULL);
	struct error err = session_check(fresh);
	if (err.code) {
		log_error("database: %s", err.detail);
		return false;
	}
	if (!session_acts(fresh, db->actor, db->network))
		return false;
	PQsetnonblocking(fresh, 1);
	memset(db->prepared, 0, sizeof db->prepared);
	db->usable = true;
	db->life++;
	return true;
}

static struct db *open_as(const char *conninfo, unsigned timeout_ms, bool by_key)
{
	struct db *db = calloc(1, sizeof *db);

	lock_check("the database");
	if (!db || !(db->conninfo = strdup(conninfo)))
		abort();
	db->timeout_ms = timeout_ms;
	db->by_key = by_key;
	snprintf(db->actor, sizeof db->actor, "system");
	db_set_patience(db, timeout_ms ? timeout_ms + SPARE_MS : 0, 0);
	if (db_connect(db))
		return db;
	db_close(db);
	return NULL;
}

struct db *db_open(const char *conninfo, unsigned timeout_ms)
{
	return open_as(conninfo, timeout_ms, false);
}

struct db *db_open_by_key(const char *conninfo, unsigned timeout_ms)
{
	return open_as(conninfo, timeout_ms, true);
}

struct db *db_open_like(const struct db *db)
{
	return open_as(db->conninfo, db->timeout_ms, db->by_key);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	PQfinish(db->conn);
	free(db->conninfo);
	free(db);
}

static struct error db_gone(void)
{
	return errorf(ERR_UNAVAILABLE, "The database is not answering. Try again in a moment.");
}

void db_set_patience(struct db *db, unsigned hush_ms, unsigned most_ms)
{
	unsigned whole_ms = db->timeout_ms ? db->timeout_ms + SPARE_MS : 0;

	db->patience.hush_ms = hush_ms;
	db->patience.most_ms = most_ms ? most_ms : whole_ms;
}

void db_stop_when(struct db *db, const atomic_bool *stop)
{
	db->patience.stop = stop;
}

void db_stop_with(struct db *db, const struct db *other)
{
	db->patience.stop = other->patience.stop;
}

/* A connection that did not answer in time is of no more use: its answer may come yet. */
static void db_drop(struct db *db)
{
	log_error("database: no answer in time; the connection is given up");
	PQfinish(db->conn);
	db->conn = NULL;
	db->usable = false;
}

/* The next result of what was sent, or NULL; a database that hangs costs us the connection. */
static PGresult *next_result(struct db *db)
{
	bool hung;
	PGresult *result = wire_result(db->conn, db->patience, &hung);

	if (hung)
		db_drop(db);
	return result;
}

/* The last result of what was sent; NULL after an error that the connection knows. */
static PGresult *last_result(struct db *db, int sent)
{
	PGresult *last = NULL, *result;

	if (!sent)
		return NULL;
	while (db->conn && (result = next_result(db))) {
		PQclear(last);
		last = result;
	}
	if (db->conn)
		return last;
	PQclear(last);
	return NULL;
}

/*
 * A connection that is known to be broken is made anew, but not in the middle of a transaction.
 * One that died while it was idle, as all do when the database starts again, is known before a
 * statement is sent on it: nobody but us has to notice.
 */
static struct error ensure_connected(struct db *db)
{
	lock_check("the database");
	if (db->patience.stop && *db->patience.stop)
		return errorf(ERR_UNAVAILABLE, "The work was stopped.");
	if (!db->in_transaction && !wire_may_ask())
		return db_gone();
	if (db->usable &&
	    (db->in_transaction ? PQstatus(db->conn) == CONNECTION_OK : !wire_is_dead(db->conn)))
		return ok();
	if (db->in_transaction || clock_monotonic_ms() - db->last_try_ms < RETRY_EVERY_MS)
		return db_gone();
	if (!db_connect(db))
		return db_gone();
	log_info("database: connected again");
	return ok();
}

/* What the database says went wrong, as a caller may see it; the log tells the rest. */
static struct error db_translate(struct db *db, const PGresult *result, const char *what)
{
	db->asked_again = false;
	if (!db->conn)
		return db_gone(); /* the log knows */
	enum sqlstate meaning = PQstatus(db->conn) == CONNECTION_OK
	                            ? sqlstate_meaning(PQresultErrorField(result, PG_DIAG_SQLSTATE))
	                            : SQLSTATE_LATER;

	if (meaning == SQLSTATE_AGAIN) {
		db->asked_again = true;
		return errorf(ERR_UNAVAILABLE, "Too many changes at once. Try again in a moment.");
	}
	if (meaning == SQLSTATE_TAKEN)
		return errorf(ERR_CONFLICT, "This exists already.");
	log_error("statement %s: %s", what, PQerrorMessage(db->conn));
	if (meaning == SQLSTATE_LATER)
		return db_gone();
	if (meaning == SQLSTATE_VALUE)
		return errorf(ERR_INVALID, "A value breaks a rule of the database.");
	return errorf(ERR_INTERNAL, "%s failed", what);
}

struct error db_act_as(struct db *db, const char *actor, const char *network)
{
	const char *from = network ? network : "";
	struct error err;

	if (strcmp(db->actor, actor) == 0 && strcmp(db->network, from) == 0)
		return ok();
	if ((err = ensure_connected(db)).code)
		return err;
	PGresult *result =
		last_result(db, PQsendQueryParams(db->conn, session_acting, 2, NULL,
	                                      (const char *[]){ actor, from }, NULL, NULL, 0));
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		err = db_translate(db, result, "session_acting");
	PQclear(result);
	if (err.code)
		return err;
	snprintf(db->actor, sizeof db->actor, "%s", actor);
	snprintf(db->network, sizeof db->network, "%s", from);
	return ok();
}

/* Connects if need be, and prepares the statement when this connection runs it for the first time.
 */
static struct error ensure_prepared(struct db *db, enum statement statement)
{
	const struct statement_text *text = &statements[statement];
	struct error err = ensure_connected(db);

	db->asked_again = false;
	if (err.code || db->prepared[statement])
		return err;
	PGresult *made = last_result(db, PQsendPrepare(db->conn, text->name, text->text, 0, NULL));
	if (PQresultStatus(made) == PGRES_COMMAND_OK)
		db->prepared[statement] = true;
	else
		err = db_translate(db, made, text->name);
	PQclear(made);
	return err;
}

/* Prepares the statement, and compares how many parameters it takes with what we counted. */
static struct error statement_check(struct db *db, enum statement statement)
{
	const char *name = statements[statement].name;
	struct error err = ensure_prepared(db, statement);

	if (err.code)
		return err;
	PGresult *told = last_result(db, PQsendDescribePrepared(db->conn, name));
	if (PQresultStatus(told) != PGRES_COMMAND_OK)
		err = db_translate(db, told, name);
	else if (PQnparams(told) != statements[statement].params)
		err = errorf(ERR_INTERNAL, "statement %s takes %d parameters, and not %d", name,
		             PQnparams(told), statements[statement].params);
	PQclear(told);
	return err;
}

struct error db_check(struct db *db)
{
	struct error err = ok();

	for (unsigned s = 0; s < STATEMENTS && !err.code; s++)
		err = statement_check(db, s);
	return err;
}

static struct error db_db_run(struct db *db, enum statement statement, const char *const params[],
                              const int lengths[], const int formats[], struct rows **rows)
{
	struct error err = ensure_prepared(db, statement);

	if (err.code)
		return err;
	PGresult *result = last_result(db, PQsendQueryPrepared(db->conn, statements[statement].name,
	                                                       statements[statement].params, params,
	                                                       lengths, formats, 0));
	if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK) {
		*rows = (struct rows *)result;
		return ok();
	}
	err = db_translate(db, result, statements[statement].name);
	PQclear(result);
	return err;
}

struct error db_run(struct db *db, enum statement statement, const char *const params[],
                    struct rows **rows)
{
	return db_db_run(db, statement, params, NULL, NULL, rows);
}

struct error db_run_arrays(struct db *db, enum statement statement,
                           const struct array *const params[], struct rows **rows)
{
	const char *values[MAX_ARRAYS];
	int lengths[MAX_ARRAYS], formats[MAX_ARRAYS];

	if (statements[statement].params > MAX_ARRAYS)
		abort(); /* a program error */
	for (int i = 0; i < statements[statement].params; i++) {
		values[i] = array_wire(params[i], &lengths[i]);
		formats[i] = 1; /* binary */
	}
	return db_db_run(db, statement, values, lengths, formats, rows);
}

struct error db_do(struct db *db, enum statement statement, const char *const params[],
                   int64_t *affected)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	if (!err.code && affected)
		*affected = strtoll(PQcmdTuples(result_of(rows)), NULL, 10);
	return err;
}

static struct error db_db_stream(struct db *db, enum statement statement,
                                 const char *const params[], int format,
                                 struct error (*each)(void *arg, const struct rows *rows),
                                 void *arg)
{
	struct error err = ensure_prepared(db, statement);
	const char *name = statements[statement].name;
	bool stopped = false; /* by `each`, while rows may still come */
	PGresult *result;

	if (err.code)
		return err;
	if (!PQsendQueryPrepared(db->conn, name, statements[statement].params, params, NULL, NULL,
	                         format))
		return db_translate(db, NULL, name);
	PQsetSingleRowMode(db->conn);
	while (!err.code && (result = next_result(db))) {
		if (PQresultStatus(result) == PGRES_SINGLE_TUPLE)
			stopped = (err = each(arg, (const struct rows *)result)).code != OK;
		else if (PQresultStatus(result) != PGRES_TUPLES_OK)
			err = db_translate(db, result, name);
		PQclear(result);
	}
	if (!db->conn)
		return db_gone();
	if (stopped)
		wire_cancel(db->conn); /* no more rows; those on their way still come */
	while (db->conn && (result = next_result(db)))
		PQclear(result);
	return err;
}

struct error db_stream(struct db *db, enum statement statement, const char *const params[],
                       struct error (*each)(void *arg, const struct rows *rows), void *arg)
{
	return db_db_stream(db, statement, params, 0, each, arg);
}

struct error db_stream_raw(struct db *db, enum statement statement, const char *const params[],
                           struct error (*each)(void *arg, const struct rows *rows), void *arg)
{
	return db_db_stream(db, statement, params, 1, each, arg);
}

static struct error db_plain(struct db *db, const char *command)
{
	PGresult *result = last_result(db, PQsendQuery(db->conn, command));
	struct error err = ok();

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		err = db_translate(db, result, command);
	else if (strcmp(PQcmdStatus(result), "ROLLBACK") == 0 && strcmp(command, "COMMIT") == 0)
		err = errorf(ERR_INTERNAL, "%s did %s", command, PQcmdStatus(result));
	PQclear(result);
	return err;
}

static struct error transaction_once(struct db *db, const char *begin,
                                     struct error (*body)(struct db *db, void *arg), void *arg)
{
	struct error err = ensure_connected(db);

	db->asked_again = false;
	if (err.code || (err = db_plain(db, begin)).code)
		return err;
	db->in_transaction = true;
	err = body(db, arg);
	if (!err.code)
		err = db_plain(db, "COMMIT");
	if (err.code && PQstatus(db->conn) == CONNECTION_OK) {
		struct error undone = db_plain(db, "ROLLBACK");
		db->usable = !undone.code;
	}
	db->in_transaction = false;
	return err;
}

static struct error db_db_transaction(struct db *db, const char *begin,
                                      struct error (*body)(struct db *db, void *arg), void *arg)
{
	struct error err = ok();

	for (int run = 0; run < TRANSACTION_RUNS; run++) {
		err = transaction_once(db, begin, body, arg);
		if (!db->asked_again)
			break;
	}
	return err;
}

struct error db_transaction(struct db *db, struct error (*body)(struct db *db, void *arg),
                            void *arg)
{
	return db_db_transaction(db, "BEGIN", body, arg);
}

struct error db_transaction_snapshot(struct db *db, struct error (*body)(struct db *db, void *arg),
                                     void *arg)
{
	return db_db_transaction(db, "BEGIN ISOLATION LEVEL REPEATABLE READ", body, arg);
}

struct error db_snapshot(struct db *db, struct error (*body)(struct db *db, void *arg), void *arg)
{
	return db_db_transaction(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body, arg);
}

bool db_asked_again(const struct db *db)
{
	return db->asked_again;
}

unsigned db_life(const struct db *db)
{
	return db->life;
}

bool db_alive(struct db *db)
{
	struct error err = ensure_connected(db);

	if (err.code)
		return false;
	PGresult *result = last_result(db, PQsendQuery(db->conn, "SELECT 1"));
	bool alive = PQresultStatus(result) == PGRES_TUPLES_OK;
	PQclear(result);
	return alive;
}

size_t rows_count(const struct rows *rows)
{
	return rows ? (size_t)PQntuples(result_of(rows)) : 0;
}

const char *rows_text(const struct rows *rows, size_t row, int column)
{
	PGresult *result = result_of(rows);

	return PQgetisnull(result, (int)row, column) ? NULL : PQgetvalue(result, (int)row, column);
}

int64_t rows_integer(const struct rows *rows, size_t row, int column)
{
	const char *text = rows_text(rows, row, column);

	return text ? strtoll(text, NULL, 10) : 0;
}

double rows_double(const struct rows *rows, size_t row, int column)
{
	const char *text = rows_text(rows, row, column);

	return text ? strtod(text, NULL) : 0;
}

double rows_double_or_nan(const struct rows *rows, size_t row, int column)
{
	return rows_text(rows, row, column) ? rows_double(rows, row, column) : NAN;
}

bool rows_flag(const struct rows *rows, size_t row, int column)
{
	const char *text = rows_text(rows, row, column);

	return text && text[0] == 't';
}

const char *rows_copy(const struct rows *rows, size_t row, int column, struct arena *arena)
{
	const char *text = rows_text(rows, row, column);

	return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

const unsigned char *rows_raw(const struct rows *rows, int column, size_t *ret_len)
{
	PGresult *result = result_of(rows);

	*ret_len = (size_t)PQgetlength(result, 0, column);
	return PQgetisnull(result, 0, column) ? NULL
	                                      : (const unsigned char *)PQgetvalue(result, 0, column);
}

static uint64_t big_endian(const unsigned char *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

int64_t rows_raw_integer(const struct rows *rows, int column)
{
	size_t len;
	const unsigned char *bytes = rows_raw(rows, column, &len);

	if (!bytes || len > 8)
		return 0;
	uint64_t value = big_endian(bytes, len);
	return len == 8 ? (int64_t)value : len == 4 ? (int32_t)value : (int16_t)value;
}

double rows_raw_real(const struct rows *rows, int column)
{
	size_t len;
	const unsigned char *bytes = rows_raw(rows, column, &len);
	uint64_t bits = bytes && len == 8 ? big_endian(bytes, 8) : 0;
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

bool rows_raw_flag(const struct rows *rows, int column)
{
	size_t len;
	const unsigned char *bytes = rows_raw(rows, column, &len);

	return bytes && len == 1 && bytes[0];
}

/* An array begins with dimensions, a flag and the element type, then size and base of each
 * dimension; every element has its length before it. */
#define ARRAY_HEAD 20
#define UUID_STEP  (4 + 16)

size_t rows_raw_uuids(const struct rows *rows, int column)
{
	size_t len;
	const unsigned char *bytes = rows_raw(rows, column, &len);

	return bytes && len >= ARRAY_HEAD ? (len - ARRAY_HEAD) / UUID_STEP : 0;
}

const unsigned char *rows_raw_uuid(const struct rows *rows, int column, size_t element)
{
	size_t len;

	return rows_raw(rows, column, &len) + ARRAY_HEAD + element * UUID_STEP + 4;
}

void rows_free(struct rows *rows)
{
	PQclear((PGresult *)rows);
}
