-- Networks of one provider, where the operator gives a table of autonomous systems.
-- oldest program: 0040

ALTER TABLE volunteer_network ADD COLUMN provider bytea CHECK (octet_length(provider) = 16);
COMMENT ON COLUMN volunteer_network.provider IS 'Keyed hash of the number of the autonomous system that the network was of, by the table that the operator gave (TOUCHSTONE_AS_TABLE), under the key of network. NULL: there was no table, it did not say, or the network is declared.';
COMMENT ON COLUMN score_pending.networks IS 'The network of each judgment: 16 bytes; one that says whether it is declared (1) or not (0); and 16 of its provider where that is known. Noted in volunteer_network.';
