/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/password.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"

_Static_assert(crypto_pwhash_STRBYTES == PASSWORD_HASH, "the header promises this");

struct error password_hash(const char *password, char hash[PASSWORD_HASH])
{
	if (crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return error_memory();
	return ok();
}

/* What a hash was made with: "$argon2id$v=19$m=65536,t=2,p=1$SALT$HASH". */
struct recipe {
	unsigned long long passes;
	size_t memory;
	unsigned char salt[crypto_pwhash_SALTBYTES], hash[32];
};

static bool read_bytes(unsigned char *bytes, size_t len, const char *text, const char **ret_end)
{
	size_t got;

	return sodium_base642bin(bytes, len, text, strlen(text), NULL, &got, ret_end,
	                         sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
	       got == len;
}

static bool read_recipe(const char *text, struct recipe *recipe)
{
	unsigned kibibytes, passes;
	int salt = 0;
	const char *end;

	if (sscanf(text, "$argon2id$v=19$m=%u,t=%u,p=1$%n", &kibibytes, &passes, &salt) != 2 || !salt ||
	    !read_bytes(recipe->salt, sizeof recipe->salt, text + salt, &end) || *end != '$')
		return false;
	recipe->memory = (size_t)kibibytes * 1024;
	recipe->passes = passes;
	return read_bytes(recipe->hash, sizeof recipe->hash, end + 1, &end) && !*end;
}

/* libsodium's own look at a hash says of a password that it could not try that it is wrong. */
struct error password_check(const char *password, const char *hash, bool *ret_matches)
{
	char wasted[PASSWORD_HASH];
	unsigned char ours[sizeof(((struct recipe *)NULL)->hash)];
	struct recipe recipe;

	*ret_matches = false;
	if (!hash)
		return password_hash(password, wasted);
	if (!read_recipe(hash, &recipe)) {
		log_error("an account's password hash is none that this program has made");
		return errorf(ERR_INTERNAL, "the password cannot be checked");
	}
	if (crypto_pwhash(ours, sizeof ours, password, strlen(password), recipe.salt, recipe.passes,
	                  recipe.memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return error_memory();
	*ret_matches = sodium_memcmp(ours, recipe.hash, sizeof ours) == 0;
	return ok();
}
