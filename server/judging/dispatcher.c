/* SPDX-License-Identifier: Apache-2.0 */
#include "judging/dispatcher.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/mem.h"
#include "crowd/pair_sampler.h"
#include "judging/dispatcher_internal.h"

/* Then a volunteer is loaded anew: skill changes with each fit. */
#define STAY_MS (10 * 60 * 1000)

#define MOST_LOOKED 2048 /* items of a bucket, for one that others hold */
#define BUSY_S      60   /* to wait for a lease whose end is not known here */
#define SOONEST_S   10   /* at which a volunteer is asked to ask again */

struct dispatcher *dispatcher_new(void)
{
	struct dispatcher *dispatcher = mem_new(1, sizeof *dispatcher);

	pthread_mutex_init(&dispatcher->lock, NULL);
	dispatcher->item_cache = item_cache_new();
	dispatcher->volunteer_cache = volunteer_cache_new();
	dispatcher->random = random_fresh();
	dispatcher->settled = keyset_new();
	dispatcher->heard = keyset_new();
	dispatcher->answered = keyset_new();
	dispatcher->written[0] = keyset_new();
	dispatcher->written[1] = keyset_new();
	return dispatcher;
}

void dispatcher_free(struct dispatcher *dispatcher)
{
	if (!dispatcher)
		return;
	item_cache_clear(&dispatcher->item_cache);
	volunteer_cache_free(dispatcher->volunteer_cache);
	keyset_free(dispatcher->settled);
	keyset_free(dispatcher->heard);
	keyset_free(dispatcher->answered);
	keyset_free(dispatcher->written[0]);
	keyset_free(dispatcher->written[1]);
	free(dispatcher->unwritten.list);
	free(dispatcher->flying);
	free(dispatcher->buckets);
	free(dispatcher->alike);
	pthread_mutex_destroy(&dispatcher->lock);
	free(dispatcher);
}

void leases_add(struct leases *leases, const struct open_lease *open_lease)
{
	if (leases->count == leases->room) {
		leases->room = leases->room ? 2 * leases->room : 256;
		leases->list = mem_resize(leases->list, leases->room, sizeof *leases->list);
	}
	leases->list[leases->count++] = *open_lease;
}

