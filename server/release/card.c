/* SPDX-License-Identifier: Apache-2.0 */
#include "release/card.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/random.h"
#include "core/utf8.h"
#include "crowd/agreement.h"
#include "release/changelog.h"
#include "release/cohort_card.h"
#include "release/described.h"
#include "release/facts.h"
#include "release/keys.h"
#include "release/leaks.h"
#include "release/publisher.h"
#include "release/release.h"

#define MODERATORS_RESAMPLES 2000
#define MODERATORS_SEED      20260701 /* the same opinions give the same interval */

static const char *size_category(int64_t items)
{
	static const struct {
		int64_t below;
		const char *name;
	} categories[] = {
		{ 1000, "n<1K" },         { 10000, "1K<n<10K" },    { 100000, "10K<n<100K" },
		{ 1000000, "100K<n<1M" }, { 10000000, "1M<n<10M" },
	};

	for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++)
		if (items < categories[i].below)
			return categories[i].name;
	return "10M<n<100M";
}

/* What the Hugging Face hub and its loaders read. */
static void card_header(FILE *out, const struct rows *facts, bool volunteers)
{
	char *types = mem_text(rows_text(facts, 0, FACT_TYPES)), *rest = types;

	fprintf(out,
	        "---\npretty_name: \"%s %s\"\nlicense: other\nlicense_name: per-item\n"
	        "license_link: LICENCES\nsize_categories:\n- %s\n"
	        "tags:\n- deepfake-detection\n- media-forensics\n- crowdsourced\ntask_categories:\n",
	        rows_text(facts, 0, FACT_NAME), rows_text(facts, 0, FACT_VERSION),
	        size_category(rows_integer(facts, 0, FACT_ITEMS)));
	for (char *type; (type = strsep(&rest, " "));)
		fprintf(out, "- %s-classification\n", type);
	free(types);
	/* The hub's loader takes the kind of all configs from the first one, so they are all tables. */
	fputs("configs:\n- config_name: labels\n  data_files: labels.csv\n", out);
	if (volunteers)
		fputs("- config_name: judgments\n  data_files: judgments.csv\n", out);
	fputs("- config_name: trials\n  data_files: trials.csv\n"
	      "- config_name: crowd\n  data_files: crowd.csv\n"
	      "- config_name: marks\n  data_files: marks.csv\n"
	      "- config_name: calibration\n  data_files: calibration.csv\n---\n\n",
	      out);
}

static void card_opening(FILE *out, const struct rows *facts)
{
	fprintf(
		out,
		"# %s %s\n\nMedia that a crowd of volunteers judged to be real or fake, with every label's "
		"origin and certainty. Made on %s by Touchstone. This version never changes.\n\n",
		rows_text(facts, 0, FACT_NAME), rows_text(facts, 0, FACT_VERSION),
		rows_text(facts, 0, FACT_DATE));
	fprintf(out, "%s items, %.2f MB of media. What was asked for: `%s`%s.\n\n",
	        rows_text(facts, 0, FACT_ITEMS), rows_double(facts, 0, FACT_BYTES) / 1e6,
	        rows_text(facts, 0, FACT_FILTER),
	        strcmp(rows_text(facts, 0, FACT_FILTER), "{}") ? "" : " (everything that was settled)");
	if (rows_flag(facts, 0, FACT_LIMITED))
		fputs("It was made **for approved researchers**: its media and its tables are given to who "
		      "asked for access and agreed to the terms. Its page tells whether it was opened to "
		      "everybody since.\n\n",
		      out);
}

/* Is a row of release_table one whose split holds real media alone, or fake alone? */
static bool has_one_label(const struct rows *table, size_t row)
{
	return (rows_integer(table, row, 2) == 0) != (rows_integer(table, row, 3) == 0);
}

