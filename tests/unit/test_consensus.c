/* SPDX-License-Identifier: Apache-2.0 */
/* When an item leaves service, and why. */
#include <check.h>

#include "domain/consensus.h"
#include "suites.h"

#define STAYS   "stays"
#define RETIRES "retired"
#define RETURNS "in_service"

static const struct {
	const char *what;
	double p_fake;
	uint32_t count, spent;
	int8_t truth;
	bool gold, out_of_service, distrusted, retired;
	const char *outcome;
} cases[] = {
	{ "sure enough", .98, 5, 0, UNKNOWN, .outcome = RETIRES },
	{ "sure of the other", .02, 5, 0, UNKNOWN, .outcome = RETIRES },
	{ "sure too early", .98, 4, 0, UNKNOWN, .outcome = STAYS },
	{ "not sure yet", .90, 24, 0, UNKNOWN, .outcome = STAYS },
	{ "never sure", .90, 25, 0, UNKNOWN, .outcome = "max_judgments" },
	{ "as its source says", .98, 5, 0, FAKE, .outcome = RETIRES },
	{ "against its source", .98, 5, 0, REAL, .outcome = "crowd_against_provenance" },
	{ "gold, right", .98, 90, 0, FAKE, true, .outcome = STAYS },
	{ "gold, unsure", .60, 90, 0, FAKE, true, .outcome = STAYS },
	{ "gold, wrong", .98, 9, 0, REAL, true, .outcome = "crowd_against_gold" },
	{ "not in service", .98, 9, 0, UNKNOWN, false, true, .outcome = STAYS },
	{ "reopened: a whole plan again", .90, 30, 6, UNKNOWN, .outcome = STAYS },
	{ "reopened, and spent again", .90, 31, 6, UNKNOWN, .outcome = "max_judgments" },
	{ "reopened, sure but early", .98, 10, 6, UNKNOWN, .outcome = STAYS },
	{ "retired, and still sure", .93, 9, 0, UNKNOWN, .retired = true, .outcome = STAYS },
	{ "retired, and no longer sure", .90, 9, 0, UNKNOWN, .retired = true, .outcome = RETURNS },
	{ "retired, no longer sure, spent", .90, 25, 0, UNKNOWN, .retired = true,
	  .outcome = "max_judgments" },
	{ "a crowd that guesses", .98, 9, 0, UNKNOWN, .distrusted = true, .outcome = STAYS },
	{ "a crowd that guesses, spent", .98, 25, 0, UNKNOWN, .distrusted = true,
	  .outcome = "max_judgments" },
	{ "a crowd that guesses, on gold", .98, 90, 0, REAL, true, .distrusted = true,
	  .outcome = STAYS },
};

START_TEST(an_item_leaves_service_by_the_rule)
{
	struct item_facts facts = { .gold = cases[_i].gold,
								.in_service = !cases[_i].out_of_service && !cases[_i].retired,
								.retired = cases[_i].retired,
								.truth = cases[_i].truth,
								.rule = stopping_in_service(),
								.spent = cases[_i].spent,
								.count = cases[_i].count };
	json_auto_t *row = consensus_decision(&facts, cases[_i].p_fake, !cases[_i].distrusted);
	const char *reason = json_string_value(json_object_get(row, "reason"));
	const char *to = json_string_value(json_object_get(row, "to"));
	const char *got = !row ? STAYS : reason ? reason : to;

	ck_assert_msg(strcmp(got, cases[_i].outcome) == 0, "%s: %s", cases[_i].what, got);
}
END_TEST

static const struct {
	struct crowd_audit audit;
	bool trusted;
} audits[] = {
	{ { true, 0, 0 }, true },     { { false, 0, 0 }, false },  { { false, 100, 100 }, false },
	{ { true, 9, 0 }, true },     { { true, 10, 7 }, false },  { { true, 10, 8 }, true },
	{ { true, 100, 58 }, false }, { { true, 100, 59 }, true },
};

START_TEST(a_crowd_is_trusted_that_agrees_and_beats_a_coin_on_gold)
{
	ck_assert(crowd_is_trusted(&audits[_i].audit) == audits[_i].trusted);
}
END_TEST

Suite *consensus_suite(void)
{
	Suite *suite = suite_create("domain/consensus");
	TCase *tc = tcase_create("consensus");

	tcase_add_loop_test(tc, an_item_leaves_service_by_the_rule, 0,
						(int)(sizeof cases / sizeof cases[0]));
	tcase_add_loop_test(tc, a_crowd_is_trusted_that_agrees_and_beats_a_coin_on_gold, 0,
						(int)(sizeof audits / sizeof audits[0]));
	suite_add_tcase(suite, tc);
	return suite;
}
