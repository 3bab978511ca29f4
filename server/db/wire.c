/* SPDX-License-Identifier: Apache-2.0 */
#include "db/wire.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/log.h"

#define LOOK_EVERY_MS  50 /* at what others have heard */
#define PROBE_EVERY_MS 1000

static _Atomic int64_t heard_ms; /* the last answer on any connection */
static atomic_bool hangs;
static _Atomic int64_t probed_ms;

static void wire_hear(void)
{
	heard_ms = clock_monotonic_ms();
	if (hangs)
		hangs = false;
}

bool wire_may_ask(void)
{
	int64_t now_ms = clock_monotonic_ms(), last_ms = probed_ms;

	if (!hangs)
		return true;
	return now_ms - last_ms >= PROBE_EVERY_MS &&
	       atomic_compare_exchange_strong(&probed_ms, &last_ms, now_ms);
}

static bool wire_is_over(struct patience patience, int64_t began_ms)
{
	int64_t now_ms = clock_monotonic_ms(), quiet_ms = heard_ms;

	if (quiet_ms < began_ms)
		quiet_ms = began_ms;
	if (patience.hush_ms && now_ms - quiet_ms >= patience.hush_ms) {
		hangs = true;
		probed_ms = now_ms;
		return true;
	}
	return patience.most_ms && now_ms - began_ms >= patience.most_ms;
}

/* Waits a little for what there is to read or send. False: the connection is broken. */
static bool wait_a_little(PGconn *conn, bool sending)
{
	struct pollfd socket = { .fd = PQsocket(conn), .events = sending ? POLLIN | POLLOUT : POLLIN };

	if (socket.fd < 0)
		return false;
	if (poll(&socket, 1, LOOK_EVERY_MS) <= 0 || !(socket.revents & ~POLLOUT))
		return true;
	if (!PQconsumeInput(conn))
		return false;
	wire_hear();
	return true;
}

void wire_cancel(PGconn *conn)
{
	PGcancel *request = PQgetCancel(conn);
	char why[256];

	if (request && !PQcancel(request, why, sizeof why))
		log_warn("database: cannot cancel: %s", why);
	PQfreeCancel(request);
}

PGresult *wire_result(PGconn *conn, struct patience patience, bool *ret_hung)
{
	int64_t began_ms = clock_monotonic_ms();
	bool waited = false, asked = false; /* to stop */

	*ret_hung = false;
	for (;;) {
		int unsent = PQflush(conn);

		if (unsent < 0 || (unsent == 0 && !PQisBusy(conn)))
			break;
		if (wire_is_over(patience, began_ms)) {
			*ret_hung = true;
			return NULL;
		}
		if (waited && !asked && patience.stop && *patience.stop) {
			wire_cancel(conn);
			asked = true;
		}
		if (!wait_a_little(conn, unsent > 0))
			break;
		waited = true;
	}
	return PQgetResult(conn); /* does not wait any more */
}

bool wire_is_dead(PGconn *conn)
{
	struct pollfd socket = { .fd = PQsocket(conn), .events = POLLIN };

	/* Nothing is to be read where nothing was asked, but the database's last words or its end. */
	while (PQstatus(conn) == CONNECTION_OK && socket.fd >= 0 && poll(&socket, 1, 0) > 0)
		if (!PQconsumeInput(conn))
			return true;
	return PQstatus(conn) != CONNECTION_OK;
}
