/* SPDX-License-Identifier: Apache-2.0 */
/* Who said what of each item, and what of it may decide: crowd/deciding on what the server knows.
 */
#include <string.h>

#include "db/db.h"
#include "scoring/estimates_internal.h"

struct electorate electorate_new(void)
{
	return (struct electorate){ .networks = idmap_new(),
		                        .places = idmap_new(),
		                        .ruled = idmap_new(),
		                        .skippers = idmap_new() };
}

void electorate_free(struct electorate *electorate)
{
	idmap_free(electorate->ruled);
	idmap_free(electorate->skippers);
	free(electorate->rules);
	free(electorate->skips);
	idmap_free(electorate->networks);
	idmap_free(electorate->places);
	free(electorate->network);
	free(electorate->provider);
	free(electorate->declared);
	free(electorate->gold);
	free(electorate->judged);
	free(electorate->skipped);
}

void voices_free(struct voices *voices)
{
	free(voices->start);
	free(voices->said);
	free(voices->later);
	free(voices->testimonies);
}

/* What stands for a volunteer in a campaign: both ids are random. */
static void place_id(const unsigned char campaign[UUID_BYTES],
                     const unsigned char volunteer[UUID_BYTES], unsigned char id[UUID_BYTES])
{
	for (size_t b = 0; b < UUID_BYTES; b++)
		id[b] = campaign[b] ^ volunteer[b];
}

static void grow_electorate(struct electorate *electorate, uint32_t volunteer)
{
	uint32_t room = 2 * volunteer + 16, before = electorate->room;
	uint32_t **counts[] = { &electorate->gold, &electorate->judged, &electorate->skipped };

	if (volunteer < before)
		return;
	for (size_t c = 0; c < 3; c++) {
		*counts[c] = estimates_must(realloc(*counts[c], room * sizeof **counts[c]));
		memset(*counts[c] + before, 0, (room - before) * sizeof **counts[c]);
	}
	electorate->room = room;
}

/* The number of a network or a provider; a new one is its own provider. */
static uint32_t electorate_add(struct electorate *electorate, const unsigned char hash[UUID_BYTES])
{
	uint32_t network = idmap_add(electorate->networks, hash), before = electorate->providers_room;

	if (network >= before) {
		uint32_t room = electorate->providers_room = 2 * network + 16;

		electorate->provider =
			estimates_must(realloc(electorate->provider, room * sizeof *electorate->provider));
		for (uint32_t n = before; n < room; n++)
			electorate->provider[n] = n;
	}
	return network;
}

/* Where an older table named another one, the lesser hash stands: the order of rows says nothing.
 */
static void note_provider(struct electorate *electorate, uint32_t network,
                          const unsigned char hash[UUID_BYTES])
{
	uint32_t provider = electorate_add(electorate, hash), known = electorate->provider[network];

	if (known == network || memcmp(hash, idmap_id(electorate->networks, known), UUID_BYTES) < 0)
		electorate->provider[network] = provider;
}

/* A row of volunteer_network. */
struct network_row {
	const unsigned char *campaign, *volunteer, *network, *provider; /* NULL: not known */
	bool declared;
};

static void note_network(struct estimates *estimates, const struct network_row *row)
{
	struct electorate *electorate = &estimates->electorate;
	unsigned char id[UUID_BYTES];

	place_id(row->campaign, row->volunteer, id);
	uint32_t place = idmap_add(electorate->places, id);
	if (place >= electorate->places_room) {
		uint32_t room = electorate->places_room = 2 * place + 16;

		electorate->network =
			estimates_must(realloc(electorate->network, room * sizeof *electorate->network));
		electorate->declared =
			estimates_must(realloc(electorate->declared, room * sizeof *electorate->declared));
	}
	uint32_t network = electorate_add(electorate, row->network);
	electorate->network[place] = network;
	electorate->declared[place] = row->declared;
	if (row->provider)
		note_provider(electorate, network, row->provider);
}

static struct error add_network(void *arg, const struct rows *row)
{
	static const int columns[] = { 0, 1, 2, 4 };
	const unsigned char *values[4];

	for (size_t c = 0; c < 4; c++) {
		size_t len;

		values[c] = rows_raw(row, columns[c], &len);
		if (values[c] ? len != UUID_BYTES : c < 3)
			abort(); /* the columns say so */
	}
	note_network(arg, &(struct network_row){ .campaign = values[0],
	                                         .volunteer = values[1],
	                                         .network = values[2],
	                                         .provider = values[3],
	                                         .declared = rows_raw_flag(row, 3) });
	return ok();
}

