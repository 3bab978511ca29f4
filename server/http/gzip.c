/* SPDX-License-Identifier: Apache-2.0 */
#include "http/gzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#define BLANKS      " \t"
#define GZIP_FORMAT 16 /* added to a window's size: gzip's header instead of zlib's */

/* Of a list's element "gzip;q=0.5": is it this coding? */
static bool gzip_names(const char *element, size_t len, const char *coding)
{
	size_t name = strcspn(element, BLANKS ";,");

	return name <= len && name == strlen(coding) && strncasecmp(element, coding, name) == 0;
}

/* Is the element's weight 0? */
static bool gzip_refused(const char *element, size_t len)
{
	const char *end = element + len, *weight = memchr(element, ';', len);

	if (!weight)
		return false;
	weight += 1 + strspn(weight + 1, BLANKS);
	if (end - weight < 3 || strncasecmp(weight, "q=", 2) != 0)
		return false;
	weight += 2;
	weight += strspn(weight, "0.");
	return weight + strspn(weight, BLANKS) >= end;
}

bool gzip_accepted(const char *header)
{
	bool any = false;

	for (const char *at = header; at && *at;) {
		at += strspn(at, BLANKS ",");
		size_t len = strcspn(at, ",");

		if (gzip_names(at, len, "gzip"))
			return !gzip_refused(at, len);
		if (gzip_names(at, len, "*"))
			any = !gzip_refused(at, len);
		at += len;
	}
	return any;
}

char *gzip_compress(struct arena *arena, const char *bytes, size_t len, size_t *ret_len)
{
	z_stream stream = { 0 };

	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP_FORMAT,
	                 MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size_t room = deflateBound(&stream, len);
	char *packed = arena_room(arena, room);

	stream.next_in = (Bytef *)(uintptr_t)bytes;
	stream.avail_in = (uInt)len;
	stream.next_out = (Bytef *)packed;
	stream.avail_out = (uInt)room;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	*ret_len = stream.total_out;
	deflateEnd(&stream);
	return packed;
}
