/* SPDX-License-Identifier: Apache-2.0 */
#include "people/permission.h"

#include <stddef.h>

#define RESEARCHES (MAY_OWN | MAY_RELEASE | MAY_ADD | MAY_READ)
#define MODERATES  (RESEARCHES | MAY_RULE | MAY_GUARD | MAY_REVIEW | MAY_UNSEAL | MAY_ADMIT)

/* In the order of account_roles. */
static const unsigned sets[] = {
	MAY_OWN,                                         /* volunteer */
	RESEARCHES,                                      /* researcher */
	MODERATES,                                       /* moderator */
	MODERATES | MAY_OPERATE | MAY_AUDIT | MAY_ENROL, /* admin */
};

unsigned permission_of_role(unsigned role)
{
	return role < sizeof sets / sizeof sets[0] ? sets[role] : 0;
}

bool permission_is_guarded(unsigned set)
{
	return set & (MAY_RULE | MAY_OPERATE | MAY_ENROL);
}

bool permission_cancels(unsigned set, bool began_it)
{
	return began_it || set & MAY_OPERATE;
}
