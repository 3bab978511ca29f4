/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/hex.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/random.h"
#include "crypto/secret.h"
#include "store/object_internal.h"

#define AT_ONCE       16 /* connections of a process to the service */
#define KEY_FILE      4096
#define KEY_TEXT      256
#define FIRST_REST_MS 50
#define MOST_REST_MS  2000
#define BROKEN_FOR_MS 1000
#define TELL_EVERY_MS 10000
#define SURELY_FLOWS  (1u << 20) /* bytes that a service which hangs, or drips, does not give */
#define EMPTY_SHA256  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define USUAL_REGION  "us-east-1"

static const char service_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

void object_key(const unsigned char digest[SHA256_BYTES], char key[OBJECT_KEY])
{
	hex_encode(key, digest, 1);
	key[2] = '/';
	hex_encode(key + 3, digest + 1, SHA256_BYTES - 1);
}

/* ------------------------------------------------------------------ the address and the keys */

/* "media/2026": names of letters, digits and -._ between single slashes; no dots that mean a
 * folder. */
static bool prefix_is_good(const char *prefix)
{
	if (strlen(prefix) >= OBJECT_PREFIX)
		return false;
	while (*prefix) {
		size_t len = strspn(prefix, service_letters);

		if (!len || (prefix[0] == '.' && (len == 1 || (len == 2 && prefix[1] == '.'))))
			return false;
		prefix += len;
		if (*prefix && (*prefix != '/' || !*++prefix))
			return false;
	}
	return true;
}

static struct error read_address(const char *url, struct service *service)
{
	const char *bucket = url + strlen("s3://"), *slash = strchr(bucket, '/');
	size_t len = slash ? (size_t)(slash - bucket) : strlen(bucket);
	const char *prefix = slash ? slash + 1 : "";

	if (len < 3 || len >= sizeof service->bucket || strspn(bucket, service_letters) < len ||
	    bucket[0] == '.')
		return errorf(ERR_INVALID, "s3://bucket/prefix names no bucket");
	if (!prefix_is_good(prefix))
		return errorf(ERR_INVALID, "the prefix behind the bucket is of letters, digits, -._ and "
		                           "single slashes, and ends with none");
	memcpy(service->bucket, bucket, len);
	snprintf(service->prefix, sizeof service->prefix, "%s%s", prefix, *prefix ? "/" : "");
	return ok();
}

/* What stands behind the scheme; NULL: it is no address of a service. */
static const char *host_of(const char *endpoint)
{
	const char *host = strncasecmp(endpoint, "https://", 8) == 0  ? endpoint + 8
	                   : strncasecmp(endpoint, "http://", 7) == 0 ? endpoint + 7
	                                                              : NULL;

	if (!host || !*host || strlen(host) > 250 || host[strspn(host, service_letters)] == '/')
		return NULL;
	for (const char *c = host; *c; c++)
		if (!strchr(service_letters, *c) && !strchr(":[]", *c))
			return NULL;
	return host;
}

struct service_keys {
	char id[KEY_TEXT], secret[KEY_TEXT], token[2048];
};

/* A line "name = value" of a shared credentials file, with or without "aws_" before the name. */
static void read_key_line(char *line, struct service_keys *keys)
{
	const struct {
		const char *name;
		char *value;
		size_t room;
	} known[] = { { "access_key_id", keys->id, sizeof keys->id },
		          { "secret_access_key", keys->secret, sizeof keys->secret },
		          { "session_token", keys->token, sizeof keys->token } };
	char *equals = strchr(line, '=');

	if (!equals)
		return;
	line += strspn(line, " \t");
	line += strncmp(line, "aws_", 4) == 0 ? 4 : 0;
	const char *value = equals + 1 + strspn(equals + 1, " \t");
	size_t name_len = strcspn(line, " \t="), value_len = strcspn(value, " \t\r");
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (name_len == strlen(known[i].name) && memcmp(line, known[i].name, name_len) == 0 &&
		    value_len < known[i].room)
			snprintf(known[i].value, known[i].room, "%.*s", (int)value_len, value);
}

/* Reads them anew each time: whoever changes the file need not stop the server. Wipe them. */
static struct error read_keys(const struct service *service, struct service_keys *keys)
{
	char text[KEY_FILE], *rest = text, *line;
	struct error err = secret_text_read(service->given.key_file, text, sizeof text);

