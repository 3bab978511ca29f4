/* SPDX-License-Identifier: Apache-2.0 */
/* GET /audit */
#include "api/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/present/present_audit.h"
#include "core/clock.h"
#include "people/audit.h"

#define AUDIT_LIMIT  100
#define ACTOR_MOST   254
#define SUBJECT_MOST 100

/* A text of the query; ERR_INVALID where it is longer than what it is compared with. */
static struct error read_audit_text(struct request *req, const char *name, size_t most,
                                    const char **ret_text)
{
	const char *text = request_query(req, name);

	if (text && strlen(text) > most)
		return error_field(arena_printf(req->arena, "/%s", name), "is at most %zu bytes long.",
		                   most);
	if (text && *text)
		*ret_text = text;
	return ok();
}

static struct error read_audit_time(struct request *req, const char *name, const char **ret_time)
{
	const char *text = request_query(req, name);
	char moment[CLOCK_TEXT];
	int64_t at_s = 0;

	if (!text || !*text)
		return ok();
	if (!clock_read_moment(text, &at_s))
		return error_field(arena_printf(req->arena, "/%s", name),
		                   "must be a time such as 2026-01-31T12:00:00Z.");
	clock_text(moment, at_s);
	*ret_time = arena_copy(req->arena, moment, strlen(moment));
	return ok();
}

static struct error read_audit_place(struct request *req, const char **ret_before)
{
	const char *position;
	int64_t seq;
	struct error err = cursor_read(req, &position);

	if (err.code || !position)
		return err;
	if (sscanf(position, "audit %" SCNd64, &seq) != 1)
		return error_field("/cursor", "is another list's.");
	*ret_before = arena_printf(req->arena, "%" PRId64, seq);
	return ok();
}

static struct error read_audit_query(struct request *req, struct audit_query *query)
{
	struct error err;

	if ((err = read_audit_text(req, "actor", ACTOR_MOST, &query->actor)).code)
		return err;
	if ((err = read_audit_text(req, "subject", SUBJECT_MOST, &query->subject)).code)
		return err;
	if ((err = read_audit_text(req, "kind", SUBJECT_MOST, &query->kind)).code)
		return err;
	if (query->kind && !vocabulary_has(audit_kinds, query->kind))
		return error_field("/kind", "is no kind of act.");
	if ((err = read_audit_time(req, "from", &query->from)).code)
		return err;
	if ((err = read_audit_time(req, "to", &query->to)).code)
		return err;
	if ((err = request_limit(req, AUDIT_LIMIT, 50, &query->limit)).code)
		return err;
	return read_audit_place(req, &query->before);
}

struct error get_audit(struct request *req, struct db *db)
{
	struct audit_entry list[AUDIT_LIMIT + 1];
	struct audit_query query = { 0 };
	const char *cursor = NULL;
	size_t count = 0;
	struct error err = read_audit_query(req, &query);

	if (err.code)
		return err;
	size_t limit = query.limit++;
	if ((err = audit_list(db, req->arena, &query, list, &count)).code)
		return err;
	size_t shown = count < limit ? count : limit;
	json_t *items = json_array();
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(items, present_audit(&list[i]));
	if (count > limit)
		cursor = cursor_make(req, arena_printf(req->arena, "audit %" PRId64, list[shown - 1].seq));
	request_json(req, 200, json_pack("{s:o, s:s?}", "items", items, "next", cursor));
	return ok();
}
