/* SPDX-License-Identifier: Apache-2.0 */
#include "release/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "release/publisher.h"
#include "release/release.h"

static const enum statement fact_statements[FACT_SETS] = {
	[FACTS_WHOLE] = SQL_RELEASE_FACTS,
	[FACTS_TABLE] = SQL_RELEASE_TABLE,
	[FACTS_CORRECTIONS] = SQL_RELEASE_CORRECTIONS,
	[FACTS_SET_ASIDE] = SQL_RELEASE_SET_ASIDE,
	[FACTS_LICENCES] = SQL_RELEASE_LICENCES,
	[FACTS_PEOPLE] = SQL_RELEASE_PEOPLE,
	[FACTS_CAMPAIGNS] = SQL_RELEASE_CAMPAIGNS,
	[FACTS_OPINIONS] = SQL_RELEASE_OPINIONS,
};

struct error facts_gather(struct db *db, const char *release_id, struct release_facts *facts)
{
	for (int set = 0; set < FACT_SETS; set++) {
		struct error err =
			db_run(db, fact_statements[set], (const char *[]){ release_id }, &facts->of[set]);

		if (err.code)
			return err;
		if (set == FACTS_WHOLE && fact_number(facts, FACT_ITEMS) == 0)
			return errorf(ERR_GONE, "Another process was quicker.");
	}
	return ok();
}

void facts_free(struct release_facts *facts)
{
	for (int set = 0; set < FACT_SETS; set++) {
		rows_free(facts->of[set]);
		facts->of[set] = NULL;
	}
}

const char *fact_text(const struct release_facts *facts, enum fact fact)
{
	return rows_text(facts->of[FACTS_WHOLE], 0, (int)fact);
}

int64_t fact_number(const struct release_facts *facts, enum fact fact)
{
	return rows_integer(facts->of[FACTS_WHOLE], 0, (int)fact);
}

/* Takes `part` off the text's beginning. */
static bool takes_part(const char **text, const char *part)
{
	size_t len = strlen(part);
	bool takes = strncmp(*text, part, len) == 0;

	if (takes)
		*text += len;
	return takes;
}

/* CC-BY, perhaps -NC, perhaps -SA or -ND, and a version; without countries. */
static bool is_creative_commons(const char *licence)
{
	static const char *const versions[] = { "-1.0", "-2.0", "-2.5", "-3.0", "-4.0" };

	if (!takes_part(&licence, "CC-BY"))
		return false;
	takes_part(&licence, "-NC");
	if (!takes_part(&licence, "-SA"))
		takes_part(&licence, "-ND");
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		if (strcmp(licence, versions[i]) == 0)
			return true;
	return false;
}

bool licence_is_spdx(const char *licence)
{
	static const char *const others[] = { "CC0-1.0",
		                                  "CC-PDDC",
		                                  "PDDL-1.0",
		                                  "ODbL-1.0",
		                                  "ODC-By-1.0",
		                                  "CDLA-Permissive-1.0",
		                                  "CDLA-Permissive-2.0",
		                                  "CDLA-Sharing-1.0",
		                                  "OGL-UK-3.0",
		                                  "etalab-2.0",
		                                  "GFDL-1.2-or-later",
		                                  "GFDL-1.3-or-later",
		                                  "FAL-1.3" };

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(licence, others[i]) == 0)
			return true;
	return is_creative_commons(licence);
}

const char *facts_licence(const struct release_facts *facts)
{
	const struct rows *licences = facts->of[FACTS_LICENCES];

	if (rows_count(licences) != 1 || !licence_is_spdx(rows_text(licences, 0, 0)))
		return NULL;
	return rows_text(licences, 0, 0);
}

char *facts_url(const struct release_facts *facts)
{
	const struct release *release = facts->release;
	char *url;
	int len;

	if (publisher.address)
		len = asprintf(&url, "%s/data/%s/%s", publisher.address, release->name, release->version);
	else
		len = asprintf(&url, "urn:uuid:%s", release->id);
	if (len < 0)
		abort();
	return url;
}

const char *facts_author(void)
{
	return publisher.name ? publisher.name : "Touchstone contributors";
}
