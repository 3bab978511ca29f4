/* SPDX-License-Identifier: Apache-2.0 */
/* item -- shows what is known of an item, corrects it, withdraws it. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/disk.h"
#include "core/hex.h"
#include "core/utf8.h"
#include "core/uuid.h"
#include "corpus/item_edit.h"
#include "crypto/sha256.h"
#include "db/db.h"

const char cli_item_usage[] =
	"item show ID|SHA256|FILE\n"
	"       touchstone item edit ID|SHA256|FILE COLUMN=VALUE... --reason TEXT\n"
	"       touchstone item withdraw ID|SHA256|FILE --reason TEXT";

/* The digest of a file stands for it. What is no regular file may have no end, and is a name. */
struct error command_item(struct db *db, const char *name, char ret_id[UUID_TEXT])
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_TEXT];
	uint64_t bytes;
	int fd = disk_open_regular(name);

	if (fd < 0)
		return item_find(db, name, ret_id);
	struct error err = sha256_fd(fd, digest, &bytes);
	close(fd);
	if (err.code)
		return err;
	hex_encode(hex, digest, sizeof digest);
	return item_find(db, hex, ret_id);
}

static void print_line(void *arg, const char *name, const char *value)
{
	(void)arg;
	printf("%-12s ", name);
	utf8_print(stdout, value);
	putchar('\n');
}

/* COLUMN=VALUE; an empty value empties the column. */
static struct error read_facts(int count, char **assignments, json_t *facts)
{
	for (int i = 0; i < count; i++) {
		const char *sign = strchr(assignments[i], '=');

		if (!sign)
			return errorf(ERR_INVALID, "%.60s is no COLUMN=VALUE", assignments[i]);
		json_t *value = sign[1] ? json_string(sign + 1) : json_null();
		if (!value)
			return errorf(ERR_INVALID, "a value is not UTF-8");
		size_t len = (size_t)(sign - assignments[i]);
		if (json_object_getn(facts, assignments[i], len)) {
			json_decref(value);
			return errorf(ERR_INVALID, "%.*s is given twice", (int)len, assignments[i]);
		}
		json_object_setn_new(facts, assignments[i], len, value);
	}
	return ok();
}

static struct error item_edit(struct db *db, const char *id, const struct item_editor *editor,
                              int count, char **assignments)
{
	json_auto_t *facts = json_object();
	struct arena *arena = arena_new();
	const char *splits = NULL;
	struct error err = read_facts(count, assignments, facts);

	if (!err.code)
		err = item_correct(db, arena, id, facts, editor, &splits);
	if (!err.code)
		printf("item %s is corrected\n", id);
	if (splits)
		printf("it keeps its split, but now ties together items of the splits %s: later releases "
		       "leave out what cannot stand in one\n",
		       splits);
	arena_free(arena);
	return err;
}

static struct error cli_item_withdraw(struct db *db, const char *id,
                                      const struct item_editor *editor)
{
	unsigned disputes;
	struct error err = item_withdraw(db, id, editor, &disputes);

	if (!err.code)
		printf("item %s is withdrawn%s\n", id, disputes ? ", and its open dispute closed" : "");
	return err;
}

static bool is_verb(const char *verb, const char *reason, int argc)
{
	if (strcmp(verb, "show") == 0)
		return argc == 3 && !reason;
	if (strcmp(verb, "edit") == 0)
		return argc > 3 && reason && reason[strspn(reason, " ")];
	return strcmp(verb, "withdraw") == 0 && argc == 3 && reason && reason[strspn(reason, " ")];
}

int cli_item(const struct settings *settings, int argc, char **argv)
{
	struct item_editor editor = { .reason = take_option(&argc, argv, "--reason") };
	char who[USER_NAME], id[UUID_TEXT];

	if (!arguments_fit(argc, argv, 2, 64, cli_item_usage))
		return EXIT_USAGE;
	if (!is_verb(argv[1], editor.reason, argc)) {
		fprintf(stderr, "usage: touchstone %s\n", cli_item_usage);
		return EXIT_USAGE;
	}
	user_name(who);
	editor.who = who;
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = command_item(db, argv[2], id);
	if (!err.code && *argv[1] == 's')
		err = item_describe(db, id, print_line, NULL);
	else if (!err.code)
		err = *argv[1] == 'e' ? item_edit(db, id, &editor, argc - 3, argv + 3)
		                      : cli_item_withdraw(db, id, &editor);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
