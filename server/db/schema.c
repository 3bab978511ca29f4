/* SPDX-License-Identifier: Apache-2.0 */
#include "db/schema.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "core/hex.h"
#include "db/migrate.h"

#define STATES "-- oldest program: "
#define DIGITS (SCHEMA_OLDEST - 1)

void schema_oldest_program(const char *text, char ret_oldest[SCHEMA_OLDEST])
{
	const char *at = strncmp(text, STATES, strlen(STATES)) == 0 ? text : strstr(text, "\n" STATES);

	*ret_oldest = '\0';
	if (!at)
		return;
	at = strstr(at, STATES) + strlen(STATES);
	for (int i = 0; i < DIGITS; i++)
		if (!isdigit((unsigned char)at[i]))
			return;
	memcpy(ret_oldest, at, DIGITS);
	ret_oldest[DIGITS] = '\0';
}

void schema_checksum(const char *text, char ret_checksum[SHA256_TEXT])
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, text, strlen(text));
	hex_encode(ret_checksum, digest, sizeof digest);
}

static const struct migration *find_migration(const char *name)
{
	for (unsigned i = 0; i < migration_count; i++)
		if (strcmp(migrations[i].name, name) == 0)
			return &migrations[i];
	return NULL;
}

/* Of a later program: do we come after the oldest that may run on it? */
static struct error judge_unknown(const struct schema_row *row)
{
	const char *newest = migrations[migration_count - 1].name;

	if (!row->oldest_program)
		return errorf(ERR_CONFLICT,
		              "The database holds migration %.60s, which this program does not know. "
		              "Run the newer program.",
		              row->name);
	if (strncmp(row->oldest_program, newest, DIGITS) > 0)
		return errorf(ERR_CONFLICT,
		              "The database holds migration %.60s, which needs a program that knows "
		              "migration %.4s. Run the newer program.",
		              row->name, row->oldest_program);
	return ok();
}

static struct error judge_known(const struct schema_row *row, const struct migration *known,
                                unsigned ran)
{
	char ours[SHA256_TEXT];

	if (known != &migrations[ran])
		return errorf(ERR_CONFLICT, "Migration %.60s has not run, but later ones have.",
		              migrations[ran].name);
	schema_checksum(known->text, ours);
	if (strcmp(ours, row->checksum) != 0)
		return errorf(ERR_CONFLICT, "Migration %.60s was changed after it ran. Restore its text.",
		              row->name);
	return ok();
}

struct error schema_compare(const struct schema_row rows[], size_t count, unsigned *ret_ran)
{
	unsigned ran = 0;

	for (size_t r = 0; r < count; r++) {
		const struct migration *known = find_migration(rows[r].name);
		struct error err = known ? judge_known(&rows[r], known, ran) : judge_unknown(&rows[r]);

		if (err.code)
			return err;
		ran += known != NULL;
	}
	*ret_ran = ran;
	return ok();
}

struct error schema_fits(const struct schema_row rows[], size_t count)
{
	unsigned ran = 0;
	struct error err = schema_compare(rows, count, &ran);

	if (!err.code && ran < migration_count)
		return errorf(ERR_CONFLICT,
		              "The database is older than this program: migration %.60s has not run. Run "
		              "touchstone migrate.",
		              migrations[ran].name);
	return err;
}
