/* SPDX-License-Identifier: Apache-2.0 */
#include "people/permission.h"

#include <stddef.h>

/* In the order of account_roles. */
static const unsigned sets[] = {
	0,                                                                      /* volunteer */
	MAY_RELEASE | MAY_ADD,                                                  /* researcher */
	MAY_RELEASE | MAY_ADD | MAY_RULE | MAY_GUARD | MAY_REVIEW | MAY_UNSEAL, /* moderator */
	MAY_RELEASE | MAY_ADD | MAY_RULE | MAY_GUARD | MAY_REVIEW | MAY_UNSEAL |
		MAY_OPERATE | MAY_AUDIT, /* admin */
};

unsigned permission_of_role(unsigned role)
{
	return role < sizeof sets / sizeof sets[0] ? sets[role] : 0;
}

bool permission_cancels(unsigned set, bool began_it)
{
	return began_it || set & MAY_OPERATE;
}
