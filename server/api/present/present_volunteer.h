/* SPDX-License-Identifier: Apache-2.0 */
/*
 * present_volunteer -- how far a volunteer is, and what became of what they judged, as the HTTP
 * interface shows it.
 */
#ifndef API_PRESENT_VOLUNTEER_H
#define API_PRESENT_VOLUNTEER_H

#include <jansson.h>

struct arena;
struct progress;
struct volunteer_result;
struct strbuf;

/* As text, for answers that are made by the thousand; and the same as a value. */
void present_progress_text(struct strbuf *text, const struct progress *progress);
json_t *present_progress(struct arena *arena, const struct progress *progress);

/* But for its picture. */
json_t *present_result(const struct volunteer_result *result);

#endif
