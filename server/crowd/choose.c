/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/choose.h"

#include <math.h>

#include "crowd/judgments.h"

#define NOBODY       SIZE_MAX
#define KNOWN_AFTER  10.      /* gold items after which the dose has fallen by 1 - 1/e */
#define LITTLE_LEFT  10.      /* items; with fewer left the gold dose shrinks in proportion */
#define BALANCE_COIN (2. / 3) /* Efron's: how often the side in arrears is served */

enum pool {
	POOL_TRAINING,
	POOL_GOLD,
	POOL_PLANNED,   /* asks for more judgments */
	POOL_BEYOND,    /* has all it was to get; only helps the last item to a partner */
	POOL_IN_SERVICE /* gold or planned */
};

/* What may fill a place. */
struct want {
	enum pool pool;
	int truth;        /* UNKNOWN: either */
	bool informative; /* the most telling one, else any with equal chance */
	bool related;     /* of the same lineage as `beside`; else of another */
	size_t beside;    /* the item in the other place, or NOBODY */
};

struct choosing {
	const struct candidate *candidates;
	size_t count;
	const struct asker *asker;
	const struct choose_options *options;
	struct random *random;
	size_t training, gold, planned; /* how many */
};

static double entropy(double p)
{
	return p <= 0 || p >= 1 ? 0 : -(p * log2(p) + (1 - p) * log2(1 - p));
}

double choose_information(double p_fake, double sensitivity, double specificity)
{
	double says_fake = p_fake * sensitivity + (1 - p_fake) * (1 - specificity);
	double after = 0;

	if (says_fake > 0)
		after += says_fake * entropy(p_fake * sensitivity / says_fake);
	if (says_fake < 1)
		after += (1 - says_fake) * entropy(p_fake * (1 - sensitivity) / (1 - says_fake));
	return fmax(entropy(p_fake) - after, 0);
}

static bool in_pool(const struct choosing *choosing, const struct candidate *candidate,
					enum pool pool)
{
	bool wanting = (uint32_t)candidate->judgments + candidate->in_flight < choosing->options->plan;

	if (candidate->training)
		return pool == POOL_TRAINING;
	switch (pool) {
	case POOL_GOLD:
		return candidate->gold;
	case POOL_PLANNED:
		return !candidate->gold && wanting;
	case POOL_BEYOND:
		return !candidate->gold && !wanting;
	case POOL_IN_SERVICE:
		return candidate->gold || wanting;
	case POOL_TRAINING:
	default:
		return false;
	}
}

static bool is_related(const struct candidate *a, const struct candidate *b)
{
	return (a->group && a->group == b->group) || (a->pair && a->pair == b->pair);
}

/* An unknown item passes for what it is believed to be, and for either while that is even. */
static bool may_be(const struct candidate *candidate, int truth)
{
	if (truth == UNKNOWN)
		return true;
	if (candidate->truth != UNKNOWN)
		return candidate->truth == truth;
	return truth == FAKE ? candidate->p_fake >= .5F : candidate->p_fake <= .5F;
}

static bool fits(const struct choosing *choosing, size_t index, const struct want *want)
{
	const struct candidate *candidate = &choosing->candidates[index];

	if (!in_pool(choosing, candidate, want->pool) || !may_be(candidate, want->truth))
		return false;
	if (want->beside == NOBODY)
		return true;
	return index != want->beside &&
		   is_related(candidate, &choosing->candidates[want->beside]) == want->related;
}

/* What an answer is worth now; answers already on their way make it worth less. */
static double worth(const struct choosing *choosing, const struct candidate *candidate)
{
	const struct asker *asker = choosing->asker;

	return choose_information(candidate->p_fake, asker->sensitivity, asker->specificity) /
		   (1. + candidate->in_flight);
}

/* One pass: keeps the best so far, and among `ties` equals each with the same chance. */
static size_t draw(const struct choosing *choosing, const struct want *want)
{
	size_t drawn = NOBODY;
	uint32_t ties = 0;
	double best = 0;

	for (size_t i = 0; i < choosing->count; i++) {
		if (!fits(choosing, i, want))
			continue;
		double value = want->informative ? worth(choosing, &choosing->candidates[i]) : 0;

		if (ties && value < best)
			continue;
		ties = !ties || value > best ? 1 : ties + 1;
		best = value;
		if (random_below(choosing->random, ties) == 0)
			drawn = i;
	}
	return drawn;
}

