/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judgments are kept by item, each as one number: volunteer * 2 + verdict.  That number
 * indexes everything an iteration needs, so that one pass over the judgments reads a weight
 * and adds an expected count for each, and nothing else:
 *
 *   weight[code]   log P(verdict | fake) - log P(verdict | real), for that volunteer
 *   fake[code]     how many of those judgments fell on fakes, expected
 *   total[code]    how many there are
 *
 * Weights and expected counts are multiples of 2^-32 (crowd/special.h), so the sums are
 * exact and the result is the same to the last bit for any order of rows, items or volunteers.
 */
#include "crowd/model.h"

#include <stdlib.h>
#include <string.h>

#include "crowd/special.h"

#define FLOOR        1e-9 /* no probability is taken for certain */
#define WIDTH_90     1.6448536269514722
#define STRENGTH_MIN .5
#define STRENGTH_MAX 20.

/* A Beta prior of the population, as pseudo-counts. */
struct beta {
	double yes, no;
};

struct em {
	const struct judgments *data;
	size_t *start;  /* items + 1: where an item's judgments begin */
	uint32_t *code; /* by item */
	fixed *weight, *fake;
	uint32_t *total;
	fixed *posterior; /* items */
	struct beta sensitivity, specificity;
	double prior; /* log odds of fake before any judgment */
	fixed fakes;  /* sum of posteriors */
	bool learned; /* priors come from the population; else maximum likelihood */
};

static void *must_alloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		abort();
	return p;
}

/* Sorts the judgments by item, by counting. */
static void em_index(struct em *em)
{
	const struct judgments *data = em->data;

	for (size_t j = 0; j < data->count; j++)
		em->start[data->item[j] + 1]++;
	for (uint32_t i = 0; i < data->items; i++)
		em->start[i + 1] += em->start[i];
	for (size_t j = 0; j < data->count; j++) {
		uint32_t code = data->volunteer[j] * 2 + data->verdict[j];

		em->code[em->start[data->item[j]]++] = code;
		em->total[code]++;
	}
	memmove(em->start + 1, em->start, data->items * sizeof *em->start);
	em->start[0] = 0;
}

static struct em em_new(const struct judgments *data)
{
	size_t codes = (size_t)data->volunteers * 2;
	struct em em = { .data = data,
					 .start = must_alloc((size_t)data->items + 1, sizeof *em.start),
					 .code = must_alloc(data->count, sizeof *em.code),
					 .weight = must_alloc(codes, sizeof *em.weight),
					 .fake = must_alloc(codes, sizeof *em.fake),
					 .total = must_alloc(codes, sizeof *em.total),
					 .posterior = must_alloc(data->items, sizeof *em.posterior),
					 .sensitivity = { 3, 1 },
					 .specificity = { 3, 1 } };

	em_index(&em);
	return em;
}

static void em_free(struct em *em)
{
	free(em->start);
	free(em->code);
	free(em->weight);
	free(em->fake);
	free(em->total);
	free(em->posterior);
}

static size_t judgments_of(const struct em *em, uint32_t item)
{
	return em->start[item + 1] - em->start[item];
}

/* Log odds that an item is fake, from the prior and its volunteers' weights. */
static double item_odds(const struct em *em, uint32_t item)
{
	fixed sum = 0;

	for (size_t j = em->start[item]; j < em->start[item + 1]; j++)
		sum += em->weight[em->code[j]];
	return em->prior + fixed_value(sum);
}

/* Share of "fake" verdicts, with one of each added: 0.5 for a tie and where nobody judged. */
static double item_share(const struct em *em, uint32_t item)
{
	size_t fake = 0;

	for (size_t j = em->start[item]; j < em->start[item + 1]; j++)
		fake += em->code[j] & 1;
	return ((double)fake + 1) / ((double)judgments_of(em, item) + 2);
}

static bool clamped(const struct em *em, uint32_t item)
{
	return em->data->truth && em->data->truth[item] != UNKNOWN;
}

