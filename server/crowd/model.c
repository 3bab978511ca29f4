/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/model.h"

#include <stdlib.h>
#include <string.h>

#include "crowd/calibration.h"
#include "crowd/coins.h"
#include "crowd/glad.h"
#include "crowd/sheet.h"
#include "crowd/special.h"

#define WIDTH_90 1.6448536269514722
#define FLOOR    1e-9

/* An interval reaches to both sides of what is believed: its middle lies off that by no more than
 * this share of its half width. */
#define SHIFT_MOST .75

/*
 * The share of items about which the crowd's word is taken to say nothing.  Crowds are wrong
 * together (docs/method.md), which no model of independent volunteers can see; so no posterior that
 * rests on them alone goes beyond 1 - CAUTION / 2.  Calibration takes its place, gold item by item.
 */
#define CAUTION .03

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

static struct estimate certain(double x)
{
	return (struct estimate){ x, x, x };
}

static struct estimate share_of(double yes, double no, bool interval)
{
	double mean = yes / (yes + no);

	if (!interval)
		return certain(mean);
	return (struct estimate){ mean, beta_quantile(yes, no, .05), beta_quantile(yes, no, .95) };
}

static struct fit *fit_new(const struct sheet *sheet)
{
	struct fit *fit = crowd_alloc(1, sizeof *fit);

