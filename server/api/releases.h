/* SPDX-License-Identifier: Apache-2.0 */
/* releases -- handlers for datasets, and for the jobs that make them. */
#ifndef API_RELEASES_H
#define API_RELEASES_H

#include "http/router.h"

struct error get_releases(struct request *req, struct db *db);
struct error get_release(struct request *req, struct db *db);      /* args: name, version */
struct error get_release_file(struct request *req, struct db *db); /* args: name, version, path */
struct error post_release(struct request *req, struct db *db);
struct error get_job(struct request *req, struct db *db); /* args: id */

/* Lines of the table in routes.c; V1 is the prefix of every address. */
/* clang-format off */
#define RELEASE_ROUTES \
	{ "GET",  V1 "/releases",               .handle = get_releases,     .lane = &lane_reading }, \
	{ "POST", V1 "/releases",               .handle = post_release,     .lane = &lane_reading, .role = ROLE_RESEARCHER, .budget = BUDGET_WRITE }, \
	{ "GET",  V1 "/releases/{}/{}",         .handle = get_release,      .lane = &lane_reading }, \
	{ "GET",  V1 "/releases/{}/{}/files/{*}", .handle = get_release_file, .lane = &lane_reading }, \
	{ "GET",  V1 "/jobs/{}",                .handle = get_job,          .lane = &lane_reading, .role = ROLE_RESEARCHER },
/* clang-format on */

#endif
