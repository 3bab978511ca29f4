/* SPDX-License-Identifier: Apache-2.0 */
/* What a full fit changed, as rows. */
#include <math.h>
#include <stdio.h>

#include "core/uuid.h"
#include "db/db.h"
#include "scoring/estimates_internal.h"

#define MOVED      .01
#define WORTH      1e-4 /* smaller changes of a posterior are not written */
#define SKILL_STEP 1e4  /* skills are kept to four places, so that noise is no change */

/* Chance disagreement of each campaign, for the agreement within one item. */
static double *expected_by_campaign(const struct estimates *estimates)
{
	uint32_t campaigns = idmap_count(estimates->campaigns);
	double *expected = estimates_must(calloc(campaigns + 1, sizeof *expected));
	uint64_t *fakes = estimates_must(calloc(campaigns + 1, sizeof *fakes));
	uint64_t *reals = estimates_must(calloc(campaigns + 1, sizeof *reals));

	for (uint32_t i = 0; i < estimates->fit->items; i++) {
		const struct item_facts *facts = &estimates->facts[i];
		uint32_t c = idmap_find(estimates->campaigns, facts->campaign);

		fakes[c] += facts->count < 2 ? 0 : facts->fake;
		reals[c] += facts->count < 2 ? 0 : facts->count - facts->fake;
	}
	for (uint32_t c = 0; c < campaigns; c++)
		expected[c] = agreement_expected(fakes[c], reals[c]);
	free(fakes);
	free(reals);
	return expected;
}

static struct error publish_write_items(struct db *db, struct estimates *estimates,
                                        struct scoring *scoring)
{
	auto_sheet matrix = write_sheet_new(db, SQL_CONSENSUS_WRITE);
	double *expected = expected_by_campaign(estimates);
	struct error err = ok();

	for (uint32_t i = 0; i < estimates->fit->items && !err.code; i++) {
		const struct item_facts *facts = &estimates->facts[i];
		const struct estimate *crowd = &estimates->fit->crowd[i];
		const struct belief *belief = &estimates->beliefs[i];
		double change = fabs(crowd->mean - facts->p_before);

		if (facts->count == facts->scored && change < WORTH && belief->by == facts->decided_by &&
		    fabs(belief->decides - facts->decides) < WORTH)
			continue;
		scoring->moved += !(change < MOVED); /* NAN, a first posterior, counts */
		double alpha =
			agreement_of_item(facts->fake, facts->count - facts->fake,
		                      expected[idmap_find(estimates->campaigns, facts->campaign)]);
		err = write_sheet_add(&matrix, consensus_row(facts, crowd, belief, alpha));
	}
	free(expected);
	return err.code ? err : write_sheet_send(&matrix);
}

static double publish_rounded(double skill)
{
	return round(skill * SKILL_STEP) / SKILL_STEP;
}

static struct error write_skills(struct db *db, const struct estimates *estimates)
{
	uint32_t volunteers = estimates->fit->volunteers;
	uint32_t *counts = estimates_must(calloc(volunteers + 1, sizeof *counts));
	auto_sheet matrix = write_sheet_new(db, SQL_CONSENSUS_WRITE_SKILLS);
	struct error err = ok();

	for (size_t n = 0; n < estimates->loaded.count; n++)
		counts[estimates->loaded.volunteer[n]]++;
	for (uint32_t v = 0; v < volunteers && !err.code; v++) {
		char id[UUID_TEXT];

		uuid_to_text(id, idmap_id(estimates->volunteers, v));
		err = write_sheet_add(
			&matrix, json_pack("{s:s, s:f, s:f, s:i, s:i, s:b}", "volunteer", id, "sensitivity",
		                       publish_rounded(estimates->fit->sensitivity[v].mean), "specificity",
		                       publish_rounded(estimates->fit->specificity[v].mean), "judgments",
		                       (int)counts[v], "gold", (int)electorate_gold(estimates, v),
		                       "ignored", (int)fit_ignores(estimates->fit, v)));
	}
	free(counts);
	return err.code ? err : write_sheet_send(&matrix);
}

