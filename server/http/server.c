/* SPDX-License-Identifier: Apache-2.0 */
#include "http/server.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "http/client.h"
#include "http/connection.h"
#include "http/guard.h"
#include "http/head.h"
#include "http/inlet.h"
#include "http/linger.h"
#include "http/problem.h"
#include "http/response.h"
#include "http/response_stream.h"
#include "work/lane.h"

#define MHD_THREADS     2
#define MAX_STREAMS     256  /* bodies in pieces at once, 64 KB of memory each ... */
#define NETWORK_STREAMS 32   /* ... and of one network, so that none keeps all others out */
#define STREAM_NETWORKS 4096 /* two networks may share a count */
#define DRAINED_BYTES \
	(64 * 1024) /* of a refused body are read, so that the answer goes the usual way */
#define MAX_CONNECTIONS  12000
#define INACTIVITY_S     60
#define CONNECTION_BYTES (12 * 1024) /* request line, headers, and those of the answer */
#define ANSWER_BYTES     1536        /* the latter */

_Static_assert(HEAD_ROOM + ANSWER_BYTES <= CONNECTION_BYTES, "what http/head lets pass must fit");

#define COUNTERS    4 /* at least the MHD threads: each has its own, without a race */
#define CACHE_LINES 128

#define SETTLE_LOOK_MS 5

/* Added up when somebody asks. One may be below zero: only the sum is a number of things. */
struct counters {
	_Alignas(CACHE_LINES) atomic_uint in_flight;
	atomic_uint open;
	atomic_ullong requests, answers[6];
};

struct server {
	struct MHD_Daemon *daemon;
	MHD_socket listener; /* ours to close, once we accept no more */
	struct server_config config;
	struct router *router;
	struct responses *answers;
	struct connections *connections;
	struct inlet_config inlet;
	char address[128];
	atomic_bool stopping;
	atomic_uint streams;                     /* bodies that come in pieces now ... */
	atomic_uint streams_of[STREAM_NETWORKS]; /* ... by network */
	struct counters counters[COUNTERS];
};

/* MHD splits the limit over its threads; descriptors must suffice for it. */
static unsigned connection_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 512;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	return files.rlim_cur > MAX_CONNECTIONS + 512 ? MAX_CONNECTIONS
	                                              : (unsigned)(files.rlim_cur * 3 / 4);
}

/* This thread's counters. */
static struct counters *server_mine(struct server *server)
{
	static atomic_uint threads;
	static _Thread_local unsigned number; /* 0: not counted yet */

	if (!number)
		number = 1 + threads++ % COUNTERS;
	return &server->counters[number - 1];
}

static struct inlet *server_inlet_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info->socket_context;
}

static struct connection *connection_of(struct MHD_Connection *connection)
{
	return inlet_peer(server_inlet_of(connection));
}

/* Notes by what prefixes budgets know the client. */
static void note_client(const struct server *server, struct request *req)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const char *forwarded = NULL; /* a proxy may add a line of its own behind the client's */
	unsigned char prefix[CLIENT_PREFIX], block[CLIENT_PREFIX];

	if (server->config.trusted_proxies)
		forwarded = request_header_list(req, "X-Forwarded-For");
	client_prefix(info->client_addr, forwarded, server->config.trusted_proxies, prefix);
	req->network = token_keyed_hash(server->config.keys, prefix, sizeof prefix);
	if (client_block(prefix, block))
		req->block = token_keyed_hash(server->config.keys, block, sizeof block);
}

static struct client_network server_network_of(struct request *req, const struct as_table *systems)
{
	const struct server_config *config = &req->server->config;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const char *forwarded =
		config->trusted_proxies ? request_header_list(req, "X-Forwarded-For") : NULL;

	return client_network(info->client_addr, forwarded, config->trusted_proxies, config->declared,
	                      systems);
}

