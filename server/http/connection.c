/* SPDX-License-Identifier: Apache-2.0 */
#include "http/connection.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "core/clock.h"

#define IDLE_MS        90000 /* MHD's own inactivity time-out comes first, for the honest */
#define READING_MS     20000
#define SENDING_MS     30000
#define SLOWEST_PER_MS 16 /* bytes: 16 kB/s is the slowest reader we wait for */

struct connection {
	struct connection *prev, *next; /* guarded by connections.lock, as is deadline_ms */
	int64_t deadline_ms;            /* 0: none */
	int socket;
	bool target_good; /* of the MHD thread alone */
};

struct connections {
	pthread_mutex_t lock; /* guards the list and every deadline */
	pthread_cond_t stop;
	struct connection *head;
	bool stopping;
	pthread_t sweeper;
};

/* shutdown(2) makes MHD see the end of the stream; the socket stays MHD's to close. */
static void sweep_once(struct connections *connections)
{
	int64_t now = clock_monotonic_ms();

	for (struct connection *c = connections->head; c; c = c->next) {
		if (c->deadline_ms && c->deadline_ms < now) {
			shutdown(c->socket, SHUT_RDWR);
			c->deadline_ms = 0;
		}
	}
}

static void *sweep(void *arg)
{
	struct connections *connections = arg;
	struct timespec when;

	pthread_mutex_lock(&connections->lock);
	while (!connections->stopping) {
		sweep_once(connections);
		clock_gettime(CLOCK_REALTIME, &when);
		when.tv_sec++;
		pthread_cond_timedwait(&connections->stop, &connections->lock, &when);
	}
	pthread_mutex_unlock(&connections->lock);
	return NULL;
}

struct connections *connections_start(void)
{
	struct connections *connections = calloc(1, sizeof *connections);

	if (!connections)
		abort();
	pthread_mutex_init(&connections->lock, NULL);
	pthread_cond_init(&connections->stop, NULL);
	if (pthread_create(&connections->sweeper, NULL, sweep, connections) != 0)
		abort();
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
	free(connections);
}

struct connection *connection_open(struct connections *connections, int socket)
{
	struct connection *connection = calloc(1, sizeof *connection);

	if (!connection)
		abort();
	connection->socket = socket;
	connection->deadline_ms = clock_monotonic_ms() + IDLE_MS;
	pthread_mutex_lock(&connections->lock);
	connection->next = connections->head;
	if (connection->next)
		connection->next->prev = connection;
	connections->head = connection;
	pthread_mutex_unlock(&connections->lock);
	return connection;
}

void connection_close(struct connections *connections, struct connection *connection)
{
	pthread_mutex_lock(&connections->lock);
	if (connection->prev)
		connection->prev->next = connection->next;
	else
		connections->head = connection->next;
	if (connection->next)
		connection->next->prev = connection->prev;
	pthread_mutex_unlock(&connections->lock);
	free(connection);
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
		break;
	}
	return 0;
}

void connection_phase(struct connections *connections, struct connection *connection,
					  enum phase phase, uint64_t bytes)
{
	int64_t time_ms = time_for(phase, bytes);

	pthread_mutex_lock(&connections->lock);
	connection->deadline_ms = time_ms ? clock_monotonic_ms() + time_ms : 0;
	pthread_mutex_unlock(&connections->lock);
}

void connection_note_target(struct connection *connection, bool good)
{
	connection->target_good = good;
}

bool connection_target_good(const struct connection *connection)
{
	return connection->target_good;
}
