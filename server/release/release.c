/* SPDX-License-Identifier: Apache-2.0 */
#include "release/release.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/vocabulary.h"
#include "corpus/lost_media.h"
#include "crowd/agreement.h"
#include "release/announce.h"
#include "store/store.h"

#define FILE_PATIENCE_MS 30000

static bool name_is_good(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= RELEASE_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len && !strchr("._-", *name);
}

/* That of a revision ends with "+rN". */
static bool version_is_good(const char *version)
{
	const char *plus = strchr(version, '+');
	size_t len = plus ? (size_t)(plus - version) : strlen(version);
	char asked[RELEASE_NAME_MAX + 1];

	if (len > RELEASE_NAME_MAX)
		return false;
	snprintf(asked, sizeof asked, "%.*s", (int)len, version);
	if (!name_is_good(asked))
		return false;
	return !plus || (plus[1] == 'r' && plus[2] && strlen(plus) <= RELEASE_REVISION_MAX &&
	                 strspn(plus + 2, "0123456789") == strlen(plus + 2));
}

struct error release_request_check(struct db *db, const struct release_request *request)
{
	const struct release_filter *filter = &request->filter;
	auto_rows *rows = NULL;
	struct error err;

	if (!name_is_good(request->name))
		return error_field("/name", "must be 1 to 63 of a-z, 0-9, '.', '_' and '-', and begin with "
		                            "a letter or digit");
	if (!name_is_good(request->version))
		return error_field("/version", "must be 1 to 63 of a-z, 0-9, '.', '_' and '-', and begin "
		                               "with a letter or digit");
	if (!filter->campaign)
		return ok();
	if ((err = db_run(db, SQL_RELEASE_CAMPAIGN_KNOWN, (const char *[]){ filter->campaign }, &rows))
	        .code)
		return err;
	if (rows_count(rows) == 0)
		return error_field("/filter/campaign",
		                   "there is no campaign of this name that is for everyone");
	return ok();
}

char *release_filter_text(const struct release_filter *filter)
{
	json_t *object = json_object();
	char *text;

	if (filter->campaign)
		json_object_set_new(object, "campaign", json_string(filter->campaign));
	if (filter->media_type)
		json_object_set_new(object, "media_type", json_string(filter->media_type));
	if (filter->min_judgments > 0)
		json_object_set_new(object, "min_judgments", json_integer(filter->min_judgments));
	if (filter->min_confidence > 0)
		json_object_set_new(object, "min_confidence", json_real(filter->min_confidence));
	if (filter->no_volunteers)
		json_object_set_new(object, "volunteers", json_false());
	if (filter->seal_test)
		json_object_set_new(object, "seal_test", json_true());
	if (filter->for_researchers)
		json_object_set_new(object, "audience",
		                    json_string(release_audiences[AUDIENCE_RESEARCHERS]));
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (!text)
		abort();
	return text;
}

struct error release_create(struct db *db, const struct release_request *request, bool claimed,
                            struct job *ret_job)
{
	struct error err = release_request_check(db, request);
	auto_rows *rows = NULL;
	char *filter;

	if (err.code)
		return err;
	filter = release_filter_text(&request->filter);
	err = db_run(db, SQL_RELEASE_CREATE,
	             (const char *[]){ request->name, request->version, filter, request->account,
	                               claimed ? "true" : "false", request->mail ? "true" : "false" },
	             &rows);
	free(filter);
	if (err.code == ERR_CONFLICT)
		return errorf_because(REASON_RELEASE_EXISTS,
		                      "Release %s %s exists. Releases never change: choose another "
		                      "version.",
		                      request->name, request->version);
	if (err.code)
		return err;
	job_read(rows, ret_job);
	return ok();
}

static int64_t count_at(const json_t *object, const char *name, const char *part)
{
	const json_t *value = json_object_get(object, name);

	return json_integer_value(part ? json_object_get(value, part) : value);
}

