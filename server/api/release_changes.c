/* SPDX-License-Identifier: Apache-2.0 */
/* What changed from one release to another of its name. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/present/present_release.h"
#include "api/releases.h"
#include "release/changes.h"
#include "release/release.h"

#define CHANGES_MOST  CHANGES_AT_ONCE
#define ROWS_AT_ONCE  20000 /* of both tables, that one answer is made of */
#define POSITION_LEN  96
#define SHORT_ID      8
#define POSITION_TEXT "diff %.8s %.8s %llu %llu"

/* The two releases of an address, and their tables. */
struct asked_diff {
	struct release older, newer;
	FILE *before, *after;
	struct diff_place place;
};

/* A place in the list, of these two releases. */
static struct error diff_cursor(struct request *req, struct asked_diff *asked)
{
	unsigned long long before = 0, after = 0;
	char older[SHORT_ID + 1], newer[SHORT_ID + 1];
	const char *position;
	struct error err = cursor_read(req, &position);

	if (err.code || !position)
		return err;
	/* A number that is too large is no place in the files. */
	if (sscanf(position, "diff %8s %8s %20llu %20llu", older, newer, &before, &after) !=
	        4 || // NOLINT(cert-err34-c)
	    strncmp(older, asked->older.id, SHORT_ID) != 0 ||
	    strncmp(newer, asked->newer.id, SHORT_ID) != 0)
		return error_field("/cursor", "is another list's.");
	asked->place = (struct diff_place){ before, after };
	return ok();
}

/* The version that is asked for, or that before the release. */
static struct error find_older(struct request *req, struct db *db, struct asked_diff *asked)
{
	const char *from = request_query(req, "from");
	struct change_counts counts;
	struct error err = ok();

	if (!from)
		err = changes_before(db, req->arena, asked->newer.id, &from, &counts);
	if (err.code)
		return err;
	if (!from)
		return error_field("/from", "is missing: there is no version before this one.");
	err = release_find(db, req->arena, asked->newer.name, from, &asked->older);
	if (!err.code && strcmp(asked->older.id, asked->newer.id) == 0)
		return error_field("/from", "is the release itself.");
	return err;
}

static struct error open_asked(struct request *req, struct db *db, struct asked_diff *asked)
{
	const char *name = req->args[0];
	struct error err = release_find(db, req->arena, name, req->args[1], &asked->newer);

	bool limited;

	if (err.code || (err = find_older(req, db, asked)).code)
		return err;
	if ((err = release_let_in(req, db, asked->newer.version, &limited)).code ||
	    (err = release_let_in(req, db, asked->older.version, &limited)).code)
		return err;
	if ((err = diff_cursor(req, asked)).code)
		return err;
	if ((err = changes_labels(db, api.store, name, asked->older.version, &asked->before)).code)
		return err;
	return changes_labels(db, api.store, name, asked->newer.version, &asked->after);
}

/* All of them are counted first, once for these two releases. */
static struct error count_asked(struct db *db, const struct asked_diff *asked, json_t **ret_counts)
{
	struct changes changes = { db, asked->older.id, asked->newer.id, NULL };
	struct change_counts counts = { .same = 0 };
	struct error err =
		diff_new(asked->before, asked->after, (struct diff_place){ 0, 0 }, &changes.diff);

	if (!err.code)
		err = changes_counted(&changes, false, &counts);
	diff_free(changes.diff);
	rewind(asked->before);
	rewind(asked->after);
	if (!err.code)
		*ret_counts = change_counts_json(&counts);
	return err;
}

static struct error list_asked(struct request *req, struct db *db, const struct asked_diff *asked,
                               unsigned limit, json_t *body)
{
	struct changes changes = { db, asked->older.id, asked->newer.id, NULL };
	struct release_change *list = arena_alloc(req->arena, CHANGES_AT_ONCE * sizeof *list);
	json_t *items = json_array(), *next = json_null();
	size_t count = 0;
	struct error err = diff_new(asked->before, asked->after, asked->place, &changes.diff);

	if (!err.code)
		err = changes_next(&changes, req->arena, limit, ROWS_AT_ONCE, list, &count);
	for (size_t i = 0; !err.code && i < count; i++)
		json_array_append_new(items, present_change(&list[i]));
	if (!err.code && !diff_ended(changes.diff)) {
		struct diff_place place = diff_place(changes.diff);

		next = json_string(cursor_make(
			req, arena_printf(req->arena, POSITION_TEXT, asked->older.id, asked->newer.id,
		                      (unsigned long long)place.before, (unsigned long long)place.after)));
	}
	diff_free(changes.diff);
	json_object_set_new(body, "items", items);
	json_object_set_new(body, "next", next);
	return err;
}

static struct error answer_diff(struct request *req, struct db *db, const struct asked_diff *asked,
                                unsigned limit)
{
	json_t *counts = NULL;
	struct error err = count_asked(db, asked, &counts);

	if (err.code)
		return err;
	json_auto_t *body =
		json_pack("{s:s, s:s, s:s, s:o}", "name", asked->newer.name, "from", asked->older.version,
	              "to", asked->newer.version, "counts", counts);
	if ((err = list_asked(req, db, asked, limit, body)).code)
		return err;
	request_json(req, 200, json_incref(body));
	return ok();
}

struct error get_release_diff(struct request *req, struct db *db)
{
	struct asked_diff asked = { .before = NULL };
	unsigned limit;
	struct error err = request_limit(req, CHANGES_MOST, 100, &limit);

	if (!err.code)
		err = open_asked(req, db, &asked);
	if (!err.code)
		err = answer_diff(req, db, &asked, limit);
	if (asked.before)
		fclose(asked.before);
	if (asked.after)
		fclose(asked.after);
	return err;
}
