/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window of the file lies in `buffer`: the records that are still to come begin at `at`.  A
 * record is found in the window and split in a copy, so that its text stays as it came.  One
 * that cannot be read costs its first line alone, because the window still holds the others.
 */
#include "core/csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define WINDOW (4 * CSV_RECORD)

struct csv {
	FILE *source;
	char *buffer;       /* WINDOW bytes */
	size_t at, end;     /* what is left of them */
	bool ended;         /* the source holds no more, or does not give it */
	int failed;         /* errno of a read that failed; told once */
	uint64_t taken;     /* bytes of the source, up to `end` */
	bool cr_ends_lines; /* as the first line says */
	char separator;
	const char *raw;                   /* the last record, or the first line of a bad one */
	size_t raw_len, first_len, second; /* `second`: where its second line begins */
	unsigned line, next_line;
	char *record; /* fields in place */
	size_t room;
	const char *fields[CSV_FIELDS];
};

/* What was found of a record. */
struct span {
	size_t len, end; /* without its line end, and with it */
	unsigned lines;
	size_t count;
};

struct csv *csv_new(FILE *source)
{
	struct csv *csv = mem_new(1, sizeof *csv);

	csv->buffer = mem_resize(NULL, WINDOW, 1);
	csv->source = source;
	csv->separator = ',';
	csv->line = csv->next_line = 1;
	return csv;
}

void csv_separate(struct csv *csv, char separator)
{
	csv->separator = separator;
}

void csv_free(struct csv *csv)
{
	if (!csv)
		return;
	free(csv->buffer);
	free(csv->record);
	free(csv);
}

unsigned csv_line(const struct csv *csv)
{
	return csv->line;
}

unsigned csv_lines(const struct csv *csv)
{
	return csv->next_line - csv->line;
}

const char *csv_raw(const struct csv *csv, size_t *ret_len)
{
	*ret_len = csv->raw_len;
	return csv->raw;
}

void csv_back(struct csv *csv)
{
	csv->at = csv->second;
	csv->next_line = csv->line + 1;
	csv->raw_len = csv->first_len;
}

uint64_t csv_offset(const struct csv *csv)
{
	return csv->taken - (csv->end - csv->at);
}

/* Brings the window to hold the longest record from `at` on, or all that is left. */
static void csv_fill(struct csv *csv)
{
	if (csv->ended || csv->end - csv->at >= WINDOW / 2)
		return;
	memmove(csv->buffer, csv->buffer + csv->at, csv->end - csv->at);
	csv->end -= csv->at;
	csv->at = 0;
	errno = 0;
	size_t got = fread(csv->buffer + csv->end, 1, WINDOW - csv->end, csv->source);
	csv->end += got;
	csv->taken += got;
	csv->ended = csv->end < WINDOW;
	if (!ferror(csv->source))
		return;
	/* Where the source fails, a record may be torn: nothing from here on counts. */
	csv->failed = errno ? errno : EIO;
	csv->end = csv->at;
}

static bool is_at(const struct csv *csv, size_t i, char c)
{
	return i < csv->end && csv->buffer[i] == c;
}

/* The length of the line end at `i`; 0: there is none. Some programs write CR CR LF. */
static size_t line_end(const struct csv *csv, size_t i)
{
	if (is_at(csv, i, '\n'))
		return 1;
	if (!is_at(csv, i, '\r'))
		return 0;
	if (is_at(csv, i + 1, '\n'))
		return 2;
	if (is_at(csv, i + 1, '\r') && is_at(csv, i + 2, '\n'))
		return 3;
	return csv->cr_ends_lines;
}

/* A file whose first line ends in a lone CR has no other line ends. */
static void look_at_line_ends(struct csv *csv)
{
	size_t i = csv->at;

	while (i < csv->end && csv->buffer[i] != '\r' && csv->buffer[i] != '\n')
		i++;
	csv->cr_ends_lines = i < csv->end && csv->buffer[i] == '\r' && !line_end(csv, i);
}

static bool ends_field(const struct csv *csv, size_t i)
{
	return i >= csv->end || csv->buffer[i] == csv->separator || line_end(csv, i);
}

/* The end of the field that begins at `i`; quotes in its midst are letters like others. */
static size_t plain_end(const struct csv *csv, size_t i)
{
	while (!ends_field(csv, i))
		i++;
	return i;
}

/* The quote that closes the one at `i`, or where the window ends. Counts the lines between. */
static size_t closing_quote(const struct csv *csv, size_t i, unsigned *lines)
{
	for (i++; i < csv->end; i++) {
		size_t len = line_end(csv, i);

		if (len) {
			++*lines;
			i += len - 1;
		} else if (csv->buffer[i] == '"' && (i + 1 == csv->end || csv->buffer[i + 1] != '"')) {
			break;
		} else if (csv->buffer[i] == '"') {
			i++;
		}
	}
	return i;
}

/* What is wrong where a field goes on behind its closing quote. */
static struct error say_open_quote(size_t field, unsigned lines)
{
	if (lines > 1)
		return errorf(ERR_INVALID, "a quote opens field %zu and is closed only in another row",
		              field);
	return errorf(ERR_INVALID,
	              "something follows the quote that closes field %zu; a quote inside quotes is "
	              "written twice",
	              field);
}

