/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sigv4.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/hex.h"
#include "core/strbuf.h"
#include "crypto/sha256.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

_Static_assert(crypto_auth_hmacsha256_BYTES == SHA256_BYTES, "a signature is a digest");

void sigv4_time(char text[SIGV4_TIME], int64_t at_s)
{
	time_t at = (time_t)at_s;
	struct tm parts;

	gmtime_r(&at, &parts);
	strftime(text, SIGV4_TIME, "%Y%m%dT%H%M%SZ", &parts);
}

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_' || c == '~';
}

char *sigv4_encode(struct arena *arena, const char *text, bool is_path)
{
	static const char digits[] = "0123456789ABCDEF";
	char *encoded = arena_room(arena, 3 * strlen(text) + 1), *end = encoded;

	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (is_unreserved(*c) || (is_path && *c == '/')) {
			*end++ = (char)*c;
			continue;
		}
		*end++ = '%';
		*end++ = digits[*c >> 4];
		*end++ = digits[*c & 15];
	}
	*end = '\0';
	return encoded;
}

static int order_pairs(const void *a, const void *b)
{
	const struct sigv4_pair *left = a, *right = b;
	int names = strcmp(left->name, right->name);

	return names ? names : strcmp(left->value, right->value);
}

char *sigv4_query(struct arena *arena, const struct sigv4_pair query[], size_t count)
{
	struct sigv4_pair sorted[SIGV4_MOST_PAIRS];
	struct strbuf text = { .arena = arena };

	if (count > SIGV4_MOST_PAIRS)
		abort(); /* a fault of ours: what we ask for has a few */
	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct sigv4_pair){ sigv4_encode(arena, query[i].name, false),
			                             sigv4_encode(arena, query[i].value, false) };
	if (count)
		qsort(sorted, count, sizeof *sorted, order_pairs);
	strbuf_add(&text, "");
	for (size_t i = 0; i < count; i++) {
		strbuf_add(&text, i ? "&" : "");
		strbuf_add(&text, sorted[i].name);
		strbuf_add(&text, "=");
		strbuf_add(&text, sorted[i].value);
	}
	return text.bytes ? text.bytes : arena_copy(arena, "", 0);
}

/* Blanks around a value are left out, and several inside are one. */
static void add_trimmed(struct strbuf *text, const char *value)
{
	bool blank = false;

	value += strspn(value, " \t");
	for (; *value; value++) {
		if (*value == ' ' || *value == '\t') {
			blank = true;
			continue;
		}
		if (blank)
			strbuf_add(text, " ");
		blank = false;
		strbuf_add_bytes(text, value, 1);
	}
}

static const char *names_of(struct arena *arena, const struct sigv4_request *request)
{
	struct strbuf names = { .arena = arena };

	for (size_t i = 0; i < request->header_count; i++) {
		strbuf_add(&names, i ? ";" : "");
		strbuf_add(&names, request->headers[i].name);
	}
	return names.bytes;
}

static void digest_of_text(char hex[SHA256_TEXT], const char *text, size_t len)
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, text, len);
	hex_encode(hex, digest, SHA256_BYTES);
}

/* The digest of the canonical request. */
static void digest_request(struct arena *arena, const struct sigv4_request *request,
                           const char *query, char hex[SHA256_TEXT])
{
	struct strbuf text = { .arena = arena };

	strbuf_add(&text, request->method);
	strbuf_add(&text, "\n");
	strbuf_add(&text, sigv4_encode(arena, request->path, true));
	strbuf_add(&text, "\n");
	strbuf_add(&text, query);
	strbuf_add(&text, "\n");
	for (size_t i = 0; i < request->header_count; i++) {
		strbuf_add(&text, request->headers[i].name);
		strbuf_add(&text, ":");
		add_trimmed(&text, request->headers[i].value);
		strbuf_add(&text, "\n");
	}
	strbuf_add(&text, "\n");
	strbuf_add(&text, names_of(arena, request));
	strbuf_add(&text, "\n");
	strbuf_add(&text, request->payload);
	digest_of_text(hex, text.bytes, text.len);
}

