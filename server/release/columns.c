/* SPDX-License-Identifier: Apache-2.0 */
#include "release/columns.h"

const struct column label_columns[LABEL_COLUMNS] = {
	[LABEL_ITEM] = { "item", COLUMN_TEXT },
	[LABEL_SPLIT] = { "split", COLUMN_TEXT },
	[LABEL_MEDIA_TYPE] = { "media_type", COLUMN_TEXT },
	[LABEL_FILE] = { "file", COLUMN_TEXT },
	[LABEL_LABEL] = { "label", COLUMN_TEXT },
	[LABEL_LABEL_SOURCE] = { "label_source", COLUMN_TEXT },
	[LABEL_P_FAKE] = { "p_fake", COLUMN_REAL },
	[LABEL_LOW] = { "low", COLUMN_REAL },
	[LABEL_HIGH] = { "high", COLUMN_REAL },
	[LABEL_JUDGMENTS] = { "judgments", COLUMN_INTEGER },
	[LABEL_RULING] = { "ruling", COLUMN_TEXT },
	[LABEL_TRUTH] = { "truth", COLUMN_TEXT },
	[LABEL_BASIS] = { "basis", COLUMN_TEXT },
	[LABEL_TECHNIQUE] = { "technique", COLUMN_LIST },
	[LABEL_GENERATOR] = { "generator", COLUMN_TEXT },
	[LABEL_LINEAGE] = { "lineage", COLUMN_TEXT },
	[LABEL_IDENTITIES] = { "identities", COLUMN_LIST },
	[LABEL_WIDTH] = { "width", COLUMN_INTEGER },
	[LABEL_HEIGHT] = { "height", COLUMN_INTEGER },
	[LABEL_DURATION_MS] = { "duration_ms", COLUMN_INTEGER },
	[LABEL_LICENCE] = { "licence", COLUMN_TEXT },
	[LABEL_CREDIT] = { "credit", COLUMN_TEXT },
	[LABEL_BYTES] = { "bytes", COLUMN_INTEGER },
	[LABEL_SHA256] = { "sha256", COLUMN_TEXT },
	[LABEL_DECIDED_BY] = { "decided_by", COLUMN_TEXT },
	[LABEL_DIGITAL_SOURCE_TYPE] = { "digital_source_type", COLUMN_TEXT },
	[LABEL_RIGHTS] = { "rights", COLUMN_TEXT },
	[LABEL_PEOPLE] = { "people", COLUMN_TEXT },
	[LABEL_MADE_HOW] = { "made_how", COLUMN_TEXT },
};

const struct column judgment_columns[JUDGMENT_COLUMNS] = {
	[JUDGMENT_ITEM] = { "item", COLUMN_TEXT },
	[JUDGMENT_VOLUNTEER] = { "volunteer", COLUMN_TEXT },
	[JUDGMENT_VERDICT] = { "verdict", COLUMN_TEXT },
	[JUDGMENT_CONFIDENCE] = { "confidence", COLUMN_INTEGER },
};

const struct column trial_columns[TRIAL_COLUMNS] = {
	[TRIAL_ITEM] = { "item", COLUMN_TEXT },
	[TRIAL_VERDICT] = { "verdict", COLUMN_TEXT },
	[TRIAL_CONFIDENCE] = { "confidence", COLUMN_INTEGER },
	[TRIAL_POSITION] = { "position", COLUMN_TEXT },
	[TRIAL_TELLS] = { "tells", COLUMN_LIST },
	[TRIAL_MATCHED] = { "matched", COLUMN_FLAG },
	[TRIAL_KIND] = { "kind", COLUMN_TEXT },
	[TRIAL_EXPOSURE_S] = { "exposure_s", COLUMN_REAL },
	[TRIAL_MONTH] = { "month", COLUMN_TEXT },
};

const struct column leak_columns[LEAK_COLUMNS] = {
	[LEAK_MEDIA_TYPE] = { "media_type", COLUMN_TEXT },
	[LEAK_TRAIT] = { "trait", COLUMN_TEXT },
	[LEAK_AUC] = { "auc", COLUMN_REAL },
	[LEAK_LOW] = { "low", COLUMN_REAL },
	[LEAK_HIGH] = { "high", COLUMN_REAL },
	[LEAK_FAKES] = { "fakes", COLUMN_INTEGER },
	[LEAK_REALS] = { "reals", COLUMN_INTEGER },
	[LEAK_LINEAGES] = { "lineages", COLUMN_INTEGER },
};
