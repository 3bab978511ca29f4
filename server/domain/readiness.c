/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/readiness.h"

#include "db/db.h"
#include "store/store.h"

struct readiness readiness_check(struct db *db, struct store *store)
{
	return (struct readiness){ .database = db_alive(db), .store = store_ready(store) };
}
