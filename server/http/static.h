/* SPDX-License-Identifier: Apache-2.0 */
/*
 * static -- the web pages, read into memory once, when the server starts.
 *
 * What was not read then does not exist, so no address can reach another file.
 * Read-only afterwards: any thread may look things up.
 */
#ifndef HTTP_STATIC_H
#define HTTP_STATIC_H

#include <stddef.h>

#include "core/error.h"

struct static_file {
	char *path; /* relative, e.g. "js/judge.js" */
	char *bytes;
	size_t len;
	const char *type;
	char etag[36]; /* quoted; empty: it has none, and nobody may keep a copy */
};

struct static_files;

/* Reads every file of a known type below `folder`. ERR_INTERNAL when there is none. */
struct error static_read(const char *folder, struct static_files **ret_files) MUST_CHECK;
void static_free(struct static_files *files);

/* NULL when there is no such file. */
const struct static_file *static_find(const struct static_files *files, const char *path);

#endif
