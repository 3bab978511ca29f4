/* SPDX-License-Identifier: Apache-2.0 */
/*
 * present_volunteer -- how far a volunteer is, and what became of what they judged, as the HTTP
 * interface shows it.
 */
#ifndef API_PRESENT_VOLUNTEER_H
#define API_PRESENT_VOLUNTEER_H

#include <jansson.h>

struct progress;
struct volunteer_result;
struct strbuf;

json_t *present_progress(const struct progress *progress);

/* The same as text, for answers that are made by the thousand. */
void present_progress_text(struct strbuf *text, const struct progress *progress);

/* But for its picture. */
json_t *present_result(const struct volunteer_result *result);

#endif
