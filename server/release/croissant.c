/* SPDX-License-Identifier: Apache-2.0 */
/*
 * croissant.json: Croissant 1.1 with its RAI extension 1.0 (mlcommons.org/croissant), JSON-LD that
 * loaders of machine learning and search engines read.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/vocabulary.h"
#include "release/columns.h"
#include "release/described.h"
#include "release/formats/formats.h"
#include "release/publisher.h"
#include "release/release.h"

/* The context that the specification recommends. */
static const char context[] =
	"{\"@language\":\"en\",\"@vocab\":\"http://schema.org/\",\"sc\":\"http://schema.org/\","
	"\"cr\":\"http://mlcommons.org/croissant/\",\"rai\":\"http://mlcommons.org/croissant/RAI/\","
	"\"dct\":\"http://purl.org/dc/terms/\",\"annotation\":\"cr:annotation\","
	"\"arrayShape\":\"cr:arrayShape\",\"citeAs\":\"cr:citeAs\",\"column\":\"cr:column\","
	"\"conformsTo\":\"dct:conformsTo\",\"containedIn\":\"cr:containedIn\","
	"\"data\":{\"@id\":\"cr:data\",\"@type\":\"@json\"},"
	"\"dataType\":{\"@id\":\"cr:dataType\",\"@type\":\"@vocab\"},"
	"\"equivalentProperty\":\"cr:equivalentProperty\","
	"\"examples\":{\"@id\":\"cr:examples\",\"@type\":\"@json\"},\"excludes\":\"cr:excludes\","
	"\"extract\":\"cr:extract\",\"field\":\"cr:field\",\"fileProperty\":\"cr:fileProperty\","
	"\"fileObject\":\"cr:fileObject\",\"fileSet\":\"cr:fileSet\",\"format\":\"cr:format\","
	"\"includes\":\"cr:includes\",\"isArray\":\"cr:isArray\","
	"\"isLiveDataset\":\"cr:isLiveDataset\",\"jsonPath\":\"cr:jsonPath\",\"key\":\"cr:key\","
	"\"md5\":\"cr:md5\",\"parentField\":\"cr:parentField\",\"recordSet\":\"cr:recordSet\","
	"\"references\":\"cr:references\",\"regex\":\"cr:regex\",\"readLines\":\"cr:readLines\","
	"\"sdVersion\":\"cr:sdVersion\",\"separator\":\"cr:separator\",\"source\":\"cr:source\","
	"\"subField\":\"cr:subField\",\"transform\":\"cr:transform\",\"unArchive\":\"cr:unArchive\","
	"\"value\":\"cr:value\"}";

static json_t *by_id(const char *id)
{
	return json_pack("{s:s}", "@id", id);
}

/* ------------------------------------------------------------------ files */

/* Where the file is read: on the server, or in the folder where nobody said a public address. */
static json_t *content_url(const struct release *release, const char *path)
{
	if (!publisher.address)
		return json_string(path);
	return json_sprintf("%s/api/v1/releases/%s/%s/files/%s", publisher.address, release->name,
	                    release->version, path);
}

static json_t *file_object(const struct release *release, const struct listed_file *file)
{
	const char *type = artefact_media_type(file->path);

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "@type", "cr:FileObject", "@id",
	                 file->path, "name", file->path, "contentUrl", content_url(release, file->path),
	                 "contentSize", json_sprintf("%llu B", (unsigned long long)file->bytes),
	                 "encodingFormat", json_stringn(type, strcspn(type, ";")), "sha256",
	                 file->sha256);
}

static bool facts_have_type(const struct release_facts *facts, const char *media_type)
{
	return strstr(fact_text(facts, FACT_TYPES), media_type) != NULL;
}

/* What files of a medium are encoded as. */
static json_t *media_formats(const char *media_type)
{
	json_t *formats = json_array();
	size_t len = strlen(media_type);

	for (size_t i = 0; i < MEDIA_ENDINGS; i++) {
		const char *type = media_endings[i].type;

		if (strncmp(type, media_type, len) == 0 && type[len] == '/' &&
		    (i == 0 || strcmp(type, media_endings[i - 1].type) != 0))
			json_array_append_new(formats, json_string(type));
	}
	return formats;
}

static json_t *croissant_files(const struct release_facts *facts, const struct listed_file files[],
                               size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, file_object(facts->release, &files[i]));
	for (size_t i = 0; media_types[i]; i++)
		if (facts_have_type(facts, media_types[i]))
			json_array_append_new(
				list, json_pack("{s:s, s:o, s:s, s:s, s:o, s:o}", "@type", "cr:FileSet", "@id",
			                    json_sprintf("%s-files", media_types[i]), "name", media_types[i],
			                    "description",
			                    "Media, as SPLIT/LABEL/NAME below this folder. Names mean nothing; "
			                    "labels.csv has the size and SHA-256 of each.",
			                    "encodingFormat", media_formats(media_types[i]), "includes",
			                    json_sprintf("%s/*/*/*", media_types[i])));
	return list;
}

