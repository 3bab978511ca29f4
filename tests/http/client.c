/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "describe.h"

#define TIMEOUT_S 30L

/* Everything handed to tests, freed at the end so that leaks of the server's code show. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards both below */
static void **kept;
static size_t kept_count;

static json_t *documents; /* an array of every parsed body; guarded by lock too */

/* A thread keeps its connection; a forked process must not use its parent's. */
struct line {
	CURL *curl;
	pid_t owner;
	CURL *volatile parents; /* not ours to use or to end */
};

static __thread struct line line;
static pthread_key_t line_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void hang_up(void *curl)
{
	curl_easy_cleanup(curl);
}

static void begin(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	pthread_key_create(&line_end, hang_up);
}

__attribute__((destructor)) static void free_all(void)
{
	if (line.curl && line.owner == getpid())
		curl_easy_cleanup(line.curl);
	for (size_t i = 0; i < kept_count; i++)
		free(kept[i]);
	free(kept);
	json_decref(documents);
}

void *keep(void *memory)
{
	pthread_mutex_lock(&lock);
	kept = reallocarray(kept, kept_count + 1, sizeof *kept);
	if (!kept || !memory)
		abort();
	kept[kept_count++] = memory;
	pthread_mutex_unlock(&lock);
	return memory;
}

static json_t *keep_document(json_t *json)
{
	pthread_mutex_lock(&lock);
	if (!documents)
		documents = json_array();
	if (json)
		json_array_append_new(documents, json);
	pthread_mutex_unlock(&lock);
	return json;
}

char *say(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	return keep(text);
}

static CURL *dial(void)
{
	pthread_once(&once, begin);
	if (line.owner != getpid()) {
		line = (struct line){ curl_easy_init(), getpid(), line.curl };
		pthread_setspecific(line_end, line.curl);
	}
	curl_easy_reset(line.curl);
	return line.curl;
}

static size_t collect(char *data, size_t size, size_t count, void *sink)
{
	return fwrite(data, size, count, sink) * size;
}

/* Remembers "name=value" of a Set-Cookie header; an empty value forgets it. */
static void note_cookie(struct person *as, const char *headers)
{
	const char *set = strcasestr(headers, "\nSet-Cookie: ");

	if (!as || !set)
		return;
	set += strlen("\nSet-Cookie: ");
	snprintf(as->cookie, sizeof as->cookie, "%.*s", (int)strcspn(set, ";\r\n"), set);
	if (as->cookie[0] && as->cookie[strlen(as->cookie) - 1] == '=')
		as->cookie[0] = '\0';
}

static struct curl_slist *headers_for(const struct call *call, bool has_body)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	const char *type = call->type ? call->type : "application/json";

	if (has_body)
		list = curl_slist_append(list, *type ? say("Content-Type: %s", type) : "Content-Type:");
	if (call->chunked)
		list = curl_slist_append(list, "Transfer-Encoding: chunked");
	if (call->as && call->as->cookie[0])
		list = curl_slist_append(list, say("Cookie: %s", call->as->cookie));
	if (call->as && call->as->bearer[0])
		list = curl_slist_append(list, say("Authorization: Bearer %s", call->as->bearer));
	for (size_t i = 0; i < 6 && call->headers[i]; i++)
		list = curl_slist_append(list, call->headers[i]);
	return list;
}

struct upload {
	const char *text;
	size_t left;
};

static size_t supply(char *data, size_t size, size_t count, void *arg)
{
	struct upload *upload = arg;
	size_t some = size * count < upload->left ? size * count : upload->left;

	memcpy(data, upload->text, some);
	upload->text += some;
	upload->left -= some;
	return some;
}

static void put_body(CURL *curl, const struct call *call, const char *text, size_t len,
                     struct upload *upload)
{
	*upload = (struct upload){ text, len };
	if (call->chunked) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, supply);
		curl_easy_setopt(curl, CURLOPT_READDATA, upload);
		return;
	}
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
}

