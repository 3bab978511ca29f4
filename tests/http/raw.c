/* SPDX-License-Identifier: Apache-2.0 */
#include "raw.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

#define MAX_ANSWER (1 << 20)
#define QUIET_MS   3000

const char *raw_host(void)
{
	return getenv("SERVER_URL") + strlen("http://");
}

static struct sockaddr_in address_of(unsigned port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                         .sin_port = htons((uint16_t)port),
		                         .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

int raw_open(void)
{
	return raw_open_at((unsigned)atoi(strrchr(raw_host(), ':') + 1));
}

int raw_open_at(unsigned port)
{
	return raw_open_from("127.0.0.1", port);
}

int raw_open_from(const char *from, unsigned port)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	struct sockaddr_in address = address_of(port);
	int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, from, &own.sin_addr);
	/* Not assertions of Check's: the dripping client is no test. */
	if (bind(connection, (struct sockaddr *)&own, sizeof own) != 0)
		abort();
	if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0)
		abort();
	return connection;
}

void raw_close(int connection)
{
	close(connection);
}

void raw_end(int connection)
{
	shutdown(connection, SHUT_WR);
}

bool raw_write(int connection, const char *bytes, size_t len)
{
	while (len) {
		ssize_t some = send(connection, bytes, len, MSG_NOSIGNAL);
		if (some <= 0)
			return false;
		bytes += some;
		len -= (size_t)some;
	}
	return true;
}

static int count_answers(const char *text)
{
	int count = 0;

	for (const char *at = text; (at = strstr(at, "HTTP/1.1 ")); at++)
		count++;
	return count;
}

static struct raw_answer read_answer(int connection, int quiet_ms, bool one)
{
	struct raw_answer answer = { 0 };
	char *text = keep(malloc(MAX_ANSWER + 1));
	size_t len = 0;

	while (len < MAX_ANSWER) {
		struct pollfd ready = { .fd = connection, .events = POLLIN };
		if (poll(&ready, 1, quiet_ms) != 1)
			break;
		ssize_t some = recv(connection, text + len, MAX_ANSWER - len, 0);
		answer.closed = some <= 0;
		if (some <= 0)
			break;
		len += (size_t)some;
		if (one)
			break;
	}
	text[len] = '\0';
	answer.text = text;
	answer.answers = count_answers(text);
	if (answer.answers)
		answer.status = atoi(strstr(text, "HTTP/1.1 ") + strlen("HTTP/1.1 "));
	return answer;
}

struct raw_answer raw_read(int connection, int quiet_ms)
{
	return read_answer(connection, quiet_ms, false);
}

struct raw_answer raw_read_one(int connection)
{
	return read_answer(connection, QUIET_MS, true);
}

size_t raw_read_all(const int connections[], size_t count, int wait_ms)
{
	char some[4096];
	size_t got = 0;

	for (size_t i = 0; i < count; i++) {
		struct pollfd ready = { .fd = connections[i], .events = POLLIN };

		if (poll(&ready, 1, wait_ms) != 1)
			break;
		got += recv(connections[i], some, sizeof some, 0) > 0;
	}
	return got;
}

struct raw_answer raw_ask_bytes(const char *bytes, size_t len)
{
	int connection = raw_open();

	raw_write(connection, bytes, len);
	struct raw_answer answer = raw_read(connection, QUIET_MS);
	raw_close(connection);
	return answer;
}

struct raw_answer raw_ask(const char *text)
{
	return raw_ask_bytes(text, strlen(text));
}

unsigned raw_free_port(void)
{
	const char *ports = getenv("TEST_PORTS");
	unsigned first = 0, last = 0; /* 0: whichever the system gives */

	ck_assert(!ports || sscanf(ports, "%u %u", &first, &last) == 2);
	for (unsigned port = first; port <= last; port++) {
		struct sockaddr_in address = address_of(port);
		socklen_t len = sizeof address;
		int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		bool is_free = bind(listener, (struct sockaddr *)&address, sizeof address) == 0;

		getsockname(listener, (struct sockaddr *)&address, &len);
		close(listener);
		if (is_free)
			return ntohs(address.sin_port);
	}
	ck_abort_msg("no port is free from %u to %u", first, last);
}

bool raw_listens(unsigned port)
{
	struct sockaddr_in address = address_of(port);
	int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool listens = connect(connection, (struct sockaddr *)&address, sizeof address) == 0;

	close(connection);
	return listens;
}