/* Posteriors become expected counts. Returns the largest change. */
static fixed expect(struct em *em, double (*estimate)(const struct em *, uint32_t))
{
	fixed change = 0;

	em->fakes = 0;
	memset(em->fake, 0, (size_t)em->data->volunteers * 2 * sizeof *em->fake);
	for (uint32_t i = 0; i < em->data->items; i++) {
		double p = clamped(em, i) ? em->data->truth[i] : estimate(em, i);
		fixed posterior = fixed_of(p), moved = llabs(posterior - em->posterior[i]);

		change = moved > change ? moved : change;
		em->posterior[i] = posterior;
		em->fakes += judgments_of(em, i) ? posterior : 0;
		for (size_t j = em->start[i]; j < em->start[i + 1]; j++)
			em->fake[em->code[j]] += posterior;
	}
	return change;
}

static double expect_by_skill(const struct em *em, uint32_t item)
{
	return sigmoid(item_odds(em, item));
}

/* The expected counts of one volunteer, as (right, wrong) on fakes and on reals. */
static void volunteer_counts(const struct em *em, uint32_t v, struct beta *on_fakes,
							 struct beta *on_reals)
{
	const fixed *fake = &em->fake[(size_t)v * 2];
	const uint32_t *total = &em->total[(size_t)v * 2];

	*on_fakes = (struct beta){ fixed_value(fake[FAKE]), fixed_value(fake[REAL]) };
	*on_reals = (struct beta){ fixed_value(total[REAL] * FIXED_ONE - fake[REAL]),
							   fixed_value(total[FAKE] * FIXED_ONE - fake[FAKE]) };
}

/* Expected log probabilities under Beta(count + prior), or plain logs without priors. */
static void log_coin(const struct beta *count, const struct beta *prior, bool learned,
					 double *log_yes, double *log_no)
{
	double yes = count->yes + prior->yes, no = count->no + prior->no;

	if (learned) {
		double all = digamma(yes + no);

		*log_yes = digamma(yes) - all;
		*log_no = digamma(no) - all;
		return;
	}
	double n = count->yes + count->no, share = n > 0 ? count->yes / n : .5;
	share = fmin(fmax(share, FLOOR), 1 - FLOOR);
	*log_yes = log(share);
	*log_no = log1p(-share);
}

static void weigh(struct em *em)
{
	double items = 0, fakes = fixed_value(em->fakes);

	for (uint32_t i = 0; i < em->data->items; i++)
		items += judgments_of(em, i) > 0;
	em->prior = em->learned ? digamma(1 + fakes) - digamma(1 + items - fakes)
							: log(fmax(fakes, FLOOR) / fmax(items - fakes, FLOOR));
	for (uint32_t v = 0; v < em->data->volunteers; v++) {
		struct beta on_fakes, on_reals;
		double hit, miss, right, wrong;

		volunteer_counts(em, v, &on_fakes, &on_reals);
		log_coin(&on_fakes, &em->sensitivity, em->learned, &hit, &miss);
		log_coin(&on_reals, &em->specificity, em->learned, &right, &wrong);
		em->weight[(size_t)v * 2 + FAKE] = fixed_of(hit - wrong);
		em->weight[(size_t)v * 2 + REAL] = fixed_of(miss - right);
	}
}

/*
 * One step of Minka's fixed point (2000, "Estimating a Dirichlet distribution") towards the
 * Beta prior under which the population's counts are likeliest.  Four imagined volunteers, as
 * different as people are, join it, so that a small population does not decide alone and an
 * even one does not make its outliers invisible.
 */
static const struct beta imagined[] = { { 11, 9 }, { 14.5, 5.5 }, { 16.5, 3.5 }, { 18.5, 1.5 } };

struct prior_sums {
	fixed yes, no, all;
};

static void prior_add(struct prior_sums *sums, const struct beta *prior, const struct beta *count)
{
	double all = prior->yes + prior->no;

	if (count->yes + count->no <= 0)
		return;
	sums->yes += fixed_of(digamma(count->yes + prior->yes) - digamma(prior->yes));
	sums->no += fixed_of(digamma(count->no + prior->no) - digamma(prior->no));
	sums->all += fixed_of(digamma(count->yes + count->no + all) - digamma(all));
}

static struct beta prior_step(const struct prior_sums *sums, const struct beta *prior)
{
	double yes = prior->yes * fixed_value(sums->yes) / fixed_value(sums->all);
	double no = prior->no * fixed_value(sums->no) / fixed_value(sums->all);
	double mean = yes / (yes + no), strength = yes + no;

	mean = fmin(fmax(mean, .05), .95);
	strength = fmin(fmax(strength, STRENGTH_MIN), STRENGTH_MAX);
	return (struct beta){ mean * strength, (1 - mean) * strength };
}

