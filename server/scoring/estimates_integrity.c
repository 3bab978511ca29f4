/* SPDX-License-Identifier: Apache-2.0 */
/* What a full fit knows of who carries the labels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/hex.h"
#include "core/uuid.h"
#include "crowd/collusion.h"
#include "crowd/integrity.h"
#include "db/db.h"
#include "scoring/estimates_internal.h"
#include "scoring/integrity.h"

#define NETWORKS_TOLD 10 /* of a campaign, those with most judgments */

/* Everything that crowd/integrity is given, and gives. */
struct integrity_sheet {
	uint32_t *campaign, *network, *provider, *flip_cost;
	uint8_t *label, *newcomer;
	struct integrity_campaign *campaigns;
	struct integrity_network *networks;
	struct integrity_campaign *by_provider; /* campaigns, as if providers were networks */
	struct integrity_network *providers;
	bool any_provider;        /* else the two above say nothing */
	uint32_t *cohort_changes; /* by campaign */
};

/* The crowd is sure of it: it has retired, or would. */
static bool has_label(const struct estimates *estimates, uint32_t item)
{
	const struct item_facts *facts = &estimates->facts[item];
	double p = estimates->beliefs[item].decides;

	return estimates->loaded.gold[item] == UNKNOWN &&
	       (facts->retired || stopping_decide(&facts->rule, p, facts->count) == DECISION_RETIRE);
}

static struct integrity_sheet integrity_sheet_new(struct estimates *estimates,
                                                  const struct judgments *view)
{
	uint32_t campaigns = idmap_count(estimates->campaigns), items = estimates->fit->items;
	struct integrity_sheet sheet = {
		.campaign = estimates_must(calloc(items + 1, sizeof *sheet.campaign)),
		.network = estimates_must(calloc(estimates->loaded.count + 1, sizeof *sheet.network)),
		.provider = estimates_must(calloc(estimates->loaded.count + 1, sizeof *sheet.provider)),
		.flip_cost = estimates_must(calloc(items + 1, sizeof *sheet.flip_cost)),
		.label = estimates_must(calloc(items + 1, 1)),
		.newcomer = estimates_must(calloc(estimates->fit->volunteers + 1, 1)),
		.campaigns = estimates_must(calloc(campaigns + 1, sizeof *sheet.campaigns)),
		.networks = estimates_must(
			calloc(idmap_count(estimates->electorate.networks) + 1, sizeof *sheet.networks)),
		.by_provider = estimates_must(calloc(campaigns + 1, sizeof *sheet.by_provider)),
		.providers = estimates_must(
			calloc(idmap_count(estimates->electorate.networks) + 1, sizeof *sheet.providers)),
		.cohort_changes = estimates_must(calloc(campaigns + 1, sizeof *sheet.cohort_changes)),
	};

	for (uint32_t i = 0; i < items; i++) {
		sheet.campaign[i] = idmap_find(estimates->campaigns, estimates->facts[i].campaign);
		sheet.label[i] = has_label(estimates, i);
		sheet.cohort_changes[sheet.campaign[i]] += estimates->turned && estimates->turned[i];
	}
	for (size_t j = 0; j < estimates->loaded.count; j++) {
		sheet.network[j] =
			electorate_network(estimates, &estimates->facts[estimates->loaded.item[j]],
		                       estimates->loaded.volunteer[j]);
		sheet.provider[j] = electorate_provider(estimates, sheet.network[j]);
		sheet.any_provider |= sheet.provider[j] != 0;
	}
	integrity_newcomers(view, sheet.newcomer);
	return sheet;
}

static void integrity_sheet_clear(struct integrity_sheet *sheet)
{
	free(sheet->campaign);
	free(sheet->network);
	free(sheet->provider);
	free(sheet->flip_cost);
	free(sheet->label);
	free(sheet->newcomer);
	free(sheet->campaigns);
	free(sheet->networks);
	free(sheet->by_provider);
	free(sheet->providers);
	free(sheet->cohort_changes);
}

