/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/model.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/calibration.h"
#include "crowd/dawid_skene.h"
#include "crowd/glad.h"
#include "crowd/held_out.h"
#include "crowd/item_subtypes.h"
#include "crowd/judgment_matrix.h"
#include "crowd/skill_covariance.h"
#include "crowd/specfun.h"
#include "crowd/stacking.h"
#include "crowd/supervised.h"

#define WIDTH_90 1.6448536269514722
#define FLOOR    1e-9

/* An interval reaches to both sides of what is believed: its middle lies off that by no more than
 * this share of its half width. */
#define SHIFT_MOST .75

#define SPREAD_MOST 1e3 /* of one judgment: two million of them fit into a sum */

/*
 * The share of items about which the crowd's word is taken to say nothing.  Crowds are wrong
 * together (docs/method.md), which no model of independent volunteers can see; so no posterior that
 * rests on them alone goes beyond 1 - CAUTION / 2.  Calibration takes its place, gold item by item.
 */
#define CAUTION .03

/*
 * Items with subtypes have a share in the mixture that no prediction takes away, because a cohort
 * that predictions do not show costs more than subtypes do where there are none. It falls with the
 * judgments, as predictions show more: to the half at so many.
 */
#define SUBTYPES_SHARE .3
#define SUBTYPES_HALF  1e5
#define SUBTYPES_LEAST .05 /* weight that is worth a fit, and that is then taken off */
#define MEAN_SHARE     .02 /* of the tolerance, for changes in the mean */
#define GOLD_WEIGHT    .1  /* of each view by gold alone, before gold has borne any out */

bool method_read(const char *text, enum method *method)
{
	static const char *const names[] = {
		[METHOD_DEFAULT] = "default",         [METHOD_MAJORITY] = "majority",
		[METHOD_DAWID_SKENE] = "dawid-skene", [METHOD_VARIATIONAL] = "variational",
		[METHOD_ONE_COIN] = "one-coin",       [METHOD_GLAD] = "glad"
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(text, names[i])) {
			*method = (enum method)i;
			return true;
		}
	return false;
}

static struct estimate model_certain(double x)
{
	return (struct estimate){ x, x, x };
}

static struct estimate share_of(double yes, double no, bool interval)
{
	double mean = yes / (yes + no);

	if (!interval)
		return model_certain(mean);
	return (struct estimate){ mean, beta_quantile(yes, no, .05), beta_quantile(yes, no, .95) };
}

static struct fit *fit_new(const struct judgment_matrix *matrix)
{
	struct fit *fit = mem_new(1, sizeof *fit);

	fit->items = matrix->items;
	fit->volunteers = matrix->volunteers;
	fit->p_fake = mem_new(fit->items, sizeof *fit->p_fake);
	fit->crowd = matrix->truth ? mem_new(fit->items, sizeof *fit->crowd) : fit->p_fake;
	fit->odds = mem_new(fit->items, sizeof *fit->odds);
	fit->fakes_judged = mem_new(fit->volunteers, sizeof *fit->fakes_judged);
	fit->reals_judged = mem_new(fit->volunteers, sizeof *fit->reals_judged);
	fit->judgments = mem_new(fit->items, sizeof *fit->judgments);
	fit->sensitivity = mem_new(fit->volunteers, sizeof *fit->sensitivity);
	fit->specificity = mem_new(fit->volunteers, sizeof *fit->specificity);
	return fit;
}

void fit_free(struct fit *fit)
{
	if (!fit)
		return;
	if (fit->crowd != fit->p_fake)
		free(fit->crowd);
	free(fit->p_fake);
	free(fit->odds);
	free(fit->fakes_judged);
	free(fit->reals_judged);
	free(fit->judgments);
	free(fit->sensitivity);
	free(fit->specificity);
	free(fit);
}

/* Fills in what does not depend on the method, and clamps gold. */
static void fit_finish(struct fit *fit, const struct judgment_matrix *matrix, bool intervals)
{
	fixed fakes = 0;
	uint32_t open = 0;

	for (uint32_t i = 0; i < fit->items; i++) {
		fit->judgments[i] = judgment_matrix_judgments(matrix, i);
		fit->p_fake[i] =
			judgment_matrix_is_gold(matrix, i) ? model_certain(matrix->truth[i]) : fit->crowd[i];
		if (!fit->judgments[i] || judgment_matrix_is_gold(matrix, i))
			continue;
		fakes += fixed_of(fit->p_fake[i].mean);
		open++;
	}
	double yes = fixed_value(fakes);
	fit->prevalence = share_of(yes + 1, open - yes + 1, intervals);
}

