/* SPDX-License-Identifier: Apache-2.0 */
/* import -- reads a manifest, CSV or JSON lines, and makes items of its rows. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/csv.h"
#include "db/db.h"
#include "domain/item.h"
#include "store/store.h"

#define BAR_WIDTH  30
#define TELL_EVERY 25 /* rows, where there is no terminal to draw a bar on */

struct import {
	struct db *db;
	struct store *store;
	const char *folder, *campaign_id;
	FILE *source;
	bool is_terminal;
	unsigned long long rows, made, known, bad;
	off_t size;
};

/* On a terminal, one line that is written over; elsewhere a line now and then. */
static void show_progress(const struct import *import)
{
	off_t at = ftello(import->source);
	int filled = import->size > 0 ? (int)(BAR_WIDTH * at / import->size) : BAR_WIDTH;

	if (!import->is_terminal) {
		if (import->rows % TELL_EVERY == 0)
			fprintf(stderr, "  %llu rows: %llu in, %llu known, %llu bad\n", import->rows,
					import->made, import->known, import->bad);
		return;
	}
	fprintf(stderr, "\r[");
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < filled ? '#' : '.', stderr);
	fprintf(stderr, "] %llu in, %llu known, %llu bad ", import->made, import->known, import->bad);
	fflush(stderr);
}

static void complain(struct import *import, unsigned line, const char *what)
{
	fprintf(stderr, "%sline %u: %s\n", import->is_terminal ? "\r\033[K" : "", line, what);
	import->bad++;
}

/* Only the database's absence stops an import; a bad row is reported and the rest goes in. */
static struct error take_row(struct import *import, struct arena *arena, unsigned line,
							 const struct item_row *row)
{
	enum item_outcome outcome;
	struct error err = item_import(import->db, import->store, arena, import->folder,
								   import->campaign_id, row, &outcome);

	if (err.code == ERR_UNAVAILABLE && !row->url)
		return err;
	if (err.code)
		complain(import, line, err.detail);
	else if (outcome == ITEM_NEW)
		import->made++;
	else
		import->known++;
	show_progress(import);
	return ok();
}

/* Which column of ours each field of the header is. */
static struct error read_header(struct csv *csv, unsigned columns[CSV_FIELDS], size_t *ret_count)
{
	const char *const *fields;
	struct error err = csv_next(csv, &fields, ret_count);

	if (err.code)
		return err;
	if (!*ret_count)
		return errorf(ERR_INVALID, "the manifest is empty");
	for (size_t f = 0; f < *ret_count; f++) {
		for (columns[f] = 0; item_columns[columns[f]]; columns[f]++)
			if (strcmp(item_columns[columns[f]], fields[f]) == 0)
				break;
		if (!item_columns[columns[f]])
			return errorf(ERR_INVALID, "line 1: there is no column \"%.60s\"", fields[f]);
	}
	return ok();
}

static struct error read_record(const char *const *fields, size_t count, const unsigned columns[],
								size_t wanted, struct item_row *row)
{
	struct error err = ok();

	if (count != wanted)
		return errorf(ERR_INVALID, "%zu fields, but the header has %zu", count, wanted);
	for (size_t f = 0; f < count && !err.code; f++)
		err = item_row_set(row, columns[f], fields[f]);
	return err;
}

static struct error import_csv(struct import *import)
{
	struct csv *csv = csv_new(import->source);
	unsigned columns[CSV_FIELDS];
	size_t wanted, count = 1;
	struct error fatal = read_header(csv, columns, &wanted);

	while (!fatal.code && count) {
		struct arena *arena = arena_new();
		struct item_row row = { 0 };
		const char *const *fields;
		struct error err = csv_next(csv, &fields, &count);

		if (!err.code && count) {
			import->rows++;
			err = read_record(fields, count, columns, wanted, &row);
			if (!err.code)
				fatal = take_row(import, arena, csv_line(csv), &row);
		}
		if (err.code)
			complain(import, csv_line(csv), err.detail);
		arena_free(arena);
	}
	csv_free(csv);
	return fatal;
}

/* A list may be an array, or a text with semicolons. */
static const char *list_text(struct arena *arena, const json_t *value)
{
	const char *text = "";
	json_t *part;
	size_t i;

	json_array_foreach ((json_t *)(uintptr_t)value, i, part) {
		text = arena_printf(arena, "%s%s%s", text, i ? ";" : "",
							json_is_string(part) ? json_string_value(part) : "");
	}
	return text;
}