static void card_splits(FILE *out, const struct rows *facts, const struct rows *table)
{
	bool seals = rows_integer(facts, 0, FACT_SEALED) > 0;

	fprintf(out, "## Splits\n\n| media | split | real | fake |%s\n| --- | --- | ---: | ---: |%s\n",
	        seals ? " sealed |" : "", seals ? " ---: |" : "");
	for (size_t i = 0; i < rows_count(table); i++) {
		fprintf(out, "| %s | %s | %s | %s |", rows_text(table, i, 0), rows_text(table, i, 1),
		        rows_text(table, i, 2), rows_text(table, i, 3));
		if (seals)
			fprintf(out, " %s |", rows_text(table, i, 4));
		fputc('\n', out);
	}
	for (size_t i = 0; i < rows_count(table); i++)
		if (has_one_label(table, i))
			fprintf(out,
			        "\n**%s/%s holds no %s.** A loader that numbers class folders may call its one "
			        "class 0, whichever it is.\n",
			        rows_text(table, i, 0), rows_text(table, i, 1),
			        rows_integer(table, i, 2) == 0 ? "real" : "fake");
	fprintf(
		out,
		"\nAimed at 80 %% train, 10 %% validation, 10 %% test in every media type and label. "
		"Items that share an original, a person, a voice or their bytes are in one split. "
		"An item keeps the split it was first released in. Held back, because they tie together "
		"items of different splits: %s.\n\n",
		rows_text(facts, 0, FACT_HELD_BACK));
	if (rows_integer(facts, 0, FACT_CONTRADICTING) > 0)
		fprintf(out, "Left out, because the same bytes were labelled both real and fake: %s.\n\n",
		        rows_text(facts, 0, FACT_CONTRADICTING));
	if (rows_integer(facts, 0, FACT_UNCUTTABLE) > 0)
		fprintf(out,
		        "Left out, because they cannot be cut to the size or length of the others of their "
		        "campaign or pair: %s.\n\n",
		        rows_text(facts, 0, FACT_UNCUTTABLE));
}

/* What is withheld of the test split, and how to check it later. */
static void card_sealed(FILE *out, const struct rows *facts)
{
	fprintf(
		out,
		"## Sealed test split\n\n"
		"The labels of **%s items of the test split are sealed**: nobody can train on them, and "
		"nobody can change them later. Of such an item `labels.csv` and `LICENCES` say only what "
		"does not tell its label: the file with its size, and licence and credit, which licences "
		"ask "
		"for. The label and where "
		"it comes from, the truth, the source, how it was made, its lineage and people, and its "
		"judgments are withheld, and no figure here counts them.\n\n"
		"`sealed.csv` commits to what is withheld: SHA-256 of a random salt of 32 bytes and, "
		"behind it, of a line `NAME=VALUE` for the item and each value. The salt is secret, so the "
		"two labels cannot be tried. When the release is unsealed, its page has "
		"`sealed_labels.csv`, with the salts. Put it into this folder: `touchstone release verify "
		".` says whether every commitment opens, and so does this:\n\n"
		"```python\nimport csv, hashlib\n"
		"sealed = {row[\"item\"]: row[\"commitment\"] for row in csv.DictReader("
		"open(\"sealed.csv\", encoding=\"utf-8\"))}\n"
		"for row in csv.DictReader(open(\"sealed_labels.csv\", encoding=\"utf-8\")):\n"
		"    salt = bytes.fromhex(row.pop(\"salt\"))\n"
		"    line = \"\".join(f\"{name}={value}\\n\" for name, value in row.items()).encode()\n"
		"    assert hashlib.sha256(salt + line).hexdigest() == sealed.pop(row[\"item\"])\n"
		"assert not sealed\n```\n\n",
		rows_text(facts, 0, FACT_SEALED));
}

static double card_percent(const struct rows *rows, int part, int whole)
{
	return 100 * rows_double(rows, 0, part) / rows_double(rows, 0, whole);
}

