/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/pair_sampler.h"

#include <math.h>

#include "crowd/judgments.h"

#define NOBODY       CANDIDATE_INDEX_NONE
#define TRIES        16   /* of a draw, and one for each eighth item, before a scan */
#define SHORT_LIST   4    /* items drawn from a box, of which the most telling is taken */
#define MOST_BOXES   12   /* searched for the most telling item: they are nearly equal by then */
#define NOTHING_TOLD 1e-9 /* bits; with less, one item is as good as another */

enum pool {
	POOL_TRAINING,
	POOL_PLANNED, /* asks for more judgments; gold among the others */
	POOL_BEYOND,  /* has all it was to get; only helps the last item to a partner */
	POOL_RETIRED, /* likewise; what is said of it does not count */
};

struct choosing {
	const struct candidate_index *candidates;
	uint32_t bucket;
	const struct asker *asker;
	const struct pair_sampler_options *options;
	struct random *random;
	uint32_t looked_at;
};

static double sampler_entropy(double p)
{
	return p <= 0 || p >= 1 ? 0 : -(p * log2(p) + (1 - p) * log2(1 - p));
}

double pair_sampler_information(double p_fake, double sensitivity, double specificity)
{
	double says_fake = p_fake * sensitivity + (1 - p_fake) * (1 - specificity);
	double after = 0;

	if (says_fake > 0)
		after += says_fake * sampler_entropy(p_fake * sensitivity / says_fake);
	if (says_fake < 1)
		after += (1 - says_fake) * sampler_entropy(p_fake * (1 - sensitivity) / (1 - says_fake));
	return fmax(sampler_entropy(p_fake) - after, 0);
}

static uint64_t sampler_column(uint32_t number)
{
	return UINT64_C(1) << number;
}

/* Where the items of a pool stand: those of one truth, or of either (UNKNOWN). */
static struct candidate_index_part part_of(enum pool pool, int truth)
{
	uint64_t reals = sampler_column(CANDIDATE_INDEX_TRAINING_REAL);
	uint64_t fakes = sampler_column(CANDIDATE_INDEX_TRAINING_FAKE);
	uint64_t of_truth = truth == UNKNOWN ? reals | fakes : truth == REAL ? reals : fakes;

	switch (pool) {
	case POOL_TRAINING:
		return (struct candidate_index_part){ .rows = 1, .columns = of_truth };
	case POOL_BEYOND:
		return (struct candidate_index_part){ .rows = 1,
			                                  .columns = sampler_column(CANDIDATE_INDEX_BEYOND) };
	case POOL_RETIRED:
		return (struct candidate_index_part){ .rows = 1,
			                                  .columns = sampler_column(CANDIDATE_INDEX_RETIRED) };
	case POOL_PLANNED:
	default:
		return (struct candidate_index_part){ .row = 1,
			                                  .rows = CANDIDATE_INDEX_LEVELS,
			                                  .columns = UINT64_MAX };
	}
}

/* Gold that waits is in none. */
static bool in_pool(const struct choosing *choosing, uint32_t index, enum pool pool)
{
	const struct candidate *item = candidate_index_at(choosing->candidates, index);
	bool wanting = candidate_index_row_of(choosing->candidates, index) > 0;
	bool waiting = !wanting && candidate_index_column_of(choosing->candidates, index) ==
	                               CANDIDATE_INDEX_WAITING;

	if (item->training)
		return pool == POOL_TRAINING;
	if (item->retired)
		return pool == POOL_RETIRED;
	return !waiting && pool == (wanting ? POOL_PLANNED : POOL_BEYOND);
}

/* An item passes for what the crowd believes it to be, and for either while that is even: gold too,
 * or its company would tell it from the others. */
static bool may_be(const struct candidate *item, int truth)
{
	if (truth == UNKNOWN)
		return true;
	if (item->training && item->truth != UNKNOWN)
		return item->truth == truth;
	return truth == FAKE ? item->p_fake >= .5F : item->p_fake <= .5F;
}

/* What this asker may not be shown: something seen, or a sensitive item where these are withheld.
 */