static void learn_priors(struct em *em)
{
	struct prior_sums fakes = { 0 }, reals = { 0 };

	for (size_t i = 0; i < sizeof imagined / sizeof *imagined; i++) {
		prior_add(&fakes, &em->sensitivity, &imagined[i]);
		prior_add(&reals, &em->specificity, &imagined[i]);
	}
	for (uint32_t v = 0; v < em->data->volunteers; v++) {
		struct beta on_fakes, on_reals;

		volunteer_counts(em, v, &on_fakes, &on_reals);
		prior_add(&fakes, &em->sensitivity, &on_fakes);
		prior_add(&reals, &em->specificity, &on_reals);
	}
	em->sensitivity = prior_step(&fakes, &em->sensitivity);
	em->specificity = prior_step(&reals, &em->specificity);
}

static void iterate(struct em *em, const struct model_options *options, struct fit *fit)
{
	uint32_t limit = options->iterations_max ? options->iterations_max : 1000;
	double tolerance = options->tolerance > 0 ? options->tolerance : 1e-7;

	expect(em, item_share);
	weigh(em);
	while (options->method != METHOD_MAJORITY && fit->iterations < limit && !fit->converged) {
		if (em->learned)
			learn_priors(em);
		weigh(em);
		fit->converged = expect(em, expect_by_skill) <= fixed_of(tolerance);
		fit->iterations++;
	}
	if (options->method == METHOD_MAJORITY)
		fit->converged = true;
	else
		weigh(em);
}

static struct estimate coin_estimate(const struct beta *count, const struct beta *prior,
									 bool intervals)
{
	double yes = count->yes + prior->yes, no = count->no + prior->no, mean = yes / (yes + no);

	if (!intervals)
		return (struct estimate){ mean, mean, mean };
	return (struct estimate){ mean, beta_quantile(yes, no, .05), beta_quantile(yes, no, .95) };
}

/* How unsure a volunteer's weight is: the variance of a difference of two log Beta variables. */
static double weight_variance(const struct em *em, uint32_t code)
{
	struct beta on_fakes, on_reals;

	volunteer_counts(em, code / 2, &on_fakes, &on_reals);
	double hit = on_fakes.yes + em->sensitivity.yes, miss = on_fakes.no + em->sensitivity.no;
	double right = on_reals.yes + em->specificity.yes, wrong = on_reals.no + em->specificity.no;
	double all = trigamma(hit + miss) + trigamma(right + wrong);
	return code & 1 ? fmax(trigamma(hit) + trigamma(wrong) - all, 0)
					: fmax(trigamma(miss) + trigamma(right) - all, 0);
}

static void report_volunteers(const struct em *em, const struct model_options *options,
							  struct fit *fit)
{
	for (uint32_t v = 0; v < fit->volunteers; v++) {
		struct beta on_fakes, on_reals;

		volunteer_counts(em, v, &on_fakes, &on_reals);
		fit->sensitivity[v] = coin_estimate(&on_fakes, &em->sensitivity, options->intervals);
		fit->specificity[v] = coin_estimate(&on_reals, &em->specificity, options->intervals);
	}
}

/* The interval of a posterior follows from how unsure the weights and the prevalence are. */
static struct estimate item_estimate(const struct em *em, uint32_t item, const double variance[])
{
	double odds = item_odds(em, item);
	fixed sum = 0;

	if (!variance)
		return (struct estimate){ sigmoid(odds), sigmoid(odds), sigmoid(odds) };
	for (size_t j = em->start[item]; j < em->start[item + 1]; j++)
		sum += fixed_of(variance[em->code[j]]);
	double width = WIDTH_90 * sqrt(fixed_value(sum));
	return (struct estimate){ sigmoid(odds), sigmoid(odds - width), sigmoid(odds + width) };
}

static struct estimate share_estimate(const struct em *em, uint32_t item, bool intervals)
{
	double n = (double)judgments_of(em, item) + 2, fake = item_share(em, item) * n;
	struct beta none = { 0, 0 };

	return coin_estimate(&(struct beta){ fake, n - fake }, &none, intervals);
}

