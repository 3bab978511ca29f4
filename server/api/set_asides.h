/* SPDX-License-Identifier: Apache-2.0 */
/* set_asides -- judgments that are taken out of what counts: acts of moderators. */
#ifndef API_SET_ASIDES_H
#define API_SET_ASIDES_H

#include "core/error.h"

struct db;
struct request;

struct error get_set_asides(struct request *req, struct db *db);
struct error post_set_aside(struct request *req, struct db *db);
struct error get_set_aside(struct request *req, struct db *db);
struct error post_set_aside_undo(struct request *req, struct db *db);

#endif
