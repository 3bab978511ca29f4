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

static const struct artefact *artefact_find(const char *path)
{
	for (size_t i = 0; i < ARTEFACTS; i++)
		if (strcmp(path, artefacts[i].path) == 0)
			return &artefacts[i];
	return NULL;
}

bool artefact_has_path(const char *path)
{
	return strcmp(path, RELEASE_CARD) == 0 || artefact_find(path);
}

const char *artefact_media_type(const char *path)
{
	static const struct {
		const char *ending, *type;
	} types[] = {
		{ RELEASE_CARD, "text/markdown; charset=utf-8" },
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
	const struct artefact *artefact = artefact_find(path);
	size_t len = strlen(path);

	if (artefact)
		return artefact->format->media_type;
	/* Loaders of sound know .mp4, and no .m4a, which releases made earlier have. */
	if (strncmp(path, "audio/", strlen("audio/")) == 0 && len > 4 &&
		strcmp(path + len - 4, ".mp4") == 0)
		return "audio/mp4";
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		size_t ending = strlen(types[i].ending);

		if (len >= ending && strcmp(path + len - ending, types[i].ending) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}
