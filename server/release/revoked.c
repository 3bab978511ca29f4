/* SPDX-License-Identifier: Apache-2.0 */
#include "release/revoked.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/hex.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "crypto/sha256.h"
#include "release/diff.h"

#define CLASS_MOST    32
#define TIME_MOST     40
#define VERSION_MOST  96
#define PATH_MOST     4096
#define CURSOR_MOST   1024
#define NO_REVOCATION SIZE_MAX

struct revoked_item {
	unsigned char id[UUID_BYTES];
	const char *reason_class, *withdrawn_at;
	size_t order; /* on the list */
};

/* Where bytes lay that were taken down. */
struct revoked_place {
	unsigned char sha256[SHA256_BYTES];
	const char *name;     /* of the file, without its folders: the same in every layout */
	const char *revision; /* NULL: there is none yet */
	size_t item;          /* its order on the list */
};

struct revoked {
	struct arena *arena;
	struct revoked_item *items; /* in the order of the list, then of ids */
	struct revoked_item *listed;
	struct revoked_place *places; /* then in the order of digests */
	size_t count, room, place_count, place_room;
};

struct revoked *revoked_new(void)
{
	struct revoked *revoked = mem_new(1, sizeof *revoked);

	revoked->arena = arena_new();
	return revoked;
}

void revoked_free(struct revoked *revoked)
{
	if (!revoked)
		return;
	free(revoked->items);
	free(revoked->listed);
	free(revoked->places);
	arena_free(revoked->arena);
	free(revoked);
}

size_t revoked_count(const struct revoked *revoked)
{
	return revoked->count;
}

/* ------------------------------------------------------------------ the list */

static struct error not_a_list(const char *what)
{
	return errorf(ERR_INVALID, "This is no list of revocations: %s.", what);
}

/* A text of some of these characters; NULL: it is none. */
static const char *plain_text(const json_t *object, const char *name, size_t most,
                              const char *characters)
{
	const json_t *value = json_object_get(object, name);
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	if (!text || len == 0 || len > most || strlen(text) != len)
		return NULL;
	return !characters || strspn(text, characters) == len ? text : NULL;
}

static const char lower_letters[] = "abcdefghijklmnopqrstuvwxyz_";
static const char time_letters[] = "0123456789-:.TZ+";
static const char version_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._+-";
static const char cursor_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~";

static const char *kept_text(struct revoked *revoked, const char *text)
{
	return arena_copy(revoked->arena, text, strlen(text));
}

static struct error add_place(struct revoked *revoked, const json_t *file)
{
	struct revoked_place place = { .item = revoked->count - 1 };
	const char *path = plain_text(file, "path", PATH_MOST, NULL);
	const char *digest = plain_text(file, "sha256", SHA256_TEXT - 1, NULL);
	const char *revision = plain_text(file, "revision", VERSION_MOST, version_letters);

	if (!path || !digest || !hex_decode(place.sha256, SHA256_BYTES, digest))
		return not_a_list("a file has no path or no SHA-256");
	if (!revision && !json_is_null(json_object_get(file, "revision")))
		return not_a_list("a revision is no version");
	if (revoked->place_count == REVOKED_MOST)
		return not_a_list("it is too long");
	place.name = kept_text(revoked, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	place.revision = revision ? kept_text(revoked, revision) : NULL;
	if (revoked->place_count == revoked->place_room) {
		revoked->place_room = revoked->place_room ? 2 * revoked->place_room : 256;
		revoked->places = mem_resize(revoked->places, revoked->place_room, sizeof *revoked->places);
	}
	revoked->places[revoked->place_count++] = place;
	return ok();
}

static struct error add_revocation(struct revoked *revoked, const json_t *entry)
{
	const json_t *files = json_object_get(entry, "releases");
	const char *id = plain_text(entry, "item", UUID_TEXT - 1, NULL);
	const char *reason_class = plain_text(entry, "reason_class", CLASS_MOST, lower_letters);
	const char *withdrawn_at = plain_text(entry, "withdrawn_at", TIME_MOST, time_letters);
	struct revoked_item item = { .order = revoked->count };
	struct error err = ok();
	json_t *file;
	size_t i;

