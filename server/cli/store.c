/* SPDX-License-Identifier: Apache-2.0 */
/* store -- compares the media store with the database, or makes a folder the database's store. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/utf8.h"
#include "corpus/lost_media.h"
#include "db/db.h"
#include "store/store.h"

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

const char cli_store_usage[] = "store check [--deep] | adopt";

int cli_store(const struct settings *settings, int argc, char **argv)
{
	bool deep = take_flag(&argc, argv, "--deep");
	int code = EXIT_FAILED;

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
