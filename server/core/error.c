/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

#define CODE_REASON(reason, name, code, title) [code] = REASON_##reason,
#define CODE_TEXT(reason, name, code, title)   [REASON_##reason] = { code, name, title, NULL },
#define NAMED_TEXT(reason, name, code, title, sentence) \
	[REASON_##reason] = { code, name, title, sentence },

static const struct reason_text {
	enum error_code code;
	const char *name, *title, *sentence;
} reason_texts[REASONS] = { CODE_REASONS(CODE_TEXT) NAMED_REASONS(NAMED_TEXT) };

static const enum reason code_reasons[ERROR_CODES] = { CODE_REASONS(CODE_REASON) };

/* Writes what fits, and no part of a character. */
static void say_whole(char *text, size_t room, const char *format, va_list args)
{
	if ((size_t)vsnprintf(text, room, format, args) < room)
		return;
	size_t len = strlen(text), whole = utf8_fault(text, len);

	if (len - whole < 4) /* else it was no UTF-8 to begin with */
		text[whole] = '\0';
}

struct error(errorf)(enum error_code code, const char *format, ...)
{
	struct error err = { .code = code };
	va_list args;

	va_start(args, format);
	say_whole(err.detail, sizeof err.detail, format, args);
	va_end(args);
	return err;
}

static void note_pointer(char *to, size_t room, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_whole(to, room, format, args);
	va_end(args);
}

struct error(error_field)(const char *pointer, const char *format, ...)
{
	struct error err = { .code = ERR_INVALID };
	va_list args;

	note_pointer(err.pointer, sizeof err.pointer, "%s", pointer);
	va_start(args, format);
	say_whole(err.detail, sizeof err.detail, format, args);
	va_end(args);
	return err;
}

static const struct reason_text *reason_text_of(enum reason reason)
{
	if (reason == REASON_DEFAULT || reason >= REASONS)
		abort(); /* a program error: there is no such reason */
	return &reason_texts[reason];
}

struct error(errorf_because)(enum reason reason, const char *format, ...)
{
	struct error err = { .code = reason_text_of(reason)->code, .reason = reason };
	va_list args;

	va_start(args, format);
	say_whole(err.detail, sizeof err.detail, format, args);
	va_end(args);
	return err;
}

struct error(error_because)(enum reason reason)
{
	const struct reason_text *text = reason_text_of(reason);

	return (errorf_because)(reason, "%s", text->sentence ?: text->title);
}

static const struct reason_text *error_text_of(const struct error *err)
{
	return reason_text_of(err->reason ?: code_reasons[err->code]);
}

const char *error_reason(const struct error *err)
{
	return error_text_of(err)->name;
}

const char *error_title(const struct error *err)
{
	return error_text_of(err)->title;
}

struct error error_memory(void)
{
	return (errorf)(ERR_UNAVAILABLE, "The server is short of memory. Try again in a moment.");
}