	if (err.code)
		return err;
	*keys = (struct service_keys){ 0 };
	while ((line = strsep(&rest, "\n")))
		read_key_line(line, keys);
	secret_wipe(text, sizeof text);
	if (*keys->id && *keys->secret &&
	    !keys->id[strspn(keys->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                               "abcdefghijklmnopqrstuvwxyz"
	                               "0123456789-._")])
		return ok();
	secret_wipe(keys, sizeof *keys);
	return errorf(ERR_INVALID, "the key file needs lines access_key_id = ... and "
	                           "secret_access_key = ...");
}

static struct error check_service(const struct service *service)
{
	const struct store_service *given = &service->given;
	struct service_keys keys;

	if (!given->endpoint || !host_of(given->endpoint))
		return errorf(ERR_INVALID, "TOUCHSTONE_S3_ENDPOINT is https://HOST[:PORT], without a path");
	if (given->public_endpoint && !host_of(given->public_endpoint))
		return errorf(ERR_INVALID,
		              "TOUCHSTONE_S3_PUBLIC_ENDPOINT is https://HOST[:PORT], without a path");
	if (!*given->region || given->region[strspn(given->region, service_letters)])
		return errorf(ERR_INVALID, "TOUCHSTONE_S3_REGION is no name of a region");
	if (!given->key_file)
		return errorf(ERR_INVALID, "TOUCHSTONE_S3_KEY_FILE names no file with the keys");
	struct error err = read_keys(service, &keys);
	secret_wipe(&keys, sizeof keys);
	return err;
}

struct error service_open(const char *url, const struct store_service *given,
                          struct service **ret_service)
{
	struct service *service = mem_new(1, sizeof *service);
	struct error err;

	service->given = *given;
	if (!given->region)
		service->given.region = USUAL_REGION;
	if ((err = read_address(url, service)).code || (err = check_service(service)).code) {
		free(service);
		return err;
	}
	service->exchanges = exchanges_new(&(struct exchange_config){
		.at_once = AT_ONCE, .plain_allowed = given->plain_allowed, .ca_file = given->ca_file });
	*ret_service = service;
	return ok();
}

void service_free(struct service *service)
{
	if (!service)
		return;
	exchanges_free(service->exchanges);
	free(service);
}

/* ------------------------------------------------------------------ one call */

/* "/bucket/prefix/key" */
static char *path_of(const struct service *service, struct arena *arena, const char *key)
{
	if (!key)
		return arena_printf(arena, "/%s", service->bucket);
	return arena_printf(arena, "/%s/%s%s", service->bucket, service->prefix, key);
}

static struct sigv4_key key_of(const struct service *service, const struct service_keys *keys)
{
	return (struct sigv4_key){ keys->id, keys->secret, service->given.region, "s3" };
}

struct signed_call {
	const char *url;
	const char *headers[8];
};

/* Names in the order of the alphabet, as they are signed. */
static struct error sign_call(struct service *service, const struct call *call,
                              struct signed_call *ret)
{
	struct service_keys keys;
	struct arena *arena = call->arena;
	const char *path = path_of(service, arena, call->key);
	const char *payload = call->payload ? call->payload : EMPTY_SHA256;
	int64_t now_s = clock_now_s();
	char time[SIGV4_TIME];
	struct sigv4_pair headers[6];
	size_t count = 0, lines = 0;
	struct error err = read_keys(service, &keys);

