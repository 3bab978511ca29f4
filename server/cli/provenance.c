/* SPDX-License-Identifier: Apache-2.0 */
/* provenance -- says what files tell of their own origin, which needs no database, or how the items
 * of one stand. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/disk.h"
#include "core/utf8.h"
#include "corpus/item_provenance.h"
#include "db/db.h"
#include "media/provenance.h"

const char cli_provenance_usage[] = "provenance [--report] FILE... | --again | --status";

static const char *const provenance_files[] = { "input",     "input.json", "claimed",
	                                            "signature", "chain.pem",  "anchors.pem",
	                                            "signer.pem" };

static void say_provenance(const char *path, const struct provenance *found, bool report)
{
	json_auto_t *c2pa = json_loads(found->c2pa, 0, NULL);
	const char *reason = json_string_value(json_object_get(c2pa, "reason"));
	const char *signer = json_string_value(json_object_get(c2pa, "signer"));

	utf8_print_line(stdout, path);
	printf(": credentials %s", found->c2pa_state);
	if (reason)
		printf(" (%s)", reason);
	if (signer)
		fputs("; signed as ", stdout), utf8_print_line(stdout, signer);
	printf("; digital source type %s; ", found->source_type ? found->source_type : "not said");
	if (!found->tool_version)
		puts("metadata not read: exiftool is not installed");
	else
		printf("metadata %s by exiftool %s\n", !found->report ? "unreadable" : "read",
		       found->tool_version);
	if (report && found->report) {
		utf8_print(stdout, found->report);
		putchar('\n');
	}
}

static struct error provenance_of(const char *path, bool report)
{
	char folder[] = "/tmp/touchstone-provenance-XXXXXX";
	struct arena *arena = arena_new();
	struct provenance found;
	struct error err;

	if (!mkdtemp(folder)) {
		arena_free(arena);
		return errorf(ERR_DISK, "/tmp takes no folder: %s", strerrordesc_np(errno));
	}
	err = provenance_lay_out(path, arena_printf(arena, "%s/input", folder));
	if (!err.code)
		err = provenance_read_folder(folder, arena, &found);
	if (!err.code)
		say_provenance(path, &found, report);
	for (size_t i = 0; i < sizeof provenance_files / sizeof provenance_files[0]; i++)
		unlink(arena_printf(arena, "%s/%s", folder, provenance_files[i]));
	rmdir(folder);
	arena_free(arena);
	return err;
}

static void say_count(void *arg, const char *state, int64_t count)
{
	(void)arg;
	printf("%-12s %lld\n", strcmp(state, "due") == 0 ? "to be read" : state, (long long)count);
}

/* What is known of the items in the database; with `again` all are to be read anew first. */
static int provenance_of_items(const struct settings *settings, bool again)
{
	struct db *db = command_db(settings);
	int64_t count = 0;
	struct error err = ok();

	if (!db)
		return EXIT_FAILED;
	if (again)
		err = command_note(db, "origins_asked", NULL, NULL, NULL);
	if (again && !err.code && !(err = item_provenance_again(db, &count)).code)
		printf("%lld originals more are to be read: a running server, or `touchstone work`, does "
		       "it\n",
		       (long long)count);
	if (!err.code)
		err = item_provenance_count(db, say_count, NULL);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}

int cli_provenance(const struct settings *settings, int argc, char **argv)
{
	bool report = take_flag(&argc, argv, "--report");
	bool again = take_flag(&argc, argv, "--again"), status = take_flag(&argc, argv, "--status");
	bool of_items = again || status;
	struct error err;

	if (!arguments_fit(argc, argv, of_items ? 0 : 1, of_items ? 0 : 1000, cli_provenance_usage))
		return EXIT_USAGE;
	if (of_items)
		return provenance_of_items(settings, again);
	if ((err = provenance_trust(settings->c2pa_anchors)).code)
		return failed(err);
	for (int i = 1; i < argc; i++)
		if ((err = provenance_of(argv[i], report)).code)
			return failed(err);
	return EXIT_DONE;
}
