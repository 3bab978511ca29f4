/* SPDX-License-Identifier: Apache-2.0 */
#include "people/second_factor.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/uuid.h"
#include "crypto/secret.h"
#include "db/db.h"
#include "people/secret_hash.h"

/* Exactly these bytes are sealed: no padding. */
struct sealed_factor {
	unsigned char account[UUID_BYTES];
	unsigned char secret[TOTP_SECRET];
};

_Static_assert(sizeof(struct sealed_factor) == UUID_BYTES + TOTP_SECRET, "no padding");

#define SEALED_TEXT TOKEN_TEXT(sizeof(struct sealed_factor))

static struct error open_factor(const struct token_keys *keys, const char *account_id,
                                const char *sealed, struct sealed_factor *ret_factor)
{
	unsigned char account[UUID_BYTES];

	if (uuid_from_text(account, account_id) &&
	    token_open(keys, TOKEN_FACTOR, sealed, ret_factor, sizeof *ret_factor) &&
	    memcmp(account, ret_factor->account, UUID_BYTES) == 0)
		return ok();
	log_error("the second factor of account %s was not sealed with this secret file", account_id);
	return errorf(ERR_INTERNAL, "a second factor cannot be read");
}

/* As they are typed: blanks and dashes mean nothing. */
static void plain_code(char plain[FACTOR_CODE_MOST + 1], const char *code)
{
	size_t len = 0;

	for (; *code && len < FACTOR_CODE_MOST; code++)
		if (isalnum((unsigned char)*code))
			plain[len++] = (char)toupper((unsigned char)*code);
	plain[len] = '\0';
}

/* Takes a code of the app. */
static struct error take_code(struct db *db, const struct factor_try *try, const char *sealed,
                              const char *plain, bool *ret_taken)
{
	struct sealed_factor factor;
	int64_t step = 0, taken = 0;
	char text[24];
	struct error err = open_factor(try->keys, try->account_id, sealed, &factor);

	if (err.code)
		return err;
	bool fits = totp_fits(factor.secret, plain, clock_now_s(), &step);
	secret_wipe(&factor, sizeof factor);
	if (!fits)
		return ok();
	snprintf(text, sizeof text, "%" PRId64, step);
	err = db_do(db, SQL_SECOND_FACTOR_TAKE, (const char *[]){ try->account_id, text }, &taken);
	*ret_taken = taken > 0;
	return err;
}

static struct error take_recovery(struct db *db, const char *account_id, const char *plain,
                                  bool *ret_taken)
{
	char hash[SHA256_TEXT];
	auto_rows *rows = NULL;

	secret_hash(hash, plain);
	struct error err =
		db_run(db, SQL_SECOND_FACTOR_RECOVER, (const char *[]){ account_id, hash }, &rows);
	*ret_taken = !err.code && rows_count(rows);
	return err;
}

static struct error wait_for_code(unsigned wait_s)
{
	struct error err =
		errorf_because(REASON_TOO_MANY_SIGN_INS, "Too many wrong codes. Wait %u seconds.", wait_s);

	err.retry_after_s = wait_s;
	return err;
}

static struct error try_code(struct db *db, const struct factor_try *try, const char *sealed)
{
	char plain[FACTOR_CODE_MOST + 1];
	bool taken = false;
	struct error err;

	plain_code(plain, try->code);
	err = strlen(plain) == TOTP_DIGITS ? take_code(db, try, sealed, plain, &taken)
	                                   : take_recovery(db, try->account_id, plain, &taken);
	if (err.code || taken)
		return err;
	err = db_do(db, SQL_SECOND_FACTOR_WRONG, (const char *[]){ try->account_id }, NULL);
	return err.code ? err : error_because(REASON_WRONG_CODE);
}

struct error second_factor_check(struct db *db, const struct factor_try *try)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_SECOND_FACTOR_FIND, (const char *[]){ try->account_id }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows) || !rows_flag(rows, 0, 1))
		return ok(); /* removed a moment ago */
	if (!try->code)
		return error_because(REASON_CODE_NEEDED);
	if (!try->known && rows_integer(rows, 0, 2) > 0)
		return wait_for_code((unsigned)rows_integer(rows, 0, 2));
	return try_code(db, try, rows_text(rows, 0, 0));
}

