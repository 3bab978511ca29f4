/* SPDX-License-Identifier: Apache-2.0 */
#include "release/figures.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "release/columns.h"
#include "release/split.h"

#define TECHNIQUES_MOST 32

enum known_truth { TRUTH_ANY, TRUTH_REAL, TRUTH_FAKE, TRUTHS };

static const char *const truth_names[TRUTHS] = { "all", "real", "fake" };

/* How often the crowd was right. */
struct crowd_right {
	uint64_t items; /* of this kind */
	uint64_t known; /* of them: judged, and with a truth */
	uint64_t right;
};

struct figures {
	uint64_t in[MEDIA_TYPES][SPLITS][2]; /* real, fake */
	uint64_t sealed[MEDIA_TYPES];        /* in the test split: of them nothing else is counted */
	uint64_t by_ruling, by_truth, by_crowd;
	uint64_t p_fake[TRUTHS][FIGURE_BINS];
	uint64_t width[FIGURE_BINS];
	uint64_t judgments[FIGURE_JUDGMENTS_MOST + 1];
	struct crowd_right technique[TECHNIQUES_MOST];
	struct crowd_right medium[MEDIA_TYPES];
	uint64_t agreement[FIGURE_AGREEMENT_BINS];
	/* The item whose trials go by. */
	char item[UUID_TEXT];
	uint32_t saying[2]; /* real, fake */
};

struct figures *figures_new(void)
{
	return mem_new(1, sizeof(struct figures));
}

void figures_free(struct figures *figures)
{
	free(figures);
}

/* Which of `count` equal parts of 0 to 1 a number lies in; 1 lies in the last one. */
static size_t figure_bin(double value, size_t count)
{
	size_t bin = value > 0 ? (size_t)(value * (double)count) : 0;

	return bin < count ? bin : count - 1;
}

/* Where a word stands in a vocabulary; `most`: nowhere before that place. */
static size_t word_place(const char *const words[], size_t most, const char *word, size_t len)
{
	size_t at = 0;

	while (at < most && words[at] && !(strncmp(words[at], word, len) == 0 && !words[at][len]))
		at++;
	return at < most && words[at] ? at : most;
}

static void note_right(struct crowd_right *of, const char *p_fake, const char *truth)
{
	of->items++;
	if (!p_fake || !truth)
		return;
	of->known++;
	of->right += (strtod(p_fake, NULL) >= 0.5) == (truth[0] == 'f');
}

static void note_posterior(struct figures *figures, const char *const values[])
{
	const char *p_fake = values[LABEL_P_FAKE], *truth = values[LABEL_TRUTH];

	if (!p_fake)
		return;
	size_t bin = figure_bin(strtod(p_fake, NULL), FIGURE_BINS);
	figures->p_fake[TRUTH_ANY][bin]++;
	if (truth)
		figures->p_fake[truth[0] == 'f' ? TRUTH_FAKE : TRUTH_REAL][bin]++;
	if (values[LABEL_LOW] && values[LABEL_HIGH])
		figures->width[figure_bin(
			strtod(values[LABEL_HIGH], NULL) - strtod(values[LABEL_LOW], NULL), FIGURE_BINS)]++;
}

static void note_techniques(struct figures *figures, const char *const values[])
{
	const char *list = values[LABEL_TECHNIQUE];

	while (list && *list) {
		size_t len = strcspn(list, ";");
		size_t which = word_place(techniques, TECHNIQUES_MOST, list, len);

		if (which < TECHNIQUES_MOST)
			note_right(&figures->technique[which], values[LABEL_P_FAKE], values[LABEL_TRUTH]);
		list += len + (list[len] == ';');
	}
}

void figures_label(struct figures *figures, const char *const values[])
{
	const char *type = values[LABEL_MEDIA_TYPE], *source = values[LABEL_LABEL_SOURCE];
	size_t medium = word_place(media_types, MEDIA_TYPES, type, strlen(type));
	uint64_t judgments = values[LABEL_JUDGMENTS] ? strtoull(values[LABEL_JUDGMENTS], NULL, 10) : 0;

	if (!values[LABEL_LABEL]) {
		if (medium < MEDIA_TYPES)
			figures->sealed[medium]++;
		return;
	}
	if (medium < MEDIA_TYPES) {
		figures->in[medium][split_read(values[LABEL_SPLIT])][values[LABEL_LABEL][0] == 'f']++;
		note_right(&figures->medium[medium], values[LABEL_P_FAKE], values[LABEL_TRUTH]);
	}
	figures->by_ruling += source[0] == 'r';
	figures->by_truth += source[0] == 't';
	figures->by_crowd += source[0] == 'c';
	figures->judgments[judgments < FIGURE_JUDGMENTS_MOST ? judgments : FIGURE_JUDGMENTS_MOST]++;
	note_posterior(figures, values);
	note_techniques(figures, values);
}

