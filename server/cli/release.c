/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/release_diff.h"
#include "cli/release_revoked.h"
#include "core/clock.h"
#include "core/number.h"
#include "core/vocabulary.h"
#include "db/db.h"
#include "engine/resources.h"
#include "release/artefact.h"
#include "release/audience.h"
#include "release/build.h"
#include "release/keys.h"
#include "release/layout.h"
#include "release/release.h"
#include "release/select.h"
#include "release/unseal.h"
#include "release/verify.h"
#include "release/withdrawal.h"
#include "release/write.h"
#include "store/store.h"

#define PAGE_ITEMS   100
#define TRY_AGAIN_MS 1000 /* before a worker of a server would */

const char cli_release_usage[] =
	"release create NAME VERSION [--campaign NAME] [--media-type TYPE]\n"
	"                          [--min-judgments N] [--min-confidence P] [--no-volunteers]\n"
	"                          [--seal-test] [--audience everybody|researchers] [--dry-run]\n"
	"       touchstone release list\n"
	"       touchstone release write NAME VERSION DIR [--format FORMAT]\n"
	"       touchstone release open NAME VERSION\n"
	"       touchstone release unseal NAME VERSION [--with-others]\n"
	"       touchstone release verify DIR [--key PUBLIC] [--revocations FILE|URL]\n"
	"       touchstone release diff NAME OLD NEW [--json|--csv]\n"
	"       touchstone release diff DIR1 DIR2 [--json|--csv]\n"
	"       touchstone release key\n"
	"       touchstone release rotate-key";

/* What the command works with; verify does without. */
struct tools {
	struct db *db;
	struct store *store;
	struct arena *arena;
};

static int wrong_usage(void)
{
	fprintf(stderr, "usage: touchstone %s\n", cli_release_usage);
	return EXIT_USAGE;
}

/* False, after saying why. */
static bool tools_open(struct tools *tools, const struct settings *settings)
{
	tools->arena = arena_new();
	return (tools->db = command_db(settings)) &&
	       (tools->store = command_store(settings, tools->db));
}

static void tools_close(struct tools *tools)
{
	db_close(tools->db);
	if (tools->store)
		store_free(tools->store);
	arena_free(tools->arena);
}

/* ------------------------------------------------------------------ progress */

struct command_line {
	const char *what;
	bool shown; /* on a terminal: there is a line to end */
	int64_t last_ms;
};

static struct error release_show(void *arg, int64_t done, int64_t total)
{
	struct command_line *line = arg;
	int64_t now = clock_monotonic_ms();

	if (!isatty(STDERR_FILENO) || (done < total && now - line->last_ms < 100))
		return ok();
	fprintf(stderr, "\r%s %3.0f %%", line->what,
	        total ? 100.0 * (double)done / (double)total : 100);
	line->shown = true;
	line->last_ms = now;
	return ok();
}

static void end_line(const struct command_line *line)
{
	if (line->shown)
		fputc('\n', stderr);
}

/* ------------------------------------------------------------------ create */

static bool bad_number(const char *text, const char *range)
{
	fprintf(stderr, "touchstone: %s is %s\n", text, range);
	return false;
}

/* Takes the filter out of argv. False: wrong usage. */
static bool take_filter(int *argc, char **argv, struct release_filter *filter)
{
	const char *judgments = take_option(argc, argv, "--min-judgments");
	const char *confidence = take_option(argc, argv, "--min-confidence");
	const char *type = take_option(argc, argv, "--media-type");
	const char *audience = take_option(argc, argv, "--audience");
	uint64_t number = 0;

	if (audience && !vocabulary_has(release_audiences, audience))
		return false;
	filter->for_researchers =
		audience && strcmp(audience, release_audiences[AUDIENCE_RESEARCHERS]) == 0;

	filter->campaign = take_option(argc, argv, "--campaign");
	filter->no_volunteers = take_flag(argc, argv, "--no-volunteers");
	filter->seal_test = take_flag(argc, argv, "--seal-test");
	filter->media_type = type;
	if (judgments && !number_whole(judgments, 0, 10000, &number))
		return bad_number(judgments, "no whole number from 0 to 10000");
	filter->min_judgments = (int64_t)number;
	if (confidence && !number_real(confidence, .5, 1, &filter->min_confidence))
		return bad_number(confidence, "no number from 0.5 to 1");
	return !type || vocabulary_has(media_types, type);
}

