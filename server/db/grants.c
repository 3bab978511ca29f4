/* SPDX-License-Identifier: Apache-2.0 */
#include "db/grants.h"

#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "db/migrate.h"

static void grants_clear(PGresult **result)
{
	PQclear(*result);
}

#define auto_result __attribute__((cleanup(grants_clear))) PGresult

static struct error grants_expect(PGconn *conn, const PGresult *result, const char *what)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return ok();
	log_error("%s: %s", what, PQerrorMessage(conn));
	return errorf(ERR_INTERNAL, "%s failed; the log says why", what);
}

/* The role stands in the URL: the system's user, libpq's last resort, is who migrates. */
static struct error read_role(const char *conninfo, char ret_role[GRANTS_ROLE])
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

	*ret_role = '\0';
	for (PQconninfoOption *o = options; o && o->keyword; o++)
		if (strcmp(o->keyword, "user") == 0 && o->val)
			snprintf(ret_role, GRANTS_ROLE, "%s", o->val);
	PQconninfoFree(options);
	if (!*ret_role)
		return errorf(ERR_INVALID, "DATABASE_URL does not name the role that serves, which "
		                           "TOUCHSTONE_MIGRATE_URL needs: postgresql://ROLE@/...");
	return ok();
}

struct error grants_find_role(PGconn *conn, const char *server_conninfo, char ret_role[GRANTS_ROLE])
{
	const char *params[] = { ret_role };
	struct error err = read_role(server_conninfo, ret_role);

	if (err.code)
		return err;
	auto_result *found = PQexecParams(conn, "SELECT FROM pg_roles WHERE rolname = $1", 1, NULL,
	                                  params, NULL, NULL, 0);
	if ((err = grants_expect(conn, found, "looking for the role that serves")).code)
		return err;
	if (PQntuples(found) == 0)
		return errorf(ERR_NOT_FOUND,
		              "there is no role %.63s, which DATABASE_URL names: createuser %.63s",
		              ret_role, ret_role);
	return ok();
}

struct error grants_give(PGconn *conn, const char *role)
{
	char known[16];
	const char *params[] = { role, known };
	struct error err;

	if (strcmp(role, PQuser(conn)) == 0)
		return ok();
	snprintf(known, sizeof known, "%u", migration_count);
	auto_result *named =
		PQexecParams(conn,
	                 "SELECT set_config('touchstone.server_role', $1, false)"
	                 " WHERE (SELECT count(*) FROM schema_migration) <= $2::bigint",
	                 2, NULL, params, NULL, NULL, 0);
	if ((err = grants_expect(conn, named, "naming the role that serves")).code ||
	    PQntuples(named) == 0)
		return err;
	auto_result *granted = PQexec(conn, grants_text); /* one statement: whole or not at all */
	return grants_expect(conn, granted, "granting");
}
