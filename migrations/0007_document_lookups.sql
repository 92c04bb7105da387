-- An import of one object reads the documents that it is compared with, and not
-- the store. Texts of any length are cut: an entry of an index has a limit, and
-- what only begins alike is told apart by the program.
CREATE INDEX documents_pair_id ON gatediff.documents (platform, pair_id) WHERE pair_id IS NOT NULL;
CREATE INDEX documents_name ON gatediff.documents (platform, kind, left(name, 255));

-- Where Tyk's APIs listen: by their definition, or by their OAS document, each
-- with and without its wrapper.
CREATE INDEX documents_listen_path ON gatediff.documents
    (left(coalesce(content #>> '{api_definition,proxy,listen_path}', content #>> '{proxy,listen_path}'), 255))
    WHERE platform = 'tyk' AND kind = 'api';
CREATE INDEX documents_oas_listen_path ON gatediff.documents
    (left(coalesce(content #>> '{oas,x-tyk-api-gateway,server,listenPath,value}',
                   content #>> '{x-tyk-api-gateway,server,listenPath,value}'), 255))
    WHERE platform = 'tyk' AND kind = 'api';
