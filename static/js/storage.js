// SPDX-License-Identifier: Apache-2.0
// storage.js: the browser's storage, which may be full, forbidden or empty: then nothing is kept and nothing breaks.

const PREFIX = "touchstone.";

function shelf(storage) {
	return {
		get(name) {
			try {
				return JSON.parse(storage().getItem(PREFIX + name));
			} catch {
				return null;
			}
		},
		set(name, value) {
			try {
				storage().setItem(PREFIX + name, JSON.stringify(value));
			} catch { /* works without */ }
		},
		drop(name) {
			try {
				storage().removeItem(PREFIX + name);
			} catch { /* works without */ }
		},
		/** The values whose names start so. */
		all(start) {
			try {
				return Object.keys(storage()).filter((key) => key.startsWith(PREFIX + start))
					.map((key) => JSON.parse(storage().getItem(key)));
			} catch {
				return [];
			}
		},
		clear() {
			try {
				for (const key of Object.keys(storage()).filter((one) => one.startsWith(PREFIX)))
					storage().removeItem(key);
			} catch { /* works without */ }
		},
	};
}

/** Lives as long as the tab. */
export const tab = shelf(() => window.sessionStorage);
/** Lives until erased. */
export const device = shelf(() => window.localStorage);
