/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_parse.h"

struct error json_reader_parse(const char *text, size_t len, json_t **object)
{
	struct json_fault fault;

	if (!len)
		return errorf(ERR_MALFORMED, "The body is empty; a JSON object is expected.");
	json_t *parsed = json_parse(text, len, &fault);
	if (!parsed && fault.memory)
		return error_memory();
	if (!parsed)
		return errorf(ERR_MALFORMED, "Line %u: %s.", fault.line, fault.why);
	if (!json_is_object(parsed)) {
		json_decref(parsed);
		return errorf(ERR_INVALID, "The body must be a JSON object.");
	}
	*object = parsed;
	return ok();
}

struct json_reader json_reader_at(struct json_reader *outer, const char *key, size_t index,
                                  json_t *object)
{
	struct json_reader inner = {
		.object = object,
		.arena = outer->arena,
		.at = arena_printf(outer->arena, "%s/%s/%zu", outer->at ? outer->at : "", key, index),
		.err = outer->err,
	};

	if (!inner.err.code && !json_is_object(object))
		inner.err = error_field(inner.at, "must be an object.");
	return inner;
}

/* Where the last whole character of a text that was cut at `len` bytes ends. */
static size_t whole_characters(const char *text, size_t len)
{
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* Appends "/key" to a pointer as RFC 6901 escapes it; a long one is cut between two characters. */
static void pointer_add(char *pointer, size_t size, const char *key)
{
	size_t len = strlen(pointer);

	if (len + 1 < size)
		pointer[len++] = '/';
	for (const char *c = key; *c; c++) {
		const char *written = *c == '~' ? "~0" : *c == '/' ? "~1" : (char[]){ *c, '\0' };
		size_t written_len = strlen(written);

		if (len + written_len >= size) {
			len -= (size_t)(c - key) - whole_characters(key, (size_t)(c - key));
			break;
		}
		memcpy(pointer + len, written, written_len);
		len += written_len;
	}
	pointer[len] = '\0';
}

void json_reader_refuse(struct json_reader *r, const char *key, const char *format, ...)
{
	char pointer[sizeof r->err.pointer], detail[sizeof r->err.detail];
	va_list args;

	if (r->err.code)
		return;
	snprintf(pointer, sizeof pointer, "%s", r->at ? r->at : "");
	pointer_add(pointer, sizeof pointer, key);
	va_start(args, format);
	vsnprintf(detail, sizeof detail, format, args);
	va_end(args);
	r->err = error_field(pointer, "%s", detail);
}

/* The value at `key`, remembered as asked for; NULL when absent, null, or after an error. */
static json_t *reader_value_of(struct json_reader *r, const char *key)
{
	if (r->err.code)
		return NULL;
	if (r->fields == JSON_READER_FIELDS)
		abort(); /* a program error: no body of ours has as many */
	r->asked[r->fields++] = key;

	json_t *value = json_object_get(r->object, key);
	return json_is_null(value) ? NULL : value;
}

bool read_present(struct json_reader *r, const char *key)
{
	return reader_value_of(r, key) != NULL;
}

static bool reader_printable(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\n' && *text != '\t') || *text == 127)
			return false;
	return true;
}

static const char *reader_text_of(struct json_reader *r, const char *key, json_t *value,
                                  size_t min_len, size_t max_len)
{
	size_t len = json_string_length(value);

	if (!json_is_string(value))
		json_reader_refuse(r, key, "must be a string.");
	else if (len < min_len)
		json_reader_refuse(r, key, "must not be shorter than %zu characters.", min_len);
	else if (len > max_len)
		json_reader_refuse(r, key, "must not be longer than %zu bytes.", max_len);
	else if (strlen(json_string_value(value)) != len || !reader_printable(json_string_value(value)))
		json_reader_refuse(r, key, "must not hold control characters.");
	return r->err.code ? NULL : arena_copy(r->arena, json_string_value(value), len);
}

const char *read_text(struct json_reader *r, const char *key, size_t min_len, size_t max_len)
{
	json_t *value = reader_value_of(r, key);

	return r->err.code ? NULL : reader_text_of(r, key, value, min_len, max_len);
}

const char *read_text_or(struct json_reader *r, const char *key, size_t max_len,
                         const char *otherwise)
{
	json_t *value = reader_value_of(r, key);

	return value ? reader_text_of(r, key, value, 0, max_len) : otherwise;
}

static unsigned choice_of(struct json_reader *r, const char *key, json_t *value,
                          const char *const choices[])
{
	const char *text = json_string_value(value);

	for (unsigned i = 0; text && choices[i]; i++)
		if (strcmp(text, choices[i]) == 0)
			return i;
	char *all = arena_printf(r->arena, "%s", choices[0]);
	for (unsigned i = 1; choices[i]; i++)
		all = arena_printf(r->arena, "%s, %s", all, choices[i]);
	json_reader_refuse(r, key, "must be one of: %s.", all);
	return 0;
}

unsigned read_choice(struct json_reader *r, const char *key, const char *const choices[])
{
	json_t *value = reader_value_of(r, key);

	return r->err.code ? 0 : choice_of(r, key, value, choices);
}

unsigned read_choice_or(struct json_reader *r, const char *key, const char *const choices[],
                        unsigned otherwise)
{
	json_t *value = reader_value_of(r, key);

	return value ? choice_of(r, key, value, choices) : otherwise;
}

static int64_t integer_of(struct json_reader *r, const char *key, json_t *value, int64_t min,
                          int64_t max)
{
	int64_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < min || number > max) {
		json_reader_refuse(r, key, "must be a whole number from %lld to %lld.", (long long)min,
		                   (long long)max);
		return 0;
	}
	return number;
}

