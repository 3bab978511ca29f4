/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LONGEST_METHOD    32
#define LONGEST_AUTHORITY 260 /* a name of 253 letters, a colon and a port */
#define MOST_PORT         65535

struct reading {
	char *bytes; /* the head, from its first byte */
	size_t len, at;
	struct head *head;
	size_t room;                       /* what it takes of HEAD_ROOM so far */
	bool is_old;                       /* HTTP/1.0 */
	char *path;                        /* of an address that named a host: where its path begins */
	char authority[LONGEST_AUTHORITY]; /* and that host */
	size_t authority_len;
	unsigned hosts, lengths, encodings;
	unsigned singles;                   /* of the fields that may be there once, a bit each */
	bool is_unknown_coding, is_endless; /* the body, by its transfer codings */
};

struct head_line {
	char *text; /* NULL: it has not come yet */
	size_t len;
};

bool head_is_token(const char *text, size_t len)
{
	static const bool marks[128] = {
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true,
		['#'] = true,         ['$'] = true,         ['%'] = true,         ['&'] = true,
		['\''] = true,        ['*'] = true,         ['+'] = true,         ['-'] = true,
		['.'] = true,         ['^'] = true,         ['_'] = true,         ['`'] = true,
		['|'] = true,         ['~'] = true,
	};

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= sizeof marks || !marks[(unsigned char)text[i]])
			return false;
	return len > 0;
}

static bool head_is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == 127;
}

/* The next line, whose text stays in place. The part of one that has come is looked at too. */
static struct error head_next_line(struct reading *r, struct head_line *line)
{
	char *from = r->bytes + r->at;
	size_t len = 0, most = r->len - r->at;

	while (len < most && !head_is_control(from[len]))
		len++;
	*line = (struct head_line){ NULL, len };
	if (len == most || (from[len] == '\r' && len + 1 == most))
		return ok();
	if (from[len] != '\r' || from[len + 1] != '\n')
		return errorf(ERR_MALFORMED, "A line of the request holds a control character, or does "
		                             "not end with CR and LF.");
	line->text = from;
	r->at += len + 2;
	r->room += len + 2;
	return ok();
}

static size_t head_count(const char *text, size_t len, const char *marks)
{
	size_t found = 0;

	for (size_t i = 0; i < len; i++)
		found += strchr(marks, text[i]) && text[i];
	return found;
}

/* How many bytes of it are a name or an IPv4 address, or an IPv6 address in its brackets. */
static size_t head_host_len(const char *text, size_t len)
{
	static const char *const letters =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_~";
	const char *end = text[0] == '[' ? memchr(text, ']', len) : NULL;
	char inner[INET6_ADDRSTRLEN] = { 0 };
	struct in6_addr address;
	size_t some = 0;

	while (some < len && text[some] && strchr(letters, text[some]))
		some++;
	if (!end || (size_t)(end - text) > sizeof inner)
		return some;
	memcpy(inner, text + 1, (size_t)(end - text) - 1);
	return inet_pton(AF_INET6, inner, &address) == 1 ? (size_t)(end - text) + 1 : 0;
}

/* "host", "host:port", "[::1]:port"; a port may be left out behind its colon (RFC 3986, 3.2.3). */
static bool authority_good(const char *text, size_t len)
{
	size_t at = len ? head_host_len(text, len) : 0;
	unsigned port = 0;

	if (!at || len >= LONGEST_AUTHORITY || (at < len && text[at++] != ':'))
		return false;
	for (; at < len && port <= MOST_PORT; at++) {
		if (text[at] < '0' || text[at] > '9')
			return false;
		port = port * 10 + (unsigned)(text[at] - '0');
	}
	return port <= MOST_PORT;
}

/* GET http://host/path: the host is noted, and blanks take its place. */
static struct error take_authority(struct reading *r, char *target, size_t len)
{
	size_t scheme = strncasecmp(target, "http://", 7) == 0    ? 7
	                : strncasecmp(target, "https://", 8) == 0 ? 8
	                                                          : 0;
	if (!scheme || scheme >= len)
		return ok(); /* what else it is, the guard says */
	char *host = target + scheme, *end = target + len, *path = host;

	while (path < end && *path != '/' && *path != '?')
		path++;
	r->authority_len = (size_t)(path - host);
	if (!authority_good(host, r->authority_len))
		return errorf(ERR_MALFORMED, "The address names no host that could be ours.");
	memcpy(r->authority, host, r->authority_len);
	if (path == end || *path == '?') /* the root, unsaid */
		*--path = '/';
	memset(target, ' ', (size_t)(path - target));
	r->path = path;
	return ok();
}

