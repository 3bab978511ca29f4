/* SPDX-License-Identifier: Apache-2.0 */
/* item_file -- finds the file that a manifest means. */
#ifndef DOMAIN_ITEM_FILE_H
#define DOMAIN_ITEM_FILE_H

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

#endif
