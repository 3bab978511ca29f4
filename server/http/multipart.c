/* SPDX-License-Identifier: Apache-2.0 */
#include "http/multipart.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HEADERS_MOST 4096 /* bytes of a part's headers */

static struct error multipart_broken(const char *how)
{
	return errorf(ERR_MALFORMED, "The form cannot be read: %s.", how);
}

/* The value of a parameter behind a semicolon, with or without quotes; false: there is none, it is
 * too long, or no text. */
static bool form_parameter(const char *text, size_t len, const char *name, char *value, size_t room)
{
	size_t name_len = strlen(name);

	for (size_t i = 0; i + name_len + 2 <= len; i++) {
		if (text[i] != ';')
			continue;
		size_t at = i + 1;
		while (at < len && (text[at] == ' ' || text[at] == '\t'))
			at++;
		if (at + name_len + 1 > len || strncasecmp(text + at, name, name_len) != 0 ||
		    text[at + name_len] != '=')
			continue;
		at += name_len + 1;
		bool quoted = at < len && text[at] == '"';
		size_t end = at += quoted;
		while (end < len && (quoted ? text[end] != '"' : !strchr("; \t\r\n", text[end])))
			end++;
		if (end - at >= room || end == at || (quoted && end == len) ||
		    memchr(text + at, 0, end - at))
			return false;
		memcpy(value, text + at, end - at);
		value[end - at] = '\0';
		return true;
	}
	return false;
}

struct error multipart_begin(struct multipart *multipart, const char *content_type,
                             const char *body, size_t len)
{
	char boundary[MULTIPART_BOUNDARY + 1];

	if (!content_type ||
	    !form_parameter(content_type, strlen(content_type), "boundary", boundary, sizeof boundary))
		return multipart_broken("Content-Type names no boundary");
	*multipart = (struct multipart){ .at = body, .end = body + len };
	multipart->delimiter_len =
		(size_t)snprintf(multipart->delimiter, sizeof multipart->delimiter, "\r\n--%s", boundary);
	size_t first = multipart->delimiter_len - 2;
	if (len < first || memcmp(body, multipart->delimiter + 2, first) != 0)
		return multipart_broken("it does not begin with its boundary");
	multipart->at += first;
	return ok();
}

/* The name in the part's Content-Disposition. */
static bool read_part_name(const char *headers, size_t len, char name[MULTIPART_NAME])
{
	static const char field[] = "content-disposition:";

	for (const char *line = headers, *end = headers + len; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t line_len = stop ? (size_t)(stop - line) : (size_t)(end - line);

		if (line_len > sizeof field && strncasecmp(line, field, sizeof field - 1) == 0)
			return form_parameter(line, line_len, "name", name, MULTIPART_NAME);
		line += line_len + 1;
	}
	return false;
}

struct error multipart_next(struct multipart *multipart, struct multipart_part *ret_part,
                            bool *ret_found)
{
	const char *at = multipart->at, *end = multipart->end;

	if (end - at >= 2 && memcmp(at, "--", 2) == 0) {
		*ret_found = false;
		return ok();
	}
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (end - at < 2 || memcmp(at, "\r\n", 2) != 0)
		return multipart_broken("a boundary is followed by something else");
	size_t look = (size_t)(end - at) < HEADERS_MOST ? (size_t)(end - at) : HEADERS_MOST;
	const char *body = memmem(at, look, "\r\n\r\n", 4);
	if (!body)
		return multipart_broken("a part's headers have no end, or are too long");
	if (!read_part_name(at + 2, (size_t)(body - at - 2), ret_part->name))
		return multipart_broken("a part has no name");
	ret_part->bytes = body + 4;
	const char *next =
		memmem(body + 2, (size_t)(end - body - 2), multipart->delimiter, multipart->delimiter_len);
	if (!next)
		return multipart_broken("it is cut off");
	ret_part->len = next < ret_part->bytes ? 0 : (size_t)(next - ret_part->bytes);
	multipart->at = next + multipart->delimiter_len;
	*ret_found = true;
	return ok();
}
