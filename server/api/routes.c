/* SPDX-License-Identifier: Apache-2.0 */
/* The whole public surface. docs/api.md says what each means. */
#include "api/api.h"
#include "api/releases.h"

#define V1 "/api/v1"

/* clang-format off */
const struct route api_routes[] = {
	{ "POST",   V1 "/volunteers",             .handle_many = post_volunteers, .lane = &lane_writing, .budget = RATE_VOLUNTEER },
	{ "GET",    V1 "/me",                     .handle = get_me,              .lane = &lane_reading, .role = ROLE_VOLUNTEER },
	{ "DELETE", V1 "/me",                     .handle = delete_me,           .lane = &lane_reading, .role = ROLE_VOLUNTEER, .budget = RATE_WRITE },
	{ "POST",   V1 "/assignments",            .here = post_assignment_here, .handle_many = post_assignments, .lane = &lane_judging, .role = ROLE_VOLUNTEER, .budget = RATE_WRITE },
	{ "POST",   V1 "/assignments/renew",      .handle = post_renewal,        .lane = &lane_writing, .role = ROLE_VOLUNTEER, .budget = RATE_WRITE },
	{ "GET",    V1 "/media/{}",               .here = get_media_here,        .handle = get_media, .lane = &lane_reading },
	{ "POST",   V1 "/judgments",              .handle_many = post_judgments, .lane = &lane_writing, .role = ROLE_VOLUNTEER, .budget = RATE_WRITE },
	{ "POST",   V1 "/skips",                  .handle_many = post_skips,     .lane = &lane_writing, .role = ROLE_VOLUNTEER, .budget = RATE_WRITE },
	{ "GET",    V1 "/stats",                  .handle = get_stats,           .lane = &lane_reading },
	{ "POST",   V1 "/session",                .handle = post_session,        .lane = &lane_signing, .budget = RATE_SIGN_IN },
	{ "GET",    V1 "/session",                .handle = get_session,         .lane = &lane_reading },
	{ "DELETE", V1 "/session",                .handle = delete_session,      .lane = &lane_reading, .budget = RATE_WRITE },
	{ "PUT",    V1 "/me/password",            .handle = put_password,        .lane = &lane_signing, .budget = RATE_SIGN_IN },
	{ "GET",    V1 "/disputes",               .handle = get_disputes,        .lane = &lane_reading, .role = ROLE_MODERATOR },
	{ "GET",    V1 "/disputes/{}",            .handle = get_dispute,         .lane = &lane_reading, .role = ROLE_MODERATOR },
	{ "POST",   V1 "/disputes/{}/claim",      .handle = post_claim,          .lane = &lane_reading, .role = ROLE_MODERATOR, .budget = RATE_WRITE },
	{ "DELETE", V1 "/disputes/{}/claim",      .handle = delete_claim,        .lane = &lane_reading, .role = ROLE_MODERATOR, .budget = RATE_WRITE },
	{ "POST",   V1 "/disputes/{}/verdict",    .handle = post_verdict,        .lane = &lane_reading, .role = ROLE_MODERATOR, .budget = RATE_WRITE },
	{ "POST",   V1 "/disputes/{}/ruling",     .handle = post_ruling,         .lane = &lane_reading, .role = ROLE_MODERATOR, .budget = RATE_WRITE },
	{ "POST",   V1 "/disputes/{}/undo",       .handle = post_undo,           .lane = &lane_reading, .role = ROLE_MODERATOR, .budget = RATE_WRITE },
	{ "GET",    V1 "/releases",               .handle = get_releases,        .lane = &lane_reading },
	{ "POST",   V1 "/releases",               .handle = post_release,        .lane = &lane_reading, .role = ROLE_RESEARCHER, .budget = RATE_WRITE },
	{ "GET",    V1 "/releases/{}/{}",         .handle = get_release,         .lane = &lane_reading },
	{ "GET",    V1 "/releases/{}/{}/files/{*}", .handle = get_release_file,  .lane = &lane_reading },
	{ "GET",    V1 "/jobs/{}",                .handle = get_job,             .lane = &lane_reading, .role = ROLE_RESEARCHER },
	{ "GET",    V1 "/openapi.json",           .handle = get_openapi },
	{ "GET",    "/healthz",                   .handle = get_healthz },
	{ "GET",    "/readyz",                    .handle = get_readyz,          .lane = &lane_reading },
	{ "GET",    "/metrics",                   .handle = get_metrics },
	{ "GET",    "/",                          .handle = get_page },
	{ "GET",    "/about",                     .handle = get_page },
	{ "GET",    "/data",                      .handle = get_page },
	{ "GET",    "/data/{}/{}",                .handle = get_release_page },
	{ "GET",    "/moderate",                  .handle = get_page },
	{ "GET",    "/static/{*}",                .handle = get_static },
	{ NULL },
};
/* clang-format on */
