/* SPDX-License-Identifier: Apache-2.0 */
/*
 * campaign_audience -- whom a campaign is for: this one rule, for all that is handed out or taken
 * in.
 *
 * A campaign is for everyone, for who entered by an invitation to it, or for accounts of a role and
 * above.  To anybody else it is as if there were none: no pair, no question, no name.  Moderators
 * see every campaign, because they answer for them, but are asked about those alone that are for
 * them: whoever was not invited would be one voice too many.
 *
 * Threads: any; campaign_known_to() as the struct db.
 */
#ifndef CORPUS_CAMPAIGN_AUDIENCE_H
#define CORPUS_CAMPAIGN_AUDIENCE_H

#include <stdbool.h>

#include "core/error.h"
#include "core/uuid.h"

struct db;

/* In the order of campaign_visibilities. */
enum campaign_visibility { FOR_EVERYONE, FOR_INVITED, FOR_RESEARCHERS, FOR_MODERATORS };

/* The value of a word of campaign_visibilities. */
enum campaign_visibility campaign_visibility_of(const char *word);

/* Is it for somebody with these permissions (people/permission), who was invited to it or not? */
bool campaign_is_for(enum campaign_visibility visibility, bool invited, unsigned permissions);

/* Does who may be asked depend on an account? */
bool campaign_asks_account(enum campaign_visibility visibility);

/* Who asks for a campaign by its name. */
struct campaign_seeker {
	const char *volunteer; /* NULL: none */
	unsigned permissions;  /* of the account; 0: none */
};

/* The campaign of this name that is not closed, and that the seeker may know of. ERR_NOT_FOUND:
 * there is none, or not for them: the two read alike. */
struct error campaign_known_to(struct db *db, const char *name,
                               const struct campaign_seeker *seeker,
                               char ret_id[UUID_TEXT]) MUST_CHECK;

#endif
