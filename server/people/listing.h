/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing -- a page of a list of accounts, or of what is theirs, newest first.
 *
 * The database writes each row as the JSON that is answered with, as it knows all of its values; no
 * row holds a secret, nor a hash of one.  Threads: as the struct db.
 */
#ifndef PEOPLE_LISTING_H
#define PEOPLE_LISTING_H

#include "core/error.h"

struct db;

/* Which rows. */
struct listing_page {
	const char *of;         /* an account's id, or a state; NULL: all */
	const char *place, *id; /* of the row before it; NULL: from the newest on */
	unsigned limit;
};

/* Texts are lent. */
struct listing_row {
	const char *place, *id, *json;
};

typedef void listing_use(void *arg, const struct listing_row *row);
typedef struct error listing(struct db *db, const struct listing_page *page, listing_use *use,
                             void *arg);

listing account_listing, access_request_listing; /* `of`: NULL, and a state or NULL */
listing sign_in_listing, token_listing;          /* `of`: whose */

/* All live sessions of `of`; `secret` is that of the session that asks, or NULL. */
struct error session_listing(struct db *db, const char *of, const char *secret, listing_use *use,
                             void *arg) MUST_CHECK;

/* One account, as account_listing has it. ERR_NOT_FOUND. */
struct error account_told(struct db *db, const char *id, listing_use *use, void *arg) MUST_CHECK;

#endif