/* One search for a pair, with the lock held. */
struct search {
	struct dispatcher *dispatcher;
	struct volunteer *volunteer;
	const struct assignment_request *request;
	struct assignment *found;
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static const struct campaign_facts *facts_of_lease(const struct dispatcher *dispatcher,
                                                   const struct open_lease *open_lease)
{
	return &dispatcher->item_cache
	            .campaigns[dispatcher->item_cache.item_views[open_lease->left].campaign];
}

/* What the page is shown of a lease, and the token says that it was shown: the versions of now,
 * also of a pair that is shown again. */
static void dispatcher_show(const struct dispatcher *dispatcher,
                            const struct open_lease *open_lease, struct assignment *found)
{
	const struct campaign_facts *facts = facts_of_lease(dispatcher, open_lease);

	found->lease = open_lease->lease;
	found->questions = facts->questions;
	found->question_count = facts->question_count;
	item_cache_media(&dispatcher->item_cache, open_lease->left, &found->media[0]);
	item_cache_media(&dispatcher->item_cache, open_lease->right, &found->media[1]);
	found->lease.left_version = found->media[0].version;
	found->lease.right_version = found->media[1].version;
}

/* Of leases on one item the one that ends first. */
static void note_end(struct item_view *item_view, const struct lease *lease)
{
	if (item_view->lent_until_s <= lease->issued_s || item_view->lent_until_s > lease->expires_s)
		item_view->lent_until_s = lease->expires_s;
}

/* No two retired items make a pair. */
static uint8_t company_of(const struct candidate_index *candidates,
                          const struct sampled_pair *choice)
{
	if (candidate_index_at(candidates, choice->left)->retired)
		return COMPANY_LEFT;
	return candidate_index_at(candidates, choice->right)->retired ? COMPANY_RIGHT : COMPANY_NONE;
}

static void hand_out(struct search *search, uint32_t campaign, enum media_type type,
                     const struct sampled_pair *choice)
{
	static const uint8_t kinds[] = { [PAIR_TRAINING] = KIND_TRAINING,
		                             [PAIR_GOLD] = KIND_GOLD,
		                             [PAIR_RANDOM] = KIND_RANDOM,
		                             [PAIR_INFORMATIVE] = KIND_INFORMATIVE };
	struct dispatcher *dispatcher = search->dispatcher;
	struct volunteer *volunteer = search->volunteer;
	const struct campaign_facts *facts = &dispatcher->item_cache.campaigns[campaign];
	struct open_lease open_lease = { .left = choice->left, .right = choice->right };
	struct lease *lease = &open_lease.lease;

	lease->issued_s = clock_now_s();
	lease->expires_s = lease->issued_s + LEASE_S;
	lease->policy = facts->policy;
	lease->kind = kinds[choice->kind];
	lease->matched = choice->matched;
	lease->media_type = (uint8_t)type;
	lease->company = company_of(dispatcher->item_cache.candidates, choice);
	uuid_ordered(lease->id, now_us(), &dispatcher->random);
	memcpy(lease->volunteer, volunteer->id, UUID_BYTES);
	memcpy(lease->campaign, facts->id, UUID_BYTES);
	memcpy(lease->left, idmap_id(dispatcher->item_cache.index, choice->left), UUID_BYTES);
	memcpy(lease->right, idmap_id(dispatcher->item_cache.index, choice->right), UUID_BYTES);

	pair_sampler_note(volunteer->seen,
	                  candidate_index_at(dispatcher->item_cache.candidates, choice->left));
	pair_sampler_note(volunteer->seen,
	                  candidate_index_at(dispatcher->item_cache.candidates, choice->right));
	candidate_index_lease(dispatcher->item_cache.candidates, choice->left);
	candidate_index_lease(dispatcher->item_cache.candidates, choice->right);
	note_end(&dispatcher->item_cache.item_views[choice->left], lease);
	note_end(&dispatcher->item_cache.item_views[choice->right], lease);
	volunteer_hold(volunteer, &open_lease);
	leases_add(&dispatcher->unwritten, &open_lease);
	dispatcher_show(dispatcher, &open_lease, search->found);
}

/* Tries one medium of one campaign. True when a pair was found. */
static bool choose_in(struct search *search, uint32_t campaign, enum media_type type,
                      bool only_training)
{
	struct dispatcher *dispatcher = search->dispatcher;
	const struct campaign_facts *facts = &dispatcher->item_cache.campaigns[campaign];
	struct pair_sampler_options options = pair_sampler_in_service();

	options.random_share = facts->random_share;
	options.fake_rate = facts->fake_rate;
	options.training_alone = only_training;
	struct sampled_pair choice =
		pair_sampler_draw(dispatcher->item_cache.candidates, item_cache_bucket(campaign, type),
	                      volunteer_asks(search->volunteer), &options, &dispatcher->random);
	if (choice.kind == PAIR_NOTHING)
		return false;
	hand_out(search, campaign, type, &choice);
	return true;
}

static bool is_for_asker(const struct search *search, const struct campaign_facts *facts)
{
	return campaign_is_for(facts->visibility, volunteer_is_invited(search->volunteer, facts->id),
	                       search->request->permissions);
}

/* Lists the buckets that fit the request, each as a campaign and a medium, in dispatcher->buckets.
 */
static uint32_t list_shelves(const struct search *search)
{
	struct dispatcher *dispatcher = search->dispatcher;
	const struct assignment_request *request = search->request;
	uint32_t count = 0;

	if (dispatcher->shelves_room < dispatcher->item_cache.campaign_count * MEDIA_TYPES) {
		dispatcher->shelves_room = dispatcher->item_cache.campaign_count * MEDIA_TYPES;
		dispatcher->buckets =
			mem_resize(dispatcher->buckets, dispatcher->shelves_room, sizeof *dispatcher->buckets);
	}
	for (uint32_t c = 0; c < dispatcher->item_cache.campaign_count; c++) {
		const struct campaign_facts *facts = &dispatcher->item_cache.campaigns[c];

		if (!facts->open || !is_for_asker(search, facts) ||
		    (request->campaign && strcmp(request->campaign, facts->name) != 0))
			continue;
		for (uint32_t type = 0; type < MEDIA_TYPES; type++)
			if (facts->media[type] && (request->any_type || type == request->type))
				dispatcher->buckets[count++] = c * MEDIA_TYPES + type;
	}
	return count;
}

/*
 * Tries the buckets in random order, so that none starves.  Each order has the same chance: to
 * begin at a random one and go round gives what lies behind an empty bucket its share as well.
 */
static bool choose_among(struct search *search, bool only_training)
{
	struct dispatcher *dispatcher = search->dispatcher;

	for (uint32_t left = list_shelves(search); left; left--) {
		uint32_t *drawn = &dispatcher->buckets[random_below(&dispatcher->random, left)];
		uint32_t bucket = *drawn;

		*drawn = dispatcher->buckets[left - 1];
		if (choose_in(search, bucket / MEDIA_TYPES, (enum media_type)(bucket % MEDIA_TYPES),
		              only_training))
			return true;
	}
	return false;
}

/* When the first of what others hold of a bucket, and this volunteer has not seen, may be free. 0:
 * nothing. */
static int64_t find_busy(const struct search *search, uint32_t bucket, int64_t now_s)
{
	const struct candidate_index *candidates = search->dispatcher->item_cache.candidates;
	struct candidate_index_part beyond = { .rows = 1,
		                                   .columns = UINT64_C(1) << CANDIDATE_INDEX_BEYOND };
	struct candidate_index_walk walk = candidate_index_walk_from(candidates, bucket, &beyond, 0);
	int64_t first_s = 0;

	for (unsigned looked = 0; looked < MOST_LOOKED; looked++) {
		uint32_t index = candidate_index_walk_next(&walk);

		if (index == CANDIDATE_INDEX_NONE)
			break;
		const struct candidate *item = candidate_index_at(candidates, index);
		if (item->gold || item->judgments >= candidate_index_plan(candidates, bucket) ||
		    (item->sensitive && search->request->spared) ||
		    pair_sampler_saw(search->volunteer->seen, item))
			continue;
		int64_t until_s = search->dispatcher->item_cache.item_views[index].lent_until_s;
		if (until_s <= now_s)
			until_s = now_s + BUSY_S;
		if (!first_s || until_s < first_s)
			first_s = until_s;
	}
	return first_s;
}

/* True: others hold something that this volunteer could judge. */
static bool is_busy(struct search *search)
{
	int64_t now_s = clock_now_s(), first_s = 0;

	for (uint32_t left = list_shelves(search); left; left--) {
		int64_t until_s = find_busy(search, search->dispatcher->buckets[left - 1], now_s);

		if (until_s && (!first_s || until_s < first_s))
			first_s = until_s;
	}
	int64_t again_s = first_s - now_s;
	search->found->again_s = (unsigned)(again_s < SOONEST_S ? SOONEST_S : again_s);
	return first_s != 0;
}

/* What was found to look alike since this volunteer was last here: of what they saw, nothing that
 * looks like it comes again. */
static void hear_alike(const struct dispatcher *dispatcher, struct volunteer *volunteer)
{
	const uint64_t news = dispatcher_alike_news(dispatcher);

	for (; volunteer->alike_heard < news; volunteer->alike_heard++) {
		const struct alike *alike =
			&dispatcher->alike[volunteer->alike_heard - dispatcher->alike_forgotten];

		if (keyset_has(volunteer->seen, alike->lineage))
			keyset_add(volunteer->seen, alike->near_key);
	}
}

/* Practice comes first, in whichever medium there is some. */
static enum dispatcher_outcome dispatcher_choose(struct search *search)
{
	hear_alike(search->dispatcher, search->volunteer);
	if (volunteer_asks(search->volunteer)->training_left && choose_among(search, true))
		return DISPATCHER_NEW;
	if (choose_among(search, false))
		return DISPATCHER_NEW;
	return is_busy(search) ? DISPATCHER_BUSY : DISPATCHER_NONE_LEFT;
}

/* Is a pair that was handed out not to be shown again: its holder is spared it now, or its campaign
 * is not for them any more? */
static bool is_withheld(const struct search *search, const struct open_lease *open_lease)
{
	const struct item_view *item_views = search->dispatcher->item_cache.item_views;
	bool sensitive =
		item_views[open_lease->left].sensitive || item_views[open_lease->right].sensitive;

	return (search->request->spared && sensitive) ||
	       !is_for_asker(search, facts_of_lease(search->dispatcher, open_lease));
}

/* What is withheld counts as left unanswered. */
static void drop_withheld(const struct search *search, int64_t now_s)
{
	struct volunteer *here = search->volunteer;

	for (unsigned i = here->open_count; i-- > 0;) {
		const struct open_lease *open_lease = &here->open[i];
		unsigned char id[UUID_BYTES];

		if (!is_withheld(search, open_lease))
			continue;
		memcpy(id, open_lease->lease.id, sizeof id);
		volunteer_let_go(here, id);
		volunteer_unanswered(here, now_s);
	}
}

/* Who holds two, or left more unanswered than is free, gets nothing new: what they hold, or a wait.
 */
static enum dispatcher_outcome dispatcher_answer(struct search *search)
{
	struct volunteer *here = search->volunteer;
	int64_t now_s = clock_now_s();

