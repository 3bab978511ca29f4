/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_client -- a load that knows, for each connection, what is in flight.
 *
 *   bench-client [OPTION...] HOST:PORT requests FILE   prepared requests (bench_tokens), each once
 *                            HOST:PORT cycle FILE      volunteers whose cookies stand in FILE: a
 *                                                      pair, its media, the judgment; and again
 *                            HOST:PORT arrive          the same by volunteers who arrive first
 *                            HOST:PORT idle            holds connections until its input ends
 *
 *   --connections N   64      --seconds S   until there is no more work, S have passed, or SIGTERM
 *   --rate R          begin R requests (cycles) a second, and take the time from when each should
 *                     have begun: a server that stalls cannot hide those that it kept waiting.
 *                     Else each connection begins the next at once.
 *   --persist         connect again after a failure and send the same again, also after a 503
 *   --log FILE        a line for each judgment: tag, status (0: sent, and no answer came), ms
 *   --first-tag T     --pairs P for each volunteer    --campaign NAME    --no-media
 *   --think MS        between the media and the judgment
 *   --skip N --stats N   of a thousand cycles, how many skip the pair, or look at /stats after it
 *
 * Prints one JSON object.  One thread.
 *
 * bench_options reads the above, bench_work the FILE; bench_load holds the connections,
 * bench_player says what is asked over each, bench_pace when; bench_tally counts what came of it,
 * and prints it.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bench_base.h"
#include "bench_load.h"
#include "bench_options.h"
#include "bench_pace.h"
#include "bench_tally.h"
#include "bench_work.h"

static void print_result(const struct load *load)
{
	double seconds = (double)(load->end_ns - load->start_ns) / BENCH_SECOND;

	tally_print(&load->tally, seconds, load->next_tag, work_ran_out(&load->work));
}

int main(int argc, char **argv)
{
	static struct load load; /* too large for the stack */
	const struct options *options = &load.options;

	options_read(&load.options, argc, argv);
	load.next_tag = options->first_tag;
	if (options->file)
		work_open(&load.work, options->file);
	load_open(&load);
	if (options->log_name && !(load.tally.log = fopen(options->log_name, "ae")))
		bench_die(options->log_name);
	signal(SIGTERM, pace_end_soon);
	load.start_ns = bench_now_ns();
	if (strcmp(options->mode, "idle") == 0)
		pace_hold(&load);
	else
		pace_play(&load);
	print_result(&load);
	return load.tally.log && fclose(load.tally.log) ? 1 : 0;
}