/* What release_summary counted; a release that is being written has none. */
static void read_summary(const char *text, struct release *release)
{
	json_auto_t *summary = text ? json_loads(text, 0, NULL) : NULL;
	const json_t *splits = json_object_get(summary, "splits");
	const json_t *types = json_object_get(summary, "media_types");

	for (enum split split = SPLIT_TRAIN; split < SPLITS; split++) {
		release->in_split[split][0] = count_at(splits, split_name(split), "real");
		release->in_split[split][1] = count_at(splits, split_name(split), "fake");
	}
	release->sealed = count_at(summary, "sealed", NULL);
	for (size_t type = 0; media_types[type]; type++)
		release->of_type[type] = count_at(types, media_types[type], NULL);
}

static void release_read(const struct rows *rows, size_t row, struct arena *arena,
                         struct release *release)
{
	snprintf(release->id, sizeof release->id, "%s", rows_text(rows, row, 0));
	release->name = rows_copy(rows, row, 1, arena);
	release->version = rows_copy(rows, row, 2, arena);
	release->state = rows_copy(rows, row, 3, arena);
	release->items = rows_integer(rows, row, 4);
	release->bytes = rows_integer(rows, row, 5);
	release->created_s = rows_integer(rows, row, 6);
	release->created_at = rows_copy(rows, row, 7, arena);
	read_summary(rows_text(rows, row, 8), release);
	release->alpha = rows_double_or_nan(rows, row, 9);
	release->alpha_low = rows_double_or_nan(rows, row, 10);
	release->alpha_high = rows_double_or_nan(rows, row, 11);
	release->audience = rows_copy(rows, row, 12, arena);
}

static struct error find_release(struct db *db, struct arena *arena, enum statement statement,
                                 const char *const params[], struct release *ret_release)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_NOT_FOUND, "There is no such release.");
	release_read(rows, 0, arena, ret_release);
	return ok();
}

struct error release_find(struct db *db, struct arena *arena, const char *name, const char *version,
                          struct release *ret_release)
{
	if (!name_is_good(name) || !version_is_good(version))
		return errorf(ERR_NOT_FOUND, "There is no such release.");
	return find_release(db, arena, SQL_RELEASE_FIND, (const char *[]){ name, version },
	                    ret_release);
}

struct error release_by_id(struct db *db, struct arena *arena, const char *id,
                           struct release *ret_release)
{
	return find_release(db, arena, SQL_RELEASE_BY_ID, (const char *[]){ id }, ret_release);
}

struct error release_page(struct db *db, struct arena *arena, const char *after, unsigned limit,
                          struct release **ret_releases, size_t *ret_count)
{
	auto_rows *rows = NULL;
	struct release *releases;
	char limit_text[16];
	struct error err;

	snprintf(limit_text, sizeof limit_text, "%u", limit);
	if ((err = db_run(db, SQL_RELEASE_PAGE, (const char *[]){ after, limit_text }, &rows)).code)
		return err;
	releases = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *releases);
	for (size_t i = 0; i < rows_count(rows); i++)
		release_read(rows, i, arena, &releases[i]);
	*ret_releases = releases;
	*ret_count = rows_count(rows);
	return ok();
}

struct error release_files(struct db *db, struct arena *arena, const char *id, const char *after,
                           unsigned limit, struct release_file **ret_files, size_t *ret_count)
{
	auto_rows *rows = NULL;
	struct release_file *files;
	char limit_text[16];
	struct error err;

	snprintf(limit_text, sizeof limit_text, "%u", limit);
	if ((err = db_run(db, SQL_RELEASE_FILES_PAGE, (const char *[]){ id, after, limit_text }, &rows))
	        .code)
		return err;
	files = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *files);
	for (size_t i = 0; i < rows_count(rows); i++) {
		files[i].path = rows_copy(rows, i, 0, arena);
		files[i].bytes = (uint64_t)rows_integer(rows, i, 1);
		snprintf(files[i].sha256, sizeof files[i].sha256, "%s", rows_text(rows, i, 2));
	}
	*ret_files = files;
	*ret_count = rows_count(rows);
	return ok();
}

/* Whatever else is in an address, the database would not even read it. */
static bool path_is_good(const char *path)
{
	for (; *path; path++)
		if (*path <= ' ' || *path > '~')
			return false;
	return true;
}

