/* SPDX-License-Identifier: Apache-2.0 */
#include "people/listing.h"

#include <stdio.h>

#include "db/db.h"
#include "people/account.h"
#include "people/secret_hash.h"

static struct error use_rows(struct db *db, enum statement statement, const char *const params[],
                             listing_use *use, void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		use(arg, &(struct listing_row){ .place = rows_text(rows, r, 0),
		                                .id = rows_text(rows, r, 1),
		                                .json = rows_text(rows, r, 2) });
	return err;
}

static struct error list_rows(struct db *db, enum statement statement,
                              const struct listing_page *page, listing_use *use, void *arg)
{
	char limit[12];

	snprintf(limit, sizeof limit, "%u", page->limit);
	const char *const params[] = { page->of, page->place, page->id, limit };
	return use_rows(db, statement, params, use, arg);
}

struct error account_listing(struct db *db, const struct listing_page *page, listing_use *use,
                             void *arg)
{
	char limit[12];

	snprintf(limit, sizeof limit, "%u", page->limit);
	return use_rows(db, SQL_LISTING_ACCOUNTS,
	                (const char *[]){ page->place, page->id, limit, NULL }, use, arg);
}

struct error token_listing(struct db *db, const struct listing_page *page, listing_use *use,
                           void *arg)
{
	return list_rows(db, SQL_LISTING_TOKENS, page, use, arg);
}

struct error sign_in_listing(struct db *db, const struct listing_page *page, listing_use *use,
                             void *arg)
{
	char limit[12];

	snprintf(limit, sizeof limit, "%u", page->limit);
	return use_rows(db, SQL_LISTING_SIGN_INS, (const char *[]){ page->of, page->place, limit }, use,
	                arg);
}

struct error access_request_listing(struct db *db, const struct listing_page *page,
                                    listing_use *use, void *arg)
{
	return list_rows(db, SQL_LISTING_ACCESS_REQUESTS, page, use, arg);
}

struct error session_listing(struct db *db, const char *of, const char *secret, listing_use *use,
                             void *arg)
{
	char hash[SHA256_TEXT], idle[12];

	if (secret)
		secret_hash(hash, secret);
	snprintf(idle, sizeof idle, "%d", SESSION_IDLE_S);
	return use_rows(db, SQL_LISTING_SESSIONS, (const char *[]){ of, secret ? hash : NULL, idle },
	                use, arg);
}

/* Passes a row on, and notes that there was one. */
struct one_row {
	listing_use *use;
	void *arg;
	bool found;
};

static void use_one(void *arg, const struct listing_row *row)
{
	struct one_row *one = arg;

	one->found = true;
	one->use(one->arg, row);
}

struct error account_told(struct db *db, const char *id, listing_use *use, void *arg)
{
	struct one_row one = { .use = use, .arg = arg };
	struct error err =
		use_rows(db, SQL_LISTING_ACCOUNTS, (const char *[]){ NULL, NULL, "1", id }, use_one, &one);

	return err.code || one.found ? err : errorf(ERR_NOT_FOUND, "There is no such account.");
}
