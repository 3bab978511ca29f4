/* SPDX-License-Identifier: Apache-2.0 */
/*
 * language -- which of some languages a client wants most (RFC 9110, 12.5.4; RFC 4647, 3.4).
 *
 * Pure; any thread.
 */
#ifndef HTTP_LANGUAGE_H
#define HTTP_LANGUAGE_H

#include <stddef.h>

/*
 * The place in `tags` of the language that an Accept-Language wants most: of ranges in falling
 * order of weight the first that one of the tags answers, as it stands or cut short from behind
 * ("de-AT" takes "de").  0, the one for all others, where none does, and where `accept` is NULL.
 */
size_t language_choose(const char *accept, const char *const tags[], size_t count);

#endif
