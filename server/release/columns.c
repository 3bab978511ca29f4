/* SPDX-License-Identifier: Apache-2.0 */
#include "release/columns.h"

#include "core/vocabulary.h"

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
	[LABEL_LOOKS] = { "looks", COLUMN_TEXT },
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

const struct column sealed_table_columns[SEALED_COLUMNS] = {
	[SEALED_ITEM] = { "item", COLUMN_TEXT },
	[SEALED_COMMITMENT] = { "commitment", COLUMN_TEXT },
};

const struct column change_columns[CHANGE_COLUMNS] = {
	[CHANGE_ITEM] = { "item", COLUMN_TEXT },
	[CHANGE_CHANGE] = { "change", COLUMN_TEXT },
	[CHANGE_OLD_SPLIT] = { "old_split", COLUMN_TEXT },
	[CHANGE_SPLIT] = { "split", COLUMN_TEXT },
	[CHANGE_OLD_LABEL] = { "old_label", COLUMN_TEXT },
	[CHANGE_LABEL] = { "label", COLUMN_TEXT },
	[CHANGE_FIELDS] = { "columns", COLUMN_LIST },
	[CHANGE_WHY] = { "why", COLUMN_TEXT },
	[CHANGE_REASON_CLASS] = { "reason_class", COLUMN_TEXT },
};

static const char *const split_words[] = { "train", "validation", "test", NULL };
static const char *const source_words[] = { "crowd", "ruling", "truth", NULL };
static const char *const rule_words[] = { "full", "no_gold", "one_network", "no_gold_one_network",
	                                      NULL };
static const char *const confidence_words[] = { "60", "75", "95", NULL };
static const char *const position_words[] = { "left", "right", NULL };
static const char *const kind_words[] = { "random", "chosen", NULL };

static const struct column_meaning label_meanings[LABEL_COLUMNS] = {
	[LABEL_ITEM] = { "Id of the item, the same in every release of one installation", NULL },
	[LABEL_SPLIT] = { "Split that the item is in, for good", split_words },
	[LABEL_MEDIA_TYPE] = { "What the item is", media_types },
	[LABEL_FILE] = { "Path of its file in this folder", NULL },
	[LABEL_LABEL] = { "The label: the ruling if there is one, else the truth of gold and training "
	                  "items, else the crowd's",
	                  verdicts },
	[LABEL_LABEL_SOURCE] = { "Which of the three the label is", source_words },
	[LABEL_P_FAKE] = { "Crowd posterior: the model's probability that the item is fake", NULL },
	[LABEL_LOW] = { "Lower end of the 90 % interval of p_fake, of what is not known of the skills "
	                "of its volunteers",
	                NULL },
	[LABEL_HIGH] = { "Upper end of the 90 % interval of p_fake", NULL },
	[LABEL_JUDGMENTS] = { "How many judgments the model had; judgments.csv and trials.csv hold "
	                      "these",
	                      NULL },
	[LABEL_RULING] = { "What a moderator decided after a blind verdict, if one did", verdicts },
	[LABEL_TRUTH] = { "Provenance truth: what the source says", verdicts },
	[LABEL_BASIS] = { "On what ground the source says so", bases },
	[LABEL_TECHNIQUE] = { "How it was made, ';' between several", techniques },
	[LABEL_GENERATOR] = { "The tool or model that made it, as the source names it", NULL },
	[LABEL_LINEAGE] = { "Pseudonym of its lineage: an original and all made from it", NULL },
	[LABEL_IDENTITIES] = { "Pseudonyms of the people or speakers in it, ';' between several",
	                       NULL },
	[LABEL_WIDTH] = { "Pixels of the file; not of audio", NULL },
	[LABEL_HEIGHT] = { "Pixels of the file; not of audio", NULL },
	[LABEL_DURATION_MS] = { "Milliseconds of the file; not of images", NULL },
	[LABEL_LICENCE] = { "Licence, as the source states it", NULL },
	[LABEL_CREDIT] = { "Whom to credit, as the source states it", NULL },
	[LABEL_BYTES] = { "Size of the file in bytes", NULL },
	[LABEL_SHA256] = { "SHA-256 of the file in hexadecimal", NULL },
	[LABEL_DECIDED_BY] = { "By which rule the crowd's label was decided; empty where it was no "
	                       "label of the crowd, or no rule would decide it",
	                       rule_words },
	[LABEL_DIGITAL_SOURCE_TYPE] = { "What the original says of itself, as the address of an IPTC "
	                                "NewsCode; that it says nothing is no sign of either label",
	                                NULL },
	[LABEL_RIGHTS] = { "As the source declares, on what ground it may be given away",
	                   contribution_rights },
	[LABEL_PEOPLE] = { "As the source declares, of those who are shown or heard",
	                   contribution_people },
	[LABEL_MADE_HOW] = { "As the source says, with what and how it was made", NULL },
	[LABEL_LOOKS] = { "Pseudonym of the items that look or sound alike, it among them; empty where "
	                  "it has no near duplicate",
	                  NULL },
};

