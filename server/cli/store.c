/* SPDX-License-Identifier: Apache-2.0 */
/* store -- compares the media store with the database, makes one the database's, copies it,
 * collects what nothing names. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/number.h"
#include "core/utf8.h"
#include "corpus/lost_media.h"
#include "corpus/media_collect.h"
#include "corpus/media_copy.h"
#include "corpus/media_store.h"
#include "db/db.h"
#include "engine/resources.h"
#include "store/store.h"

#define COPY_AT_ONCE 8
#define COLLECT_DAYS 7

/* KIND: PATH (WHAT of WHOSE) */
static void tell_file(void *arg, const struct lost_file *file)
{
	static const char *const kinds[] = { "missing", "damaged", "unknown" };

	(void)arg;
	printf("%s: ", kinds[file->kind]);
	utf8_print(stdout, file->path);
	if (file->what) {
		printf(" (%s of ", file->what);
		utf8_print(stdout, file->whose);
		putchar(')');
	}
	putchar('\n');
}

static int say_what_to_do(const struct lost_check *check)
{
	printf("%llu files are named by the database: %llu missing, %llu damaged%s; %llu that it does "
	       "not name\n",
	       check->files, check->found[LOST_MISSING], check->found[LOST_DAMAGED],
	       check->deep ? "" : " (only --deep reads them)", check->found[LOST_UNKNOWN]);
	if (check->found[LOST_UNKNOWN])
		puts("what is not named was left by an import or a release that broke off, or belongs to "
		     "a newer state of the database: remove it, if you know that it does not");
	if (check->found[LOST_DAMAGED])
		puts("remove damaged files: then they are missing, and come back like those");
	if (!check->found[LOST_MISSING] && !check->found[LOST_DAMAGED])
		return EXIT_DONE;
	return failed(errorf(ERR_NOT_FOUND,
	                     "files are lost: put them back from a backup, or import the manifests of "
	                     "their items again; until then those items are out of service"));
}

static int check_store(struct db *db, struct store *store, bool deep)
{
	struct lost_check check = { .deep = deep, .tell = tell_file };
	struct error err = lost_media_check(db, store, &check);

	return err.code ? failed(err) : say_what_to_do(&check);
}

/* ------------------------------------------------------------------ copy */

static void tell_copy_fault(void *arg, enum copy_fault fault,
                            const unsigned char digest[SHA256_BYTES])
{
	const struct media_copy *copy = arg;
	char path[PATH_MAX];

	store_locate(fault == COPY_FAULT_TARGET ? copy->to : copy->from, digest, path);
	printf(fault == COPY_FAULT_LOST ? "missing: " : "damaged: ");
	utf8_print(stdout, path);
	putchar('\n');
}

static void tell_copy_progress(void *arg, const struct media_copy *copy)
{
	(void)arg;
	fprintf(stderr, "%" PRIu64 " of %" PRIu64 " files copied, %" PRIu64 " read back\n",
	        copy->copied, copy->found, copy->verified);
}

static int end_copy(struct db *db, const struct media_copy *copy, bool marked)
{
	struct error err;

	printf("%" PRIu64 " files: %" PRIu64 " copied now (%" PRIu64 " bytes), %" PRIu64
	       " read back and right, %" PRIu64 " not\n",
	       copy->found, copy->copied, copy->copied_bytes, copy->verified, copy->faults);
	if (copy->lost)
		printf("%" PRIu64 " files were lost before: the database names them, and neither store has "
		       "them\n",
		       copy->lost);
	if (copy->faults || copy->verified + copy->lost < copy->found)
		return failed(errorf(ERR_CONFLICT, "the copy is not whole: mend what is named above, and "
		                                   "run the same command again"));
	if (!marked && (err = media_store_mark_copy(db, copy->to)).code)
		return failed(err);
	return EXIT_DONE;
}

static int copy_stores(struct db *db, const char *from, const char *to)
{
	struct media_copy copy = { .at_once = COPY_AT_ONCE,
		                       .tell = tell_copy_fault,
		                       .progress = isatty(STDERR_FILENO) ? tell_copy_progress : NULL,
		                       .arg = &copy };
	bool source = false, marked = false;
	struct error err = media_store_open_copy(db, from, &copy.from, &source);

	if (!err.code && !source)
		err = errorf(ERR_CONFLICT, "%.100s is not a media store of this database", from);
	if (!err.code)
		err = media_store_open_copy(db, to, &copy.to, &marked);
	if (!err.code)
		err = command_note(db, "store_copied", "store", NULL,
		                   json_pack("{s:s, s:s}", "from", from, "to", to));
	if (!err.code)
		err = media_copy_all(db, &copy);
	int code = err.code ? failed(err) : end_copy(db, &copy, marked);
	store_free(copy.to);
	store_free(copy.from);
	return code;
}

