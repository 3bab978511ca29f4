/* SPDX-License-Identifier: Apache-2.0 */
#include "release/leakage.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "release/columns.h"
#include "release/split.h"

const char *const tie_names[TIES] = {
	[TIE_LINEAGE] = "lineage",
	[TIE_IDENTITY] = "identity",
	[TIE_LOOKS] = "looks",
	[TIE_BYTES] = "bytes",
};

static const int tie_columns[TIES] = {
	[TIE_LINEAGE] = LABEL_LINEAGE,
	[TIE_IDENTITY] = LABEL_IDENTITIES,
	[TIE_LOOKS] = LABEL_LOOKS,
	[TIE_BYTES] = LABEL_SHA256,
};

/* That an item has a tie. */
struct tied_item {
	uint64_t what; /* the first digits of the pseudonym or digest */
	uint32_t row;
	uint8_t split;
};

/* The items that have one kind of tie. */
struct tied_items {
	struct tied_item *all;
	size_t count, room;
};

struct leakage {
	struct tied_items by[TIES]; /* apart, for qsort() takes as much memory again as it sorts */
	uint32_t rows;
};

struct leakage *leakage_new(void)
{
	return mem_new(1, sizeof(struct leakage));
}

void leakage_free(struct leakage *leakage)
{
	for (int tie = 0; leakage && tie < TIES; tie++)
		free(leakage->by[tie].all);
	free(leakage);
}

static void leakage_add(struct leakage *leakage, enum tie tie, const char *digits, int split)
{
	struct tied_items *tied = &leakage->by[tie];
	char first[17];

	if (tied->count == tied->room) {
		tied->room = tied->room ? 2 * tied->room : 1024;
		tied->all = mem_resize(tied->all, tied->room, sizeof *tied->all);
	}
	snprintf(first, sizeof first, "%s", digits);
	tied->all[tied->count++] = (struct tied_item){ .what = strtoull(first, NULL, 16),
		                                           .row = leakage->rows,
		                                           .split = (uint8_t)split };
}

void leakage_row(struct leakage *leakage, const char *const values[])
{
	int split = split_read(values[LABEL_SPLIT]);

	for (int tie = 0; tie < TIES; tie++) {
		const char *list = values[tie_columns[tie]];

		while (list && *list) {
			leakage_add(leakage, (enum tie)tie, list, split);
			list += strcspn(list, ";");
			list += *list == ';';
		}
	}
	leakage->rows++;
}