static bool is_barred(struct choosing *choosing, uint32_t index)
{
	const struct candidate *item = candidate_index_at(choosing->candidates, index);

	choosing->looked_at++;
	return (choosing->asker->spared && item->sensitive) ||
	       pair_sampler_saw(choosing->asker->seen, item);
}

/* Whether an item may stand beside another (NOBODY: any) of which it is no relative. */
static bool may_stand(struct choosing *choosing, uint32_t index, uint32_t beside)
{
	if (is_barred(choosing, index))
		return false;
	if (beside == NOBODY)
		return true;
	const struct candidate *one = candidate_index_at(choosing->candidates, index);
	const struct candidate *other = candidate_index_at(choosing->candidates, beside);
	return index != beside && !candidate_index_related(one, other) &&
	       !candidate_index_alike(one, other) && !candidate_index_twins(one, other);
}

/* How many items of a pool the asker may be shown; counts no further than `limit`. */
static size_t count_left(struct choosing *choosing, enum pool pool, size_t limit)
{
	struct candidate_index_part part = part_of(pool, UNKNOWN);
	size_t all = candidate_index_part_count(choosing->candidates, choosing->bucket, &part),
		   left = 0;

	if (!all || (!keyset_count(choosing->asker->seen) && !choosing->asker->spared))
		return all < limit ? all : limit;
	/* From anywhere, because what was seen stands together. */
	struct candidate_index_walk walk =
		candidate_index_walk_from(choosing->candidates, choosing->bucket, &part,
	                              random_below(choosing->random, (uint32_t)all));
	for (uint32_t index; left < limit && (index = candidate_index_walk_next(&walk)) != NOBODY;)
		left += !is_barred(choosing, index);
	return left;
}

/* Is something left to ask that is no gold? Gold alone is shown to nobody: it would be known. */
static bool is_ordinary_left(struct choosing *choosing)
{
	struct candidate_index_part part = part_of(POOL_PLANNED, UNKNOWN);
	size_t all = candidate_index_part_count(choosing->candidates, choosing->bucket, &part);

	if (!all)
		return false;
	struct candidate_index_walk walk =
		candidate_index_walk_from(choosing->candidates, choosing->bucket, &part,
	                              random_below(choosing->random, (uint32_t)all));
	for (uint32_t index; (index = candidate_index_walk_next(&walk)) != NOBODY;)
		if (!candidate_index_at(choosing->candidates, index)->gold && !is_barred(choosing, index))
			return true;
	return false;
}

/* One pass over all, each with the same chance. */
static uint32_t draw_by_scan(struct choosing *choosing, const struct candidate_index_part *part,
                             uint32_t beside)
{
	struct candidate_index_walk walk =
		candidate_index_walk_from(choosing->candidates, choosing->bucket, part, 0);
	uint32_t drawn = NOBODY, found = 0;

	for (uint32_t index; (index = candidate_index_walk_next(&walk)) != NOBODY;)
		if (may_stand(choosing, index, beside) && random_below(choosing->random, ++found) == 0)
			drawn = index;
	return drawn;
}

/*
 * Any item of a part that may stand, each with the same chance: at random until one does, and by
 * a scan after so many tries that it costs no more than they did.
 */
static uint32_t sampler_draw(struct choosing *choosing, const struct candidate_index_part *part,
                             uint32_t beside)
{
	uint32_t all =
		(uint32_t)candidate_index_part_count(choosing->candidates, choosing->bucket, part);
	uint32_t tries = all < TRIES ? all : TRIES + all / 8;

	for (; tries; tries--) {
		struct candidate_index_walk walk = candidate_index_walk_from(
			choosing->candidates, choosing->bucket, part, random_below(choosing->random, all));
		uint32_t index = candidate_index_walk_next(&walk);

		if (may_stand(choosing, index, beside))
			return index;
	}
	return draw_by_scan(choosing, part, beside);
}

static uint32_t draw_any(struct choosing *choosing, enum pool pool, uint32_t beside)
{
	struct candidate_index_part part = part_of(pool, UNKNOWN);

	return sampler_draw(choosing, &part, beside);
}

