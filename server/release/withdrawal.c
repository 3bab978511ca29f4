/* SPDX-License-Identifier: Apache-2.0 */
#include "release/withdrawal.h"

#include <stdio.h>
#include <string.h>

#include "corpus/item_edit.h"
#include "release/artefact.h"
#include "release/takedown.h"

/* ------------------------------------------------------------------ the decision */

struct taking_down {
	const struct withdrawal_request *request;
	const char *item; /* or one that has its bytes */
	int64_t seq;
};

/* Out of service, unless it is already. *ret_before: it was taken down before. */
static struct error take_out(struct db *db, const struct taking_down *taking, bool *ret_before)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_WITHDRAWAL_ITEM, (const char *[]){ taking->item }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_NOT_FOUND, "There is no such item.");
	*ret_before = rows_flag(rows, 0, 1);
	if (*ret_before)
		return ok();
	if (rows_flag(rows, 0, 2))
		return error_because(REASON_ITEM_HELD);
	return rows_flag(rows, 0, 0) ? ok() : item_take_out(db, taking->item, taking->request->editor);
}

static struct error note_withdrawal(struct db *db, struct taking_down *taking)
{
	const struct withdrawal_request *request = taking->request;
	const char *const row[] = { taking->item, request->reason_class, request->editor->who };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_WITHDRAWAL_ADD, row, &rows);

	if (err.code)
		return err;
	taking->seq = rows_integer(rows, 0, 0);
	return db_do(db, SQL_WITHDRAWAL_REVISE, (const char *[]){ taking->item }, NULL);
}

static struct error find_withdrawal(struct db *db, struct taking_down *taking)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_WITHDRAWAL_NUMBER, (const char *[]){ taking->item }, &rows);

	if (!err.code)
		taking->seq = rows_integer(rows, 0, 0);
	return err;
}

/* One item, and the decision on its files. */
static struct error take_one_down(struct db *db, struct taking_down *taking)
{
	const struct withdrawal_request *request = taking->request;
	bool before = false, decided = false;
	struct error err = take_out(db, taking, &before);

	if (err.code)
		return err;
	if ((err = before ? find_withdrawal(db, taking) : note_withdrawal(db, taking)).code)
		return err;
	err = takedown_decide(db, taking->item, request->original, request->editor->who, &decided);
	if (err.code)
		return err;
	return before && !(decided && request->original) ? error_because(REASON_ITEM_WITHDRAWN) : ok();
}

/* Bytes go whole: other items that have the same go with the original. */
static struct error take_twins_down(struct db *db, const struct withdrawal_request *request)
{
	auto_rows *rows = NULL;
	struct error err = takedown_twins(db, request->item, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		struct taking_down taking = { .request = request, .item = rows_text(rows, r, 0) };

		err = take_one_down(db, &taking);
	}
	return err;
}

static struct error take_down(struct db *db, void *arg)
{
	struct taking_down *taking = arg;
	struct error err = db_do(db, SQL_WITHDRAWAL_TURN, NULL, NULL);

	if (err.code || (err = take_one_down(db, taking)).code)
		return err;
	return taking->request->original ? take_twins_down(db, taking->request) : ok();
}

struct error withdrawal_within(struct db *db, const struct withdrawal_request *request)
{
	return take_down(db, &(struct taking_down){ request, request->item, 0 });
}

struct error withdrawal_make(struct db *db, const struct withdrawal_request *request,
                             int64_t *ret_seq)
{
	struct taking_down taking = { request, request->item, 0 };
	unsigned char id[UUID_BYTES];
	struct error err;

	if (!uuid_from_text(id, request->item))
		return errorf(ERR_NOT_FOUND, "There is no such item.");
	if (!(err = db_transaction(db, take_down, &taking)).code)
		*ret_seq = taking.seq;
	return err;
}

/* ------------------------------------------------------------------ what is no longer given out */

/* What one of two statements finds, as a refusal. */
static struct error check_withdrawn(struct db *db, enum statement statement,
                                    const char *const params[])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	if (err.code || rows_count(rows) == 0)
		return err;
	const char *date = rows_text(rows, 0, 0), *reason_class = rows_text(rows, 0, 1);
	const char *revision = rows_text(rows, 0, 2);
	if (!revision)
		return errorf_because(REASON_WITHDRAWN_FROM_RELEASE,
		                      "Withdrawn on %s (%s). There is no revision of the release yet.",
		                      date, reason_class);
	return errorf_because(REASON_WITHDRAWN_FROM_RELEASE, "Withdrawn on %s (%s). Use version %s.",
	                      date, reason_class, revision);
}

/* What a notice hides is not given out either, as long as it does. */
static struct error check_hidden(struct db *db, enum statement statement,
                                 const char *const params[])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	if (err.code)
		return err;
	return rows_flag(rows, 0, 0) ? error_because(REASON_ITEM_HIDDEN) : ok();
}

