-- What sounds sound like: words of Chromaprint beside the hashes of pictures, and matches of them that are treated alike.

ALTER TABLE item_fingerprint
    DROP CONSTRAINT item_fingerprint_algorithm_check,
    DROP CONSTRAINT item_fingerprint_hash_check,
    ADD CHECK (algorithm IN ('pdq', 'chromaprint')),
    ADD CHECK (CASE algorithm WHEN 'pdq' THEN octet_length(hash) = 32
                              ELSE octet_length(hash) % 4 = 0 AND octet_length(hash) BETWEEN 4 AND 2048 END);
COMMENT ON TABLE item_fingerprint IS 'What renditions look or sound like: of an image one hash, of a film one a second, of a sound its words.';
COMMENT ON COLUMN item_fingerprint.hash IS 'PDQ, 256 bits, of the rendition as it is, neither turned nor mirrored; or Chromaprint''s words of 32 bits, an eighth of a second each, the highest byte first.';
COMMENT ON COLUMN item_fingerprint.quality IS 'PDQ''s; of a sound how many different words it has, at most 100.';
COMMENT ON COLUMN item_fingerprint.number IS 'Its place in the index in memory. NULL: too flat to be told apart (a picture''s quality below 50, a sound''s below 8), so never compared. Given by fingerprint_number.';
CREATE INDEX item_fingerprint_sounds ON item_fingerprint (number) WHERE algorithm = 'chromaprint';

ALTER TABLE near_duplicate
    DROP CONSTRAINT near_duplicate_distance_check,
    ADD CHECK (distance BETWEEN 0 AND 127);
COMMENT ON TABLE near_duplicate IS 'Two items that look alike: their hashes, or half of the frames of either, are within 31 bits, one of them turned or mirrored perhaps; or two sounds of which at the best shift few bits differ.';
COMMENT ON COLUMN near_duplicate.distance IS 'In bits of 256: of the nearest frames, or the share of a sound''s.';

UPDATE fingerprint f SET recipe = 0 FROM item i WHERE i.id = f.item_id AND i.media_type = 'audio';
