/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json_parse.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

#define MOST_DIGITS 400 /* of a number, with its sign, point and exponent */

/* Reads up to `end`; after a fault everything stops. */
struct parser {
	const char *at, *end;
	const char *why;
	unsigned depth;
};

/* The bytes of a string: of the text itself, or of a copy in which the escapes are undone. */
struct string {
	const char *bytes;
	size_t len;
	char *copy; /* NULL: none; else ours to free */
};

static json_t *parse_value(struct parser *p);

static void *json_fault(struct parser *p, const char *why)
{
	if (!p->why)
		p->why = why;
	return NULL;
}

static const char memory[] = "there is no memory for it";

/* A value that was made, or the fault that it could not be. */
static json_t *json_made(struct parser *p, json_t *value)
{
	return value ? value : json_fault(p, memory);
}

static void skip_space(struct parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
		p->at++;
}

/* Steps over a character if it comes next. */
static bool json_take(struct parser *p, char c)
{
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

static bool is_digit(const struct parser *p)
{
	return p->at < p->end && *p->at >= '0' && *p->at <= '9';
}

/* ---- strings ---- */

/* Letters that stand for themselves: no quote, no backslash, no control, no part of a longer one.
 */
static bool json_is_plain(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Steps over one character that is no escape. */
static bool take_character(struct parser *p)
{
	if (json_is_plain(*p->at)) {
		p->at++;
		return true;
	}
	if ((unsigned char)*p->at < 0x20)
		return json_fault(p, "a control character stands in a string");
	size_t len = utf8_length(p->at, p->end);
	if (!len)
		return json_fault(p, "a string is not valid UTF-8");
	p->at += len;
	return true;
}

/* Four hexadecimal digits; -1: they are not. */
static int32_t take_unit(struct parser *p)
{
	int32_t unit = 0;

	if (p->end - p->at < 4)
		return -1;
	for (int i = 0; i < 4; i++, p->at++) {
		char c = *p->at;
		int digit = c >= '0' && c <= '9'                 ? c - '0'
		            : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
		                                                 : -1;
		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

static bool json_between(int32_t unit, int32_t low, int32_t high)
{
	return unit >= low && unit <= high;
}

/* The character behind \u, which may need a second unit; below 1: a fault. */
static int32_t take_escaped_unit(struct parser *p)
{
	int32_t unit = take_unit(p), low;

	if (unit < 0 || json_between(unit, 0xdc00, 0xdfff))
		return json_fault(p, "\\u stands before no character"), -1;
	if (unit == 0)
		return json_fault(p, "\\u0000 is not allowed"), -1;
	if (!json_between(unit, 0xd800, 0xdbff))
		return unit;
	if (!json_take(p, '\\') || !json_take(p, 'u') ||
	    !json_between(low = take_unit(p), 0xdc00, 0xdfff))
		return json_fault(p, "a surrogate has no partner"), -1;
	return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/* What a backslash stands before. NULL after a fault. */
static char *take_escape(struct parser *p, char *to)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	int32_t c;

	p->at++;
	if (json_take(p, 'u'))
		return (c = take_escaped_unit(p)) > 0 ? utf8_put(to, (uint32_t)c) : NULL;
	const char *letter = p->at < p->end && *p->at ? strchr(letters, *p->at) : NULL;
	if (!letter)
		return json_fault(p, "a backslash stands before no escape");
	p->at++;
	*to++ = meant[letter - letters];
	return to;
}

/* The rest of a string whose first escape comes next. It cannot grow: no escape is shorter than
 * what it means. */
static bool undo_escapes(struct parser *p, const char *begin, struct string *string)
{
	char *to = string->copy = malloc((size_t)(p->end - begin) + 1);

	if (!to)
		return json_fault(p, memory);
	to = mempcpy(to, begin, (size_t)(p->at - begin));
	while (p->at < p->end && *p->at != '"') {
		const char *from = p->at;

		if (*from == '\\') {
			if (!(to = take_escape(p, to)))
				return false;
		} else {
			if (!take_character(p))
				return false;
			to = mempcpy(to, from, (size_t)(p->at - from));
		}
	}
	string->bytes = string->copy;
	string->len = (size_t)(to - string->copy);
	return true;
}

/* A string whose opening quote was taken; the closing one is taken too. */
static bool take_string(struct parser *p, struct string *string)
{
	const char *begin = p->at;

	*string = (struct string){ .bytes = begin };
	while (p->at < p->end && *p->at != '"' && *p->at != '\\')
		if (!take_character(p))
			return false;
	string->len = (size_t)(p->at - begin);
	if (p->at < p->end && *p->at == '\\' && !undo_escapes(p, begin, string))
		return false;
	return json_take(p, '"') || json_fault(p, "a string does not end");
}

static json_t *parse_string(struct parser *p)
{
	struct string string;
	json_t *value = take_string(p, &string)
	                    ? json_made(p, json_stringn_nocheck(string.bytes, string.len))
	                    : NULL;

	free(string.copy);
	return value;
}

/* ---- numbers ---- */

static bool take_digits(struct parser *p)
{
	const char *begin = p->at;

	while (is_digit(p))
		p->at++;
	return p->at > begin;
}

static json_t *make_integer(struct parser *p, const char *text)
{
	errno = 0;
	long long number = strtoll(text, NULL, 10);

	return errno == ERANGE ? json_fault(p, "a whole number is too large")
	                       : json_made(p, json_integer(number));
}

static json_t *make_real(struct parser *p, const char *text)
{
	double number = strtod(text, NULL); /* the process never leaves the C locale */

	return isinf(number) ? json_fault(p, "a number is too large") : json_made(p, json_real(number));
}

static json_t *parse_number(struct parser *p)
{
	const char *begin = p->at;
	char text[MOST_DIGITS + 1];
	bool real = false;

	json_take(p, '-');
	if (!json_take(p, '0') && !take_digits(p))
		return json_fault(p, "a value is expected");
	if (json_take(p, '.')) {
		real = true;
		if (!take_digits(p))
			return json_fault(p, "a digit is expected");
	}
	if (json_take(p, 'e') || json_take(p, 'E')) {
		real = true;
		if (!json_take(p, '+'))
			json_take(p, '-');
		if (!take_digits(p))
			return json_fault(p, "a digit is expected");
	}
	size_t len = (size_t)(p->at - begin);
	if (len > MOST_DIGITS)
		return json_fault(p, "a number has too many digits");
	*(char *)mempcpy(text, begin, len) = '\0'; /* the text has no end that strtod would see */
	return real ? make_real(p, text) : make_integer(p, text);
}

/* ---- the rest ---- */

static json_t *parse_word(struct parser *p, const char *word, json_t *value)
{
	size_t len = strlen(word);

	if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0)
		return json_fault(p, "a value is expected");
	p->at += len;
	return value;
}

/* Behind an element: whether another one follows. */
static bool goes_on(struct parser *p, char closing)
{
	skip_space(p);
	if (json_take(p, ','))
		return true;
	if (!json_take(p, closing))
		json_fault(p, closing == '}' ? "a comma or } is expected" : "a comma or ] is expected");
	return false;
}

static bool take_member(struct parser *p, json_t *object)
{
	size_t members = json_object_size(object);
	struct string key = { .copy = NULL };
	json_t *value = NULL;

	skip_space(p);
	if (!json_take(p, '"'))
		return json_fault(p, "a key in quotes is expected");
	if (take_string(p, &key)) {
		skip_space(p);
		value = json_take(p, ':') ? parse_value(p) : json_fault(p, "a colon is expected");
	}
	if (value && json_object_setn_new_nocheck(object, key.bytes, key.len, value) != 0)
		value = json_fault(p, memory);
	free(key.copy);
	if (value && json_object_size(object) == members)
		return json_fault(p, "a key is there twice");
	return value != NULL;
}

static json_t *parse_object(struct parser *p)
{
	json_auto_t *object = json_made(p, json_object());

	if (!object)
		return NULL;
	skip_space(p);
	if (json_take(p, '}'))
		return json_incref(object);
	do {
		if (!take_member(p, object))
			return NULL;
	} while (goes_on(p, '}'));
	return p->why ? NULL : json_incref(object);
}

static json_t *parse_array(struct parser *p)
{
	json_auto_t *array = json_made(p, json_array());

	if (!array)
		return NULL;
	skip_space(p);
	if (json_take(p, ']'))
		return json_incref(array);
	do {
		json_t *value = parse_value(p);

		if (!value)
			return NULL;
		if (json_array_append_new(array, value) != 0)
			return json_fault(p, memory);
	} while (goes_on(p, ']'));
	return p->why ? NULL : json_incref(array);
}

static json_t *parse_nested(struct parser *p, json_t *(*parse)(struct parser *))
{
	if (p->depth++ == JSON_DEPTH)
		return json_fault(p, "it nests deeper than 16 levels");
	json_t *value = parse(p);
	p->depth--;
	return value;
}

static json_t *parse_value(struct parser *p)
{
	skip_space(p);
	if (json_take(p, '"'))
		return parse_string(p);
	if (json_take(p, '{'))
		return parse_nested(p, parse_object);
	if (json_take(p, '['))
		return parse_nested(p, parse_array);
	switch (p->at < p->end ? *p->at : '\0') {
	case 't':
		return parse_word(p, "true", json_true());
	case 'f':
		return parse_word(p, "false", json_false());
	case 'n':
		return parse_word(p, "null", json_null());
	default:
		return parse_number(p);
	}
}

json_t *json_parse(const char *text, size_t len, struct json_fault *ret_fault)
{
	struct parser parser = { .at = text, .end = text + len };
	json_auto_t *value = parse_value(&parser);

	skip_space(&parser);
	if (value && parser.at == parser.end)
		return json_incref(value);
	json_fault(&parser, "something follows the end");
	*ret_fault =
		(struct json_fault){ .line = 1, .why = parser.why, .memory = parser.why == memory };
	for (const char *at = text; at < parser.at; at++)
		ret_fault->line += *at == '\n';
	return NULL;
}
