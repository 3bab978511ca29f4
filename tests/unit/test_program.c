/* SPDX-License-Identifier: Apache-2.0 */
#include "outside/program.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "outside/probe.h"
#include "scratch.h"
#include "suites.h"

static struct program shell(const char *const argv[])
{
	return (struct program){ .argv = argv,
		                     .folder = scratch_path(""),
		                     .wall_ms = 5000,
		                     .cpu_s = 5,
		                     .memory_bytes = 1u << 30,
		                     .file_bytes = 1u << 20,
		                     .open_files = 32 };
}

static struct program_result run_shell(const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct program program = shell(argv);
	struct program_result result;
	struct error err = program_run(&program, &result);

	ck_assert_msg(!err.code, "%s", err.detail);
	return result;
}

START_TEST(a_program_says_what_it_said_and_how_it_ended)
{
	struct program_result result = run_shell("echo out; echo err >&2; exit 3");

	ck_assert_int_eq(result.end, PROGRAM_EXITED);
	ck_assert_int_eq(result.status, 3);
	ck_assert_str_eq(result.out, "out\n");
	ck_assert_str_eq(result.err, "err\n");
	ck_assert(!program_succeeded(&result));
}
END_TEST

START_TEST(a_program_that_is_not_installed_is_named)
{
	const char *const argv[] = { "no-such-program", NULL };
	struct program program = shell(argv);
	struct program_result result;
	struct error err = program_run(&program, &result);

	ck_assert_int_eq(err.code, ERR_INTERNAL);
	ck_assert_ptr_nonnull(strstr(err.detail, "no-such-program"));
}
END_TEST

START_TEST(arguments_never_pass_a_shell)
{
	const char *const argv[] = { "echo", "$(id); `id` ; > x", NULL };
	struct program program = shell(argv);
	struct program_result result;

	ck_assert_int_eq(program_run(&program, &result).code, OK);
	ck_assert_str_eq(result.out, "$(id); `id` ; > x\n");
}
END_TEST

START_TEST(time_that_is_up_ends_the_program_and_all_it_started)
{
	const char *const argv[] = { "sh", "-c", "sleep 60 & echo $! ; sleep 60", NULL };
	struct program program = shell(argv);
	struct program_result result;

	program.wall_ms = 300;
	ck_assert_int_eq(program_run(&program, &result).code, OK);
	ck_assert_int_eq(result.end, PROGRAM_TIMED_OUT);
	ck_assert_int_lt(result.took_ms, 2000);
	usleep(50000);
	int grandchild = 0;
	ck_assert_int_eq(sscanf(result.out, "%d", &grandchild), 1);
	char stat_path[64], state[256] = "";
	snprintf(stat_path, sizeof stat_path, "/proc/%d/stat", grandchild);
	int fd = open(stat_path, O_RDONLY);
	if (fd >= 0) { /* dead, or a zombie that nobody has reaped yet */
		ck_assert_int_gt(read(fd, state, sizeof state - 1), 0);
		ck_assert_ptr_nonnull(strstr(state, ") Z "));
		close(fd);
	}
}
END_TEST

/* Runs a script that may stand still for a second, in a folder that holds a file already. */
static struct program_result run_watched(const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct program program = shell(argv);
	struct program_result result;

	scratch_write("there", "bytes", 5);
	program.still_ms = 1000;
	ck_assert_int_eq(program_run(&program, &result).code, OK);
	return result;
}

START_TEST(a_program_of_which_nothing_comes_is_ended)
{
	struct program_result result = run_watched("while :; do echo word; sleep .05; done");

	ck_assert_int_eq(result.end, PROGRAM_STOOD_STILL);
	ck_assert_int_lt(result.took_ms, 3000);
	result = run_watched("echo some > made; sleep 4");
	ck_assert_int_eq(result.end, PROGRAM_STOOD_STILL);
	ck_assert_int_lt(result.took_ms, 3000);
}
END_TEST

START_TEST(a_program_that_makes_progress_runs_to_its_end)
{
	struct program_result result =
		run_watched("for i in 1 2 3 4 5 6 7 8; do sleep .2; echo $i >> made; done");

	ck_assert(program_succeeded(&result));
	ck_assert_int_gt(result.took_ms, 1200);
}
END_TEST

