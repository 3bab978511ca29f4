/* SPDX-License-Identifier: Apache-2.0 */
/* held -- the key for files that are held for an authority, and what only that key opens. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "crypto/secret.h"
#include "db/db.h"
#include "notices/held.h"
#include "store/store.h"

const char cli_held_usage[] =
	"held key FILE | list | hand-over ITEM FOLDER --key FILE | bring-back [ITEM] --key FILE\n"
	"       key        makes FILE, which opens what is held, for no server, and FILE.pub for all\n"
	"       hand-over  writes the files of an item, as they were, for an authority; shows none\n"
	"       bring-back puts files back that nothing holds any more";

static int held_key(int argc, char **argv)
{
	if (!arguments_fit(argc, argv, 2, 2, cli_held_usage))
		return EXIT_USAGE;
	struct error err = sealing_key_make(argv[2]);
	if (err.code)
		return failed(err);
	printf("%s opens what is held: keep it, and a copy of it, where no server is. Without it "
	       "nothing that is held is ever opened again\n",
	       argv[2]);
	printf("%s.pub is for all servers: TOUCHSTONE_HELD_KEY_FILE\n", argv[2]);
	return EXIT_DONE;
}

/* ITEM, of notice NOTICE: WHAT */
static void say_held(const struct held_item *held)
{
	printf("%s, of notice %s, since %s: %lld files encrypted%s; ", held->item, held->notice,
	       held->since, (long long)held->files, held->done || !held->until ? "" : ", not all yet");
	if (held->until)
		printf("held until %s\n", held->until);
	else
		puts(held->withdrawn ? "taken down" : "waits for `held bring-back`");
}

static int held_list(const struct settings *settings, int argc, char **argv)
{
	struct held_item *items = NULL;
	size_t count = 0;

	if (!arguments_fit(argc, argv, 1, 1, cli_held_usage))
		return EXIT_USAGE;
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct arena *arena = arena_new();
	struct error err = held_items(db, arena, &items, &count);
	for (size_t i = 0; !err.code && i < count; i++)
		say_held(&items[i]);
	if (!err.code)
		printf("%zu items\n", count);
	arena_free(arena);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}

/* Notes the act before a file is opened. */
static struct error hand_over_noted(struct db *db, struct store *store,
                                    const struct held_opener *opener, const char *name,
                                    const char *folder)
{
	char item[UUID_TEXT];
	size_t files = 0;
	struct error err = command_item(db, name, item);

	if (!err.code)
		err = held_may_open(db, opener, item);
	if (!err.code)
		err = command_note(db, "media_handed_over", "item", item, NULL);
	if (!err.code)
		err = held_hand_over(db, store, opener, item, folder, &files);
	if (!err.code)
		printf("%zu files of item %s are in %s, with manifest.json and SHA256SUMS\n", files, item,
		       folder);
	return err;
}

static struct error bring_item_back(struct db *db, struct store *store,
                                    const struct held_opener *opener, const char *item)
{
	size_t files = 0;
	struct error err = held_bring_back(db, store, opener, item, &files);

	if (!err.code)
		printf("%zu files of item %s are back\n", files, item);
	return err;
}

static struct error bring_all_back(struct db *db, struct store *store,
                                   const struct held_opener *opener)
{
	const char *const *items = NULL;
	struct arena *arena = arena_new();
	size_t count = 0;
	struct error err = held_free_items(db, arena, &items, &count);

	for (size_t i = 0; !err.code && i < count; i++)
		err = bring_item_back(db, store, opener, items[i]);
	if (!err.code && !count)
		puts("nothing waits to come back");
	arena_free(arena);
	return err;
}

static struct error bring_named_back(struct db *db, struct store *store,
                                     const struct held_opener *opener, const char *name)
{
	char item[UUID_TEXT];
	struct error err = command_item(db, name, item);

	return err.code ? err : bring_item_back(db, store, opener, item);
}

/* With the operator's key, the database and the store. */
static int held_open(const struct settings *settings, const char *key, int argc, char **argv)
{
	struct held_opener opener;
	struct error err = opening_key_read(key, opener.secret, opener.public);
	struct db *db = err.code ? NULL : command_db(settings);
	struct store *store = db ? command_store(settings, db) : NULL;
	int code = EXIT_FAILED;

	if (err.code) {
		failed(err);
	} else if (store) {
		err = strcmp(argv[1], "hand-over") == 0
		          ? hand_over_noted(db, store, &opener, argv[2], argv[3])
		      : argc > 2 ? bring_named_back(db, store, &opener, argv[2])
		                 : bring_all_back(db, store, &opener);
		code = err.code ? failed(err) : EXIT_DONE;
	}
	secret_wipe(&opener, sizeof opener);
	store_free(store);
	db_close(db);
	return code;
}

int cli_held(const struct settings *settings, int argc, char **argv)
{
	const char *key = take_option(&argc, argv, "--key");

	if (argc > 1 && !key && strcmp(argv[1], "key") == 0)
		return held_key(argc, argv);
	if (argc > 1 && !key && strcmp(argv[1], "list") == 0)
		return held_list(settings, argc, argv);
	bool hand_over = argc > 1 && strcmp(argv[1], "hand-over") == 0;
	if (!key || argc < 2 || (!hand_over && strcmp(argv[1], "bring-back") != 0)) {
		fprintf(stderr, "usage: touchstone %s\n", cli_held_usage);
		return EXIT_USAGE;
	}
	if (!arguments_fit(argc, argv, hand_over ? 3 : 1, hand_over ? 3 : 2, cli_held_usage))
		return EXIT_USAGE;
	return held_open(settings, key, argc, argv);
}
