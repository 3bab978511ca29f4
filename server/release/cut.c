/* SPDX-License-Identifier: Apache-2.0 */
#include "release/cut.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/mem.h"

#define NO_VALUE UINT32_MAX

struct cut {
	FILE *file;
	char *row; /* the values of one row, each with its NUL */
	size_t room;
};

static struct error cut_trouble(const char *what)
{
	return disk_error("release", what);
}

struct error cut_new(struct store *store, struct cut **ret_cut)
{
	struct cut *cut = mem_new(1, sizeof *cut);
	struct error err = store_scratch_file(store, &cut->file);

	if (err.code)
		cut_free(cut);
	else
		*ret_cut = cut;
	return err;
}

void cut_free(struct cut *cut)
{
	if (!cut)
		return;
	if (cut->file)
		fclose(cut->file);
	free(cut->row);
	free(cut);
}

struct error cut_clear(struct cut *cut)
{
	rewind(cut->file);
	if (ftruncate(fileno(cut->file), 0) != 0)
		return cut_trouble("the rows of the release could not be dropped");
	return ok();
}

struct error cut_add(void *cut, const struct rows *row)
{
	FILE *file = ((struct cut *)cut)->file;

	for (int c = 0; c < CUT_COLUMNS; c++) {
		const char *text = rows_text(row, 0, c);
		uint32_t len = text ? (uint32_t)strlen(text) : NO_VALUE;

		fwrite(&len, sizeof len, 1, file);
		if (text)
			fwrite(text, 1, len, file);
	}
	return ferror(file) ? cut_trouble("the rows of the release could not be kept") : ok();
}

struct error cut_rewind(struct cut *cut)
{
	if (fflush(cut->file) != 0 || fseek(cut->file, 0, SEEK_SET) != 0)
		return cut_trouble("the rows of the release could not be kept");
	return ok();
}

static void cut_make_room(struct cut *cut, size_t needed)
{
	if (needed <= cut->room)
		return;
	cut->room = 2 * needed;
	cut->row = realloc(cut->row, cut->room);
	if (!cut->row)
		abort();
}

/* Appends one value to the row; false: the file ends before it, or cannot be read. */
static bool read_value(struct cut *cut, size_t *len, uint32_t *ret_value_len)
{
	uint32_t value_len;

	if (fread(&value_len, sizeof value_len, 1, cut->file) != 1)
		return false;
	*ret_value_len = value_len;
	if (value_len == NO_VALUE)
		return true;
	cut_make_room(cut, *len + value_len + 1);
	if (fread(cut->row + *len, 1, value_len, cut->file) != value_len)
		return false;
	cut->row[*len + value_len] = '\0';
	*len += value_len + 1;
	return true;
}

struct error cut_next(struct cut *cut, const char *values[CUT_COLUMNS], bool *ret_found)
{
	size_t len = 0, starts[CUT_COLUMNS];
	uint32_t value_len[CUT_COLUMNS];

	for (int c = 0; c < CUT_COLUMNS; c++) {
		starts[c] = len;
		if (read_value(cut, &len, &value_len[c]))
			continue;
		*ret_found = false;
		return feof(cut->file) && c == 0 ? ok()
		                                 : cut_trouble("the rows of the release could not be read");
	}
	for (int c = 0; c < CUT_COLUMNS; c++)
		values[c] = value_len[c] == NO_VALUE ? NULL : cut->row + starts[c];
	*ret_found = true;
	return ok();
}
