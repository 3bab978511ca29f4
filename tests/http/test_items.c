/* SPDX-License-Identifier: Apache-2.0 */
/* Items as an operator makes and corrects them: known files, corrections, withdrawal. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "suites.h"
#include "world.h"

/* A colour that no other test has. */
static const char *a_colour(void)
{
	return say("0x%.6s", fresh_name() + 1);
}

/* Makes one picture as a.png, and other files that show the same. */
static const char *a_folder_of_pictures(void)
{
	const char *folder = a_folder();
	struct ran made =
		shell(folder, say("ffmpeg -v error -f lavfi -i color=%s:s=64x48 -frames:v 1 a.png &&"
	                      " vips copy a.png comment.png'[strip=false]' && vips copy a.png "
	                      "lossless.webp'[lossless]'"
	                      " && ffmpeg -v error -i a.png -compression_level 1 packed.png",
	                      a_colour()));

	ck_assert_msg(made.code == 0, "%s", made.said);
	return folder;
}

/* Imports one file with some columns; what was said. */
static const char *import_one(int code, const char *folder, const char *campaign,
                              const char *header, const char *row)
{
	write_text(folder, "m.csv", say("%s\n%s\n", header, row));
	return expect_code(code, folder, say("import m.csv --campaign %s", campaign));
}

static const char *item_of(const char *campaign)
{
	return ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id"
	              " WHERE c.name = '%s'",
	              campaign);
}

static long long items_in(const char *campaign)
{
	return count_db("SELECT count(*) FROM item i JOIN campaign c ON c.id = i.campaign_id"
	                " WHERE c.name = '%s'",
	                campaign);
}

static void expect_text(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in: %s", part, text);
}

/* ---------------------------------------------------------------- known files */

/* Two files of other bytes that show, or sound, the same: how each is made. */
static const struct {
	const char *one, *make_one, *other, *make_other;
} equals[] = {
	{ "a.png", "ffmpeg -v error -f lavfi -i color=$colour:s=64x48 -frames:v 1 a.png", "b.png",
	  "{ head -c 33 a.png; printf '\\000\\000\\000\\004tEXta\\000hi\\255\\124\\176\\175';"
	  " tail -c +34 a.png; } > b.png" },
	{ "a.png", "ffmpeg -v error -f lavfi -i color=$colour:s=64x48 -frames:v 1 a.png", "b.webp",
	  "vips copy a.png b.webp'[lossless]'" },
	{ "a.png", "ffmpeg -v error -f lavfi -i color=$colour:s=64x48 -frames:v 1 a.png", "b.tif",
	  "vips copy a.png b.tif'[compression=lzw]'" },
	{ "a.jpg", "ffmpeg -v error -f lavfi -i color=$colour:s=64x48 -frames:v 1 a.jpg", "b.jpg",
	  "{ head -c 2 a.jpg; printf '\\377\\376\\000\\006abcd'; tail -c +3 a.jpg; } > b.jpg" },
	{ "a.wav",
	  "c=$colour; ffmpeg -v error -f lavfi -i sine=$((300 + c % 2000)):d=$((c % 5 + 1)) a.wav",
	  "b.flac", "ffmpeg -v error -i a.wav b.flac" },
	{ "a.mp4", "ffmpeg -v error -f lavfi -i color=$colour:s=64x48:d=1 -c:v libx264 a.mp4", "b.mov",
	  "ffmpeg -v error -i a.mp4 -c copy b.mov" },
	{ "a.mp4",
	  "ffmpeg -v error -f lavfi -i color=$colour:s=64x48:d=1:r=30 -f lavfi -i sine=$((300 + colour "
	  "% 2000)):d=1 -c:v libx264 -c:a aac a.mp4",
	  "b.mkv", "ffmpeg -v error -i a.mp4 -c copy b.mkv" },
	{ "a.ogg",
	  "ffmpeg -v error -f lavfi -i sine=$((300 + colour % 2000)):d=$((colour % 5 + 1)) -c:a "
	  "libopus "
	  "a.ogg",
	  "b.mkv", "ffmpeg -v error -i a.ogg -c copy b.mkv" },
};

