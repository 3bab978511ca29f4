/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/signature.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"

_Static_assert(crypto_sign_SEEDBYTES == SECRET_BYTES, "the file holds the seed");
_Static_assert(crypto_sign_PUBLICKEYBYTES == PUBLIC_KEY_BYTES, "the public half of a key");

#define SIGNATURE_BYTES crypto_sign_BYTES
#define ID_BYTES        8
#define NOTE_HASH_BYTES 4
#define NOTE_ED25519    0x01

/* What minisign writes in base64: how it was signed, whose key it is, the key or the signature. */
#define MINISIGN_KEY  (2 + ID_BYTES + PUBLIC_KEY_BYTES)
#define MINISIGN_SIGN (2 + ID_BYTES + SIGNATURE_BYTES)
#define NOTE_SIGN     (NOTE_HASH_BYTES + SIGNATURE_BYTES)

/* How many letters so many bytes take in base64, with the NUL. */
#define BASE64_TEXT(bytes) (((bytes) + 2) / 3 * 4 + 1)

static const char untrusted[] = "untrusted comment: ", trusted_comment[] = "trusted comment: ";
static const char dash[] = "\xe2\x80\x94 "; /* begins each signature of a note */

struct signing_key {
	struct public_key public;
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
};

static void base64_write(char *text, size_t room, const unsigned char *bytes, size_t len)
{
	sodium_bin2base64(text, room, bytes, len, sodium_base64_VARIANT_ORIGINAL);
}

/* True only if the `len` letters are exactly so many bytes. libsodium takes some bytes that are no
 * ASCII for letters. */
static bool base64_read(unsigned char *bytes, size_t count, const char *text, size_t len)
{
	size_t got = 0;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return sodium_base642bin(bytes, count, text, len, NULL, &got, NULL,
	                         sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       got == count;
}

/* ------------------------------------------------------------------ public keys */

void public_key_from(const unsigned char bytes[PUBLIC_KEY_BYTES], struct public_key *ret_key)
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, bytes, PUBLIC_KEY_BYTES);
	memcpy(ret_key->id, digest, ID_BYTES);
	memcpy(ret_key->key, bytes, PUBLIC_KEY_BYTES);
}

void public_key_text(const struct public_key *key, char text[PUBLIC_KEY_TEXT])
{
	unsigned char bytes[MINISIGN_KEY] = { 'E', 'd' };

	memcpy(bytes + 2, key->id, ID_BYTES);
	memcpy(bytes + 2 + ID_BYTES, key->key, PUBLIC_KEY_BYTES);
	base64_write(text, PUBLIC_KEY_TEXT, bytes, sizeof bytes);
}

/* The id is a number whose lowest byte comes first. */
void public_key_id(const struct public_key *key, char text[PUBLIC_KEY_ID])
{
	for (size_t i = 0; i < ID_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02X", key->id[ID_BYTES - 1 - i]);
}

bool public_key_read(const char *text, struct public_key *ret_key)
{
	unsigned char bytes[MINISIGN_KEY];

	if (!base64_read(bytes, sizeof bytes, text, strlen(text)) || memcmp(bytes, "Ed", 2) != 0)
		return false;
	memcpy(ret_key->id, bytes + 2, ID_BYTES);
	memcpy(ret_key->key, bytes + 2 + ID_BYTES, PUBLIC_KEY_BYTES);
	return true;
}

bool note_name_is_good(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '+')
			return false;
	return len >= 1 && len <= NOTE_NAME_MAX;
}

/* The first bytes of SHA-256 over the name, a newline, the kind of key and the key. */
static void note_hash(const struct public_key *key, const char *name, size_t name_len,
                      unsigned char hash[NOTE_HASH_BYTES])
{
	static const unsigned char between[] = { '\n', NOTE_ED25519 };
	unsigned char digest[SHA256_BYTES];
	struct sha256 sha256;

	sha256_start(&sha256);
	sha256_add(&sha256, name, name_len);
	sha256_add(&sha256, between, sizeof between);
	sha256_add(&sha256, key->key, PUBLIC_KEY_BYTES);
	sha256_finish(&sha256, digest);
	memcpy(hash, digest, NOTE_HASH_BYTES);
}

