/* SPDX-License-Identifier: Apache-2.0 */
#include "outside/exchange.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/lock.h"
#include "core/mem.h"

#define CONNECT_MS    5000L
#define SLOWEST_BYTES 1000L /* a second, on average over SLOWEST_FOR_S */
#define SLOWEST_FOR_S 15L
#define MOST_PROBLEM  (64u << 10) /* of an answer that is not 2xx */

struct exchanges {
	struct exchange_config config;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t freed;
	unsigned out;   /* handles in use */
	unsigned count; /* that lie ready, each with its connection */
	CURL *ready[];
};

/* One exchange on its way. */
struct passage {
	struct http_exchange *exchange;
	const struct exchange_config *config;
	uint64_t sent;
	bool refused, stopped, unread;
};

struct exchanges *exchanges_new(const struct exchange_config *config)
{
	struct exchanges *exchanges =
		mem_new(1, sizeof *exchanges + config->at_once * sizeof *exchanges->ready);

	curl_global_init(CURL_GLOBAL_DEFAULT); /* it counts how often */
	exchanges->config = *config;
	pthread_mutex_init(&exchanges->lock, NULL);
	clock_condition_init(&exchanges->freed);
	return exchanges;
}

void exchanges_free(struct exchanges *exchanges)
{
	if (!exchanges)
		return;
	for (unsigned i = 0; i < exchanges->count; i++)
		curl_easy_cleanup(exchanges->ready[i]);
	pthread_cond_destroy(&exchanges->freed);
	pthread_mutex_destroy(&exchanges->lock);
	free(exchanges);
	curl_global_cleanup();
}

/* The handle that was used last, whose connection is the likeliest to live. NULL: all are out. */
static CURL *take_handle(struct exchanges *exchanges, int64_t until_ms)
{
	CURL *curl = NULL;
	bool mine;

	lock_take(&exchanges->lock);
	while (exchanges->out >= exchanges->config.at_once &&
	       clock_condition_wait(&exchanges->freed, &exchanges->lock, until_ms))
		;
	mine = exchanges->out < exchanges->config.at_once;
	if (mine) {
		exchanges->out++;
		if (exchanges->count)
			curl = exchanges->ready[--exchanges->count];
	}
	lock_release(&exchanges->lock);
	if (mine && !curl && !(curl = curl_easy_init()))
		abort(); /* no memory */
	return curl;
}

static void return_handle(struct exchanges *exchanges, CURL *curl)
{
	curl_easy_reset(curl); /* its connection stays */
	lock_take(&exchanges->lock);
	exchanges->ready[exchanges->count++] = curl;
	exchanges->out--;
	pthread_cond_signal(&exchanges->freed);
	lock_release(&exchanges->lock);
}

static bool is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof v4);
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, address, sizeof v6);
		return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
	}
	return false;
}

/* Called with each address that curl is about to connect to. */
static curl_socket_t exchange_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct passage *passage = arg;
	bool plain = strncasecmp(passage->exchange->url, "https:", 6) != 0;

	(void)purpose;
	if (plain && !passage->config->plain_allowed && !is_loopback(&to->addr)) {
		passage->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t send_piece(char *piece, size_t size, size_t count, void *arg)
{
	struct passage *passage = arg;
	const struct http_exchange *exchange = passage->exchange;
	size_t room = size * count;
	uint64_t left = exchange->body_bytes - passage->sent;
	size_t len = left < room ? (size_t)left : room;

	if (exchange->body) {
		memcpy(piece, exchange->body + passage->sent, len);
	} else if (len) {
		ssize_t got =
			pread(exchange->body_fd, piece, len, (off_t)(exchange->body_from + passage->sent));
		if (got <= 0) {
			passage->unread = true;
			return CURL_READFUNC_ABORT;
		}
		len = (size_t)got;
	}
	passage->sent += len;
	return len;
}

/* A kept connection turned out dead: the body is sent again on another. */
static int send_again(void *arg, curl_off_t offset, int origin)
{
	struct passage *passage = arg;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > passage->exchange->body_bytes)
		return CURL_SEEKFUNC_FAIL;
	passage->sent = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* Keeps it; what is too much of a problem is left out. */
static size_t keep_answer(struct passage *passage, const char *piece, size_t len, size_t most)
{
	struct http_exchange *exchange = passage->exchange;

	if (exchange->text_len + len > most)
		return most == MOST_PROBLEM ? len : 0;
	exchange->text = mem_resize(exchange->text, exchange->text_len + len + 1, 1);
	memcpy(exchange->text + exchange->text_len, piece, len);
	exchange->text_len += len;
	exchange->text[exchange->text_len] = '\0';
	return len;
}

static size_t receive_piece(char *piece, size_t size, size_t count, void *arg)
{
	struct passage *passage = arg;
	struct http_exchange *exchange = passage->exchange;
	size_t len = size * count;

	if (exchange->status < 200 || exchange->status >= 300)
		return keep_answer(passage, piece, len, MOST_PROBLEM);
	if (!exchange->take)
		return keep_answer(passage, piece, len, EXCHANGE_MOST_TEXT);
	if (exchange->take(exchange->arg, piece, len))
		return len;
	passage->stopped = true;
	return 0;
}

/* The status comes first, so that a body knows whose it is. */
static size_t receive_header(char *line, size_t size, size_t count, void *arg)
{
	struct passage *passage = arg;
	struct http_exchange *exchange = passage->exchange;
	size_t len = size * count;
	char text[256];

	snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text - 1), line);
	if (sscanf(text, "HTTP/%*s %3u", &exchange->status) == 1)
		exchange->retry_after_s = 0, exchange->etag[0] = '\0';
	else if (strncasecmp(text, "ETag:", 5) == 0)
		sscanf(text + 5, " \"%127[A-Za-z0-9-]\"", exchange->etag);
	else if (strncasecmp(text, "Retry-After:", 12) == 0)
		exchange->retry_after_s = (unsigned)strtoul(text + 12, NULL, 10);
	return len;
}