START_TEST(a_file_that_shows_the_same_is_the_same_item)
{
	const char *folder = a_folder(), *campaign = fresh_name();
	struct ran one = shell(folder, say("colour=%s; %s", a_colour(), equals[_i].make_one));
	struct ran other = shell(folder, equals[_i].make_other);

	ck_assert_msg(one.code == 0 && other.code == 0, "%s%s", one.said, other.said);
	ck_assert_int_ne(shell(folder, say("cmp %s %s", equals[_i].one, equals[_i].other)).code, 0);
	write_text(folder, "m.csv",
	           say("file,truth,basis\n%s,real,dataset_label\n%s,real,dataset_label\n",
	               equals[_i].one, equals[_i].other));
	const char *said = expect_code(0, folder, say("import m.csv --campaign %s", campaign));
	expect_text(said, "2 rows: 1 new, 1 known already, 0 bad");
	ck_assert_int_eq(items_in(campaign), 1);
	said = expect_code(0, folder, say("item show %s", equals[_i].other));
	expect_text(said, item_of(campaign));
}
END_TEST

/* Its compressed pictures are the same, and yet it shows another thing: twice as fast. */
START_TEST(a_film_that_only_runs_faster_is_another_item)
{
	const char *folder = a_folder(), *campaign = fresh_name();
	struct ran made = shell(
		folder,
		say("ffmpeg -v error -f lavfi -i testsrc2=s=64x48:d=2,hue=h=%lld -c:v libx264 a.mp4 &&"
	        " ffmpeg -v error -itsscale 0.5 -i a.mp4 -c copy b.mp4",
	        count_db("SELECT count(*) FROM item")));

	ck_assert_msg(made.code == 0, "%s", made.said);
	write_text(folder, "m.csv", "file\na.mp4\nb.mp4\n");
	expect_text(expect_code(0, folder, say("import m.csv --campaign %s", campaign)), "2 new");
}
END_TEST

START_TEST(a_row_that_contradicts_a_known_item_is_reported_and_changes_nothing)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	write_text(folder, "m.csv",
	           "file,truth,basis,group,identity,licence\n"
	           "a.png,real,dataset_label,g1,p1;p2,CC0-1.0\n"
	           "lossless.webp,fake,fact_check,g2,p2;p3,MIT\n");
	const char *said = expect_code(1, folder, say("import m.csv --campaign %s", campaign));
	expect_text(said, "m.csv:3: lossless.webp: known already");
	expect_text(said, "truth is \"real\" there and \"fake\" here");
	expect_text(said, "basis is \"dataset_label\" there and \"fact_check\" here");
	expect_text(said, "group is \"g1\" there and \"g2\" here");
	expect_text(said, "identity is \"p1;p2\" there and \"p2;p3\" here");
	expect_text(said, "licence is \"CC0-1.0\" there and \"MIT\" here");
	expect_text(said, "2 rows: 1 new, 0 known already, 1 bad");
	ck_assert_str_eq(ask_db("SELECT truth FROM item WHERE id = '%s'", item_of(campaign)), "real");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM item_change WHERE item_id = '%s'", item_of(campaign)), 0);
}
END_TEST

START_TEST(what_a_row_does_not_say_contradicts_nothing)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	import_one(0, folder, campaign, "file,truth,basis,gold,group,licence",
	           "a.png,real,dataset_label,true,g,CC0-1.0");
	expect_text(import_one(0, folder, campaign, "file", "a.png"), "1 known already");
	expect_text(import_one(0, folder, campaign, "file,truth,gold,licence", "a.png,,,"),
	            "1 known already");
	expect_text(import_one(1, folder, campaign, "file,gold", "a.png,false"),
	            "gold is \"true\" there and \"false\" here");
}
END_TEST

START_TEST(lists_and_names_are_compared_in_one_form)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	import_one(0, folder, campaign, "file,identity,technique,truth,basis",
	           "a.png,zoe\xc3\xab;adam,splice;lip_sync,fake,dataset_label");
	expect_text(import_one(0, folder, campaign, "file,identity,technique",
	                       "a.png,adam;zoee\xcc\x88,lip_sync;splice"),
	            "1 known already");
}
END_TEST

