/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/assignment.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/random.h"
#include "crowd/choose.h"
#include "crowd/judgments.h"
#include "db/db.h"
#include "domain/catalogue.h"
#include "domain/volunteer.h"

_Static_assert(sizeof(struct lease) == 5 * UUID_BYTES + 24, "sealed as it is: no padding");
_Static_assert(sizeof(struct lease) <= SEAL_MAX_BYTES, "must fit");

#define NEWCOMER_SKILL .72 /* of someone nothing is known about: a typical volunteer's */

const char *const skip_reasons[] = { "cannot_load", "sensitive", "recognised", "other", NULL };
const char *const assignment_kinds[] = { "training", "gold", "random", "informative", NULL };

void lease_seal(const struct seal *seal, const struct lease *lease, char token[LEASE_TOKEN])
{
	seal_bytes(seal, SEAL_ASSIGNMENT, lease, sizeof *lease, token);
}

struct error lease_reveal(const struct seal *seal, const char *token,
						  const unsigned char volunteer[UUID_BYTES], struct lease *ret_lease)
{
	struct lease lease;

	if (!seal_reveal(seal, SEAL_ASSIGNMENT, token, &lease, sizeof lease) ||
		memcmp(lease.volunteer, volunteer, UUID_BYTES) != 0)
		return errorf(ERR_NOT_FOUND, "There is no such assignment of yours. Ask for a new one.");
	*ret_lease = lease;
	return ok();
}

/* Everything that finding the next pair needs, while its transaction runs. */
struct finding {
	struct arena *arena;
	struct snapshot *snapshot;
	const char *volunteer; /* as text */
	const struct assignment_wish *wish;
	struct asker asker;
	struct random random;
	bool *seen; /* by lineage number */
	struct assignment *found;
};

static struct error read_lease(const struct finding *finding, const struct rows *rows)
{
	struct lease *lease = &finding->found->lease;

	*lease = (struct lease){ .matched = rows_flag(rows, 0, 5),
							 .policy = (uint32_t)rows_integer(rows, 0, 6),
							 .issued_s = rows_integer(rows, 0, 7),
							 .expires_s = rows_integer(rows, 0, 8) };
	for (uint8_t k = 0; assignment_kinds[k]; k++)
		if (strcmp(assignment_kinds[k], rows_text(rows, 0, 4)) == 0)
			lease->kind = k;
	if (!uuid_from_text(lease->id, rows_text(rows, 0, 0)) ||
		!uuid_from_text(lease->volunteer, finding->volunteer) ||
		!uuid_from_text(lease->campaign, rows_text(rows, 0, 1)) ||
		!uuid_from_text(lease->left, rows_text(rows, 0, 2)) ||
		!uuid_from_text(lease->right, rows_text(rows, 0, 3)))
		return errorf(ERR_INTERNAL, "a lease that cannot be read");
	finding->found->question = rows_copy(rows, 0, 9, finding->arena);
	finding->found->outcome = ASSIGNMENT_AGAIN;
	return ok();
}

/* What the volunteer saw before: groups that must not come again, and sides to balance. */
static struct error note_seen(void *arg, const struct rows *row)
{
	struct finding *finding = arg;
	uint32_t lineage = snapshot_lineage(finding->snapshot, rows_text(row, 0, 0));
	bool on_left = rows_flag(row, 0, 1), gold = rows_flag(row, 0, 3);
	double fake = rows_double(row, 0, 2);

	if (lineage)
		finding->seen[lineage] = true;
	*(on_left ? &finding->asker.fake_left : &finding->asker.fake_right) += fake;
	if (gold) {
		finding->asker.gold_seen++;
		(*(on_left ? &finding->asker.gold_left : &finding->asker.gold_right))++;
	}
	return ok();
}

static struct error know_volunteer(struct db *db, struct finding *finding)
{
	const unsigned char *id = finding->found->lease.volunteer;
	struct progress progress = { 0 };
	auto_rows *rows = NULL;
	struct error err;

