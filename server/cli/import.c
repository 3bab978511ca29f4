/* SPDX-License-Identifier: Apache-2.0 */
/* import -- reads a manifest and makes items of its rows, or tries whether it could. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/clock.h"
#include "core/number.h"
#include "core/utf8.h"
#include "core/uuid.h"
#include "corpus/campaign.h"
#include "corpus/import_rows.h"
#include "corpus/item.h"
#include "corpus/manifest.h"
#include "corpus/rendering.h"
#include "db/db.h"
#include "people/account.h"
#include "store/store.h"

#define BAR_WIDTH     30
#define TELL_EVERY    25    /* rows, where there is no terminal to draw a bar on */
#define MOST_LISTS    100   /* of refused rows, beside one manifest */
#define MARK_EVERY_MS 60000 /* between marks of progress */
#define MARK_LEAST_MS 3000  /* before the time left is told */
#define STORE_FILES   16    /* descriptors, to remove a store with */

/* How much of the manifest was done when. */
struct mark {
	int64_t at_ms;
	double progress;
};

struct import {
	struct db *dbs[IMPORT_MOST_JOBS]; /* a job's own each */
	unsigned jobs;
	struct store *store;
	const char *path, *folder, *refused_path;
	const char *email; /* of the account in whose name it is; NULL: none's */
	char account_id[UUID_TEXT];
	char campaign_id[UUID_TEXT];
	struct item_import how;
	bool is_terminal, check;
	struct manifest *manifest;
	struct arena *arena; /* of the whole import */
	FILE *refused;       /* opened at the first row that is refused */
	bool refused_failed;
	unsigned long long rows, made, known, changed, bad;
	struct mark marks[2]; /* what the time that is left is reckoned from: the older one */
};

/* What is left at the pace of the last minute or two: rows that are known already go faster. */
static const char *time_left(struct import *import, double progress, char text[32])
{
	struct mark now = { clock_monotonic_ms(), progress }, *from = &import->marks[0];

	if (now.at_ms - import->marks[1].at_ms > MARK_EVERY_MS) {
		import->marks[0] = import->marks[1];
		import->marks[1] = now;
	}
	*text = '\0';
	if (progress <= from->progress || progress >= 1 || now.at_ms - from->at_ms < MARK_LEAST_MS)
		return text;
	double seconds =
		(double)(now.at_ms - from->at_ms) / 1000 * (1 - progress) / (progress - from->progress);
	if (seconds < 90)
		snprintf(text, 32, ", about %.0f s left", seconds);
	else if (seconds < 5400)
		snprintf(text, 32, ", about %.0f min left", seconds / 60);
	else
		snprintf(text, 32, ", about %.1f h left", seconds / 3600);
	return text;
}

/* On a terminal, one line that is written over; elsewhere a line now and then. */
static void show_progress(struct import *import, double progress)
{
	int filled = (int)(BAR_WIDTH * progress);
	char left[32];

	time_left(import, progress, left);
	if (!import->is_terminal) {
		if (import->rows % TELL_EVERY == 0)
			fprintf(stderr, "  %llu rows: %llu in, %llu known, %llu bad%s\n", import->rows,
			        import->made, import->known, import->bad, left);
		return;
	}
	fprintf(stderr, "\r[");
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < filled ? '#' : '.', stderr);
	fprintf(stderr, "] %llu in, %llu known, %llu bad%s\033[K", import->made, import->known,
	        import->bad, left);
	fflush(stderr);
}

/* A name for the list of refused rows beside the manifest: an older list is somebody's work. */
static const char *name_list(struct import *import)
{
	const char *slash = strrchr(import->path, '/'), *dot = strrchr(import->path, '.');
	size_t stem =
		dot && dot > slash + !!slash ? (size_t)(dot - import->path) : strlen(import->path);
	const char *ending = manifest_refused_ending(import->manifest), *name = NULL;

	for (int i = 1; i <= MOST_LISTS; i++) {
		name = i == 1
		           ? arena_printf(import->arena, "%.*s.refused%s", (int)stem, import->path, ending)
		           : arena_printf(import->arena, "%.*s.refused-%d%s", (int)stem, import->path, i,
		                          ending);
		if (access(name, F_OK) != 0)
			break;
	}
	return name;
}