/* ------------------------------------------------------------------ records */

static const char *data_type(enum column_kind kind)
{
	static const char *const types[] = { [COLUMN_TEXT] = "sc:Text",
		                                 [COLUMN_INTEGER] = "sc:Integer",
		                                 [COLUMN_REAL] = "sc:Float",
		                                 [COLUMN_LIST] = "sc:Text",
		                                 [COLUMN_FLAG] = "sc:Boolean" };

	return types[kind];
}

/* A field of labels.csv that has a meaning for loaders of its own. */
static void field_of_labels(json_t *field, size_t column)
{
	if (column == LABEL_LABEL)
		json_object_set_new(field, "dataType", json_pack("[s, s]", "sc:Text", "cr:Label"));
	if (column == LABEL_SPLIT) {
		json_object_set_new(field, "dataType", json_pack("[s, s]", "sc:Text", "cr:Split"));
		json_object_set_new(field, "references", by_id("splits/name"));
	}
}

static json_t *record_field(const struct described_table *table, size_t column, const char *path)
{
	const struct column *it = &table->columns[column];
	json_t *field =
		json_pack("{s:s, s:o, s:s, s:s, s:s, s:{s:o, s:{s:s}}}", "@type", "cr:Field", "@id",
	              json_sprintf("%s/%s", table->name, it->name), "name", it->name, "description",
	              table->meanings[column].text, "dataType", data_type(it->kind), "source",
	              "fileObject", by_id(path), "extract", "column", it->name);

	if (it->kind == COLUMN_LIST) {
		json_object_set_new(field, "isArray", json_true());
		json_object_set_new(json_object_get(field, "source"), "transform",
		                    json_pack("{s:s}", "separator", ";"));
	}
	return field;
}

static json_t *record_set(enum release_table which, const char *path)
{
	const struct described_table *table = &described_tables[which];
	json_t *fields = json_array(), *set;

	for (size_t c = 0; c < table->count; c++) {
		json_t *field = record_field(table, c, path);

		if (which == RELEASE_LABELS)
			field_of_labels(field, c);
		if ((which == RELEASE_JUDGMENTS || which == RELEASE_TRIALS || which == RELEASE_CROWD ||
		     which == RELEASE_MARKS || which == RELEASE_FACT_CHECKS) &&
		    c == 0)
			json_object_set_new(field, "references", by_id("labels/item"));
		json_array_append_new(fields, field);
	}
	set = json_pack("{s:s, s:s, s:s, s:o, s:o}", "@type", "cr:RecordSet", "@id", table->name,
	                "name", table->name, "description",
	                json_sprintf("A record stands for %s.", table->row), "field", fields);
	if (which == RELEASE_LABELS)
		json_object_set_new(set, "key", by_id("labels/item"));
	return set;
}

/* The splits by the names that loaders know. */
static json_t *split_records(void)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:o, s:[{s:s, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}],"
		" s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}]}",
		"@type", "cr:RecordSet", "@id", "splits", "name", "splits", "description",
		"The splits of the release.", "dataType", "cr:Split", "key", by_id("splits/name"), "field",
		"@type", "cr:Field", "@id", "splits/name", "name", "name", "dataType", "sc:Text", "@type",
		"cr:Field", "@id", "splits/url", "name", "url", "dataType", "sc:URL", "data", "splits/name",
		"train", "splits/url", "cr:TrainingSplit", "splits/name", "validation", "splits/url",
		"cr:ValidationSplit", "splits/name", "test", "splits/url", "cr:TestSplit");
}

/* A record a file: its path, by which it is found in labels, and what it shows or lets hear. */
static json_t *media_records(const char *media_type, const char *content)
{
	char set[32], path[48];

	snprintf(set, sizeof set, "%s-files", media_type);
	snprintf(path, sizeof path, "%s/path", media_type);
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:[{s:s, s:s, s:s, s:s, s:{s:o, s:{s:s}}, s:o}, "
	                 "{s:s, s:o, s:s, s:s, s:{s:o, s:{s:s}}}]}",
	                 "@type", "cr:RecordSet", "@id", media_type, "name", media_type, "description",
	                 "A record stands for a file of media.", "key", by_id(path), "field", "@type",
	                 "cr:Field", "@id", path, "name", "path", "dataType", "sc:Text", "source",
	                 "fileSet", by_id(set), "extract", "fileProperty", "fullpath", "references",
	                 by_id("labels/file"), "@type", "cr:Field", "@id",
	                 json_sprintf("%s/content", media_type), "name", "content", "dataType", content,
	                 "source", "fileSet", by_id(set), "extract", "fileProperty", "content");
}

