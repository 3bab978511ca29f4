/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log -- one line an event on standard error, for operators.
 *
 * `2026-01-02T03:04:05Z error database: connection refused`.  Control characters are
 * replaced, so that hostile input cannot forge a line.  Never log a secret, a
 * token, a cookie, an e-mail address of a volunteer or a client's address.
 * Any thread may call; a line is written whole.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Lines above this level are dropped. Call before threads start. */
void log_set_level(enum log_level level);

/* Reads "error", "warn", "info" or "debug". False if it is none of them. */
bool log_level_read(const char *text, enum log_level *level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
