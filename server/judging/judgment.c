/* SPDX-License-Identifier: Apache-2.0 */
#include "judging/judgment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/uuid.h"
#include "db/array.h"
#include "db/batch.h"
#include "db/db.h"

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
void judgment_hash(struct judgment_in *judgment)
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 hash;

	sha256_start(&hash);
	for (size_t s = 0; s < 2; s++) {
		const struct verdict_in *said = &judgment->said[s];

		hash_number(&hash, said->confidence << 2 | said->on_left << 1 | said->verdict);
		hash_text(&hash, said->tells);
		hash_text(&hash, said->marks);
	}
	hash_number(&hash, judgment->response_ms);
	hash_number(&hash, judgment->exposure_ms);
	hash_text(&hash, judgment->device);
	sha256_finish(&hash, digest);
	memcpy(judgment->body_hash, digest, sizeof judgment->body_hash);
}

static const unsigned char *item_of(const struct judgment_in *judgment,
                                    const struct verdict_in *said)
{
	return said->on_left ? judgment->lease.left : judgment->lease.right;
}

static void add_ms(struct array *array, int64_t ms)
{
	if (ms < 0)
		array_null(array);
	else
		array_int(array, (int32_t)(ms > INT32_MAX ? INT32_MAX : ms));
}

/* The columns of both statements, in their order. */
enum stored_column {
	/* of pairs, in order of assignment */
	ASSIGNMENT,
	VOLUNTEER,
	CAMPAIGN,
	MEDIA_TYPE,
	KIND,
	MATCHED,
	POLICY,
	BODY_HASH,
	RESPONSE_MS,
	EXPOSURE_MS,
	SERVER_MS,
	DEVICE,
	ITEMS, /* two of each */
	/* of what was said, in order of item and volunteer */
	SAID_ITEM,
	SAID_VOLUNTEER,
	SAID_ASSIGNMENT,
	LEFT,
	FAKE,
	CONFIDENCE,
	TELLS,
	MARKS,
	TRAINING,
	VERSION,
	COUNTS,
	NETWORK,
	/* of pairs again: for judgment_store_each alone */
	LIVE,
	COLUMNS
};

static const enum array_type types[COLUMNS] = {
	[ASSIGNMENT] = ARRAY_UUID,      [VOLUNTEER] = ARRAY_UUID,  [CAMPAIGN] = ARRAY_UUID,
	[MEDIA_TYPE] = ARRAY_TEXT,      [KIND] = ARRAY_TEXT,       [MATCHED] = ARRAY_FLAG,
	[POLICY] = ARRAY_INT,           [BODY_HASH] = ARRAY_BYTES, [RESPONSE_MS] = ARRAY_INT,
	[EXPOSURE_MS] = ARRAY_INT,      [SERVER_MS] = ARRAY_INT,   [DEVICE] = ARRAY_JSON,
	[ITEMS] = ARRAY_UUID,           [SAID_ITEM] = ARRAY_UUID,  [SAID_VOLUNTEER] = ARRAY_UUID,
	[SAID_ASSIGNMENT] = ARRAY_UUID, [LEFT] = ARRAY_FLAG,       [FAKE] = ARRAY_FLAG,
	[CONFIDENCE] = ARRAY_INT,       [TELLS] = ARRAY_TEXT,      [MARKS] = ARRAY_JSON,
	[TRAINING] = ARRAY_FLAG,        [VERSION] = ARRAY_INT,     [COUNTS] = ARRAY_FLAG,
	[NETWORK] = ARRAY_BYTES,        [LIVE] = ARRAY_FLAG,
};

static bool in_time(const struct judgment_in *judgment)
{
	return judgment->received_s <= judgment->lease.expires_s;
}

static void add_pair(struct array *const columns[COLUMNS], const struct judgment_in *judgment)
{
	const struct lease *lease = &judgment->lease;
	int64_t server_s = judgment->received_s - lease->issued_s;

	array_bytes(columns[ASSIGNMENT], lease->id, UUID_BYTES);
	array_bytes(columns[VOLUNTEER], lease->volunteer, UUID_BYTES);
	array_bytes(columns[CAMPAIGN], lease->campaign, UUID_BYTES);
	array_text(columns[MEDIA_TYPE], media_type_name((enum media_type)lease->media_type));
	array_text(columns[KIND], assignment_kinds[lease->kind]);
	array_flag(columns[MATCHED], lease->matched);
	array_int(columns[POLICY], (int32_t)lease->policy);
	array_bytes(columns[BODY_HASH], judgment->body_hash, sizeof judgment->body_hash);
	add_ms(columns[RESPONSE_MS], judgment->response_ms);
	add_ms(columns[EXPOSURE_MS], judgment->exposure_ms);
	add_ms(columns[SERVER_MS], server_s < 0 ? 0 : server_s * 1000);
	array_text(columns[DEVICE], judgment->device);
	array_bytes(columns[ITEMS], lease->left, UUID_BYTES);
	array_bytes(columns[ITEMS], lease->right, UUID_BYTES);
	array_flag(columns[LIVE], in_time(judgment));
}

