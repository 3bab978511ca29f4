/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/manifest_json.h"

#include <string.h>

#include "core/strbuf.h"
#include "corpus/manifest_encoding.h"

#define MOST_BYTES (256 * 1024) /* of one line */

/* Beyond, programs that keep numbers as doubles have lost the last digits. */
#define MOST_EXACT ((json_int_t)1 << 53)

static size_t line_len(const struct manifest_json *json, size_t at)
{
	const char *end = memchr(json->text + at, json->line_end, json->len - at);

	return end ? (size_t)(end - json->text) - at : json->len - at;
}

/* Steps over what stands between values. */
static void manifest_skip_blanks(struct manifest_json *json, const char *blanks)
{
	for (; json->at < json->len; json->at++) {
		char c = json->text[json->at];

		if (!c || !strchr(blanks, c))
			break;
		json->line += c == json->line_end;
	}
}

static json_t *manifest_load(const char *text, size_t len, size_t flags, size_t *ret_len,
                             struct error *ret_err)
{
	json_error_t why;
	json_t *value = json_loadb(text, len, flags | JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

	if (!value)
		*ret_err = errorf(ERR_INVALID, "not JSON: %s", why.text);
	*ret_len = value ? (size_t)why.position : 0;
	return value;
}

void manifest_json_start(struct manifest_json *json, const char *text, size_t len)
{
	const char *feed = memchr(text, '\n', len);
	struct error err;
	size_t used;

	*json = (struct manifest_json){
		.text = text, .len = len, .line = 1, .line_end = feed ? '\n' : '\r'
	};
	manifest_skip_blanks(json, " \t\r\n");
	json->by_lines = true;
	if (json->at == len)
		return;
	if (text[json->at] == '[') {
		json->by_lines = false;
		json->in_array = true;
		json->at++;
		return;
	}
	/* An object on several lines, as programs print it that make JSON pretty. */
	json_t *line = manifest_load(text + json->at, line_len(json, json->at), 0, &used, &err);
	json_t *value =
		line ? NULL
			 : manifest_load(text + json->at, len - json->at, JSON_DISABLE_EOF_CHECK, &used, &err);
	bool lone_brace = text[json->at] == '{' && strchr("\r\n", text[json->at + 1]);

	json->by_lines = !lone_brace && (line || !value || used <= line_len(json, json->at));
	json_decref(line);
	json_decref(value);
}

void manifest_json_end(struct manifest_json *json)
{
	json_decref(json->value);
	json->value = NULL;
}

/* A number or a text as the text of a column; NULL after saying why not. */
static const char *scalar_text(struct arena *arena, const char *key, const json_t *value,
                               struct error *ret_err)
{
	json_int_t number = json_integer_value(value);

	if (json_is_string(value))
		return arena_copy(arena, json_string_value(value), json_string_length(value));
	if (json_is_integer(value) && number <= MOST_EXACT && number >= -MOST_EXACT)
		return arena_printf(arena, "%" JSON_INTEGER_FORMAT, number);
	*ret_err = json_is_integer(value)
	               ? errorf(ERR_INVALID,
	                        "%s %" JSON_INTEGER_FORMAT " has more digits than every program keeps: "
	                        "write it as a text",
	                        key, number)
	               : errorf(ERR_INVALID, "%s must be a text or a whole number", key);
	return NULL;
}

/* An array as the text of a list. */
static const char *list_text(struct arena *arena, const char *key, const json_t *array,
                             struct error *ret_err)
{
	struct strbuf list = { .arena = arena };

	strbuf_add(&list, "");
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *part = scalar_text(arena, key, json_array_get(array, i), ret_err);

		if (part && strchr(part, ';'))
			*ret_err = errorf(ERR_INVALID, "%s: a name in a list cannot hold a semicolon", key);
		if (ret_err->code)
			return NULL;
		strbuf_add(&list, i ? ";" : "");
		strbuf_add(&list, part);
	}
	return list.bytes;
}

static struct error set_value(struct item_row *row, struct arena *arena, unsigned column,
                              const json_t *value)
{
	const char *key = item_columns[column], *text;
	struct error err = ok();

	if (json_is_null(value))
		return ok();
	if (json_is_boolean(value) && item_column_is_flag(column))
		text = json_is_true(value) ? "true" : "false";
	else if (json_is_array(value) && item_column_is_list(column))
		text = list_text(arena, key, value, &err);
	else
		text = scalar_text(arena, key, value, &err);
	return text ? item_row_set(row, arena, column, text) : err;
}

