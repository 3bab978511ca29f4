/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_bare PORT HEADERS BODY -- libmicrohttpd and nothing else: the measure for /healthz.
 *
 * Answers every request with one response that was built at the start, of the bytes of the file
 * BODY and the header lines of the file HEADERS ("Name: value"; those that libmicrohttpd writes
 * itself are left out there).  The daemon has the flags, threads and limits of http/server.c.
 * Ends with its input.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct MHD_Response *response;

static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_len, void **slot)
{
	static int seen;
	(void)arg, (void)url, (void)method, (void)version, (void)data, (void)data_len;

	if (!*slot) { /* the first of two calls; to answer in it would close the connection */
		*slot = &seen;
		return MHD_YES;
	}
	return MHD_queue_response(connection, 200, response);
}

static void add_headers(FILE *file)
{
	char line[1024];

	while (fgets(line, sizeof line, file)) {
		char *value = strstr(line, ": ");

		line[strcspn(line, "\r\n")] = '\0';
		if (!value)
			continue;
		*value = '\0';
		MHD_add_response_header(response, line, value + 2);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	static char body[65536];
	char byte;
	FILE *headers = argc == 4 ? fopen(argv[2], "re") : NULL;
	FILE *bytes = argc == 4 ? fopen(argv[3], "re") : NULL;

	if (!headers || !bytes) {
		fputs("usage: bench-bare PORT HEADERS BODY\n", stderr);
		return 2;
	}
	response = MHD_create_response_from_buffer(fread(body, 1, sizeof body, bytes), body,
	                                           MHD_RESPMEM_PERSISTENT);
	add_headers(headers);
	address.sin_port = htons((uint16_t)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct MHD_Daemon *daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
		answer, NULL, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_THREAD_POOL_SIZE, 2u,
		MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_CONNECTION_LIMIT, 12000u,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)12 * 1024, MHD_OPTION_LISTEN_BACKLOG_SIZE,
		1024u, MHD_OPTION_END);
	if (!daemon) {
		perror("bench-bare");
		return 1;
	}
	puts("listening");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	MHD_stop_daemon(daemon);
	MHD_destroy_response(response);
	return 0;
}
