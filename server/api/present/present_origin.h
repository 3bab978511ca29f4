/* SPDX-License-Identifier: Apache-2.0 */
/* present_origin -- what a file says of its own origin, as moderators see it: of an item after
 * their verdict, of a contribution before they decide. */
#ifndef API_PRESENT_ORIGIN_H
#define API_PRESENT_ORIGIN_H

#include <jansson.h>

struct file_origin;

#define ORIGIN_MOST_TAGS  300
#define ORIGIN_MOST_BYTES 500 /* of each text */

/* null: the original was not read yet. Texts are a stranger's: bounded, on one line, and nothing in
 * them turns the text round. */
json_t *present_origin(const struct file_origin *origin);

#endif
