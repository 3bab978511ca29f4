/* SPDX-License-Identifier: Apache-2.0 */
/* present_release -- a release, a file of it, and a key that signs them, as the HTTP interface
 * shows them. */
#ifndef API_PRESENT_RELEASE_H
#define API_PRESENT_RELEASE_H

#include <jansson.h>

struct release;
struct release_change;
struct release_file;
struct release_key;

json_t *present_change(const struct release_change *change);
json_t *present_release(const struct release *release);
json_t *present_release_file(const struct release *release, const struct release_file *file);

/* What a release would hold. */
/* Of a release that is unsealed; null: it is not. */
struct release_sealed;
json_t *present_unsealed(const struct release *release, const struct release_sealed *sealed);

struct release_preview;
json_t *present_preview(const struct release_preview *preview);

/* A layout that is made, by its table of contents. */
struct contents;
json_t *present_layout(const struct release *release, const char *layout,
                       const struct contents *contents);
json_t *present_release_key(const struct release_key *key);

#endif
