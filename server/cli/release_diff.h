/* SPDX-License-Identifier: Apache-2.0 */
/* release_diff -- `touchstone release diff`: what changed between two releases, or two folders. */
#ifndef CLI_RELEASE_DIFF_H
#define CLI_RELEASE_DIFF_H

#include "engine/settings.h"

/* What follows "touchstone release" is in argv. Returns the exit code; USAGE_WRONG: it is no call.
 */
#define USAGE_WRONG (-1)
int release_diff(const struct settings *settings, int argc, char **argv);

#endif