static struct error check_medium(struct db *db, const char *const medium[3])
{
	struct error err = check_withdrawn(db, SQL_WITHDRAWAL_OF_MEDIUM, medium);

	return err.code ? err : check_hidden(db, SQL_WITHDRAWAL_HIDES_MEDIUM, &medium[2]);
}

struct error withdrawal_check_whole(struct db *db, const char *name, const char *version)
{
	struct error err = withdrawal_check_release(db, name, version);

	return err.code ? err
	                : check_hidden(db, SQL_WITHDRAWAL_HIDES_OF_RELEASE,
	                               (const char *[]){ name, version });
}

struct error withdrawal_check_release(struct db *db, const char *name, const char *version)
{
	return check_withdrawn(db, SQL_WITHDRAWAL_OF_RELEASE, (const char *[]){ name, version });
}

struct error withdrawal_check_file(struct db *db, const char *name, const char *version,
                                   const char *path, const char *sha256)
{
	if (strchr(path, '/')) /* only media lie in folders */
		return check_medium(db, (const char *[]){ name, version, sha256 });
	return artefact_stays(path) ? ok() : withdrawal_check_release(db, name, version);
}

struct error withdrawal_check_layout_file(struct db *db, const char *name, const char *version,
                                          const char *sha256)
{
	const char *const file[] = { name, version, sha256 };
	auto_rows *rows = NULL;
	struct error err = check_medium(db, file);
	struct error whole;

	if (err.code || !(whole = withdrawal_check_whole(db, name, version)).code)
		return err;
	if (whole.code != ERR_GONE)
		return whole;
	if ((err = db_run(db, SQL_WITHDRAWAL_MEDIUM, file, &rows)).code)
		return err;
	return rows_flag(rows, 0, 0) ? ok() : whole;
}

struct error withdrawal_count(struct db *db, struct arena *arena, const char *release_id,
                              const char **ret_revision, int64_t *ret_withdrawn)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_WITHDRAWAL_COUNT, (const char *[]){ release_id }, &rows);

	if (err.code)
		return err;
	*ret_revision = rows_copy(rows, 0, 0, arena);
	*ret_withdrawn = rows_integer(rows, 0, 1);
	return ok();
}

/* ------------------------------------------------------------------ what everybody may read */

/* Adds the file of a row to its revocation, whose rows come one after the other. */
static void add_revoked_file(const struct rows *rows, size_t row, struct arena *arena,
                             struct revocation *revocation, struct revoked_file files[])
{
	if (!revocation->count)
		revocation->files = files;
	revocation->files[revocation->count++] = (struct revoked_file){
		.name = rows_copy(rows, row, 4, arena),
		.version = rows_copy(rows, row, 5, arena),
		.path = rows_copy(rows, row, 6, arena),
		.sha256 = rows_copy(rows, row, 7, arena),
		.revision = rows_copy(rows, row, 8, arena),
	};
}

static struct error read_revocations(struct db *db, struct arena *arena, enum statement statement,
                                     const char *const params[], struct revocation **ret_list,
                                     size_t *ret_count)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	if (err.code)
		return err;
	size_t count = 0, all = rows_count(rows);
	struct revocation *list = arena_alloc(arena, (all + 1) * sizeof *list);
	struct revoked_file *files = arena_alloc(arena, (all + 1) * sizeof *files);
	for (size_t row = 0; row < all; row++) {
		int64_t seq = rows_integer(rows, row, 0);

		if (!count || list[count - 1].seq != seq)
			list[count++] = (struct revocation){
				.seq = seq,
				.item = rows_copy(rows, row, 1, arena),
				.reason_class = rows_copy(rows, row, 2, arena),
				.withdrawn_at = rows_copy(rows, row, 3, arena),
			};
		if (rows_text(rows, row, 4))
			add_revoked_file(rows, row, arena, &list[count - 1], &files[row]);
	}
	*ret_list = list;
	*ret_count = count;
	return ok();
}

struct error revocation_page(struct db *db, struct arena *arena, int64_t after, unsigned limit,
                             struct revocation **ret_list, size_t *ret_count)
{
	char after_text[24], limit_text[16];

	snprintf(after_text, sizeof after_text, "%lld", (long long)after);
	snprintf(limit_text, sizeof limit_text, "%u", limit);
	return read_revocations(db, arena, SQL_REVOCATION_PAGE,
	                        (const char *[]){ after_text, limit_text }, ret_list, ret_count);
}

struct error revocation_newest(struct db *db, struct arena *arena, unsigned limit,
                               struct revocation **ret_list, size_t *ret_count)
{
	char limit_text[16];

	snprintf(limit_text, sizeof limit_text, "%u", limit);
	return read_revocations(db, arena, SQL_REVOCATION_NEWEST, (const char *[]){ limit_text },
	                        ret_list, ret_count);
}