static bool is_blank_value(const json_t *value)
{
	return json_is_null(value) || (json_is_array(value) && !json_array_size(value)) ||
	       (json_is_string(value) && item_text_is_blank(json_string_value(value)));
}

/* Reads all keys, so that a row that is refused for one of them is known by its file. */
static struct error set_all(struct manifest_json *json, struct arena *arena, struct item_row *row)
{
	struct error first = ok(), err;
	unsigned long set = 0;
	const char *key;
	json_t *value;

	json->is_blank = true;
	json_object_foreach (json->value, key, value) {
		int column = item_column(key);

		if (column < 0 && strcmp(key, "reason") == 0)
			continue;
		json->is_blank = json->is_blank && is_blank_value(value);
		if (column < 0)
			err = errorf(ERR_INVALID, "there is no column \"%.60s\"", key);
		else if (set & 1ul << column)
			err = errorf(ERR_INVALID, "%s stands there twice", item_columns[column]);
		else
			err = set_value(row, arena, (unsigned)column, value);
		set |= column < 0 ? 0 : 1ul << column;
		if (!first.code)
			first = err;
	}
	return first;
}

/* The next line that holds something. */
static void take_line(struct manifest_json *json, struct error *ret_err)
{
	size_t used;

	json->raw_line = json->line;
	json->raw = json->text + json->at;
	json->raw_len = line_len(json, json->at);
	json->at += json->raw_len;
	if (json->raw_len && json->raw[json->raw_len - 1] == '\r')
		json->raw_len--;
	if (json->raw_len > MOST_BYTES)
		*ret_err = errorf(ERR_INVALID, "the line is longer than %d bytes", MOST_BYTES);
	else if (!(*ret_err = manifest_encoding_check(json->raw, json->raw_len)).code)
		json->value = manifest_load(json->raw, json->raw_len, 0, &used, ret_err);
}

/* After something that cannot be read: to the next line that begins with a brace. */
static void find_brace(struct manifest_json *json)
{
	do {
		json->at += line_len(json, json->at);
		manifest_skip_blanks(json, " \t\r\n,");
	} while (json->at < json->len && json->text[json->at] != '{');
}

/* The next value, wherever it ends. */
static void take_value(struct manifest_json *json, struct error *ret_err)
{
	size_t used;

	json->raw_line = json->line;
	json->raw = json->text + json->at;
	json->value =
		manifest_load(json->raw, json->len - json->at, JSON_DISABLE_EOF_CHECK, &used, ret_err);
	json->raw_len = json->value ? used : line_len(json, json->at);
	struct error encoding = manifest_encoding_check(json->raw, json->raw_len);

	if (encoding.code)
		*ret_err = encoding;
	if (!json->value) {
		if (!encoding.code)
			*ret_err =
				errorf(ERR_INVALID, "%.120s; the rest of its line is passed over", ret_err->detail);
		find_brace(json);
		return;
	}
	for (size_t i = 0; i < used; i++)
		json->line += json->raw[i] == json->line_end;
	json->at += used;
}

/* Is the array over? Says so when the file is, but the array is not. */
static bool manifest_is_over(struct manifest_json *json, struct error *ret_err)
{
	bool closed = json->at < json->len && json->text[json->at] == ']';

	if (json->at < json->len && !closed)
		return false;
	if (!closed)
		*ret_err = errorf(ERR_INVALID, "the file ends before its array does: is it whole?");
	json->in_array = false;
	json->at += closed;
	json->raw = "";
	json->raw_len = 0;
	json->raw_line = json->line;
	return true;
}

bool manifest_json_next(struct manifest_json *json, struct arena *arena, struct item_row *row,
                        struct error *ret_err)
{
	struct error err = ok();

	manifest_json_end(json);
	manifest_skip_blanks(json, json->by_lines ? " \t\r\n" : " \t\r\n,");
	if (json->in_array && manifest_is_over(json, &err)) {
		*ret_err = err;
		if (err.code)
			return true;
		manifest_skip_blanks(json, " \t\r\n");
	}
	if (json->at >= json->len)
		return false;
	if (json->by_lines)
		take_line(json, &err);
	else
		take_value(json, &err);
	if (!err.code && !json_is_object(json->value))
		err = errorf(ERR_INVALID, "not an object: a row is {\"file\": \"...\", ...}");
	if (!err.code)
		err = set_all(json, arena, row);
	*ret_err = err;
	return true;
}
