/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of a written release may rely on: loaders, spreadsheets, verify. */
#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"

/* ------------------------------------------------------------------ loaders */

/*
 * The endings that loaders know, as they publish them: huggingface/datasets (release 4),
 * src/datasets/packaged_modules/{imagefolder,videofolder,audiofolder}, the lists EXTENSIONS; and
 * pytorch/vision, torchvision/datasets/folder.py, IMG_EXTENSIONS. Read in November 2026; of the
 * long lists, what can stand for a rendition.
 */
static const struct {
	const char *loader, *endings;
} loaders[] = {
	{ "imagefolder", ".bmp .gif .jpeg .jpg .png .tif .tiff .webp " },
	{ "videofolder", ".mkv .mp4 .avi .mpeg .mov " },
	{ "audiofolder", ".aiff .au .caf .flac .ogg .wav .mp3 .opus .3gp .3g2 .avi .asf .flv .mp4 .mov "
	                 ".m4v .mkv .mpg .webm .f4v .wmv .wma .ogm .mxf .nut " },
	{ "ImageFolder", ".jpg .jpeg .png .ppm .bmp .pgm .tif .tiff .webp " },
};

static bool loader_knows(const char *loader, const char *path)
{
	for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++)
		if (strcmp(loaders[i].loader, loader) == 0)
			return strstr(loaders[i].endings, say("%s ", strrchr(path, '.'))) != NULL;
	ck_abort_msg("nobody knows a loader %s", loader);
	return false;
}

/* A campaign with images, films and sounds of both labels, enough for every split. */
static const char *a_mixed_campaign(int of_each)
{
	static const char *const types[] = { "image", "video", "audio" };
	const char *campaign = a_campaign();

	for (int cell = 0; cell < 6; cell++)
		for (int n = 0; n < of_each; n++) {
			const char *bytes = fresh_name();

			make_retired(
				campaign, 1, cell % 2 ? .99 : .01,
				&(struct items){ .type = types[cell / 2], .file = a_file(bytes, strlen(bytes)) });
		}
	return campaign;
}

static json_t *files_of(const char *name)
{
	return at(get(NULL, say(RELEASES "/%s/1.0", name)).body, "files");
}

/* How many files lie below the folder; fails at one that the loader passes over. */
static int files_loaded(json_t *files, const char *loader, const char *folder)
{
	json_t *file;
	size_t i;
	int count = 0;

	json_array_foreach (files, i, file) {
		const char *path = text_at(file, "path");

		if (strncmp(path, folder, strlen(folder)) != 0 || path[strlen(folder)] != '/')
			continue;
		ck_assert_msg(loader_knows(loader, path), "%s passes over %s", loader, path);
		count++;
	}
	return count;
}

START_TEST(each_loading_line_of_the_card_finds_every_file_of_its_type)
{
	struct person person = an_account("researcher");
	const char *name = a_release(&person, a_mixed_campaign(3));
	json_t *files = files_of(name);
	const char *card = file_text(a_written_release(name), "README.md");
	char loader[32], folder[32];
	int lines = 0, loaded = 0, plain = 0;

	for (const char *at = card; (at = strstr(at, "load_dataset(\"")); at++)
		if (sscanf(at, "load_dataset(\"%31[a-z]\", data_dir=\"%31[a-z]\", drop_labels=False)",
		           loader, folder) == 2) {
			loaded += files_loaded(files, loader, folder);
			lines++;
		}
	for (const char *at = card; (at = strstr(at, "ImageFolder(\"")); at++)
		if (sscanf(at, "ImageFolder(\"%31[a-z/]\")", folder) == 1) {
			ck_assert_int_gt(files_loaded(files, "ImageFolder", say("%s/fake", folder)), 0);
			ck_assert_int_gt(files_loaded(files, "ImageFolder", say("%s/real", folder)), 0);
			plain++;
		}
	ck_assert_int_eq(lines, 3);
	ck_assert_int_eq(loaded, 18);
	ck_assert_int_ge(plain, 1);
}
END_TEST

/*
 * load_dataset(FOLDER, CONFIG) chooses one loader by the files of the first config and reads all
 * configs with it, so all must be of one kind.
 */