/* Zeros where it is not known. The name is like that of no prefix. */
static void hash_provider(struct request *req, const unsigned char campaign[UUID_BYTES],
                          uint32_t system, unsigned char hash[TOKEN_NETWORK_BYTES])
{
	char name[24];
	int len = snprintf(name, sizeof name, "autonomous %" PRIu32, system);

	memset(hash, 0, TOKEN_NETWORK_BYTES);
	if (system)
		token_network_hash(req->server->config.keys, campaign, name, (size_t)len, hash);
}

void request_network(struct request *req, const unsigned char campaign[UUID_BYTES],
                     unsigned char network[REQUEST_NETWORK])
{
	struct client_network from = server_network_of(req, req->server->config.systems);

	token_network_hash(req->server->config.keys, campaign, from.text, from.len, network);
	network[TOKEN_NETWORK_BYTES] = from.declared;
	hash_provider(req, campaign, from.system, network + TOKEN_NETWORK_BYTES + 1);
}

bool request_spared(struct request *req)
{
	return req->spared || server_network_of(req, NULL).spared;
}

static struct request *request_new(struct server *server, struct MHD_Connection *connection,
                                   const char *method, const char *url)
{
	struct arena *arena = arena_new();
	struct request *req = arena_alloc(arena, sizeof *req);

	req->arena = arena;
	req->connection = connection;
	req->server = server;
	req->file = req->spool = -1;
	req->peer = connection_of(connection);
	req->is_head = strcmp(method, "HEAD") == 0;
	req->method = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0
	                  ? "GET"
	                  : arena_copy(arena, method, strlen(method));
	req->path = arena_copy(arena, url, strlen(url));
	server_mine(server)->in_flight++;
	server_mine(server)->requests++;
	return req;
}

static const char *server_skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* "application/json", perhaps with parameters, of which a charset must be UTF-8. */
static bool is_json(const char *type)
{
	static const char *const charsets[] = { "utf-8", "\"utf-8\"" };
	size_t len = strlen("application/json");

	if (strncasecmp(type, "application/json", len) != 0)
		return false;
	for (const char *at = server_skip_blanks(type + len); *at;) {
		if (*at != ';')
			return false;
		at = server_skip_blanks(at + 1);
		size_t part = strcspn(at, "; \t"), name = strlen("charset=");
		bool is_charset = strncasecmp(at, "charset=", name) == 0, known = !is_charset;

		for (size_t i = 0; i < 2; i++)
			known = known || (part - name == strlen(charsets[i]) &&
			                  strncasecmp(at + name, charsets[i], part - name) == 0);
		if (!known)
			return false;
		at = server_skip_blanks(at + part);
	}
	return true;
}

/* "a/b", perhaps with parameters. */
static bool is_of_type(const char *type, const char *wanted)
{
	size_t len = strlen(wanted);

	return type && strncasecmp(type, wanted, len) == 0 && (!type[len] || strchr("; \t", type[len]));
}

static struct error refuse_coding(struct request *req)
{
	const char *coding = request_header_list(req, "Content-Encoding");

	if (!coding || strcasecmp(coding, "identity") == 0)
		return ok();
	request_reply_header(req, "Accept-Encoding", "identity");
	return errorf(ERR_TYPE, "Send the body as it is, without Content-Encoding.");
}

static void end_stream(struct server *server, struct request *req)
{
	atomic_fetch_sub(&server->streams, 1);
	atomic_fetch_sub(&server->streams_of[req->stream_network], 1);
	req->is_streamed = false;
}

/* False: so many bodies are under way already, of all or of its network. */
static bool begin_stream(struct server *server, struct request *req)
{
	note_client(server, req);
	req->stream_network = (unsigned)(req->network % STREAM_NETWORKS);
	req->is_streamed = true;
	unsigned all = atomic_fetch_add(&server->streams, 1);
	unsigned network = atomic_fetch_add(&server->streams_of[req->stream_network], 1);
	if (all < MAX_STREAMS && network < NETWORK_STREAMS)
		return true;
	end_stream(server, req);
	return false;
}

