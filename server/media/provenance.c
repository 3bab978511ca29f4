/* SPDX-License-Identifier: Apache-2.0 */
#include "media/provenance.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/log.h"
#include "core/strbuf.h"
#include "core/utf8.h"
#include "core/vocabulary.h"
#include "media/credentials.h"
#include "media/credentials_helper.h"
#include "media/workdir.h"
#include "outside/program.h"

#define TOOL            "exiftool"
#define TOOL_REPORT     "input.json" /* exiftool names it by its input */
#define TOOL_VERSION    "ExifTool:ExifToolVersion"
#define XMP_SOURCE_TYPE "XMP-iptcExt:DigitalSourceType"
#define REPORT_MOST     (1u << 20) /* bytes of what exiftool writes */
#define VALUE_BYTES     500        /* of a value in a report that is cut */
#define SIGNER_KEY      "signer.pem"
#define ANCHORS         "anchors.pem"
#define ANCHORS_BYTES   (4u << 20)
#define SOURCE_TYPES    "http://cv.iptc.org/newscodes/digitalsourcetype/"

static const char *trusted_anchors; /* written before there are threads; NULL: nobody is trusted */

/* ---- helpers ---- */

/* Runs one in the folder, with the limits that looking needs. */
static struct error provenance_run(const char *folder, bool own, const char *const argv[],
                                   struct program_result *result)
{
	static const char *const env[] = { "OPENSSL_CONF=/dev/null", NULL };
	const struct program program = {
		.argv = argv,
		.own = own,
		.env = env,
		.folder = folder,
		.wall_ms = 60000,
		.cpu_s = 30,
		.memory_bytes = 2ull << 30, /* the file is mapped: 512 MiB at most */
		.file_bytes = REPORT_MOST,
		.open_files = 64,
		.yields = true, /* nobody waits for it */
	};

	return program_run(&program, result);
}

static struct error provenance_slurp(const char *folder, const char *name, size_t most,
                                     struct arena *arena, char **ret_text, size_t *ret_len)
{
	/* Whatever a helper left there: a pipe would hold up whoever opens it. */
	int fd = open(arena_printf(arena, "%s/%s", folder, name),
	              O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;
	size_t len = 0;
	ssize_t got = 0;

	if (fd < 0 || fstat(fd, &info) || !S_ISREG(info.st_mode)) {
		if (fd >= 0)
			close(fd);
		return errorf(ERR_NOT_FOUND, "nothing was written");
	}
	char *text = arena_room(arena, most + 1);
	while (len < most && (got = read(fd, text + len, most - len)) > 0)
		len += (size_t)got;
	close(fd);
	if (got < 0)
		return errorf(ERR_INTERNAL, "what was written cannot be read");
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return ok();
}

/* ---- exiftool's report ---- */

/* exiftool writes what looks like a number as one, "1e999" among them, which no double holds. So
 * that no file can hide its report thus, numbers become texts. */
static struct strbuf numbers_as_texts(const char *text, size_t len, struct arena *arena)
{
	struct strbuf out = { .arena = arena };
	bool inside = false, number = false;