	fit->items = sheet->items;
	fit->volunteers = sheet->volunteers;
	fit->p_fake = crowd_alloc(fit->items, sizeof *fit->p_fake);
	fit->crowd = sheet->truth ? crowd_alloc(fit->items, sizeof *fit->crowd) : fit->p_fake;
	fit->odds = crowd_alloc(fit->items, sizeof *fit->odds);
	fit->fakes_judged = crowd_alloc(fit->volunteers, sizeof *fit->fakes_judged);
	fit->reals_judged = crowd_alloc(fit->volunteers, sizeof *fit->reals_judged);
	fit->judgments = crowd_alloc(fit->items, sizeof *fit->judgments);
	fit->sensitivity = crowd_alloc(fit->volunteers, sizeof *fit->sensitivity);
	fit->specificity = crowd_alloc(fit->volunteers, sizeof *fit->specificity);
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
static void fit_finish(struct fit *fit, const struct sheet *sheet, bool intervals)
{
	fixed fakes = 0;
	uint32_t open = 0;

	for (uint32_t i = 0; i < fit->items; i++) {
		fit->judgments[i] = sheet_judgments(sheet, i);
		fit->p_fake[i] = sheet_is_gold(sheet, i) ? certain(sheet->truth[i]) : fit->crowd[i];
		if (!fit->judgments[i] || sheet_is_gold(sheet, i))
			continue;
		fakes += fixed_of(fit->p_fake[i].mean);
		open++;
	}
	double yes = fixed_value(fakes);
	fit->prevalence = share_of(yes + 1, open - yes + 1, intervals);
}

/* Log P(all verdicts), where log_odds and log_real are what a code adds if its item is fake
 * rather than real, and if it is real. Gold items are taken as what they are. */
static double log_likelihood(const struct sheet *sheet, const struct fit *fit,
							 const double log_odds[], const double log_real[])
{
	double prior = logit(fit->prevalence.mean), rest = log1p(-fit->prevalence.mean);
	fixed sum = 0;

	for (uint32_t i = 0; i < sheet->items; i++) {
		fixed odds = 0, real = 0;

		if (sheet->start[i] == sheet->start[i + 1])
			continue;
		for (size_t j = sheet->start[i]; j < sheet->start[i + 1]; j++) {
			odds += fixed_of(log_odds[sheet->code[j]]);
			real += fixed_of(log_real[sheet->code[j]]);
		}
		double z = prior + fixed_value(odds);
		double either = fmax(z, 0) + log1p(exp(-fabs(z)));
		double known = sheet_is_gold(sheet, i) ? z * sheet->truth[i] : either;

		sum += real + fixed_of(rest + known);
	}
	return fixed_value(sum);
}

static double coins_likelihood(const struct coins *coins, const struct fit *fit)
{
	size_t codes = coins->sheet->codes;
	double *log_odds = crowd_alloc(codes, sizeof *log_odds);
	double *log_real = crowd_alloc(codes, sizeof *log_real);

	for (size_t code = 0; code < codes; code++) {
		log_real[code] = log(fmax(coins_share(coins, code, REAL), FLOOR));
		log_odds[code] = log(fmax(coins_share(coins, code, FAKE), FLOOR)) - log_real[code];
	}
	double result = log_likelihood(coins->sheet, fit, log_odds, log_real);
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
static struct spread *weight_spreads(const struct coins *coins)
{
	struct spread *spreads = crowd_alloc(coins->sheet->codes, sizeof *spreads);
	bool by_means = coins->options.way == COINS_LEAVE_OUT;

	for (size_t code = 0; code < coins->sheet->codes; code++) {
		struct spread fake = coins_log_share(coins, code, FAKE);
		struct spread real = coins_log_share(coins, code, REAL);
		double given = log(coins_share(coins, code, FAKE) / coins_share(coins, code, REAL));

		spreads[code] = (struct spread){ by_means ? fake.mean - real.mean - given : 0,
										 fake.variance + real.variance };
	}
	return spreads;
}

double fit_probability(const struct fit *fit, double odds)
{
	const struct calibration *calibration = &fit->calibration;
	double share = sigmoid(odds);

	if (calibration->weight > 0)
		share += calibration->weight * (sigmoid(calibration_apply(calibration, odds)) - share);
	return fit->caution / 2 + (1 - fit->caution) * share;
}

/* The interval says where the belief would lie if the skills of the item's volunteers were known.
 */
static struct estimate item_estimate(const struct fit *fit, const struct sheet *sheet,
									 uint32_t item, const struct spread spreads[])
{
	double odds = fit->odds[item], p = fit_probability(fit, odds);
	fixed variance = 0, shift = 0;

	if (!spreads)
		return certain(p);
	for (size_t j = sheet->start[item]; j < sheet->start[item + 1]; j++) {
		shift += fixed_of(spreads[sheet->code[j]].mean);
		variance += fixed_of(spreads[sheet->code[j]].variance);
	}
	double width = WIDTH_90 * sqrt(fixed_value(variance)), most = SHIFT_MOST * width;
	double middle = odds + fmin(fmax(fixed_value(shift), -most), most);
	double low = fit_probability(fit, middle - width), high = fit_probability(fit, middle + width);

	return (struct estimate){ p, fmin(low, p), fmax(high, p) };
}

/*
 * Calibrates on judged gold.  Its odds are held out already: coins_odds() takes an item's own share
 * out of the skills.  Gold may hold another share of fakes than the other items, so its own prior
 * stands in for theirs.
 */
static struct calibration calibrate(const struct coins *coins)
{
	const struct sheet *sheet = coins->sheet;
	double *odds = crowd_alloc(sheet->items, sizeof *odds), fakes = 1, reals = 1;
	int8_t *truth = crowd_alloc(sheet->items, sizeof *truth);

	for (uint32_t i = 0; i < sheet->items; i++) {
		bool judged = sheet->start[i] < sheet->start[i + 1];

		truth[i] = judged && sheet_is_gold(sheet, i) ? sheet->truth[i] : UNKNOWN;
		fakes += truth[i] == FAKE;
		reals += truth[i] == REAL;
	}
	double shift = log(fakes / reals) - coins->prior;
	for (uint32_t i = 0; i < sheet->items; i++)
		odds[i] = truth[i] == UNKNOWN ? 0 : coins_odds(coins, i) + shift;
	struct calibration calibration = calibration_fit(odds, truth, sheet->items);
	free(truth);
	free(odds);
	return calibration;
}

static void report_volunteers(struct fit *fit, const struct coins *coins, bool intervals)
{
	for (uint32_t v = 0; v < fit->volunteers; v++) {
		struct counts fakes = coins_counts(coins, v, FAKE), reals = coins_counts(coins, v, REAL);

		fit->sensitivity[v] = share_of(fakes.right, fakes.wrong, intervals);
		fit->specificity[v] = share_of(reals.right, reals.wrong, intervals);
		fit->fakes_judged[v] = fmax(fakes.right + fakes.wrong - COINS_STRENGTH, 0);
		fit->reals_judged[v] = fmax(reals.right + reals.wrong - COINS_STRENGTH, 0);
	}
	for (uint32_t k = 0; k < coins->sheet->symbols; k++) {
		bool fake = k >= coins->sheet->symbols / 2;

		fit->population_sensitivity += fake ? coins->mean[FAKE][k] : 0;
		fit->population_specificity += fake ? 0 : coins->mean[REAL][k];
	}
}

static void fit_coins(struct fit *fit, const struct sheet *sheet,
					  const struct model_options *options, const struct coins_options *how)
{
	struct coins coins = coins_fit(sheet, how);
	struct spread *spreads = options->intervals ? weight_spreads(&coins) : NULL;

	if (options->method == METHOD_DEFAULT && sheet->truth)
		fit->calibration = calibrate(&coins);
	if (options->method == METHOD_DEFAULT)
		fit->caution = CAUTION * (1 - fit->calibration.weight);
	fit->iterations = coins.iterations;
	fit->converged = coins.converged;
	for (uint32_t i = 0; i < fit->items; i++) {
		fit->odds[i] = coins_odds(&coins, i);
		fit->crowd[i] = item_estimate(fit, sheet, i, spreads);
	}
	free(spreads);
	report_volunteers(fit, &coins, options->intervals);
	fit_finish(fit, sheet, options->intervals);
	fit->log_likelihood = coins_likelihood(&coins, fit);
	fit->has_likelihood = true;
	coins_clear(&coins);
}

/* How a volunteer stands to the majorities that are none of a tie: Beta(1, 1) and the counts. */
static double *agreements(const struct sheet *sheet)
{
	double *share = crowd_alloc(sheet->volunteers, sizeof *share);
	uint32_t *agree = crowd_alloc(sheet->volunteers, sizeof *agree);
	uint32_t *judged = crowd_alloc(sheet->volunteers, sizeof *judged);

	for (uint32_t i = 0; i < sheet->items; i++) {
		uint32_t n = sheet_judgments(sheet, i), fakes = sheet_fakes(sheet, i);

		for (size_t j = sheet->start[i]; 2 * fakes != n && j < sheet->start[i + 1]; j++) {
			uint32_t v = sheet->code[j] / sheet->symbols;

			agree[v] += sheet_says_fake(sheet, sheet->code[j]) == (2 * fakes > n);
			judged[v]++;
		}
	}
	for (uint32_t v = 0; v < sheet->volunteers; v++)
		share[v] = (agree[v] + 1.) / (judged[v] + 2.);
	free(agree);
	free(judged);
	return share;
}

/*
 * A tie leans, by less than any vote, to the side whose volunteers agree more with the majority
 * elsewhere: a rule that knows neither labels nor order.
 */
static double tie_lean(const struct sheet *sheet, uint32_t item, const double agreement[])
{
	fixed lean = 0;

	for (size_t j = sheet->start[item]; j < sheet->start[item + 1]; j++) {
		fixed weight = fixed_of(agreement[sheet->code[j] / sheet->symbols]);

		lean += sheet_says_fake(sheet, sheet->code[j]) ? weight : -weight;
	}
	return 1e-3 * tanh(fixed_value(lean));
}

static void fit_majority(struct fit *fit, const struct sheet *sheet,
						 const struct model_options *options)
{
	double *agreement = agreements(sheet);

	for (uint32_t i = 0; i < fit->items; i++) {
		uint32_t n = sheet_judgments(sheet, i), fakes = sheet_fakes(sheet, i);

		fit->crowd[i] = share_of(fakes + 1., n - fakes + 1., options->intervals);
		if (2 * fakes == n)
			fit->crowd[i].mean += tie_lean(sheet, i, agreement);
		fit->odds[i] = logit(fit->crowd[i].mean);
	}
	for (uint32_t v = 0; v < fit->volunteers; v++)
		fit->sensitivity[v] = fit->specificity[v] = certain(agreement[v]);
	free(agreement);
	fit_finish(fit, sheet, options->intervals);
	fit->converged = true;
}

static void fit_glad(struct fit *fit, const struct sheet *sheet,
					 const struct model_options *options)
{
	uint32_t limit = options->iterations_max ? options->iterations_max : 200;
	struct glad glad = glad_fit(sheet, limit, options->tolerance > 0 ? options->tolerance : 1e-5);

	fit->iterations = glad.iterations;
	fit->converged = glad.converged;
	for (uint32_t i = 0; i < fit->items; i++) {
		fit->odds[i] = glad.odds[i];
		fit->crowd[i] = certain(sigmoid(glad.odds[i]));
	}
	for (uint32_t v = 0; v < fit->volunteers; v++) /* on an item of mean ease */
		fit->sensitivity[v] = fit->specificity[v] = certain(sigmoid(glad.ability[v] * exp(1)));
	fit_finish(fit, sheet, options->intervals);
	glad_clear(&glad);
}

bool model_is_graded(const struct judgments *judgments, const struct model_options *options)
{
	return judgments->confidence && options->method == METHOD_DEFAULT;
}

struct fit *model_fit(const struct judgments *judgments, const struct model_options *options)
{
	struct sheet sheet = sheet_new(judgments, model_is_graded(judgments, options));
	struct fit *fit = model_fit_sheet(&sheet, options);

	sheet_clear(&sheet);
	return fit;
}

struct fit *model_fit_sheet(const struct sheet *sheet, const struct model_options *options)
{
	bool likelihood = options->method == METHOD_DAWID_SKENE;
	struct coins_options coins = { .way = COINS_LEAVE_OUT,
								   .iterations_max = options->iterations_max
														 ? options->iterations_max
													 : likelihood ? 20000
																  : 500,
								   .tolerance = options->tolerance > 0 ? options->tolerance
												: likelihood           ? 1e-8
																	   : 1e-3 };
	struct fit *fit = fit_new(sheet);

	switch (options->method) {
	case METHOD_MAJORITY:
		fit_majority(fit, sheet, options);
		break;
	case METHOD_GLAD:
		fit_glad(fit, sheet, options);
		break;
	case METHOD_DAWID_SKENE:
		coins.way = COINS_LIKELIHOOD;
		fit_coins(fit, sheet, options, &coins);
		break;
	case METHOD_VARIATIONAL:
		coins.way = COINS_VARIATIONAL;
		fit_coins(fit, sheet, options, &coins);
		break;
	case METHOD_ONE_COIN:
		coins.one_coin = true;
		fit_coins(fit, sheet, options, &coins);
		break;
	case METHOD_DEFAULT:
	default:
		fit_coins(fit, sheet, options, &coins);
	}
	return fit;
}
