/* SPDX-License-Identifier: Apache-2.0 */
#include "release/seal_check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "release/artefact.h"
#include "release/seal.h"

struct checked_seal {
	char item[UUID_TEXT], commitment[SHA256_TEXT];
	bool labelled, opened;
};

struct seal_check {
	seal_fault *fault;
	void *arg;
	struct checked_seal *seals; /* by item, once all are read */
	size_t count, room;
	bool opens; /* there is something that opens them */
};

struct seal_check *seal_check_new(seal_fault *fault, void *arg)
{
	struct seal_check *check = mem_new(1, sizeof *check);

	check->fault = fault;
	check->arg = arg;
	return check;
}

void seal_check_free(struct seal_check *check)
{
	if (check)
		free(check->seals);
	free(check);
}

static void seal_tell(const struct seal_check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void seal_tell(const struct seal_check *check, const char *format, ...)
{
	char text[512];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	check->fault(check->arg, text);
}

/* The next row of a table; false at its end, or after saying that the rest cannot be read. */
static bool seal_next(const struct seal_check *check, struct csv *csv, const char *name,
                      const char *const **fields, size_t *count)
{
	struct error err = csv_next(csv, fields, count);

	if (err.code)
		seal_tell(check, "%s line %u: %s", name, csv_line(csv), err.detail);
	return !err.code && *count > 0;
}

/* ------------------------------------------------------------------ sealed.csv */

static int compare_seals(const void *a, const void *b)
{
	return strcmp(((const struct checked_seal *)a)->item, ((const struct checked_seal *)b)->item);
}

static struct checked_seal *seal_find(const struct seal_check *check, const char *item)
{
	struct checked_seal key = { 0 };

	if (!check->count || strlen(item) >= sizeof key.item)
		return NULL;
	snprintf(key.item, sizeof key.item, "%s", item);
	return bsearch(&key, check->seals, check->count, sizeof key, compare_seals);
}

static void add_commitment(struct seal_check *check, const char *const fields[], unsigned line)
{
	const char *item = fields[SEALED_ITEM], *commitment = fields[SEALED_COMMITMENT];
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, item) || strlen(commitment) != SHA256_TEXT - 1 ||
	    strspn(commitment, "0123456789abcdef") != SHA256_TEXT - 1) {
		seal_tell(check, RELEASE_COMMITMENTS " line %u: not an item and a commitment", line);
		return;
	}
	if (check->count == check->room) {
		check->room = check->room ? 2 * check->room : 256;
		check->seals = mem_resize(check->seals, check->room, sizeof *check->seals);
	}
	struct checked_seal *seal = &check->seals[check->count++];
	*seal = (struct checked_seal){ 0 };
	snprintf(seal->item, sizeof seal->item, "%s", item);
	snprintf(seal->commitment, sizeof seal->commitment, "%s", commitment);
}

void seal_check_commitments(struct seal_check *check, FILE *in)
{
	struct csv *csv = csv_new(in);
	const char *const *fields;
	size_t count;

	if (!seal_next(check, csv, RELEASE_COMMITMENTS, &fields, &count) || count != SEALED_COLUMNS ||
	    strcmp(fields[SEALED_ITEM], "item") != 0 ||
	    strcmp(fields[SEALED_COMMITMENT], "commitment") != 0)
		seal_tell(check, RELEASE_COMMITMENTS ": its header is not that of this format");
	else
		while (seal_next(check, csv, RELEASE_COMMITMENTS, &fields, &count))
			if (count == SEALED_COLUMNS)
				add_commitment(check, fields, csv_line(csv));
			else
				seal_tell(check, RELEASE_COMMITMENTS " line %u: %zu fields", csv_line(csv), count);
	csv_free(csv);
	if (check->count)
		qsort(check->seals, check->count, sizeof *check->seals, compare_seals);
	for (size_t i = 1; i < check->count; i++)
		if (strcmp(check->seals[i - 1].item, check->seals[i].item) == 0)
			seal_tell(check, RELEASE_COMMITMENTS ": item %s stands there twice",
			          check->seals[i].item);
}