	finding->asker = (struct asker){ 0 }; /* this may be a second run */
	if ((err = db_run(db, SQL_VOLUNTEER_LOCK, (const char *[]){ finding->volunteer }, &rows)).code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOBODY, "There is no such volunteer any more. Begin again.");
	bool known = rows_text(rows, 0, 0) != NULL;
	finding->asker.sensitivity = known ? rows_double(rows, 0, 0) : NEWCOMER_SKILL;
	finding->asker.specificity = known ? rows_double(rows, 0, 1) : NEWCOMER_SKILL;
	if ((err = volunteer_progress(db, finding->arena, &id, 1, &progress)).code)
		return err;
	if (progress.training_done < TRAINING_PAIRS)
		finding->asker.training_left = (uint32_t)(TRAINING_PAIRS - progress.training_done);
	return db_stream(db, SQL_ASSIGNMENT_SEEN, (const char *[]){ finding->volunteer }, note_seen,
					 finding);
}

static bool wanted(const struct finding *finding, const struct catalogue_item *item)
{
	const struct campaign_facts *campaign = &finding->snapshot->campaigns[item->campaign];

	return !finding->seen[item->lineage] &&
		   (!finding->wish->campaign || strcmp(finding->wish->campaign, campaign->name) == 0);
}

/* The items of one medium and one campaign that this volunteer may see. */
static void stock_up(const struct finding *finding, enum media_type type, uint32_t campaign,
					 struct stock *stock)
{
	for (uint32_t i = 0; i < finding->snapshot->count; i++) {
		const struct catalogue_item *item = &finding->snapshot->items[i];

		if (item->media_type != type || item->campaign != campaign || !wanted(finding, item))
			continue;
		stock_put(stock, i, 0,
				  &(struct stock_item){ .lineage = item->lineage,
										.pair = item->pair,
										.p_fake = item->p_fake,
										.judgments = item->judgments,
										.in_flight = item->in_flight,
										.gold = item->gold,
										.training = item->training,
										.truth = item->truth });
	}
}

static void take(struct finding *finding, uint32_t campaign_index, const struct choice *choice)
{
	static const uint8_t kinds[] = { [CHOICE_TRAINING] = KIND_TRAINING,
									 [CHOICE_GOLD] = KIND_GOLD,
									 [CHOICE_RANDOM] = KIND_RANDOM,
									 [CHOICE_INFORMATIVE] = KIND_INFORMATIVE };
	struct snapshot *snapshot = finding->snapshot;
	const struct campaign_facts *campaign = &snapshot->campaigns[campaign_index];
	struct lease *lease = &finding->found->lease;

	uuid_random(lease->id);
	memcpy(lease->campaign, campaign->id, UUID_BYTES);
	memcpy(lease->left, snapshot->items[choice->left].id, UUID_BYTES);
	memcpy(lease->right, snapshot->items[choice->right].id, UUID_BYTES);
	lease->issued_s = clock_now_s();
	lease->expires_s = lease->issued_s + LEASE_S;
	lease->policy = campaign->policy;
	lease->kind = kinds[choice->kind];
	lease->matched = choice->matched;
	finding->found->question =
		arena_copy(finding->arena, campaign->question, strlen(campaign->question));
	finding->found->outcome = ASSIGNMENT_NEW;
	snapshot->items[choice->left].in_flight++;
	snapshot->items[choice->right].in_flight++;
}

/* Tries one medium of one campaign. True when a pair was found. */
static bool choose_in(struct finding *finding, enum media_type type, uint32_t campaign,
					  bool only_training)
{
	struct choose_options options = choose_in_service();
	struct stock *stock = stock_new();

	stock_set_plan(stock, 0, finding->snapshot->campaigns[campaign].plan);
	stock_up(finding, type, campaign, stock);
	options.training_alone = only_training;
	options.random_share = finding->snapshot->campaigns[campaign].random_share;
	struct choice choice = choose_pair(stock, 0, &finding->asker, &options, &finding->random);
	stock_free(stock);
	if (choice.kind == CHOICE_NOTHING)
		return false;
	take(finding, campaign, &choice);
	return true;
}

/* Media and campaigns in random order, so that none starves; only what was wished for. */
static bool choose_among(struct finding *finding, bool only_training)
{
	uint32_t places = finding->snapshot->campaign_count * MEDIA_TYPES;
	uint32_t first = places ? random_below(&finding->random, places) : 0;

	for (uint32_t i = 0; i < places; i++) {
		uint32_t place = (first + i) % places;
		enum media_type type = (enum media_type)(place % MEDIA_TYPES);

		if (!finding->wish->any_type && type != finding->wish->type)
			continue;
		if (choose_in(finding, type, place / MEDIA_TYPES, only_training))
			return true;
	}
	return false;
}

