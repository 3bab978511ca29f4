/* SPDX-License-Identifier: Apache-2.0 */
/* accept -- which of two content types a client would rather have (RFC 9110, 12.5.1). */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#define ACCEPT_MOST 1000

/*
 * The weight, in thousandths, that an Accept header (NULL: none, all are alike) gives to a type
 * such as "text/html": that of the range that says most of it.  A range that cannot be read, or
 * that asks for a parameter which none of our types has, counts for nothing.
 */
unsigned accept_weight(const char *header, const char *type);

#endif
