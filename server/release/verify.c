/* SPDX-License-Identifier: Apache-2.0 */
#include "release/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "release/artefact.h"
#include "release/signed.h"
#include "release/verify_internal.h"

#define SMALL_MOST (1u << 20)

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

void verify_fault(struct verifying *v, const char *format, ...)
{
	va_list list;

	if (v->faults++ >= VERIFY_MOST)
		return;
	va_start(list, format);
	verify_tell(v, "", format, list);
	va_end(list);
}

void verify_note(struct verifying *v, const char *format, ...)
{
	va_list list;

	if (v->notes++ >= VERIFY_MOST)
		return;
	va_start(list, format);
	verify_tell(v, "note: ", format, list);
	va_end(list);
}

int verify_open_regular(const struct verifying *v, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		                    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	int fd = (int)syscall(SYS_openat2, v->root, path, &how, sizeof how);

	return fd < 0 ? -1 : disk_keep_regular(fd);
}

const char *verify_why_not(void)
{
	if (errno == EBADF)
		return "not a regular file";
	return errno == ELOOP ? "a link, or behind one" : strerrordesc_np(errno);
}

FILE *verify_open_in(const struct verifying *v, const char *name)
{
	int fd = verify_open_regular(v, name);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

bool verify_next_line(struct verifying *v, FILE *in, const char *name, unsigned row, char *line,
                      int room)
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

char *verify_small_text(const struct verifying *v, const char *name)
{
	FILE *in = verify_open_in(v, name);
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

/* ------------------------------------------------------------------ tables */

void verify_table_close(struct verified_table *table)
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
	        count == LABEL_RIGHTS || count == LABEL_LOOKS || count == LABEL_NOT_INDEPENDENT);
}

bool verify_table_next(struct verifying *v, struct verified_table *table)
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

bool verify_table_open(struct verifying *v, struct verified_table *table,
                       const struct column columns[])
{
	bool good;

	if (!(table->in = verify_open_in(v, table->name))) {
		verify_fault(v, "%s: cannot be read: %s", table->name, verify_why_not());
		return false;
	}
	table->csv = csv_new(table->in);
	good = verify_table_next(v, table);
	for (size_t c = 0; good && c < table->columns; c++)
		good = strcmp(table->fields[c], columns[c].name) == 0;
	if (good)
		return true;
	verify_fault(v, "%s: its header is not that of this format", table->name);
	verify_table_close(table);
	return false;
}

bool verify_one_of(const char *text, const char *a, const char *b, const char *c)
{
	return strcmp(text, a) == 0 || strcmp(text, b) == 0 || (c && strcmp(text, c) == 0);
}

/* ------------------------------------------------------------------ keys */

uint64_t verify_hash_of(const char *a, const char *b)
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

void verify_key_add(struct verified_keys *keys, struct verified_key key)
{
	if (keys->count == keys->room) {
		keys->room = keys->room ? 2 * keys->room : 1024;
		keys->all = mem_resize(keys->all, keys->room, sizeof *keys->all);
	}
	keys->all[keys->count++] = key;
}

int verify_key_order(const void *a, const void *b)
{
	const struct verified_key *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* ------------------------------------------------------------------ the whole */

static void require_tables(struct verifying *v)
{
	if (!verify_sum_find(v, "README.md"))
		verify_fault(v, "README.md: not listed in SHA256SUMS");
	if (!verify_sum_find(v, "LICENCES"))
		verify_fault(v, "LICENCES: not listed in SHA256SUMS");
}

/* Which layout it is stands in what is signed, if it is one. */
static void read_format(struct verifying *v)
{
	char *signature = verify_small_text(v, RELEASE_SIGNATURE);

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
	verify_seals(v);
	verify_labels(v);
	verify_whole(v);
	verify_lone_labels(v);
	verify_judgments(v);
	verify_trials(v);
	verify_marks(v);
	verify_fact_checks(v);
	verify_calibration(v);
	verify_descriptions(v);
	verify_leakage(v);
}

struct error release_verify(const char *folder, const struct public_key *key, FILE *out,
                            const struct progress_listener *progress, struct verified *ret_verified)
{
	struct verifying v = { .folder = folder, .out = out };

	v.root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v.root < 0)
		return errorf(ERR_NOT_FOUND, "%s: %s", folder, strerrordesc_np(errno));
	read_format(&v);
	struct error err = verify_read_sums(&v);

	if (!err.code)
		err = verify_files(&v, progress);
	if (!err.code) {
		if (*v.format)
			check_layout(&v);
		else
			check_tables(&v);
		verify_signatures(&v, key);
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
