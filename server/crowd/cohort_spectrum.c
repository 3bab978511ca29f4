/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/cohort_spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/judgment_matrix.h"
#include "crowd/refinement.h"

#define COMPARED_MOST   500
#define COMPARED_LEAST  12
#define JUDGMENTS_LEAST 12 /* of one who is compared */
#define MEETINGS_MOST   30000000
#define FOLDS           4
#define LOADING_START   .45
#define LOADING_PRIOR   2. /* shared items at the mean loading */
#define LOADING_ROUNDS  30
#define POWER_ROUNDS    150
#define REFINEMENTS     10
#define MEMBERS_LEAST   3
#define MEMBER_SCORE    2.5 /* standard errors by which a member stands to the group */
#define SCORE_LEAST     6.  /* standard errors, on items held out */
#define FOLD_LEAST      1.5 /* the same in each fold */
#define EXCESS_LEAST    .12 /* correlation beyond what loadings explain */

/* Verdicts of two on the items of one fold that both judged. */
struct meeting_tally {
	uint16_t common, own, other, both; /* items; called fake by the one, by the other, by both */
};

/* Those who are compared, in an order that no name decides. */
struct spectrum {
	uint32_t count;
	uint32_t *who;               /* count: volunteers */
	double (*level)[2];          /* count: what "real" and "fake" stand for, of mean 0, spread 1 */
	struct meeting_tally *tally; /* FOLDS * count * count; above the diagonal */
};

/* Correlations of some folds: sums of products, and how many; count * count, symmetric. */
struct spectrum_sums {
	double *product, *common;
};

/* ---- who is compared, and where they meet ---- */

static uint32_t *open_judgments(const struct judgments *judgments, const uint32_t cohort[])
{
	uint32_t *each = mem_new((size_t)judgments->volunteers + 1, sizeof *each);

	for (size_t j = 0; j < judgments->count; j++)
		each[judgments->volunteer[j]] += !cohort[judgments->volunteer[j]];
	return each;
}

/* The smallest number of judgments, from JUDGMENTS_LEAST on, that few enough have. */
static uint32_t least_of_few(const uint32_t each[], uint32_t volunteers)
{
	uint32_t least = JUDGMENTS_LEAST, count;

	for (;; least += least / 8 + 1) {
		count = 0;
		for (uint32_t v = 0; v < volunteers; v++)
			count += each[v] >= least;
		if (count <= COMPARED_MOST)
			return least;
	}
}

static bool is_affordable(const struct judgments *judgments, const uint32_t each[], uint32_t least)
{
	uint32_t *at = mem_new((size_t)judgments->items + 1, sizeof *at);
	uint64_t meetings = 0;

	for (size_t j = 0; j < judgments->count; j++)
		at[judgments->item[j]] += each[judgments->volunteer[j]] >= least;
	for (uint32_t i = 0; i < judgments->items; i++)
		meetings += (uint64_t)at[i] * at[i];
	free(at);
	return meetings <= MEETINGS_MOST;
}

/* Who have done less are left out together, whatever their names, until it is affordable. */
static uint32_t least_compared(const struct judgments *judgments, const uint32_t each[])
{
	uint32_t least = least_of_few(each, judgments->volunteers);

	while (!is_affordable(judgments, each, least))
		least += least / 8 + 1;
	return least;
}

static void compare_volunteers(struct spectrum *spectrum, const struct judgments *judgments,
                               const uint32_t each[], const uint64_t key[])
{
	uint32_t least = least_compared(judgments, each);
	uint32_t *order = mem_new((size_t)judgments->volunteers + 1, sizeof *order);

	refinement_order(key, judgments->volunteers, order);
	spectrum->who = mem_new(COMPARED_MOST, sizeof *spectrum->who);
	for (uint32_t k = 0; k < judgments->volunteers; k++)
		if (each[order[k]] >= least)
			spectrum->who[spectrum->count++] = order[k];
	free(order);
}

