/* SPDX-License-Identifier: Apache-2.0 */
/* /disputes */
#include "review/dispute.h"

#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/present/present_desk.h"
#include "api/present/present_dispute.h"
#include "api/present/present_ruling.h"
#include "core/clock.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "corpus/item.h"
#include "people/audit.h"
#include "review/ruling.h"

#define DISPUTES_LIMIT 100
#define SHOWN_S        CLAIM_S /* a moderator's media are readable as long as a claim lasts */

static const char *const states[] = { "open", "ruled", "withdrawn", "all", NULL };
static const char *const waits[] = { "second_opinion", "me", NULL };
static const char *const reasons[] = { "max_judgments",
	                                   "crowd_not_trusted",
	                                   "crowd_against_gold",
	                                   "crowd_against_provenance",
	                                   "crowd_against_ruling",
	                                   "no_partner",
	                                   "notice",
	                                   "undisclosed",
	                                   NULL };

struct queue {
	struct dispute_wish wish;
	struct dispute rows[DISPUTES_LIMIT];
	size_t count;
	bool more;
	struct dispute_place next;
};

static struct error disputes_read_state(struct request *req, const char **ret_state)
{
	const char *state = request_query(req, "state");

	*ret_state = state ? state : "open";
	if (!vocabulary_has(states, *ret_state))
		return error_field("/state", "must be open, ruled, withdrawn or all.");
	if (strcmp(*ret_state, "all") == 0)
		*ret_state = NULL;
	return ok();
}

/* A word of a query, NULL where it is not asked for. */
static struct error read_word(struct request *req, const char *name, const char *const words[],
                              const char **ret_word)
{
	*ret_word = request_query(req, name);
	if (*ret_word && !vocabulary_has(words, *ret_word))
		return error_field(arena_printf(req->arena, "/%s", name), "is none of the words for it.");
	return ok();
}

static struct error read_wish(struct request *req, struct dispute_wish *wish)
{
	struct error err;

	*wish = (struct dispute_wish){ .campaign = request_query(req, "campaign") };
	if ((err = disputes_read_state(req, &wish->state)).code)
		return err;
	if ((err = read_word(req, "media_type", media_types, &wish->media_type)).code)
		return err;
	if ((err = read_word(req, "reason", reasons, &wish->reason)).code)
		return err;
	if ((err = read_word(req, "technique", techniques, &wish->technique)).code)
		return err;
	if ((err = read_word(req, "waits_for", waits, &wish->waits_for)).code)
		return err;
	err = read_word(req, "sort", dispute_sorts, &wish->sort);
	if (!wish->sort)
		wish->sort = dispute_sorts[0];
	return err;
}

static struct error read_queue(struct request *req, struct db *db, struct queue *queue)
{
	struct dispute_place place;
	const char *position;
	unsigned limit;
	char sort[16];
	struct error err;

	if ((err = request_limit(req, DISPUTES_LIMIT, 50, &limit)).code)
		return err;
	if ((err = read_wish(req, &queue->wish)).code)
		return err;
	if ((err = cursor_read(req, &position)).code)
		return err;
	if (position &&
	    (sscanf(position, "dispute %15s %39[^|]|%36s", sort, place.value, place.id) != 3 ||
	     strcmp(sort, queue->wish.sort) != 0))
		return error_field("/cursor", "is another list's.");
	return dispute_list(db, req->arena, req->account_id, &queue->wish, position ? &place : NULL,
	                    limit, queue->rows, &queue->count, &queue->more, &queue->next);
}

/* Adds the rows, each with a small picture where it has one. */
static struct error add_rows(struct request *req, struct db *db, const struct queue *queue,
                             json_t *items)
{
	const unsigned char *ids[DISPUTES_LIMIT];
	struct item_media *media = arena_alloc(req->arena, (queue->count + 1) * sizeof *media);
	struct error err;

	for (size_t i = 0; i < queue->count; i++)
		ids[i] = queue->rows[i].item;
	if ((err = item_media(db, req->arena, ids, queue->count, media)).code)
		return err;
	for (size_t i = 0; i < queue->count; i++) {
		json_t *row = present_dispute(&queue->rows[i]), *url = json_null();

		if (media[i].has_thumbnail)
			url = showing_url(req, &media[i], SHOW_THUMBNAIL, clock_now_s() + SHOWN_S);
		json_object_set_new(row, "thumbnail_url", url);
		json_array_append_new(items, row);
	}
	return ok();
}

struct error get_disputes(struct request *req, struct db *db)
{
	struct queue *queue = arena_alloc(req->arena, sizeof *queue);
	json_auto_t *items = json_array();
	const char *next = NULL;
	struct dispute_counts counts;
	struct error err;

