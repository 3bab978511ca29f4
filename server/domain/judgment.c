/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/judgment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/reader.h"
#include "db/array.h"
#include "db/db.h"

#define MAX_TELLS 11
#define MAX_TRIES 3  /* of a batch that loses races; later its rows go alone */
#define MAX_TELL  11 /* characters of the longest, and a comma */
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

/* Known words alone: nothing in them asks for quotes. */
static const char *tells_text(struct arena *arena, const json_t *list)
{
	char *text = arena_alloc(arena, MAX_TELLS * MAX_TELL + 3), *at = text;

	*at++ = '{';
	for (size_t i = 0; i < json_array_size(list); i++) {
		at = stpcpy(at, json_string_value(json_array_get(list, i)));
		*at++ = ',';
	}
	at[json_array_size(list) ? -1 : 0] = '}';
	return text;
}

static const char *read_tells(struct reader *r)
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
	return list && !r->err.code ? tells_text(r->arena, list) : NULL;
}

/* A part of the body as it is kept: what was sent in another order of fields is the same. */
static const char *json_text(struct arena *arena, const json_t *json)
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

static const char *read_marks(struct reader *r)
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
	return list && !r->err.code ? json_text(r->arena, list) : NULL;
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

static const char *read_device(struct reader *outer)
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
	return outer->err.code ? NULL : json_text(outer->arena, device);
}

static void hash_number(struct sha256 *hash, int64_t number)
{
	sha256_add(hash, &number, sizeof number);
}

static void hash_text(struct sha256 *hash, const char *text)
{
	hash_number(hash, text ? (int64_t)strlen(text) : -1);
	if (text)
		sha256_add(hash, text, strlen(text));
}

/*
 * Of what was said, not of how it was written: white space, the order of fields and how the token
 * is sealed make no other body.
 */
static void hash_body(struct judged *judged)
{
	struct sha256 hash;

	sha256_start(&hash);
	for (size_t s = 0; s < 2; s++) {
		const struct said *said = &judged->said[s];

		hash_number(&hash, said->confidence << 2 | said->on_left << 1 | said->verdict);
		hash_text(&hash, said->tells);
		hash_text(&hash, said->marks);
	}
	hash_number(&hash, judged->response_ms);
	hash_number(&hash, judged->exposure_ms);
	hash_text(&hash, judged->device);
	sha256_finish(&hash, judged->body_hash);
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
	struct error err = reader_done(&r);
	if (!err.code)
		hash_body(judged);
	return err;
}

static const struct said *said_of(const struct judged *judged, bool left)
{
	return &judged->said[judged->said[0].on_left == left ? 0 : 1];
}

static const unsigned char *item_of(const struct judged *judged, const struct said *said)
{
	return said->on_left ? judged->lease.left : judged->lease.right;
}

static void add_ms(struct array *array, int64_t ms)
{
	if (ms < 0)
		array_null(array);
	else
		array_int(array, (int32_t)(ms > INT32_MAX ? INT32_MAX : ms));
}

/* The columns of the statement, in its order. */
enum column {
	ASSIGNMENT,
	VOLUNTEER,
	CAMPAIGN,
	KIND,
	TRAINING,
	MATCHED,
	POLICY,
	LIVE,
	BODY_HASH,
	RESPONSE_MS,
	EXPOSURE_MS,
	SERVER_MS,
	DEVICE,
	SIDES /* the left one begins here; the right one follows */
};

enum side_column { ITEM, VERDICT, CONFIDENCE, TELLS, MARKS, SIDE };

#define COLUMNS (SIDES + 2 * SIDE)

static const enum array_type pair_types[SIDES] = {
	[ASSIGNMENT] = ARRAY_UUID, [VOLUNTEER] = ARRAY_UUID,  [CAMPAIGN] = ARRAY_UUID,
	[KIND] = ARRAY_TEXT,       [TRAINING] = ARRAY_FLAG,   [MATCHED] = ARRAY_FLAG,
	[POLICY] = ARRAY_INT,      [LIVE] = ARRAY_FLAG,       [BODY_HASH] = ARRAY_BYTES,
	[RESPONSE_MS] = ARRAY_INT, [EXPOSURE_MS] = ARRAY_INT, [SERVER_MS] = ARRAY_INT,
	[DEVICE] = ARRAY_JSON,
};

