/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_ruling.h"

#include "review/ruling.h"

json_t *present_ruling(const struct ruling *ruling)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:s?, s:s, s:s, s:b, s:s, s:s?, s:b}", "id", ruling->id,
	                 "dispute", ruling->dispute, "ruling", ruling->ruling, "correction",
	                 ruling->correction, "undoes", ruling->undoes, "reason", ruling->reason, "by",
	                 ruling->by, "by_you", ruling->by_you, "at", ruling->at, "undo_until",
	                 ruling->undo_until, "not_independent", ruling->not_independent);
}