START_TEST(a_process_without_descriptors_is_not_the_programs_fault)
{
	const char *const argv[] = { "true", NULL };
	struct program program = shell(argv);
	struct program_result result = { 0 };
	struct rlimit most;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &most), 0);
	int first = open("/dev/null", O_RDONLY);
	for (rlim_t room = (rlim_t)first; room < (rlim_t)first + 24; room++) {
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ room, most.rlim_max }), 0);
		struct error err = program_run(&program, &result);
		if (!err.code)
			ck_assert_msg(program_succeeded(&result), "with %d: end %d", (int)room, result.end);
		else
			ck_assert_msg(err.code == ERR_INTERNAL || err.code == ERR_UNAVAILABLE, "%d", err.code);
	}
	ck_assert(program_succeeded(&result));
}
END_TEST

START_TEST(what_a_program_leaves_behind_is_killed_when_it_ends)
{
	struct program_result result = run_shell("sleep 60 & exit 0");

	ck_assert(program_succeeded(&result));
	ck_assert_int_lt(result.took_ms, 2000);
}
END_TEST

START_TEST(a_program_cannot_leave_the_group_that_is_killed)
{
	struct program_result result = run_shell("setsid sleep 0.1; echo $?");

	if (strstr(result.err, "not found"))
		return;
	ck_assert_str_ne(result.out, "0\n");
}
END_TEST

START_TEST(processor_time_is_limited)
{
	const char *const argv[] = { "sh", "-c", "while :; do :; done", NULL };
	struct program program = shell(argv);
	struct program_result result;

	program.cpu_s = 1;
	program.wall_ms = 25000; /* on a busy machine a second of a processor takes long */
	ck_assert_int_eq(program_run(&program, &result).code, OK);
	ck_assert_int_eq(result.end, PROGRAM_KILLED);
}
END_TEST

START_TEST(memory_is_limited)
{
	const char *const argv[] = { "dd", "if=/dev/null", "of=/dev/null", "bs=2000M", NULL };
	struct program program = shell(argv);
	struct program_result result;

	ck_assert_int_eq(program_run(&program, &result).code, OK);
	ck_assert(!program_succeeded(&result));
	ck_assert_ptr_nonnull(strstr(result.err, "memory"));
}
END_TEST

START_TEST(the_size_of_a_file_is_limited)
{
	struct program_result result =
		run_shell("dd if=/dev/urandom of=big bs=65536 count=100 2>/dev/null; wc -c < big");

	ck_assert_int_le(atoi(result.out), 1 << 20);
}
END_TEST

START_TEST(the_environment_is_ours_alone)
{
	setenv("SECRET", "hunter2", 1);
	struct program_result result = run_shell("env; cat");

	ck_assert_ptr_null(strstr(result.out, "hunter2"));
	ck_assert_ptr_nonnull(strstr(result.out, "PATH=/usr/bin:/bin\n"));
}
END_TEST

START_TEST(no_descriptor_of_ours_is_inherited)
{
	int leaked = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
	char script[64];

	dup2(leaked, 9);
	snprintf(script, sizeof script, "true <&9 && echo inherited");
	struct program_result result = run_shell(script);
	close(leaked);
	close(9);
	ck_assert_str_eq(result.out, "");
}
END_TEST

START_TEST(a_broken_pipe_ends_the_program_as_usual)
{
	signal(SIGPIPE, SIG_IGN);
	struct program_result result = run_shell("trap - PIPE; yes | head -n 1");

	ck_assert_str_eq(result.out, "y\n");
	ck_assert_str_eq(result.err, "");
}
END_TEST

START_TEST(a_flood_of_output_is_cut_and_does_not_block)
{
	struct program_result result =
		run_shell("yes | head -c 1000000; yes e | head -c 100000 >&2; echo last >&2");

	ck_assert(program_succeeded(&result));
	ck_assert_uint_eq(result.out_len, PROGRAM_OUT_BYTES - 1);
	ck_assert_uint_lt(strlen(result.err), PROGRAM_ERR_BYTES);
	ck_assert_str_eq(result.err + strlen(result.err) - 5, "last\n");
}
END_TEST

