/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/workers.h"

#include <string.h>

#include "corpus/contribution.h"
#include "corpus/item_provenance.h"
#include "corpus/leaks.h"
#include "corpus/lost_media.h"
#include "corpus/near_duplicates.h"
#include "corpus/rendering.h"
#include "mail/outbox.h"
#include "notices/held.h"
#include "notices/notice.h"
#include "people/volunteer.h"
#include "release/build.h"
#include "release/layout.h"
#include "release/revise.h"
#include "release/takedown.h"
#include "release/unseal.h"
#include "review/dispute.h"
#include "review/set_aside.h"
#include "scoring/integrity.h"
#include "scoring/stats.h"

typedef const struct job_handler *const handler_list[];

#define MINUTELY_MS 120000 /* what holds one of these up holds up the others */

/* A rendering may take days, as fingerprints of all that there is may, and a leak table or the
 * layouts of a large release hours; neither releases nor originals that are to be read wait for
 * them; what is done every minute waits for none. Files that were sent wait for none of them, nor
 * for somebody's slow server; what is to be removed waits for nothing; and only mail waits for the
 * mail server. */
const struct job_worker job_workers[JOB_WORKERS] = {
	{ "worker", false, 0, (handler_list){ &release_job, &revise_job, &unseal_job, NULL }, NULL },
	{ "layouter", true, 0, (handler_list){ &layouts_job, NULL }, NULL },
	{ "intake", false, 0, (handler_list){ &contribution_job, &recut_job, NULL }, NULL },
	{ "fetcher", true, 0, (handler_list){ &contribution_fetch_job, &contribution_sweep_job, NULL },
	  NULL },
	{ "remover", false, 0, (handler_list){ &takedown_job, &held_job, NULL }, NULL },
	{ "mailer", true, 0, (handler_list){ &mail_job, NULL }, NULL },
	{ "renderer", true, 0, (handler_list){ &rendering_job, NULL }, rendering_remind },
	{ "measurer", true, 0, (handler_list){ &leaks_job, NULL }, NULL },
	{ "reader", true, 0, (handler_list){ &provenance_job, NULL }, NULL },
	{ "fingerprinter", true, 0, (handler_list){ &fingerprint_job, NULL }, NULL },
	{ "housekeeper", true, MINUTELY_MS,
	  (handler_list){ &sweep_job, &figures_job, &lonely_job, &set_aside_job, &integrity_job,
	                  &lost_media_job, &notices_job, NULL },
	  NULL },
};

const struct job_handler *workers_handler(const char *kind)
{
	for (size_t w = 0; w < JOB_WORKERS; w++)
		for (size_t h = 0; job_workers[w].handlers[h]; h++)
			if (strcmp(job_workers[w].handlers[h]->kind, kind) == 0)
				return job_workers[w].handlers[h];
	return NULL;
}
