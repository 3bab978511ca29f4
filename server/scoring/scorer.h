/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scorer -- one process scores, with two hands: one takes single judgments in as they come,
 * the other fits everything anew beside it and then hands the new standing over.
 *
 * Leading is an advisory lock that lives with the first hand's connection; when that is lost,
 * so is the estimates, and whoever leads next begins with a full fit.  After a fit the second hand
 * rests nine times as long as the fit took: the larger the campaign, the rarer it is, and the more
 * is done online.
 *
 * Threads: scorer_catch_up() from one thread, scorer_fit() from another.  The estimates belongs to
 * the first; one lock guards what they share (who leads, and a new standing on its way), and nobody
 * waits for the database with it.
 */
#ifndef SCORING_SCORER_H
#define SCORING_SCORER_H

#include "core/error.h"
#include "scoring/estimates.h"

struct db;
struct scorer;

struct scorer *scorer_new(void);
void scorer_free(struct scorer *scorer);

/* Takes in what is new, if this process leads, or can. Nothing happens otherwise. */
struct error scorer_catch_up(struct scorer *scorer, struct db *db,
                             struct scoring *ret_scoring) MUST_CHECK;

/* Fits and publishes, if this process leads and it is time. *ret_fitted says so. */
struct error scorer_fit(struct scorer *scorer, struct db *db, bool *ret_fitted,
                        struct scoring *ret_scoring) MUST_CHECK;

/*
 * For the command line: a full fit now, if there is news or in any case with `full`. Works
 * beside a server that leads.  *ret_scored is false when there was nothing to do.
 */
struct error scorer_score_once(struct db *db, bool full, bool *ret_scored,
                               struct scoring *ret_scoring) MUST_CHECK;

#endif
