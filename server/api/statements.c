/* SPDX-License-Identifier: Apache-2.0 */
/* /me/statements -- decisions on notices about what one contributed, and complaints about them. */
#include "api/api.h"
#include "api/notices.h"
#include "api/present/present_notice.h"
#include "api/ways_in.h"
#include "core/json_reader.h"
#include "corpus/upload.h"
#include "notices/statement.h"

#define STATEMENTS_MOST 100
#define TEXT_LEAST      20
#define TEXT_MOST       10000

/* Who signed in may have contributed as a volunteer before. */
static struct error statement_reader(struct request *req, struct db *db, struct contributor *ret_by)
{
	struct error err = contributor_of(req, db, ret_by);

	if (!err.code && !ret_by->volunteer_id)
		ret_by->volunteer_id = api_volunteer(req);
	return err;
}

struct error get_statements(struct request *req, struct db *db)
{
	struct notice_statement *list = arena_alloc(req->arena, STATEMENTS_MOST * sizeof *list);
	struct contributor by;
	unsigned limit = STATEMENTS_MOST;
	size_t count = 0;
	struct error err = statement_reader(req, db, &by);

	if (err.code)
		return err;
	if ((err = request_limit(req, STATEMENTS_MOST, STATEMENTS_MOST, &limit)).code)
		return err;
	if ((err = statement_list(db, req->arena, &by, limit, list, &count)).code)
		return err;
	json_t *items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, present_statement(&list[i]));
	request_json(req, 200, json_pack("{s:o, s:n}", "items", items, "next"));
	return ok();
}

struct error post_statement_complaint(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct notice_statement statement = { 0 };
	struct contributor by;
	struct error err = statement_reader(req, db, &by);

	if (err.code || (err = request_object(req, &object)).code)
		return err;
	struct json_reader r = { .object = object, .arena = req->arena };
	const char *text = read_text(&r, "text", TEXT_LEAST, TEXT_MOST);
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = statement_find(db, req->arena, &by, req->args[0], &statement)).code)
		return err;
	if (!by.account_id && (err = api_act_as(req, db, "volunteer", by.volunteer_id)).code)
		return err;
	if ((err = notice_contest_as(db, statement.notice.id, PARTY_CONTRIBUTOR, text)).code)
		return err;
	if ((err = statement_find(db, req->arena, &by, req->args[0], &statement)).code)
		return err;
	request_json(req, 200, present_statement(&statement));
	return ok();
}
