/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer -- whether all that was written to a stdio stream has reached its file.
 *
 * A failed write leaves a mark on the stream and drops what it held, and later calls succeed again:
 * what fflush() or fclose() say at the end is not enough.
 */
#ifndef CORE_WRITER_H
#define CORE_WRITER_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Makes standard output remember why its first write failed; after it nothing more is written, so
 * that no hole is followed by anything. Once, before its first use. False: there is no memory.
 */
bool writer_guard_stdout(void);

/* Returns false, with errno set, unless everything written so far was taken by the system. */
bool writer_flush(FILE *out);

/* The same, and closes the stream in any case. */
bool writer_close(FILE *out);

#endif