int64_t read_integer(struct json_reader *r, const char *key, int64_t min, int64_t max)
{
	json_t *value = reader_value_of(r, key);

	return r->err.code ? 0 : integer_of(r, key, value, min, max);
}

int64_t read_integer_or(struct json_reader *r, const char *key, int64_t min, int64_t max,
                        int64_t otherwise)
{
	json_t *value = reader_value_of(r, key);

	return value ? integer_of(r, key, value, min, max) : otherwise;
}

double read_number(struct json_reader *r, const char *key, double min, double max)
{
	json_t *value = reader_value_of(r, key);
	double number = json_number_value(value);

	if (r->err.code)
		return 0;
	if (!json_is_number(value) || !isfinite(number) || number < min || number > max) {
		json_reader_refuse(r, key, "must be a number from %g to %g.", min, max);
		return 0;
	}
	return number;
}

bool read_flag_or(struct json_reader *r, const char *key, bool otherwise)
{
	json_t *value = reader_value_of(r, key);

	if (value && !json_is_boolean(value))
		json_reader_refuse(r, key, "must be true or false.");
	return value && !r->err.code ? json_is_true(value) : otherwise;
}

json_t *read_array(struct json_reader *r, const char *key, size_t min_len, size_t max_len)
{
	json_t *value = reader_value_of(r, key);

	if (r->err.code || (!value && !min_len))
		return NULL;
	if (!json_is_array(value))
		json_reader_refuse(r, key, "must be an array.");
	else if (json_array_size(value) < min_len || json_array_size(value) > max_len)
		json_reader_refuse(r, key, "must have %zu to %zu elements.", min_len, max_len);
	return r->err.code ? NULL : value;
}

json_t *read_object_or_null(struct json_reader *r, const char *key)
{
	json_t *value = reader_value_of(r, key);

	if (value && !json_is_object(value))
		json_reader_refuse(r, key, "must be an object.");
	return r->err.code ? NULL : value;
}

static bool asked_for(const struct json_reader *r, const char *key)
{
	for (size_t i = 0; i < r->fields; i++)
		if (strcmp(r->asked[i], key) == 0)
			return true;
	return false;
}

struct error json_reader_done(struct json_reader *r)
{
	const char *key;
	json_t *value;

	if (r->err.code)
		return r->err;
	json_object_foreach (r->object, key, value) {
		if (!asked_for(r, key)) {
			json_reader_refuse(r, key, "is not a field of this request.");
			break;
		}
	}
	return r->err;
}
