/* SPDX-License-Identifier: Apache-2.0 */
#include "db/migrate.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "core/hash.h"
#include "core/hex.h"
#include "core/log.h"

/* Any number does, as long as no other program on the same database uses it: "touch" in ASCII. */
#define LOCK "SELECT pg_advisory_lock(499967689576)"

static const char *const own_table =
	"CREATE TABLE IF NOT EXISTS schema_migration ("
	" name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT "
	"now());"
	"COMMENT ON TABLE schema_migration IS 'Which migrations ran, and a SHA-256 of what each said.'";

static void finish(PGconn **conn)
{
	PQfinish(*conn);
}

static void clear(PGresult **result)
{
	PQclear(*result);
}

#define auto_conn   __attribute__((cleanup(finish))) PGconn
#define auto_result __attribute__((cleanup(clear))) PGresult

static struct error broken(PGconn *conn, const char *what)
{
	log_error("%s: %s", what, PQerrorMessage(conn));
	return PQstatus(conn) == CONNECTION_OK
			   ? errorf(ERR_INTERNAL, "%s failed; the log says why", what)
			   : errorf(ERR_UNAVAILABLE, "The database is not answering. Is DATABASE_URL right?");
}

static struct error command(PGconn *conn, const char *text, const char *what)
{
	auto_result *result = PQexec(conn, text);
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? ok() : broken(conn, what);
}

static void checksum(char text[SHA256_TEXT], const char *migration)
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, migration, strlen(migration));
	hex_encode(text, digest, sizeof digest);
}

static const struct migration *find(const char *name)
{
	for (unsigned i = 0; i < migration_count; i++)
		if (strcmp(migrations[i].name, name) == 0)
			return &migrations[i];
	return NULL;
}

/* Refuses a database that holds something else than a beginning of our list. */
static struct error compare(PGconn *conn, unsigned *ret_ran)
{
	auto_result *rows = PQexec(conn, "SELECT name, checksum FROM schema_migration ORDER BY name");
	char ours[SHA256_TEXT];

	if (PQresultStatus(rows) != PGRES_TUPLES_OK)
		return broken(conn, "reading schema_migration");
	for (int r = 0; r < PQntuples(rows); r++) {
		const char *name = PQgetvalue(rows, r, 0);
		const struct migration *known = find(name);

		if (!known || known != &migrations[r])
			return errorf(ERR_CONFLICT,
						  "The database holds migration %s, which this program does not know. "
						  "Run the newer program.",
						  name);
		checksum(ours, known->text);
		if (strcmp(ours, PQgetvalue(rows, r, 1)) != 0)
			return errorf(ERR_CONFLICT, "Migration %s was changed after it ran. Restore its text.",
						  name);
	}
	*ret_ran = (unsigned)PQntuples(rows);
	return ok();
}

static struct error run_one(PGconn *conn, const struct migration *migration)
{
	char sum[SHA256_TEXT];
	const char *params[] = { migration->name, sum };
	struct error err;

	checksum(sum, migration->text);
	if ((err = command(conn, "BEGIN", "BEGIN")).code)
		return err;
	if ((err = command(conn, migration->text, migration->name)).code)
		return err;
	auto_result *noted =
		PQexecParams(conn, "INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)", 2, NULL,
					 params, NULL, NULL, 0);
	if (PQresultStatus(noted) != PGRES_COMMAND_OK)
		return broken(conn, "writing schema_migration");
	return command(conn, "COMMIT", "COMMIT");
}

static void quiet(void *arg, const PGresult *result)
{
	(void)arg, (void)result;
}

/* Connects, takes the lock, and finds out how many migrations ran already. */
static struct error prepare(PGconn *conn, unsigned *ret_ran)
{
	struct error err;

	if (PQstatus(conn) != CONNECTION_OK)
		return broken(conn, "database");
	PQsetNoticeReceiver(conn, quiet, NULL);
	if ((err = command(conn, LOCK, "locking")).code)
		return err;
	if ((err = command(conn, own_table, "making schema_migration")).code)
		return err;
	return compare(conn, ret_ran);
}

struct error migrate(const char *conninfo, unsigned *ret_run)
{
	auto_conn *conn = PQconnectdb(conninfo);
	unsigned ran;
	struct error err = prepare(conn, &ran);

	if (err.code)
		return err;
	for (unsigned i = ran; i < migration_count; i++)
		if ((err = run_one(conn, &migrations[i])).code)
			return err;
	*ret_run = migration_count - ran;
	return ok();
}

struct error migrate_status(const char *conninfo)
{
	auto_conn *conn = PQconnectdb(conninfo);
	unsigned ran;
	struct error err = prepare(conn, &ran);

	if (err.code)
		return err;
	for (unsigned i = 0; i < migration_count; i++)
		printf("%s  %s\n", i < ran ? "done   " : "pending", migrations[i].name);
	return ok();
}
