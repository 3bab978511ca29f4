/* SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "world.h"

#include "core/uuid.h"

#define LINEAGES 60
#define ALONE    40

struct walk walks[WALKERS];
const char *walk_campaign;

static struct walk_item items[512];
static size_t item_count;

/* Lineages of two: real and fake, two takes, two manipulations; golds and training among them. */
static void make_campaign(void)
{
	static const char *const truths[][2] = { { "real", "fake" },
		                                     { "real", "real" },
		                                     { "fake", "fake" } };

	walk_campaign = a_campaign();
	for (int n = 0; n < LINEAGES; n++) {
		const char *lineage = fresh_name();
		bool training = n < 9, gold = !training && n % 3 == 0;

		for (int side = 0; side < 2; side++)
			make_items(&(struct items){ .campaign = walk_campaign,
			                            .truth = truths[n / 3 % 3][side],
			                            .training = training,
			                            .gold = gold,
			                            .lineage = lineage,
			                            .pair = lineage });
	}
	for (int n = 0; n < ALONE; n++)
		make_items(&(struct items){
			.campaign = walk_campaign, .truth = truths[0][n % 2], .gold = n % 4 < 2 });
}

static void note_item(void *arg, const char *const columns[])
{
	struct walk_item *item = &items[item_count++];
	(void)arg;

	snprintf(item->id, sizeof item->id, "%s", columns[0]);
	snprintf(item->lineage, sizeof item->lineage, "%s", columns[1]);
	item->fake = strcmp(columns[2], "fake") == 0;
	item->gold = columns[3][0] == 't';
	item->training = columns[4][0] == 't';
}

static const struct walk_item *item_of(const unsigned char id[UUID_BYTES])
{
	char text[UUID_TEXT];

	uuid_to_text(text, id);
	for (size_t i = 0; i < item_count; i++)
		if (strcmp(items[i].id, text) == 0)
			return &items[i];
	ck_abort_msg("an item of another campaign: %s", text);
	return NULL;
}

/* What an honest volunteer says: some right, some wrong. */
static const char *opinion(const struct walk_item *item, size_t n)
{
	return item->fake != (n % 4 == 0) ? "fake" : "real";
}

static bool step(struct person *as, struct walk *walk)
{
	struct step *step = &walk->steps[walk->count];
	struct answer a =
		post(as, "/api/v1/assignments", json_pack("{s:s}", "campaign", walk_campaign));

	if (a.status == 204)
		return false;
	expect_status(a, 201);
	const char *token = text_at(a.body, "assignment");
	step->said_training = true_at(a.body, "training");
	step->lease = lease_of(token, as);
	step->left = item_of(step->lease.left);
	step->right = item_of(step->lease.right);
	struct answer told = post(as, "/api/v1/judgments",
	                          verdicts_on(token, opinion(step->left, walk->count),
	                                      opinion(step->right, walk->count + walk->count / 4)));
	expect_status(told, 201);
	step->told_truth = strstr(told.text, "truth") || strstr(told.text, "correct\":t") ||
	                   strstr(told.text, "correct\":f") || strstr(told.text, "explanation");
	step->pairs = number_at(told.body, "progress/pairs");
	step->training = number_at(told.body, "progress/training/done");
	step->correct = number_at(told.body, "progress/training/correct");
	return ++walk->count < WALK_MOST;
}

void walk_all(void)
{
	make_campaign();
	each_row(note_item, NULL,
	         say("SELECT i.id, i.lineage, i.truth, i.gold, i.training FROM item i"
	             " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
	             walk_campaign));
	await_desk(NULL);
	for (int w = 0; w < WALKERS; w++) {
		struct person person = a_volunteer();

		walks[w].volunteer = volunteer_id(&person);
		while (step(&person, &walks[w]))
			;
		walks[w].me = get(&person, "/api/v1/me").text;
	}
}