START_TEST(all_configs_of_the_card_are_for_one_loader)
{
	struct person person = an_account("researcher");
	const char *name = a_release(&person, a_mixed_campaign(2));
	const char *folder = a_written_release(name);
	const char *card = file_text(folder, "README.md"), *end = strstr(card + 4, "\n---\n");
	char file[64];
	int configs = 0, named = 0;

	ck_assert(strncmp(card, "---\n", 4) == 0 && end);
	for (const char *at = strstr(card, "\nconfigs:\n"); at && at < end; at = strchr(at + 1, '\n')) {
		ck_assert_msg(!strncmp(at, "\nconfigs:", 9) || !strncmp(at, "\n- config_name: ", 16) ||
		                  !strncmp(at, "\n  data_files: ", 15) || !strncmp(at, "\n---", 4),
		              "%.60s", at);
		named += strncmp(at, "\n- config_name: ", 16) == 0;
		if (sscanf(at, "\n  data_files: %63[a-z.]", file) != 1)
			continue;
		ck_assert_str_eq(strrchr(file, '.'), ".csv");
		ck_assert_uint_gt(strlen(file_text(folder, file)), 0);
		configs++;
	}
	ck_assert_int_ge(configs, 2);
	ck_assert_int_eq(configs, named);
}
END_TEST

START_TEST(a_released_sound_is_served_as_the_sound_it_is)
{
	struct person person = an_account("researcher");
	json_t *files = files_of(a_release(&person, a_mixed_campaign(1))), *file;
	int sounds = 0, films = 0;
	size_t i;

	json_array_foreach (files, i, file) {
		const char *path = text_at(file, "path");
		bool sound = strncmp(path, "audio/", 6) == 0, film = strncmp(path, "video/", 6) == 0;

		if (!sound && !film)
			continue;
		ck_assert_str_eq(get(NULL, text_at(file, "url")).type, sound ? "audio/mp4" : "video/mp4");
		sounds += sound;
		films += film;
	}
	ck_assert_int_eq(sounds, 2);
	ck_assert_int_eq(films, 2);
}
END_TEST

START_TEST(the_card_and_verify_tell_of_a_split_that_holds_one_label)
{
	struct person person = an_account("researcher");
	const char *campaign = a_mixed_campaign(4);
	int code;

	/* As earlier releases left them: one fake image in test, and all others in train. */
	tell_db("INSERT INTO item_split (item_id, split)"
	        " SELECT i.id, CASE WHEN row_number() OVER (ORDER BY k.p_fake DESC) = 1 THEN 'test'"
	        "                   ELSE 'train' END"
	        "   FROM item i JOIN campaign c ON c.id = i.campaign_id JOIN consensus k ON k.item_id "
	        "= i.id"
	        "  WHERE c.name = '%s' AND i.media_type = 'image'",
	        campaign);
	const char *folder = a_written_release(a_release(&person, campaign));
	const char *card = file_text(folder, "README.md");
	ck_assert_ptr_nonnull(strstr(card, "**image/test holds no real.**"));
	ck_assert_ptr_null(strstr(card, "ImageFolder(\"image/test\")"));
	ck_assert_ptr_nonnull(strstr(card, "ImageFolder(\"image/train\")"));
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);
	ck_assert_ptr_nonnull(strstr(said, "note: image/test holds no real"));
}
END_TEST

/* ------------------------------------------------------------------ one snapshot */

/* Whoever chooses the items of a release waits for this until the transaction ends. */
#define HOLD_UP_RELEASES "LOCK TABLE release_decision IN SHARE ROW EXCLUSIVE MODE"

/* How many rows a table has, and the sum of a column of labels.csv: judgments. */
static long count_rows(const char *table)
{
	long lines = -1; /* the header */

	for (; *table; table++)
		lines += *table == '\n';
	return lines;
}

static long sum_of_judgments(const char *labels_jsonl)
{
	long sum = 0;

	for (const char *at = labels_jsonl; (at = strstr(at, "\"judgments\": ")); at++)
		sum += strtol(at + strlen("\"judgments\": "), NULL, 10);
	return sum;
}

START_TEST(judgments_that_arrive_while_a_release_waits_are_in_all_its_tables_or_in_none)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign(), *name = fresh_name();

	judge_all(campaign, 5);
	tell_db("BEGIN");
	tell_db(HOLD_UP_RELEASES);
	struct answer a = ask_for(&person, name, campaign);
	expect_status(a, 202);
	await_db(20, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database ="
	             " (SELECT oid FROM pg_database WHERE datname = current_database()))");
	judge_all(campaign, 1);
	tell_db("COMMIT");
	a_finished_job(&person, text_at(a.body, "job/id"));

	const char *folder = a_written_release(name);
	ck_assert_int_eq(count_rows(file_text(folder, "labels.csv")), 12);
	ck_assert_int_eq(sum_of_judgments(file_text(folder, "labels.jsonl")), 12 * 6);
	ck_assert_int_eq(count_rows(file_text(folder, "judgments.csv")), 12 * 6);
	ck_assert_ptr_nonnull(strstr(file_text(folder, "README.md"), "72 judgments by 6 volunteers"));
}
END_TEST

