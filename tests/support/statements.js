// SPDX-License-Identifier: Apache-2.0
// statements.js: the statements of the server, what they are given in a database that catalogue.sql filled, and how
// PostgreSQL runs them there, on each kind of connection that the server opens.

import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { CHECKOUT } from "./place.js";

const run = promisify(execFile);

/** Every named statement, as scripts/embed-sql reads them: { name, text }. */
export async function readStatements(folder = path.join(CHECKOUT, "server")) {
	const found = [];
	for (const file of (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".sql")).sort()) {
		const text = await readFile(path.join(folder, file), "utf8");
		for (const part of text.split(/^-- name: /m).slice(1)) {
			const [, name, body] = /^([a-z0-9_]+)\n([^]*)$/.exec(part);
			found.push({ name, text: body.trim() });
		}
	}
	return found;
}

/** The settings of a connection by value or by key, as server/db/db.c has them: "-c name=value ...". */
export async function connectionSettings() {
	const text = await readFile(path.join(CHECKOUT, "server/db/db.c"), "utf8");
	const macro = (name) => [...new RegExp(`^#define ${name}\\b((?:.*\\\\\\n)*.*)$`, "m").exec(text)[1].matchAll(/"([^"]*)"/g)].map((one) => one[1]).join("");
	return { by_value: `-c jit=off${macro("BY_VALUE")}`, by_key: `-c jit=off${macro("BY_KEY")}` };
}

/** PREPARE knows no LOCK, which has no plan either. */
export const UNPLANNED = ["release_turn"];

const item = (n = 2000) => `filled_id('item', ${n})`;
const items = (count, first = 2000) => `filled_ids('item', ${first}, ${count})`;
const account = "filled_id('account', 1)";
const volunteer = "filled_id('volunteer', 500)";
const volunteers = (count, first = 500) => `filled_ids('volunteer', ${first}, ${count})`;
const opinion = "filled_id('opinion', 13)";
const open = "filled_id('dispute', 2013)";
const ruled = "filled_id('dispute', 2003)";
const large = "filled_id('release', 1)";
const small = "filled_id('release', 2)";
const writing = "filled_id('release', 22)";
const revision = "filled_id('release', 23)";
const job = "filled_id('job', 22)";
const rendering = "filled_id('rendering', 1)";
const aside = "filled_id('set_aside', 1)";
const text = (value) => `'${value}'`;
const hex = (kind, n = 2000) => `filled_hex('${kind}', ${n})`;
const notice = "filled_id('notice', 9990)";
const sent = "filled_id('contribution', 1)";
const some = (count, value, type) => `array_fill(${value}::${type}, ARRAY[${count}])`;
const email = text("account7@example.org");
const window = [writing, text("20000000-0000-0000-0000-000000000000"), text("40000000-0000-0000-0000-000000000000")];

/** A batch of `count` answers to pairs that were never seen: by new volunteers or not, on items from the middle. */
function answers(count) {
	const fresh = `filled_assignments(4000000000, ${count})`;
	const each = (value, type) => some(count, value, type);
	const said = (value, type) => some(2 * count, value, type);
	return [
		fresh, volunteers(count), each("filled_id('campaign', 1)", "uuid"), each("'image'", "text"), each("'random'", "text"), each("false", "boolean"), each("2", "integer"),
		each("filled_bytes('body', 1)", "bytea"), each("4000", "integer"), each("4000", "integer"), each("4000", "integer"), each("'{}'", "jsonb"), items(2 * count, 10000),
		items(2 * count, 10000), `${volunteers(count)} || ${volunteers(count)}`, `${fresh} || ${fresh}`, said("true", "boolean"), said("true", "boolean"), said("75", "integer"),
		said("'{gut}'", "text"), said("NULL", "jsonb"), said("false", "boolean"), said("1", "integer"), said("true", "boolean"),
		said("decode(repeat('00', 17), 'hex')", "bytea"),
	];
}

function leases(count, first) {
	const each = (value, type) => some(count, value, type);
	return [`filled_assignments(${first}, ${count})`, volunteers(count), each("filled_id('campaign', 1)", "uuid"), items(count, 10000), items(count, 11000), each("'random'", "text"), each("false", "boolean"), each("2", "integer")];
}

const seconds = (more, count) => some(count, `extract(epoch FROM now())::bigint + ${more}`, "bigint");

