/* SPDX-License-Identifier: Apache-2.0 */
/*
 * artefact -- the files that a release writes beside its media: which table, in which format.
 *
 * A line a file.  The order is that of SHA256SUMS, which lists these files, the card and the media.
 */
#ifndef RELEASE_ARTEFACT_H
#define RELEASE_ARTEFACT_H

#include <stdbool.h>
#include <stddef.h>

#include "release/sink.h"

#define RELEASE_CARD "README.md"
#define RELEASE_SUMS "SHA256SUMS"
#define RELEASE_KEY  "SIGNING-KEY.pub"
/* What describes the release to people and programs (release/described.h). */
#define RELEASE_CITATION    "CITATION.cff"
#define RELEASE_DATASHEET   "DATASHEET.md"
#define RELEASE_DICTIONARY  "dictionary.csv"
#define RELEASE_FIGURES     "figures.json"
#define RELEASE_LEAKAGE     "leakage.json"
#define RELEASE_CHANGELOG   "CHANGELOG.md"
#define RELEASE_DATAPACKAGE "datapackage.json"
#define RELEASE_CROISSANT   "croissant.json"
/* These sign SHA256SUMS, so it lists neither. */
#define RELEASE_SIGNATURE "SHA256SUMS.minisig"
#define RELEASE_MANIFEST  "manifest.note"

/* Of a release with sealed items: the commitments, and what opens them, once it is published. */
#define RELEASE_COMMITMENTS "sealed.csv"
#define RELEASE_OPENINGS    "sealed_labels.csv"

/* In a release of more items folders are split by the first two digits of names. */
#define RELEASE_FOLDER_MOST 10000

enum release_table {
	RELEASE_LABELS,
	RELEASE_JUDGMENTS,
	RELEASE_TRIALS,
	RELEASE_CROWD, /* these two are made of the rows of trials */
	RELEASE_MARKS,
	RELEASE_CALIBRATION, /* made of the rows of labels and trials */
	RELEASE_LEAKS,
	RELEASE_SEALED,      /* commitments to what labels.csv withholds (release/seal) */
	RELEASE_CHANGES,     /* since the version before; the first release of a name has none */
	RELEASE_FACT_CHECKS, /* beside its items; a release without any has none */
	RELEASE_TABLES
};

struct artefact {
	const char *path;
	enum release_table table; /* where its rows come from */
	const struct sink_format *format;
};

#define ARTEFACTS 12

extern const struct artefact artefacts[ARTEFACTS];

/* Is it the path of one of them, or of another file that SHA256SUMS lists and that is no medium? */
bool artefact_has_path(const char *path);

/* Is it a file that says nothing of single items, and stays readable whatever is withdrawn? */
bool artefact_stays(const char *path);

/* Is it the path of a file that signs the release? */
bool artefact_is_signature(const char *path);

/* What a rendition of a type is named like. Of a type that stands twice the first counts. */
struct media_ending {
	const char *type, *ending;
};

#define MEDIA_ENDINGS 10

extern const struct media_ending media_endings[MEDIA_ENDINGS];

/* The media type of any file of a release, told by its path. */
const char *artefact_media_type(const char *path);

#endif