/* By what rules the crowd's labels were decided; nothing where it decided none. */
static void card_decided(FILE *out, const struct rows *facts)
{
	if (rows_integer(facts, 0, FACT_CROWD) == 0)
		return;
	fprintf(
		out,
		"Of the crowd's labels, %s were decided by the full rule: volunteers who were measured on "
		"hidden gold, from more than one network, none holding more than a stated share of the "
		"weight. By a weaker rule: without gold %s, within one declared network %s, without "
		"either %s. The others are older than these rules, or those who may decide are no longer "
		"sure. `decided_by` says it of each.\n\n",
		rows_text(facts, 0, FACT_DECIDED_FULL), rows_text(facts, 0, FACT_DECIDED_NO_GOLD),
		rows_text(facts, 0, FACT_DECIDED_ONE_NETWORK), rows_text(facts, 0, FACT_DECIDED_NEITHER));
}

static void card_labels(FILE *out, const struct rows *facts)
{
	fprintf(
		out,
		"## Labels\n\n"
		"Three things are kept apart, in columns of their own:\n\n"
		"- `p_fake`, `low`, `high`, `judgments`: the **crowd posterior**. What a Dawid-Skene model "
		"infers from the judgments: the probability that the item is fake, with a 90 %% credible "
		"interval. A soft label: train on it if you can.\n"
		"- `ruling`: what a **moderator** decided, after a blind verdict of their own.\n"
		"- `truth`, `basis`: **provenance truth**. What the source says, and on what ground.\n\n"
		"`label` is the ruling if there is one. Else, of items that measured or taught "
		"volunteers, whose truth was taken as known, it is that truth. Else it is the crowd's "
		"(`p_fake` of at least 0.5 is fake). `label_source` says which: crowd %s, ruling %s, "
		"truth %s. `p_fake` is what the volunteers said, whatever the label is.\n\n",
		rows_text(facts, 0, FACT_CROWD), rows_text(facts, 0, FACT_RULED),
		rows_text(facts, 0, FACT_GOLD));
	card_decided(out, facts);
	if (rows_integer(facts, 0, FACT_KNOWN) > 0)
		fprintf(out,
		        "Of %s other items whose source states a truth, %s (%.1f %%) are labelled as "
		        "it.\n\n",
		        rows_text(facts, 0, FACT_KNOWN), rows_text(facts, 0, FACT_AGREE),
		        card_percent(facts, FACT_AGREE, FACT_KNOWN));
	if (rows_integer(facts, 0, FACT_GOLD_JUDGED) > 0)
		fprintf(out,
		        "Of %s items labelled by their truth that volunteers judged, the crowd is right on "
		        "%s (%.1f %%).\n\n",
		        rows_text(facts, 0, FACT_GOLD_JUDGED), rows_text(facts, 0, FACT_GOLD_RIGHT),
		        card_percent(facts, FACT_GOLD_RIGHT, FACT_GOLD_JUDGED));
}

/* How moderators agree where two or more ruled on an item, blind of one another. */
static void card_moderators(FILE *out, const struct release_facts *facts)
{
	const struct rows *whole = facts->of[FACTS_WHOLE], *asked = facts->of[FACTS_OPINIONS];
	struct agreement_tally *tally = agreement_tally_new();
	struct random random = random_seeded(MODERATORS_SEED);
	int64_t opinions = 0, as_labelled = 0;

	if (rows_integer(whole, 0, FACT_NOT_INDEPENDENT) > 0)
		fprintf(
			out,
			"%s of the rulings are **not independent**: made by who had contributed or imported "
			"the item, or without a second opinion that the campaign demands. There was nobody "
			"else.\n\n",
			rows_text(whole, 0, FACT_NOT_INDEPENDENT));
	for (size_t r = 0; r < rows_count(asked); r++) {
		agreement_tally_add(tally, (uint32_t)rows_integer(asked, r, 0),
		                    (uint32_t)rows_integer(asked, r, 1));
		opinions += rows_integer(asked, r, 0) + rows_integer(asked, r, 1);
		as_labelled += rows_integer(asked, r, 2);
	}
	struct agreement all = agreement_alpha_of_tally(tally, MODERATORS_RESAMPLES, &random);
	agreement_tally_free(tally);
	if (rows_count(asked) == 0)
		return;
	fprintf(out,
	        "On %zu items two or more moderators ruled, blind of each other: of %" PRId64
	        " opinions %" PRId64 " say what the label says.",
	        rows_count(asked), opinions, as_labelled);
	if (all.defined)
		fprintf(out,
		        " Krippendorff's alpha (nominal) among them: %.3f (95 %% interval %.3f to %.3f).",
		        all.alpha, all.low, all.high);
	fputs("\n\n", out);
}

