/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/campaign_audience.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/vocabulary.h"
#include "db/db.h"
#include "people/permission.h"

enum campaign_visibility campaign_visibility_of(const char *word)
{
	for (int v = FOR_EVERYONE; campaign_visibilities[v]; v++)
		if (strcmp(campaign_visibilities[v], word) == 0)
			return (enum campaign_visibility)v;
	abort(); /* the database holds no other */
}

bool campaign_is_for(enum campaign_visibility visibility, bool invited, unsigned permissions)
{
	switch (visibility) {
	case FOR_EVERYONE:
		return true;
	case FOR_INVITED:
		return invited;
	case FOR_RESEARCHERS:
		return permissions & MAY_READ;
	case FOR_MODERATORS:
		return permissions & MAY_GUARD;
	}
	return false;
}

bool campaign_asks_account(enum campaign_visibility visibility)
{
	return visibility == FOR_RESEARCHERS || visibility == FOR_MODERATORS;
}

struct error campaign_known_to(struct db *db, const char *name,
                               const struct campaign_seeker *seeker, char ret_id[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_CAMPAIGN_AUDIENCE_FIND, (const char *[]){ name, seeker->volunteer }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no open campaign of this name.");
	enum campaign_visibility visibility = campaign_visibility_of(rows_text(rows, 0, 1));
	if (!(seeker->permissions & MAY_GUARD) &&
	    !campaign_is_for(visibility, rows_flag(rows, 0, 2), seeker->permissions))
		return errorf(ERR_NOT_FOUND, "There is no open campaign of this name.");
	snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}