struct error second_factor_begin(struct db *db, const struct token_keys *keys,
                                 const char *account_id, char ret_secret[TOTP_SECRET_TEXT])
{
	struct sealed_factor factor;
	char sealed[SEALED_TEXT];
	auto_rows *rows = NULL;

	if (!uuid_from_text(factor.account, account_id))
		return errorf(ERR_INTERNAL, "an account's id that cannot be read");
	secret_fill(factor.secret, sizeof factor.secret);
	token_seal(keys, TOKEN_FACTOR, &factor, sizeof factor, sealed);
	struct error err = totp_text(factor.secret, ret_secret);
	secret_wipe(&factor, sizeof factor);
	if (!err.code)
		err = db_run(db, SQL_SECOND_FACTOR_BEGIN, (const char *[]){ account_id, sealed }, &rows);
	return err.code || rows_count(rows) ? err : error_because(REASON_FACTOR_ON);
}

/* Writes fresh codes, and their hashes as an array of SQL. */
static void make_codes(char codes[RECOVERY_CODES][RECOVERY_CODE_TEXT],
                       char hashes[RECOVERY_CODES * SHA256_TEXT + 3])
{
	static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 5 bits each */
	unsigned char bytes[16];
	char plain[17] = { 0 }, hash[SHA256_TEXT];
	size_t len = 0;

	for (int c = 0; c < RECOVERY_CODES; c++) {
		secret_fill(bytes, sizeof bytes);
		for (int i = 0; i < 16; i++)
			plain[i] = letters[bytes[i] & 31];
		snprintf(codes[c], RECOVERY_CODE_TEXT, "%.4s-%.4s-%.4s-%.4s", plain, plain + 4, plain + 8,
		         plain + 12);
		secret_hash(hash, plain);
		len += (size_t)sprintf(hashes + len, "%c%s", c ? ',' : '{', hash);
	}
	memcpy(hashes + len, "}", 2);
}

struct error second_factor_confirm(struct db *db, const struct factor_try *try,
                                   char ret_codes[RECOVERY_CODES][RECOVERY_CODE_TEXT])
{
	char plain[FACTOR_CODE_MOST + 1], hashes[RECOVERY_CODES * SHA256_TEXT + 3], text[24];
	auto_rows *found = NULL, *rows = NULL;
	struct sealed_factor factor;
	int64_t step;
	struct error err =
		db_run(db, SQL_SECOND_FACTOR_FIND, (const char *[]){ try->account_id }, &found);

	if (err.code)
		return err;
	if (!rows_count(found))
		return errorf(ERR_CONFLICT, "Ask for a secret first.");
	if ((err = open_factor(try->keys, try->account_id, rows_text(found, 0, 0), &factor)).code)
		return err;
	plain_code(plain, try->code);
	bool fits = totp_fits(factor.secret, plain, clock_now_s(), &step);
	secret_wipe(&factor, sizeof factor);
	if (!fits)
		return error_field("/code", "is not the code that the app shows now.");
	snprintf(text, sizeof text, "%" PRId64, step);
	make_codes(ret_codes, hashes);
	err = db_run(db, SQL_SECOND_FACTOR_CONFIRM, (const char *[]){ try->account_id, text, hashes },
	             &rows);
	return err.code || rows_count(rows) ? err : error_because(REASON_FACTOR_ON);
}

struct error second_factor_state(struct db *db, struct arena *arena, const char *account_id,
                                 struct factor_state *ret_state)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_SECOND_FACTOR_STATE, (const char *[]){ account_id }, &rows);

	if (err.code)
		return err;
	*ret_state = (struct factor_state){ .on = rows_count(rows) > 0 };
	if (ret_state->on) {
		ret_state->since = rows_copy(rows, 0, 0, arena);
		ret_state->codes_left = (int)rows_integer(rows, 0, 1);
	}
	return ok();
}

struct error second_factor_remove(struct db *db, const char *account_id)
{
	return db_do(db, SQL_SECOND_FACTOR_REMOVE, (const char *[]){ account_id }, NULL);
}