static void report_items(const struct em *em, const struct model_options *options, struct fit *fit)
{
	double *variance = NULL;
	size_t codes = (size_t)fit->volunteers * 2;

	if (options->intervals && options->method != METHOD_MAJORITY) {
		variance = must_alloc(codes, sizeof *variance);
		for (uint32_t code = 0; code < codes; code++)
			variance[code] = weight_variance(em, code);
	}
	for (uint32_t i = 0; i < fit->items; i++) {
		fit->judgments[i] = (uint32_t)judgments_of(em, i);
		fit->crowd[i] = options->method == METHOD_MAJORITY
							? share_estimate(em, i, options->intervals)
							: item_estimate(em, i, variance);
		fit->p_fake[i] = fit->crowd[i];
		if (clamped(em, i)) {
			double truth = em->data->truth[i];

			fit->p_fake[i] = (struct estimate){ truth, truth, truth };
		}
	}
	free(variance);
}

static double log_mean(double yes, double no)
{
	return log(fmax(yes / (yes + no), FLOOR));
}

/* Log P(all verdicts) at the mean skills, items that are gold taken as what they are. */
static double log_likelihood(const struct em *em, const struct fit *fit)
{
	size_t codes = (size_t)fit->volunteers * 2;
	double *if_fake = must_alloc(codes, sizeof *if_fake);
	double *if_real = must_alloc(codes, sizeof *if_real);
	fixed sum = 0;

	for (uint32_t v = 0; v < fit->volunteers; v++) {
		double hit = fit->sensitivity[v].mean, right = fit->specificity[v].mean;

		if_fake[v * 2 + FAKE] = log_mean(hit, 1 - hit);
		if_fake[v * 2 + REAL] = log_mean(1 - hit, hit);
		if_real[v * 2 + FAKE] = log_mean(1 - right, right);
		if_real[v * 2 + REAL] = log_mean(right, 1 - right);
	}
	for (uint32_t i = 0; i < fit->items; i++) {
		fixed fake = fixed_of(log(fit->prevalence.mean)),
			  real = fixed_of(log1p(-fit->prevalence.mean));

		for (size_t j = em->start[i]; j < em->start[i + 1]; j++) {
			fake += fixed_of(if_fake[em->code[j]]);
			real += fixed_of(if_real[em->code[j]]);
		}
		double most = fixed_value(fake > real ? fake : real);
		double both = most + log1p(exp(-fabs(fixed_value(fake - real))));
		double known = clamped(em, i) ? fixed_value(em->data->truth[i] ? fake : real) : both;
		sum += judgments_of(em, i) ? fixed_of(known) : 0;
	}
	free(if_fake);
	free(if_real);
	return fixed_value(sum);
}

struct fit *model_fit(const struct judgments *judgments, const struct model_options *options)
{
	struct fit *fit = must_alloc(1, sizeof *fit);
	struct em em = em_new(judgments);
	double judged = 0;

	em.learned = options->method != METHOD_DAWID_SKENE;
	fit->items = judgments->items;
	fit->volunteers = judgments->volunteers;
	fit->p_fake = must_alloc(fit->items, sizeof *fit->p_fake);
	fit->crowd = must_alloc(fit->items, sizeof *fit->crowd);
	fit->judgments = must_alloc(fit->items, sizeof *fit->judgments);
	fit->sensitivity = must_alloc(fit->volunteers, sizeof *fit->sensitivity);
	fit->specificity = must_alloc(fit->volunteers, sizeof *fit->specificity);

	iterate(&em, options, fit);
	for (uint32_t i = 0; i < fit->items; i++)
		judged += judgments_of(&em, i) > 0;
	double fakes = fixed_value(em.fakes);
	fit->prevalence = coin_estimate(&(struct beta){ fakes, judged - fakes }, &(struct beta){ 1, 1 },
									options->intervals);
	report_volunteers(&em, options, fit);
	report_items(&em, options, fit);
	fit->log_likelihood = log_likelihood(&em, fit);
	em_free(&em);
	return fit;
}

bool method_read(const char *text, enum method *method)
{
	static const char *const names[] = { [METHOD_DEFAULT] = "default",
										 [METHOD_MAJORITY] = "majority",
										 [METHOD_DAWID_SKENE] = "dawid-skene",
										 [METHOD_VARIATIONAL] = "variational" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(text, names[i])) {
			*method = (enum method)i;
			return true;
		}
	return false;
}

void fit_free(struct fit *fit)
{
	if (!fit)
		return;
	free(fit->p_fake);
	free(fit->crowd);
	free(fit->judgments);
	free(fit->sensitivity);
	free(fit->specificity);
	free(fit);
}
