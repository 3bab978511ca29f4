/* SPDX-License-Identifier: Apache-2.0 */
/* present_board -- the evidence board, fact-checks and settings, as the HTTP interface shows them.
 */
#ifndef API_PRESENT_BOARD_H
#define API_PRESENT_BOARD_H

#include <jansson.h>
#include <stddef.h>

struct account_setting;
struct evidence_board;
struct fact_check;

json_t *present_board(const struct evidence_board *board);
json_t *present_facts(const struct fact_check *facts, size_t count);
json_t *present_setting(const struct account_setting *setting);

#endif
