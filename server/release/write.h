/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write -- a release as a folder.
 *
 * Files are copied out of the store (never linked: nobody shall change the store by
 * changing a dataset) and their digests are checked on the way.  All have the time of the
 * release, so that times tell nothing.  The folder is written beside its place, as
 * DIR.tmp, renamed when all of it is on disk, and a mark in it is removed when the new
 * name is, too: what was stopped before begins anew.
 */
#ifndef RELEASE_WRITE_H
#define RELEASE_WRITE_H

#include "core/error.h"
#include "db/db.h"
#include "release/build.h"
#include "release/release.h"
#include "store/store.h"

/*
 * ERR_CONFLICT: `folder` exists and is not empty, the release is not ready, or DIR.tmp is not ours.
 * ERR_INTERNAL: a file is missing from the store or damaged there, or the disk is full.
 * Progress counts bytes.
 */
struct error release_write(struct db *db, struct store *store, const struct release *release,
                           const char *folder, const struct progress_listener *progress) MUST_CHECK;

/* The same of a layout, by the digest of its table of contents. */
struct error release_write_layout(struct store *store, const struct release *release,
                                  const unsigned char contents[SHA256_BYTES], const char *folder,
                                  const struct progress_listener *progress) MUST_CHECK;

#endif
