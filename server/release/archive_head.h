/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_head -- what stands between the files of a tar (POSIX ustar) and of a zip
 * (APPNOTE 6.3.10, zip64 where a number needs it): made from names, sizes and checksums alone.
 *
 * Files of zips are stored, not packed: media are packed already, and a place in the archive is a
 * sum. Times are those of the release, in UTC.  Pure.
 */
#ifndef RELEASE_ARCHIVE_HEAD_H
#define RELEASE_ARCHIVE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAR_BLOCK    512
#define TAR_END      ((size_t)2 * TAR_BLOCK)
#define ZIP_HEAD_MAX 512 /* bytes, of a local head or an entry of the directory */
#define ZIP_END_MAX  128

struct archived_file {
	const char *folder, *path; /* "faces-1.0" (or "": none) and "train/0_real/4f1d.jpg" */
	uint64_t bytes;
	uint32_t crc32;
	int64_t time_s; /* since 1970 */
	uint64_t zip_at;
};

/* False: the name is too long for a tar. */
bool tar_head(const struct archived_file *file, unsigned char head[TAR_BLOCK]);

/* What stands behind a file's bytes, up to the next block. */
size_t tar_padding(uint64_t bytes);

/* Each writes at most ZIP_HEAD_MAX bytes, and returns how many. */
size_t zip_head(const struct archived_file *file, unsigned char head[ZIP_HEAD_MAX]);
size_t zip_entry(const struct archived_file *file, unsigned char entry[ZIP_HEAD_MAX]);

/* How long these are. */
size_t zip_head_bytes(const struct archived_file *file);
size_t zip_entry_bytes(const struct archived_file *file);

/* What ends a zip of `files` files, whose directory is so long. Returns its bytes. */
size_t zip_end(uint64_t files, uint64_t directory_at, uint64_t directory_bytes,
               unsigned char end[ZIP_END_MAX]);

#endif
