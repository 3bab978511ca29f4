/* SPDX-License-Identifier: Apache-2.0 */
/* published -- releases for tests: made over HTTP, written to a folder and read there. */
#ifndef TESTS_HTTP_PUBLISHED_H
#define TESTS_HTTP_PUBLISHED_H

#include "client.h"
#include "world.h"

#define RELEASES "/api/v1/releases"

/* POST /releases: version 1.0 of all that a campaign has settled. */
struct answer ask_for(struct person *as, const char *name, const char *campaign);

/* Retired images (or what `like` says) whose crowd says fake (or real), in this campaign. */
void make_retired(const char *campaign, int count, double p_fake, const struct items *like);

/* A campaign with six fake and six real images to be released, in one lineage each. */
const char *a_full_campaign(void);

/*
 * So many new volunteers judge every item of the campaign as its crowd does, at this very moment,
 * and the model has read it; nothing of the campaign fades after that.
 */
void judge_all(const char *campaign, int volunteers);

/* A release of a campaign that is ready: its name. */
const char *a_release(struct person *as, const char *campaign);

/* Waits until a job has ended, and gives it. */
json_t *a_finished_job(struct person *as, const char *id);

/* Runs the program with printf-made arguments; both of its streams. */
const char *run_program(int *ret_code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, for what must end well. */
const char *run_well(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The path of a folder that version 1.0 of a release was written to. */
const char *a_written_release(const char *name);

/* A whole file of such a folder, and what replaces one. */
const char *file_text(const char *folder, const char *name);
void put_file(const char *folder, const char *name, const char *text);

/* Makes SHA256SUMS of the folder true again, as somebody who knows how would: as a release of
 * before there were signatures, descriptions and certificates, for they cannot sign it. */
void sign_again(const char *folder);

#endif
