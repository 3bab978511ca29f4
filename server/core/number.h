/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number -- reads a number that somebody typed: all of the text, or nothing.
 *
 * strtol() and strtod() stop where a number ends and pass over blanks, signs, hexadecimals and
 * infinities; a person who types these means something else.
 */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits alone, from `least` to `most`. False, and *ret_number untouched, for others. */
bool number_whole(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number);

/* Digits, perhaps with a decimal point and an exponent: "0.97", "1e-3". */
bool number_real(const char *text, double least, double most, double *ret_number);

#endif