static const enum array_type side_types[SIDE] = {
	[ITEM] = ARRAY_UUID,  [VERDICT] = ARRAY_TEXT, [CONFIDENCE] = ARRAY_INT,
	[TELLS] = ARRAY_TEXT, [MARKS] = ARRAY_JSON,
};

static void add_side(struct array *const columns[SIDE], const struct judged *judged, bool left)
{
	const struct said *said = said_of(judged, left);

	array_bytes(columns[ITEM], item_of(judged, said), UUID_BYTES);
	array_text(columns[VERDICT], verdicts[said->verdict]);
	array_int(columns[CONFIDENCE], (int32_t)said->confidence);
	array_text(columns[TELLS], said->tells);
	array_text(columns[MARKS], said->marks);
}

static void add_pair(struct array *const columns[COLUMNS], const struct judged *judged)
{
	const struct lease *lease = &judged->lease;
	int64_t server_s = judged->received_s - lease->issued_s;

	array_bytes(columns[ASSIGNMENT], lease->id, UUID_BYTES);
	array_bytes(columns[VOLUNTEER], lease->volunteer, UUID_BYTES);
	array_bytes(columns[CAMPAIGN], lease->campaign, UUID_BYTES);
	array_text(columns[KIND], assignment_kinds[lease->kind]);
	array_flag(columns[TRAINING], lease->kind == KIND_TRAINING);
	array_flag(columns[MATCHED], lease->matched);
	array_int(columns[POLICY], (int32_t)lease->policy);
	array_flag(columns[LIVE], judged->received_s <= lease->expires_s);
	array_bytes(columns[BODY_HASH], judged->body_hash, SHA256_BYTES);
	add_ms(columns[RESPONSE_MS], judged->response_ms);
	add_ms(columns[EXPOSURE_MS], judged->exposure_ms);
	add_ms(columns[SERVER_MS], server_s < 0 ? 0 : server_s * 1000);
	array_text(columns[DEVICE], judged->device);
	add_side(columns + SIDES, judged, true);
	add_side(columns + SIDES + SIDE, judged, false);
}

/* What the statement's outcome means. */
static void settle(const char *outcome, struct judged_result *result)
{
	result->err = ok();
	result->again = strcmp(outcome, "again") == 0;
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
}

/* Some of a batch: which, and where their results go. */
struct part {
	const struct judged **judged;
	struct judged_result **results;
	size_t count;
};

static struct part part_new(struct arena *arena, size_t room)
{
	return (struct part){ .judged = arena_alloc(arena, room * sizeof(struct judged *)),
						  .results = arena_alloc(arena, room * sizeof(struct judged_result *)) };
}

static void part_add(struct part *part, const struct judged *judged, struct judged_result *result)
{
	part->judged[part->count] = judged;
	part->results[part->count++] = result;
}

static void make_columns(struct arena *arena, const struct part *part,
						 struct array *columns[COLUMNS])
{
	for (size_t c = 0; c < COLUMNS; c++)
		columns[c] = array_new(arena, c < SIDES ? pair_types[c] : side_types[(c - SIDES) % SIDE],
							   part->count);
	for (size_t i = 0; i < part->count; i++)
		add_pair(columns, part->judged[i]);
}

static struct error run_once(struct db *db, struct array *const columns[COLUMNS],
							 const struct part *part)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run_arrays(db, SQL_JUDGMENT_STORE, (const struct array *const *)columns, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) != part->count)
		return errorf(ERR_INTERNAL, "a batch of %zu got %zu answers", part->count,
					  rows_count(rows));
	for (size_t r = 0; r < part->count; r++)
		settle(rows_text(rows, r, 1), part->results[rows_integer(rows, r, 0) - 1]);
	return ok();
}

/* Is it worth asking again at once? */
static bool lost_a_race(const struct db *db, struct error err)
{
	return err.code == ERR_CONFLICT || (err.code == ERR_UNAVAILABLE && db_asked_again(db));
}

/* One statement for all, that happens as a whole or not at all: an error leaves no result. */
static struct error store_together(struct db *db, struct arena *arena, const struct part *part)
{
	struct array *columns[COLUMNS];
	struct error err;
	int tries = 0;

	make_columns(arena, part, columns);
	do
		err = run_once(db, columns, part);
	while (lost_a_race(db, err) && ++tries < MAX_TRIES);
	return err;
}

