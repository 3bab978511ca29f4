/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/judgment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/reader.h"
#include "db/db.h"

#define MAX_TELLS 11
#define MAX_MARKS 12
#define MAX_MS    (24 * 3600 * 1000) /* a page left open over night */

const char *const verdicts[] = { "real", "fake", NULL };

static const char *const positions[] = { "left", "right", NULL };

static const char *const tells[] = { "anatomy", "style",      "function", "physics",
									 "context", "edges",      "motion",   "voice",
									 "edit",    "recognised", "gut",      NULL };

static const char *const pointers[] = { "mouse", "touch", "pen", "keyboard", "unknown", NULL };

struct error judgment_token(json_t *object, const char **ret_token)
{
	const char *token = json_string_value(json_object_get(object, "assignment"));

	if (!token)
		return error_field("/assignment", "must be the token of an assignment.");
	*ret_token = token;
	return ok();
}

static bool is_tell(const char *text)
{
	for (size_t i = 0; text && tells[i]; i++)
		if (strcmp(tells[i], text) == 0)
			return true;
	return false;
}

static json_t *read_tells(struct reader *r)
{
	json_t *list = read_array(r, "tells", 0, MAX_TELLS), *tell;
	size_t i;

	json_array_foreach (list, i, tell) {
		if (!is_tell(json_string_value(tell)))
			reader_refuse(r, "tells", "element %zu is no tell that is known.", i);
		for (size_t before = 0; before < i; before++)
			if (json_equal(json_array_get(list, before), tell))
				reader_refuse(r, "tells", "element %zu is there twice.", i);
	}
	return list;
}

static json_t *read_marks(struct reader *r)
{
	json_t *list = read_array(r, "marks", 0, MAX_MARKS), *mark;
	size_t i;

	json_array_foreach (list, i, mark) {
		struct reader inner = reader_at(r, "marks", i, mark);

		read_number(&inner, "x", 0, 1);
		read_number(&inner, "y", 0, 1);
		read_integer_or(&inner, "t_ms", 0, MAX_MS, 0);
		struct error err = reader_done(&inner);
		if (err.code && !r->err.code)
			r->err = err;
	}
	return list;
}

static void read_said(struct reader *outer, size_t index, json_t *one, struct said *said)
{
	struct reader r = reader_at(outer, "judgments", index, one);

	said->on_left = read_choice(&r, "position", positions) == 0;
	said->verdict = (enum verdict)read_choice(&r, "verdict", verdicts);
	said->confidence = (unsigned)read_integer(&r, "confidence", 50, 100);
	said->tells = read_tells(&r);
	said->marks = read_marks(&r);
	struct error err = reader_done(&r);
	if (err.code && !outer->err.code)
		outer->err = err;
}

static json_t *read_device(struct reader *outer)
{
	json_t *device = read_object_or_null(outer, "device");
	struct reader r = { .object = device, .arena = outer->arena, .at = "/device" };

	if (!device)
		return NULL;
	read_integer_or(&r, "width", 0, 100000, 0);
	read_integer_or(&r, "height", 0, 100000, 0);
	if (read_present(&r, "pixel_ratio"))
		read_number(&r, "pixel_ratio", 0.01, 100);
	if (read_present(&r, "zoom"))
		read_number(&r, "zoom", 0.01, 1000);
	read_choice_or(&r, "pointer", pointers, 0);
	struct error err = reader_done(&r);
	if (err.code && !outer->err.code)
		outer->err = err;
	return device;
}

/* White space, the order of fields and how the token is sealed make no other body. */
static void hash_body(json_t *object, unsigned char hash[SHA256_BYTES])
{
	json_auto_t *rest = json_copy(object);

	json_object_del(rest, "assignment");
	char *text = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS);
	if (!text)
		abort();
	sha256_bytes(hash, text, strlen(text));
	free(text);
}

struct error judgment_read(json_t *object, struct arena *arena, struct judged *judged)
{
	struct reader r = { .object = object, .arena = arena };
	json_t *list, *one;
	size_t i;

	read_text(&r, "assignment", 1, 512);
	list = read_array(&r, "judgments", 2, 2);
	json_array_foreach (list, i, one)
		read_said(&r, i, one, &judged->said[i]);
	if (!r.err.code && judged->said[0].on_left == judged->said[1].on_left)
		reader_refuse(&r, "judgments", "must have one for the left and one for the right.");
	judged->response_ms = read_integer_or(&r, "response_ms", 0, MAX_MS, -1);
	judged->exposure_ms = read_integer_or(&r, "exposure_ms", 0, MAX_MS, -1);
	judged->device = read_device(&r);
	hash_body(object, judged->body_hash);
	return reader_done(&r);
}

