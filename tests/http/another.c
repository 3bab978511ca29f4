/* SPDX-License-Identifier: Apache-2.0 */
#include "another.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "raw.h"
#include "world.h"

#define MAX_OPTIONS 8

static void run(const char *address, const char *const options[])
{
	const char *args[MAX_OPTIONS + 6] = { getenv("PROGRAM"), "serve", "--no-work", "--listen",
		                                  address };
	int log = open("/dev/null", O_WRONLY | O_CLOEXEC);

	for (int i = 0; i < MAX_OPTIONS && options[i]; i++)
		args[5 + i] = options[i];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(log, STDERR_FILENO);
	execv(args[0], (char *const *)(uintptr_t)args);
	_exit(127);
}

struct another another_start(const char *const options[])
{
	unsigned port = raw_free_port();
	const char *address = say("127.0.0.1:%u", port);
	struct another another = { .url = say("http://%s", address) };

	another.process = fork();
	if (another.process == 0)
		run(address, options);
	for (int try = 0; try < 500 && !raw_listens(port); try++) {
		ck_assert_msg(waitpid(another.process, NULL, WNOHANG) == 0, "it did not start");
		wait_ms(50);
	}
	return another;
}

void another_stop(const struct another *another)
{
	int status;

	kill(another->process, SIGTERM);
	ck_assert_int_eq(waitpid(another->process, &status, 0), another->process);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
