/* SPDX-License-Identifier: Apache-2.0 */
/* revocations -- handlers for what is taken down. */
#ifndef API_REVOCATIONS_H
#define API_REVOCATIONS_H

#include "http/request.h"

struct db;

struct error post_withdrawal(struct request *req, struct db *db); /* args: item */
struct error get_revocations(struct request *req, struct db *db);
struct error get_revocation_feed(struct request *req, struct db *db);

#endif
