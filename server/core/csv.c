/* SPDX-License-Identifier: Apache-2.0 */
#include "core/csv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct csv {
	FILE *source;
	char *record; /* the raw record, then its fields in place */
	size_t len, room;
	const char *fields[CSV_FIELDS];
	unsigned line, next_line;
};

struct csv *csv_new(FILE *source)
{
	struct csv *csv = calloc(1, sizeof *csv);

	if (!csv)
		abort();
	csv->source = source;
	csv->next_line = 1;
	return csv;
}

void csv_free(struct csv *csv)
{
	if (!csv)
		return;
	free(csv->record);
	free(csv);
}

unsigned csv_line(const struct csv *csv)
{
	return csv->line;
}

/* Appends one line without its end. False at the end of the file. */
static bool append_line(struct csv *csv)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t got = getline(&line, &room, csv->source);

	if (got > 0) {
		size_t len = (size_t)got;

		csv->next_line++;
		len -= line[len - 1] == '\n';
		len -= len && line[len - 1] == '\r';
		if (csv->len + len + 2 > csv->room) {
			csv->room = 2 * (csv->len + len) + 64;
			csv->record = realloc(csv->record, csv->room);
			if (!csv->record)
				abort();
		}
		memcpy(csv->record + csv->len, line, len);
		csv->len += len;
		csv->record[csv->len] = '\0';
	}
	free(line);
	return got > 0;
}

static bool quote_open(const struct csv *csv)
{
	size_t quotes = 0;

	for (size_t i = 0; i < csv->len; i++)
		quotes += csv->record[i] == '"';
	return quotes % 2;
}

/* One field from `*at`, unquoted in place; `*at` ends behind its comma, or NULL at the last. */
static bool split_one(char **at, const char **field)
{
	char *from = *at, *to = from;

	if (*from != '"') {
		size_t len = strcspn(from, ",");

		*at = from[len] ? from + len + 1 : NULL;
		from[len] = '\0';
		*field = from;
		return true;
	}
	*field = to;
	for (from++; *from; from++) {
		if (*from != '"')
			*to++ = *from;
		else if (from[1] == '"')
			*to++ = *from++;
		else
			break;
	}
	if (*from != '"' || (from[1] && from[1] != ','))
		return false;
	*at = from[1] ? from + 2 : NULL;
	*to = '\0';
	return true;
}

static struct error read_record(struct csv *csv)
{
	csv->len = 0;
	csv->line = csv->next_line;
	if (!append_line(csv))
		return ok();
	while (quote_open(csv)) {
		if (csv->len > CSV_RECORD)
			return errorf(ERR_INVALID, "the record is longer than %d bytes", CSV_RECORD);
		csv->record[csv->len++] = '\n';
		if (!append_line(csv))
			return errorf(ERR_INVALID, "a quote is never closed");
	}
	if (csv->len > CSV_RECORD)
		return errorf(ERR_INVALID, "the record is longer than %d bytes", CSV_RECORD);
	if (memchr(csv->record, '\0', csv->len))
		return errorf(ERR_INVALID, "the record holds a NUL");
	return ok();
}

struct error csv_next(struct csv *csv, const char *const **ret_fields, size_t *ret_count)
{
	struct error err;
	size_t count = 0;
	unsigned before;

	do {
		before = csv->next_line;
		if ((err = read_record(csv)).code)
			return err;
	} while (!csv->len && csv->next_line != before);

	char *at = csv->len ? csv->record : NULL;
	if (at && csv->line == 1 && strncmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (at) {
		if (count == CSV_FIELDS)
			return errorf(ERR_INVALID, "the record has more than %d fields", CSV_FIELDS);
		if (!split_one(&at, &csv->fields[count++]))
			return errorf(ERR_INVALID, "a quote stands where none may");
	}
	*ret_fields = csv->fields;
	*ret_count = count;
	return ok();
}