/* Each item's fold: their order by hashes, dealt out in turn. */
static uint8_t *deal_folds(const uint64_t key[], uint32_t items)
{
	uint32_t *order = mem_new((size_t)items + 1, sizeof *order);
	uint8_t *fold = mem_new((size_t)items + 1, sizeof *fold);

	refinement_order(key, items, order);
	for (uint32_t k = 0; k < items; k++)
		fold[order[k]] = (uint8_t)(k % FOLDS);
	free(order);
	return fold;
}

static void set_levels(struct spectrum *spectrum, const struct judgment_matrix *matrix)
{
	spectrum->level = mem_new((size_t)spectrum->count + 1, sizeof *spectrum->level);
	for (uint32_t k = 0; k < spectrum->count; k++) {
		const uint32_t *total = &matrix->total[(size_t)spectrum->who[k] * 2];
		double share = (total[1] + 2.) / (total[0] + total[1] + 4.);
		double spread = sqrt(share * (1 - share));

		spectrum->level[k][0] = -share / spread;
		spectrum->level[k][1] = (1 - share) / spread;
	}
}

static void tally_pair(struct spectrum *spectrum, uint8_t fold, const uint32_t one[2],
                       const uint32_t other[2])
{
	bool turned = one[0] > other[0];
	const uint32_t *a = turned ? other : one, *b = turned ? one : other;
	struct meeting_tally *tally =
		&spectrum->tally[((size_t)fold * spectrum->count + a[0]) * spectrum->count + b[0]];

	if (tally->common == UINT16_MAX)
		return;
	tally->common++;
	tally->own += (uint16_t)a[1];
	tally->other += (uint16_t)b[1];
	tally->both += (uint16_t)(a[1] & b[1]);
}

static void tally_meetings(struct spectrum *spectrum, const struct judgment_matrix *matrix,
                           const uint8_t fold[])
{
	uint32_t *place = mem_new((size_t)matrix->volunteers + 1, sizeof *place);
	uint32_t(*here)[2] = mem_new((size_t)spectrum->count + 1, sizeof *here);

	spectrum->tally =
		mem_new((size_t)FOLDS * spectrum->count * spectrum->count + 1, sizeof *spectrum->tally);
	for (uint32_t k = 0; k < spectrum->count; k++)
		place[spectrum->who[k]] = k + 1;
	for (uint32_t i = 0; i < matrix->items; i++) {
		uint32_t count = 0;

		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++) {
			uint32_t at = place[matrix->code[j] / 2];

			if (!at)
				continue;
			here[count][0] = at - 1;
			here[count][1] = matrix->code[j] & 1;
			for (uint32_t k = 0; k < count; k++)
				tally_pair(spectrum, fold[i], here[k], here[count]);
			count++;
		}
	}
	free(here);
	free(place);
}

static struct spectrum spectrum_new(const struct judgments *judgments, const uint32_t cohort[])
{
	struct spectrum spectrum = { 0 };
	struct judgments verdicts = *judgments;

	verdicts.truth = NULL; /* only verdicts are read */
	verdicts.pairs = NULL;
	verdicts.pair_count = 0;
	struct judgment_matrix matrix = judgment_matrix_new(&verdicts, false);
	uint64_t *item = mem_new((size_t)matrix.items + 1, sizeof *item);
	uint64_t *volunteer = mem_new((size_t)matrix.volunteers + 1, sizeof *volunteer);
	uint32_t *each = open_judgments(judgments, cohort);

	refinement_hash(&matrix, 2, item, volunteer);
	compare_volunteers(&spectrum, judgments, each, volunteer);
	uint8_t *fold = deal_folds(item, matrix.items);
	set_levels(&spectrum, &matrix);
	tally_meetings(&spectrum, &matrix, fold);
	free(fold);
	free(each);
	free(volunteer);
	free(item);
	judgment_matrix_clear(&matrix);
	return spectrum;
}

static void spectrum_clear(struct spectrum *spectrum)
{
	free(spectrum->who);
	free(spectrum->level);
	free(spectrum->tally);
}

