/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/skill_covariance.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "crowd/refinement.h"

#define WORK_MOST   5e7 /* pairs of judgments on one item, over all items */
#define MISSING_CUT .95 /* of the missing information, until what is left has an inverse */
#define CUTS        60
#define NONE        UINT32_MAX

/*
 * Parameters, on the scale of log odds: the sensitivities of the active volunteers, their
 * specificities, the share of fakes.  A judgment moves its item's log odds by right - skill in its
 * volunteer's sensitivity, and against it in the specificity.
 */
struct skill_covariance {
	const struct dawid_skene *dawid_skene;
	uint32_t *place;      /* volunteers: where among the active ones, or NONE */
	double (*skill)[2];   /* active: [FAKE] sensitivity, [REAL] specificity */
	double (*answers)[2]; /* active: expected judgments of fakes and of reals */
	double *inverse;      /* size * size */
	uint32_t active, size;
};

/* Puts the active volunteers in their order. */
static void place_volunteers(struct skill_covariance *covariance)
{
	const struct judgment_matrix *matrix = covariance->dawid_skene->matrix;
	uint64_t *item = mem_new(matrix->items, sizeof *item);
	uint64_t *volunteer = mem_new(matrix->volunteers, sizeof *volunteer);
	uint32_t *order = mem_new(matrix->volunteers, sizeof *order);

	refinement_hash(matrix, 2, item, volunteer);
	refinement_order(volunteer, matrix->volunteers, order);
	for (uint32_t k = 0; k < matrix->volunteers; k++) {
		bool active = judgment_matrix_is_active(matrix, order[k]);

		covariance->place[order[k]] = active ? covariance->active++ : NONE;
	}
	free(order);
	free(volunteer);
	free(item);
}

/* Skills at the posterior mean, with priors as strong as for any crowd. */
static void take_skills(struct skill_covariance *covariance)
{
	for (uint32_t v = 0; v < covariance->dawid_skene->matrix->volunteers; v++) {
		uint32_t at = covariance->place[v];

		for (int truth = REAL; at != NONE && truth <= FAKE; truth++) {
			struct counts counts = dawid_skene_counts(covariance->dawid_skene, v, truth);
			double all = counts.right + counts.wrong;

			covariance->skill[at][truth] = counts.right / all;
			covariance->answers[at][truth] = all - DAWID_SKENE_STRENGTH;
		}
	}
}

static uint32_t parameter_of(const struct skill_covariance *covariance, uint32_t at, int truth)
{
	return truth == FAKE ? at : covariance->active + at;
}

/* Worse than chance, in a fit where nobody's answer speaks for the other side. */
static bool is_ignored(const struct skill_covariance *covariance, uint32_t at)
{
	return covariance->dawid_skene->options.no_negative &&
	       covariance->skill[at][REAL] + covariance->skill[at][FAKE] <= 1;
}

/* How a judgment moves its item's log odds in its volunteer's two skills. */
struct slope {
	uint32_t parameter[2];
	double by[2];
};

static struct slope slope_of(const struct skill_covariance *covariance, uint32_t code)
{
	const struct judgment_matrix *matrix = covariance->dawid_skene->matrix;
	uint32_t at = covariance->place[code / matrix->symbols];
	bool fake = judgment_matrix_says_fake(matrix, code), heeded = !is_ignored(covariance, at);

	return (struct slope){
		.parameter = { parameter_of(covariance, at, REAL), parameter_of(covariance, at, FAKE) },
		.by = { heeded * (covariance->skill[at][REAL] - !fake),
		        heeded * (fake - covariance->skill[at][FAKE]) },
	};
}

/* Adds the products of one slope of a judgment with the slopes of all of its item's. */
static void add_products(const struct skill_covariance *covariance, uint32_t item, double by,
                         fixed row[])
{
	const struct judgment_matrix *matrix = covariance->dawid_skene->matrix;

	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		struct slope other = slope_of(covariance, matrix->code[j]);

		row[other.parameter[0]] += fixed_of(by * other.by[0]);
		row[other.parameter[1]] += fixed_of(by * other.by[1]);
	}
}