START_TEST(a_release_holds_the_judgments_that_its_model_had)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();

	judge_all(campaign, 5);
	tell_db("UPDATE consensus SET judgments = 3 FROM item i JOIN campaign c ON c.id = i.campaign_id"
	        " WHERE i.id = item_id AND c.name = '%s'",
	        campaign);
	const char *folder = a_written_release(a_release(&person, campaign));
	ck_assert_int_eq(sum_of_judgments(file_text(folder, "labels.jsonl")), 12 * 3);
	ck_assert_int_eq(count_rows(file_text(folder, "judgments.csv")), 12 * 3);
}
END_TEST

/* Many of one item are looked up one by one. */
START_TEST(an_item_that_very_many_judged_is_released_with_what_its_model_had)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();

	judge_all(campaign, 70);
	tell_db("UPDATE consensus SET judgments = 66 FROM item i JOIN campaign c ON c.id ="
	        " i.campaign_id WHERE i.id = item_id AND c.name = '%s'",
	        campaign);
	const char *folder = a_written_release(a_release(&person, campaign));
	ck_assert_int_eq(count_rows(file_text(folder, "judgments.csv")), 12 * 66);
	ck_assert_int_eq(count_rows(file_text(folder, "trials.csv")), 12 * 66);
}
END_TEST

/* The rows of a table without the first, as SQL makes them of j, p and the salt s. */
static const char *rows_by_sql(const char *campaign, const char *salt, const char *row,
                               const char *order)
{
	return ask_db("SELECT string_agg(concat_ws(',', %s), E'\r\n' ORDER BY j.item_id,"
	              " pseudonym(s, %s) COLLATE \"C\") FROM decode('%s', 'hex') s, judgment j"
	              " JOIN judged_pair p USING (assignment_id)"
	              " JOIN campaign c ON c.id = p.campaign_id WHERE c.name = '%s'",
	              row, order, salt, campaign);
}

START_TEST(pseudonyms_and_the_order_of_rows_are_those_of_the_function_of_the_database)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign(), *name = fresh_name();

	judge_all(campaign, 3);
	tell_db("BEGIN");
	tell_db(HOLD_UP_RELEASES);
	struct answer a = ask_for(&person, name, campaign);
	expect_status(a, 202);
	const char *salt = ask_db("SELECT encode(salt, 'hex') FROM release WHERE name = '%s'", name);
	tell_db("COMMIT");
	a_finished_job(&person, text_at(a.body, "job/id"));

	const char *folder = a_written_release(name);
	const char *judgments =
		rows_by_sql(campaign, salt,
	                "j.item_id, pseudonym(s, 'volunteer', uuid_send(j.volunteer_id)), j.verdict,"
	                " confidence_step(j.confidence)",
	                "'judgment', uuid_send(j.item_id) || uuid_send(j.volunteer_id)");
	const char *trials = rows_by_sql(campaign, salt,
	                                 "j.item_id, j.verdict, confidence_step(j.confidence),"
	                                 " j.position, '', p.matched::text, 'chosen',"
	                                 " exposure_step(p.exposure_ms),"
	                                 " to_char(j.judged_at AT TIME ZONE 'UTC', 'YYYY-MM'),"
	                                 " coalesce(exposure_step(p.response_ms)::text, ''),"
	                                 " coalesce(device_class(p.device), '')",
	                                 "'trial', uuid_send(j.item_id) || uuid_send(j.assignment_id)");
	ck_assert_ptr_nonnull(strstr(file_text(folder, "judgments.csv"), say("\r\n%s\r\n", judgments)));
	ck_assert_ptr_nonnull(strstr(file_text(folder, "trials.csv"), say("\r\n%s\r\n", trials)));
}
END_TEST

START_TEST(verify_compares_the_judgments_that_labels_count_with_those_that_are_there)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();
	int code;

	judge_all(campaign, 2);
	const char *folder = a_written_release(a_release(&person, campaign));
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);
	char *judgments = say("%s", file_text(folder, "judgments.csv"));
	*strrchr(judgments, '\r') = '\0';
	*(strrchr(judgments, '\n') + 1) = '\0';
	put_file(folder, "judgments.csv", judgments);
	sign_again(folder);
	said = run_program(&code, "release verify %s", folder);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "counts 2 judgments, judgments.csv holds 1"));
}
END_TEST

