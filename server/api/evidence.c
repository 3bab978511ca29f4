/* SPDX-License-Identifier: Apache-2.0 */
/* /disputes/{}/evidence, /disputes/{}/fact-checks, /me/settings and /me/breaks */
#include "api/evidence.h"

#include "api/api.h"
#include "api/present/present_board.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "people/account_setting.h"
#include "review/evidence_board.h"
#include "review/fact_check.h"

struct error get_dispute_evidence(struct request *req, struct db *db)
{
	struct evidence_board board;
	struct error err = evidence_board_read(db, req->arena, req->args[0], req->account_id, &board);

	if (err.code)
		return err;
	request_json(req, 200, present_board(&board));
	return ok();
}

/* ------------------------------------------------------------------ fact-checks */

static struct error answer_facts(struct request *req, struct db *db, const char *item,
                                 unsigned status)
{
	struct fact_check *list = NULL;
	size_t count = 0;
	struct error err = fact_check_list(db, req->arena, item, &list, &count);

	if (err.code)
		return err;
	request_json(req, status, json_pack("{s:o}", "items", present_facts(list, count)));
	return ok();
}

struct error post_fact_check(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	char item[UUID_TEXT];
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const struct fact_check wish = {
		.title = read_text(&r, "title", 1, FACT_CHECK_TITLE),
		.publisher = read_text(&r, "publisher", 1, FACT_CHECK_WHO),
		.address = read_text(&r, "address", 1, FACT_CHECK_TARGET),
		.published = read_text(&r, "published", 10, 10),
		.verdict = read_text(&r, "verdict", 1, FACT_CHECK_SAID),
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = evidence_open(db, req->args[0], req->account_id, item)).code)
		return err;
	if ((err = fact_check_add(db, item, req->account_id, &wish)).code)
		return err;
	return answer_facts(req, db, item, 201);
}

struct error delete_fact_check(struct request *req, struct db *db)
{
	char item[UUID_TEXT];
	struct error err = evidence_open(db, req->args[0], req->account_id, item);

	if (err.code)
		return err;
	if ((err = fact_check_remove(db, item, req->account_id, req->args[1])).code)
		return err;
	request_empty(req, 204);
	return ok();
}

/* ------------------------------------------------------------------ what is one's own */

static struct error answer_settings(struct request *req, struct db *db)
{
	struct account_setting setting;
	struct error err = account_setting_read(db, req->arena, req->account_id, &setting);

	if (err.code)
		return err;
	request_json(req, 200, present_setting(&setting));
	return ok();
}

struct error get_settings(struct request *req, struct db *db)
{
	return answer_settings(req, db);
}

struct error put_settings(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const struct account_setting setting = {
		.cover_sensitive = read_flag_or(&r, "cover_sensitive", true),
		.start_sound = read_flag_or(&r, "start_sound", false),
		.break_after = read_integer(&r, "break_after", 0, BREAK_AFTER_MOST),
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = account_setting_write(db, req->account_id, &setting)).code)
		return err;
	return answer_settings(req, db);
}

struct error post_break(struct request *req, struct db *db)
{
	struct error err = account_setting_break(db, req->account_id);

	return err.code ? err : answer_settings(req, db);
}
