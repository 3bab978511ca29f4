/* SPDX-License-Identifier: Apache-2.0 */
#include "release/artefact.h"

#include <string.h>

#include "release/formats/formats.h"

const struct artefact artefacts[ARTEFACTS] = {
	{ "labels.csv", RELEASE_LABELS, &format_csv },
	{ "labels.jsonl", RELEASE_LABELS, &format_jsonl },
	{ "judgments.csv", RELEASE_JUDGMENTS, &format_csv },
	{ "trials.csv", RELEASE_TRIALS, &format_csv },
	{ "LICENCES", RELEASE_LABELS, &format_licences },
};

bool artefact_has_path(const char *path)
{
	if (strcmp(path, RELEASE_CARD) == 0)
		return true;
	for (size_t i = 0; i < ARTEFACTS; i++)
		if (strcmp(path, artefacts[i].path) == 0)
			return true;
	return false;
}

static bool path_ends(const char *path, const char *ending)
{
	size_t len = strlen(path), part = strlen(ending);

	return len >= part && strcmp(path + len - part, ending) == 0;
}

const char *artefact_media_type(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ ".md", "text/markdown; charset=utf-8" },
		{ RELEASE_SUMS, "text/plain; charset=utf-8" },
		{ ".jpg", "image/jpeg" },
		{ ".webp", "image/webp" },
		{ ".png", "image/png" },
		{ ".mp4", "video/mp4" },
		{ ".m4a", "audio/mp4" },
		{ ".mp3", "audio/mpeg" },
		{ ".ogg", "audio/ogg" },
		{ ".flac", "audio/flac" },
		{ ".wav", "audio/wav" },
	};

	/* Loaders of sound know .mp4, and no .m4a, which releases made earlier have. */
	if (strncmp(path, "audio/", strlen("audio/")) == 0 && path_ends(path, ".mp4"))
		return "audio/mp4";
	for (size_t i = 0; i < ARTEFACTS; i++)
		if (path_ends(path, artefacts[i].format->ending))
			return artefacts[i].format->media_type;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (path_ends(path, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}