/* One verdict on its way into the database. */
struct saying {
	const struct judgment_in *judgment;
	const struct verdict_in *said;
	const unsigned char *item;
};

static void add_saying(struct array *const columns[COLUMNS], const struct saying *saying)
{
	const struct lease *lease = &saying->judgment->lease;
	const struct verdict_in *said = saying->said;

	array_bytes(columns[SAID_ITEM], saying->item, UUID_BYTES);
	array_bytes(columns[SAID_VOLUNTEER], lease->volunteer, UUID_BYTES);
	array_bytes(columns[SAID_ASSIGNMENT], lease->id, UUID_BYTES);
	array_flag(columns[LEFT], said->on_left);
	array_flag(columns[FAKE], said->verdict == VERDICT_FAKE);
	array_int(columns[CONFIDENCE], (int32_t)said->confidence);
	array_text(columns[TELLS], said->tells);
	array_text(columns[MARKS], said->marks);
	array_flag(columns[TRAINING], lease->kind == KIND_TRAINING);
	array_int(columns[VERSION],
	          (int32_t)(said->on_left ? lease->left_version : lease->right_version));
	array_bytes(columns[NETWORK], saying->judgment->network,
	            network_stored(saying->judgment->network));
	array_flag(columns[COUNTS], lease->company != (said->on_left ? COMPANY_LEFT : COMPANY_RIGHT));
}

static int by_item_and_volunteer(const void *a, const void *b)
{
	const struct saying *one = a, *other = b;
	int order = memcmp(one->item, other->item, UUID_BYTES);

	return order ? order
	             : memcmp(one->judgment->lease.volunteer, other->judgment->lease.volunteer,
	                      UUID_BYTES);
}

/* What the statement's outcome means. */
static void judgment_settle(const char *outcome, struct judgment_result *result)
{
	result->err = ok();
	result->again = strcmp(outcome, "again") == 0;
	if (strcmp(outcome, "conflict") == 0)
		result->err = error_because(REASON_JUDGED_OTHERWISE);
	else if (strcmp(outcome, "seen") == 0)
		result->err = error_because(REASON_ITEM_JUDGED);
	else if (strcmp(outcome, "skipped") == 0)
		result->err = error_because(REASON_SKIPPED);
	else if (strcmp(outcome, "expired") == 0)
		result->err = error_because(REASON_LEASE_EXPIRED);
	else if (strcmp(outcome, "nobody") == 0)
		result->err = error_because(REASON_VOLUNTEER_GONE);
}

/* A batch on its way into the database. */
struct storing {
	struct arena *arena;
	const struct judgment_in *const *judgment;
	struct judgment_result *results;
	bool careful; /* not all can be stored: look at each */
};

/* A row of a statement: which one of the batch it is. */
struct place {
	const struct judgment_in *judgment;
	size_t row;
};

static int by_assignment(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	return memcmp(one->judgment->lease.id, other->judgment->lease.id, UUID_BYTES);
}

/* Locks are taken in the order of keys, so that batches wait for each other and do not deadlock. */
static void make_columns(struct storing *storing, const struct place places[], size_t count,
                         struct array *columns[COLUMNS])
{
	struct saying *sayings = arena_alloc(storing->arena, 2 * count * sizeof *sayings);

	for (size_t c = 0; c < COLUMNS; c++) {
		bool two_each = c >= ITEMS && c < LIVE;

		columns[c] = array_new(storing->arena, types[c], two_each ? 2 * count : count);
	}
	for (size_t i = 0; i < count; i++) {
		const struct judgment_in *judgment = places[i].judgment;

		add_pair(columns, judgment);
		for (size_t s = 0; s < 2; s++)
			sayings[2 * i + s] = (struct saying){ judgment, &judgment->said[s],
				                                  item_of(judgment, &judgment->said[s]) };
	}
	qsort(sayings, 2 * count, sizeof *sayings, by_item_and_volunteer);
	for (size_t i = 0; i < 2 * count; i++)
		add_saying(columns, &sayings[i]);
}

/* *ret_all: every one was stored; otherwise none was. */
static struct error judgment_store_all(struct db *db, struct array *const columns[COLUMNS],
                                       bool *ret_all)
{
	auto_rows *answers = NULL;
	struct error err =
		db_run_arrays(db, SQL_JUDGMENT_STORE, (const struct array *const *)columns, &answers);

	*ret_all = !err.code && rows_count(answers) == 1 && rows_flag(answers, 0, 0);
	return err;
}

static struct error store_each(struct db *db, struct array *const columns[COLUMNS],
                               const struct place places[], size_t count,
                               struct judgment_result results[])
{
	auto_rows *answers = NULL;
	struct error err =
		db_run_arrays(db, SQL_JUDGMENT_STORE_EACH, (const struct array *const *)columns, &answers);