static struct error none_such_file(void)
{
	return errorf(ERR_NOT_FOUND, "There is no such file in a finished release.");
}

struct error release_file_find(struct db *db, const char *name, const char *version,
                               struct release_file *file)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!name_is_good(name) || !version_is_good(version) || !path_is_good(file->path))
		return none_such_file();
	err = db_run(db, SQL_RELEASE_FILE_FIND, (const char *[]){ name, version, file->path }, &rows);
	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return none_such_file();
	snprintf(file->sha256, sizeof file->sha256, "%s", rows_text(rows, 0, 0));
	file->bytes = (uint64_t)rows_integer(rows, 0, 1);
	return ok();
}

struct error release_file_read(struct store *store, struct release_file *file, int *ret_fd)
{
	unsigned char digest[SHA256_BYTES];
	struct error err;

	if (!hex_decode(digest, SHA256_BYTES, file->sha256))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	err = store_open_soon(store, digest, FILE_PATIENCE_MS, ret_fd, &file->bytes);
	if (err.code != ERR_NOT_FOUND)
		return err;
	lost_media_note(digest);
	return errorf(ERR_INTERNAL, "a file of a release is missing from the store");
}

struct error release_file_open(struct db *db, struct store *store, const char *name,
                               const char *version, struct release_file *file, int *ret_fd)
{
	struct error err = release_file_find(db, name, version, file);

	return err.code ? err : release_file_read(store, file, ret_fd);
}

struct error release_file_address(struct store *store, const struct release_file *file,
                                  struct store_reading *reading, struct arena *arena,
                                  const char **ret_url)
{
	unsigned char digest[SHA256_BYTES];

	if (!hex_decode(digest, SHA256_BYTES, file->sha256))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	reading->digest = digest;
	return store_presign(store, reading, arena, ret_url);
}

struct error release_has_filter(struct db *db, const char *id, const struct release_filter *filter,
                                bool *ret_same)
{
	auto_rows *rows = NULL;
	char *text = release_filter_text(filter);
	struct error err = db_run(db, SQL_RELEASE_HAS_FILTER, (const char *[]){ id, text }, &rows);

	free(text);
	if (err.code)
		return err;
	*ret_same = rows_count(rows) > 0 && rows_flag(rows, 0, 0);
	return ok();
}

struct giving_up {
	const struct job *job;
	const char *why;
};

static struct error give_up_release(struct db *db, void *arg)
{
	const struct giving_up *giving_up = arg;
	const char *const id[] = { giving_up->job->subject };
	struct error err = db_do(db, SQL_RELEASE_UNDRAFT, id, NULL);

	if (err.code)
		return err;
	if ((err = job_fail(db, giving_up->job, giving_up->why)).code)
		return err;
	if ((err = db_do(db, SQL_RELEASE_FAILED, id, NULL)).code)
		return err;
	return announce_end(db, giving_up->job);
}

struct error release_give_up(struct db *db, const struct job *job, const char *why)
{
	return db_transaction(db, give_up_release, &(struct giving_up){ job, why });
}

struct error release_fix(struct db *db, const char *id, const struct release_outcome *outcome,
                         const char *moment)
{
	char held_back[16], contradicting[16], uncuttable[16], alpha[32], low[32], high[32];
	char expected[32];
	const struct agreement *agreement = outcome->agreement;
	bool defined = agreement->defined;

	snprintf(held_back, sizeof held_back, "%u", outcome->held_back);
	snprintf(contradicting, sizeof contradicting, "%u", outcome->contradicting);
	snprintf(uncuttable, sizeof uncuttable, "%u", outcome->uncuttable);
	snprintf(alpha, sizeof alpha, "%.17g", agreement->alpha);
	snprintf(low, sizeof low, "%.17g", agreement->low);
	snprintf(high, sizeof high, "%.17g", agreement->high);
	snprintf(expected, sizeof expected, "%.17g", outcome->disagreement);
	return db_do(db, SQL_RELEASE_FIX,
	             (const char *[]){ id, held_back, defined ? alpha : NULL, defined ? low : NULL,
	                               defined ? high : NULL, contradicting, moment, uncuttable,
	                               expected },
	             NULL);
}
