/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lost_media -- files that the database names and the media store has not.
 *
 * Who serves a file and does not find it notes that: it is counted, logged now and then, and soon
 * the items that need it are handed out no more, by any server.  They are again as soon as the
 * file is back, however it came: from a backup, or by importing it once more.
 *
 * Threads: lost_media_note() and lost_media_figures() any; the rest one.
 */
#ifndef CORPUS_LOST_MEDIA_H
#define CORPUS_LOST_MEDIA_H

#include <stdbool.h>

#include "core/error.h"
#include "crypto/sha256.h"

struct db;
struct store;

struct lost_figures {
	unsigned long long missed; /* times that a file was asked for in vain, by this process */
	long long items;           /* that are out of service because of it, at the last look */
};

void lost_media_note(const unsigned char digest[SHA256_BYTES]);
struct lost_figures lost_media_figures(void);

struct job_handler;

/* Takes back what is mended, once a minute, where the store has to be asked over a network. */
extern const struct job_handler lost_media_job;

/* Writes what was noted, and takes back what is mended in a folder: call it some times a second. */
struct error lost_media_refresh(struct db *db, struct store *store) MUST_CHECK;

/* A digest as a key of a core/keyset: digests are random, so 64 bits tell them apart. */
uint64_t lost_media_key(const unsigned char digest[SHA256_BYTES]);

/* A file that the database names. */
struct media_name {
	const char *hex, *what, *whose;
	bool spare; /* kept while it is there, but nobody misses it: a further file of the same picture
	             */
};

typedef struct error media_name_visit(void *arg, const struct media_name *name);

/* Calls `each` for every file that an item, an earlier version of one, a further file of one, or a
 * release names; some come more than once, spare ones last. */
struct error lost_media_named(struct db *db, media_name_visit *each, void *arg) MUST_CHECK;

enum lost_kind {
	LOST_MISSING, /* the database names it, the store has not */
	LOST_DAMAGED, /* it holds other bytes than its name says */
	LOST_UNKNOWN  /* the store has it, the database does not name it */
};

struct lost_file {
	enum lost_kind kind;
	const char *path;         /* where it lies, or should */
	const char *what, *whose; /* NULL for LOST_UNKNOWN */
};

struct lost_check {
	bool deep; /* read every file */
	void (*tell)(void *arg, const struct lost_file *file);
	void *arg;
	unsigned long long files, found[LOST_UNKNOWN + 1];
};

/*
 * Compares the database with the store, both ways, tells of each file that is not as it should be,
 * and takes items out of service and back.  Files that are younger than a day and named by
 * nobody may belong to an import that runs.
 */
struct error lost_media_check(struct db *db, struct store *store,
                              struct lost_check *check) MUST_CHECK;

#endif
