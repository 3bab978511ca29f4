-- SPDX-License-Identifier: Apache-2.0

-- name: item_file_forms
-- A path in both Unicode forms.
--   $1 path
--   -> NFC, NFD
SELECT normalize($1::text, NFC), normalize($1::text, NFD)
