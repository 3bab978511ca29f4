/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file holds a manifest store: JUMBF boxes (ISO 19566-5), a box of boxes for each manifest.
 * Its last manifest is the active one:
 *
 *     c2pa.assertions    a box for each assertion; c2pa.hash.data among them
 *     c2pa.claim         CBOR: the address and SHA-256 of every assertion
 *     c2pa.signature     CBOR: COSE_Sign1 over the claim, with the signer's certificates
 *
 * Each step fails with a reason, and none is passed over: a store that is not whole, or says
 * anything that is not covered, never comes out as signed.
 */
#include "media/credentials.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/utf8.h"
#include "crypto/sha256.h"
#include "media/cbor.h"

#define MOST_ASSERTIONS 128
#define LABEL_BYTES     256 /* of a box, with its NUL */
#define SHOWN_BYTES     200 /* of a text that is shown */
#define COSE_SIGN1      18  /* its tag */
#define CBOR_NULL       22
#define MOST_ECDSA      132 /* bytes of P-521's raw signature */

/* A box: what it holds, behind its length and type. */
struct jumbf {
	struct credentials_bytes inside;
	char type[4];
	const unsigned char *kind;        /* of a box of boxes ("jumb"): a UUID, then switches */
	char label[LABEL_BYTES];          /* of that */
	struct credentials_bytes content; /* of that: what stands behind its description */
};

struct credentials_reading {
	struct arena *arena;
	struct credentials_bytes file, store;
	size_t store_from, store_to; /* the bytes of the file that hold the store */
	struct jumbf manifest, assertions[MOST_ASSERTIONS];
	bool named[MOST_ASSERTIONS]; /* by the claim */
	size_t assertion_count;
	struct credentials_bytes claim, signature;
	struct credentials *found;
};

static bool credentials_fail(struct credentials_reading *reading, enum credentials_state state,
                             const char *reason)
{
	reading->found->state = state;
	reading->found->reason = reason;
	return false;
}

static bool is_unreadable(struct credentials_reading *reading, const char *reason)
{
	return credentials_fail(reading, CREDENTIALS_UNREADABLE, reason);
}

static bool is_broken(struct credentials_reading *reading, const char *reason)
{
	return credentials_fail(reading, CREDENTIALS_BROKEN, reason);
}

