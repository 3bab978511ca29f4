/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns -- the tables of a release and what they hold, in order, and what each column means: the
 * one place that dictionary.csv and the descriptions are made from.  docs/dataset-format.md
 * explains them at length.
 */
#ifndef RELEASE_COLUMNS_H
#define RELEASE_COLUMNS_H

#include "core/vocabulary.h"
#include "release/artefact.h"
#include "release/sink.h"

enum label_column {
	LABEL_ITEM,
	LABEL_SPLIT,
	LABEL_MEDIA_TYPE,
	LABEL_FILE,
	LABEL_LABEL,
	LABEL_LABEL_SOURCE,
	LABEL_P_FAKE,
	LABEL_LOW,
	LABEL_HIGH,
	LABEL_JUDGMENTS,
	LABEL_RULING,
	LABEL_TRUTH,
	LABEL_BASIS,
	LABEL_TECHNIQUE,
	LABEL_GENERATOR,
	LABEL_LINEAGE,
	LABEL_IDENTITIES,
	LABEL_WIDTH,
	LABEL_HEIGHT,
	LABEL_DURATION_MS,
	LABEL_LICENCE,
	LABEL_CREDIT,
	LABEL_BYTES,
	LABEL_SHA256,
	LABEL_DECIDED_BY,
	LABEL_DIGITAL_SOURCE_TYPE,
	LABEL_RIGHTS,
	LABEL_PEOPLE,
	LABEL_MADE_HOW,
	LABEL_LOOKS,
	LABEL_NOT_INDEPENDENT,
	LABEL_COLUMNS,
	/* Further values of a row, for LICENCES. */
	LABEL_SOURCE = LABEL_COLUMNS,
	LABEL_TITLE,
	LABEL_VALUES,
	/* And two that stand in no file (release/seal). */
	LABEL_SEALED = LABEL_VALUES,
	LABEL_SALT,
	LABEL_READ,
};

enum judgment_column {
	JUDGMENT_ITEM,
	JUDGMENT_VOLUNTEER,
	JUDGMENT_VERDICT,
	JUDGMENT_CONFIDENCE,
	JUDGMENT_COLUMNS,
};

enum trial_column {
	TRIAL_ITEM,
	TRIAL_VERDICT,
	TRIAL_CONFIDENCE,
	TRIAL_POSITION,
	TRIAL_TELLS,
	TRIAL_MATCHED,
	TRIAL_KIND,
	TRIAL_EXPOSURE_S,
	TRIAL_MONTH,
	TRIAL_RESPONSE_S,
	TRIAL_DEVICE,
	TRIAL_COLUMNS,
	/* And one that stands in no row of it: the marks as JSON, for marks.csv. */
	TRIAL_MARKS = TRIAL_COLUMNS,
	TRIAL_READ,
};

/* Of crowd.csv: each of the words `tells` has a column, in their order. */
enum crowd_column {
	CROWD_ITEM,
	CROWD_JUDGMENTS,
	CROWD_SAYING_FAKE,
	CROWD_AGREEMENT,
	CROWD_ALPHA,
	CROWD_RESPONSES,
	CROWD_RESPONSE_Q1_S,
	CROWD_RESPONSE_MEDIAN_S,
	CROWD_RESPONSE_Q3_S,
	CROWD_TELLS,
	CROWD_COLUMNS = CROWD_TELLS + TELL_WORDS,
};

enum mark_column {
	MARK_ITEM,
	MARK_VERDICT,
	MARK_X,
	MARK_Y,
	MARK_T_S,
	MARK_COLUMNS,
};

/* Of calibration.csv. */
enum calibration_column {
	CALIBRATION_MEDIA_TYPE,
	CALIBRATION_FROM,
	CALIBRATION_TO,
	CALIBRATION_ITEMS,
	CALIBRATION_FAKES,
	CALIBRATION_P_FAKE,
	CALIBRATION_JUDGMENTS,
	CALIBRATION_RIGHT,
	CALIBRATION_COLUMNS,
};

enum leak_column {
	LEAK_MEDIA_TYPE,
	LEAK_TRAIT,
	LEAK_AUC,
	LEAK_LOW,
	LEAK_HIGH,
	LEAK_FAKES,
	LEAK_REALS,
	LEAK_LINEAGES,
	LEAK_COLUMNS,
};

enum sealed_column {
	SEALED_ITEM,
	SEALED_COMMITMENT,
	SEALED_COLUMNS,
};

/* Of changes.csv; release/diff has what each may hold. */
enum change_column {
	CHANGE_ITEM,
	CHANGE_CHANGE,
	CHANGE_OLD_SPLIT,
	CHANGE_SPLIT,
	CHANGE_OLD_LABEL,
	CHANGE_LABEL,
	CHANGE_FIELDS,
	CHANGE_WHY,
	CHANGE_REASON_CLASS,
	CHANGE_COLUMNS,
};

/* Of fact_checks.csv. */
enum fact_column {
	FACT_ITEM,
	FACT_TITLE,
	FACT_PUBLISHER,
	FACT_ADDRESS,
	FACT_PUBLISHED,
	FACT_VERDICT,
	FACT_COLUMNS,
};

extern const struct column label_columns[LABEL_COLUMNS];
extern const struct column judgment_columns[JUDGMENT_COLUMNS];
extern const struct column trial_columns[TRIAL_COLUMNS];
extern const struct column crowd_columns[CROWD_COLUMNS];
extern const struct column mark_columns[MARK_COLUMNS];
extern const struct column calibration_columns[CALIBRATION_COLUMNS];
extern const struct column leak_columns[LEAK_COLUMNS];
extern const struct column sealed_table_columns[SEALED_COLUMNS];
extern const struct column change_columns[CHANGE_COLUMNS];
extern const struct column fact_columns[FACT_COLUMNS];

/* What a column means, in a sentence without its end. */
struct column_meaning {
	const char *text;
	const char *const *words; /* all that it may hold, or each of a list; NULL: anything */
};

/* A table with all that is said of it. */
struct described_table {
	const char *name, *title;
	const char *row; /* what a row stands for */
	const struct column *columns;
	const struct column_meaning *meanings; /* by column */
	size_t count;
};

extern const struct described_table described_tables[RELEASE_TABLES];

#endif