	if (err.code)
		return err;
	sigv4_time(time, now_s);
	headers[count++] = (struct sigv4_pair){ "host", host_of(service->given.endpoint) };
	if (call->condition)
		headers[count++] = (struct sigv4_pair){ "if-none-match", call->condition };
	headers[count++] = (struct sigv4_pair){ "x-amz-content-sha256", payload };
	headers[count++] = (struct sigv4_pair){ "x-amz-date", time };
	if (*keys.token)
		headers[count++] = (struct sigv4_pair){ "x-amz-security-token", keys.token };
	struct sigv4_request request = { .method = call->method,
		                             .path = path,
		                             .query = call->query,
		                             .query_count = call->query_count,
		                             .headers = headers,
		                             .header_count = count,
		                             .payload = payload,
		                             .at_s = now_s };
	struct sigv4_key key = key_of(service, &keys);
	*ret = (struct signed_call){ 0 };
	ret->headers[lines++] =
		arena_printf(arena, "authorization: %s", sigv4_authorization(arena, &key, &request));
	for (size_t i = 0; i < count; i++)
		ret->headers[lines++] = arena_printf(arena, "%s: %s", headers[i].name, headers[i].value);
	secret_wipe(&keys, sizeof keys);
	const char *query = sigv4_query(arena, call->query, call->query_count);
	ret->url = arena_printf(arena, "%s%s%s%s", service->given.endpoint,
	                        sigv4_encode(arena, path, true), *query ? "?" : "", query);
	return ok();
}

struct taking {
	struct service *service;
	struct call *call;
};

/* A file may be too large for the caller's time: a service that gives it is not broken. */
static bool take_and_count(void *arg, const void *bytes, size_t len)
{
	struct taking *taking = arg;

	taking->call->received += len;
	if (taking->call->received >= SURELY_FLOWS && atomic_load(&taking->service->broken))
		atomic_store(&taking->service->broken, false);
	return taking->call->take(taking->call->arg, bytes, len);
}

/* One try. The status says how it ended, where it was answered. */
static struct error try_call(struct service *service, struct call *call, int64_t left_ms,
                             unsigned *ret_retry_s)
{
	struct signed_call signed_call;
	struct error err = sign_call(service, call, &signed_call);

	if (err.code)
		return err;
	struct taking taking = { service, call };
	struct http_exchange exchange = { .method = call->method,
		                              .url = signed_call.url,
		                              .headers = signed_call.headers,
		                              .body = call->body,
		                              .body_fd = call->body_fd,
		                              .body_from = call->body_from,
		                              .body_bytes = call->body_bytes,
		                              .total_ms = (unsigned)left_ms,
		                              .ponders = call->ponders,
		                              .take = call->take ? take_and_count : NULL,
		                              .arg = &taking };
	call->received = 0;
	if (call->begin)
		call->begin(call->arg);
	err = exchange_do(service->exchanges, &exchange);
	call->status = exchange.status;
	call->length = exchange.length;
	call->changed_s = exchange.changed_s;
	memcpy(call->etag, exchange.etag, sizeof call->etag);
	call->text = exchange.text ? arena_copy(call->arena, exchange.text, exchange.text_len) : "";
	*ret_retry_s = exchange.retry_after_s;
	free(exchange.text);
	return err;
}

/* The Code of a problem: a word, or "". */
static const char *code_of(const struct call *call)
{
	const char *at = call->text;
	const char *code = xml_take(call->arena, &at, "Code");

	return code && strlen(code) < 64 && !code[strspn(code, service_letters)] ? code : "";
}

/* May it go better in a moment? */
static bool is_passing(const struct call *call, struct error err)
{
	if (err.code)
		return err.code == ERR_UNAVAILABLE;
	return (call->status >= 500 && call->status != 501) || call->status == 429 ||
	       call->status == 408 ||
	       (call->status == 400 && strcmp(code_of(call), "RequestTimeout") == 0);
}

/* Full jitter (Brooker 2015), no shorter than what the service asks for; 0: there is no time left.
 */
static int64_t rest_before(unsigned tried, unsigned retry_s, int64_t left_ms)
{
	struct random random = random_fresh();
	unsigned bound = FIRST_REST_MS << (tried < 6 ? tried : 6);
	int64_t rest_ms = 1 + random_below(&random, bound < MOST_REST_MS ? bound : MOST_REST_MS);

	if (rest_ms < (int64_t)retry_s * 1000)
		rest_ms = (int64_t)retry_s * 1000;
	return rest_ms < left_ms ? rest_ms : 0;
}

/* At most a line in ten seconds; what the service says is a word, and nothing secret. */
static void tell_trouble(struct service *service, const struct call *call, struct error err)
{
	int64_t now_ms = clock_monotonic_ms(), told_ms = atomic_load(&service->told_ms);

	if ((told_ms && now_ms - told_ms < TELL_EVERY_MS) ||
	    !atomic_compare_exchange_strong(&service->told_ms, &told_ms, now_ms))
		return;
	if (err.code)
		log_error("store: %s %s%s: %s", call->method, service->prefix, call->key ? call->key : "",
		          err.detail);
	else
		log_error("store: %s %s%s: the service answered %u %s", call->method, service->prefix,
		          call->key ? call->key : "", call->status, code_of(call));
}

