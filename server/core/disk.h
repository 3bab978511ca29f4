/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk -- writing so that it lasts, and what a disk says when it does not take it.
 *
 * A disk that is full writes a part and reports no error; the next write does.  A name lasts only
 * when the folder that holds it was synced too.  Threads: any; nothing is kept.
 */
#ifndef CORE_DISK_H
#define CORE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"

/*
 * Opens a regular file to read. -1: errno says why, and is EBADF for what is none, which is not
 * read: a FIFO would wait, a device never end.
 */
int disk_open_regular(const char *path);

/* Takes a descriptor over, to read from: it is closed with the stream, or at once on an error. */
struct error disk_stream(int fd, FILE **ret_file) MUST_CHECK;

/* `fd`, if it is that of a regular file; else closes it, and -1 with errno EBADF. */
int disk_keep_regular(int fd);

/* Writes all of it. False: errno says why. */
bool disk_write(int fd, const void *bytes, size_t len);

/* Brings the names in the folder that holds `path` to disk. False: errno says why. */
bool disk_sync_folder_of(const char *path);

/* Does this errno speak of the disk, and not of one file: full, over quota, read-only, failing, or
 * not ours to write? What comes next would fail alike. */
bool disk_is_trouble(int error);

/*
 * Logs "ROOM: DOING: errno" and makes an error of it, which names errno: ERR_DISK for trouble of
 * the disk, else ERR_INTERNAL.  `what` could not be done: "the media store could not write".
 */
struct error disk_error(const char *room, const char *what);

/* clang-tidy reads one file at a time: tell it that this is an error. */
#ifdef __clang_analyzer__
#define disk_error(room, what) error_told(ERR_DISK, (disk_error)(room, what))
#endif

#endif
