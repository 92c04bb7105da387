//! Small digiRunner environments, written as the lists of an export: the same words make a file and
//! a target.
//!
//! Every row has what its table needs and nothing else; a test names what it is about.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The 25 lists of an export.
pub(crate) const LISTS: [&str; 25] = [
    "tsmpClientList",
    "tsmpClientHostList",
    "oauthClientDetailsList",
    "tsmpDpClientextList",
    "tsmpGroupList",
    "tsmpClientGroupList",
    "tsmpVgroupList",
    "tsmpClientVgroupList",
    "tsmpVgroupGroupList",
    "tsmpGroupApiList",
    "dgrXApiKeyList",
    "dgrXApiKeyMapList",
    "tsmpGroupAuthoritiesList",
    "tsmpGroupAuthoritiesMapList",
    "tsmpVgroupAuthoritiesMapList",
    "tsmpSecurityLevelList",
    "dpAppList",
    "tsmpOpenApiKeyList",
    "tsmpOpenApiKeyMapList",
    "dgrGtwIdpInfoOList",
    "dgrGtwIdpInfoLList",
    "dgrGtwIdpInfoAList",
    "dgrGtwIdpInfoJdbcList",
    "dgrRdbConnectionList",
    "dgrApikeyUseApiList",
];

/// An environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    lists: BTreeMap<&'static str, Vec<Value>>,
    /// The APIs of a target: module, key, uid.
    pub(crate) apis: Vec<[String; 3]>,
}

/// An API: its module and its key.
pub(crate) type Api = (&'static str, &'static str);

/// Returns an environment with nothing but the level `SYSTEM`, which every export holds.
pub(crate) fn sample() -> Sample {
    Sample::default().level("SYSTEM", "System")
}

impl Sample {
    /// Adds a row to a list as it is.
    pub(crate) fn row(mut self, list: &'static str, row: Value) -> Self {
        self.lists.entry(list).or_default().push(row);
        self
    }

    /// Adds a row, with properties that replace or follow those it needs.
    fn with(self, list: &'static str, mut row: Value, more: Value) -> Self {
        if let (Value::Object(row), Value::Object(more)) = (&mut row, more) {
            row.extend(more);
        }
        self.row(list, row)
    }

    /// Changes the rows of a list that a test picks.
    pub(crate) fn change(
        mut self,
        list: &'static str,
        change: impl Fn(&mut Map<String, Value>),
    ) -> Self {
        for row in self.lists.entry(list).or_default() {
            if let Value::Object(row) = row {
                change(row);
            }
        }
        self
    }

