/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_audit.h"

#include "people/audit.h"

/* Values that were noted as JSON; null: there are none. */
static json_t *noted_values(const char *text)
{
	json_t *values = text ? json_loads(text, 0, NULL) : NULL;

	return values ? values : json_null();
}

json_t *present_audit(const struct audit_entry *entry)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:s?, s:s?, s:b, s:s}",
	                 "seq", (json_int_t)entry->seq, "at", entry->at, "kind", entry->kind,
	                 "actor_kind", entry->actor_kind, "actor", entry->actor, "email", entry->email,
	                 "subject_kind", entry->subject_kind, "subject", entry->subject, "before",
	                 noted_values(entry->before), "after", noted_values(entry->after), "reason",
	                 entry->reason, "network", entry->network, "erased", (int)entry->erased,
	                 "digest", entry->digest);
}