/* How many of the judgments, in percent. */
static double said_percent(const struct said_counts *said, uint64_t part)
{
	return 100 * (double)part / (double)said->judgments;
}

static void card_agreement(FILE *out, const struct rows *facts, const struct said_counts *said)
{
	fputs("## How sure\n\n", out);
	if (rows_text(facts, 0, FACT_ALPHA))
		fprintf(
			out,
			"Krippendorff's alpha (nominal) over the judgments here: %s (95 %% interval %s to %s, "
			"by bootstrap over items).",
			rows_text(facts, 0, FACT_ALPHA), rows_text(facts, 0, FACT_ALPHA_LOW),
			rows_text(facts, 0, FACT_ALPHA_HIGH));
	else
		fputs("Krippendorff's alpha cannot be computed from the judgments here.", out);
	fputs(" Agreement is not truth: a crowd may be wrong together.\n\n", out);
	if (said->judgments == 0) {
		fputs("There are no judgments in it.\n\n", out);
		return;
	}
	fprintf(
		out,
		"%" PRIu64 " judgments by %" PRIu64
		" volunteers. Of them %.1f %% were shown an item labelled fake, %.1f %% "
		"said fake, %.1f %% saw the item on the left, %.1f %% in a matched pair, %.1f %% in a pair "
		"of two items drawn uniformly at random among those still open then. Training pairs are "
		"left out; so are revisions.\n\n",
		said->judgments, said->volunteers, said_percent(said, said->on_fakes),
		said_percent(said, said->saying_fake), said_percent(said, said->left),
		said_percent(said, said->matched), said_percent(said, said->random));
}

static void card_limits(FILE *out, const struct rows *facts)
{
	fprintf(out,
	        "## Limits\n\n"
	        "- A label says what a crowd, a moderator or a source concluded. It is no forensic "
	        "proof.\n"
	        "- Items that the crowd could not settle and nobody ruled on are missing, so what is "
	        "here is easier than what was asked: of closed campaigns, %s.\n",
	        rows_text(facts, 0, FACT_UNSETTLED));
	fputs(
		"- Items that measure or teach volunteers in an open campaign are missing too.\n"
		"- Media are renditions: every item went through the same recipe for its type, without "
		"metadata. Traces that such a recipe removes cannot be learned from here.\n"
		"- Volunteers came by themselves. They stand for nobody else.\n"
		"- Near duplicates that a perceptual hash finds are kept together: of images and videos "
		"PDQ within 31 of 256 bits, of sound Chromaprint at the best shift. Others only where the "
		"source declares them (one lineage) or the bytes are equal.\n\n",
		out);
}