START_TEST(a_name_with_white_space_in_it_is_the_same_the_next_time)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();
	const char *row = say("a.png,\" %s   b\",ann  lee;  bob\xc2\xa0lee,Title  here", fresh_name());

	import_one(0, folder, campaign, "file,group,identity,title", row);
	expect_text(import_one(0, folder, campaign, "file,group,identity,title", row),
	            "1 known already");
}
END_TEST

START_TEST(an_edit_reads_values_as_a_manifest_does)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	import_one(0, folder, campaign, "file,pair", say("a.png,%s", fresh_name()));
	const char *id = item_of(campaign), *pair = ask_db("SELECT pair FROM item WHERE id = '%s'", id);
	expect_code(0, folder,
	            say("item edit %s 'truth= Fake' basis=fact_check gold=TRUE 'title= a title '"
	                " 'identity= b ; a;b' group=x 'licence= ' --reason x",
	                id));
	ck_assert_str_eq(ask_db("SELECT concat(truth, ',', gold, ',', title, ',', identities, ',',"
	                        " licence IS NULL) FROM item WHERE id = '%s'",
	                        id),
	                 "fake,t,a title,{a,b},t");
	expect_text(import_one(0, folder, campaign, "file,truth,basis,gold,title,identity",
	                       "a.png,fake,fact_check,true,a title,a;b"),
	            "1 known already");
	expect_code(0, folder, say("item edit %s 'group=  ' --reason x", id));
	ck_assert_str_eq(ask_db("SELECT lineage FROM item WHERE id = '%s'", id), pair);
	expect_text(expect_code(1, folder, say("item edit %s title=a title=b --reason x", id)),
	            "twice");
}
END_TEST

START_TEST(a_known_item_of_another_campaign_is_reported)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name(), *other = fresh_name();

	import_one(0, folder, campaign, "file", "a.png");
	const char *said = import_one(1, folder, other, "file", "a.png");
	expect_text(said, say("campaign is \"%s\" there and \"%s\" here", campaign, other));
	said = expect_code(1, folder, say("import m.csv --update --campaign %s", other));
	expect_text(said, "1 bad");
	ck_assert_int_eq(items_in(other), 0);
}
END_TEST

START_TEST(imports_of_the_same_picture_at_once_make_one_item)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	write_text(folder, "1.csv", "file\na.png\n");
	write_text(folder, "2.csv", "file\nlossless.webp\n");
	write_text(folder, "3.csv", "file\npacked.png\n");
	write_text(folder, "4.csv", "file\na.png\n");
	struct ran ran = shell(
		folder, say("for m in 1 2 3 4; do \"$PROGRAM\" import $m.csv --campaign %s & done; wait",
	                campaign));
	ck_assert_int_eq(items_in(campaign), 1);
	ck_assert_ptr_null(strstr(ran.said, "1 bad"));
}
END_TEST

START_TEST(media_that_the_store_has_lost_come_back_with_the_next_import)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	import_one(0, folder, campaign, "file", "a.png");
	const char *rendition =
		ask_db("SELECT encode(rendition, 'hex') FROM item WHERE id = '%s'", item_of(campaign));
	const char *path = say("%s/media/%.2s/%s", getenv("TOUCHSTONE_DATA"), rendition, rendition + 2);
	ck_assert_int_eq(shell("/", say("rm -f '%s'", path)).code, 0);
	const char *said = import_one(0, folder, campaign, "file", "a.png");
	expect_text(said, "1 corrected or mended");
	ck_assert_int_eq(shell("/", say("sha256sum '%s' | grep %s", path, rendition)).code, 0);
	expect_text(import_one(0, folder, campaign, "file", "a.png"), "1 known already, 0 bad");
}
END_TEST

/* ---------------------------------------------------------------- twins */

/* Two items that show the same, put there by an older version, and `more` others. */
static void make_twins(const char *campaign, const char *lineage, int more)
{
	const char *file = a_file(campaign, strlen(campaign));

	make_items(&(struct items){
		.campaign = campaign, .count = 2, .file = file, .lineage = lineage, .pair = lineage });
	if (more)
		make_items(&(struct items){
			.campaign = campaign, .count = more, .lineage = lineage, .pair = lineage });
}

