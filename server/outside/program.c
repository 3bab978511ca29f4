/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server has many threads, so between fork() and execve() the child calls nothing but
 * async-signal-safe functions: no memory, no log, no stdio.  Whatever can be prepared (paths, the
 * environment, the Landlock ruleset) is prepared before the fork.
 * The child tells the parent through a pipe which protections took, or which step failed; execve()
 * closes that pipe.
 */
#include "outside/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/log.h"
#include "outside/calls.h"

#define MAX_PROCESSES 64 /* and threads, of one helper */
#define NICENESS      10 /* whoever waits for a page comes first */
#define NICEST        19 /* of a helper that yields to others */

#define NOBODY 65534 /* where the system has no user of that name */

/* What the child says before it becomes the program. */
struct report {
	unsigned protections;
	int failed; /* errno of the step that failed; 0: none */
	char step[16];
};

/* Everything the child needs, ready before the fork. */
struct launch {
	const struct program *program;
	char path[64]; /* of the program */
	const char *env[PROGRAM_MAX_ENV + 5];
	int null_fd, ruleset_fd;    /* ruleset_fd: -1 without Landlock */
	int own_fd;                 /* of this program, where it is to run itself; else -1 */
	int out[2], err[2], say[2]; /* pipes: we read [0], the child writes [1] */
	pid_t parent;
	bool drops_root; /* the child becomes `user` and `group` */
	uid_t user;
	gid_t group;
};

/* Landlock's rights, newer ones than this system's headers know among them. */
#define FS_READ   (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_ABI_1  ((1ull << 13) - 1)
#define FS_REFER  (1ull << 13) /* version 2 */
#define FS_CUT    (1ull << 14) /* version 3 */
#define FS_DEVICE (1ull << 15) /* version 5 */
#define NET_ALL   3ull         /* version 4: bind and connect TCP */
#define SCOPE_ALL 3ull         /* version 6: abstract sockets, signals */
#define FS_MAKE                                                                                  \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | FS_CUT)