static void card_files(FILE *out, const struct release_facts *facts)
{
	fputs("## Files\n\n"
	      "- `labels.csv`, `labels.jsonl`: a row an item; the same in both.\n",
	      out);
	if (facts->volunteers)
		fputs("- `judgments.csv`: a row a judgment: volunteer, item, verdict and confidence.\n",
		      out);
	fputs(
		"- `trials.csv`: a row a judgment, without the volunteer: verdict, confidence, and how "
		"the item was shown.\n"
		"- `crowd.csv`: a row an item that was judged: how many say fake, how far they agree (and "
		"the item's part in alpha), quartiles of response times, how many gave each reason.\n"
		"- `marks.csv`: a row a place that a volunteer pointed at, without the volunteer.\n"
		"- `calibration.csv`: how often the crowd was right where the truth is known, by p_fake.\n"
		"- `leaks.csv`: how well each thing beside the content tells fakes from real media.\n"
		"- `TYPE/SPLIT/LABEL/NAME`: the media. Names mean nothing.\n",
		out);
	if (facts->seals)
		fputs("- `TYPE/test/sealed/NAME`: those of sealed items; `sealed.csv`: what commits to "
		      "their labels.\n",
		      out);
	if (facts->fact_checks)
		fputs("- `fact_checks.csv`: what others have published about items, as moderators typed it "
		      "in: context, never a label.\n",
		      out);
	fputs("- `LICENCES`: terms and credit of each item.\n"
	      "- `leakage.json`: that nothing ties its splits together; `figures.json`: counts of what "
	      "it holds.\n"
	      "- `SHA256SUMS`: check with `sha256sum -c SHA256SUMS`, or `touchstone release "
	      "verify`.\n"
	      "- `DATASHEET.md`, `dictionary.csv`, `CITATION.cff`, `datapackage.json`, "
	      "`croissant.json`: the same release described for people and programs.\n"
	      "- `SHA256SUMS.minisig`, `manifest.note`, `SIGNING-KEY.pub`: who made it.\n",
	      out);
	fputs(facts->follows
	          ? "- `CHANGELOG.md`, `changes.csv`: what changed since the version before, in "
	            "counts and item by item.\n\n"
	          : "\n",
	      out);
}

/* What one who holds another release of the same items can find out. */
static void card_privacy(FILE *out, const struct said_counts *said, bool volunteers)
{
	fputs("## Privacy\n\nNo addresses. Of devices only the kind is told (phone, tablet, computer), "
	      "of "
	      "marks the place in hundredths; neither stands beside a volunteer. Times come in steps "
	      "that grow, the date as a month. Lineages and people appear under pseudonyms made for "
	      "this release alone.",
	      out);
	if (!volunteers) {
		fputs(" Nothing here says which judgments are one volunteer's.\n\n", out);
		return;
	}
	fputs(" So do volunteers; nobody can make the pseudonyms again. A volunteer's row holds what "
	      "was said and nothing else; how the item was shown stands in `trials.csv`, in another "
	      "order.\n\n",
	      out);
	if (said->judgments > 0)
		fprintf(out,
		        "Pseudonyms do not hide answers. %" PRIu64 " of %" PRIu64
		        " volunteers said of the items here what "
		        "nobody else said of the same items: whoever holds another release of these items "
		        "can find them in it by their answers as a whole. Single rows tell less: %" PRIu64
		        " of %" PRIu64 " "
		        "judgments (%.1f %%) are the only one of their item, verdict and confidence.\n\n",
		        said->alone_volunteers, said->volunteers, said->alone_rows, said->judgments,
		        said_percent(said, said->alone_rows));
}

void card_text(FILE *out, const char *text)
{
	static const char markup[] = "&<>\"'`*_[]|\\~$^:@";
	char *one_line = NULL;
	size_t len;
	FILE *to = open_memstream(&one_line, &len);

	if (!to)
		abort();
	utf8_print_line(to, text);
	if (fclose(to) != 0)
		abort();
	for (const char *at = one_line; *at; at++) {
		bool version = *at == '.' && isdigit((unsigned char)at[1]); /* 4.0, and no www.x */

		if ((unsigned char)*at >= ' ' && (version || (*at != '.' && !strchr(markup, *at))))
			fputc(*at, out);
		else
			fprintf(out, "&#%u;", (unsigned char)*at);
	}
	free(one_line);
}

