/* SPDX-License-Identifier: Apache-2.0 */
#include "release/revise.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/csv.h"
#include "core/disk.h"
#include "core/hex.h"
#include "core/mem.h"
#include "core/thread.h"
#include "core/uuid.h"
#include "release/bundle.h"
#include "release/card.h"
#include "release/changelog.h"
#include "release/columns.h"
#include "release/formats/formats.h"
#include "release/leakage.h"
#include "release/release.h"
#include "release/signed.h"
#include "release/unseal.h"

#define NOTICE_ITEMS 200 /* named in README.md; the list of revocations has all */

/* Columns of revise_gone. */
enum gone_column { GONE_ITEM, GONE_PATH, GONE_DATE, GONE_CLASS };

struct revising {
	struct bundle bundle;
	struct arena *arena;
	const char *root_id;
	struct release root, revision;
	const char *number; /* the N of its version */
	struct rows *gone;  /* what is left out */
	const char **paths; /* of these, in order */
	const struct progress_listener *progress;
	struct error err; /* how it went */
};

/* ------------------------------------------------------------------ what is left out */

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct error read_gone(struct revising *revising)
{
	const char *const ids[] = { revising->root_id, revising->revision.id };
	struct error err = db_run(revising->bundle.db, SQL_REVISE_GONE, ids, &revising->gone);

	if (err.code)
		return err;
	size_t count = rows_count(revising->gone);
	revising->paths = arena_alloc(revising->arena, (count + 1) * sizeof *revising->paths);
	for (size_t i = 0; i < count; i++)
		revising->paths[i] = rows_text(revising->gone, i, GONE_PATH);
	qsort(revising->paths, count, sizeof *revising->paths, compare_paths);
	return ok();
}

static bool is_gone_path(const struct revising *revising, const char *path)
{
	return bsearch(&path, revising->paths, rows_count(revising->gone), sizeof *revising->paths,
	               compare_paths);
}

/* An id of as many letters as ids have; they come in their order. */
static bool is_gone_item(const struct revising *revising, const char *item)
{
	size_t from = 0, to = rows_count(revising->gone);

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strncmp(item, rows_text(revising->gone, middle, GONE_ITEM), UUID_TEXT - 1);

		if (!order)
			return true;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return false;
}

/* ------------------------------------------------------------------ tables */

static struct error copy_whole(struct revising *revising, FILE *in, FILE *out)
{
	char some[1 << 14];

	(void)revising;
	for (size_t len; (len = fread(some, 1, sizeof some, in)) > 0;)
		fwrite(some, 1, len, out);
	return ok();
}

/* Rows as they stand; the first column is the item. */
static struct error copy_csv(struct revising *revising, FILE *in, FILE *out)
{
	struct csv *csv = csv_new(in);
	const char *const *fields;
	size_t count, len;
	struct error err;

	while (!(err = csv_next(csv, &fields, &count)).code && count)
		if (!is_gone_item(revising, fields[0])) {
			const char *raw = csv_raw(csv, &len);

			fwrite(raw, 1, len, out);
			fputs("\r\n", out);
		}
	csv_free(csv);
	return err;
}

/* An object a line; its first name is the item. */
static struct error copy_jsonl(struct revising *revising, FILE *in, FILE *out)
{
	static const char begin[] = "{\"item\": \"";
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, in)) > 0)
		if (strncmp(line, begin, strlen(begin)) != 0 ||
		    !is_gone_item(revising, line + strlen(begin)))
			fwrite(line, 1, (size_t)len, out);
	free(line);
	return ok();
}

/* Blocks begin with an empty line and a path, and go on with lines that begin with blanks. */
static struct error copy_licences(struct revising *revising, FILE *in, FILE *out)
{
	bool passing = false;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, in) > 0) {
		if (*line == '\n')
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (*line != ' ') {
			passing = is_gone_path(revising, line);
			if (!passing && strchr(line, '/') && !strchr(line, ' '))
				fputc('\n', out);
		}
		if (!passing)
			fprintf(out, "%s\n", line);
	}
	free(line);
	return ok();
}

/* ------------------------------------------------------------------ descriptions as texts */