	if (!id || !uuid_from_text(item.id, id) || !reason_class || !withdrawn_at)
		return not_a_list("an entry has no item, class or date");
	if (!json_is_array(files))
		return not_a_list("an entry has no list of releases");
	if (revoked->count == REVOKED_MOST)
		return not_a_list("it is too long");
	item.reason_class = kept_text(revoked, reason_class);
	item.withdrawn_at = kept_text(revoked, withdrawn_at);
	if (revoked->count == revoked->room) {
		revoked->room = revoked->room ? 2 * revoked->room : 256;
		revoked->items = mem_resize(revoked->items, revoked->room, sizeof *revoked->items);
	}
	revoked->items[revoked->count++] = item;
	json_array_foreach (files, i, file)
		if ((err = add_place(revoked, file)).code)
			break;
	return err;
}

static struct error add_page(struct revoked *revoked, const json_t *page, const char **ret_next)
{
	const json_t *items = json_object_get(page, "items"), *next = json_object_get(page, "next");
	const char *cursor = plain_text(page, "next", CURSOR_MOST, cursor_letters);
	struct error err;
	json_t *entry;
	size_t i;

	if (!json_is_array(items) || (!cursor && !json_is_null(next)))
		return not_a_list("a page has no items, or no next");
	json_array_foreach (items, i, entry)
		if ((err = add_revocation(revoked, entry)).code)
			return err;
	*ret_next = cursor ? kept_text(revoked, cursor) : NULL;
	return ok();
}

/* A page on its way to the parser, byte by byte: what follows it is the next one's. */
struct page_source {
	FILE *file;
	size_t left;
};

static size_t next_byte(void *buffer, size_t len, void *arg)
{
	struct page_source *source = arg;
	int c = len && source->left ? getc_unlocked(source->file) : EOF;

	if (c == EOF)
		return 0;
	source->left--;
	*(char *)buffer = (char)c;
	return 1;
}

/* Passes over blanks. False: the file ends here. */
static bool page_follows(FILE *file)
{
	int c;

	while ((c = getc_unlocked(file)) == ' ' || c == '\n' || c == '\r' || c == '\t')
		;
	return c != EOF && ungetc(c, file) != EOF;
}

static struct error read_page(struct revoked *revoked, FILE *file, const char **ret_next)
{
	struct page_source source = { file, REVOKED_PAGE };
	json_error_t fault;
	json_auto_t *page = json_load_callback(next_byte, &source, JSON_DISABLE_EOF_CHECK, &fault);

	if (!page)
		return not_a_list(source.left ? "it is no JSON" : "a page is too large");
	return add_page(revoked, page, ret_next);
}

struct error revoked_read(struct revoked *revoked, FILE *pages, const char **ret_next)
{
	const char *next = NULL;
	bool found = false;