	for (size_t i = 0; i < len; i++) {
		bool digit = strchr("+-.0123456789eE", text[i]) && text[i];
		bool starts = !inside && !number && text[i] && strchr("-0123456789", text[i]);
		if (starts || (number && !digit)) {
			strbuf_add_bytes(&out, "\"", 1);
			number = starts;
		}
		if (inside && text[i] == '\\' && i + 1 < len) {
			strbuf_add_bytes(&out, text + i++, 1);
		} else if (!number && text[i] == '"') {
			inside = !inside;
		}
		strbuf_add_bytes(&out, text + i, 1);
	}
	return out;
}

static json_t *parse_report(const char *text, size_t len, struct arena *arena)
{
	struct strbuf plain = numbers_as_texts(text, len, arena);
	json_auto_t *root = json_loadb(plain.bytes ? plain.bytes : "", plain.len, JSON_ALLOW_NUL, NULL);

	/* An array of one object, for one file. */
	return json_incref(json_array_get(root, 0));
}

/* The word of a NewsCode's address; NULL: it is none that is known. */
static const char *source_type_word(const char *address)
{
	size_t lead = strlen(SOURCE_TYPES);

	if (!address)
		return NULL;
	if (strncmp(address, "https://", 8) == 0 &&
	    strncmp(address + 8, SOURCE_TYPES + 7, lead - 7) == 0)
		address++;
	else if (strncmp(address, SOURCE_TYPES, lead) != 0)
		return NULL;
	for (size_t i = 0; digital_source_types[i]; i++)
		if (strcmp(digital_source_types[i], address + lead) == 0)
			return digital_source_types[i];
	return NULL;
}

/* Cuts a text behind a whole character. */
static const char *cut_text(struct arena *arena, const char *text, size_t most)
{
	size_t len = strlen(text), whole = 0, next;

	while (whole < len && (next = utf8_length(text + whole, text + len)) && whole + next <= most)
		whole += next;
	return arena_copy(arena, text, whole);
}

/* The same report with short values, and as many as there is room for. */
static const char *shorten_report(json_t *report, struct arena *arena)
{
	json_auto_t *shorter = json_object();
	const char *key;
	json_t *value;
	size_t left = PROVENANCE_REPORT_BYTES / 6; /* escaped, a byte may take six */

	json_object_foreach (report, key, value) {
		char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		const char *text = json_string_value(value) ? json_string_value(value) : dumped;
		text = cut_text(arena, text ? text : "", VALUE_BYTES);
		free(dumped);
		size_t took = strlen(key) + strlen(text) + 8;
		if (took > left)
			break;
		left -= took;
		json_object_set_new(shorter, key, json_string(text));
	}
	char *text = json_dumps(shorter, JSON_COMPACT);
	const char *copy = text ? arena_copy(arena, text, strlen(text)) : "{}";
	free(text);
	return copy;
}

/* "12.57", in the arena; NULL: it is no version. */
static const char *read_tool_version(const char *text, struct arena *arena)
{
	size_t len = text ? strspn(text, "0123456789.") : 0;

	return len && len < 16 ? arena_copy(arena, text, len) : NULL;
}

/* Keeps what exiftool wrote. False: it is no JSON. */
static bool keep_report(const char *text, size_t len, struct arena *arena, struct provenance *ret)
{
	json_auto_t *report = parse_report(text, len, arena);

	if (!json_is_object(report))
		return false;
	ret->tool_version =
		read_tool_version(json_string_value(json_object_get(report, TOOL_VERSION)), arena);
	json_object_del(report, TOOL_VERSION);
	json_object_del(report, "SourceFile"); /* our name of it */
	ret->source_type =
		source_type_word(json_string_value(json_object_get(report, XMP_SOURCE_TYPE)));
	char *whole = json_dumps(report, JSON_COMPACT);
	ret->report_cut = !whole || strlen(whole) > PROVENANCE_REPORT_BYTES;
	ret->report =
		ret->report_cut ? shorten_report(report, arena) : arena_copy(arena, whole, strlen(whole));
	free(whole);
	return true;
}

bool provenance_can_read(void)
{
	return program_is_installed(TOOL);
}

/* Of a tool that left no report; NULL: it does not run. */
static const char *ask_version(const char *folder, struct arena *arena)
{
	static const char *const argv[] = { TOOL, "-config", "", "-ver", NULL };
	struct program_result result;
	struct error err = provenance_run(folder, false, argv, &result);

	return err.code || !program_succeeded(&result) ? NULL : read_tool_version(result.out, arena);
}

/* Its exit status tells nothing: 1 is an unknown format, or a warning. */
static struct error read_report_of(const char *folder, struct arena *arena, struct provenance *ret)
{
	static const char *const argv[] = { TOOL,  "-config", "",   "-q",         "-q",
		                                "-j",  "-G1",     "-a", "-s",         "-struct",
		                                "-w!", "%f.json", "-x", "System:all", WORKDIR_INPUT,
		                                NULL };
	struct program_result result;
	char *text = NULL;
	size_t len = 0;
	struct error err;

	ret->tool = TOOL;
	if (!provenance_can_read())
		return ok();
	if ((err = provenance_run(folder, false, argv, &result)).code)
		return err;
	if (provenance_slurp(folder, TOOL_REPORT, REPORT_MOST, arena, &text, &len).code ||
	    !keep_report(text, len, arena, ret))
		log_info("exiftool left no report that can be read: %s", result.err);
	if (!ret->tool_version)
		ret->tool_version = ask_version(folder, arena);
	return ok();
}

/* ---- content credentials ---- */

struct credentials_check {
	const char *folder;
	struct arena *arena;
	const char *state, *reason, *algorithm, *signer, *generator, *source_type;
};

static const char *arena_text_of(struct arena *arena, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && *text ? arena_copy(arena, text, strlen(text)) : NULL;
}

static struct error check_hashes(struct credentials_check *check)
{
	static const char *const argv[] = { "touchstone", "helper", "credentials", NULL };
	struct program_result result;
	struct error err = provenance_run(check->folder, true, argv, &result);

