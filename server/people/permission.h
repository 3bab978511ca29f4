/* SPDX-License-Identifier: Apache-2.0 */
/*
 * permission -- what an account may do.
 *
 * A role is a set of permissions, written here and nowhere else; a route names the set that it
 * asks for, and api/serve compares the two.
 */
#ifndef PEOPLE_PERMISSION_H
#define PEOPLE_PERMISSION_H

#include <stdbool.h>

enum permission {
	MAY_RELEASE = 1 << 0, /* make releases, and see how the work on them goes */
	MAY_RULE = 1 << 1,    /* see disputes with their evidence, and settle them */
	MAY_OPERATE = 1 << 2, /* see the work of the whole, and what failed */
	MAY_GUARD = 1 << 3,   /* see who carries the labels, take judgments out of what counts, and
	                       * invite to events */
	MAY_ADD = 1 << 4,     /* add items without a moderator */
	MAY_REVIEW = 1 << 5,  /* decide what of the public's contributions becomes an item, and what is
	                       * taken down */
	MAY_UNSEAL = 1 << 6,  /* publish what a release has sealed, for good */
	MAY_AUDIT = 1 << 7,   /* read who did what */
	MAY_OWN = 1 << 10,    /* see and change what is their own account's */
	MAY_ADMIT = 1 << 11,  /* decide which researchers get an account */
	MAY_ENROL = 1 << 12,  /* make, change and shut out accounts */
	MAY_READ = 1 << 13,   /* read releases that are for researchers */
};

/* Whoever began a job may cancel it, and whoever operates the whole. */
bool permission_cancels(unsigned set, bool began_it);

/* Where the operator asks some for a second factor: them. */
bool permission_is_guarded(unsigned set);

/* The set of a role, an index into account_roles. */
unsigned permission_of_role(unsigned role);

#endif
