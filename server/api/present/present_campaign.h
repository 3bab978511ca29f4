/* SPDX-License-Identifier: Apache-2.0 */
/* present_campaign -- campaigns, and what a change does to them, as the HTTP interface shows them.
 */
#ifndef API_PRESENT_CAMPAIGN_H
#define API_PRESENT_CAMPAIGN_H

#include <jansson.h>

#include "corpus/campaign_settings.h"
#include "scoring/campaign_effect.h"

/* Takes what the standing owns. */
json_t *present_campaign(struct campaign_standing *standing);

json_t *present_campaign_effect(const struct campaign_effect *effect);

/* What can be set, with its bounds. */
json_t *present_campaign_settings(const struct campaign_setting settings[], size_t count);

#endif