static json_t *number_or_null(int64_t number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static const unsigned char *item_of(const struct judged *judged, const struct said *said)
{
	return said->on_left ? judged->lease.left : judged->lease.right;
}

static json_t *said_json(const struct judged *judged, const struct said *said)
{
	char item[UUID_TEXT];

	uuid_to_text(item, item_of(judged, said));
	return json_pack("{s:s, s:s, s:s, s:i, s:O?, s:O?}", "item", item, "position",
					 said->on_left ? "left" : "right", "verdict", verdicts[said->verdict],
					 "confidence", (int)said->confidence, "tells", said->tells, "marks",
					 said->marks);
}

static json_t *judged_json(const struct judged *judged, size_t n)
{
	const struct lease *lease = &judged->lease;
	char id[UUID_TEXT], volunteer[UUID_TEXT], campaign[UUID_TEXT], hash[SHA256_TEXT];
	int64_t server_ms = (judged->received_s - lease->issued_s) * 1000;

	uuid_to_text(id, lease->id);
	uuid_to_text(volunteer, lease->volunteer);
	uuid_to_text(campaign, lease->campaign);
	hex_encode(hash, judged->body_hash, SHA256_BYTES);
	return json_pack(
		"{s:I, s:s, s:s, s:s, s:s, s:b, s:i, s:b, s:s, s:o, s:o, s:I, s:O?, s:b, s:[o, o]}", "n",
		(json_int_t)n, "assignment", id, "volunteer", volunteer, "campaign", campaign, "kind",
		assignment_kinds[lease->kind], "matched", (int)lease->matched, "policy", (int)lease->policy,
		"live", judged->received_s <= lease->expires_s, "body_hash", hash, "response_ms",
		number_or_null(judged->response_ms), "exposure_ms", number_or_null(judged->exposure_ms),
		"server_ms",
		(json_int_t)(server_ms < 0           ? 0
					 : server_ms > INT32_MAX ? INT32_MAX
											 : server_ms),
		"device", judged->device, "training", lease->kind == KIND_TRAINING, "items",
		said_json(judged, &judged->said[0]), said_json(judged, &judged->said[1]));
}

/* What the statement's outcome means; `raced` stays unanswered. */
static bool settle(const char *outcome, struct judged_result *result)
{
	result->err = ok();
	result->again = strcmp(outcome, "again") == 0;
	if (strcmp(outcome, "raced") == 0)
		return false;
	if (strcmp(outcome, "conflict") == 0)
		result->err = errorf(ERR_CONFLICT, "This pair was judged before, and otherwise.");
	else if (strcmp(outcome, "seen") == 0)
		result->err = errorf(ERR_CONFLICT, "You judged one of these two before.");
	else if (strcmp(outcome, "skipped") == 0)
		result->err = errorf(ERR_CONFLICT, "You skipped this pair.");
	else if (strcmp(outcome, "expired") == 0)
		result->err = errorf(ERR_GONE, "This assignment has expired. Ask for a new one.");
	else if (strcmp(outcome, "nobody") == 0)
		result->err = errorf(ERR_NOBODY, "There is no such volunteer any more. Begin again.");
	return true;
}

/* One statement for all. done[i] is set for those with a final result. */
static struct error store_together(struct db *db, const struct judged *const judged[],
								   struct judged_result results[], bool done[], size_t count)
{
	json_auto_t *list = json_array();
	auto_rows *rows = NULL;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, judged_json(judged[i], i));
	char *text = json_dumps(list, JSON_COMPACT);
	if (!text)
		abort();
	struct error err = db_run(db, SQL_JUDGMENT_STORE, (const char *[]){ text }, &rows);
	free(text);
	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		size_t n = (size_t)rows_integer(rows, r, 0);

		if (n < count)
			done[n] = settle(rows_text(rows, r, 1), &results[n]);
	}
	return err;
}

/*
 * One by one: a bad row spoiled its batch, or another writer won a race.  The second try sees
 * what the winner stored.
 */
static void store_alone(struct db *db, const struct judged *judged, struct judged_result *result)
{
	bool done = false;
	struct error err = ok();

	for (int try = 0; try < 3 && !done; try++) {
		err = store_together(db, &judged, result, &done, 1);
		if (err.code && err.code != ERR_CONFLICT)
			break;
	}
	if (!done)
		result->err = err.code && err.code != ERR_CONFLICT
						  ? err
						  : errorf(ERR_UNAVAILABLE, "Too many changes at once. Try again.");
}

static void note_truth(const struct rows *rows, const struct judged *judged,
					   struct judged_result *result, struct arena *arena)
{
	char item[UUID_TEXT];

	for (size_t s = 0; s < 2; s++) {
		uuid_to_text(item, item_of(judged, &judged->said[s]));
		for (size_t r = 0; r < rows_count(rows); r++) {
			if (strcmp(rows_text(rows, r, 0), item) != 0)
				continue;
			result->truth[s] =
				strcmp(rows_text(rows, r, 1), "fake") == 0 ? VERDICT_FAKE : VERDICT_REAL;
			result->explanation[s] = rows_copy(rows, r, 2, arena);
		}
	}
}

/* Only training tells the truth at once. */
static void tell_truth(struct db *db, struct arena *arena, const struct judged *judged,
					   struct judged_result *result)
{
	char left[UUID_TEXT], right[UUID_TEXT];
	auto_rows *rows = NULL;

	uuid_to_text(left, judged->lease.left);
	uuid_to_text(right, judged->lease.right);
	const char *ids = arena_printf(arena, "{%s,%s}", left, right);
	struct error err = db_run(db, SQL_ITEM_TRAINING_TRUTH, (const char *[]){ ids }, &rows);
	if (!err.code)
		note_truth(rows, judged, result, arena);
	else
		result->err = err; /* stored; the same request again will tell */
}

void judgments_store(struct db *db, struct arena *arena, const struct judged *const judged[],
					 struct judged_result results[], size_t count)
{
	bool *done = arena_alloc(arena, count + 1);
	struct error err = store_together(db, judged, results, done, count);

	for (size_t i = 0; i < count; i++) {
		results[i].truth[0] = results[i].truth[1] = -1;
		if (err.code == ERR_UNAVAILABLE && !db_asked_again(db))
			results[i].err = err;
		else if (!done[i])
			store_alone(db, judged[i], &results[i]);
		if (!results[i].err.code && judged[i]->lease.kind == KIND_TRAINING)
			tell_truth(db, arena, judged[i], &results[i]);
	}
}