/* What an answer means; one that says nothing of the object is no news of it. */
static struct error judge_call(struct service *service, struct call *call, struct error err)
{
	if (!err.code && call->status >= 200 && call->status < 300)
		return ok();
	if (!err.code && call->status == 412)
		return errorf(ERR_CONFLICT, "there is such an object already");
	if (!err.code && call->status == 404 && strcmp(code_of(call), "NoSuchKey") == 0)
		return errorf(ERR_NOT_FOUND, "these bytes are not in the store");
	if (!err.code && call->status == 404 && strcmp(call->method, "HEAD") == 0)
		return errorf(ERR_NOT_FOUND, "the object service knows of none"); /* nor why */
	if (err.code == ERR_GONE || err.code == ERR_DISK)
		return err; /* by the caller's own wish */
	tell_trouble(service, call, err);
	if (err.code && err.code != ERR_UNAVAILABLE)
		return err;
	if (err.code || call->status >= 500)
		return errorf(ERR_UNAVAILABLE, "the object service does not answer as it should");
	return errorf(ERR_UNAVAILABLE, "the object service refused with %u %s", call->status,
	              code_of(call));
}

/* Tries until it is answered, or its time or its tries are over. */
static struct error call_until_answered(struct service *service, struct call *call)
{
	int64_t until_ms = clock_monotonic_ms() + call->total_ms;
	unsigned retry_s = 0;

	for (unsigned tried = 0;; tried++) {
		int64_t left_ms = until_ms - clock_monotonic_ms();
		struct error err = left_ms > 0 ? try_call(service, call, left_ms, &retry_s)
		                               : errorf(ERR_UNAVAILABLE, "its time is up");

		if (!is_passing(call, err) || tried + 1 >= call->tries)
			return err;
		int64_t rest_ms = rest_before(tried, retry_s, until_ms - clock_monotonic_ms());
		if (!rest_ms)
			return err;
		clock_rest_ms(rest_ms);
	}
}

/* A service that hangs would otherwise hold every thread that serves, each for all of its time. */
struct error service_call(struct service *service, struct call *call)
{
	bool probes = call->hasty && atomic_load(&service->broken);

	if (probes && atomic_exchange(&service->probing, true))
		return errorf(ERR_UNAVAILABLE, "the object service does not answer");
	struct error err = call_until_answered(service, call);
	atomic_store(&service->broken, is_passing(call, err) && call->received < SURELY_FLOWS);
	if (probes)
		atomic_store(&service->probing, false);
	return judge_call(service, call, err);
}

bool service_is_lost(struct service *service)
{
	return atomic_load(&service->broken) && atomic_load(&service->probing);
}

struct error service_presign(struct service *service, const struct store_reading *reading,
                             const char *key, struct arena *arena, const char **ret_url)
{
	const char *endpoint = service->given.public_endpoint;
	struct sigv4_pair host = { "host", endpoint ? host_of(endpoint) : "" };
	const struct sigv4_pair query[] = { { "response-cache-control", reading->cache },
		                                { "response-content-disposition", reading->disposition },
		                                { "response-content-type", reading->type } };
	struct service_keys keys;
	struct error err;

	if (!endpoint)
		return ok();
	if ((err = read_keys(service, &keys)).code)
		return err;
	struct sigv4_request request = { .method = reading->method,
		                             .path = path_of(service, arena, key),
		                             .query = query,
		                             .query_count = sizeof query / sizeof query[0],
		                             .headers = &host,
		                             .header_count = 1,
		                             .payload = "UNSIGNED-PAYLOAD",
		                             .at_s = clock_now_s() };
	struct sigv4_key signing = key_of(service, &keys);
	*ret_url = arena_printf(arena, "%s%s", endpoint,
	                        sigv4_presign(arena, &signing, &request, reading->seconds,
	                                      *keys.token ? keys.token : NULL));
	secret_wipe(&keys, sizeof keys);
	return ok();
}
