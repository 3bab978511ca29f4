/* SPDX-License-Identifier: Apache-2.0 */
/* desk -- what moderators have before them together. */
#ifndef API_DESK_H
#define API_DESK_H

#include "core/error.h"

struct db;
struct request;

struct error get_desk(struct request *req, struct db *db);
struct error get_moderators(struct request *req, struct db *db);
struct error get_dispute_notes(struct request *req, struct db *db);
struct error post_dispute_note(struct request *req, struct db *db);
struct error get_contribution_notes(struct request *req, struct db *db);
struct error post_contribution_note(struct request *req, struct db *db);
struct error post_escalation(struct request *req, struct db *db);
struct error post_reviews(struct request *req, struct db *db);

#endif
