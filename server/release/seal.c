/* SPDX-License-Identifier: Apache-2.0 */
#include "release/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/hex.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "crypto/secret.h"
#include "db/array.h"
#include "release/formats/formats.h"

#define SALTS_AT_ONCE "2000"

/*
 * What is public of a sealed item, of the values of a row of labels.csv: all else is withheld.
 * Licence and credit stay, because most licences ask for them wherever a medium is given out; so
 * an operator whose sources have one licence for fakes and another for real media cannot seal them.
 */
static const bool sealed_columns[LABEL_VALUES] = {
	[LABEL_ITEM] = true,        [LABEL_SPLIT] = true,   [LABEL_MEDIA_TYPE] = true,
	[LABEL_FILE] = true,        [LABEL_WIDTH] = true,   [LABEL_HEIGHT] = true,
	[LABEL_DURATION_MS] = true, [LABEL_LICENCE] = true, [LABEL_CREDIT] = true,
	[LABEL_BYTES] = true,       [LABEL_SHA256] = true,
};

bool seal_withholds(int column)
{
	return !sealed_columns[column];
}

static const char *value_name(int column)
{
	if (column < LABEL_COLUMNS)
		return label_columns[column].name;
	return column == LABEL_SOURCE ? "source" : "title";
}

const char *seal_column(size_t index)
{
	int column = 0;

	while (sealed_columns[column] || index-- > 0)
		column++;
	return value_name(column);
}

bool seal_commit(const char *salt, const char *opening, char commitment[SHA256_TEXT])
{
	unsigned char bytes[SEAL_SALT_BYTES], digest[SHA256_BYTES];
	struct sha256 sha256;

	if (strlen(salt) != SEAL_SALT_TEXT - 1 || !hex_decode(bytes, sizeof bytes, salt))
		return false;
	sha256_start(&sha256);
	sha256_add(&sha256, bytes, sizeof bytes);
	sha256_add(&sha256, opening, strlen(opening));
	sha256_finish(&sha256, digest);
	hex_encode(commitment, digest, sizeof digest);
	return true;
}

/* ------------------------------------------------------------------ salts */

/* The salts are wiped as soon as they are on their way. */
static struct error salt_some(struct db *db, const char *release_id, const struct rows *items)
{
	struct arena *arena = arena_new();
	size_t count = rows_count(items);
	struct array *release = array_new(arena, ARRAY_TEXT, 1);
	struct array *ids = array_new(arena, ARRAY_UUID, count);
	struct array *salts = array_new(arena, ARRAY_BYTES, count);
	unsigned char salt[SEAL_SALT_BYTES], id[UUID_BYTES];
	auto_rows *rows = NULL;
	struct error err = ok();

	array_text(release, release_id);
	for (size_t i = 0; i < count && !err.code; i++) {
		if (!uuid_from_text(id, rows_text(items, i, 0)))
			err = errorf(ERR_INTERNAL, "a sealed item cannot be read");
		secret_fill(salt, sizeof salt);
		array_bytes(ids, id, sizeof id);
		array_bytes(salts, salt, sizeof salt);
	}
	secret_wipe(salt, sizeof salt);
	if (!err.code)
		err = db_run_arrays(db, SQL_SEAL_SALT, (const struct array *const[]){ release, ids, salts },
		                    &rows);
	arena_free(arena);
	return err;
}

struct error seal_prepare(struct db *db, const char *release_id)
{
	char after[UUID_TEXT] = "";
	struct error err;

	for (;;) {
		const char *const params[] = { release_id, *after ? after : NULL, SALTS_AT_ONCE };
		auto_rows *rows = NULL;

		if ((err = db_run(db, SQL_SEAL_UNSALTED, params, &rows)).code || rows_count(rows) == 0)
			return err;
		if ((err = salt_some(db, release_id, rows)).code)
			return err;
		snprintf(after, sizeof after, "%s", rows_text(rows, rows_count(rows) - 1, 0));
	}
}

/* ------------------------------------------------------------------ openings */

struct seal_note {
	unsigned char item[UUID_BYTES];
	const char *opening;
};

struct seal {
	struct arena *arena; /* of the openings */
	struct seal_note *notes;
	size_t count, room;
};

struct seal *seal_new(void)
{
	struct seal *seal = mem_new(1, sizeof *seal);

	seal->arena = arena_new();
	return seal;
}

void seal_free(struct seal *seal)
{
	if (!seal)
		return;
	arena_free(seal->arena);
	free(seal->notes);
	free(seal);
}

/* A line a value; cells hold no ends of lines. */
static const char *opening_of(struct arena *arena, const char *const values[])
{
	const char *opening = arena_printf(arena, "item=%s\n", values[LABEL_ITEM]);

	for (int c = 0; c < LABEL_VALUES; c++) {
		if (sealed_columns[c])
			continue;
		char *cell = csv_cell(values[c] ? values[c] : "");
		opening = arena_printf(arena, "%s%s=%s\n", opening, value_name(c), cell);
		free(cell);
	}
	return opening;
}

struct error seal_row(struct seal *seal, const char *values[], const char *salt,
                      char commitment[SHA256_TEXT])
{
	struct arena *scratch = arena_new();
	const char *opening = opening_of(scratch, values);
	struct seal_note note = { .opening = arena_copy(seal->arena, opening, strlen(opening)) };

	arena_free(scratch);
	if (!salt || !seal_commit(salt, note.opening, commitment) ||
	    !uuid_from_text(note.item, values[LABEL_ITEM]))
		return errorf(ERR_INTERNAL, "a sealed item has no salt");
	if (seal->count == seal->room) {
		seal->room = seal->room ? 2 * seal->room : 256;
		seal->notes = mem_resize(seal->notes, seal->room, sizeof *seal->notes);
	}
	seal->notes[seal->count++] = note;
	for (int c = 0; c < LABEL_VALUES; c++)
		if (!sealed_columns[c])
			values[c] = NULL;
	return ok();
}

struct error seal_keep(struct seal *seal, struct db *db, const char *release_id)
{
	auto_rows *rows = NULL;

	if (seal->count == 0)
		return ok();
	struct array *release = array_new(seal->arena, ARRAY_TEXT, 1);
	struct array *ids = array_new(seal->arena, ARRAY_UUID, seal->count);
	struct array *openings = array_new(seal->arena, ARRAY_TEXT, seal->count);
	array_text(release, release_id);
	for (size_t i = 0; i < seal->count; i++) {
		array_bytes(ids, seal->notes[i].item, UUID_BYTES);
		array_text(openings, seal->notes[i].opening);
	}
	struct error err = db_run_arrays(
		db, SQL_SEAL_KEEP, (const struct array *const[]){ release, ids, openings }, &rows);
	arena_free(seal->arena);
	seal->arena = arena_new();
	seal->count = 0;
	return err;
}
