/* SPDX-License-Identifier: Apache-2.0 */
#include "release/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/hex.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/random.h"
#include "core/thread.h"
#include "core/uuid.h"
#include "crowd/agreement.h"
#include "crypto/sha256.h"
#include "db/array.h"
#include "release/artefact.h"
#include "release/cut.h"
#include "release/release.h"
#include "release/rule.h"
#include "release/seal.h"
#include "release/split.h"
#include "release/stage.h"

#define CUT_AT_ONCE   2000 /* items a SELECT */
#define WRITE_AT_ONCE 1000 /* items an INSERT: some KB each */
#define RESAMPLES     2000 /* of the interval of alpha */

/* What is being decided: the candidates, in the order of their ids, and what was read of them. */
struct choice {
	const char *release_id;
	struct cut *cut;
	struct store *store;
	char moment[40]; /* of the snapshot */
	unsigned char (*ids)[UUID_BYTES];
	struct split_item *items;
	bool *sealable; /* of each: in the test split it is sealed */
	uint32_t count, room;
	char *tie;              /* the key of the last row of release_links, */
	int64_t tied;           /* and the candidate that it last stood for, or -1 */
	uint32_t held_back;     /* released before, and found to share something across splits since */
	uint32_t contradicting; /* their bytes have the other label too */
	uint32_t uncut;         /* wanted, and wait to be cut anew; */
	uint32_t uncuttable;    /* left out, for they cannot be cut so */
	uint32_t published;     /* left out, for their labels cannot be sealed */
	struct agreement_tally *votes; /* on the items that go in and are not sealed */
	uint32_t taken, sealed;        /* items that go in, and those of them that are sealed */
	bool large;                    /* folders are split */
	struct agreement agreement;
	struct rule *rule; /* of its version */
};

static unsigned stratum_of(const char *media_type, const char *label)
{
	unsigned type = media_type[0] == 'i' ? 0 : media_type[0] == 'v' ? 1 : 2;

	return 2 * type + (label[0] == 'f');
}

static struct error add_candidate(void *arg, const struct rows *rows)
{
	struct choice *choice = arg;
	const char *label = rows_text(rows, 0, 3), *former = rows_text(rows, 0, 4);

	if (choice->count == choice->room) {
		choice->room = choice->room ? 2 * choice->room : 1024;
		choice->ids = mem_resize(choice->ids, choice->room, sizeof *choice->ids);
		choice->items = mem_resize(choice->items, choice->room, sizeof *choice->items);
		choice->sealable = mem_resize(choice->sealable, choice->room, sizeof *choice->sealable);
	}
	struct split_item *item = &choice->items[choice->count];
	*item = (struct split_item){
		.wanted = label != NULL,
		.stratum = (uint8_t)(label ? stratum_of(rows_text(rows, 0, 2), label) : 0),
		.former = (uint8_t)(former ? split_read(former) : SPLIT_NONE),
	};
	if (!uuid_from_text(choice->ids[choice->count], rows_text(rows, 0, 0)) ||
	    !hex_decode(item->key, SPLIT_KEY_BYTES, rows_text(rows, 0, 1)))
		return errorf(ERR_INTERNAL, "a candidate cannot be read");
	choice->contradicting += rows_flag(rows, 0, 5);
	choice->uncut += rows_flag(rows, 0, 6);
	choice->uncuttable += rows_flag(rows, 0, 7);
	choice->published += rows_flag(rows, 0, 8);
	choice->sealable[choice->count++] = rows_flag(rows, 0, 9);
	return ok();
}

static int select_compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, UUID_BYTES);
}

/* Which candidate it is, or -1: an item that is neither wanted nor was ever released. */
static int64_t candidate_of(const struct choice *choice, const char *id)
{
	unsigned char key[UUID_BYTES];
	const unsigned char(*found)[UUID_BYTES];

	if (!choice->count || !uuid_from_text(key, id))
		return -1;
	found = bsearch(key, choice->ids, choice->count, sizeof *choice->ids, select_compare_ids);
	return found ? found - (const unsigned char(*)[UUID_BYTES])choice->ids : -1;
}

static struct error add_link(void *arg, const struct rows *rows)
{
	struct choice *choice = arg;
	const char *tie = rows_text(rows, 0, 0);
	int64_t candidate = candidate_of(choice, rows_text(rows, 0, 1));