/*
 * Takes over a release that a killed or failed run has left unfinished; one that asked for other
 * items is given up, and the request begun anew.
 */
static struct error release_resume(struct tools *tools, const struct release_request *request,
                                   struct error refused, struct job *job)
{
	struct release release;
	bool found = false;
	struct error err =
		release_find(tools->db, tools->arena, request->name, request->version, &release);

	if (err.code)
		return err;
	if (strcmp(release.state, "ready") == 0)
		return refused;
	if ((err = job_claim_subject(tools->db, release.id, job, &found)).code)
		return err;
	if (!found)
		return errorf(ERR_CONFLICT,
		              "Another process is making it. If that was killed, try again in "
		              "two minutes.");
	bool same = false;
	if ((err = release_has_filter(tools->db, release.id, &request->filter, &same)).code)
		return err;
	if (same) {
		fprintf(stderr, "touchstone: going on with %s %s, which was begun before\n", request->name,
		        request->version);
		return ok();
	}
	err = release_give_up(tools->db, job, "It was asked for anew, with other filters.");
	return err.code ? err : release_create(tools->db, request, true, job);
}

/* Prints what its version should be. */
static void print_advice(const struct version_advice *advice, const char *version)
{
	if (!*advice->since)
		return;
	printf("since %s: %lld added, %lld removed, %lld relabelled, %lld moved, %lld changed\n",
	       advice->since, (long long)advice->added, (long long)advice->removed,
	       (long long)advice->relabelled, (long long)advice->moved, (long long)advice->changed);
	if (advice->applies)
		printf("the version should be %s or more; %s %s\n", advice->least, version,
		       advice->kept ? "is" : "is less");
}

/* Prints what it would hold. */
static int preview_release(struct tools *tools, const struct release_request *request)
{
	struct release_preview preview;
	struct error err = release_preview(tools->db, tools->store, request, &preview);

	if (err.code)
		return failed(err);
	printf("%lld items, %lld bytes of media; nothing was made\n", (long long)preview.items,
	       (long long)preview.bytes);
	for (enum split split = SPLIT_TRAIN; split < SPLITS; split++)
		printf("%s\t%lld real\t%lld fake\n", split_name(split),
		       (long long)preview.in_split[split][0], (long long)preview.in_split[split][1]);
	if (request->filter.seal_test || preview.sealed)
		printf("sealed\t%lld of test\t%lld left out, for their labels were published before\n",
		       (long long)preview.sealed, (long long)preview.published);
	printf("held back %lld, contradicting %lld, not to be cut alike %lld\n",
	       (long long)preview.held_back, (long long)preview.contradicting,
	       (long long)preview.uncuttable);
	print_advice(&preview.advice, request->version);
	return EXIT_DONE;
}

/*
 * Makes it as a worker would: after a fault that may pass it is tried again, until it is made or
 * given up, or a worker of a server has it.
 */
static struct error make_with_patience(struct tools *tools, struct job *job,
                                       struct command_line *line)
{
	const struct progress_listener progress = { release_show, line };
	struct error err = job_do(&release_job, tools->db, tools->store, job, &progress);
	bool claimed = true;

	while (err.code == ERR_UNAVAILABLE) {
		end_line(line);
		line->shown = false;
		clock_rest_ms(TRY_AGAIN_MS);
		struct error lost = job_claim_subject(tools->db, job->subject, job, &claimed);
		if (lost.code || !claimed)
			return err;
		fprintf(stderr, "touchstone: %s Trying again.\n", err.detail);
		err = job_do(&release_job, tools->db, tools->store, job, &progress);
	}
	return err;
}

static int cli_release_create(struct tools *tools, int argc, char **argv)
{
	struct release_request request = { 0 };
	struct command_line line = { .what = "making the release" };
	struct release release;
	bool dry_run = take_flag(&argc, argv, "--dry-run");
	struct job job;
	struct error err;

	if (!take_filter(&argc, argv, &request.filter) || argc != 3 || *argv[1] == '-' ||
	    *argv[2] == '-')
		return wrong_usage();
	request.name = argv[1];
	request.version = argv[2];
	if (dry_run)
		return preview_release(tools, &request);
	err = release_create(tools->db, &request, true, &job);
	if (err.code == ERR_CONFLICT)
		err = release_resume(tools, &request, err, &job);
	if (err.code) {
		fprintf(stderr, "touchstone: %s%s%s\n", err.pointer[0] ? err.pointer + 1 : "",
		        err.pointer[0] ? " " : "", err.detail);
		return EXIT_FAILED;
	}
	err = make_with_patience(tools, &job, &line);
	end_line(&line);
	if (err.code)
		return failed(err);
	err = release_find(tools->db, tools->arena, request.name, request.version, &release);
	if (err.code)
		return failed(err);
	printf("%s %s: %lld items, %lld bytes\n", release.name, release.version,
	       (long long)release.items, (long long)release.bytes);
	if (release.sealed)
		printf("labels of %lld items are sealed\n", (long long)release.sealed);
	return EXIT_DONE;
}

