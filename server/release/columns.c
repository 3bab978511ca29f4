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
	[LABEL_NOT_INDEPENDENT] = { "not_independent", COLUMN_FLAG },
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
	[TRIAL_RESPONSE_S] = { "response_s", COLUMN_REAL },
	[TRIAL_DEVICE] = { "device", COLUMN_TEXT },
};

/* In the order of `tells`. */
const struct column crowd_columns[CROWD_COLUMNS] = {
	[CROWD_ITEM] = { "item", COLUMN_TEXT },
	[CROWD_JUDGMENTS] = { "judgments", COLUMN_INTEGER },
	[CROWD_SAYING_FAKE] = { "saying_fake", COLUMN_INTEGER },
	[CROWD_AGREEMENT] = { "agreement", COLUMN_REAL },
	[CROWD_ALPHA] = { "alpha", COLUMN_REAL },
	[CROWD_RESPONSES] = { "responses", COLUMN_INTEGER },
	[CROWD_RESPONSE_Q1_S] = { "response_q1_s", COLUMN_REAL },
	[CROWD_RESPONSE_MEDIAN_S] = { "response_median_s", COLUMN_REAL },
	[CROWD_RESPONSE_Q3_S] = { "response_q3_s", COLUMN_REAL },
	[CROWD_TELLS] = { "tell_anatomy", COLUMN_INTEGER },
	{ "tell_style", COLUMN_INTEGER },
	{ "tell_function", COLUMN_INTEGER },
	{ "tell_physics", COLUMN_INTEGER },
	{ "tell_context", COLUMN_INTEGER },
	{ "tell_edges", COLUMN_INTEGER },
	{ "tell_motion", COLUMN_INTEGER },
	{ "tell_voice", COLUMN_INTEGER },
	{ "tell_edit", COLUMN_INTEGER },
	{ "tell_recognised", COLUMN_INTEGER },
	{ "tell_gut", COLUMN_INTEGER },
};

const struct column mark_columns[MARK_COLUMNS] = {
	[MARK_ITEM] = { "item", COLUMN_TEXT }, [MARK_VERDICT] = { "verdict", COLUMN_TEXT },
	[MARK_X] = { "x", COLUMN_REAL },       [MARK_Y] = { "y", COLUMN_REAL },
	[MARK_T_S] = { "t_s", COLUMN_REAL },
};

