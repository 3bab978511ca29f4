/* SPDX-License-Identifier: Apache-2.0 */
#include "people/enrolment.h"

#include "db/db.h"
#include "people/secret_hash.h"

struct enrolling {
	struct arena *arena;
	const struct newcomer *newcomer;
	char *id;
	const char **link;
};

static struct error enrol_one(struct db *db, void *arg)
{
	const struct enrolling *enrolling = arg;

	return newcomer_add(db, enrolling->arena, enrolling->newcomer, enrolling->id, enrolling->link);
}

struct error enrolment_add(struct db *db, struct arena *arena, const struct newcomer *newcomer,
                           char ret_id[UUID_TEXT], const char **ret_link)
{
	return db_transaction(db, enrol_one, &(struct enrolling){ arena, newcomer, ret_id, ret_link });
}

struct error enrolment_change(struct db *db, const char *id, const struct enrolment_change *change)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ENROLMENT_CHANGE,
	                          (const char *[]){ id, change->role, change->state }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such account.");
	return rows_flag(rows, 0, 0) ? ok() : error_because(REASON_LAST_ADMIN);
}

struct error enrolment_end_sessions(struct db *db, const char *account_id, const char *session,
                                    const char *but)
{
	char hash[SHA256_TEXT];
	int64_t ended = 0;

	if (but)
		secret_hash(hash, but);
	const char *const params[] = { account_id, session, but ? hash : NULL };
	struct error err = db_do(db, SQL_ENROLMENT_END_SESSIONS, params, &ended);
	return err.code || ended || !session ? err : errorf(ERR_NOT_FOUND, "There is no such session.");
}