	here->asker.spared = search->request->spared;
	volunteer_expire(here, now_s);
	drop_withheld(search, now_s);
	int64_t wait_s = volunteer_wait(here, now_s);
	if (here->open_count == LEASES_OPEN || (wait_s && here->open_count)) {
		dispatcher_show(search->dispatcher, &here->open[here->open_count - 1], search->found);
		return DISPATCHER_AGAIN;
	}
	search->found->again_s = (unsigned)wait_s;
	search->dispatcher->figures.waits += wait_s != 0;
	return wait_s ? DISPATCHER_WAIT : dispatcher_choose(search);
}

enum dispatcher_outcome dispatcher_ask(struct dispatcher *dispatcher,
                                       const unsigned char volunteer[UUID_BYTES],
                                       const struct assignment_request *request,
                                       struct assignment *ret_assignment)
{
	enum dispatcher_outcome outcome = DISPATCHER_ABSENT;

	lock_take(&dispatcher->lock);
	struct volunteer *here = volunteer_cache_find(dispatcher->volunteer_cache, volunteer);
	if (here && (clock_monotonic_ms() - here->loaded_ms > STAY_MS ||
	             !volunteer_hears_event(here, request->event))) {
		volunteer_cache_leave(dispatcher->volunteer_cache, volunteer);
		here = NULL;
	}
	if (here) {
		struct search search = { dispatcher, here, request, ret_assignment };

		outcome = dispatcher_answer(&search);
	}
	lock_release(&dispatcher->lock);
	return outcome;
}

bool dispatcher_asks_accounts(struct dispatcher *dispatcher)
{
	bool asks = false;

	lock_take(&dispatcher->lock);
	for (uint32_t c = 0; c < dispatcher->item_cache.campaign_count; c++) {
		const struct campaign_facts *facts = &dispatcher->item_cache.campaigns[c];

		asks |= facts->open && campaign_asks_account(facts->visibility);
	}
	lock_release(&dispatcher->lock);
	return asks;
}

void dispatcher_welcome(struct dispatcher *dispatcher, const unsigned char volunteer[UUID_BYTES])
{
	struct volunteer *arriving = volunteer_arriving(volunteer);

	lock_take(&dispatcher->lock);
	arriving->alike_heard = dispatcher_alike_news(dispatcher);
	arriving->heard_event = true;
	if (volunteer_cache_peek(dispatcher->volunteer_cache, volunteer))
		volunteer_free(arriving);
	else
		volunteer_cache_enter(dispatcher->volunteer_cache, arriving);
	lock_release(&dispatcher->lock);
}

/*
 * A pair that this dispatcher did not hand out, or forgot to have: before a restart, or at another
 * server. With the lock held.
 */
static void note_seen(struct dispatcher *dispatcher, struct volunteer *volunteer,
                      const struct lease *lease)
{
	const unsigned char *const items[] = { lease->left, lease->right };

	for (size_t i = 0; i < 2; i++) {
		const struct candidate *stocked = item_cache_candidates(&dispatcher->item_cache, items[i]);

		if (stocked)
			pair_sampler_note(volunteer->seen, stocked);
	}
}

uint64_t dispatcher_entries(struct dispatcher *dispatcher)
{
	lock_take(&dispatcher->lock);
	uint64_t entries = volunteer_cache_entries(dispatcher->volunteer_cache);
	lock_release(&dispatcher->lock);
	return entries;
}

void dispatcher_judged(struct dispatcher *dispatcher, const struct lease *lease, unsigned correct,
                       bool again, uint64_t entries)
{
	lock_take(&dispatcher->lock);
	struct volunteer *here = volunteer_cache_find(dispatcher->volunteer_cache, lease->volunteer);
	bool held = here && volunteer_let_go(here, lease->id);

	keyset_add(dispatcher->settled, lease_key(lease->id));
	if (here && !held)
		note_seen(dispatcher, here, lease);
	if (here && !held && !again && here->entry > entries)
		volunteer_cache_leave(dispatcher->volunteer_cache, lease->volunteer);
	else if (here && (held || !again))
		volunteer_count(here, lease, correct, clock_now_s());
	lock_release(&dispatcher->lock);
}

/* With the lock held. */
static void note_skip(struct dispatcher *dispatcher, const struct skip *skip)
{
	for (size_t reason = 0; !skip->again && reason < SKIP_REASONS; reason++)
		dispatcher->figures.skips[reason] += strcmp(skip_reasons[reason], skip->reason) == 0;
}

void dispatcher_skipped(struct dispatcher *dispatcher, const struct skip *skip)
{
	const struct lease *lease = &skip->lease;

	lock_take(&dispatcher->lock);
	struct volunteer *here = volunteer_cache_find(dispatcher->volunteer_cache, lease->volunteer);

	bool first = keyset_add(dispatcher->settled, lease_key(lease->id));
	bool held = here && volunteer_let_go(here, lease->id);

	note_skip(dispatcher, skip);
	if (here && !held)
		note_seen(dispatcher, here, lease);
	if (held)
		volunteer_unanswered(here, clock_now_s());
	else if (here && first &&
	         !skip->again) /* counted or not when they came: they are loaded anew */
		volunteer_cache_leave(dispatcher->volunteer_cache, lease->volunteer);
	lock_release(&dispatcher->lock);
}

/* What is written already need not be written behind. */
static void drop_unwritten(struct leases *unwritten, const unsigned char id[UUID_BYTES])
{
	for (size_t i = 0; i < unwritten->count; i++) {
		if (memcmp(unwritten->list[i].lease.id, id, UUID_BYTES) == 0) {
			unwritten->list[i] = unwritten->list[--unwritten->count];
			return;
		}
	}
}

void dispatcher_renewed(struct dispatcher *dispatcher, const struct lease *lease, int64_t expires_s)
{
	lock_take(&dispatcher->lock);
	struct volunteer *here = volunteer_cache_find(dispatcher->volunteer_cache, lease->volunteer);

	for (unsigned i = 0; here && i < here->open_count; i++)
		if (memcmp(here->open[i].lease.id, lease->id, UUID_BYTES) == 0)
			here->open[i].lease.expires_s = expires_s;
	drop_unwritten(&dispatcher->unwritten, lease->id);
	lock_release(&dispatcher->lock);
}

bool dispatcher_progress(struct dispatcher *dispatcher, const unsigned char volunteer[UUID_BYTES],
                         struct progress *ret_progress)
{
	lock_take(&dispatcher->lock);
	const struct volunteer *here = volunteer_cache_find(dispatcher->volunteer_cache, volunteer);
	if (here)
		*ret_progress = volunteer_progress_now(here, clock_now_s());
	lock_release(&dispatcher->lock);
	return here != NULL;
}

void dispatcher_forget(struct dispatcher *dispatcher, const unsigned char volunteer[UUID_BYTES])
{
	lock_take(&dispatcher->lock);
	volunteer_cache_leave(dispatcher->volunteer_cache, volunteer);
	lock_release(&dispatcher->lock);
}

struct dispatcher_figures dispatcher_figures(struct dispatcher *dispatcher)
{
	lock_take(&dispatcher->lock);
	struct dispatcher_figures figures = dispatcher->figures;
	figures.items = idmap_count(dispatcher->item_cache.index);
	figures.volunteers = volunteer_cache_count(dispatcher->volunteer_cache);
	figures.unwritten = (unsigned)dispatcher->unwritten.count;
	lock_release(&dispatcher->lock);
	return figures;
}