static uint32_t credentials_number(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* ---- where the store lies in the file ---- */

/* Adds the bytes of one piece of the file to the store; pieces must follow each other. */
static bool store_add(struct credentials_reading *reading, unsigned char *store, size_t from,
                      size_t to, size_t skipped)
{
	size_t len = to - from - skipped;

	if (reading->store.len && from != reading->store_to)
		return is_unreadable(reading, "the manifest store lies in several places");
	if (len > CREDENTIALS_MOST_BYTES - reading->store.len)
		return is_unreadable(reading, "the manifest store is too large");
	if (!reading->store.len)
		reading->store_from = from;
	memcpy(store + reading->store.len, reading->file.bytes + from + skipped, len);
	reading->store.len += len;
	reading->store_to = to;
	return true;
}

/* An APP11 segment of JUMBF: "JP", box number, sequence number, then the box; from the second on,
 * its length and type stand in each once more. Other segments of APP11 are passed over. */
static bool store_add_app11(struct credentials_reading *reading, unsigned char *store, size_t from,
                            size_t to, uint32_t *sequence, unsigned *box)
{
	const unsigned char *at = reading->file.bytes + from + 4;
	size_t len = to - from - 4;

	if (len < 16 || memcmp(at, "JP", 2) != 0 || memcmp(at + 12, "jumb", 4) != 0)
		return true;
	unsigned number = (unsigned)at[2] << 8 | at[3];
	uint32_t turn = credentials_number(at + 4);
	if (turn == 1 && len >= 16 + 8 + 4 && memcmp(at + 16 + 8, "c2pa", 4) != 0)
		return true; /* another kind of JUMBF */
	if (turn == 1 && *sequence)
		return is_unreadable(reading, "the file has two manifest stores");
	if (turn != 1 && number != *box)
		return true; /* of another box than ours */
	if (turn != *sequence + 1)
		return is_unreadable(reading, "pieces of the manifest store are missing or out of order");
	*sequence = turn;
	*box = number;
	return store_add(reading, store, from, to, turn == 1 ? 4 + 8 : 4 + 16);
}

static bool store_of_jpeg(struct credentials_reading *reading, unsigned char *store)
{
	const unsigned char *bytes = reading->file.bytes;
	size_t at = 2, len = reading->file.len;
	uint32_t sequence = 0;
	unsigned box = 0;

	while (at + 4 <= len && bytes[at] == 0xff && bytes[at + 1] != 0xda && bytes[at + 1] != 0xd9) {
		if (bytes[at + 1] == 0xff) { /* filling */
			at++;
			continue;
		}
		if (bytes[at + 1] == 0x01 || (bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7)) {
			at += 2; /* a mark without a length */
			continue;
		}
		size_t size = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
		if (size < 2 || size > len - at - 2)
			return sequence ? is_unreadable(reading, "the file is damaged") : true;
		if (bytes[at + 1] == 0xeb &&
		    !store_add_app11(reading, store, at, at + 2 + size, &sequence, &box))
			return false;
		at += 2 + size;
	}
	return true;
}

static bool store_of_png(struct credentials_reading *reading, unsigned char *store)
{
	const unsigned char *bytes = reading->file.bytes;
	size_t at = 8, len = reading->file.len;

	while (len - at >= 12) {
		size_t size = credentials_number(bytes + at);
		if (size > len - at - 12)
			return true;
		if (memcmp(bytes + at + 4, "caBX", 4) == 0) {
			if (reading->store.len)
				return is_unreadable(reading, "the file has two manifest stores");
			if (!store_add(reading, store, at, at + 8 + size, 8))
				return false;
			reading->store_to = at + 12 + size; /* its checksum is no part of the store */
		}
		at += 12 + size;
	}
	return true;
}

static bool find_store(struct credentials_reading *reading)
{
	static const unsigned char png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	const struct credentials_bytes *file = &reading->file;
	bool is_jpeg = file->len >= 4 && file->bytes[0] == 0xff && file->bytes[1] == 0xd8;
	bool is_png = file->len >= 8 && memcmp(file->bytes, png, sizeof png) == 0;

	if (!is_jpeg && !is_png)
		return credentials_fail(reading, CREDENTIALS_NOT_COVERED, NULL);
	size_t room = file->len < CREDENTIALS_MOST_BYTES ? file->len : CREDENTIALS_MOST_BYTES;
	unsigned char *store = arena_room(reading->arena, room);
	reading->store.bytes = store;
	if (!(is_jpeg ? store_of_jpeg(reading, store) : store_of_png(reading, store)))
		return false;
	return reading->store.len ? true : credentials_fail(reading, CREDENTIALS_NONE, NULL);
}

/* ---- boxes ---- */

/* Takes the box that `from` begins with off it. */
static bool jumbf_next(struct credentials_bytes *from, struct jumbf *box)
{
	if (from->len < 8)
		return false;
	size_t len = credentials_number(from->bytes);
	if (len < 8 || len > from->len)
		return false; /* 0 and 1, to the end and of 64 bits, are not used for what is so small */
	memcpy(box->type, from->bytes + 4, 4);
	box->inside = (struct credentials_bytes){ from->bytes + 8, len - 8 };
	from->bytes += len;
	from->len -= len;
	return true;
}

/* The same for a box of boxes; reads its kind and the label of its description. */
static bool jumbf_next_super(struct credentials_bytes *from, struct jumbf *box)
{
	struct jumbf description;
	struct credentials_bytes rest;

	if (!jumbf_next(from, box) || memcmp(box->type, "jumb", 4) != 0)
		return false;
	rest = box->inside;
	if (!jumbf_next(&rest, &description) || memcmp(description.type, "jumd", 4) != 0)
		return false;
	box->content = rest;
	/* A UUID, switches (1: it can be asked for, 2: it has a label), the label with its NUL. */
	if (description.inside.len < 18 || (description.inside.bytes[16] & 3) != 3)
		return false;
	box->kind = description.inside.bytes;
	const unsigned char *label = description.inside.bytes + 17;
	size_t room = description.inside.len - 17;
	const unsigned char *end = memchr(label, '\0', room < LABEL_BYTES ? room : LABEL_BYTES);
	if (!end)
		return false;
	memcpy(box->label, label, (size_t)(end - label) + 1);
	return true;
}

/* Is the box what four letters name? Kinds of C2PA end alike. */
static bool jumbf_is(const struct jumbf *box, const char letters[4])
{
	static const unsigned char end[] = { 0x00, 0x11, 0x00, 0x10, 0x80, 0x00,
		                                 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };

	return memcmp(box->kind, letters, 4) == 0 && memcmp(box->kind + 4, end, sizeof end) == 0 &&
	       box->kind[16] == 3; /* no switch but those for a label: nobody signs it */
}

/* The one box of CBOR that a box of boxes holds. */
static bool jumbf_cbor(const struct jumbf *box, struct credentials_bytes *ret)
{
	struct credentials_bytes rest = box->content;
	struct jumbf cbor;

	if (!jumbf_next(&rest, &cbor) || memcmp(cbor.type, "cbor", 4) != 0)
		return false;
	*ret = cbor.inside;
	return true;
}

/* The last manifest of the store. */
static bool find_manifest(struct credentials_reading *reading)
{
	struct credentials_bytes rest = reading->store, manifests;
	struct jumbf store;

	if (!jumbf_next_super(&rest, &store) || strcmp(store.label, "c2pa") != 0 ||
	    !jumbf_is(&store, "c2pa"))
		return is_unreadable(reading, "the manifest store is damaged");
	manifests = store.content;
	if (!manifests.len)
		return is_unreadable(reading, "the manifest store is empty");
	while (manifests.len)
		if (!jumbf_next_super(&manifests, &reading->manifest))
			return is_unreadable(reading, "the manifest store is damaged");
	if (!jumbf_is(&reading->manifest, "c2ma"))
		return is_unreadable(reading, "the manifest is of a kind that is not covered");
	return true;
}

static bool find_assertions(struct credentials_reading *reading, const struct jumbf *store)
{
	struct credentials_bytes rest = store->content;

	while (rest.len) {
		if (reading->assertion_count == MOST_ASSERTIONS)
			return is_unreadable(reading, "the manifest has too many assertions");
		struct jumbf *one = &reading->assertions[reading->assertion_count];
		if (!jumbf_next_super(&rest, one))
			return is_unreadable(reading, "an assertion is damaged");
		for (size_t i = 0; i < reading->assertion_count; i++)
			if (strcmp(reading->assertions[i].label, one->label) == 0)
				return is_unreadable(reading, "two assertions have one name");
		reading->assertion_count++;
	}
	return true;
}

/* The three parts of the active manifest, each once. */
static bool open_manifest(struct credentials_reading *reading)
{
	struct credentials_bytes rest = reading->manifest.content;
	struct jumbf part, assertions = { 0 };
	unsigned claims = 0, signatures = 0, stores = 0;

	while (rest.len) {
		bool whole = jumbf_next_super(&rest, &part);
		if (whole && strcmp(part.label, "c2pa.assertions") == 0) {
			whole = jumbf_is(&part, "c2as");
			assertions = part;
			stores++;
		} else if (whole && (strcmp(part.label, "c2pa.claim") == 0 ||
		                     strcmp(part.label, "c2pa.claim.v2") == 0)) {
			whole = jumbf_is(&part, "c2cl") && jumbf_cbor(&part, &reading->claim);
			claims++;
		} else if (whole && strcmp(part.label, "c2pa.signature") == 0) {
			whole = jumbf_is(&part, "c2cs") && jumbf_cbor(&part, &reading->signature);
			signatures++;
		}
		if (!whole)
			return is_unreadable(reading, "the manifest is damaged");
	}
	if (claims != 1 || signatures != 1 || stores != 1)
		return is_unreadable(reading, "the manifest is not whole");
	return find_assertions(reading, &assertions);
}

/* ---- the claim, and what it says the hashes are ---- */

/* A text for people: whole characters of UTF-8, or "". */
static const char *shown_text(struct arena *arena, struct cbor value)
{
	struct cbor_item item;

	if (!cbor_take(&value, CBOR_TEXT, &item))
		return "";
	const char *text = (const char *)item.bytes;
	size_t len = item.number, whole = 0;
	if (utf8_fault(text, len) != len || memchr(text, '\0', len))
		return "";
	while (whole < len) {
		size_t next = utf8_length(text + whole, text + len);
		if (!next || whole + next > SHOWN_BYTES)
			break;
		whole += next;
	}
	return arena_copy(arena, text, whole);
}

/* Is `alg`, where it is said, SHA-256? */
static bool is_sha256(struct cbor *map)
{
	struct cbor value;
	struct cbor_item item;

	if (!cbor_find(map, "alg", 0, &value))
		return !map->bad;
	return cbor_take(&value, CBOR_TEXT, &item) && cbor_is(&item, "sha256");
}

static bool digest_holds(struct cbor *map, const unsigned char digest[SHA256_BYTES])
{
	struct cbor value;
	struct cbor_item item;

	return cbor_find(map, "hash", 0, &value) && cbor_take(&value, CBOR_BYTES, &item) &&
	       item.number == SHA256_BYTES && memcmp(item.bytes, digest, SHA256_BYTES) == 0;
}

/* Takes what an address begins with off it. */
static bool address_drop(struct credentials_bytes *address, const char *lead)
{
	size_t len = strlen(lead);

	if (address->len < len || memcmp(address->bytes, lead, len) != 0)
		return false;
	address->bytes += len;
	address->len -= len;
	return true;
}

/* The assertion that an address names, within the manifest or from the store on; NULL: none of this
 * manifest. */
static struct jumbf *find_assertion(struct credentials_reading *reading,
                                    const struct cbor_item *url)
{
	struct credentials_bytes left = { url->bytes, url->number };

	if (!address_drop(&left, "self#jumbf="))
		return NULL;
	if (address_drop(&left, "/c2pa/") &&
	    (!address_drop(&left, reading->manifest.label) || !address_drop(&left, "/")))
		return NULL;
	if (!address_drop(&left, "c2pa.assertions/"))
		return NULL;
	for (size_t i = 0; i < reading->assertion_count; i++) {
		const char *label = reading->assertions[i].label;
		if (left.len == strlen(label) && memcmp(left.bytes, label, left.len) == 0)
			return &reading->assertions[i];
	}
	return NULL;
}

static bool check_assertion(struct credentials_reading *reading, struct cbor *hashed)
{
	struct cbor value;
	struct cbor_item url;
	unsigned char digest[SHA256_BYTES];

	if (!cbor_find(hashed, "url", 0, &value) || !cbor_take(&value, CBOR_TEXT, &url))
		return is_unreadable(reading, "the claim is damaged");
	struct jumbf *named = find_assertion(reading, &url);
	if (!named)
		return is_broken(reading, "an assertion that the claim names is not there");
	if (!is_sha256(hashed))
		return is_unreadable(reading, "a hash is of a kind that is not covered");
	sha256_bytes(digest, named->inside.bytes, named->inside.len);
	if (!digest_holds(hashed, digest))
		return is_broken(reading, "an assertion is not the one that was signed");
	reading->named[named - reading->assertions] = true;
	return true;
}

/* The assertions of one list of the claim; a claim without the list has none of these. */
static bool check_list(struct credentials_reading *reading, struct cbor *claim, const char *name)
{
	struct cbor list;
	struct cbor_item count;

	if (!cbor_find(claim, name, 0, &list))
		return claim->bad ? is_unreadable(reading, "the claim is damaged") : true;
	if (!cbor_take(&list, CBOR_ARRAY, &count))
		return is_unreadable(reading, "the claim is damaged");
	for (uint64_t i = 0; i < count.number; i++) {
		if (!check_assertion(reading, &list))
			return false;
		if (!cbor_skip(&list))
			return is_unreadable(reading, "the claim is damaged");
	}
	return true;
}

static bool check_claim(struct credentials_reading *reading)
{
	static const char *const lists[] = { "assertions", "created_assertions",
		                                 "gathered_assertions" };
	struct cbor claim = { reading->claim.bytes, reading->claim.bytes + reading->claim.len, false };
	struct cbor whole = claim, value;

	if (!cbor_skip(&whole) || whole.at != whole.end)
		return is_unreadable(reading, "the claim is damaged");
	if (cbor_find(&claim, "claim_generator", 0, &value) ||
	    (cbor_find(&claim, "claim_generator_info", 0, &value) &&
	     cbor_find(&value, "name", 0, &value)))
		reading->found->generator = shown_text(reading->arena, value);
	if (!is_sha256(&claim))
		return is_unreadable(reading, "a hash is of a kind that is not covered");
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (!check_list(reading, &claim, lists[i]))
			return false;
	for (size_t i = 0; i < reading->assertion_count; i++)
		if (!reading->named[i])
			return is_broken(reading, "an assertion was added that the claim does not name");
	return true;
}

/* ---- the file's own hash ---- */

static bool read_number(struct cbor *map, const char *key, uint64_t *ret_number)
{
	struct cbor value;
	struct cbor_item item;

	if (!cbor_find(map, key, 0, &value) || !cbor_take(&value, CBOR_NUMBER, &item))
		return false;
	*ret_number = item.number;
	return true;
}

/* What is left out of the hash must be the manifest store, all of it, and nothing else: whoever
 * could hide other bytes there could change the picture. */
static bool check_exclusions(struct credentials_reading *reading, struct cbor *map)
{
	struct cbor list;
	struct cbor_item count;
	uint64_t start, length;

	if (!cbor_find(map, "exclusions", 0, &list) || !cbor_take(&list, CBOR_ARRAY, &count) ||
	    count.number != 1)
		return is_unreadable(reading, "the hash of the file leaves out more than the manifest");
	if (!read_number(&list, "start", &start) || !read_number(&list, "length", &length))
		return is_unreadable(reading, "the hash of the file is damaged");
	if (start != reading->store_from || length != reading->store_to - reading->store_from)
		return is_broken(reading, "the manifest lies elsewhere than when the file was signed");
	return true;
}

static bool check_binding(struct credentials_reading *reading)
{
	const struct jumbf *data = NULL;
	struct credentials_bytes cbor;
	unsigned char digest[SHA256_BYTES];
	struct sha256 sha256;

	for (size_t i = 0; i < reading->assertion_count; i++)
		if (strcmp(reading->assertions[i].label, "c2pa.hash.data") == 0)
			data = &reading->assertions[i];
	if (!data || !jumbf_cbor(data, &cbor))
		return is_unreadable(reading, "the file is bound to its manifest in a way not covered");
	struct cbor map = { cbor.bytes, cbor.bytes + cbor.len, false };
	if (!is_sha256(&map))
		return is_unreadable(reading, "a hash is of a kind that is not covered");
	if (!check_exclusions(reading, &map))
		return false;
	sha256_start(&sha256);
	sha256_add(&sha256, reading->file.bytes, reading->store_from);
	sha256_add(&sha256, reading->file.bytes + reading->store_to,
	           reading->file.len - reading->store_to);
	sha256_finish(&sha256, digest);
	return digest_holds(&map, digest)
	           ? true
	           : is_broken(reading, "the file is not the one that was signed");
}

/* The IPTC digital source type that the actions name; of several the first. */
static void read_actions(struct credentials_reading *reading)
{
	struct credentials_bytes bytes;
	struct cbor_item count;

	for (size_t i = 0; i < reading->assertion_count; i++) {
		if (strncmp(reading->assertions[i].label, "c2pa.actions", 12) != 0 ||
		    !jumbf_cbor(&reading->assertions[i], &bytes))
			continue;
		struct cbor map = { bytes.bytes, bytes.bytes + bytes.len, false }, list, value;
		if (!cbor_find(&map, "actions", 0, &list) || !cbor_take(&list, CBOR_ARRAY, &count))
			continue;
		for (uint64_t a = 0; a < count.number && !*reading->found->source_type; a++) {
			if (cbor_find(&list, "digitalSourceType", 0, &value))
				reading->found->source_type = shown_text(reading->arena, value);
			if (!cbor_skip(&list))
				break;
		}
	}
}

/* ---- the signature ---- */

/* COSE's numbers (RFC 9053, RFC 8230), and the bytes of one of the two numbers of ECDSA. */
static const struct cose_algorithm {
	int number;
	const char *name;
	size_t half;
} cose_algorithms[] = {
	{ -7, "ES256", 32 }, { -35, "ES384", 48 }, { -36, "ES512", 66 }, { -37, "PS256", 0 },
	{ -38, "PS384", 0 }, { -39, "PS512", 0 },  { -8, "EdDSA", 0 },
};

static const struct cose_algorithm *read_algorithm(struct cbor *header)
{
	struct cbor value;
	struct cbor_item item;

	if (!cbor_find(header, NULL, 1, &value) || !cbor_take(&value, CBOR_NEGATIVE, &item))
		return NULL;
	for (size_t i = 0; i < sizeof cose_algorithms / sizeof cose_algorithms[0]; i++)
		if (item.number == (uint64_t)(-1 - cose_algorithms[i].number))
			return &cose_algorithms[i];
	return NULL;
}

/* The chain of a header: one certificate, or an array of them. */
static bool read_chain(struct cbor *header, struct credentials *found)
{
	struct cbor value, look;
	struct cbor_item item = { .number = 1 };

	if (!cbor_find(header, NULL, 33, &value) && !cbor_find(header, "x5chain", 0, &value))
		return false;
	look = value;
	if (cbor_next(&look, &item) && item.kind == CBOR_ARRAY)
		value = look;
	else
		item.number = 1;
	if (item.number < 1 || item.number > CREDENTIALS_MOST_CERTIFICATES)
		return false;
	size_t count = item.number;
	for (size_t i = 0; i < count; i++) {
		if (!cbor_take(&value, CBOR_BYTES, &item))
			return false;
		found->certificates[i] = (struct credentials_bytes){ item.bytes, item.number };
	}
	found->certificate_count = count;
	return true;
}

/* Writes the head of an item, the shortest that there is, as RFC 9052 wants it. */
static unsigned char *put_head(unsigned char *to, enum cbor_kind kind, size_t number)
{
	unsigned major = (unsigned)kind << 5;
	int bytes = number < 24 ? 0 : number < 256 ? 1 : number < 65536 ? 2 : 4;
	size_t low = bytes == 0 ? number : bytes == 1 ? 24 : bytes == 2 ? 25 : 26;

	*to++ = (unsigned char)(major | low);
	while (bytes--)
		*to++ = (unsigned char)(number >> 8 * bytes);
	return to;
}

static unsigned char *put_string(unsigned char *to, enum cbor_kind kind, const void *bytes,
                                 size_t len)
{
	to = put_head(to, kind, len);
	memcpy(to, bytes, len);
	return to + len;
}

static void make_claimed(struct credentials_reading *reading, const struct cbor_item *header)
{
	static const char context[] = "Signature1";
	unsigned char *bytes = arena_room(reading->arena, header->number + reading->claim.len + 32);
	unsigned char *to = bytes;

	to = put_head(to, CBOR_ARRAY, 4);
	to = put_string(to, CBOR_TEXT, context, sizeof context - 1);
	to = put_string(to, CBOR_BYTES, header->bytes, header->number);
	to = put_head(to, CBOR_BYTES, 0);
	to = put_string(to, CBOR_BYTES, reading->claim.bytes, reading->claim.len);
	reading->found->claimed = (struct credentials_bytes){ bytes, (size_t)(to - bytes) };
}

/* A number of ECDSA in DER: no zeros in front, but one where its top bit is set. */
static unsigned char *put_der_number(unsigned char *to, const unsigned char *number, size_t len)
{
	while (len > 1 && !*number)
		number++, len--;
	bool padded = *number & 0x80;
	*to++ = 0x02;
	*to++ = (unsigned char)(len + padded);
	if (padded)
		*to++ = 0;
	memcpy(to, number, len);
	return to + len;
}

/* COSE writes the two numbers of ECDSA side by side, openssl reads them in DER. */
static bool make_signature(struct credentials_reading *reading, const struct cbor_item *raw,
                           size_t half)
{
	unsigned char numbers[MOST_ECDSA + 8], *end;

	reading->found->signature = (struct credentials_bytes){ raw->bytes, raw->number };
	if (!half)
		return raw->number > 0;
	if (raw->number != 2 * half)
		return false;
	end = put_der_number(numbers, raw->bytes, half);
	end = put_der_number(end, raw->bytes + half, half);
	size_t len = (size_t)(end - numbers), head = len < 128 ? 2 : 3;
	unsigned char *der = arena_room(reading->arena, len + head);
	der[0] = 0x30;
	der[1] = (unsigned char)(len < 128 ? len : 0x81);
	if (head == 3)
		der[2] = (unsigned char)len;
	memcpy(der + head, numbers, len);
	reading->found->signature = (struct credentials_bytes){ der, len + head };
	return true;
}

/* COSE_Sign1: protected header, other header, no payload (it is the claim), signature. */
static bool open_signature(struct credentials_reading *reading)
{
	struct cbor cose = { reading->signature.bytes,
		                 reading->signature.bytes + reading->signature.len, false };
	struct cbor_item item, header, raw;

	if (cbor_next(&cose, &item) && item.kind == CBOR_TAG && item.number == COSE_SIGN1)
		cbor_next(&cose, &item);
	if (cose.bad || item.kind != CBOR_ARRAY || item.number != 4 ||
	    !cbor_take(&cose, CBOR_BYTES, &header))
		return is_unreadable(reading, "the signature is damaged");
	struct cbor guarded = { header.bytes, header.bytes + header.number, false }, other = cose;
	const struct cose_algorithm *algorithm = read_algorithm(&guarded);
	if (!algorithm)
		return is_unreadable(reading, "the signature is of a kind that is not covered");
	if (!read_chain(&guarded, reading->found) && !read_chain(&other, reading->found))
		return is_unreadable(reading, "the signature comes without certificates");
	if (!cbor_skip(&cose) || !cbor_next(&cose, &item) || item.kind != CBOR_SIMPLE ||
	    item.number != CBOR_NULL || !cbor_take(&cose, CBOR_BYTES, &raw))
		return is_unreadable(reading, "the signature is damaged");
	make_claimed(reading, &header);
	if (!make_signature(reading, &raw, algorithm->half))
		return is_broken(reading, "the signature is of the wrong length");
	reading->found->algorithm = algorithm->name;
	return true;
}

void credentials_read(const unsigned char *bytes, size_t len, struct arena *arena,
                      struct credentials *ret)
{
	struct credentials_reading *reading = arena_alloc(arena, sizeof *reading);

	*ret = (struct credentials){ .generator = "", .source_type = "" };
	reading->arena = arena;
	reading->file = (struct credentials_bytes){ bytes, len };
	reading->found = ret;
	if (!find_store(reading) || !find_manifest(reading) || !open_manifest(reading))
		return;
	read_actions(reading);
	if (check_claim(reading) && check_binding(reading) && open_signature(reading))
		ret->state = CREDENTIALS_SIGNED;
}
