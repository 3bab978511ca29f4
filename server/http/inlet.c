/* SPDX-License-Identifier: Apache-2.0 */
#undef _FORTIFY_SOURCE /* which makes recv() a macro of sorts, where we define it */
#include "http/inlet.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "http/connection.h"
#include "http/framing.h"
#include "http/head.h"
#include "http/linger.h"
#include "http/problem.h"

#define MOST_DESCRIPTORS (1 << 16) /* as in http/connection */
#define LOOK_BYTES       (16 * 1024)

_Static_assert(LOOK_BYTES > HEAD_ROOM, "a head that is too large must be seen to be so");

enum inlet_stage {
	INLET_CLOSED,
	INLET_HEAD,
	INLET_BODY,
	INLET_ANSWER,
	INLET_REFUSED,
	INLET_TURNED_AWAY
};

struct inlet {
	enum inlet_stage stage;
	int socket;
	bool is_head;        /* the request's method is HEAD */
	bool is_begun;       /* some of a head has come */
	long long length;    /* of the body, as its head said */
	struct framing body; /* of the request that is passing */
	char *held;          /* what was taken out of the kernel and found no room in the library */
	size_t held_at, held_len;
	int epoll; /* the set that it is in, and how */
	struct epoll_event event;
	struct connection *peer;
	const struct inlet_config *config;
};

/* By socket: a process has one of each number. */
static struct inlet inlets[MOST_DESCRIPTORS];

static _Thread_local bool is_mhd_thread;

/* Bytes that are looked at, or written anew, before they are handed over. */
static _Thread_local char look[LOOK_BYTES];

struct inlet *inlet_open(int socket, struct connection *peer, const struct inlet_config *config)
{
	struct inlet *inlet = &inlets[socket];

	is_mhd_thread = true;
	*inlet = (struct inlet){
		.stage = INLET_HEAD, .socket = socket, .epoll = -1, .peer = peer, .config = config
	};
	return inlet;
}

void inlet_close(struct inlet *inlet)
{
	if (inlet->stage == INLET_REFUSED || inlet->stage == INLET_BODY)
		linger(inlet->socket);
	free(inlet->held);
	*inlet = (struct inlet){ .stage = INLET_CLOSED };
}

struct connection *inlet_peer(const struct inlet *inlet)
{
	return inlet->peer;
}

bool inlet_has_passed(const struct inlet *inlet, long long *ret_length)
{
	*ret_length = inlet->length;
	return inlet->stage == INLET_BODY || inlet->stage == INLET_ANSWER;
}

/* Makes epoll tell again of what lies in the kernel. Outside the set there is no need. */
static void inlet_arm(struct inlet *inlet)
{
	if (inlet->epoll >= 0)
		epoll_ctl(inlet->epoll, EPOLL_CTL_MOD, inlet->socket, &inlet->event);
}

static ssize_t nothing_yet(void)
{
	errno = EAGAIN;
	return -1;
}

