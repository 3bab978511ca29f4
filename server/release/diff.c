/* SPDX-License-Identifier: Apache-2.0 */
#include "release/diff.h"

#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "release/split.h"

/* What a difference in a column is a difference of. */
enum column_part { PART_NONE, PART_RECORD, PART_SAID, PART_ESTIMATE };

static const enum column_part label_parts[LABEL_COLUMNS] = {
	[LABEL_MEDIA_TYPE] = PART_RECORD,   [LABEL_LABEL_SOURCE] = PART_RECORD,
	[LABEL_RULING] = PART_RECORD,       [LABEL_TRUTH] = PART_RECORD,
	[LABEL_TECHNIQUE] = PART_RECORD,    [LABEL_GENERATOR] = PART_RECORD,
	[LABEL_SHA256] = PART_RECORD,       [LABEL_BASIS] = PART_SAID,
	[LABEL_LICENCE] = PART_SAID,        [LABEL_CREDIT] = PART_SAID,
	[LABEL_RIGHTS] = PART_SAID,         [LABEL_PEOPLE] = PART_SAID,
	[LABEL_MADE_HOW] = PART_SAID,       [LABEL_DIGITAL_SOURCE_TYPE] = PART_SAID,
	[LABEL_P_FAKE] = PART_ESTIMATE,     [LABEL_LOW] = PART_ESTIMATE,
	[LABEL_HIGH] = PART_ESTIMATE,       [LABEL_JUDGMENTS] = PART_ESTIMATE,
	[LABEL_DECIDED_BY] = PART_ESTIMATE, [LABEL_NOT_INDEPENDENT] = PART_SAID,
};

bool change_is_of_record(enum label_column column)
{
	return label_parts[column] == PART_RECORD;
}

void change_count(struct change_counts *counts, const struct release_change *change)
{
	counts->of[change->kind]++;
	counts->why[change->kind][change->why]++;
}

enum change_level change_level(const struct change_counts *counts)
{
	const int64_t *of = counts->of;

	if (of[CHANGE_REMOVED] || of[CHANGE_RELABELLED] || of[CHANGE_MOVED] || of[CHANGE_CHANGED])
		return LEVEL_MAJOR;
	return of[CHANGE_ADDED] ? LEVEL_MINOR : LEVEL_PATCH;
}

/* ------------------------------------------------------------------ a table */

struct diff_side {
	FILE *file;
	struct csv *csv;
	struct label_header header;
	uint64_t base; /* where the reader began */
	uint64_t at;   /* where the row begins that is being looked at */
	const char *const *fields;
	size_t count; /* of them; 0: the table has ended */
	char last[UUID_TEXT];
};

struct diff {
	struct diff_side sides[2]; /* before and after */
	int64_t same;
};

struct error label_header_read(const char *const fields[], size_t count,
                               struct label_header *ret_header)
{
	for (int c = 0; c < LABEL_COLUMNS; c++) {
		ret_header->field[c] = -1;
		for (size_t f = 0; f < count; f++)
			if (strcmp(fields[f], label_columns[c].name) == 0)
				ret_header->field[c] = (int)f;
	}
	if (ret_header->field[LABEL_ITEM] != 0 || ret_header->field[LABEL_SPLIT] < 0 ||
	    ret_header->field[LABEL_LABEL] < 0)
		return errorf(ERR_INVALID, "labels.csv is no table of labels: it has no column item, "
		                           "split or label.");
	return ok();
}

const char *label_field(const struct label_header *header, const char *const fields[], size_t count,
                        enum label_column column)
{
	int field = header->field[column];

	return field >= 0 && (size_t)field < count && *fields[field] ? fields[field] : NULL;
}

static const char *side_field(const struct diff_side *side, enum label_column column)
{
	return label_field(&side->header, side->fields, side->count, column);
}

static bool is_split(const char *text)
{
	for (enum split split = SPLIT_TRAIN; text && split < SPLITS; split++)
		if (strcmp(text, split_name(split)) == 0)
			return true;
	return false;
}

/* That of a sealed item is empty. */
static bool is_label(const char *text)
{
	return !text || vocabulary_has(verdicts, text);
}

/* Moves to the next row, which must come behind the one before. */
static struct error side_advance(struct diff_side *side)
{
	unsigned char id[UUID_BYTES];
	struct error err;

