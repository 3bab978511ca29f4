/* SPDX-License-Identifier: Apache-2.0 */
/* present_contribution -- a contribution as JSON. */
#ifndef API_PRESENT_PRESENT_CONTRIBUTION_H
#define API_PRESENT_PRESENT_CONTRIBUTION_H

#include <jansson.h>
#include <stdbool.h>

struct contribution;
struct quarantine_look;
struct quarantine_near;

/* `whole`: for those who decide; whoever sent it hears neither who decided nor which item it is.
 * The caller's. */
json_t *present_contribution(const struct contribution *contribution, bool whole);

/* Adds what is known of one that waits, for those who decide. `near`, a list of present_near() with
 * what else there is to show, is taken over. */
void present_look(json_t *json, const struct quarantine_look *look, json_t *near);
json_t *present_near(const struct quarantine_near *near);

#endif