START_TEST(items_that_show_the_same_are_no_pair)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	make_twins(campaign, _i ? fresh_name() : NULL, 0);
	await_desk(NULL);
	expect_status(post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign)),
	              204);
	make_items(&(struct items){ .campaign = campaign, .count = 1 });
	await_desk(NULL);
	expect_status(post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign)),
	              201);
}
END_TEST

START_TEST(items_that_come_to_show_the_same_become_one_lineage)
{
	const char *campaign = a_campaign(), *group = fresh_name();

	make_items(&(struct items){ .campaign = campaign, .count = 3, .lineage = group });
	const char *alone = an_item(&(struct items){ .campaign = campaign });
	tell_db("UPDATE item SET rendition = (SELECT rendition FROM item WHERE lineage = '%s' LIMIT 1)"
	        " WHERE id = '%s'",
	        group, alone);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE lineage = '%s'", group), 4);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_change WHERE item_id = '%s'"
	                          " AND field = 'group' AND after = '%s'",
	                          alone, group),
	                 1);
	tell_db("UPDATE item SET lineage = 'another %s' WHERE id = '%s'", group, alone);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE lineage = 'another %s'", group), 2);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE lineage = '%s'", group), 2);
}
END_TEST

/* ---------------------------------------------------------------- corrections */

START_TEST(an_update_corrects_the_item_and_notes_who_when_and_from_what)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	import_one(0, folder, campaign, "file,truth,basis,licence,sensitive",
	           "a.png,real,dataset_label,MIT,true");
	write_text(folder, "m.csv",
	           "file,truth,basis,licence,sensitive\na.png,fake,fact_check,CC0-1.0,false\n");
	const char *said = expect_code(0, folder, say("import m.csv --update --campaign %s", campaign));
	expect_text(said, "m.csv:2: a.png: item");
	expect_text(said, "0 known already, 1 corrected or mended, 0 bad");
	const char *id = item_of(campaign);
	ck_assert_str_eq(
		ask_db("SELECT concat(truth, ' ', basis, ' ', licence, ' ', sensitive) FROM item"
	           " WHERE id = '%s'",
	           id),
		"fake fact_check CC0-1.0 f");
	ck_assert_str_eq(
		ask_db("SELECT string_agg(concat(field, ' ', before, ' ', after), ', ' ORDER BY field)"
	           " FROM item_change WHERE item_id = '%s' AND who <> '' AND reason = 'import --update'"
	           " AND changed_at > now() - interval '1 minute'",
	           id),
		"basis dataset_label fact_check, licence MIT CC0-1.0, sensitive true false, truth real "
		"fake");
	expect_text(expect_code(0, folder, say("import m.csv --campaign %s", campaign)),
	            "1 known already");
}
END_TEST

START_TEST(what_a_manifest_declares_is_kept_compared_and_corrected)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();
	const char *header = "file,rights,people,made_by,made_how,region";

	import_one(0, folder, campaign, header, "a.png,licensed,consented,Ann Lee,a phone,8;8;16;16");
	ck_assert_str_eq(ask_db("SELECT concat_ws(' ', rights, people, made_by, made_how, region) FROM"
	                        " item WHERE id = '%s'",
	                        item_of(campaign)),
	                 "licensed consented Ann Lee a phone {8,8,16,16}");
	expect_text(import_one(0, folder, campaign, header,
	                       "a.png,licensed,consented,Ann Lee,a phone,\" 8; 8;16;16\""),
	            "1 known already");
	expect_text(import_one(1, folder, campaign, header, "a.png,own_work,nobody,Ann Lee,a phone,"),
	            "people is \"consented\" there and \"nobody\" here; rights is \"licensed\"");
	expect_code(0, folder,
	            "item edit a.png rights=public_domain made_by= region='9;9;16;16' --reason test");
	ck_assert_str_eq(ask_db("SELECT concat_ws(' ', rights, people, made_by, made_how, region) FROM"
	                        " item WHERE id = '%s'",
	                        item_of(campaign)),
	                 "public_domain consented a phone {9,9,16,16}");
	expect_text(expect_code(0, folder, "item show a.png"), "made_by: Ann Lee -> (nothing)");
	expect_text(expect_code(1, folder, "item edit a.png people=many --reason test"), "not known");
}
END_TEST

