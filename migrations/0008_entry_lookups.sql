-- An import of one sp-config object, too, reads the documents that it is compared with, and not the
-- store: by ids without regard to dashes and case, and by the names in either part of an entry.
CREATE INDEX documents_plain_id ON gatediff.documents
    (left(replace(lower(id COLLATE "C"), '-', ''), 255))
    WHERE platform = 'sp-config';
CREATE INDEX documents_plain_pair_id ON gatediff.documents
    (left(replace(lower(pair_id COLLATE "C"), '-', ''), 255))
    WHERE platform = 'sp-config';
CREATE INDEX documents_self_name ON gatediff.documents
    (left(content #>> '{self,name}', 255))
    WHERE platform = 'sp-config';
CREATE INDEX documents_object_name ON gatediff.documents
    (left(content #>> '{object,name}', 255))
    WHERE platform = 'sp-config';