START_TEST(a_program_sees_the_system_and_its_folder_and_nothing_else)
{
	scratch_write("inside", "in", 2);
	struct program_result result = run_shell("cat inside; echo x > made && cat made");
	ck_assert_str_eq(result.out, "inx\n");

	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* its version */) < 1) {
		printf("skipped: this kernel has no Landlock\n");
		return;
	}
	result = run_shell("cat /etc/passwd /proc/self/environ; ls /; echo x > /tmp/escaped");
	ck_assert_str_eq(result.out, "");
}
END_TEST

START_TEST(a_program_has_no_network)
{
	const char *const argv[] = {
		"bash", "-c",
		"echo > /dev/tcp/127.0.0.1/1 || true; echo > /dev/udp/127.0.0.1/9 && echo sent", NULL
	};
	struct program program = shell(argv);
	struct program_result result;

	ck_assert_int_eq(program_run(&program, &result).code, OK);
	ck_assert_str_eq(result.out, "");
	ck_assert_ptr_null(strstr(result.err, "refused"));
}
END_TEST

/* What a helper that a file has taken over would try: perl makes any call. */
static const struct {
	const char *what;
	long call;
	const char *args;
} refused[] = {
	{ "chmod", SYS_fchmodat, "-100, $file, 0666" },
	{ "chmod through a descriptor", SYS_fchmod, "0, 0666" },
	{ "chown", SYS_fchownat, "-100, $file, 1, 1, 0" },
	{ "utime", SYS_utimensat, "-100, $file, 0, 0" },
	{ "setxattr", SYS_setxattr, "$file, $other, $other, 1, 0" },
	{ "lsetxattr", SYS_lsetxattr, "$file, $other, $other, 1, 0" },
	{ "removexattr", SYS_removexattr, "$file, $other" },
	{ "symlink", SYS_symlinkat, "$other, -100, $other" },
	{ "link", SYS_linkat, "-100, $file, -100, $other, 0" },
	{ "rename", SYS_renameat2, "-100, $file, -100, $other, 0" },
	{ "mkfifo", SYS_mknodat, "-100, $other, 010600, 0" },
	{ "prlimit of the server", SYS_prlimit64, "getppid(), 7, 0, $room" },
	{ "prlimit of its own", SYS_prlimit64, "0, 7, $room, 0" },
	{ "kill", SYS_kill, "getppid(), 0" },
	{ "tkill", SYS_tkill, "getppid(), 0" },
	{ "tgkill", SYS_tgkill, "getppid(), getppid(), 0" },
	{ "rt_sigqueueinfo", SYS_rt_sigqueueinfo, "getppid(), 0, $room" },
	{ "rt_tgsigqueueinfo", SYS_rt_tgsigqueueinfo, "getppid(), getppid(), 0, $room" },
	{ "signals for a descriptor", SYS_fcntl, "0, 8, getppid()" },
	{ "signals of the kind that it likes", SYS_fcntl, "0, 10, 9" },
	{ "setpriority", SYS_setpriority, "0, getppid(), 19" },
	{ "ioprio_set", SYS_ioprio_set, "1, getppid(), 0" },
	{ "sched_setscheduler", SYS_sched_setscheduler, "getppid(), 0, $room" },
	{ "sched_setparam", SYS_sched_setparam, "getppid(), $room" },
	{ "sched_setattr", SYS_sched_setattr, "getppid(), $room, 0" },
	{ "sched_setaffinity", SYS_sched_setaffinity, "getppid(), 8, $room" },
	{ "migrate_pages", SYS_migrate_pages, "getppid(), 1, $room, $room" },
	{ "ptrace", SYS_ptrace, "16, getppid(), 0, 0" },
	{ "process_vm_readv", SYS_process_vm_readv, "getppid(), 0, 0, 0, 0, 0" },
	{ "kcmp", SYS_kcmp, "getppid(), getppid(), 0, 0, 0" },
	{ "socket", SYS_socket, "2, 1, 0" },
	{ "unshare", SYS_unshare, "0x10000000" },
	{ "a namespace for a child", SYS_clone, "0x10000011, 0, 0, 0, 0" },
	{ "a brother instead of a child", SYS_clone, "0x8011, 0, 0, 0, 0" },
	{ "setsid", SYS_setsid, "" },
	{ "setpgid", SYS_setpgid, "0, 0" },
	{ "memfd_create", SYS_memfd_create, "$other, 0" },
	{ "mount", SYS_mount, "$other, $other, $other, 0, 0" },
	{ "userfaultfd", SYS_userfaultfd, "0" },
	{ "io_uring_setup", SYS_io_uring_setup, "1, $room" },
	{ "ioctl TIOCSTI", SYS_ioctl, "0, 0x5412, $room" },
	{ "ioctl FIOSETOWN", SYS_ioctl, "0, 0x8901, $room" },
	{ "prctl PR_SET_DUMPABLE", SYS_prctl, "4, 1, 0, 0, 0" },
};

