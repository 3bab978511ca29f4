/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_load -- one run of bench-client: its players, their connections, and what they share.
 *
 * A player is one connection and whoever sits at it; its state says who acts next.  bench_pace
 * holds the free ones and wakes the resting ones; bench_player acts when an answer comes.  The
 * load belongs to main() and owns its players, who live until the program ends.  One thread.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench_link.h"
#include "bench_options.h"
#include "bench_requests.h"
#include "bench_tally.h"
#include "bench_work.h"

#define PLAYER_TEXT 512 /* bytes that hold a cookie, a token or a URL */

enum player_state {
	PLAYER_FREE,    /* nothing to do */
	PLAYER_ASKING,  /* a request is in flight */
	PLAYER_RESTING, /* until wake_ns, then sends `request` */
	PLAYER_OUT,     /* for good */
};

struct player {
	struct link link;
	enum player_state state;
	enum step step;
	int64_t since_ns; /* latency counts from here */
	int64_t wake_ns;
	uint64_t tag;
	unsigned pairs_left; /* of this volunteer */
	bool skipped;        /* this volunteer, a pair */
	const char *request; /* `own`, or borrowed from the work */
	size_t request_len;
	char cookie[PLAYER_TEXT], token[PLAYER_TEXT], urls[2][PLAYER_TEXT], own[BENCH_REQUEST];
};

struct load {
	struct options options;
	struct work work;
	struct tally tally;
	int epoll; /* its events point to players */
	struct player *players, **free;
	unsigned open, free_count, out; /* players there are, are free, are out */
	unsigned skips_due,
		stats_due; /* thousandths: cycles that owe a skip or a look at the figures */
	uint64_t next_tag;
	int64_t start_ns, end_ns; /* end_ns: no new work from then on */
	bool ending;
};

/* Makes the players that the options ask for, or ends the program. None is free or connected. */
void load_open(struct load *load);

/* Sends the player's request, over a new connection if it has none; link_step() goes on with it. */
void load_send(struct load *load, struct player *player);

/* The player has nothing to do: it is free, or leaves if the load is ending. */
void load_release(struct load *load, struct player *player);

/* The player hangs up and is out. */
void load_leave(struct load *load, struct player *player);

#endif