bool seal_check_item(struct seal_check *check, const char *item)
{
	struct checked_seal *seal = seal_find(check, item);

	if (seal)
		seal->labelled = true;
	return seal;
}

/* ------------------------------------------------------------------ sealed_labels.csv */

/* The header of what opens them: the item, its salt, and names of columns of ours. */
struct opening_header {
	char *names[CSV_FIELDS];
	size_t count;
	size_t label; /* which of them is the label */
};

static void header_free(struct opening_header *header)
{
	for (size_t c = 0; c < header->count; c++)
		free(header->names[c]);
}

/* A release of before may have fewer columns, in the same order. */
static bool header_read(struct opening_header *header, const char *const fields[], size_t count)
{
	bool good = count > 2 && count <= SEALED_VALUES + 2 && strcmp(fields[0], "item") == 0 &&
	            strcmp(fields[1], "salt") == 0;

	for (size_t c = 0; good && c < count; c++) {
		header->names[header->count++] = mem_text(fields[c]);
		if (c >= 2 && strcmp(fields[c], "label") == 0)
			header->label = c;
	}
	return good && header->label;
}

/* Cells of ours hold no ends of lines: with one, a row could be read as another. */
static char *opening_text(const struct opening_header *header, const char *const fields[])
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool good = true;

	if (!out)
		abort();
	for (size_t c = 0; c < header->count; c++) {
		if (c == 1)
			continue;
		good = good && !strchr(fields[c], '\n');
		fprintf(out, "%s=%s\n", header->names[c], fields[c]);
	}
	if (fclose(out) != 0)
		abort();
	if (good)
		return text;
	free(text);
	return NULL;
}

static void check_opening(struct seal_check *check, const struct opening_header *header,
                          const char *const fields[], unsigned line)
{
	struct checked_seal *seal = seal_find(check, fields[0]);
	char commitment[SHA256_TEXT];

	if (!seal || seal->opened) {
		seal_tell(check, RELEASE_OPENINGS " line %u: %s", line,
		          seal ? "its item is opened already" : "nothing commits to its item");
		return;
	}
	seal->opened = true;
	char *text = opening_text(header, fields);
	if (!text || !seal_commit(fields[1], text, commitment) ||
	    strcmp(commitment, seal->commitment) != 0)
		seal_tell(check,
		          RELEASE_OPENINGS " line %u: is not what " RELEASE_COMMITMENTS
		                           " commits to: the label of item %s, its salt or another value "
		                           "was changed",
		          line, seal->item);
	else if (!vocabulary_has(verdicts, fields[header->label]))
		seal_tell(check, RELEASE_OPENINGS " line %u: no such label", line);
	free(text);
}

void seal_check_openings(struct seal_check *check, FILE *in)
{
	struct csv *csv = csv_new(in);
	struct opening_header header = { .count = 0 };
	const char *const *fields;
	size_t count;

	check->opens = true;
	if (!seal_next(check, csv, RELEASE_OPENINGS, &fields, &count) ||
	    !header_read(&header, fields, count))
		seal_tell(check, RELEASE_OPENINGS ": its header is not that of this format");
	else
		while (seal_next(check, csv, RELEASE_OPENINGS, &fields, &count))
			if (count == header.count)
				check_opening(check, &header, fields, csv_line(csv));
			else
				seal_tell(check, RELEASE_OPENINGS " line %u: %zu fields", csv_line(csv), count);
	header_free(&header);
	csv_free(csv);
}

void seal_check_end(struct seal_check *check, uint64_t *ret_sealed, uint64_t *ret_opened)
{
	uint64_t opened = 0;

	for (size_t i = 0; i < check->count; i++) {
		const struct checked_seal *seal = &check->seals[i];

		if (!seal->labelled)
			seal_tell(check, RELEASE_COMMITMENTS ": labels.csv has no sealed item %s", seal->item);
		if (check->opens && !seal->opened)
			seal_tell(check, RELEASE_OPENINGS ": item %s is not opened", seal->item);
		opened += seal->opened;
	}
	*ret_sealed = check->count;
	*ret_opened = opened;
}