    /// Takes all rows out of a list.
    #[allow(
        dead_code,
        reason = "the tests without a database leave out rows, the others delete them"
    )]
    pub(crate) fn cleared(mut self, list: &'static str) -> Self {
        self.lists.remove(list);
        self
    }

    /// Takes rows that a test picks out of a list.
    #[allow(
        dead_code,
        reason = "the tests without a database leave out rows, the others delete them"
    )]
    pub(crate) fn without(mut self, list: &'static str, is_gone: impl Fn(&Value) -> bool) -> Self {
        self.lists
            .entry(list)
            .or_default()
            .retain(|row| !is_gone(row));
        self
    }

    /// Returns a list's rows.
    pub(crate) fn rows(&self, list: &str) -> &[Value] {
        self.lists.get(list).map_or(&[], Vec::as_slice)
    }

    /// Returns the lists as the file has them.
    pub(crate) fn lists(&self) -> Value {
        Value::Object(
            LISTS
                .iter()
                .map(|list| ((*list).to_owned(), json!(self.rows(list))))
                .collect(),
        )
    }

    /// Returns the export file.
    pub(crate) fn export(&self) -> String {
        let root = json!({"importClientRelated": self.lists(), "analyzeClientRelated": null});
        serde_json::to_string_pretty(&root).unwrap()
    }

    /// Adds an API of the target.
    pub(crate) fn api(mut self, (module, key): Api) -> Self {
        self.apis.push([
            module.to_owned(),
            key.to_owned(),
            format!("uid-{module}-{key}"),
        ]);
        self
    }

    /// Adds many.
    pub(crate) fn apis(self, apis: &[Api]) -> Self {
        apis.iter().fold(self, |sample, api| sample.api(*api))
    }

    pub(crate) fn client(self, id: &str, more: Value) -> Self {
        let row = json!({"clientId": id, "clientName": format!("{id}-name"), "clientStatus": "1", "tps": 10,
            "owner": "owner", "securityLevelId": "SYSTEM", "cPriority": 5, "failTreshhold": 3});
        self.with("tsmpClientList", row, more)
    }

    pub(crate) fn host(self, seq: i64, client: &str, name: &str, ip: &str) -> Self {
        let row = json!({"hostSeq": seq, "clientId": client, "hostName": name, "hostIp": ip});
        self.row("tsmpClientHostList", row)
    }

    pub(crate) fn oauth(self, client: &str, more: Value) -> Self {
        let row = json!({"clientId": client, "accessTokenValidity": 86400, "refreshTokenValidity": 86400});
        self.with("oauthClientDetailsList", row, more)
    }

    pub(crate) fn clientext(self, client: &str, seq: i64, more: Value) -> Self {
        let row = json!({"clientId": client, "clientSeqId": seq, "contentTxt": "content", "regStatus": "2",
            "pwdStatus": "1"});
        self.with("tsmpDpClientextList", row, more)
    }

    pub(crate) fn level(self, id: &str, name: &str) -> Self {
        self.row(
            "tsmpSecurityLevelList",
            json!({"securityLevelId": id, "securityLevelName": name}),
        )
    }

    pub(crate) fn authentication(self, id: &str, name: &str) -> Self {
        let row = json!({"groupAuthoritieId": id, "groupAuthoritieName": name});
        self.row("tsmpGroupAuthoritiesList", row)
    }

    pub(crate) fn connection(self, name: &str, more: Value) -> Self {
        let row = json!({"connectionName": name, "jdbcUrl": "jdbc:postgresql://h/db", "userName": "u",
            "mima": "ENC(x)", "maxPoolSize": 10, "connectionTimeout": 30000, "idleTimeout": 600_000,
            "maxLifetime": 1_800_000});
        self.with("dgrRdbConnectionList", row, more)
    }

    pub(crate) fn group(self, id: &str, name: &str, more: Value) -> Self {
        let row = json!({"groupId": id, "groupName": name, "securityLevelId": "SYSTEM", "allowDays": 0,
            "allowTimes": 0, "vgroupFlag": "0"});
        self.with("tsmpGroupList", row, more)
    }

    pub(crate) fn group_api(self, group: &str, (module, key): Api, more: Value) -> Self {
        let row = json!({"groupId": group, "moduleName": module, "apiKey": key});
        self.with("tsmpGroupApiList", row, more)
    }

    pub(crate) fn group_authentication(self, group: &str, authentication: &str) -> Self {
        let row = json!({"groupId": group, "groupAuthoritieId": authentication});
        self.row("tsmpGroupAuthoritiesMapList", row)
    }

    pub(crate) fn scope(self, id: &str, name: &str, more: Value) -> Self {
        let row = json!({"vgroupId": id, "vgroupName": name, "securityLevelId": "SYSTEM", "allowDays": 0,
            "allowTimes": 0});
        self.with("tsmpVgroupList", row, more)
    }

    pub(crate) fn scope_authentication(self, scope: &str, authentication: &str) -> Self {
        let row = json!({"vgroupId": scope, "vgroupAuthoritieId": authentication});
        self.row("tsmpVgroupAuthoritiesMapList", row)
    }

    /// Adds an API to a scope: its hidden group, named after its id, with its links.
    pub(crate) fn hidden(self, id: &str, scope: &str, api: Api, more: Value) -> Self {
        let row = json!({"groupId": id, "groupName": format!("hidden-{id}"), "securityLevelId": "SYSTEM",
            "allowDays": 0, "allowTimes": 0, "vgroupFlag": "1", "vgroupId": scope});
        self.with("tsmpGroupList", row, more)
            .group_api(id, api, json!({}))
            .row(
                "tsmpVgroupGroupList",
                json!({"vgroupId": scope, "groupId": id}),
            )
    }

    pub(crate) fn client_group(self, client: &str, group: &str) -> Self {
        self.row(
            "tsmpClientGroupList",
            json!({"clientId": client, "groupId": group}),
        )
    }

    pub(crate) fn client_scope(self, client: &str, scope: &str) -> Self {
        self.row(
            "tsmpClientVgroupList",
            json!({"clientId": client, "vgroupId": scope}),
        )
    }

    pub(crate) fn x_key(self, id: i64, client: &str, en: &str, more: Value) -> Self {
        let row = json!({"apiKeyId": id, "clientId": client, "apiKeyAlias": format!("alias-{en}"),
            "effectiveAt": 1, "expiredAt": 2, "apiKeyMask": "abc***xyz", "apiKeyEn": en});
        self.with("dgrXApiKeyList", row, more)
    }

    pub(crate) fn x_map(self, id: i64, key: i64, group: &str) -> Self {
        self.row(
            "dgrXApiKeyMapList",
            json!({"apiKeyMapId": id, "refApiKeyId": key, "groupId": group}),
        )
    }

    pub(crate) fn open_key(self, id: i64, client: &str, key: &str, more: Value) -> Self {
        let row = json!({"openApiKeyId": id, "clientId": client, "openApiKey": key, "secretKey": "secret",
            "openApiKeyAlias": format!("alias-{key}"), "timesQuota": -1, "timesThreshold": -1, "expiredAt": 2,
            "openApiKeyStatus": "1", "rolloverFlag": "N"});
        self.with("tsmpOpenApiKeyList", row, more)
    }

    pub(crate) fn open_map(self, id: i64, key: i64, uid: &str) -> Self {
        let row = json!({"openApiKeyMapId": id, "refOpenApiKeyId": key, "refApiUid": uid});
        self.row("tsmpOpenApiKeyMapList", row)
    }

    /// Says what a uid of the file's environment means.
    pub(crate) fn api_use(self, uid: &str, (module, key): Api) -> Self {
        self.row(
            "dgrApikeyUseApiList",
            json!({"apiUid": uid, "moduleName": module, "apiId": key}),
        )
    }

    pub(crate) fn dp_app(self, id: i64, client: &str, more: Value) -> Self {
        let row = json!({"dpApplicationId": id, "applicationName": "app", "clientId": client,
            "dpUserName": "user", "idTokenJwtstr": "jwt", "iss": "iss"});
        self.with("dpAppList", row, more)
    }

    pub(crate) fn idp_o(self, id: i64, client: &str, idp_type: &str, more: Value) -> Self {
        let row = json!({"gtwIdpInfoOId": id, "clientId": client, "idpType": idp_type, "status": "Y",
            "idpClientId": "idp-client", "idpClientMima": "idp-secret", "callbackUrl": "https://h/cb"});
        self.with("dgrGtwIdpInfoOList", row, more)
    }

    pub(crate) fn idp_l(self, id: i64, client: &str, more: Value) -> Self {
        let row = json!({"gtwIdpInfoLId": id, "clientId": client, "status": "Y", "ldapUrl": "ldap://h",
            "ldapDn": "cn={{0}}", "ldapTimeout": 3000, "pageTitle": "LDAP"});
        self.with("dgrGtwIdpInfoLList", row, more)
    }

    pub(crate) fn idp_a(self, id: i64, client: &str, more: Value) -> Self {
        let row = json!({"gtwIdpInfoAId": id, "clientId": client, "status": "Y", "apiUrl": "https://h",
            "apiMethod": "POST", "reqBodyType": "N", "sucByType": "H", "pageTitle": "API"});
        self.with("dgrGtwIdpInfoAList", row, more)
    }

    pub(crate) fn idp_jdbc(self, id: i64, client: &str, connection: &str, more: Value) -> Self {
        let row = json!({"gtwIdpInfoJdbcId": id, "clientId": client, "status": "Y",
            "connectionName": connection, "sqlPtmt": "select 1", "sqlParams": "[]", "userMimaAlg": "SHA",
            "userMimaColName": "pw", "idtSub": "sub", "pageTitle": "JDBC"});
        self.with("dgrGtwIdpInfoJdbcList", row, more)
    }
}