/* Any relative of an item in a pool and of a truth, each with the same chance. */
static uint32_t draw_related(struct choosing *choosing, enum pool pool, int truth, uint32_t beside)
{
	const struct candidate_index *candidates = choosing->candidates;
	uint32_t drawn = NOBODY, found = 0, index = NOBODY;

	while ((index = candidate_index_next_related(candidates, beside, index)) != NOBODY) {
		if (is_barred(choosing, index) ||
		    candidate_index_bucket(candidates, index) != choosing->bucket ||
		    !in_pool(choosing, index, pool) ||
		    !may_be(candidate_index_at(candidates, index), truth) ||
		    candidate_index_twins(candidate_index_at(candidates, index),
		                          candidate_index_at(candidates, beside)))
			continue;
		if (random_below(choosing->random, ++found) == 0)
			drawn = index;
	}
	return drawn;
}

/*
 * The most telling item.  What an answer tells is concave in p_fake (mutual information is, in
 * the input's distribution), so in every row it falls to both sides of one peak: only the next
 * box on either side of it can be the best, and boxes are tried in falling order until one holds
 * an item that may stand.
 */
struct side {
	uint64_t columns; /* still to be tried; the next is the one nearest to the peak */
	uint32_t row, column;
	bool above;   /* the peak */
	double value; /* of the next; below 0: none is left */
};

struct telling {
	struct side sides[2 * CANDIDATE_INDEX_LEVELS];
	uint32_t sides_open;
	uint32_t peak_column;
	double peak; /* bits of an item there */
};

struct found {
	uint32_t index; /* NOBODY at first, of a p_fake that nothing has */
	double value;
	float p_fake;
	uint32_t in_flight;
};

/* The p_fake about which an answer tells most: where its capacity is reached (Shannon 1948). */
static double telling_peak(double sensitivity, double specificity)
{
	double says_fake_real = 1 - specificity, differ = sensitivity - says_fake_real;

	if (fabs(differ) < 1e-6)
		return .5;
	double says_fake =
		1 / (1 + exp2((sampler_entropy(sensitivity) - sampler_entropy(says_fake_real)) / differ));
	return fmax(0, fmin(1, (says_fake - says_fake_real) / differ));
}

/* What an answer is worth now; answers already on their way make it worth less. */
static double sampler_worth(const struct choosing *choosing, double p_fake, uint32_t in_flight)
{
	const struct asker *asker = choosing->asker;

	return pair_sampler_information(p_fake, asker->sensitivity, asker->specificity) /
	       (1. + in_flight);
}

static void find_next(const struct choosing *choosing, struct side *side)
{
	side->value = -1;
	if (!side->columns)
		return;
	side->column = (uint32_t)(side->above ? __builtin_ctzll(side->columns)
	                                      : 63 - __builtin_clzll(side->columns));
	side->value = sampler_worth(choosing, candidate_index_column_p(side->column),
	                            candidate_index_level_flight(side->row - 1));
}

static void open_row(const struct choosing *choosing, struct telling *telling)
{
	uint32_t row = 1 + telling->sides_open / 2;
	uint64_t columns = candidate_index_row(choosing->candidates, choosing->bucket, row);
	uint64_t above = UINT64_MAX << telling->peak_column << 1;

	for (int side = 0; side < 2; side++) {
		struct side *opened = &telling->sides[telling->sides_open++];

		*opened = (struct side){ .row = row,
			                     .above = side == 1,
			                     .columns = columns & (side == 1 ? above : ~above) };
		find_next(choosing, opened);
	}
}

/* The side whose next box is worth most; NULL: none is left. Opens rows that could be worth more.
 */
static struct side *best_side(const struct choosing *choosing, struct telling *telling)
{
	struct side *best = NULL;

	for (uint32_t i = 0; i < 2 * CANDIDATE_INDEX_LEVELS; i++) {
		if (i == telling->sides_open) {
			if (best && best->value >= telling->peak / (1. + candidate_index_level_flight(i / 2)))
				break;
			open_row(choosing, telling);
		}
		struct side *side = &telling->sides[i];

		if (side->value >= 0 && (!best || side->value > best->value))
			best = side;
	}
	return best;
}