/** What each statement is given: expressions of SQL. A new statement needs a line here. */
export const VALUES = {
	account_create: [text("new@example.org"), text("moderator"), text("x")],
	account_by_email: [email],
	account_by_session: [hex("session"), "86400"],
	account_by_token: [hex("token")],
	account_set_password: [account, text("y")],
	account_sign_in: [hex("new"), account, "3600", text("x"), text("00112233445566ff")],
	account_known_network: [email, text("00112233445566ff")],
	account_drop_factor: [email],
	listing_accounts: ["now()", account, "51", "NULL"],
	listing_sessions: [account, hex("session"), "3600"],
	listing_tokens: [account, "now()", account, "51"],
	listing_sign_ins: [`${account}::text`, "90000", "51"],
	listing_access_requests: [text("open"), "now()", account, "51"],
	api_token_make: [hex("new"), account, text("a name"), text("GET /releases"), "30"],
	api_token_revoke: [account, account],
	second_factor_find: [account],
	second_factor_begin: [account, text("x")],
	second_factor_take: [account, "60000000"],
	second_factor_recover: [account, hex("new")],
	second_factor_wrong: [account],
	second_factor_confirm: [account, "60000000", "ARRAY[repeat('00', 32)]"],
	second_factor_state: [account],
	second_factor_remove: [account],
	password_link_make: [account, hex("new"), "3600"],
	password_link_ask: [email, hex("new"), "3600", "300"],
	password_link_find: [hex("new")],
	password_link_use: [hex("new"), text("y")],
	newcomer_add: [text("newer@example.org"), text("researcher"), text("x")],
	enrolment_change: [account, text("researcher"), text("active")],
	enrolment_end_sessions: [account, "NULL", hex("session")],
	access_terms_read: [],
	access_terms_add: [text("Terms.")],
	access_request_make: [email, text("Ada"), text("A university"), text("To learn"), "1", "1000"],
	access_request_answer: [account],
	access_request_hold: [account],
	access_request_decide: [account, text("refused"), account, text("Why."), "NULL"],
	account_note_failure: [email],
	audit_note: ["'items_imported'", "'campaign'", "'x'", "'{}'"],
	audit_note_views: ["'contribution'", `filled_ids('contribution', 1, 50)`, `${account}::text`],
	audit_account: [email],
	audit_list: [`${account}::text`, "'ruling_made'", "NULL", "now() - interval '20 days'", "now()", "90000", "51"],
	audit_export: ["now() - interval '1 day'"],
	audit_verify: [],
	audit_seen: ["5000", "repeat('00', 32)"],
	audit_erase: [`${account}::text`, "'they asked for it'"],
	account_sign_out: [hex("session")],
	account_make_token: [hex("new"), email, "30"],
	account_list: [],
	account_set_role: [email, text("moderator")],
	account_reset: [email, text("y")],
	account_set_state: [email, text("disabled")],
	account_end_sessions: [email],
	account_revoke_tokens: [email],
	assignment_skip: [...leases(16, 4000000000), some(16, "'other'", "text"), some(16, "decode(repeat('00', 17), 'hex')", "bytea")],
	assignment_renew: [...leases(1, 4000000000), seconds(0, 1), seconds(600, 1), some(1, "300", "bigint"), some(1, "3600", "bigint"), some(1, "NULL", "text")],
	lease_shows: [volunteer, hex("rendition"), "600", "600"],
	volunteer_cache_volunteers: [volunteers(64)],
	volunteer_cache_invited: [volunteers(64)],
	volunteer_cache_seen: [volunteers(64)],
	volunteer_cache_open: [volunteers(64)],
	volunteer_cache_sizes: [volunteers(64)],
	volunteer_cache_items: [items(4096)],
	campaign_find: [text("small")],
	campaign_state_lock: [text("small")],
	campaign_set_state: [text("small"), text("closed")],
	campaign_effect_items: [text("small"), "0.97", "5", "25", "10000"],
	campaign_effect_media: [text("small")],
	campaign_live_facts: [text("small")],
	campaign_live_hour: ["filled_id('campaign', 1)"],
	campaign_live_hours: ["filled_id('campaign', 1)"],
	campaign_live_ends: ["1.5", "1", "NULL"],
	estimates_campaigns: ["jsonb_build_array(jsonb_build_object('campaign', filled_id('campaign', 1), 'figures', '{}'::jsonb))"],
	estimates_carried: [text("[]")],
	rigging_fit: [text("small")],
	rigging_cohorts: ["filled_id('campaign', 1)", "50"],
	rigging_networks: ["filled_id('campaign', 1)", "20"],
	rigging_labels: ["filled_id('campaign', 1)", "100"],
	campaign_settings_lock: [text("small")],
	campaign_audience_find: [text("small"), "NULL"],
	campaign_settings_write: [text("small"), text('{"question": "Real?", "questions": {}, "media_types": ["image"], "threshold": 0.9, "min_judgments": 5, "max_judgments": 25, "random_share": 0.2, "fake_rate": 0.5, "visibility": "everyone", "gold_dose": null, "guidelines": null, "second_opinion": "never", "second_share": 0.1}'), "true"],
	campaign_standing: [text("small"), "NULL", "1"],
	campaign_released_gold: [text("closed")],
	campaign_list: [],
	campaign_add: [text("new"), "512", "512", "0", "4000", "-50", "false"],
	campaign_shortest: [text("small")],
	campaign_settle: [text("small"), "1000"],
	campaign_uncut: [text("small")],
	campaign_cut: [text("10000000-0000-0000-0000-000000000000")],
	item_cache_moment: [],
	item_cache_campaigns: [],
	item_cache_all: [],
	item_cache_retired: ["200"],
	item_cache_some: [items(4096)],
	change_feed_read: ["pg_snapshot_xmin(pg_current_snapshot())::text"],
	item_cache_told: [],
	change_feed_forget: [text("1")],
	item_cache_leases: [],
	lease_write: [...leases(64, 4000000000), seconds(0, 64), seconds(600, 64), some(64, "NULL", "text")],
	lease_close: [volunteers(64), "filled_assignments(4000000000, 64)"],
	lease_close_answered: [],
	consensus_lead: [],
	consensus_folded: [],
	consensus_fold: [text("{1,2,3,4,5,6,7,8,9,10}")],
	consensus_news: ["1000", text("{1001,1002}")],
	consensus_judgments: [],
	consensus_items: [],
	consensus_campaigns: [],
	consensus_networks: [],
	consensus_skips: [],
	consensus_note_networks: ["0"],
	consensus_touched: [items(256)],
	consensus_write: ["filled_consensus(2000, 4096)"],
	consensus_write_skills: ["filled_skills(500, 1000)"],
	consensus_write_agreement: ["filled_id('campaign', 1)", "0.5", "0.4", "0.6", "100", "90", "true"],
	consensus_distrust: [],
	consensus_settle: ["filled_moves(1000)"],
	consensus_write_fit: [text('{"judgments":1,"items":1,"moved":1,"retired":1,"reopened":1,"held":1,"disputed":1,"withdrawn":1,"gold":1,"weight":1,"slope":1,"cohorts":1,"cohort_volunteers":2,"cohort_share":0.5,"cohort_changes":1,"decided_full":1,"decided_no_gold":1,"decided_one_network":1,"decided_neither":1,"ignored":1}')],
	consensus_last_fit: [],
	dispute_list: [account, text("ruled"), "now() - interval '90 days'", item(), "NULL", "NULL", "NULL", "NULL", "NULL", text("oldest"), "NULL", "20"],
	desk_queues: [account],
	desk_colleagues: [account],
	desk_campaigns: [],
	desk_exposure: [],
	note_dispute: [open, account],
	note_contribution: [sent],
	note_list: [item(2013), account, "true"],
	note_write: [item(2013), account, text("a note")],
	escalation_to: [open, account, email],
	escalation_store: [open, account, "filled_id('account', 3)", text("a colleague knows such lamps")],
	opinion_draw: [open],
	opinion_round: [open, account, "0", text("fake")],
	opinion_store: [open, account, "0", text("fake"), text("its shadows differ"), "true"],
	opinion_own: [open, account, "600"],
	opinion_given: [open, account, opinion, "600"],
	opinion_undo: [open, account, opinion, "1800"],
	opinion_counts: [],
	opinion_against_rulings: [],
	contribution_sources: [`ARRAY[${sent}]`],
	dispute_open_lonely: [],
	dispute_counts: [],
	dispute_one: [open, account],
	dispute_seen: [ruled, "filled_id('account', 2)"],
	dispute_evidence: [item(2013), item(2012)],
	dispute_near: [item(2013), "20"],
	evidence_open: [open, account],
	evidence_votes: [item(2013), "5001", "5"],
	evidence_marks: [item(2013), "5000", "24", "20"],
	evidence_lineage: [item(2013), "30"],
	release_has_fact_checks: [large],
	release_fact_checks: [large],
	fact_check_list: [item(2013), "20"],
	fact_check_add: [item(2013), account, text("No bear there"), text("Facts"), text("https://facts.example/another"), text("2026-01-31"), text("Altered"), "20"],
	fact_check_remove: [item(2013), account, "filled_id('fact_check', 2013)"],
	account_setting_read: [account],
	account_setting_write: [account, "true", "false", "20"],
	account_setting_break: [account],
	dispute_judgments: [item(2013)],
	dispute_claim: ["filled_id('dispute', 10013)", account, "600"],
	dispute_unclaim: [open, account],
	dispute_lock: [open],
	dispute_state: [open, account],
	dispute_verdict: [open, account, text("fake"), "80"],
	item_create: [
		"filled_id('campaign', 1)", text("image"), hex("new"), "1000", text("jpeg"), hex("new rendition"), "1000", text("image/jpeg"), "NULL", "NULL", "640", "480", "NULL", text("fake"),
		text("dataset_label"), "false", "false", "false", text("a new group"), "NULL", text("{}"), text("{}"), "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "2", "NULL",
		text("licensed"), text("consented"), text("someone"), text("with a camera"), text("{10,20,300,400}"), text("{640,480}"), account,
	],
	contribution_account_waiting: [account],
	contribution_approve: [sent, item(), text("m@example.org"), "NULL", "NULL", "false"],
	contribution_interest: [sent, account, "NULL"],
	contribution_editor: [text("m@example.org"), text("a reason")],
	contribution_fail: [sent, text("why")],
	contribution_fetched: [sent, text("/a/folder")],
	contribution_find: [sent, "NULL", "NULL", "NULL", "NULL", "NULL", "1"],
	contribution_hold: [sent],
	contribution_item_state: [item()],
	contribution_make: ["NULL", "NULL", volunteer, "false", text("0000000000000000"), "filled_id('campaign', 1)", text("https://example.org/a.jpg"), "NULL", text("{}"), text("own_work"), text("nobody"), text("me"), text("so")],
	contribution_media: [sent, text("image"), hex("new"), "1000", text("jpeg"), hex("new rendition"), "1000", text("image/jpeg"), "NULL", "NULL", "640", "480", "NULL", "NULL", "2"],
	contribution_reject: [sent, text("m@example.org"), text("a reason"), "false"],
	contribution_stuck: [],
	contribution_taken_back: [],
	contribution_turn: [],
	contribution_waiting: [volunteer, text("0000000000000000")],
	lost_media_contribution_files: [],
	quarantine_origins: [`ARRAY[${sent}]`],
	quarantine_near: ["filled_ids('contribution', 1, 100)", "20"],
	media_intake_due: ["16"],
	media_intake_hold: [sent],
	media_intake_note: [`ARRAY[${hex("new")}, ${hex("new rendition")}]`],
	media_intake_settle: [sent],
	media_pause: [],
	upload_create: ["NULL", volunteer, text("0000000000000000"), "1000", text("/a/folder"), "6"],
	upload_expired: [],
	upload_find: [sent, "NULL", volunteer],
	upload_folders: [],
	upload_open_now: ["NULL", volunteer, text("0000000000000000")],
	upload_prolong: [sent, "6"],
	upload_remove: [sent],
	upload_turn: [],
	item_known: [hex("file"), hex("rendition"), hex("streams", 2008), "5000"],
	item_lock_contents: [hex("rendition"), "NULL", "filled_id('campaign', 1)", text("a pair")],
	item_provenance_due: ["50"],
	item_provenance_store: [item(2010), text("exiftool"), text("12.57"), "1", text("{}"), "false", "NULL", text("none"), text("{}")],
	item_provenance_again: [],
	item_provenance_sent_due: ["50"],
	item_provenance_sent_store: [sent, text("exiftool"), text("12.57"), "1", text("{}"), "false", "NULL", text("none"), text("{}")],
	item_provenance_sent_again: [],
	item_provenance_counts: [],
	item_copy_add: [hex("new"), item(), "1000", text("png")],
	item_differences: [item(), "filled_id('campaign', 1)", text('{"truth": "fake", "group": "a"}')],
	item_correction_begin: [text("somebody"), text("because")],
	item_corrected: [item(), text('{"title": "another"}')],
	item_correct: [item(), text('{"title": "another"}')],
	item_boxed: [item()],
	item_cut_due: [item()],
	item_fit_pair: [item(), "false"],
	item_note_due: [item()],
	item_splits: [item(2010)],
	item_withdraw: [item(2013)],
	item_find: [hex("file")],
	item_describe: [item()],
	item_media: [items(64)],
	judgment_training_truth: [items(64)],
	item_file_forms: [text("a/b")],
	job_claim: ["ARRAY['release']"],
	job_list: [text("done"), "now() - interval '1 day'", job, "51"],
	job_claim_subject: [writing],
	job_renew: [job, "1", "5", "10"],
	job_keep: [job, "1"],
	job_look: [job, "1"],
	decision_add: [notice, text("first"), text("rejected"), text("none"), text("no_breach"), text("none"), text("as the facts are, nothing"), "false", "true", "NULL", account],
	decision_block: ["filled_id('contribution', 7)"],
	decision_notice: [notice, account],
	decision_review: [item()],
	held_turn: [],
	held_due: ["ARRAY['parquet']"],
	held_note: [hex("sealed")],
	held_add: [hex("rendition", 2062), hex("sealed"), "repeat('00', 80)", "repeat('00', 32)", "1000", "ARRAY['parquet']", "gen_random_uuid()"],
	held_left: ["ARRAY['parquet']"],
	held_gone: [hex("rendition", 2061), "ARRAY['parquet']"],
	held_done: ["ARRAY['parquet']", `ARRAY[${hex("rendition")}]`],
	held_over: ["7"],
	held_list: [],
	held_state: [item(2061)],
	held_files: [item(2061), "ARRAY['parquet']"],
	held_notices: [item(2061)],
	held_back: [hex("rendition", 2061), "ARRAY['parquet']"],
	held_returned: [item(2061), "ARRAY['parquet']"],
	held_all_free: [],
	hiding_add: [notice, item(), "false", "90", "NULL", "NULL"],
	hiding_add_waiting: [notice, "filled_id('contribution', 7)", "false", "90", "NULL", "NULL"],
	hiding_end_waiting: [notice, text("decided"), "false"],
	hiding_end: [notice, text("decided"), "false"],
	hiding_medium: [notice],
	hiding_of_network: [notice],
	hiding_viewed: [notice],
	notice_add: [hex("fresh"), item(), text("item"), text("other"), text("words enough for an explanation"), text("Ada"), text("ada@example.org"), text("0123456789abcdef"), "3", text("never"), "NULL", "NULL"],
	notice_contest: ["filled_id('notice', 300)", text("words enough for a complaint"), text("notifier")],
	notice_figures: [],
	notice_forget: [],
	notice_hidden_lately: ["substr(filled_hex('network', 7), 1, 16)"],
	notice_item: [item()],
	notice_waiting_of_file: ["filled_hex('sent', 7)"],
	statement_contributors: [notice],
	statement_add: [notice, "filled_id('contribution', 7)", hex("fresh")],
	statement_list: [account, "filled_id('volunteer', 7)", "100"],
	statement_find: ["filled_id('statement', 7)", account, "filled_id('volunteer', 8)"],
	near_find: ["1", "ARRAY[0]", "ARRAY[17]", "ARRAY[3]"],
	notice_item_of_file: [hex("rendition")],
	notice_item_of_release: [text("large"), text("1.1.0"), text("image/train/fake/1.jpg")],
	notice_of_reference: ["substr(filled_hex('reference', 9990), 1, 16)"],
	notice_one: [notice],
	notice_queue_list: [text("open"), "3", "now() - interval '100 days'", notice, "51"],
	notice_queue_of_reason: [text("open"), "3", "now() - interval '100 days'", notice, "51", text("copyright")],
	notice_turn: [],
	outbox_add: [text("release"), text("somebody@example.org"), text("a subject"), text("a text")],
	outbox_find: ["gen_random_uuid()"],
	outbox_remove: ["gen_random_uuid()"],
	release_announced: [job],
	job_cancel_ask: [job, text("somebody@example.org")],
	job_cancel_claim: [job],
	job_list_of: ["NULL", "now() - interval '1 day'", job, "51", "gen_random_uuid()"],
	job_give_back: [job, "1", text("later"), "5"],
	job_finish: [job, "1", "NULL"],
	job_put_back: [job, "1", text("later")],
	job_fail: [job, "1", text("no")],
	job_progress: [job],
	judgment_store: answers(64),
	judgment_store_each: [...answers(64), some(64, "true", "boolean")],
	lost_media_note: [`ARRAY[${hex("rendition")}, ${hex("poster", 2008)}]`],
	lost_media_list: [],
	lost_media_count: [],
	lost_media_mended: [items(64, 1)],
	lost_media_files: [item(), "2000"],
	lost_media_release_files: [large, text("image/test/fake/5"), "200"],
	lost_media_copies: [text(""), "2000"],
	media_collect_note: [`ARRAY[${hex("rendition")}]`, "ARRAY[1]"],
	media_collect_due: ["7", text(""), "1000"],
	media_collect_begin: [hex("stray", 300)],
	media_collect_lock: [hex("stray", 300)],
	media_collect_end: [hex("stray", 301)],
	media_store_lock: [],
	media_store_find: [],
	media_store_write: [item(), text("/somewhere")],
	media_store_some: [],
	readiness_schema: [],
	readiness_secret: [],
	readiness_secret_note: [text("00112233445566778899aabbccddeeff")],
	readiness_secret_renew: [text("00112233445566778899aabbccddeeff")],
	readiness_owner: [],
	readiness_clock: [],
	release_create: [text("another"), text("1.0.0"), text('{"campaign": "small"}'), account, "false", "false"],
	release_campaign_known: [text("small")],
	release_find: [text("large"), text("1.1.0")],
	release_by_id: [large],
	release_page: [small, "20"],
	release_files_page: [large, text("image/test/fake/5"), "100"],
	release_file_find: [text("large"), text("1.1.0"), text("labels.csv")],
	release_failed: [writing],
	release_has_filter: [writing, text("{}")],
	release_lock: [writing],
	release_moment: [],
	release_preview: [text("{}")],
	release_fixed: [writing],
	release_turn_lasts: [],
	release_candidates: [writing],
	release_links: [writing],
	release_cut: [writing, items(2000, 2001), text("{image/jpeg,video/mp4}"), text("{.jpg,.mp4}")],
	seal_unsalted: [writing, text("20000000-0000-0000-0000-000000000000"), "2000"],
	seal_salt: [`ARRAY[${writing}::text]`, items(2, 2001), some(2, "sha256('salt')", "bytea")],
	seal_keep: [`ARRAY[${writing}::text]`, items(2, 2001), some(2, "'item=x'", "text")],
	audience_of: [text("corpus"), text("1.0")],
	audience_open: [large],
	unseal_state: [large],
	unseal_others: [large],
	unseal_ask: [large, account],
	unseal_who: [job],
	unseal_due: [large],
	unseal_openings: [large, text("20000000-0000-0000-0000-000000000000"), "2000"],
	unseal_publish: [small, text("00".repeat(32)), "1000"],
	unseal_note: [small, text("somebody")],
	release_draft_add: [`ARRAY[${writing}::text]`, ...["filled_id('item', 2001)", "'{}'", "'{}'", "'fake'", "'crowd'", "'0.9'", "'0.8'", "'0.95'", "NULL", "'\\x00'", "'100'", "'image'", "'fake/new.jpg'", "'full'", "'train'"].map((value) => some(1, value, "text"))],
	release_draft_window: [writing, text("20000000-0000-0000-0000-000000000000"), "2000"],
	release_crossing: [],
	release_take: [writing, text("20000000-0000-0000-0000-000000000000"), text("40000000-0000-0000-0000-000000000000")],
	release_keep_splits: [items(10, 2001), some(10, "'train'", "text")],
	release_leak: [writing],
	release_fix: [writing, "0", "0.5", "0.4", "0.6", "0", "now()", "0", "0.5"],
	release_size: [writing],
	release_window: [writing, text("20000000-0000-0000-0000-000000000000"), "200"],
	release_labels: window,
	said_salt: [writing],
	said_window: window,
	release_media: [large, text("image/test/fake/5"), "2000"],
	release_facts: [writing],
	release_table: [writing],
	release_campaigns: [writing],
	release_licences: [writing],
	release_opinions: [writing],
	release_people: [writing],
	release_corrections: [writing],
	release_set_aside: [writing],
	estimates_cohorts: [text("[]")],
	leaks_sample: [text("campaign-1"), "500"],
	leaks_traits: [hex("rendition"), "1"],
	leaks_keep_traits: [hex("rendition"), "1", text("{1,NaN}")],
	leaks_turn: [],
	leaks_due: [],
	leaks_note_turn: [text("campaign-1"), text("image ready 1"), "5"],
	leaks_forget: [text("campaign-1")],
	leaks_keep_table: [text("campaign-1"), text("image"), "5", "5", "10", "10", "0", "0", "0"],
	leaks_keep_figure: [text("campaign-1"), text("image"), text("bytes"), "0.6", "0.5", "0.7", "true"],
	leak_figures_read: ["NULL", "10"],
	release_leaks: [large, "500"],
	integrity_activity: [],
	integrity_alarms: ["NULL"],
	integrity_before: [],
	integrity_groups: ["4", "0.25", "5", "4"],
	integrity_hours: [],
	integrity_raise: [text("[]")],
	integrity_read: ["NULL"],
	integrity_write: [text("activity"), text("[]")],
	set_aside_campaign: [text("campaign-1")],
	set_aside_changes: [aside],
	set_aside_follow: [],
	set_aside_give: [aside],
	set_aside_list: ["now()", aside, "51"],
	set_aside_make: [text("volunteers"), "NULL", volunteers(6), "NULL", "NULL", "NULL", "NULL", text("they lie"), text("somebody")],
	set_aside_one: [aside],
	set_aside_take: [aside, volunteers(6)],
	set_aside_turn: [],
	set_aside_undo: [aside, text("a mistake"), text("somebody")],
	set_aside_widen: [],
	layout_contents: [large, text("csv.contents")],
	layout_list: [large],
	layout_keep: [`ARRAY[${large}::text]`, some(1, "'csv.contents'", "text"), some(1, "decode(repeat('ab', 32), 'hex')", "bytea"), some(1, "100", "bigint")],
	layout_wanted: [large, text("csv")],
	layout_held: [large],
	layout_ask: [large, text("csv"), account],
	withdrawal_turn: [],
	withdrawal_item: [item()],
	withdrawal_add: [item(), text("rights"), text("somebody")],
	withdrawal_number: [item(2004)],
	withdrawal_revise: [item()],
	takedown_decide: [item(2054), "true", text("somebody")],
	takedown_block: [item(), "true"],
	takedown_reject: [item()],
	takedown_twins: [item()],
	takedown_due: [],
	takedown_files: [item(2004), "true", "ARRAY['parquet']"],
	takedown_gone: ["false"],
	takedown_held: [item(2004), "true", "ARRAY['parquet']"],
	takedown_forget: [item(2004)],
	takedown_done: [item(2004), "3"],
	withdrawal_of_medium: [text("large"), text("1.1.0"), hex("rendition")],
	withdrawal_of_release: [text("large"), text("1.1.0")],
	withdrawal_hides_medium: [hex("rendition")],
	withdrawal_hides_of_release: [text("large"), text("1.1.0")],
	withdrawal_medium: [text("large"), text("1.1.0"), hex("rendition")],
	withdrawal_count: [large],
	revocation_page: ["0", "51"],
	revocation_newest: ["100"],
	revise_hold: [large],
	revise_begun: [large],
	revise_due: [large],
	revise_begin: [large],
	revise_take: [large, revision],
	revise_gone: [large, revision],
	revise_number: [revision],
	revise_failed: [large],
	changes_versions: [text("large")],
	changes_unsettled: [writing],
	rule_is_quick: ["NULL", "5000"],
	changes_rows: [large, "NULL", "2000"],
	changes_facts: [small, large, items(500, 2001)],
	changes_known: [small, large],
	changes_keep: [small, large, text("{}"), "false"],
	changes_before: [large],
	changelog_versions: [text("large"), writing],
	release_key_current: [],
	release_key_note: [text("00".repeat(32)), text("touchstone")],
	release_key_retire: [text("00".repeat(32))],
	release_key_list: [],
	release_add_file: [writing, text("another.csv"), hex("new"), "1000"],
	release_summary: [writing],
	release_finish: [writing, text("{}"), "1000"],
	release_undraft: [writing],
	release_export: [small, text("image/test/fake/5"), "2000"],
	near_due: ["1", "100", "0", item(0)],
	near_numbering: [],
	near_snapshot: ["gen_random_uuid()"],
	near_note_snapshot: ["gen_random_uuid()", "0"],
	near_known: ["1000", "2000000", "1000"],
	near_known_sounds: ["1000", "2000000", "1000"],
	near_forget: [item(2009)],
	near_keep: [item(2010), "1", "1", "NULL", text("pdq"), "ARRAY[70]", `ARRAY[${hex("new")}]`, "ARRAY[90]", "ARRAY[2000000000]", "2000000000", "2000000001"],
	near_waiting_stale: [],
	near_waiting_due: ["2", "100", "0", item(0)],
	near_waiting_forget: [sent],
	near_waiting_tie: [sent, "1", "NULL", "1", "ARRAY[0, 0]", "ARRAY[2012, 2013]", "ARRAY[3, 4]", "2000000000"],
	near_tie: [item(2011), "ARRAY[0, 0]", "ARRAY[2012, 2013]", "ARRAY[3, 4]"],
	rendering_check: ["2", text("small")],
	rendering_due: ["2"],
	rendering_campaign: [text("small")],
	rendering_order: ["NULL", "3", "true"],
	rendering_under_way: [],
	rendering_find: [rendering],
	rendering_begin: [rendering],
	rendering_next: [rendering, "NULL", "100"],
	rendering_same: [rendering, item(2008), "1"],
	rendering_unreadable: [rendering],
	recut_next: ["50"],
	recut_done: [item(), "640", "480", "now()"],
	recut_changed: [item(3008), "1", "2", hex("new"), "1000", text("image/jpeg"), hex("new"), hex("new"), "640", "480", "5000"],
	recut_failed: [item(), text("why"), "now()"],
	rendering_changed: [rendering, item(3008), "1", hex("new"), "1000", text("image/jpeg"), hex("new"), hex("new"), "640", "480", "5000"],
	revocation_list: [],
	revocation_sweep: [],
	ruling_list: [item(2003), account, "600"],
	ruling_state: [ruled, account, "600"],
	ruling_store: [ruled, account, text("real"), text("it is real after all"), "true", "NULL", "600", "false"],
	stats_public: ["ARRAY['in_service', 'retired']", "ARRAY['image', 'audio']"],
	stats_fold_again: [],
	stats_fold_end: [],
	stats_fold: ["now() - interval '1 minute'"],
	stats_compact: [],
	invitation_campaign: ["'campaign-1'"],
	invitation_make: ["filled_id('campaign', 1)", "'Class 7b'", "repeat('00', 16)", "false", "200", "'root'", "extract(epoch FROM now())::bigint"],
	invitation_list: ["now()", "gen_random_uuid()", "51"],
	invitation_withdraw: ["gen_random_uuid()", "'root'"],
	invitation_enter: ["filled_ids('new', 1, 64)", some(64, "'00000000-0000-4000-8000-000000000000'", "uuid"), some(64, "'\\x00112233445566778899aabbccddeeff'", "bytea"), some(64, "2", "integer")],
	volunteer_create: ["filled_ids('new', 1, 64)", some(64, "'\\x00112233445566778899aabbccddeeff'", "bytea"), some(64, "1", "integer")],
	volunteer_agree: [volunteer, "2"],
	volunteer_erase: [volunteer],
	volunteer_sweep: [],
	volunteer_progress: [volunteers(16)],
	volunteer_story: [volunteer],
	volunteer_results: ["filled_id('volunteer', 1)", "NULL", "NULL", "20"],
};