static void tell_flip_costs(json_t *figures, const char *id, const struct integrity_campaign *of)
{
	if (of->labels && of->flip_lowest != UINT32_MAX)
		integrity_add(figures, id, "flip_cost_lowest", "", of->flip_lowest);
	if (of->labels && of->flip_median < UINT32_MAX / 2.)
		integrity_add(figures, id, "flip_cost_median", "", of->flip_median);
	integrity_add(figures, id, "flip_cost_labels", "1", of->flip_by_one);
	integrity_add(figures, id, "flip_cost_labels", "2", of->flip_by_two);
}

static void tell_campaign(json_t *figures, const char *id, const struct integrity_campaign *of,
                          uint32_t cohort_changes)
{
	integrity_add(figures, id, "labels", "", of->labels);
	integrity_add(figures, id, "labels_decided_by", "newcomers", of->by_newcomers);
	integrity_add(figures, id, "labels_decided_by", "network", of->by_network);
	integrity_add(figures, id, "labels_decided_by", "cohort", of->by_cohort);
	integrity_add(figures, id, "volunteers", "all", of->volunteers);
	integrity_add(figures, id, "volunteers", "newcomers", of->newcomers);
	integrity_add(figures, id, "volunteers", "worse_than_chance", of->worse);
	integrity_add(figures, id, "worse_share", "", integrity_worse_share(of));
	integrity_add(figures, id, "cohort_volunteers", "", of->in_cohorts);
	integrity_add(figures, id, "cohort_label_changes", "", cohort_changes);
	integrity_add(figures, id, "network_excess", "", of->network_excess);
	integrity_add(figures, id, "gold_gap", "", of->gold_gap);
	integrity_add(figures, id, "gold_judgments", "", of->gold);
	integrity_add(figures, id, "gold_right", "", of->gold_right);
	integrity_add(figures, id, "gold_volunteers", "", of->gold_volunteers);
	integrity_add(figures, id, "gold_squares", "", of->gold_squares);
	tell_flip_costs(figures, id, of);
}

/* A network, to be ranked. */
struct ranked_network {
	uint32_t campaign, judgments, number;
};

static int compare_networks(const void *left, const void *right)
{
	const struct ranked_network *one = left, *other = right;

	if (one->campaign != other->campaign)
		return one->campaign < other->campaign ? -1 : 1;
	if (one->judgments != other->judgments)
		return one->judgments > other->judgments ? -1 : 1;
	return (one->number > other->number) - (one->number < other->number);
}

/* Names of figures of networks, or of providers. */
struct network_names {
	const char *judgments, *labels, *accuracy, *excess;
};

static void tell_network(json_t *figures, const struct estimates *estimates,
                         const struct network_names *names, uint32_t number,
                         const struct integrity_network *of)
{
	char id[UUID_TEXT], label[2 * UUID_BYTES + 1];

	uuid_to_text(id, idmap_id(estimates->campaigns, of->campaign));
	hex_encode(label, idmap_id(estimates->electorate.networks, number - 1), UUID_BYTES);
	integrity_add(figures, id, names->judgments, label, of->judgments);
	integrity_add(figures, id, names->labels, label, of->labels);
	integrity_add(figures, id, names->excess, label, of->excess);
	if (of->gold)
		integrity_add(figures, id, names->accuracy, label, (double)of->gold_right / of->gold);
}

/* The busiest networks of each campaign, by their hashes. */
static void tell_networks(json_t *figures, const struct estimates *estimates,
                          const struct network_names *names,
                          const struct integrity_network networks[])
{
	uint32_t count = idmap_count(estimates->electorate.networks), told = 0;
	struct ranked_network *ranked = estimates_must(calloc(count + 1, sizeof *ranked));

	for (uint32_t n = 0; n < count; n++)
		ranked[n] =
			(struct ranked_network){ networks[n + 1].campaign, networks[n + 1].judgments, n + 1 };
	qsort(ranked, count, sizeof *ranked, compare_networks);
	for (uint32_t n = 0; n < count; n++) {
		told = n && ranked[n].campaign == ranked[n - 1].campaign ? told + 1 : 0;
		if (told < NETWORKS_TOLD && ranked[n].judgments)
			tell_network(figures, estimates, names, ranked[n].number, &networks[ranked[n].number]);
	}
	free(ranked);
}