/* Adds the best of a few items of a box, which are nearly equal, to what was found before. */
static void search_box(struct choosing *choosing, const struct side *side, uint32_t beside,
                       struct found *found)
{
	struct candidate_index_part box = { .row = side->row,
		                                .rows = 1,
		                                .columns = sampler_column(side->column) };
	size_t count = candidate_index_part_count(choosing->candidates, choosing->bucket, &box);

	for (size_t i = 0; i < SHORT_LIST && i < count; i++) {
		uint32_t index = sampler_draw(choosing, &box, beside);

		if (index == NOBODY)
			return;
		const struct candidate *item = candidate_index_at(choosing->candidates, index);
		if (item->p_fake == found->p_fake && item->in_flight == found->in_flight)
			return; /* a box of equals: many are at .5 */
		double value = sampler_worth(choosing, item->p_fake, item->in_flight);
		if (value > found->value)
			*found = (struct found){
				.index = index, .value = value, .p_fake = item->p_fake, .in_flight = item->in_flight
			};
	}
}

static uint32_t draw_telling(struct choosing *choosing, uint32_t beside)
{
	const struct asker *asker = choosing->asker;
	double peak = telling_peak(asker->sensitivity, asker->specificity);
	struct telling telling = { .peak_column = candidate_index_column(peak),
		                       .peak = sampler_worth(choosing, peak, 0) };
	struct found found = { .index = NOBODY, .value = -1, .p_fake = -1 };

	if (telling.peak < NOTHING_TOLD)
		return draw_any(choosing, POOL_PLANNED, beside);
	struct side *side = best_side(choosing, &telling);
	for (int boxes = 0; side && side->value > found.value; side = best_side(choosing, &telling)) {
		if (found.index != NOBODY && boxes++ == MOST_BOXES)
			break;
		search_box(choosing, side, beside, &found);
		side->columns &= ~sampler_column(side->column);
		find_next(choosing, side);
	}
	return found.index;
}

static bool sampler_chance(struct choosing *choosing, double share)
{
	return random_unit(choosing->random) < share;
}

static int draw_truth(struct choosing *choosing)
{
	return sampler_chance(choosing, choosing->options->fake_rate) ? FAKE : REAL;
}

/* Draws from a pool whose truth is known, fake as often as the options say. */
static uint32_t draw_known(struct choosing *choosing, enum pool pool, uint32_t beside)
{
	struct candidate_index_part part = part_of(pool, draw_truth(choosing));
	uint32_t drawn = sampler_draw(choosing, &part, beside);

	return drawn == NOBODY ? draw_any(choosing, pool, beside) : drawn;
}

/* The partner of one lineage: of a drawn truth where there is one, so that a matched pair is not
 * always one real and one fake. */
static uint32_t draw_partner(struct choosing *choosing, enum pool pool, uint32_t beside)
{
	uint32_t drawn = draw_related(choosing, pool, draw_truth(choosing), beside);

	return drawn == NOBODY ? draw_related(choosing, pool, UNKNOWN, beside) : drawn;
}

/* Fills one place; `kind` says by which rule. Neither rule knows which items are gold. */
static uint32_t draw_place(struct choosing *choosing, uint32_t beside, enum sampled_kind *kind)
{
	if (sampler_chance(choosing, choosing->options->random_share)) {
		*kind = PAIR_RANDOM;
		return draw_any(choosing, POOL_PLANNED, beside);
	}
	*kind = PAIR_INFORMATIVE;
	return draw_telling(choosing, beside);
}

/* Whatever unseen item of some pools can stand beside another: of another lineage, or else of its
 * own. */
static uint32_t draw_beside(struct choosing *choosing, const enum pool pools[], size_t count,
                            uint32_t beside, bool *matched)
{
	uint32_t drawn = NOBODY;

	*matched = false;
	for (size_t i = 0; i < count && drawn == NOBODY; i++)
		drawn = draw_any(choosing, pools[i], beside);
	for (size_t i = 0; i < count && drawn == NOBODY; i++) {
		drawn = draw_related(choosing, pools[i], UNKNOWN, beside);
		*matched = drawn != NOBODY;
	}
	return drawn;
}

