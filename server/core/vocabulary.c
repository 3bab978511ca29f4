/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vocabulary.h"

#include <stdlib.h>
#include <string.h>

const char *const media_types[] = { "image", "video", "audio", NULL };

const char *const verdicts[] = { "real", "fake", NULL };

const char *const bases[] = {
	"generated_by_contributor",
	"capture_attested",
	"signed_provenance",
	"forensic_report",
	"fact_check",
	"dataset_label",
	"crowd",
	"ruling",
	NULL,
};

const char *const techniques[] = {
	"face_swap",
	"reenactment",
	"lip_sync",
	"face_edit",
	"full_synthesis",
	"inpainting",
	"text_to_video",
	"voice_clone",
	"voice_conversion",
	"speech_synthesis",
	"splice",
	"speed_change",
	"cut",
	"recontextualised",
	"overlay",
	"other",
	NULL,
};

const char *const c2pa_states[] = {
	"none", "valid", "untrusted", "broken", "unreadable", "not_covered", "not_read", NULL,
};

/* https://cv.iptc.org/newscodes/digitalsourcetype/, retired ones among them. */
const char *const digital_source_types[] = {
	"digitalCapture",
	"computationalCapture",
	"negativeFilm",
	"positiveFilm",
	"print",
	"minorHumanEdits",
	"humanEdits",
	"compositeWithTrainedAlgorithmicMedia",
	"algorithmicallyEnhanced",
	"softwareImage",
	"digitalArt",
	"digitalCreation",
	"dataDrivenMedia",
	"trainedAlgorithmicMedia",
	"algorithmicMedia",
	"screenCapture",
	"virtualRecording",
	"composite",
	"compositeCapture",
	"compositeSynthetic",
	NULL,
};

const char *const tells[TELL_WORDS + 1] = {
	"anatomy", "style", "function", "physics",    "context", "edges",
	"motion",  "voice", "edit",     "recognised", "gut",     NULL,
};

const char *const skip_reasons[] = { "cannot_load", "sensitive", "recognised", "other", NULL };

const char *const assignment_kinds[] = { "training", "gold", "random", "informative", NULL };

const char *const ruling_choices[] = { "real", "fake", "exclude", "reopen", NULL };

const char *const second_opinions[] = { "never", "always", "gold", "contradiction", "share", NULL };

const char *const campaign_visibilities[] = { "everyone", "invited", "researchers", "moderators",
	                                          NULL };

const char *const campaign_states[] = { "preparing", "open", "closed", "paused", NULL };

const char *const job_states[] = { "waiting", "running", "done", "failed", "cancelled", NULL };

const char *const item_states[] = { "in_service", "retired",   "disputed",
	                                "settled",    "withdrawn", NULL };

const char *const contribution_states[] = { "processing", "quarantined", "approved",
	                                        "rejected",   "failed",      NULL };

const char *const contribution_rights[] = { "own_work", "licensed", "public_domain", NULL };

const char *const contribution_people[] = { "nobody", "consented", "public_role", NULL };

const char *const withdrawal_classes[] = {
	"rights", "consent", "privacy", "illegal", "mistake", "other", NULL,
};

const char *const change_kinds[] = { "added",   "removed",   "relabelled",  "moved",
	                                 "changed", "described", "reestimated", NULL };

const char *const change_reasons[] = {
	"not_known", "withdrawn", "out_of_service", "excluded", "reopened",  "ruling",
	"truth",     "corrected", "imported",       "filter",   "judgments", "fitted",
	"rendered",  "group",     "near_duplicate", "sealed",   NULL,
};

const char *const set_aside_kinds[] = { "volunteers", "cohort", "network", "time", NULL };

const char *const bloc_kinds[] = { "skill_low", "skill_middle", "skill_high", "newcomers",
	                               "quick",     "network",      "cohort",     NULL };

const char *const notice_targets[] = { "item", "address", "sha256", "release", "file", NULL };

const char *const notice_findings[] = { "bytes", "looks", NULL };

const char *const notice_parties[] = { "notifier", "contributor", NULL };

const char *const notice_reasons[] = {
	"illegal",      "personal_rights", "copyright", "intimate_imagery",
	"child_safety", "wrong_label",     "other",     NULL,
};

const char *const notice_states[] = { "open", "decided", "contested", "closed", NULL };

const char *const notice_hides[] = { "never", "hid", "over_limit", NULL };

const char *const notice_outcomes[] = { "upheld", "rejected", NULL };

const char *const notice_actions[] = { "withdraw", "review", "none", NULL };

const char *const notice_grounds[] = { "law", "terms", "no_breach", NULL };
const char *const release_audiences[] = { "everybody", "researchers", NULL };

const char *const access_request_states[] = { "open", "approved", "refused", NULL };

const char *const audit_actors[] = {
	"account", "command", "volunteer", "visitor", "system", "database", NULL,
};

const char *const audit_subjects[] = {
	"account", "dispute",        "set_aside",    "contribution", "invitation",
	"item",    "campaign",       "rendering",    "release",      "job",
	"store",   "secret",         "signing_key",  "volunteer",    "audit",
	"notice",  "access_request", "access_terms", NULL,
};

const char *const audit_kinds[] = {
	"account_made",
	"account_role",
	"account_state",
	"account_email",
	"account_password",
	"account_removed",
	"signed_in",
	"sign_in_failed",
	"session_ended",
	"token_made",
	"token_revoked",
	"dispute_claimed",
	"dispute_verdict",
	"evidence_seen",
	"ruling_made",
	"set_aside_made",
	"set_aside_undone",
	"contribution_made",
	"contribution_approved",
	"contribution_rejected",
	"media_viewed",
	"invitation_made",
	"invitation_withdrawn",
	"item_corrected",
	"item_withdrawn",
	"withdrawal_made",
	"items_imported",
	"campaign_made",
	"campaign_changed",
	"rendering_begun",
	"release_asked",
	"release_revised",
	"release_ended",
	"release_unsealed",
	"layout_asked",
	"job_cancelled",
	"store_bound",
	"store_collected",
	"store_copied",
	"secret_noted",
	"signing_key_made",
	"signing_key_retired",
	"origins_asked",
	"volunteer_erased",
	"audit_erased",
	"unseal_asked",
	"notice_made",
	"notice_contested",
	"notice_decided",
	"item_hidden",
	"item_shown",
	"password_link_made",
	"second_factor_on",
	"second_factor_off",
	"recovery_code_used",
	"access_terms_made",
	"access_asked",
	"access_decided",
	"note_written",
	"dispute_escalated",
	"opinion_given",
	"opinion_undone",
	"fact_check_added",
	"fact_check_removed",
	"release_opened",
	"removal_decided",
	"media_removed",
	"media_held",
	"media_handed_over",
	"media_returned",
	"media_destroyed",
	NULL,
};

const char *const account_roles[] = { "volunteer", "researcher", "moderator", "admin", NULL };

void vocabulary_array(const char *const words[], char text[WORD_LIST])
{
	size_t len = 0;

	text[len++] = '{';
	for (unsigned i = 0; words[i]; i++) {
		size_t word = strlen(words[i]);

		if (len + word + 2 >= WORD_LIST)
			abort();
		if (i)
			text[len++] = ',';
		memcpy(text + len, words[i], word);
		len += word;
	}
	text[len++] = '}';
	text[len] = '\0';
}

bool vocabulary_has(const char *const words[], const char *word)
{
	for (unsigned i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}
