/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_sandbox ROUNDS FILE... -- what the sandbox costs a file: the same file is taken in, and its
 * origin read, with helpers in the sandbox and with the same helpers bare (fork, the same
 * niceness, exec, nothing else), in turn.  Prints the milliseconds of each by the clock and of
 * processor time (which others on the machine disturb less), their quartiles, and the median of the
 * rounds' differences.
 *
 * The linker puts __wrap_program_run() in the place of program_run() (tests/load/load.mk).  Bare
 * helpers have no limits: give it only files that you trust.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "crypto/token.h"
#include "media/credentials_helper.h"
#include "media/media.h"
#include "media/provenance.h"
#include "outside/program.h"

#define MOST_ROUNDS 1000

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
struct error __real_program_run(const struct program *program, struct program_result *result);
struct error __wrap_program_run(const struct program *program, struct program_result *result);
/* NOLINTEND(bugprone-reserved-identifier) */

static bool runs_bare;
static unsigned starts;

static void bare_child(const struct program *program, int out, int err)
{
	const char *env[PROGRAM_MAX_ENV + 4] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8" };
	size_t n = 2;

	for (size_t i = 0; program->env && program->env[i]; i++)
		env[n++] = program->env[i];
	if (setpriority(PRIO_PROCESS, 0, program->yields ? 19 : 10) || chdir(program->folder) ||
	    dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	if (program->own)
		execve("/proc/self/exe", (char *const *)program->argv, (char *const *)env);
	else
		execvpe(program->argv[0], (char *const *)program->argv, (char *const *)env);
	_exit(127);
}

/* Reads both pipes to their ends; of what is too long the rest is dropped. */
static void bare_collect(int out, int err, struct program_result *result)
{
	struct pollfd fds[2] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };
	char *const text[2] = { result->out, result->err };
	const size_t room[2] = { PROGRAM_OUT_BYTES - 1, PROGRAM_ERR_BYTES - 1 };
	size_t len[2] = { 0, 0 };
	char bytes[4096];

	while ((fds[0].fd >= 0 || fds[1].fd >= 0) && poll(fds, 2, -1) > 0)
		for (size_t i = 0; i < 2; i++) {
			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			ssize_t got = read(fds[i].fd, bytes, sizeof bytes);
			size_t kept = got > 0 ? (size_t)got : 0;
			kept = kept < room[i] - len[i] ? kept : room[i] - len[i];
			memcpy(text[i] + len[i], bytes, kept);
			len[i] += kept;
			if (got <= 0)
				fds[i].fd = -1;
		}
	result->out[len[0]] = result->err[len[1]] = '\0';
	result->out_len = len[0];
}

struct error __wrap_program_run(const struct program *program, struct program_result *result)
{
	int out[2], err[2], status = 0;

	starts++;
	if (!runs_bare)
		return __real_program_run(program, result);
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		return errorf(ERR_INTERNAL, "no pipes");
	pid_t child = fork();
	if (child == 0)
		bare_child(program, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	bare_collect(out[0], err[0], result);
	close(out[0]);
	close(err[0]);
	waitpid(child, &status, 0);
	result->end = WIFEXITED(status) ? PROGRAM_EXITED : PROGRAM_KILLED;
	result->status = WEXITSTATUS(status);
	return ok();
}

/* Milliseconds: by the clock, and of processor time of this program and its helpers. */
enum measure { CLOCK, PROCESSOR, MEASURES };

static void now_ms(double ms[MEASURES])
{
	struct timespec now;
	struct rusage self, helpers;

	clock_gettime(CLOCK_MONOTONIC, &now);
	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &helpers);
	ms[CLOCK] = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
	const struct timeval used[] = { self.ru_utime, self.ru_stime, helpers.ru_utime,
		                            helpers.ru_stime };
	ms[PROCESSOR] = 0;
	for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
		ms[PROCESSOR] += (double)used[i].tv_sec * 1e3 + (double)used[i].tv_usec / 1e3;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void say_quartiles(const char *what, double *ms, size_t count)
{
	qsort(ms, count, sizeof *ms, by_size);
	printf("  %-18s %7.1f ms (%.1f to %.1f)\n", what, ms[count / 2], ms[count / 4],
	       ms[count - 1 - count / 4]);
}

/* Takes the file in, or reads its origin. */
static struct error take_once(struct store *store, const char *path, bool origin,
                              struct arena *arena)
{
	static unsigned char original[SHA256_BYTES];
	struct provenance found;
	struct media media;
	struct error err;

	if (origin)
		return provenance_read(store, original, arena, &found);
	if (!(err = media_ingest(store, path, arena, &media)).code)
		memcpy(original, media.original.digest, SHA256_BYTES);
	return err;
}

static void say_measure(const char *what, double boxed[], double bare[], double more[],
                        size_t count)
{
	printf(" %s:\n", what);
	say_quartiles("in the sandbox", boxed, count);
	say_quartiles("the bare helpers", bare, count);
	say_quartiles("the sandbox costs", more, count);
}

static bool measure(struct store *store, const char *path, bool origin, size_t rounds)
{
	static double boxed[MEASURES][MOST_ROUNDS], bare[MEASURES][MOST_ROUNDS],
		more[MEASURES][MOST_ROUNDS];

	for (size_t turn = 0; turn < 2 * rounds; turn++) {
		struct arena *arena = arena_new();
		double before[MEASURES], after[MEASURES];
		size_t round = turn / 2;
		runs_bare = turn % 2 != round % 2; /* which is first changes from round to round */
		starts = 0;
		now_ms(before);
		struct error err = take_once(store, path, origin, arena);
		now_ms(after);
		arena_free(arena);
		if (err.code) {
			fprintf(stderr, "bench-sandbox: %s: %s\n", path, err.detail);
			return false;
		}
		for (size_t m = 0; m < MEASURES; m++) {
			(runs_bare ? bare : boxed)[m][round] = after[m] - before[m];
			more[m][round] = boxed[m][round] - bare[m][round];
		}
	}
	printf("%s, %s: %u programs, %zu rounds\n", path, origin ? "its origin read" : "taken in",
	       starts, rounds);
	say_measure("by the clock", boxed[CLOCK], bare[CLOCK], more[CLOCK], rounds);
	say_measure("processor time", boxed[PROCESSOR], bare[PROCESSOR], more[PROCESSOR], rounds);
	return true;
}

static bool folder_remove(const char *folder)
{
	const char *const argv[] = { "rm", "-r", folder, NULL };
	struct program_result result;

	runs_bare = true;
	return !program_run(&(struct program){ .argv = argv, .folder = "/" }, &result).code &&
	       program_succeeded(&result);
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/bench-sandbox-XXXXXX", url[64];
	size_t rounds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct store *store;
	bool good = true;

	if (argc == 3 && strcmp(argv[1], "helper") == 0) /* as the program runs itself */
		return credentials_helper();
	if (rounds < 1 || rounds > MOST_ROUNDS || !crypto_start() || !mkdtemp(folder)) {
		fputs("usage: bench-sandbox ROUNDS FILE...\n", stderr);
		return 2;
	}
	snprintf(url, sizeof url, "file:%s", folder);
	struct error err = store_open(url, &store);
	for (int i = 2; !err.code && good && i < argc; i++)
		good = measure(store, argv[i], false, rounds) && measure(store, argv[i], true, rounds);
	if (err.code)
		fprintf(stderr, "bench-sandbox: %s\n", err.detail);
	else
		store_free(store);
	return folder_remove(folder) && !err.code && good ? 0 : 1;
}
