/* SPDX-License-Identifier: Apache-2.0 */
#include "judging/assignment.h"

#include <stddef.h>
#include <string.h>

#include "core/hex.h"
#include "db/array.h"
#include "db/batch.h"
#include "db/db.h"

#define LEASE_UNVERSIONED offsetof(struct lease, left_version)

_Static_assert(sizeof(struct lease) == 5 * UUID_BYTES + 32, "sealed as it is: no padding");
_Static_assert(LEASE_UNVERSIONED == 5 * UUID_BYTES + 24, "as it was sealed before");
_Static_assert(sizeof(struct lease) <= TOKEN_MAX_BYTES, "must fit");

const char *company_name(uint8_t company)
{
	return company == COMPANY_LEFT ? "left" : company == COMPANY_RIGHT ? "right" : NULL;
}

uint8_t company_from(const char *name)
{
	if (!name)
		return COMPANY_NONE;
	return strcmp(name, "left") == 0 ? COMPANY_LEFT : COMPANY_RIGHT;
}

void lease_seal(const struct token_keys *keys, const struct lease *lease, char token[LEASE_TOKEN])
{
	token_seal(keys, TOKEN_ASSIGNMENT, lease, sizeof *lease, token);
}

size_t network_stored(const unsigned char network[NETWORK_BYTES])
{
	static const unsigned char unknown[NETWORK_BYTES - NETWORK_PROVIDER];

	return memcmp(network + NETWORK_PROVIDER, unknown, sizeof unknown) == 0 ? NETWORK_PROVIDER
	                                                                        : NETWORK_BYTES;
}

struct error lease_reveal(const struct token_keys *keys, const char *token,
                          const unsigned char volunteer[UUID_BYTES], struct lease *ret_lease)
{
	struct lease lease = { .left_version = 1, .right_version = 1 };

	if ((!token_open(keys, TOKEN_ASSIGNMENT, token, &lease, sizeof lease) &&
	     !token_open(keys, TOKEN_ASSIGNMENT, token, &lease, LEASE_UNVERSIONED)) ||
	    memcmp(lease.volunteer, volunteer, UUID_BYTES) != 0)
		return error_because(REASON_NO_ASSIGNMENT);
	*ret_lease = lease;
	return ok();
}

/* In the order that assignment.h tells. */
enum { ID, VOLUNTEER, CAMPAIGN, LEFT, RIGHT, KIND, MATCHED, POLICY };

_Static_assert(POLICY == LEASE_COLUMNS - 1, "all of them");

void lease_columns_new(struct arena *arena, size_t count, struct array *columns[LEASE_COLUMNS])
{
	static const enum array_type types[LEASE_COLUMNS] = {
		[ID] = ARRAY_UUID,      [VOLUNTEER] = ARRAY_UUID, [CAMPAIGN] = ARRAY_UUID,
		[LEFT] = ARRAY_UUID,    [RIGHT] = ARRAY_UUID,     [KIND] = ARRAY_TEXT,
		[MATCHED] = ARRAY_FLAG, [POLICY] = ARRAY_INT,
	};

	for (size_t c = 0; c < LEASE_COLUMNS; c++)
		columns[c] = array_new(arena, types[c], count);
}

void lease_columns_add(struct array *const columns[LEASE_COLUMNS], const struct lease *lease)
{
	array_bytes(columns[ID], lease->id, UUID_BYTES);
	array_bytes(columns[VOLUNTEER], lease->volunteer, UUID_BYTES);
	array_bytes(columns[CAMPAIGN], lease->campaign, UUID_BYTES);
	array_bytes(columns[LEFT], lease->left, UUID_BYTES);
	array_bytes(columns[RIGHT], lease->right, UUID_BYTES);
	array_text(columns[KIND], assignment_kinds[lease->kind]);
	array_flag(columns[MATCHED], lease->matched);
	array_int(columns[POLICY], (int32_t)lease->policy);
}

/* Skips on their way into the database. */
struct skipping {
	struct arena *arena;
	struct skip *skips;
};

static struct error outcome_of_skip(const char *outcome)
{
	if (strcmp(outcome, "nobody") == 0)
		return error_because(REASON_VOLUNTEER_GONE);
	if (strcmp(outcome, "conflict") == 0)
		return error_because(REASON_ANSWERED);
	return ok();
}

static struct error skip_rows(struct db *db, void *arg, const size_t rows[], size_t count)
{
	const struct skipping *skipping = arg;
	struct array *columns[LEASE_COLUMNS + 2],
		*reasons = array_new(skipping->arena, ARRAY_TEXT, count),
		*networks = array_new(skipping->arena, ARRAY_BYTES, count);
	auto_rows *answers = NULL;
	struct error err;

