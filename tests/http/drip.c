/* SPDX-License-Identifier: Apache-2.0 */
#include "drip.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"

#define LONGEST_S 40

static int told[DRIPS][2];

/* What comes before the dripping begins. %s is the host. */
static const char *prelude(enum drip what)
{
	const char *host = raw_host();

	switch (what) {
	case DRIP_BODY:
		return say("POST /api/v1/volunteers HTTP/1.1\r\nHost: %s\r\n"
		           "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{",
		           host);
	case DRIP_HEADERS:
		return say("GET /healthz HTTP/1.1\r\nHost: %s\r\nX-Slow: ", host);
	case DRIP_FIRST_LINE:
		return "GET /";
	case DRIP_SECOND_REQUEST:
		return say("GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", host);
	case DRIPS:
		break;
	}
	return "";
}

static int drip(enum drip what)
{
	const char *head = prelude(what);
	int connection = raw_open();

	raw_write(connection, head, strlen(head));
	for (int s = 1; s <= LONGEST_S; s++) {
		struct raw_answer a = raw_read(connection, 1000);
		if (a.closed || !raw_write(connection, "x", 1))
			return s;
	}
	return 0;
}

static void drip_one(enum drip what)
{
	if (pipe(told[what]) != 0)
		abort();
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		char seconds = (char)drip(what);
		_exit(write(told[what][1], &seconds, 1) == 1 ? 0 : 1);
	}
	close(told[what][1]);
}

void drip_begin(void)
{
	for (enum drip what = 0; what < DRIPS; what++)
		drip_one(what);
}

int drip_seconds(enum drip what)
{
	char seconds = 0;

	return read(told[what][0], &seconds, 1) == 1 ? seconds : 0;
}