/* Log P(all verdicts), where log_odds and log_real are what a code adds if its item is fake
 * rather than real, and if it is real. Gold items are taken as what they are. */
static double log_likelihood(const struct judgment_matrix *matrix, const struct fit *fit,
                             const double log_odds[], const double log_real[])
{
	double prior = logit(fit->prevalence.mean), rest = log1p(-fit->prevalence.mean);
	fixed sum = 0;

	for (uint32_t i = 0; i < matrix->items; i++) {
		fixed odds = 0, real = 0;

		if (matrix->start[i] == matrix->start[i + 1])
			continue;
		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++) {
			odds += fixed_of(log_odds[matrix->code[j]]);
			real += fixed_of(log_real[matrix->code[j]]);
		}
		double z = prior + fixed_value(odds);
		double either = fmax(z, 0) + log1p(exp(-fabs(z)));
		double known = judgment_matrix_is_gold(matrix, i) ? z * matrix->truth[i] : either;

		sum += real + fixed_of(rest + known);
	}
	return fixed_value(sum);
}

static double coins_likelihood(const struct dawid_skene *dawid_skene, const struct fit *fit)
{
	size_t codes = dawid_skene->matrix->codes;
	double *log_odds = mem_new(codes, sizeof *log_odds);
	double *log_real = mem_new(codes, sizeof *log_real);

	for (size_t code = 0; code < codes; code++) {
		log_real[code] = log(fmax(dawid_skene_share(dawid_skene, code, REAL), FLOOR));
		log_odds[code] =
			log(fmax(dawid_skene_share(dawid_skene, code, FAKE), FLOOR)) - log_real[code];
	}
	double result = log_likelihood(dawid_skene->matrix, fit, log_odds, log_real);
	free(log_odds);
	free(log_real);
	return result;
}

/*
 * What each code's weight, a difference of two log shares, would be if the volunteer's skill were
 * known: how far its mean lies from the weight that the fit gives it, and its variance.
 * Only where the fit weighs by mean shares: variational Bayes weighs by mean logarithms already,
 * and maximum likelihood knows of no posterior.
 */
static struct spread *weight_spreads(const struct dawid_skene *dawid_skene)
{
	struct spread *spreads = mem_new(dawid_skene->matrix->codes, sizeof *spreads);
	bool by_means = dawid_skene->options.way == DAWID_SKENE_LEAVE_OUT;

	for (size_t code = 0; code < dawid_skene->matrix->codes; code++) {
		struct spread fake = dawid_skene_log_share(dawid_skene, code, FAKE);
		struct spread real = dawid_skene_log_share(dawid_skene, code, REAL);
		double given = log(dawid_skene_share(dawid_skene, code, FAKE) /
		                   dawid_skene_share(dawid_skene, code, REAL));

		double mean = by_means ? fake.mean - real.mean - given : 0;

		if (dawid_skene->options.no_negative &&
		    (given < 0) == judgment_matrix_says_fake(dawid_skene->matrix, (uint32_t)code))
			continue; /* it counts for nothing, whatever the skill */
		spreads[code] = (struct spread){ fmin(fmax(mean, -SPREAD_MOST), SPREAD_MOST),
			                             fmin(fake.variance + real.variance, SPREAD_MOST) };
	}
	return spreads;
}

double fit_probability(const struct fit *fit, double odds)
{
	return fit->caution / 2 + (1 - fit->caution) * calibration_share(&fit->calibration, odds);
}

/* What an item's interval is made from: all skills together in a small crowd, else each alone. */
struct uncertainty {
	struct skill_covariance *together; /* or NULL */
	struct spread *alone;              /* codes; NULL if `together` is not */
};

static struct uncertainty uncertainty_new(const struct dawid_skene *dawid_skene)
{
	bool by_means = dawid_skene->options.way == DAWID_SKENE_LEAVE_OUT;
	struct uncertainty uncertainty = { .together = by_means && !dawid_skene->options.one_coin
		                                               ? skill_covariance_new(dawid_skene)
		                                               : NULL };

