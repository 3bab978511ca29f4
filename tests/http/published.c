/* SPDX-License-Identifier: Apache-2.0 */
#include "published.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database.h"

struct answer ask_for(struct person *as, const char *name, const char *campaign)
{
	return post(as, RELEASES,
	            json_pack("{s:s, s:s, s:{s:s}}", "name", name, "version", "1.0", "filter",
	                      "campaign", campaign));
}

void make_retired(const char *campaign, int count, double p_fake, const struct items *like)
{
	struct items items = *like;

	items.campaign = campaign;
	items.count = count;
	items.state = "retired";
	make_items(&items);
	tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes)"
	        " SELECT i.id, %f, 0, 1, 5, 3 FROM item i JOIN campaign c ON c.id = i.campaign_id"
	        " WHERE c.name = '%s' ON CONFLICT DO NOTHING",
	        p_fake, campaign);
}

const char *a_full_campaign(void)
{
	const char *campaign = a_campaign();
	const char *fake = fresh_name(), *real = fresh_name();

	make_retired(campaign, 6, 0.99,
	             &(struct items){ .file = a_file(fake, strlen(fake)), .lineage = fresh_name() });
	make_retired(campaign, 6, 0.02,
	             &(struct items){ .file = a_file(real, strlen(real)), .lineage = fresh_name() });
	return campaign;
}

void judge_all(const char *campaign, int volunteers)
{
	tell_db("WITH c AS (UPDATE campaign SET threshold = 0.6 WHERE name = '%s' RETURNING id),"
	        " v AS (INSERT INTO volunteer (id, salt, consent_version)"
	        "       SELECT gen_random_uuid(), substr(uuid_send(gen_random_uuid()), 1, 16), 1"
	        "         FROM generate_series(1, %d) RETURNING id),"
	        " said AS (SELECT gen_random_uuid() AS pair, v.id AS volunteer, i.id AS item,"
	        "                 i.campaign_id, i.media_type, k.p_fake"
	        "            FROM v, c, item i, consensus k"
	        "           WHERE i.campaign_id = c.id AND k.item_id = i.id OFFSET 0),"
	        " p AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type,"
	        "           kind, matched, policy, body_hash, server_ms, exposure_ms, judged_at)"
	        "       SELECT pair, volunteer, campaign_id, media_type, 'random', false, 1,"
	        "              sha256(''), 3000, 2500, clock_timestamp() FROM said),"
	        " j AS (INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
	        "           confidence, training, marks, judged_at)"
	        "       SELECT item, volunteer, pair, 'left', CASE WHEN p_fake < 0.5 THEN 'real' ELSE"
	        "              'fake' END::verdict, 80, false, '[{\"x\": 0.5, \"y\": 0.25}]',"
	        "              clock_timestamp() FROM said)"
	        "UPDATE consensus k SET judgments = coalesce((SELECT count(*) FROM judgment j"
	        "         WHERE j.item_id = k.item_id), 0) + %d, fake_votes = 0"
	        "  FROM c, item i WHERE i.id = k.item_id AND i.campaign_id = c.id",
	        campaign, volunteers, volunteers);
}

json_t *a_finished_job(struct person *as, const char *id)
{
	const char *job = say("/api/v1/jobs/%s", id);

	for (int try = 0; try < 600; try++) {
		struct answer a = get(as, job);
		expect_status(a, 200);
		if (json_is_string(at(a.body, "finished_at")))
			return a.body;
		wait_ms(50);
	}
	ck_abort_msg("%s does not end", job);
	return NULL;
}

const char *a_release(struct person *as, const char *campaign)
{
	const char *name = fresh_name();
	struct answer a = ask_for(as, name, campaign);

	expect_status(a, 202);
	json_t *job = a_finished_job(as, text_at(a.body, "job/id"));
	ck_assert_msg(strcmp(text_at(job, "state"), "done") == 0, "%s", json_dumps(job, 0));
	return name;
}

static const char *all_of(FILE *in)
{
	char *text = NULL, block[4096];
	size_t len = 0, some;
	FILE *out = open_memstream(&text, &len);

	while ((some = fread(block, 1, sizeof block, in)) > 0)
		fwrite(block, 1, some, out);
	fclose(out);
	return keep(text);
}

static const char *run_with(int *ret_code, const char *format, va_list list)
{
	char arguments[2048];

	vsnprintf(arguments, sizeof arguments, format, list);
	FILE *pipe = popen(say("%s %s 2>&1 </dev/null", getenv("PROGRAM"), arguments), "re");
	ck_assert_ptr_nonnull(pipe);
	const char *said = all_of(pipe);
	*ret_code = WEXITSTATUS(pclose(pipe));
	return said;
}

const char *run_program(int *ret_code, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	const char *said = run_with(ret_code, format, list);
	va_end(list);
	return said;
}

const char *run_well(const char *format, ...)
{
	va_list list;
	int code;

	va_start(list, format);
	const char *said = run_with(&code, format, list);
	va_end(list);
	ck_assert_msg(code == 0, "%s", said);
	return said;
}

const char *a_written_release(const char *name)
{
	const char *folder = say("%s/%s-1.0", getenv("TOUCHSTONE_DATA"), name);

	run_well("release write %s 1.0 %s", name, folder);
	return folder;
}

const char *file_text(const char *folder, const char *name)
{
	FILE *in = fopen(say("%s/%s", folder, name), "re");

	ck_assert_msg(in != NULL, "%s/%s is missing", folder, name);
	const char *text = all_of(in);
	fclose(in);
	return text;
}

void put_file(const char *folder, const char *name, const char *text)
{
	FILE *out = fopen(say("%s/%s", folder, name), "we");

	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
}

void sign_again(const char *folder)
{
	ck_assert_int_eq(system(say("cd '%s' && rm -f SIGNING-KEY.pub SHA256SUMS.minisig manifest.note "
	                            "datapackage.json croissant.json leakage.json &&"
	                            " find . -type f ! -name SHA256SUMS -printf '%%P\\0' |"
	                            " xargs -0 sha256sum >SHA256SUMS",
	                            folder)),
	                 0);
}
