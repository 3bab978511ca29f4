/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_reader -- takes a JSON object apart, and remembers the first thing wrong.
 *
 * After the first error every read is a no-op returning NULL or 0, so callers
 * read all fields in a row and check once, with json_reader_done(), which also
 * refuses fields that nobody asked for.  An optional field that is absent or
 * null reads as `otherwise`.  Texts must be valid UTF-8 without control
 * characters (newline and tab excepted); lengths are in bytes.
 */
#ifndef CORE_JSON_READER_H
#define CORE_JSON_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

#define JSON_READER_FIELDS 40

struct json_reader {
	json_t *object;      /* borrowed */
	struct arena *arena; /* owns what the reads return */
	const char *at;      /* pointer of `object` itself; NULL or "" for the whole body */
	const char *asked[JSON_READER_FIELDS]; /* the fields asked for */
	size_t fields;
	struct error err; /* the first thing wrong, or OK */
};

/* Parses text that must be one JSON object. ERR_MALFORMED or ERR_INVALID; the caller owns *object.
 */
struct error json_reader_parse(const char *text, size_t len, json_t **object) MUST_CHECK;

/* A reader of one element of an array, e.g. json_reader_at(&r, "judgments", 0, element). */
struct json_reader json_reader_at(struct json_reader *outer, const char *key, size_t index,
                                  json_t *object);

bool read_present(struct json_reader *r, const char *key);
const char *read_text(struct json_reader *r, const char *key, size_t min_len, size_t max_len);
const char *read_text_or(struct json_reader *r, const char *key, size_t max_len,
                         const char *otherwise);

/* The index in `choices`, a NULL-terminated list; 0 after an error. */
unsigned read_choice(struct json_reader *r, const char *key, const char *const choices[]);
unsigned read_choice_or(struct json_reader *r, const char *key, const char *const choices[],
                        unsigned otherwise);

int64_t read_integer(struct json_reader *r, const char *key, int64_t min, int64_t max);
int64_t read_integer_or(struct json_reader *r, const char *key, int64_t min, int64_t max,
                        int64_t otherwise);
double read_number(struct json_reader *r, const char *key, double min, double max);
bool read_flag_or(struct json_reader *r, const char *key, bool otherwise);

/* An array, borrowed from the object, or NULL when absent and min_len is 0. */
json_t *read_array(struct json_reader *r, const char *key, size_t min_len, size_t max_len);

/* An object, borrowed, or NULL when absent. */
json_t *read_object_or_null(struct json_reader *r, const char *key);

/* Notes an error at `key` found by the caller, unless there is one already. */
void json_reader_refuse(struct json_reader *r, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The first error; also an error if the object has a field that nobody asked for. */
struct error json_reader_done(struct json_reader *r) MUST_CHECK;

#endif