START_TEST(an_edit_keeps_the_rules_of_a_row)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	import_one(0, folder, campaign, "file,truth,basis,gold", "a.png,real,dataset_label,true");
	const char *id = item_of(campaign);
	static const struct {
		const char *arguments, *why;
	} wrong[] = {
		{ "truth=maybe", "not known" },      { "truth=", "gold needs a truth" },
		{ "basis=", "truth needs a basis" }, { "training=true", "gold and training" },
		{ "gold=perhaps", "true or false" }, { "technique=magic", "not known" },
		{ "file=x.png", "no column" },       { "state=retired", "no column" },
		{ "nonsense", "no COLUMN=VALUE" },
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		expect_text(
			expect_code(1, folder, say("item edit %s %s --reason test", id, wrong[i].arguments)),
			wrong[i].why);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_change WHERE item_id = '%s'", id), 0);
	expect_code(2, folder, say("item edit %s truth=fake", id)); /* no reason */
	expect_code(2, folder, say("item edit %s truth=fake --reason ' '", id));
	expect_code(
		0, folder,
		say("item edit %s truth=fake title='A \"quoted\" name' gold= --reason 'the source erred'",
	        id));
	ck_assert_str_eq(
		ask_db("SELECT concat(truth, ' ', gold, ' ', title) FROM item WHERE id = '%s'", id),
		"fake f A \"quoted\" name");
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_change WHERE item_id = '%s'"
	                          " AND reason = 'the source erred'",
	                          id),
	                 3);
	expect_text(expect_code(0, folder, "item show a.png"), "truth: real -> fake");
}
END_TEST

START_TEST(corrections_stay)
{
	const char *id = an_item(&(struct items){ .campaign = a_campaign() });

	tell_db("UPDATE item SET licence = 'MIT' WHERE id = '%s'", id);
	ck_assert_str_eq(ask_db("SELECT after FROM item_change WHERE item_id = '%s'", id), "MIT");
	tell_db("DO $$ BEGIN DELETE FROM item_change WHERE item_id = '%s';"
	        " RAISE 'it went'; EXCEPTION WHEN restrict_violation THEN NULL; END $$",
	        id);
	tell_db("DO $$ BEGIN UPDATE item_change SET after = 'x' WHERE item_id = '%s';"
	        " RAISE 'it changed'; EXCEPTION WHEN restrict_violation THEN NULL; END $$",
	        id);
}
END_TEST

/* Nobody judges meanwhile: only the correction asks for the fit. */
START_TEST(gold_whose_truth_is_corrected_is_scored_anew)
{
	const char *id =
		an_item(&(struct items){ .campaign = a_campaign(), .truth = "real", .gold = true });

	await_db(60, "SELECT count(*) = 0 FROM score_pending");
	tell_db("UPDATE item SET truth = 'fake' WHERE id = '%s'", id);
	long long asked = count_db("SELECT max(id) FROM score_pending");
	await_db(60, say("SELECT NOT EXISTS (SELECT FROM score_pending WHERE id = %lld)", asked));
}
END_TEST

/* Its judgments stay, and count no more: the model has no place for the item. */
START_TEST(an_item_with_judgments_may_become_a_training_item)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	const char *token = text_at(a_lease(&person, campaign), "assignment");
	expect_status(post(&person, "/api/v1/judgments", verdicts_on(token, "real", "fake")), 201);
	const char *id = item_of(campaign);
	expect_code(0, "/",
	            say("item edit %s truth=real basis=fact_check training=true --reason x", id));
	tell_db("DELETE FROM consensus WHERE item_id = '%s'", id);
	expect_code(0, "/", "score --full");
	ck_assert_int_eq(count_db("SELECT count(*) FROM consensus WHERE item_id = '%s'", id), 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM judgment WHERE item_id = '%s'", id), 1);
}
END_TEST