static void card_licences(FILE *out, const struct release_facts *facts)
{
	const struct rows *rows = facts->of[FACTS_LICENCES], *people = facts->of[FACTS_PEOPLE];
	const char *shared = facts_licence(facts);

	fprintf(out,
	        "## Licences\n\nOf the release as a whole: %s. Each item keeps its own; `LICENCES` "
	        "lists them with credit and source. The most frequent:\n\n| licence | items |\n| --- | "
	        "---: |\n",
	        shared ? shared : "other");
	for (size_t i = 0; i < rows_count(rows); i++) {
		fputs("| ", out);
		card_text(out, rows_text(rows, i, 0));
		fprintf(out, " | %s |\n", rows_text(rows, i, 1));
	}
	fprintf(
		out,
		"\nAs the sources declare (`people`), nobody is shown or heard in %s items, in %s those "
		"who are consented, in %s they act in a public role. Of %s nothing is declared.\n\n",
		rows_text(people, 0, 0), rows_text(people, 0, 1), rows_text(people, 0, 2),
		rows_text(people, 0, 3));
}

/* torchvision's line for a split, or why there is none: it numbers the classes that it finds. */
static void image_folder(FILE *out, const struct rows *table, size_t row)
{
	const char *split = rows_text(table, row, 1);

	if (strcmp(rows_text(table, row, 0), "image") != 0)
		return;
	if (has_one_label(table, row))
		fprintf(out, "# no ImageFolder for image/%s: with one class it would be number 0\n", split);
	else if (rows_integer(table, row, 4) > 0)
		fprintf(out, "# no ImageFolder for image/%s: labels are sealed\n", split);
	else
		fprintf(out, "image_%s = ImageFolder(\"image/%s\")\n", split, split);
}

static void card_loading(FILE *out, const struct rows *facts, const struct rows *table,
                         bool volunteers)
{
	fputs("## Loading it\n\nClasses are numbered `fake` 0, `real` 1. Sound is AAC in MP4, which "
	      "`datasets` knows since release 4; it decodes sound and video with `torchcodec`.\n\n"
	      "```python\nfrom datasets import load_dataset\n",
	      out);
	for (size_t i = 0; i < rows_count(table); i++) {
		const char *type = rows_text(table, i, 0);

		if (i == 0 || strcmp(type, rows_text(table, i - 1, 0)) != 0)
			fprintf(out, "%s = load_dataset(\"%sfolder\", data_dir=\"%s\", drop_labels=False)\n",
			        type, type, type);
	}
	if (strstr(rows_text(facts, 0, FACT_TYPES), "image"))
		fputs("from torchvision.datasets import ImageFolder\n", out);
	for (size_t i = 0; i < rows_count(table); i++)
		image_folder(out, table, i);
	fputs("import pandas\n"
	      "labels = pandas.read_csv(\"labels.csv\")\n"
	      "trials = pandas.read_csv(\"trials.csv\")\n",
	      out);
	if (volunteers)
		fputs("judgments = pandas.read_csv(\"judgments.csv\")\n", out);
	fputs("```\n\n```sql\n-- DuckDB\n"
	      "SELECT split, label, count(*) FROM 'labels.csv' GROUP BY ALL;\n"
	      "SELECT l.label, avg((t.verdict = l.label)::int) FROM 'trials.csv' t\n"
	      "  JOIN 'labels.csv' l USING (item) GROUP BY ALL;\n```\n\n",
	      out);
}

static void card_citation(FILE *out, const struct rows *facts)
{
	fprintf(
		out,
		"## Citing it\n\n```bibtex\n@misc{%s_%s,\n  title = {%s: crowdsourced real and fake "
		"media},\n"
		"  version = {%s},\n  year = {%.4s},\n  note = {Dataset made with Touchstone}\n}\n```\n\n"
		"Cite the name with its version, and the SHA-256 of `SHA256SUMS`: it stands for every "
		"byte.\n",
		rows_text(facts, 0, FACT_NAME), rows_text(facts, 0, FACT_VERSION),
		rows_text(facts, 0, FACT_NAME), rows_text(facts, 0, FACT_VERSION),
		rows_text(facts, 0, FACT_DATE));
}

