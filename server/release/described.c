/* SPDX-License-Identifier: Apache-2.0 */
#include "release/described.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "release/columns.h"
#include "release/formats/formats.h"
#include "release/publisher.h"
#include "release/release.h"

/* ------------------------------------------------------------------ what was done */

static void write_collection(FILE *out, const struct release_facts *facts)
{
	fprintf(out,
	        "Operators imported media by manifests that state the source, the licence and, where "
	        "it is known, the truth with its ground; people with accounts and volunteers sent "
	        "others, which a moderator approved first. Every file went through one recipe for its "
	        "type, without metadata. The release holds %s items that the crowd had settled, a "
	        "moderator had ruled on, or that had served as gold or training in a campaign that is "
	        "closed, chosen from one snapshot of the database.",
	        fact_text(facts, FACT_ITEMS));
	if (facts->said.judgments > 0)
		fprintf(out, " Judgments were given from %s to %s (months, UTC).", facts->said.first_month,
		        facts->said.last_month);
}

static void write_protocol(FILE *out, const struct release_facts *facts)
{
	const struct rows *campaigns = facts->of[FACTS_CAMPAIGNS];

	fputs(
		"A volunteer is shown two items side by side and says of each whether it is real or fake, "
		"how sure they are (a guess, likely, certain), and may give reasons and mark spots. Both "
		"may be real, both may be fake. Nobody is shown an item twice, nor a relative of one. "
		"Practice pairs come first and tell the answer; they are not in the data. Hidden gold "
		"items stand among the others. An item is settled when the posterior and what those "
		"volunteers alone say who may decide both pass the campaign's threshold; one that is not "
		"settled when its judgments are spent goes to a moderator, who gives a blind verdict "
		"before seeing any evidence.",
		out);
	for (size_t i = 0; i < rows_count(campaigns); i++)
		fprintf(out, " Campaign %s: threshold %s, %s to %s judgments an item, %s items here.",
		        rows_text(campaigns, i, BY_NAME), rows_text(campaigns, i, BY_THRESHOLD),
		        rows_text(campaigns, i, BY_LEAST), rows_text(campaigns, i, BY_MOST),
		        rows_text(campaigns, i, BY_ITEMS));
}

static void write_platform(FILE *out)
{
	fputs("Touchstone, on its own web pages, in the volunteers' browsers and on their own screens. "
	      "They were not paid by it and came by themselves or by invitation to an event.",
	      out);
}

static void write_per_item(FILE *out, const struct release_facts *facts)
{
	fprintf(out,
	        "%s to %s judgments an item, %s in the mean; %s items have none (their label is a "
	        "ruling, or the truth that their source states).",
	        fact_text(facts, FACT_FEWEST), fact_text(facts, FACT_MOST), fact_text(facts, FACT_MEAN),
	        fact_text(facts, FACT_UNJUDGED));
}

static void write_analysis(FILE *out, const struct release_facts *facts)
{
	fprintf(out,
	        "The crowd's labels are the posterior of a Dawid-Skene model, mixed with one of "
	        "subtypes of items and, where there is gold, with gold alone. Label sources: crowd %s, "
	        "ruling %s, truth %s. Rules that decided the crowd's: full %s, without gold %s, within "
	        "one declared network %s, neither %s.",
	        fact_text(facts, FACT_CROWD), fact_text(facts, FACT_RULED), fact_text(facts, FACT_GOLD),
	        fact_text(facts, FACT_DECIDED_FULL), fact_text(facts, FACT_DECIDED_NO_GOLD),
	        fact_text(facts, FACT_DECIDED_ONE_NETWORK), fact_text(facts, FACT_DECIDED_NEITHER));
	if (fact_text(facts, FACT_ALPHA))
		fprintf(out, " Krippendorff's alpha %s (95 %% interval %s to %s).",
		        fact_text(facts, FACT_ALPHA), fact_text(facts, FACT_ALPHA_LOW),
		        fact_text(facts, FACT_ALPHA_HIGH));
	if (fact_number(facts, FACT_KNOWN) > 0)
		fprintf(out, " Of %s items whose source states a truth, %s are labelled as it.",
		        fact_text(facts, FACT_KNOWN), fact_text(facts, FACT_AGREE));
	if (fact_number(facts, FACT_GOLD_JUDGED) > 0)
		fprintf(out, " Of %s judged items labelled by their truth, the crowd is right on %s.",
		        fact_text(facts, FACT_GOLD_JUDGED), fact_text(facts, FACT_GOLD_RIGHT));
}

