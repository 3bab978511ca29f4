/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/totp.h"

#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error totp_text(const unsigned char secret[TOTP_SECRET], char text[TOTP_SECRET_TEXT])
{
	char *base32 = NULL;
	size_t len = 0;

	if (oath_base32_encode((const char *)secret, TOTP_SECRET, &base32, &len) != OATH_OK)
		return errorf(ERR_INTERNAL, "a secret cannot be written");
	snprintf(text, TOTP_SECRET_TEXT, "%s", base32);
	free(base32);
	return ok();
}

bool totp_fits(const unsigned char secret[TOTP_SECRET], const char *code, int64_t now_s,
               int64_t *ret_step)
{
	uint64_t counter = 0;
	int at = 0;

	if (strlen(code) != TOTP_DIGITS || strspn(code, "0123456789") != TOTP_DIGITS)
		return false;
	if (oath_totp_validate3((const char *)secret, TOTP_SECRET, (time_t)now_s, TOTP_STEP_S, 0, 1,
	                        &at, &counter, code) < 0)
		return false;
	*ret_step = (int64_t)counter;
	return true;
}
