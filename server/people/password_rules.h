/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password_rules -- which passwords are too easily guessed to be taken.
 *
 * Length alone does not help where everybody thinks of the same ten letters.  Refused are: what
 * holds the account's own address, one of the words that head every published list of leaked
 * passwords with digits and signs around it, runs along the keyboard or the alphabet, and a few
 * letters again and again.  Pure; any thread.
 */
#ifndef PEOPLE_PASSWORD_RULES_H
#define PEOPLE_PASSWORD_RULES_H

/* Why `password` is not to be taken for the account `email`, as the end of a sentence; NULL: it is
 * fine. Length is the caller's to check. */
const char *password_fault(const char *password, const char *email);

#endif
