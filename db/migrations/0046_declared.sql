-- What a manifest declares of an item as the ways in over HTTP do: on what ground it may be given away, whether those who
-- are shown consented, who made it and how; and which part of the picture it is about. Programs of before would cut a
-- picture elsewhere and refuse to correct an item with a fact that they do not know, so none of them may run on this.

ALTER TABLE item
    ADD COLUMN rights   text CHECK (rights IN ('own_work', 'licensed', 'public_domain')),
    ADD COLUMN people   text CHECK (people IN ('nobody', 'consented', 'public_role')),
    ADD COLUMN made_by  text CHECK (octet_length(made_by) BETWEEN 1 AND 500),
    ADD COLUMN made_how text CHECK (octet_length(made_how) BETWEEN 1 AND 500),
    ADD COLUMN region   integer[],
    ADD CONSTRAINT item_region_is_four_numbers CHECK (
        array_ndims(region) = 1 AND cardinality(region) = 4 AND array_position(region, NULL) IS NULL
        AND region[1] >= 0 AND region[2] >= 0 AND region[3] > 0 AND region[4] > 0);
COMMENT ON COLUMN item.rights IS 'On what ground it may be given away, as contribution.rights; in releases.';
COMMENT ON COLUMN item.people IS 'Of those who are shown or heard, as contribution.people; in releases. Who they are stands in identities.';
COMMENT ON COLUMN item.made_by IS 'Who made it, as a manifest or an account says. In no release. What a volunteer said of it stands in contribution alone, where erasure empties it.';
COMMENT ON COLUMN item.made_how IS 'With what and how it was made; in releases.';
COMMENT ON COLUMN item.region IS 'x, y, width and height, in pixels of the upright original, of the face or part that it is about. A box is cut around it.';

-- Who sent these was told that the two words are declared of the item, but not that how it was made is published.
SELECT set_config('touchstone.who', 'migration 0046', true);
UPDATE item i SET rights = c.rights, people = c.people
  FROM contribution c WHERE c.id = i.id AND c.item_id = i.id AND c.state = 'approved';

CREATE OR REPLACE FUNCTION item_facts(i item) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT jsonb_build_object(
        'truth', i.truth, 'basis', i.basis, 'gold', i.gold, 'training', i.training,
        'group', CASE WHEN i.lineage <> encode(i.sha256, 'hex') THEN i.lineage END,
        'identity', name_list(array_to_string(i.identities, ';')), 'pair', i.pair,
        'technique', name_list(array_to_string(i.techniques, ';')), 'generator', i.generator,
        'source', i.source, 'licence', i.licence, 'credit', i.credit, 'title', i.title,
        'explanation', i.explanation, 'sensitive', i.sensitive, 'rights', i.rights, 'people', i.people,
        'made_by', i.made_by, 'made_how', i.made_how, 'region', array_to_string(i.region, ';')) $$;

ALTER TABLE item_change DROP CONSTRAINT item_change_field_check;
ALTER TABLE item_change ADD CONSTRAINT item_change_field_check CHECK (field IN (
    'truth', 'basis', 'gold', 'training', 'group', 'identity', 'pair', 'technique', 'generator', 'source', 'licence',
    'credit', 'title', 'explanation', 'sensitive', 'withdrawn', 'rights', 'people', 'made_by', 'made_how', 'region'));
DROP TRIGGER item_change_noted ON item;
CREATE TRIGGER item_change_noted
    AFTER UPDATE OF truth, basis, gold, training, lineage, identities, pair, techniques, generator, source,
                    licence, credit, title, explanation, sensitive, rights, people, made_by, made_how, region ON item
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION note_item_change();