static void sign_text(unsigned char out[SHA256_BYTES], const void *key, size_t key_len,
                      const char *text)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_len);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)text, strlen(text));
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

/* The key of the day, the region and the service, which alone signs. */
static void derive_key(unsigned char out[SHA256_BYTES], const struct sigv4_key *key,
                       const char day[9])
{
	const char *const steps[] = { day, key->region, key->service, "aws4_request" };
	char first[512];

	int len = snprintf(first, sizeof first, "AWS4%s", key->secret);
	if (len < 0 || (size_t)len >= sizeof first)
		abort(); /* who reads keys bounds them */
	sign_text(out, first, (size_t)len, steps[0]);
	for (size_t i = 1; i < sizeof steps / sizeof steps[0]; i++)
		sign_text(out, out, SHA256_BYTES, steps[i]);
	sodium_memzero(first, sizeof first);
}

/* "20150830/us-east-1/s3/aws4_request" */
static char *scope_of(struct arena *arena, const struct sigv4_key *key, const char *time)
{
	return arena_printf(arena, "%.8s/%s/%s/aws4_request", time, key->region, key->service);
}

static void sign_request(struct arena *arena, const struct sigv4_key *key,
                         const struct sigv4_request *request, const char *query,
                         char signature[SHA256_TEXT])
{
	char time[SIGV4_TIME], day[9], digest[SHA256_TEXT];
	unsigned char derived[SHA256_BYTES], made[SHA256_BYTES];

	sigv4_time(time, request->at_s);
	snprintf(day, sizeof day, "%.8s", time);
	digest_request(arena, request, query, digest);
	derive_key(derived, key, day);
	sign_text(
		made, derived, sizeof derived,
		arena_printf(arena, ALGORITHM "\n%s\n%s\n%s", time, scope_of(arena, key, time), digest));
	hex_encode(signature, made, sizeof made);
	sodium_memzero(derived, sizeof derived);
}

char *sigv4_authorization(struct arena *arena, const struct sigv4_key *key,
                          const struct sigv4_request *request)
{
	const char *query = sigv4_query(arena, request->query, request->query_count);
	char time[SIGV4_TIME], signature[SHA256_TEXT];

	sigv4_time(time, request->at_s);
	sign_request(arena, key, request, query, signature);
	return arena_printf(arena, ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
	                    key->id, scope_of(arena, key, time), names_of(arena, request), signature);
}

char *sigv4_presign(struct arena *arena, const struct sigv4_key *key,
                    const struct sigv4_request *request, unsigned expires_s, const char *token)
{
	struct sigv4_pair query[SIGV4_MOST_PAIRS];
	char time[SIGV4_TIME], signature[SHA256_TEXT];
	size_t count = 0;

	sigv4_time(time, request->at_s);
	query[count++] = (struct sigv4_pair){ "X-Amz-Algorithm", ALGORITHM };
	query[count++] =
		(struct sigv4_pair){ "X-Amz-Credential",
		                     arena_printf(arena, "%s/%s", key->id, scope_of(arena, key, time)) };
	query[count++] = (struct sigv4_pair){ "X-Amz-Date", time };
	query[count++] = (struct sigv4_pair){ "X-Amz-Expires", arena_printf(arena, "%u", expires_s) };
	query[count++] = (struct sigv4_pair){ "X-Amz-SignedHeaders", names_of(arena, request) };
	if (token)
		query[count++] = (struct sigv4_pair){ "X-Amz-Security-Token", token };
	if (request->query_count > SIGV4_MOST_PAIRS - count)
		abort(); /* as in sigv4_query() */
	for (size_t i = 0; i < request->query_count; i++)
		query[count++] = request->query[i];
	const char *text = sigv4_query(arena, query, count);
	sign_request(arena, key, request, text, signature);
	return arena_printf(arena, "%s?%s&X-Amz-Signature=%s", sigv4_encode(arena, request->path, true),
	                    text, signature);
}