/* ------------------------------------------------------------------ spreadsheets, folders, twins
 */

START_TEST(a_text_that_looks_like_a_formula_is_none_in_csv_and_whole_in_json)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();
	int code;

	tell_db("UPDATE item i SET credit = E'=HYPERLINK(\"http://x\",\"y\")', generator = "
	        "E'a\\u2028b\\u0085c',"
	        "   licence = E'+1\\n-1', source = E'x\\u202Ey', title = '@x' FROM campaign c"
	        " WHERE c.id = i.campaign_id AND c.name = '%s'",
	        campaign);
	const char *folder = a_written_release(a_release(&person, campaign));
	const char *csv = file_text(folder, "labels.csv"), *json = file_text(folder, "labels.jsonl");
	ck_assert_ptr_nonnull(strstr(csv, ",a b c,"));
	ck_assert_ptr_nonnull(strstr(csv, ",'+1 -1,"));
	ck_assert_ptr_nonnull(strstr(csv, ",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\","));
	ck_assert_ptr_null(strstr(csv, ",="));
	ck_assert_ptr_null(strstr(csv, ",\"="));
	ck_assert_ptr_nonnull(strstr(json, "\"=HYPERLINK(\\\"http://x\\\",\\\"y\\\")\""));
	ck_assert_ptr_nonnull(strstr(json, "\"a\\u2028b\\u0085c\""));
	ck_assert_ptr_null(strstr(json, "\xE2\x80\xA8"));
	ck_assert_ptr_null(strstr(file_text(folder, "LICENCES"), "\xE2\x80\xA8"));
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);
}
END_TEST

static const char *const left_behind[] = {
	".DS_Store",    "image/.DS_Store", "image/train/Thumbs.db", "desktop.ini",
	"._labels.csv", "video/._x",       ".gitattributes"
};

START_TEST(what_a_desktop_leaves_in_a_folder_is_a_note)
{
	struct person person = an_account("researcher");
	const char *folder = a_written_release(a_release(&person, a_mixed_campaign(3)));
	int code;

	put_file(folder, left_behind[_i], "x");
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);
	ck_assert_ptr_nonnull(strstr(said, say("note: %s: not part of the release", left_behind[_i])));
}
END_TEST

/* What somebody may have put into a folder that is to be verified, and what is said of it. */
static const struct {
	const char *line, *said;
} hostile[] = {
	{ "rm SHA256SUMS; mkfifo SHA256SUMS", "SHA256SUMS: not a regular file" },
	{ "ln -sf /dev/zero SHA256SUMS", "SHA256SUMS: a link" },
	{ "mkdir x; mv SHA256SUMS x; ln -s x/SHA256SUMS .", "SHA256SUMS: a link" },
	{ "rm SHA256SUMS; mkdir SHA256SUMS", "SHA256SUMS: not a regular file" },
	{ "truncate -s 8T SHA256SUMS", "SHA256SUMS line" },
	{ "rm labels.csv; mkfifo labels.csv", "labels.csv: cannot be read: not a regular" },
	{ "ln -sf /dev/zero labels.jsonl", "labels.jsonl: cannot be read: a link" },
	{ "yes x | tr -d '\\n' | head -c 300M > labels.jsonl", "labels.jsonl line 1: longer than" },
	{ "yes x | tr -d '\\n' | head -c 300M > trials.csv", "the record is longer than" },
	{ "ln -sf \"$PWD/LICENCES\" README.md", "README.md: neither a file nor a folder" },
	{ "mv image pictures; ln -s pictures image", "image: neither a file nor a folder" },
	{ "touch \"$(printf 'a\\033]0;b\\007')\"", "not part of the release" },
	{ "printf '%s  a\\033[31mb\\n' $(sha256sum < LICENCES | head -c 64) >> SHA256SUMS", "missing" },
};

START_TEST(a_hostile_folder_is_refused_at_once)
{
	struct person person = an_account("researcher");
	const char *folder = a_written_release(a_release(&person, a_full_campaign()));

	ck_assert_int_eq(shell(folder, hostile[_i].line).code, 0);
	struct ran ran = shell(folder, "ulimit -v 400000; timeout 30 \"$PROGRAM\" release verify .");
	ck_assert_int_eq(ran.code, 1);
	ck_assert_msg(strstr(ran.said, hostile[_i].said) != NULL, "%s: %s", hostile[_i].line, ran.said);
	ck_assert_ptr_null(strchr(ran.said, '\033'));
	ck_assert_ptr_null(strchr(ran.said, '\007'));
}
END_TEST

