/* SPDX-License-Identifier: Apache-2.0 */
/* volunteer -- who judges: a random id and a consent, nothing else. */
#ifndef PEOPLE_VOLUNTEER_H
#define PEOPLE_VOLUNTEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"

struct db;
struct job_handler;

/* Of the text on the page that asks: 2 names the hash of the network, 3 what else of an answer is
 * published. */
#define CONSENT_VERSION 3

/* What a volunteer's cookie holds: of who entered by an invitation all of it, of others the first
 * two, and of the first version the id alone. */
struct volunteer_pass {
	unsigned char id[UUID_BYTES];
	unsigned char consent; /* version of the text that was agreed to */
	unsigned char spared;  /* 1: nothing sensitive is shown, for as long as the cookie lasts */
	unsigned char event[8], until_s[8]; /* whose budget is theirs, until when; as in memory */
};

#define PASS_PLAIN (UUID_BYTES + 1)

_Static_assert(sizeof(struct volunteer_pass) == PASS_PLAIN + 17, "no bytes between");

#define TRAINING_PAIRS                                                         \
	2 /* a volunteer begins with as many; half of them give no more than three \
	   */

struct progress {
	long long pairs, pairs_today, training_done, training_correct;
};

/* Makes `count` volunteers: of each an id, or why there is none. */
struct new_volunteer {
	unsigned char id[UUID_BYTES];
	struct error err;
};
void volunteers_create(struct db *db, struct arena *arena, struct new_volunteer made[],
                       size_t count);

/* Somebody of before agrees to the text of now. *ret_known is false: there is no such volunteer. */
struct error volunteer_agree(struct db *db, const unsigned char id[UUID_BYTES],
                             bool *ret_known) MUST_CHECK;

/* ERR_NOBODY: there is no such volunteer. */
struct error volunteer_erase(struct db *db, const unsigned char id[UUID_BYTES]) MUST_CHECK;

/* progress[i] of ids[i]; someone unknown has all zeros. */
struct error volunteer_progress(struct db *db, struct arena *arena,
                                const unsigned char *const ids[], size_t count,
                                struct progress progress[]) MUST_CHECK;

/* When the volunteer began, as text in the arena. ERR_NOBODY: there is no such volunteer. */
struct error volunteer_story(struct db *db, struct arena *arena, const unsigned char id[UUID_BYTES],
                             const char **ret_since) MUST_CHECK;

/* A place in the list of results: after which judgment it goes on. */
struct result_place {
	char judged_at[40], item[UUID_TEXT];
};

/* What became of one judgment. Texts live in an arena. */
struct volunteer_result {
	const char *media_type, *verdict;
	int64_t confidence; /* in percent; -1: not said */
	const char *label, *label_source;
	bool correct;
	const char *judged_at; /* RFC 3339 */
	unsigned char item[UUID_BYTES];
};

/*
 * Up to `limit` results after `place` (NULL: from the newest); list[] has room for them.
 * *ret_next is where it goes on, if *ret_more.
 */
struct error volunteer_results(struct db *db, struct arena *arena,
                               const unsigned char id[UUID_BYTES], const struct result_place *place,
                               unsigned limit, struct volunteer_result list[], size_t *ret_count,
                               bool *ret_more, struct result_place *ret_next) MUST_CHECK;

/* Removes what was written about volunteers while they were being erased. */
extern const struct job_handler sweep_job;

#endif