	side->at = side->base + csv_offset(side->csv);
	if ((err = csv_next(side->csv, &side->fields, &side->count)).code)
		return errorf(err.code, "labels.csv cannot be read: %s", err.detail);
	if (side->count == 0)
		return ok();
	const char *item = side->fields[0];
	if (!uuid_from_text(id, item) || !is_split(side_field(side, LABEL_SPLIT)) ||
	    !is_label(side_field(side, LABEL_LABEL)))
		return errorf(ERR_INVALID, "labels.csv has a row without an item, a split or a label.");
	if (strcmp(item, side->last) <= 0)
		return errorf(ERR_INVALID, "labels.csv is not in the order of its items.");
	memcpy(side->last, item, strlen(item) + 1);
	return ok();
}

/* Reads the header, then goes to where the rows go on. */
static struct error side_open(struct diff_side *side, FILE *file, uint64_t place)
{
	struct error err;

	side->file = file;
	side->csv = csv_new(file);
	if ((err = csv_next(side->csv, &side->fields, &side->count)).code)
		return errorf(err.code, "labels.csv cannot be read: %s", err.detail);
	if ((err = label_header_read(side->fields, side->count, &side->header)).code)
		return err;
	if (place) {
		csv_free(side->csv);
		side->csv = NULL;
		if (place > INT64_MAX || fseeko(file, (off_t)place, SEEK_SET) != 0)
			return errorf(ERR_INVALID, "labels.csv has no such place.");
		side->csv = csv_new(file);
		side->base = place;
	}
	return side_advance(side);
}

struct error diff_new(FILE *before, FILE *after, struct diff_place place, struct diff **ret_diff)
{
	struct diff *diff = mem_new(1, sizeof *diff);
	struct error err = side_open(&diff->sides[0], before, place.before);

	if (!err.code)
		err = side_open(&diff->sides[1], after, place.after);
	if (err.code)
		diff_free(diff);
	else
		*ret_diff = diff;
	return err;
}

void diff_free(struct diff *diff)
{
	if (!diff)
		return;
	csv_free(diff->sides[0].csv);
	csv_free(diff->sides[1].csv);
	free(diff);
}

bool diff_ended(const struct diff *diff)
{
	return diff->sides[0].count == 0 && diff->sides[1].count == 0;
}

struct diff_place diff_place(const struct diff *diff)
{
	return (struct diff_place){ diff->sides[0].at, diff->sides[1].at };
}

int64_t diff_same(const struct diff *diff)
{
	return diff->same;
}

/* ------------------------------------------------------------------ an item in both */

static bool texts_differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

static bool column_differs(const struct diff *diff, enum label_column column)
{
	const struct diff_side *before = &diff->sides[0], *after = &diff->sides[1];

	return before->header.field[column] >= 0 && after->header.field[column] >= 0 &&
	       texts_differ(side_field(before, column), side_field(after, column));
}

/* Do the columns of one part differ? Names those that do behind what is in `columns`. */
static bool part_differs(const struct diff *diff, enum column_part part, struct arena *arena,
                         const char **columns)
{
	bool differs = false;

	for (int c = 0; c < LABEL_COLUMNS; c++) {
		if (label_parts[c] != part || !column_differs(diff, (enum label_column)c))
			continue;
		*columns = **columns ? arena_printf(arena, "%s;%s", *columns, label_columns[c].name)
		                     : label_columns[c].name;
		differs = true;
	}
	return differs;
}

/* Is its label withheld in one of the two versions, and told in the other? */
static bool is_sealed_in_one(const struct diff *diff)
{
	return !side_field(&diff->sides[0], LABEL_LABEL) != !side_field(&diff->sides[1], LABEL_LABEL);
}

/* CHANGE_KINDS: nothing changed. */
static enum change_kind kind_of_change(const struct diff *diff, struct arena *arena,
                                       const char **ret_columns)
{
	bool label = column_differs(diff, LABEL_LABEL), split = column_differs(diff, LABEL_SPLIT);
	bool sealed = is_sealed_in_one(diff);

	*ret_columns = label && split ? "split;label" : label ? "label" : split ? "split" : "";
	bool record = part_differs(diff, PART_RECORD, arena, ret_columns);
	bool said = part_differs(diff, PART_SAID, arena, ret_columns);
	bool estimate = part_differs(diff, PART_ESTIMATE, arena, ret_columns);
	if (label && !sealed)
		return CHANGE_RELABELLED;
	if (split)
		return CHANGE_MOVED;
	if (record || sealed)
		return CHANGE_CHANGED;
	return said ? CHANGE_DESCRIBED : estimate ? CHANGE_REESTIMATED : CHANGE_KINDS;
}

