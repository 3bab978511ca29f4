/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media_copy -- all files of one media store into another, while servers go on serving and
 * importing.
 *
 * What the other store has in the same length is not copied again, so a copy that broke off goes on
 * where it was.  It looks again until nothing new has come, and at the end reads back every file
 * from where it lies now and compares its SHA-256; what is not right is copied once more.  Then it
 * goes through all that the database names, whatever the stores' listings said.
 */
#ifndef CORPUS_MEDIA_COPY_H
#define CORPUS_MEDIA_COPY_H

#include <stdint.h>

#include "core/error.h"
#include "crypto/sha256.h"

struct db;
struct store;

enum copy_fault {
	COPY_FAULT_SOURCE, /* the file has other bytes than its name says, where it is copied from */
	COPY_FAULT_TARGET, /* where it was copied to */
	COPY_FAULT_LOST,   /* the database names it, and neither store has it */
	COPY_FAULT_SPARE   /* the same, but nobody misses it: it is not told of */
};

struct media_copy {
	struct store *from, *to;
	unsigned at_once; /* files */
	void (*tell)(void *arg, enum copy_fault fault, const unsigned char digest[SHA256_BYTES]);
	void (*progress)(void *arg, const struct media_copy *copy); /* now and then, by any thread */
	void *arg;

	uint64_t found;                /* in the store to copy from, at the last look */
	uint64_t copied, copied_bytes; /* by this run */
	uint64_t verified, faults;
	uint64_t lost; /* they were lost before, and are no fault of the copy */
};

/* ERR_UNAVAILABLE, ERR_DISK: run it again when that is mended. */
struct error media_copy_all(struct db *db, struct media_copy *copy) MUST_CHECK;

#endif