START_TEST(a_licence_is_no_markup_in_the_card)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();

	tell_db("UPDATE item i SET licence = E'CC-BY-4.0 <img src=x onerror=\"a()\"> | `x` "
	        "[y](javascript:z) **b** www.evil.example\\n# head' FROM campaign c"
	        " WHERE c.id = i.campaign_id AND c.name = '%s'",
	        campaign);
	const char *card = file_text(a_written_release(a_release(&person, campaign)), "README.md");
	const char *row = strstr(card, "| CC-BY-4.0 ");
	ck_assert_ptr_nonnull(row);
	const char *line = say("%.*s", (int)strcspn(row, "\n"), row);
	ck_assert_msg(!strpbrk(line, "<>\"`[]*:"), "%s", line);
	ck_assert_ptr_nonnull(
		strstr(line, "&#60;img src=x onerror=&#34;a()&#34;&#62; &#124; &#96;x&#96; "));
	ck_assert_ptr_nonnull(strstr(line, "www&#46;evil&#46;example # head | "));
}
END_TEST

START_TEST(a_release_is_not_written_to_a_folder_without_a_name)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign(), *folder = a_folder();
	const char *written = a_release(&person, campaign);
	struct ran ran = shell(folder, say("\"$PROGRAM\" release write %s 1.0 ''; ls -A", written));

	ck_assert_str_eq(ran.said, "touchstone: The folder has no name.\n");
}
END_TEST

START_TEST(a_file_too_many_is_to_be_deleted_and_a_changed_one_got_anew)
{
	struct person person = an_account("researcher");
	const char *folder = a_written_release(a_release(&person, a_full_campaign()));
	int code;

	put_file(folder, "notes.txt", "x");
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "notes.txt: not part of the release"));
	ck_assert_ptr_nonnull(strstr(said, "; delete what is not part of the release"));
	ck_assert_ptr_null(strstr(said, "anew"));
	put_file(folder, "LICENCES", "x");
	said = run_program(&code, "release verify %s", folder);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "; get the release anew"));
}
END_TEST

/* A moderator has ruled on one fake item of the campaign that holds these bytes. */
static void rule_fake(const char *campaign, const char *file)
{
	an_account("moderator");
	tell_db("WITH i AS (UPDATE item SET state = 'settled' WHERE id = (SELECT i.id FROM item i"
	        "   JOIN campaign c ON c.id = i.campaign_id JOIN consensus k ON k.item_id = i.id"
	        "   WHERE c.name = '%s' AND i.rendition = '\\x%s' ORDER BY k.p_fake DESC LIMIT 1)"
	        "   RETURNING id),"
	        " d AS (INSERT INTO dispute (item_id, reason, state, judgments)"
	        "   SELECT id, 'max_judgments', 'ruled', 5 FROM i RETURNING id, item_id),"
	        " m AS (SELECT id FROM account WHERE role = 'moderator' LIMIT 1),"
	        " b AS (INSERT INTO blind_verdict (dispute_id, account_id, verdict, confidence, blind)"
	        "   SELECT d.id, m.id, 'fake', 90, true FROM d, m RETURNING dispute_id, account_id)"
	        "INSERT INTO ruling (dispute_id, item_id, account_id, ruling, reason)"
	        " SELECT d.id, d.item_id, m.id, 'fake', 'seen by a moderator' FROM d, m",
	        campaign, file);
}

START_TEST(no_bytes_are_released_under_two_labels)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign(), *twins = a_file(campaign, strlen(campaign));
	int code;

	make_retired(campaign, 1, 0.99, &(struct items){ .file = twins });
	make_retired(campaign, 2, 0.01, &(struct items){ .file = twins });
	const char *name = a_release(&person, campaign), *folder = a_written_release(name);
	ck_assert_int_eq(number_at(get(NULL, say(RELEASES "/%s/1.0", name)).body, "items"), 12);
	ck_assert_ptr_nonnull(strstr(file_text(folder, "README.md"), "both real and fake: 3."));
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);

	rule_fake(campaign, twins);
	folder = a_written_release(name = a_release(&person, campaign));
	ck_assert_int_eq(number_at(get(NULL, say(RELEASES "/%s/1.0", name)).body, "items"), 13);
	ck_assert_ptr_nonnull(strstr(file_text(folder, "README.md"), "both real and fake: 2."));
	ck_assert_ptr_nonnull(strstr(file_text(folder, "labels.csv"), ",fake,ruling,"));
}
END_TEST

