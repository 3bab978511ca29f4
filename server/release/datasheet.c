/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DATASHEET.md: the questions of Gebru et al., Datasheets for Datasets (2021), in their order,
 * answered by what the platform knows.  What it does not know, it says.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "release/card.h"
#include "release/described.h"
#include "release/publisher.h"
#include "release/release.h"

typedef void answer_writer(FILE *out, const struct release_facts *facts);

/* A question and its answer: a text, one of the accounts, or what a function writes. */
struct datasheet_line {
	const char *question;
	const char *text;
	answer_writer *write;
	bool account; /* `what` answers it */
	enum account_of what;
};

#define SECTION(title, lines)                        \
	{                                                \
		title, lines, sizeof lines / sizeof lines[0] \
	}
#define SAYS(question, answer)           \
	{                                    \
		question, answer, NULL, false, 0 \
	}
#define TELLS(question, account_of)            \
	{                                          \
		question, NULL, NULL, true, account_of \
	}
#define WRITES(question, writer)         \
	{                                    \
		question, NULL, writer, false, 0 \
	}

static void answer_creator(FILE *out, const struct release_facts *facts)
{
	(void)facts;
	if (publisher.name)
		card_text(out, publisher.name);
	else
		fputs("The operator of this installation of Touchstone, who is not named,", out);
	fputs(" runs the platform and made the release. Volunteers gave the judgments, moderators the "
	      "rulings.",
	      out);
}

static void answer_instances(FILE *out, const struct release_facts *facts)
{
	const struct rows *table = facts->of[FACTS_TABLE];

	fputs("Media, each with a label, real or fake:", out);
	for (size_t i = 0; i < rows_count(table); i++)
		fprintf(out, "%s %s in %s %s real and %s fake", i ? "," : "", rows_text(table, i, 0),
		        rows_text(table, i, 1), rows_text(table, i, 2), rows_text(table, i, 3));
	fputs(". And judgments of volunteers on them.", out);
}

static void answer_count(FILE *out, const struct release_facts *facts)
{
	fprintf(out, "%s items, %.2f MB; %" PRIu64 " judgments by %" PRIu64 " volunteers.",
	        fact_text(facts, FACT_ITEMS), rows_double(facts->of[FACTS_WHOLE], 0, FACT_BYTES) / 1e6,
	        facts->said.judgments, facts->said.volunteers);
}

static void answer_when(FILE *out, const struct release_facts *facts)
{
	fprintf(out, "The release was asked for on %.10s.", facts->release->created_at);
	if (facts->said.judgments > 0)
		fprintf(out, " Its judgments are from %s to %s.", facts->said.first_month,
		        facts->said.last_month);
	fputs(" When the media were made is not known to the platform.", out);
}

static void answer_licence(FILE *out, const struct release_facts *facts)
{
	const char *licence = facts_licence(facts);

	if (licence)
		fprintf(out, "All items: %s.", licence);
	else
		fprintf(out,
		        "Each item keeps its own; README.md counts them (%zu different ones), and "
		        "LICENCES names the licence, the credit and the source of each.",
		        rows_count(facts->of[FACTS_LICENCES]));
}

static void answer_address(FILE *out, const struct release_facts *facts)
{
	char *url = facts_url(facts);

	if (publisher.address)
		fprintf(out, "At <%s>, file by file, over HTTP %s.", url,
		        rows_flag(facts->of[FACTS_WHOLE], 0, FACT_LIMITED)
		            ? "with the account of an approved researcher, until it is opened to everybody"
		            : "without an account");
	else
		fputs("By its operator, who named no public address.", out);
	fputs(" The SHA-256 of SHA256SUMS stands for every byte; SHA256SUMS.minisig and manifest.note "
	      "sign it.",
	      out);
	free(url);
}

/* Who gets it is told of the formats that spare them its files. */
static void answer_form(FILE *out, const struct release_facts *facts)
{
	answer_address(out, facts);
	few_files_write(out, fact_number(facts, FACT_ITEMS));
}

static void answer_contact(FILE *out, const struct release_facts *facts)
{
	(void)facts;
	if (publisher.contact)
		card_text(out, publisher.contact);
	else
		fputs("The operator stated no contact.", out);
}

static void answer_errata(FILE *out, const struct release_facts *facts)
{
	const struct rows *corrected = facts->of[FACTS_CORRECTIONS];

	if (rows_count(corrected))
		fprintf(out,
		        "Since version %s the truth of %s items in this release was corrected, and other "
		        "facts of %s; %s items of that version were withdrawn.",
		        rows_text(corrected, 0, 0), rows_text(corrected, 0, 1), rows_text(corrected, 0, 2),
		        rows_text(corrected, 0, 3));
	else
		fputs("It is the first version of its name; a later one would say what it corrects.", out);
}

static const struct datasheet_line motivation[] = {
	SAYS("For what purpose was the dataset created?",
	     "To train and test detectors of manipulated and generated media on labels that say where "
	     "they come from and how sure they are."),
	WRITES("Who created it, and for whom?", answer_creator),
	SAYS("Who funded its creation?", "Not known to the platform."),
};