static const struct column_meaning judgment_meanings[JUDGMENT_COLUMNS] = {
	[JUDGMENT_ITEM] = { "Id of the item, as in labels.csv", NULL },
	[JUDGMENT_VOLUNTEER] = { "Pseudonym of the volunteer, of this release alone", NULL },
	[JUDGMENT_VERDICT] = { "What the volunteer said, before knowing anything of the item",
	                       verdicts },
	[JUDGMENT_CONFIDENCE] = { "How sure: 60 a guess, 75 likely, 95 certain", confidence_words },
};

static const struct column_meaning trial_meanings[TRIAL_COLUMNS] = {
	[TRIAL_ITEM] = { "Id of the item, as in labels.csv", NULL },
	[TRIAL_VERDICT] = { "What the volunteer said, as in judgments.csv", verdicts },
	[TRIAL_CONFIDENCE] = { "How sure: 60 a guess, 75 likely, 95 certain", confidence_words },
	[TRIAL_POSITION] = { "Where in the pair the item was shown", position_words },
	[TRIAL_TELLS] = { "Reasons that the volunteer gave, ';' between several", tells },
	[TRIAL_MATCHED] = { "Both items of the pair were made to be compared", NULL },
	[TRIAL_KIND] = { "random: both items were drawn uniformly at random among those still open; "
	                 "chosen: by the platform, for whatever reason",
	                 kind_words },
	[TRIAL_EXPOSURE_S] = { "Seconds from shown to judged: the last step reached of 0, 0.5, 1, 2, "
	                       "3, "
	                       "5, 8, 13, 21, 34, 55",
	                       NULL },
	[TRIAL_MONTH] = { "Month of the judgment, YYYY-MM, UTC", NULL },
};

static const struct column_meaning leak_meanings[LEAK_COLUMNS] = {
	[LEAK_MEDIA_TYPE] = { "Which media were measured", media_types },
	[LEAK_TRAIT] = { "What was measured beside the content; together: all of it", NULL },
	[LEAK_AUC] = { "Area under the ROC curve: 0.5 tells nothing, above it fakes have more of it",
	               NULL },
	[LEAK_LOW] = { "Lower end of the 95 % interval of auc", NULL },
	[LEAK_HIGH] = { "Upper end of the 95 % interval of auc", NULL },
	[LEAK_FAKES] = { "Fake items that it rests on", NULL },
	[LEAK_REALS] = { "Real items that it rests on", NULL },
	[LEAK_LINEAGES] = { "Lineages that it rests on", NULL },
};

static const struct column_meaning sealed_meanings[SEALED_COLUMNS] = {
	[SEALED_ITEM] = { "Id of the sealed item, as in labels.csv, which withholds its label and all "
	                  "that may tell it",
	                  NULL },
	[SEALED_COMMITMENT] = { "SHA-256, in hexadecimal, of a random salt of 32 bytes and, behind it, "
	                        "of what is withheld: a line NAME=VALUE for the item and each column "
	                        "of sealed_labels.csv behind the salt",
	                        NULL },
};

static const struct column_meaning change_meanings[CHANGE_COLUMNS] = {
	[CHANGE_ITEM] = { "Id of the item, as in labels.csv of either version", NULL },
	[CHANGE_CHANGE] = { "What became of it since the version before: the first of these that fits",
	                    change_kinds },
	[CHANGE_OLD_SPLIT] = { "Split that it was in; empty of one that was added", split_words },
	[CHANGE_SPLIT] = { "Split that it is in; empty of one that was removed", split_words },
	[CHANGE_OLD_LABEL] = { "Label that it had; empty of one that was added, or is sealed",
	                       verdicts },
	[CHANGE_LABEL] = { "Label that it has; empty of one that was removed, or is sealed", verdicts },
	[CHANGE_FIELDS] = { "Columns of labels.csv that differ, ';' between several; pseudonyms aside",
	                    NULL },
	[CHANGE_WHY] = { "Why, as far as the platform noted it", change_reasons },
	[CHANGE_REASON_CLASS] = { "Of one that was taken down, on what ground", withdrawal_classes },
};

const struct described_table described_tables[RELEASE_TABLES] = {
	[RELEASE_LABELS] = { "labels", "Labels", "an item of the release", label_columns,
	                     label_meanings, LABEL_COLUMNS },
	[RELEASE_JUDGMENTS] = { "judgments", "Judgments", "a judgment: who said what", judgment_columns,
	                        judgment_meanings, JUDGMENT_COLUMNS },
	[RELEASE_TRIALS] = { "trials", "Trials",
	                     "a judgment: how the item was shown, without the volunteer", trial_columns,
	                     trial_meanings, TRIAL_COLUMNS },
	[RELEASE_LEAKS] = { "leaks", "Leaks",
	                    "a medium and a thing beside its content that may tell fakes from real "
	                    "media",
	                    leak_columns, leak_meanings, LEAK_COLUMNS },
	[RELEASE_SEALED] = { "sealed", "Commitments",
	                     "a sealed item and what its label is committed by", sealed_table_columns,
	                     sealed_meanings, SEALED_COLUMNS },
	[RELEASE_CHANGES] = { "changes", "Changes",
	                      "an item that is not as it was in the version before", change_columns,
	                      change_meanings, CHANGE_COLUMNS },
};
