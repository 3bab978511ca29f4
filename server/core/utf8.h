/* SPDX-License-Identifier: Apache-2.0 */
/* utf8 -- what is UTF-8 and what is not (Unicode 15, table 3-7), and texts of strangers in print.
 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The bytes of the character that begins at `at`, before `end`; 0: it is none. */
size_t utf8_length(const char *at, const char *end);

/* The character of so many bytes. */
uint32_t utf8_character(const char *at, size_t len);

/* The character that a text begins with, and its bytes; a byte that is no UTF-8 stands for itself.
 */
uint32_t utf8_next(const char *text, size_t *ret_len);

/* Controls, and the line ends of Unicode. A lone byte of 0x80 to 0x9f is one too. */
bool utf8_ends_line(uint32_t character);

/* What shows the text behind it in another order. */
bool utf8_turns_text(uint32_t character);

/* Writes a character, at most four bytes, and returns where it ends. */
char *utf8_put(char *to, uint32_t c);

/* Where the first bytes lie that are no UTF-8; `len` if there are none. */
size_t utf8_fault(const char *text, size_t len);

/* The length of the white space at `at`, and of what is as invisible (a no-break space, a
 * zero-width space, a byte order mark); 0: there is none. NUL ends the text. */
size_t utf8_blank(const char *at);

/*
 * UTF-16 of `len` bytes, without its byte order mark, as UTF-8 that the caller frees. Half a
 * character becomes U+FFFD.
 */
char *utf8_from_utf16(const char *bytes, size_t len, int big_endian, size_t *ret_len);

/*
 * Prints a text that may come from anybody: control characters, what turns the direction of
 * writing, and bytes that are no UTF-8 become '?', so that nothing commands a terminal.
 */
void utf8_print(FILE *out, const char *text);

/* Prints a text, with spaces for what would end the line; NULL prints nothing. */
void utf8_print_line(FILE *out, const char *text);

#endif
