/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evaluation -- how good posteriors are, where the truth is known.  Pure; any thread.
 */
#ifndef CROWD_EVALUATION_H
#define CROWD_EVALUATION_H

#include <stddef.h>
#include <stdint.h>

struct evaluation {
	size_t items; /* with a truth; everything below is 0 when there is none */
	double accuracy;
	double balanced_accuracy; /* mean over the classes that occur */
	double f1;                /* of fake; 0 when nothing is or is called fake */
	double log_loss;          /* nats, posteriors held off 0 and 1 by 1e-9 */
	double brier;
	double ece; /* ten bins of equal count, ties in p_fake kept together as far as order allows */
};

/* truth[i] is REAL, FAKE or UNKNOWN (left out); label[i] is REAL or FAKE. */
struct evaluation evaluate(const double p_fake[], const uint8_t label[], const int8_t truth[],
                           size_t items);

#endif