	if ((err = read_queue(req, db, queue)).code)
		return err;
	if ((err = add_rows(req, db, queue, items)).code)
		return err;
	if ((err = dispute_count(db, &counts)).code)
		return err;
	if (queue->more)
		next = cursor_make(req, arena_printf(req->arena, "dispute %s %s|%s", queue->wish.sort,
		                                     queue->next.value, queue->next.id));
	request_json(req, 200,
	             json_pack("{s:O, s:s?, s:{s:I, s:I, s:I}}", "items", items, "next", next, "counts",
	                       "open", (json_int_t)counts.open, "ruled", (json_int_t)counts.ruled,
	                       "withdrawn", (json_int_t)counts.withdrawn));
	return ok();
}

/* Evidence opens with its pictures: the original file, and the partner with what is known of it. */
static json_t *evidence_json(struct request *req, const struct dispute_story *story,
                             const struct item_media media[])
{
	int64_t expires_s = clock_now_s() + SHOWN_S;
	json_t *json = present_evidence(story->evidence), *partner = json_null();

	json_object_set_new(json, "original_url",
	                    showing_url(req, &media[0], SHOW_ORIGINAL, expires_s));
	if (story->has_partner)
		partner = json_pack("{s:o, s:s?}", "media", showing_json(req, &media[1], expires_s),
		                    "truth", story->evidence->partner_truth);
	json_object_set_new(json, "partner", partner);
	return json;
}

/* Evidence opens the original, which volunteers never see: that is an act. */
static struct error note_original_view(struct request *req, struct db *db,
                                       const unsigned char *item)
{
	char id[UUID_TEXT];

	uuid_to_text(id, item);
	return audit_note_views(db, "item", arena_printf(req->arena, "{%s}", id), req->account_id);
}

/* The whole story of one dispute, as far as this moderator may know it. */
static struct error disputes_tell(struct request *req, struct db *db, unsigned status)
{
	struct dispute_story story;
	struct item_media media[2];
	struct error err;

	if ((err = dispute_read(db, req->arena, req->args[0], req->account_id, &story)).code)
		return err;
	const unsigned char *const ids[] = { story.dispute.item, story.partner };
	if ((err = item_media(db, req->arena, ids, story.has_partner ? 2 : 1, media)).code)
		return err;
	if (story.evidence && (err = note_original_view(req, db, story.dispute.item)).code)
		return err;
	json_t *json = present_dispute_story(&story);
	json_object_set_new(
		json, "item",
		json_pack("{s:o}", "media", showing_json(req, &media[0], clock_now_s() + SHOWN_S)));
	json_object_set_new(json, "evidence",
	                    story.evidence ? evidence_json(req, &story, media) : json_null());
	request_json(req, status, json);
	return ok();
}

struct error get_dispute(struct request *req, struct db *db)
{
	return disputes_tell(req, db, 200);
}

struct error post_claim(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	const char *expires_at;
	struct error err;

	if (req->body_len) {
		if ((err = request_object(req, &object)).code)
			return err;
		struct json_reader r = { .object = object, .arena = req->arena };
		if ((err = json_reader_done(&r)).code)
			return err;
	}
	if ((err = dispute_claim(db, req->arena, req->args[0], req->account_id, &expires_at)).code)
		return err;
	request_json(req, 200,
	             json_pack("{s:{s:b, s:s}}", "claim", "by_you", 1, "expires_at", expires_at));
	return ok();
}

struct error delete_claim(struct request *req, struct db *db)
{
	struct error err = dispute_unclaim(db, req->args[0], req->account_id);

	if (err.code)
		return err;
	request_empty(req, 204);
	return ok();
}

struct error post_verdict(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	bool again;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *verdict = verdicts[read_choice(&r, "verdict", verdicts)];
	unsigned confidence = (unsigned)read_integer(&r, "confidence", 50, 100);
	if ((err = json_reader_done(&r)).code)
		return err;
	err = dispute_verdict(db, req->args[0], req->account_id, verdict, confidence, &again);
	if (err.code)
		return err;
	return disputes_tell(req, db, again ? 200 : 201);
}

struct error post_ruling(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct ruling_outcome outcome;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	struct ruling_request request = {
		.dispute = req->args[0],
		.account = req->account_id,
		.ruling = ruling_choices[read_choice(&r, "ruling", ruling_choices)],
		.reason = read_text(&r, "reason", 10, 2000),
		.corrects = read_text_or(&r, "corrects", UUID_TEXT - 1, NULL),
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = ruling_make(db, req->arena, &request, &outcome)).code)
		return err;
	if (outcome.opinion)
		request_json(req, 202, json_pack("{s:o}", "opinion", present_opinion(outcome.opinion)));
	else
		request_json(req, outcome.again ? 200 : 201,
		             json_pack("{s:o}", "ruling", present_ruling(&outcome.ruling)));
	return ok();
}

struct error post_undo(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *ruling = read_text(&r, "ruling", UUID_TEXT - 1, UUID_TEXT - 1);
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = ruling_undo(db, req->args[0], req->account_id, ruling)).code)
		return err;
	return disputes_tell(req, db, 200);
}