/* The same questions of providers, where any is known. */
static void tell_providers(struct estimates *estimates, const struct judgments *view,
                           const struct integrity_known *known, struct integrity_sheet *sheet)
{
	static const struct network_names names = { "provider_judgments", "provider_labels",
		                                        "provider_gold_accuracy", "provider_label_excess" };
	struct integrity_known of_providers = *known;

	if (!sheet->any_provider)
		return;
	of_providers.network = sheet->provider;
	of_providers.carried = NULL;
	integrity_of(view, estimates->fit, &of_providers, sheet->by_provider, sheet->providers);
	for (uint32_t c = 0; c < known->campaigns; c++) {
		char id[UUID_TEXT];

		uuid_to_text(id, idmap_id(estimates->campaigns, c));
		integrity_add(estimates->integrity, id, "labels_decided_by", "provider",
		              sheet->by_provider[c].by_network);
		integrity_add(estimates->integrity, id, "provider_excess", "",
		              sheet->by_provider[c].network_excess);
		integrity_add(estimates->integrity, id, "provider_gold_gap", "",
		              sheet->by_provider[c].gold_gap);
	}
	tell_networks(estimates->integrity, estimates, &names, sheet->providers);
}

void estimates_find_integrity(struct estimates *estimates, const struct judgments *view)
{
	static const struct network_names names = { "network_judgments", "network_labels",
		                                        "network_gold_accuracy", "network_label_excess" };

	estimates->carried =
		estimates_must(calloc((size_t)estimates->fit->items + 1, sizeof *estimates->carried));
	struct integrity_sheet sheet = integrity_sheet_new(estimates, view);
	const struct integrity_known known = { .campaigns = idmap_count(estimates->campaigns),
		                                   .networks = idmap_count(estimates->electorate.networks),
		                                   .campaign = sheet.campaign,
		                                   .label = sheet.label,
		                                   .network = sheet.network,
		                                   .cohort = estimates->cohorts.of,
		                                   .newcomer = sheet.newcomer,
		                                   .flip_cost = sheet.flip_cost,
		                                   .carried = estimates->carried };

	influence_cost(view, estimates->fit, sheet.flip_cost);
	integrity_of(view, estimates->fit, &known, sheet.campaigns, sheet.networks);
	estimates->integrity = json_array();
	for (uint32_t c = 0; c < known.campaigns; c++) {
		char id[UUID_TEXT];

		uuid_to_text(id, idmap_id(estimates->campaigns, c));
		tell_campaign(estimates->integrity, id, &sheet.campaigns[c], sheet.cohort_changes[c]);
	}
	tell_networks(estimates->integrity, estimates, &names, sheet.networks);
	tell_providers(estimates, view, &known, &sheet);
	integrity_sheet_clear(&sheet);
}

/* Who is in which cohort, for whoever would set one aside. */
static struct error write_cohorts(struct db *db, const struct estimates *estimates)
{
	json_auto_t *members = json_array();

	for (uint32_t v = 0; estimates->cohorts.of && v < estimates->fit->volunteers; v++) {
		char id[UUID_TEXT];

		if (!estimates->cohorts.of[v])
			continue;
		uuid_to_text(id, idmap_id(estimates->volunteers, v));
		json_array_append_new(members, json_pack("{s:s, s:i}", "volunteer", id, "cohort",
		                                         (int)estimates->cohorts.of[v]));
	}
	char *text = json_dumps(members, JSON_COMPACT);
	if (!text)
		abort();
	struct error err = db_do(db, SQL_ESTIMATES_COHORTS, (const char *[]){ text }, NULL);
	free(text);
	return err;
}

struct error estimates_write_integrity(struct db *db, const struct estimates *estimates)
{
	struct error err = write_cohorts(db, estimates);

	return err.code ? err : integrity_write(db, "fit", estimates->integrity);
}