	if (candidate < 0)
		return ok();
	if (choice->tie && choice->tied >= 0 && strcmp(choice->tie, tie) == 0) {
		split_tie(choice->items, (uint32_t)choice->tied, (uint32_t)candidate);
		return ok();
	}
	free(choice->tie);
	choice->tie = mem_text(tie);
	choice->tied = candidate;
	return ok();
}

/* Of released items that share something across splits, those of the first one's split stay. */
static struct error add_crossing(void *arg, const struct rows *rows)
{
	struct choice *choice = arg;
	const char *tie = rows_text(rows, 0, 0);
	int64_t candidate = candidate_of(choice, rows_text(rows, 0, 1));

	if (candidate < 0 || !choice->items[candidate].wanted)
		return ok();
	if (!choice->tie || strcmp(choice->tie, tie) != 0) {
		free(choice->tie);
		choice->tie = mem_text(tie);
		choice->tied = candidate;
	} else if (choice->items[candidate].former != choice->items[choice->tied].former) {
		choice->items[candidate].wanted = 0;
		choice->held_back++;
	}
	return ok();
}

/* What waits to be cut would lie in the release as it was before: told apart by its shape or length
 * from all others. */
static struct error refuse_uncut(const struct choice *choice)
{
	if (choice->uncuttable)
		log_warn("release: %u items cannot be cut as the others are, and are left out",
		         choice->uncuttable);
	if (!choice->uncut)
		return ok();
	return errorf(
		ERR_INVALID,
		"%u item(s) wait to be cut as the others of their campaign or pair; release again "
		"when they are: `touchstone campaign list` says how many wait.",
		choice->uncut);
}

/* Keeps items out of the release that would leak from one split into another. */
static struct error hold_crossing_back(struct db *db, struct choice *choice)
{
	struct error err = db_stream(db, SQL_RELEASE_CROSSING, NULL, add_crossing, choice);

	free(choice->tie);
	choice->tie = NULL;
	return err;
}

#define ENDING_LIST (MEDIA_ENDINGS * sizeof "audio/mpeg" + 3)

/* The types and the endings of media_endings[], as two arrays of the database. */
static void list_endings(char types[ENDING_LIST], char endings[ENDING_LIST])
{
	size_t types_len = 0, endings_len = 0;

	for (size_t i = 0; i < MEDIA_ENDINGS; i++) {
		char before = i ? ',' : '{';

		types_len += (size_t)snprintf(types + types_len, ENDING_LIST - types_len, "%c%s", before,
		                              media_endings[i].type);
		endings_len += (size_t)snprintf(endings + endings_len, ENDING_LIST - endings_len, "%c%s",
		                                before, media_endings[i].ending);
	}
	snprintf(types + types_len, ENDING_LIST - types_len, "}");
	snprintf(endings + endings_len, ENDING_LIST - endings_len, "}");
}

/* Copies out what the tables will say of the wanted candidates from `from` on, of some. */
static struct error cut_some(struct db *db, const struct choice *choice, uint32_t *from)
{
	const unsigned char *ids[CUT_AT_ONCE];
	struct arena *arena = arena_new();
	char types[ENDING_LIST], endings[ENDING_LIST];
	size_t some = 0;

	list_endings(types, endings);
	for (; *from < choice->count && some < CUT_AT_ONCE; ++*from)
		if (choice->items[*from].wanted)
			ids[some++] = choice->ids[*from];
	const char *const params[] = { choice->release_id, uuid_array(arena, ids, some), types,
		                           endings };
	struct error err = db_stream(db, SQL_RELEASE_CUT, params, cut_add, choice->cut);
	arena_free(arena);
	return err;
}

static void choice_clear(struct choice *choice)
{
	free(choice->ids);
	free(choice->items);
	free(choice->sealable);
	free(choice->tie);
	agreement_tally_free(choice->votes);
	rule_free(choice->rule);
	*choice = (struct choice){ .release_id = choice->release_id,
		                       .cut = choice->cut,
		                       .store = choice->store };
}

static struct error select_read_moment(struct db *db, struct choice *choice)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_MOMENT, NULL, &rows);

	if (!err.code)
		snprintf(choice->moment, sizeof choice->moment, "%s", rows_text(rows, 0, 0));
	return err;
}

