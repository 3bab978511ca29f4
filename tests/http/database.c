/* SPDX-License-Identifier: Apache-2.0 */
#include "database.h"

#include <dlfcn.h>
#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "program.h"

#define MAX_COLUMNS 16

static PGconn *conn;
static PGconn *volatile parents; /* a forked process must neither use nor end its parent's */
static pid_t owner;
static PGconn *newest; /* of the program's own, in this process */

__attribute__((destructor)) static void hang_up(void)
{
	if (conn && owner == getpid())
		PQfinish(conn);
}

static PGresult *run(const char *sql)
{
	if (owner != getpid()) {
		parents = conn;
		conn = PQconnectdb(for_owner(getenv("DATABASE_URL")));
		owner = getpid();
		PQclear(PQexec(conn, "SET client_min_messages = error; SET TimeZone = 'UTC'"));
	}
	PGresult *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		ck_abort_msg("%s\n%s", PQerrorMessage(conn), sql);
	return result;
}

static char *printed(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		abort();
	return keep(text);
}

void tell_db(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	PQclear(run(printed(format, args)));
	va_end(args);
}

static const char *first_value(const char *sql)
{
	PGresult *result = run(sql);
	const char *value = NULL;

	if (PQntuples(result) && !PQgetisnull(result, 0, 0))
		value = say("%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return value;
}

const char *ask_db(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *value = first_value(printed(format, args));
	va_end(args);
	return value;
}

long long count_db(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *value = first_value(printed(format, args));
	va_end(args);
	return value ? strtoll(value, NULL, 10) : 0;
}

void each_row(void (*each)(void *arg, const char *const columns[]), void *arg, const char *sql)
{
	const char *columns[MAX_COLUMNS];
	PGresult *result = run(sql);

	for (int r = 0; r < PQntuples(result); r++) {
		for (int c = 0; c < PQnfields(result) && c < MAX_COLUMNS; c++)
			columns[c] = PQgetvalue(result, r, c);
		each(arg, columns);
	}
	PQclear(result);
}

/* Found before libpq's by db_open(), to know its connection: what it keeps tells nobody else. */
PGconn *PQconnectdbParams(const char *const *keywords, const char *const *values, int expand)
{
	PGconn *(*connect_of_libpq)(const char *const *, const char *const *, int);

	*(void **)&connect_of_libpq = dlsym(RTLD_NEXT, "PQconnectdbParams");
	newest = connect_of_libpq(keywords, values, expand);
	return newest;
}

struct plans plans_made(const char *statement)
{
	PGresult *result = PQexecParams(
		newest, "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE name = $1", 1,
		NULL, (const char *[]){ statement }, NULL, NULL, 0);

	if (PQntuples(result) != 1)
		ck_abort_msg("%s\n%s", PQerrorMessage(newest), statement);
	struct plans plans = { strtoll(PQgetvalue(result, 0, 0), NULL, 10),
		                   strtoll(PQgetvalue(result, 0, 1), NULL, 10) };
	PQclear(result);
	return plans;
}

long long rows_stored(void)
{
	return count_db("SELECT (SELECT count(*) FROM volunteer)"
	                " + (SELECT count(*) FROM skipped_pair)"
	                " + (SELECT count(*) FROM judged_pair) + (SELECT count(*) FROM judgment)"
	                " + (SELECT count(*) FROM session) + (SELECT count(*) FROM account)"
	                " + (SELECT count(*) FROM claim) + (SELECT count(*) FROM blind_verdict)"
	                " + (SELECT count(*) FROM ruling) + (SELECT count(*) FROM release)"
	                " + (SELECT count(*) FROM job)");
}
