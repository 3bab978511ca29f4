/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/manifest_encoding.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

#define MOST_BYTES  ((size_t)1 << 30)
#define FIRST_BYTES 512 /* are looked at to tell UTF-16 without a mark */

/* What people hand in for a manifest. */
static const struct {
	const char *magic;
	size_t len;
	const char *what;
} others[] = {
	{ "PK\3\4", 4, "this is a workbook (Excel, Calc) or an archive: save it as \"CSV UTF-8\"" },
	{ "\xd0\xcf\x11\xe0", 4, "this is an Excel workbook: save it as \"CSV UTF-8\"" },
	{ "\x1f\x8b", 2, "this is compressed: gunzip it first" },
	{ "%PDF", 4, "this is a PDF file; a manifest is a table (CSV) or JSON" },
	{ "\xff\xfe\0\0", 4, "this is UTF-32: save it as UTF-8" },
	{ "\0\0\xfe\xff", 4, "this is UTF-32: save it as UTF-8" },
};

static struct error manifest_read_all(FILE *source, char **ret_bytes, size_t *ret_len)
{
	size_t len = 0, room = 1 << 16, got = 0;
	char *bytes = NULL;

	do {
		room *= 2;
		if (!(bytes = realloc(bytes, room)))
			abort();
		got = fread(bytes + len, 1, room - len - 1, source);
		len += got;
	} while (len == room - 1 && len < MOST_BYTES);
	if (ferror(source) || len >= MOST_BYTES) {
		int why = errno;

		free(bytes);
		if (len >= MOST_BYTES)
			return errorf(ERR_INVALID, "the manifest is larger than 1 GiB: split it");
		return errorf(ERR_INVALID, "cannot be read: %s", strerrordesc_np(why));
	}
	bytes[len] = '\0';
	*ret_bytes = bytes;
	*ret_len = len;
	return ok();
}

/* Half of the bytes of Latin letters in UTF-16 are NULs. */
static bool is_bare_utf16(const char *bytes, size_t len)
{
	size_t nuls = 0, first = len < FIRST_BYTES ? len : FIRST_BYTES;

	for (size_t i = 0; i < first; i++)
		nuls += !bytes[i];
	return first >= 4 && nuls > first / 4;
}

static struct error manifest_decode(struct manifest_text *text)
{
	bool big = text->len >= 2 && memcmp(text->bytes, "\xfe\xff", 2) == 0;
	bool little = text->len >= 2 && memcmp(text->bytes, "\xff\xfe", 2) == 0;

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (text->len >= others[i].len && memcmp(text->bytes, others[i].magic, others[i].len) == 0)
			return errorf(ERR_INVALID, "%s", others[i].what);
	if (big || little) {
		size_t len;
		char *utf8 = utf8_from_utf16(text->bytes + 2, text->len - 2, big, &len);

		free(text->bytes);
		*text = (struct manifest_text){ .bytes = utf8, .len = len };
	} else if (is_bare_utf16(text->bytes, text->len)) {
		return errorf(ERR_INVALID, "this looks like UTF-16 without its byte order mark, or is no "
		                           "text: save it as UTF-8");
	}
	if (text->len >= 3 && memcmp(text->bytes, "\xef\xbb\xbf", 3) == 0)
		text->start = 3;
	text->len -= text->start;
	return ok();
}

struct error manifest_encoding_read(const char *path, struct manifest_text *ret_text)
{
	struct manifest_text text = { 0 };
	FILE *source = fopen(path, "re");

	if (!source)
		return errorf(ERR_INVALID, "cannot be read: %s", strerrordesc_np(errno));
	struct error err = manifest_read_all(source, &text.bytes, &text.len);
	fclose(source);
	if (!err.code)
		err = manifest_decode(&text);
	if (err.code)
		manifest_encoding_free(&text);
	else
		*ret_text = text;
	return err;
}

void manifest_encoding_free(struct manifest_text *text)
{
	free(text->bytes);
	text->bytes = NULL;
}

struct error manifest_encoding_check(const char *bytes, size_t len)
{
	size_t fault = utf8_fault(bytes, len);

	if (fault == len)
		return ok();
	/* Windows-1252 has no letters for these five. */
	for (size_t i = 0; i < len; i++)
		if (bytes[i] && strchr("\x81\x8d\x8f\x90\x9d", bytes[i]))
			return errorf(ERR_INVALID,
			              "byte %zu of the row is no UTF-8: save the manifest as UTF-8", fault + 1);
	return errorf(ERR_INVALID,
	              "byte %zu of the row is no UTF-8; this looks like Windows-1252: save the "
	              "manifest as UTF-8 (Excel: \"CSV UTF-8\")",
	              fault + 1);
}