/*
 * Copies everything that a release depends on out of one snapshot.  Nothing is computed or written
 * here: the snapshot keeps vacuum from its work in every database for as long as it is held.
 */
static struct error copy_out(struct db *db, void *arg)
{
	struct choice *choice = arg;
	const char *const params[] = { choice->release_id };
	struct error err;

	choice_clear(choice);
	if ((err = cut_clear(choice->cut)).code || (err = select_read_moment(db, choice)).code)
		return err;
	if ((err = db_stream(db, SQL_RELEASE_CANDIDATES, params, add_candidate, choice)).code)
		return err;
	if ((err = refuse_uncut(choice)).code)
		return err;
	if ((err = hold_crossing_back(db, choice)).code)
		return err;
	split_start(choice->items, choice->count);
	if ((err = db_stream(db, SQL_RELEASE_LINKS, params, add_link, choice)).code)
		return err;
	for (uint32_t from = 0; from < choice->count && !err.code;)
		err = cut_some(db, choice, &from);
	return err;
}

static void select_assign(void *arg)
{
	struct choice *choice = arg;
	uint32_t chosen = 0;

	choice->held_back += split_assign(choice->items, choice->count);
	for (uint32_t i = 0; i < choice->count; i++)
		chosen += choice->items[i].split != SPLIT_NONE;
	choice->large = chosen > RELEASE_FOLDER_MOST;
	choice->votes = agreement_tally_new();
}

static void select_agree(void *arg)
{
	struct choice *choice = arg;

	struct random random = random_seeded(1); /* the same release gives the same interval */

	choice->agreement = agreement_alpha_of_tally(choice->votes, RESAMPLES, &random);
}

/* ------------------------------------------------------------------ writing */

/* Some rows of the cut that go in, on their way to the database. */
struct bunch {
	struct arena *arena;
	const char *(*rows)[CUT_COLUMNS];
	const char **splits;
	size_t count;
};

static struct bunch bunch_new(void)
{
	struct arena *arena = arena_new();

	return (struct bunch){ .arena = arena,
		                   .rows = arena_alloc(arena, WRITE_AT_ONCE * CUT_COLUMNS * sizeof(char *)),
		                   .splits = arena_alloc(arena, WRITE_AT_ONCE * sizeof(char *)) };
}

/* "fake/4f1d.jpg", or "fake/4f/4f1d.jpg". */
static const char *split_folder(struct arena *arena, const char *path)
{
	const char *name = strchr(path, '/') + 1;

	return arena_printf(arena, "%.*s%.2s/%s", (int)(name - path), path, name, name);
}

/* Adds a row; `sealed` takes the label out of its path. */
static void bunch_add(struct bunch *bunch, const char *const values[], const char *split,
                      bool large, bool sealed)
{
	const char **row = bunch->rows[bunch->count];

	for (int c = 0; c < CUT_COLUMNS; c++)
		row[c] = values[c] ? arena_copy(bunch->arena, values[c], strlen(values[c])) : NULL;
	if (sealed)
		row[CUT_PATH] = arena_printf(bunch->arena, SEALED_FOLDER "%s", strchr(row[CUT_PATH], '/'));
	if (large)
		row[CUT_PATH] = split_folder(bunch->arena, row[CUT_PATH]);
	bunch->splits[bunch->count++] = split;
}

/* Writes the bunch, in a transaction of its own, and empties it. */
static struct error bunch_write(struct bunch *bunch, struct db *db, const char *release_id)
{
	struct array *params[CUT_COLUMNS + 1];
	size_t param = 0;
	auto_rows *rows = NULL;

	params[param] = array_new(bunch->arena, ARRAY_TEXT, 1);
	array_text(params[param++], release_id);
	for (int c = 0; c < CUT_COLUMNS; c++) {
		if (c == CUT_FAKE)
			continue;
		params[param] = array_new(bunch->arena, ARRAY_TEXT, bunch->count);
		for (size_t r = 0; r < bunch->count; r++)
			array_text(params[param], bunch->rows[r][c]);
		param++;
	}
	params[param] = array_new(bunch->arena, ARRAY_TEXT, bunch->count);
	for (size_t r = 0; r < bunch->count; r++)
		array_text(params[param], bunch->splits[r]);
	struct error err =
		db_run_arrays(db, SQL_RELEASE_DRAFT_ADD, (const struct array *const *)params, &rows);
	arena_free(bunch->arena);
	*bunch = bunch_new();
	return err;
}

