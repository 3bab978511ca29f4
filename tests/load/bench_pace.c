/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_pace.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "bench_base.h"
#include "bench_player.h"

#define TICK_NS  (BENCH_SECOND / 10) /* nobody waits longer without looking around */
#define FLUSH_NS (BENCH_SECOND / 10) /* the log may be read meanwhile */
#define DRAIN_NS (10 * BENCH_SECOND)

static volatile sig_atomic_t asked_to_end;

void pace_end_soon(int signo)
{
	(void)signo;
	asked_to_end = 1;
}

static int64_t intended_ns(const struct load *load, uint64_t number)
{
	return load->start_ns + (int64_t)((double)number * (double)BENCH_SECOND / load->options.rate);
}

/* Begins what is due. Returns when the next is due. */
static int64_t begin_due(struct load *load, int64_t now)
{
	while (!load->ending && load->free_count) {
		int64_t due = load->options.rate > 0 ? intended_ns(load, load->tally.begun) : now;

		if (due > now)
			return due;
		player_begin(load, load->free[--load->free_count], due);
	}
	return now + TICK_NS;
}

/* Wakes those who have rested. Returns when the next will have. */
static int64_t wake_due(struct load *load, int64_t now)
{
	int64_t next = now + TICK_NS;

	for (unsigned i = 0; i < load->open; i++) {
		struct player *player = &load->players[i];

		if (player->state != PLAYER_RESTING)
			continue;
		if (load->ending) {
			load_leave(load, player);
		} else if (player->wake_ns > now) {
			next = player->wake_ns < next ? player->wake_ns : next;
		} else {
			if (player->step == STEP_JUDGE || player->step == STEP_SKIP)
				player->since_ns = now;
			player_ask(load, player);
		}
	}
	return next;
}

static void wait_for_events(struct load *load, int64_t until_ns)
{
	struct epoll_event events[256];
	int64_t left = until_ns - bench_now_ns();
	struct timespec patience = { .tv_sec = left > 0 ? left / BENCH_SECOND : 0,
		                         .tv_nsec = left > 0 ? left % BENCH_SECOND : 0 };
	int count = epoll_pwait2(load->epoll, events, 256, &patience, NULL);

	for (int i = 0; i < count; i++) {
		struct player *player = events[i].data.ptr;

		if (player->state != PLAYER_OUT)
			player_handle(load, player);
	}
}

static bool time_is_over(const struct load *load, int64_t now)
{
	return load->options.seconds > 0 &&
	       now >= load->start_ns + (int64_t)(load->options.seconds * BENCH_SECOND);
}

/* Gives up what is still in flight. */
static void give_up(struct load *load)
{
	for (unsigned i = 0; i < load->open; i++) {
		if (load->players[i].state == PLAYER_ASKING)
			player_fall(load, &load->players[i], LINK_BROKEN);
	}
	if (!load->end_ns)
		load->end_ns = bench_now_ns();
}

void pace_play(struct load *load)
{
	int64_t drained_ns = INT64_MAX, woken_ns = 0, flushed_ns = 0;

	for (unsigned i = 0; i < load->open; i++)
		load_release(load, &load->players[i]);
	while (load->out < load->open) {
		int64_t now = bench_now_ns();

		if (asked_to_end || time_is_over(load, now))
			load->ending = true;
		if (load->tally.log && now > flushed_ns + FLUSH_NS) {
			fflush(load->tally.log);
			flushed_ns = now;
		}
		if (load->ending && drained_ns == INT64_MAX) {
			load->end_ns = now;
			drained_ns = now + DRAIN_NS;
			while (load->free_count)
				load_leave(load, load->free[--load->free_count]);
		}
		if (now > drained_ns)
			break;
		int64_t next = begin_due(load, now);
		if (now >= woken_ns)
			woken_ns = wake_due(load, now);
		wait_for_events(load, next < woken_ns ? next : woken_ns);
	}
	give_up(load);
}

/* Connects everyone with a first request, no faster than the server answers them. */
static void use_once(struct load *load)
{
	char *request = load->players[0].own;
	size_t len = bench_get(request, "/healthz", "");

	for (unsigned i = 0; i < load->open; i++) {
		struct player *player = &load->players[i];

		player->request = request;
		player->request_len = len;
		player->step = STEP_PREPARED;
		player_ask(load, player);
		while (i % 64 == 63 && load->tally.good + 64 < i)
			wait_for_events(load, bench_now_ns() + BENCH_SECOND / 100);
	}
	while (load->free_count < load->open && !load->tally.unsent && !load->tally.lost)
		wait_for_events(load, bench_now_ns() + TICK_NS);
}

void pace_hold(struct load *load)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	use_once(load);
	printf("{\"held\":%u}\n", load->free_count);
	fflush(stdout);
	do
		wait_for_events(load, bench_now_ns() + TICK_NS);
	while (!poll(&input, 1, 0) || read(STDIN_FILENO, &byte, 1) > 0);
	load->end_ns = bench_now_ns();
}
