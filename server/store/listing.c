/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing -- what lies in the bucket below our prefix, by ListObjectsV2.
 *
 * The answers are XML of a known form, whose values are ours (digests) or opaque; so they are
 * searched for their elements by name, and no more of XML is understood than its five named
 * characters.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/hex.h"
#include "core/number.h"
#include "store/object_internal.h"

#define LIST_MS    30000
#define LIST_TRIES 6
#define A_PAGE     "1000"

static const struct {
	const char *name;
	char means;
} xml_named[] = { { "&amp;", '&' }, { "&lt;", '<' },    { "&gt;", '>' },  { "&quot;", '"' },
	              { "&#34;", '"' }, { "&apos;", '\'' }, { "&#39;", '\'' } };

/* In place. */
static void unname_xml(char *text)
{
	char *to = text;

	while (*text) {
		size_t i = 0;

		while (i < sizeof xml_named / sizeof xml_named[0] &&
		       strncmp(text, xml_named[i].name, strlen(xml_named[i].name)) != 0)
			i++;
		if (i < sizeof xml_named / sizeof xml_named[0]) {
			*to++ = xml_named[i].means;
			text += strlen(xml_named[i].name);
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

char *xml_take(struct arena *arena, const char **at, const char *name)
{
	const char *open = arena_printf(arena, "<%s>", name);
	const char *close = arena_printf(arena, "</%s>", name);
	const char *begin = strstr(*at, open);
	const char *end = begin ? strstr(begin, close) : NULL;

	if (!end)
		return NULL;
	begin += strlen(open);
	*at = end + strlen(close);
	char *text = arena_copy(arena, begin, (size_t)(end - begin));
	if (!strchr(text, '<'))
		unname_xml(text);
	return text;
}

static struct error list_page(struct service *service, struct call *call, const char *prefix,
                              const char *most, const char *token)
{
	call->method = "GET";
	call->body_fd = -1;
	call->total_ms = LIST_MS;
	call->tries = LIST_TRIES;
	call->query[call->query_count++] = (struct sigv4_pair){ "list-type", "2" };
	call->query[call->query_count++] = (struct sigv4_pair){ "max-keys", most };
	call->query[call->query_count++] = (struct sigv4_pair){ "prefix", prefix };
	if (token)
		call->query[call->query_count++] = (struct sigv4_pair){ "continuation-token", token };
	struct error err = service_call(service, call);
	if (!err.code && !strstr(call->text, "ListBucketResult"))
		return errorf(ERR_UNAVAILABLE, "the object service answered with no listing");
	return err;
}

int64_t listing_time(const char *text)
{
	struct tm parts = { 0 };

	return text && strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) ? (int64_t)timegm(&parts) : -1;
}

bool listing_is_ours(const struct service *service, const char *key,
                     unsigned char digest[SHA256_BYTES])
{
	size_t skip = strlen(service->prefix);
	char hex[SHA256_TEXT];

	if (!key || strncmp(key, service->prefix, skip) != 0 || strlen(key + skip) != OBJECT_KEY - 1 ||
	    key[skip + 2] != '/')
		return false;
	snprintf(hex, sizeof hex, "%.2s%.62s", key + skip, key + skip + 3);
	return hex_decode(digest, SHA256_BYTES, hex);
}

/* One <Contents>. False: it is no file of ours. */
static bool read_entry(struct service *service, struct arena *arena, const char *text,
                       struct store_entry *ret_entry)
{
	const char *at = text, *key = xml_take(arena, &at, "Key");
	const char *changed = (at = text, xml_take(arena, &at, "LastModified"));
	const char *size = (at = text, xml_take(arena, &at, "Size"));
	uint64_t bytes;

	ret_entry->changed_s = listing_time(changed);
	if (!listing_is_ours(service, key, ret_entry->digest) || !size || ret_entry->changed_s < 0 ||
	    !number_whole(size, 0, UINT64_MAX >> 1, &bytes))
		return false;
	ret_entry->bytes = bytes;
	return true;
}

static void tell_page(struct service *service, struct arena *arena, const char *text,
                      store_visit *each, void *arg)
{
	const char *at = text, *contents;
	struct store_entry entry;

	while ((contents = xml_take(arena, &at, "Contents")))
		if (read_entry(service, arena, contents, &entry))
			each(arg, &entry);
}

/* Where the next page begins; "" after the last. */
static struct error next_page(struct arena *arena, const char *text, char token[], size_t room)
{
	const char *at = text, *truncated = xml_take(arena, &at, "IsTruncated");
	const char *next = (at = text, xml_take(arena, &at, "NextContinuationToken"));

	if (truncated && strcmp(truncated, "false") == 0) {
		token[0] = '\0';
		return ok();
	}
	if (!truncated || !next || !*next || strlen(next) >= room || strcmp(next, token) == 0)
		return errorf(ERR_UNAVAILABLE, "the object service breaks off its listing");
	snprintf(token, room, "%s", next);
	return ok();
}

struct error listing_walk(struct service *service, store_visit *each, void *arg)
{
	char token[4096] = "";
	struct error err;

	do {
		struct arena *arena = arena_new();
		struct call call = { .arena = arena };

		err = list_page(service, &call, service->prefix, A_PAGE, *token ? token : NULL);
		if (!err.code) {
			tell_page(service, arena, call.text, each, arg);
			err = next_page(arena, call.text, token, sizeof token);
		}
		arena_free(arena);
	} while (!err.code && *token);
	return err;
}

struct error listing_has(struct service *service, const char *key, bool *ret_there)
{
	struct arena *arena = arena_new();
	struct call call = { .arena = arena };
	const char *wanted = arena_printf(arena, "%s%s", service->prefix, key);
	struct error err = list_page(service, &call, wanted, "1", NULL);
	const char *at = err.code ? "" : call.text;
	const char *found = xml_take(arena, &at, "Key");

	if (!err.code)
		*ret_there = found && strcmp(found, wanted) == 0;
	arena_free(arena);
	return err;
}