static int cli_copy(const struct settings *settings, int argc, char **argv)
{
	if (!arguments_fit(argc, argv, 3, 3, cli_store_usage))
		return EXIT_USAGE;
	struct error err = resources_configure(settings);
	struct db *db = err.code ? NULL : command_db(settings);
	int code = err.code ? failed(err) : db ? copy_stores(db, argv[2], argv[3]) : EXIT_FAILED;

	db_close(db);
	return code;
}

/* ------------------------------------------------------------------ collect */

static int collect_store(struct db *db, struct store *store, struct collect *collect)
{
	struct error err = ok();

	if (!collect->look_only)
		err = command_note(db, "store_collected", "store", NULL,
		                   json_pack("{s:i}", "days", (int)collect->days));
	if (!err.code)
		err = media_collect(db, store, collect);
	if (err.code)
		return failed(err);
	printf("%" PRIu64 " files (%" PRIu64 " bytes) that nothing names: %" PRIu64 " removed (%" PRIu64
	       " bytes), %" PRIu64 " wait%s\n",
	       collect->unnamed, collect->unnamed_bytes, collect->removed, collect->removed_bytes,
	       collect->waiting, collect->look_only ? "; nothing was changed" : "");
	if (collect->half)
		printf("%" PRIu64 " that were written by half and never ended: removed\n", collect->half);
	return EXIT_DONE;
}

static int cli_collect(const struct settings *settings, int argc, char **argv)
{
	struct collect collect = { .days = COLLECT_DAYS,
		                       .look_only = take_flag(&argc, argv, "--dry-run") };
	const char *after = take_option(&argc, argv, "--after");
	uint64_t days = COLLECT_DAYS;
	int code = EXIT_FAILED;

	if (!arguments_fit(argc, argv, 1, 1, cli_store_usage))
		return EXIT_USAGE;
	if (after && !number_whole(after, 0, 3650, &days)) {
		fprintf(stderr, "touchstone: --after is a number of days, not %s\n", after);
		return EXIT_USAGE;
	}
	collect.days = (unsigned)days;
	struct db *db = command_db(settings);
	struct store *store = db ? command_store(settings, db) : NULL;
	if (store)
		code = collect_store(db, store, &collect);
	store_free(store);
	db_close(db);
	return code;
}

/* ------------------------------------------------------------------ verify */

const char cli_verify_usage[] = "verify";

int cli_verify(const struct settings *settings, int argc, char **argv)
{
	int code = EXIT_FAILED;

	if (!arguments_fit(argc, argv, 0, 0, cli_verify_usage))
		return EXIT_USAGE;
	struct db *db = command_db(settings);
	struct store *store = db ? command_store(settings, db) : NULL;
	if (store)
		code = check_store(db, store, true);
	store_free(store);
	db_close(db);
	return code;
}

const char cli_store_usage[] =
	"store check [--deep] | adopt | copy FROM TO | collect [--after DAYS] [--dry-run]";

int cli_store(const struct settings *settings, int argc, char **argv)
{
	bool deep = take_flag(&argc, argv, "--deep");
	int code = EXIT_FAILED;

	if (!deep && argc > 1 && strcmp(argv[1], "copy") == 0)
		return cli_copy(settings, argc, argv);
	if (!deep && argc > 1 && strcmp(argv[1], "collect") == 0)
		return cli_collect(settings, argc, argv);
	if (!arguments_fit(argc, argv, 1, 1, cli_store_usage))
		return EXIT_USAGE;
	bool adopt = strcmp(argv[1], "adopt") == 0 && !deep;
	if (!adopt && strcmp(argv[1], "check") != 0) {
		fprintf(stderr, "usage: touchstone %s\n", cli_store_usage);
		return EXIT_USAGE;
	}
	struct db *db = command_db(settings);
	struct store *store = db ? command_open_store(settings, db, adopt) : NULL;
	if (store && adopt) {
		printf("%s is the media store of this database\n", store_root(store));
		code = EXIT_DONE;
	} else if (store) {
		code = check_store(db, store, deep);
	}
	store_free(store);
	db_close(db);
	return code;
}