static bool is_sealed(const struct choice *choice, int64_t candidate)
{
	return choice->sealable[candidate] && choice->items[candidate].split == SPLIT_TEST;
}

static void note_votes(struct choice *choice, const char *const values[])
{
	uint32_t judgments = values[CUT_VOLUNTEERS][1] != '}';

	for (const char *at = values[CUT_VOLUNTEERS]; *at; at++)
		judgments += *at == ',';
	uint32_t fake = (uint32_t)strtoul(values[CUT_FAKE], NULL, 10);
	agreement_tally_add(choice->votes, fake, judgments - fake);
}

/* Adds a row of the cut to the bunch, if its item goes in. */
static struct error select_take_one(struct choice *choice, struct bunch *bunch,
                                    const char *const values[])
{
	int64_t candidate = candidate_of(choice, values[CUT_ITEM]);

	if (candidate < 0)
		return errorf(ERR_INTERNAL, "a row of the release is of no candidate");
	enum split split = choice->items[candidate].split;
	if (split == SPLIT_NONE)
		return ok();
	bool sealed = is_sealed(choice, candidate);
	if (!sealed)
		note_votes(choice, values);
	choice->taken++;
	choice->sealed += sealed;
	bunch_add(bunch, values, split_name(split), choice->large, sealed);
	return rule_item(choice->rule, values, split, sealed);
}

/* A release whose test labels are all known would be sealed in name alone. */
static struct error refuse_unsealed(uint32_t published, int64_t sealed)
{
	if (!published || sealed)
		return ok();
	return errorf(ERR_INVALID,
	              "Nothing can be sealed: the labels of all %u items of the test split were "
	              "published before, by another release.",
	              published);
}

static struct error no_item_fits(void)
{
	return errorf(ERR_INVALID, "No item fits: a release holds items that the crowd has retired "
	                           "or a moderator has ruled real or fake.");
}

/* Writes down what goes in, a bunch a transaction: until it is fixed, the next try drops it. */
static struct error write_draft(struct db *db, struct choice *choice)
{
	struct error err = db_do(db, SQL_RELEASE_UNDRAFT, (const char *[]){ choice->release_id }, NULL);
	struct bunch bunch = bunch_new();
	bool found = true;

	if (!err.code)
		err = cut_rewind(choice->cut);
	while (!err.code && found) {
		const char *values[CUT_COLUMNS];

		err = cut_next(choice->cut, values, &found);
		if (!err.code && found)
			err = select_take_one(choice, &bunch, values);
		if (!err.code && bunch.count && (!found || bunch.count == WRITE_AT_ONCE))
			err = bunch_write(&bunch, db, choice->release_id);
	}
	arena_free(bunch.arena);
	if (!err.code)
		err = refuse_unsealed(choice->published, choice->sealed);
	if (!err.code && choice->taken == 0)
		err = no_item_fits();
	return err;
}

static struct error refuse_leaks(struct db *db, const char *release_id)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_LEAK, (const char *[]){ release_id }, &rows);

	if (!err.code && rows_count(rows) > 0)
		err = errorf(ERR_INVALID,
		             "Item %s shares an original, a person, its looks or its bytes with an item "
		             "that was released in another split.",
		             rows_text(rows, 0, 0));
	return err;
}

static struct error open_rule(struct db *db, struct choice *choice, struct arena *arena,
                              struct release *release)
{
	struct error err = release_by_id(db, arena, choice->release_id, release);

	return err.code
	           ? err
	           : rule_open(db, choice->store, release->name, release->version, true, &choice->rule);
}

/* Writes down what goes in, unless the version promises too little for it. */
static struct error write_lawful_draft(struct db *db, struct choice *choice)
{
	struct arena *arena = arena_new();
	struct release release = { .version = "" };
	struct error err = open_rule(db, choice, arena, &release);

	if (!err.code)
		err = write_draft(db, choice);
	if (!err.code) {
		const struct rule_verdict verdict = rule_verdict(choice->rule);

		err = rule_refusal(&verdict, release.version);
	}
	arena_free(arena);
	return err;
}

/* Reads on a connection of its own, and writes there what was chosen. */
static struct error select_choose(struct db *reader, struct choice *choice)
{
	int64_t since_ms = clock_monotonic_ms();
	struct error err = db_snapshot(reader, copy_out, choice);

