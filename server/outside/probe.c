/* SPDX-License-Identifier: Apache-2.0 */
#include "outside/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"

#define MEMORY_BYTES (256ull << 20)
#define FILE_BYTES   (1u << 20)
#define OPEN_FILES   32
#define WALL_MS      1000  /* of the line that tries the time */
#define LONG_WALL_MS 60000 /* of the others: on a busy machine */
#define PROCESSES    200   /* more than a helper may have */
#define SETTLE_MS    100
#define WIDE         64 /* times the limits */
#define NOBODY_ID    65534
#define TARGET       "target"
#define SAYS_TRIED   "tried\n"
#define SAYS_REACHED "reached\n"
#define SAYS_LEFT    "left "

/* ------------------------------------------------------------------ what there is to reach */

struct probe_target {
	char base[64];               /* a folder that anybody may enter */
	char folder[80];             /* the helper's own, in it */
	int tcp, udp, named, hidden; /* sockets: of this machine's network, by a path, abstract */
	unsigned short tcp_port, udp_port;
	pid_t victim; /* a process of the user that helpers are */
};

static bool probe_write(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool whole =
		fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0;

	if (fd >= 0)
		close(fd);
	return whole;
}

/* A socket of this machine that takes whoever comes. */
static int local_socket(int type, unsigned short *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) ||
	    (type == SOCK_STREAM && listen(fd, 8)) ||
	    getsockname(fd, (struct sockaddr *)&address, &len))
		return -1;
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static socklen_t unix_address(const char *path, bool hidden, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	int len = snprintf(ret->sun_path + hidden, sizeof ret->sun_path - hidden, "%s", path);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len + 1);
}

static int unix_socket(const char *path, bool hidden)
{
	struct sockaddr_un address;
	socklen_t len = unix_address(path, hidden, &address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) || listen(fd, 8) ||
	    (!hidden && chmod(path, 0666)))
		return -1;
	return fd;
}