/* Practice comes first, in whichever medium there is some. */
static void choose(struct finding *finding)
{
	finding->found->outcome = ASSIGNMENT_NONE_LEFT;
	if (!finding->asker.training_left || !choose_among(finding, true))
		choose_among(finding, false);
}

struct lease_texts {
	char id[UUID_TEXT], volunteer[UUID_TEXT], campaign[UUID_TEXT], left[UUID_TEXT],
		right[UUID_TEXT], policy[12], issued[24], expires[24];
};

/* The first ten parameters of assignment_create and assignment_skip. */
static void lease_params(const struct lease *lease, struct lease_texts *texts, const char *params[])
{
	uuid_to_text(texts->id, lease->id);
	uuid_to_text(texts->volunteer, lease->volunteer);
	uuid_to_text(texts->campaign, lease->campaign);
	uuid_to_text(texts->left, lease->left);
	uuid_to_text(texts->right, lease->right);
	snprintf(texts->policy, sizeof texts->policy, "%u", lease->policy);
	snprintf(texts->issued, sizeof texts->issued, "%lld", (long long)lease->issued_s);
	snprintf(texts->expires, sizeof texts->expires, "%lld", (long long)lease->expires_s);
	const char *all[] = { texts->id,
						  texts->volunteer,
						  texts->campaign,
						  texts->left,
						  texts->right,
						  assignment_kinds[lease->kind],
						  lease->matched ? "true" : "false",
						  texts->policy,
						  texts->issued,
						  texts->expires };
	memcpy(params, all, sizeof all);
}

static struct error find_pair(struct db *db, void *arg)
{
	struct finding *finding = arg;
	struct lease_texts texts;
	const char *params[10] = { NULL };
	auto_rows *open = NULL;
	struct error err;

	if ((err = know_volunteer(db, finding)).code)
		return err;
	if ((err = db_run(db, SQL_ASSIGNMENT_OPEN, (const char *[]){ finding->volunteer }, &open)).code)
		return err;
	if (rows_count(open) >= LEASES_OPEN)
		return read_lease(finding, open);
	choose(finding);
	if (finding->found->outcome == ASSIGNMENT_NONE_LEFT)
		return ok();
	lease_params(&finding->found->lease, &texts, params);
	return db_do(db, SQL_ASSIGNMENT_CREATE, params, NULL);
}

struct error assignment_next(struct db *db, struct catalogue *catalogue, struct arena *arena,
							 const unsigned char volunteer[UUID_BYTES],
							 const struct assignment_wish *wish, struct assignment *ret_assignment)
{
	struct assignment found = { .outcome = ASSIGNMENT_NONE_LEFT };
	char text[UUID_TEXT];
	struct finding finding = {
		.arena = arena, .volunteer = text, .wish = wish, .found = &found, .random = random_fresh()
	};
	struct error err;

	uuid_to_text(text, volunteer);
	memcpy(found.lease.volunteer, volunteer, UUID_BYTES);
	if ((err = catalogue_hold(catalogue, db, &finding.snapshot)).code)
		return err;
	finding.seen = arena_alloc(arena, finding.snapshot->count + 2);
	err = db_transaction(db, find_pair, &finding);
	snapshot_release(catalogue, finding.snapshot);
	if (!err.code)
		*ret_assignment = found;
	return err;
}

struct error assignment_skip(struct db *db, const struct lease *lease, const char *reason)
{
	struct lease_texts texts;
	const char *params[10] = { NULL };
	auto_rows *rows = NULL, *story = NULL;
	struct error err;

	lease_params(lease, &texts, params);
	params[8] = reason;
	if ((err = db_run(db, SQL_ASSIGNMENT_SKIP, params, &rows)).code)
		return err;
	if (rows_count(rows))
		return ok();
	err = db_run(db, SQL_VOLUNTEER_STORY, (const char *[]){ texts.volunteer }, &story);
	if (err.code)
		return err;
	if (!rows_count(story))
		return errorf(ERR_NOBODY, "There is no such volunteer any more. Begin again.");
	return errorf(ERR_CONFLICT, "This pair is judged or skipped already.");
}
