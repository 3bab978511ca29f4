/* SPDX-License-Identifier: Apache-2.0 */
/* doctor -- tries on this machine what the server relies on: the sandbox of helper programs, the
 * programs themselves, and the key for what is held. */
#include <stdio.h>

#include "cli/commands.h"
#include "core/hex.h"
#include "crypto/sealed_file.h"
#include "engine/settings.h"
#include "outside/probe.h"
#include "outside/program.h"

const char cli_doctor_usage[] = "doctor [--features]";

/* How the table is tried: as helpers run here, and without features of the kernel. */
static const struct {
	struct probe_how how;
	const char *head;
} doctor_columns[] = {
	{ { 0 }, "here" },
	{ { .without = PROGRAM_OWN_NETWORK }, "no namespaces" },
	{ { .without = PROGRAM_OWN_FILES }, "no Landlock" },
	{ { .without = PROGRAM_FEW_CALLS }, "no seccomp" },
	{ { .wide = true }, "no limits" },
	{ { .without = PROGRAM_PROTECTIONS, .wide = true }, "none of these" },
};

static const struct {
	const char *name, *package;
} doctor_programs[] = {
	{ "vips", "libvips-tools" }, { "ffmpeg", "ffmpeg" },
	{ "ffprobe", "ffmpeg" },     { "exiftool", "libimage-exiftool-perl" },
	{ "openssl", "openssl" },
};

static const char *outcome_word(enum probe_outcome outcome)
{
	return outcome == PROBE_HELD ? "held" : outcome == PROBE_REACHED ? "REACHED" : "NOT TRIED";
}

/* One line of the table. False: it was reached, or not tried, as helpers run here. */
static bool try_line(const struct probe_line *line, size_t count, unsigned *ret_on)
{
	bool held = true;

	printf("  %-10s", line->name);
	for (size_t c = 0; c < count; c++) {
		enum probe_outcome outcome = PROBE_UNTRIED;
		unsigned on = 0;
		struct error err = probe_try(line, doctor_columns[c].how, &outcome, &on);
		if (err.code)
			outcome = PROBE_UNTRIED;
		if (c == 0) {
			held = outcome == PROBE_HELD;
			*ret_on = on;
		}
		printf(" %-14s", outcome_word(outcome));
	}
	printf(" %s\n", line->what);
	fflush(stdout);
	return held;
}

static void say_feature(const char *name, unsigned on, unsigned feature)
{
	printf("  %-34s %s\n", name, on & feature ? "on" : "OFF");
}

static unsigned try_sandbox(bool features)
{
	size_t count = features ? sizeof doctor_columns / sizeof doctor_columns[0] : 1;
	unsigned failed_lines = 0, on = 0;

	puts("The sandbox of helper programs: what one tries that a file has taken over.");
	printf("  %-10s", "");
	for (size_t c = 0; c < count; c++)
		printf(" %-14s", doctor_columns[c].head);
	putchar('\n');
	for (size_t i = 0; i < probe_line_count; i++)
		failed_lines += !try_line(&probe_lines[i], count, &on);
	puts("Features of the kernel:");
	say_feature("namespaces (network, users)", on, PROGRAM_OWN_NETWORK);
	say_feature("Landlock (files)", on, PROGRAM_OWN_FILES);
	say_feature("seccomp (system calls)", on, PROGRAM_FEW_CALLS);
	return failed_lines;
}

static bool find_helper(const char *name, const char *package)
{
	bool there = program_is_installed(name);

	if (there)
		printf("  %-10s installed\n", name);
	else
		printf("  %-10s MISSING: apt-get install %s\n", name, package);
	return there;
}

#define KEY_SHOWN 8 /* bytes of the public half, by which keys are told apart */

/* What it means that there is no key is said, and is no fault: counsel may want it so. */
static struct error say_held_key(const char *key_file)
{
	unsigned char public[SEALING_KEY_BYTES];
	char hex[2 * KEY_SHOWN + 1];

	puts("What is held for an authority:");
	if (!key_file || !*key_file) {
		puts("  NOT ENCRYPTED: it is hidden, and whoever reads the media store reads it "
		     "(touchstone held key, TOUCHSTONE_HELD_KEY_FILE)");
		return ok();
	}
	struct error err = sealing_key_read(key_file, public);
	if (err.code)
		return err;
	hex_encode(hex, public, KEY_SHOWN);
	printf("  encrypted, for the key whose public half begins with %s\n", hex);
	return ok();
}

int cli_doctor(const struct settings *settings, int argc, char **argv)
{
	bool features = take_flag(&argc, argv, "--features");
	unsigned missing = 0;

	if (!arguments_fit(argc, argv, 0, 0, cli_doctor_usage))
		return EXIT_USAGE;
	unsigned reached = try_sandbox(features);
	puts("Helper programs:");
	for (size_t i = 0; i < sizeof doctor_programs / sizeof doctor_programs[0]; i++)
		missing += !find_helper(doctor_programs[i].name, doctor_programs[i].package);
	struct error err = say_held_key(settings->held_key_file);
	if (err.code)
		return failed(err);
	if (!reached && !missing)
		return EXIT_DONE;
	fflush(stdout);
	return failed(errorf(ERR_UNAVAILABLE,
	                     "%u lines of the sandbox's table do not hold here, and %u programs are "
	                     "missing; docs/media.md says what each line rests on",
	                     reached, missing));
}