static void open_list(struct import *import)
{
	bool named = import->refused_path;

	if (import->refused || import->refused_failed)
		return;
	if (!named)
		import->refused_path = name_list(import);
	import->refused = fopen(import->refused_path, named ? "we" : "wxe");
	if (import->refused) {
		manifest_refused_head(import->manifest, import->refused);
		return;
	}
	import->refused_failed = true;
	fprintf(stderr, "touchstone: refused rows are not kept: cannot write ");
	utf8_print(stderr, import->refused_path);
	fprintf(stderr, ": %s; --refused FILE names another file\n", strerrordesc_np(errno));
}

/* MANIFEST:LINE: FILE: WHAT. All but the line may hold anything. */
static void import_tell(const struct import *import, const struct manifest_row *row,
                        const char *what)
{
	const char *name = row->item.file ? row->item.file : row->item.url;

	if (import->is_terminal)
		fputs("\r\033[K", stderr);
	utf8_print(stderr, import->path);
	fprintf(stderr, ":%u: ", row->line);
	if (name) {
		utf8_print(stderr, name);
		fputs(": ", stderr);
	}
	utf8_print(stderr, what);
	fputc('\n', stderr);
}

static void import_refuse(struct import *import, const struct manifest_row *row, const char *why)
{
	import_tell(import, row, why);
	import->bad++;
	open_list(import);
	if (import->refused)
		manifest_refused_row(import->manifest, row, why, import->refused);
}

static void count_outcome(struct import *import, const struct manifest_row *row,
                          const struct item_result *result)
{
	switch (result->outcome) {
	case ITEM_NEW:
		import->made++;
		return;
	case ITEM_KNOWN:
		import->known++;
		return;
	case ITEM_MENDED:
	case ITEM_CHANGED:
		import_tell(import, row, result->note);
		import->changed++;
		return;
	case ITEM_DIFFERS:
		import_refuse(import, row, result->note);
	}
}

static void import_take_turn(void *row)
{
	import_rows_turn(row);
}

/* A database or a store that fails stops an import, as it would fail at each row to come; a bad row
 * is reported and the rest goes in. */
static void work_row(void *arg, unsigned job, struct import_row *row)
{
	const struct import *import = arg;
	struct item_import how = import->how;
	struct error err = row->row.err;

	how.turn = import_take_turn;
	how.turn_arg = row;
	if (!err.code && import->check)
		err = item_check(import->dbs[job], import->store, row->arena, &import->how, &row->row.item,
		                 &row->result.outcome);
	else if (!err.code)
		err = item_import(import->dbs[job], import->store, row->arena, &how, &row->row.item,
		                  &row->result);
	row->err = err;
	row->fatal = err.code == ERR_DISK || (err.code == ERR_UNAVAILABLE && !row->row.item.url);
}

static void count_row(struct import *import, const struct import_row *row)
{
	import->rows++;
	if (row->err.code)
		import_refuse(import, &row->row, row->err.detail);
	else
		count_outcome(import, &row->row, &row->result);
	show_progress(import, row->progress);
}

/* Sends rows on their way as long as there is room and the manifest holds more. */
static bool send_rows(struct import *import, struct import_rows *rows)
{
	struct import_row *row;

	while ((row = import_rows_room(rows))) {
		if (!manifest_next(import->manifest, row->arena, &row->row)) {
			arena_free(row->arena);
			return false;
		}
		row->progress = manifest_progress(import->manifest);
		import_rows_put(rows);
	}
	return true;
}

/* How an import stopped before its end. */
struct stop {
	unsigned line;    /* of the first row that did not go through; 0: there is none */
	unsigned behind;  /* rows that got past it */
	struct error err; /* why: of the first row that failed, which may lie further on */
};

