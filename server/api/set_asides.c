/* SPDX-License-Identifier: Apache-2.0 */
/* /set-asides */
#include "api/set_asides.h"

#include <stdio.h>

#include "api/api.h"
#include "api/present/present_number.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "db/array.h"
#include "review/set_aside.h"

#define ACTS_LIMIT      100
#define VOLUNTEERS_MOST 1000 /* named in one act; a cohort or a network may hold more */
#define REASON_LEAST    10
#define REASON_MOST     2000

static json_t *act_json(const struct set_aside_act *act)
{
	json_t *undone = json_null();

	if (act->undone_at)
		undone = json_pack("{s:s, s:s, s:s}", "reason", act->undone_reason, "by", act->undone_by,
		                   "at", act->undone_at);
	return json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s, s:s, s:s, s:I, s:I, s:o, s:o}", "id",
	                 act->id, "kind", act->kind, "campaign", act->campaign, "from", act->from, "to",
	                 act->to, "reason", act->reason, "by", act->by, "at", act->at, "volunteers",
	                 (json_int_t)act->volunteers, "items", (json_int_t)act->items, "labels_changed",
	                 act->labels_changed < 0 ? json_null() : json_integer(act->labels_changed),
	                 "undone", undone);
}

static json_t *outcome_json(const struct set_aside_outcome *outcome)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I}", "id", outcome->id, "volunteers",
	                 (json_int_t)outcome->volunteers, "judgments", (json_int_t)outcome->judgments,
	                 "items", (json_int_t)outcome->items, "labels", (json_int_t)outcome->labels);
}

static void wake_fit(void)
{
	if (api.wake_scorer)
		api.wake_scorer();
}

struct error get_set_asides(struct request *req, struct db *db)
{
	struct set_aside_act acts[ACTS_LIMIT + 1];
	char place[40], id[UUID_TEXT];
	const char *position, *cursor = NULL;
	unsigned limit;
	size_t count;
	struct error err;

	if ((err = request_limit(req, ACTS_LIMIT, 50, &limit)).code)
		return err;
	if ((err = cursor_read(req, &position)).code)
		return err;
	if (position && sscanf(position, "acts %39[^|]|%36s", place, id) != 2)
		return error_field("/cursor", "is another list's.");
	err = set_aside_list(db, req->arena, position ? place : NULL, position ? id : NULL, limit + 1,
	                     acts, &count);
	if (err.code)
		return err;
	json_t *items = json_array();
	for (size_t i = 0; i < count && i < limit; i++)
		json_array_append_new(items, act_json(&acts[i]));
	if (count > limit)
		cursor = cursor_make(
			req, arena_printf(req->arena, "acts %s|%s", acts[limit - 1].place, acts[limit - 1].id));
	request_json(req, 200, json_pack("{s:o, s:s?}", "items", items, "next", cursor));
	return ok();
}

/* "{uuid,uuid}", or NULL where none are named. */
static const char *read_volunteers(struct json_reader *r, struct arena *arena)
{
	json_t *array = read_array(r, "volunteers", 0, VOLUNTEERS_MOST), *element;
	size_t n, count = array ? json_array_size(array) : 0;
	unsigned char(*ids)[UUID_BYTES] = arena_alloc(arena, (count + 1) * sizeof *ids);
	const unsigned char **pointers = arena_alloc(arena, (count + 1) * sizeof *pointers);

	json_array_foreach (array, n, element) {
		if (!json_is_string(element) || !uuid_from_text(ids[n], json_string_value(element))) {
			json_reader_refuse(r, "volunteers", "must be ids of volunteers.");
			return NULL;
		}
		pointers[n] = ids[n];
	}
	return count ? uuid_array(arena, pointers, count) : NULL;
}

struct error post_set_aside(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct set_aside_outcome outcome;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const struct set_aside_request request = {
		.volunteers = read_volunteers(&r, req->arena),
		.cohort = (unsigned)read_integer_or(&r, "cohort", 1, 1000000, 0),
		.network = read_text_or(&r, "network", 32, NULL),
		.campaign = read_text_or(&r, "campaign", 200, NULL),
		.from = read_text_or(&r, "from", 20, NULL),
		.to = read_text_or(&r, "to", 20, NULL),
		.reason = read_text(&r, "reason", REASON_LEAST, REASON_MOST),
		.by = req->account_id,
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = set_aside_make(db, &request, &outcome)).code)
		return err;
	wake_fit();
	request_json(req, 201, outcome_json(&outcome));
	return ok();
}

static void add_change(void *arg, const struct set_aside_change *change)
{
	json_array_append_new(arg, json_pack("{s:s, s:s?, s:s?, s:o, s:o}", "item", change->item,
	                                     "before", change->before, "now", change->now, "p_before",
	                                     present_number(change->p_before), "p_now",
	                                     present_number(change->p_now)));
}

struct error get_set_aside(struct request *req, struct db *db)
{
	struct set_aside_act act;
	json_auto_t *changes = json_array();
	struct error err = set_aside_find(db, req->arena, req->args[0], &act);

	if (!err.code)
		err = set_aside_changes(db, act.id, add_change, changes);
	if (err.code)
		return err;
	json_t *json = act_json(&act);
	json_object_set(json, "changes", changes);
	request_json(req, 200, json);
	return ok();
}

struct error post_set_aside_undo(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct set_aside_outcome outcome;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *reason = read_text(&r, "reason", REASON_LEAST, REASON_MOST);
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = set_aside_undo(db, req->args[0], reason, req->account_id, &outcome)).code)
		return err;
	wake_fit();
	request_json(req, 200, outcome_json(&outcome));
	return ok();
}
