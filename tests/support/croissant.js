// SPDX-License-Identifier: Apache-2.0
// croissant.js: what the shapes of Croissant and its RAI extension find wrong with a description.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";

import jsonld from "jsonld";
import { Parser, Store } from "n3";
import Validator from "rdf-validate-shacl";

import { CHECKOUT } from "./place.js";

/** What SHACL finds wrong with a description; nothing: it conforms. */
export async function faultsOf(croissant) {
	const shapes = new Store(new Parser().parse(await readFile(path.join(CHECKOUT, "tests/support/croissant.ttl"), "utf8")));
	const quads = await jsonld.toRDF(croissant, { base: "https://media.example.org/", format: "application/n-quads", documentLoader: () => assert.fail("it loads something") });
	const report = await new Validator(shapes).validate(new Store(new Parser({ format: "N-Quads" }).parse(quads)));
	return report.results.map((one) => `${one.focusNode?.value} ${one.path?.value ?? ""} ${one.message.map(({ value }) => value)}`);
}
