/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"

static const char *const names[] = { "error", "warn", "info", "debug" };
static enum log_level threshold = LOG_INFO;

void log_set_level(enum log_level level)
{
	threshold = level;
}

bool log_level_read(const char *text, enum log_level *level)
{
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(text, names[i]) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[1024], when[CLOCK_TEXT];
	va_list args;
	int head, body;

	if (level > threshold)
		return;
	clock_text(when, clock_now_s());
	head = snprintf(line, sizeof line, "%s %s ", when, names[level]);
	va_start(args, format);
	body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
	va_end(args);

	size_t len = strnlen(line, sizeof line - 2);
	if (body > 0 && line[len - 1] == '\n') /* libpq's messages bring their own */
		len--;
	for (size_t i = (size_t)head; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 127)
			line[i] = ' ';
	line[len] = '\n';
	if (write(STDERR_FILENO, line, len + 1) < 0)
		return; /* nobody listens: there is nowhere left to say so */
}
