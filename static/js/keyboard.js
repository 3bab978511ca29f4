// SPDX-License-Identifier: Apache-2.0
// keyboard.js: which key was meant, on whatever keyboard. The row of digits counts by place, because many keyboards
// write something else there; letters count by what they write, or by place where that is no Latin letter.

/** The row above the letters, by place, as a keyboard of the United States writes it. */
const ROW = {
	Digit1: "1", Digit2: "2", Digit3: "3", Digit4: "4", Digit5: "5", Digit6: "6",
	Digit7: "7", Digit8: "8", Digit9: "9", Digit0: "0", Minus: "-", Equal: "=",
};
const PLACES = { ...ROW, Comma: ",", Period: "." };
for (const letter of "abcdefghijklmnopqrstuvwxyz")
	PLACES[`Key${letter.toUpperCase()}`] = letter;
const LATIN = /^[a-z,.]$/;

/** The key that an event means: "1" to "=", a small Latin letter, "," or ".", or the name that the event gives. */
export function meant({ code = "", key }) {
	if (ROW[code])
		return ROW[code];
	const small = key.toLowerCase();
	return LATIN.test(small) ? small : PLACES[code] ?? key;
}

/** "ß" has no capital of one letter. */
const capital = (name) => (name.toUpperCase().length === 1 ? name.toUpperCase() : name);

/** What is written on the keys, by place, as far as this keyboard told. */
const written = new Map();

/** What this keyboard has where `name` is meant. */
function nameOn(name) {
	const place = Object.keys(PLACES).find((code) => PLACES[code] === name);
	const here = written.get(place) ?? name;
	// A Latin letter that stands elsewhere is found there.
	return !ROW[place] && LATIN.test(here) ? name : here;
}

function label() {
	for (const one of document.querySelectorAll("kbd[data-key]"))
		one.textContent = capital(nameOn(one.dataset.key));
}

/** Writes this keyboard's own keys into each <kbd data-key>: from the browser if it tells, else as they are pressed. */
export async function labelKeys() {
	document.addEventListener("keydown", ({ code, key, shiftKey, altKey, ctrlKey, metaKey }) => {
		if (!PLACES[code] || shiftKey || altKey || ctrlKey || metaKey || [...key].length !== 1)
			return;
		const small = key.toLowerCase();
		if (written.get(code) !== small) {
			written.set(code, small);
			label();
		}
	});
	try {
		for (const [code, key] of await navigator.keyboard.getLayoutMap())
			if (PLACES[code] && !written.has(code))
				written.set(code, key);
	} catch { /* then it is learned */ }
	label();
}
