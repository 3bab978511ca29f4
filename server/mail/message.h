/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message -- a mail as it is sent: headers and a plain text, in printable ASCII, in lines of at
 * most 78 bytes.
 *
 * Whatever stands in an address or a subject, it is one header's: line ends and other controls
 * become blanks, what is no ASCII is encoded (RFC 2047), and an address that is not plainly one is
 * refused.  The text is quoted-printable (RFC 2045).  Pure.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

struct letter {
	const char *id;   /* of Message-ID, before the '@' */
	const char *host; /* and behind it */
	const char *from, *to;
	const char *subject, *text; /* UTF-8; lines of the text end with a newline */
	int64_t at_s;               /* of Date, since 1970 */
};

/* Is it an address that can stand in a header and in a command as it is? */
bool message_address_is_good(const char *address);

/* The whole message, with CRLF at the ends of lines. */
const char *message_write(struct arena *arena, const struct letter *letter, size_t *ret_len);

#endif
