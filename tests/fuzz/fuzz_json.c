/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_json -- any bytes as a request's body: refused with a line, or the values that Jansson
 * reads. */
#include "fuzz.h"

#include "core/json_parse.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	struct json_fault fault = { 0 };
	char *text = copy_of(bytes, len, false);
	json_t *ours = json_parse(text, len, &fault);
	json_t *theirs = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

	must(ours || (fault.line && fault.why), "refused without a word");
	must(!ours || (theirs && json_equal(ours, theirs)), "Jansson reads something else");
	json_decref(ours);
	json_decref(theirs);
	free(text);
	return 0;
}
