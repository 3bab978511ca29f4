/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_files -- what `infer` and `replay` share: reading their CSV files, telling what is wrong.
 */
#ifndef CLI_CROWD_FILES_H
#define CLI_CROWD_FILES_H

#include "core/error.h"
#include "crowd/judgment_csv.h"

/* How a file is to be read. */
struct crowd_file_options {
	struct csv_reading reading;
	enum duplicates duplicates;
};

/* Those of the files of judgments, gold and truth, each by its own options. */
struct crowd_reading {
	struct crowd_file_options judgments, gold, truth;
};

/* What both commands say of these options in their usage, a line each. */
#define CROWD_READING_USAGE                                                                      \
	"columns: worker, task and label are found by the names that MTurk, Toloka, Label Studio "   \
	"and\n"                                                                                      \
	"crowd-kit give them; --columns worker=WorkerId,task=HITId,label=Answer.q1 (also "           \
	"confidence=,\n"                                                                             \
	"position=, status=; empty: there is none) says it where two could be meant.\n"              \
	"labels: --labels fake=yes,real=no,none=unsure says what words mean; none is left out.\n"    \
	"gold and truth: --gold-columns, --gold-labels, --truth-columns, --truth-labels likewise.\n" \
	"confidence: 50 to 100, or by --confidence-scale 1..7 (unsure to sure), 0..100 or\n"         \
	"words=guess,rather,sure. A graded answer instead of a verdict: --columns graded=rating\n"   \
	"--confidence-scale 1..7 (sure real to sure fake; 7..1 the other way); its middle is no\n"   \
	"verdict and is left out.\n"                                                                 \
	"duplicates: a second judgment of one worker on one task is refused, unless the first or "   \
	"the\n"                                                                                      \
	"last is to count; a second truth likewise.\n"

/* Takes --duplicates, --columns, --labels, --confidence-scale and those of gold and truth out of
 * argv. False: wrong usage. */
bool crowd_reading_take(int *argc, char **argv, struct crowd_reading *reading);

/* What is left of the arguments is the name of one file. */
bool crowd_file_named(int argc, char **argv, const char **path);

/* Reads a whole file, "-" for standard input. The caller frees *table. The detail of an error
 * names the file and the line; of several faults the first JUDGMENT_CSV_FAULTS_KEPT are told on
 * standard error, as are what was taken for what, columns that nobody reads and rows that were
 * passed over. */
struct error crowd_file_read(const char *path, enum judgment_csv_kind kind,
                             const struct crowd_file_options *options,
                             struct judgment_csv **csv) MUST_CHECK;

/* Truth for each task of `tasks` from a file of task,label. The caller frees *truth. Truths of
 * other tasks are counted on standard error. */
struct error crowd_file_truth(const char *path, const struct names *tasks,
                              const struct crowd_file_options *options, int8_t **truth) MUST_CHECK;

/* Gold is known beforehand and no forecast: makes the truth of gold items UNKNOWN. Returns of how
 * many. `gold` may be NULL. */
uint32_t crowd_truth_without_gold(int8_t truth[], const int8_t gold[], uint32_t tasks);

/* One line on standard error; returns the exit code 1. */
int crowd_failed(const char *command, const struct error *err);

#endif