/** Runs psql with a script. Answers { stdout, stderr }; what fails inside is in stderr. */
export function psql(database, script, options = "") {
	const running = run("psql", ["-XAtq", database], { maxBuffer: 1 << 28, env: { ...process.env, PGOPTIONS: options } });
	running.child.stdin.end(script);
	return running;
}

/** Fills a freshly migrated database. Needs a superuser. */
export async function fillDatabase(database, { items: count, pairs, volunteers: people }) {
	const set = Object.entries({ items: count, pairs, volunteers: people }).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
	for (const file of ["catalogue.sql", "statements.sql"])
		await run("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", ...set, "-f", path.join(CHECKOUT, "tests/support", file), database], { maxBuffer: 1 << 26 });
}

const call = (name, values) => (values.length ? `${name}(${values.join(", ")})` : name);

/**
 * Explains statements, each in a transaction that is rolled back. Answers a Map from the name to { plan, time_ms, buffers }
 * of the last of `runs`, or to { error }.
 * @param {string} options of EXPLAIN: "" plans alone, "ANALYZE, BUFFERS" runs them
 * @param {object} before lists of values with which statements run first, on the same connection
 */
export async function explain(database, statements, settings, { options = "", runs = 1, values = VALUES, before = {} } = {}) {
	const script = statements.map(({ name, text: body }) => [
		`\\echo @@ ${name}`, `\\warn @@ ${name}`, `PREPARE ${name} AS ${body}\n;`,
		...(before[name] ?? []).map((list) => `BEGIN; EXECUTE ${call(name, list)} \\g /dev/null\nROLLBACK;`),
		...Array(runs).fill(`BEGIN; EXPLAIN (FORMAT JSON${options && `, ${options}`}) EXECUTE ${call(name, values[name] ?? [])}; ROLLBACK;\n\\echo @@-`),
	].join("\n")).join("\n");
	const { stdout, stderr } = await psql(database, script, settings);
	const parts = (output) => new Map(output.split(/^@@ /m).slice(1).map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]));
	const errors = parts(stderr);
	return new Map([...parts(stdout)].map(([name, output]) => {
		const plans = output.split(/^@@-$/m).map((one) => one.trim()).filter((one) => one.startsWith("["));
		if (plans.length < runs)
			return [name, { error: (errors.get(name) ?? "").trim() || `no plan: ${output.slice(0, 200)}` }];
		const [{ Plan: plan, "Execution Time": execution, "Planning Time": planning }] = JSON.parse(plans.at(-1));
		return [name, { plan, time_ms: execution, planning_ms: planning, buffers: buffersOf(plan) }];
	}));
}

/** Parts that write and that nothing refers to are not in the sum of the whole. */
function buffersOf(plan) {
	return Math.max(...[...nodes(plan)].map(({ node }) => (node["Shared Hit Blocks"] ?? 0) + (node["Shared Read Blocks"] ?? 0)));
}

/** Every node of a plan, with those above it. */
export function* nodes(plan, above = []) {
	yield { node: plan, above };
	for (const child of plan.Plans ?? [])
		yield* nodes(child, [...above, plan]);
}

/** The tables that a plan reads from one end to the other; of what was never run nothing, where only what `ran` counts, nor of a `partial` index, which has some rows alone. */
export function tablesReadWhole(plan, { ran = false, partial = [] } = {}) {
	const found = new Set();
	for (const { node, above } of nodes(plan)) {
		if (ran && node["Actual Loops"] === 0 || partial.includes(node["Index Name"]))
			continue;
		const whole = node["Node Type"] === "Seq Scan" || (/^Index (Only )?Scan$/.test(node["Node Type"]) && !node["Index Cond"] && !above.some((one) => one["Node Type"] === "Limit"));
		if (whole)
			found.add(node["Relation Name"]);
	}
	return found;
}
