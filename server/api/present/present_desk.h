/* SPDX-License-Identifier: Apache-2.0 */
/* present_desk -- the moderators' desk as the HTTP interface shows it. */
#ifndef API_PRESENT_DESK_H
#define API_PRESENT_DESK_H

#include <jansson.h>
#include <stddef.h>

struct desk;
struct exposure;
struct note;
struct opinion;
struct opinion_agreement;

json_t *present_desk(const struct desk *desk);
json_t *present_moderators(const struct exposure *list, size_t count,
                           const struct opinion_agreement *agreement);
json_t *present_notes(const struct note *list, size_t count);
json_t *present_opinion(const struct opinion *opinion); /* NULL: null */

#endif
