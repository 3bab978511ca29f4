/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_base.h"

#define RETRY_NS (20 * BENCH_SECOND / 1000)

void player_ask(struct load *load, struct player *player)
{
	load_send(load, player);
	player_handle(load, player);
}

static void ask_own(struct load *load, struct player *player, enum step step, size_t len)
{
	if (!len) {
		fputs("bench-client: a request is too long\n", stderr);
		exit(1);
	}
	player->step = step;
	player->request = player->own;
	player->request_len = len;
	player->since_ns = bench_now_ns();
	player_ask(load, player);
}

static void rest(struct player *player, int64_t ns)
{
	player->state = PLAYER_RESTING;
	player->wake_ns = bench_now_ns() + ns;
}

/* ------------------------------------------------------------------ requests */

static size_t assign_request(struct player *player, const char *campaign)
{
	char wish[PLAYER_TEXT] = "{}";

	if (campaign)
		snprintf(wish, sizeof wish, "{\"campaign\":\"%s\"}", campaign);
	return bench_post(player->own, "/assignments", player->cookie, wish);
}

static size_t skip_request(struct player *player)
{
	char body[2 * PLAYER_TEXT];

	snprintf(body, sizeof body, "{\"assignment\":\"%s\",\"reason\":\"cannot_load\"}",
	         player->token);
	return bench_post(player->own, "/skips", player->cookie, body);
}

static size_t judge_request(struct load *load, struct player *player)
{
	player->tag = load->next_tag++;
	return bench_judge(player->own, player->cookie, player->token, player->tag);
}

/* ------------------------------------------------------------------ beginning */

static void begin_volunteer(struct load *load, struct player *player)
{
	player->pairs_left = load->options.pairs;
	player->skipped = false;
}

static bool next_volunteer(struct load *load, struct player *player)
{
	if (!work_next_cookie(&load->work, player->cookie, sizeof player->cookie))
		return false;
	begin_volunteer(load, player);
	return true;
}

static void begin_cycle(struct load *load, struct player *player)
{
	if (!player->pairs_left && strcmp(load->options.mode, "arrive") == 0) {
		begin_volunteer(load, player);
		ask_own(load, player, STEP_ARRIVE,
		        bench_post(player->own, "/volunteers", "", "{\"consent\":true}"));
		return;
	}
	if (!player->pairs_left && !next_volunteer(load, player)) {
		load->ending = true;
		load_leave(load, player);
		return;
	}
	ask_own(load, player, STEP_ASSIGN, assign_request(player, load->options.campaign));
}

void player_begin(struct load *load, struct player *player, int64_t intended_ns)
{
	load->tally.begun++;
	if (strcmp(load->options.mode, "requests") != 0) {
		begin_cycle(load, player);
		/* Only a first request that is still under way can be late. */
		if (player->state == PLAYER_ASKING)
			player->since_ns = intended_ns;
		return;
	}
	player->step = STEP_PREPARED;
	player->since_ns = intended_ns;
	if (work_next_request(&load->work, &player->request, &player->request_len, &player->tag)) {
		player_ask(load, player);
	} else {
		load->tally.begun--;
		load->ending = true;
		load_leave(load, player);
	}
}

/* ------------------------------------------------------------------ going on */

/* Takes what stands behind `name`, up to a quote, a semicolon or the line's end. */
static bool take_text(char *out, const char *from, const char *name, const char **ret_rest)
{
	const char *at = from ? strstr(from, name) : NULL;
	size_t len = at ? strcspn(at + strlen(name), "\";\r") : 0;

	if (!len || len >= PLAYER_TEXT)
		return false;
	memcpy(out, at + strlen(name), len);
	out[len] = '\0';
	*ret_rest = at + strlen(name) + len;
	return true;
}

static bool read_assignment(struct player *player)
{
	const char *body = player->link.answer.body, *at = body;

	return take_text(player->token, body, "\"assignment\":\"", &at) &&
	       take_text(player->urls[0], body, "\"url\":\"", &at) &&
	       take_text(player->urls[1], at, "\"url\":\"", &at);
}

