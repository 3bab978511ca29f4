/* SPDX-License-Identifier: Apache-2.0 */
#include "release/verify.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <jansson.h>
#include <limits.h>
#include <linux/openat2.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/csv.h"
#include "core/disk.h"
#include "core/hex.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "core/vocabulary.h"
#include "crowd/agreement.h"
#include "crowd/deciding.h"
#include "crypto/sha256.h"
#include "release/artefact.h"
#include "release/columns.h"
#include "release/crowd_count.h"
#include "release/formats/formats.h"
#include "release/leakage.h"
#include "release/seal.h"
#include "release/seal_check.h"
#include "release/signed.h"
#include "release/split.h"

#define NAME_DIGITS  20
#define FORMATS_MOST 16
#define SMALL_MOST   (1u << 20)
#define SUM_LINE     (2 * SHA256_BYTES + 2 + PATH_MAX + 2)
#define JSON_LINE    (8 * CSV_RECORD) /* of a row that fits labels.csv, with every letter escaped */

/* A line of SHA256SUMS. */
struct sum {
	char *path;
	unsigned char digest[SHA256_BYTES];
	bool there, labelled;
};

/* KEY_LINEAGE to KEY_BYTES are in the order of enum tie. */
enum key_kind { KEY_ITEM, KEY_LINEAGE, KEY_IDENTITY, KEY_LOOKS, KEY_BYTES, KEY_JUDGMENT };

/* Something that must not lie in two splits, or not occur twice. */
struct key {
	uint64_t hash;
	uint32_t row;
	uint8_t kind, split;
	bool fake;        /* the label of its row */
	const char *file; /* of KEY_BYTES: the path of its row, which struct sum owns */
};

struct keys {
	struct key *all;
	size_t count, room;
};

/* How many judgments on an item labels.csv counts, and how many judgments.csv and trials.csv hold.
 */
struct verified_item {
	uint64_t hash; /* of the item */
	uint32_t row;
	uint32_t counted, held, shown;
};

/* A file format of one media type, and which labels come in it. */
struct format {
	char name[24];
	bool real, fake;
};

struct verifying {
	const char *folder;
	int root; /* descriptor of the folder */
	FILE *out;
	uint64_t faults, notes, strays, bytes;
	struct sum *sums;
	bool sums_whole; /* SHA256SUMS was read to its end: it is no endless one */
	size_t count, room;
	struct keys keys;              /* of labels.csv */
	struct keys judgments;         /* (item, volunteer) */
	uint32_t labels[3][SPLITS][2]; /* rows: media type, split, real or fake */
	struct verified_item *judged;  /* a row of labels.csv each, by hash once all are read */
	size_t judged_count, judged_room;
	struct format formats[FORMATS_MOST];
	size_t format_count;
	struct seal_check *seals;
	char format[FORMAT_NAME]; /* the folder is a layout, by the word of its signature; "": it is not
	                           */
};

/* A stranger's folder may hold any name. */
static void verify_tell(struct verifying *v, const char *kind, const char *format, va_list list)
{
	char *text;

	if (vasprintf(&text, format, list) < 0)
		abort();
	fputs(kind, v->out);
	utf8_print(v->out, text);
	fputc('\n', v->out);
	free(text);
}

