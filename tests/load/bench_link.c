/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_link.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char scratch[256 * 1024];

bool link_open(struct link *link, const struct sockaddr_in *to, const struct sockaddr_in *from)
{
	int yes = 1;

	link->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return false;
	setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if (from) {
		setsockopt(link->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
		if (bind(link->fd, (const struct sockaddr *)from, sizeof *from))
			return false;
	}
	if (connect(link->fd, (const struct sockaddr *)to, sizeof *to) && errno != EINPROGRESS) {
		close(link->fd);
		return false;
	}
	link->state = LINK_IDLE;
	return true;
}

void link_close(struct link *link)
{
	if (link->state != LINK_CLOSED)
		close(link->fd);
	link->state = LINK_CLOSED;
}

void link_send(struct link *link, const char *bytes, size_t len)
{
	link->out = bytes;
	link->out_len = len;
	link->out_sent = link->in_len = link->need = 0;
	link->state = LINK_WAITING;
}

static enum link_event broken(struct link *link)
{
	bool waiting = link->state == LINK_WAITING, whole = link->out_sent == link->out_len;

	link_close(link);
	return !waiting ? LINK_HUNG_UP : whole ? LINK_BROKEN : LINK_UNSENT;
}

/* The value of a header, whose name is given in lower case with its colon; NULL: not there. */
static const char *header(const char *head, const char *name)
{
	for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, strlen(name)) == 0)
			return line + 2 + strlen(name) + strspn(line + 2 + strlen(name), " ");
	return NULL;
}

/* False: this is no HTTP that we know. */
static bool read_head(struct link *link, char *end)
{
	struct answer *answer = &link->answer;

	end[2] = '\0';
	if (strncmp(link->in, "HTTP/1.1 ", 9) != 0)
		return false;
	answer->status = atoi(link->in + 9);
	answer->head = link->in;
	answer->body = end + 4;
	const char *length = header(link->in, "content-length:");
	const char *connection = header(link->in, "connection:");
	answer->closing = connection && strncasecmp(connection, "close", 5) == 0;
	bool bare = answer->status == 204 || answer->status == 304;
	if (!length && !bare)
		return false;
	answer->body_len = bare ? 0 : strtoul(length, NULL, 10);
	link->need = (size_t)(end + 4 - link->in) + answer->body_len;
	return true;
}

/* Takes in what came. False: it is not an answer to what was asked. */
static bool take(struct link *link, const char *bytes, size_t len)
{
	size_t room = link->in_len < LINK_KEEP - 1 ? LINK_KEEP - 1 - link->in_len : 0;
	size_t kept = len < room ? len : room;

	if (link->state != LINK_WAITING)
		return false;
	if (!link->in && !(link->in = malloc(LINK_KEEP)))
		abort();
	if (kept) {
		memcpy(link->in + link->in_len, bytes, kept);
		link->in[link->in_len + kept] = '\0';
	}
	link->in_len += len;
	if (!link->need) {
		char *end = strstr(link->in, "\r\n\r\n");

		if (end && !read_head(link, end))
			return false;
		if (!end && link->in_len >= LINK_KEEP - 1)
			return false;
	}
	return !link->need || link->in_len <= link->need;
}

static bool send_more(struct link *link)
{
	while (link->state == LINK_WAITING && link->out_sent < link->out_len) {
		ssize_t n = send(link->fd, link->out + link->out_sent, link->out_len - link->out_sent,
		                 MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == ENOTCONN;
		link->out_sent += (size_t)n;
	}
	return true;
}

enum link_event link_step(struct link *link)
{
	if (link->state == LINK_CLOSED)
		return LINK_NOTHING;
	if (!send_more(link))
		return broken(link);
	for (;;) {
		ssize_t n = recv(link->fd, scratch, sizeof scratch, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
			break;
		if (n <= 0 || !take(link, scratch, (size_t)n))
			return broken(link);
		if (link->need && link->in_len == link->need)
			break;
	}
	if (link->state != LINK_WAITING || !link->need || link->in_len < link->need)
		return LINK_NOTHING;
	link->state = LINK_IDLE;
	if (link->answer.closing)
		link_close(link);
	return LINK_ANSWERED;
}