/* A body that comes in pieces says how long it is, and there is room for so many at once. */
static struct error check_stream(struct server *server, struct request *req, long long length)
{
	if (length < 0) {
		req->close = true;
		return errorf(ERR_MALFORMED, "Say how long the body is, in Content-Length.");
	}
	if ((uint64_t)length > req->route->streams) {
		req->close = true;
		return errorf(ERR_TOO_LARGE, "At most %llu bytes, please.",
		              (unsigned long long)req->route->streams);
	}
	struct error err = refuse_coding(req);
	if (err.code)
		return err;
	if (!begin_stream(server, req))
		return error_because(REASON_BUSY);
	req->body_left = (uint64_t)length;
	return ok();
}

/* A body is JSON, and there is one only where a route takes it. */
static struct error check_body(struct server *server, struct request *req, long long length)
{
	if (length == 0)
		return ok();
	if (req->route->streams &&
	    is_of_type(request_header(req, "Content-Type"), req->route->stream_type))
		return check_stream(server, req, length);
	size_t most = req->route->json ? req->route->json : MAX_BODY;

	if (length > (long long)most) {
		req->close = true;
		return errorf(ERR_TOO_LARGE, "At most %zu bytes, please.", most);
	}
	struct error err = refuse_coding(req);
	if (err.code)
		return err;
	const char *type = request_header(req, "Content-Type");
	const char *other = req->route->stream_type;
	if (type && is_json(type) && (req->route->json || !other))
		return ok();
	if (other && !req->route->json) {
		request_reply_header(req, "Accept", other);
		return errorf(ERR_TYPE, "Send %s.", other);
	}
	request_reply_header(req, "Accept",
	                     other ? arena_printf(req->arena, "application/json, %s", other)
	                           : "application/json");
	return errorf(ERR_TYPE, "Send application/json, in UTF-8%s%s.", other ? ", or " : "",
	              other ? other : "");
}

static struct error server_take_one(const struct server *server, struct request *req,
                                    enum rate_limit which)
{
	if (which == RATE_NONE)
		return ok();
	note_client(server, req);
	if (which == RATE_WRITE && req->event) /* many of them behind one address */
		return rate_limit_take(server->config.rate_limits, RATE_EVENT, req->event,
		                       clock_monotonic_ms());
	return rate_limit_take_network(server->config.rate_limits, which, req->network, req->block,
	                               clock_monotonic_ms());
}

/* What a lane reads is counted; what may be answered from memory, only when it comes to the lane.
 */
static struct error take_budget(const struct server *server, struct request *req)
{
	const struct route *route = req->route;
	bool is_read = route->budget == RATE_NONE && route->lane && !route->here;

	return server_take_one(server, req, is_read ? RATE_READ : route->budget);
}

static struct error take_late(const struct server *server, struct request *req)
{
	bool is_read = req->route->budget == RATE_NONE && req->route->here;

	return server_take_one(server, req, is_read ? RATE_READ : RATE_NONE);
}

/* What is changed here has no tag, so none can match, but for routes whose handlers compare it
 * themselves; RFC 9110 has this looked at last. */
static struct error check_condition(struct request *req)
{
	bool is_compared = strcmp(req->method, "GET") == 0 || req->route->tagged;
	const char *wanted = is_compared ? NULL : request_header(req, "If-Match");

	return wanted && strcmp(wanted, "*") != 0
	           ? errorf(ERR_CONDITION, "If-Match names none of what is here now.")
	           : ok();
}

/* Everything that can be said before the body is read. */
static struct error server_admit(struct server *server, struct request *req, long long *ret_length)
{
	struct error err;

	if (!inlet_has_passed(server_inlet_of(req->connection), ret_length)) {
		req->close = true;
		return errorf(ERR_INTERNAL, "its bytes came past the look at raw heads");
	}
	if (!connection_target_good(req->peer)) {
		req->close = true;
		return errorf(ERR_MALFORMED, "The address holds what no address of ours does.");
	}
	if (server->config.hosts &&
	    (err = guard_host(req, server->config.public_url, server->config.hosts)).code)
		return err;
	if ((err = guard_origin(req, server->config.public_url)).code)
		return err;
	if ((err = router_match(server->router, req)).code || req->status)
		return err;
	if ((err = check_body(server, req, *ret_length)).code)
		return err;
	if ((err = server->config.admit(req)).code)
		return err;
	if ((err = take_budget(server, req)).code)
		return err;
	return check_condition(req);
}

