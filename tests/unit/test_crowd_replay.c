/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of recorded judgments, by policy. */
#include <string.h>

#include "core/random.h"
#include "crowd/replay.h"
#include "suites.h"

#define ITEMS      240
#define VOLUNTEERS 36
#define EACH       12
#define ROWS       (ITEMS * EACH)
#define SEEDS      5

/* Every third volunteer flips a coin, the others are right in five of six. */
struct recorded {
	uint32_t item[ROWS], volunteer[ROWS];
	uint8_t verdict[ROWS];
	int8_t truth[ITEMS];
	struct judgments judgments;
};

static void record_judgments(struct recorded *recorded, uint64_t seed)
{
	struct random random = random_seeded(seed);

	memset(recorded, 0, sizeof *recorded);
	for (uint32_t i = 0, row = 0; i < ITEMS; i++) {
		recorded->truth[i] = (int8_t)random_below(&random, 2);
		for (uint32_t k = 0; k < EACH; k++, row++) {
			uint32_t v = (i + k * 5) % VOLUNTEERS;
			bool right = random_below(&random, 6) < (v % 3 ? 5 : 3);

			recorded->item[row] = i;
			recorded->volunteer[row] = v;
			recorded->verdict[row] = (uint8_t)(right ? recorded->truth[i] : !recorded->truth[i]);
		}
	}
	recorded->judgments = (struct judgments){ .items = ITEMS,
		                                      .volunteers = VOLUNTEERS,
		                                      .count = ROWS,
		                                      .item = recorded->item,
		                                      .volunteer = recorded->volunteer,
		                                      .verdict = recorded->verdict };
}

static struct replay replay_recorded(const struct recorded *recorded, enum policy policy,
                                     const struct stopping *rule, uint64_t seed)
{
	static const struct model_options plain = { .method = METHOD_DEFAULT };
	struct random random = random_seeded(seed);

	return replay_run(&recorded->judgments, recorded->truth, policy, rule, &plain, &random);
}

START_TEST(asking_by_gain_costs_less_and_loses_as_little)
{
	static const struct stopping rule = { .threshold = .97, .min = 1 };
	double accuracy = 0;
	uint64_t by_gain = 0, by_round = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct recorded recorded;

		record_judgments(&recorded, seed);
		struct replay gain = replay_recorded(&recorded, POLICY_GAIN, &rule, seed);
		struct replay round = replay_recorded(&recorded, POLICY_POSTERIOR, &rule, seed);

		ck_assert_int_eq(gain.decided_by, round.decided_by);
		ck_assert_int_ne(gain.decided_by, DECIDED_BY_NOBODY);
		by_gain += gain.used;
		by_round += round.used;
		accuracy += (gain.accuracy - round.accuracy) / SEEDS;
	}
	ck_assert_uint_lt(10 * by_gain, 9 * by_round);
	ck_assert_double_gt(accuracy, -.01);
}
END_TEST

/* Nothing is sure enough: every recorded judgment is asked for, each once. */
START_TEST(asking_by_gain_ends_with_all_judgments_where_nothing_is_sure)
{
	static const struct stopping rule = { .threshold = 1, .min = 1 };
	struct recorded recorded;

	record_judgments(&recorded, 1);
	struct replay replay = replay_recorded(&recorded, POLICY_GAIN, &rule, 1);

	ck_assert_uint_eq(replay.used, ROWS);
	ck_assert_uint_eq(replay.retired + replay.disputed, 0);
	ck_assert(replay.accuracy == replay.baseline_accuracy);
}
END_TEST

START_TEST(asking_by_gain_keeps_to_the_least_and_the_most)
{
	static const struct stopping least = { .threshold = .5, .min = 3 };
	static const struct stopping most = { .threshold = 1, .min = 1, .max = 4 };
	struct recorded recorded;

	record_judgments(&recorded, 2);
	ck_assert_uint_ge(replay_recorded(&recorded, POLICY_GAIN, &least, 1).used, 3 * ITEMS);
	struct replay replay = replay_recorded(&recorded, POLICY_GAIN, &most, 1);
	ck_assert_uint_eq(replay.used, 4 * ITEMS);
	ck_assert_uint_eq(replay.disputed, ITEMS);
}
END_TEST

START_TEST(one_seed_asks_for_the_same_again)
{
	static const struct stopping rule = { .threshold = .95, .min = 1 };
	struct recorded recorded;

	record_judgments(&recorded, 3);
	struct replay one = replay_recorded(&recorded, POLICY_GAIN, &rule, 7);
	struct replay again = replay_recorded(&recorded, POLICY_GAIN, &rule, 7);

	ck_assert_uint_eq(one.used, again.used);
	ck_assert(one.accuracy == again.accuracy);
}
END_TEST

Suite *crowd_replay_suite(void)
{
	Suite *suite = suite_create("crowd/replay");
	TCase *tests = tcase_create("replay");

	tcase_set_tags(tests, "pure");
	tcase_set_timeout(tests, 240); /* hundreds of fits, under a sanitizer */
	tcase_add_test(tests, asking_by_gain_costs_less_and_loses_as_little);
	tcase_add_test(tests, asking_by_gain_ends_with_all_judgments_where_nothing_is_sure);
	tcase_add_test(tests, asking_by_gain_keeps_to_the_least_and_the_most);
	tcase_add_test(tests, one_seed_asks_for_the_same_again);
	suite_add_tcase(suite, tests);
	return suite;
}
