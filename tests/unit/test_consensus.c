/* SPDX-License-Identifier: Apache-2.0 */
/* When an item leaves service, and why. */
#include <check.h>

#include "scoring/consensus.h"
#include "suites.h"

#define STAYS   "stays"
#define RETIRES "retired"
#define RETURNS "in_service"

static const struct {
	const char *what;
	double p_fake;
	uint32_t count, spent;
	int8_t truth;
	bool gold, out_of_service, distrusted, retired, undecided, recounted;
	enum contest contest;
	uint32_t fakes;
	const char *outcome;
} cases[] = {
	{ "sure enough", .98, 5, 0, UNKNOWN, .outcome = RETIRES },
	{ "sure of the other", .02, 5, 0, UNKNOWN, .outcome = RETIRES },
	{ "sure, but nobody may decide", .98, 5, 0, UNKNOWN, .undecided = true, .outcome = STAYS },
	{ "sure, but nobody may decide, spent", .98, 25, 0, UNKNOWN, .undecided = true,
	  .outcome = "max_judgments" },
	{ "retired when everybody decided", .98, 9, 0, UNKNOWN, .retired = true, .undecided = true,
	  .outcome = STAYS },
	{ "retired, judgments set aside, still decided", .98, 9, 0, UNKNOWN, .retired = true,
	  .recounted = true, .outcome = STAYS },
	{ "retired, judgments set aside, nobody may decide", .98, 9, 0, UNKNOWN, .retired = true,
	  .recounted = true, .undecided = true, .outcome = RETURNS },
	{ "gold, wrong, but nobody may decide", .98, 9, 0, REAL, true, .undecided = true,
	  .outcome = STAYS },
	{ "disputed, sure now, nobody may decide", .98, 26, 0, UNKNOWN,
	  .contest = CONTEST_MAX_JUDGMENTS, .undecided = true, .outcome = STAYS },
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
	{ "a crowd that guesses, spent", .98, 25, 0, UNKNOWN, .fakes = 20, .distrusted = true,
	  .outcome = "crowd_not_trusted" },
	{ "a crowd that guesses, split", .90, 25, 0, UNKNOWN, .fakes = 12, .distrusted = true,
	  .outcome = "max_judgments" },
	{ "a crowd that guesses, all say real", .10, 25, 0, UNKNOWN, .distrusted = true,
	  .outcome = "crowd_not_trusted" },
	{ "a crowd that guesses, all say fake", .90, 25, 0, UNKNOWN, .fakes = 25, .distrusted = true,
	  .outcome = "crowd_not_trusted" },
	{ "not trusted then, sure and trusted now", .98, 26, 0, UNKNOWN, .contest = CONTEST_NOT_TRUSTED,
	  .outcome = RETIRES },
	{ "not trusted then, nor now", .98, 26, 0, UNKNOWN, .distrusted = true,
	  .contest = CONTEST_NOT_TRUSTED, .outcome = STAYS },
	{ "a crowd that guesses, on gold", .98, 90, 0, REAL, true, .distrusted = true,
	  .outcome = STAYS },
	{ "disputed, sure now", .98, 26, 0, UNKNOWN, .contest = CONTEST_MAX_JUDGMENTS,
	  .outcome = RETIRES },
	{ "disputed, sure of the other", .02, 25, 0, UNKNOWN, .contest = CONTEST_MAX_JUDGMENTS,
	  .outcome = RETIRES },
	{ "disputed, not sure yet", .96, 26, 0, UNKNOWN, .contest = CONTEST_MAX_JUDGMENTS,
	  .outcome = STAYS },
	{ "disputed, sure now against its source", .98, 26, 0, REAL, .contest = CONTEST_MAX_JUDGMENTS,
	  .outcome = STAYS },
	{ "disputed, and the crowd guesses", .98, 26, 0, UNKNOWN, .distrusted = true,
	  .contest = CONTEST_MAX_JUDGMENTS, .outcome = STAYS },
	{ "reopened, disputed, sure too early", .98, 28, 25, UNKNOWN, .contest = CONTEST_MAX_JUDGMENTS,
	  .outcome = STAYS },
	{ "against its source, less sure", .93, 9, 0, REAL, .contest = CONTEST_AGAINST_PROVENANCE,
	  .outcome = STAYS },
	{ "against its source, faded", .90, 9, 0, REAL, .contest = CONTEST_AGAINST_PROVENANCE,
	  .outcome = RETURNS },
	{ "against its source, faded, spent", .90, 25, 0, REAL, .contest = CONTEST_AGAINST_PROVENANCE,
	  .outcome = STAYS },
	{ "with its source after all", .02, 30, 0, REAL, .contest = CONTEST_AGAINST_PROVENANCE,
	  .outcome = RETIRES },
	{ "gold, still wrong", .98, 30, 0, REAL, true, .contest = CONTEST_AGAINST_GOLD,
	  .outcome = STAYS },
	{ "gold, no longer wrong", .90, 30, 0, REAL, true, .contest = CONTEST_AGAINST_GOLD,
	  .outcome = RETURNS },
	{ "gold, right after all", .02, 30, 0, REAL, true, .contest = CONTEST_AGAINST_GOLD,
	  .outcome = RETURNS },
};

