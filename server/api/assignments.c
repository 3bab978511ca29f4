/* SPDX-License-Identifier: Apache-2.0 */
/* /assignments and /skips */
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "core/json_reader.h"
#include "core/strbuf.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "http/language.h"
#include "http/rate_limit.h"
#include "http/sentences.h"
#include "judging/assignment.h"
#include "judging/dispatcher.h"
#include "work/lane.h"

#define QUESTIONS_MOST 64 /* of a campaign: a few more than may be set */

#define ANSWER_ROOM \
	1200 /* bytes of an answer; asked for at once, it need not be moved as it grows */

static struct error read_request(struct request *req, struct assignment_request *request)
{
	json_auto_t *object = NULL;
	struct error err;

	*request = (struct assignment_request){ .any_type = true,
		                                    .spared = request_spared(req),
		                                    .permissions = req->permissions,
		                                    .event = req->event };
	if (req->body_len == 2 && memcmp(req->body, "{}", 2) == 0)
		return ok(); /* what nearly everybody sends */
	if ((err = request_object(req, &object)).code)
		return err;
	struct json_reader r = { .object = object, .arena = req->arena };
	request->any_type = !read_present(&r, "media_type");
	request->type = (enum media_type)read_choice_or(&r, "media_type", media_types, 0);
	request->campaign = read_text_or(&r, "campaign", 63, NULL);
	return json_reader_done(&r);
}

/* In the language that is asked for, where there is one: the page needs no other. */
static void add_question(struct strbuf *text, struct request *req,
                         const struct assignment *assignment)
{
	const char *accept =
		assignment->question_count > 1 ? request_header_list(req, "Accept-Language") : NULL;
	const char *tags[QUESTIONS_MOST];
	size_t count = 0;

	for (; count < assignment->question_count && count < QUESTIONS_MOST; count++)
		tags[count] = assignment->questions[count].language;
	tags[0] = SENTENCES_LANGUAGE;
	size_t chosen = language_choose(accept, tags, count);
	strbuf_add(text, "\",\"question\":");
	strbuf_add(text, assignment->questions[chosen].json);
	if (assignment->questions[chosen].language) {
		strbuf_add(text, ",\"question_language\":\"");
		strbuf_add(text, assignment->questions[chosen].language);
		strbuf_add(text, "\"");
	}
}

static void assignments_answer(struct request *req, enum dispatcher_outcome outcome,
                               const struct assignment *assignment)
{
	const struct lease *lease = &assignment->lease;
	const struct item_media *media = assignment->media;
	int64_t until_s = lease->expires_s + MEDIA_GRACE_S;
	struct strbuf text = { .arena = req->arena };

	if (outcome == DISPATCHER_WAIT) {
		struct error wait = error_because(REASON_SKIPS_SPENT);

		wait.retry_after_s = assignment->again_s;
		request_fail(req, wait);
		return;
	}
	if (outcome == DISPATCHER_NONE_LEFT || outcome == DISPATCHER_BUSY) {
		request_empty(req, 204);
		if (outcome == DISPATCHER_BUSY)
			request_reply_header(req, "Retry-After",
			                     arena_printf(req->arena, "%u", assignment->again_s));
		return;
	}
	strbuf_add(&text, "{\"assignment\":\"");
	lease_seal(api.keys, lease, strbuf_room(&text, ANSWER_ROOM));
	strbuf_grew(&text, LEASE_TOKEN - 1);
	strbuf_add(&text, "\",\"expires_at\":\"");
	clock_text(strbuf_room(&text, CLOCK_TEXT), lease->expires_s);
	strbuf_grew(&text, strlen(text.bytes + text.len));
	strbuf_add(&text,
	           lease->kind == KIND_TRAINING ? "\",\"training\":true" : "\",\"training\":false");
	strbuf_add(&text, ",\"media_type\":\"");
	strbuf_add(&text, media_type_name(media[0].type));
	add_question(&text, req, assignment);
	strbuf_add(&text, media[0].sensitive || media[1].sensitive ? ",\"sensitive\":true"
	                                                           : ",\"sensitive\":false");
	strbuf_add(&text, ",\"items\":[{\"position\":\"left\",\"media\":");
	showing_add(&text, req, &media[0], until_s);
	strbuf_add(&text, "},{\"position\":\"right\",\"media\":");
	showing_add(&text, req, &media[1], until_s);
	strbuf_add(&text, "}]}");
	request_json_text(req, outcome == DISPATCHER_NEW ? 201 : 200, text.bytes);
}

/* Guests of an event share an address, and are as many as were invited: each has their own views,
 * and the network's are left alone. */
static enum rate_limit of_network(const struct request *req)
{
	return req->event ? RATE_NONE : RATE_VIEW;
}

/* A new pair is taken from what a network may see, and from what a volunteer may. */
static struct error take_view(const struct request *req, uint64_t *ret_own)
{
	int64_t now_ms = clock_monotonic_ms();
	struct error err =
		rate_limit_take_network(api.rate_limits, of_network(req), req->network, req->block, now_ms);