/* No more than MAX_BODY: http/inlet sees to that. */
static void append_body(struct request *req, const char *data, size_t len)
{
	if (req->body_len + len + 1 > req->body_room) {
		size_t room = 2 * (req->body_len + len) + 1;
		char *bigger = arena_alloc(req->arena, room);

		if (req->body_len)
			memcpy(bigger, req->body, req->body_len);
		req->body = bigger;
		req->body_room = room;
	}
	memcpy(req->body + req->body_len, data, len);
	req->body_len += len;
	req->body[req->body_len] = '\0';
}

/* As much of the next piece as fits. Returns how many bytes. */
static size_t fill_piece(struct request *req, const char *data, size_t len)
{
	if (!req->body)
		req->body = arena_room(req->arena, STREAM_PIECE + 1);
	if (len > STREAM_PIECE - req->body_len)
		len = STREAM_PIECE - req->body_len;
	memcpy(req->body + req->body_len, data, len);
	req->body_len += len;
	req->body[req->body_len] = '\0';
	req->body_left -= len < req->body_left ? len : req->body_left;
	return len;
}

static enum MHD_Result send_answer(struct server *server, struct request *req)
{
	uint64_t bytes = 0;
	enum MHD_Result queued = response_send(server->answers, req, server->stopping, &bytes);

	if (queued == MHD_YES) {
		server_mine(server)->answers[req->status / 100 < 6 ? req->status / 100 : 0]++;
		connection_phase(req->peer, PHASE_SENDING, bytes);
	}
	return queued;
}

/* The first call: headers only. An early refusal of a body is sent now, and MHD closes. */
static enum MHD_Result server_begin(struct server *server, struct MHD_Connection *connection,
                                    const char *method, const char *url, void **slot)
{
	struct request *req = request_new(server, connection, method, url);
	long long length = 0;
	struct error err;

	*slot = req;
	if ((err = server_admit(server, req, &length)).code)
		server->config.refuse(req, err);
	if (req->status && (req->close || length != 0))
		return send_answer(server, req);
	return MHD_YES;
}

/*
 * Suspend first, submit second: a lane thread may finish, and resume, before
 * lane_submit() even returns.  After submitting we must not touch `req`.
 */
static void server_dispatch(struct request *req)
{
	connection_phase(req->peer, PHASE_SERVING, 0);
	MHD_suspend_connection(req->connection);
	if (!lane_submit(*req->route->lane, req)) {
		request_fail(req, error_because(REASON_BUSY));
		request_finish(req);
	}
}

/*
 * The library takes no answer in the middle of a body.  The rest of a small one is read; the answer
 * to a larger one leaves by the inlet, and the connection ends behind it.
 */
static enum MHD_Result refuse_stream(struct server *server, struct request *req, size_t *data_len)
{
	if (req->body_left <= DRAINED_BYTES) {
		req->body_left -= *data_len < req->body_left ? *data_len : req->body_left;
		*data_len = 0;
		return MHD_YES;
	}
	inlet_answer_early(server_inlet_of(req->connection),
	                   problem_of_request(req, server->config.headers));
	server_mine(server)->answers[req->status / 100 < 6 ? req->status / 100 : 0]++;
	return MHD_NO;
}

/* Data of a body that comes in pieces: a full one goes to the lane, and what is left waits here. */
static enum MHD_Result take_stream(struct server *server, struct request *req, const char *data,
                                   size_t *data_len)
{
	if (req->status)
		return refuse_stream(server, req, data_len);
	if (req->is_piece) { /* the lane had it */
		req->is_piece = false;
		req->body_len = 0;
	}
	*data_len -= fill_piece(req, data, *data_len);
	if (req->body_len == STREAM_PIECE && req->body_left) {
		req->is_piece = true;
		server_dispatch(req);
	}
	return MHD_YES;
}

static enum MHD_Result answer_here(struct server *server, struct request *req)
{
	struct error err = req->route->handle(req, NULL);