void public_key_note(const struct public_key *key, const char *name, char text[NOTE_KEY_TEXT])
{
	unsigned char hash[NOTE_HASH_BYTES], bytes[1 + PUBLIC_KEY_BYTES] = { NOTE_ED25519 };
	char letters[BASE64_TEXT(sizeof bytes)];

	note_hash(key, name, strlen(name), hash);
	memcpy(bytes + 1, key->key, PUBLIC_KEY_BYTES);
	base64_write(letters, sizeof letters, bytes, sizeof bytes);
	snprintf(text, NOTE_KEY_TEXT, "%s+%02x%02x%02x%02x+%s", name, hash[0], hash[1], hash[2],
	         hash[3], letters);
}

/* ------------------------------------------------------------------ the secret half */

struct error signing_key_open(const char *path, struct signing_key **ret_key)
{
	unsigned char seed[SECRET_BYTES], public[PUBLIC_KEY_BYTES];
	struct error err = secret_read(path, seed);

	if (err.code)
		return err;
	struct signing_key *key = mem_new(1, sizeof *key);
	crypto_sign_seed_keypair(public, key->secret, seed);
	secret_wipe(seed, sizeof seed);
	public_key_from(public, &key->public);
	*ret_key = key;
	return ok();
}

void signing_key_free(struct signing_key *key)
{
	if (key)
		secret_wipe(key->secret, sizeof key->secret);
	free(key);
}

const struct public_key *signing_key_public(const struct signing_key *key)
{
	return &key->public;
}

static void sign_bytes(const struct signing_key *key, unsigned char signature[SIGNATURE_BYTES],
                       const void *bytes, size_t len)
{
	crypto_sign_detached(signature, NULL, bytes, len, key->secret);
}

static bool signature_holds(const struct public_key *key, const unsigned char *signature,
                            const void *bytes, size_t len)
{
	return crypto_sign_verify_detached(signature, bytes, len, key->key) == 0;
}

/* ------------------------------------------------------------------ minisign */

struct error signature_prehash(int fd, unsigned char prehash[PREHASH_BYTES])
{
	crypto_generichash_state state;
	unsigned char block[65536];
	ssize_t got;

	crypto_generichash_init(&state, NULL, 0, PREHASH_BYTES);
	if (lseek(fd, 0, SEEK_SET) != 0)
		return errorf(ERR_INTERNAL, "a file to be signed cannot be read");
	while ((got = read(fd, block, sizeof block)) > 0)
		crypto_generichash_update(&state, block, (unsigned long long)got);
	if (got < 0) {
		log_error("signature: %s", strerrordesc_np(errno));
		return errorf(ERR_INTERNAL, "a file to be signed cannot be read");
	}
	crypto_generichash_final(&state, prehash, PREHASH_BYTES);
	return ok();
}

/* The second signature is over the first and the trusted comment; to be freed. */
static unsigned char *globally_signed(const unsigned char signature[SIGNATURE_BYTES],
                                      const char *trusted, size_t len)
{
	unsigned char *bytes = mem_resize(NULL, SIGNATURE_BYTES + len, 1);

	memcpy(bytes, signature, SIGNATURE_BYTES);
	memcpy(bytes + SIGNATURE_BYTES, trusted, len);
	return bytes;
}

void signature_minisign(const struct signing_key *key, const unsigned char prehash[PREHASH_BYTES],
                        const char *comment, const char *trusted, FILE *out)
{
	unsigned char bytes[MINISIGN_SIGN] = { 'E', 'D' }, *signature = bytes + 2 + ID_BYTES;
	unsigned char global[SIGNATURE_BYTES];
	char text[BASE64_TEXT(MINISIGN_SIGN)];

	memcpy(bytes + 2, key->public.id, ID_BYTES);
	sign_bytes(key, signature, prehash, PREHASH_BYTES);
	unsigned char *both = globally_signed(signature, trusted, strlen(trusted));
	sign_bytes(key, global, both, SIGNATURE_BYTES + strlen(trusted));
	free(both);
	base64_write(text, sizeof text, bytes, sizeof bytes);
	fprintf(out, "%s%s\n%s\n%s%s\n", untrusted, comment, text, trusted_comment, trusted);
	base64_write(text, sizeof text, global, sizeof global);
	fprintf(out, "%s\n", text);
}

