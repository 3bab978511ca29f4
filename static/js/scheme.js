// SPDX-License-Identifier: Apache-2.0
// scheme.js: the colours of pages for reading: the system's, or those chosen here. A classic script in the head, so
// that it has run before anything is painted; CSS alone follows the system.

(() => {
	const KEY = "touchstone.scheme";
	const root = document.documentElement;

	/** light, dark or system; storage may be forbidden, and holds what anything wrote there. */
	const kept = () => {
		try {
			const scheme = JSON.parse(localStorage.getItem(KEY));
			return ["light", "dark"].includes(scheme) ? scheme : "system";
		} catch {
			return "system";
		}
	};
	const choose = (scheme) => {
		root.dataset.theme = scheme;
		try {
			if (scheme === "system")
				localStorage.removeItem(KEY);
			else
				localStorage.setItem(KEY, JSON.stringify(scheme));
		} catch { /* then it lasts as long as the page */ }
	};
	const follow = () => {
		const choice = document.getElementById("scheme");
		root.dataset.theme = kept();
		if (choice)
			choice.value = root.dataset.theme;
	};

	root.dataset.scripted = "";
	follow();
	document.addEventListener("DOMContentLoaded", () => {
		follow();
		document.getElementById("scheme")?.addEventListener("change", (event) => choose(event.target.value));
	});
	// Another tab chose, or erased everything.
	window.addEventListener("storage", follow);
})();