	if (err.code)
		return err;
	json_auto_t *said =
		program_succeeded(&result) ? json_loadb(result.out, result.out_len, 0, NULL) : NULL;
	check->state = arena_text_of(check->arena, said, "state");
	if (!check->state) {
		log_info("content credentials could not be read: %s %d after %lld ms: %s",
		         result.end == PROGRAM_EXITED ? "status" : "signal",
		         result.end == PROGRAM_EXITED ? result.status : result.signal,
		         (long long)result.took_ms, result.err);
		check->state = "not_read";
		check->reason = "our reader did not come to an end";
		return ok();
	}
	check->reason = arena_text_of(check->arena, said, "reason");
	check->algorithm = arena_text_of(check->arena, said, "algorithm");
	check->generator = arena_text_of(check->arena, said, "generator");
	check->source_type = arena_text_of(check->arena, said, "source_type");
	return ok();
}

/* Notes in which state it ends, and why. */
static struct error credentials_settle(struct credentials_check *check, const char *state,
                                       const char *reason)
{
	check->state = state;
	check->reason = reason;
	return ok();
}

/* The program that verifies by COSE's name of the algorithm. */
static void verify_words(const char *algorithm, const char *argv[16])
{
	static const char *const ends[] = { "-verify",           SIGNER_KEY,
		                                "-signature",        CREDENTIALS_SIGNATURE,
		                                CREDENTIALS_CLAIMED, NULL };
	static const char *const whole[] = { "openssl",
		                                 "pkeyutl",
		                                 "-verify",
		                                 "-rawin",
		                                 "-pubin",
		                                 "-inkey",
		                                 SIGNER_KEY,
		                                 "-sigfile",
		                                 CREDENTIALS_SIGNATURE,
		                                 "-in",
		                                 CREDENTIALS_CLAIMED,
		                                 NULL };
	const char *bits = algorithm + strlen(algorithm) - 3;
	size_t n = 0;

	if (strcmp(algorithm, "EdDSA") == 0) {
		memcpy(argv, whole, sizeof whole);
		return;
	}
	argv[n++] = "openssl";
	argv[n++] = "dgst";
	argv[n++] = strcmp(bits, "256") == 0   ? "-sha256"
	            : strcmp(bits, "384") == 0 ? "-sha384"
	                                       : "-sha512";
	if (strncmp(algorithm, "PS", 2) == 0) {
		argv[n++] = "-sigopt";
		argv[n++] = "rsa_padding_mode:pss";
		argv[n++] = "-sigopt";
		argv[n++] = "rsa_pss_saltlen:digest";
	}
	memcpy(argv + n, ends, sizeof ends);
}

/* May this certificate sign content? It is no authority's own, and it is for what C2PA says. */
static bool may_sign(const char *extensions)
{
	static const char *const purposes[] = { "E-mail Protection", "1.3.6.1.5.5.7.3.36",
		                                    "1.3.6.1.4.1.62558.2.1" };

	if (strstr(extensions, "CA:TRUE") || strstr(extensions, "Any Extended Key Usage"))
		return false;
	for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++)
		if (strstr(extensions, purposes[i]))
			return true;
	return false;
}

static struct error check_signer(struct credentials_check *check)
{
	static const char *const chain[] = { "openssl",         "verify",      "-no-CAfile",
		                                 "-no-CApath",      "-no-CAstore", "-partial_chain",
		                                 "-purpose",        "any",         "-trusted",
		                                 ANCHORS,           "-untrusted",  CREDENTIALS_CHAIN,
		                                 CREDENTIALS_CHAIN, NULL };
	static const char *const extensions[] = { "openssl",
		                                      "x509",
		                                      "-noout",
		                                      "-in",
		                                      CREDENTIALS_CHAIN,
		                                      "-ext",
		                                      "basicConstraints,extendedKeyUsage",
		                                      NULL };
	struct program_result result;
	struct error err;

	if (!trusted_anchors)
		return credentials_settle(check, "untrusted", "no list of trusted signers is set");
	if ((err = provenance_lay_out(trusted_anchors,
	                              arena_printf(check->arena, "%s/" ANCHORS, check->folder)))
	        .code) {
		log_error("the list of trusted signers cannot be read: %s", err.detail);
		return credentials_settle(check, "untrusted", "the list of trusted signers cannot be read");
	}
	if ((err = provenance_run(check->folder, false, chain, &result)).code)
		return err;
	if (!program_succeeded(&result))
		return credentials_settle(check, "untrusted",
		                          strstr(result.err, "expired")
		                              ? "a certificate of the signer has expired"
		                              : "the signer is not on the list of trusted ones");
	if ((err = provenance_run(check->folder, false, extensions, &result)).code)
		return err;
	if (!program_succeeded(&result) || !may_sign(result.out))
		return credentials_settle(check, "untrusted",
		                          "the signer's certificate is not made for content");
	return credentials_settle(check, "valid", NULL);
}

