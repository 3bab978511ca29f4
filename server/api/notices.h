/* SPDX-License-Identifier: Apache-2.0 */
/* notices -- what people report, how it stands, and what moderators decide. */
#ifndef API_NOTICES_H
#define API_NOTICES_H

#include "core/error.h"

struct db;
struct request;

/* Whoever has something to report, and keeps the reference. */
struct error post_notice(struct request *req, struct db *db);
struct error get_notice(struct request *req, struct db *db); /* args: reference */
struct error post_notice_state(struct request *req, struct db *db);
struct error post_notice_complaint(struct request *req, struct db *db);

/* A file to find the item by comes in pieces; larger than an item's it is none here. */
#define NOTICE_FORM_MOST (513ull << 20)
struct error take_notice(struct request *req, struct db *db);

/* Whoever contributed; args: statement. */
struct error get_statements(struct request *req, struct db *db);
struct error post_statement_complaint(struct request *req, struct db *db);

/* Moderators; args: notice. */
struct error get_notices(struct request *req, struct db *db);
struct error get_notice_figures(struct request *req, struct db *db);
struct error get_notice_medium(struct request *req, struct db *db);
struct error post_notice_decision(struct request *req, struct db *db);
struct error put_notice_hidden(struct request *req, struct db *db);

#endif
