/* SPDX-License-Identifier: Apache-2.0 */
#include "db/migrate.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "crypto/sha256.h"
#include "db/grants.h"
#include "db/schema.h"
#include "db/session.h"

#define MOST_ROWS 1024
#define TRIES     120 /* ten minutes */
#define LET_BY_MS 3000

/* Any number does, as long as no other program on the same database uses it: "touch" in ASCII. */
#define LOCK "SELECT pg_advisory_lock(499967689576)"

/* An older program's table is brought up to date here, and only where it must be: no lock for
 * nothing. */
static const char own_table[] =
	"DO $$BEGIN "
	"IF to_regclass('schema_migration') IS NULL THEN"
	" CREATE TABLE schema_migration (name text PRIMARY KEY, checksum text NOT NULL,"
	" applied_at timestamptz NOT NULL DEFAULT now());"
	" COMMENT ON TABLE schema_migration IS"
	" 'Which migrations ran, and a SHA-256 of what each said.';"
	"END IF;"
	"IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'schema_migration'::regclass"
	" AND attname = 'oldest_program' AND NOT attisdropped) THEN"
	" ALTER TABLE schema_migration ADD oldest_program text CHECK (oldest_program ~ '^[0-9]{4}$');"
	" COMMENT ON COLUMN schema_migration.oldest_program IS"
	" 'Programs that know the migration of this number may run on it. NULL: it says nothing.';"
	"END IF;"
	"END$$";

static void migrate_finish(PGconn **conn)
{
	PQfinish(*conn);
}

static void migrate_clear(PGresult **result)
{
	PQclear(*result);
}

#define auto_conn   __attribute__((cleanup(migrate_finish))) PGconn
#define auto_result __attribute__((cleanup(migrate_clear))) PGresult

static struct error migrate_broken(PGconn *conn, const char *what)
{
	log_error("%s: %s", what, PQerrorMessage(conn));
	return PQstatus(conn) == CONNECTION_OK
	           ? errorf(ERR_INTERNAL, "%s failed; the log says why", what)
	           : errorf(ERR_UNAVAILABLE, "The database is not answering. Is DATABASE_URL right?");
}

static struct error migrate_command(PGconn *conn, const char *text, const char *what)
{
	auto_result *result = PQexec(conn, text);
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return ok();
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (!state || (strcmp(state, "55P03") != 0 && strcmp(state, "40P01") != 0))
		return migrate_broken(conn, what);
	auto_result *undone = PQexec(conn, "ROLLBACK");
	return errorf(ERR_CONFLICT,
	              "%s waits for a lock that others hold: end what they do, and run it again", what);
}

/* Refuses a database that holds something else than a beginning of our list. Takes no lock. */
static struct error migrate_compare(PGconn *conn, unsigned *ret_ran)
{
	auto_result *there = PQexec(conn, "SELECT to_regclass('schema_migration') IS NOT NULL");
	struct schema_row rows[MOST_ROWS];

	if (PQresultStatus(there) != PGRES_TUPLES_OK)
		return migrate_broken(conn, "looking for schema_migration");
	*ret_ran = 0;
	if (strcmp(PQgetvalue(there, 0, 0), "t") != 0)
		return ok();
	/* The column is not there where an older program ran last. */
	auto_result *result = PQexec(conn, "SELECT name, checksum, to_jsonb(m)->>'oldest_program'"
	                                   " FROM schema_migration m ORDER BY name COLLATE \"C\"");
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		return migrate_broken(conn, "reading schema_migration");
	int count = PQntuples(result) < MOST_ROWS ? PQntuples(result) : MOST_ROWS;
	for (int r = 0; r < count; r++)
		rows[r] =
			(struct schema_row){ .name = PQgetvalue(result, r, 0),
			                     .checksum = PQgetvalue(result, r, 1),
			                     .oldest_program =
			                         PQgetisnull(result, r, 2) ? NULL : PQgetvalue(result, r, 2) };
	return schema_compare(rows, (size_t)count, ret_ran);
}

/*
 * From 15.20 on PostgreSQL adds no column with a default to a table whose row a function with an
 * SQL body takes.  0004 does, and is not edited any more.  So the function goes before it and comes
 * back behind it, as it was; 0025 gives such functions bodies that PostgreSQL does not look into.
 */
static const struct around {
	const char *name, *before, *after;
} arounds[] = {
	{ "0004_releases",
	  "SELECT set_config('touchstone.aside', pg_get_functiondef(f), true),"
	  " set_config('touchstone.aside_says', obj_description(f, 'pg_proc'), true)"
	  " FROM CAST('release_json(release)'::regprocedure AS oid) AS f;"
	  "DROP FUNCTION release_json(release)",
	  "DO $$BEGIN EXECUTE current_setting('touchstone.aside');"
	  " EXECUTE format('COMMENT ON FUNCTION release_json IS %L',"
	  " current_setting('touchstone.aside_says')); END$$" },
};

