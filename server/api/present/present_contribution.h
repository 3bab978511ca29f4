/* SPDX-License-Identifier: Apache-2.0 */
/* present_contribution -- a contribution as JSON. */
#ifndef API_PRESENT_PRESENT_CONTRIBUTION_H
#define API_PRESENT_PRESENT_CONTRIBUTION_H

#include <jansson.h>
#include <stdbool.h>

struct contribution;

/* `whole`: for those who decide; whoever sent it hears neither who decided nor which item it is.
 * The caller's. */
json_t *present_contribution(const struct contribution *contribution, bool whole);

#endif
