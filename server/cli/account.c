/* SPDX-License-Identifier: Apache-2.0 */
/* account -- those who sign in: made, listed, changed and shut out by who runs the server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "core/number.h"
#include "core/utf8.h"
#include "crypto/secret.h"
#include "db/db.h"
#include "people/access_request.h"
#include "people/account.h"

/* What the options and arguments said. */
struct order {
	const char *email, *role;
	unsigned days;
};

static struct error cli_account_add(struct db *db, const struct order *order)
{
	char password[SECRET_TEXT];
	struct error err = account_add(db, order->email, order->role, password);

	if (!err.code)
		printf("%s\n", password);
	return err;
}

static struct error cli_account_token(struct db *db, const struct order *order)
{
	char secret[SECRET_TEXT];
	struct error err = account_token(db, order->email, order->days, secret);

	if (!err.code)
		printf("%s\n", secret);
	return err;
}

static void print_account(void *arg, const struct account_entry *entry)
{
	(void)arg;
	printf("%s  %s  %s%s  %lld sessions, %lld tokens, since %s\n", entry->email, entry->role,
	       entry->state, entry->one_time ? ", one-time password" : "", (long long)entry->sessions,
	       (long long)entry->tokens, entry->made);
}

static struct error account_list(struct db *db, const struct order *order)
{
	(void)order;
	return account_each(db, print_account, NULL);
}

static struct error set_role(struct db *db, const struct order *order)
{
	return account_set_role(db, order->email, order->role);
}

static struct error cli_account_reset(struct db *db, const struct order *order)
{
	char password[SECRET_TEXT];
	struct error err = account_reset(db, order->email, password);

	if (!err.code)
		printf("%s\n", password);
	return err;
}

static struct error account_disable(struct db *db, const struct order *order)
{
	return account_enable(db, order->email, false);
}

static struct error cli_account_enable(struct db *db, const struct order *order)
{
	return account_enable(db, order->email, true);
}

static struct error end_sessions(struct db *db, const struct order *order)
{
	int64_t ended = 0;
	struct error err = account_end_sessions(db, order->email, &ended);

	if (!err.code)
		printf("%lld sessions ended\n", (long long)ended);
	return err;
}

static struct error account_revoke(struct db *db, const struct order *order)
{
	int64_t revoked = 0;
	struct error err = account_revoke_tokens(db, order->email, &revoked);

	if (!err.code)
		printf("%lld tokens revoked\n", (long long)revoked);
	return err;
}

static struct error drop_factor(struct db *db, const struct order *order)
{
	return account_drop_factor(db, order->email);
}

/* What researchers agree to from now on: the text of a file, or of standard input. */
static struct error set_terms(struct db *db, const struct order *order)
{
	char *text = NULL;
	size_t room = 0;
	int version = 0;
	FILE *file = strcmp(order->email, "-") == 0 ? stdin : fopen(order->email, "r");

	if (!file)
		return errorf(ERR_INVALID, "%s cannot be read: %m", order->email);
	ssize_t len = getdelim(&text, &room, '\0', file);
	if (file != stdin)
		fclose(file);
	struct error err =
		len > 0 && len <= ACCESS_TERMS && utf8_fault(text, (size_t)len) == (size_t)len
			? access_terms_add(db, text, &version)
			: errorf(ERR_INVALID, "%s is no text of 1 to %d bytes", order->email, ACCESS_TERMS);
	free(text);
	if (!err.code)
		printf("version %d is in force\n", version);
	return err;
}

static const struct {
	const char *name;
	struct error (*act)(struct db *db, const struct order *order);
	bool takes_email, takes_role, takes_days;
} verbs[] = {
	{ "add", cli_account_add, true, true, false },
	{ "token", cli_account_token, true, false, true },
	{ "list", account_list, false, false, false },
	{ "role", set_role, true, true, false },
	{ "reset", cli_account_reset, true, false, false },
	{ "disable", account_disable, true, false, false },
	{ "enable", cli_account_enable, true, false, false },
	{ "sign-out", end_sessions, true, false, false },
	{ "revoke", account_revoke, true, false, false },
	{ "drop-factor", drop_factor, true, false, false },
	{ "terms", set_terms, true, false, false },
};

#define VERBS (sizeof verbs / sizeof verbs[0])

const char cli_account_usage[] =
	"account add EMAIL --role volunteer|researcher|moderator|admin   prints a one-time password\n"
	"       touchstone account list\n"
	"       touchstone account role EMAIL --role ROLE\n"
	"       touchstone account reset EMAIL               prints a new one-time password; all else "
	"ends\n"
	"       touchstone account disable|enable EMAIL\n"
	"       touchstone account sign-out EMAIL            ends every session\n"
	"       touchstone account token EMAIL [--expires DAYS]      prints a bearer token; 90 days\n"
	"       touchstone account revoke EMAIL              ends every token\n"
	"       touchstone account drop-factor EMAIL         who lost their second factor signs in "
	"without\n"
	"       touchstone account terms FILE                what researchers who ask for access agree "
	"to";

/* The verb's place, or VERBS: there is none, or it is given too much or too little. */
static size_t verb_of(int argc, char **argv, const struct order *order, const char *days)
{
	size_t verb = 0;

	while (verb < VERBS && strcmp(verbs[verb].name, argv[1]) != 0)
		verb++;
	if (verb == VERBS || (argc == 3) != verbs[verb].takes_email ||
	    (order->role != NULL) != verbs[verb].takes_role || (days && !verbs[verb].takes_days))
		return VERBS;
	return verb;
}

static bool read_days(const char *text, unsigned *days)
{
	uint64_t number;

	if (!number_whole(text, 1, TOKEN_DAYS_MAX, &number))
		return false;
	*days = (unsigned)number;
	return true;
}

int cli_account(const struct settings *settings, int argc, char **argv)
{
	struct order order = { .role = take_option(&argc, argv, "--role"), .days = TOKEN_DAYS };
	const char *days = take_option(&argc, argv, "--expires");

	if (!arguments_fit(argc, argv, 1, 2, cli_account_usage))
		return EXIT_USAGE;
	size_t verb = verb_of(argc, argv, &order, days);
	if (verb == VERBS) {
		fprintf(stderr, "usage: touchstone %s\n", cli_account_usage);
		return EXIT_USAGE;
	}
	if (days && !read_days(days, &order.days))
		return failed(
			errorf(ERR_INVALID, "--expires takes a number of days, from 1 to %d", TOKEN_DAYS_MAX));
	order.email = argv[2];
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = verbs[verb].act(db, &order);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
