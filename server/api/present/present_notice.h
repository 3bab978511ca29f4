/* SPDX-License-Identifier: Apache-2.0 */
/* present_notice -- a notice as JSON. */
#ifndef API_PRESENT_NOTICE_H
#define API_PRESENT_NOTICE_H

#include <jansson.h>

struct notice;
struct notice_receipt;
struct notice_statement;

json_t *present_notice_receipt(const struct notice_receipt *receipt);

/* For whoever has a reference of it: names no moderator, and nothing of the item. */
json_t *present_notice_state(const struct notice *notice);

/* For whoever contributed what it is about. */
json_t *present_statement(const struct notice_statement *statement);

/* For moderators. */
json_t *present_notice(const struct notice *notice);

#endif
