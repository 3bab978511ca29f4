/* SPDX-License-Identifier: Apache-2.0 */
#include "release/announce.h"

#include <string.h>

#include "core/arena.h"
#include "mail/outbox.h"
#include "release/publisher.h"

#define BYE \
	"\nThis is the one mail about it, because you asked for it when you asked for the release.\n"

/* Columns of release_announced. */
enum { TO, NAME, VERSION, STATE, DETAIL, CANCELLED_BY, ITEMS, ALL_BYTES };

static const char *made_text(struct arena *arena, const struct rows *rows)
{
	const char *address = publisher.address;

	return arena_printf(arena,
	                    "The release %s %s is ready: %lld items, %lld bytes with all files.\n\n"
	                    "    %s/data/%s/%s\n" BYE,
	                    rows_text(rows, 0, NAME), rows_text(rows, 0, VERSION),
	                    (long long)rows_integer(rows, 0, ITEMS),
	                    (long long)rows_integer(rows, 0, ALL_BYTES), address ? address : "",
	                    rows_text(rows, 0, NAME), rows_text(rows, 0, VERSION));
}

static const char *failed_text(struct arena *arena, const struct rows *rows)
{
	const char *address = publisher.address, *why = rows_text(rows, 0, DETAIL);

	return arena_printf(arena,
	                    "The release %s %s could not be made:\n\n    %s\n\n"
	                    "Its version is free: the same request may be sent again, or another.\n\n"
	                    "    %s/data\n" BYE,
	                    rows_text(rows, 0, NAME), rows_text(rows, 0, VERSION),
	                    why ? why : "no reason is known.", address ? address : "");
}

static const char *cancelled_text(struct arena *arena, const struct rows *rows)
{
	return arena_printf(arena,
	                    "The release %s %s was cancelled by %s before it was made.\n"
	                    "Its version is free: it may be asked for again.\n" BYE,
	                    rows_text(rows, 0, NAME), rows_text(rows, 0, VERSION),
	                    rows_text(rows, 0, CANCELLED_BY));
}

static struct error write_announcement(struct db *db, struct arena *arena, const struct rows *rows)
{
	const char *state = rows_text(rows, 0, STATE);
	bool made = strcmp(state, "done") == 0, failed = strcmp(state, "failed") == 0;
	const char *how = made ? "is ready" : failed ? "could not be made" : "was cancelled";
	const struct mail mail = {
		.kind = "release",
		.to = rows_text(rows, 0, TO),
		.subject = arena_printf(arena, "Release %s %s %s", rows_text(rows, 0, NAME),
		                        rows_text(rows, 0, VERSION), how),
		.text = made     ? made_text(arena, rows)
		        : failed ? failed_text(arena, rows)
		                 : cancelled_text(arena, rows),
	};

	return outbox_add(db, &mail);
}

struct error announce_end(struct db *db, const struct job *job)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_ANNOUNCED, (const char *[]){ job->id }, &rows);

	if (err.code || rows_count(rows) == 0)
		return err;
	struct arena *arena = arena_new();
	err = write_announcement(db, arena, rows);
	arena_free(arena);
	return err;
}

struct announcing {
	const struct job *job;
	const char *detail;
};

static struct error end_announced(struct db *db, void *arg)
{
	const struct announcing *announcing = arg;
	struct error err = job_finish(db, announcing->job, announcing->detail);

	return err.code ? err : announce_end(db, announcing->job);
}

struct error announce_done(struct db *db, const struct job *job, const char *detail)
{
	return db_transaction(db, end_announced, &(struct announcing){ job, detail });
}
