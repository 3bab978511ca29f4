/* SPDX-License-Identifier: Apache-2.0 */
/* present_release -- a release, a file of it, and a key that signs them, as the HTTP interface
 * shows them. */
#ifndef API_PRESENT_RELEASE_H
#define API_PRESENT_RELEASE_H

#include <jansson.h>

struct release;
struct release_file;
struct release_key;

json_t *present_release(const struct release *release);
json_t *present_release_file(const struct release *release, const struct release_file *file);

json_t *present_release_key(const struct release_key *key);

#endif