/* Adds an item's share of the missing information: p (1 - p) times the square of its slopes. */
static void add_missing(const struct skill_covariance *covariance, uint32_t item, fixed missing[])
{
	const struct judgment_matrix *matrix = covariance->dawid_skene->matrix;
	double p = fixed_value(covariance->dawid_skene->posterior[item]), weight = p * (1 - p);
	uint32_t size = covariance->size, last = size - 1;

	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		struct slope one = slope_of(covariance, matrix->code[j]);

		for (int a = 0; a < 2; a++) {
			fixed *row = &missing[(size_t)one.parameter[a] * size];
			fixed by = fixed_of(weight * one.by[a]);

			add_products(covariance, item, weight * one.by[a], row);
			row[last] += by;
			missing[(size_t)last * size + one.parameter[a]] += by;
		}
	}
	missing[(size_t)last * size + last] += fixed_of(weight);
}

static fixed *sum_missing(const struct skill_covariance *covariance)
{
	const struct judgment_matrix *matrix = covariance->dawid_skene->matrix;
	fixed *missing = mem_new((size_t)covariance->size * covariance->size, sizeof *missing);

	for (uint32_t i = 0; i < matrix->items; i++)
		if (matrix->start[i] < matrix->start[i + 1] && !judgment_matrix_is_gold(matrix, i))
			add_missing(covariance, i, missing);
	return missing;
}

/* The information if labels were known, and the priors'. */
static double *known_information(const struct skill_covariance *covariance)
{
	const struct dawid_skene *dawid_skene = covariance->dawid_skene;
	double *known = mem_new(covariance->size, sizeof *known);
	double fakes = fixed_value(dawid_skene->fakes), open = dawid_skene->open;
	double share = (fakes + 1) / (open + 2);

	for (uint32_t at = 0; at < covariance->active; at++)
		for (int truth = REAL; truth <= FAKE; truth++) {
			double skill = covariance->skill[at][truth];

			known[parameter_of(covariance, at, truth)] =
				(covariance->answers[at][truth] + DAWID_SKENE_STRENGTH) * skill * (1 - skill);
		}
	known[covariance->size - 1] = (open + 2) * share * (1 - share);
	return known;
}

/* Cholesky's factor of known - part * missing, in the lower half of `matrix`. False: none. */
static bool factorize_information(double matrix[], const double known[], const fixed missing[],
                                  double part, uint32_t size)
{
	for (size_t row = 0; row < size; row++)
		for (size_t column = 0; column <= row; column++) {
			double sum =
				(row == column ? known[row] : 0) - part * fixed_value(missing[row * size + column]);

			for (size_t k = 0; k < column; k++)
				sum -= matrix[row * size + k] * matrix[column * size + k];
			if (row > column)
				matrix[row * size + column] = sum / matrix[column * size + column];
			else if (sum > 1e-6 * known[row])
				matrix[row * size + row] = sqrt(sum);
			else
				return false;
		}
	return true;
}

/* The inverse of the factor, in place: its lower half. */
static void invert_factor(double matrix[], uint32_t size)
{
	for (size_t column = 0; column < size; column++) {
		matrix[column * size + column] = 1 / matrix[column * size + column];
		for (size_t row = column + 1; row < size; row++) {
			double sum = 0;

			for (size_t k = column; k < row; k++)
				sum -= matrix[row * size + k] * matrix[k * size + column];
			matrix[row * size + column] = sum / matrix[row * size + row];
		}
	}
}

/* The factor's inverse, transposed, times itself. */
static void square_inverse(const double factor[], double inverse[], uint32_t size)
{
	for (size_t row = 0; row < size; row++)
		for (size_t column = 0; column <= row; column++) {
			double sum = 0;

			for (size_t k = row; k < size; k++)
				sum += factor[k * size + row] * factor[k * size + column];
			inverse[row * size + column] = inverse[column * size + row] = sum;
		}
}

/* Where the fit stands at no maximum (it is none of this likelihood's), less is taken for missing.
 */
static bool invert_information(struct skill_covariance *covariance)
{
	uint32_t size = covariance->size;
	fixed *missing = sum_missing(covariance);
	double *known = known_information(covariance), part = 1;
	double *factor = mem_new((size_t)size * size, sizeof *factor);
	bool whole = false;

	for (int cut = 0; cut < CUTS && !whole; cut++, part *= MISSING_CUT)
		whole = factorize_information(factor, known, missing, part, size);
	if (whole) {
		invert_factor(factor, size);
		square_inverse(factor, covariance->inverse, size);
	}
	free(factor);
	free(known);
	free(missing);
	return whole;
}

