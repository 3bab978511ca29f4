/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#include <time.h>

int64_t clock_now_s(void)
{
	return time(NULL);
}

int64_t clock_monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_text(char text[CLOCK_TEXT], int64_t seconds)
{
	time_t when = seconds;
	struct tm utc;

	gmtime_r(&when, &utc);
	if (!strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &utc))
		text[0] = '\0';
}
