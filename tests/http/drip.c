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

static pid_t dripper;
static int told[2];

static int drip(void)
{
	const char *head = say("POST /api/v1/volunteers HTTP/1.1\r\nHost: %s\r\n"
						   "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{",
						   raw_host());
	int connection = raw_open();

	raw_write(connection, head, strlen(head));
	for (int s = 1; s <= LONGEST_S; s++) {
		struct raw_answer a = raw_read(connection, 1000);
		if (a.closed || !raw_write(connection, " ", 1))
			return s;
	}
	return 0;
}

void drip_begin(void)
{
	if (pipe(told) != 0)
		abort();
	dripper = fork();
	if (dripper == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		char seconds = (char)drip();
		_exit(write(told[1], &seconds, 1) == 1 ? 0 : 1);
	}
	close(told[1]);
}

int drip_seconds(void)
{
	char seconds = 0;

	return read(told[0], &seconds, 1) == 1 ? seconds : 0;
}