/* Waits to be killed, as the user that helpers are, and lets itself be traced. */
static pid_t start_victim(void)
{
	struct passwd entry, *nobody = NULL;
	char room[1024];
	if (geteuid() == 0)
		getpwnam_r("nobody", &entry, room, sizeof room, &nobody);
	uid_t user = nobody ? nobody->pw_uid : NOBODY_ID;
	gid_t group = nobody ? nobody->pw_gid : NOBODY_ID;
	int ready[2];
	char byte = 0;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	pid_t parent = getpid(), child = fork();
	if (child == 0) {
		if (geteuid() == 0 &&
		    (setgroups(0, NULL) || setresgid(group, group, group) || setresuid(user, user, user)))
			_exit(1);
		prctl(PR_SET_DUMPABLE, 1);
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || write(ready[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	bool up = child > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	return up ? child : -1;
}

static void target_remove(struct probe_target *target)
{
	static const char *const files[] = { "folder/target", "folder/big", "folder", "readable",
		                                 "writable",      "socket",     "." };
	int *fds[] = { &target->tcp, &target->udp, &target->named, &target->hidden };
	char path[128];

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	if (target->victim > 0) {
		kill(target->victim, SIGKILL);
		while (waitpid(target->victim, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	for (size_t i = 0; *target->base && i < sizeof files / sizeof files[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", target->base, files[i]);
		if (strcmp(files[i], ".") == 0)
			path[strlen(target->base)] = '\0';
		if (unlink(path) && rmdir(path))
			continue;
	}
}

static bool target_make(struct probe_target *target)
{
	char path[128], words[256];

	*target = (struct probe_target){
		.base = "/tmp/touchstone-sandbox-XXXXXX", .tcp = -1, .udp = -1, .named = -1, .hidden = -1
	};
	if (!mkdtemp(target->base)) {
		*target->base = '\0';
		return false;
	}
	snprintf(target->folder, sizeof target->folder, "%s/folder", target->base);
	if (chmod(target->base, 0755) || mkdir(target->folder, 0700))
		return false;
	snprintf(path, sizeof path, "%s/readable", target->base);
	bool files = probe_write(path, "secret\n", 0644);
	snprintf(path, sizeof path, "%s/writable", target->base);
	files = files && probe_write(path, "whole\n", 0666);
	target->tcp = local_socket(SOCK_STREAM, &target->tcp_port);
	target->udp = local_socket(SOCK_DGRAM, &target->udp_port);
	snprintf(path, sizeof path, "%s/socket", target->base);
	target->named = unix_socket(path, false);
	target->hidden = unix_socket(path, true);
	target->victim = start_victim();
	snprintf(words, sizeof words, "%u %u %d %s\n", target->tcp_port, target->udp_port,
	         target->victim, target->base);
	snprintf(path, sizeof path, "%s/" TARGET, target->folder);
	return files && target->tcp >= 0 && target->udp >= 0 && target->named >= 0 &&
	       target->hidden >= 0 && target->victim > 0 && probe_write(path, words, 0600);
}

/* ------------------------------------------------------------------ attempts, inside */

/* What the parent has put up, as the file in the folder names it. */
struct probe_aim {
	unsigned tcp_port, udp_port;
	int victim;
	char base[64];
};

static bool aim_read(struct probe_aim *aim)
{
	FILE *file = fopen(TARGET, "re");
	int got = file ? fscanf(file, "%u %u %d %63s", &aim->tcp_port, &aim->udp_port, &aim->victim,
	                        aim->base)
	               : 0;

	if (file)
		fclose(file);
	return got == 4;
}

static bool try_address(int type, unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                           .sin_port = htons((unsigned short)port),
		                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type, 0);

	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	       send(fd, "x", 1, 0) == 1;
}

static bool try_tcp(const struct probe_aim *aim)
{
	return try_address(SOCK_STREAM, aim->tcp_port);
}

static bool try_udp(const struct probe_aim *aim)
{
	return try_address(SOCK_DGRAM, aim->udp_port);
}

static bool try_unix_socket(const struct probe_aim *aim, bool hidden)
{
	struct sockaddr_un address;
	char path[96];

	snprintf(path, sizeof path, "%s/socket", aim->base);
	socklen_t len = unix_address(path, hidden, &address);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, len) == 0;
}

static bool try_named_socket(const struct probe_aim *aim)
{
	return try_unix_socket(aim, false);
}

static bool try_hidden_socket(const struct probe_aim *aim)
{
	return try_unix_socket(aim, true);
}

static bool try_open(const struct probe_aim *aim, const char *name, int how)
{
	char path[96], byte = 'x';

	snprintf(path, sizeof path, "%s/%s", aim->base, name);
	int fd = open(path, how);
	return fd >= 0 && (how == O_RDONLY ? read(fd, &byte, 1) : write(fd, &byte, 1)) == 1;
}

static bool try_read(const struct probe_aim *aim)
{
	return try_open(aim, "readable", O_RDONLY);
}

static bool try_write(const struct probe_aim *aim)
{
	return try_open(aim, "writable", O_WRONLY | O_APPEND);
}

static bool try_shadow(const struct probe_aim *aim)
{
	(void)aim;
	return open("/etc/shadow", O_RDONLY) >= 0;
}

static bool try_root(const struct probe_aim *aim)
{
	(void)aim;
	return getuid() == 0 || geteuid() == 0 || setuid(0) == 0;
}

static bool try_trace(const struct probe_aim *aim)
{
	return ptrace(PTRACE_SEIZE, aim->victim, NULL, NULL) == 0;
}

static bool try_signal(const struct probe_aim *aim)
{
	return kill(aim->victim, 0) == 0;
}

static bool try_limit(const struct probe_aim *aim)
{
	struct rlimit most = { 16, 16 };

	return prlimit(aim->victim, RLIMIT_NOFILE, &most, NULL) == 0;
}

/* Whoever leaves the process group is not killed with it; the parent looks for the process. */
static bool try_outlive(const struct probe_aim *aim)
{
	char words[32];

	(void)aim;
	pid_t child = fork();
	if (child == 0) {
		setsid();
		clock_rest_ms(LONG_WALL_MS);
		_exit(0);
	}
	clock_rest_ms(SETTLE_MS); /* until it has left */
	int len = snprintf(words, sizeof words, SAYS_LEFT "%d\n", child);
	if (child > 0 && write(STDOUT_FILENO, words, (size_t)len) < 0)
		_exit(1);
	return false;
}

static bool try_processes(const struct probe_aim *aim)
{
	int count = 0;

	(void)aim;
	for (; count < PROCESSES; count++) {
		pid_t child = fork();
		if (child < 0)
			break;
		if (child == 0) {
			clock_rest_ms(LONG_WALL_MS);
			_exit(0);
		}
	}
	return count == PROCESSES;
}

static bool try_memory(const struct probe_aim *aim)
{
	(void)aim;
	return mmap(NULL, 2 * MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	            0) != MAP_FAILED;
}

static bool try_disk(const struct probe_aim *aim)
{
	static const char block[4096];
	int fd = open("big", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	size_t wrote = 0;

	(void)aim;
	while (fd >= 0 && wrote < 2 * (size_t)FILE_BYTES && write(fd, block, sizeof block) > 0)
		wrote += sizeof block;
	return wrote >= 2 * (size_t)FILE_BYTES;
}

static bool try_files(const struct probe_aim *aim)
{
	int fd = 0;

	(void)aim;
	while (fd >= 0 && fd < 2 * OPEN_FILES)
		fd = open("/dev/null", O_RDONLY);
	return fd >= 0;
}

static bool try_time(const struct probe_aim *aim)
{
	(void)aim;
	clock_rest_ms(3 * WALL_MS);
	return true;
}

static bool try_processor(const struct probe_aim *aim)
{
	(void)aim;
	while (clock() < 2 * CLOCKS_PER_SEC)
		continue;
	return true;
}

/* ------------------------------------------------------------------ the table */

#define NETWORK PROGRAM_OWN_NETWORK
#define FILES   PROGRAM_OWN_FILES
#define CALLS   PROGRAM_FEW_CALLS

const struct probe_line probe_lines[] = {
	{ "tcp", "reach a server on this machine by TCP", NETWORK | CALLS },
	{ "udp", "send to this machine by UDP", NETWORK | CALLS },
	{ "abstract", "reach a Unix socket without a path", NETWORK | CALLS },
	{ "socket", "reach a Unix socket by its path, as a database's", CALLS },
	{ "read", "read a file beside its folder", FILES },
	{ "write", "write a file beside its folder", FILES },
	{ "shadow", "read /etc/shadow", 0 },
	{ "root", "be root, or become it", 0 },
	{ "trace", "trace a process of its user", FILES | CALLS },
	{ "signal", "signal a process of its user", CALLS },
	{ "limit", "change the limits of a process of its user", CALLS },
	{ "outlive", "leave a process behind that is not killed with it", CALLS },
	{ "processes", "start 200 processes (a fork bomb)", NETWORK },
	{ "memory", "take twice the memory", 0 },
	{ "disk", "write a file of twice the size", 0 },
	{ "files", "open twice the files", 0 },
	{ "time", "run longer than its time", 0 },
	{ "processor", "use more of the processor than its time", 0 },
};
const size_t probe_line_count = sizeof probe_lines / sizeof probe_lines[0];

/* By the table's order. */
static bool (*const attempts[])(const struct probe_aim *aim) = {
	try_tcp,       try_udp,    try_hidden_socket, try_named_socket, try_read,  try_write,
	try_shadow,    try_root,   try_trace,         try_signal,       try_limit, try_outlive,
	try_processes, try_memory, try_disk,          try_files,        try_time,  try_processor,
};
_Static_assert(sizeof attempts / sizeof attempts[0] == sizeof probe_lines / sizeof probe_lines[0],
               "an attempt for each line");

int probe_attempt(const char *name)
{
	struct probe_aim aim;

	for (size_t i = 0; i < probe_line_count; i++) {
		if (strcmp(probe_lines[i].name, name) != 0)
			continue;
		if (!aim_read(&aim) || write(STDOUT_FILENO, SAYS_TRIED, strlen(SAYS_TRIED)) < 0)
			return 1;
		if (attempts[i](&aim) && write(STDOUT_FILENO, SAYS_REACHED, strlen(SAYS_REACHED)) < 0)
			return 1;
		return 0;
	}
	return 2;
}

/* ------------------------------------------------------------------ trying a line */

/* Does the process that was left behind live? It is ended. */
static bool left_living(const struct program_result *result)
{
	const char *left = strstr(result->out, SAYS_LEFT);
	pid_t pid = left ? atoi(left + strlen(SAYS_LEFT)) : 0;
	char path[64], stat[256] = "";

	if (pid <= 1)
		return false;
	clock_rest_ms(SETTLE_MS);
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool lives = fd >= 0 && read(fd, stat, sizeof stat - 1) > 0 && !strstr(stat, ") Z ");
	if (fd >= 0)
		close(fd);
	if (lives)
		kill(pid, SIGKILL);
	return lives;
}

static enum probe_outcome probe_judge(const struct program_result *result)
{
	if (strncmp(result->out, SAYS_TRIED, strlen(SAYS_TRIED)) != 0)
		return PROBE_UNTRIED;
	return strstr(result->out, SAYS_REACHED) || left_living(result) ? PROBE_REACHED : PROBE_HELD;
}

struct error probe_try(const struct probe_line *line, struct probe_how how, enum probe_outcome *ret,
                       unsigned *ret_on)
{
	char name[32];
	struct probe_target target;
	struct program_result result;
	struct error err;

	snprintf(name, sizeof name, "probe-%s", line->name);
	const char *const argv[] = { "touchstone", "helper", name, NULL };
	if (target_make(&target)) {
		const unsigned times = how.wide ? WIDE : 1;
		const bool timed = strcmp(line->name, "time") == 0 && !how.wide;
		const struct program program = {
			.argv = argv,
			.own = true,
			.folder = target.folder,
			.wall_ms = timed ? WALL_MS : LONG_WALL_MS,
			.cpu_s = times,
			.memory_bytes = times * MEMORY_BYTES,
			.file_bytes = (uint64_t)times * FILE_BYTES,
			.open_files = times * OPEN_FILES,
			.without = how.without,
		};
		err = program_run(&program, &result);
		if (!err.code) {
			*ret = probe_judge(&result);
			*ret_on = result.protections;
		}
	} else {
		err = errorf(ERR_INTERNAL, "what the sandbox is to keep from helpers could not be put up");
	}
	target_remove(&target);
	return err;
}
