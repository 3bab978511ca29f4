/* SPDX-License-Identifier: Apache-2.0 */
#include "http/connection.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/thread.h"

#define SWEEP_EVERY_MS 1000
#define IDLE_MS        90000 /* MHD's own inactivity time-out comes first, for the honest */
#define READING_MS     20000
#define SENDING_MS     30000
#define SLOWEST_PER_MS 16 /* bytes: 16 kB/s is the slowest reader we wait for */

#define MOST_DESCRIPTORS (1 << 16) /* the kernel gives out the lowest, and we hold far fewer */
#define CACHE_LINE       64
#define HOLDERS          (1 << 16)

/* A line of its own: neighbours belong to different threads, which write it thrice a request. */
struct connection {
	_Alignas(CACHE_LINE) _Atomic int64_t due; /* see due_at(); NOTHING_DUE also when closed */
	bool target_good;                         /* of the MHD thread alone */
	uint16_t holder;                          /* which of held[]; 0: none */
};

struct connections {
	pthread_mutex_t lock; /* guards opening and closing against the sweeper's shutdown(2) */
	pthread_cond_t stop;
	bool stopping;
	unsigned most, open;    /* open: those that are counted in held[] too */
	unsigned held[HOLDERS]; /* by network; two may share a count */
	pthread_t sweeper;
	atomic_int highest;
	struct connection by_socket[MOST_DESCRIPTORS];
};

/* A deadline and its phase are one number, so that no thread sees half of a change. */
#define NOTHING_DUE 0

static int64_t due_at(int64_t deadline_ms, enum phase phase)
{
	return deadline_ms * PHASES + (int64_t)phase;
}

static int64_t time_for(enum phase phase, uint64_t bytes)
{
	switch (phase) {
	case PHASE_IDLE:
		return IDLE_MS;
	case PHASE_READING:
		return READING_MS;
	case PHASE_SENDING:
		return SENDING_MS + (int64_t)(bytes / SLOWEST_PER_MS);
	case PHASE_SERVING:
	case PHASES:
		break;
	}
	return 0;
}

/* Deadlines are in seconds: the coarse clock, which costs a third, is good enough. */
static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * shutdown(2) makes MHD see the end of the stream; the socket stays MHD's to close.  The lock
 * and the second look make sure that it is still the connection whose time is over.
 */
static void hang_up(struct connections *connections, int socket, int64_t seen)
{
	pthread_mutex_lock(&connections->lock);
	if (atomic_compare_exchange_strong(&connections->by_socket[socket].due, &seen, NOTHING_DUE))
		shutdown(socket, SHUT_RDWR);
	pthread_mutex_unlock(&connections->lock);
}

void connections_sweep(struct connections *connections, int64_t now)
{
	int highest = connections->highest;

	for (int socket = 0; socket <= highest; socket++) {
		struct connection *c = &connections->by_socket[socket];
		int64_t due = atomic_load_explicit(&c->due, memory_order_relaxed);

		if (due != NOTHING_DUE && due / PHASES < now)
			hang_up(connections, socket, due);
	}
}

static unsigned largest_holder(const struct connections *connections)
{
	unsigned largest = 1;

	for (unsigned i = 1; i < HOLDERS; i++)
		if (connections->held[i] > connections->held[largest])
			largest = i;
	return largest;
}

/*
 * Nearly full: whoever holds most loses idle connections, until a fifth is free or half of its are
 * gone.  The next sweep goes on, with whoever holds most then.
 */