static void take_outcome(struct import *import, const struct import_row *row, struct stop *stop)
{
	if (!row->fatal && !row->skipped) {
		count_row(import, row);
		stop->behind += stop->line != 0;
		return;
	}
	if (!stop->line)
		stop->line = row->row.line;
	if (!stop->err.code && row->fatal)
		stop->err = row->err;
}

static struct error take_all(struct import *import)
{
	struct import_rows *rows = import_rows_start(import->jobs, work_row, import);
	struct stop stop = { .err = ok() };
	struct import_row *row;
	bool more = true;

	import->marks[0].at_ms = import->marks[1].at_ms = clock_monotonic_ms();
	for (;;) {
		more = more && !stop.line && send_rows(import, rows);
		if (!(row = import_rows_first(rows)))
			break;
		take_outcome(import, row, &stop);
		import_rows_drop(rows);
	}
	import_rows_end(rows);
	if (!stop.line)
		return ok();
	return errorf(stop.err.code, "stopped at line %u, %s: %s", stop.line,
	              stop.behind ? "some rows from there on are in, import again for the others"
	                          : "no row from there on was looked at",
	              stop.err.detail);
}

/* Closes the list of refused rows, and says where it is. */
static void close_list(struct import *import)
{
	if (!import->refused)
		return;
	bool whole = !ferror(import->refused);
	if (fclose(import->refused) != 0 || !whole) {
		fprintf(stderr, "touchstone: not all refused rows could be written to ");
		utf8_print(stderr, import->refused_path);
		fputc('\n', stderr);
		return;
	}
	printf("refused rows, with their reasons: ");
	utf8_print(stdout, import->refused_path);
	printf("; mend them and import that file\n");
}

static int import_run(struct import *import)
{
	struct error err = manifest_open(import->path, import->folder, &import->manifest);

	if (err.code) {
		utf8_print(stderr, import->path);
		fputs(": ", stderr);
		utf8_print(stderr, err.detail);
		fputc('\n', stderr);
		return EXIT_FAILED;
	}
	import->is_terminal = isatty(STDERR_FILENO);
	err = take_all(import);
	if (import->is_terminal)
		fputc('\n', stderr);
	if (!err.code && !import->check) /* pairs of which one is shorter, or of another shape */
		err = rendering_recut(import->dbs[0], import->store, NULL);
	printf("%llu rows: %llu new, %llu known already, ", import->rows, import->made, import->known);
	if (import->changed)
		printf("%llu corrected or mended, ", import->changed);
	printf("%llu bad%s\n", import->bad, import->check ? "; nothing was stored" : "");
	close_list(import);
	manifest_close(import->manifest);
	if (err.code)
		return failed(err);
	if (!import->bad)
		return EXIT_DONE;
	return failed(errorf(ERR_INVALID,
	                     import->check ? "%llu rows would be left out"
	                                   : "%llu rows were left out; the rest went in",
	                     import->bad));
}

static int import_remove_one(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
	(void)stat, (void)kind, (void)place;
	return remove(path);
}

/* Runs with a store that is thrown away. */
static int run_check(struct import *import)
{
	const char *place = getenv("TMPDIR");
	char *folder = arena_printf(import->arena, "%s/touchstone-try-XXXXXX", place ? place : "/tmp");
	int code = EXIT_FAILED;

	if (!mkdtemp(folder))
		return failed(
			errorf(ERR_INTERNAL, "cannot make a folder to work in: %s", strerrordesc_np(errno)));
	struct error err =
		store_open(arena_printf(import->arena, "file:%s/store", folder), &import->store);
	code = err.code ? failed(err) : import_run(import);
	store_free(import->store);
	import->store = NULL;
	nftw(folder, import_remove_one, STORE_FILES, FTW_DEPTH | FTW_PHYS);
	return code;
}