	if (!uncertainty.together)
		uncertainty.alone = weight_spreads(dawid_skene);
	return uncertainty;
}

static void uncertainty_clear(struct uncertainty *uncertainty)
{
	skill_covariance_free(uncertainty->together);
	free(uncertainty->alone);
}

/* An item's interval, as log odds. */
struct reach {
	double middle, half;
};

static struct reach reach_of_item(const struct fit *fit, const struct judgment_matrix *matrix,
                                  uint32_t item, const struct uncertainty *uncertainty)
{
	fixed variance = 0, shift = 0;

	if (uncertainty->together) {
		struct spread spread = skill_covariance_odds(uncertainty->together, item);

		return (struct reach){ spread.mean, WIDTH_90 * sqrt(spread.variance) };
	}
	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		shift += fixed_of(uncertainty->alone[matrix->code[j]].mean);
		variance += fixed_of(uncertainty->alone[matrix->code[j]].variance);
	}
	double width = WIDTH_90 * sqrt(fixed_value(variance)), most = SHIFT_MOST * width;

	return (struct reach){ fit->odds[item] + fmin(fmax(fixed_value(shift), -most), most), width };
}

/* The interval says where the belief would lie if the skills of the volunteers were known. */
static struct estimate item_estimate(const struct fit *fit, const struct judgment_matrix *matrix,
                                     uint32_t item, const struct uncertainty *uncertainty)
{
	double p = fit_probability(fit, fit->odds[item]);

	if (!uncertainty)
		return model_certain(p);
	struct reach reach = reach_of_item(fit, matrix, item, uncertainty);
	double low = fit_probability(fit, reach.middle - reach.half);
	double high = fit_probability(fit, reach.middle + reach.half);
	return (struct estimate){ p, fmin(low, p), fmax(high, p) };
}

/* The truth of judged gold; UNKNOWN elsewhere. Sets *ret_prior to the log odds of fake among it. */
static int8_t *judged_gold(const struct judgment_matrix *matrix, double *ret_prior)
{
	int8_t *truth = mem_new(matrix->items, sizeof *truth);
	double fakes = 1, reals = 1;

	for (uint32_t i = 0; i < matrix->items; i++) {
		bool judged = matrix->start[i] < matrix->start[i + 1];

		truth[i] = judged && judgment_matrix_is_gold(matrix, i) ? matrix->truth[i] : UNKNOWN;
		fakes += truth[i] == FAKE;
		reals += truth[i] == REAL;
	}
	*ret_prior = log(fakes / reals);
	return truth;
}

static void add_view(struct stacking *stacking, uint32_t items, double prior, double weight)
{
	stacking->view[stacking->views++] =
		(struct view){ .odds = mem_new(items, sizeof(double)), .prior = prior, .weight = weight };
}

/* What gold alone says, once with priors as strong as elsewhere and once with weak ones. */
static void view_gold(struct stacking *stacking, const struct dawid_skene *coins, double gold)
{
	static const double strengths[] = { DAWID_SKENE_STRENGTH, 1 };
	double weight = GOLD_WEIGHT * gold / (gold + CALIBRATION_HALF);

	if (!(weight > 0))
		return;
	for (int k = 0; k < stacking->views; k++)
		stacking->view[k].weight *= 1 - 2 * weight;
	for (int k = 0; k < 2; k++) {
		add_view(stacking, coins->matrix->items, coins->prior, weight);
		double *odds = stacking->view[stacking->views - 1].odds;

		supervised_odds(coins->matrix, coins->prior, strengths[k], coins->options.no_negative,
		                odds);
		for (uint32_t i = 0; i < coins->matrix->items; i++)
			odds[i] += dawid_skene_lent(coins, i);
	}
}

/*
 * Weighs the views on judged gold, calibrates their mixture on it, and learns caution.  Their odds
 * are held out already: each leaves an item's own share out of what it learned.
 */
static void learn_from_gold(struct fit *fit, const struct dawid_skene *coins,
                            struct stacking *stacking)
{
	const struct judgment_matrix *matrix = coins->matrix;
	double prior, *odds = mem_new(matrix->items, sizeof *odds);
	int8_t *truth = judged_gold(matrix, &prior);