/* Takes the next line off a text; NULL: there is none that ends. */
static const char *signature_line(const char **text, size_t *ret_len)
{
	const char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*ret_len = (size_t)(end - line);
	*text = end + 1;
	return line;
}

static bool line_begins(const char *line, size_t len, const char *with)
{
	return len >= strlen(with) && strncmp(line, with, strlen(with)) == 0;
}

const char *signature_minisign_fault(const struct public_key *key,
                                     const unsigned char prehash[PREHASH_BYTES],
                                     const char *signature)
{
	unsigned char bytes[MINISIGN_SIGN], *first = bytes + 2 + ID_BYTES, second[SIGNATURE_BYTES];
	const char *line[4];
	size_t len[4];

	for (int i = 0; i < 4; i++)
		if (!(line[i] = signature_line(&signature, &len[i])))
			return "is no signature of minisign's";
	if (*signature || !line_begins(line[0], len[0], untrusted) ||
	    !line_begins(line[2], len[2], trusted_comment) ||
	    !base64_read(bytes, sizeof bytes, line[1], len[1]) ||
	    !base64_read(second, sizeof second, line[3], len[3]) || memcmp(bytes, "ED", 2) != 0)
		return "is no signature of minisign's";
	if (memcmp(bytes + 2, key->id, ID_BYTES) != 0)
		return "is by another key";
	if (!signature_holds(key, first, prehash, PREHASH_BYTES))
		return "is not of these bytes, or not by this key";
	const size_t prefix = strlen(trusted_comment);
	unsigned char *both = globally_signed(first, line[2] + prefix, len[2] - prefix);
	bool holds = signature_holds(key, second, both, SIGNATURE_BYTES + len[2] - prefix);
	free(both);
	return holds ? NULL : "has a trusted comment that was changed";
}

/* ------------------------------------------------------------------ signed notes */

void signature_note(const struct signing_key *key, const char *name, const char *text, FILE *out)
{
	unsigned char bytes[NOTE_SIGN];
	char letters[BASE64_TEXT(NOTE_SIGN)];

	note_hash(&key->public, name, strlen(name), bytes);
	sign_bytes(key, bytes + NOTE_HASH_BYTES, text, strlen(text));
	base64_write(letters, sizeof letters, bytes, sizeof bytes);
	fprintf(out, "%s\n%s%s %s\n", text, dash, name, letters);
}

/* A line `— NAME SIGNATURE`: NULL, why it is no good signature of ours, or "" for another's. */
static const char *note_line_fault(const struct public_key *key, const char *line, size_t len,
                                   const char *text, size_t text_len)
{
	unsigned char bytes[NOTE_SIGN], hash[NOTE_HASH_BYTES];

	if (!line_begins(line, len, dash))
		return "is no signed note";
	line += strlen(dash);
	len -= strlen(dash);
	const char *space = memchr(line, ' ', len);
	if (!space || space == line)
		return "is no signed note";
	note_hash(key, line, (size_t)(space - line), hash);
	if (!base64_read(bytes, sizeof bytes, space + 1, len - (size_t)(space + 1 - line)) ||
	    memcmp(bytes, hash, sizeof hash) != 0)
		return "";
	return signature_holds(key, bytes + NOTE_HASH_BYTES, text, text_len)
	           ? NULL
	           : "has a signature that does not fit its text";
}

const char *signature_note_fault(const struct public_key *key, const char *note, size_t *ret_len)
{
	const char *end = NULL;

	/* The last empty line: what stands behind it are signatures. */
	for (const char *at = note; (at = strstr(at, "\n\n")); at++)
		end = at + 1;
	if (!end)
		return "is no signed note";
	const size_t text_len = (size_t)(end - note);
	const char *rest = end + 1, *line, *fault = "";
	bool good = false;
	for (size_t len = 0; (line = signature_line(&rest, &len));) {
		fault = note_line_fault(key, line, len, note, text_len);
		if (fault && *fault)
			return fault;
		good = good || !fault;
	}
	if (*rest)
		return "is no signed note";
	if (!good)
		return "has no signature by this key";
	*ret_len = text_len;
	return NULL;
}
