// SPDX-License-Identifier: Apache-2.0
// Rules for the pages' scripts and the tests: what is nearly always a mistake. No rules of taste.
import globals from 'globals';

const mistakes = {
  'array-callback-return': 'error',
  'constructor-super': 'error',
  'eqeqeq': ['error', 'always', { null: 'ignore' }],
  'for-direction': 'error',
  'no-const-assign': 'error',
  'no-dupe-args': 'error',
  'no-dupe-class-members': 'error',
  'no-dupe-else-if': 'error',
  'no-dupe-keys': 'error',
  'no-duplicate-case': 'error',
  'no-eval': 'error',
  'no-fallthrough': 'error',
  'no-implied-eval': 'error',
  'no-import-assign': 'error',
  'no-self-assign': 'error',
  'no-self-compare': 'error',
  'no-this-before-super': 'error',
  'no-undef': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-negation': 'error',
  'no-unused-vars': ['error', { args: 'after-used', caughtErrors: 'none' }],
  'no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
  'no-var': 'error',
  'prefer-const': ['error', { destructuring: 'all' }],
  'use-isnan': 'error',
  'valid-typeof': 'error',
};

export default [
  { ignores: ['**/node_modules/**', 'static/vendor/**'] },
  { files: ['static/**/*.js'], languageOptions: { globals: globals.browser }, rules: mistakes },
  {
    files: ['tests/**/*.js', 'scripts/**/*.{js,mjs}'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: mistakes,
  },
];
