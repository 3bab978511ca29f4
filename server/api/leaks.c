/* SPDX-License-Identifier: Apache-2.0 */
/* /stats/leaks, for moderators. */
#include "api/api.h"
#include "corpus/leak_figures.h"

static void add_leak(void *arg, const struct leak_figure *figure)
{
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:f, s:f, s:f, s:b, s:I, s:I, s:s}", "campaign", figure->campaign,
		"media_type", figure->media_type, "trait", figure->trait, "auc", figure->auc, "low",
		figure->low, "high", figure->high, "served", figure->served, "fakes",
		(json_int_t)figure->fakes, "reals", (json_int_t)figure->reals, "measured_at", figure->at);

	if (figure->warns)
		json_array_append(json_object_get(arg, "warnings"), json);
	json_array_append_new(json_object_get(arg, "figures"), json);
}

struct error get_leaks(struct request *req, struct db *db)
{
	json_t *json = json_pack("{s:[], s:[]}", "warnings", "figures");
	struct error err = leak_figures_each(db, request_query(req, "campaign"), add_leak, json);

	if (err.code) {
		json_decref(json);
		return err;
	}
	request_json(req, 200, json);
	return ok();
}
