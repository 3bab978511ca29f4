/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/helper.h"

#include <string.h>

#include "cli/commands.h"
#include "media/credentials_helper.h"
#include "outside/probe.h"

int helper_run(const char *name)
{
	if (strcmp(name, "credentials") == 0)
		return credentials_helper();
	if (strncmp(name, "probe-", 6) == 0)
		return probe_attempt(name + 6);
	return EXIT_USAGE;
}