	if (err.code)
		return err;
	if (rows_count(answers) != count)
		return errorf(ERR_INTERNAL, "%zu pairs got %zu answers", count, rows_count(answers));
	for (size_t r = 0; r < count; r++)
		judgment_settle(rows_text(answers, r, 1),
		                &results[places[rows_integer(answers, r, 0) - 1].row]);
	return ok();
}

static struct error store_rows(struct db *db, void *arg, const size_t rows[], size_t count)
{
	struct storing *storing = arg;
	struct place *places = arena_alloc(storing->arena, count * sizeof *places);
	struct array *columns[COLUMNS];
	struct error err = ok();
	bool all = false;

	for (size_t i = 0; i < count; i++) {
		places[i] = (struct place){ storing->judgment[rows[i]], rows[i] };
		storing->careful |= !in_time(places[i].judgment);
	}
	qsort(places, count, sizeof *places, by_assignment);
	make_columns(storing, places, count, columns);
	if (!storing->careful)
		err = judgment_store_all(db, columns, &all);
	storing->careful |= err.code == ERR_CONFLICT;
	if (err.code || all)
		return err;
	return store_each(db, columns, places, count, storing->results);
}

static void row_failed(void *arg, size_t row, struct error err)
{
	const struct storing *storing = arg;

	storing->results[row].err = err;
}

static bool same_uuid(const unsigned char a[UUID_BYTES], const unsigned char b[UUID_BYTES])
{
	return memcmp(a, b, UUID_BYTES) == 0;
}

/* Does storing one decide what becomes of the other? */
static bool judgment_clash(const struct lease *a, const struct lease *b)
{
	return same_uuid(a->volunteer, b->volunteer) &&
	       (same_uuid(a->id, b->id) || same_uuid(a->left, b->left) ||
	        same_uuid(a->left, b->right) || same_uuid(a->right, b->left) ||
	        same_uuid(a->right, b->right));
}

static bool rows_clash(const void *arg, size_t row, size_t earlier)
{
	const struct storing *storing = arg;

	return judgment_clash(&storing->judgment[row]->lease, &storing->judgment[earlier]->lease);
}

static bool tells_truth(const struct judgment_in *judgment, const struct judgment_result *result)
{
	return !result->err.code && judgment->lease.kind == KIND_TRAINING;
}

static void note_truth(const struct rows *rows, size_t row, const struct judgment_in *judgment,
                       struct judgment_result *result, struct arena *arena)
{
	unsigned char item[UUID_BYTES];

	if (!uuid_from_text(item, rows_text(rows, row, 0)))
		return;
	for (size_t s = 0; s < 2; s++) {
		if (!same_uuid(item, item_of(judgment, &judgment->said[s])))
			continue;
		result->truth[s] =
			strcmp(rows_text(rows, row, 1), "fake") == 0 ? VERDICT_FAKE : VERDICT_REAL;
		result->explanation[s] = rows_copy(rows, row, 2, arena);
	}
}

/* Only training tells the truth at once. */
static void tell_truth(struct db *db, const struct storing *storing, const size_t training[],
                       size_t count)
{
	struct array *items = array_new(storing->arena, ARRAY_UUID, 2 * count);
	auto_rows *rows = NULL;

	for (size_t i = 0; i < count; i++) {
		array_bytes(items, storing->judgment[training[i]]->lease.left, UUID_BYTES);
		array_bytes(items, storing->judgment[training[i]]->lease.right, UUID_BYTES);
	}
	struct error err =
		db_run_arrays(db, SQL_JUDGMENT_TRAINING_TRUTH, (const struct array *[]){ items }, &rows);
	for (size_t i = 0; i < count; i++) {
		if (err.code) /* stored; the same request again will tell */
			storing->results[training[i]].err = err;
		for (size_t r = 0; r < rows_count(rows); r++)
			note_truth(rows, r, storing->judgment[training[i]], &storing->results[training[i]],
			           storing->arena);
	}
}

void judgments_store(struct db *db, struct arena *arena, const struct judgment_in *const judgment[],
                     struct judgment_result results[], size_t count)
{
	struct storing storing = { .arena = arena, .judgment = judgment, .results = results };
	struct batch batch = {
		.store = store_rows, .fail = row_failed, .clash = rows_clash, .arg = &storing
	};
	size_t *training = arena_alloc(arena, (count + 1) * sizeof *training), trained = 0;

	for (size_t i = 0; i < count; i++)
		results[i] = (struct judgment_result){ .truth = { -1, -1 } };
	batch_store(db, arena, &batch, count);
	for (size_t i = 0; i < count; i++)
		if (tells_truth(judgment[i], &results[i]))
			training[trained++] = i;
	if (trained)
		tell_truth(db, &storing, training, trained);
}
