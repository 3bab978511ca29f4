/* SPDX-License-Identifier: Apache-2.0 */
/* /stats/integrity, for moderators. */
#include "scoring/integrity.h"
#include "api/api.h"

static void add_figure(void *arg, const struct integrity_figure *figure)
{
	json_array_append_new(arg, json_pack("{s:s, s:s, s:s, s:f, s:s}", "campaign", figure->campaign,
	                                     "name", figure->name, "label", figure->label, "value",
	                                     figure->value, "at", figure->at));
}

static void add_alarm(void *arg, const struct integrity_alarm *alarm)
{
	json_array_append_new(arg, json_pack("{s:s, s:s, s:s, s:f, s:f, s:s}", "campaign",
	                                     alarm->campaign, "alarm", alarm->alarm, "what",
	                                     alarm->what, "value", alarm->value, "threshold",
	                                     alarm->threshold, "since", alarm->since));
}

struct error get_integrity(struct request *req, struct db *db)
{
	const char *campaign = request_query(req, "campaign");
	json_t *json = json_pack("{s:[], s:[]}", "alarms", "figures");
	struct error err =
		integrity_each_alarm(db, campaign, add_alarm, json_object_get(json, "alarms"));

	if (!err.code)
		err = integrity_each_figure(db, campaign, add_figure, json_object_get(json, "figures"));
	if (err.code) {
		json_decref(json);
		return err;
	}
	request_json(req, 200, json);
	return ok();
}