/* Twelve labels of the crowd, and one that a moderator ruled, whatever the crowd thought. */
START_TEST(a_label_says_by_which_rule_the_crowd_decided_it)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign(), *file = a_file(campaign, strlen(campaign));
	int code;

	make_retired(campaign, 1, 0.01, &(struct items){ .file = file });
	rule_fake(campaign, file);
	tell_db(
		"UPDATE consensus SET decided_by = CASE p_fake > .5 WHEN true THEN 'full' ELSE 'no_gold' "
		"END FROM item i JOIN campaign c ON c.id = i.campaign_id WHERE i.id = item_id AND c.name = "
		"'%s'",
		campaign);
	const char *folder = a_written_release(a_release(&person, campaign));
	ck_assert_int_eq(
		system(say(
			"cd '%s' && head -n 1 labels.csv | grep -q "
			"',decided_by,digital_source_type,rights,people,made_how,looks,not_independent.$' &&"
			" ! grep crowd labels.csv | grep -qv -e ',fake,crowd,.*,full,,,,,,.$' -e "
			"',real,crowd,.*,no_gold,,,,,,.$' &&"
			" grep ',fake,ruling,' labels.csv | grep -q '[0-9a-f],,,,,,,false.$' &&"
			" grep ruling labels.jsonl | grep -q '\"decided_by\": *null'",
			folder)),
		0);
	ck_assert_ptr_nonnull(
		strstr(file_text(folder, "README.md"), "6 were decided by the full rule"));
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);

	ck_assert_int_eq(system(say("cd '%s' && sed -i s/,full/,half/ labels.csv", folder)), 0);
	sign_again(folder);
	said = run_program(&code, "release verify %s", folder);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "decided_by is no rule of such a label"));
}
END_TEST

START_TEST(a_label_says_what_was_declared_and_not_who_made_it)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();
	int code;

	tell_db("UPDATE item i SET rights = 'licensed', people = 'consented', made_by = 'Nessie Loch',"
	        " made_how = 'a phone, by hand' FROM campaign c WHERE c.id = i.campaign_id AND c.name ="
	        " '%s' AND i.id IN (SELECT item_id FROM consensus WHERE p_fake < .5)",
	        campaign);
	const char *folder = a_written_release(a_release(&person, campaign));
	ck_assert_int_eq(system(say("cd '%s' && grep -c ',licensed,consented,\"a phone, by hand\",,.$' "
	                            "labels.csv | grep -qx 6 && ! grep -rq Nessie . && grep -q '  "
	                            "rights: licensed' LICENCES && grep -q '\"people\": "
	                            "*\"consented\"' labels.jsonl",
	                            folder)),
	                 0);
	ck_assert_ptr_nonnull(strstr(file_text(folder, "README.md"),
	                             "nobody is shown or heard in 0 items, in 6 those who are "
	                             "consented, in 0 they act in a public role. Of 6 nothing"));
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);

	ck_assert_int_eq(system(say("cd '%s' && sed -i s/,consented,/,asked,/ labels.csv", folder)), 0);
	sign_again(folder);
	said = run_program(&code, "release verify %s", folder);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "people is no word of such a declaration"));
}
END_TEST

/* By how many columns the labels had less, and the last one then. */
static const struct {
	const char *missing, *last;
} before[] = {
	{ ",[a-z_]*", "looks" },
	{ ",[a-z_]*,[a-z_]*", "made_how" },
	{ ",[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*", "digital_source_type" },
	{ ",[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*", "decided_by" },
	{ ",[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*,[a-z_]*", "sha256" },
};

START_TEST(a_release_of_before_labels_had_all_columns_is_good)
{
	struct person person = an_account("researcher");
	const char *folder = a_written_release(a_release(&person, a_full_campaign()));
	int code;

	ck_assert_int_eq(system(say("cd '%s' && sed -i 's/%s\\r$/\\r/' labels.csv &&"
	                            " head -n 1 labels.csv | grep -q ',%s.$'",
	                            folder, before[_i].missing, before[_i].last)),
	                 0);
	sign_again(folder);
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);
}
END_TEST

START_TEST(verify_names_the_files_that_hold_the_same_bytes_under_two_labels)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();
	int code;

	/* As a release of an earlier version: twins of two labels, though of one lineage. */
	const char *folder = a_written_release(a_release(&person, campaign));
	ck_assert_int_eq(
		system(say("cd '%s' && f=$(find image -path '*/fake/*' | head -n 1) &&"
	               " r=$(find image -path '*/real/*' | head -n 1) &&"
	               " old=$(sha256sum <$r | cut -c1-64) && cp $f $r &&"
	               " sed -i s/$old/$(sha256sum <$f | cut -c1-64)/ labels.csv labels.jsonl",
	               folder)),
		0);
	sign_again(folder);
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "the same bytes under two labels"));
	ck_assert_ptr_nonnull(strstr(said, "/fake/"));
	ck_assert_ptr_nonnull(strstr(said, "/real/"));
}
END_TEST

