/* SPDX-License-Identifier: Apache-2.0 */
#include "db/session.h"

#include <string.h>

#include "core/log.h"

struct error session_check(PGconn *conn)
{
	PGresult *result = PQexec(conn, "SELECT current_setting('touchstone.session', true) = 'kept'");
	bool answered = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
	bool kept = answered && strcmp(PQgetvalue(result, 0, 0), "t") == 0;

	if (!answered)
		log_error("database: %s", PQerrorMessage(conn));
	PQclear(result);
	if (!answered)
		return errorf(ERR_UNAVAILABLE, "The database is not answering.");
	if (!kept)
		return errorf(ERR_CONFLICT,
		              "the database is reached through a connection pooler that keeps no session: "
		              "name PostgreSQL itself in DATABASE_URL");
	return ok();
}

const char session_acting[] =
	"SELECT set_config('touchstone.actor', $1, false), set_config('touchstone.network', $2, false)";

bool session_acts(PGconn *conn, const char *actor, const char *network)
{
	PGresult *result = PQexecParams(conn, session_acting, 2, NULL,
	                                (const char *[]){ actor, network }, NULL, NULL, 0);
	bool said = PQresultStatus(result) == PGRES_TUPLES_OK;

	if (!said)
		log_error("database: %s", PQerrorMessage(conn));
	PQclear(result);
	return said;
}