/* What it is, and what is missing. */
static void write_notice(const struct revising *revising, FILE *out)
{
	size_t count = rows_count(revising->gone);

	fprintf(out,
	        "\n**This is revision %s of %s %s**, made on %.10s. It leaves out %zu items that were "
	        "withdrawn since, and is else the same: splits, names of files and pseudonyms stay. "
	        "Figures in README.md, DATASHEET.md and the descriptions are those of the first "
	        "version.\n\n| item | withdrawn | class |\n| --- | --- | --- |\n",
	        revising->number, revising->root.name, revising->root.version,
	        revising->revision.created_at, count);
	for (size_t i = 0; i < count && i < NOTICE_ITEMS; i++)
		fprintf(out, "| %s | %s | %s |\n", rows_text(revising->gone, i, GONE_ITEM),
		        rows_text(revising->gone, i, GONE_DATE), rows_text(revising->gone, i, GONE_CLASS));
	if (count > NOTICE_ITEMS)
		fprintf(out, "\n%zu more are in the server's list of revocations.\n", count - NOTICE_ITEMS);
}

/* The text with `to` in the place of the first `from`. */
static const char *text_replaced(struct arena *arena, const char *text, const char *from,
                                 const char *to)
{
	const char *place = strstr(text, from);

	return place ? arena_printf(arena, "%.*s%s%s", (int)(place - text), text, to,
	                            place + strlen(from))
	             : text;
}

/* How a version stands in texts: "NAME VERSION", with something before, between and behind. */
struct version_place {
	const char *line; /* begins so */
	const char *before, *between, *behind;
};

/* NULL as `between`: the version alone. */
static const char *version_text(const struct revising *revising, const struct release *release,
                                const struct version_place *place)
{
	bool named = place->between;

	return arena_printf(revising->arena, "%s%s%s%s%s", place->before, named ? release->name : "",
	                    named ? place->between : "", release->version, place->behind);
}

/* The text, where it names the first version there, with the revision instead. */
static const char *version_replaced(const struct revising *revising, const char *text,
                                    const struct version_place *place)
{
	return text_replaced(revising->arena, text, version_text(revising, &revising->root, place),
	                     version_text(revising, &revising->revision, place));
}

static const struct version_place text_places[] = {
	{ "# ", "", " ", "\n" },       { "pretty_name: ", "\"", " ", "\"" },
	{ "@misc{", "{", "_", "," },   { "  version = {", "{", NULL, "}" },
	{ "title: ", "\"", " ", ":" }, { "version: ", "\"", NULL, "\"" },
	{ "url: ", "/", "/", "\"" },
};

static const char *line_revised(const struct revising *revising, const char *line)
{
	for (size_t i = 0; i < sizeof text_places / sizeof text_places[0]; i++)
		if (strncmp(line, text_places[i].line, strlen(text_places[i].line)) == 0)
			line = version_replaced(revising, line, &text_places[i]);
	if (strncmp(line, "date-released: ", strlen("date-released: ")) == 0)
		line = arena_printf(revising->arena, "date-released: \"%.10s\"\n",
		                    revising->revision.created_at);
	return line;
}

/* A text with the revision's version; the notice follows its title. Ends before its signature. */
static struct error copy_text(struct revising *revising, FILE *in, FILE *out)
{
	bool noticed = false;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, in) > 0 && strcmp(line, "## Signature\n") != 0) {
		fputs(line_revised(revising, line), out);
		if (!noticed && strncmp(line, "# ", 2) == 0) {
			write_notice(revising, out);
			noticed = true;
		}
	}
	free(line);
	return ok();
}

static struct error revise_card(struct revising *revising, FILE *in, FILE *out)
{
	struct error err = copy_text(revising, in, out);

	card_signature(out, &revising->bundle.signer);
	return err;
}

/* ------------------------------------------------------------------ descriptions as JSON */

/* The member's text with the revision's version; what is no text stays. */
static void revise_member(const struct revising *revising, json_t *object, const char *name,
                          const struct version_place *place)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text)
		return;
	text = version_replaced(revising, text, place);
	text = text_replaced(revising->arena, text, revising->root.id, revising->revision.id);
	json_object_set_new(object, name, json_string(text));
}

