/* SPDX-License-Identifier: Apache-2.0 */
#include "people/invitation.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/hex.h"
#include "core/utf8.h"
#include "db/array.h"
#include "db/batch.h"
#include "db/db.h"
#include "people/volunteer.h"

bool invitation_open(const struct token_keys *keys, const char *text,
                     struct invitation_token *ret_token)
{
	return token_open(keys, TOKEN_INVITATION, text, ret_token, sizeof *ret_token);
}

uint64_t invitation_key(const struct invitation_token *token)
{
	uint64_t key;

	memcpy(&key, token->id + UUID_BYTES - sizeof key, sizeof key);
	return key ? key : 1;
}

/* One line that a terminal shows as it stands, without blanks around it. */
static bool is_event_name(const char *name)
{
	size_t len = strlen(name), next;

	if (len < 1 || len > INVITATION_NAME || utf8_fault(name, len) != len || name[0] == ' ' ||
	    name[len - 1] == ' ')
		return false;
	for (const char *at = name; *at; at += next) {
		uint32_t character = utf8_next(at, &next);

		if (character < ' ' || character == 0x7f || utf8_ends_line(character) ||
		    utf8_turns_text(character))
			return false;
	}
	return true;
}

static struct error check_wish(const struct invitation_wish *wish)
{
	int64_t left_s = wish->until_s - clock_now_s();

	if (!is_event_name(wish->name))
		return errorf(ERR_INVALID, "an event's name is one line of up to %d bytes",
		              INVITATION_NAME);
	if (wish->most < 1 || wish->most > INVITATION_MOST)
		return errorf(ERR_INVALID, "an invitation is for 1 to %d volunteers", INVITATION_MOST);
	if (left_s <= 0 || left_s > (int64_t)INVITATION_DAYS * 86400)
		return errorf(ERR_INVALID, "an invitation ends within %d days from now", INVITATION_DAYS);
	return ok();
}

static struct error find_campaign(struct db *db, const char *name, unsigned char id[UUID_BYTES])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_INVITATION_CAMPAIGN, (const char *[]){ name }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows) || !uuid_from_text(id, rows_text(rows, 0, 0)))
		return errorf(ERR_NOT_FOUND, "there is no campaign \"%.80s\"", name);
	if (!rows_flag(rows, 0, 1))
		return errorf(ERR_CONFLICT, "the campaign \"%.80s\" is closed", name);
	return ok();
}

struct error invitation_make(struct db *db, const struct token_keys *keys,
                             const struct invitation_wish *wish, char ret_id[UUID_TEXT],
                             char token[INVITATION_TEXT])
{
	unsigned char campaign[UUID_BYTES], network[TOKEN_NETWORK_BYTES];
	char id[UUID_TEXT], hash[2 * TOKEN_NETWORK_BYTES + 1], most[12], until[24];
	struct invitation_token sealed = { .until_s = wish->until_s };
	auto_rows *rows = NULL;
	struct error err = check_wish(wish);

	if (err.code || (err = find_campaign(db, wish->campaign, campaign)).code)
		return err;
	token_network_hash(keys, campaign, wish->name, strlen(wish->name), network);
	hex_encode(hash, network, sizeof network);
	uuid_to_text(id, campaign);
	snprintf(most, sizeof most, "%u", wish->most);
	snprintf(until, sizeof until, "%" PRId64, wish->until_s);
	const char *params[] = { id,   wish->name, hash, wish->sensitive ? "true" : "false",
		                     most, wish->by,   until };
	if ((err = db_run(db, SQL_INVITATION_MAKE, params, &rows)).code)
		return err;
	if (!uuid_from_text(sealed.id, rows_text(rows, 0, 0)))
		return errorf(ERR_INTERNAL, "an invitation without an id");
	uuid_to_text(ret_id, sealed.id);
	token_seal(keys, TOKEN_INVITATION, &sealed, sizeof sealed, token);
	return ok();
}

