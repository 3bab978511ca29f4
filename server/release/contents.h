/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contents -- the table of contents of one layout of a release: what files it has, where their
 * bytes lie in the store, and where each begins in an archive of all of them.
 *
 *   Properties   A file is a list of parts, and a part is a stretch of an object of the store: most
 *                have one, a whole medium.  So a layout repeats no medium, whatever the name that
 * it gives it, and a tar shard is the headers, kept once, and the media that lie in the store
 * already. Operation    A writer takes files one by one, in the order of the archive, and ends with
 * one file to be kept in the store.  A reader looks at that file by position: memory does not grow
 * with the release. Format       A head of fixed length, then four tables: files, parts, places of
 * files by the hash of their paths, and the paths.  Numbers are little-endian.
 *
 * The writer holds 16 bytes a file.  Threads: one at a time.
 */
#ifndef RELEASE_CONTENTS_H
#define RELEASE_CONTENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "crypto/sha256.h"

#define CONTENTS_PATH_MAX 100 /* what the head of a tar has room for beside a folder */

/* A stretch of an object of the store. */
struct contents_part {
	unsigned char object[SHA256_BYTES];
	uint64_t from, bytes;
};

struct contents_file {
	char path[CONTENTS_PATH_MAX + 1];
	uint64_t bytes;
	unsigned char sha256[SHA256_BYTES];
	uint32_t crc32;
	uint64_t first_part, parts;
	uint64_t tar_at, zip_at,
		zip_entry_at; /* where it begins: in a tar, in a zip, in its directory */
};

/* ------------------------------------------------------------------ writing */

struct contents_writer;

/* `folder` is a scratch folder of the caller's; `archive_folder` is what all paths of an archive
 * begin with, without a slash: as long as an archive's head allows. */
struct error contents_new(const char *folder, const char *archive_folder,
                          struct contents_writer **ret_writer) MUST_CHECK;
void contents_free(struct contents_writer *writer);

/* Adds a part to the file that comes next. */
void contents_part(struct contents_writer *writer, const struct contents_part *part);

/* Ends the file; its parts were added before. What is wrong is told at the end. */
void contents_file(struct contents_writer *writer, const char *path,
                   const unsigned char sha256[SHA256_BYTES], uint32_t crc32);

/* Writes it all to `path`. ERR_INVALID: two files have one path. */
struct error contents_end(struct contents_writer *writer, const char *path) MUST_CHECK;

/* ------------------------------------------------------------------ reading */

struct contents {
	int fd; /* the caller's */
	uint64_t files, parts, bytes;
	uint64_t tar_bytes, zip_bytes, zip_directory_at;
	uint64_t paths_at; /* in the file */
};

/* Reads the head. ERR_INTERNAL: it is none of ours, or damaged. */
struct error contents_open(int fd, struct contents *ret_contents) MUST_CHECK;

struct error contents_read(const struct contents *contents, uint64_t index,
                           struct contents_file *ret_file) MUST_CHECK;

struct error contents_read_part(const struct contents *contents, uint64_t index,
                                struct contents_part *ret_part) MUST_CHECK;

/* By its path. ERR_NOT_FOUND. */
struct error contents_find(const struct contents *contents, const char *path,
                           struct contents_file *ret_file) MUST_CHECK;

enum archive_kind { ARCHIVE_TAR, ARCHIVE_ZIP };

/* The last file that begins at or before `at` in the archive. There is one at least. */
struct error contents_at(const struct contents *contents, enum archive_kind kind, uint64_t at,
                         uint64_t *ret_index) MUST_CHECK;

/* The last file whose entry begins at or before `at` in the zip's directory. */
struct error contents_entry_at(const struct contents *contents, uint64_t at,
                               uint64_t *ret_index) MUST_CHECK;

#endif
