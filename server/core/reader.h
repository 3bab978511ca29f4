/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader -- takes a JSON object apart, and remembers the first thing wrong.
 *
 * After the first error every read is a no-op returning NULL or 0, so callers
 * read all fields in a row and check once, with reader_done(), which also
 * refuses fields that nobody asked for.  An optional field that is absent or
 * null reads as `otherwise`.  Texts must be valid UTF-8 without control
 * characters (newline and tab excepted); lengths are in bytes.
 */
#ifndef CORE_READER_H
#define CORE_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

#define READER_FIELDS 24

struct reader {
	json_t *object;      /* borrowed */
	struct arena *arena; /* owns what the reads return */
	const char *at;      /* pointer of `object` itself; NULL or "" for the whole body */
	const char *asked[READER_FIELDS]; /* the fields asked for */
	size_t fields;
	struct error err; /* the first thing wrong, or OK */
};

/* Parses text that must be one JSON object. ERR_MALFORMED or ERR_INVALID; the caller owns *object.
 */
struct error reader_parse(const char *text, size_t len, json_t **object) MUST_CHECK;

/* A reader of one element of an array, e.g. reader_at(&r, "judgments", 0, element). */
struct reader reader_at(struct reader *outer, const char *key, size_t index, json_t *object);

bool read_present(struct reader *r, const char *key);
const char *read_text(struct reader *r, const char *key, size_t min_len, size_t max_len);
const char *read_text_or(struct reader *r, const char *key, size_t max_len, const char *otherwise);

/* The index in `choices`, a NULL-terminated list; 0 after an error. */
unsigned read_choice(struct reader *r, const char *key, const char *const choices[]);
unsigned read_choice_or(struct reader *r, const char *key, const char *const choices[],
						unsigned otherwise);

int64_t read_integer(struct reader *r, const char *key, int64_t min, int64_t max);
int64_t read_integer_or(struct reader *r, const char *key, int64_t min, int64_t max,
						int64_t otherwise);
double read_number(struct reader *r, const char *key, double min, double max);
bool read_flag_or(struct reader *r, const char *key, bool otherwise);

/* An array, borrowed from the object, or NULL when absent and min_len is 0. */
json_t *read_array(struct reader *r, const char *key, size_t min_len, size_t max_len);

/* An object, borrowed, or NULL when absent. */
json_t *read_object_or_null(struct reader *r, const char *key);

/* Notes an error at `key` found by the caller, unless there is one already. */
void reader_refuse(struct reader *r, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The first error; also an error if the object has a field that nobody asked for. */
struct error reader_done(struct reader *r) MUST_CHECK;

#endif
