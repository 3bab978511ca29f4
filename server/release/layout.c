/* SPDX-License-Identifier: Apache-2.0 */
#include "release/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/thread.h"
#include "db/array.h"
#include "release/keys.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"
#include "release/withdrawal.h"

static const struct layout *const layouts[] = {
	&layout_own, /* first: the others look media up in it */
	&layout_class_folders, &layout_huggingface, &layout_webdataset,    &layout_parquet, &layout_csv,
	&layout_jsonl,         &layout_dfdc,        &layout_deepfakebench, &layout_bagit,
};

#define LAYOUTS (sizeof layouts / sizeof layouts[0])

/* ------------------------------------------------------------------ names */

/* All names, with blanks between them. */
static void list_layouts(char names[256])
{
	size_t len = 0;

	names[0] = '\0';
	for (size_t i = 0; i < LAYOUTS; i++)
		len += (size_t)snprintf(names + len, 256 - len, "%s%s", i ? " " : "", layouts[i]->name);
}

const char *layouts_that_repeat(struct arena *arena)
{
	const char *list = "";

	for (size_t i = 0; i < LAYOUTS; i++)
		if (layouts[i]->repeats_media)
			list = arena_printf(arena, "%s%s%s", list, *list ? "," : "", layouts[i]->name);
	return arena_printf(arena, "{%s}", list);
}

struct error layout_named(const char *name, const struct layout **ret_layout)
{
	char names[256];

	for (size_t i = 0; i < LAYOUTS; i++)
		if (strcmp(layouts[i]->name, name) == 0) {
			*ret_layout = layouts[i];
			return ok();
		}
	list_layouts(names);
	return errorf(ERR_INVALID, "There is no such format. There are: %s.", names);
}

/* ------------------------------------------------------------------ what is made */

/* The path of a table of contents among what was made of the release. */
static const char *contents_path(struct arena *arena, const char *layout)
{
	return arena_printf(arena, "%s.contents", layout);
}

/* *ret_found: the layout is made. */
static struct error find_made(struct db *db, struct arena *arena, const char *release_id,
                              const char *layout, struct made_layout *ret_made, bool *ret_found)
{
	const char *const params[] = { release_id, contents_path(arena, layout) };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_LAYOUT_CONTENTS, params, &rows);

	if (err.code)
		return err;
	*ret_found = rows_count(rows) > 0;
	if (!*ret_found)
		return ok();
	*ret_made = (struct made_layout){ .name = layout };
	return hex_decode(ret_made->contents, SHA256_BYTES, rows_text(rows, 0, 0))
	           ? ok()
	           : errorf(ERR_INTERNAL, "a digest cannot be read");
}

struct error layout_find(struct db *db, struct arena *arena, const char *name, const char *version,
                         const char *layout, struct release *ret_release,
                         struct made_layout *ret_made)
{
	const struct layout *known;
	bool found;
	struct error err = layout_named(layout, &known);

	if (err.code)
		return errorf(ERR_NOT_FOUND, "%s", err.detail);
	if ((err = release_find(db, arena, name, version, ret_release)).code)
		return err;
	if ((err = find_made(db, arena, ret_release->id, known->name, ret_made, &found)).code)
		return err;
	if (!found)
		return errorf(ERR_NOT_FOUND, "%s %s is not made in the format %s%s.", name, version,
		              known->name, known->repeats_media ? ": ask for it" : " yet");
	return ok();
}

/* Which row is of this layout; as many as there are rows: none. */
static size_t row_of_layout(const struct rows *rows, const char *name)
{
	size_t row = 0;

	while (row < rows_count(rows) && strcmp(rows_text(rows, row, 0), name) != 0)
		row++;
	return row;
}

struct error layout_list(struct db *db, struct arena *arena, const char *release_id,
                         struct made_layout **ret_layouts, size_t *ret_count)
{
	struct made_layout *list = arena_alloc(arena, LAYOUTS * sizeof *list);
	auto_rows *rows = NULL;
	size_t count = 0;
	struct error err = db_run(db, SQL_LAYOUT_LIST, (const char *[]){ release_id }, &rows);

	if (err.code)
		return err;
	for (size_t i = 0; i < LAYOUTS; i++) {
		size_t row = row_of_layout(rows, layouts[i]->name);

		if (row == rows_count(rows))
			continue;
		list[count].name = layouts[i]->name;
		if (!hex_decode(list[count++].contents, SHA256_BYTES, rows_text(rows, row, 1)))
			return errorf(ERR_INTERNAL, "a digest cannot be read");
	}
	*ret_layouts = list;
	*ret_count = count;
	return ok();
}

/* ------------------------------------------------------------------ making */

struct layout_keeping {
	struct arena *arena;
	const char *release_id;
	const struct layout *layout;
	const struct layout_objects *objects;
};

/* All that was made for it is named at once; whoever made it meanwhile made the same. */
static struct error keep_layout(struct db *db, void *arg)
{
	const struct layout_keeping *keeping = arg;
	const struct layout_objects *objects = keeping->objects;
	const char *name = keeping->layout->name;
	struct array *release = array_new(keeping->arena, ARRAY_TEXT, 1);
	struct array *paths = array_new(keeping->arena, ARRAY_TEXT, objects->count);
	struct array *digests = array_new(keeping->arena, ARRAY_BYTES, objects->count);
	struct array *bytes = array_new(keeping->arena, ARRAY_LONG, objects->count);
	auto_rows *rows = NULL;

