-- Objects of products that keep them where nobody else may write: gatediff is
-- their system of record on this side. Holds secrets, as the objects do.
CREATE TABLE gatediff.documents (
    platform   text      NOT NULL,
    kind       text      NOT NULL,
    -- What an item is known by, such as an API's api_id.
    id         text      NOT NULL,
    -- A second id of some objects, such as the database id of an API.
    pair_id    text,
    -- The organisation that it belongs to; '' for none.
    owner      text      NOT NULL DEFAULT '',
    name       text      NOT NULL DEFAULT '',
    -- As it was received: unknown fields, order, forms of numbers.
    body       text      NOT NULL,
    -- The same, to be searched and compared by SQL.
    content    jsonb     NOT NULL,
    created_at timestamp NOT NULL,
    created_by text      NOT NULL,
    updated_at timestamp NOT NULL,
    updated_by text      NOT NULL,
    PRIMARY KEY (platform, kind, id),
    -- Checked after each statement: two objects may swap.
    UNIQUE (platform, kind, owner, pair_id) DEFERRABLE
);

REVOKE ALL ON gatediff.documents FROM PUBLIC;
