/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/manifest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/csv.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "corpus/manifest_encoding.h"
#include "corpus/manifest_json.h"

#define UNNAMED (-1) /* a column without a name holds nothing */
#define REASON  (-2) /* of a list of refused rows: not for us */

struct manifest {
	struct manifest_text text;
	const char *folder; /* lent */
	bool is_json;
	struct manifest_json json;
	/* A table. */
	FILE *memory;
	struct csv *csv;
	char separator;
	int columns[CSV_FIELDS];
	size_t named; /* fields that have a name, and those before them */
	char *head;   /* the header as it came */
};

/* ------------------------------------------------------------------ a table's header */

/* Which column of ours each field is. False: a name is unknown. */
static bool name_columns(struct manifest *manifest, const char *const fields[], size_t count,
                         struct error *ret_err)
{
	unsigned long set = 0;

	manifest->named = 0;
	for (size_t f = 0; f < count; f++) {
		int column = item_text_is_blank(fields[f]) ? UNNAMED : item_column(fields[f]);

		if (column < 0 && strcasecmp(fields[f], "reason") == 0)
			column = REASON;
		else if (column < 0 && !item_text_is_blank(fields[f]))
			return *ret_err = errorf(ERR_INVALID, "there is no column \"%.60s\"", fields[f]), false;
		if (column >= 0 && set & 1ul << column)
			*ret_err =
				errorf(ERR_INVALID, "the column \"%s\" stands there twice", item_columns[column]);
		set |= column < 0 ? 0 : 1ul << column;
		manifest->columns[f] = column;
		manifest->named = column == UNNAMED ? manifest->named : f + 1;
	}
	for (size_t f = count; f < CSV_FIELDS; f++)
		manifest->columns[f] = UNNAMED;
	if (!ret_err->code && !(set & 1ul << item_column("file")) && !(set & 1ul << item_column("url")))
		*ret_err = errorf(ERR_INVALID, "the header has neither a column \"file\" nor \"url\"");
	return true;
}

/* Excel's own word for what separates: a first line `sep=;`. */
static bool is_separator_line(const char *line, size_t len)
{
	return (len == 4 || len == 5) && strncasecmp(line, "sep=", 4) == 0;
}

/* Begins the table anew with a separator. True: all names of its header are ours. */
static bool try_separator(struct manifest *manifest, char separator, size_t *ret_count,
                          struct error *ret_err)
{
	const char *text = manifest->text.bytes + manifest->text.start;
	const char *const *fields;
	size_t count = 0, len;

	csv_free(manifest->csv);
	rewind(manifest->memory);
	manifest->csv = csv_new(manifest->memory);
	csv_separate(manifest->csv, separator);
	manifest->separator = separator;
	*ret_err = csv_next(manifest->csv, &fields, &count);
	if (!ret_err->code && is_separator_line(text, strcspn(text, "\r\n")))
		*ret_err = csv_next(manifest->csv, &fields, &count);
	if (ret_err->code)
		return false;
	if (!count)
		return *ret_err = errorf(ERR_INVALID, "the manifest is empty"), false;
	const char *raw = csv_raw(manifest->csv, &len);
	*ret_err = manifest_encoding_check(raw, len);
	free(manifest->head);
	if (!(manifest->head = strndup(raw, len)))
		abort();
	*ret_count = count;
	return !ret_err->code && name_columns(manifest, fields, count, ret_err);
}

static struct error manifest_read_header(struct manifest *manifest)
{
	static const char separators[] = { ',', ';', '\t' };
	struct error best = ok(), err = ok();
	size_t most = 0, count = 0;

	for (size_t i = 0; i < sizeof separators; i++, count = 0) {
		if (try_separator(manifest, separators[i], &count, &err)) {
			return err.code ? errorf(err.code, "line %u: %s", csv_line(manifest->csv), err.detail)
			                : err;
		}
		if (!best.code || count > most) {
			best = err;
			most = count;
		}
	}
	return errorf(best.code,
	              "line %u: %s; the first line names the columns, with commas, semicolons or "
	              "tabs between",
	              csv_line(manifest->csv), best.detail);
}

/* ------------------------------------------------------------------ a table's rows */

static bool is_blank_row(const char *const fields[], size_t count)
{
	for (size_t f = 0; f < count; f++)
		if (!item_text_is_blank(fields[f]))
			return false;
	return true;
}