START_TEST(a_correction_that_ties_two_splits_is_said)
{
	const char *campaign = a_campaign(), *group = fresh_name();
	const char *one = an_item(&(struct items){ .campaign = campaign, .lineage = group });
	const char *other = an_item(&(struct items){ .campaign = campaign });

	tell_db("INSERT INTO item_split VALUES ('%s', 'train'), ('%s', 'test')", one, other);
	const char *said =
		expect_code(0, "/", say("item edit %s group=%s --reason 'one original'", other, group));
	expect_text(said, "splits test, train");
	said = expect_code(0, "/", say("item edit %s title=x --reason 'a name'", other));
	ck_assert_ptr_null(strstr(said, "splits"));
}
END_TEST

/* ---------------------------------------------------------------- releases */

START_TEST(the_next_release_carries_a_correction_and_says_so)
{
	const char *campaign = a_campaign(), *name = fresh_name(), *folder = a_folder();

	for (int i = 0; i < 12; i++) {
		const char *bytes = fresh_name();
		make_items(&(struct items){ .campaign = campaign,
		                            .truth = "real",
		                            .state = "retired",
		                            .file = a_file(bytes, strlen(bytes)) });
	}
	tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes)"
	        " SELECT i.id, .02 + .96 * (row_number() OVER () %% 2), 0, 1, 5, 3"
	        " FROM item i JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
	        campaign);
	expect_code(0, folder, say("release create %s 1.0 --campaign %s", name, campaign));
	expect_code(0, folder, say("release write %s 1.0 one", name));
	ck_assert_int_ne(shell(folder, "grep -q '^## Corrections' one/README.md").code, 0);
	const char *item = item_of(campaign);
	const char *other = ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id"
	                           " WHERE c.name = '%s' AND i.id <> '%s' LIMIT 1",
	                           campaign, item);
	expect_code(0, folder, say("item edit %s truth=fake licence=MIT --reason 'an error'", item));
	expect_code(0, folder, say("item withdraw %s --reason 'taken down'", other));
	expect_code(0, folder, say("release create %s 1.1 --campaign %s", name, campaign));
	expect_code(0, folder, say("release write %s 1.1 two", name));
	struct ran card = shell(folder, "cat two/README.md");
	expect_text(card.said, "Since version 1.0: the truth of 1 items in this release was corrected, "
	                       "and other facts of 1 ");
	expect_text(card.said, "1 items of that version were withdrawn");
	ck_assert_int_eq(
		shell(folder, say("grep '%s' one/labels.csv | grep -q ,real,dataset_label", item)).code, 0);
	ck_assert_int_eq(
		shell(folder, say("grep '%s' two/labels.csv | grep -q ,fake,dataset_label", item)).code, 0);
	ck_assert_int_ne(shell(folder, say("grep -q '%s' two/labels.csv", other)).code, 0);
	expect_text(expect_code(0, folder, say("item show %s", item)), "1.1");
}
END_TEST

/* ---------------------------------------------------------------- withdrawal */

START_TEST(a_withdrawn_item_is_out_of_service_and_its_dispute_closed)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer(), moderator = an_account("moderator");

	make_items(&(struct items){ .campaign = campaign, .count = 1 });
	const char *item = an_item(&(struct items){ .campaign = campaign });
	const char *dispute = a_dispute("max_judgments", &(struct items){ .campaign = campaign });
	const char *disputed = ask_db("SELECT item_id FROM dispute WHERE id = '%s'", dispute);
	expect_status(post(&moderator, say("/api/v1/disputes/%s/claim", dispute), json_object()), 200);
	expect_code(0, "/", say("item withdraw %s --reason 'taken down'", item));
	expect_text(expect_code(0, "/", say("item withdraw %s --reason 'taken down'", disputed)),
	            "dispute closed");
	await_desk(NULL);
	expect_status(post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign)),
	              204);
	struct answer verdict = post(&moderator, say("/api/v1/disputes/%s/verdict", dispute),
	                             json_pack("{s:s, s:i}", "verdict", "real", "confidence", 90));
	expect_problem(verdict, 409, "dispute-settled");
	ck_assert_str_eq(text_at(get(&moderator, say("/api/v1/disputes/%s", dispute)).body, "state"),
	                 "withdrawn");
	expect_text(expect_code(1, "/", say("item withdraw %s --reason again", item)), "was withdrawn");
	expect_text(expect_code(1, "/", say("item edit %s title=x --reason again", item)),
	            "was withdrawn");
}
END_TEST