/* ------------------------------------------------------------------ list, write, verify */

static int release_list(struct tools *tools, int argc)
{
	struct release *page;
	const char *after = NULL;
	size_t count = 0;

	if (argc != 1)
		return wrong_usage();
	do {
		struct error err = release_page(tools->db, tools->arena, after, PAGE_ITEMS, &page, &count);

		if (err.code)
			return failed(err);
		for (size_t i = 0; i < count; i++) {
			char made[CLOCK_TEXT];

			clock_text(made, page[i].created_s);
			printf("%s\t%s\t%s\t%lld items\t%lld bytes\t%s\n", page[i].name, page[i].version,
			       page[i].state, (long long)page[i].items, (long long)page[i].bytes, made);
		}
		after = count ? page[count - 1].id : NULL;
	} while (count == PAGE_ITEMS);
	return EXIT_DONE;
}

/* Makes the layout where it is not made yet, and writes it. */
static struct error write_format(struct tools *tools, const struct release *release,
                                 const char *format, const char *folder,
                                 const struct progress_listener *progress)
{
	const struct layout *layout;
	struct made_layout made;
	struct release found;
	struct error err = layout_named(format, &layout);

	if (err.code)
		return err;
	if ((err = layout_make(tools->db, tools->store, release->id, layout, progress)).code)
		return err;
	err = layout_find(tools->db, tools->arena, release->name, release->version, format, &found,
	                  &made);
	if (err.code)
		return err;
	return release_write_layout(tools->store, release, made.contents, folder, progress);
}

static int write_folder(struct tools *tools, int argc, char **argv)
{
	struct command_line line = { .what = "writing" };
	struct progress_listener progress = { release_show, &line };
	const char *format = take_option(&argc, argv, "--format");
	struct release release;
	struct error err;

	if (argc != 4)
		return wrong_usage();
	if ((err = release_find(tools->db, tools->arena, argv[1], argv[2], &release)).code)
		return failed(err);
	if ((err = withdrawal_check_whole(tools->db, argv[1], argv[2])).code)
		return failed(err);
	err = format ? write_format(tools, &release, format, argv[3], &progress)
	             : release_write(tools->db, tools->store, &release, argv[3], &progress);
	end_line(&line);
	if (err.code)
		return failed(err);
	printf("%s %s is in %s\n", release.name, release.version, argv[3]);
	return EXIT_DONE;
}

/* To everybody, for good. */
static int cli_release_open(struct tools *tools, int argc, char **argv)
{
	struct release release;
	struct error err;

	if (argc != 3)
		return wrong_usage();
	if ((err = release_find(tools->db, tools->arena, argv[1], argv[2], &release)).code ||
	    (err = audience_open(tools->db, &release)).code)
		return failed(err);
	printf("%s %s is open to everybody\n", release.name, release.version);
	return EXIT_DONE;
}

static int cli_release_unseal(struct tools *tools, int argc, char **argv)
{
	bool with_others = take_flag(&argc, argv, "--with-others");
	char who[USER_NAME];
	struct release release;
	struct error err;

	if (argc != 3)
		return wrong_usage();
	user_name(who);
	if ((err = release_find(tools->db, tools->arena, argv[1], argv[2], &release)).code ||
	    (err = unseal_check(tools->db, &release, with_others)).code ||
	    (err = unseal_do(tools->db, tools->store, release.id, who)).code)
		return failed(err);
	printf("%s %s: labels of %lld items are published, in " RELEASE_OPENINGS "\n", release.name,
	       release.version, (long long)release.sealed);
	return EXIT_DONE;
}

