/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_player -- what a player asks, and what it asks next when the answer comes.
 *
 * In the mode `requests` a piece of work is one prepared request.  Else it is a volunteer's cycle:
 * a pair, its media, the judgment or a skip, and sometimes a look at the figures.  A player whose
 * work is done is free again; when the load is ending it leaves.  Nothing here waits.  One thread.
 */
#ifndef BENCH_PLAYER_H
#define BENCH_PLAYER_H

#include "bench_load.h"

/* Begins the next piece of work, which should have begun at `intended_ns`. */
void player_begin(struct load *load, struct player *player, int64_t intended_ns);

/* Sends the player's request, as it stands, and goes on as far as it can. */
void player_ask(struct load *load, struct player *player);

/* Goes on after something happened on the player's connection. */
void player_handle(struct load *load, struct player *player);

/* The connection fell, or is given up: the player asks again if it persists, else it leaves. */
void player_fall(struct load *load, struct player *player, enum link_event event);

#endif