/* Sets all columns, so that a row that is refused for one of them is known by its file. */
static struct error set_fields(struct manifest *manifest, struct arena *arena,
                               const char *const fields[], size_t count, struct item_row *row)
{
	struct error first = ok(), err = ok();

	for (size_t f = 0; f < count; f++) {
		int column = manifest->columns[f];

		if (column >= 0)
			err = item_row_set(row, arena, (unsigned)column,
			                   arena_copy(arena, fields[f], strlen(fields[f])));
		else if (column == UNNAMED && !item_text_is_blank(fields[f]))
			err =
				errorf(ERR_INVALID, "field %zu holds \"%.40s\", but the header has no name for it",
			           f + 1, fields[f]);
		if (!first.code)
			first = err;
	}
	if (count < manifest->named)
		first = errorf(ERR_INVALID, "%zu fields, but the header has %zu", count, manifest->named);
	return first;
}

/*
 * Does a line look like a row: all of its values fit their columns, and its file is there or a
 * column of few words holds one of them?  Prose with as many commas does not.
 */
static bool is_row(struct manifest *manifest, struct arena *arena, const char *line, size_t len)
{
	const char *fields[CSV_FIELDS], *at = arena_copy(arena, line, len);
	struct item_row row = { 0 };
	size_t count = 0;

	while (at && count < CSV_FIELDS) {
		char *stop = strchr(at, manifest->separator);

		fields[count++] = at;
		at = stop ? stop + 1 : NULL;
		if (stop)
			*stop = '\0';
	}
	struct error err = set_fields(manifest, arena, fields, count, &row);
	if (err.code || is_blank_row(fields, count))
		return false;
	if (row.truth || row.basis || row.technique)
		return true;
	return row.file &&
	       access(arena_printf(arena, "%s/%s", *row.file == '/' ? "" : manifest->folder, row.file),
	              F_OK) == 0;
}

/* Do the quotes of the last record enclose lines that are rows of their own? */
static bool swallows_rows(struct manifest *manifest, struct arena *arena)
{
	size_t len;
	const char *raw = csv_raw(manifest->csv, &len), *end = raw + len;

	for (const char *at = raw + strcspn(raw, "\r\n"); at < end;) {
		at += *at == '\r' || *at == '\n';
		size_t line = strcspn(at, "\r\n");

		line = line < (size_t)(end - at) ? line : (size_t)(end - at);
		if (is_row(manifest, arena, at, line))
			return true;
		at += line;
	}
	return false;
}

static bool next_record(struct manifest *manifest, struct arena *arena, struct manifest_row *row)
{
	const char *const *fields;
	size_t count = 0, len;
	struct error err;

	do {
		err = csv_next(manifest->csv, &fields, &count);
		if (!err.code && !count)
			return false;
	} while (!err.code && is_blank_row(fields, count));
	row->line = csv_line(manifest->csv);
	if (err.code) {
		row->err = err;
		return true;
	}
	unsigned lines = csv_lines(manifest->csv);
	const char *raw = csv_raw(manifest->csv, &len);
	row->err = set_fields(manifest, arena, fields, count, &row->item);
	if ((err = manifest_encoding_check(raw, len)).code)
		row->err = err;
	if (lines > 1 && (count < manifest->named || swallows_rows(manifest, arena))) {
		csv_back(manifest->csv);
		row->err =
			errorf(ERR_INVALID, "a quote opens here and closes on line %u, and rows stand between",
		           row->line + lines - 1);
	}
	return true;
}

/* ------------------------------------------------------------------ manifests */

static bool begins_json(const struct manifest_text *text)
{
	const char *at = text->bytes + text->start;

	at += strspn(at, " \t\r\n");
	return *at == '{' || *at == '[';
}

static struct error manifest_start(struct manifest *manifest)
{
	char *text = manifest->text.bytes + manifest->text.start;

	if (item_text_is_blank(text) && strlen(text) == manifest->text.len)
		return errorf(ERR_INVALID, "the manifest is empty");
	manifest->is_json = begins_json(&manifest->text);
	if (manifest->is_json) {
		manifest_json_start(&manifest->json, text, manifest->text.len);
		return ok();
	}
	if (!(manifest->memory = fmemopen(text, manifest->text.len, "r")))
		return errorf(ERR_INTERNAL, "the manifest cannot be read from memory");
	return manifest_read_header(manifest);
}

