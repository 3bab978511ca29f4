/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/choose.h"

#include <math.h>

#include "crowd/judgments.h"

#define NOBODY       STOCK_NONE
#define KNOWN_AFTER  10.      /* gold items after which the dose has fallen by 1 - 1/e */
#define LITTLE_LEFT  10       /* items; with fewer left the gold dose shrinks in proportion */
#define BALANCE_COIN (2. / 3) /* Efron's: how often the side in arrears is served */
#define TRIES        16       /* of a draw, and one for each eighth item, before a scan */
#define SHORT_LIST   4        /* items drawn from a box, of which the most telling is taken */
#define MOST_BOXES   12   /* searched for the most telling item: they are nearly equal by then */
#define NOTHING_TOLD 1e-9 /* bits; with less, one item is as good as another */

enum pool {
	POOL_TRAINING,
	POOL_GOLD,
	POOL_PLANNED,   /* asks for more judgments */
	POOL_BEYOND,    /* has all it was to get; only helps the last item to a partner */
	POOL_RETIRED,   /* likewise; what is said of it does not count */
	POOL_IN_SERVICE /* gold or planned; of related items only */
};

struct choosing {
	const struct stock *stock;
	uint32_t shelf;
	const struct asker *asker;
	const struct choose_options *options;
	struct random *random;
	size_t planned; /* how many are left for the asker, up to LITTLE_LEFT */
	uint32_t looked_at;
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

static uint64_t column(uint32_t number)
{
	return UINT64_C(1) << number;
}

/* Where the items of a pool stand: those of one truth, or of either (UNKNOWN). */
static struct stock_part part_of(enum pool pool, int truth)
{
	uint64_t gold = column(STOCK_GOLD_REAL) | column(STOCK_GOLD_FAKE);
	uint64_t training = column(STOCK_TRAINING_REAL) | column(STOCK_TRAINING_FAKE);
	uint64_t reals = column(STOCK_GOLD_REAL) | column(STOCK_TRAINING_REAL);
	uint64_t of_truth = truth == UNKNOWN ? gold | training : truth == REAL ? reals : ~reals;