static bool chance(const struct choosing *choosing, double share)
{
	return random_unit(choosing->random) < share;
}

/* Draws from a pool whose truth is known, fake as often as the options say. */
static size_t draw_known(const struct choosing *choosing, enum pool pool, size_t beside)
{
	struct want want = { .pool = pool,
						 .beside = beside,
						 .truth = chance(choosing, choosing->options->fake_rate) ? FAKE : REAL };
	size_t drawn = draw(choosing, &want);

	want.truth = UNKNOWN;
	return drawn == NOBODY ? draw(choosing, &want) : drawn;
}

/* The partner of one lineage: of a drawn truth where there is one, so that a matched pair is not
 * always one real and one fake. */
static size_t draw_partner(const struct choosing *choosing, enum pool pool, size_t beside)
{
	struct want want = { .pool = pool,
						 .beside = beside,
						 .related = true,
						 .truth = chance(choosing, choosing->options->fake_rate) ? FAKE : REAL };
	size_t drawn = draw(choosing, &want);

	want.truth = UNKNOWN;
	return drawn == NOBODY ? draw(choosing, &want) : drawn;
}

static double gold_dose(const struct choosing *choosing)
{
	const struct choose_options *options = choosing->options;
	double known = exp(-(double)choosing->asker->gold_seen / KNOWN_AFTER);
	double dose = options->gold_last + (options->gold_first - options->gold_last) * known;

	return dose * fmin(1, (double)choosing->planned / LITTLE_LEFT);
}

/* Fills one place in service; `kind` says by which rule. */
static size_t draw_place(const struct choosing *choosing, size_t beside, enum choice_kind *kind)
{
	struct want want = { .pool = POOL_PLANNED, .truth = UNKNOWN, .beside = beside };
	size_t drawn = NOBODY;

	if (chance(choosing, gold_dose(choosing))) {
		*kind = CHOICE_GOLD;
		drawn = draw_known(choosing, POOL_GOLD, beside);
	}
	if (drawn == NOBODY) {
		want.informative = !chance(choosing, choosing->options->random_share);
		*kind = want.informative ? CHOICE_INFORMATIVE : CHOICE_RANDOM;
		drawn = draw(choosing, &want);
	}
	return drawn;
}

/* The odd one out: whatever unseen item of another lineage can stand beside it, or at last of its
 * own. */
static size_t draw_company(const struct choosing *choosing, size_t beside, bool *matched)
{
	static const enum pool pools[] = { POOL_PLANNED, POOL_GOLD, POOL_BEYOND };
	size_t drawn = NOBODY;

	*matched = false;
	for (size_t i = 0; i < 3 && drawn == NOBODY; i++)
		drawn =
			draw(choosing, &(struct want){ .pool = pools[i], .truth = UNKNOWN, .beside = beside });
	for (size_t i = 0; i < 3 && drawn == NOBODY; i++) {
		drawn = draw(choosing,
					 &(struct want){
						 .pool = pools[i], .truth = UNKNOWN, .beside = beside, .related = true });
		*matched = drawn != NOBODY;
	}
	return drawn;
}

/* How far the left side is ahead, if `first` goes left and `second` right. */
static double lead_of_left(const struct asker *asker, const struct candidate *first,
						   const struct candidate *second)
{
	double fakes = (first->truth == UNKNOWN ? first->p_fake : first->truth) -
				   (second->truth == UNKNOWN ? second->p_fake : (double)second->truth);
	double gold = (double)first->gold - (double)second->gold;

	return fakes * (asker->fake_left - asker->fake_right) +
		   gold * ((double)asker->gold_left - (double)asker->gold_right);
}