static void put_method(CURL *curl, const char *method)
{
	if (!method)
		return;
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

/* Sends it and fills in status, type, text and headers. */
static void exchange(CURL *curl, const struct call *call, struct answer *answer)
{
	char *text = NULL, *headers = NULL;
	const char *type = NULL;
	size_t headers_len;
	FILE *body_sink = open_memstream(&text, &answer->len),
		 *header_sink = open_memstream(&headers, &headers_len);

	curl_easy_setopt(curl, CURLOPT_URL,
	                 say("%s%s", call->server ? call->server : getenv("SERVER_URL"), call->path));
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body_sink);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, header_sink);
	CURLcode sent = curl_easy_perform(curl);
	fclose(body_sink);
	fclose(header_sink);
	answer->text = keep(text);
	answer->headers = keep(headers);
	ck_assert_msg(sent == CURLE_OK, "%s: %s", call->path, curl_easy_strerror(sent));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	snprintf(answer->type, sizeof answer->type, "%s", type ? type : "");
}

struct answer call(const struct call *call)
{
	struct answer answer = { 0 };
	struct upload upload;
	CURL *curl = dial();
	const char *text = call->text;
	size_t len = call->text_len ? call->text_len : text ? strlen(text) : 0;

	if (call->body) {
		text = keep(json_dumps(call->body, JSON_COMPACT));
		len = strlen(text);
		json_decref(call->body);
	}
	struct curl_slist *headers = headers_for(call, text != NULL);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (text)
		put_body(curl, call, text, len, &upload);
	put_method(curl, call->method);
	exchange(curl, call, &answer);
	curl_slist_free_all(headers);
	note_cookie(call->as, answer.headers);
	if (strstr(answer.type, "json"))
		answer.body = keep_document(json_loadb(answer.text, answer.len, 0, NULL));
	const char *method = call->method ? call->method : text ? "POST" : "GET";
	const char *wrong = describe_check(method, call->path, text, len, &answer);
	if (wrong)
		ck_abort_msg("%s %s is not as described: %s: %s", method, call->path, wrong, answer.text);
	return answer;
}

struct answer get(struct person *as, const char *path)
{
	return call(&(struct call){ .as = as, .path = path });
}

struct answer post(struct person *as, const char *path, json_t *body)
{
	return call(&(struct call){ .as = as, .path = path, .body = body });
}

struct answer put(struct person *as, const char *path, json_t *body)
{
	return call(&(struct call){ .method = "PUT", .as = as, .path = path, .body = body });
}

struct answer delete_at(struct person *as, const char *path)
{
	return call(&(struct call){ .method = "DELETE", .as = as, .path = path });
}

const char *header_of(struct answer answer, const char *name)
{
	for (const char *at = answer.headers; (at = strchr(at, '\n')); at++) {
		size_t len = strlen(name);

		if (strncasecmp(at + 1, name, len) != 0 || at[1 + len] != ':')
			continue;
		const char *value = at + 2 + len + strspn(at + 2 + len, " ");
		return say("%.*s", (int)strcspn(value, "\r\n"), value);
	}
	return NULL;
}

json_t *at(const json_t *json, const char *path)
{
	char key[64];

	while (json && *path) {
		size_t len = strcspn(path, "/");

		snprintf(key, sizeof key, "%.*s", (int)len, path);
		json = json_is_array(json) ? json_array_get(json, (size_t)atoi(key))
		                           : json_object_get(json, key);
		path += len + (path[len] == '/');
	}
	return (json_t *)(uintptr_t)json;
}

const char *text_at(const json_t *json, const char *path)
{
	ck_assert_msg(json_is_string(at(json, path)), "%s is no text", path);
	return json_string_value(at(json, path));
}

long long number_at(const json_t *json, const char *path)
{
	ck_assert_msg(json_is_integer(at(json, path)), "%s is no whole number", path);
	return json_integer_value(at(json, path));
}

bool true_at(const json_t *json, const char *path)
{
	ck_assert_msg(json_is_boolean(at(json, path)), "%s is no boolean", path);
	return json_is_true(at(json, path));
}

void check_status(struct answer answer, long status, const char *file, int line_)
{
	if (answer.status != status)
		ck_abort_msg("%s:%d: status %ld, not %ld: %s", file, line_, answer.status, status,
		             answer.text);
}

void check_problem(struct answer answer, long status, const char *kind, const char *file, int line_)
{
	const char *type = json_string_value(at(answer.body, "type"));

	if (answer.status == status && strcmp(answer.type, "application/problem+json") == 0 && type &&
	    strcmp(type, say("/problems/%s", kind)) == 0 &&
	    json_integer_value(at(answer.body, "status")) == status &&
	    json_string_length(at(answer.body, "title")) &&
	    json_string_length(at(answer.body, "detail")))
		return;
	ck_abort_msg("%s:%d: not the problem %ld %s but %ld: %s", file, line_, status, kind,
	             answer.status, answer.text);
}
