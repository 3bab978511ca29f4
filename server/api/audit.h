/* SPDX-License-Identifier: Apache-2.0 */
/* audit -- who did what, for admins. */
#ifndef API_AUDIT_H
#define API_AUDIT_H

#include "core/error.h"

struct db;
struct request;

struct error get_audit(struct request *req, struct db *db);

#endif
