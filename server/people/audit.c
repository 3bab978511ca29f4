/* SPDX-License-Identifier: Apache-2.0 */
#include "people/audit.h"

#include <inttypes.h>
#include <string.h>

#include "db/db.h"

struct error audit_note(struct db *db, const char *kind, const char *subject_kind,
                        const char *subject, const char *after)
{
	return db_do(db, SQL_AUDIT_NOTE, (const char *[]){ kind, subject_kind, subject, after }, NULL);
}

struct error audit_note_views(struct db *db, const char *kind, const char *ids, const char *account)
{
	return db_do(db, SQL_AUDIT_NOTE_VIEWS, (const char *[]){ kind, ids, account }, NULL);
}

/* The id of an account where its address is given: NULL, there is none. Anything else stands for
 * itself. */
static struct error resolve_actor(struct db *db, struct arena *arena, const char *who,
                                  const char **ret_id)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!strchr(who, '@')) {
		*ret_id = who;
		return ok();
	}
	if ((err = db_run(db, SQL_AUDIT_ACCOUNT, (const char *[]){ who }, &rows)).code)
		return err;
	*ret_id = rows_count(rows) ? rows_copy(rows, 0, 0, arena) : NULL;
	return ok();
}

static void read_audit_entry(const struct rows *rows, size_t row, struct arena *arena,
                             struct audit_entry *entry)
{
	*entry = (struct audit_entry){ .seq = rows_integer(rows, row, 0),
		                           .at = rows_copy(rows, row, 1, arena),
		                           .kind = rows_copy(rows, row, 2, arena),
		                           .actor_kind = rows_copy(rows, row, 3, arena),
		                           .actor = rows_copy(rows, row, 4, arena),
		                           .email = rows_copy(rows, row, 5, arena),
		                           .subject_kind = rows_copy(rows, row, 6, arena),
		                           .subject = rows_copy(rows, row, 7, arena),
		                           .before = rows_copy(rows, row, 8, arena),
		                           .after = rows_copy(rows, row, 9, arena),
		                           .reason = rows_copy(rows, row, 10, arena),
		                           .network = rows_copy(rows, row, 11, arena),
		                           .erased = rows_flag(rows, row, 12),
		                           .digest = rows_copy(rows, row, 13, arena) };
}

struct error audit_list(struct db *db, struct arena *arena, const struct audit_query *query,
                        struct audit_entry list[], size_t *ret_count)
{
	auto_rows *rows = NULL;
	const char *actor = NULL;
	char limit[12];
	struct error err;

	if (query->actor && (err = resolve_actor(db, arena, query->actor, &actor)).code)
		return err;
	if (query->actor && !actor) {
		*ret_count = 0;
		return ok();
	}
	snprintf(limit, sizeof limit, "%u", query->limit);
	const char *params[] = { actor,     query->kind,   query->subject, query->from,
		                     query->to, query->before, limit };
	if ((err = db_run(db, SQL_AUDIT_LIST, params, &rows)).code)
		return err;
	for (size_t r = 0; r < rows_count(rows); r++)
		read_audit_entry(rows, r, arena, &list[r]);
	*ret_count = rows_count(rows);
	return ok();
}

static struct error export_line(void *arg, const struct rows *rows)
{
	FILE *out = arg;

	if (fputs(rows_text(rows, 0, 0), out) < 0 || fputc('\n', out) == EOF)
		return errorf(ERR_INTERNAL, "the entries cannot be written");
	return ok();
}

struct error audit_export(struct db *db, const char *since, FILE *out)
{
	return db_stream(db, SQL_AUDIT_EXPORT, (const char *[]){ since }, export_line, out);
}

struct error audit_verify(struct db *db, struct audit_state *ret_state)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_AUDIT_VERIFY, NULL, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "the chain has no head");
	*ret_state = (struct audit_state){ .entries = rows_integer(rows, 0, 0),
		                               .erased = rows_integer(rows, 0, 1),
		                               .last = rows_integer(rows, 0, 2),
		                               .broken = rows_integer(rows, 0, 4) };
	snprintf(ret_state->digest, sizeof ret_state->digest, "%s", rows_text(rows, 0, 3));
	if (rows_text(rows, 0, 5))
		snprintf(ret_state->fault, sizeof ret_state->fault, "%s", rows_text(rows, 0, 5));
	return ok();
}

struct error audit_has(struct db *db, const char *seen, bool *ret_has)
{
	int64_t seq;
	char digest[65], text[24], more;
	auto_rows *rows = NULL;

	if (sscanf(seen, "%" SCNd64 ":%64[0-9a-f]%c", &seq, digest, &more) != 2 || strlen(digest) != 64)
		return errorf(ERR_INVALID, "%.80s is no SEQ:DIGEST as `touchstone audit verify` tells it",
		              seen);
	snprintf(text, sizeof text, "%" PRId64, seq);
	struct error err = db_run(db, SQL_AUDIT_SEEN, (const char *[]){ text, digest }, &rows);
	if (err.code)
		return err;
	*ret_has = rows_count(rows) && rows_flag(rows, 0, 0);
	return ok();
}

struct error audit_erase(struct db *db, const char *who, const char *reason, int64_t *ret_erased)
{
	struct arena *arena = arena_new();
	auto_rows *rows = NULL;
	const char *id = NULL;
	struct error err = resolve_actor(db, arena, who, &id);

	/* An address that is nobody's would stand in the chain as what was erased. */
	if (!err.code && !id)
		err = errorf(ERR_NOT_FOUND, "there is no account %.100s", who);
	if (!err.code)
		err = db_run(db, SQL_AUDIT_ERASE, (const char *[]){ id, reason }, &rows);
	if (!err.code)
		*ret_erased = rows_integer(rows, 0, 0);
	arena_free(arena);
	return err;
}
