/* SPDX-License-Identifier: Apache-2.0 */
/* withdraw -- takes an item down for good, out of releases too. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "corpus/item_edit.h"
#include "db/db.h"
#include "release/withdrawal.h"

const char cli_withdraw_usage[] =
	"withdraw ID|SHA256|FILE --reason-class CLASS --reason TEXT [--remove-original]\n"
	"       CLASS is rights, consent, privacy, illegal, mistake or other";

static int say_withdrawn(const char *id, int64_t seq, bool original)
{
	printf("item %s is withdrawn (revocation %lld); releases that hold it are revised\n", id,
	       (long long)seq);
	puts(original ? "its files are removed soon, and not taken in again"
	              : "its renditions are removed soon; its original is kept, and served to nobody");
	return EXIT_DONE;
}

int cli_withdraw(const struct settings *settings, int argc, char **argv)
{
	struct item_editor editor = { .reason = take_option(&argc, argv, "--reason") };
	struct withdrawal_request request = { .editor = &editor };
	char who[USER_NAME], id[UUID_TEXT];
	int64_t seq = 0;

	request.reason_class = take_option(&argc, argv, "--reason-class");
	request.original = take_flag(&argc, argv, "--remove-original");
	if (!arguments_fit(argc, argv, 1, 1, cli_withdraw_usage))
		return EXIT_USAGE;
	if (!editor.reason || !editor.reason[strspn(editor.reason, " ")] || !request.reason_class ||
	    !vocabulary_has(withdrawal_classes, request.reason_class)) {
		fprintf(stderr, "usage: touchstone %s\n", cli_withdraw_usage);
		return EXIT_USAGE;
	}
	user_name(who);
	editor.who = who;
	request.item = id;
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = command_item(db, argv[1], id);
	if (!err.code)
		err = withdrawal_make(db, &request, &seq);
	db_close(db);
	return err.code ? failed(err) : say_withdrawn(id, seq, request.original);
}
