/* SPDX-License-Identifier: Apache-2.0 */
/* integrity -- shows who carries the labels, and what alarms. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/utf8.h"
#include "corpus/campaign.h"
#include "db/db.h"
#include "scoring/integrity.h"

const char cli_integrity_usage[] = "integrity [CAMPAIGN]";

struct integrity_print {
	const char *sought; /* NULL: all campaigns */
	bool known;         /* that campaign is there */
	char campaign[256]; /* the last one that was headed */
};

static void print_alarm(void *arg, const struct integrity_alarm *alarm)
{
	(void)arg;
	fputs("ALARM  ", stdout);
	utf8_print(stdout, alarm->campaign);
	printf("  %s: %s (%.2f, the threshold is %.2f) since %s\n", alarm->alarm, alarm->what,
	       alarm->value, alarm->threshold, alarm->since);
}

static void print_figure(void *arg, const struct integrity_figure *figure)
{
	struct integrity_print *print = arg;

	if (strcmp(print->campaign, figure->campaign) != 0) {
		snprintf(print->campaign, sizeof print->campaign, "%s", figure->campaign);
		utf8_print(stdout, figure->campaign);
		putchar('\n');
	}
	printf("  %s%s%s  %.6g\n", figure->name, *figure->label ? " " : "", figure->label,
	       figure->value);
}

static void note_campaign(void *arg, const struct campaign *campaign)
{
	struct integrity_print *print = arg;

	print->known |= !print->sought || strcmp(campaign->name, print->sought) == 0;
}

int cli_integrity(const struct settings *settings, int argc, char **argv)
{
	struct integrity_print print = { .sought = NULL };

	if (!arguments_fit(argc, argv, 0, 1, cli_integrity_usage))
		return EXIT_USAGE;
	print.sought = argc == 2 ? argv[1] : NULL;
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = campaign_each(db, note_campaign, &print);
	if (!err.code && print.sought && !print.known)
		err = errorf(ERR_NOT_FOUND, "There is no campaign of this name.");
	if (!err.code)
		err = integrity_each_alarm(db, print.sought, print_alarm, NULL);
	if (!err.code)
		err = integrity_each_figure(db, print.sought, print_figure, &print);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