	view_gold(stacking, coins, calibration_balance(truth, matrix->items));
	stacking_learn(stacking, truth, matrix->items, prior);
	for (uint32_t i = 0; i < matrix->items; i++)
		odds[i] = truth[i] == UNKNOWN ? 0 : stacking_odds_from(stacking, i, prior);
	fit->calibration = calibration_fit(odds, truth, matrix->items);
	fit->caution = calibration_caution(&fit->calibration, odds, truth, matrix->items, CAUTION);
	free(truth);
	free(odds);
}

static void report_volunteers(struct fit *fit, const struct dawid_skene *dawid_skene,
                              bool intervals)
{
	for (uint32_t v = 0; v < fit->volunteers; v++) {
		struct counts fakes = dawid_skene_counts(dawid_skene, v, FAKE),
					  reals = dawid_skene_counts(dawid_skene, v, REAL);

		fit->sensitivity[v] = share_of(fakes.right, fakes.wrong, intervals);
		fit->specificity[v] = share_of(reals.right, reals.wrong, intervals);
		fit->fakes_judged[v] = fmax(fakes.right + fakes.wrong - DAWID_SKENE_STRENGTH, 0);
		fit->reals_judged[v] = fmax(reals.right + reals.wrong - DAWID_SKENE_STRENGTH, 0);
	}
	for (uint32_t k = 0; k < dawid_skene->matrix->symbols; k++) {
		bool fake = k >= dawid_skene->matrix->symbols / 2;

		fit->population_sensitivity += fake ? dawid_skene->mean[FAKE][k] : 0;
		fit->population_specificity += fake ? 0 : dawid_skene->mean[REAL][k];
	}
}

/* Log odds of fake before any judgment. */
static double subtypes_prior(const struct item_subtypes *subtypes)
{
	double share[2] = { 0 };

	for (int state = 0; state < STATES; state++)
		share[state >= SUBTYPES] += exp(subtypes->prior[state]);
	return log(share[FAKE] / share[REAL]);
}

/* Is this volunteer worse than chance? */
static bool coins_negative(const struct dawid_skene *coins, uint32_t volunteer)
{
	struct counts fakes = dawid_skene_counts(coins, volunteer, FAKE);
	struct counts reals = dawid_skene_counts(coins, volunteer, REAL);

	return fakes.right * reals.right <= fakes.wrong * reals.wrong;
}

/* The judgments of all who are not worse than chance. */
static struct judgment_matrix heeded_judgments(const struct dawid_skene *coins)
{
	const struct judgment_matrix *matrix = coins->matrix;
	uint8_t *fold = mem_new(matrix->count, 1);
	bool *ignored = mem_new(matrix->volunteers, sizeof *ignored);

	for (uint32_t v = 0; v < matrix->volunteers; v++)
		ignored[v] = coins_negative(coins, v);
	for (size_t j = 0; j < matrix->count; j++)
		fold[j] = ignored[matrix->code[j] / matrix->symbols] ? FOLD_NONE : 0;
	struct judgment_matrix heeded = judgment_matrix_without(matrix, fold, FOLD_NONE);
	free(ignored);
	free(fold);
	return heeded;
}

/* Items with subtypes, where they predict answers better than independent volunteers do. */
static void view_subtypes_of(struct stacking *stacking, const struct judgment_matrix *matrix,
                             const struct dawid_skene *coins, const struct dawid_skene_options *how)
{
	double share = SUBTYPES_SHARE / (1 + (double)matrix->count / SUBTYPES_HALF);
	double weight = share + (1 - share) * held_out_weight(matrix);

	weight = (weight - SUBTYPES_LEAST) / (1 - SUBTYPES_LEAST);
	if (!(weight > 0))
		return;
	double *lent = mem_new(matrix->items, sizeof *lent);
	for (uint32_t i = 0; i < matrix->items; i++)
		lent[i] = dawid_skene_lent(coins, i);
	struct item_subtypes subtypes =
		item_subtypes_fit(matrix, lent, how->iterations_max, MEAN_SHARE * how->tolerance);
	add_view(stacking, matrix->items, subtypes_prior(&subtypes), weight);
	for (uint32_t i = 0; i < matrix->items; i++)
		stacking->view[stacking->views - 1].odds[i] = item_subtypes_odds(&subtypes, i, NULL);
	stacking->view[0].weight -= weight;
	item_subtypes_clear(&subtypes);
	free(lent);
}