	switch (pool) {
	case POOL_TRAINING:
		return (struct stock_part){ .rows = 1, .columns = training & of_truth };
	case POOL_GOLD:
		return (struct stock_part){ .rows = 1, .columns = gold & of_truth };
	case POOL_BEYOND:
		return (struct stock_part){ .rows = 1, .columns = column(STOCK_BEYOND) };
	case POOL_RETIRED:
		return (struct stock_part){ .rows = 1, .columns = column(STOCK_RETIRED) };
	case POOL_PLANNED:
	case POOL_IN_SERVICE:
	default:
		return (struct stock_part){ .row = 1, .rows = STOCK_LEVELS, .columns = UINT64_MAX };
	}
}

static bool in_pool(const struct choosing *choosing, uint32_t index, enum pool pool)
{
	const struct stock_item *item = stock_at(choosing->stock, index);
	bool wanting = stock_row_of(choosing->stock, index) > 0;

	if (item->training)
		return pool == POOL_TRAINING;
	if (item->retired)
		return pool == POOL_RETIRED;
	switch (pool) {
	case POOL_GOLD:
		return item->gold;
	case POOL_PLANNED:
		return wanting;
	case POOL_BEYOND:
		return !item->gold && !wanting;
	case POOL_IN_SERVICE:
		return item->gold || wanting;
	case POOL_TRAINING:
	case POOL_RETIRED:
	default:
		return false;
	}
}

/* An unknown item passes for what it is believed to be, and for either while that is even. */
static bool may_be(const struct stock_item *item, int truth)
{
	if (truth == UNKNOWN)
		return true;
	if (item->truth != UNKNOWN)
		return item->truth == truth;
	return truth == FAKE ? item->p_fake >= .5F : item->p_fake <= .5F;
}

static bool is_seen(struct choosing *choosing, uint32_t index)
{
	choosing->looked_at++;
	return keyset_has(choosing->asker->seen, stock_at(choosing->stock, index)->lineage);
}

/* Whether an item may stand beside another (NOBODY: any) of which it is no relative. */
static bool may_stand(struct choosing *choosing, uint32_t index, uint32_t beside)
{
	if (is_seen(choosing, index))
		return false;
	if (beside == NOBODY)
		return true;
	const struct stock_item *one = stock_at(choosing->stock, index);
	const struct stock_item *other = stock_at(choosing->stock, beside);
	return index != beside && !stock_related(one, other) && !stock_twins(one, other);
}

/* How many items of a pool the asker has not seen; counts no further than `limit`. */
static size_t count_left(struct choosing *choosing, enum pool pool, size_t limit)
{
	struct stock_part part = part_of(pool, UNKNOWN);
	size_t all = stock_part_count(choosing->stock, choosing->shelf, &part), left = 0;

	if (!all || !keyset_count(choosing->asker->seen))
		return all < limit ? all : limit;
	/* From anywhere, because what was seen stands together. */
	struct stock_walk walk = stock_walk_from(choosing->stock, choosing->shelf, &part,
											 random_below(choosing->random, (uint32_t)all));
	for (uint32_t index; left < limit && (index = stock_walk_next(&walk)) != NOBODY;)
		left += !is_seen(choosing, index);
	return left;
}

/* One pass over all, each with the same chance. */
static uint32_t draw_by_scan(struct choosing *choosing, const struct stock_part *part,
							 uint32_t beside)
{
	struct stock_walk walk = stock_walk_from(choosing->stock, choosing->shelf, part, 0);
	uint32_t drawn = NOBODY, found = 0;

	for (uint32_t index; (index = stock_walk_next(&walk)) != NOBODY;)
		if (may_stand(choosing, index, beside) && random_below(choosing->random, ++found) == 0)
			drawn = index;
	return drawn;
}

/*
 * Any item of a part that may stand, each with the same chance: at random until one does, and by
 * a scan after so many tries that it costs no more than they did.
 */
static uint32_t draw(struct choosing *choosing, const struct stock_part *part, uint32_t beside)
{
	uint32_t all = (uint32_t)stock_part_count(choosing->stock, choosing->shelf, part);
	uint32_t tries = all < TRIES ? all : TRIES + all / 8;

	for (; tries; tries--) {
		struct stock_walk walk = stock_walk_from(choosing->stock, choosing->shelf, part,
												 random_below(choosing->random, all));
		uint32_t index = stock_walk_next(&walk);

		if (may_stand(choosing, index, beside))
			return index;
	}
	return draw_by_scan(choosing, part, beside);
}

static uint32_t draw_any(struct choosing *choosing, enum pool pool, uint32_t beside)
{
	struct stock_part part = part_of(pool, UNKNOWN);

	return draw(choosing, &part, beside);
}

/* Any relative of an item in a pool and of a truth, each with the same chance. */
static uint32_t draw_related(struct choosing *choosing, enum pool pool, int truth, uint32_t beside)
{
	const struct stock *stock = choosing->stock;
	uint32_t drawn = NOBODY, found = 0, index = NOBODY;

	while ((index = stock_next_related(stock, beside, index)) != NOBODY) {
		if (is_seen(choosing, index) || stock_shelf(stock, index) != choosing->shelf ||
			!in_pool(choosing, index, pool) || !may_be(stock_at(stock, index), truth) ||
			stock_twins(stock_at(stock, index), stock_at(stock, beside)))
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
	struct side sides[2 * STOCK_LEVELS];
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
	double says_fake = 1 / (1 + exp2((entropy(sensitivity) - entropy(says_fake_real)) / differ));
	return fmax(0, fmin(1, (says_fake - says_fake_real) / differ));
}

/* What an answer is worth now; answers already on their way make it worth less. */
static double worth(const struct choosing *choosing, double p_fake, uint32_t in_flight)
{
	const struct asker *asker = choosing->asker;

	return choose_information(p_fake, asker->sensitivity, asker->specificity) / (1. + in_flight);
}

static void find_next(const struct choosing *choosing, struct side *side)
{
	side->value = -1;
	if (!side->columns)
		return;
	side->column = (uint32_t)(side->above ? __builtin_ctzll(side->columns)
										  : 63 - __builtin_clzll(side->columns));
	side->value = worth(choosing, stock_column_p(side->column), stock_level_flight(side->row - 1));
}

static void open_row(const struct choosing *choosing, struct telling *telling)
{
	uint32_t row = 1 + telling->sides_open / 2;
	uint64_t columns = stock_row(choosing->stock, choosing->shelf, row);
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

	for (uint32_t i = 0; i < 2 * STOCK_LEVELS; i++) {
		if (i == telling->sides_open) {
			if (best && best->value >= telling->peak / (1. + stock_level_flight(i / 2)))
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
	struct stock_part box = { .row = side->row, .rows = 1, .columns = column(side->column) };
	size_t count = stock_part_count(choosing->stock, choosing->shelf, &box);

	for (size_t i = 0; i < SHORT_LIST && i < count; i++) {
		uint32_t index = draw(choosing, &box, beside);

		if (index == NOBODY)
			return;
		const struct stock_item *item = stock_at(choosing->stock, index);
		if (item->p_fake == found->p_fake && item->in_flight == found->in_flight)
			return; /* a box of equals: many are at .5 */
		double value = worth(choosing, item->p_fake, item->in_flight);
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
	struct telling telling = { .peak_column = stock_column(peak),
							   .peak = worth(choosing, peak, 0) };
	struct found found = { .index = NOBODY, .value = -1, .p_fake = -1 };

	if (telling.peak < NOTHING_TOLD)
		return draw_any(choosing, POOL_PLANNED, beside);
	struct side *side = best_side(choosing, &telling);
	for (int boxes = 0; side && side->value > found.value; side = best_side(choosing, &telling)) {
		if (found.index != NOBODY && boxes++ == MOST_BOXES)
			break;
		search_box(choosing, side, beside, &found);
		side->columns &= ~column(side->column);
		find_next(choosing, side);
	}
	return found.index;
}

static bool chance(struct choosing *choosing, double share)
{
	return random_unit(choosing->random) < share;
}

static int draw_truth(struct choosing *choosing)
{
	return chance(choosing, choosing->options->fake_rate) ? FAKE : REAL;
}

/* Draws from a pool whose truth is known, fake as often as the options say. */
static uint32_t draw_known(struct choosing *choosing, enum pool pool, uint32_t beside)
{
	struct stock_part part = part_of(pool, draw_truth(choosing));
	uint32_t drawn = draw(choosing, &part, beside);

	return drawn == NOBODY ? draw_any(choosing, pool, beside) : drawn;
}

/* The partner of one lineage: of a drawn truth where there is one, so that a matched pair is not
 * always one real and one fake. */
static uint32_t draw_partner(struct choosing *choosing, enum pool pool, uint32_t beside)
{
	uint32_t drawn = draw_related(choosing, pool, draw_truth(choosing), beside);

	return drawn == NOBODY ? draw_related(choosing, pool, UNKNOWN, beside) : drawn;
}

static double gold_dose(const struct choosing *choosing)
{
	const struct choose_options *options = choosing->options;
	double known = exp(-(double)choosing->asker->gold_seen / KNOWN_AFTER);
	double dose = options->gold_last + (options->gold_first - options->gold_last) * known;

	return dose * fmin(1, (double)choosing->planned / LITTLE_LEFT);
}

/* Fills one place in service; `kind` says by which rule. */
static uint32_t draw_place(struct choosing *choosing, uint32_t beside, enum choice_kind *kind)
{
	if (chance(choosing, gold_dose(choosing))) {
		uint32_t drawn = draw_known(choosing, POOL_GOLD, beside);

		*kind = CHOICE_GOLD;
		if (drawn != NOBODY)
			return drawn;
	}
	if (chance(choosing, choosing->options->random_share)) {
		*kind = CHOICE_RANDOM;
		return draw_any(choosing, POOL_PLANNED, beside);
	}
	*kind = CHOICE_INFORMATIVE;
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
	static const enum pool counting[] = { POOL_PLANNED, POOL_GOLD, POOL_BEYOND };
	static const enum pool retired[] = { POOL_RETIRED };
	uint32_t drawn = draw_beside(choosing, counting, 3, beside, matched);

	return drawn == NOBODY ? draw_beside(choosing, retired, 1, beside, matched) : drawn;
}

/* How far the left side is ahead, if `first` goes left and `second` right. */
static double lead_of_left(const struct asker *asker, const struct stock_item *first,
						   const struct stock_item *second)
{
	double fakes = (first->truth == UNKNOWN ? first->p_fake : first->truth) -
				   (second->truth == UNKNOWN ? second->p_fake : (double)second->truth);
	double gold = (double)first->gold - (double)second->gold;

	return fakes * (asker->fake_left - asker->fake_right) +
		   gold * ((double)asker->gold_left - (double)asker->gold_right);
}

static struct choice seat(struct choosing *choosing, uint32_t first, uint32_t second,
						  enum choice_kind kind, bool matched)
{
	double lead = lead_of_left(choosing->asker, stock_at(choosing->stock, first),
							   stock_at(choosing->stock, second));
	double share = lead > 0 ? 1 - BALANCE_COIN : lead < 0 ? BALANCE_COIN : .5;
	bool first_left = chance(choosing, share);

	return (struct choice){ .kind = kind,
							.matched = matched,
							.left = first_left ? first : second,
							.right = first_left ? second : first };
}

static struct choice choose_training(struct choosing *choosing)
{
	uint32_t first = draw_known(choosing, POOL_TRAINING, NOBODY), second = NOBODY;
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

/* What stands beside a first item that was not drawn at random. */
static uint32_t draw_second(struct choosing *choosing, uint32_t first, bool *matched)
{
	enum choice_kind beside_kind;
	uint32_t second = NOBODY;

	if (chance(choosing, choosing->options->matched_share))
		second = draw_partner(choosing, POOL_IN_SERVICE, first);
	*matched = second != NOBODY;
	return *matched ? second : draw_place(choosing, first, &beside_kind);
}

/* Beside an item drawn at random stands another drawn likewise, or gold: never one that was chosen
 * for what it tells, or for whose relative it is. */
static uint32_t draw_second_at_random(struct choosing *choosing, uint32_t first)
{
	uint32_t second = NOBODY;

	if (chance(choosing, gold_dose(choosing)))
		second = draw_known(choosing, POOL_GOLD, first);
	return second == NOBODY ? draw_any(choosing, POOL_PLANNED, first) : second;
}

static struct choice choose_service(struct choosing *choosing)
{
	enum choice_kind kind;
	uint32_t first = draw_place(choosing, NOBODY, &kind), second;
	bool matched = false;

	if (first == NOBODY)
		return (struct choice){ .kind = CHOICE_NOTHING };
	second = kind == CHOICE_RANDOM ? draw_second_at_random(choosing, first)
								   : draw_second(choosing, first, &matched);
	if (second == NOBODY && kind == CHOICE_RANDOM)
		kind = CHOICE_INFORMATIVE; /* the only unseen one that asks for more: no draw */
	if (second == NOBODY)
		second = draw_company(choosing, first, &matched);
	if (second == NOBODY)
		return (struct choice){ .kind = CHOICE_NOTHING };
	if (stock_at(choosing->stock, first)->gold || stock_at(choosing->stock, second)->gold)
		kind = CHOICE_GOLD;
	return seat(choosing, first, second, kind, matched);
}

static struct choice choose_gold(struct choosing *choosing)
{
	uint32_t first = draw_known(choosing, POOL_GOLD, NOBODY);
	uint32_t second = first == NOBODY ? NOBODY : draw_known(choosing, POOL_GOLD, first);

	return second == NOBODY ? (struct choice){ .kind = CHOICE_NOTHING }
							: seat(choosing, first, second, CHOICE_GOLD, false);
}

static struct choice choose_any(struct choosing *choosing)
{
	if (choosing->asker->training_left && count_left(choosing, POOL_TRAINING, 2) == 2)
		return choose_training(choosing);
	if (choosing->options->training_alone)
		return (struct choice){ .kind = CHOICE_NOTHING };
	choosing->planned = count_left(choosing, POOL_PLANNED, LITTLE_LEFT);
	if (choosing->planned)
		return choose_service(choosing);
	if (choosing->options->gold_alone && count_left(choosing, POOL_GOLD, 2) == 2)
		return choose_gold(choosing);
	return (struct choice){ .kind = CHOICE_NOTHING };
}

struct choice choose_pair(const struct stock *stock, uint32_t shelf, const struct asker *asker,
						  const struct choose_options *options, struct random *random)
{
	struct choosing choosing = {
		.stock = stock, .shelf = shelf, .asker = asker, .options = options, .random = random
	};
	struct choice choice = choose_any(&choosing);

	choice.looked_at = choosing.looked_at;
	return choice;
}

void choose_count(struct asker *asker, const struct stock *stock, const struct choice *choice)
{
	if (choice->kind == CHOICE_NOTHING)
		return;
	const struct stock_item *left = stock_at(stock, choice->left);
	const struct stock_item *right = stock_at(stock, choice->right);

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