static void store_alone(struct db *db, struct arena *arena, const struct judged *judged,
						struct judged_result *result)
{
	struct part one = part_new(arena, 1);

	part_add(&one, judged, result);
	struct error err = store_together(db, arena, &one);
	if (lost_a_race(db, err))
		result->err = errorf(ERR_UNAVAILABLE, "Too many changes at once. Try again.");
	else if (err.code)
		result->err = err;
}

/* Without a database all fail alike; otherwise one of them spoiled it, and the rest are good. */
static void store_part(struct db *db, struct arena *arena, const struct part *part)
{
	struct error err = part->count ? store_together(db, arena, part) : ok();
	bool unreachable = err.code == ERR_UNAVAILABLE && !db_asked_again(db);

	for (size_t i = 0; err.code && i < part->count; i++) {
		if (unreachable)
			part->results[i]->err = err;
		else
			store_alone(db, arena, part->judged[i], part->results[i]);
	}
}

static bool same_uuid(const unsigned char a[UUID_BYTES], const unsigned char b[UUID_BYTES])
{
	return memcmp(a, b, UUID_BYTES) == 0;
}

/* Does storing one decide what becomes of the other? */
static bool clash(const struct lease *a, const struct lease *b)
{
	return same_uuid(a->volunteer, b->volunteer) &&
		   (same_uuid(a->id, b->id) || same_uuid(a->left, b->left) ||
			same_uuid(a->left, b->right) || same_uuid(a->right, b->left) ||
			same_uuid(a->right, b->right));
}

static bool clashes_with_earlier(const struct judged *const judged[], size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (clash(&judged[i]->lease, &judged[before]->lease))
			return true;
	return false;
}

static bool tells_truth(const struct judged *judged, const struct judged_result *result)
{
	return !result->err.code && judged->lease.kind == KIND_TRAINING;
}

static void note_truth(const struct rows *rows, size_t row, const struct judged *judged,
					   struct judged_result *result, struct arena *arena)
{
	unsigned char item[UUID_BYTES];

	if (!uuid_from_text(item, rows_text(rows, row, 0)))
		return;
	for (size_t s = 0; s < 2; s++) {
		if (!same_uuid(item, item_of(judged, &judged->said[s])))
			continue;
		result->truth[s] =
			strcmp(rows_text(rows, row, 1), "fake") == 0 ? VERDICT_FAKE : VERDICT_REAL;
		result->explanation[s] = rows_copy(rows, row, 2, arena);
	}
}

/* Only training tells the truth at once. */
static void tell_truth(struct db *db, struct arena *arena, const struct part *training)
{
	struct array *items = array_new(arena, ARRAY_UUID, 2 * training->count);
	auto_rows *rows = NULL;

	if (!training->count)
		return;
	for (size_t i = 0; i < training->count; i++) {
		array_bytes(items, training->judged[i]->lease.left, UUID_BYTES);
		array_bytes(items, training->judged[i]->lease.right, UUID_BYTES);
	}
	struct error err =
		db_run_arrays(db, SQL_ITEM_TRAINING_TRUTH, (const struct array *[]){ items }, &rows);
	for (size_t i = 0; i < training->count; i++) {
		if (err.code)
			training->results[i]->err = err; /* stored; the same request again will tell */
		for (size_t r = 0; r < rows_count(rows); r++)
			note_truth(rows, r, training->judged[i], training->results[i], arena);
	}
}

void judgments_store(struct db *db, struct arena *arena, const struct judged *const judged[],
					 struct judged_result results[], size_t count)
{
	struct part first = part_new(arena, count), later = part_new(arena, count);
	struct part training = part_new(arena, count);

	for (size_t i = 0; i < count; i++) {
		results[i] = (struct judged_result){ .truth = { -1, -1 } };
		part_add(clashes_with_earlier(judged, i) ? &later : &first, judged[i], &results[i]);
	}
	store_part(db, arena, &first);
	for (size_t i = 0; i < later.count; i++)
		store_alone(db, arena, later.judged[i], later.results[i]);
	for (size_t i = 0; i < count; i++)
		if (tells_truth(judged[i], &results[i]))
			part_add(&training, judged[i], &results[i]);
	tell_truth(db, arena, &training);
}
