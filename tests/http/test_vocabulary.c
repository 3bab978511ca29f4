/* SPDX-License-Identifier: Apache-2.0 */
/* The database, the description, the documents and the pages use the words of core/vocabulary. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "core/vocabulary.h"
#include "corpus/campaign_settings.h"
#include "database.h"
#include "describe.h"
#include "judging/judgment.h"
#include "release/diff.h"
#include "scoring/campaign_live.h"
#include "suites.h"

#define LENGTH(list) ((int)(sizeof(list) / sizeof(list)[0]))

/* The words with something before, between and behind them. */
static char *join(const char *const words[], const char *before, const char *between,
                  const char *behind)
{
	char *text = say("%s%s", before, words[0]);

	for (size_t i = 1; words[i]; i++)
		text = say("%s%s%s", text, between, words[i]);
	return say("%s%s", text, behind);
}

START_TEST(numbers_stand_for_their_words)
{
	ck_assert_str_eq(media_types[MEDIA_IMAGE], "image");
	ck_assert_str_eq(media_types[MEDIA_VIDEO], "video");
	ck_assert_str_eq(media_types[MEDIA_AUDIO], "audio");
	ck_assert_ptr_null(media_types[MEDIA_TYPES]);
	ck_assert_str_eq(verdicts[VERDICT_REAL], "real");
	ck_assert_str_eq(verdicts[VERDICT_FAKE], "fake");
	ck_assert_str_eq(assignment_kinds[KIND_TRAINING], "training");
	ck_assert_str_eq(assignment_kinds[KIND_GOLD], "gold");
	ck_assert_str_eq(assignment_kinds[KIND_RANDOM], "random");
	ck_assert_str_eq(assignment_kinds[KIND_INFORMATIVE], "informative");
	ck_assert_str_eq(change_kinds[CHANGE_MOVED], "moved");
	ck_assert_ptr_null(change_kinds[CHANGE_KINDS]);
	ck_assert_str_eq(change_reasons[WHY_RULING], "ruling");
	ck_assert_str_eq(change_reasons[WHY_NEAR_DUPLICATE], "near_duplicate");
	ck_assert_ptr_null(change_reasons[CHANGE_REASONS]);
}
END_TEST

START_TEST(every_tell_fits_its_room)
{
	for (size_t i = 0; i < TELL_WORDS; i++)
		ck_assert_uint_le(strlen(tells[i]), TELL_LEN);
	ck_assert_ptr_null(tells[TELL_WORDS]);
}
END_TEST

/* A constraint on one column, by the table's name and its own; `more` is the database's alone. */
static const struct {
	const char *column;
	const char *const *words;
	const char *more;
} columns[] = {
	{ "access_request.state", access_request_states, "" },
	{ "account.role", account_roles, "" },
	{ "audit.actor_kind", audit_actors, "" },
	{ "campaign.second_opinion", second_opinions, "" },
	{ "campaign.state", campaign_states, "" },
	{ "campaign.visibility", campaign_visibilities, "" },
	{ "contribution.media_type", media_types, "" },
	{ "contribution.people", contribution_people, "" },
	{ "contribution.rights", contribution_rights, "" },
	{ "contribution.state", contribution_states, "" },
	{ "contribution_provenance.c2pa_state", c2pa_states, "" },
	{ "contribution_provenance.digital_source_type", digital_source_types, "" },
	{ "dispute.media_type", media_types, "" },
	{ "item.basis", bases, "" },
	{ "item.media_type", media_types, "" },
	{ "item.people", contribution_people, "" },
	{ "item.rights", contribution_rights, "" },
	{ "item.state", item_states, "" },
	{ "item.techniques", techniques, "" },
	{ "job.state", job_states, "" },
	{ "judged_pair.kind", assignment_kinds, "" },
	{ "judged_pair.media_type", media_types, "" },
	{ "judgment.tells", tells, "" },
	{ "leak_table.media_type", media_types, "" },
	{ "lease.kind", assignment_kinds, "" },
	{ "notice.found_by", notice_findings, "" },
	{ "notice.hides", notice_hides, "" },
	{ "notice.reason", notice_reasons, "" },
	{ "notice.state", notice_states, "" },
	{ "notice.target", notice_targets, "" },
	{ "notice_complaint.party", notice_parties, "" },
	{ "notice_decision.action", notice_actions, "" },
	{ "notice_decision.ground_kind", notice_grounds, "" },
	{ "notice_decision.outcome", notice_outcomes, "" },
	{ "opinion.ruling", ruling_choices, "" },
	{ "pair_cut.media_type", media_types, "" },
	{ "provenance.c2pa_state", c2pa_states, "" },
	{ "provenance.digital_source_type", digital_source_types, "" },
	{ "ruling.ruling", ruling_choices, ",undo" },
	{ "set_aside.kind", set_aside_kinds, "" },
	{ "skipped_pair.kind", assignment_kinds, "" },
	{ "skipped_pair.reason", skip_reasons, "" },
	{ "withdrawal.reason_class", withdrawal_classes, "" },
};

