/* SPDX-License-Identifier: Apache-2.0 */
/* ways_in -- /uploads, and what becomes of them: POST /items, /contributions and their review. */
#ifndef API_WAYS_IN_H
#define API_WAYS_IN_H

#include "http/request.h"

struct contributor;
struct db;

/* The most bytes of a form with a file in it; larger files are uploaded first. */
#define ITEM_FORM_MOST (64ull << 20)

/* Who sends something: an account that may add items, else a volunteer. ERR_NOBODY: neither. */
struct error contributor_of(struct request *req, struct db *db,
                            struct contributor *ret_by) MUST_CHECK;

struct error options_uploads(struct request *req, struct db *db);
struct error post_upload(struct request *req, struct db *db);
struct error get_upload(struct request *req, struct db *db);
struct error take_upload(struct request *req, struct db *db);
struct error patch_upload(struct request *req, struct db *db);
struct error delete_upload(struct request *req, struct db *db);
struct error take_item(struct request *req, struct db *db);
struct error post_item(struct request *req, struct db *db);
struct error get_contributions(struct request *req, struct db *db);
struct error get_contribution(struct request *req, struct db *db);
struct error post_review(struct request *req, struct db *db);

#endif