START_TEST(a_program_that_is_taken_over_makes_no_call_that_reaches_beyond_its_files)
{
	const size_t i = (size_t)_i;
	char script[256];
	const char *const argv[] = { "perl", "-e", script, NULL };
	struct program program = shell(argv);
	struct program_result result;

	scratch_write("inside", "in", 2);
	snprintf(script, sizeof script,
	         "my ($room, $file, $other) = (\"\\0\" x 128, \"inside\", \"user.other\");"
	         "my $got = syscall(%ld%s%s);"
	         "print \"$got \", $! + 0, \"\\n\"",
	         refused[i].call, *refused[i].args ? ", " : "", refused[i].args);
	ck_assert_int_eq(program_run(&program, &result).code, OK);
	ck_assert_msg(strcmp(result.out, "-1 1\n") == 0, "%s: %s%s", refused[i].what, result.out,
	              result.err);
}
END_TEST

START_TEST(the_newest_calls_are_missing_so_that_libraries_take_older_ones)
{
	struct program_result result = run_shell("perl -e 'syscall(435, 0, 0); print $! + 0'");

	ck_assert_int_eq(atoi(result.out), ENOSYS); /* clone3 */
}
END_TEST

START_TEST(a_program_never_runs_as_root)
{
	scratch_write("inside", "in", 2);
	struct program_result result =
		run_shell("perl -e 'print \"$< $> $( $)\"'; cat inside; echo x > made; cat made");
	struct stat made;

	ck_assert_msg(strncmp(result.out, "0 ", 2) != 0 && !strstr(result.out, " 0"), "%s", result.out);
	ck_assert_ptr_nonnull(strstr(result.out, "inx\n"));
	ck_assert_int_eq(stat(scratch_path("made"), &made), 0);
	ck_assert_uint_eq(made.st_uid, geteuid());
}
END_TEST

/* Not with the thread sanitizer: its second thread forbids the namespace in which they are counted.
 */
START_TEST(the_number_of_processes_is_limited)
{
	struct program_result result =
		run_shell("for i in $(seq 200); do sleep 3 & done; echo all of them; exit 0");

#ifdef __SANITIZE_THREAD__
	puts("skipped: the number of processes, with the thread sanitizer");
	return;
#endif
	ck_assert_msg(strstr(result.err, "fork") != NULL, "%s; %s", result.out, result.err);
}
END_TEST

static enum probe_outcome try_line(size_t line, struct probe_how how, unsigned *on)
{
	enum probe_outcome outcome = PROBE_UNTRIED;
	struct error err = probe_try(&probe_lines[line], how, &outcome, on);

	ck_assert_msg(!err.code, "%s: %s", probe_lines[line].name, err.detail);
	ck_assert_msg(outcome != PROBE_UNTRIED, "%s was not tried", probe_lines[line].name);
	return outcome;
}

/* A sanitizer needs more memory and files than helpers may have: it cannot be one. */
static bool probe_cannot_run(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	puts("skipped: the sandbox's table, with a sanitizer");
	return true;
#else
	return false;
#endif
}

/* Of the features that hold a line one is enough, whichever the kernel has. */
START_TEST(each_line_of_the_sandboxs_table_is_held_by_each_feature_that_it_names)
{
	static const unsigned features[] = { 0, PROGRAM_OWN_NETWORK, PROGRAM_OWN_FILES,
		                                 PROGRAM_FEW_CALLS };
	const struct probe_line *line = &probe_lines[_i];
	unsigned on = 0;

	if (probe_cannot_run())
		return;
	for (size_t f = 0; f < sizeof features / sizeof features[0]; f++) {
		enum probe_outcome outcome =
			try_line((size_t)_i, (struct probe_how){ .without = features[f] }, &on);
		ck_assert_uint_eq(on & features[f], 0);
		if (!line->held_by || (line->held_by & on))
			ck_assert_msg(outcome == PROBE_HELD, "%s, with %u on", line->name, on);
	}
}
END_TEST