/*
 * Eight new volunteers judge all of a campaign: the first three say the same, wrong in two items of
 * five; the others are right in three of four, each by a coin of his own. What is said hangs on
 * numbers, not on ids, so that it is the same in every run.
 */
static void judge_with_a_cohort(const char *campaign)
{
	tell_db(
		"WITH c AS (UPDATE campaign SET threshold = 0.6 WHERE name = '%s' RETURNING id),"
		" made AS (INSERT INTO volunteer (id, salt, consent_version)"
		"       SELECT gen_random_uuid(), substr(uuid_send(gen_random_uuid()), 1, 16), 1"
		"         FROM generate_series(1, 8) RETURNING id),"
		" v AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM made),"
		" i AS (SELECT i.id, i.campaign_id, i.media_type, k.p_fake > 0.5 AS fake,"
		"              row_number() OVER (PARTITION BY k.p_fake ORDER BY i.id) AS n"
		"         FROM c, item i, consensus k"
		"        WHERE i.campaign_id = c.id AND k.item_id = i.id OFFSET 0),"
		" said AS (SELECT gen_random_uuid() AS pair, v.id AS volunteer, i.*,"
		"                 CASE WHEN v.n <= 3 THEN hashtext(i.n || 'both' || i.fake) & 4095 < 1638"
		"                      ELSE hashtext(i.n || 'by' || v.n || i.fake) & 4095 < 1024"
		"                 END AS wrong FROM v, i OFFSET 0),"
		" p AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type,"
		"           kind, matched, policy, body_hash, server_ms, exposure_ms, judged_at)"
		"       SELECT pair, volunteer, campaign_id, media_type, 'random', false, 1,"
		"              sha256(''), 3000, 2500, clock_timestamp() FROM said),"
		" j AS (INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
		"           confidence, training, judged_at)"
		"       SELECT id, volunteer, pair, 'left', CASE WHEN fake = wrong THEN 'real' ELSE"
		"              'fake' END::verdict, 80, false, clock_timestamp() FROM said)"
		"UPDATE consensus k SET judgments = 8, fake_votes = 0 FROM i WHERE i.id = k.item_id",
		campaign);
}

static const char *a_campaign_with_a_cohort(void)
{
	const char *campaign = a_campaign();

	for (int fake = 0; fake < 2; fake++) {
		const char *bytes = fresh_name();

		make_retired(
			campaign, 120, fake ? 0.99 : 0.02,
			&(struct items){ .file = a_file(bytes, strlen(bytes)), .lineage = fresh_name() });
	}
	judge_with_a_cohort(campaign);
	return campaign;
}

START_TEST(the_card_warns_of_volunteers_who_err_together)
{
	struct person person = an_account("researcher");
	const char *folder = a_written_release(a_release(&person, a_campaign_with_a_cohort()));
	const char *card = file_text(folder, "README.md");
	const char *warning = strstr(card, "**3 volunteers err together beyond what all share.** They "
	                                   "gave 37.5 % of the judgments here");

	ck_assert_msg(warning != NULL, "%s", card);
	const char *names = strstr(warning, "\n- `");
	ck_assert_ptr_nonnull(names);
	const char *first = say("%.*s", (int)strcspn(names + 4, "`"), names + 4);
	ck_assert_ptr_nonnull(strstr(file_text(folder, "judgments.csv"), say(",%s,", first)));
	ck_assert_ptr_null(ask_db("SELECT id FROM volunteer WHERE id::text = '%s'", first));
}
END_TEST

START_TEST(a_card_without_volunteers_names_nobody)
{
	struct person person = an_account("researcher");
	const char *name = fresh_name();
	struct answer a =
		post(&person, RELEASES,
	         json_pack("{s:s, s:s, s:{s:s, s:b}}", "name", name, "version", "1.0", "filter",
	                   "campaign", a_campaign_with_a_cohort(), "volunteers", 0));

	expect_status(a, 202);
	a_finished_job(&person, text_at(a.body, "job/id"));
	const char *card = file_text(a_written_release(name), "README.md");
	const char *warning = strstr(card, "**3 volunteers err together");
	ck_assert_msg(warning != NULL, "%s", card);
	ck_assert_ptr_null(strstr(card, "\n- `v"));
	ck_assert(strncmp(strstr(warning, "\n\n"), "\n\n## What gives files away", 26) == 0);
}
END_TEST

