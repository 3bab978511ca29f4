/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revoked -- what of a folder was taken down since it was written.
 *
 * The list of revocations is read as GET /revocations gives it: a JSON document a page, one behind
 * the other where they were saved into one file.  An item of the folder is on the list by its id or
 * by the SHA-256 of its file.
 *
 * Lists and folders may be anybody's: a page has at most REVOKED_PAGE bytes and the list
 * REVOKED_MOST entries, fields that are not as the server writes them are refused, and what is
 * printed was checked.  Memory: some 100 bytes a file on the list; labels.csv streams.  Threads:
 * one at a time.
 */
#ifndef RELEASE_REVOKED_H
#define RELEASE_REVOKED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/error.h"

#define REVOKED_PAGE (16u << 20)
#define REVOKED_MOST 1000000u /* items and files of them */

struct revoked;

struct revoked *revoked_new(void);
void revoked_free(struct revoked *revoked);

/*
 * Reads the pages in a file.  *ret_next: the cursor of the page that follows the last one, NULL at
 * the list's end; it lives as long as `revoked`.  ERR_INVALID: it is no such list.
 */
struct error revoked_read(struct revoked *revoked, FILE *pages, const char **ret_next) MUST_CHECK;

/* How many items are on the list. */
size_t revoked_count(const struct revoked *revoked);

/*
 * Writes a line to `out` for each item of the folder's labels.csv that is on the list: id, class,
 * when it was taken down, and the version to use or '-', with tabs between them.
 */
struct error revoked_check(struct revoked *revoked, FILE *labels, FILE *out,
                           uint64_t *ret_there) MUST_CHECK;

#endif