static void connection_make_room(struct connections *connections)
{
	pthread_mutex_lock(&connections->lock);
	if (connections->open > connections->most / 10 * 9) {
		unsigned holder = largest_holder(connections), gone = 0;
		unsigned enough = connections->open - connections->most / 10 * 8;
		unsigned half = (connections->held[holder] + 1) / 2;

		for (int socket = 0; socket <= connections->highest && gone < enough && gone < half;
		     socket++) {
			struct connection *c = &connections->by_socket[socket];
			int64_t due = atomic_load(&c->due);

			if (c->holder == holder && due != NOTHING_DUE && due % PHASES == PHASE_IDLE &&
			    atomic_compare_exchange_strong(&c->due, &due, NOTHING_DUE))
				gone += shutdown(socket, SHUT_RDWR) == 0;
		}
		log_warn("%u of %u connections are open; closed %u idle ones of the network with most",
		         connections->open, connections->most, gone);
	}
	pthread_mutex_unlock(&connections->lock);
}

static void *connection_sweep(void *arg)
{
	struct connections *connections = arg;

	pthread_mutex_lock(&connections->lock);
	while (!connections->stopping) {
		pthread_mutex_unlock(&connections->lock);
		connections_sweep(connections, now_ms());
		connection_make_room(connections);
		int64_t until_ms = clock_monotonic_ms() + SWEEP_EVERY_MS;
		pthread_mutex_lock(&connections->lock);
		if (!connections->stopping)
			clock_condition_wait(&connections->stop, &connections->lock, until_ms);
	}
	pthread_mutex_unlock(&connections->lock);
	return NULL;
}

struct connections *connections_start(unsigned most)
{
	/* Pages of zeros, which take no memory until they are used. */
	struct connections *connections =
		mmap(NULL, sizeof *connections, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (connections == MAP_FAILED)
		abort();
	connections->most = most;
	pthread_mutex_init(&connections->lock, NULL);
	clock_condition_init(&connections->stop);
	thread_must_start(&connections->sweeper, connection_sweep, connections,
	                  "close idle connections");
	return connections;
}

void connections_stop(struct connections *connections)
{
	pthread_mutex_lock(&connections->lock);
	connections->stopping = true;
	pthread_cond_signal(&connections->stop);
	pthread_mutex_unlock(&connections->lock);
	pthread_join(connections->sweeper, NULL);
	pthread_cond_destroy(&connections->stop);
	pthread_mutex_destroy(&connections->lock);
	munmap(connections, sizeof *connections);
}

struct connection *connection_open(struct connections *connections, int socket, uint64_t network,
                                   unsigned *ret_held)
{
	if (socket < 0 || socket >= MOST_DESCRIPTORS)
		abort();

	struct connection *connection = &connections->by_socket[socket];
	pthread_mutex_lock(&connections->lock);
	connection->target_good = false;
	connection->holder = network ? (uint16_t)(1 + network % (HOLDERS - 1)) : 0;
	*ret_held = connection->holder ? ++connections->held[connection->holder] : 0;
	connections->open += connection->holder != 0;
	connection_phase(connection, PHASE_IDLE, 0);
	if (socket > connections->highest)
		connections->highest = socket;
	pthread_mutex_unlock(&connections->lock);
	return connection;
}

void connection_close(struct connections *connections, struct connection *connection)
{
	pthread_mutex_lock(&connections->lock);
	connection->due = NOTHING_DUE;
	if (connection->holder) {
		connections->held[connection->holder]--;
		connections->open--;
	}
	connection->holder = 0;
	pthread_mutex_unlock(&connections->lock);
}

void connection_phase(struct connection *connection, enum phase phase, uint64_t bytes)
{
	int64_t time_ms = time_for(phase, bytes);

	atomic_store_explicit(&connection->due,
	                      time_ms ? due_at(now_ms() + time_ms, phase) : NOTHING_DUE,
	                      memory_order_relaxed);
}

void connection_note_target(struct connection *connection, bool good)
{
	int64_t due = atomic_load_explicit(&connection->due, memory_order_relaxed);

	connection->target_good = good;
	if (due == NOTHING_DUE || due % PHASES != PHASE_READING) /* else its time runs already */
		connection_phase(connection, PHASE_READING, 0);
}

bool connection_target_good(const struct connection *connection)
{
	return connection->target_good;
}
