/* SPDX-License-Identifier: Apache-2.0 */
/*
 * budget -- how much one network prefix may ask of us.
 *
 * The generic cell rate algorithm: a client's whole state is one moment, the one at
 * which its budget is full again.  The table has a fixed size and holds keyed hashes,
 * never an address; when it is full, the budget that is nearest to full is forgotten.
 * Any thread may call.
 */
#ifndef HTTP_BUDGET_H
#define HTTP_BUDGET_H

#include <stdint.h>

#include "core/error.h"
#include "http/router.h"

struct budgets;

/*
 * Reads `off`, or a list such as "volunteers=20/h,writes=20/s:200,sign_ins=10/m": a rate
 * a second, minute or hour, and the burst (the rate itself when left out).  What is not
 * named keeps its default; NULL or "" is all defaults.  ERR_INVALID names what is wrong.
 */
struct error budgets_read(const char *text, struct budgets **ret_budgets) MUST_CHECK;
void budgets_free(struct budgets *budgets);

/*
 * Takes one from `client`'s budget.  ERR_TOO_MANY says how long to wait; the log is told how many
 * were refused, at most once a minute.
 */
struct error budget_take(struct budgets *budgets, enum budget which, uint64_t client,
						 int64_t now_ms) MUST_CHECK;

/* Gives back one that was taken for what could not be done, by no fault of the client. */
void budget_give_back(struct budgets *budgets, enum budget which, uint64_t client);

/* As in TOUCHSTONE_BUDGETS; NULL for BUDGET_NONE. */
const char *budget_name(enum budget which);

/* How many were refused since the start. */
uint64_t budget_refusals(struct budgets *budgets, enum budget which);

#endif
