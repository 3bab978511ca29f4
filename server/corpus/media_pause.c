/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/media_pause.h"

#include "db/db.h"

struct error media_pause(struct db *db)
{
	return db_do(db, SQL_MEDIA_PAUSE, NULL, NULL);
}
