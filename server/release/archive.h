/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive -- the bytes of a release, at any place: of one file of a layout, or of all of them as
 * one tar or zip, which is written nowhere.
 *
 * An archive is laid out from its table of contents (release/contents) alone, so a place in it is
 * found without reading what comes before, and the same version gives the same bytes on any day.
 * A reader holds open one object of the store, and its table of contents.
 *
 * Threads: one at a time.
 */
#ifndef RELEASE_ARCHIVE_H
#define RELEASE_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "release/contents.h"
#include "store/store.h"

struct archive;

/* What a reader reads, of a layout whose table of contents is open at `contents_fd`, which is the
 * reader's from now on. */
struct archive_source {
	struct store *store;
	int contents_fd;
	const char *folder; /* what all paths in it begin with; copied */
	int64_t time_s;     /* of all files */
};

/* All files, as one. */
struct error archive_open(const struct archive_source *source, enum archive_kind kind,
                          struct archive **ret_archive) MUST_CHECK;

/* One file of the layout. *ret_file is what it is. ERR_NOT_FOUND: the descriptor is closed. */
struct error archive_open_file(const struct archive_source *source, const char *path,
                               struct contents_file *ret_file,
                               struct archive **ret_archive) MUST_CHECK;

/* The files of the layout, one by one: goes to one by its number, and has archive_read() read it.
 */
struct error archive_open_files(const struct archive_source *source,
                                struct archive **ret_archive) MUST_CHECK;
const struct contents *archive_contents(const struct archive *archive); /* lent */
struct error archive_enter_file(struct archive *archive, uint64_t index,
                                struct contents_file *ret_file) MUST_CHECK;

void archive_free(struct archive *archive);

uint64_t archive_bytes(const struct archive *archive);

/*
 * Reads what is at `at` until there is no more room: *ret_len is less at the end, or where the
 * store fails on the way, which the next call tells.  ERR_UNAVAILABLE: the store does not answer.
 */
struct error archive_read(struct archive *archive, uint64_t at, void *to, size_t room,
                          size_t *ret_len) MUST_CHECK;

#endif
