/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a network may learn of gold by how often its volunteers are shown an item.
 *
 * A campaign of 300 items, some of them gold, is judged by 40 honest volunteers, 16 pairs each, and
 * by 12 scouts of one network, 50 pairs each, in random order.  Items retire by the rule in
 * service; gold rests when another item would retire, as judging/item_cache has it.
 */
#include <math.h>

#include "crowd/judgments.h"
#include "crowd/pair_sampler.h"
#include "crowd/stopping.h"
#include "suites.h"

#define ITEMS     300
#define HONEST    40
#define SCOUTS    12
#define CAMPAIGNS 60

struct scouted {
	struct candidate_index *candidates;
	struct random random;
	uint32_t gold; /* items, the first */
	bool dosed;
	double log_odds[ITEMS];
	uint32_t judgments[ITEMS];
	uint32_t shown[ITEMS]; /* to scouts */
};

static void scouts_put(struct scouted *scouted, uint32_t i, bool retired)
{
	float p_fake = (float)(1 / (1 + exp(-scouted->log_odds[i])));

	candidate_index_put(scouted->candidates, i, 0,
	                    &(struct candidate){ .lineage = i + 1,
	                                         .p_fake = p_fake,
	                                         .judgments = (uint16_t)scouted->judgments[i],
	                                         .gold = i < scouted->gold,
	                                         .retired = retired,
	                                         .truth = UNKNOWN });
}

/* One says what an item is, rightly by their skill; all are taken to be right in three of four. */
static void scouts_judge(struct scouted *scouted, uint32_t i, double skill)
{
	struct stopping rule = stopping_in_service();
	bool right = random_unit(&scouted->random) < skill, fake = (i % 2 == 1) == right;

	scouted->log_odds[i] += fake ? log(3) : -log(3);
	scouted->judgments[i]++;
	double p_fake = 1 / (1 + exp(-scouted->log_odds[i]));
	enum decision decision = stopping_decide(&rule, p_fake, scouted->judgments[i]);
	if (decision == DECISION_KEEP_ASKING || i < scouted->gold)
		scouts_put(scouted, i, decision != DECISION_KEEP_ASKING);
	else
		candidate_index_take_out(scouted->candidates, i);
}

static void scouts_visit(struct scouted *scouted, bool scout)
{
	struct pair_sampler_options options = pair_sampler_in_service();
	struct keyset *seen = keyset_new();
	struct asker asker = { .sensitivity = .75, .specificity = .75, .seen = seen };
	double skill = .6 + .3 * random_unit(&scouted->random);

	for (int pair = 0; pair < (scout ? 50 : 16); pair++) {
		struct sampled_pair choice =
			pair_sampler_draw(scouted->candidates, 0, &asker, &options, &scouted->random);
		const uint32_t both[] = { choice.left, choice.right };

		if (choice.kind == PAIR_NOTHING)
			break;
		for (int n = 0; n < 2; n++) {
			scouted->shown[both[n]] += scout;
			keyset_add(seen, both[n] + 1);
			if (!candidate_index_at(scouted->candidates, both[n])->retired)
				scouts_judge(scouted, both[n], skill);
		}
	}
	keyset_free(seen);
}

/* How well the number of showings tells gold from other items: the area under the ROC curve. Where
 * there is a dose, of what was shown to them: what waits they do not know of. */
static double scouts_auc(const struct scouted *scouted)
{
	double won = 0, pairs = 0;

	for (uint32_t gold = 0; gold < scouted->gold; gold++)
		for (uint32_t other = scouted->gold; other < ITEMS; other++) {
			if (scouted->dosed && !(scouted->shown[gold] && scouted->shown[other]))
				continue;
			pairs++;
			won += scouted->shown[gold] > scouted->shown[other]    ? 1
			       : scouted->shown[gold] == scouted->shown[other] ? .5
			                                                       : 0;
		}
	return won / pairs;
}

/* Adds to auc[n] what is known after a third, two thirds and all of the scouts. */
static void scouts_campaign(uint32_t gold, double dose, uint64_t seed, double auc[3])
{
	struct scouted scouted = { .candidates = candidate_index_new(),
		                       .random = random_seeded(seed),
		                       .gold = gold,
		                       .dosed = dose > 0 };
	int scouts = SCOUTS, honest = HONEST;

	for (uint32_t i = 0; i < ITEMS; i++)
		scouts_put(&scouted, i, false);
	candidate_index_set_dose(scouted.candidates, 0, dose);
	while (scouts) {
		bool scout = random_below(&scouted.random, (uint32_t)(scouts + honest)) < (uint32_t)scouts;

		candidate_index_balance(scouted.candidates, 0);
		*(scout ? &scouts : &honest) -= 1;
		scouts_visit(&scouted, scout);
		if (scout && scouts % (SCOUTS / 3) == 0)
			auc[2 - scouts / (SCOUTS / 3)] += scouts_auc(&scouted) / CAMPAIGNS;
	}
	candidate_index_free(scouted.candidates);
}

START_TEST(gold_cannot_be_named_by_how_often_it_is_shown)
{
	static const uint32_t golds[] = { 20, 30, 60 };
	double auc[3] = { 0 };

	for (uint64_t campaign = 0; campaign < CAMPAIGNS; campaign++)
		scouts_campaign(golds[_i], 0, campaign + 1, auc);
	for (int third = 0; third < 3; third++)
		ck_assert_double_eq_tol(auc[third], .5, .05);
}
END_TEST

static const struct {
	uint32_t gold;
	double dose;
} dosed[] = { { 60, .05 }, { 60, .1 }, { 120, .2 }, { 30, .3 } };

START_TEST(a_dose_names_no_gold_either)
{
	double auc[3] = { 0 };

	for (uint64_t campaign = 0; campaign < CAMPAIGNS; campaign++)
		scouts_campaign(dosed[_i].gold, dosed[_i].dose, campaign + 1, auc);
	for (int third = 0; third < 3; third++)
		ck_assert_msg(fabs(auc[third] - .5) <= .05, "gold %u, dose %g: %g %g %g", dosed[_i].gold,
		              dosed[_i].dose, auc[0], auc[1], auc[2]);
}
END_TEST

Suite *crowd_scouts_suite(void)
{
	Suite *suite = suite_create("crowd/scouts");
	TCase *tests = tcase_create("scouts");

	tcase_set_tags(tests, "pure");
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, gold_cannot_be_named_by_how_often_it_is_shown, 0, 3);
	tcase_add_loop_test(tests, a_dose_names_no_gold_either, 0, 4);
	suite_add_tcase(suite, tests);
	return suite;
}
