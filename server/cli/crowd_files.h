/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_files -- what `infer` and `replay` share: reading their CSV files, telling what is wrong.
 */
#ifndef CLI_CROWD_FILES_H
#define CLI_CROWD_FILES_H

#include "core/error.h"
#include "crowd/judgment_csv.h"

/* Reads the words refuse, first and last. Returns false for any other. */
bool duplicates_read(const char *text, enum duplicates *duplicates);

/* What is left of the arguments is the name of one file. */
bool crowd_file_named(int argc, char **argv, const char **path);

/* Reads a whole file, "-" for standard input. The caller frees *table. The detail of an error
 * names the file and the line; of several faults the first JUDGMENT_CSV_FAULTS_KEPT are told on
 * standard error, as are columns that nobody reads and duplicates that were passed over. */
struct error crowd_file_read(const char *path, enum judgment_csv_kind kind,
                             enum duplicates duplicates, struct judgment_csv **csv) MUST_CHECK;

/* Truth for each task of `tasks` from a file of task,label. The caller frees *truth. Truths of
 * other tasks are counted on standard error. */
struct error crowd_file_truth(const char *path, const struct names *tasks,
                              enum duplicates duplicates, int8_t **truth) MUST_CHECK;

/* Gold is known beforehand and no forecast: makes the truth of gold items UNKNOWN. Returns of how
 * many. `gold` may be NULL. */
uint32_t crowd_truth_without_gold(int8_t truth[], const int8_t gold[], uint32_t tasks);

/* One line on standard error; returns the exit code 1. */
int crowd_failed(const char *command, const struct error *err);

#endif
