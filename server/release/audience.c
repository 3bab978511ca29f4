/* SPDX-License-Identifier: Apache-2.0 */
#include "release/audience.h"

#include <string.h>

#include "core/vocabulary.h"
#include "db/db.h"
#include "release/release.h"

struct error audience_is_limited(struct db *db, const char *name, const char *version,
                                 bool *ret_limited)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_AUDIENCE_OF, (const char *[]){ name, version }, &rows);

	if (!err.code)
		*ret_limited = rows_count(rows) > 0 &&
		               strcmp(rows_text(rows, 0, 0), release_audiences[AUDIENCE_RESEARCHERS]) == 0;
	return err;
}

struct error audience_open(struct db *db, const struct release *release)
{
	return db_do(db, SQL_AUDIENCE_OPEN, (const char *[]){ release->id }, NULL);
}