/* One answer, and the end of the stream for the library, which closes. */
static ssize_t inlet_refuse(struct inlet *inlet, struct error err)
{
	struct arena *arena = arena_new();
	unsigned status;
	const char *text = problem_answer(arena, err, inlet->config->headers, inlet->is_head, &status);

	inlet->stage = INLET_REFUSED;
	send(inlet->socket, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	inlet->config->refused(inlet->config->arg, status);
	arena_free(arena);
	return 0;
}

void inlet_answer_early(struct inlet *inlet, const char *text)
{
	inlet->stage = INLET_REFUSED;
	send(inlet->socket, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void inlet_turn_away(struct inlet *inlet, struct error err)
{
	inlet_refuse(inlet, err);
	inlet->stage = INLET_TURNED_AWAY; /* nobody waits for those who come in crowds */
	shutdown(inlet->socket, SHUT_RDWR);
}

static ssize_t inlet_peek(const struct inlet *inlet, char *to, size_t len)
{
	return recvfrom(inlet->socket, to, len, MSG_PEEK | MSG_DONTWAIT, NULL, NULL);
}

void inlet_answered(struct inlet *inlet)
{
	char next;

	if (inlet->stage != INLET_ANSWER)
		return;
	inlet->stage = INLET_HEAD;
	inlet->is_begun = false;
	if (inlet_peek(inlet, &next, 1) >= 0) /* another request, or the end */
		inlet_arm(inlet);
}

/* Takes out of the kernel what was looked at. */
static void inlet_take(const struct inlet *inlet, size_t len)
{
	static _Thread_local char waste[LOOK_BYTES];

	while (len) {
		ssize_t some = recvfrom(inlet->socket, waste, len, MSG_DONTWAIT, NULL, NULL);

		if (some <= 0)
			return;
		len -= (size_t)some;
	}
}

static bool has_ended(const struct inlet *inlet)
{
	struct pollfd now = { .fd = inlet->socket, .events = POLLRDHUP };

	return poll(&now, 1, 0) == 1 && now.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

/* Some of what is held; the library comes back for the rest, because all its room was used. */
static ssize_t give_held(struct inlet *inlet, char *to, size_t room)
{
	size_t some = inlet->held_len - inlet->held_at;

	some = some < room ? some : room;
	memcpy(to, inlet->held + inlet->held_at, some);
	inlet->held_at += some;
	if (inlet->held_at == inlet->held_len) {
		free(inlet->held);
		inlet->held = NULL;
		if (inlet->stage == INLET_BODY)
			inlet_arm(inlet);
	}
	return (ssize_t)some;
}

/*
 * Hands over `len` bytes that were looked at.  Fewer than the library has room for make it wait
 * for epoll, which must then tell of what is left.
 */
static ssize_t inlet_give(struct inlet *inlet, char *to, size_t room, size_t len, bool may_be_more)
{

	inlet->stage = inlet->body.place == FRAMING_END ? INLET_ANSWER : INLET_BODY;
	if (len <= room) {
		if (inlet->stage == INLET_BODY && (may_be_more || has_ended(inlet)))
			inlet_arm(inlet);
		memcpy(to, look, len);
		return (ssize_t)len;
	}
	inlet->held = malloc(len);
	if (!inlet->held)
		abort();
	memcpy(inlet->held, look, len);
	inlet->held_at = 0;
	inlet->held_len = len;
	return give_held(inlet, to, room);
}

/* Blank lines before a request are nothing (RFC 9112, 2.2). Returns how many bytes are left. */
static size_t skip_blank_lines(struct inlet *inlet, size_t len)
{
	size_t blank = 0;

	while (blank + 1 < len && look[blank] == '\r' && look[blank + 1] == '\n')
		blank += 2;
	inlet_take(inlet, blank);
	memmove(look, look + blank, len - blank);
	return len - blank;
}

/* More of the head must come, and will not if the client has closed. */
static ssize_t wait_for_more(struct inlet *inlet, size_t len, bool may_be_more)
{
	if (may_be_more)
		inlet_arm(inlet);
	if (!has_ended(inlet))
		return nothing_yet();
	return len ? inlet_refuse(inlet, errorf(ERR_MALFORMED, "The request is cut short.")) : 0;
}

static ssize_t read_head(struct inlet *inlet, char *to, size_t room)
{
	ssize_t got = inlet_peek(inlet, look, sizeof look);
	bool may_be_more = got == sizeof look;
	struct head head;
	size_t body = 0, kept = 0;

	if (got <= 0)
		return got;
	if (!inlet->is_begun) /* its time runs from the first byte on */
		connection_phase(inlet->peer, PHASE_READING, 0);
	inlet->is_begun = true;
	size_t len = skip_blank_lines(inlet, (size_t)got);
	struct error err = head_read(look, len, &head);

	inlet->is_head = head.is_head;
	if (!err.code && !head.len)
		return wait_for_more(inlet, len, may_be_more);
	if (!err.code) {
		inlet->body = framing_of(head.length, inlet->config->most_body);
		err = framing_follow(&inlet->body, look + head.len, len - head.len, &body, &kept);
	}
	if (err.code)
		return inlet_refuse(inlet, err);
	inlet_take(inlet, head.len + body);
	inlet->length = head.length;
	return inlet_give(inlet, to, room, head.len + kept, may_be_more || len > head.len + body);
}

static ssize_t read_body(struct inlet *inlet, char *to, size_t room)
{
	size_t most = room < sizeof look ? room : sizeof look, len = 0, kept = 0;
	ssize_t got = inlet_peek(inlet, look, most);

	if (got < 0)
		return got;
	if (got == 0)
		return inlet_refuse(inlet, errorf(ERR_MALFORMED, "The request is cut short."));
	struct error err = framing_follow(&inlet->body, look, (size_t)got, &len, &kept);

	if (err.code)
		return inlet_refuse(inlet, err);
	inlet_take(inlet, len);
	bool may_be_more = (size_t)got > len || (size_t)got == most;

	if (kept)
		return inlet_give(inlet, to, room, kept, may_be_more);
	if (may_be_more || has_ended(inlet))
		inlet_arm(inlet);
	return nothing_yet();
}

static ssize_t read_some(struct inlet *inlet, char *to, size_t room)
{
	if (inlet->held)
		return give_held(inlet, to, room);
	switch (inlet->stage) {
	case INLET_HEAD:
		return read_head(inlet, to, room);
	case INLET_BODY:
		return read_body(inlet, to, room);
	case INLET_ANSWER: /* the end, or what comes next, is for later */
		return nothing_yet();
	case INLET_REFUSED:
	case INLET_TURNED_AWAY:
	case INLET_CLOSED:
		break;
	}
	return 0;
}

/* Of a socket that the library reads on this thread; NULL for all others. */
static struct inlet *inlet_of_here(int socket)
{
	bool ours = is_mhd_thread && socket >= 0 && socket < MOST_DESCRIPTORS &&
	            inlets[socket].stage != INLET_CLOSED;

	return ours ? &inlets[socket] : NULL;
}

ssize_t recv(int fd, void *buf, size_t n, int flags)
{
	struct inlet *inlet = inlet_of_here(fd);

	return inlet ? read_some(inlet, buf, n) : recvfrom(fd, buf, n, flags, NULL, NULL);
}

typedef int epoll_ctl_function(int epfd, int op, int fd, struct epoll_event *event);

static epoll_ctl_function *epoll_ctl_of_libc;

__attribute__((constructor)) static void find_epoll_ctl(void)
{
	*(void **)&epoll_ctl_of_libc = dlsym(RTLD_NEXT, "epoll_ctl");
	if (!epoll_ctl_of_libc)
		abort();
}

int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	struct inlet *inlet = inlet_of_here(fd);

	if (inlet && op == EPOLL_CTL_ADD) {
		inlet->epoll = epfd;
		inlet->event = *event;
	}
	int result = epoll_ctl_of_libc(epfd, op, fd, event);

	/* When descriptors are short, its threads take the listening socket out of their sets and put
	 * it back; whoever stops it meanwhile takes it out as well, and would abort the process. */
	return op == EPOLL_CTL_DEL && result != 0 && errno == ENOENT ? 0 : result;
}
