/* SPDX-License-Identifier: Apache-2.0 */
/* The whole public surface. docs/api.md says what each means. */
#include "api/api.h"
#include "api/audit.h"
#include "api/desk.h"
#include "api/invitations.h"
#include "api/jobs.h"
#include "api/releases.h"
#include "api/revocations.h"
#include "api/set_asides.h"
#include "api/ways_in.h"
#include "corpus/upload.h"
#include "people/permission.h"

#define V1 "/api/v1"

/* clang-format off */
const struct route api_routes[] = {
	{ "POST",   V1 "/volunteers",             .here = post_volunteer_here, .handle_many = post_volunteers, .lane = &lane_answers, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/me",                     .handle = get_me,              .lane = &lane_queries, .volunteer = true, .of_before = true },
	{ "DELETE", V1 "/me",                     .handle = delete_me,           .lane = &lane_queries, .volunteer = true, .of_before = true, .budget = RATE_WRITE },
	{ "POST",   V1 "/assignments",            .here = post_assignment_here, .handle_many = post_assignments, .lane = &lane_assignments, .volunteer = true, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "POST",   V1 "/assignments/renew",      .handle = post_renewal,        .lane = &lane_answers, .volunteer = true, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/media/{}",               .here = get_media_here,        .handle = get_media, .lane = &lane_media },
	{ "POST",   V1 "/judgments",              .handle_many = post_judgments, .lane = &lane_answers, .volunteer = true, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "POST",   V1 "/skips",                  .handle_many = post_skips,     .lane = &lane_answers, .volunteer = true, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/stats",                  .handle = get_stats,           .lane = &lane_queries },
	{ "GET",    V1 "/stats/integrity",        .handle = get_integrity,       .lane = &lane_queries, .needs = MAY_GUARD },
	{ "GET",    V1 "/stats/leaks",            .handle = get_leaks,           .lane = &lane_queries, .needs = MAY_GUARD },
	{ "POST",   V1 "/session",                .handle = post_session,        .lane = &lane_passwords, .budget = RATE_SIGN_IN, .json = MAX_BODY },
	{ "GET",    V1 "/session",                .handle = get_session,         .lane = &lane_queries },
	{ "DELETE", V1 "/session",                .handle = delete_session,      .lane = &lane_queries, .budget = RATE_WRITE },
	{ "PUT",    V1 "/me/password",            .handle = put_password,        .lane = &lane_passwords, .budget = RATE_SIGN_IN, .json = MAX_BODY },
	{ "GET",    V1 "/disputes",               .handle = get_disputes,        .lane = &lane_queries, .needs = MAY_RULE },
	{ "GET",    V1 "/disputes/{}",            .handle = get_dispute,         .lane = &lane_queries, .needs = MAY_RULE },
	{ "POST",   V1 "/disputes/{}/claim",      .handle = post_claim,          .lane = &lane_queries, .needs = MAY_RULE, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "DELETE", V1 "/disputes/{}/claim",      .handle = delete_claim,        .lane = &lane_queries, .needs = MAY_RULE, .budget = RATE_WRITE },
	{ "POST",   V1 "/disputes/{}/verdict",    .handle = post_verdict,        .lane = &lane_queries, .needs = MAY_RULE, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "POST",   V1 "/disputes/{}/ruling",     .handle = post_ruling,         .lane = &lane_queries, .needs = MAY_RULE, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "POST",   V1 "/disputes/{}/undo",       .handle = post_undo,           .lane = &lane_queries, .needs = MAY_RULE, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/disputes/{}/notes",      .handle = get_dispute_notes,   .lane = &lane_queries, .needs = MAY_RULE },
	{ "POST",   V1 "/disputes/{}/notes",      .handle = post_dispute_note,   .lane = &lane_queries, .needs = MAY_RULE, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "POST",   V1 "/disputes/{}/escalate",   .handle = post_escalation,     .lane = &lane_queries, .needs = MAY_RULE, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/desk",                   .handle = get_desk,            .lane = &lane_queries, .needs = MAY_RULE },
	{ "GET",    V1 "/moderators",             .handle = get_moderators,      .lane = &lane_queries, .needs = MAY_OPERATE },
	{ "GET",    V1 "/contributions/{}/notes", .handle = get_contribution_notes, .lane = &lane_queries, .needs = MAY_REVIEW },
	{ "POST",   V1 "/contributions/{}/notes", .handle = post_contribution_note, .lane = &lane_queries, .needs = MAY_REVIEW, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "POST",   V1 "/contributions/review",   .handle = post_reviews,        .lane = &lane_queries, .needs = MAY_REVIEW, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/releases",               .handle = get_releases,        .lane = &lane_queries },
	{ "POST",   V1 "/releases",               .handle = post_release,        .lane = &lane_queries, .needs = MAY_RELEASE, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/releases/{}/{}",         .handle = get_release,         .lane = &lane_releases },
	{ "GET",    V1 "/releases/{}/{}/diff",    .handle = get_release_diff,    .lane = &lane_releases },
	{ "GET",    V1 "/releases/{}/{}/files/{*}", .handle = get_release_file,  .lane = &lane_releases },
	{ "GET",    V1 "/releases/{}/{}/archives/{}", .handle = get_release_archive, .lane = &lane_releases },
	{ "GET",    V1 "/releases/{}/{}/layouts/{}/files/{*}", .handle = get_layout_file, .lane = &lane_releases },
	{ "POST",   V1 "/releases/{}/{}/layouts", .handle = post_layout,         .lane = &lane_queries, .needs = MAY_RELEASE, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "POST",   V1 "/releases/{}/{}/unseal",  .handle = post_unseal,         .lane = &lane_queries, .needs = MAY_UNSEAL, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/releases/{}/{}/croissant.json", .handle = get_croissant, .lane = &lane_releases },
	{ "GET",    V1 "/revocations",            .handle = get_revocations,     .lane = &lane_queries },
	{ "GET",    V1 "/revocations.atom",       .handle = get_revocation_feed, .lane = &lane_queries },
	{ "GET",    V1 "/signing-keys",           .handle = get_signing_keys,    .lane = &lane_queries },
	{ "GET",    V1 "/jobs",                   .handle = get_jobs,            .lane = &lane_queries, .needs = MAY_RELEASE },
	{ "GET",    V1 "/jobs/{}",                .handle = get_job,             .lane = &lane_queries, .needs = MAY_RELEASE },
	{ "DELETE", V1 "/jobs/{}",                .handle = delete_job,          .lane = &lane_queries, .needs = MAY_RELEASE, .budget = RATE_WRITE },
	{ "GET",    V1 "/set-asides",             .handle = get_set_asides,      .lane = &lane_queries, .needs = MAY_GUARD },
	{ "POST",   V1 "/set-asides",             .handle = post_set_aside,      .lane = &lane_queries, .needs = MAY_GUARD, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/set-asides/{}",          .handle = get_set_aside,       .lane = &lane_queries, .needs = MAY_GUARD },
	{ "POST",   V1 "/set-asides/{}/undo",     .handle = post_set_aside_undo, .lane = &lane_queries, .needs = MAY_GUARD, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "OPTIONS", V1 "/uploads",               .handle = options_uploads,     .budget = RATE_READ },
	{ "POST",   V1 "/uploads",                .handle = post_upload,         .lane = &lane_queries, .budget = RATE_WRITE },
	{ "GET",    V1 "/uploads/{}",             .handle = get_upload,          .lane = &lane_queries },
	{ "PATCH",  V1 "/uploads/{}",             .take = take_upload, .handle = patch_upload, .lane = &lane_uploads, .budget = RATE_WRITE, .streams = UPLOAD_MAX_VIDEO, .stream_type = "application/offset+octet-stream" },
	{ "DELETE", V1 "/uploads/{}",             .handle = delete_upload,       .lane = &lane_queries, .budget = RATE_WRITE },
	{ "POST",   V1 "/items",                  .take = take_item, .handle = post_item, .lane = &lane_uploads, .budget = RATE_WRITE, .json = MAX_BODY, .streams = ITEM_FORM_MOST, .stream_type = "multipart/form-data" },
	{ "POST",   V1 "/items/{}/review",        .handle = post_review,         .lane = &lane_queries, .needs = MAY_REVIEW, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "POST",   V1 "/items/{}/withdraw",      .handle = post_withdrawal,     .lane = &lane_queries, .needs = MAY_REVIEW, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "GET",    V1 "/contributions",          .handle = get_contributions,   .lane = &lane_queries, .needs = MAY_REVIEW },
	{ "GET",    V1 "/contributions/{}",       .handle = get_contribution,    .lane = &lane_queries },
	{ "GET",    V1 "/invitations",            .handle = get_invitations,     .lane = &lane_queries, .needs = MAY_GUARD },
	{ "POST",   V1 "/invitations",            .handle = post_invitation,     .lane = &lane_queries, .needs = MAY_GUARD, .budget = RATE_WRITE, .json = MAX_BODY },
	{ "DELETE", V1 "/invitations/{}",         .handle = delete_invitation,   .lane = &lane_queries, .needs = MAY_GUARD, .budget = RATE_WRITE },
	{ "GET",    V1 "/audit",                  .handle = get_audit,           .lane = &lane_queries, .needs = MAY_AUDIT },
	{ "GET",    V1 "/openapi.json",           .handle = get_openapi },
	{ "GET",    "/healthz",                   .handle = get_healthz },
	{ "GET",    "/readyz",                    .handle = get_readyz,          .lane = &lane_queries },
	{ "GET",    "/metrics",                   .handle = get_metrics },
	{ "GET",    "/",                          .handle = get_page, .page = "index.html" },
	{ "GET",    "/about",                     .handle = get_page, .page = "about.html" },
	{ "GET",    "/data",                      .handle = get_page, .page = "data.html" },
	{ "GET",    "/data/{}/{}",                .handle = get_page, .page = "data.html" },
	{ "GET",    "/moderate",                  .handle = get_page, .page = "moderate.html" },
	{ "GET",    "/admin/audit",               .handle = get_page, .page = "audit.html" },
	{ "GET",    "/static/{*}",                .handle = get_static },
	{ NULL },
};
/* clang-format on */