static const struct datasheet_line composition[] = {
	WRITES("What do the instances represent?", answer_instances),
	WRITES("How many are there?", answer_count),
	TELLS("Does it hold all possible instances, or a sample?", ACCOUNT_SELECTION),
	SAYS("What data does each instance consist of?",
	     "A file of media, a row of labels.csv, and its rows of trials.csv and, unless volunteers "
	     "were "
	     "left out, judgments.csv. dictionary.csv says what every column means."),
	SAYS("Is there a label?",
	     "Yes, with its source: the crowd's posterior, a moderator's ruling, or the truth that the "
	     "source of the item states. All three keep columns of their own."),
	SAYS(
		"Is any information missing?",
		"An empty field is not known or does not apply. Originals are not part of the release, nor "
		"metadata of files."),
	SAYS("Are relations between instances made explicit?",
	     "Yes: lineage ties an original and what was made from it, identities tie items that show "
	     "or "
	     "let hear the same people. Which two items were shown as one pair is not told."),
	SAYS("Are there recommended splits?",
	     "train, validation and test, by folder and column. What shares a lineage, a person, its "
	     "bytes "
	     "or its looks is in one split, and an item keeps its split in later releases."),
	TELLS("Are there errors, noise or redundancies?", ACCOUNT_INDEPENDENCE),
	SAYS("Is it self-contained?", "Yes."),
	SAYS("Might it hold confidential data?",
	     "The platform cannot tell. Sources declare on what ground an item may be given away "
	     "(rights), where they declare it at all."),
	SAYS(
		"Might it offend, insult or threaten?",
		"It may. Operators mark items as sensitive, which are covered until asked for; the mark is "
		"not in the release."),
	SAYS("Does it identify subpopulations?", "No. Nothing is noted of age, gender or origin."),
	TELLS("Can individuals be identified, and is there sensitive information?", ACCOUNT_PERSONAL),
};

static const struct datasheet_line collection[] = {
	TELLS("How were the data acquired?", ACCOUNT_COLLECTION),
	TELLS("By what mechanisms and procedures?", ACCOUNT_PROTOCOL),
	TELLS("If it is a sample, how was it drawn?", ACCOUNT_SHOWN),
	TELLS("Who took part, and how were they compensated?", ACCOUNT_PLATFORM),
	WRITES("Over what time?", answer_when),
	SAYS("Was there an ethical review?", "Not known to the platform."),
	SAYS("Were those concerned told, and did they consent?",
	     "Volunteers consented before their first pair to what is stored and published, and were "
	     "told "
	     "that they should be 18 or older. For people in the media the sources declare it "
	     "(people)."),
	SAYS(
		"Can consent be taken back?",
		"A volunteer can erase themselves at any time: what ties them to their answers is removed, "
		"and releases already written stay as they are. A moderator can withdraw an item, which is "
		"then in no later release."),
	SAYS("Was an analysis of the impact done?", "Not known to the platform."),
};

static const struct datasheet_line labelling[] = {
	TELLS("Were the data preprocessed?", ACCOUNT_RENDITIONS),
	TELLS("How were they labelled?", ACCOUNT_ANALYSIS),
	TELLS("How many annotations has an item?", ACCOUNT_PER_ITEM),
	SAYS("Are the raw data kept?", "Originals and single judgments stay with the operator; the "
	                               "release holds renditions, and the "
	                               "judgments that its labels rest on."),
	SAYS("Is the software available?", "Touchstone is free software (Apache-2.0). `touchstone "
	                                   "infer judgments.csv` computes labels "
	                                   "from the judgments here."),
};

static const struct datasheet_line uses[] = {
	SAYS("Has it been used, and where is that listed?", "Not known to the platform."),
	SAYS("What else could it be used for?",
	     "To study how people judge media, and models of crowds; judgments.csv and trials.csv hold "
	     "single judgments."),
	TELLS("What may affect later uses?", ACCOUNT_CROWD),
	TELLS("For what should it not be used?", ACCOUNT_NO_PROOF),
};

static const struct datasheet_line distribution[] = {
	WRITES("How is it distributed?", answer_form),
	WRITES("Under which licence?", answer_licence),
	SAYS("Do third parties restrict it?", "As far as the sources stated it, LICENCES says so for "
	                                      "each item. Nothing is known of export "
	                                      "controls."),
};

static const struct datasheet_line maintenance[] = {
	WRITES("Who maintains it?", answer_creator),
	WRITES("How can they be reached?", answer_contact),
	WRITES("Is there an erratum?", answer_errata),
	TELLS("Will it be updated?", ACCOUNT_MAINTENANCE),
	SAYS(
		"Are there limits on how long data of people are kept?",
		"The secret of the pseudonyms was forgotten when the release was ready. No limit is set on "
		"the release itself."),
	SAYS("Do older versions stay?", "Yes, as they were made."),
	SAYS("Can others add to it?", "Over the platform: media and judgments go into later versions. "
	                              "Nobody can change this one."),
};

static const struct {
	const char *title;
	const struct datasheet_line *lines;
	size_t count;
} sections[] = {
	SECTION("Motivation", motivation),
	SECTION("Composition", composition),
	SECTION("Collection process", collection),
	SECTION("Preprocessing and labelling", labelling),
	SECTION("Uses", uses),
	SECTION("Distribution", distribution),
	SECTION("Maintenance", maintenance),
};

static void datasheet_answer(FILE *out, const struct datasheet_line *line,
                             const struct release_facts *facts)
{
	fprintf(out, "**%s** ", line->question);
	if (line->text)
		fputs(line->text, out);
	else if (line->account)
		account_write(out, line->what, facts);
	else
		line->write(out, facts);
	fputs("\n\n", out);
}

void datasheet_write(FILE *out, const struct release_facts *facts)
{
	fprintf(out,
	        "# Datasheet of %s %s\n\nThe questions of [Datasheets for "
	        "Datasets](https://doi.org/10.1145/3458723), answered by the platform that made the "
	        "release.\n\n",
	        facts->release->name, facts->release->version);
	for (size_t s = 0; s < sizeof sections / sizeof sections[0]; s++) {
		fprintf(out, "## %s\n\n", sections[s].title);
		for (size_t i = 0; i < sections[s].count; i++)
			datasheet_answer(out, &sections[s].lines[i], facts);
	}
}
