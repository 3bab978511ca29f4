/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_board.h"

#include "api/present/present_number.h"
#include "people/account_setting.h"
#include "review/evidence_board.h"
#include "review/fact_check.h"

/* The counts of real and fake, into an object. */
static json_t *with_counts(json_t *object, const struct vote_count *count)
{
	json_object_set_new(object, "real", json_integer(count->real));
	json_object_set_new(object, "fake", json_integer(count->fake));
	return object;
}

static json_t *exposures_json(const struct evidence_board *board)
{
	json_t *list = json_array();

	for (size_t e = 0; e < board->exposure_count; e++)
		json_array_append_new(
			list,
			with_counts(json_pack("{s:o}", "from_s", present_number(board->exposures[e].from_s)),
		                &board->exposures[e].votes));
	return list;
}

static json_t *thirds_json(const struct evidence_board *board)
{
	static const char *const names[BOARD_THIRDS] = { "low", "middle", "high" };
	json_t *list = json_array();

	for (int t = 0; t < BOARD_THIRDS; t++)
		json_array_append_new(list,
		                      with_counts(json_pack("{s:s, s:o, s:o}", "third", names[t], "from",
		                                            present_number(board->thirds[t].from), "to",
		                                            present_number(board->thirds[t].to)),
		                                  &board->thirds[t].votes));
	return list;
}

static json_t *board_days_json(const struct evidence_board *board)
{
	json_t *list = json_array();

	for (size_t d = 0; d < board->day_count; d++)
		json_array_append_new(
			list, with_counts(json_pack("{s:s}", "at", board->days[d].at), &board->days[d].votes));
	return list;
}

static json_t *marks_json(const struct evidence_board *board)
{
	json_t *cells = json_array(), *moments = json_array();

	for (size_t m = 0; m < board->mark_count; m++) {
		const struct mark_cell *cell = &board->marks[m];
		json_t *place = cell->column < 0
		                    ? json_pack("{s:i}", "step", cell->step)
		                    : json_pack("{s:i, s:i}", "column", cell->column, "row", cell->row);

		json_array_append_new(cell->column < 0 ? moments : cells,
		                      with_counts(place, &cell->volunteers));
	}
	return json_pack("{s:i, s:o, s:i, s:o}", "side", BOARD_CELLS, "cells", cells, "steps",
	                 BOARD_MOMENTS, "moments", moments);
}

static json_t *blocs_json(const struct evidence_board *board)
{
	json_t *list = json_array();

	for (size_t b = 0; b < board->bloc_count; b++) {
		const struct bloc_told *bloc = &board->blocs[b];

		json_array_append_new(
			list,
			json_pack("{s:s, s:o, s:I, s:I, s:f, s:f, s:b}", "bloc", bloc->kind, "number",
		              bloc->number ? json_integer(bloc->number) : json_null(), "volunteers",
		              (json_int_t)bloc->volunteers, "saying_fake", (json_int_t)bloc->saying_fake,
		              "alone", bloc->alone, "without", bloc->without, "turns", (int)bloc->turns));
	}
	return json_pack("{s:o, s:o, s:o}", "p_fake", present_number(board->p_fake), "flip_cost",
	                 board->flip_cost == UINT32_MAX ? json_null() : json_integer(board->flip_cost),
	                 "blocs", list);
}

static json_t *techniques_json(const char *const *words)
{
	json_t *list = json_array();

	for (; *words; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

static json_t *lineage_json(const struct evidence_board *board)
{
	json_t *list = json_array();

	for (size_t i = 0; i < board->lineage_count; i++) {
		const struct lineage_item *item = &board->lineage[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s?, s:b, s:o, s:s?, s:s?, s:s}", "item", item->item,
		                    "media_type", item->media_type, "state", item->state, "truth",
		                    item->truth, "paired", (int)item->paired, "technique",
		                    techniques_json(item->techniques), "title", item->title, "ruling",
		                    item->ruling, "taken_in_at", item->taken_in_at));
	}
	return list;
}

json_t *present_facts(const struct fact_check *facts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", facts[i].id, "title",
		                    facts[i].title, "publisher", facts[i].publisher, "address",
		                    facts[i].address, "published", facts[i].published, "verdict",
		                    facts[i].verdict, "by", facts[i].by, "at", facts[i].at));
	return list;
}

json_t *present_board(const struct evidence_board *board)
{
	return json_pack("{s:{s:I, s:b, s:I, s:o, s:o, s:s, s:o}, s:o, s:o, s:o, s:o}", "votes",
	                 "counted", (json_int_t)board->votes, "more", (int)board->more_votes,
	                 "unskilled", (json_int_t)board->unskilled, "by_exposure",
	                 exposures_json(board), "by_skill", thirds_json(board), "step",
	                 board->weeks ? "week" : "day", "over_time", board_days_json(board), "marks",
	                 marks_json(board), "blocs", blocs_json(board), "lineage", lineage_json(board),
	                 "fact_checks", present_facts(board->facts, board->fact_count));
}

json_t *present_setting(const struct account_setting *setting)
{
	return json_pack("{s:b, s:b, s:I, s:s?, s:I, s:b}", "cover_sensitive",
	                 (int)setting->cover_sensitive, "start_sound", (int)setting->start_sound,
	                 "break_after", (json_int_t)setting->break_after, "break_at", setting->break_at,
	                 "sensitive_since_break", (json_int_t)setting->sensitive, "break_due",
	                 (int)setting->break_due);
}
