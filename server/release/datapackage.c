/* SPDX-License-Identifier: Apache-2.0 */
/* datapackage.json: Data Package 2 (datapackage.org), for programs that read tables with their
 * types. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/vocabulary.h"
#include "release/columns.h"
#include "release/described.h"
#include "release/formats/formats.h"
#include "release/publisher.h"
#include "release/release.h"

#define PROFILES "https://datapackage.org/profiles/2.0/"

/* A field whose words are numbers in the table, too. */
static json_t *field_words(const struct column *column, const char *const words[])
{
	json_t *list = json_array();

	for (size_t i = 0; words[i]; i++)
		json_array_append_new(list, column->kind == COLUMN_INTEGER
		                                ? json_integer(strtoll(words[i], NULL, 10))
		                                : json_string(words[i]));
	return list;
}

/* What a list may hold is no constraint of the whole field: its description names the words. */
static json_t *package_field(const struct column *column, const struct column_meaning *meaning,
                             bool csv)
{
	static const char *const types[] = { [COLUMN_TEXT] = "string",
		                                 [COLUMN_INTEGER] = "integer",
		                                 [COLUMN_REAL] = "number",
		                                 [COLUMN_LIST] = "list",
		                                 [COLUMN_FLAG] = "boolean" };
	bool list = column->kind == COLUMN_LIST;
	json_t *field =
		json_pack("{s:s, s:s, s:s}", "name", column->name, "type",
	              list && !csv ? "array" : types[column->kind], "description", meaning->text);

	if (list && csv)
		json_object_set_new(field, "delimiter", json_string(";"));
	if (meaning->words && !list)
		json_object_set_new(field, "constraints",
		                    json_pack("{s:o}", "enum", field_words(column, meaning->words)));
	return field;
}

/* Do its rows speak of items by their ids in labels.csv? changes.csv names other items too. */
static bool table_is_of_labels(enum release_table which)
{
	return which == RELEASE_JUDGMENTS || which == RELEASE_TRIALS || which == RELEASE_CROWD ||
	       which == RELEASE_MARKS || which == RELEASE_SEALED || which == RELEASE_FACT_CHECKS;
}

static json_t *package_schema(enum release_table which, bool csv)
{
	const struct described_table *table = &described_tables[which];
	json_t *fields = json_array(), *schema;

	for (size_t c = 0; c < table->count; c++)
		json_array_append_new(fields, package_field(&table->columns[c], &table->meanings[c], csv));
	schema = json_pack("{s:s, s:o, s:[s]}", "$schema", PROFILES "tableschema.json", "fields",
	                   fields, "missingValues", "");
	if (which == RELEASE_LABELS || which == RELEASE_CROWD || which == RELEASE_SEALED)
		json_object_set_new(schema, "primaryKey", json_pack("[s]", "item"));
	if (table_is_of_labels(which))
		json_object_set_new(schema, "foreignKeys",
		                    json_pack("[{s:[s], s:{s:s, s:[s]}}]", "fields", "item", "reference",
		                              "resource", "labels", "fields", "item"));
	return schema;
}

/* The path in small letters, with '-' for what a name may not hold. */
static json_t *resource_name(const struct listed_file *file)
{
	char name[64];
	size_t len = strlen(file->path);

	if (file->artefact && file->artefact->format == &format_csv)
		return json_string(described_tables[file->artefact->table].name);
	len = len < sizeof name - 1 ? len : sizeof name - 1;
	for (size_t i = 0; i < len; i++)
		name[i] =
			(char)(isalnum((unsigned char)file->path[i]) ? tolower((unsigned char)file->path[i])
		                                                 : '-');
	return json_stringn(name, len);
}

/* "text/csv", without what follows it. */
static json_t *bare_type(const char *path)
{
	const char *type = artefact_media_type(path);

	return json_stringn(type, strcspn(type, ";"));
}

static json_t *package_resource(const struct listed_file *file)
{
	const struct artefact *artefact = file->artefact;
	bool table = artefact && artefact->format != &format_licences;
	json_t *resource =
		json_pack("{s:o, s:s, s:o, s:I, s:o}", "name", resource_name(file), "path", file->path,
	              "mediatype", bare_type(file->path), "bytes", (json_int_t)file->bytes, "hash",
	              json_sprintf("sha256:%s", file->sha256));

	if (!table)
		return resource;
	json_object_set_new(resource, "type", json_string("table"));
	json_object_set_new(resource, "format", json_string(artefact->format->name));
	json_object_set_new(resource, "title", json_string(described_tables[artefact->table].title));
	json_object_set_new(
		resource, "description",
		json_sprintf("A row stands for %s.", described_tables[artefact->table].row));
	if (artefact->format == &format_csv)
		json_object_set_new(resource, "dialect",
		                    json_pack("{s:s, s:s, s:s, s:b}", "$schema",
		                              PROFILES "tabledialect.json", "delimiter", ",",
		                              "lineTerminator", "\r\n", "doubleQuote", true));
	if (artefact->format == &format_csv || artefact->format == &format_jsonl) {
		json_object_set_new(resource, "encoding", json_string("utf-8"));
		json_object_set_new(resource, "schema",
		                    package_schema(artefact->table, artefact->format == &format_csv));
	}
	return resource;
}

/* The one licence of all items; else where each item's own stands, and which these are. */
static json_t *package_licences(const struct release_facts *facts)
{
	const struct rows *rows = facts->of[FACTS_LICENCES];
	const char *licence = facts_licence(facts);
	char *text = NULL;
	size_t len;

	if (licence)
		return json_pack("[{s:s, s:o}]", "name", licence, "path",
		                 json_sprintf("https://spdx.org/licenses/%s.html", licence));
	FILE *out = open_memstream(&text, &len);
	if (!out)
		abort();
	fputs("other: each item keeps its own", out);
	for (size_t i = 0; i < rows_count(rows); i++)
		fprintf(out, "%s%s", i ? "; " : ": ", rows_text(rows, i, 0));
	if (fclose(out) != 0)
		abort();
	json_t *licences = json_pack("[{s:s, s:s}]", "path", "LICENCES", "title", text);
	free(text);
	return licences;
}

void datapackage_write(FILE *out, const struct release_facts *facts,
                       const struct listed_file files[], size_t count)
{
	const struct release *release = facts->release;
	json_t *resources = json_array(), *package;
	char *url = facts_url(facts);

	for (size_t i = 0; i < count; i++)
		json_array_append_new(resources, package_resource(&files[i]));
	package = json_pack(
		"{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:[s,s,s], s:[{s:s, s:[s]}], s:o}", "$schema",
		PROFILES "datapackage.json", "name", release->name, "id", url, "title",
		json_sprintf("%s %s", release->name, release->version), "description",
		"Media that a crowd of volunteers judged to be real or fake. Files of media are rows of "
		"the resource labels, with their bytes and SHA-256.",
		"version", release->version, "created", release->created_at, "licenses",
		package_licences(facts), "keywords", "deepfake-detection", "media-forensics",
		"crowdsourced", "contributors", "title", facts_author(), "roles", "publisher", "resources",
		resources);
	if (publisher.address)
		json_object_set_new(package, "homepage", json_string(url));
	json_dumpf(package, out, JSON_INDENT(2)); /* the FILE keeps what goes wrong */
	fputc('\n', out);
	json_decref(package);
	free(url);
}
