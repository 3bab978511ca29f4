/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stopping -- when to stop asking about an item.  Pure; any thread.
 */
#ifndef CROWD_STOPPING_H
#define CROWD_STOPPING_H

#include <stdbool.h>
#include <stdint.h>

enum decision {
	DECISION_KEEP_ASKING,
	DECISION_RETIRE,  /* the posterior passed the threshold, one way or the other */
	DECISION_DISPUTE, /* all judgments are in and it did not: a moderator's turn */
};

struct stopping {
	double threshold;  /* .97: retire at p_fake >= .97 or <= .03 */
	uint32_t min, max; /* judgments; max 0 means without end */
};

/* The rule in service: docs/method.md. */
static inline struct stopping stopping_in_service(void)
{
	return (struct stopping){ .threshold = .97, .min = 5, .max = 25 };
}

enum decision stopping_decide(const struct stopping *rule, double p_fake, uint32_t judgments);

/* The crowd, sure by the same rule, says the opposite of `truth` (REAL or FAKE; UNKNOWN never
 * contradicts). */
bool stopping_contradicts(const struct stopping *rule, double p_fake, uint32_t judgments,
                          int truth);

#endif