	while (page_follows(pages)) {
		struct error err = read_page(revoked, pages, &next);

		if (err.code)
			return err;
		found = true;
	}
	if (ferror(pages))
		return errorf(ERR_INTERNAL, "the list of revocations cannot be read");
	if (!found)
		return not_a_list("it is empty");
	*ret_next = next;
	return ok();
}

/* ------------------------------------------------------------------ the folder */

static int compare_revoked(const void *a, const void *b)
{
	return memcmp(((const struct revoked_item *)a)->id, ((const struct revoked_item *)b)->id,
	              UUID_BYTES);
}

static int compare_revoked_places(const void *a, const void *b)
{
	return memcmp(((const struct revoked_place *)a)->sha256,
	              ((const struct revoked_place *)b)->sha256, SHA256_BYTES);
}

/* Makes ready for looking up. The list keeps its order beside. */
static void sort_revoked(struct revoked *revoked)
{
	revoked->listed = mem_resize(revoked->listed, revoked->count + 1, sizeof *revoked->listed);
	if (revoked->count)
		memcpy(revoked->listed, revoked->items, revoked->count * sizeof *revoked->items);
	if (revoked->count)
		qsort(revoked->items, revoked->count, sizeof *revoked->items, compare_revoked);
	if (revoked->place_count)
		qsort(revoked->places, revoked->place_count, sizeof *revoked->places,
		      compare_revoked_places);
}

/* The first place of these bytes; `place_count`: there is none. */
static size_t first_revoked_place(const struct revoked *revoked,
                                  const unsigned char sha256[SHA256_BYTES])
{
	size_t from = 0, to = revoked->place_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (memcmp(revoked->places[middle].sha256, sha256, SHA256_BYTES) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* A row of labels.csv, and what the list says of it. */
struct looked_up {
	const char *digest, *file;
	size_t order; /* on the list; NO_REVOCATION: it is not there */
	const char *revision;
};

/* By its bytes; the revision is that of the release whose file has this name. */
static void look_up_bytes(const struct revoked *revoked, struct looked_up *row)
{
	unsigned char sha256[SHA256_BYTES];
	const char *slash = row->file ? strrchr(row->file, '/') : NULL;
	const char *name = slash ? slash + 1 : row->file;

	if (!row->digest || !hex_decode(sha256, SHA256_BYTES, row->digest))
		return;
	for (size_t i = first_revoked_place(revoked, sha256);
	     i < revoked->place_count && memcmp(revoked->places[i].sha256, sha256, SHA256_BYTES) == 0;
	     i++) {
		if (row->order == NO_REVOCATION)
			row->order = revoked->places[i].item;
		if (name && strcmp(name, revoked->places[i].name) == 0)
			row->revision = revoked->places[i].revision;
	}
}

static void look_up_item(const struct revoked *revoked, const char *item, struct looked_up *row)
{
	struct revoked_item key;
	const struct revoked_item *found = NULL;

	if (revoked->count && uuid_from_text(key.id, item))
		found = bsearch(&key, revoked->items, revoked->count, sizeof key, compare_revoked);
	if (found)
		row->order = found->order;
}

static bool tell_revoked(const struct revoked *revoked, const char *item, struct looked_up *row,
                         FILE *out)
{
	row->order = NO_REVOCATION;
	look_up_item(revoked, item, row);
	look_up_bytes(revoked, row);
	if (row->order == NO_REVOCATION)
		return false;
	const struct revoked_item *entry = &revoked->listed[row->order];
	fprintf(out, "%s\t%s\t%s\t%s\n", item, entry->reason_class, entry->withdrawn_at,
	        row->revision ? row->revision : "-");
	return true;
}

struct error revoked_check(struct revoked *revoked, FILE *labels, FILE *out, uint64_t *ret_there)
{
	struct csv *csv = csv_new(labels);
	struct label_header header;
	const char *const *fields;
	unsigned char id[UUID_BYTES];
	uint64_t there = 0;
	size_t count;
	struct error err = csv_next(csv, &fields, &count);

	sort_revoked(revoked);
	if (!err.code)
		err = label_header_read(fields, count, &header);
	while (!err.code && !(err = csv_next(csv, &fields, &count)).code && count) {
		struct looked_up row = { .digest = label_field(&header, fields, count, LABEL_SHA256),
			                     .file = label_field(&header, fields, count, LABEL_FILE) };

		if (!uuid_from_text(id, fields[0]))
			err = errorf(ERR_INVALID, "labels.csv has a row that is of no item.");
		else
			there += tell_revoked(revoked, fields[0], &row, out);
	}
	csv_free(csv);
	if (!err.code)
		*ret_there = there;
	return err;
}