/* Retired items that have faded. The caller frees the array; the decisions are theirs who take
 * them. */
struct fading {
	struct faded *faded;
	size_t count, retired;
};

/* Decides about all items. Those that have faded are gathered, all others go to the sheet. */
static struct error settle_items(const struct estimates *estimates, struct write_sheet *matrix,
                                 struct fading *fading)
{
	struct error err = ok();

	for (uint32_t i = 0; i < estimates->fit->items && !err.code; i++) {
		const struct item_facts *facts = &estimates->facts[i];
		double p = estimates->fit->crowd[i].mean;
		json_t *decision =
			consensus_decision(facts, &estimates->beliefs[i], estimates_trusts(estimates, facts));

		fading->retired += facts->retired;
		if (decision && facts->retired)
			fading->faded[fading->count++] = (struct faded){ decision, fmax(p, 1 - p) };
		else if (decision)
			err = write_sheet_add(matrix, decision);
	}
	return err;
}

static struct error publish_settle(struct db *db, const struct estimates *estimates,
                                   struct scoring *scoring)
{
	auto_sheet matrix = write_sheet_new(db, SQL_CONSENSUS_SETTLE);
	struct fading fading = { .faded = estimates_must(
								 calloc(estimates->fit->items + 1, sizeof *fading.faded)) };

	matrix.totals[0] = &scoring->retired;
	matrix.totals[1] = &scoring->disputed;
	matrix.totals[2] = &scoring->reopened;
	matrix.totals[3] = &scoring->withdrawn;
	struct error err = settle_items(estimates, &matrix, &fading);
	size_t back = consensus_unsettle(fading.faded, fading.count, fading.retired);
	scoring->held = (uint32_t)(fading.count - back);
	for (size_t n = 0; n < fading.count; n++)
		if (n < back && !err.code)
			err = write_sheet_add(&matrix, fading.faded[n].decision);
		else
			json_decref(fading.faded[n].decision);
	free(fading.faded);
	return err.code ? err : write_sheet_send(&matrix);
}

/* What this fit did, for those who watch. */
static struct error write_fit(struct db *db, const struct scoring *scoring)
{
	json_auto_t *row = json_pack(
		"{s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:i, s:i, s:f, s:i, s:i, s:i, "
		"s:i, "
		"s:i, s:i}",
		"judgments", (json_int_t)scoring->judgments, "items", (int)scoring->items, "moved",
		(int)scoring->moved, "retired", (int)scoring->retired, "reopened", (int)scoring->reopened,
		"held", (int)scoring->held, "disputed", (int)scoring->disputed, "withdrawn",
		(int)scoring->withdrawn, "gold", (int)scoring->gold, "weight", scoring->weight, "slope",
		scoring->slope, "cohorts", (int)scoring->cohorts, "cohort_volunteers",
		(int)scoring->cohort_volunteers, "cohort_share", scoring->cohort_share, "cohort_changes",
		(int)scoring->cohort_changes, "decided_full", (int)scoring->decided[DECIDED_BY_ALL],
		"decided_no_gold", (int)scoring->decided[DECIDED_WITHOUT_GOLD], "decided_one_network",
		(int)scoring->decided[DECIDED_WITHOUT_NETWORKS], "decided_neither",
		(int)scoring->decided[DECIDED_WITHOUT_EITHER], "ignored", (int)scoring->ignored);
	char *text = json_dumps(row, JSON_COMPACT);

	if (!text)
		abort();
	struct error err = db_do(db, SQL_CONSENSUS_WRITE_FIT, (const char *[]){ text }, NULL);
	free(text);
	return err;
}

static const char *number_text(char text[32], double number)
{
	if (!isfinite(number))
		return NULL;
	snprintf(text, 32, "%.9g", number);
	return text;
}

static struct error write_agreements(struct db *db, const struct estimates *estimates,
                                     struct scoring *scoring)
{
	struct error err = ok();

