/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /judgments
 *
 * Many people answer at once, so judgments are stored in batches: one statement, one
 * fsync.  A bad one fails alone; it never spoils its neighbours.
 */
#include <string.h>

#include "api/api.h"
#include "api/judgment_body.h"
#include "api/present/present_volunteer.h"
#include "core/clock.h"
#include "core/strbuf.h"
#include "judging/dispatcher.h"
#include "judging/judgment.h"
#include "people/volunteer.h"
#include "work/lane.h"

/* One request of a batch, from its body to its answer. */
struct batch_item {
	struct request *req;
	struct judgment_in *judgment;
};

/* The order is the contract's: a token that is not yours is none, whatever else is in the body. */
static struct error read_batch_item(struct batch_item *item)
{
	struct request *req = item->req;
	json_auto_t *object = NULL;
	const char *token;
	struct error err;

	item->judgment = arena_alloc(req->arena, sizeof *item->judgment);
	if ((err = request_object(req, &object)).code)
		return err;
	if ((err = judgment_body_token(object, &token)).code)
		return err;
	if ((err = lease_reveal(api.keys, token, req->volunteer, &item->judgment->lease)).code)
		return err;
	item->judgment->received_s = clock_now_s();
	request_network(req, item->judgment->lease.campaign, item->judgment->network);
	return judgment_body_read(object, req->arena, item->judgment);
}

static const char *judgments_position(const struct verdict_in *said)
{
	return said->on_left ? "left" : "right";
}

static json_t *result_json(const struct verdict_in *said, int truth, const char *explanation)
{
	if (truth < 0)
		return json_pack("{s:s}", "position", judgments_position(said));
	return json_pack("{s:s, s:s, s:b, s:s*}", "position", judgments_position(said), "truth",
	                 verdicts[truth], "correct", truth == (int)said->verdict, "explanation",
	                 explanation);
}

/* Training alone is answered with texts that others wrote. */
static void answer_training(struct request *req, unsigned status, const struct verdict_in said[2],
                            const struct judgment_result *result, const struct progress *progress)
{
	request_json(req, status,
	             json_pack("{s:[o, o], s:o}", "results",
	                       result_json(&said[0], result->truth[0], result->explanation[0]),
	                       result_json(&said[1], result->truth[1], result->explanation[1]),
	                       "progress", present_progress(req->arena, progress)));
}

static void answer_plain(struct request *req, unsigned status, const struct verdict_in said[2],
                         const struct progress *progress)
{
	struct strbuf text = { .arena = req->arena };

	strbuf_add(&text, "{\"results\":[{\"position\":\"");
	strbuf_add(&text, judgments_position(&said[0]));
	strbuf_add(&text, "\"},{\"position\":\"");
	strbuf_add(&text, judgments_position(&said[1]));
	strbuf_add(&text, "\"}],\"progress\":");
	present_progress_text(&text, progress);
	strbuf_add(&text, "}");
	request_json_text(req, status, text.bytes);
}

static void judgments_answer(const struct batch_item *item, const struct judgment_result *result,
                             const struct progress *progress)
{
	const struct verdict_in *said = item->judgment->said;
	struct request *req = item->req;
	unsigned status = result->again ? 200 : 201;

	if (result->err.code)
		request_fail(req, result->err);
	else if (result->truth[0] >= 0 || result->truth[1] >= 0)
		answer_training(req, status, said, result, progress);
	else
		answer_plain(req, status, said, progress);
}

static unsigned correct_of(const struct judgment_in *judgment, const struct judgment_result *result)
{
	unsigned correct = 0;

	for (size_t s = 0; s < 2; s++)
		correct += result->truth[s] == (int)judgment->said[s].verdict;
	return correct;
}

static void tell_dispatcher(const struct judgment_in *const judgment[],
                            const struct judgment_result results[], size_t count, uint64_t entries)
{
	for (size_t i = 0; i < count; i++) {
		const struct judgment_result *result = &results[i];

		if (!result->err.code)
			dispatcher_judged(api.dispatcher, &judgment[i]->lease, correct_of(judgment[i], result),
			                  result->again, entries);
		else if (result->err.code == ERR_NOBODY || result->err.code == ERR_CONFLICT)
			dispatcher_forget(api.dispatcher,
			                  judgment[i]->lease.volunteer); /* what is known here is wrong */
	}
}

/* The dispatcher knows it, but of someone who left it a moment ago, or where it has yet to hear of
 * the request that came first. */
static struct error know_progress(struct db *db, struct arena *arena,
                                  const unsigned char *const ids[],
                                  const struct judgment_result results[], size_t count,
                                  struct progress progress[])
{
	struct error err = ok();

	for (size_t i = 0; i < count && !err.code; i++)
		if (results[i].again || !dispatcher_progress(api.dispatcher, ids[i], &progress[i]))
			err = volunteer_progress(db, arena, &ids[i], 1, &progress[i]);
	return err;
}

static void judgments_store_all(struct batch_item items[], size_t count, struct db *db,
                                struct arena *arena)
{
	const struct judgment_in *judgment[LANE_MAX_BATCH];
	const unsigned char *ids[LANE_MAX_BATCH];
	struct judgment_result *results = arena_alloc(arena, (count + 1) * sizeof *results);
	struct progress *progress = arena_alloc(arena, (count + 1) * sizeof *progress);

	for (size_t i = 0; i < count; i++) {
		judgment[i] = items[i].judgment;
		ids[i] = items[i].judgment->lease.volunteer;
	}
	struct error arrived = dispatcher_arrive(api.dispatcher, db, arena, ids, count, NULL);
	uint64_t entries = dispatcher_entries(api.dispatcher);
	judgments_store(db, arena, judgment, results, count);
	tell_dispatcher(judgment, results, count, entries);
	(void)arrived; /* who is not here is counted by the database */
	/* Where the counts cannot be read, the client is told to try again, and then gets 200. */
	struct error counted = know_progress(db, arena, ids, results, count, progress);
	for (size_t i = 0; i < count; i++) {
		if (counted.code && !results[i].err.code)
			results[i].err = counted;
		judgments_answer(&items[i], &results[i], &progress[i]);
	}
	if (api.wake_scorer)
		api.wake_scorer();
}

void post_judgments(struct request *reqs[], size_t count, struct db *db)
{
	struct arena *arena = arena_new(); /* the batch's own: no request owns what all share */
	struct batch_item items[LANE_MAX_BATCH];
	size_t good = 0;

	for (size_t i = 0; i < count; i++) {
		struct batch_item item = { .req = reqs[i] };
		struct error err = read_batch_item(&item);

		if (err.code)
			request_fail(reqs[i], err);
		else
			items[good++] = item;
	}
	if (good)
		judgments_store_all(items, good, db, arena);
	arena_free(arena);
}
