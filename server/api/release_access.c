/* SPDX-License-Identifier: Apache-2.0 */
/* Who may read a release that is for approved researchers, and its opening to everybody. */
#include "api/api.h"
#include "api/releases.h"
#include "people/permission.h"
#include "release/audience.h"
#include "release/release.h"

struct error release_let_in(struct request *req, struct db *db, const char *version,
                            bool *ret_limited)
{
	bool limited = false;
	struct error err = audience_is_limited(db, req->args[0], version, &limited);

	if (!err.code)
		*ret_limited = limited;
	if (err.code || !limited)
		return err;
	if (!session_secret(req, &(bool){ false }))
		return error_because(REASON_FOR_RESEARCHERS);
	err = api_account_may(req, db, MAY_READ);
	if (err.code == ERR_FORBIDDEN && req->account_id && !(req->permissions & MAY_READ))
		return error_because(REASON_NOT_A_RESEARCHER);
	return err;
}

const char *release_cache(bool limited)
{
	return limited ? RELEASE_GUARDED : RELEASE_FOREVER;
}

struct error post_release_open(struct request *req, struct db *db)
{
	struct release release;
	struct error err = release_find(db, req->arena, req->args[0], req->args[1], &release);

	if (err.code || (err = audience_open(db, &release)).code)
		return err;
	request_empty(req, 204);
	return ok();
}