static void write_selection(FILE *out, const struct release_facts *facts)
{
	fprintf(
		out,
		"Items that the crowd could not settle and nobody ruled on are missing, so what is here "
		"is easier than what was asked (of closed campaigns %s). Left out besides: %s that tie "
		"splits together, %s whose bytes have both labels, %s that cannot be cut as the others "
		"are.",
		fact_text(facts, FACT_UNSETTLED), fact_text(facts, FACT_HELD_BACK),
		fact_text(facts, FACT_CONTRADICTING), fact_text(facts, FACT_UNCUTTABLE));
	if (facts->seals)
		fprintf(
			out,
			" The labels of %s items of the test split are sealed: all that may tell them is "
			"withheld, their judgments too, and sealed.csv commits to it; no figure here counts "
			"them.",
			fact_text(facts, FACT_SEALED));
}

static void write_personal(FILE *out, const struct release_facts *facts)
{
	const struct rows *people = facts->of[FACTS_PEOPLE];

	fprintf(out,
	        "Media may show or let hear people: as the sources declare, nobody in %s items, people "
	        "who consented in %s, people in a public role in %s; of %s nothing is declared. People "
	        "and lineages stand under pseudonyms of this release alone. %s No addresses are in it; "
	        "kinds of devices and marked spots are, but not whose; times only as steps and months.",
	        rows_text(people, 0, 0), rows_text(people, 0, 1), rows_text(people, 0, 2),
	        rows_text(people, 0, 3),
	        facts->volunteers
	            ? "So do volunteers in judgments.csv; their answers as a whole may match them to "
	              "another release of the same items, as README.md says."
	            : "Nothing says which judgments are one volunteer's.");
}

/* What is the same for every release. */
static const char *const plain_accounts[ACCOUNTS] = {
	[ACCOUNT_CROWD] =
		"Volunteers came by themselves. They stand for nobody else, and nothing is "
		"known of their age, origin or eyesight. They agree more than they are right: "
		"a crowd may be wrong together.",
	[ACCOUNT_SHOWN] = "Most pairs were chosen for the information that an answer was expected to "
					  "give; only rows of trials.csv with kind random were drawn uniformly, among "
					  "items still open then.",
	[ACCOUNT_NO_PROOF] = "A label says what a crowd, a moderator or a source concluded. It is no "
						 "forensic proof, and no ground to accuse anybody.",
	[ACCOUNT_RENDITIONS] =
		"Media are renditions of one recipe for each type. Traces that such a "
		"recipe removes cannot be learned from here, and leaks.csv measures what "
		"still gives the label away beside the content.",
	[ACCOUNT_INDEPENDENCE] =
		"The intervals low and high know nothing of items that are harder than "
		"others, nor of volunteers who err together; README.md warns where such "
		"volunteers were found.",
	[ACCOUNT_MAINTENANCE] = "This version never changes. Corrections, withdrawals and more items "
							"make another version of the same name, whose card says what was "
							"corrected; an item keeps its split. SHA256SUMS and its signature tell "
							"whether a copy is this version.",
};

void account_write(FILE *out, enum account_of what, const struct release_facts *facts)
{
	if (plain_accounts[what])
		fputs(plain_accounts[what], out);
	else if (what == ACCOUNT_COLLECTION)
		write_collection(out, facts);
	else if (what == ACCOUNT_PROTOCOL)
		write_protocol(out, facts);
	else if (what == ACCOUNT_PLATFORM)
		write_platform(out);
	else if (what == ACCOUNT_PER_ITEM)
		write_per_item(out, facts);
	else if (what == ACCOUNT_ANALYSIS)
		write_analysis(out, facts);
	else if (what == ACCOUNT_SELECTION)
		write_selection(out, facts);
	else
		write_personal(out, facts);
}

void few_files_write(FILE *out, int64_t items)
{
	if (items <= RELEASE_FOLDER_MOST)
		return;
	fprintf(
		out,
		"\nWith %lld items its folders hold very many files, below the first two digits of "
		"their names. The formats `webdataset` (shards) and `parquet` (media within tables) "
		"hold the same in few: they are on its page, and `touchstone release write NAME VERSION "
		"DIR --format webdataset` writes them.\n\n",
		(long long)items);
}

