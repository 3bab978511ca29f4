/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markup -- what the server writes into a page when it starts: addresses that name the files'
 * version, a preload for every module that a script imports, and those import, so that a browser
 * asks for all of them at once instead of import by import, and the sentences that they name.
 */
#ifndef HTTP_MARKUP_H
#define HTTP_MARKUP_H

#include <jansson.h>

#include "core/arena.h"
#include "http/static.h"

/*
 * Rewrites the page's bytes.  Every "/static/PATH" becomes "/static/VERSION/PATH".  Imports are
 * found as text, `from "./NAME"` or `import "./NAME"`: one in a comment costs a preload.
 */
void markup_link(struct arena *arena, const struct static_files *files, const char *version,
                 const json_t *sentences, struct static_file *page);

#endif