static struct error read_version(struct reading *r, const char *text, size_t len)
{
	bool is_http = len == 8 && memcmp(text, "HTTP/", 5) == 0 && text[6] == '.' && text[5] >= '0' &&
	               text[5] <= '9' && text[7] >= '0' && text[7] <= '9';

	if (!is_http)
		return errorf(ERR_MALFORMED, "The request line must end with HTTP/1.1.");
	if (text[5] != '1')
		return errorf(ERR_VERSION, "This is HTTP/1.1.");
	r->is_old = text[7] == '0';
	return ok();
}

static bool is_method(const struct reading *r, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(r->bytes, name, len) == 0;
}

/* A target that is no path: `*` is for OPTIONS alone, a host and its port for CONNECT alone. */
static struct error check_form(const struct reading *r, size_t method, const char *target)
{
	if (*target != '/' && is_method(r, method, "CONNECT"))
		return errorf(ERR_UNSUPPORTED, "This is no proxy.");
	if (*target == '*' && !is_method(r, method, "OPTIONS"))
		return errorf(ERR_MALFORMED, "Only OPTIONS may ask about all of the server.");
	return ok();
}

static struct error read_request_line(struct reading *r, struct head_line line)
{
	char *space = memchr(r->bytes, ' ', line.len);
	size_t method = space ? (size_t)(space - r->bytes) : line.len;

	if (line.len && !head_is_token(r->bytes, method))
		return errorf(ERR_MALFORMED, "This is no request of HTTP.");
	if (method > LONGEST_METHOD)
		return errorf(ERR_UNSUPPORTED, "There is no such method here.");
	r->head->is_head = is_method(r, method, "HEAD");
	if (line.len > HEAD_ADDRESS)
		return errorf(ERR_TARGET_LONG, "An address has at most %d bytes.", HEAD_ADDRESS);
	if (!line.text)
		return ok();
	char *target = space ? space + 1 : NULL, *end = line.text + line.len;
	char *version = target ? memchr(target, ' ', (size_t)(end - target)) : NULL;

	if (!version || version == target || memchr(version + 1, ' ', (size_t)(end - version - 1)) ||
	    memchr(r->bytes, '\t', line.len))
		return errorf(ERR_MALFORMED, "A request line is a method, an address and HTTP/1.1, with "
		                             "one blank between them.");
	size_t len = (size_t)(version - target);
	char *query = memchr(target, '?', len);
	if (query)
		r->room += HEAD_ENTRY * (1 + head_count(query, (size_t)(version - query), "&"));
	if (r->room > HEAD_ROOM)
		return errorf(ERR_TARGET_LONG, "The address has too many parameters.");
	struct error err = read_version(r, version + 1, (size_t)(end - version) - 1);
	if (err.code || (err = check_form(r, method, target)).code)
		return err;
	return take_authority(r, target, len);
}

struct head_field {
	const char *name;
	char *value; /* without blanks around it */
	size_t name_len, len;
};

/* The library skips blanks before a value, and takes those behind it for a part. */
static void head_strip(struct head_field *field, char *end)
{
	size_t blanks;

	while (field->len && (*field->value == ' ' || *field->value == '\t'))
		field->value++, field->len--;
	while (field->len && strchr(" \t", field->value[field->len - 1]))
		field->len--;
	blanks = (size_t)(end - field->value) - field->len;
	if (!blanks)
		return;
	memmove(field->value + blanks, field->value, field->len);
	memset(field->value, ' ', blanks);
	field->value += blanks;
}

static bool is_named(const struct head_field *field, const char *name)
{
	return strlen(name) == field->name_len && strncasecmp(field->name, name, field->name_len) == 0;
}

/* Host says what the address said. What the address gave up, before its path, is room for it. */
static void say_authority(struct reading *r, struct head_field *field)
{
	if (r->authority_len > field->len) {
		size_t more = r->authority_len - field->len;

		memmove(r->path - more, r->path, (size_t)(field->value - r->path));
		r->path -= more;
		field->value -= more;
	} else {
		memset(field->value, ' ', field->len - r->authority_len);
		field->value += field->len - r->authority_len;
	}
	memcpy(field->value, r->authority, r->authority_len);
	field->len = r->authority_len;
}

static struct error read_host(struct reading *r, struct head_field *field)
{
	if (r->hosts++ || !authority_good(field->value, field->len))
		return errorf(ERR_MALFORMED, "There must be exactly one Host header, of one host.");
	if (r->path)
		say_authority(r, field);
	return ok();
}

static struct error read_length(struct reading *r, const struct head_field *field)
{
	char digits[LENGTH_DIGITS + 1] = { 0 };

