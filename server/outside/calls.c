/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list was taken from runs of both programs, as Debian 12 has them, on the formats that
 * media/sniff knows, threads included; a shell that starts other programs fits in too.
 */
#include "outside/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef NATIVE_ARCH
#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
#define LOAD_UPPER(field)              \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	         (unsigned)(offsetof(struct seccomp_data, field) + sizeof(unsigned)))
#define ANSWER(what)   BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSED(error) (SECCOMP_RET_ERRNO | (error))

/* Goes on behind so many instructions unless the number or argument loaded last is the one given.
 */
#define UNLESS(value, skipped)       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skipped))
#define IF(value, skipped)           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (skipped), 0)
#define UNLESS_LEAST(value, skipped) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (value), 0, (skipped))
#define UNLESS_ANY(bits, skipped)    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, (skipped))

#define ALLOW(call) UNLESS((call), 1), ANSWER(SECCOMP_RET_ALLOW)

/* A fork stays in the process group and is a child of its own parent; a namespace of its own would
 * give it capabilities there. */
#define CLONE_REFUSED                                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
	 CLONE_NEWNET | CLONE_PARENT | CLONE_PTRACE)

static const struct sock_filter allowed_calls[] = {
	LOAD(arch),
	UNLESS(NATIVE_ARCH, 1),
	BPF_STMT(BPF_JMP | BPF_JA, 1),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),

	/* memory and threads */
	ALLOW(SYS_futex),
	ALLOW(SYS_mmap),
	ALLOW(SYS_munmap),
	ALLOW(SYS_mprotect),
	ALLOW(SYS_mremap),
	ALLOW(SYS_madvise),
	ALLOW(SYS_mlock),
	ALLOW(SYS_munlock),
	ALLOW(SYS_brk),
	ALLOW(SYS_rseq),
	ALLOW(SYS_set_robust_list),
	ALLOW(SYS_set_tid_address),
	ALLOW(SYS_sched_yield),
	ALLOW(SYS_sched_getaffinity),
	ALLOW(SYS_exit),
	ALLOW(SYS_exit_group),
	ALLOW(SYS_execve),
	ALLOW(SYS_execveat),
	ALLOW(SYS_wait4),
	ALLOW(SYS_rt_sigaction),
	ALLOW(SYS_rt_sigprocmask),
	ALLOW(SYS_rt_sigreturn),
	ALLOW(SYS_rt_sigsuspend),
	ALLOW(SYS_sigaltstack),
	ALLOW(SYS_restart_syscall),

	/* files */
	ALLOW(SYS_read),
	ALLOW(SYS_write),
	ALLOW(SYS_readv),
	ALLOW(SYS_writev),
	ALLOW(SYS_pread64),
	ALLOW(SYS_pwrite64),
	ALLOW(SYS_lseek),
	ALLOW(SYS_openat),
	ALLOW(SYS_close),
	ALLOW(SYS_close_range),
	ALLOW(SYS_fstat),
	ALLOW(SYS_newfstatat),
	ALLOW(SYS_statx),
	ALLOW(SYS_statfs),
	ALLOW(SYS_fstatfs),
	ALLOW(SYS_faccessat),
	ALLOW(SYS_faccessat2),
	ALLOW(SYS_getdents64),
	ALLOW(SYS_getcwd),
	ALLOW(SYS_readlinkat),
	ALLOW(SYS_unlinkat),
	ALLOW(SYS_ftruncate),
	ALLOW(SYS_fadvise64),
	ALLOW(SYS_umask),
	ALLOW(SYS_dup),
	ALLOW(SYS_dup3),
	ALLOW(SYS_pipe2),
	ALLOW(SYS_eventfd2),
	ALLOW(SYS_ppoll),
	ALLOW(SYS_pselect6),

	/* the time, and who one is */
	ALLOW(SYS_clock_gettime),
	ALLOW(SYS_clock_getres),
	ALLOW(SYS_clock_nanosleep),
	ALLOW(SYS_nanosleep),
	ALLOW(SYS_gettimeofday),
	ALLOW(SYS_times),
	ALLOW(SYS_getrusage),
	ALLOW(SYS_getrandom),
	ALLOW(SYS_sysinfo),
	ALLOW(SYS_uname),
	ALLOW(SYS_getpid),
	ALLOW(SYS_getppid),
	ALLOW(SYS_gettid),
	ALLOW(SYS_getuid),
	ALLOW(SYS_geteuid),
	ALLOW(SYS_getgid),
	ALLOW(SYS_getegid),
	ALLOW(SYS_getgroups),
#ifdef __x86_64__ /* older names of the calls above */
	ALLOW(SYS_arch_prctl),
	ALLOW(SYS_open),
	ALLOW(SYS_stat),
	ALLOW(SYS_lstat),
	ALLOW(SYS_access),
	ALLOW(SYS_readlink),
	ALLOW(SYS_unlink),
	ALLOW(SYS_dup2),
	ALLOW(SYS_pipe),
	ALLOW(SYS_poll),
	ALLOW(SYS_select),
	ALLOW(SYS_time),
	ALLOW(SYS_fork),
	ALLOW(SYS_vfork),
	ALLOW(SYS_getpgrp),
#endif

	/* Here arguments tell: processes and threads, no namespaces. */
	UNLESS(SYS_clone, 4),
	LOAD(args[0]),
	UNLESS_ANY(CLONE_REFUSED, 1),
	ANSWER(REFUSED(EPERM)),
	ANSWER(SECCOMP_RET_ALLOW),
	/* Up to F_SETLKW and to duplicate: F_SETOWN would have the kernel send signals. */
	UNLESS(SYS_fcntl, 5),
	LOAD(args[1]),
	IF(F_DUPFD_CLOEXEC, 2),
	UNLESS_LEAST(F_SETLKW + 1, 1),
	ANSWER(REFUSED(EPERM)),
	ANSWER(SECCOMP_RET_ALLOW),
	/* isatty() */
	UNLESS(SYS_ioctl, 4),
	LOAD(args[1]),
	UNLESS(TCGETS, 1),
	ANSWER(SECCOMP_RET_ALLOW),
	ANSWER(REFUSED(EPERM)),
	UNLESS(SYS_prctl, 5),
	LOAD(args[0]),
	IF(PR_CAPBSET_READ, 2),
	IF(PR_SET_NAME, 1),
	ANSWER(REFUSED(EPERM)),
	ANSWER(SECCOMP_RET_ALLOW),
	/* Reads its own limits: no process is named, and no new limit (a pointer, of two halves). */
	UNLESS(SYS_prlimit64, 8),
	LOAD(args[0]),
	UNLESS(0, 5),
	LOAD(args[2]),
	UNLESS(0, 3),
	LOAD_UPPER(args[2]),
	UNLESS(0, 1),
	ANSWER(SECCOMP_RET_ALLOW),
	ANSWER(REFUSED(EPERM)),

	/* The arguments of clone3 and of calls that are younger lie where a filter cannot look: C
	 * libraries take the older calls where these are missing. */
	UNLESS_LEAST(SYS_clone3, 1),
	ANSWER(REFUSED(ENOSYS)),
	ANSWER(REFUSED(EPERM)),
};
#endif

bool calls_restrict(void)
{
#ifdef NATIVE_ARCH
	const struct sock_fprog filter = {
		.len = sizeof allowed_calls / sizeof allowed_calls[0],
		.filter = (struct sock_filter *)allowed_calls,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
#else
	return false;
#endif
}