/* ------------------------------------------------------------------ CITATION.cff */

/* A line `key: "text"`; what JSON writes is a quoted text of YAML. */
static void yaml_line(FILE *out, const char *key, const char *text)
{
	json_t *value = json_string(text);
	char *quoted = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

	if (!quoted)
		abort();
	fprintf(out, "%s: %s\n", key, quoted);
	free(quoted);
	json_decref(value);
}

void citation_write(FILE *out, const struct release_facts *facts)
{
	const struct release *release = facts->release;
	const char *licence = facts_licence(facts);
	char *url = facts_url(facts), text[256];

	fputs("cff-version: \"1.2.0\"\ntype: dataset\n", out);
	yaml_line(out, "message",
	          "Please cite the dataset by its name and version, and by the SHA-256 of SHA256SUMS.");
	snprintf(text, sizeof text, "%s %s: crowdsourced real and fake media", release->name,
	         release->version);
	yaml_line(out, "title", text);
	yaml_line(out, "version", release->version);
	snprintf(text, sizeof text, "%.10s", release->created_at);
	yaml_line(out, "date-released", text);
	fputs("authors:\n", out);
	yaml_line(out, "  - name", facts_author());
	if (publisher.contact) {
		fputs("contact:\n", out);
		yaml_line(out, "  - name", publisher.contact);
	}
	if (licence)
		yaml_line(out, "license", licence);
	if (publisher.address)
		yaml_line(out, "url", url);
	free(url);
}

/* ------------------------------------------------------------------ dictionary.csv */

enum dictionary_column {
	DICTIONARY_TABLE,
	DICTIONARY_COLUMN,
	DICTIONARY_TYPE,
	DICTIONARY_MEANING,
	DICTIONARY_VALUES,
	DICTIONARY_COLUMNS,
};

static const struct column dictionary_columns[DICTIONARY_COLUMNS] = {
	[DICTIONARY_TABLE] = { "table", COLUMN_TEXT },
	[DICTIONARY_COLUMN] = { "column", COLUMN_TEXT },
	[DICTIONARY_TYPE] = { "type", COLUMN_TEXT },
	[DICTIONARY_MEANING] = { "meaning", COLUMN_TEXT },
	[DICTIONARY_VALUES] = { "values", COLUMN_LIST },
};

static const char *kind_name(enum column_kind kind)
{
	static const char *const names[] = { [COLUMN_TEXT] = "text",
		                                 [COLUMN_INTEGER] = "integer",
		                                 [COLUMN_REAL] = "number",
		                                 [COLUMN_LIST] = "list",
		                                 [COLUMN_FLAG] = "boolean" };

	return names[kind];
}

/* The words with ';' between them, to be freed; NULL: there are none. */
static char *words_joined(const char *const words[])
{
	char *text = NULL;
	size_t len;
	FILE *out = words ? open_memstream(&text, &len) : NULL;

	if (!out)
		return NULL;
	for (size_t i = 0; words[i]; i++)
		fprintf(out, "%s%s", i ? ";" : "", words[i]);
	if (fclose(out) != 0)
		abort();
	return text;
}

static void dictionary_table(struct sink *sink, const struct described_table *table)
{
	for (size_t c = 0; c < table->count; c++) {
		char *words = words_joined(table->meanings[c].words);
		const char *const row[DICTIONARY_COLUMNS] = {
			[DICTIONARY_TABLE] = table->name,
			[DICTIONARY_COLUMN] = table->columns[c].name,
			[DICTIONARY_TYPE] = kind_name(table->columns[c].kind),
			[DICTIONARY_MEANING] = table->meanings[c].text,
			[DICTIONARY_VALUES] = words,
		};

		sink_row(sink, row);
		free(words);
	}
}

void dictionary_write(FILE *out, const struct release_facts *facts)
{
	struct sink sink = sink_begin(&format_csv, out, dictionary_columns, DICTIONARY_COLUMNS);

	for (int table = 0; table < RELEASE_TABLES; table++)
		if ((facts->volunteers || table != RELEASE_JUDGMENTS) &&
		    (facts->seals || table != RELEASE_SEALED) &&
		    (facts->follows || table != RELEASE_CHANGES) &&
		    (facts->fact_checks || table != RELEASE_FACT_CHECKS))
			dictionary_table(&sink, &described_tables[table]);
	sink_end(&sink);
}