static void view_subtypes(struct stacking *stacking, const struct dawid_skene *coins,
                          const struct dawid_skene_options *how)
{
	if (!how->no_negative) {
		view_subtypes_of(stacking, coins->matrix, coins, how);
		return;
	}
	struct judgment_matrix heeded = heeded_judgments(coins);
	view_subtypes_of(stacking, &heeded, coins, how);
	judgment_matrix_clear(&heeded);
}

/* The default's views of the items, mixed. The coins take over what the mixture believes, so that
 * the skills that are reported are skills against it. */
static void fit_mixture(struct fit *fit, struct dawid_skene *coins,
                        const struct dawid_skene_options *how)
{
	const struct judgment_matrix *matrix = coins->matrix;
	struct stacking stacking = { 0 };

	add_view(&stacking, matrix->items, coins->prior, 1);
	for (uint32_t i = 0; i < matrix->items; i++)
		stacking.view[0].odds[i] = fit->odds[i];
	view_subtypes(&stacking, coins, how);
	fit->subtypes_weight = stacking.views > 1 ? stacking.view[1].weight : 0;
	fit->caution = CAUTION;
	if (matrix->truth)
		learn_from_gold(fit, coins, &stacking);
	for (uint32_t i = 0; i < matrix->items; i++)
		fit->odds[i] = stacking_odds(&stacking, i);
	if (stacking.views > 1)
		dawid_skene_adopt(coins, fit->odds);
	for (int k = 0; k < stacking.views; k++)
		free(stacking.view[k].odds);
}

static void fit_coins(struct fit *fit, const struct judgment_matrix *matrix,
                      const struct model_options *options, const struct dawid_skene_options *how)
{
	struct dawid_skene dawid_skene = dawid_skene_fit(matrix, how);

	fit->iterations = dawid_skene.iterations;
	fit->converged = dawid_skene.converged;
	for (uint32_t i = 0; i < fit->items; i++)
		fit->odds[i] = dawid_skene_odds(&dawid_skene, i);
	if (options->method == METHOD_DEFAULT)
		fit_mixture(fit, &dawid_skene, how);
	struct uncertainty uncertainty = { 0 };
	if (options->intervals)
		uncertainty = uncertainty_new(&dawid_skene);
	for (uint32_t i = 0; i < fit->items; i++)
		fit->crowd[i] = item_estimate(fit, matrix, i, options->intervals ? &uncertainty : NULL);
	uncertainty_clear(&uncertainty);
	report_volunteers(fit, &dawid_skene, options->intervals && !options->skills_are_means);
	fit_finish(fit, matrix, options->intervals);
	fit->log_likelihood = coins_likelihood(&dawid_skene, fit);
	fit->has_likelihood = true;
	dawid_skene_clear(&dawid_skene);
}

/* How a volunteer stands to the majorities that are none of a tie: Beta(1, 1) and the counts. */
static double *model_agreements(const struct judgment_matrix *matrix)
{
	double *share = mem_new(matrix->volunteers, sizeof *share);
	uint32_t *agree = mem_new(matrix->volunteers, sizeof *agree);
	uint32_t *judged = mem_new(matrix->volunteers, sizeof *judged);

	for (uint32_t i = 0; i < matrix->items; i++) {
		uint32_t n = judgment_matrix_judgments(matrix, i), fakes = judgment_matrix_fakes(matrix, i);

		for (size_t j = matrix->start[i]; 2 * fakes != n && j < matrix->start[i + 1]; j++) {
			uint32_t v = matrix->code[j] / matrix->symbols;

			agree[v] += judgment_matrix_says_fake(matrix, matrix->code[j]) == (2 * fakes > n);
			judged[v]++;
		}
	}
	for (uint32_t v = 0; v < matrix->volunteers; v++)
		share[v] = (agree[v] + 1.) / (judged[v] + 2.);
	free(agree);
	free(judged);
	return share;
}

/*
 * A tie leans, by less than any vote, to the side whose volunteers agree more with the majority
 * elsewhere: a rule that knows neither labels nor order.
 */