static struct choice seat(const struct choosing *choosing, size_t first, size_t second,
						  enum choice_kind kind, bool matched)
{
	double lead =
		lead_of_left(choosing->asker, &choosing->candidates[first], &choosing->candidates[second]);
	double share = lead > 0 ? 1 - BALANCE_COIN : lead < 0 ? BALANCE_COIN : .5;
	bool first_left = chance(choosing, share);

	return (struct choice){ .kind = kind,
							.matched = matched,
							.left = first_left ? first : second,
							.right = first_left ? second : first };
}

static struct choice choose_training(const struct choosing *choosing)
{
	size_t first = draw_known(choosing, POOL_TRAINING, NOBODY), second = NOBODY;
	bool matched = false;

	if (chance(choosing, choosing->options->matched_share)) {
		second = draw_partner(choosing, POOL_TRAINING, first);
		matched = second != NOBODY;
	}
	if (second == NOBODY)
		second = draw_known(choosing, POOL_TRAINING, first);
	if (second == NOBODY) {
		second = draw_partner(choosing, POOL_TRAINING, first);
		matched = second != NOBODY;
	}
	return second == NOBODY ? (struct choice){ .kind = CHOICE_NOTHING }
							: seat(choosing, first, second, CHOICE_TRAINING, matched);
}

static struct choice choose_service(const struct choosing *choosing)
{
	enum choice_kind kind, beside_kind;
	size_t first = draw_place(choosing, NOBODY, &kind), second = NOBODY;
	bool matched = false;

	if (first == NOBODY)
		return (struct choice){ .kind = CHOICE_NOTHING };
	if (chance(choosing, choosing->options->matched_share)) {
		second = draw_partner(choosing, POOL_IN_SERVICE, first);
		matched = second != NOBODY;
	}
	if (second == NOBODY)
		second = draw_place(choosing, first, &beside_kind);
	if (second == NOBODY)
		second = draw_company(choosing, first, &matched);
	if (second == NOBODY)
		return (struct choice){ .kind = CHOICE_NOTHING };
	if (choosing->candidates[first].gold || choosing->candidates[second].gold)
		kind = CHOICE_GOLD;
	return seat(choosing, first, second, kind, matched);
}

static struct choice choose_gold(const struct choosing *choosing)
{
	size_t first = draw_known(choosing, POOL_GOLD, NOBODY);
	size_t second = first == NOBODY ? NOBODY : draw_known(choosing, POOL_GOLD, first);

	return second == NOBODY ? (struct choice){ .kind = CHOICE_NOTHING }
							: seat(choosing, first, second, CHOICE_GOLD, false);
}

struct choice choose_pair(const struct candidate candidates[], size_t count,
						  const struct asker *asker, const struct choose_options *options,
						  struct random *random)
{
	struct choosing choosing = { .candidates = candidates,
								 .count = count,
								 .asker = asker,
								 .options = options,
								 .random = random };

	for (size_t i = 0; i < count; i++) {
		choosing.training += in_pool(&choosing, &candidates[i], POOL_TRAINING);
		choosing.gold += in_pool(&choosing, &candidates[i], POOL_GOLD);
		choosing.planned += in_pool(&choosing, &candidates[i], POOL_PLANNED);
	}
	if (asker->training_left && choosing.training >= 2)
		return choose_training(&choosing);
	if (choosing.planned)
		return choose_service(&choosing);
	if (options->gold_alone && choosing.gold >= 2)
		return choose_gold(&choosing);
	return (struct choice){ .kind = CHOICE_NOTHING };
}

void choose_count(struct asker *asker, const struct candidate candidates[],
				  const struct choice *choice)
{
	const struct candidate *left = &candidates[choice->left], *right = &candidates[choice->right];

	if (choice->kind == CHOICE_NOTHING)
		return;
	asker->fake_left += left->truth == UNKNOWN ? left->p_fake : (double)left->truth;
	asker->fake_right += right->truth == UNKNOWN ? right->p_fake : (double)right->truth;
	if (choice->kind == CHOICE_TRAINING) {
		asker->training_left -= asker->training_left > 0;
		return;
	}
	asker->gold_left += left->gold;
	asker->gold_right += right->gold;
	asker->gold_seen += (uint32_t)left->gold + right->gold;
}
