/* SPDX-License-Identifier: Apache-2.0 */
#include "release/artefact.h"

#include <string.h>

#include "release/formats/formats.h"

const struct artefact artefacts[ARTEFACTS] = {
	{ "labels.csv", RELEASE_LABELS, &format_csv },
	{ "labels.jsonl", RELEASE_LABELS, &format_jsonl },
	{ "judgments.csv", RELEASE_JUDGMENTS, &format_csv },
	{ "trials.csv", RELEASE_TRIALS, &format_csv },
	{ "crowd.csv", RELEASE_CROWD, &format_csv },
	{ "marks.csv", RELEASE_MARKS, &format_csv },
	{ "calibration.csv", RELEASE_CALIBRATION, &format_csv },
	{ "leaks.csv", RELEASE_LEAKS, &format_csv },
	{ "LICENCES", RELEASE_LABELS, &format_licences },
	{ RELEASE_COMMITMENTS, RELEASE_SEALED, &format_csv },
	{ "changes.csv", RELEASE_CHANGES, &format_csv },
	{ "fact_checks.csv", RELEASE_FACT_CHECKS, &format_csv },
};

/* What is no table. */
static const struct release_document {
	const char *path, *media_type;
} release_documents[] = {
	{ RELEASE_CARD, "text/markdown; charset=utf-8" },
	{ RELEASE_KEY, "text/plain; charset=utf-8" },
	{ RELEASE_CITATION, "text/plain; charset=utf-8" },
	{ RELEASE_DATASHEET, "text/markdown; charset=utf-8" },
	{ RELEASE_DICTIONARY, "text/csv; charset=utf-8" },
	{ RELEASE_FIGURES, "application/json" },
	{ RELEASE_LEAKAGE, "application/json" },
	{ RELEASE_CHANGELOG, "text/markdown; charset=utf-8" },
	{ RELEASE_DATAPACKAGE, "application/json" },
	{ RELEASE_CROISSANT, "application/ld+json" },
	{ RELEASE_SUMS, "text/plain; charset=utf-8" },
	{ RELEASE_SIGNATURE, "text/plain; charset=utf-8" },
	{ RELEASE_MANIFEST, "text/plain; charset=utf-8" },
};

static const struct release_document *document_find(const char *path)
{
	for (size_t i = 0; i < sizeof release_documents / sizeof release_documents[0]; i++)
		if (strcmp(path, release_documents[i].path) == 0)
			return &release_documents[i];
	return NULL;
}

bool artefact_stays(const char *path)
{
	return document_find(path) || strcmp(path, "leaks.csv") == 0 ||
	       strcmp(path, "calibration.csv") == 0;
}

bool artefact_is_signature(const char *path)
{
	return strcmp(path, RELEASE_SIGNATURE) == 0 || strcmp(path, RELEASE_MANIFEST) == 0;
}

bool artefact_has_path(const char *path)
{
	if (document_find(path) && strcmp(path, RELEASE_SUMS) != 0 && !artefact_is_signature(path))
		return true;
	for (size_t i = 0; i < ARTEFACTS; i++)
		if (strcmp(path, artefacts[i].path) == 0)
			return true;
	return false;
}

/* Loaders of sound know .mp4, and no .m4a, which releases made earlier have. */
const struct media_ending media_endings[MEDIA_ENDINGS] = {
	{ "image/jpeg", ".jpg" }, { "image/webp", ".webp" }, { "image/png", ".png" },
	{ "video/mp4", ".mp4" },  { "audio/mp4", ".mp4" },   { "audio/mp4", ".m4a" },
	{ "audio/mpeg", ".mp3" }, { "audio/ogg", ".ogg" },   { "audio/flac", ".flac" },
	{ "audio/wav", ".wav" },
};

/* Of what is neither a table nor a medium. */
static const struct media_ending other_endings[] = {
	{ "text/markdown; charset=utf-8", ".md" }, { "text/plain; charset=utf-8", RELEASE_SUMS },
	{ "text/plain; charset=utf-8", ".txt" },   { "application/json", ".json" },
	{ "application/x-tar", ".tar" },           { "application/vnd.apache.parquet", ".parquet" },
};

static bool path_ends(const char *path, const char *ending)
{
	size_t len = strlen(path), part = strlen(ending);

	return len >= part && strcmp(path + len - part, ending) == 0;
}

/* Media lie in a folder of their kind: image/, video/, audio/. */
static bool path_is_of(const char *path, const struct media_ending *media)
{
	return strncmp(path, media->type, strcspn(media->type, "/") + 1) == 0 &&
	       path_ends(path, media->ending);
}

const char *artefact_media_type(const char *path)
{
	const struct release_document *document = document_find(path);

	if (document)
		return document->media_type;
	for (size_t i = 0; i < MEDIA_ENDINGS; i++)
		if (path_is_of(path, &media_endings[i]))
			return media_endings[i].type;
	for (size_t i = 0; i < ARTEFACTS; i++)
		if (path_ends(path, artefacts[i].format->ending))
			return artefacts[i].format->media_type;
	for (size_t i = 0; i < sizeof other_endings / sizeof other_endings[0]; i++)
		if (path_ends(path, other_endings[i].ending))
			return other_endings[i].type;
	for (size_t i = 0; i < MEDIA_ENDINGS; i++) /* in a layout, whose folders tell no kind */
		if (path_ends(path, media_endings[i].ending))
			return media_endings[i].type;
	return "application/octet-stream";
}