static struct error set_json(struct item_row *row, struct arena *arena, const char *key,
							 const json_t *value)
{
	unsigned column = 0;

	while (item_columns[column] && strcmp(item_columns[column], key) != 0)
		column++;
	if (!item_columns[column])
		return errorf(ERR_INVALID, "there is no column \"%.60s\"", key);
	if (json_is_null(value))
		return ok();
	if (json_is_boolean(value))
		return item_row_set(row, column, json_is_true(value) ? "true" : "false");
	if (json_is_array(value))
		return item_row_set(row, column, list_text(arena, value));
	if (!json_is_string(value))
		return errorf(ERR_INVALID, "%s must be a text", key);
	return item_row_set(row, column,
						arena_copy(arena, json_string_value(value), json_string_length(value)));
}

static struct error read_line(const char *line, size_t len, struct arena *arena,
							  struct item_row *row)
{
	json_error_t why;
	json_auto_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &why);
	const char *key;
	json_t *value;
	struct error err = ok();

	if (!json_is_object(object))
		return errorf(ERR_INVALID, "not a JSON object%s%s", object ? "" : ": ",
					  object ? "" : why.text);
	json_object_foreach (object, key, value) {
		if ((err = set_json(row, arena, key, value)).code)
			break;
	}
	return err;
}

static struct error import_jsonl(struct import *import)
{
	struct error fatal = ok();
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;

	for (ssize_t len; !fatal.code && (len = getline(&line, &room, import->source)) > 0;) {
		struct arena *arena = arena_new();
		struct item_row row = { 0 };

		number++;
		if (line[strspn(line, " \t\r\n")]) {
			import->rows++;
			struct error err = read_line(line, (size_t)len, arena, &row);
			if (err.code)
				complain(import, number, err.detail);
			else
				fatal = take_row(import, arena, number, &row);
		}
		arena_free(arena);
	}
	free(line);
	return fatal;
}

static struct error find_campaign(struct db *db, const char *name, char ret_id[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_FIND, (const char *[]){ name }, &rows);

	if (err.code == ERR_INVALID)
		return errorf(ERR_INVALID, "a campaign's name is made of a-z, 0-9, dot, dash, underscore");
	if (!err.code && rows_count(rows))
		snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return err;
}

static int run(struct import *import, const char *path)
{
	bool jsonl = strlen(path) > 6 && strcasecmp(path + strlen(path) - 6, ".jsonl") == 0;
	struct error err;

	fseeko(import->source, 0, SEEK_END);
	import->size = ftello(import->source);
	rewind(import->source);
	import->is_terminal = isatty(STDERR_FILENO);
	err = jsonl ? import_jsonl(import) : import_csv(import);
	if (import->is_terminal)
		fputc('\n', stderr);
	printf("%llu rows: %llu new, %llu known already, %llu bad\n", import->rows, import->made,
		   import->known, import->bad);
	if (err.code)
		return failed(err);
	return import->bad ? failed(errorf(ERR_INVALID, "%llu rows were left out; the rest went in",
									   import->bad))
					   : EXIT_DONE;
}

int cli_import(const struct settings *settings, int argc, char **argv)
{
	const char *campaign = take_option(&argc, argv, "--campaign");
	char campaign_id[UUID_TEXT];
	int code = EXIT_FAILED;

	if (!arguments_fit(argc, argv, 1, 1, "import MANIFEST.csv|.jsonl [--campaign NAME]"))
		return EXIT_USAGE;
	FILE *source = fopen(argv[1], "re");
	if (!source)
		return failed(errorf(ERR_INVALID, "cannot read %s: %s", argv[1], strerrordesc_np(errno)));
	const char *slash = strrchr(argv[1], '/');
	char *folder =
		slash ? strndup(argv[1], (size_t)(slash - argv[1]) + !(slash - argv[1])) : strdup(".");
	struct import import = { .db = command_db(settings),
							 .store = command_store(settings),
							 .folder = folder,
							 .campaign_id = campaign_id,
							 .source = source };
	if (import.db && import.store) {
		struct error err = find_campaign(import.db, campaign ? campaign : "default", campaign_id);
		code = err.code ? failed(err) : run(&import, argv[1]);
	}
	store_free(import.store);
	db_close(import.db);
	free(folder);
	fclose(source);
	return code;
}
