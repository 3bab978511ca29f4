/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password_link -- a link by which somebody chooses the password of an account, once.
 *
 * An admin makes one for who forgot a password or is new here, and hands it on; or it is mailed to
 * whoever asks for it, and what is answered then never says whether there is such an account.
 * Until it is used, nothing changes.  Using it ends every session and token of the account; its
 * second factor stays.  A new link replaces the one before; a hash of it is kept.
 *
 * Threads: as the struct db.
 */
#ifndef PEOPLE_PASSWORD_LINK_H
#define PEOPLE_PASSWORD_LINK_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "crypto/secret.h"

struct db;

#define PASSWORD_LINK_S     (24 * 3600)
#define INVITATION_LINK_S   (7 * 86400)     /* of a new account */
#define PASSWORD_LINK_PATH  "/admin#reset=" /* browsers send nothing of it, so no log holds it */
#define PASSWORD_LINK_EVERY 300             /* seconds between two mails to one account */

/* Whom a link is for, and how it gets there. */
struct link_wish {
	const char *account_id;
	const char *address; /* of the server, for links */
	unsigned seconds;
};

/* Makes a link, the whole address of it in the arena. ERR_NOT_FOUND: no such account is active. */
struct error password_link_make(struct db *db, struct arena *arena, const struct link_wish *wish,
                                const char **ret_link) MUST_CHECK;

/* Mails a link to whom the address belongs, if to anybody; takes as long if not. */
struct error password_link_mail(struct db *db, const char *email, const char *server) MUST_CHECK;

/* Chooses a password by it. ERR_GONE: it is over. ERR_INVALID: the password is too easily guessed.
 */
struct error password_link_use(struct db *db, const char *token, const char *password) MUST_CHECK;

/* Who is to have an account. */
struct newcomer {
	const char *email, *role;
	const char *server; /* where people reach it */
	bool tell_maker;    /* the link is told to who makes the account, else it is mailed alone */
};

/*
 * Makes an account whose first password is chosen by a link, within a week.  The link is mailed
 * where mail is sent; *ret_link is it, or NULL where it was mailed and is not told.  In a
 * transaction of the caller's.  ERR_CONFLICT: the address is taken.
 */
struct error newcomer_add(struct db *db, struct arena *arena, const struct newcomer *newcomer,
                          char ret_id[UUID_TEXT], const char **ret_link) MUST_CHECK;

#endif