static json_t *croissant_records(const struct release_facts *facts,
                                 const struct listed_file files[], size_t count)
{
	static const char *const contents[] = { [MEDIA_IMAGE] = "sc:ImageObject",
		                                    [MEDIA_VIDEO] = "sc:VideoObject",
		                                    [MEDIA_AUDIO] = "sc:AudioObject" };
	json_t *list = json_array();

	json_array_append_new(list, split_records());
	for (size_t i = 0; i < count; i++)
		if (files[i].artefact && files[i].artefact->format == &format_csv)
			json_array_append_new(list, record_set(files[i].artefact->table, files[i].path));
	for (size_t i = 0; i < MEDIA_TYPES; i++)
		if (facts_have_type(facts, media_types[i]))
			json_array_append_new(list, media_records(media_types[i], contents[i]));
	return list;
}

/* ------------------------------------------------------------------ the whole */

static json_t *croissant_licences(const struct release_facts *facts)
{
	const struct rows *rows = facts->of[FACTS_LICENCES];
	json_t *list = json_array();

	for (size_t i = 0; i < rows_count(rows); i++) {
		const char *licence = rows_text(rows, i, 0);

		json_array_append_new(
			list, licence_is_spdx(licence)
					  ? json_sprintf("https://spdx.org/licenses/%s.html", licence)
					  : json_pack("{s:s, s:s}", "@type", "CreativeWork", "name", licence));
	}
	return list;
}

static json_t *account_text(enum account_of what, const struct release_facts *facts)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	account_write(out, what, facts);
	if (fclose(out) != 0)
		abort();
	json_t *value = json_string(text);
	free(text);
	return value;
}

/* How the data were made, by the names of the RAI extension; those that stand twice are lists. */
static void add_accounts(json_t *dataset, const struct release_facts *facts)
{
	static const struct {
		const char *name;
		enum account_of what;
	} fields[] = {
		{ "rai:dataCollection", ACCOUNT_COLLECTION },
		{ "rai:dataAnnotationProtocol", ACCOUNT_PROTOCOL },
		{ "rai:dataAnnotationPlatform", ACCOUNT_PLATFORM },
		{ "rai:annotationsPerItem", ACCOUNT_PER_ITEM },
		{ "rai:dataAnnotationAnalysis", ACCOUNT_ANALYSIS },
		{ "rai:dataBiases", ACCOUNT_SELECTION },
		{ "rai:dataBiases", ACCOUNT_CROWD },
		{ "rai:dataBiases", ACCOUNT_SHOWN },
		{ "rai:dataLimitations", ACCOUNT_NO_PROOF },
		{ "rai:dataLimitations", ACCOUNT_RENDITIONS },
		{ "rai:dataLimitations", ACCOUNT_INDEPENDENCE },
		{ "rai:dataReleaseMaintenancePlan", ACCOUNT_MAINTENANCE },
		{ "rai:personalSensitiveInformation", ACCOUNT_PERSONAL },
	};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		json_t *list = json_object_get(dataset, fields[i].name);

		if (!list) {
			list = json_array();
			json_object_set_new(dataset, fields[i].name, list);
		}
		json_array_append_new(list, account_text(fields[i].what, facts));
	}
}

static json_t *croissant_citation(const struct release *release)
{
	return json_sprintf(
		"@misc{%s_%s, title = {%s: crowdsourced real and fake media}, author = {%s}, "
		"version = {%s}, year = {%.4s}}",
		release->name, release->version, release->name, facts_author(), release->version,
		release->created_at);
}

void croissant_write(FILE *out, const struct release_facts *facts, const struct listed_file files[],
                     size_t count)
{
	const struct release *release = facts->release;
	char *url = facts_url(facts);
	json_t *dataset = json_pack(
		"{s:o, s:s, s:[s, s], s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:o, s:o, s:b, s:[s, s, s]}",
		"@context", json_loads(context, 0, NULL), "@type", "sc:Dataset", "conformsTo",
		"http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0", "name",
		release->name, "version", release->version, "description",
		"Media that a crowd of volunteers judged to be real or fake, with the origin and the "
		"certainty of every label.",
		"url", url, "datePublished", release->created_at, "creator", "@type", "Organization",
		"name", facts_author(), "license", croissant_licences(facts), "citeAs",
		croissant_citation(release), "isLiveDataset", false, "keywords", "deepfake-detection",
		"media-forensics", "crowdsourced");

	if (publisher.name)
		json_object_set_new(
			dataset, "publisher",
			json_pack("{s:s, s:s}", "@type", "Organization", "name", publisher.name));
	add_accounts(dataset, facts);
	json_object_set_new(dataset, "distribution", croissant_files(facts, files, count));
	json_object_set_new(dataset, "recordSet", croissant_records(facts, files, count));
	json_dumpf(dataset, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(dataset);
	free(url);
}
