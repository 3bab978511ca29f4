/* SPDX-License-Identifier: Apache-2.0 */
/* What a full fit changed, as rows. */
#include <math.h>
#include <stdio.h>

#include "db/db.h"
#include "domain/standing_inside.h"

#define MOVED      .01
#define WORTH      1e-4 /* smaller changes of a posterior are not written */
#define SKILL_STEP 1e4  /* skills are kept to four places, so that noise is no change */

/* Chance disagreement of each campaign, for the agreement within one item. */
static double *expected_by_campaign(const struct standing *standing)
{
	uint32_t campaigns = idmap_count(standing->campaigns);
	double *expected = standing_must(calloc(campaigns + 1, sizeof *expected));
	uint64_t *fakes = standing_must(calloc(campaigns + 1, sizeof *fakes));
	uint64_t *reals = standing_must(calloc(campaigns + 1, sizeof *reals));

	for (uint32_t i = 0; i < standing->fit->items; i++) {
		const struct item_facts *facts = &standing->facts[i];
		uint32_t c = idmap_find(standing->campaigns, facts->campaign);

		fakes[c] += facts->count < 2 ? 0 : facts->fake;
		reals[c] += facts->count < 2 ? 0 : facts->count - facts->fake;
	}
	for (uint32_t c = 0; c < campaigns; c++)
		expected[c] = agreement_expected(fakes[c], reals[c]);
	free(fakes);
	free(reals);
	return expected;
}

static struct error write_items(struct db *db, const struct standing *standing,
								struct scoring *scoring)
{
	auto_sheet sheet = write_sheet_new(db, SQL_CONSENSUS_WRITE);
	double *expected = expected_by_campaign(standing);
	struct error err = ok();

	for (uint32_t i = 0; i < standing->fit->items && !err.code; i++) {
		const struct item_facts *facts = &standing->facts[i];
		const struct estimate *crowd = &standing->fit->crowd[i];
		double change = fabs(crowd->mean - facts->p_before);

		if (facts->count == facts->scored && change < WORTH)
			continue;
		scoring->moved += !(change < MOVED); /* NAN, a first posterior, counts */
		double alpha =
			agreement_of_item(facts->fake, facts->count - facts->fake,
							  expected[idmap_find(standing->campaigns, facts->campaign)]);
		err = write_sheet_add(&sheet, consensus_row(facts, crowd, alpha));
	}
	free(expected);
	return err.code ? err : write_sheet_send(&sheet);
}

static double rounded(double skill)
{
	return round(skill * SKILL_STEP) / SKILL_STEP;
}

static struct error write_skills(struct db *db, const struct standing *standing)
{
	uint32_t volunteers = standing->fit->volunteers;
	uint32_t *counts = standing_must(calloc(volunteers + 1, sizeof *counts));
	auto_sheet sheet = write_sheet_new(db, SQL_CONSENSUS_WRITE_SKILLS);
	struct error err = ok();

	for (size_t n = 0; n < standing->loaded.count; n++)
		counts[standing->loaded.volunteer[n]]++;
	for (uint32_t v = 0; v < volunteers && !err.code; v++) {
		char id[UUID_TEXT];

		uuid_to_text(id, idmap_id(standing->volunteers, v));
		err = write_sheet_add(&sheet,
							  json_pack("{s:s, s:f, s:f, s:i}", "volunteer", id, "sensitivity",
										rounded(standing->fit->sensitivity[v].mean), "specificity",
										rounded(standing->fit->specificity[v].mean), "judgments",
										(int)counts[v]));
	}
	free(counts);
	return err.code ? err : write_sheet_send(&sheet);
}

/* Retired items that have faded. The caller frees the array; the decisions are theirs who take
 * them. */
struct fading {
	struct faded *faded;
	size_t count, retired;
};

/* Decides about all items. Those that have faded are gathered, all others go to the sheet. */
static struct error settle_items(const struct standing *standing, struct write_sheet *sheet,
								 struct fading *fading)
{
	struct error err = ok();

