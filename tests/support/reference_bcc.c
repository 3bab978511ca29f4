/* SPDX-License-Identifier: Apache-2.0 */
#include "reference_bcc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/judgment_matrix.h"
#include "crowd/specfun.h"

#define CLASSES 2

/* A cell is a class with a subtype: class * subtypes + subtype. */
struct bcc {
	const struct reference_bcc_options *options;
	const struct judgment_matrix *matrix;
	struct random random;
	size_t cells;
	double *share;         /* items: of "fake" among the verdicts, gold its truth */
	double *belief;        /* items * cells: q(class, subtype) */
	double *counts;        /* codes * cells: expected answers, without the prior */
	double *log_answer;    /* codes * cells: E log v */
	double *log_cell;      /* cells: E log tau + E log pi */
	double alpha[CLASSES]; /* prior counts */
};

struct reference_bcc_options reference_ibcc(void)
{
	return (struct reference_bcc_options){ .subtypes = 1,
		                                   .a_pi = .1,
		                                   .right = 4,
		                                   .wrong = 1,
		                                   .alpha = 1,
		                                   .starts = 1,
		                                   .iterations_max = 500,
		                                   .gain_min = 1e-3,
		                                   .seed = 1 };
}

struct reference_bcc_options reference_ebcc(void)
{
	struct reference_bcc_options options = reference_ibcc();

	options.subtypes = 10;
	options.empirical_alpha = true;
	options.starts = 40;
	return options;
}

static struct bcc bcc_new(const struct judgment_matrix *matrix,
                          const struct reference_bcc_options *options)
{
	size_t cells = (size_t)CLASSES * options->subtypes;
	struct bcc bcc = { .options = options,
		               .matrix = matrix,
		               .random = random_seeded(options->seed),
		               .cells = cells,
		               .alpha = { options->alpha, options->alpha },
		               .share = mem_new(matrix->items, sizeof *bcc.share),
		               .belief = mem_new(matrix->items * cells, sizeof *bcc.belief),
		               .counts = mem_new(matrix->codes * cells, sizeof *bcc.counts),
		               .log_answer = mem_new(matrix->codes * cells, sizeof *bcc.log_answer),
		               .log_cell = mem_new(cells, sizeof *bcc.log_cell) };
	double fakes = 0;

	for (uint32_t i = 0; i < matrix->items; i++) {
		uint32_t n = judgment_matrix_judgments(matrix, i);

		bcc.share[i] = judgment_matrix_is_gold(matrix, i) ? matrix->truth[i]
		               : n ? (double)judgment_matrix_fakes(matrix, i) / n
		                   : .5;
		fakes += bcc.share[i];
	}
	if (options->empirical_alpha) { /* no class without any prior */
		bcc.alpha[FAKE] = fmax(fakes, 1e-3);
		bcc.alpha[REAL] = fmax(matrix->items - fakes, 1e-3);
	}
	return bcc;
}

static void bcc_clear(struct bcc *bcc)
{
	free(bcc->share);
	free(bcc->belief);
	free(bcc->counts);
	free(bcc->log_answer);
	free(bcc->log_cell);
}

/* Each class's share of an item, spread over its subtypes by a flat Dirichlet draw. */
static void bcc_start(struct bcc *bcc)
{
	uint32_t subtypes = bcc->options->subtypes;

	for (uint32_t i = 0; i < bcc->matrix->items; i++)
		for (int truth = REAL; truth <= FAKE; truth++) {
			double *belief = bcc->belief + i * bcc->cells + (size_t)truth * subtypes, sum = 0;

			for (uint32_t m = 0; m < subtypes; m++)
				sum += belief[m] = -log1p(-random_unit(&bcc->random)) + 1e-12;
			for (uint32_t m = 0; m < subtypes; m++)
				belief[m] *= (truth == FAKE ? bcc->share[i] : 1 - bcc->share[i]) / sum;
		}
}

/*
 * Two or more Dirichlet counts and their prior, which lie `step` apart: sets expected to the
 * expected logarithms, and returns how far the posterior lies from the prior (Kullback-Leibler
 * divergence).
 */
static double dirichlet_expect(const double counts[], const double prior[], size_t n, size_t step,
                               double expected[])
{
	double all = 0, prior_all = 0, divergence = 0;

	for (size_t k = 0; k < n; k++) {
		all += counts[k * step] + prior[k];
		prior_all += prior[k];
	}
	double mean_all = digamma(all);
	for (size_t k = 0; k < n; k++) {
		double a = counts[k * step] + prior[k];

		expected[k * step] = digamma(a) - mean_all;
		divergence += lgamma(prior[k]) - lgamma(a) + counts[k * step] * expected[k * step];
	}
	return divergence + lgamma(all) - lgamma(prior_all);
}

static void count_answers(struct bcc *bcc)
{
	const struct judgment_matrix *matrix = bcc->matrix;

	memset(bcc->counts, 0, matrix->codes * bcc->cells * sizeof *bcc->counts);
	for (uint32_t i = 0; i < matrix->items; i++)
		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++) {
			double *counts = bcc->counts + matrix->code[j] * bcc->cells;

			for (size_t c = 0; c < bcc->cells; c++)
				counts[c] += bcc->belief[i * bcc->cells + c];
		}
}