static struct error check_signature(struct credentials_check *check)
{
	static const char *const key[] = { "openssl", "x509",   "-in",  CREDENTIALS_CHAIN,
		                               "-pubkey", "-noout", "-out", SIGNER_KEY,
		                               NULL };
	static const char *const subject[] = { "openssl",  "x509",
		                                   "-in",      CREDENTIALS_CHAIN,
		                                   "-noout",   "-subject",
		                                   "-nameopt", "RFC2253,-esc_msb,utf8",
		                                   NULL };
	const char *verify[16];
	struct program_result result;
	struct error err;

	if (!program_is_installed("openssl"))
		return credentials_settle(check, "not_read", "openssl is not installed");
	if ((err = provenance_run(check->folder, false, key, &result)).code)
		return err;
	if (!program_succeeded(&result))
		return credentials_settle(check, "unreadable", "the signer's certificate is damaged");
	verify_words(check->algorithm, verify);
	if ((err = provenance_run(check->folder, false, verify, &result)).code)
		return err;
	if (!program_succeeded(&result))
		return credentials_settle(check, "broken", "the signature does not hold");
	if ((err = provenance_run(check->folder, false, subject, &result)).code)
		return err;
	result.out[strcspn(result.out, "\n")] = '\0';
	const char *name = strncmp(result.out, "subject=", 8) == 0 ? result.out + 8 : result.out;
	check->signer =
		utf8_fault(name, strlen(name)) == strlen(name) ? cut_text(check->arena, name, 300) : NULL;
	return check_signer(check);
}

static struct error read_credentials_of(const char *folder, struct arena *arena,
                                        struct provenance *ret)
{
	struct credentials_check check = { .folder = folder, .arena = arena };
	struct error err = check_hashes(&check);

	if (!err.code && strcmp(check.state, "signed") == 0)
		err = check_signature(&check);
	if (err.code)
		return err;
	/* An address that is not signed for, or by nobody knows whom, is what anybody could write. */
	ret->source_type =
		strcmp(check.state, "valid") == 0 ? source_type_word(check.source_type) : NULL;
	ret->c2pa_state = check.state;
	json_auto_t *json =
		json_pack("{s:s?, s:s?, s:s?, s:s?}", "reason", check.reason, "algorithm", check.algorithm,
	              "signer", check.signer, "generator", check.generator);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	ret->c2pa = text ? arena_copy(arena, text, strlen(text)) : "{}";
	free(text);
	return ok();
}

/* ---- files ---- */

struct error provenance_trust(const char *anchors)
{
	if (anchors && access(anchors, R_OK))
		return errorf(ERR_INVALID, "the list of trusted signers, %s, cannot be read: %s", anchors,
		              strerrordesc_np(errno));
	trusted_anchors = anchors;
	return ok();
}

struct error provenance_lay_out(const char *path, const char *to)
{
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
	struct error err = ok();
	int from = disk_open_regular(path);

	if (from < 0)
		return errorf(ERR_INVALID, "cannot read the file: %s", strerrordesc_np(errno));
	int to_fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to_fd < 0 || sha256_copy(from, to_fd, digest, &bytes) != COPIED)
		err = disk_error("provenance", "the file could not be copied");
	if (to_fd >= 0)
		close(to_fd);
	close(from);
	return err;
}

struct error provenance_read_folder(const char *folder, struct arena *arena, struct provenance *ret)
{
	struct provenance found = { .c2pa_state = "not_read", .c2pa = "{}" };
	struct error err;

	/* Credentials first: a file that takes exiftool over could put another one in its own place. */
	if ((err = read_credentials_of(folder, arena, &found)).code)
		return err;
	const char *signed_type = found.source_type;
	if ((err = read_report_of(folder, arena, &found)).code)
		return err;
	if (signed_type)
		found.source_type = signed_type;
	*ret = found;
	return ok();
}

struct error provenance_read(struct store *store, const unsigned char original[SHA256_BYTES],
                             struct arena *arena, struct provenance *ret)
{
	char path[PATH_MAX], folder[PATH_MAX];
	struct error err;

	if ((err = store_borrow(store, original, path)).code)
		return err;
	if (!(err = store_scratch(store, folder)).code) {
		err = provenance_lay_out(path, arena_printf(arena, "%s/" WORKDIR_INPUT, folder));
		if (!err.code)
			err = provenance_read_folder(folder, arena, ret);
		store_scratch_remove(store, folder);
	}
	store_give_back(store, path);
	return err;
}
