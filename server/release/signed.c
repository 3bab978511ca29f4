/* SPDX-License-Identifier: Apache-2.0 */
#include "release/signed.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "release/artefact.h"
#include "release/keys.h"

static const char comment[] = "untrusted comment: ";

void signed_key_write(FILE *out, const struct signer *signer)
{
	const struct public_key *key = signing_key_public(signer->key);
	char text[PUBLIC_KEY_TEXT], id[PUBLIC_KEY_ID];

	public_key_text(key, text);
	public_key_id(key, id);
	fprintf(out, "%sminisign public key %s of %s\n%s\n", comment, id, signer->name, text);
}

void signed_sums_write(FILE *out, const struct signer *signer,
                       const unsigned char prehash[PREHASH_BYTES], const struct sums_facts *facts)
{
	const char *format = facts->format;
	char untrusted[128], trusted[320];

	snprintf(untrusted, sizeof untrusted, "signature by the key of %s", signer->name);
	snprintf(trusted, sizeof trusted, "timestamp:%lld\tfile:%s\trelease:%s %s%s%s\thashed",
	         (long long)facts->created_s, RELEASE_SUMS, facts->name, facts->version,
	         format ? "\tformat:" : "", format ? format : "");
	signature_minisign(signer->key, prehash, untrusted, trusted, out);
}

bool signed_format(const char *signature, char format[FORMAT_NAME])
{
	static const char field[] = "\tformat:";
	const char *trusted = strstr(signature, "\ntrusted comment: ");
	const char *at = trusted ? strstr(trusted, field) : NULL;
	size_t len = at ? strspn(at + strlen(field), "abcdefghijklmnopqrstuvwxyz-") : 0;

	if (!len || len >= FORMAT_NAME)
		return false;
	snprintf(format, FORMAT_NAME, "%.*s", (int)len, at + strlen(field));
	return true;
}

/* The text that is signed, to be freed. */
static char *manifest_text(const struct manifest_facts *facts)
{
	char *text;

	if (asprintf(&text,
	             "touchstone release\nname: %s\nversion: %s\ndate: %s\nitems: %llu\nfiles: %llu\n"
	             "bytes: %llu\nsha256 of %s: %s\n",
	             facts->name, facts->version, facts->date, (unsigned long long)facts->items,
	             (unsigned long long)facts->files, (unsigned long long)facts->bytes, RELEASE_SUMS,
	             facts->sums) < 0)
		abort();
	return text;
}

void signed_manifest_write(FILE *out, const struct signer *signer,
                           const struct manifest_facts *facts)
{
	char *text = manifest_text(facts);

	signature_note(signer->key, signer->name, text, out);
	free(text);
}

bool signed_key_read(const char *text, struct public_key *ret_key)
{
	const char *end = strchr(text, '\n');
	char key[PUBLIC_KEY_TEXT];

	if (strncmp(text, comment, strlen(comment)) != 0 || !end ||
	    strlen(end + 1) != PUBLIC_KEY_TEXT || end[PUBLIC_KEY_TEXT] != '\n')
		return false;
	memcpy(key, end + 1, PUBLIC_KEY_TEXT - 1);
	key[PUBLIC_KEY_TEXT - 1] = '\0';
	return public_key_read(key, ret_key);
}

/* The value of a line `NAME: VALUE` of the text, to be freed; "" where there is none. */
static char *manifest_value(const char *text, const char *name)
{
	const char *line = strstr(text, name);
	size_t len = line ? strcspn(line + strlen(name), "\n") : 0;
	char *value = mem_new(len + 1, 1);

	if (line)
		memcpy(value, line + strlen(name), len);
	return value;
}

const char *signed_manifest_fault(const struct public_key *key, const char *note,
                                  const struct manifest_facts *found)
{
	struct manifest_facts facts = *found;
	size_t len = 0;
	const char *fault = signature_note_fault(key, note, &len);

	if (fault)
		return fault;
	char *name = manifest_value(note, "\nname: "), *version = manifest_value(note, "\nversion: ");
	char *date = manifest_value(note, "\ndate: ");
	facts.name = name;
	facts.version = version;
	facts.date = date;
	char *due = manifest_text(&facts);
	bool same = strlen(due) == len && memcmp(due, note, len) == 0;
	free(due);
	free(name);
	free(version);
	free(date);
	return same ? NULL : "does not say what the folder holds";
}
