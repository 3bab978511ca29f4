/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_internal -- a folder that is being checked, for the files that check it: verify.c opens
 * and reads, verify_files.c compares SHA256SUMS with the folder, verify_labels.c reads labels.csv,
 * labels.jsonl and what is sealed, verify_judgments.c reads what volunteers said, verify_signed.c
 * asks who signed it, verify_described.c reads what describes it.
 *
 * Each of the checks says what is wrong by verify_fault() and goes on.
 */
#ifndef RELEASE_VERIFY_INTERNAL_H
#define RELEASE_VERIFY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/csv.h"
#include "core/error.h"
#include "core/progress.h"
#include "crypto/sha256.h"
#include "crypto/signature.h"
#include "release/calibration_table.h"
#include "release/columns.h"
#include "release/seal_check.h"
#include "release/signed.h"
#include "release/split.h"

#define FORMATS_MOST 16

/* A line of SHA256SUMS. */
struct listed_sum {
	char *path;
	unsigned char digest[SHA256_BYTES];
	bool there, labelled;
};

/* KEY_LINEAGE to KEY_BYTES are in the order of enum tie. */
enum verified_kind { KEY_ITEM, KEY_LINEAGE, KEY_IDENTITY, KEY_LOOKS, KEY_BYTES, KEY_JUDGMENT };

/* Something that must not lie in two splits, or not occur twice. */
struct verified_key {
	uint64_t hash;
	uint32_t row;
	uint8_t kind, split;
	bool fake;        /* the label of its row */
	const char *file; /* of KEY_BYTES: the path of its row, which struct listed_sum owns */
};

struct verified_keys {
	struct verified_key *all;
	size_t count, room;
};

/* How many judgments on an item labels.csv counts, and how many judgments.csv and trials.csv hold.
 */
struct verified_item {
	uint64_t hash; /* of the item */
	uint32_t row;
	uint32_t counted, held, shown;
	uint16_t known; /* as calibration_label() has it */
};

/* A file format of one media type, and which labels come in it. */
struct verified_format {
	char name[24];
	bool real, fake;
};

struct verifying {
	const char *folder;
	int root; /* descriptor of the folder */
	FILE *out;
	uint64_t faults, notes, strays, bytes;
	struct listed_sum *sums;
	bool sums_whole; /* SHA256SUMS was read to its end: it is no endless one */
	size_t count, room;
	struct verified_keys keys;      /* of labels.csv */
	struct verified_keys judgments; /* (item, volunteer) */
	uint32_t labels[3][SPLITS][2];  /* rows: media type, split, real or fake */
	struct verified_item *judged;   /* a row of labels.csv each, by hash once all are read */
	size_t judged_count, judged_room;
	struct verified_format formats[FORMATS_MOST];
	size_t format_count;
	struct calibration_table calibration; /* of labels.csv and trials.csv */
	struct seal_check *seals;
	char format[FORMAT_NAME]; /* the folder is a layout, by the word of its signature; "": it is not
	                           */
};

/* A table being read, row by row; row 1 is the header. */
struct verified_table {
	const char *name;
	size_t columns;
	FILE *in;
	struct csv *csv;
	const char *const *fields;
	uint32_t row;
};

/* ------------------------------------------------------------------ verify.c */

void verify_fault(struct verifying *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Says something that is no fault. */
void verify_note(struct verifying *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Opens a regular file of the folder, and no other: a FIFO would wait, a device never end, a link
 * lead out of it.  -1 with errno.
 */
int verify_open_regular(const struct verifying *v, const char *path);
FILE *verify_open_in(const struct verifying *v, const char *name); /* NULL with errno */
/* What the two could not do. */
const char *verify_why_not(void);

/* Reads a line of fewer bytes than there is room. False: the end, or it was told why not. */
bool verify_next_line(struct verifying *v, FILE *in, const char *name, unsigned row, char *line,
                      int room);
/* A small text file, to be freed; NULL where it is missing, or too large, or holds a NUL. */
char *verify_small_text(const struct verifying *v, const char *name);

/* Opens a table and checks its header. False, after saying what is wrong. */
bool verify_table_open(struct verifying *v, struct verified_table *table,
                       const struct column columns[]);
/* Reads the next row; false at the end, or after saying that the rest cannot be read. */
bool verify_table_next(struct verifying *v, struct verified_table *table);
void verify_table_close(struct verified_table *table);

/* Is the text one of three words? `c` may be NULL. */
bool verify_one_of(const char *text, const char *a, const char *b, const char *c);

/* Of two texts: what stands for them among keys. */
uint64_t verify_hash_of(const char *a, const char *b);
void verify_key_add(struct verified_keys *keys, struct verified_key key);
/* For qsort(): by kind, hash and row. */
int verify_key_order(const void *a, const void *b);

/* ------------------------------------------------------------------ verify_files.c */

struct error verify_read_sums(struct verifying *v) MUST_CHECK;
struct error verify_files(struct verifying *v, const struct progress_listener *progress) MUST_CHECK;
/* What SHA256SUMS lists of a path; NULL: nothing. */
struct listed_sum *verify_sum_find(const struct verifying *v, const char *path);

/* ------------------------------------------------------------------ verify_labels.c */

/* Comes before labels.csv, whose sealed rows ask for it. */
void verify_seals(struct verifying *v);
void verify_labels(struct verifying *v);
/* Everything listed is a table or has a row; a format tells nothing of the label. */
void verify_whole(struct verifying *v);
/* Notes where a type and split hold one label alone. */
void verify_lone_labels(struct verifying *v);

/* ------------------------------------------------------------------ verify_judgments.c, after
 * labels */

void verify_judgments(struct verifying *v);
void verify_trials(struct verifying *v);
void verify_marks(struct verifying *v);
void verify_fact_checks(struct verifying *v);
void verify_calibration(struct verifying *v); /* after trials */

/* ------------------------------------------------------------------ verify_signed.c */

/* `given`: whose signature it must have; NULL: the key that the folder claims. */
void verify_signatures(struct verifying *v, const struct public_key *given);

/* ------------------------------------------------------------------ verify_described.c, after
 * labels */

void verify_descriptions(struct verifying *v);
void verify_leakage(struct verifying *v);

#endif
