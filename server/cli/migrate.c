/* SPDX-License-Identifier: Apache-2.0 */
/* migrate -- brings the schema up to date, or says how far it is. */
#include <stdio.h>

#include "cli/commands.h"
#include "db/migrate.h"

const char cli_migrate_usage[] = "migrate [--status]";

int cli_migrate(const struct settings *settings, int argc, char **argv)
{
	bool status = take_flag(&argc, argv, "--status");
	unsigned run = 0;
	struct error err;

	if (!arguments_fit(argc, argv, 0, 0, cli_migrate_usage))
		return EXIT_USAGE;
	const char *owner = settings->migrate_url ? settings->migrate_url : settings->database_url;
	if ((err = status ? migrate_status(owner)
	                  : migrate(owner, settings->migrate_url ? settings->database_url : NULL, &run))
	        .code)
		return failed(err);
	if (!status)
		printf(run ? "%u migration(s) ran\n" : "the schema is up to date\n", run);
	return EXIT_DONE;
}