static const struct {
	const char *path;
	uint64_t rights;
} system_paths[] = {
	{ "/usr", FS_READ | LANDLOCK_ACCESS_FS_EXECUTE },
	{ "/bin", FS_READ | LANDLOCK_ACCESS_FS_EXECUTE },
	{ "/lib", FS_READ | LANDLOCK_ACCESS_FS_EXECUTE },
	{ "/lib64", FS_READ | LANDLOCK_ACCESS_FS_EXECUTE },
	{ "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE },
	{ "/sys/devices/system/cpu", FS_READ },
	{ "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE },
	{ "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE },
};

static bool landlock_allow_fd(int ruleset, int fd, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights, .parent_fd = fd };

	return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

static bool landlock_allow(int ruleset, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool allowed = landlock_allow_fd(ruleset, fd, rights);
	close(fd);
	return allowed;
}

/* A ruleset that opens the system's programs, `folder` and the program at `own_fd` (-1: none),
 * nothing else; -1 without Landlock. */
static int landlock_ruleset(const char *folder, int own_fd)
{
	struct {
		uint64_t fs, net, scope;
	} handled = { .fs = FS_ABI_1 };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1)
		return -1;
	handled.fs |= version >= 2 ? FS_REFER : 0;
	handled.fs |= version >= 3 ? FS_CUT : 0;
	handled.fs |= version >= 5 ? FS_DEVICE : 0;
	handled.net = version >= 4 ? NET_ALL : 0;
	handled.scope = version >= 6 ? SCOPE_ALL : 0;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
	if (ruleset < 0)
		return -1;
	fcntl(ruleset, F_SETFD, FD_CLOEXEC);
	for (size_t i = 0; i < sizeof system_paths / sizeof system_paths[0]; i++)
		landlock_allow(ruleset, system_paths[i].path, system_paths[i].rights);
	if (own_fd >= 0)
		landlock_allow_fd(ruleset, own_fd,
		                  LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE);
	if (!landlock_allow(ruleset, folder, (FS_READ | FS_MAKE) & handled.fs)) {
		close(ruleset);
		return -1;
	}
	return ruleset;
}

/* ---- the child, from fork() to execve() ---- */

static _Noreturn void child_stop(const struct launch *launch, struct report *report,
                                 const char *step)
{
	report->failed = errno ? errno : EINVAL;
	for (size_t i = 0; i < sizeof report->step - 1 && step[i]; i++)
		report->step[i] = step[i];
	if (write(launch->say[1], report, sizeof *report) < 0)
		_exit(126);
	_exit(127);
}

static bool child_limit(int what, uint64_t most)
{
	return setrlimit(what, &(struct rlimit){ most, most }) == 0;
}

static bool child_limits(const struct program *program)
{
	return child_limit(RLIMIT_CPU, program->cpu_s) &&
	       child_limit(RLIMIT_FSIZE, program->file_bytes) &&
	       child_limit(RLIMIT_NOFILE, program->open_files) && child_limit(RLIMIT_CORE, 0) &&
	       child_limit(RLIMIT_AS, program->memory_bytes);
}

/* The server ignores SIGPIPE, and an ignored signal stays ignored across execve(). */
static void child_signals(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		sigaction(i, &usual, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool child_wants(const struct launch *launch, unsigned protection)
{
	return !(launch->program->without & protection);
}

/* Root needs no user namespace for a network of its own, which some systems keep from others. */
static bool child_drop_root(const struct launch *launch, unsigned *on)
{
	if (!launch->drops_root)
		return true;
	if (child_wants(launch, PROGRAM_OWN_NETWORK) && unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0)
		*on |= PROGRAM_OWN_NETWORK;
	return setgroups(0, NULL) == 0 && setresgid(launch->group, launch->group, launch->group) == 0 &&
	       setresuid(launch->user, launch->user, launch->user) == 0;
}

static unsigned child_protect(const struct launch *launch)
{
	unsigned on = 0;

	/* In a user namespace of its own it has no capability left, and processes are counted apart. */
	if (child_wants(launch, PROGRAM_OWN_NETWORK) &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0) {
		child_limit(RLIMIT_NPROC, MAX_PROCESSES);
		on |= PROGRAM_OWN_NETWORK;
	}
	if (child_wants(launch, PROGRAM_OWN_FILES) && launch->ruleset_fd >= 0 &&
	    syscall(SYS_landlock_restrict_self, launch->ruleset_fd, 0) == 0)
		on |= PROGRAM_OWN_FILES;
	if (child_wants(launch, PROGRAM_FEW_CALLS) && calls_restrict())
		on |= PROGRAM_FEW_CALLS;
	return on;
}

/* By its descriptor, this program needs no path that the user nobody could go. */
static void child_execute(const struct launch *launch)
{
	char *const *argv = (char *const *)launch->program->argv;
	char *const *env = (char *const *)launch->env;

	if (launch->own_fd >= 0)
		syscall(SYS_execveat, launch->own_fd, "", argv, env, AT_EMPTY_PATH);
	else
		execve(launch->path, argv, env);
}

static _Noreturn void child_run(const struct launch *launch)
{
	struct report report = { 0 };

	child_signals();
	if (setsid() < 0)
		child_stop(launch, &report, "session");
	if (dup2(launch->null_fd, 0) < 0 || dup2(launch->out[1], 1) < 0 || dup2(launch->err[1], 2) < 0)
		child_stop(launch, &report, "descriptors");
	if (chdir(launch->program->folder))
		child_stop(launch, &report, "folder");
	if (setpriority(PRIO_PROCESS, 0, launch->program->yields ? NICEST : NICENESS) ||
	    !child_limits(launch->program))
		child_stop(launch, &report, "limits");
	if (!child_drop_root(launch, &report.protections))
		child_stop(launch, &report, "not root");
	/* A change of user clears it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != launch->parent)
		child_stop(launch, &report, "parent");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		child_stop(launch, &report, "privileges");
	report.protections |= child_protect(launch);
	/* Marked rather than closed: the report still has to go out. */
	if (syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC */))
		child_stop(launch, &report, "close_range");
	if (write(launch->say[1], &report, sizeof report) < 0)
		_exit(126);
	child_execute(launch);
	child_stop(launch, &report, "execve");
}

/* ---- the parent ---- */

static bool look_for_program(const char *name, char path[64])
{
	static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin" };

	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		int len = snprintf(path, 64, "%s/%s", folders[i], name);
		if (len < 64 && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

bool program_is_installed(const char *name)
{
	char path[64];

	return look_for_program(name, path);
}

static struct error find_program(const char *name, char path[64])
{
	if (look_for_program(name, path))
		return ok();
	log_error("the helper program %s is not installed", name);
	return errorf(ERR_INTERNAL, "the helper program %s is not installed", name);
}

static void launch_close(struct launch *launch)
{
	int *fds[] = { &launch->own_fd, &launch->null_fd, &launch->ruleset_fd,
		           &launch->out[0], &launch->out[1],  &launch->err[0],
		           &launch->err[1], &launch->say[0],  &launch->say[1] };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

/* Hands the folder and the files in it to a user: to the helper, and back. */
static struct error give_folder(const char *folder, uid_t user, gid_t group)
{
	DIR *dir = opendir(folder);
	bool given = dir && fchown(dirfd(dir), user, group) == 0;

	for (struct dirent *entry; given && (entry = readdir(dir));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			given = fchownat(dirfd(dir), entry->d_name, user, group, AT_SYMLINK_NOFOLLOW) == 0;
	if (!given)
		log_error("helper programs: the folder's owner cannot be changed: %m");
	if (dir)
		closedir(dir);
	return given ? ok() : errorf(ERR_INTERNAL, "a helper program could not be prepared");
}

/* Whom the helper runs as, where we are root. */
static void find_user(struct launch *launch)
{
	struct passwd entry, *found = NULL;
	char room[1024];

	launch->drops_root = geteuid() == 0 || getuid() == 0;
	launch->user = launch->group = NOBODY;
	if (launch->drops_root && getpwnam_r("nobody", &entry, room, sizeof room, &found) == 0 &&
	    found && found->pw_uid != 0) {
		launch->user = found->pw_uid;
		launch->group = found->pw_gid;
	}
}

static struct error launch_find(const struct program *program, struct launch *launch)
{
	static const char self[] = "/proc/self/exe";

	if (!program->own)
		return find_program(program->argv[0], launch->path);
	snprintf(launch->path, sizeof launch->path, "%s", self);
	launch->own_fd = open(self, O_PATH | O_CLOEXEC);
	if (launch->own_fd >= 0)
		return ok();
	log_error("helper programs: %s: %m", self);
	return errorf(ERR_INTERNAL, "a helper program could not be prepared");
}

static struct error launch_prepare(const struct program *program, struct launch *launch)
{
	size_t n = 0;
	struct error err;

	if ((err = launch_find(program, launch)).code)
		return err;
	launch->env[n++] = "PATH=/usr/bin:/bin";
	launch->env[n++] = "LC_ALL=C.UTF-8";
	launch->env[n++] = "MALLOC_ARENA_MAX=2"; /* else threads eat the address space */
	launch->env[n++] = "HOME=.";             /* liborc keeps code there that it makes */
	for (size_t i = 0; program->env && program->env[i] && i < PROGRAM_MAX_ENV; i++)
		launch->env[n++] = program->env[i];
	launch->env[n] = NULL;
	launch->program = program;
	launch->parent = getpid();
	find_user(launch);
	launch->ruleset_fd = landlock_ruleset(program->folder, launch->own_fd);
	launch->null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (launch->null_fd < 0 || pipe2(launch->out, O_CLOEXEC) || pipe2(launch->err, O_CLOEXEC) ||
	    pipe2(launch->say, O_CLOEXEC)) {
		log_error("helper programs: %m");
		return errorf(ERR_INTERNAL, "a helper program could not be prepared");
	}
	return ok();
}

/* Signals wait from before the fork until the child has put its handlers away. */
static pid_t launch_fork(struct launch *launch)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid_t child = fork();
	if (child == 0)
		child_run(launch);
	int why = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = why;
	return child;
}

/* Keeps the first bytes of stdout. False at the end, or when nothing waits. */
static bool read_out(int fd, struct program_result *result)
{
	char piece[8192];
	ssize_t got = read(fd, piece, sizeof piece);

	if (got <= 0)
		return got < 0 && errno == EINTR;
	size_t room = sizeof result->out - 1 - result->out_len;
	size_t kept = (size_t)got < room ? (size_t)got : room;
	memcpy(result->out + result->out_len, piece, kept);
	result->out_len += kept;
	return true;
}

/* Keeps the last bytes of stderr. */
static bool read_err(int fd, struct program_result *result)
{
	char piece[sizeof result->err / 2];
	ssize_t got = read(fd, piece, sizeof piece - 1);

	if (got <= 0)
		return got < 0 && errno == EINTR;
	size_t had = strlen(result->err);
	size_t drop =
		had + (size_t)got < sizeof result->err ? 0 : had + (size_t)got - (sizeof result->err - 1);
	memmove(result->err, result->err + drop, had - drop + 1);
	for (ssize_t i = 0; i < got; i++) /* a NUL would hide what follows it */
		result->err[had - drop + (size_t)i] = piece[i] ? piece[i] : ' ';
	result->err[had - drop + (size_t)got] = '\0';
	return true;
}

/* How much lies in a folder, in bytes. */
static uint64_t folder_bytes(const char *folder)
{
	DIR *list = opendir(folder);
	uint64_t bytes = 0;
	const struct dirent *entry;
	struct stat stat;

	while (list && (entry = readdir(list)))
		if (fstatat(dirfd(list), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(stat.st_mode))
			bytes += (uint64_t)stat.st_size;
	if (list)
		closedir(list);
	return bytes;
}

/* What a program that runs has made so far, and until when it may go on. */
struct watch {
	int64_t ends_ms, still_until_ms; /* on the monotonic clock */
	uint64_t bytes;
};

static void watch_start(struct watch *watch, const struct program *program)
{
	int64_t now_ms = clock_monotonic_ms();

	watch->ends_ms = now_ms + program->wall_ms;
	watch->still_until_ms = program->still_ms ? now_ms + program->still_ms : INT64_MAX;
	watch->bytes = program->still_ms ? folder_bytes(program->folder) : 0;
}

/* True: it must end, as *ret_end says. */
static bool watch_is_over(struct watch *watch, const struct program *program,
                          enum program_end *ret_end)
{
	int64_t now_ms = clock_monotonic_ms();

	*ret_end = PROGRAM_TIMED_OUT;
	if (now_ms >= watch->ends_ms)
		return true;
	if (now_ms < watch->still_until_ms)
		return false;
	uint64_t bytes = folder_bytes(program->folder);
	*ret_end = PROGRAM_STOOD_STILL;
	if (bytes == watch->bytes)
		return true;
	watch->bytes = bytes;
	watch->still_until_ms = now_ms + program->still_ms;
	return false;
}

/* Reads both pipes until the program ends: PROGRAM_EXITED then, or why it must end. */
static enum program_end wait_for_end(struct launch *launch, int pidfd, struct watch *watch,
                                     struct program_result *result)
{
	struct pollfd polls[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = launch->out[0], .events = POLLIN },
		{ .fd = launch->err[0], .events = POLLIN },
	};
	enum program_end end;

	while (!watch_is_over(watch, launch->program, &end)) {
		int64_t until_ms =
			watch->ends_ms < watch->still_until_ms ? watch->ends_ms : watch->still_until_ms;
		int64_t left_ms = until_ms - clock_monotonic_ms();

		if (poll(polls, 3, left_ms > 0 ? (int)left_ms : 0) < 0 && errno != EINTR)
			return PROGRAM_TIMED_OUT;
		if (polls[1].revents && !read_out(launch->out[0], result))
			polls[1].fd = -1;
		if (polls[2].revents && !read_err(launch->err[0], result))
			polls[2].fd = -1;
		if (polls[0].revents)
			return PROGRAM_EXITED;
	}
	return end;
}

/* The group is killed before its leader is reaped, while its number is still ours. */
static struct error program_collect(struct launch *launch, pid_t child, enum program_end end,
                                    struct program_result *result)
{
	int status;

	kill(-child, SIGKILL);
	kill(child, SIGKILL); /* in case it had not left our group yet */
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR) {
			log_error("a helper program was lost: %m");
			return errorf(ERR_INTERNAL, "a helper program was lost");
		}
	}
	fcntl(launch->out[0], F_SETFL, O_NONBLOCK);
	fcntl(launch->err[0], F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 64 && read_out(launch->out[0], result); i++)
		continue;
	for (int i = 0; i < 64 && read_err(launch->err[0], result); i++)
		continue;
	if (end != PROGRAM_EXITED)
		result->end = end;
	else if (WIFEXITED(status))
		result->end = PROGRAM_EXITED, result->status = WEXITSTATUS(status);
	else
		result->end = PROGRAM_KILLED, result->signal = WTERMSIG(status);
	return ok();
}

static void log_protections(unsigned on, unsigned without, bool drops_root)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;

	if (without || atomic_flag_test_and_set(&said))
		return;
	log_line(
		on == PROGRAM_PROTECTIONS ? LOG_INFO : LOG_WARN,
		"helper programs run without privileges%s; %s%slimits on time, memory and file size: on",
		drops_root ? ", as the user nobody because this program is root" : "",
		on & PROGRAM_OWN_NETWORK ? "own network: on; " : "own network: OFF; ",
		on & PROGRAM_OWN_FILES ? (on & PROGRAM_FEW_CALLS ? "Landlock: on; seccomp: on; "
	                                                     : "Landlock: on; seccomp: OFF; ")
							   : (on & PROGRAM_FEW_CALLS ? "Landlock: OFF; seccomp: on; "
	                                                     : "Landlock: OFF; seccomp: OFF; "));
}

/* Reads what the child said on its way. */
static struct error read_report(struct launch *launch, struct program_result *result)
{
	struct report report = { 0 }, next;

	fcntl(launch->say[0], F_SETFL, O_NONBLOCK);
	while (read(launch->say[0], &next, sizeof next) == (ssize_t)sizeof next)
		report = next;
	if (report.failed) {
		report.step[sizeof report.step - 1] = '\0';
		errno = report.failed;
		log_error("the helper program %s did not start (%s): %m", launch->path, report.step);
		return errorf(ERR_INTERNAL, "a helper program did not start");
	}
	result->protections = report.protections;
	log_protections(report.protections, launch->program->without, launch->drops_root);
	return ok();
}

static struct error launch_run(struct launch *launch, struct program_result *result)
{
	int64_t started = clock_monotonic_ms();
	enum program_end end = PROGRAM_TIMED_OUT;
	struct watch watch;
	struct error err, blind = ok();

	watch_start(&watch, launch->program);
	pid_t child = launch_fork(launch);

	if (child < 0) {
		log_error("helper programs: fork: %m");
		return errorf(ERR_INTERNAL, "a helper program could not be started");
	}
	close(launch->out[1]);
	close(launch->err[1]);
	close(launch->say[1]);
	launch->out[1] = launch->err[1] = launch->say[1] = -1;
	int pidfd = pidfd_open(child, 0);
	if (pidfd < 0) {
		blind = errorf(ERR_UNAVAILABLE, "a helper program cannot be watched: %s",
		               strerrordesc_np(errno));
		log_error("helper programs: pidfd_open: %m");
	} else {
		end = wait_for_end(launch, pidfd, &watch, result);
		close(pidfd);
	}
	err = program_collect(launch, child, end, result);
	if (blind.code || err.code)
		return blind.code ? blind : err;
	result->took_ms = clock_monotonic_ms() - started;
	return read_report(launch, result);
}

struct error program_run(const struct program *program, struct program_result *result)
{
	struct launch launch = { .own_fd = -1,
		                     .null_fd = -1,
		                     .ruleset_fd = -1,
		                     .out = { -1, -1 },
		                     .err = { -1, -1 },
		                     .say = { -1, -1 } };
	lock_check("a helper program");
	struct error err = launch_prepare(program, &launch), back;

	memset(result, 0, sizeof *result);
	if (!err.code && launch.drops_root)
		err = give_folder(program->folder, launch.user, launch.group);
	if (!err.code)
		err = launch_run(&launch, result);
	if (launch.drops_root && (back = give_folder(program->folder, geteuid(), getegid())).code)
		err = err.code ? err : back;
	launch_close(&launch);
	return err;
}