/* For the odd one out. Retired items come last, because what is said of them does not count. */
static uint32_t draw_company(struct choosing *choosing, uint32_t beside, bool *matched)
{
	static const enum pool counting[] = { POOL_PLANNED, POOL_BEYOND };
	static const enum pool retired[] = { POOL_RETIRED };
	uint32_t drawn = draw_beside(choosing, counting, 2, beside, matched);

	return drawn == NOBODY ? draw_beside(choosing, retired, 1, beside, matched) : drawn;
}

/* A fair coin of its own for each pair: what came before tells nothing of the next. */
static struct sampled_pair sampler_seat(struct choosing *choosing, uint32_t first, uint32_t second,
                                        enum sampled_kind kind, bool matched)
{
	bool first_left = random_below(choosing->random, 2) == 0;

	return (struct sampled_pair){ .kind = kind,
		                          .matched = matched,
		                          .left = first_left ? first : second,
		                          .right = first_left ? second : first };
}

static struct sampled_pair choose_training(struct choosing *choosing)
{
	uint32_t first = draw_known(choosing, POOL_TRAINING, NOBODY), second = NOBODY;
	bool matched = false;

	if (sampler_chance(choosing, choosing->options->matched_share)) {
		second = draw_partner(choosing, POOL_TRAINING, first);
		matched = second != NOBODY;
	}
	if (second == NOBODY)
		second = draw_known(choosing, POOL_TRAINING, first);
	if (second == NOBODY) {
		second = draw_partner(choosing, POOL_TRAINING, first);
		matched = second != NOBODY;
	}
	return second == NOBODY ? (struct sampled_pair){ .kind = PAIR_NOTHING }
	                        : sampler_seat(choosing, first, second, PAIR_TRAINING, matched);
}

/* What stands beside a first item that was not drawn at random. */
static uint32_t draw_second(struct choosing *choosing, uint32_t first, bool *matched)
{
	enum sampled_kind beside_kind;
	uint32_t second = NOBODY;

	if (sampler_chance(choosing, choosing->options->matched_share))
		second = draw_partner(choosing, POOL_PLANNED, first);
	*matched = second != NOBODY;
	return *matched ? second : draw_place(choosing, first, &beside_kind);
}

static struct sampled_pair choose_service(struct choosing *choosing)
{
	enum sampled_kind kind;
	uint32_t first = draw_place(choosing, NOBODY, &kind), second;
	bool matched = false;

	if (first == NOBODY)
		return (struct sampled_pair){ .kind = PAIR_NOTHING };
	/* Never one that was chosen for what it tells, or for whose relative it is. */
	second = kind == PAIR_RANDOM ? draw_any(choosing, POOL_PLANNED, first)
	                             : draw_second(choosing, first, &matched);
	if (second == NOBODY && kind == PAIR_RANDOM)
		kind = PAIR_INFORMATIVE; /* the only unseen one that asks for more: no draw */
	if (second == NOBODY)
		second = draw_company(choosing, first, &matched);
	if (second == NOBODY)
		return (struct sampled_pair){ .kind = PAIR_NOTHING };
	if (candidate_index_at(choosing->candidates, first)->gold ||
	    candidate_index_at(choosing->candidates, second)->gold)
		kind = PAIR_GOLD;
	return sampler_seat(choosing, first, second, kind, matched);
}

static struct sampled_pair choose_any(struct choosing *choosing)
{
	if (choosing->asker->training_left && count_left(choosing, POOL_TRAINING, 2) == 2)
		return choose_training(choosing);
	if (choosing->options->training_alone)
		return (struct sampled_pair){ .kind = PAIR_NOTHING };
	return is_ordinary_left(choosing) ? choose_service(choosing)
	                                  : (struct sampled_pair){ .kind = PAIR_NOTHING };
}

struct sampled_pair pair_sampler_draw(const struct candidate_index *candidates, uint32_t bucket,
                                      const struct asker *asker,
                                      const struct pair_sampler_options *options,
                                      struct random *random)
{
	struct choosing choosing = { .candidates = candidates,
		                         .bucket = bucket,
		                         .asker = asker,
		                         .options = options,
		                         .random = random };
	struct sampled_pair choice = choose_any(&choosing);

	choice.looked_at = choosing.looked_at;
	return choice;
}