static struct error find_record(const struct csv *csv, struct span *ret)
{
	struct span span = { .lines = 1 };
	size_t i = csv->at;

	for (;; i++) {
		bool quoted = i < csv->end && csv->buffer[i] == '"';

		if (++span.count > CSV_FIELDS)
			return errorf(ERR_INVALID, "the record has more than %d fields", CSV_FIELDS);
		size_t stop = quoted ? closing_quote(csv, i, &span.lines) : plain_end(csv, i);
		if (quoted && (stop >= csv->end || stop - csv->at > CSV_RECORD))
			return errorf(ERR_INVALID, "a quote opens field %zu and is never closed", span.count);
		i = stop + quoted;
		if (!ends_field(csv, i))
			return say_open_quote(span.count, span.lines);
		if (i >= csv->end || csv->buffer[i] != csv->separator)
			break;
	}
	span.len = i - csv->at;
	span.end = i + (i < csv->end ? line_end(csv, i) : 0) - csv->at;
	if (span.len > CSV_RECORD)
		return errorf(ERR_INVALID, "the record is longer than %d bytes", CSV_RECORD);
	*ret = span;
	return ok();
}

/* Leaves `at` behind the next line end, however far it is. */
static void skip_line(struct csv *csv)
{
	size_t i = csv->at, len = 0;

	while (!(len = i < csv->end ? line_end(csv, i) : 0)) {
		if (i < csv->end) {
			i++;
			continue;
		}
		csv->at = i;
		csv_fill(csv);
		if ((i = csv->at) == csv->end)
			break;
	}
	csv->at = i + len;
}

/* Notes the first line of a record that cannot be read, and goes on behind it. */
static void csv_give_up(struct csv *csv)
{
	size_t i = csv->at;

	while (i < csv->end && i - csv->at < CSV_RECORD && !line_end(csv, i))
		i++;
	/* The record's room keeps the line: skip_line() may move the window. */
	csv->raw_len = csv->first_len = i - csv->at;
	memcpy(csv->record, csv->buffer + csv->at, csv->raw_len);
	csv->raw = csv->record;
	skip_line(csv);
	csv->second = csv->at;
	csv->next_line = csv->line + 1;
}

/* Unquotes the field that begins at `from` in place; returns where it ends, past its quotes. */
static char *csv_unquote(char *from, char **to)
{
	for (from++; *from != '"' || from[1] == '"'; from++) {
		from += *from == '"';
		*(*to)++ = *from;
	}
	return from + 1;
}

/* Splits the copy of a record that find_record() has found good. */
static void csv_split(struct csv *csv, size_t len)
{
	char *from = csv->record, *to, *end = csv->record + len;

	memcpy(csv->record, csv->buffer + csv->at, len);
	*end = '\0';
	for (size_t count = 0; from <= end; from++) {
		csv->fields[count++] = to = from;
		if (*from == '"') {
			from = csv_unquote(from, &to);
		} else {
			while (from < end && *from != csv->separator)
				from++;
			to = from;
		}
		*to = '\0';
	}
}

/* Steps over empty lines and, before the first, a byte order mark. */
static void skip_empty_lines(struct csv *csv)
{
	size_t len;

	csv_fill(csv);
	if (csv->next_line == 1) {
		if (csv->end - csv->at >= 3 && memcmp(csv->buffer + csv->at, "\xef\xbb\xbf", 3) == 0)
			csv->at += 3;
		look_at_line_ends(csv);
	}
	while (csv->at < csv->end && (len = line_end(csv, csv->at))) {
		csv->at += len;
		csv->next_line++;
		csv_fill(csv);
	}
}

struct error csv_next(struct csv *csv, const char *const **ret_fields, size_t *ret_count)
{
	struct span span = { 0 };

	skip_empty_lines(csv);
	csv->line = csv->next_line;
	if (csv->failed) {
		int why = csv->failed;

		csv->failed = 0;
		csv->raw_len = csv->first_len = 0;
		return errorf(ERR_INTERNAL, "it cannot be read on: %s", strerrordesc_np(why));
	}
	if (csv->at == csv->end) {
		csv->raw_len = 0;
		*ret_count = 0;
		return ok();
	}
	if (!csv->record)
		csv->record = mem_resize(NULL, CSV_RECORD + 1, 1);
	struct error err = find_record(csv, &span);
	if (!err.code && memchr(csv->buffer + csv->at, '\0', span.len))
		err = errorf(ERR_INVALID, "the record holds a NUL");
	if (err.code) {
		csv_give_up(csv);
		return err;
	}
	csv_split(csv, span.len);
	csv->raw = csv->buffer + csv->at;
	csv->raw_len = span.len;
	csv->second = csv->at;
	while (csv->second < csv->at + span.end && !line_end(csv, csv->second))
		csv->second++;
	csv->first_len = csv->second - csv->at;
	csv->second += line_end(csv, csv->second);
	csv->at += span.end;
	csv->next_line += span.lines;
	*ret_fields = csv->fields;
	*ret_count = span.count;
	return ok();
}

void csv_put(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}
