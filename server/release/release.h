/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release -- a versioned, immutable dataset, as rows.
 *
 * A release is a list of (path, SHA-256, bytes), and all bytes lie in the store.  It
 * is created `writing`, with the job that makes it; its items, labels and splits are
 * chosen from one snapshot and fixed in one transaction; when its tables are in the store as well,
 * another transaction lists them and makes it `ready`, and the database refuses any change after
 * that. One that cannot be made is `failed`: only its job tells of it, and its version is free
 * again. release/build.h does the making.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_RELEASE_H
#define RELEASE_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "crypto/sha256.h"
#include "db/db.h"
#include "release/split.h"
#include "work/job.h"

struct store;
struct store_reading;

#define RELEASE_NAME_MAX 63
#define RELEASE_REVISION_MAX                                            \
	12 /* "+r1234567890", behind the version of what a revision revises \
	    */

/* What a release is asked to hold. Texts are borrowed; NULL: no such limit. */
struct release_filter {
	const char *campaign;
	const char *media_type; /* image, video or audio */
	int64_t min_judgments;  /* 0: no limit */
	double min_confidence;  /* of a label of the crowd, .5..1; 0: no limit. Others always pass */
	bool no_volunteers;     /* leave out the rows that name volunteers by pseudonym */
	bool seal_test;         /* withhold the labels of the test split (release/seal) */
	bool for_researchers;   /* not for everybody (release/audience) */
};

/* The filter as JSON text, to be freed. */
char *release_filter_text(const struct release_filter *filter);

struct release_request {
	const char *name, *version;
	struct release_filter filter;
	const char *account; /* who asked; NULL: the command line */
	bool mail;           /* the account is to be told of its end by mail */
};

/* ERR_INVALID, naming the field, when a request breaks a rule. */
struct error release_request_check(struct db *db, const struct release_request *request) MUST_CHECK;

/*
 * Writes the release and its job in one statement. `claimed`: the caller works on it now.
 * ERR_INVALID; ERR_CONFLICT: this version exists.
 */
struct error release_create(struct db *db, const struct release_request *request, bool claimed,
                            struct job *ret_job) MUST_CHECK;

struct release {
	char id[UUID_TEXT];
	const char *name, *version;
	const char *state; /* writing, ready, failed */
	const char *audience;
	int64_t items, bytes;
	int64_t created_s;
	const char *created_at;              /* RFC 3339 */
	int64_t in_split[SPLITS][2];         /* items, by enum split: real, fake; not those that are */
	int64_t sealed;                      /* sealed, in the test split */
	int64_t of_type[3];                  /* items, as media_types has them */
	double alpha, alpha_low, alpha_high; /* NaN: none */
};

/* The texts live in the arena. ERR_NOT_FOUND; by its name, for one that failed too. */
struct error release_find(struct db *db, struct arena *arena, const char *name, const char *version,
                          struct release *ret_release) MUST_CHECK;
struct error release_by_id(struct db *db, struct arena *arena, const char *id,
                           struct release *ret_release) MUST_CHECK;

/* Newest first, at most `limit` of them, after the release with the id `after` (NULL: from the
 * newest). */
struct error release_page(struct db *db, struct arena *arena, const char *after, unsigned limit,
                          struct release **ret_releases, size_t *ret_count) MUST_CHECK;

struct release_file {
	const char *path;
	uint64_t bytes;
	char sha256[SHA256_TEXT];
};

/* Tables first, then media by path, after the path `after` (or NULL); none unless it is ready. */
struct error release_files(struct db *db, struct arena *arena, const char *id, const char *after,
                           unsigned limit, struct release_file **ret_files,
                           size_t *ret_count) MUST_CHECK;

/* One file of a release that is ready: file->path is asked for, the rest is filled in.
 * ERR_NOT_FOUND. */
struct error release_file_find(struct db *db, const char *name, const char *version,
                               struct release_file *file) MUST_CHECK;

/* Opens what was found; *ret_fd belongs to the caller. */
struct error release_file_read(struct store *store, struct release_file *file,
                               int *ret_fd) MUST_CHECK;

/* Both. */
struct error release_file_open(struct db *db, struct store *store, const char *name,
                               const char *version, struct release_file *file,
                               int *ret_fd) MUST_CHECK;

/* Where what was found may be read from the store itself, by anybody: all files of releases that
 * are ready are public. NULL: from us alone. `reading` but for its digest is the caller's to say.
 */
struct error release_file_address(struct store *store, const struct release_file *file,
                                  struct store_reading *reading, struct arena *arena,
                                  const char **ret_url) MUST_CHECK;

/* Is this what the release was asked to hold? */
struct error release_has_filter(struct db *db, const char *id, const struct release_filter *filter,
                                bool *ret_same) MUST_CHECK;

/*
 * Ends a job that the caller has claimed, and its release, for good: the job says why, nobody sees
 * the release any more, and its name and version are free.
 */
struct error release_give_up(struct db *db, const struct job *job, const char *why) MUST_CHECK;

struct agreement;

/* What its choice came to. */
struct release_outcome {
	/* How many items that were asked for are not in it, by why: they tie splits together, their
	 * bytes have both labels, they cannot be cut as the others are. */
	uint32_t held_back, contradicting, uncuttable;
	const struct agreement *agreement; /* of the judgments of its items */
	double disagreement;               /* that alpha is measured by: agreement_tally_expected() */
};

/* Says that what it holds is decided; what came after `moment` is not in it. */
struct error release_fix(struct db *db, const char *id, const struct release_outcome *outcome,
                         const char *moment) MUST_CHECK;

#endif
