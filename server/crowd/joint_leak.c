/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/joint_leak.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/random.h"
#include "crowd/specfun.h"

#define FOLDS      5
#define DRAWS_MOST 20
#define DRAWN_ROWS 20000 /* so many rows in all draws together, but for the first */
#define RIDGE      1.0   /* a coefficient's prior is the standard normal */
#define NEWTON     25
#define SETTLED    1e-9
#define FAR        5.0 /* deviations: whatever is further off counts as so far */
#define SIZE       (JOINT_FEATURES + 1)

/* A group on its way into a fold. */
struct joint_group {
	uint32_t id, order;
	uint32_t of[2]; /* its real and fake items */
};

/* A fitted model; the intercept is the last coefficient. */
struct joint_model {
	unsigned size; /* coefficients */
	double mean[JOINT_FEATURES], deviation[JOINT_FEATURES];
	double weight[SIZE];
};

/* ------------------------------------------------------------------ folds */

static int compare_groups(const void *a, const void *b)
{
	const struct joint_group *x = a, *y = b;
	uint32_t many = x->of[0] + x->of[1], others = y->of[0] + y->of[1];

	if (many != others)
		return many > others ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* The groups that have items, the largest first, equal ones in an order by chance. */
static struct joint_group *list_groups(const struct joint_data *data, struct random *random,
                                       size_t *ret_count)
{
	struct joint_group *groups = mem_new(data->count + 1, sizeof *groups);
	size_t count = 0;

	for (size_t i = 0; i < data->count; i++)
		groups[data->group[i]].of[data->fake[i]]++;
	for (size_t g = 0; g < data->count; g++) {
		if (groups[g].of[0] + groups[g].of[1] == 0)
			continue;
		groups[count] = groups[g];
		groups[count].id = (uint32_t)g;
		groups[count++].order = random_u32(random);
	}
	qsort(groups, count, sizeof *groups, compare_groups);
	*ret_count = count;
	return groups;
}

/* The fold that has least of what the group brings; of equal ones a random one. */
static uint32_t choose_fold(const uint32_t held[FOLDS][2], const struct joint_group *group,
                            struct random *random)
{
	uint32_t best = 0, ties = 0;
	uint64_t least = UINT64_MAX;

	for (uint32_t fold = 0; fold < FOLDS; fold++) {
		uint64_t load =
			(uint64_t)held[fold][0] * group->of[0] + (uint64_t)held[fold][1] * group->of[1];

		if (load > least)
			continue;
		ties = load < least ? 1 : ties + 1;
		least = load;
		if (random_below(random, ties) == 0)
			best = fold;
	}
	return best;
}

/* Deals groups to folds, so that each has its share of both classes. */
static void joint_deal_folds(const struct joint_data *data, struct random *random, uint32_t fold[])
{
	uint32_t *of_group = mem_new(data->count + 1, sizeof *of_group), held[FOLDS][2] = { { 0 } };
	size_t count;
	struct joint_group *groups = list_groups(data, random, &count);

	for (size_t g = 0; g < count; g++) {
		uint32_t chosen = choose_fold(held, &groups[g], random);

		held[chosen][0] += groups[g].of[0];
		held[chosen][1] += groups[g].of[1];
		of_group[groups[g].id] = chosen;
	}
	for (size_t i = 0; i < data->count; i++)
		fold[i] = of_group[data->group[i]];
	free(groups);
	free(of_group);
}

/* ------------------------------------------------------------------ one model */

/* Mean and deviation of one feature outside `left_out`. */
static void scale_feature(const struct joint_data *data, const uint32_t fold[], uint32_t left_out,
                          unsigned feature, struct joint_model *model)
{
	double known = 0, mean = 0, squares = 0; /* Welford 1962 */

	for (size_t i = 0; i < data->count; i++) {
		double x = data->x[i * data->features + feature], off = x - mean;

		if (fold[i] == left_out || isnan(x))
			continue;
		known++;
		mean += off / known;
		squares += off * (x - mean);
	}
	model->mean[feature] = mean;
	model->deviation[feature] = known > 0 ? sqrt(squares / known) : 0;
}

/* A row as the model sees it; what is constant or unknown is 0. */
static void scale_row(const struct joint_model *model, const double x[], double to[SIZE])
{
	for (unsigned f = 0; f + 1 < model->size; f++) {
		double d = model->deviation[f], off = x[f] - model->mean[f];

		to[f] =
			isnan(x[f]) || !(d > 1e-12 * fabs(model->mean[f])) ? 0 : fmin(fmax(off / d, -FAR), FAR);
	}
	to[model->size - 1] = 1;
}

static double joint_score(const struct joint_model *model, const double row[SIZE])
{
	double sum = 0;

	for (unsigned f = 0; f < model->size; f++)
		sum += model->weight[f] * row[f];
	return sum;
}

/* Solves the symmetric positive definite a * x = b, in place of both, by Cholesky. */
static void solve_normal(unsigned size, double a[SIZE][SIZE], double b[SIZE])
{
	for (unsigned i = 0; i < size; i++) {
		for (unsigned j = 0; j <= i; j++) {
			double sum = a[i][j];

			for (unsigned k = 0; k < j; k++)
				sum -= a[i][k] * a[j][k];
			a[i][j] = i == j ? sqrt(fmax(sum, 1e-12)) : sum / a[j][j];
		}
		for (unsigned k = 0; k < i; k++)
			b[i] -= a[i][k] * b[k];
		b[i] /= a[i][i];
	}
	for (unsigned i = size; i-- > 0;) {
		for (unsigned k = i + 1; k < size; k++)
			b[i] -= a[k][i] * b[k];
		b[i] /= a[i][i];
	}
}

/* Adds one item to gradient and curvature of the log posterior. */
static void add_row(const struct joint_model *model, const double row[SIZE], double fake,
                    double a[SIZE][SIZE], double b[SIZE])
{
	double p = sigmoid(joint_score(model, row)), weight = p * (1 - p);

	for (unsigned i = 0; i < model->size; i++) {
		b[i] += (fake - p) * row[i];
		for (unsigned j = 0; j <= i; j++)
			a[i][j] += weight * row[i] * row[j];
	}
}

/* One step of Newton's; returns how far the furthest coefficient went. */
static double joint_newton_step(const struct joint_data *data, const uint32_t fold[],
                                uint32_t left_out, struct joint_model *model)
{
	double a[SIZE][SIZE] = { { 0 } }, b[SIZE] = { 0 }, row[SIZE], far = 0;

	for (size_t i = 0; i < data->count; i++) {
		if (fold[i] == left_out)
			continue;
		scale_row(model, data->x + i * data->features, row);
		add_row(model, row, data->fake[i], a, b);
	}
	for (unsigned f = 0; f < model->size; f++) {
		double ridge = f + 1 < model->size ? RIDGE : 1e-6; /* the intercept is free */

		a[f][f] += ridge;
		b[f] -= ridge * model->weight[f];
	}
	solve_normal(model->size, a, b);
	for (unsigned f = 0; f < model->size; f++) {
		double step = fmin(fmax(b[f], -4), 4);

		model->weight[f] += step;
		far = fmax(far, fabs(step));
	}
	return far;
}

static void fit_without(const struct joint_data *data, const uint32_t fold[], uint32_t left_out,
                        struct joint_model *model)
{
	*model = (struct joint_model){ .size = data->features + 1 };
	for (unsigned f = 0; f < data->features; f++)
		scale_feature(data, fold, left_out, f, model);
	for (int step = 0; step < NEWTON; step++)
		if (joint_newton_step(data, fold, left_out, model) < SETTLED)
			break;
}

/* ------------------------------------------------------------------ all folds */

/* Scores each item by the model of the folds that it is not in. */
static struct auc joint_draw(const struct joint_data *data, struct random *random)
{
	uint32_t *fold = mem_new(data->count + 1, sizeof *fold);
	double *score = mem_new(data->count + 1, sizeof *score), row[SIZE];
	struct joint_model model;

	joint_deal_folds(data, random, fold);
	for (uint32_t left_out = 0; left_out < FOLDS; left_out++) {
		fit_without(data, fold, left_out, &model);
		for (size_t i = 0; i < data->count; i++) {
			if (fold[i] != left_out)
				continue;
			scale_row(&model, data->x + i * data->features, row);
			/* Steps of rounding are no order: of models that say nothing all scores are one. */
			score[i] = nearbyint(joint_score(&model, row) * 1e9) / 1e9;
		}
	}
	struct auc auc = auc_of(&(struct scored){ .count = data->count,
	                                          .score = score,
	                                          .fake = data->fake,
	                                          .group = data->group,
	                                          .stratum = fold });
	free(fold);
	free(score);
	return auc;
}

struct auc joint_leak(const struct joint_data *data, uint64_t seed)
{
	size_t draws = DRAWN_ROWS / (data->count + 1) + 1;
	struct random random = random_seeded(seed);
	struct auc mean = { 0, 0, 0 };

	assert(data->features <= JOINT_FEATURES);
	draws = draws < DRAWS_MOST ? draws : DRAWS_MOST;
	for (size_t draw = 0; draw < draws; draw++) {
		struct auc one = joint_draw(data, &random);

		mean.value += one.value / (double)draws;
		mean.low += one.low / (double)draws;
		mean.high += one.high / (double)draws;
	}
	return mean;
}
