/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

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

struct error error_memory(void)
{
	return (errorf)(ERR_UNAVAILABLE, "The server is short of memory. Try again in a moment.");
}