	lease_columns_new(skipping->arena, count, columns);
	columns[LEASE_COLUMNS] = reasons;
	columns[LEASE_COLUMNS + 1] = networks;
	for (size_t i = 0; i < count; i++) {
		lease_columns_add(columns, &skipping->skips[rows[i]].lease);
		array_text(reasons, skipping->skips[rows[i]].reason);
		const unsigned char *network = skipping->skips[rows[i]].network;

		array_bytes(networks, network, network_stored(network));
	}
	err = db_run_arrays(db, SQL_ASSIGNMENT_SKIP, (const struct array *const *)columns, &answers);
	if (err.code)
		return err;
	for (size_t r = 0; r < rows_count(answers) && r < count; r++) {
		struct skip *skip = &skipping->skips[rows[rows_integer(answers, r, 0) - 1]];

		skip->err = outcome_of_skip(rows_text(answers, r, 1));
		skip->again = strcmp(rows_text(answers, r, 1), "again") == 0;
	}
	return ok();
}

static void skip_failed(void *arg, size_t row, struct error err)
{
	const struct skipping *skipping = arg;

	skipping->skips[row].err = err;
}

static bool skips_clash(const void *arg, size_t row, size_t earlier)
{
	const struct skipping *skipping = arg;

	return memcmp(skipping->skips[row].lease.id, skipping->skips[earlier].lease.id, UUID_BYTES) ==
	       0;
}

void assignments_skip(struct db *db, struct arena *arena, struct skip skips[], size_t count)
{
	struct skipping skipping = { .arena = arena, .skips = skips };
	struct batch batch = {
		.store = skip_rows, .fail = skip_failed, .clash = skips_clash, .arg = &skipping
	};

	batch_store(db, arena, &batch, count);
}

static struct error outcome_of_renewal(const char *outcome)
{
	if (strcmp(outcome, "nobody") == 0)
		return error_because(REASON_VOLUNTEER_GONE);
	if (strcmp(outcome, "answered") == 0)
		return error_because(REASON_ANSWERED);
	if (strcmp(outcome, "expired") == 0)
		return error_because(REASON_LEASE_EXPIRED);
	if (strcmp(outcome, "often") == 0)
		return errorf_because(REASON_RENEWALS_SPENT,
		                      "This assignment was renewed %d times, which is the most.", RENEWALS);
	return ok();
}

struct error assignment_renew(struct db *db, struct arena *arena, const struct lease *lease,
                              int64_t *ret_expires_s)
{
	const int64_t seconds[] = { lease->issued_s, lease->expires_s, LEASE_S,
		                        (int64_t)LEASE_S * (1 + RENEWALS) };
	struct array *columns[LEASE_COLUMNS + 5];
	auto_rows *answers = NULL;
	struct error err;

	lease_columns_new(arena, 1, columns);
	lease_columns_add(columns, lease);
	for (size_t i = 0; i < 4; i++) {
		columns[LEASE_COLUMNS + i] = array_new(arena, ARRAY_LONG, 1);
		array_long(columns[LEASE_COLUMNS + i], seconds[i]);
	}
	columns[LEASE_COLUMNS + 4] = array_new(arena, ARRAY_TEXT, 1);
	array_text(columns[LEASE_COLUMNS + 4], company_name(lease->company));
	err = db_run_arrays(db, SQL_ASSIGNMENT_RENEW, (const struct array *const *)columns, &answers);
	if (!err.code)
		err = outcome_of_renewal(rows_text(answers, 0, 0));
	if (!err.code)
		*ret_expires_s = rows_integer(answers, 0, 1);
	return err;
}

struct error lease_shows(struct db *db, struct arena *arena,
                         const unsigned char volunteer[UUID_BYTES],
                         const unsigned char digest[SHA256_BYTES], bool *ret_shown)
{
	char who[UUID_TEXT], which[SHA256_TEXT];
	auto_rows *rows = NULL;

	uuid_to_text(who, volunteer);
	hex_encode(which, digest, SHA256_BYTES);
	const char *params[] = { who, which, arena_printf(arena, "%d", LEASE_S),
		                     arena_printf(arena, "%d", MEDIA_GRACE_S) };
	struct error err = db_run(db, SQL_LEASE_SHOWS, params, &rows);
	if (!err.code)
		*ret_shown = rows_flag(rows, 0, 0);
	return err;
}