/* One answer agrees with itself, so an item counts from two on. */
static void end_item(struct figures *figures)
{
	uint32_t real = figures->saying[0], fake = figures->saying[1], all = real + fake;

	if (all > 1) {
		uint32_t ahead = real > fake ? real - fake : fake - real;
		uint32_t bin = FIGURE_AGREEMENT_BINS * ahead / all;

		figures->agreement[bin < FIGURE_AGREEMENT_BINS ? bin : FIGURE_AGREEMENT_BINS - 1]++;
	}
	figures->saying[0] = figures->saying[1] = 0;
}

void figures_trial(struct figures *figures, const char *const values[])
{
	if (strcmp(figures->item, values[TRIAL_ITEM]) != 0) {
		end_item(figures);
		snprintf(figures->item, sizeof figures->item, "%s", values[TRIAL_ITEM]);
	}
	figures->saying[values[TRIAL_VERDICT][0] == 'f']++;
}

/* ------------------------------------------------------------------ figures.json */

static json_t *figure_counts(const uint64_t counts[], size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer((json_int_t)counts[i]));
	return list;
}

/* Of a split without sealed items it says nothing of any. */
static json_t *figure_cell(int type, int split, const uint64_t of[2], uint64_t sealed)
{
	json_t *cell = json_pack("{s:s, s:s, s:I, s:I}", "media_type", media_types[type], "split",
	                         split_name((enum split)split), "real", (json_int_t)of[0], "fake",
	                         (json_int_t)of[1]);

	if (sealed)
		json_object_set_new(cell, "sealed", json_integer((json_int_t)sealed));
	return cell;
}

static json_t *figure_labels(const struct figures *figures)
{
	json_t *list = json_array();

	for (int type = 0; type < MEDIA_TYPES; type++)
		for (int split = SPLIT_TRAIN; split < SPLITS; split++) {
			const uint64_t *of = figures->in[type][split];
			uint64_t sealed = split == SPLIT_TEST ? figures->sealed[type] : 0;

			if (of[0] + of[1] + sealed > 0)
				json_array_append_new(list, figure_cell(type, split, of, sealed));
		}
	return list;
}

static json_t *figure_posterior(const struct figures *figures)
{
	json_t *of = json_object();

	for (int truth = 0; truth < TRUTHS; truth++)
		json_object_set_new(of, truth_names[truth],
		                    figure_counts(figures->p_fake[truth], FIGURE_BINS));
	return of;
}

static json_t *figure_judgments(const struct figures *figures)
{
	json_t *list = json_array();

	for (int n = 0; n <= FIGURE_JUDGMENTS_MOST; n++)
		if (figures->judgments[n])
			json_array_append_new(list, json_pack("{s:i, s:I}", "judgments", n, "items",
			                                      (json_int_t)figures->judgments[n]));
	return list;
}

static json_t *figure_right(const char *key, const char *const names[],
                            const struct crowd_right of[], size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count && names[i]; i++)
		if (of[i].items)
			json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I}", key, names[i], "items",
			                                      (json_int_t)of[i].items, "known",
			                                      (json_int_t)of[i].known, "right",
			                                      (json_int_t)of[i].right));
	return list;
}

void figures_write(FILE *out, struct figures *figures)
{
	end_item(figures);
	json_t *whole = json_pack(
		"{s:o, s:{s:I, s:I, s:I}, s:o, s:o, s:o, s:o, s:o, s:o}", "labels", figure_labels(figures),
		"label_source", "crowd", (json_int_t)figures->by_crowd, "ruling",
		(json_int_t)figures->by_ruling, "truth", (json_int_t)figures->by_truth, "p_fake",
		figure_posterior(figures), "interval_width", figure_counts(figures->width, FIGURE_BINS),
		"judgments", figure_judgments(figures), "agreement",
		figure_counts(figures->agreement, FIGURE_AGREEMENT_BINS), "techniques",
		figure_right("technique", techniques, figures->technique, TECHNIQUES_MOST),
		"crowd_by_media_type",
		figure_right("media_type", media_types, figures->medium, MEDIA_TYPES));

	if (!whole)
		abort();
	json_dumpf(whole, out, JSON_INDENT(2)); /* the FILE keeps what goes wrong */
	fputc('\n', out);
	json_decref(whole);
}
