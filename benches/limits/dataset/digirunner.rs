//! An export of digiRunner: 14.4 rows for each client, some 3.4 kB.
//!
//! To cover a client that differs, 5.2 rows are updated (those of its keys and of its IdP for who did
//! it and when) and 1.8 added: a host, and, four times of five, its place in another group.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Class, Dataset, Edition, Object};

/// How many APIs the target has, in ten modules.
const APIS: usize = 1000;

/// How many clients share a group, beside the one that each has of its own.
const TEAM: usize = 100;

/// Of so many clients, one has a row in the tables that most have none in.
const PORTAL: usize = 50;

const LISTS: [&str; 24] = [
    "tsmpClientList",
    "tsmpClientHostList",
    "oauthClientDetailsList",
    "tsmpDpClientextList",
    "tsmpGroupList",
    "tsmpClientGroupList",
    "tsmpGroupApiList",
    "dgrXApiKeyList",
    "dgrXApiKeyMapList",
    "tsmpOpenApiKeyList",
    "tsmpOpenApiKeyMapList",
    "dgrGtwIdpInfoOList",
    "dgrApikeyUseApiList",
    "tsmpVgroupList",
    "tsmpClientVgroupList",
    "tsmpVgroupGroupList",
    "tsmpGroupAuthoritiesList",
    "tsmpGroupAuthoritiesMapList",
    "tsmpVgroupAuthoritiesMapList",
    "dpAppList",
    "dgrGtwIdpInfoLList",
    "dgrGtwIdpInfoAList",
    "dgrGtwIdpInfoJdbcList",
    "dgrRdbConnectionList",
];

/// What every target has: the APIs that the gateway serves.
pub(crate) fn apis() -> String {
    format!(
        "INSERT INTO tsmp_api (api_key, module_name, api_name, api_status, api_src, api_uid, create_time, create_user)
         SELECT 'api-' || n, 'module-' || n % 10, 'API ' || n, '1', 'R', 'target-' || n, now(), 'bench'
         FROM generate_series(0, {}) n",
        APIS - 1
    )
}

/// Returns one edition of a dataset's export.
pub(crate) fn file(dataset: &Dataset, edition: Edition) -> String {
    let mut lists = Lists::default();
    for number in 0..APIS / 10 {
        let (module, key) = api(number);
        lists.add(
            "dgrApikeyUseApiList",
            &json!({"apiUid": uid(number), "moduleName": module, "apiId": key}),
        );
    }
    lists.add(
        "tsmpGroupAuthoritiesList",
        &json!({"groupAuthoritieId": "OTP", "groupAuthoritieName": "One-time password"}),
    );
    lists.add(
        "dgrRdbConnectionList",
        &json!({"connectionName": "users", "jdbcUrl": "jdbc:postgresql://users/users", "userName": "reader",
            "mima": "ENC(x)", "maxPoolSize": 10, "connectionTimeout": 30_000, "idleTimeout": 600_000,
            "maxLifetime": 1_800_000}),
    );
    // Ids are another environment's in each edition.
    let offset = if edition == Edition::Before {
        5_000_000
    } else {
        0
    };
    // A client can always be in another one too.
    let teams = dataset.size.div_ceil(TEAM).max(2);
    for team in 0..teams {
        lists.group(
            offset + 2_000_000 + team,
            &format!("team-{team}"),
            "shared",
            &[team],
        );
    }
    for object in dataset.objects(edition) {
        lists.client(object, teams, offset);
    }
    lists.export()
}

fn api(number: usize) -> (String, String) {
    let number = number % APIS;
    (format!("module-{}", number % 10), format!("api-{number}"))
}

