/* SPDX-License-Identifier: Apache-2.0 */
/* score -- fits the crowd's model once, as a running server does by itself. */
#include <math.h>
#include <stdio.h>

#include "cli/commands.h"
#include "db/db.h"
#include "scoring/consensus.h"
#include "scoring/scorer.h"

static void tell_operator(const char *sentence)
{
	fprintf(stderr, "%s\n", sentence);
}

const char cli_score_usage[] = "score [--full]";

int cli_score(const struct settings *settings, int argc, char **argv)
{
	bool full = take_flag(&argc, argv, "--full");
	struct scoring scoring;
	bool scored = false;

	if (!arguments_fit(argc, argv, 0, 0, cli_score_usage))
		return EXIT_USAGE;
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = scorer_score_once(db, full, &scored, &scoring);
	size_t told;
	struct error distrust = err.code ? ok() : consensus_tell_distrust(db, tell_operator, &told);
	db_close(db);
	if (err.code)
		return failed(err);
	if (!scored) {
		puts("nothing new to score");
		return EXIT_DONE;
	}
	printf("%llu judgments of %u items by %u volunteers, %u iterations\n"
	       "%u posteriors moved, %u items retired, %u came back, %u held back, %u new disputes, "
	       "%u withdrawn\n"
	       "calibrated on %u gold items, weight %.2f, slope %.2f\n",
	       (unsigned long long)scoring.judgments, scoring.items, scoring.volunteers,
	       scoring.iterations, scoring.moved, scoring.retired, scoring.reopened, scoring.held,
	       scoring.disputed, scoring.withdrawn, scoring.gold, scoring.weight, scoring.slope);
	if (scoring.cohorts)
		printf("%u volunteers in %u cohorts err together beyond what all share; they gave %.0f %% "
		       "of the judgments, and %u labels turn without them\n",
		       scoring.cohort_volunteers, scoring.cohorts, 100 * scoring.cohort_share,
		       scoring.cohort_changes);
	if (!isnan(scoring.alpha))
		printf("Krippendorff's alpha %.3f\n", scoring.alpha);
	if (distrust.code)
		return failed(distrust);
	return EXIT_DONE;
}
