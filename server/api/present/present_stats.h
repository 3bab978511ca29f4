/* SPDX-License-Identifier: Apache-2.0 */
/* present_stats -- the public figures as the HTTP interface shows them. */
#ifndef API_PRESENT_STATS_H
#define API_PRESENT_STATS_H

#include <jansson.h>

struct public_figures;

json_t *present_stats(const struct public_figures *figures);

#endif