static void card_publisher(FILE *out)
{
	if (!publisher.name && !publisher.contact)
		return;
	fputs("\n## Who publishes it\n\n", out);
	if (publisher.name) {
		card_text(out, publisher.name);
		fputs("\n\n", out);
	}
	if (publisher.contact) {
		fputs("Contact: ", out);
		card_text(out, publisher.contact);
		fputc('\n', out);
	}
}

void card_signature(FILE *out, const struct signer *signer)
{
	const struct public_key *key = signing_key_public(signer->key);
	char text[PUBLIC_KEY_TEXT], note[NOTE_KEY_TEXT];

	public_key_text(key, text);
	public_key_note(key, signer->name, note);
	fprintf(
		out,
		"## Signature\n\n`SHA256SUMS.minisig` signs `SHA256SUMS`, and `manifest.note` (a "
		"[signed note](https://c2sp.org/signed-note)) its SHA-256 with the name, the version "
		"and the counts. This page is part of what is signed, so the key that it names is a "
		"claim: ask whoever made the release for theirs.\n\n```sh\nminisign -V -m SHA256SUMS -P "
		"%s\ntouchstone release verify . --key %s\n```\n\nFor programs that check notes: "
		"`%s`.\n",
		text, text, note);
}

/* A later release corrects what an earlier one said, and says so. */
static void card_corrections(FILE *out, const struct rows *corrected)
{
	if (!rows_count(corrected))
		return;
	fprintf(out,
	        "## Corrections\n\nSince version %s: the truth of %s items in this release was "
	        "corrected, and other facts of %s (`labels.csv` says what holds now); %s items of that "
	        "version were withdrawn.\n\n",
	        rows_text(corrected, 0, 0), rows_text(corrected, 0, 1), rows_text(corrected, 0, 2),
	        rows_text(corrected, 0, 3));
}

/* What a moderator took out of what counts is missing from the judgments of a release. */
static void card_set_aside(FILE *out, const struct rows *aside)
{
	if (!rows_integer(aside, 0, 1) && !rows_integer(aside, 0, 4))
		return;
	fprintf(out,
	        "**Judgments were set aside** by moderators or operators when this release was made: "
	        "%s judgments by %s volunteers on %s of these items. No label here rests on them, and "
	        "they are in no file. %s more items had a label before, and are not in this release. "
	        "Setting aside can be undone; a later release says what holds then.\n\n",
	        rows_text(aside, 0, 1), rows_text(aside, 0, 2), rows_text(aside, 0, 3),
	        rows_text(aside, 0, 4));
}

struct error card_write(FILE *out, struct db *db, const struct release_facts *facts,
                        const struct said *said, const struct leak_table *leaks,
                        const struct signer *signer)
{
	const struct rows *whole = facts->of[FACTS_WHOLE], *table = facts->of[FACTS_TABLE];
	struct error err;

	card_header(out, whole, facts->volunteers);
	card_opening(out, whole);
	card_splits(out, whole, table);
	if (facts->seals)
		card_sealed(out, whole);
	card_labels(out, whole);
	card_moderators(out, facts);
	card_corrections(out, facts->of[FACTS_CORRECTIONS]);
	if ((err = changelog_card(out, db, facts->release)).code)
		return err;
	card_agreement(out, whole, &facts->said);
	card_set_aside(out, facts->of[FACTS_SET_ASIDE]);
	cohort_card_write(out, said, facts->said.judgments, facts->volunteers);
	leaks_card(out, leaks);
	card_limits(out, whole);
	card_files(out, facts);
	card_privacy(out, &facts->said, facts->volunteers);
	card_licences(out, facts);
	card_loading(out, whole, table, facts->volunteers);
	few_files_write(out, rows_integer(whole, 0, FACT_ITEMS));
	card_citation(out, whole);
	card_publisher(out);
	fputc('\n', out);
	card_signature(out, signer);
	return ok();
}