static double tie_lean(const struct judgment_matrix *matrix, uint32_t item,
                       const double agreement[])
{
	fixed lean = 0;

	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		fixed weight = fixed_of(agreement[matrix->code[j] / matrix->symbols]);

		lean += judgment_matrix_says_fake(matrix, matrix->code[j]) ? weight : -weight;
	}
	return 1e-3 * tanh(fixed_value(lean));
}

static void fit_majority(struct fit *fit, const struct judgment_matrix *matrix,
                         const struct model_options *options)
{
	double *agreement = model_agreements(matrix);

	for (uint32_t i = 0; i < fit->items; i++) {
		uint32_t n = judgment_matrix_judgments(matrix, i), fakes = judgment_matrix_fakes(matrix, i);

		fit->crowd[i] = share_of(fakes + 1., n - fakes + 1., options->intervals);
		if (2 * fakes == n)
			fit->crowd[i].mean += tie_lean(matrix, i, agreement);
		fit->odds[i] = logit(fit->crowd[i].mean);
	}
	for (uint32_t v = 0; v < fit->volunteers; v++)
		fit->sensitivity[v] = fit->specificity[v] = model_certain(agreement[v]);
	free(agreement);
	fit_finish(fit, matrix, options->intervals);
	fit->converged = true;
}

static void fit_glad(struct fit *fit, const struct judgment_matrix *matrix,
                     const struct model_options *options)
{
	uint32_t limit = options->iterations_max ? options->iterations_max : 200;
	struct glad glad = glad_fit(matrix, limit, options->tolerance > 0 ? options->tolerance : 1e-5);

	fit->iterations = glad.iterations;
	fit->converged = glad.converged;
	for (uint32_t i = 0; i < fit->items; i++) {
		fit->odds[i] = glad.odds[i];
		fit->crowd[i] = model_certain(sigmoid(glad.odds[i]));
	}
	for (uint32_t v = 0; v < fit->volunteers; v++) /* on an item of mean ease */
		fit->sensitivity[v] = fit->specificity[v] =
			model_certain(sigmoid(glad.ability[v] * exp(1)));
	fit_finish(fit, matrix, options->intervals);
	glad_clear(&glad);
}

bool model_is_graded(const struct judgments *judgments, const struct model_options *options)
{
	return judgments->confidence && options->method == METHOD_DEFAULT;
}

struct fit *model_fit(const struct judgments *judgments, const struct model_options *options)
{
	struct judgment_matrix matrix =
		judgment_matrix_new(judgments, model_is_graded(judgments, options));
	struct fit *fit = model_fit_sheet(&matrix, options);

	judgment_matrix_clear(&matrix);
	return fit;
}

struct fit *model_fit_sheet(const struct judgment_matrix *matrix,
                            const struct model_options *options)
{
	bool likelihood = options->method == METHOD_DAWID_SKENE;
	struct dawid_skene_options dawid_skene = { .way = DAWID_SKENE_LEAVE_OUT,
		                                       .no_negative = options->no_negative,
		                                       .iterations_max = options->iterations_max
		                                                             ? options->iterations_max
		                                                         : likelihood ? 20000
		                                                                      : 500,
		                                       .tolerance = options->tolerance > 0
		                                                        ? options->tolerance
		                                                    : likelihood ? 1e-8
		                                                                 : 1e-3 };
	struct fit *fit = fit_new(matrix);

	switch (options->method) {
	case METHOD_MAJORITY:
		fit_majority(fit, matrix, options);
		break;
	case METHOD_GLAD:
		fit_glad(fit, matrix, options);
		break;
	case METHOD_DAWID_SKENE:
		dawid_skene.way = DAWID_SKENE_LIKELIHOOD;
		dawid_skene.no_negative = false;
		fit_coins(fit, matrix, options, &dawid_skene);
		break;
	case METHOD_VARIATIONAL:
		dawid_skene.way = DAWID_SKENE_VARIATIONAL;
		fit_coins(fit, matrix, options, &dawid_skene);
		break;
	case METHOD_ONE_COIN:
		dawid_skene.one_coin = true;
		fit_coins(fit, matrix, options, &dawid_skene);
		break;
	case METHOD_DEFAULT:
	default:
		fit_coins(fit, matrix, options, &dawid_skene);
	}
	return fit;
}
