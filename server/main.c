/* SPDX-License-Identifier: Apache-2.0 */
/* main -- one program, many subcommands. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/crowd_commands.h"
#include "cli/helper.h"
#include "core/writer.h"
#include "crypto/token.h"
#include "db/migrate.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

static const struct {
	const char *name;
	int (*run)(const struct settings *settings, int argc, char **argv);
	int (*run_bare)(int argc, char **argv); /* needs no settings */
	const char *what, *usage;
} commands[] = {
	{ "serve", cli_serve, NULL, "answer HTTP, and do the background work too", cli_serve_usage },
	{ "work", cli_work, NULL, "do background work alone", cli_work_usage },
	{ "migrate", cli_migrate, NULL, "bring the database's schema up to date", cli_migrate_usage },
	{ "import", cli_import, NULL, "make items of a manifest", cli_import_usage },
	{ "render", cli_render, NULL, "make renditions anew after a change of the recipe for media",
	  cli_render_usage },
	{ "item", cli_item, NULL, "show, correct and withdraw items", cli_item_usage },
	{ "withdraw", cli_withdraw, NULL, "take an item down, out of releases too",
	  cli_withdraw_usage },
	{ "review", cli_review, NULL, "decide what of the public's contributions becomes an item",
	  cli_review_usage },
	{ "held", cli_held, NULL, "hand over or bring back files that are held for an authority",
	  cli_held_usage },
	{ "store", cli_store, NULL, "check, move and tidy the media store, or make one the database's",
	  cli_store_usage },
	{ "verify", cli_verify, NULL, "read every file of the media store and compare its SHA-256",
	  cli_verify_usage },
	{ "score", cli_score, NULL, "score now", cli_score_usage },
	{ "release", cli_release, NULL, "create, list, write and verify datasets", cli_release_usage },
	{ "provenance", cli_provenance, NULL, "say what files tell of their own origin",
	  cli_provenance_usage },
	{ "doctor", cli_doctor, NULL, "try the sandbox of helper programs, and look for these",
	  cli_doctor_usage },
	{ "jobs", cli_jobs, NULL, "show work that waits, runs or was given up", cli_jobs_usage },
	{ "account", cli_account, NULL, "make accounts and tokens", cli_account_usage },
	{ "audit", cli_audit, NULL, "check and write out who did what", cli_audit_usage },
	{ "campaign", cli_campaign, NULL, "list, open and close campaigns", cli_campaign_usage },
	{ "invite", cli_invite, NULL, "make, list and revoke links to events", cli_invite_usage },
	{ "integrity", cli_integrity, NULL, "show who carries the labels, and what alarms",
	  cli_integrity_usage },
	{ "leaks", cli_leaks, NULL, "measure what tells real from fake beside the content",
	  cli_leaks_usage },
	{ "volunteers", cli_volunteers, NULL, "take judgments out of what counts, or give them back",
	  cli_volunteers_usage },
	{ "infer", NULL, cli_infer, "labels from a file of judgments; needs no database",
	  cli_infer_usage },
	{ "replay", NULL, cli_replay, "try a stopping rule on a file of judgments", cli_replay_usage },
};

#define COMMANDS (sizeof commands / sizeof commands[0])

/* What could not be told is no success, whatever the command says: a label or a password is lost.
 */
static int told_whole(int code)
{
	if (writer_flush(stdout))
		return code;
	fprintf(stderr,
	        "touchstone: standard output cannot be written: %m; what was to be told there is "
	        "not whole\n");
	return code == EXIT_DONE ? EXIT_FAILED : code;
}

static void list_commands(FILE *out)
{
	fputs("usage: touchstone COMMAND ...\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].what);
	fputs("  version    say which version this is\n\n"
	      "touchstone COMMAND --help says how a command is called.\n",
	      out);
}

static int main_usage(void)
{
	list_commands(stderr);
	return EXIT_USAGE;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

/* How the command that is named first is called; all of them where none is. */
static int main_help(const char *name)
{
	if (strcmp(name, "version") == 0) {
		puts("usage: touchstone version");
		return EXIT_DONE;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		printf("usage: touchstone %s\n", commands[i].usage);
		if (commands[i].run)
			puts("settings such as the database are flags too, or variables of the environment: "
			     "docs/operations.md");
		return EXIT_DONE;
	}
	if (*name != '-')
		return main_usage();
	list_commands(stdout);
	return EXIT_DONE;
}

/* A file or a connection that got the number of a closed standard stream would receive what is
 * meant for that. In its place stands /dev/null, opened the other way, so that use fails as it did.
 */
static bool hold_standard_streams(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

/* Signals are waited for, so they are blocked before any thread exists: threads inherit it. */
static void block_signals(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN); /* they mean nothing here, and would end the program */
	signal(SIGUSR2, SIG_IGN);
}

int main(int argc, char **argv)
{
	static struct settings settings; /* its texts live as long as the program */

	if (!hold_standard_streams() || !writer_guard_stdout())
		return EXIT_FAILED;
	if (argc < 2)
		return main_usage();
	if (asks_for_help(argc, argv))
		return told_whole(main_help(argv[1]));
	if (strcmp(argv[1], "version") == 0) {
		printf("touchstone %s (schema %s)\n", VERSION, migrations[migration_count - 1].name);
		return told_whole(EXIT_DONE);
	}
	if (strcmp(argv[1], "helper") == 0) /* not for people: see cli/helper.h */
		return helper_run(argc > 2 ? argv[2] : "");
	if (!crypto_start())
		return failed(errorf(ERR_INTERNAL, "this machine has no randomness to give"));
	argc--;
	argv++;
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, argv[0]) != 0)
			continue;
		if (commands[i].run_bare)
			return told_whole(commands[i].run_bare(argc, argv));
		if (strcmp(argv[0], "serve") == 0 || strcmp(argv[0], "work") == 0)
			block_signals();
		if (!settings_read(&settings, &argc, argv))
			return EXIT_USAGE;
		return told_whole(commands[i].run(&settings, argc, argv));
	}
	return main_usage();
}
