/* SPDX-License-Identifier: Apache-2.0 */
#include "api/judgment_body.h"

#include <stdbool.h>
#include <string.h>

#include "core/json_reader.h"
#include "core/vocabulary.h"

#define MAX_MARKS 12
#define MAX_MS    (24 * 3600 * 1000) /* a page left open over night */

static const char *const positions[] = { "left", "right", NULL };

static const char *const pointers[] = { "mouse", "touch", "pen", "keyboard", "unknown", NULL };

struct error judgment_body_token(json_t *object, const char **ret_token)
{
	const char *token = json_string_value(json_object_get(object, "assignment"));

	if (!token)
		return error_field("/assignment", "must be the token of an assignment.");
	*ret_token = token;
	return ok();
}

/* Known words alone: nothing in them asks for quotes. */
static const char *tells_text(struct arena *arena, const json_t *list)
{
	char *text = arena_alloc(arena, TELL_WORDS * (TELL_LEN + 1) + 3), *at = text;

	*at++ = '{';
	for (size_t i = 0; i < json_array_size(list); i++) {
		at = stpcpy(at, json_string_value(json_array_get(list, i)));
		*at++ = ',';
	}
	at[json_array_size(list) ? -1 : 0] = '}';
	return text;
}

static const char *read_tells(struct json_reader *r)
{
	json_t *list = read_array(r, "tells", 0, TELL_WORDS), *tell;
	size_t i;

	json_array_foreach (list, i, tell) {
		if (!json_is_string(tell) || !vocabulary_has(tells, json_string_value(tell)))
			json_reader_refuse(r, "tells", "element %zu is no tell that is known.", i);
		for (size_t before = 0; before < i; before++)
			if (json_equal(json_array_get(list, before), tell))
				json_reader_refuse(r, "tells", "element %zu is there twice.", i);
	}
	return list && !r->err.code ? tells_text(r->arena, list) : NULL;
}

/* A part of the body as it is kept: what was sent in another order of fields is the same. */
static const char *sorted_text(struct arena *arena, const json_t *json)
{
	size_t room = 256, len;
	char *text = arena_alloc(arena, room);

	while ((len = json_dumpb(json, text, room - 1, JSON_COMPACT | JSON_SORT_KEYS)) > room - 1) {
		room = len + 1;
		text = arena_alloc(arena, room);
	}
	text[len] = '\0';
	return text;
}

static const char *read_marks(struct json_reader *r)
{
	json_t *list = read_array(r, "marks", 0, MAX_MARKS), *mark;
	size_t i;

	json_array_foreach (list, i, mark) {
		struct json_reader inner = json_reader_at(r, "marks", i, mark);

		read_number(&inner, "x", 0, 1);
		read_number(&inner, "y", 0, 1);
		read_integer_or(&inner, "t_ms", 0, MAX_MS, 0);
		struct error err = json_reader_done(&inner);
		if (err.code && !r->err.code)
			r->err = err;
	}
	return list && !r->err.code ? sorted_text(r->arena, list) : NULL;
}

static void read_said(struct json_reader *outer, size_t index, json_t *one, struct verdict_in *said)
{
	struct json_reader r = json_reader_at(outer, "judgments", index, one);

	said->on_left = read_choice(&r, "position", positions) == 0;
	said->verdict = (enum verdict)read_choice(&r, "verdict", verdicts);
	said->confidence = (unsigned)read_integer(&r, "confidence", 50, 100);
	said->tells = read_tells(&r);
	said->marks = read_marks(&r);
	struct error err = json_reader_done(&r);
	if (err.code && !outer->err.code)
		outer->err = err;
}

static const char *read_device(struct json_reader *outer)
{
	json_t *device = read_object_or_null(outer, "device");
	struct json_reader r = { .object = device, .arena = outer->arena, .at = "/device" };

	if (!device)
		return NULL;
	read_integer_or(&r, "width", 0, 100000, 0);
	read_integer_or(&r, "height", 0, 100000, 0);
	if (read_present(&r, "pixel_ratio"))
		read_number(&r, "pixel_ratio", 0.01, 100);
	if (read_present(&r, "zoom"))
		read_number(&r, "zoom", 0.01, 1000);
	read_choice_or(&r, "pointer", pointers, 0);
	struct error err = json_reader_done(&r);
	if (err.code && !outer->err.code)
		outer->err = err;
	return outer->err.code ? NULL : sorted_text(outer->arena, device);
}

struct error judgment_body_read(json_t *object, struct arena *arena, struct judgment_in *judgment)
{
	struct json_reader r = { .object = object, .arena = arena };
	json_t *list, *one;
	size_t i;

	read_text(&r, "assignment", 1, 512);
	list = read_array(&r, "judgments", 2, 2);
	json_array_foreach (list, i, one)
		read_said(&r, i, one, &judgment->said[i]);
	if (!r.err.code && judgment->said[0].on_left == judgment->said[1].on_left)
		json_reader_refuse(&r, "judgments", "must have one for the left and one for the right.");
	judgment->response_ms = read_integer_or(&r, "response_ms", 0, MAX_MS, -1);
	judgment->exposure_ms = read_integer_or(&r, "exposure_ms", 0, MAX_MS, -1);
	judgment->device = read_device(&r);
	struct error err = json_reader_done(&r);
	if (!err.code)
		judgment_hash(judgment);
	return err;
}