	scoring->alpha = NAN;
	for (uint32_t c = 0; c < idmap_count(estimates->campaigns) && !err.code; c++) {
		struct agreement agreement = estimates->agreement[c];
		double or_null = agreement.defined ? 0 : NAN;
		const struct crowd_audit *audit = &estimates->audits[c];
		char id[UUID_TEXT], texts[5][32];

		uuid_to_text(id, idmap_id(estimates->campaigns, c));
		const char *params[] = { id,
			                     number_text(texts[0], agreement.alpha + or_null),
			                     number_text(texts[1], agreement.low + or_null),
			                     number_text(texts[2], agreement.high + or_null),
			                     number_text(texts[3], audit->gold),
			                     number_text(texts[4], audit->right),
			                     crowd_is_trusted(audit) ? "true" : "false" };
		err = db_do(db, SQL_CONSENSUS_WRITE_AGREEMENT, params, NULL);
		if (c == 0)
			scoring->alpha = agreement.alpha + or_null;
	}
	return err;
}

/* "{1,2,3}". They are in the table no more, so nobody need pass over them either. */
static struct error forget_folded(struct db *db, struct estimates *estimates)
{
	char *text = estimates_must(malloc(estimates->folded_count * 21 + 3)), *at = text;

	*at++ = '{';
	for (size_t n = 0; n < estimates->folded_count; n++)
		at += sprintf(at, "%s%lld", n ? "," : "", (long long)estimates->folded[n]);
	*at++ = '}';
	*at = '\0';
	struct error err = db_do(db, SQL_CONSENSUS_FOLD, (const char *[]){ text }, NULL);
	free(text);
	if (err.code)
		return err;
	free(estimates->folded);
	estimates->folded = NULL;
	estimates->folded_count = 0;
	return ok();
}

static void tell_cohorts(const struct cohorts *cohorts, struct scoring *scoring)
{
	scoring->cohorts = cohorts->count;
	scoring->cohort_volunteers = cohorts->volunteers;
	scoring->cohort_changes = cohorts->changed;
	scoring->cohort_share =
		cohorts->count ? (double)cohorts->judgments / (double)cohorts->judgments_all : 0;
}

static void tell_deciding(const struct estimates *estimates, struct scoring *scoring)
{
	for (uint32_t i = 0; i < estimates->fit->items; i++)
		scoring->decided[estimates->beliefs[i].by] += estimates->facts[i].retired;
	for (uint32_t v = 0; v < estimates->fit->volunteers; v++)
		scoring->ignored += fit_ignores(estimates->fit, v);
}

struct error estimates_publish(struct db *db, struct estimates *estimates, bool forget,
                               struct scoring *ret_scoring)
{
	struct scoring scoring = { .judgments = estimates->loaded.count,
		                       .items = estimates->fit->items,
		                       .volunteers = estimates->fit->volunteers,
		                       .iterations = estimates->fit->iterations,
		                       .gold = estimates->fit->calibration.known,
		                       .weight = estimates->fit->calibration.weight,
		                       .slope = estimates->fit->calibration.known
		                                    ? estimates->fit->calibration.slope
		                                    : 1,
		                       .news = (uint32_t)estimates->folded_count };
	struct error err;

	tell_cohorts(&estimates->cohorts, &scoring);
	tell_deciding(estimates, &scoring);
	if ((err = publish_write_items(db, estimates, &scoring)).code)
		return err;
	if ((err = write_skills(db, estimates)).code)
		return err;
	if ((err = write_agreements(db, estimates, &scoring)).code)
		return err;
	if ((err = publish_settle(db, estimates, &scoring)).code)
		return err;
	if ((err = write_fit(db, &scoring)).code)
		return err;
	if ((err = estimates_write_integrity(db, estimates)).code)
		return err;
	if ((err = estimates_write_campaigns(db, estimates)).code)
		return err;
	if (forget && (err = forget_folded(db, estimates)).code)
		return err;
	estimates_forget_judgments(estimates);
	*ret_scoring = scoring;
	return ok();
}