/* A connection for each job. False after saying why. */
static bool open_databases(const struct settings *settings, struct import *import)
{
	for (unsigned i = 0; i < import->jobs; i++)
		if (!(import->dbs[i] = command_db(settings)))
			return false;
	return true;
}

/* Whoever imports an item may not rule on it, so the account has to be there. */
static struct error import_find_account(struct import *import)
{
	struct error err = account_id_of(import->dbs[0], import->email, import->account_id);

	import->how.account = import->account_id;
	return err;
}

static int run_import(const struct settings *settings, struct import *import, const char *campaign)
{
	int code = EXIT_FAILED;
	bool open = open_databases(settings, import);

	if (open && !import->check)
		import->store = command_store(settings, import->dbs[0]);
	if (open && (import->store || import->check)) {
		struct error err =
			campaign_find(import->dbs[0], campaign ? campaign : "default", import->campaign_id);

		if (!err.code)
			err = campaign_cut(import->dbs[0], import->campaign_id, &import->how.cut);
		if (!err.code && import->email)
			err = import_find_account(import);
		if (!err.code && !import->check)
			err = command_note(
				import->dbs[0], "items_imported", "campaign", import->campaign_id,
				json_pack("{s:s, s:s*}", "manifest", import->path, "as", import->email));
		if (err.code)
			code = failed(err);
		else
			code = import->check ? run_check(import) : import_run(import);
	}
	store_free(import->store);
	for (unsigned i = 0; i < import->jobs; i++)
		db_close(import->dbs[i]);
	return code;
}

/* As many as there are processors, unless it was said. False: the number is none. */
static bool read_jobs(const char *text, unsigned *ret_jobs)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t jobs = processors < 1 ? 1 : (uint64_t)processors;

	if (text && !number_whole(text, 1, IMPORT_MOST_JOBS, &jobs))
		return false;
	*ret_jobs = (unsigned)(jobs < IMPORT_MOST_JOBS ? jobs : IMPORT_MOST_JOBS);
	return true;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat of_a, of_b;

	return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
	       of_a.st_ino == of_b.st_ino;
}

const char cli_import_usage[] =
	"import MANIFEST [--check] [--update] [--campaign NAME] [--refused FILE] [--folder DIR]\n"
	"                         [--allow-outside] [--jobs N] [--as EMAIL]";

int cli_import(const struct settings *settings, int argc, char **argv)
{
	struct import import = { .check = take_flag(&argc, argv, "--check") };
	const char *campaign = take_option(&argc, argv, "--campaign");

	bool allow_outside = take_flag(&argc, argv, "--allow-outside");
	bool update = take_flag(&argc, argv, "--update");
	char who[USER_NAME];

	const char *jobs = take_option(&argc, argv, "--jobs");
	import.refused_path = take_option(&argc, argv, "--refused");
	import.email = take_option(&argc, argv, "--as");
	import.folder = take_option(&argc, argv, "--folder");
	if (!arguments_fit(argc, argv, 1, 1, cli_import_usage))
		return EXIT_USAGE;
	if (!read_jobs(jobs, &import.jobs))
		return failed(
			errorf(ERR_INVALID, "--jobs is a whole number from 1 to %d", IMPORT_MOST_JOBS));
	import.path = argv[1];
	if (import.refused_path && is_same_file(import.path, import.refused_path))
		return failed(errorf(ERR_INVALID, "--refused would write over the manifest"));
	import.arena = arena_new();
	const char *slash = strrchr(import.path, '/');
	if (!import.folder)
		import.folder = slash ? arena_copy(import.arena, import.path,
		                                   (size_t)(slash - import.path) + !(slash - import.path))
		                      : ".";
	user_name(who);
	const struct item_editor editor = { .who = who, .reason = "import --update" };
	import.how = (struct item_import){ .folder = import.folder,
		                               .allow_outside = allow_outside,
		                               .campaign_id = import.campaign_id,
		                               .editor = update ? &editor : NULL };
	int code = run_import(settings, &import, campaign);
	arena_free(import.arena);
	return code;
}
