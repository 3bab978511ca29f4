/* SPDX-License-Identifier: Apache-2.0 */
#include "release/publisher.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "crypto/signature.h"

#define LINE_MAX_BYTES 300

struct publisher publisher;

static bool line_is_printable(const char *text)
{
	size_t len = strlen(text), step;

	if (len > LINE_MAX_BYTES || utf8_fault(text, len) != len)
		return false;
	for (uint32_t c; *text; text += step)
		if (utf8_ends_line(c = utf8_next(text, &step)) || utf8_turns_text(c))
			return false;
	return true;
}

struct error publisher_set(const struct publisher *said)
{
	if (said->name && !line_is_printable(said->name))
		return errorf(ERR_INVALID, "TOUCHSTONE_OPERATOR is a line of at most 300 bytes");
	if (said->contact && !line_is_printable(said->contact))
		return errorf(ERR_INVALID, "TOUCHSTONE_CONTACT is a line of at most 300 bytes");
	publisher = *said;
	return ok();
}

void publisher_host(char host[PUBLISHER_HOST])
{
	const char *at = publisher.address ? strstr(publisher.address, "://") : NULL;

	snprintf(host, PUBLISHER_HOST, "%s", at ? at + 3 : "");
	host[strcspn(host, "/")] = '\0';
	if (!note_name_is_good(host))
		snprintf(host, PUBLISHER_HOST, "touchstone");
}
