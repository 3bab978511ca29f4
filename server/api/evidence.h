/* SPDX-License-Identifier: Apache-2.0 */
/* evidence -- the evidence board, fact-checks, and what the page spares a moderator. */
#ifndef API_EVIDENCE_H
#define API_EVIDENCE_H

#include "core/error.h"

struct db;
struct request;

struct error get_dispute_evidence(struct request *req, struct db *db);
struct error post_fact_check(struct request *req, struct db *db);
struct error delete_fact_check(struct request *req, struct db *db);
struct error get_settings(struct request *req, struct db *db);
struct error put_settings(struct request *req, struct db *db);
struct error post_break(struct request *req, struct db *db);

#endif
