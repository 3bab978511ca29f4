/* SPDX-License-Identifier: Apache-2.0 */
/* item_file -- finds the file that a manifest means. */
#ifndef CORPUS_ITEM_FILE_H
#define CORPUS_ITEM_FILE_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"

struct db;

/*
 * Looks for `file` as it is given; then without white space around it, with slashes for
 * backslashes, and with each part of its path in either Unicode form (NFC, NFD): disks and archives
 * of different makers keep different ones.  A path that does not begin with a slash is relative to
 * `folder`.  ERR_INVALID: there is none; says what may be meant.
 */
struct error item_file_find(struct db *db, struct arena *arena, const char *folder,
                            const char *file, const char **ret_path) MUST_CHECK;

/*
 * Opens what item_file_find() found, and gives a path that means this very file as long as *ret_fd,
 * the caller's to close, is open.  ERR_INVALID: it lies outside of `folder` (by its path, or by a
 * link on the way), and `allow_outside` is false.
 */
struct error item_file_open(struct arena *arena, const char *folder, const char *found,
                            bool allow_outside, int *ret_fd, const char **ret_path) MUST_CHECK;

#endif
