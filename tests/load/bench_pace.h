/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_pace -- when something happens: the loop that begins work, wakes who rested, and waits.
 *
 * With a rate, work begins when it is due, and is late if no player is free; without one, each
 * player begins as soon as it is free.  Each of the two sees a load that is open through to its
 * end, and sets end_ns.  One thread, but for the signal.
 */
#ifndef BENCH_PACE_H
#define BENCH_PACE_H

#include "bench_load.h"

/* Until there is no more work or the time is over; then waits for what is in flight. */
void pace_play(struct load *load);

/* Holds connections that have been used once, and says so, until our input ends. */
void pace_hold(struct load *load);

/* A handler of signals: pace_play() begins no new work from now on. */
void pace_end_soon(int signo);

#endif