/* What verify says of sealed labels, behind its verdict. */
static void print_sealed(const struct verified *verified)
{
	if (verified->sealed && verified->opened)
		printf("%llu labels were sealed, and are opened as they were committed to\n",
		       (unsigned long long)verified->opened);
	else if (verified->sealed)
		printf("%llu labels are sealed\n", (unsigned long long)verified->sealed);
}

static int cli_release_verify(int argc, char **argv)
{
	struct command_line line = { .what = "verifying" };
	struct progress_listener progress = { release_show, &line };
	const char *text = take_option(&argc, argv, "--key");
	struct verified verified = { 0 };
	struct public_key key;
	struct error err;

	if (argc != 2 || *argv[1] == '-')
		return wrong_usage();
	if (text && !public_key_read(text, &key)) {
		fprintf(stderr, "touchstone: --key is a public key as minisign writes it (RW...)\n");
		return EXIT_USAGE;
	}
	err = release_verify(argv[1], text ? &key : NULL, stdout, &progress, &verified);
	end_line(&line);
	if (err.code)
		return failed(err);
	if (verified.faults == 0) {
		printf("%llu files, sound\n", (unsigned long long)verified.files);
		print_sealed(&verified);
		return EXIT_DONE;
	}
	fprintf(stderr, "touchstone: %llu fault(s) in %s; %s\n", (unsigned long long)verified.faults,
	        argv[1],
	        verified.faults == verified.strays ? "delete what is not part of the release"
	                                           : "get the release anew");
	return EXIT_FAILED;
}

/* With a list of revocations, what was taken down since as well. */
static int verify_also_since(int argc, char **argv)
{
	const char *list = take_option(&argc, argv, "--revocations");
	int code = cli_release_verify(argc, argv), since = EXIT_DONE;

	if (list && code != EXIT_USAGE)
		since = release_revoked(argv[1], list);
	return code != EXIT_DONE ? code : since;
}

/* ------------------------------------------------------------------ keys */

/* A line a key: minisign's text, its state, its id, and how programs for notes take it. */
static int print_keys(struct db *db)
{
	struct arena *arena = arena_new();
	struct release_key *keys;
	size_t count = 0;
	struct error err = keys_list(db, arena, &keys, &count);

	for (size_t i = 0; !err.code && i < count; i++) {
		char text[PUBLIC_KEY_TEXT], id[PUBLIC_KEY_ID], note[NOTE_KEY_TEXT];

		public_key_text(&keys[i].key, text);
		public_key_id(&keys[i].key, id);
		public_key_note(&keys[i].key, keys[i].name, note);
		printf("%s\t%s\t%s\t%s\n", text, keys[i].retired_at ? "retired" : "current", id, note);
	}
	arena_free(arena);
	return err.code ? failed(err) : EXIT_DONE;
}

static int cli_release_key(const struct settings *settings, int argc, bool rotate)
{
	struct db *db;
	struct error err;
	int code;

	if (argc != 1)
		return wrong_usage();
	if (!(db = command_db(settings)))
		return EXIT_FAILED;
	err = resources_publisher(settings);
	if (!err.code)
		err = rotate ? keys_rotate(db) : keys_check(db);
	code = print_keys(db);
	db_close(db);
	return err.code ? failed(err) : code;
}

int cli_release(const struct settings *settings, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	struct tools tools = { 0 };
	int code = EXIT_FAILED;

	argc--, argv++;
	if (strcmp(verb, "verify") == 0)
		return verify_also_since(argc, argv);
	if (strcmp(verb, "diff") == 0) {
		code = release_diff(settings, argc, argv);
		return code == USAGE_WRONG ? wrong_usage() : code;
	}
	if (strcmp(verb, "key") == 0 || strcmp(verb, "rotate-key") == 0)
		return cli_release_key(settings, argc, *verb == 'r');
	if (strcmp(verb, "create") != 0 && strcmp(verb, "list") != 0 && strcmp(verb, "write") != 0 &&
	    strcmp(verb, "unseal") != 0 && strcmp(verb, "open") != 0)
		return wrong_usage();
	if (tools_open(&tools, settings)) {
		if (*verb == 'c')
			code = cli_release_create(&tools, argc, argv);
		else if (*verb == 'o')
			code = cli_release_open(&tools, argc, argv);
		else if (*verb == 'u')
			code = cli_release_unseal(&tools, argc, argv);
		else
			code = *verb == 'l' ? release_list(&tools, argc) : write_folder(&tools, argc, argv);
	}
	tools_close(&tools);
	return code;
}
