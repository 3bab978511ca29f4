/* SPDX-License-Identifier: Apache-2.0 */
/* present_number -- a number that may not be known, as the HTTP interface shows it. */
#ifndef API_PRESENT_NUMBER_H
#define API_PRESENT_NUMBER_H

#include <jansson.h>
#include <math.h>

/* null for NAN. */
static inline json_t *present_number(double number)
{
	return isnan(number) ? json_null() : json_real(number);
}

#endif