#define COLUMN_CHECKS                                                              \
	" FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid"         \
	" AND c.conkey = ARRAY[a.attnum], regexp_matches(pg_get_constraintdef(c.oid)," \
	" '''([A-Za-z0-9_]+)''', 'g') w WHERE c.contype = 'c' AND c.connamespace = "   \
	"'public'::regnamespace"                                                       \
	" AND c.coninhcount = 0"

static const char *sorted(const char *list)
{
	return ask_db("SELECT string_agg(w, ' ' ORDER BY w) FROM unnest('{%s}'::text[]) w", list);
}

START_TEST(the_database_takes_these_words_and_no_others)
{
	const char *taken = ask_db("SELECT string_agg(DISTINCT w[1], ' ' ORDER BY w[1])" COLUMN_CHECKS
	                           " AND c.conrelid::regclass || '.' || a.attname = '%s'",
	                           columns[_i].column);

	ck_assert_str_eq(taken, sorted(join(columns[_i].words, "", ",", columns[_i].more)));
}
END_TEST

START_TEST(no_constraint_on_such_a_column_is_forgotten)
{
	char *known = say("%s", columns[0].column);

	for (int i = 1; i < LENGTH(columns); i++)
		known = say("%s,%s", known, columns[i].column);
	ck_assert_str_eq(
		ask_db("SELECT string_agg(DISTINCT c.conrelid::regclass || '.' || a.attname, ' '"
	           " ORDER BY c.conrelid::regclass || '.' || a.attname)" COLUMN_CHECKS
	           " AND (a.attname IN ('role', 'basis', 'media_type',"
	           " 'techniques', 'kind', 'tells')"
	           " OR c.conrelid::regclass || '.' || a.attname = ANY ('{%s}'))",
	           known),
		sorted(known));
}
END_TEST

START_TEST(the_database_knows_the_verdicts)
{
	ck_assert_str_eq(ask_db("SELECT string_agg(w[1], ' ' ORDER BY w[1]) FROM pg_constraint c,"
	                        " regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''', 'g') w"
	                        " WHERE c.contypid = 'verdict'::regtype"),
	                 sorted(join(verdicts, "", ",", "")));
}
END_TEST

