/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/message.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/strbuf.h"
#include "core/utf8.h"

#define ADDRESS_MOST 254
#define SUBJECT_MOST 400 /* bytes */
#define PLAIN_MOST   60  /* bytes of a subject that stands as it is */
#define WORD_BYTES   42  /* of an encoded word, before base64 */
#define LINE_MOST    76  /* of the text, RFC 2045 */

bool message_address_is_good(const char *address)
{
	const char *at = strchr(address, '@');
	size_t len = strlen(address);

	if (!at || at == address || !at[1] || strchr(at + 1, '@') || len > ADDRESS_MOST)
		return false;
	for (const char *c = address; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr(",;:<>()[]\\\"", *c))
			return false;
	return *address != '-'; /* no option of a program that is given it */
}

/* ------------------------------------------------------------------ headers */

static void add_base64(struct strbuf *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16 |
		                 (i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0) |
		                 (i + 2 < len ? bytes[i + 2] : 0);
		char four[4] = { digits[three >> 18], digits[three >> 12 & 63],
			             i + 1 < len ? digits[three >> 6 & 63] : '=',
			             i + 2 < len ? digits[three & 63] : '=' };

		strbuf_add_bytes(out, four, sizeof four);
	}
}

/* The text without controls and without bytes that are no UTF-8, cut to what a header takes. */
static char *clean_subject(struct arena *arena, const char *text)
{
	char *clean = arena_alloc(arena, SUBJECT_MOST + 8), *to = clean;
	size_t step;

	for (; *text && to < clean + SUBJECT_MOST; text += step) {
		uint32_t c = utf8_next(text, &step);
		bool whole = utf8_length(text, text + strlen(text)) > 0;

		if (!whole)
			*to++ = '?';
		else
			to = utf8_put(to, c < ' ' || utf8_ends_line(c) || utf8_turns_text(c) ? ' ' : c);
	}
	*to = '\0';
	return clean;
}

static bool is_plain(const char *text)
{
	if (strlen(text) > PLAIN_MOST || strstr(text, "=?"))
		return false;
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* As it is, or in encoded words, a line each, which end between characters. */
static void add_subject(struct strbuf *out, struct arena *arena, const char *subject)
{
	const char *text = clean_subject(arena, subject);

	strbuf_add(out, "Subject: ");
	if (is_plain(text)) {
		strbuf_add(out, text);
		strbuf_add(out, "\r\n");
		return;
	}
	while (*text) {
		size_t len = 0, step;

		while (text[len] && (utf8_next(text + len, &step), len + step <= WORD_BYTES))
			len += step;
		strbuf_add(out, "=?UTF-8?B?");
		add_base64(out, (const unsigned char *)text, len);
		text += len;
		strbuf_add(out, *text ? "?=\r\n " : "?=\r\n");
	}
}

/* In English whatever the machine speaks: RFC 5322 has it so. */
static void add_date(struct strbuf *out, int64_t at_s)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const time_t at = (time_t)at_s;
	char text[64];
	struct tm tm;

	gmtime_r(&at, &tm);
	snprintf(text, sizeof text, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
	         days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, 1900 + tm.tm_year,
	         tm.tm_hour, tm.tm_min, tm.tm_sec);
	strbuf_add(out, text);
}

static void write_address(struct strbuf *out, const char *header, const char *address)
{
	strbuf_add(out, header);
	strbuf_add(out, address);
	strbuf_add(out, "\r\n");
}

/* ------------------------------------------------------------------ the text */

/* One byte as quoted-printable has it. A blank before the end of a line would get lost, and a dot
 * or "From " at the beginning is changed by some servers. */
static size_t quote_byte(char to[4], unsigned char byte, bool first, char next)
{
	bool blank = byte == ' ' && (next == '\n' || next == '\0');
	bool changed = first && (byte == '.' || byte == 'F');

	if (byte >= ' ' && byte <= '~' && byte != '=' && !blank && !changed) {
		to[0] = (char)byte;
		return 1;
	}
	return (size_t)snprintf(to, 4, "=%02X", byte);
}

static void quote_text(struct strbuf *out, const char *text)
{
	size_t column = 0;

	for (; *text; text++) {
		char quoted[4];

		if (*text == '\n') {
			strbuf_add(out, "\r\n");
			column = 0;
			continue;
		}
		size_t len = quote_byte(quoted, (unsigned char)*text, column == 0, text[1]);
		if (column + len > LINE_MOST - 1) {
			strbuf_add(out, "=\r\n");
			column = 0;
		}
		strbuf_add_bytes(out, quoted, len);
		column += len;
	}
	if (column)
		strbuf_add(out, "\r\n");
}

const char *message_write(struct arena *arena, const struct letter *letter, size_t *ret_len)
{
	struct strbuf out = { .arena = arena };

	add_date(&out, letter->at_s);
	write_address(&out, "From: Touchstone <", arena_printf(arena, "%s>", letter->from));
	write_address(&out, "To: ", letter->to);
	add_subject(&out, arena, letter->subject);
	write_address(&out, "Message-ID: ", arena_printf(arena, "<%s@%s>", letter->id, letter->host));
	strbuf_add(&out, "Auto-Submitted: auto-generated\r\n"
	                 "MIME-Version: 1.0\r\n"
	                 "Content-Type: text/plain; charset=utf-8\r\n"
	                 "Content-Transfer-Encoding: quoted-printable\r\n"
	                 "\r\n");
	quote_text(&out, letter->text);
	*ret_len = out.len;
	return out.bytes;
}
