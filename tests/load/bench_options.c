/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_base.h"

/* HOST:PORT; the colon is overwritten. */
static void read_address(struct sockaddr_in *to, char *text)
{
	char *colon = strrchr(text, ':');

	if (colon)
		*colon = '\0';
	to->sin_family = AF_INET;
	to->sin_port = htons(colon ? (uint16_t)atoi(colon + 1) : 8080);
	if (inet_pton(AF_INET, text, &to->sin_addr) != 1)
		bench_die(text);
}

static void read_option(struct options *options, int option)
{
	switch (option) {
	case 'c':
		options->connections = (unsigned)atoi(optarg);
		break;
	case 's':
		options->seconds = atof(optarg);
		break;
	case 'r':
		options->rate = atof(optarg);
		break;
	case 'p':
		options->persist = true;
		break;
	case 'l':
		options->log_name = optarg;
		break;
	case 't':
		options->first_tag = strtoull(optarg, NULL, 10);
		break;
	case 'n':
		options->pairs = (unsigned)atoi(optarg);
		break;
	case 'g':
		options->campaign = optarg;
		break;
	case 'm':
		options->no_media = true;
		break;
	case 'w':
		options->think_ns = (int64_t)(atof(optarg) * 1e6);
		break;
	case 'k':
		options->skip = (unsigned)atoi(optarg);
		break;
	case 'a':
		options->stats = (unsigned)atoi(optarg);
		break;
	default:
		exit(2);
	}
}

void options_read(struct options *options, int argc, char **argv)
{
	static const struct option known[] = { { "connections", required_argument, NULL, 'c' },
		                                   { "seconds", required_argument, NULL, 's' },
		                                   { "rate", required_argument, NULL, 'r' },
		                                   { "persist", no_argument, NULL, 'p' },
		                                   { "log", required_argument, NULL, 'l' },
		                                   { "first-tag", required_argument, NULL, 't' },
		                                   { "pairs", required_argument, NULL, 'n' },
		                                   { "campaign", required_argument, NULL, 'g' },
		                                   { "no-media", no_argument, NULL, 'm' },
		                                   { "think", required_argument, NULL, 'w' },
		                                   { "skip", required_argument, NULL, 'k' },
		                                   { "stats", required_argument, NULL, 'a' },
		                                   { NULL, 0, NULL, 0 } };
	int option;

	*options = (struct options){ .connections = 64, .pairs = 10 };
	while ((option = getopt_long(argc, argv, "", known, NULL)) >= 0)
		read_option(options, option);
	if (argc - optind < 2 || !options->connections) {
		fputs("usage: bench-client [OPTION...] HOST:PORT requests|cycle|arrive|idle [FILE]\n",
		      stderr);
		exit(2);
	}
	read_address(&options->to, argv[optind]);
	options->mode = argv[optind + 1];
	if (argc - optind > 2)
		options->file = argv[optind + 2];
}
