/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts -- /accounts and what is theirs: sessions, tokens, second factors, links to passwords;
 * and researchers who ask for one.
 *
 * What only people do (a token, a second factor) asks for a session: whoever finds a token cannot
 * make it last.
 */
#ifndef API_ACCOUNTS_H
#define API_ACCOUNTS_H

#include "http/request.h"
#include "people/listing.h"

struct db;

/* list_pages.c: answers with a page of a list; `name` is its own in cursors. */
struct error answer_page(struct request *req, struct db *db, const char *name, listing *list,
                         const char *of) MUST_CHECK;

/* Of struct json_t *, an array: takes a row. */
listing_use row_append;

/* The id in the address; ERR_NOT_FOUND: it is none. */
struct error request_id(const struct request *req, unsigned place, const char **ret_id) MUST_CHECK;

/* ERR_FORBIDDEN: a token came. */
struct error api_need_session(struct request *req) MUST_CHECK;

struct error get_accounts(struct request *req, struct db *db);
struct error post_account(struct request *req, struct db *db);
struct error get_account(struct request *req, struct db *db);
struct error patch_account(struct request *req, struct db *db);
struct error post_password_link(struct request *req, struct db *db);
struct error get_account_sessions(struct request *req, struct db *db);
struct error delete_account_sessions(struct request *req, struct db *db);
struct error delete_account_session(struct request *req, struct db *db);
struct error get_account_tokens(struct request *req, struct db *db);
struct error delete_account_token(struct request *req, struct db *db);
struct error get_account_sign_ins(struct request *req, struct db *db);
struct error delete_account_factor(struct request *req, struct db *db);
struct error get_sessions(struct request *req, struct db *db);
struct error delete_sessions(struct request *req, struct db *db);
struct error delete_own_session(struct request *req, struct db *db);
struct error get_sign_ins(struct request *req, struct db *db);
struct error get_tokens(struct request *req, struct db *db);
struct error post_token(struct request *req, struct db *db);
struct error delete_token(struct request *req, struct db *db);
struct error get_factor(struct request *req, struct db *db);
struct error post_factor(struct request *req, struct db *db);
struct error put_factor(struct request *req, struct db *db);
struct error post_factor_removal(struct request *req, struct db *db);
struct error post_link_wish(struct request *req, struct db *db);
struct error post_link_use(struct request *req, struct db *db);
struct error get_access_terms(struct request *req, struct db *db);
struct error get_access_requests(struct request *req, struct db *db);
struct error post_access_request(struct request *req, struct db *db);
struct error get_access_answer(struct request *req, struct db *db);
struct error post_access_decision(struct request *req, struct db *db);

#endif