static const struct listed_file *file_listed(const struct listed_file files[], size_t count,
                                             const char *path)
{
	for (size_t i = 0; path && i < count; i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}

/* What a list of files says of one: in datapackage.json, and in croissant.json. */
static void revise_listed(const struct revising *revising, json_t *entry,
                          const struct listed_file *file)
{
	static const struct version_place address = { NULL, "/", "/", "/" };
	unsigned long long bytes = file->bytes;

	if (json_object_get(entry, "hash")) {
		json_object_set_new(entry, "hash", json_sprintf("sha256:%s", file->sha256));
		json_object_set_new(entry, "bytes", json_integer((json_int_t)bytes));
		return;
	}
	json_object_set_new(entry, "sha256", json_string(file->sha256));
	json_object_set_new(entry, "contentSize", json_sprintf("%llu B", bytes));
	revise_member(revising, entry, "contentUrl", &address);
}

static void revise_list(const struct revising *revising, const json_t *list, const char *path)
{
	struct listed_file files[BUNDLE_DATAPACKAGE];
	size_t i, count = bundle_listed(&revising->bundle, files);
	json_t *entry;

	json_array_foreach (list, i, entry) {
		const struct listed_file *file =
			file_listed(files, count, json_string_value(json_object_get(entry, path)));

		if (file)
			revise_listed(revising, entry, file);
	}
}

static void revise_dates(const struct revising *revising, json_t *object, const char *name)
{
	if (json_object_get(object, name))
		json_object_set_new(object, name, json_string(revising->revision.created_at));
}

static struct error copy_json(struct revising *revising, FILE *in, FILE *out)
{
	static const struct version_place alone = { NULL, "", NULL, "" }, page = { NULL, "/", "/", "" };
	static const struct version_place title = { NULL, "", " ", "" };
	static const struct version_place key = { NULL, "{", "_", "," },
									  said = { NULL, "{", NULL, "}" };
	json_auto_t *json = json_loadf(in, 0, NULL);

	if (!json)
		return errorf(ERR_INTERNAL, "a description of the release is no JSON");
	revise_member(revising, json, "version", &alone);
	revise_member(revising, json, "id", &page);
	revise_member(revising, json, "url", &page);
	revise_member(revising, json, "homepage", &page);
	revise_member(revising, json, "title", &title);
	revise_member(revising, json, "citeAs", &key);
	revise_member(revising, json, "citeAs", &said);
	revise_dates(revising, json, "created");
	revise_dates(revising, json, "datePublished");
	revise_list(revising, json_object_get(json, "resources"), "path");
	revise_list(revising, json_object_get(json, "distribution"), "@id");
	json_dumpf(json, out, JSON_INDENT(2)); /* the FILE keeps what goes wrong */
	fputc('\n', out);
	return ok();
}

/* ------------------------------------------------------------------ the certificate */

/* Counts the rows of a table of labels; of an older program's the last columns may be missing. */
static struct error count_labels(FILE *in, struct leakage *leakage)
{
	struct csv *csv = csv_new(in);
	const char *const *fields;
	size_t count;
	struct error err = csv_next(csv, &fields, &count); /* the header */

	while (!err.code && !(err = csv_next(csv, &fields, &count)).code && count) {
		const char *values[LABEL_COLUMNS] = { NULL };

		for (size_t c = 0; c < count && c < LABEL_COLUMNS; c++)
			values[c] = *fields[c] ? fields[c] : NULL;
		leakage_row(leakage, values);
	}
	csv_free(csv);
	return err;
}

static struct error copy_leakage(struct revising *revising, FILE *in, FILE *out)
{
	const struct bundle *bundle = &revising->bundle;
	FILE *labels = NULL;
	struct error err = bundle_labels(bundle, &labels);

	if (err.code)
		return err;
	struct leakage *leakage = leakage_new();
	err = count_labels(labels, leakage);
	if (!err.code)
		err = leakage_revise(out, leakage, in, revising->revision.version,
		                     bundle->written[BUNDLE_LABELS].sha256);
	leakage_free(leakage);
	fclose(labels);
	return err;
}

/* ------------------------------------------------------------------ all files */

/* Of all versions that are there by now, and of the revision itself. */
static struct error renew_changelog(struct revising *revising, FILE *in, FILE *out)
{
	(void)in;
	return changelog_write(out, revising->bundle.db, &revising->revision);
}

/* How a file is made of the one that the release has; NULL: it is made anew. */
static struct error (*copier_of(int file))(struct revising *, FILE *, FILE *)
{
	if (file < ARTEFACTS &&
	    (artefacts[file].table == RELEASE_LEAKS || artefacts[file].table == RELEASE_CALIBRATION))
		return copy_whole;
	if (file < ARTEFACTS && artefacts[file].format == &format_csv)
		return copy_csv;
	if (file < ARTEFACTS)
		return artefacts[file].format == &format_jsonl ? copy_jsonl : copy_licences;
	if (file == BUNDLE_DATAPACKAGE || file == BUNDLE_CROISSANT)
		return copy_json;
	if (file == BUNDLE_CITATION || file == BUNDLE_DATASHEET)
		return copy_text;
	if (file == BUNDLE_DICTIONARY || file == BUNDLE_FIGURES)
		return copy_whole;
	if (file == BUNDLE_CHANGELOG)
		return renew_changelog;
	if (file == BUNDLE_LEAKAGE)
		return copy_leakage;
	return file == BUNDLE_CARD ? revise_card : NULL;
}

/* A release of before some of the files were has none of these; nor has its revision. */
static struct error find_left_out(struct revising *revising)
{
	const struct release *root = &revising->root;

	for (int file = 0; file < BUNDLE_FILES; file++) {
		struct release_file found = { .path = bundle_name(file) };

		if (!copier_of(file))
			continue;
		struct error err =
			release_file_find(revising->bundle.db, root->name, root->version, &found);
		revising->bundle.left_out[file] = err.code == ERR_NOT_FOUND;
		if (err.code && err.code != ERR_NOT_FOUND)
			return err;
	}
	return ok();
}

static struct error revise_file(struct revising *revising, int file)
{
	struct bundle *bundle = &revising->bundle;
	struct release_file found = { .path = bundle_name(file) };
	const char *name = revising->root.name, *version = revising->root.version;
	int fd;
	struct error err = release_file_open(bundle->db, bundle->store, name, version, &found, &fd);

	if (err.code)
		return err;
	FILE *in = NULL;
	if ((err = disk_stream(fd, &in)).code)
		return err;
	err = copier_of(file)(revising, in, bundle->out[file]);
	if (!err.code && ferror(in))
		err = errorf(ERR_INTERNAL, "%s cannot be read", found.path);
	fclose(in);
	return err;
}

static struct error copy_files(struct revising *revising, int from, int to)
{
	const struct progress_listener *progress = revising->progress;
	struct error err = ok();

	for (int file = from; file < to && !err.code; file++) {
		if (progress && (err = progress->tell(progress->arg, file, BUNDLE_FILES)).code)
			return err;
		if (copier_of(file) && !revising->bundle.left_out[file])
			err = revise_file(revising, file);
	}
	return err.code ? err : bundle_keep(&revising->bundle, from, to);
}

static struct error write_files_anew(struct revising *revising)
{
	struct bundle *bundle = &revising->bundle;
	struct error err;

	signed_key_write(bundle->out[BUNDLE_KEY], &bundle->signer);
	if ((err = copy_files(revising, 0, BUNDLE_LEAKAGE)).code)
		return err;
	if ((err = copy_files(revising, BUNDLE_LEAKAGE, BUNDLE_DATAPACKAGE)).code)
		return err;
	if ((err = copy_files(revising, BUNDLE_DATAPACKAGE, BUNDLE_SUMS)).code)
		return err;
	return bundle_seal(bundle);
}

/* ------------------------------------------------------------------ the revision */

struct beginning {
	const char *root_id;
	char id[UUID_TEXT]; /* of the revision; "": none is due */
};

/* Goes on with the one that was begun, or begins the next where it is due. */
static struct error begin_revision(struct db *db, void *arg)
{
	struct beginning *beginning = arg;
	const char *const ids[] = { beginning->root_id, beginning->id };
	auto_rows *held = NULL, *begun = NULL, *due = NULL, *made = NULL;
	struct error err = db_run(db, SQL_REVISE_HOLD, ids, &held);

	*beginning->id = '\0';
	if (err.code || rows_count(held) == 0)
		return err;
	if ((err = db_run(db, SQL_REVISE_BEGUN, ids, &begun)).code)
		return err;
	if (rows_count(begun)) {
		snprintf(beginning->id, UUID_TEXT, "%s", rows_text(begun, 0, 0));
		return ok();
	}
	if ((err = db_run(db, SQL_REVISE_DUE, ids, &due)).code)
		return err;
	if (rows_count(due) == 0 || !rows_flag(due, 0, 0))
		return ok();
	if ((err = db_run(db, SQL_REVISE_BEGIN, ids, &made)).code)
		return err;
	snprintf(beginning->id, UUID_TEXT, "%s", rows_text(made, 0, 0));
	return db_do(db, SQL_REVISE_TAKE, ids, NULL);
}

static struct error read_revision(struct revising *revising, const char *id)
{
	struct bundle *bundle = &revising->bundle;
	auto_rows *rows = NULL;
	struct error err = release_by_id(bundle->db, revising->arena, id, &revising->revision);

	if (err.code)
		return err;
	err = release_by_id(bundle->db, revising->arena, revising->root_id, &revising->root);
	if (err.code)
		return err;
	if ((err = db_run(bundle->db, SQL_REVISE_NUMBER, (const char *[]){ id }, &rows)).code)
		return err;
	revising->number = rows_copy(rows, 0, 0, revising->arena);
	bundle->items = rows_integer(rows, 0, 1);
	bundle->release = &revising->revision;
	return read_gone(revising);
}

static struct error write_revision(struct revising *revising)
{
	struct bundle *bundle = &revising->bundle;
	struct error err = find_left_out(revising);

	if (err.code || (err = bundle_summarise(bundle)).code)
		return err;
	if (!(err = bundle_open(bundle)).code)
		err = write_files_anew(revising);
	bundle_close_rest(bundle);
	return err.code ? err : bundle_finish(bundle);
}

/* One revision; *ret_made: it was due. */
static struct error make_revision(struct revising *revising, bool *ret_made)
{
	struct beginning beginning = { .root_id = revising->root_id };
	struct error err = db_transaction(revising->bundle.db, begin_revision, &beginning);

	*ret_made = *beginning.id;
	if (err.code || !*ret_made)
		return err;
	if (!(err = read_revision(revising, beginning.id)).code)
		err = write_revision(revising);
	rows_free(revising->gone);
	revising->gone = NULL;
	return err;
}

static struct error revise_once(const struct revising *asked, bool *ret_made)
{
	struct revising *revising = mem_new(1, sizeof *revising);
	struct error err = signer_open(asked->bundle.db, &revising->bundle.signer);

	*ret_made = false;
	if (!err.code) {
		revising->arena = arena_new();
		revising->bundle.db = asked->bundle.db;
		revising->bundle.store = asked->bundle.store;
		revising->root_id = asked->root_id;
		revising->progress = asked->progress;
		err = make_revision(revising, ret_made);
		arena_free(revising->arena);
		signer_close(&revising->bundle.signer);
	}
	free(revising);
	return err;
}

/* Until nothing is due: what was taken down while one was written is looked for afterwards. */
static void revise_nicely(void *arg)
{
	struct revising *revising = arg;
	bool made = true;

	while (!revising->err.code && made)
		revising->err = revise_once(revising, &made);
	if (!revising->err.code)
		revising->err =
			unseal_revisions(revising->bundle.db, revising->bundle.store, revising->root_id);
}

struct error release_revise(struct db *db, struct store *store, const char *release_id,
                            const struct progress_listener *progress)
{
	struct revising *revising = mem_new(1, sizeof *revising);

	revising->bundle.db = db;
	revising->bundle.store = store;
	revising->root_id = release_id;
	revising->progress = progress;
	thread_run_nicely(revise_nicely, revising);
	struct error err = revising->err;
	free(revising);
	return err;
}

/* ------------------------------------------------------------------ the job */

/* A release that is being made, or cannot be signed here, is for a later try. */
static struct error check_fit(struct db *db, const char *release_id)
{
	struct arena *arena = arena_new();
	struct release release;
	struct error err = release_by_id(db, arena, release_id, &release);

	if (!err.code && strcmp(release.state, "writing") == 0)
		err = errorf(ERR_CONFLICT, "The release is being made.");
	arena_free(arena);
	return err.code ? err : keys_check(db);
}

static struct error revise_by_job(struct job_run *run)
{
	const struct progress_listener progress = job_listener(run);
	struct error err = check_fit(run->db, run->job->subject);

	run->unfit = err.code == ERR_CONFLICT;
	if (err.code)
		return err;
	return release_revise(run->db, run->store, run->job->subject, &progress);
}

struct revision_given_up {
	const struct job *job;
	const char *why;
};

static struct error fail_revision(struct db *db, void *arg)
{
	const struct revision_given_up *given_up = arg;
	struct error err = job_fail(db, given_up->job, given_up->why);

	return err.code
	           ? err
	           : db_do(db, SQL_REVISE_FAILED, (const char *[]){ given_up->job->subject }, NULL);
}

static struct error give_up_revision(struct db *db, const struct job *job, const char *why)
{
	return db_transaction(db, fail_revision, &(struct revision_given_up){ job, why });
}

const struct job_handler revise_job = { .kind = "revise",
	                                    .handle = revise_by_job,
	                                    .give_up = give_up_revision };
