// SPDX-License-Identifier: Apache-2.0
// crowds.js: the crowds that the end-to-end tests let loose, as shares of the kinds in support/crowd.js.

/** One in ten does not look. */
export const HONEST = [["honest", 0.9], ["stubborn", 0.05], ["careless", 0.05]];
/** Four in five do not look, or lie. */
export const SPOILED = [["honest", 0.2], ["lying", 0.2], ["stubborn", 0.3], ["careless", 0.3]];
