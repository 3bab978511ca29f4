// SPDX-License-Identifier: Apache-2.0
// late.js: answers that came after their pair's time was over. The server takes none of them, and the volunteer is told.

import { t } from "./lang.js";
import { tell, unread } from "./lasting.js";
import { tab } from "./storage.js";

/** Tells of so many more answers that are lost, beside those of which nobody has read yet. */
export function tellLate(more = 1) {
	const count = (unread("late") ? tab.get("late") ?? 0 : 0) + more;
	tab.set("late", count);
	tell("late", t("late.answers", { n: count }));
}