static const struct {
	const char *path;
	const char *const *words;
	const char *more;
} described_words[] = {
	{ "MediaType/enum", media_types, NULL },
	{ "AuditKind/enum", audit_kinds, NULL },
	{ "BlocKind/enum", bloc_kinds, NULL },
	{ "AuditActor/enum", audit_actors, NULL },
	{ "AuditSubject/enum", audit_subjects, NULL },
	{ "Tell/enum", tells, NULL },
	{ "ContributionState/enum", contribution_states, NULL },
	{ "ContributionRights/enum", contribution_rights, NULL },
	{ "ContributionPeople/enum", contribution_people, NULL },
	{ "Verdict/enum", verdicts, NULL },
	{ "WithdrawalClass/enum", withdrawal_classes, NULL },
	{ "NoticeReason/enum", notice_reasons, NULL },
	{ "NoticeTarget/enum", notice_targets, NULL },
	{ "NoticeFinding/enum", notice_findings, NULL },
	{ "NoticeParty/enum", notice_parties, NULL },
	{ "NoticeProgress/enum", notice_states, NULL },
	{ "NoticeHides/enum", notice_hides, NULL },
	{ "NoticeOutcome/enum", notice_outcomes, NULL },
	{ "NoticeAction/enum", notice_actions, NULL },
	{ "NoticeGround/enum", notice_grounds, NULL },
	{ "ChangeKind/enum", change_kinds, NULL },
	{ "ReleaseAudience/enum", release_audiences, NULL },
	{ "CampaignState/enum", campaign_states, NULL },
	{ "CampaignSettings/properties/second_opinion/enum", second_opinions, NULL },
	{ "CampaignSettings/properties/visibility/enum", campaign_visibilities, NULL },
	{ "ForecastUnknown/enum", forecast_reasons, NULL },
	{ "CampaignSetting/properties/kind/enum", setting_kinds, NULL },
	{ "ChangeReason/enum", change_reasons, NULL },
	{ "Skip/properties/reason/enum", skip_reasons, NULL },
	{ "RulingWish/properties/ruling/enum", ruling_choices, NULL },
	{ "Opinion/properties/ruling/enum", ruling_choices, NULL },
	{ "Ruling/properties/ruling/enum", ruling_choices, "undo" },
	{ "Account/properties/account/properties/role/enum", account_roles, NULL },
	{ "SignedIn/properties/account/properties/role/enum", account_roles, NULL },
	{ "Job/properties/state/enum", job_states, NULL },
	{ "Origin/properties/c2pa/properties/state/enum", c2pa_states, NULL },
	{ "Contribution/properties/near/items/properties/state/enum", item_states, "quarantined" },
};

static bool is_list(const json_t *list, const char *const words[], const char *more)
{
	size_t count = 0;

	for (; words[count]; count++)
		if (strcmp(json_string_value(json_array_get(list, count)) ?: "", words[count]) != 0)
			return false;
	if (more && strcmp(json_string_value(json_array_get(list, count++)) ?: "", more) != 0)
		return false;
	return json_array_size(list) == count;
}

START_TEST(the_description_lists_these_words)
{
	const json_t *list = at(described(), say("components/schemas/%s", described_words[_i].path));

	ck_assert_msg(is_list(list, described_words[_i].words, described_words[_i].more), "%s",
	              described_words[_i].path);
}
END_TEST

static const char *const *const lists[] = { media_types, tells, verdicts, skip_reasons,
	                                        account_roles };

/* A list of two words or more of ours has all of ours. */
static void expect_whole(const json_t *list, const char *const words[])
{
	size_t found = 0, count = 0, i;
	json_t *one;

	for (; words[count]; count++)
		json_array_foreach (list, i, one)
			found += strcmp(json_string_value(one) ?: "", words[count]) == 0;
	ck_assert_msg(found < 2 || found == count, "%s", (char *)keep(json_dumps(list, JSON_COMPACT)));
}

static void visit_choices(const json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
		for (int l = 0; strcmp(key, "enum") == 0 && l < LENGTH(lists); l++)
			expect_whole(value, lists[l]);
		visit_choices(value);
	}
	json_array_foreach (json, i, value)
		visit_choices(value);
}

START_TEST(no_choice_of_the_description_lacks_a_word)
{
	visit_choices(described());
}
END_TEST

static char *text_of_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = keep(calloc(1, 1 << 20));

	ck_assert_msg(file && fread(text, 1, (1 << 20) - 1, file) > 0, "%s", path);
	fclose(file);
	return text;
}