static int compare_tied(const void *a, const void *b)
{
	const struct tied_item *x = a, *y = b;

	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Counts the group that begins at `from` and returns where the next one begins. */
static size_t count_group(const struct tied_items *tied, size_t from, struct tie_count *count)
{
	const struct tied_item *first = &tied->all[from];
	uint64_t items = 1;
	bool crosses = false;
	size_t i = from + 1;

	for (; i < tied->count; i++) {
		const struct tied_item *next = &tied->all[i];

		if (next->what != first->what)
			break;
		items += next->row != next[-1].row;
		crosses |= next->split != first->split;
	}
	if (items > 1) {
		count->groups++;
		count->items += items;
		count->crossing += crosses;
	}
	return i;
}

void leakage_count(struct leakage *leakage, struct tie_count counts[TIES])
{
	memset(counts, 0, TIES * sizeof *counts);
	for (int tie = 0; tie < TIES; tie++) {
		struct tied_items *tied = &leakage->by[tie];

		if (tied->count)
			qsort(tied->all, tied->count, sizeof *tied->all, compare_tied);
		for (size_t i = 0; i < tied->count;)
			i = count_group(tied, i, &counts[tie]);
	}
}

/* ------------------------------------------------------------------ leakage.json */

static json_t *leakage_ties(const struct tie_count counts[TIES])
{
	json_t *ties = json_object();

	for (int tie = 0; tie < TIES; tie++)
		json_object_set_new(
			ties, tie_names[tie],
			json_pack("{s:s, s:I, s:I, s:I}", "column", label_columns[tie_columns[tie]].name,
		              "groups", (json_int_t)counts[tie].groups, "items",
		              (json_int_t)counts[tie].items, "crossing", (json_int_t)counts[tie].crossing));
	return ties;
}

/* As leaks.csv has it. */
static json_t *four_digits(double value)
{
	return json_real(round(value * 1e4) / 1e4);
}

static json_t *leakage_medium(const struct leak_medium *medium)
{
	json_t *list = json_array();

	for (int leak = 0; leak < LEAKS; leak++) {
		const struct auc *auc = &medium->auc[leak];

		if (!isnan(auc->value))
			json_array_append_new(
				list, json_pack("{s:s, s:o, s:o, s:o}", "trait", leak_name((enum leak)leak), "auc",
			                    four_digits(auc->value), "low", four_digits(auc->low), "high",
			                    four_digits(auc->high)));
	}
	return list;
}

static json_t *leakage_leaks(const struct leak_table *table)
{
	json_t *leaks = json_object();

	for (int type = 0; type < MEDIA_TYPES; type++)
		if (table->medium[type].fakes + table->medium[type].reals > 0)
			json_object_set_new(leaks, media_types[type], leakage_medium(&table->medium[type]));
	return leaks;
}

/* Splits follow from the content and from former releases, so there is no seed. */
static json_t *leakage_splits(void)
{
	return json_pack("{s:s, s:i, s:n, s:{s:f, s:f, s:f}}", "rule", LEAKAGE_RULE, "version",
	                 LEAKAGE_RULE_VERSION, "seed", "aim", "train", 0.8, "validation", 0.1, "test",
	                 0.1);
}

static struct error count_ties(struct leakage *leakage, struct tie_count counts[TIES])
{
	leakage_count(leakage, counts);
	for (int tie = 0; tie < TIES; tie++)
		if (counts[tie].crossing)
			return errorf(ERR_INVALID,
			              "Items that share their %s would lie in two splits. Declare one lineage "
			              "for those that are related, and try again.",
			              tie_names[tie]);
	return ok();
}

struct error leakage_write(FILE *out, struct leakage *leakage, const struct release_facts *facts,
                           const struct leak_table *leaks, const char *labels_sha256)
{
	struct tie_count counts[TIES];
	struct error err = count_ties(leakage, counts);

	if (err.code)
		return err;
	json_t *whole = json_pack(
		"{s:{s:s, s:s}, s:{s:s, s:s, s:I}, s:o, s:o, s:I, s:I, s:o}", "release", "name",
		fact_text(facts, FACT_NAME), "version", fact_text(facts, FACT_VERSION), "labels", "file",
		"labels.csv", "sha256", labels_sha256, "items", (json_int_t)leakage->rows, "splits",
		leakage_splits(), "ties", leakage_ties(counts), "held_back",
		(json_int_t)fact_number(facts, FACT_HELD_BACK), "contradicting",
		(json_int_t)fact_number(facts, FACT_CONTRADICTING), "leaks", leakage_leaks(leaks));
	if (!whole)
		abort();
	json_dumpf(whole, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6)); /* the FILE keeps errors */
	fputc('\n', out);
	json_decref(whole);
	return ok();
}

struct error leakage_revise(FILE *out, struct leakage *leakage, FILE *former, const char *version,
                            const char *labels_sha256)
{
	struct tie_count counts[TIES];
	json_auto_t *whole = json_loadf(former, 0, NULL);
	json_t *labels = json_object_get(whole, "labels");
	struct error err = count_ties(leakage, counts);

	if (err.code)
		return err;
	if (!whole || !labels)
		return errorf(ERR_INTERNAL, "the certificate of the release is no JSON");
	json_object_set_new(json_object_get(whole, "release"), "version", json_string(version));
	json_object_set_new(labels, "sha256", json_string(labels_sha256));
	json_object_set_new(labels, "items", json_integer((json_int_t)leakage->rows));
	json_object_set_new(whole, "ties", leakage_ties(counts));
	json_dumpf(whole, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6)); /* the FILE keeps errors */
	fputc('\n', out);
	return ok();
}