struct error manifest_open(const char *path, const char *folder, struct manifest **ret_manifest)
{
	struct manifest *manifest = mem_new(1, sizeof *manifest);

	manifest->folder = folder;
	struct error err = manifest_encoding_read(path, &manifest->text);
	if (!err.code)
		err = manifest_start(manifest);
	if (err.code)
		manifest_close(manifest);
	else
		*ret_manifest = manifest;
	return err;
}

void manifest_close(struct manifest *manifest)
{
	if (!manifest)
		return;
	csv_free(manifest->csv);
	if (manifest->memory)
		fclose(manifest->memory);
	manifest_json_end(&manifest->json);
	manifest_encoding_free(&manifest->text);
	free(manifest->head);
	free(manifest);
}

bool manifest_next(struct manifest *manifest, struct arena *arena, struct manifest_row *ret_row)
{
	struct manifest_row row;

	do {
		row = (struct manifest_row){ .err = ok() };
		if (!manifest->is_json) {
			if (!next_record(manifest, arena, &row))
				return false;
			break;
		}
		if (!manifest_json_next(&manifest->json, arena, &row.item, &row.err))
			return false;
		row.line = manifest->json.raw_line;
	} while (!row.err.code && manifest->json.is_blank);
	row.raw = manifest->is_json ? manifest->json.raw : csv_raw(manifest->csv, &row.raw_len);
	if (manifest->is_json)
		row.raw_len = manifest->json.raw_len;
	row.raw = arena_copy(arena, row.raw, row.raw_len);
	*ret_row = row;
	return true;
}

double manifest_progress(const struct manifest *manifest)
{
	size_t len = manifest->text.len;

	if (manifest->is_json)
		return len ? (double)manifest->json.at / (double)len : 1;
	return len ? (double)csv_offset(manifest->csv) / (double)len : 1;
}

/* ------------------------------------------------------------------ refused rows */

const char *manifest_refused_ending(const struct manifest *manifest)
{
	if (manifest->is_json)
		return ".jsonl";
	return manifest->separator == '\t' ? ".tsv" : ".csv";
}

/* As a field of its own, whatever the separator. */
static void write_reason(const char *reason, FILE *out)
{
	fputc('"', out);
	for (; *reason; reason++) {
		if (*reason == '"')
			fputc('"', out);
		fputc((unsigned char)*reason < ' ' ? ' ' : *reason, out);
	}
	fputc('"', out);
}

/* A row of a list of refused rows has a reason in front already: steps over it. */
static const char *past_reason(const struct manifest *manifest, const char *raw, size_t len)
{
	const char *at = raw, *end = raw + len;
	bool quoted = false; /* a doubled quote closes and opens again: that is as good */

	if (manifest->columns[0] != REASON)
		return raw;
	while (at < end && (quoted || *at != manifest->separator))
		quoted ^= *at++ == '"';
	return at < end && *at == manifest->separator ? at + 1 : raw;
}

void manifest_refused_head(const struct manifest *manifest, FILE *out)
{
	if (manifest->is_json)
		return;
	fprintf(out, "reason%c%s\n", manifest->separator,
	        past_reason(manifest, manifest->head, strlen(manifest->head)));
}

static void refuse_value(const struct manifest_row *refused, const char *reason, FILE *out)
{
	json_auto_t *row = json_object(),
				*value = json_loadb(refused->raw, refused->raw_len,
	                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

	json_object_set_new(row, "reason", json_string_nocheck(reason));
	if (json_is_object(value)) {
		json_object_del(value, "reason");
		json_object_update(row, value);
	}
	json_dumpf(row, out, JSON_COMPACT);
	fputc('\n', out);
	if (!json_is_object(value))
		fprintf(out, "%.*s\n", (int)refused->raw_len, refused->raw);
}

void manifest_refused_row(const struct manifest *manifest, const struct manifest_row *row,
                          const char *reason, FILE *out)
{
	struct error why = errorf(ERR_INVALID, "%s", reason);

	/* A reason may have been cut within a letter. */
	why.detail[utf8_fault(why.detail, strlen(why.detail))] = '\0';
	if (manifest->is_json) {
		refuse_value(row, why.detail, out);
		return;
	}
	const char *kept = past_reason(manifest, row->raw, row->raw_len);
	write_reason(why.detail, out);
	fputc(manifest->separator, out);
	fwrite(kept, 1, row->raw_len - (size_t)(kept - row->raw), out);
	fputc('\n', out);
}
