/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/desk.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "crowd/choose.h"
#include "domain/desk_inside.h"

/* Then a volunteer is loaded anew: skill changes with each fit. */
#define STAY_MS (10 * 60 * 1000)

#define MOST_LOOKED 2048 /* items of a shelf, for one that others hold */
#define BUSY_S      60   /* to wait for a lease whose end is not known here */
#define SOONEST_S   10   /* at which a volunteer is asked to ask again */

struct desk *desk_new(void)
{
	struct desk *desk = calloc(1, sizeof *desk);

	if (!desk)
		abort();
	pthread_mutex_init(&desk->lock, NULL);
	desk->catalogue = catalogue_new();
	desk->attendance = attendance_new();
	desk->random = random_fresh();
	desk->settled = keyset_new();
	desk->heard = keyset_new();
	desk->answered = keyset_new();
	desk->written[0] = keyset_new();
	desk->written[1] = keyset_new();
	return desk;
}

void desk_free(struct desk *desk)
{
	if (!desk)
		return;
	catalogue_clear(&desk->catalogue);
	attendance_free(desk->attendance);
	keyset_free(desk->settled);
	keyset_free(desk->heard);
	keyset_free(desk->answered);
	keyset_free(desk->written[0]);
	keyset_free(desk->written[1]);
	free(desk->unwritten.list);
	free(desk->flying);
	free(desk->shelves);
	pthread_mutex_destroy(&desk->lock);
	free(desk);
}

void leases_add(struct leases *leases, const struct holding *holding)
{
	if (leases->count == leases->room) {
		leases->room = leases->room ? 2 * leases->room : 256;
		leases->list = realloc(leases->list, leases->room * sizeof *leases->list);
		if (!leases->list)
			abort();
	}
	leases->list[leases->count++] = *holding;
}

