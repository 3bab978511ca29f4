/* SPDX-License-Identifier: Apache-2.0 */
/* /volunteers and /me */
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/present/present_volunteer.h"
#include "core/clock.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "http/rate_limit.h"
#include "judging/dispatcher.h"
#include "people/invitation.h"
#include "people/revocation.h"
#include "people/volunteer.h"

#define RESULTS_LIMIT      100
#define INVITATION_LONGEST 200       /* bytes of what may be one */
#define SHOWN_S            (30 * 60) /* results stay open on a page for a while */

/* Who wants to take part, as their body says. */
struct joining {
	bool invited;
	struct invitation_token token;
};

static struct error read_joining(struct request *req, struct joining *joining)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	if (!read_flag_or(&r, "consent", false))
		json_reader_refuse(&r, "consent", "must be true: nobody takes part without consent.");
	const char *text = read_text_or(&r, "invitation", INVITATION_LONGEST, NULL);
	if ((err = json_reader_done(&r)).code)
		return err;
	*joining = (struct joining){ .invited = text != NULL };
	if (text && !invitation_open(api.keys, text, &joining->token))
		return errorf_because(REASON_INVITATION_OVER,
		                      "This is no whole invitation of ours: perhaps a part of the link is "
		                      "missing. You can take part without it.");
	return ok();
}

/*
 * The budget is known when the body is: an invitation has its own, so that all of a school may
 * enter by one address.  True: it was refused.
 */
bool post_volunteer_here(struct request *req)
{
	struct joining joining = { 0 };
	struct error err = read_joining(req, &joining);
	bool invited = !err.code && joining.invited && joining.token.until_s > clock_now_s();

	if (err.reason != REASON_INVITATION_OVER)
		err = invited ? rate_limit_take(api.rate_limits, RATE_EVENT, invitation_key(&joining.token),
		                                clock_monotonic_ms())
		              : rate_limit_take_network(api.rate_limits, RATE_VOLUNTEER, req->network,
		                                        req->block, clock_monotonic_ms());
	if (err.code)
		request_fail(req, err);
	return err.code != OK;
}

static void volunteers_answer(struct request *req, const struct volunteer_pass *pass,
                              unsigned status, const struct progress *progress, json_t *event)
{
	char text[UUID_TEXT], cookie[TOKEN_TEXT(sizeof *pass)];
	bool guest = pass->spared || memcmp(pass->until_s, (char[8]){ 0 }, sizeof pass->until_s) != 0;

	uuid_to_text(text, pass->id);
	token_seal(api.keys, TOKEN_VOLUNTEER, pass, guest ? sizeof *pass : PASS_PLAIN, cookie);
	set_cookie(req, volunteer_cookie_name(), cookie, VOLUNTEER_COOKIE_S);
	request_json(req, status,
	             json_pack("{s:s, s:o, s:o*}", "volunteer", text, "progress",
	                       present_progress(req->arena, progress), "event", event));
}

static void volunteers_welcome(struct request *req, const struct new_volunteer *made)
{
	struct volunteer_pass pass = { .consent = CONSENT_VERSION };

	if (made->err.code) {
		request_fail(req, made->err);
		return;
	}
	memcpy(pass.id, made->id, sizeof pass.id);
	dispatcher_welcome(api.dispatcher, made->id);
	volunteers_answer(req, &pass, 201, &(struct progress){ 0 }, NULL);
}

/* One who agreed to an earlier text stays who it was. False: nobody of before, or it is no more. */
static bool agree_again(struct request *req, struct db *db)
{
	const unsigned char *id = req->volunteer;
	struct progress progress = { 0 };
	struct volunteer_pass pass;
	bool known = false;

	if (!volunteer_cookie_open(req, &pass) || pass.consent >= CONSENT_VERSION)
		return false;
	struct error err = volunteer_agree(db, id, &known);
	if (!err.code && known)
		err = volunteer_progress(db, req->arena, &id, 1, &progress);
	pass.consent = CONSENT_VERSION;
	if (err.code)
		request_fail(req, err);
	else if (known)
		volunteers_answer(req, &pass, 200, &progress, NULL);
	return err.code || known;
}

/* A guest's cookie says so to every server, whatever they have in memory. */
static void guest_welcome(struct request *req, struct db *db, const struct guest *guest)
{
	const unsigned char *id = guest->id;
	struct volunteer_pass pass = { .consent = CONSENT_VERSION, .spared = guest->spared };
	uint64_t key = invitation_key(&guest->token);
	struct progress progress = { 0 };
	char until[CLOCK_TEXT];
	struct error err = guest->err;

	if (!err.code && guest->is_new)
		dispatcher_welcome(api.dispatcher, id);
	else if (!err.code)
		err = volunteer_progress(db, req->arena, &id, 1, &progress);
	if (err.code) {
		request_fail(req, err);
		return;
	}
	memcpy(pass.id, id, sizeof pass.id);
	memcpy(pass.event, &key, sizeof pass.event);
	memcpy(pass.until_s, &guest->token.until_s, sizeof pass.until_s);
	clock_text(until, guest->token.until_s);
	volunteers_answer(req, &pass, guest->is_new ? 201 : 200, &progress,
	                  json_pack("{s:s, s:s, s:s}", "name", guest->event, "campaign",
	                            guest->campaign, "until", until));
}

/* Those who were erased since they got their cookie enter as somebody new. */
static void enter_guests(struct request *reqs[], struct guest guests[], size_t count, struct db *db,
                         struct arena *arena)
{
	struct guest *anew = arena_alloc(arena, (count + 1) * sizeof *anew);
	size_t gone = 0, next = 0;

