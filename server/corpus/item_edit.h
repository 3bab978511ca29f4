/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_edit -- what is known of an item: compared with a manifest, corrected, withdrawn.
 *
 * Facts travel as a JSON object of a manifest's columns and their texts; null empties a column.
 * The database writes a row of item_change for each that changes, with who and why.
 */
#ifndef CORPUS_ITEM_EDIT_H
#define CORPUS_ITEM_EDIT_H

#include <jansson.h>
#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "corpus/item_row.h"

struct db;

/* What a row says of its item, without file and url. The caller's. */
json_t *item_row_facts(const struct item_row *row);

/* The row that facts make, by a manifest's rules; it lends their texts. ERR_INVALID names the
 * column. */
struct error item_row_of_facts(struct arena *arena, const json_t *facts,
                               struct item_row *ret_row) MUST_CHECK;

/* Who corrects, for item_change; reason NULL: none is given. */
struct item_editor {
	const char *who, *reason;
	/* Where they decide on what somebody sent: their ids as an account, and as a volunteer in the
	 * same browser; NULL: a command, or not known. */
	const char *account, *volunteer;
};

/*
 * Compares an item with what a manifest says.  *ret_text is NULL when they agree, else a clause
 * that names every column with both values, in the arena; *ret_final says that no correction can
 * mend it: the item was withdrawn, or is of another campaign.
 */
struct error item_compare(struct db *db, struct arena *arena, const char *id,
                          const char *campaign_id, const json_t *facts, const char **ret_text,
                          bool *ret_final) MUST_CHECK;

/*
 * Corrects an item, by the rules that a manifest's row keeps: ERR_INVALID.  ERR_NOT_FOUND;
 * ERR_CONFLICT: it was withdrawn, or judged as its region has it cut.  Splits stay: *ret_splits is
 * NULL, or names those that the item now ties together, in the arena.
 */
struct error item_correct(struct db *db, struct arena *arena, const char *id, const json_t *facts,
                          const struct item_editor *editor, const char **ret_splits) MUST_CHECK;

/*
 * Sees to it that the items of an item's pair are cut alike, inside the caller's transaction;
 * `anew`: the region of one is another.  ERR_INVALID: one of them would have to be cut that was
 * judged.
 */
struct error item_fit_pair(struct db *db, const char *id, bool anew) MUST_CHECK;

/* Takes an item out of service and of later releases, and closes its open disputes. ERR_NOT_FOUND;
 * ERR_CONFLICT: it was withdrawn before. */
struct error item_withdraw(struct db *db, const char *id, const struct item_editor *editor,
                           unsigned *ret_disputes) MUST_CHECK;

/* The same, inside the caller's transaction. */
struct error item_take_out(struct db *db, const char *id,
                           const struct item_editor *editor) MUST_CHECK;

/* Finds one item by its id, or the SHA-256 of a file of it. ERR_NOT_FOUND; ERR_CONFLICT: several.
 */
struct error item_find(struct db *db, const char *name, char ret_id[UUID_TEXT]) MUST_CHECK;

/* Calls `use` for every line of what is known of an item; it keeps nothing of what it is given. */
struct error item_describe(struct db *db, const char *id,
                           void (*use)(void *arg, const char *name, const char *value),
                           void *arg) MUST_CHECK;

#endif
