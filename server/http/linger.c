/* SPDX-License-Identifier: Apache-2.0 */
#include "http/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/thread.h"

#define LINGER_SOCKETS 128
#define LINGER_MS      2000
#define LINGER_BYTES   (8 << 20)

struct lingering {
	int64_t until_ms;
	size_t bytes;
};

/* Slot 0 is the bell, which is rung when a socket comes or all is over; -1: no socket. */
static struct {
	pthread_mutex_t lock; /* guards `come`, `came`, `running` */
	int come[LINGER_SOCKETS];
	unsigned came;
	bool running;
	int bell;
	pthread_t thread;
} linger_state = { .lock = PTHREAD_MUTEX_INITIALIZER, .bell = -1 };

static void linger_ring(void)
{
	uint64_t one = 1;
	ssize_t written = write(linger_state.bell, &one, sizeof one);

	(void)written; /* full: it rings already */
}

void linger(int socket)
{
	pthread_mutex_lock(&linger_state.lock);
	if (linger_state.running && linger_state.came < LINGER_SOCKETS) {
		int copy = fcntl(socket, F_DUPFD_CLOEXEC, 3);

		if (copy >= 0) {
			shutdown(copy, SHUT_WR);
			linger_state.come[linger_state.came++] = copy;
			linger_ring();
		}
	}
	pthread_mutex_unlock(&linger_state.lock);
}

/* Takes over who came. False: it is time to stop. */
static bool linger_gather(struct pollfd sockets[], struct lingering states[])
{
	pthread_mutex_lock(&linger_state.lock);
	bool running = linger_state.running;

	for (unsigned slot = 1; slot <= LINGER_SOCKETS && linger_state.came; slot++) {
		if (sockets[slot].fd >= 0)
			continue;
		sockets[slot].fd = linger_state.come[--linger_state.came];
		states[slot] = (struct lingering){ .until_ms = clock_monotonic_ms() + LINGER_MS };
	}
	while (linger_state.came)
		close(linger_state.come[--linger_state.came]);
	pthread_mutex_unlock(&linger_state.lock);
	return running;
}

/* Reads what has come. False: this one is over. */
static bool linger_read(int socket, bool ready, struct lingering *state)
{
	static _Thread_local char waste[64 * 1024];
	ssize_t got = ready ? recv(socket, waste, sizeof waste, MSG_DONTWAIT) : 1;

	state->bytes += ready && got > 0 ? (size_t)got : 0;
	return got > 0 && state->bytes < LINGER_BYTES && clock_monotonic_ms() < state->until_ms;
}

static void *linger_loop(void *arg)
{
	struct pollfd sockets[LINGER_SOCKETS + 1];
	struct lingering states[LINGER_SOCKETS + 1];
	uint64_t rings;
	(void)arg;

	for (unsigned slot = 0; slot <= LINGER_SOCKETS; slot++)
		sockets[slot] = (struct pollfd){ .fd = slot ? -1 : linger_state.bell, .events = POLLIN };
	while (linger_gather(sockets, states)) {
		bool idle = true;

		for (unsigned slot = 1; slot <= LINGER_SOCKETS; slot++)
			idle = idle && sockets[slot].fd < 0;
		poll(sockets, LINGER_SOCKETS + 1, idle ? -1 : LINGER_MS / 4);
		if (sockets[0].revents && read(sockets[0].fd, &rings, sizeof rings) < 0)
			continue;
		for (unsigned slot = 1; slot <= LINGER_SOCKETS; slot++)
			if (sockets[slot].fd >= 0 &&
			    !linger_read(sockets[slot].fd, sockets[slot].revents, &states[slot])) {
				close(sockets[slot].fd);
				sockets[slot].fd = -1;
			}
	}
	for (unsigned slot = 1; slot <= LINGER_SOCKETS; slot++)
		if (sockets[slot].fd >= 0)
			close(sockets[slot].fd);
	return NULL;
}

void linger_start(void)
{
	linger_state.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	linger_state.running = true;
	if (linger_state.bell < 0) {
		log_error("no descriptor is left to close connections by: %s", strerrordesc_np(errno));
		_exit(EXIT_FAILURE);
	}
	thread_must_start(&linger_state.thread, linger_loop, NULL, "close connections");
}

void linger_stop(void)
{
	pthread_mutex_lock(&linger_state.lock);
	linger_state.running = false;
	linger_ring();
	pthread_mutex_unlock(&linger_state.lock);
	pthread_join(linger_state.thread, NULL);
	close(linger_state.bell);
}