	if (err.code)
		request_fail(req, err);
	return send_answer(server, req);
}

static enum MHD_Result access_handler(void *arg, struct MHD_Connection *connection, const char *url,
                                      const char *method, const char *version, const char *data,
                                      size_t *data_len, void **slot)
{
	struct server *server = arg;
	struct request *req = *slot;
	struct error err;
	(void)version;

	if (!req)
		return server_begin(server, connection, method, url, slot);
	if (*data_len && req->is_streamed)
		return take_stream(server, req, data, data_len);
	if (*data_len) {
		append_body(req, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	if (req->status)
		return send_answer(server, req);
	if (!req->route->lane)
		return answer_here(server, req);
	if (req->route->here && req->route->here(req))
		return send_answer(server, req);
	if ((err = take_late(server, req)).code) {
		request_fail(req, err);
		return send_answer(server, req);
	}
	server_dispatch(req);
	return MHD_YES;
}

static void server_completed(void *arg, struct MHD_Connection *connection, void **slot,
                             enum MHD_RequestTerminationCode why)
{
	struct server *server = arg;
	struct request *req = *slot;
	(void)why;

	connection_phase(connection_of(connection), PHASE_IDLE, 0);
	inlet_answered(server_inlet_of(connection));
	if (!req)
		return;
	if (req->file >= 0)
		close(req->file);
	stream_drop(req);
	if (req->spool >= 0)
		close(req->spool);
	if (req->is_streamed)
		end_stream(server, req);
	response_done(server->answers, req);
	arena_free(req->arena);
	*slot = NULL;
	server_mine(server)->in_flight--;
}

static void *target_seen(void *arg, const char *target, struct MHD_Connection *connection)
{
	bool is_server = strcmp(target, "*") == 0; /* http/head takes it with OPTIONS alone */
	(void)arg;

	connection_note_target(connection_of(connection), is_server || guard_target(target));
	return NULL;
}

/* A network that holds too many already is turned away; a trusted proxy stands for many. */
static struct inlet *server_enter(struct server *server, struct MHD_Connection *connection,
                                  int socket)
{
	const struct sockaddr *peer =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	unsigned char prefix[CLIENT_PREFIX];
	uint64_t network = 0;
	unsigned held;

	if (!client_is_trusted(peer, server->config.trusted_proxies)) {
		client_prefix(peer, NULL, NULL, prefix);
		network = token_keyed_hash(server->config.keys, prefix, sizeof prefix);
	}
	struct connection *entry = connection_open(server->connections, socket, network, &held);
	struct inlet *inlet = inlet_open(socket, entry, &server->inlet);

	if (held > server->config.connections)
		inlet_turn_away(inlet, error_because(REASON_TOO_MANY_CONNECTIONS));
	return inlet;
}

static void connection_changed(void *arg, struct MHD_Connection *connection, void **socket_context,
                               enum MHD_ConnectionNotificationCode what)
{
	struct server *server = arg;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		int socket =
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;

		*socket_context = server_enter(server, connection, socket);
		server_mine(server)->open++;
	} else if (*socket_context) {
		struct connection *peer = inlet_peer(*socket_context);

		inlet_close(*socket_context);
		connection_close(server->connections, peer);
		*socket_context = NULL;
		server_mine(server)->open--;
	}
}

/* An answer to what never became a request. */
static void note_refused(void *arg, unsigned status)
{
	struct server *server = arg;

	server_mine(server)->requests++;
	server_mine(server)->answers[status / 100]++;
}

static void mhd_says(void *arg, const char *format, va_list args)
{
	char line[256];
	(void)arg;

	vsnprintf(line, sizeof line, format, args);
	log_debug("http: %s", line);
}

void request_finish(struct request *req)
{
	if (req->is_piece && !req->status) /* the time for the next piece runs */
		connection_phase(req->peer, PHASE_READING, 0);
	MHD_resume_connection(req->connection);
}

static struct MHD_Daemon *listen_at(struct server *server, const struct sockaddr *address)
{
	unsigned v6 = address->sa_family == AF_INET6 ? MHD_USE_IPv6 : 0;

	return MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | v6, 0, NULL,
		NULL, access_handler, server, MHD_OPTION_EXTERNAL_LOGGER, mhd_says, NULL,
		MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)MHD_THREADS,
		MHD_OPTION_NOTIFY_COMPLETED, server_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
		connection_changed, server, MHD_OPTION_URI_LOG_CALLBACK, target_seen, server,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)INACTIVITY_S, MHD_OPTION_CONNECTION_LIMIT,
		connection_limit(), MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_END);
}

