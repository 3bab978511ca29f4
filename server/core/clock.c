/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

int64_t clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

void clock_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	if (pthread_condattr_init(&attributes) != 0 ||
	    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(condition, &attributes) != 0)
		abort();
	pthread_condattr_destroy(&attributes);
}

bool clock_condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ms)
{
	const struct timespec until = { .tv_sec = until_ms / 1000,
		                            .tv_nsec = until_ms % 1000 * 1000000 };

	return pthread_cond_timedwait(condition, lock, &until) == 0;
}

void clock_rest_ms(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}

void clock_text(char text[CLOCK_TEXT], int64_t seconds)
{
	/* Thousands of answers a second name the same one. */
	static _Thread_local int64_t last_s = INT64_MIN;
	static _Thread_local char last[CLOCK_TEXT];

	if (seconds != last_s) {
		time_t when = seconds;
		struct tm utc;

		if (!gmtime_r(&when, &utc) || !strftime(last, sizeof last, "%Y-%m-%dT%H:%M:%SZ", &utc))
			last[0] = '\0';
		last_s = seconds;
	}
	memcpy(text, last, sizeof last);
}

#define FIRST_YEAR 1000 /* before it clock_text() writes fewer digits */

bool clock_read_moment(const char *text, int64_t *ret_s)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (!end || *end || tm.tm_year < FIRST_YEAR - 1900)
		return false;
	*ret_s = timegm(&tm);
	return true;
}
