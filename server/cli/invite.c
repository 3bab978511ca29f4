/* SPDX-License-Identifier: Apache-2.0 */
/* invite -- links by which volunteers enter as guests of an event. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/clock.h"
#include "core/number.h"
#include "core/utf8.h"
#include "core/uuid.h"
#include "db/db.h"
#include "engine/resources.h"
#include "people/invitation.h"

const char cli_invite_usage[] =
	"invite make CAMPAIGN EVENT --most N (--days N | --until TIME) [--sensitive] | invite list | "
	"invite revoke ID";

/* What was written behind the options. */
struct invite_words {
	const char *most, *days, *until;
	bool sensitive;
};

static void print_invitation(void *arg, const struct invitation *invitation)
{
	(void)arg;
	printf("%s  %s  %s: ", invitation->id, invitation->state, invitation->campaign);
	utf8_print(stdout, invitation->name);
	printf("  %" PRId64 " of %" PRId64 " have entered, until %s%s, by ", invitation->entered,
	       invitation->most, invitation->until,
	       invitation->sensitive ? ", sensitive items too" : "");
	utf8_print_line(stdout, invitation->made_by);
	putchar('\n');
}

/* The end, by one of the two options. False: there are none or both, or it is no time. */
static bool end_read(const struct invite_words *words, int64_t *ret_s)
{
	uint64_t days;

	if (!words->days == !words->until)
		return false;
	if (words->until)
		return clock_read_moment(words->until, ret_s);
	if (!number_whole(words->days, 1, INVITATION_DAYS, &days))
		return false;
	*ret_s = clock_now_s() + (int64_t)days * 86400;
	return true;
}

static struct error invite_make(const struct settings *settings, struct db *db,
                                const struct invitation_wish *wish)
{
	char id[UUID_TEXT], token[INVITATION_TEXT];
	struct token_keys *keys = NULL;
	struct error err = resources_secret(settings, db, false, &keys);

	if (!err.code)
		err = invitation_make(db, keys, wish, id, token);
	token_keys_free(keys);
	if (err.code)
		return err;
	char by_listener[SETTINGS_ADDRESS];
	printf("%s\n%s" INVITATION_PATH "%s\n", id, settings_address(settings, by_listener), token);
	return ok();
}

static int invite_usage(void)
{
	fprintf(stderr, "usage: touchstone %s\n", cli_invite_usage);
	return EXIT_USAGE;
}

static bool invite_words_fit(int argc, char **argv, const struct invite_words *words,
                             struct invitation_wish *wish)
{
	bool bare = !words->most && !words->days && !words->until && !words->sensitive;
	uint64_t most;

	if (strcmp(argv[1], "list") == 0)
		return argc == 2 && bare;
	if (strcmp(argv[1], "revoke") == 0)
		return argc == 3 && bare;
	if (strcmp(argv[1], "make") != 0 || argc != 4 || !words->most ||
	    !number_whole(words->most, 1, INVITATION_MOST, &most) || !end_read(words, &wish->until_s))
		return false;
	wish->campaign = argv[2];
	wish->name = argv[3];
	wish->most = (unsigned)most;
	return true;
}

int cli_invite(const struct settings *settings, int argc, char **argv)
{
	struct invite_words words = { .most = take_option(&argc, argv, "--most"),
		                          .days = take_option(&argc, argv, "--days"),
		                          .until = take_option(&argc, argv, "--until"),
		                          .sensitive = take_flag(&argc, argv, "--sensitive") };
	char who[USER_NAME];
	struct invitation_wish wish = { .by = who, .sensitive = words.sensitive };

	if (!arguments_fit(argc, argv, 1, 3, cli_invite_usage))
		return EXIT_USAGE;
	if (!invite_words_fit(argc, argv, &words, &wish))
		return invite_usage();
	user_name(who);
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err =
		strcmp(argv[1], "list") == 0
			? invitation_each(db, &(struct invitation_page){ 0 }, print_invitation, NULL)
		: strcmp(argv[1], "revoke") == 0 ? invitation_withdraw(db, argv[2], who)
										 : invite_make(settings, db, &wish);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
