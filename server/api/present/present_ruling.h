/* SPDX-License-Identifier: Apache-2.0 */
/* present_ruling -- a ruling as the HTTP interface shows it to one moderator. */
#ifndef API_PRESENT_RULING_H
#define API_PRESENT_RULING_H

#include <jansson.h>

struct ruling;

json_t *present_ruling(const struct ruling *ruling);

#endif
