/* SPDX-License-Identifier: Apache-2.0 */
#include "health/readiness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "corpus/media_store.h"
#include "db/db.h"
#include "db/schema.h"
#include "store/store.h"

#define MOST_MIGRATIONS 1024
#define CLOCK_MOST_S    60

struct error readiness_schema(struct db *db)
{
	struct schema_row schema[MOST_MIGRATIONS];
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_READINESS_SCHEMA, NULL, &rows);

	if (err.code)
		return err;
	size_t count = rows_count(rows) < MOST_MIGRATIONS ? rows_count(rows) : MOST_MIGRATIONS;
	for (size_t r = 0; r < count; r++)
		schema[r] = (struct schema_row){ .name = rows_text(rows, r, 0),
			                             .checksum = rows_text(rows, r, 1),
			                             .oldest_program = rows_text(rows, r, 2) };
	return schema_fits(schema, count);
}

/* "" where none has started yet. */
static struct error find_secret(struct db *db, char ret_text[TOKEN_FINGERPRINT_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_READINESS_SECRET, NULL, &rows);

	if (!err.code)
		snprintf(ret_text, TOKEN_FINGERPRINT_TEXT, "%s",
		         rows_count(rows) ? rows_text(rows, 0, 0) : "");
	return err;
}

static struct error hold_secret(struct db *db, const char *ours)
{
	char shared[TOKEN_FINGERPRINT_TEXT] = "";
	struct error err = find_secret(db, shared);

	if (err.code || strcmp(shared, ours) == 0)
		return err;
	return errorf(ERR_CONFLICT,
	              "the secret file is %s this database's servers share: put that back; serve "
	              "--new-secret goes on without it and signs everybody out",
	              *ours ? "not the one that" : "missing, which");
}

struct error readiness_secret(struct db *db, const struct token_keys *keys, bool renew)
{
	char ours[TOKEN_FINGERPRINT_TEXT] = "";
	struct error err;

	if (!keys)
		return renew ? ok() : hold_secret(db, ours);
	token_keys_fingerprint(keys, ours);
	err = db_do(db, renew ? SQL_READINESS_SECRET_RENEW : SQL_READINESS_SECRET_NOTE,
	            (const char *[]){ ours }, NULL);
	return err.code ? err : hold_secret(db, ours);
}

struct error readiness_owner(struct db *db)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_READINESS_OWNER, NULL, &rows);

	if (err.code || rows_count(rows) == 0 || !rows_flag(rows, 0, 0))
		return err;
	return errorf(ERR_CONFLICT, "the role that serves owns the tables, and can rewrite what was "
	                            "judged: TOUCHSTONE_MIGRATE_URL gives them another owner");
}

static struct error check_clock(struct db *db)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_READINESS_CLOCK, NULL, &rows);

	if (err.code)
		return err;
	double ahead_s = (double)clock_now_s() - rows_double(rows, 0, 0);
	if (fabs(ahead_s) <= CLOCK_MOST_S)
		return ok();
	return errorf(ERR_CONFLICT, "this machine's clock is %.0f seconds %s the database's",
	              fabs(ahead_s), ahead_s > 0 ? "ahead of" : "behind");
}

struct readiness readiness_check(struct db *db, struct store *store, const struct token_keys *keys)
{
	struct readiness ready = { .database = db_alive(db), .storing = store_ready(store) };

	if (ready.database) {
		char ours[TOKEN_FINGERPRINT_TEXT];

		token_keys_fingerprint(keys, ours);
		ready.schema = readiness_schema(db);
		ready.store = media_store_holds(db, store);
		ready.secret = hold_secret(db, ours);
		ready.clock = check_clock(db);
	}
	ready.works = ready.database && !ready.schema.code && !ready.store.code && !ready.secret.code;
	return ready;
}
