-- What files say of their own origin: metadata, IPTC's digital source type and content credentials.
-- oldest program: 0034

CREATE TABLE provenance (
    item_id             uuid PRIMARY KEY REFERENCES item,
    tool                text NOT NULL CHECK (octet_length(tool) BETWEEN 1 AND 20),
    tool_version        text NOT NULL CHECK (octet_length(tool_version) BETWEEN 1 AND 20),
    reader              smallint NOT NULL CHECK (reader > 0),
    report              text CHECK (octet_length(report) <= 65536),
    report_cut          boolean NOT NULL,
    digital_source_type text,
    c2pa_state          text NOT NULL,
    c2pa                text NOT NULL CHECK (octet_length(c2pa) <= 8192),
    read_at             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provenance_digital_source_type_check CHECK (digital_source_type IN (
        'digitalCapture', 'computationalCapture', 'negativeFilm', 'positiveFilm', 'print', 'minorHumanEdits', 'humanEdits',
        'compositeWithTrainedAlgorithmicMedia', 'algorithmicallyEnhanced', 'softwareImage', 'digitalArt', 'digitalCreation',
        'dataDrivenMedia', 'trainedAlgorithmicMedia', 'algorithmicMedia', 'screenCapture', 'virtualRecording', 'composite',
        'compositeCapture', 'compositeSynthetic')),
    CONSTRAINT provenance_c2pa_state_check CHECK (c2pa_state IN (
        'none', 'valid', 'untrusted', 'broken', 'unreadable', 'not_covered', 'not_read'))
);
COMMENT ON TABLE provenance IS 'What the original of an item says of its own origin. A hint for moderators who have judged it: never a label, and its absence or failure says nothing. It may hold where a picture was taken, so it is in no release.';
COMMENT ON COLUMN provenance.tool IS 'Who wrote the report.';
COMMENT ON COLUMN provenance.reader IS 'Version of our own reader of content credentials (PROVENANCE_READER).';
COMMENT ON COLUMN provenance.report IS 'A JSON object of "GROUP:TAG" and values. Text, because jsonb holds no U+0000. NULL: nothing that can be kept.';
COMMENT ON COLUMN provenance.report_cut IS 'The report was too long: values were cut, and the last left out.';
COMMENT ON COLUMN provenance.digital_source_type IS 'Word of IPTC''s NewsCodes, by valid credentials, else by the XMP. This alone is in releases.';
COMMENT ON COLUMN provenance.c2pa IS 'A JSON object: reason, algorithm, signer, generator.';

CREATE TABLE provenance_due (
    item_id uuid PRIMARY KEY REFERENCES item
);
COMMENT ON TABLE provenance_due IS 'Items whose originals are to be read.';
INSERT INTO provenance_due SELECT id FROM item WHERE state <> 'withdrawn';

CREATE FUNCTION item_is_to_be_read() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO provenance_due SELECT id FROM made;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION item_is_to_be_read IS 'The original of each new item is read by a job.';
CREATE TRIGGER item_to_be_read AFTER INSERT ON item REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION item_is_to_be_read();

INSERT INTO job_kind (name, priority, failures, goes_on, every)
VALUES ('provenance', 1, NULL, false, interval '10 seconds');
INSERT INTO job (kind) VALUES ('provenance');