/* Whether the crowd is small enough. */
static bool is_small_crowd(const struct judgment_matrix *matrix)
{
	uint32_t active = 0;
	double work = 0;

	for (uint32_t v = 0; v < matrix->volunteers; v++)
		active += judgment_matrix_is_active(matrix, v);
	for (uint32_t i = 0; i < matrix->items; i++)
		work += pow(judgment_matrix_judgments(matrix, i), 2);
	return matrix->symbols == 2 && active && active <= SKILL_VOLUNTEERS && work <= WORK_MOST;
}

struct skill_covariance *skill_covariance_new(const struct dawid_skene *dawid_skene)
{
	const struct judgment_matrix *matrix = dawid_skene->matrix;

	if (!is_small_crowd(matrix))
		return NULL;
	struct skill_covariance *covariance = mem_new(1, sizeof *covariance);
	covariance->dawid_skene = dawid_skene;
	covariance->place = mem_new(matrix->volunteers, sizeof *covariance->place);
	place_volunteers(covariance);
	covariance->size = 2 * covariance->active + 1;
	covariance->skill = mem_new(covariance->active, sizeof *covariance->skill);
	covariance->answers = mem_new(covariance->active, sizeof *covariance->answers);
	covariance->inverse =
		mem_new((size_t)covariance->size * covariance->size, sizeof *covariance->inverse);
	take_skills(covariance);
	if (invert_information(covariance))
		return covariance;
	skill_covariance_free(covariance);
	return NULL;
}

void skill_covariance_free(struct skill_covariance *covariance)
{
	if (!covariance)
		return;
	free(covariance->place);
	free(covariance->skill);
	free(covariance->answers);
	free(covariance->inverse);
	free(covariance);
}

/* Log P(answer | fake) - log P(answer | real) without the item's own share in the skills. */
static double plain_weight(const struct skill_covariance *covariance, uint32_t code, double p)
{
	const struct judgment_matrix *matrix = covariance->dawid_skene->matrix;
	uint32_t at = covariance->place[code / matrix->symbols];
	bool fake = judgment_matrix_says_fake(matrix, code);
	double own[2] = { 1 - p, p }, share[2];

	for (int truth = REAL; truth <= FAKE; truth++) {
		double all = covariance->answers[at][truth] + DAWID_SKENE_STRENGTH;
		double skill = covariance->skill[at][truth];
		double n = all * (fake == (truth == FAKE) ? skill : 1 - skill);

		share[truth] = fmax(n - own[truth], .2 * n) / fmax(all - own[truth], .2 * all);
	}
	return is_ignored(covariance, at) ? 0 : log(share[FAKE] / share[REAL]);
}

/* One slope of a judgment, by its row of the inverse, with the slopes of all of its item's. */
static fixed sum_products(const struct skill_covariance *covariance, uint32_t item, double by,
                          const double row[])
{
	const struct judgment_matrix *matrix = covariance->dawid_skene->matrix;
	fixed sum = 0;

	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		struct slope other = slope_of(covariance, matrix->code[j]);

		sum += fixed_of(by * row[other.parameter[0]] * other.by[0]);
		sum += fixed_of(by * row[other.parameter[1]] * other.by[1]);
	}
	return sum;
}

struct spread skill_covariance_odds(const struct skill_covariance *covariance, uint32_t item)
{
	const struct dawid_skene *dawid_skene = covariance->dawid_skene;
	const struct judgment_matrix *matrix = dawid_skene->matrix;
	double p = fixed_value(dawid_skene->posterior[item]);
	uint32_t size = covariance->size, last = size - 1;
	const double *of_prior = &covariance->inverse[(size_t)last * size];
	fixed mean = 0, variance = fixed_of(of_prior[last]);

	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		struct slope one = slope_of(covariance, matrix->code[j]);

		mean += fixed_of(plain_weight(covariance, matrix->code[j], p));
		for (int a = 0; a < 2; a++) {
			const double *row = &covariance->inverse[(size_t)one.parameter[a] * size];

			variance += fixed_of(2 * one.by[a] * of_prior[one.parameter[a]]);
			variance += sum_products(covariance, item, one.by[a], row);
		}
	}
	return (struct spread){
		dawid_skene->prior + dawid_skene_lent(dawid_skene, item) + fixed_value(mean),
		fmax(fixed_value(variance), 0),
	};
}