	if (r->lengths++)
		return errorf(ERR_MALFORMED, "The body's length is given more than once.");
	if (!field->len || field->len > LENGTH_DIGITS)
		return errorf(ERR_MALFORMED, "Content-Length must be a number.");
	memcpy(digits, field->value, field->len);
	if (strspn(digits, "0123456789") != field->len)
		return errorf(ERR_MALFORMED, "Content-Length must be a number.");
	r->head->length = strtoll(digits, NULL, 10);
	return ok();
}

/* Of a list of codings the last must be chunked, or else nothing says where the body ends. */
static void read_coding(struct reading *r, const struct head_field *field)
{
	size_t chunked = strlen("chunked"), before = field->len - chunked;

	r->encodings++;
	r->is_unknown_coding = field->len != chunked;
	r->is_endless = field->len < chunked ||
	                strncasecmp(field->value + before, "chunked", chunked) != 0 ||
	                (before && !strchr(", \t", field->value[before - 1]));
}

/* Of several where one is meant, one reader takes the first and another the last. */
static struct error read_single(struct reading *r, const struct head_field *field)
{
	static const char *const names[26] = {
		['a' - 'a'] = "Authorization", ['c' - 'a'] = "Content-Type", ['i' - 'a'] = "If-Range",
		['o' - 'a'] = "Origin",        ['r' - 'a'] = "Range",        ['s' - 'a'] = "Sec-Fetch-Site",
	};
	unsigned letter = (unsigned)(*field->name | 32) - 'a';

	if (letter >= 26 || !names[letter] || !is_named(field, names[letter]))
		return ok();
	if (r->singles & 1u << letter)
		return errorf(ERR_MALFORMED, "%s is given more than once.", names[letter]);
	r->singles |= 1u << letter;
	return ok();
}

static struct error read_field(struct reading *r, struct head_line line)
{
	char *colon = memchr(line.text, ':', line.len), *end = line.text + line.len;

	if (!colon || !head_is_token(line.text, (size_t)(colon - line.text)))
		return errorf(ERR_MALFORMED, "A header is a name, a colon and a value, in one line.");
	struct head_field field = { .name = line.text,
		                        .name_len = (size_t)(colon - line.text),
		                        .value = colon + 1,
		                        .len = (size_t)(end - colon) - 1 };

	head_strip(&field, end);
	r->room += HEAD_ENTRY;
	switch (*field.name | 32) {
	case 'c':
		if (is_named(&field, "Content-Length"))
			return read_length(r, &field);
		if (is_named(&field, "Cookie"))
			r->room += field.len + HEAD_ENTRY * (2 + head_count(field.value, field.len, ";,"));
		return read_single(r, &field);
	case 'h':
		return is_named(&field, "Host") ? read_host(r, &field) : ok();
	case 't':
		if (!is_named(&field, "Transfer-Encoding"))
			return ok();
		read_coding(r, &field);
		return ok();
	default:
		return read_single(r, &field);
	}
}

/* What all fields say together. */
static struct error head_settle(struct reading *r)
{
	if (!r->hosts && !r->is_old)
		return errorf(ERR_MALFORMED, "There must be exactly one Host header, of one host.");
	if (r->encodings > 1 || (r->encodings && (r->lengths || r->is_old)))
		return errorf(ERR_MALFORMED, "The body's length is given more than once.");
	if (r->encodings && r->is_endless)
		return errorf(ERR_MALFORMED, "The last transfer coding must be chunked.");
	if (r->encodings && r->is_unknown_coding)
		return errorf(ERR_UNSUPPORTED, "Only the chunked transfer coding is known.");
	if (r->encodings)
		r->head->length = CHUNKED;
	r->head->len = r->at;
	return ok();
}

struct error head_read(char *bytes, size_t len, struct head *head)
{
	struct reading r = { .bytes = bytes, .len = len, .head = head };
	struct head_line line;
	struct error err;

	*head = (struct head){ 0 };
	if ((err = head_next_line(&r, &line)).code || (err = read_request_line(&r, line)).code)
		return err;
	while (line.text) {
		if ((err = head_next_line(&r, &line)).code)
			return err;
		if (line.text && !line.len)
			return head_settle(&r);
		if (line.text && (err = read_field(&r, line)).code)
			return err;
		if (r.room + (line.text ? 0 : line.len) > HEAD_ROOM)
			return errorf(ERR_HEAD_LARGE,
			              "Request line and headers have at most %d bytes together, each header, "
			              "cookie and parameter counting %d more.",
			              HEAD_ROOM, HEAD_ENTRY);
	}
	return ok();
}
