/* SPDX-License-Identifier: Apache-2.0 */
/* release_revoked -- `release verify DIR --revocations FILE|URL`: what of it was taken down since.
 */
#ifndef CLI_RELEASE_REVOKED_H
#define CLI_RELEASE_REVOKED_H

/* Returns the exit code: EXIT_FAILED too where something that was taken down is still there. */
int release_revoked(const char *folder, const char *list);

#endif