/* ---- correlations, and one loading each ---- */

static double tally_product(const struct spectrum *spectrum, uint32_t a, uint32_t b,
                            const struct meeting_tally *tally)
{
	const double *one = spectrum->level[a], *other = spectrum->level[b];
	double own = tally->own - tally->both, theirs = tally->other - tally->both;
	double neither = tally->common - own - theirs - tally->both;

	return tally->both * one[1] * other[1] + own * one[1] * other[0] + theirs * one[0] * other[1] +
	       neither * one[0] * other[0];
}

/* Adds up the folds that are `held`, or all others. */
static struct spectrum_sums spectrum_sums_of(const struct spectrum *spectrum, int held, bool others)
{
	uint32_t n = spectrum->count;
	struct spectrum_sums sums = { mem_new((size_t)n * n + 1, sizeof(double)),
		                          mem_new((size_t)n * n + 1, sizeof(double)) };

	for (int fold = 0; fold < FOLDS; fold++)
		for (uint32_t a = 0; (fold == held) != others && a < n; a++)
			for (uint32_t b = a + 1; b < n; b++) {
				size_t at = (size_t)a * n + b;
				const struct meeting_tally *tally = &spectrum->tally[(size_t)fold * n * n + at];

				sums.product[at] += tally_product(spectrum, a, b, tally);
				sums.common[at] += tally->common;
			}
	for (uint32_t a = 0; a < n; a++)
		for (uint32_t b = 0; b < a; b++) {
			sums.product[(size_t)a * n + b] = sums.product[(size_t)b * n + a];
			sums.common[(size_t)a * n + b] = sums.common[(size_t)b * n + a];
		}
	return sums;
}

static void spectrum_sums_clear(struct spectrum_sums *sums)
{
	free(sums->product);
	free(sums->common);
}

/* One round of least squares: loadings given those of the others, drawn to their mean. */
static void refit_loadings(const struct spectrum_sums *sums, uint32_t n, const double loading[],
                           double next[])
{
	double numerator = 0, denominator = 0, mean = 0;
	double *own = mem_new(2 * (size_t)n + 1, sizeof *own);

	for (uint32_t a = 0; a < n; a++) {
		for (uint32_t b = 0; b < n; b++) {
			own[a] += sums->product[(size_t)a * n + b] * loading[b];
			own[n + a] += sums->common[(size_t)a * n + b] * loading[b] * loading[b];
		}
		numerator += own[a];
		denominator += own[n + a];
		mean += loading[a] / n;
	}
	double typical = denominator > 0 ? numerator / denominator * mean : 0;
	for (uint32_t a = 0; a < n; a++)
		next[a] =
			fmin(fmax((own[a] + LOADING_PRIOR * typical) / (own[n + a] + LOADING_PRIOR), .02), 1);
	free(own);
}

/* Halfway each time: all at once and the whole way, loadings too small make the next ones too
 * large, and so on for ever. */
static double *fit_loadings(const struct spectrum_sums *sums, uint32_t n)
{
	double *loading = mem_new((size_t)n + 1, sizeof *loading);
	double *next = mem_new((size_t)n + 1, sizeof *next);

	for (uint32_t a = 0; a < n; a++)
		loading[a] = LOADING_START;
	for (int round = 0; round < LOADING_ROUNDS; round++) {
		refit_loadings(sums, n, loading, next);
		for (uint32_t a = 0; a < n; a++)
			loading[a] = (loading[a] + next[a]) / 2;
	}
	free(next);
	return loading;
}

/* Takes off what the loadings explain. */
static void take_off(struct spectrum_sums *sums, uint32_t n, const double loading[])
{
	for (uint32_t a = 0; a < n; a++)
		for (uint32_t b = 0; b < n; b++)
			sums->product[(size_t)a * n + b] -=
				sums->common[(size_t)a * n + b] * loading[a] * loading[b];
}

/* ---- the group ---- */