	array_text(release, keeping->release_id);
	for (size_t i = 0; i < objects->count; i++) {
		array_text(paths, i + 1 == objects->count
		                      ? contents_path(keeping->arena, name)
		                      : arena_printf(keeping->arena, "%s.%06zu", name, i + 1));
		array_bytes(digests, objects->of[i].digest, SHA256_BYTES);
		array_long(bytes, (int64_t)objects->of[i].bytes);
	}
	return db_run_arrays(db, SQL_LAYOUT_KEEP,
	                     (const struct array *const[]){ release, paths, digests, bytes }, &rows);
}

/* Makes the layout, whose own one is made where it is another. */
static struct error write_layout(const struct layout_task *task, struct arena *arena,
                                 const struct layout *layout)
{
	struct layout_objects objects = { 0 };
	struct error err = layout_write_out(task, layout, &objects);

	if (err.code)
		return err;
	struct layout_keeping keeping = { arena, task->release->id, layout, &objects };
	err = db_transaction(task->db, keep_layout, &keeping);
	free(objects.of);
	return err;
}

/* Makes it unless it is made. */
static struct error need_layout(const struct layout_task *task, struct arena *arena,
                                const struct layout *layout, struct made_layout *ret_made)
{
	bool found;
	struct error err =
		find_made(task->db, arena, task->release->id, layout->name, ret_made, &found);

	if (err.code || found)
		return err;
	if ((err = write_layout(task, arena, layout)).code)
		return err;
	return find_made(task->db, arena, task->release->id, layout->name, ret_made, &found);
}

struct error layout_make(struct db *db, struct store *store, const char *release_id,
                         const struct layout *layout, const struct progress_listener *progress)
{
	struct arena *arena = arena_new();
	struct made_layout own, made;
	struct release release;
	struct layout_task task = {
		.db = db, .store = store, .release = &release, .progress = progress
	};
	struct error err = release_by_id(db, arena, release_id, &release);

	if (!err.code && strcmp(release.state, "ready") != 0)
		err = errorf(ERR_CONFLICT, "Release %s %s is not ready.", release.name, release.version);
	if (!err.code)
		err = need_layout(&task, arena, &layout_own, &own);
	task.own = own.contents;
	if (!err.code && layout != &layout_own)
		err = need_layout(&task, arena, layout, &made);
	arena_free(arena);
	return err;
}

/* ------------------------------------------------------------------ the job */

static struct error is_wanted(struct db *db, const char *release_id, const struct layout *layout,
                              bool *ret_wanted)
{
	auto_rows *rows = NULL;
	struct error err;

	*ret_wanted = !layout->repeats_media;
	if (*ret_wanted)
		return ok();
	err = db_run(db, SQL_LAYOUT_WANTED, (const char *[]){ release_id, layout->name }, &rows);
	if (!err.code)
		*ret_wanted = rows_flag(rows, 0, 0);
	return err;
}

/* Of a release from which something was withdrawn none is given out, and its media go. */
static struct error is_whole_release(struct db *db, const char *release_id, bool *ret_whole)
{
	struct arena *arena = arena_new();
	const char *revision = NULL;
	int64_t withdrawn = 0;
	struct error err = withdrawal_count(db, arena, release_id, &revision, &withdrawn);

	*ret_whole = withdrawn == 0;
	arena_free(arena);
	return err;
}

/* Layouts read all media: they wait for what is held to come back, or to go for good. */
static struct error wait_for_held(struct job_run *run)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(run->db, SQL_LAYOUT_HELD, (const char *[]){ run->job->subject }, &rows);

	if (err.code || !rows_flag(rows, 0, 0))
		return err;
	run->unfit = true;
	return errorf(ERR_CONFLICT, "An item of the release is held for an authority.");
}

/* A machine without the key leaves them to one that has it. */
static struct error make_layouts(struct job_run *run)
{
	const struct progress_listener progress = job_listener(run);
	bool whole = false;
	struct error err = is_whole_release(run->db, run->job->subject, &whole);

	if (err.code || !whole)
		return err;
	if ((err = wait_for_held(run)).code)
		return err;
	err = keys_check(run->db);
	run->unfit = err.code != OK;
	for (size_t i = 0; i < LAYOUTS && !err.code; i++) {
		bool wanted;

		err = is_wanted(run->db, run->job->subject, layouts[i], &wanted);
		if (!err.code && wanted)
			err = layout_make(run->db, run->store, run->job->subject, layouts[i], &progress);
	}
	return err;
}

/* Whoever works on it gives way to judging. */
struct layouts_try {
	struct job_run *run;
	struct error err;
};

static void try_layouts(void *arg)
{
	struct layouts_try *try = arg;

	try->err = make_layouts(try->run);
}

static struct error make_layouts_nicely(struct job_run *run)
{
	struct layouts_try try = { .run = run };

	thread_run_nicely(try_layouts, &try);
	return try.err;
}

const struct job_handler layouts_job = { .kind = "layouts", .handle = make_layouts_nicely };

struct error layout_ask(struct db *db, const char *release_id, const struct layout *layout,
                        const char *account, char ret_job[UUID_TEXT])
{
	const char *const params[] = { release_id, layout->name, account };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_LAYOUT_ASK, params, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_CONFLICT, "The release is not ready.");
	snprintf(ret_job, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}