static void set_safety(CURL *curl, struct passage *passage, int64_t left_ms)
{
	const struct exchange_config *config = passage->config;

	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (config->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, config->ca_file);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left_ms);
	if (!passage->exchange->ponders) {
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES);
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOWEST_FOR_S);
	}
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, exchange_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, passage);
}

static void set_request(CURL *curl, struct passage *passage, struct curl_slist *headers)
{
	const struct http_exchange *exchange = passage->exchange;

	curl_easy_setopt(curl, CURLOPT_URL, exchange->url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_FILETIME, 1L);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "touchstone");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive_piece);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, passage);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receive_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, passage);
	if (strcmp(exchange->method, "HEAD") == 0) {
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
		return;
	}
	if (strcmp(exchange->method, "PUT") == 0 || strcmp(exchange->method, "POST") == 0) {
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)exchange->body_bytes);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, send_piece);
		curl_easy_setopt(curl, CURLOPT_READDATA, passage);
		curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, send_again);
		curl_easy_setopt(curl, CURLOPT_SEEKDATA, passage);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, exchange->method);
}

static struct error exchange_explain(CURLcode code, const struct passage *passage)
{
	if (passage->refused)
		return errorf(ERR_INVALID, "http goes to this machine alone: use https");
	if (passage->stopped)
		return errorf(ERR_GONE, "the answer was not wanted to its end");
	if (passage->unread)
		return errorf(ERR_INTERNAL, "the file to send could not be read");
	switch ((int)code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return errorf(ERR_INVALID, "%s", curl_easy_strerror(code));
	default:
		return errorf(ERR_UNAVAILABLE, "%s", curl_easy_strerror(code));
	}
}

static struct curl_slist *list_headers(const char *const *headers)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (; *headers; headers++)
		list = curl_slist_append(list, *headers);
	return list;
}

struct error exchange_do(struct exchanges *exchanges, struct http_exchange *exchange)
{
	struct passage passage = { .exchange = exchange, .config = &exchanges->config };
	struct error err = ok();
	curl_off_t length = -1, changed_s = -1;

	lock_check("a service");
	int64_t until_ms = clock_monotonic_ms() + exchange->total_ms;
	CURL *curl = take_handle(exchanges, until_ms);
	if (!curl)
		return errorf(ERR_UNAVAILABLE, "too many requests to the service wait already");
	int64_t left_ms = until_ms - clock_monotonic_ms();
	exchange->status = 0;
	exchange->etag[0] = '\0';
	exchange->text_len = 0;
	struct curl_slist *headers = list_headers(exchange->headers);
	set_safety(curl, &passage, left_ms > 0 ? left_ms : 1);
	set_request(curl, &passage, headers);
	CURLcode code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		err = exchange_explain(code, &passage);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	curl_easy_getinfo(curl, CURLINFO_FILETIME_T, &changed_s);
	exchange->length = length;
	exchange->changed_s = changed_s;
	return_handle(exchanges, curl);
	curl_slist_free_all(headers);
	return err;
}
