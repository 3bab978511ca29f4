/* SPDX-License-Identifier: Apache-2.0 */
/* present_audit -- an entry of the audit trail as the HTTP interface shows it. */
#ifndef API_PRESENT_AUDIT_H
#define API_PRESENT_AUDIT_H

#include <jansson.h>

struct audit_entry;

json_t *present_audit(const struct audit_entry *entry);

#endif