START_TEST(a_withdrawn_item_does_not_come_back_by_import)
{
	const char *folder = a_folder_of_pictures(), *campaign = fresh_name();

	import_one(0, folder, campaign, "file", "a.png");
	expect_code(0, folder, "item withdraw a.png --reason 'taken down'");
	expect_text(import_one(1, folder, campaign, "file", "lossless.webp"), "it was withdrawn");
	expect_code(1, folder, say("import m.csv --update --campaign %s", campaign));
	ck_assert_str_eq(ask_db("SELECT state FROM item WHERE id = '%s'", item_of(campaign)),
	                 "withdrawn");
}
END_TEST

START_TEST(an_item_that_is_not_there_is_said)
{
	expect_text(expect_code(1, "/", "item show 018f0000-0000-7000-8000-000000000000"), "no item");
	expect_text(expect_code(1, "/", "item show /etc/hostname"), "no item");
	expect_text(expect_code(1, "/", "item show /dev/zero"), "no item");
	expect_text(expect_code(1, "/", "item show /"), "no item");
	expect_text(expect_code(1, "/", "item show \"x'; DROP TABLE item; --\""), "no item");
	expect_code(2, "/", "item show");
	expect_code(2, "/", "item eat x");
}
END_TEST

Suite *http_items_suite(void)
{
	Suite *suite = suite_create("http/items");
	TCase *tc = tcase_create("items");

	tcase_set_timeout(tc, 400);
	tcase_add_loop_test(tc, a_file_that_shows_the_same_is_the_same_item, 0,
	                    sizeof equals / sizeof equals[0]);
	tcase_add_test(tc, a_film_that_only_runs_faster_is_another_item);
	tcase_add_test(tc, a_row_that_contradicts_a_known_item_is_reported_and_changes_nothing);
	tcase_add_test(tc, what_a_row_does_not_say_contradicts_nothing);
	tcase_add_test(tc, lists_and_names_are_compared_in_one_form);
	tcase_add_test(tc, a_name_with_white_space_in_it_is_the_same_the_next_time);
	tcase_add_test(tc, an_edit_reads_values_as_a_manifest_does);
	tcase_add_test(tc, a_known_item_of_another_campaign_is_reported);
	tcase_add_test(tc, imports_of_the_same_picture_at_once_make_one_item);
	tcase_add_test(tc, media_that_the_store_has_lost_come_back_with_the_next_import);
	tcase_add_loop_test(tc, items_that_show_the_same_are_no_pair, 0, 2);
	tcase_add_test(tc, items_that_come_to_show_the_same_become_one_lineage);
	tcase_add_test(tc, an_update_corrects_the_item_and_notes_who_when_and_from_what);
	tcase_add_test(tc, what_a_manifest_declares_is_kept_compared_and_corrected);
	tcase_add_test(tc, an_edit_keeps_the_rules_of_a_row);
	tcase_add_test(tc, corrections_stay);
	tcase_add_test(tc, gold_whose_truth_is_corrected_is_scored_anew);
	tcase_add_test(tc, an_item_with_judgments_may_become_a_training_item);
	tcase_add_test(tc, a_correction_that_ties_two_splits_is_said);
	tcase_add_test(tc, the_next_release_carries_a_correction_and_says_so);
	tcase_add_test(tc, a_withdrawn_item_is_out_of_service_and_its_dispute_closed);
	tcase_add_test(tc, a_withdrawn_item_does_not_come_back_by_import);
	tcase_add_test(tc, an_item_that_is_not_there_is_said);
	suite_add_tcase(suite, tc);
	return suite;
}
