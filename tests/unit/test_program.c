/* SPDX-License-Identifier: Apache-2.0 */
#include "outside/program.h"

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

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
	tcase_add_test(tc, many_threads_run_programs_at_once);
	suite_add_tcase(suite, tc);
	return suite;
}