static void note_address(struct server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	const char *colon = strrchr(server->config.listen, ':');

	snprintf(server->address, sizeof server->address, "%.*s:%u",
	         (int)(colon - server->config.listen), server->config.listen, info->port);
}

static struct error server_new(const struct server_config *config, struct server **ret_server)
{
	struct router *router = NULL;
	struct error err = router_new(config->routes, &router);

	if (err.code)
		return err;
	struct server *server = aligned_alloc(_Alignof(struct server), sizeof *server);
	if (!server)
		abort();
	memset(server, 0, sizeof *server);
	server->listener = MHD_INVALID_SOCKET;
	server->config = *config;
	if (!config->connections)
		server->config.connections = connection_limit() / 6 * 5;
	server->router = router;
	server->answers = responses_new(config->headers);
	server->connections = connections_start(connection_limit());
	server->inlet = (struct inlet_config){
		.most_body = MAX_BODY, .headers = config->headers, .refused = note_refused, .arg = server
	};
	linger_start();
	*ret_server = server;
	return ok();
}

static void server_free(struct server *server)
{
	linger_stop();
	connections_stop(server->connections);
	responses_free(server->answers);
	router_free(server->router);
	free(server);
}

struct error server_start(const struct server_config *config, struct server **ret_server)
{
	struct sockaddr_storage address;
	struct server *server;
	struct error err;

	if (!client_listen_address(config->listen, &address))
		return errorf(ERR_INVALID, "%s is no address to listen at; write 127.0.0.1:8080",
		              config->listen);
	if ((err = server_new(config, &server)).code)
		return err;
	errno = 0;
	server->daemon = listen_at(server, (struct sockaddr *)&address);
	if (!server->daemon) {
		int why = errno;

		server_free(server);
		if (why == EAGAIN || why == ENOMEM)
			return errorf(ERR_UNAVAILABLE,
			              "no thread can be made to answer requests: %s; is a limit on tasks or "
			              "memory too low?",
			              strerrordesc_np(why));
		return errorf(ERR_CONFLICT, "cannot listen at %s: %s; set TOUCHSTONE_LISTEN to another",
		              config->listen, strerrordesc_np(why));
	}
	note_address(server);
	*ret_server = server;
	return ok();
}

const char *server_address(const struct server *server)
{
	return server->address;
}

void server_quiesce(struct server *server)
{
	server->stopping = true;
	server->listener = MHD_quiesce_daemon(server->daemon);
	if (server->listener != MHD_INVALID_SOCKET)
		shutdown(server->listener, SHUT_RDWR); /* MHD's threads may still look at it */
}

unsigned server_settle(struct server *server, unsigned timeout_ms)
{
	int64_t until = clock_monotonic_ms() + timeout_ms;

	while (server_counts(server).in_flight && clock_monotonic_ms() < until)
		clock_rest_ms(SETTLE_LOOK_MS);
	return server_counts(server).in_flight;
}

void server_stop(struct server *server)
{
	MHD_stop_daemon(server->daemon);
	if (server->listener != MHD_INVALID_SOCKET)
		close(server->listener);
	server_free(server);
}

struct server_counts server_counts(const struct server *server)
{
	struct server_counts counts = { 0 };

	for (const struct counters *c = server->counters; c < server->counters + COUNTERS; c++) {
		counts.connections += c->open;
		counts.in_flight += c->in_flight;
		counts.requests += c->requests;
		for (unsigned i = 0; i < 6; i++)
			counts.answers[i] += c->answers[i];
	}
	return counts;
}
