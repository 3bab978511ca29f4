/* SPDX-License-Identifier: Apache-2.0 */
/* campaign -- lists the campaigns, opens them, closes them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "corpus/campaign.h"
#include "db/db.h"

static void print_campaign(void *arg, const struct campaign *campaign)
{
	(void)arg;
	printf("%s  %s  %" PRId64 " items: %" PRId64 " in service, %" PRId64 " retired, %" PRId64
	       " disputed, %" PRId64 " settled\n",
	       campaign->name, campaign->state, campaign->items, campaign->in_service,
	       campaign->retired, campaign->disputed, campaign->settled);
}

static struct error list_campaigns(struct db *db, const char *name)
{
	(void)name;
	return campaign_each(db, print_campaign, NULL);
}

static const struct {
	const char *name;
	int words;
	struct error (*act)(struct db *db, const char *name);
} verbs[] = {
	{ "list", 2, list_campaigns },
	{ "open", 3, campaign_open },
	{ "close", 3, campaign_close },
};

const char cli_campaign_usage[] = "campaign list | open NAME | close NAME";

int cli_campaign(const struct settings *settings, int argc, char **argv)
{
	const size_t count = sizeof verbs / sizeof verbs[0];
	size_t verb = 0;

	if (!arguments_fit(argc, argv, 1, 2, cli_campaign_usage))
		return EXIT_USAGE;
	while (verb < count && (argc != verbs[verb].words || strcmp(argv[1], verbs[verb].name) != 0))
		verb++;
	if (verb == count) {
		fprintf(stderr, "usage: touchstone %s\n", cli_campaign_usage);
		return EXIT_USAGE;
	}
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = verbs[verb].act(db, argv[2]);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