/* Else it would be held because the attempt is none. */
START_TEST(each_attempt_on_the_sandbox_succeeds_without_it)
{
	const char *name = probe_lines[_i].name;
	unsigned on = 0;

	if (probe_cannot_run() || strcmp(name, "shadow") == 0 || strcmp(name, "root") == 0)
		return; /* the user of a helper never may */
	enum probe_outcome outcome = try_line(
		(size_t)_i, (struct probe_how){ .without = PROGRAM_PROTECTIONS, .wide = true }, &on);
	ck_assert_uint_eq(on, 0);
	ck_assert_msg(outcome == PROBE_REACHED, "%s", name);
}
END_TEST

static char *text_of(const char *path)
{
	static char text[1 << 17];
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

START_TEST(the_document_has_each_line_of_the_sandboxs_table)
{
	char row[256];

	for (size_t i = 0; i < probe_line_count; i++) {
		snprintf(row, sizeof row, "| `%s` | %s |", probe_lines[i].name, probe_lines[i].what);
		ck_assert_msg(strstr(text_of("docs/media.md"), row), "%s", row);
	}
}
END_TEST

static void *run_many(void *arg)
{
	for (int i = 0; i < 10; i++) {
		struct program_result result = run_shell("echo $((6 * 7))");
		*(int *)arg += strcmp(result.out, "42\n") == 0;
	}
	return NULL;
}

START_TEST(many_threads_run_programs_at_once)
{
	pthread_t threads[4];
	int right[4] = { 0 };

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run_many, &right[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(right[i], 10);
}
END_TEST

Suite *program_suite(void)
{
	Suite *suite = suite_create("outside/program");
	TCase *tc = tcase_create("program");

	tcase_add_checked_fixture(tc, scratch_make, scratch_clear);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_program_says_what_it_said_and_how_it_ended);
	tcase_add_test(tc, a_program_that_is_not_installed_is_named);
	tcase_add_test(tc, arguments_never_pass_a_shell);
	tcase_add_test(tc, time_that_is_up_ends_the_program_and_all_it_started);
	tcase_add_test(tc, a_program_of_which_nothing_comes_is_ended);
	tcase_add_test(tc, a_program_that_makes_progress_runs_to_its_end);
	tcase_add_test(tc, a_process_without_descriptors_is_not_the_programs_fault);
	tcase_add_test(tc, what_a_program_leaves_behind_is_killed_when_it_ends);
	tcase_add_test(tc, a_program_cannot_leave_the_group_that_is_killed);
	tcase_add_test(tc, processor_time_is_limited);
	tcase_add_test(tc, memory_is_limited);
	tcase_add_test(tc, the_size_of_a_file_is_limited);
	tcase_add_test(tc, the_environment_is_ours_alone);
	tcase_add_test(tc, no_descriptor_of_ours_is_inherited);
	tcase_add_test(tc, a_broken_pipe_ends_the_program_as_usual);
	tcase_add_test(tc, a_flood_of_output_is_cut_and_does_not_block);
	tcase_add_test(tc, a_program_sees_the_system_and_its_folder_and_nothing_else);
	tcase_add_test(tc, a_program_has_no_network);
	tcase_add_test(tc, the_document_has_each_line_of_the_sandboxs_table);
	tcase_add_loop_test(tc,
	                    a_program_that_is_taken_over_makes_no_call_that_reaches_beyond_its_files, 0,
	                    sizeof refused / sizeof refused[0]);
	tcase_add_test(tc, the_newest_calls_are_missing_so_that_libraries_take_older_ones);
	tcase_add_test(tc, a_program_never_runs_as_root);
	tcase_add_test(tc, the_number_of_processes_is_limited);
	tcase_add_test(tc, many_threads_run_programs_at_once);
	suite_add_tcase(suite, tc);

	tc = tcase_create("sandbox");
	tcase_set_timeout(tc, 200); /* each line is tried several times, with time limits of its own */
	tcase_add_loop_test(tc, each_line_of_the_sandboxs_table_is_held_by_each_feature_that_it_names,
	                    0, (int)probe_line_count);
	tcase_add_loop_test(tc, each_attempt_on_the_sandbox_succeeds_without_it, 0,
	                    (int)probe_line_count);
	suite_add_tcase(suite, tc);
	return suite;
}
