/* SPDX-License-Identifier: Apache-2.0 */
/* audit -- checks the audit trail, writes it out, and erases what it holds of somebody. */
#include "people/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/clock.h"
#include "db/db.h"

const char cli_audit_usage[] =
	"audit verify [--seen SEQ:DIGEST]      is the chain whole, and the same as when that was "
	"told?\n"
	"       touchstone audit export [--since TIME]        as lines of JSON\n"
	"       touchstone audit erase ID|EMAIL --reason TEXT removes the values of what they did, and "
	"of what was done to them";

/* What the options and arguments said. */
struct audit_order {
	const char *who, *seen, *since, *reason;
};

static struct error cli_audit_verify(struct db *db, const struct audit_order *order)
{
	struct audit_state state;
	bool has = true;
	struct error err = audit_verify(db, &state);

	if (!err.code && state.broken)
		return errorf(ERR_CONFLICT, "the audit trail is broken at entry %" PRId64 ": %s",
		              state.broken, state.fault);
	if (!err.code && order->seen)
		err = audit_has(db, order->seen, &has);
	if (err.code)
		return err;
	if (!has)
		return errorf(ERR_CONFLICT, "the audit trail is another than when %.90s was told",
		              order->seen);
	printf("OK: %" PRId64 " entries, %" PRId64 " of them without their values; the last is %" PRId64
	       ":%s\n",
	       state.entries, state.erased, state.last, state.digest);
	return ok();
}

static struct error cli_audit_export(struct db *db, const struct audit_order *order)
{
	char since[CLOCK_TEXT];
	int64_t since_s = 0;

	if (order->since && !clock_read_moment(order->since, &since_s))
		return errorf(ERR_INVALID, "--since takes a time such as 2026-01-31T12:00:00Z");
	clock_text(since, since_s);
	return audit_export(db, order->since ? since : NULL, stdout);
}

static struct error cli_audit_erase(struct db *db, const struct audit_order *order)
{
	int64_t erased = 0;
	struct error err = audit_erase(db, order->who, order->reason, &erased);

	if (!err.code)
		printf("the values of %" PRId64 " entries are erased\n", erased);
	return err;
}

static const struct {
	const char *name;
	struct error (*act)(struct db *db, const struct audit_order *order);
	bool takes_who, takes_seen, takes_since;
} audit_verbs[] = {
	{ "verify", cli_audit_verify, false, true, false },
	{ "export", cli_audit_export, false, false, true },
	{ "erase", cli_audit_erase, true, false, false },
};

#define AUDIT_VERBS (sizeof audit_verbs / sizeof audit_verbs[0])

/* The verb's place, or AUDIT_VERBS: there is none, or it is given too much or too little. */
static size_t audit_verb(int argc, char **argv, const struct audit_order *order)
{
	size_t v = 0;

	while (v < AUDIT_VERBS && strcmp(audit_verbs[v].name, argv[1]) != 0)
		v++;
	if (v == AUDIT_VERBS || (argc == 3) != audit_verbs[v].takes_who ||
	    (order->reason && order->reason[strspn(order->reason, " ")]) != audit_verbs[v].takes_who ||
	    (order->seen && !audit_verbs[v].takes_seen) ||
	    (order->since && !audit_verbs[v].takes_since))
		return AUDIT_VERBS;
	return v;
}

int cli_audit(const struct settings *settings, int argc, char **argv)
{
	struct audit_order order = { .seen = take_option(&argc, argv, "--seen"),
		                         .since = take_option(&argc, argv, "--since"),
		                         .reason = take_option(&argc, argv, "--reason") };

	if (!arguments_fit(argc, argv, 1, 2, cli_audit_usage))
		return EXIT_USAGE;
	size_t verb = audit_verb(argc, argv, &order);
	if (verb == AUDIT_VERBS) {
		fprintf(stderr, "usage: touchstone %s\n", cli_audit_usage);
		return EXIT_USAGE;
	}
	order.who = argv[2];
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = audit_verbs[verb].act(db, &order);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