	if (err.code)
		return err;
	since_ms = stage_end(since_ms, "copying out");
	thread_run_nicely(select_assign, choice);
	since_ms = stage_end(since_ms, "splitting");
	if ((err = write_lawful_draft(reader, choice)).code)
		return err;
	if ((err = refuse_leaks(reader, choice->release_id)).code)
		return err;
	since_ms = stage_end(since_ms, "drafting");
	thread_run_nicely(select_agree, choice);
	stage_end(since_ms, "agreement");
	return ok();
}

/* Gives the chosen items from `from` on their splits for good, some of them. */
static struct error keep_some(struct db *db, const struct choice *choice, uint32_t *from)
{
	struct arena *arena = arena_new();
	uint32_t chosen[CUT_AT_ONCE];
	size_t some = 0;
	auto_rows *rows = NULL;

	for (; *from < choice->count && some < CUT_AT_ONCE; ++*from)
		if (choice->items[*from].split != SPLIT_NONE)
			chosen[some++] = *from;
	struct array *ids = array_new(arena, ARRAY_UUID, some);
	struct array *splits = array_new(arena, ARRAY_TEXT, some);
	for (size_t i = 0; i < some; i++) {
		array_bytes(ids, choice->ids[chosen[i]], UUID_BYTES);
		array_text(splits, split_name(choice->items[chosen[i]].split));
	}
	struct error err = db_run_arrays(db, SQL_RELEASE_KEEP_SPLITS,
	                                 (const struct array *const[]){ ids, splits }, &rows);
	arena_free(arena);
	return err;
}

/* Whose items they are, and whose splits, is settled here for good. */
static struct error select_settle(struct db *db, const struct choice *choice)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_LOCK, (const char *[]){ choice->release_id }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0 || strcmp(rows_text(rows, 0, 0), "failed") == 0)
		return errorf(ERR_GONE, "The release was given up.");
	for (uint32_t from = 0; from < choice->count && !err.code;)
		err = keep_some(db, choice, &from);
	if (err.code)
		return err;
	const struct release_outcome outcome = { choice->held_back, choice->contradicting,
		                                     choice->uncuttable, &choice->agreement,
		                                     agreement_tally_expected(choice->votes) };
	return release_fix(db, choice->release_id, &outcome, choice->moment);
}

/* Takes the turn. LOCK comes last: a transaction that idles behind a SELECT keeps its snapshot. */
static struct error select_take_turn(struct db *db)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_TURN_LASTS, NULL, &rows);

	return err.code ? err : db_do(db, SQL_RELEASE_TURN, NULL, NULL);
}

/* Whoever has the turn chooses. *ret_chosen: it was not decided before. */
static struct error choose_once(struct db *reader, struct choice *choice, bool *ret_chosen)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(reader, SQL_RELEASE_FIXED, (const char *[]){ choice->release_id }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_NOT_FOUND, "There is no such release.");
	*ret_chosen = !rows_flag(rows, 0, 0);
	return *ret_chosen ? select_choose(reader, choice) : ok();
}

static struct error select_decide(struct db *db, void *arg)
{
	struct choice *choice = arg;
	bool chosen = false;
	struct error err = select_take_turn(db);

	if (err.code)
		return err;
	struct db *reader = db_open_like(db);
	if (!reader)
		return errorf(ERR_UNAVAILABLE, "The database is not answering. Try again in a moment.");
	db_stop_with(reader, db);
	err = choose_once(reader, choice, &chosen);
	db_close(reader);
	int64_t since_ms = clock_monotonic_ms();
	if (!err.code && chosen && !(err = select_settle(db, choice)).code)
		stage_end(since_ms, "keeping splits");
	return err;
}

struct error release_decide(struct db *db, struct store *store, const char *release_id)
{
	struct choice choice = { .release_id = release_id, .store = store };
	struct error err = cut_new(store, &choice.cut);

	if (err.code)
		return err;
	err = db_transaction(db, select_decide, &choice);
	choice_clear(&choice);
	cut_free(choice.cut);
	return err;
}

/* ------------------------------------------------------------------ what would go in */

struct previewing {
	const struct release_request *request;
	struct choice choice;
	struct release_preview preview;
	struct error err; /* how it went: the transaction ends by an error in any case */
};

