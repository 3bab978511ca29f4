/* SPDX-License-Identifier: Apache-2.0 */
#include "http/sentences.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_parse.h"

#define OPENING   "{{"
#define CLOSING   "}}"
#define MOST_TAGS 9 /* a digit names each */

/* What stands between the braces, and the text that takes its place. */
struct placeholder {
	const char *page, *key, *text;
	const char *tags[MOST_TAGS]; /* whole: <a href="/data"> */
	size_t count;
};

/* Is it an object of texts, some of which may be objects of plural forms? */
static bool holds_texts(json_t *texts, bool has_plurals)
{
	const char *key;
	json_t *value;

	json_object_foreach (texts, key, value)
		if (!json_is_string(value) && !(has_plurals && holds_texts(value, false)))
			return false;
	return json_is_object(texts);
}

struct error sentences_read(const struct static_file *file, json_t **ret_sentences)
{
	struct json_fault fault;
	json_auto_t *value = json_parse(file->bytes, file->len, &fault);

	if (!value)
		return errorf(ERR_INTERNAL, "%s, line %u: %s", file->path, fault.line, fault.why);
	if (!holds_texts(json_object_get(value, "pages"), false) ||
	    !holds_texts(json_object_get(value, "scripts"), true))
		return errorf(ERR_INTERNAL, "%s: it must hold \"pages\" and \"scripts\", with texts by key",
		              file->path);
	*ret_sentences = json_incref(value);
	return ok();
}

/* Is the key named by itself, or its group, the part before the dot? */
static bool is_used(struct arena *arena, const char *key,
                    bool (*is_named)(const void *scripts, const char *text), const void *scripts)
{
	const char *quoted = arena_printf(arena, "\"%s\"", key);
	const char *group = arena_printf(arena, "term(\"%.*s\"", (int)strcspn(key, "."), key);

	return is_named(scripts, quoted) || is_named(scripts, group);
}

void sentences_embed(struct strbuf *out, const json_t *sentences,
                     bool (*is_named)(const void *scripts, const char *text), const void *scripts)
{
	json_auto_t *used = json_object();
	const char *key;
	json_t *text;

	json_object_foreach (json_object_get(sentences, "scripts"), key, text)
		if (is_used(out->arena, key, is_named, scripts) && json_object_set(used, key, text))
			abort();
	if (!json_object_size(used))
		return;
	char *json = json_dumps(used, JSON_COMPACT);

	if (!json)
		abort();
	strbuf_add(out, "\n\t<script type=\"application/json\" id=\"sentences\">");
	for (const char *at = json; *at; at++)
		if (*at == '<') /* it could end the element */
			strbuf_add(out, "\\u003c");
		else
			strbuf_add_bytes(out, at, 1);
	strbuf_add(out, "</script>");
	free(json);
}

static void add_escaped(struct strbuf *out, char letter)
{
	static const char *const escapes[] = {
		['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\''] = "&#39;"
	};
	size_t code = (unsigned char)letter;

	if (code < sizeof escapes / sizeof escapes[0] && escapes[code])
		strbuf_add(out, escapes[code]);
	else
		strbuf_add_bytes(out, &letter, 1);
}

/* The number in "<1>" or "</1>" at `text`, and behind it; 0: there is none. */
static unsigned read_tag(const char *text, bool *ret_closes, const char **ret_end)
{
	if (*text != '<')
		return 0;
	bool closes = text[1] == '/';
	const char *digit = text + 1 + closes;

	if (*digit < '1' || *digit > '9' || digit[1] != '>')
		return 0;
	*ret_closes = closes;
	*ret_end = digit + 2;
	return (unsigned)(*digit - '0');
}

static void add_tag(struct strbuf *out, const char *tag, bool closes)
{
	if (!closes) {
		strbuf_add(out, tag);
		return;
	}
	strbuf_add(out, "</");
	strbuf_add_bytes(out, tag + 1, strcspn(tag + 1, " >"));
	strbuf_add(out, ">");
}

/* The text with the page's tags, each of which it must open and close once, none within another. */
static struct error add_text(struct strbuf *out, const struct placeholder *place)
{
	unsigned open = 0, used = 0;

	for (const char *at = place->text; *at;) {
		bool closes;
		unsigned tag = read_tag(at, &closes, &at);

		if (!tag) {
			add_escaped(out, *at++);
			continue;
		}
		if (tag > place->count || open != (closes ? tag : 0) || (!closes && used & 1U << tag))
			return errorf(ERR_INTERNAL, "%s: the sentence %s has a tag <%u> out of place",
			              place->page, place->key, tag);
		add_tag(out, place->tags[tag - 1], closes);
		open = closes ? 0 : tag;
		used |= 1U << tag;
	}
	if (open || used != (1U << (place->count + 1)) - 2)
		return errorf(ERR_INTERNAL, "%s: the sentence %s does not use every tag", place->page,
		              place->key);
	return ok();
}

/* Takes apart "KEY <TAG> <TAG>". */
static struct error read_placeholder(struct arena *arena, const char *inside, size_t len,
                                     struct placeholder *place)
{
	const char *end = inside + len;
	size_t key_len = strcspn(inside, " }");

	place->key = arena_copy(arena, inside, key_len);
	for (const char *at = inside + key_len; at < end; at++) {
		if (*at == ' ')
			continue;
		const char *tag_end = *at == '<' ? memchr(at, '>', (size_t)(end - at)) : NULL;

		if (!tag_end || place->count == MOST_TAGS)
			return errorf(ERR_INTERNAL, "%s: {{%s}} has tags that cannot be read", place->page,
			              place->key);
		place->tags[place->count++] = arena_copy(arena, at, (size_t)(tag_end + 1 - at));
		at = tag_end;
	}
	return ok();
}

static struct error add_placeholder(struct strbuf *out, const json_t *sentences, const char *page,
                                    const char *inside, size_t len)
{
	struct placeholder place = { .page = page };
	struct error err = read_placeholder(out->arena, inside, len, &place);

	if (err.code)
		return err;
	const json_t *texts = json_object_get(sentences, "pages");

	place.text = json_string_value(json_object_get(texts, place.key));
	if (!place.text)
		return errorf(ERR_INTERNAL, "%s: there is no sentence for {{%s}}", page, place.key);
	return add_text(out, &place);
}

struct error sentences_fill(struct arena *arena, const json_t *sentences, struct static_file *page)
{
	struct strbuf out = { .arena = arena };
	const char *at = page->bytes;

	for (const char *opening; (opening = strstr(at, OPENING));) {
		const char *inside = opening + strlen(OPENING), *end = strstr(inside, CLOSING);
		struct error err;

		if (!end)
			return errorf(ERR_INTERNAL, "%s: a {{ has no end", page->path);
		strbuf_add_bytes(&out, at, (size_t)(opening - at));
		if ((err = add_placeholder(&out, sentences, page->path, inside, (size_t)(end - inside)))
		        .code)
			return err;
		at = end + strlen(CLOSING);
	}
	if (at == page->bytes)
		return ok();
	strbuf_add(&out, at);
	page->bytes = out.bytes;
	page->len = out.len;
	return ok();
}