static struct error add_rules(void *arg, const struct rows *row)
{
	struct electorate *electorate = &((struct estimates *)arg)->electorate;
	uint32_t campaign = estimates_index(electorate->ruled, rows_text(row, 0, 0));

	if (!(campaign & (campaign - 1)))
		electorate->rules = estimates_must(realloc(
			electorate->rules, (campaign ? 2 * (size_t)campaign : 1) * sizeof *electorate->rules));
	electorate->rules[campaign] =
		(struct campaign_rules){ .policy = deciding_policy_of((uint32_t)rows_integer(row, 0, 1)),
		                         .scope = { .gold = rows_integer(row, 0, 2) >= DECIDING_GOLD_ITEMS,
		                                    .networks = true } };
	return ok();
}

static struct error add_skips(void *arg, const struct rows *row)
{
	struct electorate *electorate = &((struct estimates *)arg)->electorate;
	size_t len;
	const unsigned char *id = rows_raw(row, 0, &len);

	if (!id || len != UUID_BYTES)
		abort(); /* the column is a uuid */
	uint32_t skipper = idmap_add(electorate->skippers, id);
	if (!(skipper & (skipper - 1)))
		electorate->skips = estimates_must(realloc(
			electorate->skips, (skipper ? 2 * (size_t)skipper : 1) * sizeof *electorate->skips));
	electorate->skips[skipper] = (uint32_t)rows_raw_integer(row, 1);
	return ok();
}

struct error electorate_load(struct db *db, struct estimates *estimates)
{
	struct error err;

	if ((err = db_stream(db, SQL_CONSENSUS_CAMPAIGNS, NULL, add_rules, estimates)).code)
		return err;
	if ((err = db_stream_raw(db, SQL_CONSENSUS_NETWORKS, NULL, add_network, estimates)).code)
		return err;
	return db_stream_raw(db, SQL_CONSENSUS_SKIPS, NULL, add_skips, estimates);
}

struct error electorate_note_networks(struct db *db, struct estimates *estimates, int64_t after)
{
	char number[24];

	snprintf(number, sizeof number, "%lld", (long long)after);
	return db_stream_raw(db, SQL_CONSENSUS_NOTE_NETWORKS, (const char *[]){ number }, add_network,
	                     estimates);
}

static uint32_t voice_of(uint32_t volunteer, uint8_t verdict)
{
	return volunteer << 1 | (verdict == FAKE);
}

static void electorate_count(struct estimates *estimates, uint32_t volunteer, bool gold)
{
	struct electorate *electorate = &estimates->electorate;

	grow_electorate(electorate, volunteer);
	if (!electorate->judged[volunteer]++) {
		uint32_t skipper =
			idmap_find(electorate->skippers, idmap_id(estimates->volunteers, volunteer));

		electorate->skipped[volunteer] = skipper == IDMAP_NONE ? 0 : electorate->skips[skipper];
	}
	electorate->gold[volunteer] += gold;
}

void voices_gather(struct estimates *estimates)
{
	const struct loaded *loaded = &estimates->loaded;
	struct voices *voices = &estimates->voices;
	uint32_t items = idmap_count(estimates->items);

	voices->items = items;
	voices->start = estimates_must(calloc((size_t)items + 2, sizeof *voices->start));
	voices->said = estimates_must(malloc((loaded->count + 1) * sizeof *voices->said));
	for (size_t n = 0; n < loaded->count; n++)
		voices->start[loaded->item[n] + 2]++;
	for (uint32_t i = 0; i < items; i++)
		voices->start[i + 2] += voices->start[i + 1];
	for (size_t n = 0; n < loaded->count; n++) {
		uint32_t item = loaded->item[n], volunteer = loaded->volunteer[n];

		voices->said[voices->start[item + 1]++] = voice_of(volunteer, loaded->verdict[n]);
		electorate_count(estimates, volunteer, loaded->gold[item] != UNKNOWN);
	}
	if (idmap_count(estimates->volunteers))
		grow_electorate(&estimates->electorate, idmap_count(estimates->volunteers) - 1);
}

