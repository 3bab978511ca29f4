/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sentences -- what pages and their scripts say, which stands in one file for each language.
 *
 * The file is JSON: { "pages": { KEY: text }, "scripts": { KEY: text, or texts by plural form } }.
 * A page holds {{KEY}}, and the server writes the text there when it starts, so that a browser
 * needs no script and no further request to show it.  The texts that a page's scripts name come in
 * the page too, as JSON that static/js/lang.js reads: http/markup knows the scripts.
 *
 * A text is never markup.  Where words of it are a link or stand out, the text holds <1>words</1>,
 * and the page gives the tags: {{KEY <a href="/data">}}.
 */
#ifndef HTTP_SENTENCES_H
#define HTTP_SENTENCES_H

#include <jansson.h>
#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/strbuf.h"
#include "http/static.h"

#define SENTENCES_LANGUAGE "en" /* of the file that there is, and so of all pages */

/* The caller owns the value. ERR_INTERNAL: the file is no JSON of this shape. */
struct error sentences_read(const struct static_file *file, json_t **ret_sentences) MUST_CHECK;

/* Writes the texts into a page. ERR_INTERNAL: a text is missing, or does not fit its tags. */
struct error sentences_fill(struct arena *arena, const json_t *sentences,
                            struct static_file *page) MUST_CHECK;

/*
 * Adds an element with the texts that scripts name, as "KEY", or as the "GROUP" of KEYs "GROUP.*"
 * that term() is called with.  `is_named` says whether any script holds such a text.
 */
void sentences_embed(struct strbuf *out, const json_t *sentences,
                     bool (*is_named)(const void *scripts, const char *text), const void *scripts);

#endif
