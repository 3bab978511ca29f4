/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_multipart -- any bytes as a form: its boundary up to a line end, and the body behind it.
 *
 * Parts lie in the body, in order and apart, and hold no delimiter; a form has an end; and what
 * a client puts into one comes out as it was.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "http/multipart.h"

#define BOUNDARY "0f3c-boundary"

static void check_part(const struct multipart *multipart, const struct multipart_part *part,
                       const char *behind)
{
	must(part->bytes >= behind && part->bytes + part->len <= multipart->end,
	     "a part lies outside the body, or in the part before");
	must(!memmem(part->bytes, part->len, multipart->delimiter, multipart->delimiter_len),
	     "a part holds a delimiter");
	must(part->name[0] && strlen(part->name) < MULTIPART_NAME, "a part has no name");
}

static void read_any_form(const char *type, const char *body, size_t len)
{
	struct multipart multipart;
	struct multipart_part part;
	const char *behind = body;
	bool found = true;

	if (multipart_begin(&multipart, type, body, len).code)
		return;
	for (size_t n = 0; found; n++) {
		must(n <= len, "a form has no end");
		if (multipart_next(&multipart, &part, &found).code)
			return;
		if (found)
			check_part(&multipart, &part, behind);
		behind = multipart.at;
	}
}

/* A form with one part that holds `bytes`. */
static void read_own_form(const unsigned char *bytes, size_t len)
{
	static const char head[] =
		"--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
	static const char tail[] = "\r\n--" BOUNDARY "--\r\n";
	size_t all = sizeof head - 1 + len + sizeof tail - 1;
	char *form = malloc(all);
	struct multipart multipart;
	struct multipart_part part;
	bool found = false;

	memcpy(form, head, sizeof head - 1);
	memcpy(form + sizeof head - 1, bytes, len);
	memcpy(form + sizeof head - 1 + len, tail, sizeof tail - 1);
	must(!multipart_begin(&multipart, "multipart/form-data; boundary=" BOUNDARY, form, all).code &&
	         !multipart_next(&multipart, &part, &found).code && found,
	     "a whole form is refused");
	if (!memmem(bytes, len, "--" BOUNDARY, sizeof BOUNDARY + 1)) {
		must(part.len == len && memcmp(part.bytes, bytes, len) == 0, "a part comes out changed");
		must(!multipart_next(&multipart, &part, &found).code && !found, "a form has a part more");
	}
	free(form);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	const unsigned char *line = memchr(bytes, '\n', len);
	char type[512];

	if (line && (size_t)(line - bytes) < sizeof type - 1) {
		size_t type_len = (size_t)(line - bytes), body_len = len - type_len - 1;
		char *body = copy_of(line + 1, body_len, false);

		memcpy(type, bytes, type_len);
		type[type_len] = '\0';
		read_any_form(type, body, body_len);
		free(body);
	}
	read_own_form(bytes, len);
	return 0;
}