	for (uint32_t i = 0; i < standing->fit->items && !err.code; i++) {
		const struct item_facts *facts = &standing->facts[i];
		double p = standing->fit->crowd[i].mean;
		json_t *decision = consensus_decision(facts, p, standing_trusts(standing, facts));

		fading->retired += facts->retired;
		if (decision && facts->retired)
			fading->faded[fading->count++] = (struct faded){ decision, fmax(p, 1 - p) };
		else if (decision)
			err = write_sheet_add(sheet, decision);
	}
	return err;
}

static struct error settle(struct db *db, const struct standing *standing, struct scoring *scoring)
{
	auto_sheet sheet = write_sheet_new(db, SQL_CONSENSUS_SETTLE);
	struct fading fading = { .faded = standing_must(
								 calloc(standing->fit->items + 1, sizeof *fading.faded)) };

	sheet.totals[0] = &scoring->retired;
	sheet.totals[1] = &scoring->disputed;
	sheet.totals[2] = &scoring->reopened;
	sheet.totals[3] = &scoring->withdrawn;
	struct error err = settle_items(standing, &sheet, &fading);
	size_t back = consensus_unsettle(fading.faded, fading.count, fading.retired);
	scoring->held = (uint32_t)(fading.count - back);
	for (size_t n = 0; n < fading.count; n++)
		if (n < back && !err.code)
			err = write_sheet_add(&sheet, fading.faded[n].decision);
		else
			json_decref(fading.faded[n].decision);
	free(fading.faded);
	return err.code ? err : write_sheet_send(&sheet);
}

/* What this fit did, for those who watch. */
static struct error write_fit(struct db *db, const struct scoring *scoring)
{
	json_auto_t *row =
		json_pack("{s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:f}", "judgments",
				  (json_int_t)scoring->judgments, "items", (int)scoring->items, "moved",
				  (int)scoring->moved, "retired", (int)scoring->retired, "reopened",
				  (int)scoring->reopened, "held", (int)scoring->held, "disputed",
				  (int)scoring->disputed, "withdrawn", (int)scoring->withdrawn, "gold",
				  (int)scoring->gold, "weight", scoring->weight, "slope", scoring->slope);
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

static struct error write_agreements(struct db *db, const struct standing *standing,
									 struct scoring *scoring)
{
	struct error err = ok();

	scoring->alpha = NAN;
	for (uint32_t c = 0; c < idmap_count(standing->campaigns) && !err.code; c++) {
		struct agreement agreement = standing->agreement[c];
		double or_null = agreement.defined ? 0 : NAN;
		const struct crowd_audit *audit = &standing->audits[c];
		char id[UUID_TEXT], texts[5][32];

		uuid_to_text(id, idmap_id(standing->campaigns, c));
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
static struct error forget_folded(struct db *db, struct standing *standing)
{
	char *text = standing_must(malloc(standing->folded_count * 21 + 3)), *at = text;

	*at++ = '{';
	for (size_t n = 0; n < standing->folded_count; n++)
		at += sprintf(at, "%s%lld", n ? "," : "", (long long)standing->folded[n]);
	*at++ = '}';
	*at = '\0';
	struct error err = db_do(db, SQL_CONSENSUS_FOLD, (const char *[]){ text }, NULL);
	free(text);
	if (err.code)
		return err;
	free(standing->folded);
	standing->folded = NULL;
	standing->folded_count = 0;
	return ok();
}

struct error standing_publish(struct db *db, struct standing *standing, bool forget,
							  struct scoring *ret_scoring)
{
	struct scoring scoring = { .judgments = standing->loaded.count,
							   .items = standing->fit->items,
							   .volunteers = standing->fit->volunteers,
							   .iterations = standing->fit->iterations,
							   .gold = standing->fit->calibration.known,
							   .weight = standing->fit->calibration.weight,
							   .slope = standing->fit->calibration.known
											? standing->fit->calibration.slope
											: 1,
							   .news = (uint32_t)standing->folded_count };
	struct error err;

	if ((err = write_items(db, standing, &scoring)).code)
		return err;
	if ((err = write_skills(db, standing)).code)
		return err;
	if ((err = write_agreements(db, standing, &scoring)).code)
		return err;
	if ((err = settle(db, standing, &scoring)).code)
		return err;
	if ((err = write_fit(db, &scoring)).code)
		return err;
	if (forget && (err = forget_folded(db, standing)).code)
		return err;
	standing_forget_judgments(standing);
	*ret_scoring = scoring;
	return ok();
}