	memcpy(ret_own, req->volunteer + UUID_BYTES - sizeof *ret_own, sizeof *ret_own);
	if (err.code)
		return err;
	err = rate_limit_take(api.rate_limits, RATE_OWN_VIEW, *ret_own, now_ms);
	if (err.code)
		rate_limit_give_back_network(api.rate_limits, of_network(req), req->network, req->block);
	return err;
}

/* False: the volunteer is not here. */
static bool assign_from_memory(struct request *req)
{
	struct assignment_request request;
	struct assignment assignment;
	uint64_t own;
	struct error err = read_request(req, &request);

	if (!err.code)
		err = take_view(req, &own);
	if (err.code) {
		request_fail(req, err);
		return true;
	}
	enum dispatcher_outcome outcome =
		dispatcher_ask(api.dispatcher, req->volunteer, &request, &assignment);
	if (outcome != DISPATCHER_NEW) {
		rate_limit_give_back_network(api.rate_limits, of_network(req), req->network, req->block);
		rate_limit_give_back(api.rate_limits, RATE_OWN_VIEW, own);
	}
	if (outcome == DISPATCHER_ABSENT)
		return false;
	assignments_answer(req, outcome, &assignment);
	return true;
}

/* A volunteer who is here is served from memory. False: they are not, or it matters which account
 * they are signed in with, and that the database knows. */
bool post_assignment_here(struct request *req)
{
	if (session_secret(req, &(bool){ false }) && dispatcher_asks_accounts(api.dispatcher))
		return false;
	return assign_from_memory(req);
}

/* Whoever is signed in may be asked more; a session that is over takes nothing away. */
static void add_permissions(struct request *req, struct db *db)
{
	if (!session_secret(req, &(bool){ false }) || !dispatcher_asks_accounts(api.dispatcher))
		return;
	if (api_account_may(req, db, 0).code)
		req->permissions = 0;
}

/* Why a volunteer is not here whom dispatcher_arrive() was to load. */
static struct error why_absent(bool gone, struct error err)
{
	if (gone)
		return error_because(REASON_VOLUNTEER_GONE);
	if (err.code)
		return err;
	return errorf(ERR_UNAVAILABLE, "The server reads everything anew. Try again in a moment.");
}

/* Those who come in together are loaded together. */
void post_assignments(struct request *reqs[], size_t count, struct db *db)
{
	const unsigned char *ids[LANE_MAX_BATCH];
	bool gone[LANE_MAX_BATCH];
	struct arena *arena = arena_new(); /* the batch's own */

	for (size_t i = 0; i < count; i++) {
		ids[i] = reqs[i]->volunteer;
		add_permissions(reqs[i], db);
	}
	struct error err = dispatcher_arrive(api.dispatcher, db, arena, ids, count, gone);
	for (size_t i = 0; i < count; i++) {
		if (!assign_from_memory(reqs[i]))
			request_fail(reqs[i], why_absent(gone[i], err));
	}
	arena_free(arena);
}

static struct error read_renewal(struct request *req, struct lease *lease)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *token = read_text(&r, "assignment", 1, 512);
	if ((err = json_reader_done(&r)).code)
		return err;
	return lease_reveal(api.keys, token, req->volunteer, lease);
}

struct error post_renewal(struct request *req, struct db *db)
{
	char until[CLOCK_TEXT];
	struct lease lease;
	int64_t expires_s;
	struct error err;

	if ((err = read_renewal(req, &lease)).code)
		return err;
	if ((err = assignment_renew(db, req->arena, &lease, &expires_s)).code)
		return err;
	dispatcher_renewed(api.dispatcher, &lease, expires_s);
	clock_text(until, expires_s);
	request_json(req, 200, json_pack("{s:s}", "expires_at", until));
	return ok();
}

static struct error read_skip(struct request *req, struct skip *skip)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *token = read_text(&r, "assignment", 1, 512);
	skip->again = false;
	skip->reason = skip_reasons[read_choice(&r, "reason", skip_reasons)];
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = lease_reveal(api.keys, token, req->volunteer, &skip->lease)).code)
		return err;
	request_network(req, skip->lease.campaign, skip->network);
	return ok();
}

static void assignments_skipped(struct request *req, const struct skip *skip)
{
	dispatcher_skipped(api.dispatcher, skip);
	request_empty(req, 204);
}

void post_skips(struct request *reqs[], size_t count, struct db *db)
{
	struct arena *arena = arena_new();
	struct request **good = arena_alloc(arena, (count + 1) * sizeof(struct request *));
	struct skip *skips = arena_alloc(arena, (count + 1) * sizeof *skips);
	size_t read = 0;

	for (size_t i = 0; i < count; i++) {
		struct error err = read_skip(reqs[i], &skips[read]);

		if (err.code)
			request_fail(reqs[i], err);
		else
			good[read++] = reqs[i];
	}
	if (read)
		assignments_skip(db, arena, skips, read);
	for (size_t i = 0; i < read; i++) {
		if (skips[i].err.code)
			request_fail(good[i], skips[i].err);
		else
			assignments_skipped(good[i], &skips[i]);
	}
	arena_free(arena);
}