/* The vector of the largest eigenvalue, by powers of the matrix moved up by its norm. */
static double *leading_vector(const struct spectrum_sums *sums, uint32_t n)
{
	double *vector = mem_new((size_t)n + 1, sizeof *vector);
	double *next = mem_new((size_t)n + 1, sizeof *next);
	double shift = 0, norm = 0, most = 0, least = 0;

	for (size_t at = 0; at < (size_t)n * n; at++)
		shift += sums->product[at] * sums->product[at];
	shift = 2 * sqrt(shift / n); /* the edge of such a matrix of chances alone */
	for (uint32_t a = 0; a < n; a++)
		vector[a] = (double)(refinement_mix(a + 1) >> 11) / 0x1p53 - .5;
	for (int round = 0; round < POWER_ROUNDS; round++, norm = 0) {
		for (uint32_t a = 0; a < n; a++) {
			next[a] = shift * vector[a];
			for (uint32_t b = 0; b < n; b++)
				next[a] += sums->product[(size_t)a * n + b] * vector[b];
			norm += next[a] * next[a];
		}
		for (uint32_t a = 0; a < n; a++)
			vector[a] = norm > 0 ? next[a] / sqrt(norm) : 0;
	}
	for (uint32_t a = 0; a < n; a++) {
		most = fmax(most, vector[a]);
		least = fmin(least, vector[a]);
	}
	for (uint32_t a = 0; a < n && -least > most; a++)
		vector[a] = -vector[a];
	free(next);
	return vector;
}

/* One of those who are compared, to be ranked. */
struct ranked_member {
	double value;
	uint32_t place;
};

static int member_by_value(const void *left, const void *right)
{
	const struct ranked_member *one = left, *other = right;

	if (one->value != other->value)
		return one->value > other->value ? -1 : 1;
	return (one->place > other->place) - (one->place < other->place);
}

/* Sets in[] to the first of the ranked ones that together lie furthest beyond chance. */
static void take_clearest(const struct spectrum_sums *sums, uint32_t n,
                          const struct ranked_member ranked[], bool in[])
{
	double excess = 0, common = 0, best = -INFINITY;
	uint32_t members = 0;

	for (uint32_t k = 1; k <= n / 2; k++) {
		const double *product = &sums->product[(size_t)ranked[k - 1].place * n];
		const double *met = &sums->common[(size_t)ranked[k - 1].place * n];

		for (uint32_t before = 0; before + 1 < k; before++) {
			excess += product[ranked[before].place];
			common += met[ranked[before].place];
		}
		if (k >= MEMBERS_LEAST && common > 0 && excess / sqrt(common) > best) {
			best = excess / sqrt(common);
			members = k;
		}
	}
	for (uint32_t k = 0; k < n; k++)
		in[ranked[k].place] = k < members;
}

/* What a group's pairs have beyond their loadings: the sum, and how often they met. */
struct group_excess {
	double sum, common;
};

static struct group_excess excess_with(const struct spectrum_sums *sums, uint32_t n, uint32_t a,
                                       const bool in[])
{
	struct group_excess excess = { 0 };

	for (uint32_t b = 0; b < n; b++)
		if (in[b] && b != a) {
			excess.sum += sums->product[(size_t)a * n + b];
			excess.common += sums->common[(size_t)a * n + b];
		}
	return excess;
}

static struct group_excess excess_within(const struct spectrum_sums *sums, uint32_t n,
                                         const bool in[])
{
	struct group_excess excess = { 0 };

	for (uint32_t a = 0; a < n; a++)
		if (in[a]) {
			struct group_excess with = excess_with(sums, n, a, in);

			excess.sum += with.sum / 2;
			excess.common += with.common / 2;
		}
	return excess;
}

/* Members are those who stand to the group at least half as it stands to itself. False: it is the
 * same as before, or hardly anybody would be left. */