START_TEST(the_figures_tell_of_volunteers_who_err_together_and_not_who_they_are)
{
	a_campaign_with_a_cohort();
	tell_db("INSERT INTO score_pending (items, volunteers, fakes, versions)"
	        " VALUES ('{}', '{}', '{}', '{}')");
	await_db(120, "SELECT cohort_volunteers >= 3 AND cohort_share > 0 FROM last_fit");
	struct answer stats = get(NULL, "/api/v1/stats");
	for (int try = 0; try < 150; try++) {
		stats = get(NULL, "/api/v1/stats");
		if (json_integer_value(at(stats.body, "last_fit/cohorts/volunteers")) >= 3)
			break;
		wait_ms(100);
	}
	const json_t *cohorts = at(stats.body, "last_fit/cohorts");
	ck_assert_int_ge(json_integer_value(json_object_get(cohorts, "volunteers")), 3);
	ck_assert_int_ge(json_integer_value(json_object_get(cohorts, "count")), 1);
	ck_assert_double_gt(json_number_value(json_object_get(cohorts, "share_of_judgments")), 0);
	ck_assert_uint_eq(json_object_size(cohorts), 4);
	struct answer metrics = get(NULL, "/metrics");
	ck_assert_ptr_nonnull(strstr(metrics.text, "\ntouchstone_fit_cohort_volunteers "));
	ck_assert_ptr_nonnull(strstr(metrics.text, "\ntouchstone_fit_cohort_judgments_ratio 0."));
	ck_assert_ptr_nonnull(strstr(metrics.text, "\ntouchstone_fit_cohort_label_changes "));
}
END_TEST

Suite *http_dataset_suite(void)
{
	Suite *suite = suite_create("http/dataset");
	TCase *tc = tcase_create("dataset");

	tcase_set_timeout(tc, 180);
	tcase_add_test(tc, each_loading_line_of_the_card_finds_every_file_of_its_type);
	tcase_add_test(tc, all_configs_of_the_card_are_for_one_loader);
	tcase_add_test(tc, the_card_and_verify_tell_of_a_split_that_holds_one_label);
	tcase_add_test(tc, a_released_sound_is_served_as_the_sound_it_is);
	tcase_add_test(tc,
	               judgments_that_arrive_while_a_release_waits_are_in_all_its_tables_or_in_none);
	tcase_add_test(tc, a_release_holds_the_judgments_that_its_model_had);
	tcase_add_test(tc, an_item_that_very_many_judged_is_released_with_what_its_model_had);
	tcase_add_test(tc, pseudonyms_and_the_order_of_rows_are_those_of_the_function_of_the_database);
	tcase_add_test(tc, verify_compares_the_judgments_that_labels_count_with_those_that_are_there);
	tcase_add_test(tc, a_text_that_looks_like_a_formula_is_none_in_csv_and_whole_in_json);
	tcase_add_loop_test(tc, what_a_desktop_leaves_in_a_folder_is_a_note, 0,
	                    sizeof left_behind / sizeof left_behind[0]);
	tcase_add_loop_test(tc, a_hostile_folder_is_refused_at_once, 0,
	                    sizeof hostile / sizeof hostile[0]);
	tcase_add_test(tc, a_licence_is_no_markup_in_the_card);
	tcase_add_test(tc, a_release_is_not_written_to_a_folder_without_a_name);
	tcase_add_test(tc, a_file_too_many_is_to_be_deleted_and_a_changed_one_got_anew);
	tcase_add_test(tc, no_bytes_are_released_under_two_labels);
	tcase_add_test(tc, a_label_says_by_which_rule_the_crowd_decided_it);
	tcase_add_test(tc, a_label_says_what_was_declared_and_not_who_made_it);
	tcase_add_loop_test(tc, a_release_of_before_labels_had_all_columns_is_good, 0,
	                    sizeof before / sizeof before[0]);
	tcase_add_test(tc, verify_names_the_files_that_hold_the_same_bytes_under_two_labels);
	tcase_add_test(tc, the_card_warns_of_volunteers_who_err_together);
	tcase_add_test(tc, a_card_without_volunteers_names_nobody);
	tcase_add_test(tc, the_figures_tell_of_volunteers_who_err_together_and_not_who_they_are);
	suite_add_tcase(suite, tc);
	return suite;
}
