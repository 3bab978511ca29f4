/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_options -- what bench-client was told to do.
 *
 * Read once, at the start, and not changed afterwards.  The strings are the command line's own.
 * bench_client.c says what each option means.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct options {
	struct sockaddr_in to;
	const char *mode;
	const char *file, *campaign, *log_name; /* NULL: not given */
	unsigned connections;
	unsigned pairs;       /* of each volunteer */
	unsigned skip, stats; /* of a thousand cycles */
	double seconds, rate; /* 0: without end; as fast as it goes */
	int64_t think_ns;
	uint64_t first_tag;
	bool persist, no_media;
};

/* Ends the program where the command line makes no sense. */
void options_read(struct options *options, int argc, char **argv);

#endif