static struct error preview_row(struct previewing *previewing, const char *const values[])
{
	struct release_preview *preview = &previewing->preview;
	const struct choice *choice = &previewing->choice;
	int64_t candidate = candidate_of(choice, values[CUT_ITEM]);

	if (candidate < 0)
		return errorf(ERR_INTERNAL, "a row of the release is of no candidate");
	enum split split = choice->items[candidate].split;
	unsigned stratum = stratum_of(values[CUT_MEDIA_TYPE], values[CUT_LABEL]);
	if (split == SPLIT_NONE)
		return ok();
	preview->items++;
	preview->bytes += strtoll(values[CUT_BYTES], NULL, 10);
	if (is_sealed(choice, candidate))
		preview->sealed++;
	else
		preview->in_split[split][stratum % 2]++;
	preview->of_type[stratum / 2]++;
	return rule_item(choice->rule, values, split, is_sealed(choice, candidate));
}

/* What its version should be. */
static void preview_advise(struct previewing *previewing)
{
	const struct rule_verdict verdict = rule_verdict(previewing->choice.rule);
	struct version_advice *advice = &previewing->preview.advice;
	const int64_t *of = verdict.counts.of;

	*advice = (struct version_advice){ .applies = verdict.applies,
		                               .kept = verdict.kept,
		                               .level = verdict.level,
		                               .added = of[CHANGE_ADDED],
		                               .removed = of[CHANGE_REMOVED],
		                               .relabelled = of[CHANGE_RELABELLED],
		                               .moved = of[CHANGE_MOVED],
		                               .changed = of[CHANGE_CHANGED] };
	snprintf(advice->since, sizeof advice->since, "%s", verdict.since ? verdict.since : "");
	snprintf(advice->least, sizeof advice->least, "%s", verdict.least);
	previewing->preview.refusal = rule_refusal(&verdict, previewing->request->version);
}

static struct error preview_count(struct previewing *previewing)
{
	struct error err = cut_rewind(previewing->choice.cut);
	bool found = true;

	while (!err.code && found) {
		const char *values[CUT_COLUMNS];

		err = cut_next(previewing->choice.cut, values, &found);
		if (!err.code && found)
			err = preview_row(previewing, values);
	}
	if (!err.code)
		err = refuse_unsealed(previewing->choice.published, previewing->preview.sealed);
	if (!err.code && previewing->preview.items == 0)
		err = no_item_fits();
	previewing->preview.published = previewing->choice.published;
	if (!err.code)
		preview_advise(previewing);
	previewing->preview.held_back = previewing->choice.held_back;
	previewing->preview.contradicting = previewing->choice.contradicting;
	previewing->preview.uncuttable = previewing->choice.uncuttable;
	return err;
}

/* A release that is undone in the end: the error has the transaction rolled back. */
static struct error preview_copy(struct db *db, void *arg)
{
	struct previewing *previewing = arg;
	auto_rows *rows = NULL;
	char *filter = release_filter_text(&previewing->request->filter);
	struct error err = db_run(db, SQL_RELEASE_PREVIEW, (const char *[]){ filter }, &rows);

	free(filter);
	if (!err.code) {
		previewing->choice.release_id = rows_text(rows, 0, 0);
		err = copy_out(db, &previewing->choice);
		previewing->choice.release_id = NULL;
	}
	previewing->err = err;
	return err.code ? err : errorf(ERR_CONFLICT, "what may go in is copied out");
}

struct error release_preview(struct db *db, struct store *store,
                             const struct release_request *request,
                             struct release_preview *ret_preview)
{
	struct previewing previewing = { .request = request };
	struct error err = release_request_check(db, request);

	if (err.code || (err = cut_new(store, &previewing.choice.cut)).code)
		return err;
	err = db_transaction_snapshot(db, preview_copy, &previewing);
	if (err.code == ERR_CONFLICT)
		err = previewing.err;
	if (!err.code) /* the snapshot has ended */
		err = rule_open(db, store, request->name, request->version, false, &previewing.choice.rule);
	if (!err.code) {
		thread_run_nicely(select_assign, &previewing.choice);
		err = preview_count(&previewing);
	}
	choice_clear(&previewing.choice);
	cut_free(previewing.choice.cut);
	if (!err.code)
		*ret_preview = previewing.preview;
	return err;
}