static void verify_fault(struct verifying *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void verify_fault(struct verifying *v, const char *format, ...)
{
	va_list list;

	if (v->faults++ >= VERIFY_MOST)
		return;
	va_start(list, format);
	verify_tell(v, "", format, list);
	va_end(list);
}

/* Says something that is no fault. */
static void verify_note(struct verifying *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void verify_note(struct verifying *v, const char *format, ...)
{
	va_list list;

	if (v->notes++ >= VERIFY_MOST)
		return;
	va_start(list, format);
	verify_tell(v, "note: ", format, list);
	va_end(list);
}

/*
 * Opens a regular file of the folder, and no other: a FIFO would wait, a device never end, a link
 * lead out of it.  -1 with errno.
 */
static int verify_open_regular(const struct verifying *v, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		                    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	int fd = (int)syscall(SYS_openat2, v->root, path, &how, sizeof how);

	return fd < 0 ? -1 : disk_keep_regular(fd);
}

/* What open_regular() could not do. */
static const char *why_not(void)
{
	if (errno == EBADF)
		return "not a regular file";
	return errno == ELOOP ? "a link, or behind one" : strerrordesc_np(errno);
}

static FILE *open_in(const struct verifying *v, const char *name)
{
	int fd = verify_open_regular(v, name);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* Reads a line of fewer bytes than there is room. False: the end, or it was told why not. */
static bool verify_next_line(struct verifying *v, FILE *in, const char *name, unsigned row,
                             char *line, int room)
{
	if (!fgets(line, room, in)) {
		if (ferror(in))
			verify_fault(v, "%s: cannot be read on: %s", name, strerrordesc_np(errno));
		return false;
	}
	if (strchr(line, '\n') || feof(in))
		return true;
	verify_fault(v, "%s line %u: longer than %d bytes, or with a NUL in it", name, row, room - 2);
	return false;
}

/* ------------------------------------------------------------------ SHA256SUMS and the folder */

static int compare_sums(const void *a, const void *b)
{
	return strcmp(((const struct sum *)a)->path, ((const struct sum *)b)->path);
}

static struct sum *sum_find(const struct verifying *v, const char *path)
{
	struct sum key = { .path = (char *)(uintptr_t)path };

	return v->count ? bsearch(&key, v->sums, v->count, sizeof key, compare_sums) : NULL;
}

static bool path_is_safe(const char *path)
{
	if (*path == '/' || *path == '\0')
		return false;
	for (const char *part = path;; part++) {
		size_t len = strcspn(part, "/");

		if (len == 0 || (len == 1 && part[0] == '.') || (len == 2 && strncmp(part, "..", 2) == 0))
			return false;
		part += len;
		if (*part == '\0')
			return true;
	}
}

static void add_sum(struct verifying *v, char *line, unsigned row)
{
	const size_t digits = (size_t)2 * SHA256_BYTES;
	struct sum sum = { 0 };

	line[strcspn(line, "\n")] = '\0';
	if (strlen(line) <= digits + 2 || line[digits] != ' ') {
		verify_fault(v, "SHA256SUMS line %u: not a checksum and a path", row);
		return;
	}
	line[digits] = '\0';
	if (!hex_decode(sum.digest, SHA256_BYTES, line) || !path_is_safe(line + digits + 2)) {
		verify_fault(v, "SHA256SUMS line %u: not a checksum and a path", row);
		return;
	}
	sum.path = mem_text(line + digits + 2);
	if (v->count == v->room) {
		v->room = v->room ? 2 * v->room : 256;
		v->sums = mem_resize(v->sums, v->room, sizeof *v->sums);
	}
	v->sums[v->count++] = sum;
}

static struct error read_sums(struct verifying *v)
{
	FILE *in = open_in(v, "SHA256SUMS");
	char line[SUM_LINE];
	unsigned row = 0;

	if (!in)
		return errorf(ERR_NOT_FOUND, "%s/SHA256SUMS: %s", v->folder, why_not());
	while (verify_next_line(v, in, "SHA256SUMS", row + 1, line, sizeof line))
		add_sum(v, line, ++row);
	v->sums_whole = feof(in);
	fclose(in);
	if (v->count)
		qsort(v->sums, v->count, sizeof *v->sums, compare_sums);
	for (size_t i = 1; i < v->count; i++)
		if (strcmp(v->sums[i - 1].path, v->sums[i].path) == 0)
			verify_fault(v, "%s: listed twice in SHA256SUMS", v->sums[i].path);
	return ok();
}

static void check_digest(struct verifying *v, const struct sum *sum)
{
	unsigned char digest[SHA256_BYTES];
	int fd = verify_open_regular(v, sum->path);
	uint64_t bytes;
	struct error err;

	if (fd < 0) {
		verify_fault(v, "%s: %s", sum->path, why_not());
		return;
	}
	errno = 0;
	err = sha256_fd(fd, digest, &bytes);
	int why = errno;
	close(fd);
	if (!err.code)
		v->bytes += bytes;
	if (err.code)
		verify_fault(v, "%s: cannot be read: %s", sum->path, strerrordesc_np(why));
	else if (memcmp(digest, sum->digest, SHA256_BYTES) != 0)
		verify_fault(v, "%s: its bytes are not those that SHA256SUMS lists", sum->path);
}

/* What desktops, file servers and git leave in folders that somebody has looked at. */
static bool is_left_behind(const char *path)
{
	static const char *const names[] = { ".DS_Store",   "Thumbs.db",  "ehthumbs.db",
		                                 "desktop.ini", ".directory", ".gitattributes",
		                                 ".gitignore" };
	static const char *const folders[] = { "__MACOSX", "@eaDir",          ".git",      ".cache",
		                                   ".Trashes", ".Spotlight-V100", ".fseventsd" };
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (strncmp(name, "._", 2) == 0)
		return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	for (const char *part = path; (slash = strchr(part, '/')); part = slash + 1)
		for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
			if (strlen(folders[i]) == (size_t)(slash - part) &&
			    strncmp(part, folders[i], (size_t)(slash - part)) == 0)
				return true;
	return false;
}

/* A file that SHA256SUMS does not list. */
static void verify_stray(struct verifying *v, const char *path)
{
	if (is_left_behind(path)) {
		verify_note(v, "%s: not part of the release", path);
		return;
	}
	v->strays++;
	verify_fault(v, "%s: not part of the release (SHA256SUMS does not list it); delete it", path);
}

static void check_entry(struct verifying *v, const FTSENT *entry)
{
	const char *path = entry->fts_path + strlen(v->folder);
	struct sum *sum;

	path += strspn(path, "/");
	if ((strcmp(path, RELEASE_SUMS) == 0 || artefact_is_signature(path)) &&
	    entry->fts_info == FTS_F)
		return;
	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
		verify_fault(v, "%s: cannot be read: %s", path, strerrordesc_np(entry->fts_errno));
		return;
	}
	if (entry->fts_info != FTS_F) {
		verify_fault(v, "%s: neither a file nor a folder", path);
		return;
	}
	if (strcmp(path, RELEASE_OPENINGS) == 0 && sum_find(v, RELEASE_COMMITMENTS))
		return; /* published later: the commitments say whether it is genuine */
	if (!(sum = sum_find(v, path))) {
		verify_stray(v, path);
		return;
	}
	sum->there = true;
	check_digest(v, sum);
}

static struct error check_files(struct verifying *v, const struct progress_listener *progress)
{
	char *const roots[] = { (char *)(uintptr_t)v->folder, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	struct error err = ok();
	int64_t done = 0;

	if (!tree)
		return errorf(ERR_NOT_FOUND, "%s: %s", v->folder, strerror(errno));
	for (FTSENT *entry; !err.code && (entry = fts_read(tree));) {
		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
			continue;
		check_entry(v, entry);
		if (progress)
			err = progress->tell(progress->arg, ++done, (int64_t)v->count + 1);
	}
	fts_close(tree);
	for (size_t i = 0; i < v->count; i++)
		if (!v->sums[i].there)
			verify_fault(v, "%s: missing", v->sums[i].path);
	return err;
}

/* ------------------------------------------------------------------ labels.csv and labels.jsonl */

static uint64_t verify_hash_of(const char *a, const char *b)
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 hash;
	uint64_t first;

	sha256_start(&hash);
	sha256_add(&hash, a, strlen(a) + 1);
	sha256_add(&hash, b, strlen(b));
	sha256_finish(&hash, digest);
	memcpy(&first, digest, sizeof first);
	return first;
}

static void add_key(struct keys *keys, struct key key)
{
	if (keys->count == keys->room) {
		keys->room = keys->room ? 2 * keys->room : 1024;
		keys->all = mem_resize(keys->all, keys->room, sizeof *keys->all);
	}
	keys->all[keys->count++] = key;
}

static struct key verify_keyed(struct key key, enum key_kind kind, const char *what)
{
	key.kind = (uint8_t)kind;
	key.hash = verify_hash_of("", what);
	return key;
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static bool one_of(const char *text, const char *a, const char *b, const char *c)
{
	return strcmp(text, a) == 0 || strcmp(text, b) == 0 || (c && strcmp(text, c) == 0);
}

static bool name_is_opaque(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef"), end;

	if (digits != NAME_DIGITS || name[digits] != '.')
		return false;
	end = strspn(name + digits + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
	return end >= 1 && end <= 4 && name[digits + 1 + end] == '\0';
}

/* The name behind the folder that large releases split theirs by: its own first two digits. */
static const char *name_in_folder(const char *path)
{
	bool split = strlen(path) > 3 && path[2] == '/' && strncmp(path, path + 3, 2) == 0;

	return split ? path + 3 : path;
}

static void note_format(struct verifying *v, const char *media_type, const char *file,
                        const char *label)
{
	char name[sizeof v->formats[0].name];
	size_t i = 0;

	snprintf(name, sizeof name, "%s %s", media_type, strrchr(file, '.') + 1);
	while (i < v->format_count && strcmp(v->formats[i].name, name) != 0)
		i++;
	if (i == FORMATS_MOST)
		return;
	if (i == v->format_count)
		snprintf(v->formats[v->format_count++].name, sizeof name, "%s", name);
	if (*label == 'f')
		v->formats[i].fake = true;
	else
		v->formats[i].real = true;
}

/* Of a test split that is sealed labels.csv has no labels. */
static bool row_is_sealed(const char *const f[])
{
	return f[LABEL_LABEL][0] == '\0' && strcmp(f[LABEL_SPLIT], "test") == 0;
}

static void check_place(struct verifying *v, const char *const f[], uint32_t row)
{
	const char *file = f[LABEL_FILE];
	char prefix[64], digest[SHA256_TEXT];
	struct sum *sum = sum_find(v, file);

	snprintf(prefix, sizeof prefix, "%s/%s/%s/", f[LABEL_MEDIA_TYPE], f[LABEL_SPLIT],
	         row_is_sealed(f) ? SEALED_FOLDER : f[LABEL_LABEL]);
	if (strncmp(file, prefix, strlen(prefix)) != 0) {
		verify_fault(v, "labels.csv row %u: %s is not in the folder of its type, split and label",
		             row, file);
		return;
	}
	if (!name_is_opaque(name_in_folder(file + strlen(prefix))))
		verify_fault(v, "labels.csv row %u: the name of %s may tell something", row, file);
	else if (!row_is_sealed(f))
		note_format(v, f[LABEL_MEDIA_TYPE], file, f[LABEL_LABEL]);
	if (!sum) {
		verify_fault(v, "labels.csv row %u: %s is not listed in SHA256SUMS", row, file);
		return;
	}
	hex_encode(digest, sum->digest, SHA256_BYTES);
	if (strcmp(digest, f[LABEL_SHA256]) != 0)
		verify_fault(v, "labels.csv row %u: its sha256 is not that of %s", row, file);
	if (sum->labelled)
		verify_fault(v, "labels.csv row %u: %s has a row already", row, file);
	sum->labelled = true;
}

static bool is_probability(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return *text && *end == '\0' && *value >= 0 && *value <= 1;
}

/* Where the label must come from, and what it must be then. */
static void check_source(struct verifying *v, const char *const f[], uint32_t row, double p)
{
	bool ruled = f[LABEL_RULING][0] != '\0';
	bool known = !ruled && strcmp(f[LABEL_LABEL_SOURCE], "truth") == 0;
	const char *source = ruled ? "ruling" : known ? "truth" : "crowd";
	const char *due = ruled ? f[LABEL_RULING] : known ? f[LABEL_TRUTH] : p >= .5 ? "fake" : "real";

	if (strcmp(f[LABEL_LABEL], due) != 0)
		verify_fault(v, "labels.csv row %u: the label is %s, but the %s says %s", row,
		             f[LABEL_LABEL], source, due);
	if (strcmp(f[LABEL_LABEL_SOURCE], source) != 0)
		verify_fault(v, "labels.csv row %u: label_source is not %s", row, source);
}

/* Only the crowd's labels are decided by a rule; those of before there were rules by none. */
static void check_decided_by(struct verifying *v, const char *const f[], uint32_t row)
{
	const char *by = f[LABEL_DECIDED_BY];
	bool crowd = strcmp(f[LABEL_LABEL_SOURCE], "crowd") == 0;

	if (*by && (!crowd || decided_by_read(by) == DECIDED_BY_NOBODY))
		verify_fault(v, "labels.csv row %u: decided_by is no rule of such a label", row);
}

/* Words of a fixed choice, where something was declared. */
static void check_declared(struct verifying *v, const char *const f[], uint32_t row)
{
	const char *rights = f[LABEL_RIGHTS], *people = f[LABEL_PEOPLE];

	if (*rights && !vocabulary_has(contribution_rights, rights))
		verify_fault(v, "labels.csv row %u: rights is no word of such a declaration", row);
	if (*people && !vocabulary_has(contribution_people, people))
		verify_fault(v, "labels.csv row %u: people is no word of such a declaration", row);
}

static void check_label(struct verifying *v, const char *const f[], uint32_t row)
{
	bool known = strcmp(f[LABEL_LABEL_SOURCE], "truth") == 0;
	bool ruled = f[LABEL_RULING][0] != '\0', crowd = f[LABEL_P_FAKE][0] != '\0';
	double p = 0, low = 0, high = 0;

	if (crowd && !(is_probability(f[LABEL_P_FAKE], &p) && is_probability(f[LABEL_LOW], &low) &&
	               is_probability(f[LABEL_HIGH], &high) && low <= high))
		verify_fault(
			v, "labels.csv row %u: p_fake, low and high are no probability and its interval", row);
	check_decided_by(v, f, row);
	check_declared(v, f, row);
	if (crowd || ruled || known)
		check_source(v, f, row, p);
	else
		verify_fault(v, "labels.csv row %u: a label from nowhere", row);
}

static bool is_count(const char *text, uint32_t *ret_count)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || text[digits])
		return false;
	*ret_count = (uint32_t)strtoul(text, NULL, 10);
	return true;
}

static void add_judged(struct verifying *v, struct verified_item judged)
{
	if (v->judged_count == v->judged_room) {
		v->judged_room = v->judged_room ? 2 * v->judged_room : 1024;
		v->judged = mem_resize(v->judged, v->judged_room, sizeof *v->judged);
	}
	v->judged[v->judged_count++] = judged;
}

static void note_judgments(struct verifying *v, const char *const f[], uint32_t row)
{
	struct verified_item judged = { .hash = verify_hash_of("", f[LABEL_ITEM]), .row = row };

	if (!is_count(f[LABEL_JUDGMENTS], &judged.counted))
		verify_fault(v, "labels.csv row %u: judgments is no whole number", row);
	add_judged(v, judged);
}

static void note_keys(struct verifying *v, const char *const f[], uint32_t row, int split)
{
	char *list = mem_text(f[LABEL_IDENTITIES]), *rest = list;
	struct sum *sum = sum_find(v, f[LABEL_FILE]);
	struct key key = { .row = row,
		               .split = (uint8_t)split,
		               .fake = f[LABEL_LABEL][0] == 'f',
		               .file = sum ? sum->path : "a file that is not listed" };

	add_key(&v->keys, verify_keyed(key, KEY_ITEM, f[LABEL_ITEM]));
	if (!row_is_sealed(f))
		add_key(&v->keys, verify_keyed(key, KEY_LINEAGE, f[LABEL_LINEAGE]));
	add_key(&v->keys, verify_keyed(key, KEY_BYTES, f[LABEL_SHA256]));
	if (f[LABEL_LOOKS][0])
		add_key(&v->keys, verify_keyed(key, KEY_LOOKS, f[LABEL_LOOKS]));
	for (char *who; (who = strsep(&rest, ";"));)
		if (*who)
			add_key(&v->keys, verify_keyed(key, KEY_IDENTITY, who));
	free(list);
}

static unsigned verify_type_of(const char *name)
{
	return name[0] == 'i' ? 0 : name[0] == 'v' ? 1 : 2;
}

/* A loader that numbers class folders calls the one of such a split 0. */
static void note_lone_labels(struct verifying *v)
{
	for (unsigned type = 0; type < 3; type++)
		for (int split = SPLIT_TRAIN; split < SPLITS; split++) {
			const uint32_t *rows = v->labels[type][split];

			if ((rows[0] == 0) != (rows[1] == 0))
				verify_note(v, "%s/%s holds no %s", media_types[type],
				            split_name((enum split)split), rows[0] ? "fake" : "real");
		}
}

/* Its label is committed to, and nothing else tells it. */
static void check_sealed_row(struct verifying *v, const char *const f[], uint32_t row)
{
	struct verified_item judged = { .hash = verify_hash_of("", f[LABEL_ITEM]), .row = row };

	if (!seal_check_item(v->seals, f[LABEL_ITEM]))
		verify_fault(v, "labels.csv row %u: nothing commits to its label", row);
	for (int c = 0; c < LABEL_COLUMNS; c++)
		if (seal_withholds(c) && *f[c])
			verify_fault(v, "labels.csv row %u: its label is sealed, and %s is told", row,
			             label_columns[c].name);
	check_place(v, f, row);
	note_keys(v, f, row, split_read(f[LABEL_SPLIT]));
	add_judged(v, judged);
}

static void check_row(struct verifying *v, const char *const f[], uint32_t row)
{
	int split = split_read(f[LABEL_SPLIT]);
	bool sealed = row_is_sealed(f) && sum_find(v, RELEASE_COMMITMENTS);

	if (split == SPLIT_NONE || !(sealed || one_of(f[LABEL_LABEL], "real", "fake", NULL)) ||
	    !vocabulary_has(media_types, f[LABEL_MEDIA_TYPE])) {
		verify_fault(v, "labels.csv row %u: no such split, label or media_type", row);
		return;
	}
	if (sealed) {
		check_sealed_row(v, f, row);
		return;
	}
	v->labels[verify_type_of(f[LABEL_MEDIA_TYPE])][split][f[LABEL_LABEL][0] == 'f']++;
	check_place(v, f, row);
	check_label(v, f, row);
	note_keys(v, f, row, split);
	note_judgments(v, f, row);
}

/* The text that a value stands for, to be freed; NULL where it is of another type. */
static char *value_text(const struct column *column, const json_t *value)
{
	char *text = NULL;
	size_t len, i;
	json_t *element;
	FILE *out;

	if (json_is_null(value) || json_is_string(value))
		return strdup(json_is_string(value) ? json_string_value(value) : "");
	if (column->kind != COLUMN_LIST || !json_is_array(value))
		return NULL;
	if (!(out = open_memstream(&text, &len)))
		abort();
	json_array_foreach (value, i, element) {
		const char *one = json_string_value(element);

		fprintf(out, "%s%s", i ? ";" : "", one ? one : "?");
	}
	if (fclose(out) != 0)
		abort();
	return text;
}

/* labels.csv holds the text as a cell says it. */
static bool same_value(const struct column *column, const json_t *value, const char *text)
{
	if (!value)
		return false;
	if (column->kind == COLUMN_INTEGER || column->kind == COLUMN_REAL)
		return json_is_null(value) ? *text == '\0' : json_number_value(value) == strtod(text, NULL);
	char *found = value_text(column, value);
	char *cell = found ? csv_cell(found) : NULL;
	bool same = cell && strcmp(cell, text) == 0;

	free(found);
	free(cell);
	return same;
}

static void check_json_line(struct verifying *v, FILE *json, char *line, const char *const f[],
                            size_t columns, uint32_t row)
{
	bool read = verify_next_line(v, json, "labels.jsonl", row - 1, line, JSON_LINE);
	json_t *object = read ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;

	if (!json_is_object(object))
		verify_fault(v, "labels.jsonl line %u: not a JSON object", row - 1);
	for (size_t c = 0; object && c < columns; c++)
		if (!same_value(&label_columns[c], json_object_get(object, label_columns[c].name), f[c]))
			verify_fault(v, "labels.jsonl line %u: its %s is not that of labels.csv", row - 1,
			             label_columns[c].name);
	json_decref(object);
}

/* A table being read, row by row; row 1 is the header. */
struct verified_table {
	const char *name;
	size_t columns;
	FILE *in;
	struct csv *csv;
	const char *const *fields;
	uint32_t row;
};

static void table_close(struct verified_table *table)
{
	csv_free(table->csv);
	fclose(table->in);
}

/* The labels and trials of releases that were made before lack their last columns. */
static bool table_is_of_before(const struct verified_table *table, size_t count)
{
	if (table->row == 1 && table->columns == TRIAL_COLUMNS)
		return count == TRIAL_RESPONSE_S;
	return table->row == 1 && table->columns == LABEL_COLUMNS &&
	       (count == LABEL_DECIDED_BY || count == LABEL_DIGITAL_SOURCE_TYPE ||
	        count == LABEL_RIGHTS || count == LABEL_LOOKS);
}

/* Reads the next row; false at the end, or after saying that the rest cannot be read. */
static bool table_next(struct verifying *v, struct verified_table *table)
{
	size_t count = 0;
	struct error err = csv_next(table->csv, &table->fields, &count);

	table->row++;
	if (table_is_of_before(table, count))
		table->columns = count;
	if (err.code)
		verify_fault(v, "%s row %u: %s", table->name, table->row, err.detail);
	else if (count && count != table->columns)
		verify_fault(v, "%s row %u: %zu fields instead of %zu", table->name, table->row, count,
		             table->columns);
	return !err.code && count == table->columns;
}

/* Opens a table and checks its header. False, after saying what is wrong. */
static bool verify_table_open(struct verifying *v, struct verified_table *table,
                              const struct column columns[])
{
	bool good;

	if (!(table->in = open_in(v, table->name))) {
		verify_fault(v, "%s: cannot be read: %s", table->name, why_not());
		return false;
	}
	table->csv = csv_new(table->in);
	good = table_next(v, table);
	for (size_t c = 0; good && c < table->columns; c++)
		good = strcmp(table->fields[c], columns[c].name) == 0;
	if (good)
		return true;
	verify_fault(v, "%s: its header is not that of this format", table->name);
	table_close(table);
	return false;
}

static void check_labels(struct verifying *v)
{
	struct verified_table table = { .name = "labels.csv", .columns = LABEL_COLUMNS };
	FILE *json = open_in(v, "labels.jsonl");
	char *line = mem_resize(NULL, 1, JSON_LINE);

	if (!json)
		verify_fault(v, "labels.jsonl: cannot be read: %s", why_not());
	if (verify_table_open(v, &table, label_columns)) {
		while (table_next(v, &table)) {
			const char *fields[LABEL_COLUMNS];

			for (size_t c = 0; c < LABEL_COLUMNS; c++)
				fields[c] = c < table.columns ? table.fields[c] : "";
			check_row(v, fields, table.row);
			if (json)
				check_json_line(v, json, line, fields, table.columns, table.row);
		}
		table_close(&table);
	}
	if (json && fgetc(json) != EOF)
		verify_fault(v, "labels.jsonl: goes on after the last row of labels.csv");
	if (json)
		fclose(json);
	free(line);
}

/* Everything listed is a table or has a row; a format tells nothing of the label. */
static void check_whole(struct verifying *v)
{
	static const char *const kinds[] = { "item", "lineage", "identity", "group of looks" };

	for (size_t i = 0; i < v->count; i++)
		if (!v->sums[i].labelled && !artefact_has_path(v->sums[i].path))
			verify_fault(v, "%s: has no row in labels.csv", v->sums[i].path);
	for (size_t i = 0; i < v->format_count; i++)
		for (size_t j = 0; j < v->format_count; j++)
			if (i != j && strncmp(v->formats[i].name, v->formats[j].name, 5) == 0 &&
			    v->formats[i].real != v->formats[i].fake)
				verify_fault(v, "files: the format %s occurs with one label only and gives it away",
				             v->formats[i].name);
	if (v->keys.count)
		qsort(v->keys.all, v->keys.count, sizeof *v->keys.all, compare_keys);
	for (size_t i = 1; i < v->keys.count; i++) {
		const struct key *a = &v->keys.all[i - 1], *b = &v->keys.all[i];

		if (a->kind != b->kind || a->hash != b->hash)
			continue;
		if (a->kind == KEY_ITEM)
			verify_fault(v, "labels.csv rows %u and %u: the same item", a->row, b->row);
		if (a->kind == KEY_BYTES && a->fake != b->fake)
			verify_fault(v, "%s and %s: the same bytes under two labels", a->file, b->file);
		if (a->kind == KEY_BYTES && a->split != b->split)
			verify_fault(v, "%s and %s: the same bytes in two splits", a->file, b->file);
		else if (a->split != b->split)
			verify_fault(v, "labels.csv rows %u and %u: one %s in %s and in %s", a->row, b->row,
			             kinds[a->kind], split_name(a->split), split_name(b->split));
	}
}

/* ------------------------------------------------------------------ judgments.csv and trials.csv
 */

static int compare_judged(const void *a, const void *b)
{
	const struct verified_item *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static struct verified_item *judged_find(const struct verifying *v, const char *item)
{
	struct verified_item key = { .hash = verify_hash_of("", item) };

	return v->judged_count ? bsearch(&key, v->judged, v->judged_count, sizeof key, compare_judged)
	                       : NULL;
}

static void check_judgment(struct verifying *v, const char *const f[], uint32_t row)
{
	struct verified_item *judged = judged_find(v, f[JUDGMENT_ITEM]);

	if (judged)
		judged->held++;
	else
		verify_fault(v, "judgments.csv row %u: no such item in labels.csv", row);
	if (!one_of(f[JUDGMENT_VERDICT], "real", "fake", NULL) ||
	    !one_of(f[JUDGMENT_CONFIDENCE], "60", "75", "95"))
		verify_fault(v, "judgments.csv row %u: no such verdict or confidence", row);
	add_key(&v->judgments,
	        (struct key){ .hash = verify_hash_of(f[JUDGMENT_ITEM], f[JUDGMENT_VOLUNTEER]),
	                      .row = row,
	                      .kind = KEY_JUDGMENT });
}

/* A release without volunteers has none. */
static void check_judgments(struct verifying *v)
{
	struct verified_table table = { .name = "judgments.csv", .columns = JUDGMENT_COLUMNS };

	if (!sum_find(v, table.name)) {
		verify_note(v, "there is no judgments.csv: trials.csv alone was compared with labels.csv");
		return;
	}
	if (!verify_table_open(v, &table, judgment_columns))
		return;
	while (table_next(v, &table))
		check_judgment(v, table.fields, table.row);
	table_close(&table);
	for (size_t i = 0; i < v->judged_count; i++)
		if (v->judged[i].counted != v->judged[i].held)
			verify_fault(v, "labels.csv row %u: counts %u judgments, judgments.csv holds %u",
			             v->judged[i].row, v->judged[i].counted, v->judged[i].held);
	if (v->judgments.count)
		qsort(v->judgments.all, v->judgments.count, sizeof *v->judgments.all, compare_keys);
	for (size_t i = 1; i < v->judgments.count; i++)
		if (v->judgments.all[i - 1].hash == v->judgments.all[i].hash)
			verify_fault(v, "judgments.csv rows %u and %u: one volunteer judged one item twice",
			             v->judgments.all[i - 1].row, v->judgments.all[i].row);
}

static void check_trial(struct verifying *v, const char *const f[], uint32_t row)
{
	struct verified_item *judged = judged_find(v, f[TRIAL_ITEM]);

	if (judged)
		judged->shown++;
	else
		verify_fault(v, "trials.csv row %u: no such item in labels.csv", row);
	if (!one_of(f[TRIAL_VERDICT], "real", "fake", NULL) ||
	    !one_of(f[TRIAL_CONFIDENCE], "60", "75", "95") ||
	    !one_of(f[TRIAL_POSITION], "left", "right", NULL) ||
	    !one_of(f[TRIAL_KIND], "random", "chosen", ""))
		verify_fault(v, "trials.csv row %u: no such verdict, confidence, position or kind", row);
	if (*f[TRIAL_DEVICE] && !one_of(f[TRIAL_DEVICE], "phone", "tablet", "computer"))
		verify_fault(v, "trials.csv row %u: no such device", row);
}

/* crowd.csv beside trials.csv: both have their items in one order. */
struct verified_crowd {
	struct verifying *v;
	struct verified_table table;
	bool open;                  /* the table is there, and was read as far as the trials */
	struct crowd_count count;   /* of the item whose trials are read */
	double alpha, disagreement; /* of the first row that has some, or 0 */
};

/*
 * alpha is 1 - disagreement / what is expected, which is the same for all rows: so any two of them
 * say whether they were measured alike.  Both are rounded to four digits.
 */
static bool alpha_fits(struct verified_crowd *crowd, const char *text)
{
	double found = *text ? strtod(text, NULL) : NAN;
	double disagreement = 1 - agreement_of_item(crowd->count.saying[1], crowd->count.saying[0], 1);

	if (isnan(disagreement) ||
	    isnan(found)) /* of a crowd that always says the same there is none */
		return isnan(found) && (isnan(disagreement) || disagreement == 0);
	if (crowd->disagreement == 0) {
		crowd->alpha = found;
		crowd->disagreement = disagreement;
	}
	return fabs((1 - found) * crowd->disagreement - (1 - crowd->alpha) * disagreement) < 1.1e-4;
}

/* Compares the row of the item whose trials were read with what they come to. */
static void check_crowd_row(struct verified_crowd *crowd)
{
	struct verified_table *table = &crowd->table;
	struct crowd_row due;

	if (!*crowd->count.item || !crowd->open)
		return;
	if (!(crowd->open = table_next(crowd->v, table))) {
		verify_fault(crowd->v, "crowd.csv: has no row of item %s", crowd->count.item);
		return;
	}
	crowd_count_row(&crowd->count, 0, &due);
	for (size_t c = 0; c < CROWD_COLUMNS; c++)
		if (c == CROWD_ALPHA ? !alpha_fits(crowd, table->fields[c])
		                     : strcmp(table->fields[c], due.values[c] ? due.values[c] : "") != 0)
			verify_fault(crowd->v, "crowd.csv row %u: its %s is not what trials.csv comes to",
			             table->row, crowd_columns[c].name);
}

/* A release of before has none. */
static struct verified_crowd crowd_begin(struct verifying *v)
{
	struct verified_crowd crowd = { .v = v,
		                            .table = { .name = "crowd.csv", .columns = CROWD_COLUMNS } };

	crowd.open = sum_find(v, "crowd.csv") && verify_table_open(v, &crowd.table, crowd_columns);
	return crowd;
}

static void crowd_trial(struct verified_crowd *crowd, const char *const f[])
{
	if (strcmp(crowd->count.item, f[TRIAL_ITEM]) != 0) {
		check_crowd_row(crowd);
		crowd->count = (struct crowd_count){ 0 };
	}
	crowd_count_take(&crowd->count, f);
}

static void crowd_end(struct verified_crowd *crowd)
{
	bool was_open = crowd->open;

	check_crowd_row(crowd);
	if (crowd->open && table_next(crowd->v, &crowd->table))
		verify_fault(crowd->v, "crowd.csv row %u: trials.csv has no such item", crowd->table.row);
	if (was_open)
		table_close(&crowd->table);
}

static void check_trials(struct verifying *v)
{
	struct verified_table table = { .name = "trials.csv", .columns = TRIAL_COLUMNS };

	if (!verify_table_open(v, &table, trial_columns))
		return;
	struct verified_crowd crowd = crowd_begin(v);
	while (table_next(v, &table)) {
		const char *fields[TRIAL_COLUMNS];

		for (size_t c = 0; c < TRIAL_COLUMNS; c++)
			fields[c] = c < table.columns ? table.fields[c] : "";
		check_trial(v, fields, table.row);
		crowd_trial(&crowd, fields);
	}
	crowd_end(&crowd);
	table_close(&table);
	for (size_t i = 0; i < v->judged_count; i++)
		if (v->judged[i].counted != v->judged[i].shown)
			verify_fault(v, "labels.csv row %u: counts %u judgments, trials.csv holds %u",
			             v->judged[i].row, v->judged[i].counted, v->judged[i].shown);
}

static bool is_in_range(const char *text, double most)
{
	char *end;
	double value = strtod(text, &end);

	return *text && *end == '\0' && value >= 0 && value <= most;
}

static void check_mark(struct verifying *v, const char *const f[], uint32_t row)
{
	const struct verified_item *judged = judged_find(v, f[MARK_ITEM]);

	if (!judged || !judged->counted)
		verify_fault(v, "marks.csv row %u: no item of labels.csv that was judged", row);
	if (!one_of(f[MARK_VERDICT], "real", "fake", NULL) || !is_in_range(f[MARK_X], 1) ||
	    !is_in_range(f[MARK_Y], 1) || (*f[MARK_T_S] && !is_in_range(f[MARK_T_S], HUGE_VAL)))
		verify_fault(v, "marks.csv row %u: no such verdict, place or time", row);
}

/* A release of before has none. */
static void check_marks(struct verifying *v)
{
	struct verified_table table = { .name = "marks.csv", .columns = MARK_COLUMNS };

	if (!sum_find(v, table.name) || !verify_table_open(v, &table, mark_columns))
		return;
	while (table_next(v, &table))
		check_mark(v, table.fields, table.row);
	table_close(&table);
}

/* ------------------------------------------------------------------ who made it */

/* A small text file, to be freed; NULL where it is missing, or too large, or holds a NUL. */
static char *small_text(const struct verifying *v, const char *name)
{
	FILE *in = open_in(v, name);
	char *text = in ? mem_new(SMALL_MOST + 1, 1) : NULL;
	size_t len = in ? fread(text, 1, SMALL_MOST, in) : 0;
	bool good = in && !ferror(in) && fgetc(in) == EOF && strlen(text) == len;

	if (in)
		fclose(in);
	if (good)
		return text;
	free(text);
	return NULL;
}

/* The card of a layout is that of the release, which another key may have signed. */
static void check_card_key(struct verifying *v, const struct public_key *key)
{
	char text[PUBLIC_KEY_TEXT], *card;

	if (*v->format)
		return;
	public_key_text(key, text);
	card = small_text(v, RELEASE_CARD);
	if (!card || !strstr(card, text))
		verify_fault(v, "%s: does not name the key of %s", RELEASE_CARD, RELEASE_KEY);
	free(card);
}

/* The key that the release itself names, in its two places. False: it names none, or was told. */
static bool claimed_key(struct verifying *v, struct public_key *ret_key)
{
	char *file;
	bool good;

	if (!sum_find(v, RELEASE_KEY))
		return false;
	file = small_text(v, RELEASE_KEY);
	good = file && signed_key_read(file, ret_key);
	free(file);
	if (!good) {
		verify_fault(v, "%s: holds no public key", RELEASE_KEY);
		return false;
	}
	check_card_key(v, ret_key);
	return true;
}

static void check_sums_signature(struct verifying *v, const struct public_key *key)
{
	unsigned char prehash[PREHASH_BYTES];
	char *signature = small_text(v, RELEASE_SIGNATURE);
	int fd = verify_open_regular(v, RELEASE_SUMS);

	if (!signature)
		verify_fault(v, "%s: missing, or no small text", RELEASE_SIGNATURE);
	else if (fd < 0 || signature_prehash(fd, prehash).code)
		verify_fault(v, "%s: cannot be read", RELEASE_SUMS);
	else {
		const char *fault = signature_minisign_fault(key, prehash, signature);

		if (fault)
			verify_fault(v, "%s: %s", RELEASE_SIGNATURE, fault);
	}
	if (fd >= 0)
		close(fd);
	free(signature);
}

static void check_manifest(struct verifying *v, const struct public_key *key)
{
	struct manifest_facts found = { .items = v->judged_count,
		                            .files = v->count,
		                            .bytes = v->bytes };
	unsigned char digest[SHA256_BYTES];
	char *note = small_text(v, RELEASE_MANIFEST);
	int fd = verify_open_regular(v, RELEASE_SUMS);
	uint64_t bytes;

	if (!note)
		verify_fault(v, "%s: missing, or no small text", RELEASE_MANIFEST);
	else if (fd < 0 || sha256_fd(fd, digest, &bytes).code)
		verify_fault(v, "%s: cannot be read", RELEASE_SUMS);
	else {
		hex_encode(found.sums, digest, SHA256_BYTES);
		const char *fault = signed_manifest_fault(key, note, &found);
		if (fault)
			verify_fault(v, "%s: %s", RELEASE_MANIFEST, fault);
	}
	if (fd >= 0)
		close(fd);
	free(note);
}

/* Anybody can sign anew with a key of theirs: the folder's own word is no proof. */
static void check_signatures(struct verifying *v, const struct public_key *given)
{
	struct public_key claimed = { 0 };
	char id[PUBLIC_KEY_ID];
	bool claims = claimed_key(v, &claimed);

	if (!claims && !given) {
		if (!sum_find(v, RELEASE_KEY) && *v->format)
			verify_fault(v, "%s: missing, and %s says that it is signed", RELEASE_KEY,
			             RELEASE_SIGNATURE);
		else if (!sum_find(v, RELEASE_KEY))
			verify_note(v, "it is not signed: releases of before were not");
		return;
	}
	if (claims && given && memcmp(claimed.key, given->key, PUBLIC_KEY_BYTES) != 0)
		verify_fault(v, "%s: is not the key that was given", RELEASE_KEY);
	const struct public_key *key = given ? given : &claimed;
	if (v->sums_whole) { /* else it was told */
		check_sums_signature(v, key);
		if (!*v->format)
			check_manifest(v, key);
	}
	public_key_id(key, id);
	if (!given)
		verify_note(v,
		            "that the key %s signed it is the release's own claim: --key checks it "
		            "against one that you trust",
		            id);
}

/* ------------------------------------------------------------------ what describes it */

/* A description that lists files: in which array, and by which names. */
struct described_list {
	const char *file, *array, *path, *digest;
	const char *before; /* stands before the digits */
};

static void check_listed(struct verifying *v, const struct described_list *list,
                         const json_t *listed)
{
	const char *path = json_string_value(json_object_get(listed, list->path));
	const char *digest = json_string_value(json_object_get(listed, list->digest));
	const struct sum *sum = path ? sum_find(v, path) : NULL;
	char digits[SHA256_TEXT], due[SHA256_TEXT + 8];

	if (!digest)
		return; /* a set of files */
	if (!sum) {
		verify_fault(v, "%s: lists %s, which SHA256SUMS does not", list->file, path ? path : "?");
		return;
	}
	hex_encode(digits, sum->digest, SHA256_BYTES);
	snprintf(due, sizeof due, "%s%s", list->before, digits);
	if (strcmp(digest, due) != 0)
		verify_fault(v, "%s: has another digest of %s than SHA256SUMS", list->file, path);
}

/* Releases of before have none. */
static void check_description(struct verifying *v, const struct described_list *list)
{
	char *text = sum_find(v, list->file) ? small_text(v, list->file) : NULL;
	json_t *object = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const json_t *array = json_object_get(object, list->array);
	const json_t *listed;
	size_t i;

	if (sum_find(v, list->file) && !json_is_array(array))
		verify_fault(v, "%s: no JSON that lists files", list->file);
	json_array_foreach (array, i, listed)
		check_listed(v, list, listed);
	json_decref(object);
	free(text);
}

static void check_descriptions(struct verifying *v)
{
	static const struct described_list lists[] = {
		{ RELEASE_DATAPACKAGE, "resources", "path", "hash", "sha256:" },
		{ RELEASE_CROISSANT, "distribution", "name", "sha256", "" },
	};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		check_description(v, &lists[i]);
}

/* ------------------------------------------------------------------ leakage.json */

/* Counts the group of equal keys that begins at `from`; returns where the next one begins. */
static size_t count_equal(const struct keys *keys, size_t from, struct tie_count *count)
{
	const struct key *first = &keys->all[from];
	uint64_t items = 1;
	bool crosses = false;
	size_t i = from + 1;

	for (; i < keys->count; i++) {
		const struct key *next = &keys->all[i];

		if (next->kind != first->kind || next->hash != first->hash)
			break;
		items += next->row != next[-1].row;
		crosses |= next->split != first->split;
	}
	if (items > 1) {
		count->groups++;
		count->items += items;
		count->crossing += crosses;
	}
	return i;
}

/* Counts groups of one kind among the keys of labels.csv, which are in order. */
static struct tie_count count_keys(const struct keys *keys, enum key_kind kind)
{
	struct tie_count count = { 0 }, others = { 0 };

	for (size_t i = 0; i < keys->count;)
		i = count_equal(keys, i, keys->all[i].kind == kind ? &count : &others);
	return count;
}

static void check_tie(struct verifying *v, const json_t *said, enum tie tie)
{
	const struct tie_count found = count_keys(&v->keys, (enum key_kind)(KEY_LINEAGE + tie));

	if (json_integer_value(json_object_get(said, "groups")) != (json_int_t)found.groups ||
	    json_integer_value(json_object_get(said, "items")) != (json_int_t)found.items ||
	    json_integer_value(json_object_get(said, "crossing")) != (json_int_t)found.crossing)
		verify_fault(v,
		             "%s: labels.csv shows other groups of one %s: %llu of %llu items, %llu of "
		             "them in several splits",
		             RELEASE_LEAKAGE, tie_names[tie], (unsigned long long)found.groups,
		             (unsigned long long)found.items, (unsigned long long)found.crossing);
}

/* The certificate says which labels.csv it is about, and what anybody can count there. */
static void check_certificate(struct verifying *v, const json_t *said)
{
	const json_t *labels = json_object_get(said, "labels");
	const char *digest = json_string_value(json_object_get(labels, "sha256"));
	const struct sum *sum = sum_find(v, "labels.csv");
	char due[SHA256_TEXT] = "";

	if (sum)
		hex_encode(due, sum->digest, SHA256_BYTES);
	if (!digest || strcmp(digest, due) != 0)
		verify_fault(v, "%s: is about another labels.csv than SHA256SUMS lists", RELEASE_LEAKAGE);
	if (json_integer_value(json_object_get(labels, "items")) != (json_int_t)v->judged_count)
		verify_fault(v, "%s: labels.csv holds another number of items", RELEASE_LEAKAGE);
	for (int tie = 0; tie < TIES; tie++)
		check_tie(v, json_object_get(json_object_get(said, "ties"), tie_names[tie]), (enum tie)tie);
}

/* Releases of before have none. */
static void check_leakage(struct verifying *v)
{
	char *text = sum_find(v, RELEASE_LEAKAGE) ? small_text(v, RELEASE_LEAKAGE) : NULL;
	json_t *object = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;

	if (json_is_object(object))
		check_certificate(v, object);
	else if (sum_find(v, RELEASE_LEAKAGE))
		verify_fault(v, "%s: no JSON object", RELEASE_LEAKAGE);
	json_decref(object);
	free(text);
}

/* ------------------------------------------------------------------ sealed labels */

static void tell_seal_fault(void *arg, const char *text)
{
	verify_fault(arg, "%s", text);
}

/* Comes before labels.csv, whose sealed rows ask for it. */
static void check_seals(struct verifying *v)
{
	FILE *commitments = sum_find(v, RELEASE_COMMITMENTS) ? open_in(v, RELEASE_COMMITMENTS) : NULL;
	FILE *openings = commitments ? open_in(v, RELEASE_OPENINGS) : NULL;
	bool missing = !openings && errno == ENOENT;

	v->seals = seal_check_new(tell_seal_fault, v);
	if (commitments)
		seal_check_commitments(v->seals, commitments);
	else if (sum_find(v, RELEASE_COMMITMENTS))
		verify_fault(v, RELEASE_COMMITMENTS ": cannot be read: %s", why_not());
	if (openings)
		seal_check_openings(v->seals, openings);
	else if (commitments && !missing)
		verify_fault(v, RELEASE_OPENINGS ": cannot be read");
	if (commitments)
		fclose(commitments);
	if (openings)
		fclose(openings);
}

static void require_tables(struct verifying *v)
{
	if (!sum_find(v, "README.md"))
		verify_fault(v, "README.md: not listed in SHA256SUMS");
	if (!sum_find(v, "LICENCES"))
		verify_fault(v, "LICENCES: not listed in SHA256SUMS");
}

/* Which layout it is stands in what is signed, if it is one. */
static void read_format(struct verifying *v)
{
	char *signature = small_text(v, RELEASE_SIGNATURE);

	if (signature)
		signed_format(signature, v->format);
	free(signature);
}

/* What the files of a layout say was checked in the release that it was made of. */
static void check_layout(struct verifying *v)
{
	verify_note(v,
	            "this is the format %s: its files and who signed them are checked; what its tables "
	            "say is checked in the release as it is written without a format",
	            v->format);
}

static void check_tables(struct verifying *v)
{
	require_tables(v);
	check_seals(v);
	check_labels(v);
	check_whole(v);
	if (v->judged_count)
		qsort(v->judged, v->judged_count, sizeof *v->judged, compare_judged);
	note_lone_labels(v);
	check_judgments(v);
	check_trials(v);
	check_marks(v);
	check_descriptions(v);
	check_leakage(v);
}

struct error release_verify(const char *folder, const struct public_key *key, FILE *out,
                            const struct progress_listener *progress, struct verified *ret_verified)
{
	struct verifying v = { .folder = folder, .out = out };

	v.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v.root < 0)
		return errorf(ERR_NOT_FOUND, "%s: %s", folder, strerrordesc_np(errno));
	read_format(&v);
	struct error err = read_sums(&v);

	if (!err.code)
		err = check_files(&v, progress);
	if (!err.code) {
		if (*v.format)
			check_layout(&v);
		else
			check_tables(&v);
		check_signatures(&v, key);
		if (v.seals)
			seal_check_end(v.seals, &ret_verified->sealed, &ret_verified->opened);
		ret_verified->faults = v.faults;
		ret_verified->strays = v.strays;
		ret_verified->files = v.count;
	}
	close(v.root);
	for (size_t i = 0; i < v.count; i++)
		free(v.sums[i].path);
	free(v.sums);
	free(v.keys.all);
	free(v.judgments.all);
	free(v.judged);
	seal_check_free(v.seals);
	return err;
}
