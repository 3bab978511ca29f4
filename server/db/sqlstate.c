/* SPDX-License-Identifier: Apache-2.0 */
#include "db/sqlstate.h"

#include <stddef.h>
#include <string.h>

/* The first prefix that fits counts. */
static const struct {
	const char *prefix;
	enum sqlstate meaning;
} meanings[] = {
	{ "40001", SQLSTATE_AGAIN }, /* serialization_failure */
	{ "40P01", SQLSTATE_AGAIN }, /* deadlock_detected */
	{ "40003", SQLSTATE_LATER }, /* statement_completion_unknown */
	{ "08", SQLSTATE_LATER },    /* connection exception */
	{ "25006", SQLSTATE_LATER }, /* read_only_sql_transaction: a standby, before it is promoted */
	{ "25P03", SQLSTATE_LATER }, /* idle_in_transaction_session_timeout */
	{ "53", SQLSTATE_LATER },    /* insufficient resources: disk, memory, connections */
	{ "55006", SQLSTATE_LATER }, /* object_in_use */
	{ "55P03", SQLSTATE_LATER }, /* lock_not_available: lock_timeout */
	{ "57", SQLSTATE_LATER },    /* operator intervention: time-outs, shutdown, start */
	{ "58", SQLSTATE_LATER },    /* errors of the system: input and output */
	{ "72000", SQLSTATE_LATER }, /* snapshot_too_old */
	{ "23505", SQLSTATE_TAKEN }, /* unique_violation */
	{ "22", SQLSTATE_VALUE },    /* data exception */
	{ "23", SQLSTATE_VALUE },    /* integrity constraint violation */
};

enum sqlstate sqlstate_meaning(const char *state)
{
	if (!state)
		return SQLSTATE_LATER;
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (strncmp(state, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
			return meanings[i].meaning;
	return SQLSTATE_FAULT;
}
