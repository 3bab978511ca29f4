/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/workers.h"

#include "corpus/lost_media.h"
#include "corpus/rendering.h"
#include "people/volunteer.h"
#include "release/build.h"
#include "review/dispute.h"
#include "review/set_aside.h"
#include "scoring/integrity.h"
#include "scoring/stats.h"

typedef const struct job_handler *const handler_list[];

#define MINUTELY_MS 120000 /* what holds one of these up holds up the others */

/* A rendering may take days, and releases do not wait for it; what is done every minute waits for
 * neither. */
const struct job_worker job_workers[JOB_WORKERS] = {
	{ "worker", false, 0, (handler_list){ &release_job, NULL }, NULL },
	{ "renderer", true, 0, (handler_list){ &rendering_job, NULL }, rendering_remind },
	{ "housekeeper", true, MINUTELY_MS,
	  (handler_list){ &sweep_job, &figures_job, &lonely_job, &set_aside_job, &integrity_job,
	                  &lost_media_job, NULL },
	  NULL },
};