	if (!count)
		return;
	invitation_enter(db, arena, guests, count);
	for (size_t i = 0; i < count; i++)
		if (guests[i].err.reason == REASON_VOLUNTEER_GONE)
			anew[gone++] = (struct guest){ .is_new = true, .token = guests[i].token };
	if (gone)
		invitation_enter(db, arena, anew, gone);
	for (size_t i = 0; i < count; i++)
		guest_welcome(reqs[i], db,
		              guests[i].err.reason == REASON_VOLUNTEER_GONE ? &anew[next++] : &guests[i]);
}

static struct guest guest_of(const struct request *req, const struct joining *joining)
{
	struct guest guest = { .is_new = !req->is_volunteer, .token = joining->token };

	memcpy(guest.id, req->volunteer, sizeof guest.id);
	return guest;
}

/* An evening's crowd arrives together: those who wait are one insert and one commit. */
void post_volunteers(struct request *reqs[], size_t count, struct db *db)
{
	struct arena *arena = arena_new();
	struct request **good = arena_alloc(arena, (count + 1) * sizeof(struct request *));
	struct request **invited = arena_alloc(arena, (count + 1) * sizeof(struct request *));
	struct new_volunteer *made = arena_alloc(arena, (count + 1) * sizeof *made);
	struct guest *guests = arena_alloc(arena, (count + 1) * sizeof *guests);
	size_t consented = 0, guest_count = 0;

	for (size_t i = 0; i < count; i++) {
		struct joining joining = { 0 };
		struct error err = read_joining(reqs[i], &joining);

		if (err.code) {
			request_fail(reqs[i], err);
		} else if (joining.invited) {
			guests[guest_count] = guest_of(reqs[i], &joining);
			invited[guest_count++] = reqs[i];
		} else if (!agree_again(reqs[i], db)) {
			good[consented++] = reqs[i];
		}
	}
	if (consented)
		volunteers_create(db, arena, made, consented);
	for (size_t i = 0; i < consented; i++)
		volunteers_welcome(good[i], &made[i]);
	enter_guests(invited, guests, guest_count, db, arena);
	arena_free(arena);
}

/* "result judged_at|item": the word keeps cursors of other lists out. */
static struct error read_place(struct request *req, struct result_place *place, bool *ret_given)
{
	const char *position;
	struct error err = cursor_read(req, &position);

	if (err.code)
		return err;
	*ret_given = position != NULL;
	if (position && sscanf(position, "result %39[^|]|%36s", place->judged_at, place->item) != 2)
		return error_field("/cursor", "is another list's.");
	return ok();
}

/* The results, each with a small picture where its item has one and may be shown, and whether it
 * should be blurred. */
static struct error results_json(struct request *req, struct db *db,
                                 const struct volunteer_result results[], size_t count,
                                 json_t *list)
{
	const unsigned char *ids[RESULTS_LIMIT];
	struct item_media *media = arena_alloc(req->arena, (count + 1) * sizeof *media);
	bool spared = request_spared(req);
	struct error err;

	for (size_t i = 0; i < count; i++)
		ids[i] = results[i].item;
	if ((err = item_media(db, req->arena, ids, count, media)).code)
		return err;
	for (size_t i = 0; i < count; i++) {
		json_t *result = present_result(&results[i]), *url = json_null();

		if (media[i].has_thumbnail && !(spared && media[i].sensitive))
			url = showing_url(req, &media[i], SHOW_THUMBNAIL, clock_now_s() + SHOWN_S);
		json_object_set_new(result, "thumbnail_url", url);
		json_object_set_new(result, "sensitive", json_boolean(media[i].sensitive));
		json_array_append_new(list, result);
	}
	return ok();
}

static struct error read_results(struct request *req, struct db *db, json_t *list,
                                 const char **ret_next)
{
	struct volunteer_result *results = arena_alloc(req->arena, RESULTS_LIMIT * sizeof *results);
	struct result_place place, next;
	size_t count = 0;
	unsigned limit;
	bool given, more;
	struct error err;

	if ((err = request_limit(req, RESULTS_LIMIT, 20, &limit)).code)
		return err;
	if ((err = read_place(req, &place, &given)).code)
		return err;
	err = volunteer_results(db, req->arena, req->volunteer, given ? &place : NULL, limit, results,
	                        &count, &more, &next);
	if (err.code || (err = results_json(req, db, results, count, list)).code)
		return err;
	*ret_next =
		more ? cursor_make(req, arena_printf(req->arena, "result %s|%s", next.judged_at, next.item))
			 : NULL;
	return ok();
}

struct error get_me(struct request *req, struct db *db)
{
	const unsigned char *id = req->volunteer;
	struct progress progress = { 0 };
	const char *since, *next = NULL;
	char text[UUID_TEXT];
	json_auto_t *results = json_array();
	struct error err;

	if ((err = volunteer_story(db, req->arena, id, &since)).code)
		return err;
	if ((err = volunteer_progress(db, req->arena, &id, 1, &progress)).code)
		return err;
	if ((err = read_results(req, db, results, &next)).code)
		return err;
	uuid_to_text(text, id);
	request_json(req, 200,
	             json_pack("{s:s, s:s, s:o, s:O, s:s?}", "volunteer", text, "created_at", since,
	                       "progress", present_progress(req->arena, &progress), "results", results,
	                       "next", next));
	return ok();
}

struct error delete_me(struct request *req, struct db *db)
{
	struct error err = volunteer_erase(db, req->volunteer);

	dispatcher_forget(api.dispatcher, req->volunteer);

	if (err.code && err.code != ERR_NOBODY)
		return err;
	revocations_add(api.revocations, req->volunteer);
	forget_cookie(req, volunteer_cookie_name());
	request_empty(req, 204);
	return ok();
}
