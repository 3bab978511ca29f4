/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_pure PART TIMES -- the parts of the hot path that are pure C, to be counted by callgrind
 * or perf: their instructions do not depend on the machine's mood.
 *   nothing   what starting costs
 *   reveal    a volunteer's cookie and a lease, revealed
 *   read      a judgment's body: parsed, checked, hashed
 *   choose    one pair, from 20,000 candidates
 *   fit       the model over 100,000 judgments of 10,000 items by 1,000 volunteers
 * What a part needs is made for `nothing` too, so that the difference is the part's own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/judgment_body.h"
#include "bench_requests.h"
#include "core/arena.h"
#include "core/json_reader.h"
#include "core/random.h"
#include "core/uuid.h"
#include "crowd/model.h"
#include "crowd/pair_sampler.h"
#include "crypto/token.h"
#include "judging/assignment.h"
#include "judging/judgment.h"

#define CANDIDATES 20000
#define ITEMS      10000
#define VOLUNTEERS 1000
#define JUDGMENTS  100000

static struct {
	struct token_keys *keys;
	struct lease lease;
	char cookie[TOKEN_TEXT(UUID_BYTES)], token[LEASE_TOKEN];
	char request[BENCH_REQUEST];
	const char *body;
	struct candidate_index *candidates;
	uint32_t item[JUDGMENTS], volunteer[JUDGMENTS];
	uint8_t verdict[JUDGMENTS];
} made;

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench-pure: %s\n", what);
	exit(1);
}

static void make_crowd(struct random *random)
{
	made.candidates = candidate_index_new();
	for (uint32_t i = 0; i < CANDIDATES; i++)
		candidate_index_put(made.candidates, i, 0,
		                    &(struct candidate){ .lineage = i + 1,
		                                         .p_fake = (float)random_unit(random),
		                                         .judgments = (uint16_t)random_below(random, 20),
		                                         .truth = UNKNOWN });
	for (uint32_t j = 0; j < JUDGMENTS; j++) { /* nobody judges an item twice */
		made.item[j] = j % ITEMS;
		made.volunteer[j] = (j % ITEMS * 7 + j / ITEMS * 97) % VOLUNTEERS;
		made.verdict[j] = random_unit(random) < (made.item[j] % 2 ? .8 : .2) ? FAKE : REAL;
	}
}

static void make(void)
{
	char file[] = "/tmp/bench-pure.XXXXXX";
	struct random random = random_seeded(1);
	int fd = mkstemp(file);

	/* The secret is made where there is no file yet. */
	check(fd >= 0 && close(fd) == 0 && unlink(file) == 0, "no place for a secret");
	check(crypto_start() && !token_keys_open(file, &made.keys).code, "no secret");
	unlink(file);
	token_seal(made.keys, TOKEN_VOLUNTEER, made.lease.volunteer, UUID_BYTES, made.cookie);
	lease_seal(made.keys, &made.lease, made.token);
	bench_judge(made.request, made.cookie, made.token, 1234567);
	made.body = strstr(made.request, "\r\n\r\n") + 4;
	make_crowd(&random);
}

static void reveal(void)
{
	unsigned char volunteer[UUID_BYTES];
	struct lease lease;

	check(token_open(made.keys, TOKEN_VOLUNTEER, made.cookie, volunteer, UUID_BYTES), "cookie");
	check(!lease_reveal(made.keys, made.token, volunteer, &lease).code, "lease");
}

static void read_body(void)
{
	struct arena *arena = arena_new();
	struct judgment_in judgment = { .lease = made.lease };
	json_t *object = NULL;

	check(!json_reader_parse(made.body, strlen(made.body), &object).code, "body");
	check(!judgment_body_read(object, arena, &judgment).code, "judgment");
	json_decref(object);
	arena_free(arena);
}

static void choose(void)
{
	static struct random random;
	struct pair_sampler_options options = pair_sampler_in_service();
	struct asker asker = { .sensitivity = .72, .specificity = .72 };

	check(pair_sampler_draw(made.candidates, 0, &asker, &options, &random).kind != PAIR_NOTHING,
	      "pair");
}

static void fit(void)
{
	struct judgments judgments = { .items = ITEMS,
		                           .volunteers = VOLUNTEERS,
		                           .count = JUDGMENTS,
		                           .item = made.item,
		                           .volunteer = made.volunteer,
		                           .verdict = made.verdict };
	struct model_options options = { .method = METHOD_DEFAULT, .intervals = true };

	fit_free(model_fit(&judgments, &options));
}

static void nothing(void)
{
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = { { "nothing", nothing },
		          { "reveal", reveal },
		          { "read", read_body },
		          { "choose", choose },
		          { "fit", fit } };

	make();
	for (size_t p = 0; argc == 3 && p < sizeof parts / sizeof parts[0]; p++) {
		if (strcmp(argv[1], parts[p].name) != 0)
			continue;
		for (int n = atoi(argv[2]); n > 0; n--)
			parts[p].run();
		token_keys_free(made.keys);
		return 0;
	}
	fputs("usage: bench-pure nothing|reveal|read|choose|fit TIMES\n", stderr);
	return 2;
}