struct error invitation_each(struct db *db, const struct invitation_page *page,
                             void (*use)(void *arg, const struct invitation *invitation), void *arg)
{
	char limit[12];
	auto_rows *rows = NULL;

	snprintf(limit, sizeof limit, "%u", page->limit);
	struct error err =
		db_run(db, SQL_INVITATION_LIST,
	           (const char *[]){ page->place, page->id, page->limit ? limit : NULL }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		struct invitation invitation = { .id = rows_text(rows, r, 0),
			                             .campaign = rows_text(rows, r, 1),
			                             .name = rows_text(rows, r, 2),
			                             .until = rows_text(rows, r, 3),
			                             .made_by = rows_text(rows, r, 4),
			                             .state = rows_text(rows, r, 5),
			                             .most = rows_integer(rows, r, 6),
			                             .entered = rows_integer(rows, r, 7),
			                             .sensitive = rows_flag(rows, r, 8),
			                             .place = rows_text(rows, r, 9) };

		use(arg, &invitation);
	}
	return err;
}

struct error invitation_withdraw(struct db *db, const char *id, const char *by)
{
	unsigned char raw[UUID_BYTES];
	auto_rows *rows = NULL;
	struct error err = ok();

	if (uuid_from_text(raw, id))
		err = db_run(db, SQL_INVITATION_WITHDRAW, (const char *[]){ id, by }, &rows);
	if (err.code)
		return err;
	return rows && rows_count(rows) ? ok()
	                                : errorf(ERR_NOT_FOUND, "there is no invitation \"%.40s\"", id);
}

/* Guests on their way into the database. */
struct entering {
	struct arena *arena;
	struct guest *guests;
};

static struct error outcome_of_entering(const char *outcome)
{
	if (strcmp(outcome, "nobody") == 0)
		return error_because(REASON_VOLUNTEER_GONE);
	if (strcmp(outcome, "over") == 0)
		return error_because(REASON_INVITATION_OVER);
	if (strcmp(outcome, "withdrawn") == 0)
		return errorf_because(REASON_INVITATION_OVER,
		                      "This invitation was withdrawn. You can take part without it.");
	if (strcmp(outcome, "full") == 0)
		return errorf_because(REASON_INVITATION_OVER,
		                      "As many as were invited have entered. You can take part without "
		                      "the invitation.");
	return ok();
}

static struct error enter_rows(struct db *db, void *arg, const size_t rows[], size_t count)
{
	const struct entering *entering = arg;
	struct array *ids = array_new(entering->arena, ARRAY_UUID, count);
	struct array *invitations = array_new(entering->arena, ARRAY_UUID, count);
	struct array *salts = array_new(entering->arena, ARRAY_BYTES, count);
	struct array *versions = array_new(entering->arena, ARRAY_INT, count);
	auto_rows *answers = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct guest *guest = &entering->guests[rows[i]];
		unsigned char salt[UUID_BYTES];

		array_bytes(ids, guest->id, UUID_BYTES);
		array_bytes(invitations, guest->token.id, UUID_BYTES);
		uuid_random(salt);
		if (guest->is_new)
			array_bytes(salts, salt, sizeof salt);
		else
			array_null(salts);
		array_int(versions, CONSENT_VERSION);
	}
	struct error err =
		db_run_arrays(db, SQL_INVITATION_ENTER,
	                  (const struct array *[]){ ids, invitations, salts, versions }, &answers);
	for (size_t r = 0; !err.code && r < rows_count(answers) && r < count; r++) {
		struct guest *guest = &entering->guests[rows[rows_integer(answers, r, 0) - 1]];

		guest->err = outcome_of_entering(rows_text(answers, r, 1));
		if (guest->err.code)
			continue;
		guest->event = rows_copy(answers, r, 2, entering->arena);
		guest->campaign = rows_copy(answers, r, 3, entering->arena);
		guest->spared = !rows_flag(answers, r, 4);
	}
	return err;
}

static void entering_failed(void *arg, size_t row, struct error err)
{
	const struct entering *entering = arg;

	entering->guests[row].err = err;
}

static bool guests_clash(const void *arg, size_t row, size_t earlier)
{
	const struct entering *entering = arg;

	return memcmp(entering->guests[row].id, entering->guests[earlier].id, UUID_BYTES) == 0;
}

void invitation_enter(struct db *db, struct arena *arena, struct guest guests[], size_t count)
{
	struct entering entering = { .arena = arena, .guests = guests };
	struct batch batch = {
		.store = enter_rows, .fail = entering_failed, .clash = guests_clash, .arg = &entering
	};

	for (size_t i = 0; i < count; i++)
		if (guests[i].is_new)
			uuid_random(guests[i].id);
	batch_store(db, arena, &batch, count);
}
