/* SPDX-License-Identifier: Apache-2.0 */
/*
 * present_dispute -- a dispute, its story and its evidence as the HTTP interface shows them, but
 * for media: their addresses are made for who asks (api/disputes).
 */
#ifndef API_PRESENT_DISPUTE_H
#define API_PRESENT_DISPUTE_H

#include <jansson.h>

struct dispute;
struct dispute_story;
struct evidence;

json_t *present_dispute(const struct dispute *dispute);
json_t *present_dispute_story(const struct dispute_story *story);
json_t *present_evidence(const struct evidence *evidence);

#endif