/* The factors of how volunteers answer; returns their divergence from the prior. */
static double learn_answers(struct bcc *bcc)
{
	double right = bcc->options->right, wrong = bcc->options->wrong, divergence = 0;

	count_answers(bcc);
	for (uint32_t v = 0; v < bcc->matrix->volunteers; v++)
		for (size_t c = 0; c < bcc->cells; c++) {
			bool fake = c >= bcc->options->subtypes;
			double prior[CLASSES] = { fake ? wrong : right, fake ? right : wrong };
			size_t first = (size_t)v * CLASSES * bcc->cells + c;

			divergence += dirichlet_expect(bcc->counts + first, prior, CLASSES, bcc->cells,
			                               bcc->log_answer + first);
		}
	return divergence;
}

/* The factors of how frequent classes and subtypes are; returns their divergence from the prior. */
static double learn_cells(struct bcc *bcc)
{
	uint32_t subtypes = bcc->options->subtypes;
	double *counts = mem_new(bcc->cells, sizeof *counts);
	double *prior = mem_new(subtypes, sizeof *prior), classes[CLASSES] = { 0 }, tau[CLASSES];
	double divergence = 0;

	for (uint32_t i = 0; i < bcc->matrix->items; i++)
		for (size_t c = 0; c < bcc->cells; c++)
			counts[c] += bcc->belief[i * bcc->cells + c];
	for (size_t c = 0; c < bcc->cells; c++)
		classes[c >= subtypes] += counts[c];
	for (uint32_t m = 0; m < subtypes; m++)
		prior[m] = bcc->options->a_pi / subtypes;
	divergence += dirichlet_expect(classes, bcc->alpha, CLASSES, 1, tau);
	for (size_t first = 0; first < bcc->cells; first += subtypes)
		divergence += dirichlet_expect(counts + first, prior, subtypes, 1, bcc->log_cell + first);
	for (size_t c = 0; c < bcc->cells; c++)
		bcc->log_cell[c] += tau[c >= subtypes];
	free(counts);
	free(prior);
	return divergence;
}

/* An item's factor, given the others. Returns the logarithm of what it is normalised by. */
static double believe(struct bcc *bcc, uint32_t item)
{
	const struct judgment_matrix *matrix = bcc->matrix;
	double *belief = bcc->belief + item * bcc->cells, most = -INFINITY, sum = 0;

	memcpy(belief, bcc->log_cell, bcc->cells * sizeof *belief);
	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++)
		for (size_t c = 0; c < bcc->cells; c++)
			belief[c] += bcc->log_answer[matrix->code[j] * bcc->cells + c];
	for (size_t c = 0; c < bcc->cells; c++) {
		if (judgment_matrix_is_gold(matrix, item) &&
		    matrix->truth[item] != (c >= bcc->options->subtypes))
			belief[c] = -INFINITY;
		most = fmax(most, belief[c]);
	}
	for (size_t c = 0; c < bcc->cells; c++)
		sum += belief[c] = exp(belief[c] - most);
	for (size_t c = 0; c < bcc->cells; c++)
		belief[c] /= sum;
	return most + log(sum);
}

/* One round over all factors; returns the bound: as the items' factors are the best ones for the
 * parameters', it is the sum of their normalisers less the parameters' divergences. */
static double bcc_iterate(struct bcc *bcc)
{
	double bound = -learn_answers(bcc) - learn_cells(bcc);

	for (uint32_t i = 0; i < bcc->matrix->items; i++)
		bound += believe(bcc, i);
	return bound;
}

static double class_belief(const struct bcc *bcc, uint32_t item)
{
	double sum = 0;

	for (size_t c = bcc->options->subtypes; c < bcc->cells; c++)
		sum += bcc->belief[item * bcc->cells + c];
	return sum;
}

struct reference_bcc_outcome reference_bcc(const struct judgments *judgments,
                                           const struct reference_bcc_options *options,
                                           double p_fake[])
{
	struct judgment_matrix matrix = judgment_matrix_new(judgments, false);
	struct bcc bcc = bcc_new(&matrix, options);
	struct reference_bcc_outcome outcome = { .elbo = -INFINITY };

	for (uint32_t start = 0; start < options->starts; start++) {
		double elbo = -INFINITY, gain = INFINITY;
		uint32_t iterations = 0;

		bcc_start(&bcc);
		for (; iterations < options->iterations_max && gain >= options->gain_min; iterations++) {
			double next = bcc_iterate(&bcc);

			gain = next - elbo;
			elbo = next;
		}
		outcome.converged += gain < options->gain_min;
		if (elbo <= outcome.elbo)
			continue;
		outcome.elbo = elbo;
		outcome.iterations = iterations;
		for (uint32_t i = 0; i < matrix.items; i++)
			p_fake[i] = class_belief(&bcc, i);
	}
	bcc_clear(&bcc);
	judgment_matrix_clear(&matrix);
	return outcome;
}
