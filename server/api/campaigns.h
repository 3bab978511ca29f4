/* SPDX-License-Identifier: Apache-2.0 */
/* /campaigns */
#ifndef API_CAMPAIGNS_H
#define API_CAMPAIGNS_H

#include "core/error.h"

struct db;
struct request;

struct error get_campaigns(struct request *req, struct db *db);
struct error post_campaign(struct request *req, struct db *db);
struct error get_campaign(struct request *req, struct db *db);
struct error patch_campaign(struct request *req, struct db *db);
struct error post_campaign_open(struct request *req, struct db *db);
struct error post_campaign_pause(struct request *req, struct db *db);
struct error post_campaign_close(struct request *req, struct db *db);
struct error get_campaign_live(struct request *req, struct db *db);
struct error get_campaign_rigging(struct request *req, struct db *db);

#endif
