/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H
#include <check.h>

Suite *consensus_suite(void);
Suite *core_suite(void);
Suite *crowd_agreement_suite(void);
Suite *crowd_choose_suite(void);
Suite *crowd_hard_suite(void);
Suite *crowd_model_suite(void);
Suite *crowd_pairs_suite(void);
Suite *crowd_rigging_suite(void);
Suite *crowd_sets_suite(void);
Suite *crowd_stock_suite(void);
Suite *crowd_table_suite(void);
Suite *infer_suite(void);
Suite *keyset_suite(void);
Suite *parse_suite(void);
Suite *release_table_suite(void);
Suite *split_suite(void);
Suite *fetch_suite(void);
Suite *manifest_suite(void);
Suite *media_suite(void);
Suite *media_camera_suite(void);
Suite *media_colour_suite(void);
Suite *media_film_suite(void);
Suite *program_suite(void);
Suite *store_suite(void);
Suite *guard_suite(void);
Suite *head_suite(void);
Suite *router_suite(void);
Suite *password_suite(void);
Suite *lane_suite(void);
Suite *lock_suite(void);
Suite *sentences_suite(void);
Suite *static_suite(void);
#endif