void voices_add(struct estimates *estimates, uint32_t item, uint32_t volunteer, uint8_t verdict)
{
	struct voices *voices = &estimates->voices;
	struct score_counts *tally = &estimates->tallies[item];

	if (voices->later_count == voices->later_room) {
		voices->later_room = voices->later_room ? 2 * voices->later_room : 256;
		voices->later =
			estimates_must(realloc(voices->later, voices->later_room * sizeof *voices->later));
	}
	voices->later[voices->later_count] =
		(struct later_voice){ voice_of(volunteer, verdict), tally->newest };
	tally->newest = (uint32_t)++voices->later_count;
	electorate_count(estimates, volunteer, estimates->online_items[item].truth != UNKNOWN);
}

uint32_t electorate_gold(const struct estimates *estimates, uint32_t volunteer)
{
	const struct electorate *electorate = &estimates->electorate;

	return deciding_gold(electorate->gold[volunteer], electorate->judged[volunteer],
	                     2 * electorate->skipped[volunteer]);
}

/* Where a volunteer stands in the campaign of an item; IDMAP_NONE: the network is not known. */
static uint32_t place_of(const struct estimates *estimates, const struct item_facts *facts,
                         uint32_t volunteer)
{
	unsigned char id[UUID_BYTES];

	place_id(facts->campaign, idmap_id(estimates->volunteers, volunteer), id);
	return idmap_find(estimates->electorate.places, id);
}

uint32_t electorate_network(const struct estimates *estimates, const struct item_facts *facts,
                            uint32_t volunteer)
{
	const struct electorate *electorate = &estimates->electorate;
	uint32_t place = place_of(estimates, facts, volunteer);

	return place == IDMAP_NONE || electorate->declared[place] ? 0 : electorate->network[place] + 1;
}

uint32_t electorate_provider(const struct estimates *estimates, uint32_t network)
{
	const struct electorate *electorate = &estimates->electorate;
	uint32_t provider = network ? electorate->provider[network - 1] + 1 : 0;

	return provider == network ? 0 : provider;
}

static void testimony_add(struct estimates *estimates, const struct item_facts *facts,
                          uint32_t said, size_t *count)
{
	const struct electorate *electorate = &estimates->electorate;
	struct voices *voices = &estimates->voices;
	uint32_t volunteer = said >> 1;
	uint8_t verdict = said & 1 ? FAKE : REAL;

	if (*count == voices->testimonies_room) {
		voices->testimonies_room = 2 * *count + 64;
		voices->testimonies = estimates_must(
			realloc(voices->testimonies, voices->testimonies_room * sizeof *voices->testimonies));
	}
	uint32_t place = place_of(estimates, facts, volunteer);
	voices->testimonies[(*count)++] = (struct testimony){
		.weight = online_weight(&estimates->online_volunteers[volunteer], verdict),
		.network = place == IDMAP_NONE ? NETWORK_UNKNOWN : electorate->network[place],
		.provider = place == IDMAP_NONE
		                ? 0
		                : electorate_provider(estimates, electorate->network[place] + 1),
		.gold = electorate_gold(estimates, volunteer),
		.verdict = verdict,
		.declared = place != IDMAP_NONE && electorate->declared[place],
	};
}

static size_t gather_testimonies(struct estimates *estimates, uint32_t item,
                                 const struct item_facts *facts)
{
	const struct voices *voices = &estimates->voices;
	size_t count = 0;

	if (item < voices->items)
		for (size_t n = voices->start[item]; n < voices->start[item + 1]; n++)
			testimony_add(estimates, facts, voices->said[n], &count);
	for (uint32_t at = estimates->tallies[item].newest; at; at = voices->later[at - 1].before)
		testimony_add(estimates, facts, voices->later[at - 1].said, &count);
	return count;
}

struct belief estimates_belief(struct estimates *estimates, uint32_t item,
                               const struct item_facts *facts, double p_fake, double odds)
{
	uint32_t campaign = idmap_find(estimates->electorate.ruled, facts->campaign);

	if (campaign == IDMAP_NONE) /* newer than the fit */
		return (struct belief){ p_fake, .5, DECIDED_BY_NOBODY };
	const struct campaign_rules *rules = &estimates->electorate.rules[campaign];
	size_t count = gather_testimonies(estimates, item, facts);
	struct deciding deciding = deciding_weigh(
		&rules->policy, &rules->scope, estimates->voices.testimonies, count, label_of(p_fake));
	return (struct belief){ p_fake, deciding_probability(estimates->fit, odds, p_fake, &deciding),
		                    deciding.by };
}