static bool refine_group(const struct spectrum_sums *sums, uint32_t n, bool in[])
{
	struct group_excess all = excess_within(sums, n, in);
	bool *next = mem_new((size_t)n + 1, sizeof *next), moved = false;
	uint32_t members = 0;

	for (uint32_t a = 0; a < n; a++) {
		struct group_excess with = excess_with(sums, n, a, in);

		next[a] = with.sum > with.common * all.sum / all.common / 2 &&
		          with.sum > MEMBER_SCORE * sqrt(with.common);
		members += next[a];
		moved |= next[a] != in[a];
	}
	moved &= members >= MEMBERS_LEAST;
	if (moved)
		memcpy(in, next, n * sizeof *next);
	free(next);
	return moved;
}

/* Sets in[] to the clearest group; the sums are what loadings leave. */
static void find_group(const struct spectrum_sums *sums, uint32_t n, bool in[])
{
	double *vector = leading_vector(sums, n);
	struct ranked_member *ranked = mem_new((size_t)n + 1, sizeof *ranked);

	for (uint32_t a = 0; a < n; a++)
		ranked[a] = (struct ranked_member){ vector[a], a };
	qsort(ranked, n, sizeof *ranked, member_by_value);
	take_clearest(sums, n, ranked, in);
	free(ranked);
	free(vector);
	for (int round = 0; round < REFINEMENTS && refine_group(sums, n, in); round++)
		;
}

/* Standard errors by which a group found without the items of a fold is borne out on them. */
static double held_out_score(const struct spectrum *spectrum, int fold)
{
	uint32_t n = spectrum->count;
	struct spectrum_sums sums = spectrum_sums_of(spectrum, fold, true);
	struct spectrum_sums held = spectrum_sums_of(spectrum, fold, false);
	double *loading = fit_loadings(&sums, n), variance = 0;
	bool *in = mem_new((size_t)n + 1, sizeof *in);

	take_off(&sums, n, loading);
	find_group(&sums, n, in);
	take_off(&held, n, loading);
	for (uint32_t a = 0; a < n; a++)
		for (uint32_t b = a + 1; in[a] && b < n; b++)
			if (in[b])
				variance += held.common[(size_t)a * n + b] *
				            (1 - loading[a] * loading[a] * loading[b] * loading[b]);
	double score = excess_within(&held, n, in).sum / sqrt(fmax(variance, 1));
	free(in);
	free(loading);
	spectrum_sums_clear(&held);
	spectrum_sums_clear(&sums);
	return score;
}

/* By all folds together, and by each: a few items on which many happen to err make one fold's. */
static bool is_borne_out(const struct spectrum *spectrum)
{
	double sum = 0, least = INFINITY;

	for (int fold = 0; fold < FOLDS; fold++) {
		double score = held_out_score(spectrum, fold);

		sum += score / sqrt(FOLDS);
		least = fmin(least, score);
	}
	return sum > SCORE_LEAST && least > FOLD_LEAST;
}

/* The group by all items. False: its correlations exceed too little. */
static bool find_whole_group(const struct spectrum *spectrum, bool in[])
{
	struct spectrum_sums sums = spectrum_sums_of(spectrum, -1, true);
	double *loading = fit_loadings(&sums, spectrum->count);

	take_off(&sums, spectrum->count, loading);
	find_group(&sums, spectrum->count, in);
	struct group_excess excess = excess_within(&sums, spectrum->count, in);
	free(loading);
	spectrum_sums_clear(&sums);
	return excess.sum > EXCESS_LEAST * excess.common;
}

bool cohort_spectrum_find(const struct judgments *judgments, uint32_t number, uint32_t cohort[])
{
	struct spectrum spectrum = spectrum_new(judgments, cohort);
	bool *in = mem_new((size_t)spectrum.count + 1, sizeof *in);
	bool found = spectrum.count >= COMPARED_LEAST && find_whole_group(&spectrum, in) &&
	             is_borne_out(&spectrum);

	for (uint32_t k = 0; found && k < spectrum.count; k++)
		if (in[k])
			cohort[spectrum.who[k]] = number;
	free(in);
	spectrum_clear(&spectrum);
	return found;
}