static bool source_is(const struct diff_side *side, const char *source)
{
	const char *is = side_field(side, LABEL_LABEL_SOURCE);

	return is && strcmp(is, source) == 0;
}

/* What the model made of it, and of how many judgments. */
static enum change_reason reason_of_estimate(const struct diff *diff)
{
	if (column_differs(diff, LABEL_JUDGMENTS))
		return WHY_JUDGMENTS;
	return column_differs(diff, LABEL_P_FAKE) ? WHY_FITTED : WHY_NOT_KNOWN;
}

/* What the two rows tell themselves. */
static enum change_reason reason_of_rows(const struct diff *diff, enum change_kind kind)
{
	const struct diff_side *after = &diff->sides[1];

	if (kind == CHANGE_REESTIMATED)
		return reason_of_estimate(diff);
	if (kind == CHANGE_DESCRIBED)
		return WHY_CORRECTED;
	if (kind == CHANGE_MOVED)
		return WHY_NOT_KNOWN;
	if (is_sealed_in_one(diff))
		return WHY_SEALED;
	if (column_differs(diff, LABEL_RULING) && side_field(after, LABEL_RULING))
		return WHY_RULING;
	if (column_differs(diff, LABEL_TRUTH) ||
	    (kind == CHANGE_RELABELLED && source_is(after, "truth")))
		return WHY_TRUTH;
	if (kind == CHANGE_RELABELLED)
		return source_is(&diff->sides[0], "crowd") && source_is(after, "crowd")
		           ? reason_of_estimate(diff)
		           : WHY_NOT_KNOWN;
	if (column_differs(diff, LABEL_SHA256))
		return WHY_RENDERED;
	return column_differs(diff, LABEL_TECHNIQUE) || column_differs(diff, LABEL_GENERATOR)
	           ? WHY_CORRECTED
	           : WHY_NOT_KNOWN;
}

/* ------------------------------------------------------------------ all items */

static void note_side(const struct diff_side *side, int when, struct arena *arena,
                      struct release_change *change)
{
	const char *split = side_field(side, LABEL_SPLIT), *label = side_field(side, LABEL_LABEL);

	change->item = arena_copy(arena, side->fields[0], strlen(side->fields[0]));
	change->split[when] = arena_copy(arena, split, strlen(split));
	change->label[when] = label ? arena_copy(arena, label, strlen(label)) : "";
}

/* Below 0: the next item is in the first table alone; above 0: in the second. */
static int sides_order(const struct diff *diff)
{
	const struct diff_side *before = &diff->sides[0], *after = &diff->sides[1];

	if (before->count == 0 || after->count == 0)
		return before->count ? -1 : 1;
	return strcmp(before->fields[0], after->fields[0]);
}

/* Looks at the next item of either table. *ret_found: it changed. */
static struct error diff_step(struct diff *diff, struct arena *arena,
                              struct release_change *ret_change, bool *ret_found)
{
	struct release_change change = { .kind = CHANGE_KINDS, .columns = "" };
	int order = sides_order(diff);
	struct error err = ok();

	if (order == 0)
		change.kind = kind_of_change(diff, arena, &change.columns);
	else
		change.kind = order < 0 ? CHANGE_REMOVED : CHANGE_ADDED;
	if (order == 0 && change.kind < CHANGE_KINDS)
		change.why = reason_of_rows(diff, change.kind);
	if (order <= 0 && change.kind < CHANGE_KINDS)
		note_side(&diff->sides[0], 0, arena, &change);
	if (order >= 0 && change.kind < CHANGE_KINDS)
		note_side(&diff->sides[1], 1, arena, &change);
	diff->same += change.kind == CHANGE_KINDS;
	if (order <= 0)
		err = side_advance(&diff->sides[0]);
	if (!err.code && order >= 0)
		err = side_advance(&diff->sides[1]);
	*ret_found = change.kind < CHANGE_KINDS;
	*ret_change = change;
	return err;
}

struct error diff_next(struct diff *diff, struct arena *arena, uint64_t rows,
                       struct release_change *ret_change, bool *ret_found)
{
	struct error err = ok();

	*ret_found = false;
	while (!err.code && !*ret_found && rows-- && !diff_ended(diff))
		err = diff_step(diff, arena, ret_change, ret_found);
	return err;
}
