/* SPDX-License-Identifier: Apache-2.0 */
/* present_live -- how a campaign goes, and who may have bent it, as the HTTP interface shows them.
 */
#ifndef API_PRESENT_LIVE_H
#define API_PRESENT_LIVE_H

#include <jansson.h>

#include "scoring/campaign_live.h"
#include "scoring/rigging.h"

json_t *present_live(const struct campaign_live *live);
json_t *present_rigging(const struct rigging *rigging);

#endif
