/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invitation -- a link to an event: a classroom, a newsroom, an evening.
 *
 * Who enters by it belongs to a declared network of the event's name in its campaign, which is
 * written with the entering.  The link holds a sealed token (the id and the end), so it cannot be
 * made up; whether it was withdrawn and how many have entered is for the database, by one row
 * that those who enter lock.  Two events of one name in a campaign are one network.
 */
#ifndef PEOPLE_INVITATION_H
#define PEOPLE_INVITATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "crypto/token.h"

struct db;

#define INVITATION_NAME 60     /* bytes of a name, at most */
#define INVITATION_DAYS 90     /* it lasts, at most */
#define INVITATION_MOST 100000 /* volunteers, at most */

/* Exactly these bytes are sealed: no padding. */
struct invitation_token {
	unsigned char id[UUID_BYTES];
	int64_t until_s;
};

_Static_assert(sizeof(struct invitation_token) == UUID_BYTES + 8, "sealed as it is: no padding");

/* Behind the server's address, before the token: browsers send nothing of it, so no log holds it.
 */
#define INVITATION_PATH "/#invitation="

#define INVITATION_TEXT TOKEN_TEXT(sizeof(struct invitation_token))

/* True: `text` is the token of one of our links. Says nothing of whether it may still be used. */
bool invitation_open(const struct token_keys *keys, const char *text,
                     struct invitation_token *ret_token);

/* What budgets know an event by; never 0. */
uint64_t invitation_key(const struct invitation_token *token);

/* What an operator wants. */
struct invitation_wish {
	const char *campaign, *name, *by;
	unsigned most;
	int64_t until_s;
	bool sensitive; /* guests are shown sensitive items too */
};

/*
 * Makes an invitation and writes its token.  ERR_INVALID names what cannot be; ERR_NOT_FOUND:
 * there is no such campaign; ERR_CONFLICT: it is closed.
 */
struct error invitation_make(struct db *db, const struct token_keys *keys,
                             const struct invitation_wish *wish, char ret_id[UUID_TEXT],
                             char token[INVITATION_TEXT]) MUST_CHECK;

/* An invitation as an operator sees it. */
struct invitation {
	const char *id, *campaign, *name, *until, *made_by;
	const char *state; /* open, over, full, withdrawn, or closed: its campaign is */
	const char *place; /* with the id: where it stands in the list */
	int64_t most, entered;
	bool sensitive;
};

/* Where a page of the list begins and ends. */
struct invitation_page {
	const char *place, *id; /* of the one before it; NULL: from the newest on */
	unsigned limit;         /* 0: all */
};

/* Calls `use` for each of a page, newest first; it keeps nothing of what it is given. */
struct error invitation_each(struct db *db, const struct invitation_page *page,
                             void (*use)(void *arg, const struct invitation *invitation),
                             void *arg) MUST_CHECK;

/* Nobody enters by it any more. Fine when it was withdrawn before. ERR_NOT_FOUND. */
struct error invitation_withdraw(struct db *db, const char *id, const char *by) MUST_CHECK;

/* Somebody who follows a link, and consents. */
struct guest {
	unsigned char id[UUID_BYTES]; /* whose it is; of a new volunteer, filled in */
	bool is_new;                  /* to be made */
	struct invitation_token token;
	/* What became of it, in the arena. */
	struct error err;
	const char *event, *campaign; /* names */
	bool spared;                  /* nothing sensitive is to be shown */
};

/*
 * Lets guests in, at most 256: each becomes the event's, and a new one a volunteer.  ERR_GONE: the
 * invitation is over, withdrawn or full, and nobody was made.  ERR_NOBODY: there is no such
 * volunteer any more.  Who has entered before enters again, whatever became of the invitation.
 */
void invitation_enter(struct db *db, struct arena *arena, struct guest guests[], size_t count);

#endif
