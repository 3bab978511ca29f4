/* SPDX-License-Identifier: Apache-2.0 */
/*
 * static -- the web pages, read into memory once, when the server starts.
 *
 * What was not read then does not exist, so no address can reach another file.  Pages are asked
 * about each time.  What they are made of has two addresses: its path, asked about each time too,
 * and VERSION/path, which the pages name and browsers keep for ever.  The version is one for all
 * files: relative imports then stay within it, and a page never mixes modules of two versions.
 *
 * Pages hold {{KEY}} where they say something; the texts come out of lang/en.json (http/sentences).
 *
 * Read-only afterwards: any thread may look things up.
 */
#ifndef HTTP_STATIC_H
#define HTTP_STATIC_H

#include <stddef.h>

#include "core/error.h"

#define STATIC_VERSION 17 /* 16 digits of a hash over all files but the pages, and a NUL */

struct static_file {
	const char *path; /* relative, e.g. "js/judge.js" */
	const char *bytes;
	size_t len;
	const char *type;
	char etag[36];                  /* quoted; empty: it has none, and nobody may keep a copy */
	const char *cache;              /* Cache-Control; NULL without an etag */
	const char *encoding;           /* Content-Encoding; NULL: none */
	const struct static_file *gzip; /* the same, compressed; NULL: it would not be smaller */
};

struct static_files;

/*
 * Reads every file of a known type below `folder`. ERR_INTERNAL when there is none, or when a page
 * holds a {{KEY}} that lang/en.json has no text for.
 */
struct error static_read(const char *folder, struct static_files **ret_files) MUST_CHECK;
void static_free(struct static_files *files);

/*
 * NULL when there is no such file.  Under a version that is not ours, as a page names it that
 * another server made, it is the file that we have, which nobody keeps unasked.
 */
const struct static_file *static_find(const struct static_files *files, const char *path);

#endif
