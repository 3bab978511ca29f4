/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/assignment.h"

#include <stdio.h>
#include <string.h>

#include "db/db.h"

_Static_assert(sizeof(struct lease) == 5 * UUID_BYTES + 24, "sealed as it is: no padding");
_Static_assert(sizeof(struct lease) <= SEAL_MAX_BYTES, "must fit");

const char *const skip_reasons[] = { "cannot_load", "sensitive", "recognised", "other", NULL };
const char *const assignment_kinds[] = { "training", "gold", "random", "informative", NULL };

void lease_seal(const struct seal *seal, const struct lease *lease, char token[LEASE_TOKEN])
{
	seal_bytes(seal, SEAL_ASSIGNMENT, lease, sizeof *lease, token);
}

struct error lease_reveal(const struct seal *seal, const char *token,
						  const unsigned char volunteer[UUID_BYTES], struct lease *ret_lease)
{
	struct lease lease;

	if (!seal_reveal(seal, SEAL_ASSIGNMENT, token, &lease, sizeof lease) ||
		memcmp(lease.volunteer, volunteer, UUID_BYTES) != 0)
		return errorf(ERR_NOT_FOUND, "There is no such assignment of yours. Ask for a new one.");
	*ret_lease = lease;
	return ok();
}

struct lease_texts {
	char id[UUID_TEXT], volunteer[UUID_TEXT], campaign[UUID_TEXT], left[UUID_TEXT],
		right[UUID_TEXT], policy[12], issued[24], expires[24];
};

/* The first ten parameters of assignment_create and assignment_skip. */
static void lease_params(const struct lease *lease, struct lease_texts *texts, const char *params[])
{
	uuid_to_text(texts->id, lease->id);
	uuid_to_text(texts->volunteer, lease->volunteer);
	uuid_to_text(texts->campaign, lease->campaign);
	uuid_to_text(texts->left, lease->left);
	uuid_to_text(texts->right, lease->right);
	snprintf(texts->policy, sizeof texts->policy, "%u", lease->policy);
	snprintf(texts->issued, sizeof texts->issued, "%lld", (long long)lease->issued_s);
	snprintf(texts->expires, sizeof texts->expires, "%lld", (long long)lease->expires_s);
	const char *all[] = { texts->id,
						  texts->volunteer,
						  texts->campaign,
						  texts->left,
						  texts->right,
						  assignment_kinds[lease->kind],
						  lease->matched ? "true" : "false",
						  texts->policy,
						  texts->issued,
						  texts->expires };
	memcpy(params, all, sizeof all);
}

struct error assignment_skip(struct db *db, const struct lease *lease, const char *reason)
{
	struct lease_texts texts;
	const char *params[10] = { NULL };
	auto_rows *rows = NULL, *story = NULL;
	struct error err;

	lease_params(lease, &texts, params);
	params[8] = reason;
	if ((err = db_run(db, SQL_ASSIGNMENT_SKIP, params, &rows)).code)
		return err;
	if (rows_count(rows))
		return ok();
	err = db_run(db, SQL_VOLUNTEER_STORY, (const char *[]){ texts.volunteer }, &story);
	if (err.code)
		return err;
	if (!rows_count(story))
		return errorf(ERR_NOBODY, "There is no such volunteer any more. Begin again.");
	return errorf(ERR_CONFLICT, "This pair is judged or skipped already.");
}