START_TEST(an_item_leaves_service_by_the_rule)
{
	struct item_facts facts = { .gold = cases[_i].gold,
		                        .in_service = !cases[_i].out_of_service && !cases[_i].retired &&
		                                      cases[_i].contest == CONTEST_NONE,
		                        .retired = cases[_i].retired,
		                        .contest = cases[_i].contest,
		                        .truth = cases[_i].truth,
		                        .rule = stopping_in_service(),
		                        .spent = cases[_i].spent,
		                        .recount = cases[_i].recounted,
		                        .count = cases[_i].count,
		                        .fake = cases[_i].fakes };
	struct belief belief = { cases[_i].p_fake, cases[_i].undecided ? .5 : cases[_i].p_fake,
		                     DECIDED_BY_ALL };
	json_auto_t *row = consensus_decision(&facts, &belief, !cases[_i].distrusted);
	const char *reason = json_string_value(json_object_get(row, "reason"));
	const char *to = json_string_value(json_object_get(row, "to"));
	const char *got = !row ? STAYS : reason ? reason : to;

	ck_assert_msg(strcmp(got, cases[_i].outcome) == 0, "%s: %s", cases[_i].what, got);
}
END_TEST

/* Of `count` that faded among `retired`, how many one fit brings back. */
static const struct {
	size_t count, retired, back;
} unsettled[] = { { 0, 0, 0 },     { 7, 7, 7 },       { 300, 400, 10 },
	              { 15, 900, 15 }, { 300, 1000, 20 }, { 5000, 100000, 2000 } };

START_TEST(one_fit_unsettles_few_and_those_first_that_faded_most)
{
	static struct faded faded[5000];
	size_t count = unsettled[_i].count;

	for (size_t n = 0; n < count; n++)
		faded[n].sure = .92 - .0001 * (double)(n * 7 % count % 4000);
	size_t back = consensus_unsettle(faded, count, unsettled[_i].retired);

	ck_assert_uint_eq(back, unsettled[_i].back);
	for (size_t n = 1; n < count; n++)
		ck_assert_double_le(faded[n - 1].sure, faded[n].sure);
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
	Suite *suite = suite_create("scoring/consensus");
	TCase *tc = tcase_create("consensus");

	tcase_add_loop_test(tc, an_item_leaves_service_by_the_rule, 0,
	                    (int)(sizeof cases / sizeof cases[0]));
	tcase_add_loop_test(tc, a_crowd_is_trusted_that_agrees_and_beats_a_coin_on_gold, 0,
	                    (int)(sizeof audits / sizeof audits[0]));
	tcase_add_loop_test(tc, one_fit_unsettles_few_and_those_first_that_faded_most, 0,
	                    (int)(sizeof unsettled / sizeof unsettled[0]));
	suite_add_tcase(suite, tc);
	return suite;
}