fn uid(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

/// The rows of the export, as text.
#[derive(Default)]
struct Lists {
    lists: [String; LISTS.len()],
}

impl Lists {
    fn add(&mut self, list: &str, row: &Value) {
        let index = LISTS
            .iter()
            .position(|other| *other == list)
            .expect("a list of the export");
        let text = &mut self.lists[index];
        let comma = if text.is_empty() { "" } else { ",\n" };
        write!(text, "{comma}{row}").expect("text is written to a string");
    }

    fn group(&mut self, id: usize, name: &str, description: &str, apis: &[usize]) {
        let id = id.to_string();
        let row = json!({"groupId": id, "groupName": name, "groupAlias": null, "groupDesc": description,
            "groupAccess": "[]", "securityLevelId": "SYSTEM", "allowDays": 0, "allowTimes": 0, "vgroupFlag": "0",
            "vgroupId": null, "vgroupName": null});
        self.add("tsmpGroupList", &row);
        for number in apis {
            let (module, key) = api(*number);
            let row = json!({"groupId": id, "apiKey": key, "moduleName": module, "moduleVer": "0"});
            self.add("tsmpGroupApiList", &row);
        }
    }

    fn client(&mut self, mut object: Object, teams: usize, offset: usize) {
        let (index, word, is_changed) = (object.index, object.word(), object.is_changed());
        let id = format!("client-{index}");
        let level = match (object.class, object.edition) {
            (Class::Blocked, Edition::Before) => "OTHER",
            _ => "SYSTEM",
        };
        let secret = object.token(86);
        // No two look alike, or the screen would have little to draw from one to the next.
        let [length, dice] = [object.random.usize(4..36), object.random.usize(0..8)];
        let owner = format!("數位金融處 {}", object.token(length));
        let emails = (dice % 4 > 0).then(|| format!("ops-{index}@bank.example"));
        let time_zone = (dice < 4).then_some("Asia/Taipei");
        let row = json!({"clientId": id, "clientName": format!("client-name-{index}"),
            "clientAlias": format!("客戶 {index}"), "clientStatus": "1", "tps": 10, "emails": emails,
            "apiQuota": null, "apiUsed": null, "cPriority": 5, "owner": owner, "remark": word,
            "securityLevelId": level, "signupNum": null, "pwdFailTimes": 0, "failTreshhold": 3, "accessTokenQuota": 0,
            "refreshTokenQuota": 0, "clientSecret": secret, "startDate": null, "endDate": null,
            "startTimePerDay": null, "endTimePerDay": null, "timeZone": time_zone, "dpClientEntry": null});
        self.add("tsmpClientList", &row);
        let hosts = [
            (
                "app",
                format!(
                    "10.{}.{}.{}",
                    index / 65_536,
                    index / 256 % 256,
                    index % 256
                ),
            ),
            ("web", format!("web-{index}.bank.example")),
            ("new", format!("new-{index}.bank.example")),
        ];
        for (number, (name, address)) in hosts.iter().take(2 + usize::from(is_changed)).enumerate()
        {
            let row = json!({"hostSeq": index * 3 + number + offset, "clientId": id, "hostName": format!("{name}-{index}"),
                "hostIp": address, "createTime": null});
            self.add("tsmpClientHostList", &row);
        }
        self.credentials(&id, &mut object, &secret);
        let row = json!({"clientId": id, "clientSeqId": index + offset, "contentTxt": "-", "regStatus": "2",
            "pwdStatus": "1", "pwdResetKey": null, "reviewRemark": word, "refReviewUser": "manager",
            "resubmitDateTime": null, "resubmitDateTimeForLongTime": null, "publicFlag": "0", "createDateTime": null,
            "createUser": null, "updateDateTime": null, "updateUser": null, "version": 1, "keywordSearch": null});
        self.add("tsmpDpClientextList", &row);
        let group = 1_000_000 + index + offset;
        let apis = [0, 1, 2].map(|step| index * 7 + step);
        self.group(group, &format!("group-{index}"), "own", &apis);
        let team = |index: usize| 2_000_000 + index % teams + offset;
        let mut groups = vec![group, team(index)];
        if is_changed && index % 5 != 0 {
            groups.push(team(index + 1));
        }
        for group in groups {
            let row = json!({"clientId": id, "groupId": group.to_string()});
            self.add("tsmpClientGroupList", &row);
        }
        self.keys(&id, &mut object, group);
        if index.is_multiple_of(PORTAL) {
            self.portal(&id, index, offset);
        }
    }

    /// Adds a scope of one API, an application of the portal, and an IdP of each sort.
    fn portal(&mut self, id: &str, index: usize, offset: usize) {
        let scope = (3_000_000 + index + offset).to_string();
        let hidden = (4_000_000 + index + offset).to_string();
        let (module, key) = api(index);
        let name = format!("scope-{index}");
        let rows = [
            (
                "tsmpVgroupList",
                json!({"vgroupId": scope, "vgroupName": name, "vgroupAlias": null, "vgroupDesc": "own",
                "vgroupAccess": "[]", "securityLevelId": "SYSTEM", "allowDays": 0, "allowTimes": 0}),
            ),
            (
                "tsmpVgroupAuthoritiesMapList",
                json!({"vgroupId": scope, "vgroupAuthoritieId": "OTP"}),
            ),
            (
                "tsmpGroupList",
                json!({"groupId": hidden, "groupName": format!("hidden-{index}"), "groupAccess": "[]",
                "securityLevelId": "SYSTEM", "allowDays": 0, "allowTimes": 0, "vgroupFlag": "1", "vgroupId": scope,
                "vgroupName": name}),
            ),
            (
                "tsmpGroupAuthoritiesMapList",
                json!({"groupId": hidden, "groupAuthoritieId": "OTP"}),
            ),
            (
                "tsmpGroupApiList",
                json!({"groupId": hidden, "apiKey": key, "moduleName": module, "moduleVer": "0"}),
            ),
            (
                "tsmpVgroupGroupList",
                json!({"vgroupId": scope, "groupId": hidden}),
            ),
            (
                "tsmpClientVgroupList",
                json!({"clientId": id, "vgroupId": scope}),
            ),
            (
                "tsmpClientGroupList",
                json!({"clientId": id, "groupId": hidden}),
            ),
            (
                "dpAppList",
                json!({"dpApplicationId": 10 * index + 4, "applicationName": format!("app-{index}"),
                "applicationDesc": null, "clientId": id, "dpUserName": "user", "idTokenJwtstr": "token", "iss": "issuer"}),
            ),
            (
                "dgrGtwIdpInfoLList",
                json!({"gtwIdpInfoLId": 7_000_000 + index, "clientId": id, "status": "Y",
                "ldapUrl": "ldap://directory", "ldapDn": "cn={{0}}", "ldapTimeout": 3000, "pageTitle": "LDAP"}),
            ),
            (
                "dgrGtwIdpInfoAList",
                json!({"gtwIdpInfoAId": 7_000_000 + index, "clientId": id, "status": "Y",
                "apiUrl": "https://idp.example", "apiMethod": "POST", "reqBodyType": "N", "sucByType": "H",
                "pageTitle": "API"}),
            ),
            (
                "dgrGtwIdpInfoJdbcList",
                json!({"gtwIdpInfoJdbcId": 7_000_000 + index, "clientId": id, "status": "Y",
                "connectionName": "users", "sqlPtmt": "SELECT 1", "sqlParams": "[]", "userMimaAlg": "SHA",
                "userMimaColName": "password", "idtSub": "sub", "pageTitle": "JDBC"}),
            ),
        ];
        for (list, row) in &rows {
            self.add(list, row);
        }
    }

    fn credentials(&mut self, id: &str, object: &mut Object, secret: &str) {
        let word = object.word();
        let row = json!({"clientId": id, "resourceIds": "YWRtaW5BUEk", "clientSecret": secret, "scope": "select",
            "authorizedGrantTypes": "client_credentials,refresh_token",
            "webServerRedirectUri": format!("https://{id}.bank.example/{word}"), "authorities": "client",
            "accessTokenValidity": 86400, "refreshTokenValidity": 86400, "additionalInformation": "{}", "autoapprove": null,
            "webServerRedirectUri1": null, "webServerRedirectUri2": null, "webServerRedirectUri3": null,
            "webServerRedirectUri4": null, "webServerRedirectUri5": null});
        self.add("oauthClientDetailsList", &row);
        let mima = object.token(40);
        let row = json!({"gtwIdpInfoOId": 7_000_000 + object.index, "clientId": id, "idpType": "GOOGLE", "status": "Y",
            "remark": null, "idpClientId": format!("{id}.apps.example"), "idpClientMima": mima, "idpClientName": null,
            "wellKnownUrl": "https://accounts.example/.well-known/openid-configuration",
            "callbackUrl": format!("https://gate.bank.example/{id}/callback"), "authUrl": null, "accessTokenUrl": null,
            "scope": "openid email profile", "createDateTime": null, "createUser": null, "updateDateTime": null,
            "updateUser": null, "version": 1});
        self.add("dgrGtwIdpInfoOList", &row);
    }

    fn keys(&mut self, id: &str, object: &mut Object, group: usize) {
        let (index, word) = (object.index, object.word());
        let (key, secret) = (object.token(44), object.token(64));
        let row = json!({"apiKeyId": 10 * index, "clientId": id, "apiKeyAlias": format!("key-{index}"),
            "effectiveAt": 1_700_000_000_000_u64, "expiredAt": 1_900_000_000_000_u64, "apiKey": null,
            "apiKeyMask": "abcd****wxyz", "apiKeyEn": key, "createDateTime": null, "createUser": null,
            "updateDateTime": null, "updateUser": null, "version": 1});
        self.add("dgrXApiKeyList", &row);
        let row = json!({"apiKeyMapId": 10 * index + 1, "refApiKeyId": 10 * index, "groupId": group.to_string(),
            "createDateTime": null, "createUser": null, "updateDateTime": null, "updateUser": null, "version": 1});
        self.add("dgrXApiKeyMapList", &row);
        if index % 5 != 0 {
            return;
        }
        let row = json!({"openApiKeyId": 10 * index + 2, "clientId": id, "openApiKey": format!("{index}-{key}"),
            "secretKey": secret, "openApiKeyAlias": format!("dgrk-{word}"), "timesQuota": -1, "timesThreshold": -1,
            "expiredAt": 1_900_000_000_000_u64, "revokedAt": null, "openApiKeyStatus": "1", "rolloverFlag": "N",
            "createDateTime": null, "createUser": null, "updateDateTime": null, "updateUser": null, "version": 1});
        self.add("tsmpOpenApiKeyList", &row);
        let row = json!({"openApiKeyMapId": 10 * index + 3, "refOpenApiKeyId": 10 * index + 2,
            "refApiUid": uid(index / 5 % (APIS / 10)), "createDateTime": null, "createUser": null, "updateDateTime": null,
            "updateUser": null, "version": 1});
        self.add("tsmpOpenApiKeyMapList", &row);
    }

    fn export(self) -> String {
        let mut text = String::from("{\"importClientRelated\":{");
        for (name, rows) in LISTS.iter().zip(&self.lists) {
            writeln!(text, "\"{name}\":[{rows}],").expect("text is written to a string");
        }
        text.push_str(
            r#""tsmpSecurityLevelList":[
{"securityLevelId":"SYSTEM","securityLevelName":"System","securityLevelDesc":null},
{"securityLevelId":"OTHER","securityLevelName":"Other","securityLevelDesc":null}]},"analyzeClientRelated":null}"#,
        );
        text
    }
}
