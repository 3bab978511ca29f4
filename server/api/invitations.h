/* SPDX-License-Identifier: Apache-2.0 */
/* invitations -- links to events, made and withdrawn by moderators. */
#ifndef API_INVITATIONS_H
#define API_INVITATIONS_H

#include "core/error.h"

struct db;
struct request;

struct error get_invitations(struct request *req, struct db *db);
struct error post_invitation(struct request *req, struct db *db);
struct error delete_invitation(struct request *req, struct db *db);

#endif