const struct column calibration_columns[CALIBRATION_COLUMNS] = {
	[CALIBRATION_MEDIA_TYPE] = { "media_type", COLUMN_TEXT },
	[CALIBRATION_FROM] = { "from", COLUMN_REAL },
	[CALIBRATION_TO] = { "to", COLUMN_REAL },
	[CALIBRATION_ITEMS] = { "items", COLUMN_INTEGER },
	[CALIBRATION_FAKES] = { "fakes", COLUMN_INTEGER },
	[CALIBRATION_P_FAKE] = { "p_fake", COLUMN_REAL },
	[CALIBRATION_JUDGMENTS] = { "judgments", COLUMN_INTEGER },
	[CALIBRATION_RIGHT] = { "right", COLUMN_INTEGER },
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

const struct column fact_columns[FACT_COLUMNS] = {
	[FACT_ITEM] = { "item", COLUMN_TEXT },           [FACT_TITLE] = { "title", COLUMN_TEXT },
	[FACT_PUBLISHER] = { "publisher", COLUMN_TEXT }, [FACT_ADDRESS] = { "address", COLUMN_TEXT },
	[FACT_PUBLISHED] = { "published", COLUMN_TEXT }, [FACT_VERDICT] = { "verdict", COLUMN_TEXT },
};

static const char *const split_words[] = { "train", "validation", "test", NULL };
static const char *const source_words[] = { "crowd", "ruling", "truth", NULL };
static const char *const rule_words[] = { "full", "no_gold", "one_network", "no_gold_one_network",
	                                      NULL };
static const char *const confidence_words[] = { "60", "75", "95", NULL };
static const char *const position_words[] = { "left", "right", NULL };
static const char *const kind_words[] = { "random", "chosen", NULL };
static const char *const device_words[] = { "phone", "tablet", "computer", NULL };

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
	[LABEL_NOT_INDEPENDENT] = { "Of a ruling: it was made by who contributed or imported the item, "
	                            "or without the second opinion that its campaign demands, for "
	                            "there was nobody else; empty where the label is no ruling",
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
	[TRIAL_EXPOSURE_S] = { "Seconds that the pair was visible until it was judged: the last step "
	                       "reached of 0, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 55",
	                       NULL },
	[TRIAL_MONTH] = { "Month of the judgment, YYYY-MM, UTC", NULL },
	[TRIAL_RESPONSE_S] = { "Seconds from shown to judged, whether the page was visible or not, in "
	                       "the steps of exposure_s",
	                       NULL },
	[TRIAL_DEVICE] = { "On what it was judged: a computer, with a mouse or keys; or, with a touch "
	                   "screen, a phone (narrower than 600 pixels of CSS) or a tablet",
	                   device_words },
};

#define TELL_MEANING "How many of these judgments gave this reason: "

static const struct column_meaning crowd_meanings[CROWD_COLUMNS] = {
	[CROWD_ITEM] = { "Id of the item, as in labels.csv; sealed items have no row", NULL },
	[CROWD_JUDGMENTS] = { "How many judgments are counted here: those of trials.csv", NULL },
	[CROWD_SAYING_FAKE] = { "How many of them say fake", NULL },
	[CROWD_AGREEMENT] = { "Observed agreement on the item: the share of all pairs of its judgments "
	                      "that say the same (Fleiss 1971, P_i); empty with fewer than two",
	                      NULL },
	[CROWD_ALPHA] = { "The item's part in Krippendorff's alpha: 1 - its observed disagreement / "
	                  "the disagreement expected of all judgments of the release (Krippendorff "
	                  "2011); the mean over items, weighted by judgments, is alpha. Of few "
	                  "judgments it takes few values, and says little of the one item",
	                  NULL },
	[CROWD_RESPONSES] = { "How many of them have a response time", NULL },
	[CROWD_RESPONSE_Q1_S] = { "Lower quartile of response_s of trials.csv, in its steps", NULL },
	[CROWD_RESPONSE_MEDIAN_S] = { "Median of response_s, the lower of two, in its steps", NULL },
	[CROWD_RESPONSE_Q3_S] = { "Upper quartile of response_s, in its steps", NULL },
	[CROWD_TELLS] = { TELL_MEANING "anatomy", NULL },
	{ TELL_MEANING "style", NULL },
	{ TELL_MEANING "function", NULL },
	{ TELL_MEANING "physics", NULL },
	{ TELL_MEANING "context", NULL },
	{ TELL_MEANING "edges", NULL },
	{ TELL_MEANING "motion", NULL },
	{ TELL_MEANING "voice", NULL },
	{ TELL_MEANING "edit", NULL },
	{ TELL_MEANING "recognised", NULL },
	{ TELL_MEANING "gut", NULL },
};

static const struct column_meaning mark_meanings[MARK_COLUMNS] = {
	[MARK_ITEM] = { "Id of the item, as in labels.csv; sealed items have no row", NULL },
	[MARK_VERDICT] = { "What the volunteer said who pointed there", verdicts },
	[MARK_X] = { "Where, from 0 at the left to 1 at the right, in hundredths", NULL },
	[MARK_Y] = { "Where, from 0 at the top to 1 at the bottom, in hundredths", NULL },
	[MARK_T_S] = { "When in a film or sound, in seconds and tenths; not of images", NULL },
};

static const struct column_meaning calibration_meanings[CALIBRATION_COLUMNS] = {
	[CALIBRATION_MEDIA_TYPE] = { "Which media are counted: those with a truth and a p_fake in "
	                             "labels.csv",
	                             media_types },
	[CALIBRATION_FROM] = { "Least p_fake of the items of the row", NULL },
	[CALIBRATION_TO] = { "Their p_fake is below this; 1 is in the last row", NULL },
	[CALIBRATION_ITEMS] = { "How many items it has", NULL },
	[CALIBRATION_FAKES] = { "How many of them are fake by their truth", NULL },
	[CALIBRATION_P_FAKE] = { "The mean of their p_fake: where the crowd is calibrated, fakes / "
	                         "items is near it",
	                         NULL },
	[CALIBRATION_JUDGMENTS] = { "How many judgments on them trials.csv holds", NULL },
	[CALIBRATION_RIGHT] = { "How many of these say what the truth is", NULL },
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

static const struct column_meaning fact_meanings[FACT_COLUMNS] = {
	[FACT_ITEM] = { "Id of the item, as in labels.csv; sealed items have no row", NULL },
	[FACT_TITLE] = { "Title of what was published about it, as a moderator typed it in", NULL },
	[FACT_PUBLISHER] = { "Who published it", NULL },
	[FACT_ADDRESS] = { "Where, an address that begins with https://; nothing was fetched", NULL },
	[FACT_PUBLISHED] = { "The day on which it was published, YYYY-MM-DD", NULL },
	[FACT_VERDICT] = { "What it says of the item, in its publisher's words: context, never a label",
	                   NULL },
};

const struct described_table described_tables[RELEASE_TABLES] = {
	[RELEASE_LABELS] = { "labels", "Labels", "an item of the release", label_columns,
	                     label_meanings, LABEL_COLUMNS },
	[RELEASE_JUDGMENTS] = { "judgments", "Judgments", "a judgment: who said what", judgment_columns,
	                        judgment_meanings, JUDGMENT_COLUMNS },
	[RELEASE_TRIALS] = { "trials", "Trials",
	                     "a judgment: how the item was shown, without the volunteer", trial_columns,
	                     trial_meanings, TRIAL_COLUMNS },
	[RELEASE_CROWD] = { "crowd", "Crowd", "an item that was judged: what its judgments come to",
	                    crowd_columns, crowd_meanings, CROWD_COLUMNS },
	[RELEASE_MARKS] = { "marks", "Marks",
	                    "a place in an item that a volunteer pointed at, without the volunteer",
	                    mark_columns, mark_meanings, MARK_COLUMNS },
	[RELEASE_CALIBRATION] = { "calibration", "Calibration",
	                          "a medium and a tenth of p_fake: how often the crowd was right where "
	                          "the truth is known",
	                          calibration_columns, calibration_meanings, CALIBRATION_COLUMNS },
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
	[RELEASE_FACT_CHECKS] = { "fact_checks", "Fact-checks",
	                          "a fact-check of an item that somebody else has published",
	                          fact_columns, fact_meanings, FACT_COLUMNS },
};
