/* SPDX-License-Identifier: Apache-2.0 */
#include "relay.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"

#define MOST_LINKS 64

static atomic_bool is_silent;
static char database_socket[108];
static int listener;
static struct {
	int ours, theirs;
} links[MOST_LINKS];
static atomic_int link_count;

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	ck_assert_int_lt((int)strlen(path), (int)sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path));
	return address;
}

/* Passes on what one side sent. False: it has hung up. */
static bool pass_on(int from, int to)
{
	char bytes[65536];
	ssize_t len = recv(from, bytes, sizeof bytes, 0);

	while (is_silent)
		usleep(10000);
	for (ssize_t sent = 0, some; sent < len; sent += some)
		if ((some = send(to, bytes + sent, (size_t)(len - sent), MSG_NOSIGNAL)) <= 0)
			return false;
	return len > 0;
}

static void *carry(void *arg)
{
	size_t which = (size_t)arg;
	int ours = links[which].ours, theirs = links[which].theirs;
	struct pollfd ends[] = { { .fd = ours, .events = POLLIN }, { .fd = theirs, .events = POLLIN } };
	bool open = true;

	while (open && poll(ends, 2, -1) > 0) {
		if (ends[0].revents)
			open = pass_on(ours, theirs);
		if (open && ends[1].revents)
			open = pass_on(theirs, ours);
	}
	shutdown(ours, SHUT_RDWR);
	shutdown(theirs, SHUT_RDWR);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct sockaddr_un address = address_of(database_socket);
	(void)arg;

	for (int which = 0; which < MOST_LINKS; which++) {
		int ours = accept(listener, NULL, NULL), theirs = socket(AF_UNIX, SOCK_STREAM, 0);
		pthread_t thread;

		if (connect(theirs, (struct sockaddr *)&address, sizeof address) != 0)
			abort();
		links[which].ours = ours;
		links[which].theirs = theirs;
		link_count = which + 1;
		if (pthread_create(&thread, NULL, carry, (void *)(size_t)which) != 0)
			abort();
	}
	return NULL;
}

/* DATABASE_URL names the folder of the database's socket: postgresql:///NAME?host=FOLDER&port=...
 */
const char *relay_start(void)
{
	const char *url = getenv("DATABASE_URL"), *host = strstr(url, "host=");
	char *folder = say("%s", "/tmp/touchstone-relay-XXXXXX");
	pthread_t thread;

	ck_assert_msg(host != NULL, "DATABASE_URL has no host=");
	host += strlen("host=");
	int host_len = (int)strcspn(host, "&");
	snprintf(database_socket, sizeof database_socket, "%.*s/.s.PGSQL.5432", host_len, host);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	struct sockaddr_un address = address_of(say("%s/.s.PGSQL.5432", folder));
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(listener, MOST_LINKS), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, accept_all, NULL), 0);
	return say("%.*s%s%s", (int)(host - url), url, folder, host + host_len);
}

void relay_be_silent(bool silent)
{
	is_silent = silent;
}

void relay_hang_up(void)
{
	for (int which = 0; which < link_count; which++) {
		shutdown(links[which].ours, SHUT_RDWR);
		shutdown(links[which].theirs, SHUT_RDWR);
	}
}