/* Where a list is written out: how, from the first word to what stands behind the last. */
static const struct {
	const char *file;
	const char *const *words;
	const char *before, *between, *behind;
} texts[] = {
	{ "docs/manifest.md", bases, "`", "`, `", "` |" },
	{ "docs/manifest.md", techniques, "a list of `", "`, `", "` |" },
	{ "docs/manifest.md", contribution_rights, "`", "`, `", "`:" },
	{ "docs/manifest.md", contribution_people, "`", "`, `", "`:" },
	{ "docs/operations.md", audit_actors, "Who acts is `", "`, `", "`." },
	{ "docs/dataset-format.md", withdrawal_classes, "these classes: `", "`, `", "`." },
	{ "docs/api.md", withdrawal_classes, "one of: ", ", ", "." },
	{ "docs/api.md", notice_reasons, "one of: ", ", ", "." },
	{ "docs/dataset-format.md", change_kinds, "the first of these that fits: ", ", ", " |" },
	{ "docs/dataset-format.md", change_reasons, "as far as the platform noted it: ", ", ", " |" },
	{ "docs/dataset-format.md", contribution_rights, "given away: ", ", ", " |" },
	{ "docs/dataset-format.md", contribution_people, "or heard: ", ", ", " |" },
	{ "docs/dataset-format.md", bases, "on what ground: ", ", ", " |" },
	{ "docs/dataset-format.md", techniques, "between several: ", ", ", " |" },
	{ "docs/dataset-format.md", tells, "by the alphabet: ", ", ", " |" },
	{ "scripts/demo/check", techniques, "split(\"", " ", "\"" },
	{ "docs/provenance.md", digital_source_types, "are: `", "`, `", "`." },
	{ "server/cli/account.c", account_roles, "--role ", "|", " " },
	{ "server/cli/campaign.c", second_opinions, "second-opinion NAME ", "|", " " },
};

START_TEST(a_text_that_lists_the_words_lists_them_all)
{
	const char *list = join(texts[_i].words, texts[_i].before, texts[_i].between, texts[_i].behind);

	ck_assert_msg(strstr(text_of_file(texts[_i].file), list), "%s: %s", texts[_i].file, list);
}
END_TEST

/* What a page offers: how a word is offered, and how many offers of that form are no word. */
static const struct {
	const char *file;
	const char *const *words;
	const char *before;
	int others;
} offers[] = {
	{ "static/js/audit.js", audit_kinds, "\n\t\"", 0 },
	{ "static/js/tells.js", tells, "{ value: \"", 0 },
	{ "static/index.html", skip_reasons, "\t<button value=\"", 1 },
	{ "static/js/release-form.js", media_types, "el(\"option\", { value: \"", 1 },
	{ "static/js/settings.js", media_types, "el(\"option\", { value: \"", 1 },
};

START_TEST(a_page_offers_these_words_and_no_others)
{
	const char *text = text_of_file(offers[_i].file), *form = offers[_i].before;
	int words = 0, found = 0;

	for (; offers[_i].words[words]; words++)
		ck_assert_msg(strstr(text, say("%s%s\"", form, offers[_i].words[words])), "%s: %s",
		              offers[_i].file, offers[_i].words[words]);
	for (const char *place = text; (place = strstr(place, form)); place++)
		found++;
	ck_assert_int_eq(found, words + offers[_i].others);
}
END_TEST

Suite *http_vocabulary_suite(void)
{
	Suite *suite = suite_create("http/vocabulary");
	TCase *tc = tcase_create("vocabulary");

	tcase_add_test(tc, numbers_stand_for_their_words);
	tcase_add_test(tc, every_tell_fits_its_room);
	tcase_add_loop_test(tc, the_database_takes_these_words_and_no_others, 0, LENGTH(columns));
	tcase_add_test(tc, no_constraint_on_such_a_column_is_forgotten);
	tcase_add_test(tc, the_database_knows_the_verdicts);
	tcase_add_loop_test(tc, the_description_lists_these_words, 0, LENGTH(described_words));
	tcase_add_test(tc, no_choice_of_the_description_lacks_a_word);
	tcase_add_loop_test(tc, a_text_that_lists_the_words_lists_them_all, 0, LENGTH(texts));
	tcase_add_loop_test(tc, a_page_offers_these_words_and_no_others, 0, LENGTH(offers));
	suite_add_tcase(suite, tc);
	return suite;
}