/* One search for a pair, with the lock held. */
struct search {
	struct desk *desk;
	struct volunteer *volunteer;
	const struct assignment_wish *wish;
	struct assignment *found;
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What the page is shown of a lease, and the token says that it was shown: the versions of now,
 * also of a pair that is shown again. */
static void show(const struct desk *desk, const struct holding *holding, struct assignment *found)
{
	const struct exhibit *exhibit = &desk->catalogue.exhibits[holding->left];

	found->lease = holding->lease;
	found->question_json = desk->catalogue.campaigns[exhibit->campaign].question_json;
	catalogue_media(&desk->catalogue, holding->left, &found->media[0]);
	catalogue_media(&desk->catalogue, holding->right, &found->media[1]);
	found->lease.left_version = found->media[0].version;
	found->lease.right_version = found->media[1].version;
}

/* Of leases on one item the one that ends first. */
static void note_end(struct exhibit *exhibit, const struct lease *lease)
{
	if (exhibit->lent_until_s <= lease->issued_s || exhibit->lent_until_s > lease->expires_s)
		exhibit->lent_until_s = lease->expires_s;
}

/* No two retired items make a pair. */
static uint8_t company_of(const struct stock *stock, const struct choice *choice)
{
	if (stock_at(stock, choice->left)->retired)
		return COMPANY_LEFT;
	return stock_at(stock, choice->right)->retired ? COMPANY_RIGHT : COMPANY_NONE;
}

static void hand_out(struct search *search, uint32_t campaign, enum media_type type,
					 const struct choice *choice)
{
	static const uint8_t kinds[] = { [CHOICE_TRAINING] = KIND_TRAINING,
									 [CHOICE_GOLD] = KIND_GOLD,
									 [CHOICE_RANDOM] = KIND_RANDOM,
									 [CHOICE_INFORMATIVE] = KIND_INFORMATIVE };
	struct desk *desk = search->desk;
	struct volunteer *volunteer = search->volunteer;
	const struct campaign_facts *facts = &desk->catalogue.campaigns[campaign];
	struct holding holding = { .left = choice->left, .right = choice->right };
	struct lease *lease = &holding.lease;

	lease->issued_s = clock_now_s();
	lease->expires_s = lease->issued_s + LEASE_S;
	lease->policy = facts->policy;
	lease->kind = kinds[choice->kind];
	lease->matched = choice->matched;
	lease->media_type = (uint8_t)type;
	lease->company = company_of(desk->catalogue.stock, choice);
	uuid_ordered(lease->id, now_us(), &desk->random);
	memcpy(lease->volunteer, volunteer->id, UUID_BYTES);
	memcpy(lease->campaign, facts->id, UUID_BYTES);
	memcpy(lease->left, idmap_id(desk->catalogue.index, choice->left), UUID_BYTES);
	memcpy(lease->right, idmap_id(desk->catalogue.index, choice->right), UUID_BYTES);

	choose_count(&volunteer->asker, desk->catalogue.stock, choice);
	keyset_add(volunteer->seen, stock_at(desk->catalogue.stock, choice->left)->lineage);
	keyset_add(volunteer->seen, stock_at(desk->catalogue.stock, choice->right)->lineage);
	stock_lease(desk->catalogue.stock, choice->left);
	stock_lease(desk->catalogue.stock, choice->right);
	note_end(&desk->catalogue.exhibits[choice->left], lease);
	note_end(&desk->catalogue.exhibits[choice->right], lease);
	volunteer_hold(volunteer, &holding);
	leases_add(&desk->unwritten, &holding);
	show(desk, &holding, search->found);
}

/* Tries one medium of one campaign. True when a pair was found. */
static bool choose_in(struct search *search, uint32_t campaign, enum media_type type,
					  bool only_training)
{
	struct desk *desk = search->desk;
	const struct campaign_facts *facts = &desk->catalogue.campaigns[campaign];
	struct choose_options options = choose_in_service();

	options.random_share = facts->random_share;
	options.training_alone = only_training;
	struct choice choice = choose_pair(desk->catalogue.stock, catalogue_shelf(campaign, type),
									   volunteer_asks(search->volunteer), &options, &desk->random);
	if (choice.kind == CHOICE_NOTHING)
		return false;
	hand_out(search, campaign, type, &choice);
	return true;
}

/* Lists the shelves that fit the wish, each as a campaign and a medium, in desk->shelves. */
static uint32_t list_shelves(const struct search *search)
{
	struct desk *desk = search->desk;
	const struct assignment_wish *wish = search->wish;
	uint32_t count = 0;

	if (desk->shelves_room < desk->catalogue.campaign_count * MEDIA_TYPES) {
		desk->shelves_room = desk->catalogue.campaign_count * MEDIA_TYPES;
		desk->shelves = realloc(desk->shelves, desk->shelves_room * sizeof *desk->shelves);
		if (!desk->shelves)
			abort();
	}
	for (uint32_t c = 0; c < desk->catalogue.campaign_count; c++) {
		const struct campaign_facts *facts = &desk->catalogue.campaigns[c];

		if (!facts->open || (wish->campaign && strcmp(wish->campaign, facts->name) != 0))
			continue;
		for (uint32_t type = 0; type < MEDIA_TYPES; type++)
			if (wish->any_type || type == wish->type)
				desk->shelves[count++] = c * MEDIA_TYPES + type;
	}
	return count;
}

/*
 * Tries the shelves in random order, so that none starves.  Each order has the same chance: to
 * begin at a random one and go round gives what lies behind an empty shelf its share as well.
 */
static bool choose_among(struct search *search, bool only_training)
{
	struct desk *desk = search->desk;

	for (uint32_t left = list_shelves(search); left; left--) {
		uint32_t *drawn = &desk->shelves[random_below(&desk->random, left)];
		uint32_t shelf = *drawn;

		*drawn = desk->shelves[left - 1];
		if (choose_in(search, shelf / MEDIA_TYPES, (enum media_type)(shelf % MEDIA_TYPES),
					  only_training))
			return true;
	}
	return false;
}

/* When the first of what others hold of a shelf, and this volunteer has not seen, may be free. 0:
 * nothing. */
static int64_t find_busy(const struct search *search, uint32_t shelf, int64_t now_s)
{
	const struct stock *stock = search->desk->catalogue.stock;
	struct stock_part beyond = { .rows = 1, .columns = UINT64_C(1) << STOCK_BEYOND };
	struct stock_walk walk = stock_walk_from(stock, shelf, &beyond, 0);
	int64_t first_s = 0;

	for (unsigned looked = 0; looked < MOST_LOOKED; looked++) {
		uint32_t index = stock_walk_next(&walk);

		if (index == STOCK_NONE)
			break;
		const struct stock_item *item = stock_at(stock, index);
		if (item->judgments >= stock_plan(stock, shelf) ||
			keyset_has(search->volunteer->seen, item->lineage))
			continue;
		int64_t until_s = search->desk->catalogue.exhibits[index].lent_until_s;
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
		int64_t until_s = find_busy(search, search->desk->shelves[left - 1], now_s);

		if (until_s && (!first_s || until_s < first_s))
			first_s = until_s;
	}
	int64_t again_s = first_s - now_s;
	search->found->again_s = (unsigned)(again_s < SOONEST_S ? SOONEST_S : again_s);
	return first_s != 0;
}

/* Practice comes first, in whichever medium there is some. */
static enum desk_outcome choose(struct search *search)
{
	if (volunteer_asks(search->volunteer)->training_left && choose_among(search, true))
		return DESK_NEW;
	if (choose_among(search, false))
		return DESK_NEW;
	return is_busy(search) ? DESK_BUSY : DESK_NONE_LEFT;
}

enum desk_outcome desk_ask(struct desk *desk, const unsigned char volunteer[UUID_BYTES],
						   const struct assignment_wish *wish, struct assignment *ret_assignment)
{
	enum desk_outcome outcome = DESK_ABSENT;

	lock_take(&desk->lock);
	struct volunteer *here = attendance_find(desk->attendance, volunteer);
	if (here && clock_monotonic_ms() - here->loaded_ms > STAY_MS) {
		attendance_leave(desk->attendance, volunteer);
		here = NULL;
	}
	if (here) {
		struct search search = { desk, here, wish, ret_assignment };

		volunteer_expire(here, clock_now_s());
		outcome = here->open_count < LEASES_OPEN ? choose(&search) : DESK_AGAIN;
		if (outcome == DESK_AGAIN)
			show(desk, &here->open[here->open_count - 1], ret_assignment);
	}
	lock_release(&desk->lock);
	return outcome;
}

void desk_welcome(struct desk *desk, const unsigned char volunteer[UUID_BYTES])
{
	struct volunteer *arriving = volunteer_arriving(volunteer);

	lock_take(&desk->lock);
	if (attendance_peek(desk->attendance, volunteer))
		volunteer_free(arriving);
	else
		attendance_enter(desk->attendance, arriving);
	lock_release(&desk->lock);
}

/*
 * A pair that this desk did not hand out, or forgot to have: before a restart, or at another
 * server. With the lock held.
 */
static void note_seen(struct desk *desk, struct volunteer *volunteer, const struct lease *lease)
{
	const unsigned char *const items[] = { lease->left, lease->right };

	for (size_t i = 0; i < 2; i++) {
		const struct stock_item *stocked = catalogue_stocked(&desk->catalogue, items[i]);

		if (stocked)
			keyset_add(volunteer->seen, stocked->lineage);
	}
}

uint64_t desk_entries(struct desk *desk)
{
	lock_take(&desk->lock);
	uint64_t entries = attendance_entries(desk->attendance);
	lock_release(&desk->lock);
	return entries;
}

void desk_judged(struct desk *desk, const struct lease *lease, unsigned correct, bool again,
				 uint64_t entries)
{
	lock_take(&desk->lock);
	struct volunteer *here = attendance_find(desk->attendance, lease->volunteer);
	bool first = keyset_add(desk->settled, lease_key(lease->id));
	bool held = here && volunteer_let_go(here, lease->id);

	if (here && !held)
		note_seen(desk, here, lease);
	if (here && !held && first && !again && here->entry > entries)
		attendance_leave(desk->attendance, lease->volunteer);
	else if (here && (held || (first && !again)))
		volunteer_count(here, lease->kind == KIND_TRAINING, correct, clock_now_s());
	lock_release(&desk->lock);
}

void desk_skipped(struct desk *desk, const struct lease *lease)
{
	lock_take(&desk->lock);
	struct volunteer *here = attendance_find(desk->attendance, lease->volunteer);

	keyset_add(desk->settled, lease_key(lease->id));
	if (here && !volunteer_let_go(here, lease->id))
		note_seen(desk, here, lease);
	lock_release(&desk->lock);
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

void desk_renewed(struct desk *desk, const struct lease *lease, int64_t expires_s)
{
	lock_take(&desk->lock);
	struct volunteer *here = attendance_find(desk->attendance, lease->volunteer);

	for (unsigned i = 0; here && i < here->open_count; i++)
		if (memcmp(here->open[i].lease.id, lease->id, UUID_BYTES) == 0)
			here->open[i].lease.expires_s = expires_s;
	drop_unwritten(&desk->unwritten, lease->id);
	lock_release(&desk->lock);
}

bool desk_progress(struct desk *desk, const unsigned char volunteer[UUID_BYTES],
				   struct progress *ret_progress)
{
	lock_take(&desk->lock);
	const struct volunteer *here = attendance_find(desk->attendance, volunteer);
	if (here)
		*ret_progress = volunteer_progress_now(here, clock_now_s());
	lock_release(&desk->lock);
	return here != NULL;
}

void desk_forget(struct desk *desk, const unsigned char volunteer[UUID_BYTES])
{
	lock_take(&desk->lock);
	attendance_leave(desk->attendance, volunteer);
	lock_release(&desk->lock);
}

struct desk_figures desk_figures(struct desk *desk)
{
	lock_take(&desk->lock);
	struct desk_figures figures = desk->figures;
	figures.items = idmap_count(desk->catalogue.index);
	figures.volunteers = attendance_count(desk->attendance);
	figures.unwritten = (unsigned)desk->unwritten.count;
	lock_release(&desk->lock);
	return figures;
}