/*
 * Is it this cycle's turn?  Called once a cycle; of a thousand calls as many as were asked for
 * answer yes, spread evenly.  A turn that is not `free` to be taken is left to the next call.
 */
static bool take_turn(unsigned *due, unsigned of_thousand, bool free)
{
	*due += of_thousand;
	if (*due < 1000 || !free)
		return false;
	*due -= 1000;
	return true;
}

/* A volunteer skips one pair at most: who skips many is made to wait, and none of these shall be.
 */
static void decide(struct load *load, struct player *player)
{
	bool skips = take_turn(&load->skips_due, load->options.skip, !player->skipped);

	player->skipped |= skips;
	player->step = skips ? STEP_SKIP : STEP_JUDGE;
	player->request = player->own;
	player->request_len = skips ? skip_request(player) : judge_request(load, player);
	if (load->options.think_ns) {
		rest(player, load->options.think_ns);
	} else {
		player->since_ns = bench_now_ns();
		player_ask(load, player);
	}
}

static void arrived(struct load *load, struct player *player)
{
	const char *at;

	if (!take_text(player->cookie, player->link.answer.head, "Set-Cookie: ", &at)) {
		fputs("bench-client: a volunteer without a cookie\n", stderr);
		exit(1);
	}
	ask_own(load, player, STEP_ASSIGN, assign_request(player, load->options.campaign));
}

static void assigned(struct load *load, struct player *player)
{
	if (player->link.answer.status == 204) {
		load->tally.none_left++;
		player->pairs_left = 0;
		load_release(load, player);
		return;
	}
	if (!read_assignment(player)) {
		fprintf(stderr, "bench-client: no assignment: %s\n", player->link.answer.body);
		exit(1);
	}
	player->pairs_left--;
	if (load->options.no_media)
		decide(load, player);
	else
		ask_own(load, player, STEP_MEDIA, bench_get(player->own, player->urls[0], player->cookie));
}

static void judged(struct load *load, struct player *player)
{
	if (take_turn(&load->stats_due, load->options.stats, true))
		ask_own(load, player, STEP_STATS, bench_get(player->own, "/api/v1/stats", ""));
	else
		load_release(load, player);
}

/* What follows an answer that was as it should be. */
static void go_on(struct load *load, struct player *player)
{
	if (load->ending) {
		load_leave(load, player);
		return;
	}
	switch (player->step) {
	case STEP_ARRIVE:
		arrived(load, player);
		return;
	case STEP_ASSIGN:
		assigned(load, player);
		return;
	case STEP_MEDIA:
		ask_own(load, player, STEP_OTHER_MEDIA,
		        bench_get(player->own, player->urls[1], player->cookie));
		return;
	case STEP_OTHER_MEDIA:
		decide(load, player);
		return;
	case STEP_JUDGE:
		judged(load, player);
		return;
	case STEP_PREPARED:
	case STEP_SKIP:
	case STEP_STATS:
	case STEPS:
		load_release(load, player);
	}
}

static void answered(struct load *load, struct player *player)
{
	const struct answer *answer = &player->link.answer;
	int status = answer->status;

	tally_answer(&load->tally, player->step, player->tag, answer, bench_now_ns() - player->since_ns,
	             !load->ending);
	if (status < 300) {
		go_on(load, player);
	} else if (load->options.persist && (status == 503 || status == 429) && !load->ending) {
		rest(player, RETRY_NS);
	} else {
		player->pairs_left = 0;
		load_release(load, player);
	}
}

void player_fall(struct load *load, struct player *player, enum link_event event)
{
	tally_fall(&load->tally, player->step, player->tag, event);
	if (!load->options.persist || load->ending)
		load_leave(load, player);
	else if (event != LINK_HUNG_UP)
		rest(player, RETRY_NS);
}

void player_handle(struct load *load, struct player *player)
{
	enum link_event event = link_step(&player->link);

	if (event == LINK_ANSWERED)
		answered(load, player);
	else if (event != LINK_NOTHING)
		player_fall(load, player, event);
}
