/* SPDX-License-Identifier: Apache-2.0 */
#include "people/password_rules.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define MOST          256 /* letters that are looked at; passwords are shorter */
#define LEAST_ADDRESS 4   /* a shorter name occurs by chance */
#define LEAST_OTHERS  4   /* letters that are not of a run, or of a common word */

/* Words that head the published lists, in the languages of their users; digits around them and
 * the usual signs for letters are taken off first. */
static const char *const common[] = {
	"abc",        "abcd",       "abcdef",     "access",     "administrator", "administrateur",
	"admin",      "amour",      "angel",      "apple",      "arsenal",       "asdf",
	"ashley",     "azerty",     "babygirl",   "bailey",     "banana",        "barcelona",
	"baseball",   "basketball", "batman",     "benutzer",   "bonjour",       "buster",
	"butterfly",  "celtic",     "changeme",   "charlie",    "chelsea",       "chocolate",
	"computer",   "cookie",     "corona",     "daniel",     "default",       "doudou",
	"dragon",     "enter",      "facebook",   "flower",     "football",      "freedom",
	"friends",    "geheim",     "gfhjkm",     "ginger",     "google",        "guest",
	"hallo",      "hannah",     "hello",      "hunter",     "iloveyou",      "jennifer",
	"jessica",    "jesus",      "jordan",     "joshua",     "juventus",      "killer",
	"letmein",    "liverpool",  "login",      "loulou",     "love",          "lovely",
	"loveyou",    "maggie",     "manager",    "marseille",  "martina",       "master",
	"matthew",    "michael",    "michelle",   "moderator",  "monkey",        "mustang",
	"nicole",     "ninja",      "pass",       "passw",      "password",      "passwort",
	"pepper",     "pokemon",    "princess",   "qazwsx",     "querty",        "qwer",
	"qwert",      "qwerty",     "qwertyuiop", "qwertz",     "realmadrid",    "researcher",
	"root",       "samsung",    "schatz",     "secret",     "secure",        "server",
	"shadow",     "sommer",     "soccer",     "starwars",   "summer",        "sunshine",
	"superman",   "superuser",  "system",     "temp",       "test",          "tester",
	"testing",    "thomas",     "tigger",     "touchstone", "trustno",       "user",
	"welcome",    "whatever",   "wachtwoord", "willkommen", "winter",        "yankees",
	"motdepasse", "contrasena", "senha",      "haslo",      "parola",        "zaqwsx",
};

/* Neighbours, in either direction. */
static const char *const runs[] = { "abcdefghijklmnopqrstuvwxyz",
	                                "01234567890",
	                                "qwertyuiop",
	                                "asdfghjkl",
	                                "zxcvbnm",
	                                "qwertzuiop",
	                                "yxcvbnm",
	                                "azertyuiop",
	                                "qsdfghjklm",
	                                "1qaz2wsx3edc4rfv5tgb6yhn",
	                                "1q2w3e4r5t6y7u8i9o0p" };

/* Small letters, with the signs that people write for letters read as those. */
static size_t password_simplify(const char *text, char simple[MOST])
{
	static const char signs[] = "@4301!$57", letters[] = "aaeolisst";
	size_t len = 0;

	for (; *text && len < MOST - 1; text++) {
		const char *sign = strchr(signs, *text);

		simple[len++] = sign ? letters[sign - signs] : (char)tolower((unsigned char)*text);
	}
	simple[len] = '\0';
	return len;
}

static bool is_common(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
		if (strlen(common[i]) == len && strncasecmp(common[i], word, len) == 0)
			return true;
	return false;
}

/* The letters of the password without digits and signs at both ends. */
static bool is_common_dressed(const char *password)
{
	const char *from = password, *to = password + strlen(password);

	while (from < to && !isalpha((unsigned char)*from))
		from++;
	while (to > from && !isalpha((unsigned char)to[-1]))
		to--;
	return is_common(from, (size_t)(to - from));
}

/* One common word after the other, with nothing but digits and signs between. */
static bool is_of_common_words(const char *text)
{
	size_t others = 0;

	while (*text) {
		size_t longest = 0;

		for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
			size_t len = strlen(common[i]);

			if (len > longest && strncasecmp(common[i], text, len) == 0)
				longest = len;
		}
		others += !longest && isalpha((unsigned char)*text);
		text += longest ? longest : 1;
	}
	return others < LEAST_OTHERS;
}

static bool are_neighbours(char a, char b)
{
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
		for (const char *at = runs[i]; *at && at[1]; at++)
			if ((at[0] == a && at[1] == b) || (at[0] == b && at[1] == a))
				return true;
	return false;
}

/* Nearly every character is next to the one before, or the same. */
static bool is_run(const char *text)
{
	size_t others = 0;

	for (; *text && text[1]; text++) {
		char a = (char)tolower((unsigned char)text[0]), b = (char)tolower((unsigned char)text[1]);

		others += a != b && !are_neighbours(a, b);
	}
	return others < LEAST_OTHERS - 1;
}

/* So few different characters that it is a pattern. */
static bool is_repeated(const char *text)
{
	bool seen[256] = { false };
	size_t different = 0;

	for (; *text; text++) {
		different += !seen[(unsigned char)*text];
		seen[(unsigned char)*text] = true;
	}
	return different < 5;
}

/* The whole address, the name before the @, or its domain's name. */
static bool holds_address(const char *password, const char *email)
{
	const char *at = strchr(email, '@');
	char name[MOST], text[MOST], word[MOST];
	const char *parts[] = { email, at ? at + 1 : "" };

	password_simplify(password, text);
	password_simplify(email, name);
	if (strstr(text, name))
		return true;
	for (size_t i = 0; i < 2; i++) {
		size_t len = strcspn(parts[i], i ? "." : "@+");

		if (len < LEAST_ADDRESS || len >= MOST)
			continue;
		memcpy(word, parts[i], len);
		word[len] = '\0';
		password_simplify(word, name);
		const char *found = strstr(text, name);
		if (found && strlen(text) - len < 2 * (size_t)LEAST_OTHERS)
			return true;
	}
	return false;
}

const char *password_fault(const char *password, const char *email)
{
	char simple[MOST];

	password_simplify(password, simple);
	if (holds_address(password, email))
		return "must not be made of the address.";
	if (is_repeated(password))
		return "must have more different characters.";
	if (is_run(password) || is_run(simple))
		return "must not be a run of letters or digits.";
	if (is_common_dressed(password) || is_common_dressed(simple) || is_of_common_words(password) ||
	    is_of_common_words(simple))
		return "must not be one that everybody guesses first. Three or four words that do not "
			   "belong "
			   "together are good.";
	return NULL;
}