static struct error run_text(PGconn *conn, const struct migration *migration)
{
	const struct around *around = NULL;
	struct error err;

	for (size_t i = 0; i < sizeof arounds / sizeof arounds[0]; i++)
		if (strcmp(arounds[i].name, migration->name) == 0)
			around = &arounds[i];
	if (around && (err = migrate_command(conn, around->before, migration->name)).code)
		return err;
	if ((err = migrate_command(conn, migration->text, migration->name)).code || !around)
		return err;
	return migrate_command(conn, around->after, migration->name);
}

static struct error run_one(PGconn *conn, const struct migration *migration)
{
	char sum[SHA256_TEXT], oldest[SCHEMA_OLDEST];
	const char *params[] = { migration->name, sum, oldest };
	struct error err;

	schema_checksum(migration->text, sum);
	schema_oldest_program(migration->text, oldest);
	if ((err = migrate_command(conn, "BEGIN", "BEGIN")).code)
		return err;
	if ((err = run_text(conn, migration)).code)
		return err;
	auto_result *noted =
		PQexecParams(conn,
	                 "INSERT INTO schema_migration (name, checksum, oldest_program)"
	                 " VALUES ($1, $2, nullif($3, ''))",
	                 3, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(noted) != PGRES_COMMAND_OK)
		return migrate_broken(conn, "writing schema_migration");
	return migrate_command(conn, "COMMIT", "COMMIT");
}

static struct error make_own_table(PGconn *conn, const struct migration *none)
{
	(void)none;
	return migrate_command(conn, own_table, "making schema_migration");
}

/*
 * Who waits for a lock on a table holds up all that come after, readers too.  So a step waits for
 * two seconds only, lets the others by, and tries again.
 */
static struct error run_patiently(PGconn *conn,
                                  struct error (*step)(PGconn *, const struct migration *),
                                  const struct migration *migration)
{
	const char *name = migration ? migration->name : "schema_migration";
	struct error err = step(conn, migration);

	for (int tries = 1; err.code == ERR_CONFLICT && tries < TRIES; tries++) {
		log_warn("%s: others hold a lock that it needs (pg_stat_activity names them); it is tried "
		         "again",
		         name);
		clock_rest_ms(LET_BY_MS);
		err = step(conn, migration);
	}
	return err;
}

static void migrate_quiet(void *arg, const PGresult *result)
{
	(void)arg, (void)result;
}

static struct error connect_quietly(PGconn *conn)
{
	if (PQstatus(conn) != CONNECTION_OK)
		return migrate_broken(conn, "database");
	PQsetNoticeReceiver(conn, migrate_quiet, NULL);
	return session_check(conn);
}

static PGconn *migrate_dial(const char *conninfo)
{
	return PQconnectdbParams((const char *[]){ "dbname", "options", "application_name", NULL },
	                         (const char *[]){ conninfo, SESSION_MARK, "touchstone", NULL }, 1);
}

/* Takes the lock, for as long as others migrate, and finds out how many migrations ran already. */
static struct error migrate_prepare(PGconn *conn, unsigned *ret_ran)
{
	struct error err;

	if ((err = connect_quietly(conn)).code)
		return err;
	if ((err = migrate_command(conn, "SET lock_timeout = 0", "SET")).code)
		return err;
	if ((err = migrate_command(conn, LOCK, "locking")).code)
		return err;
	if ((err = migrate_compare(conn, ret_ran)).code)
		return err;
	if ((err = migrate_command(conn, "SET lock_timeout = '2s'", "SET")).code)
		return err;
	return run_patiently(conn, make_own_table, NULL);
}

struct error migrate(const char *conninfo, const char *server_conninfo, unsigned *ret_run)
{
	auto_conn *conn = migrate_dial(conninfo);
	char role[GRANTS_ROLE];
	unsigned ran = 0;
	struct error err = migrate_prepare(conn, &ran);

	if (err.code)
		return err;
	if (server_conninfo && (err = grants_find_role(conn, server_conninfo, role)).code)
		return err;
	for (unsigned i = ran; i < migration_count; i++)
		if ((err = run_patiently(conn, run_one, &migrations[i])).code)
			return err;
	*ret_run = migration_count - ran;
	return server_conninfo ? grants_give(conn, role) : ok();
}

struct error migrate_status(const char *conninfo)
{
	auto_conn *conn = migrate_dial(conninfo);
	unsigned ran = 0;
	struct error err;

	if ((err = connect_quietly(conn)).code || (err = migrate_compare(conn, &ran)).code)
		return err;
	for (unsigned i = 0; i < migration_count; i++)
		printf("%s  %s\n", i < ran ? "done   " : "pending", migrations[i].name);
	return ok();
}
