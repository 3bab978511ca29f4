/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_manifest -- any bytes as a manifest, and the list of its refused rows as one again.
 *
 * Rows come in the order of their lines, a refused one says why, and what a sound one holds is
 * UTF-8.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/random.h"
#include "core/utf8.h"
#include "corpus/manifest.h"

static unsigned count_lines(const char *bytes, size_t len)
{
	unsigned lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n' || bytes[i] == '\r';
	return lines;
}

static void check_item(const struct item_row *item)
{
	const char *const texts[] = { item->file, item->url,    item->group,  item->identity,
		                          item->pair, item->source, item->credit, item->title };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		must(!texts[i] || utf8_fault(texts[i], strlen(texts[i])) == strlen(texts[i]),
		     "a text is no UTF-8");
	must(!item->identity || !strstr(item->identity, ";;"), "a name is empty");
}

/* Opens bytes as a manifest; NULL: they are none. */
static struct manifest *open_bytes(const char *bytes, size_t len)
{
	int fd = memfd_create("manifest", MFD_CLOEXEC);
	struct manifest *manifest = NULL;
	char path[64];

	must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "no memory file");
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct error err = manifest_open(path, ".", &manifest);
	must(!err.code == !!manifest && (!err.code || *err.detail), "refused without a word");
	close(fd);
	return manifest;
}

/* Reads all rows, writes the refused ones, and returns how many there are. */
static unsigned read_rows(struct manifest *manifest, unsigned lines, FILE *refused)
{
	unsigned last = 0, bad = 0;
	struct manifest_row row;
	bool more = true;

	manifest_refused_head(manifest, refused);
	while (more) {
		struct arena *arena = arena_new();

		if ((more = manifest_next(manifest, arena, &row))) {
			must(row.line >= last && row.line <= lines, "a line out of order");
			must(!row.err.code || *row.err.detail, "refused without a word");
			if (!row.err.code)
				check_item(&row.item);
			else
				manifest_refused_row(manifest, &row, row.err.detail, refused);
			bad += !!row.err.code;
			last = row.line;
		}
		arena_free(arena);
	}
	must(manifest_progress(manifest) == 1, "something is left");
	return bad;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	struct manifest *manifest = open_bytes((const char *)bytes, len);
	char *list = NULL;
	size_t list_len = 0;
	FILE *out;

	if (!manifest)
		return 0;
	out = open_memstream(&list, &list_len);
	unsigned bad = read_rows(manifest, 2 * count_lines((const char *)bytes, len), out);
	manifest_close(manifest);
	fclose(out);
	if (bad && (manifest = open_bytes(list, list_len))) {
		out = fopen("/dev/null", "w");
		read_rows(manifest, 2 * count_lines(list, list_len), out);
		manifest_close(manifest);
		fclose(out);
	}
	free(list);
	return 0;
}
