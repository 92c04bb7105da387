//! Every field of every table at its limit and beyond: what a plan lets through, the database
//! takes; what the database would refuse is blocked with its reason.
//!
//! Each case is an item of its own with one odd value, all of them in one file: one plan and one
//! apply judge them all.

use std::collections::BTreeMap;

use gatediff::engine::{Entry, Outcome, Plan, Status};
use serde_json::{Map, Value, json};

use crate::support::sample::{Sample, sample};
use crate::support::site::{Site, count, cover_all};

const FIELDS: &str = include_str!("../../fixtures/digirunner/fields.csv");

/// How a value is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Odd {
    /// As long as its column takes, in characters of three bytes.
    Full,
    /// Longer by one character.
    TooLong,
    /// A NUL character in it.
    Nul,
    /// Null.
    Null,
    /// The largest number of its column.
    Largest,
    /// Larger by one, where the file can say so.
    TooLarge,
}

/// One item with one odd value.
struct Case {
    number: usize,
    field: BTreeMap<String, String>,
    odd: Odd,
}

impl Case {
    fn list(&self) -> &str {
        &self.field["json_list"]
    }

    fn name(&self) -> &str {
        &self.field["json_field"]
    }

    fn describe(&self) -> String {
        format!("{}.{} {:?}", self.list(), self.name(), self.odd)
    }

    /// Says whether the value is written as the file has it, and cannot be.
    fn must_be_blocked(&self) -> bool {
        let is_bad = match self.odd {
            Odd::Full | Odd::Largest => false,
            Odd::TooLong | Odd::Nul | Odd::TooLarge => true,
            Odd::Null => self.field["null"] == "not null",
        };
        // The search text of a portal application is copied, whatever its role.
        let is_written = matches!(self.field["role"].as_str(), "" | "secret" | "runtime")
            || (self.list() == "dpAppList" && self.name() == "keywordSearch");
        is_bad && is_written && !self.detaches()
    }

    /// Says whether the value is what ties the row to its item, or to an API: the row is left out.
    fn detaches(&self) -> bool {
        let is_owner = self.name() == "clientId" && self.list() != "tsmpClientList";
        is_owner
            || (self.list() == "tsmpGroupApiList"
                && ["apiKey", "moduleName"].contains(&self.name()))
    }

    fn value(&self) -> Value {
        let number = self.number.to_string();
        let size = || {
            let size = self.field["column_type"].split(['(', ')']).nth(1);
            size.unwrap_or_else(|| panic!("{} has no size", self.describe()))
                .parse::<usize>()
                .unwrap()
        };
        let text = |length: usize| {
            // Unlike any other, as far as there is room.
            let unique: String = number.chars().take(length).collect();
            unique
                .chars()
                .chain(std::iter::repeat('客'))
                .take(length)
                .collect::<String>()
        };
        match self.odd {
            Odd::Full => json!(text(size())),
            Odd::TooLong => json!(text(size() + 1)),
            Odd::Nul => json!(if size() == 1 {
                "\0".to_owned()
            } else {
                format!("{}\0", text(size() - 1))
            }),
            Odd::Null => Value::Null,
            Odd::Largest if self.field["column_type"] == "integer" => json!(i32::MAX),
            Odd::Largest => json!(i64::MAX),
            Odd::TooLarge => json!(i64::from(i32::MAX) + 1),
        }
    }
}

/// Returns every field with everything that may be odd about it.
fn cases() -> Vec<Case> {
    let records = csv::Reader::from_reader(FIELDS.as_bytes()).into_deserialize();
    let mut cases = Vec::new();
    for field in records.map(Result::<BTreeMap<String, String>, _>::unwrap) {
        let odds: &[Odd] = match (field["json_type"].as_str(), field["column_type"].as_str()) {
            (_, "(not a column)") | ("Date", _) => &[],
            ("String", _) => &[Odd::Full, Odd::TooLong, Odd::Nul, Odd::Null],
            ("Long", "integer") => &[Odd::Largest, Odd::TooLarge, Odd::Null],
            _ => &[Odd::Largest, Odd::Null],
        };
        for odd in odds {
            // Random ids, counters and versions are ours; the largest of each kind would clash.
            let is_id = field["role"] == "local-id" && *odd == Odd::Largest;
            if !is_id {
                cases.push(Case {
                    number: cases.len() + 1,
                    field: field.clone(),
                    odd: *odd,
                });
            }
        }
    }
    cases
}

/// Returns the row of a list that belongs to a case, as it should be.
fn row(list: &str, n: usize) -> Value {
    let client = format!("c{n}");
    let id = n.to_string();
    match list {
        "tsmpClientList" => {
            json!({"clientId": client, "clientName": format!("name {n}"), "tps": 1, "owner": "o",
            "clientStatus": "1", "securityLevelId": "SYSTEM"})
        }
        "tsmpClientHostList" => {
            json!({"hostSeq": n, "clientId": client, "hostName": "h", "hostIp": "1.1.1.1"})
        }
        "oauthClientDetailsList" => json!({"clientId": client}),
        "tsmpDpClientextList" => {
            json!({"clientId": client, "clientSeqId": n, "contentTxt": "t", "regStatus": "0",
            "pwdStatus": "1"})
        }
        "tsmpGroupList" => json!({"groupId": id, "groupName": format!("g{n}"), "vgroupFlag": "0"}),
        "tsmpClientGroupList" => json!({"clientId": client, "groupId": id}),
        "tsmpVgroupList" => {
            json!({"vgroupId": id, "vgroupName": format!("s{n}"), "allowDays": 0, "allowTimes": 0})
        }
        "tsmpClientVgroupList" => json!({"clientId": client, "vgroupId": id}),
        "tsmpVgroupGroupList" => json!({"vgroupId": id, "groupId": id}),
        "tsmpGroupApiList" => json!({"groupId": id, "apiKey": "k", "moduleName": "m"}),
        "dgrXApiKeyList" => {
            json!({"apiKeyId": n, "clientId": client, "apiKeyAlias": "a", "effectiveAt": 1,
            "expiredAt": 2, "apiKeyMask": "m", "apiKeyEn": format!("en{n}")})
        }
        "dgrXApiKeyMapList" => json!({"apiKeyMapId": n, "refApiKeyId": n, "groupId": id}),
        "tsmpGroupAuthoritiesList" => {
            json!({"groupAuthoritieId": format!("a{n}"), "groupAuthoritieName": format!("name {n}")})
        }
        "tsmpGroupAuthoritiesMapList" => json!({"groupId": id, "groupAuthoritieId": "A"}),
        "tsmpVgroupAuthoritiesMapList" => json!({"vgroupId": id, "vgroupAuthoritieId": "A"}),
        "tsmpSecurityLevelList" => {
            json!({"securityLevelId": format!("l{n}"), "securityLevelName": format!("name {n}")})
        }
        "dpAppList" => {
            json!({"dpApplicationId": n, "applicationName": "a", "clientId": client, "dpUserName": "u",
            "idTokenJwtstr": "t", "iss": "i"})
        }
        "tsmpOpenApiKeyList" => {
            json!({"openApiKeyId": n, "clientId": client, "openApiKey": format!("k{n}"),
            "secretKey": "s", "openApiKeyAlias": "a", "timesQuota": -1, "timesThreshold": -1, "expiredAt": 1,
            "openApiKeyStatus": "1", "rolloverFlag": "N"})
        }
        "tsmpOpenApiKeyMapList" => {
            json!({"openApiKeyMapId": n, "refOpenApiKeyId": n, "refApiUid": "uid-m-k"})
        }
        "dgrGtwIdpInfoOList" => {
            json!({"gtwIdpInfoOId": n, "clientId": client, "idpType": "GOOGLE", "status": "Y",
            "idpClientId": "i", "idpClientMima": "m", "callbackUrl": "u"})
        }
        "dgrGtwIdpInfoLList" => {
            json!({"gtwIdpInfoLId": n, "clientId": client, "status": "Y", "ldapUrl": "u",
            "ldapDn": "d", "ldapTimeout": 1, "pageTitle": "p"})
        }
        "dgrGtwIdpInfoAList" => {
            json!({"gtwIdpInfoAId": n, "clientId": client, "status": "Y", "apiUrl": "u",
            "apiMethod": "POST", "reqBodyType": "N", "sucByType": "H", "pageTitle": "p"})
        }
        "dgrGtwIdpInfoJdbcList" => json!({"gtwIdpInfoJdbcId": n, "clientId": client, "status": "Y",
            "connectionName": "R", "sqlPtmt": "s", "sqlParams": "p", "userMimaAlg": "a", "userMimaColName": "c",
            "idtSub": "i", "pageTitle": "p"}),
        "dgrRdbConnectionList" => {
            json!({"connectionName": format!("r{n}"), "jdbcUrl": "u", "userName": "u",
            "mima": "m", "maxPoolSize": 1, "connectionTimeout": 1, "idleTimeout": 1, "maxLifetime": 1})
        }
        other => panic!("{other} has no row here"),
    }
}

/// Returns the lists whose rows a row of a list needs around it, and the kind of item it is of.
fn around(list: &str) -> (&'static [&'static str], &'static str) {
    match list {
        "tsmpClientList" => (&[], "client"),
        "tsmpGroupList" => (&[], "group"),
        "tsmpVgroupList" => (&[], "scope"),
        "tsmpGroupAuthoritiesList" => (&[], "authentication"),
        "tsmpSecurityLevelList" => (&[], "security-level"),
        "dgrRdbConnectionList" => (&[], "rdb-connection"),
        "tsmpClientGroupList" => (&["tsmpClientList", "tsmpGroupList"], "client"),
        "tsmpClientVgroupList" => (&["tsmpClientList", "tsmpVgroupList"], "client"),
        "tsmpVgroupGroupList" => (&["tsmpVgroupList"], "scope"),
        "tsmpGroupApiList" | "tsmpGroupAuthoritiesMapList" => (&["tsmpGroupList"], "group"),
        "tsmpVgroupAuthoritiesMapList" => (&["tsmpVgroupList"], "scope"),
        "dgrXApiKeyMapList" => (
            &["tsmpClientList", "tsmpGroupList", "dgrXApiKeyList"],
            "client",
        ),
        "tsmpOpenApiKeyMapList" => (&["tsmpClientList", "tsmpOpenApiKeyList"], "client"),
        _ => (&["tsmpClientList"], "client"),
    }
}

/// Returns what items need that the cases are not about.
fn prerequisites() -> Sample {
    sample()
        .api(("m", "k"))
        .authentication("A", "A")
        .connection("R", json!({}))
        .api_use("uid-m-k", ("m", "k"))
}

/// Returns an environment with a case's rows, odd or not.
fn with(mut sample: Sample, case: &Case, is_odd: bool) -> Sample {
    let lists = around(case.list()).0.iter().copied().chain([case.list()]);
    for list in lists {
        let list = crate::support::sample::LISTS
            .into_iter()
            .find(|known| *known == list)
            .unwrap();
        let mut row = row(list, case.number);
        if is_odd && list == case.list() {
            row[case.name()] = case.value();
        }
        sample = sample.row(list, row);
    }
    sample
}

/// Finds a case's item, whose key may be the odd value.
fn entry<'p>(plan: &'p Plan, case: &Case) -> &'p Entry {
    let kind = around(case.list()).1;
    let own = match kind {
        "client" => ("tsmpClientList", "clientId"),
        "group" => ("tsmpGroupList", "groupName"),
        "scope" => ("tsmpVgroupList", "vgroupName"),
        "authentication" => ("tsmpGroupAuthoritiesList", "groupAuthoritieId"),
        "security-level" => ("tsmpSecurityLevelList", "securityLevelId"),
        _ => ("dgrRdbConnectionList", "connectionName"),
    };
    let key = match own == (case.list(), case.name()) {
        true => case.value(),
        false => row(own.0, case.number)[own.1].clone(),
    };
    let key = key.as_str().unwrap_or_default();
    let mut found = plan.entries().iter();
    let found =
        found.find(|entry| entry.item.id.kind.as_str() == kind && &*entry.item.id.key == key);
    found.unwrap_or_else(|| panic!("{}: no item {kind} '{key}'", case.describe()))
}

/// Says what is wrong with the judgement on a case.
fn complaint(plan: &Plan, case: &Case) -> Option<String> {
    let entry = entry(plan, case);
    let reasons = &entry.verdict.reasons;
    let is_blocked = reasons
        .iter()
        .any(|reason| reason.code.starts_with("value-"));
    let described: Map<String, Value> = reasons
        .iter()
        .map(|reason| (reason.code.to_string(), json!(reason.message)))
        .collect();
    // Nothing has such an id, so that the authentication type is what is missing.
    let is_link = ["groupAuthoritieId", "vgroupAuthoritieId"].contains(&case.name())
        && case.list() != "tsmpGroupAuthoritiesList";
    let is_right = match case.must_be_blocked() {
        true if is_link => entry.verdict.status.is_blocked(),
        true => {
            is_blocked
                && described
                    .values()
                    .any(|described| described.as_str().unwrap().contains(case.name()))
        }
        // A flag and an id that others refer to are more than a value.
        false => {
            !is_blocked
                || case.name() == "vgroupFlag"
                || (case.field["role"] == "local-id" && case.odd == Odd::Null)
        }
    };
    (!is_right).then(|| {
        format!(
            "{}: {} {described:?}",
            case.describe(),
            entry.verdict.status
        )
    })
}

async fn judge(target: &Sample, cases: &[Case]) -> (usize, usize, usize) {
    let site = Site::new(target).await;
    let file = cases
        .iter()
        .fold(prerequisites(), |sample, case| with(sample, case, true));
    let review = site.review(&file).await;
    let complaints: Vec<String> = cases
        .iter()
        .filter_map(|case| complaint(&review.plan, case))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let is_blocked = |entry: &&Entry| entry.verdict.status.is_blocked();
    let blocked = review.plan.entries().iter().filter(is_blocked).count();
    let adds = review
        .plan
        .entries()
        .iter()
        .filter(|entry| entry.verdict.status == Status::Add)
        .count();
    // The database refuses nothing of what is left.
    let receipt = site.apply(&review, &cover_all(&review.plan)).await.unwrap();
    assert_eq!(count(&receipt, Outcome::Blocked), blocked);
    assert_eq!(count(&receipt, Outcome::Added), adds);
    (blocked, adds, count(&receipt, Outcome::Covered))
}

#[tokio::test]
async fn what_a_plan_lets_through_the_database_takes_when_adding() {
    let cases = cases();
    assert!(cases.len() > 700, "{} cases", cases.len());
    let (blocked, adds, _) = judge(&sample().api(("m", "k")), &cases).await;
    assert!(
        blocked > 300 && adds > 300,
        "{blocked} blocked, {adds} added"
    );
}

#[tokio::test]
async fn what_a_plan_lets_through_the_database_takes_when_covering() {
    let cases = cases();
    let target = cases
        .iter()
        .fold(prerequisites(), |sample, case| with(sample, case, false));
    let (blocked, _, covered) = judge(&target, &cases).await;
    assert!(
        blocked > 300 && covered > 200,
        "{blocked} blocked, {covered} covered"
    );
}

#[tokio::test]
async fn hidden_groups_at_their_limits_are_taken_and_beyond_them_blocked() {
    let of_groups = cases()
        .into_iter()
        .filter(|case| case.list() == "tsmpGroupList");
    let of_groups: Vec<Case> = of_groups
        .filter(|case| case.field["role"] != "local-id")
        .collect();
    let site = Site::new(&sample().api(("m", "k"))).await;
    let file = of_groups.iter().fold(prerequisites(), |sample, case| {
        let (n, name) = (case.number, case.name().to_owned());
        let odd = if name == "vgroupFlag" {
            json!("1")
        } else {
            case.value()
        };
        let mut more = Map::from_iter([("vgroupName".to_owned(), json!("s"))]);
        more.insert(name, odd);
        sample
            .scope(&n.to_string(), &format!("s{n}"), json!({}))
            .hidden(
                &format!("h{n}"),
                &n.to_string(),
                ("m", "k"),
                Value::Object(more),
            )
    });
    let review = site.review(&file).await;
    for case in of_groups.iter().filter(|case| case.name() != "vgroupFlag") {
        let key = format!("s{}", case.number);
        let mut entries = review.plan.entries().iter();
        let entry = entries.find(|entry| *entry.item.id.key == *key).unwrap();
        let is_blocked = entry
            .verdict
            .reasons
            .iter()
            .any(|reason| reason.code.starts_with("value-"));
        assert_eq!(
            is_blocked,
            case.must_be_blocked(),
            "{}: {:?}",
            case.describe(),
            entry.verdict
        );
    }
    site.apply(&review, &cover_all(&review.plan)).await.unwrap();
}

#[tokio::test]
async fn an_api_whose_module_fits_the_apis_table_and_not_the_links_is_blocked() {
    let long = "m".repeat(101);
    let site = Site::new(&sample().api(("m", "k"))).await;
    site.run("UPDATE tsmp_api SET module_name = repeat('m', 101)")
        .await;
    let link = json!({"groupId": "1", "apiKey": "k", "moduleName": long});
    let file = sample()
        .group("1", "g", json!({}))
        .row("tsmpGroupApiList", link);
    let review = site.review(&file).await;
    let entry = &review.plan.entries()[0];
    assert_eq!(entry.verdict.reasons[0].code, "value-too-long");
    assert!(
        entry.verdict.reasons[0]
            .message
            .contains("tsmp_group_api.module_name holds at most 100")
    );
}

#[tokio::test]
async fn the_days_that_postgresql_takes_are_written_and_others_are_blocked() {
    let site = Site::new(&sample()).await;
    // From before PostgreSQL's first day to the last one that a file can say.
    let days = [
        "-300000000000000",
        "-210000000000000",
        "-62135596800000",
        "0",
        "8210000000000000",
    ];
    let file = days.iter().enumerate().fold(sample(), |sample, (n, day)| {
        let client = format!("c{n}");
        let more = json!({"resubmitDateTimeForLongTime": day});
        sample
            .client(&client, json!({}))
            .clientext(&client, i64::try_from(n).unwrap(), more)
    });
    let receipt = site.import(&file).await;
    assert_eq!(
        (
            count(&receipt, Outcome::Blocked),
            count(&receipt, Outcome::Added)
        ),
        (1, 4)
    );
}

#[tokio::test]
async fn as_many_groups_as_a_plan_allows_fit_into_the_oauth_row() {
    let max = 186;
    let groups = |sample: Sample, of: usize| {
        (0..of).fold(sample, |sample, n| {
            let id = format!("{}", 9_000_000_000_u64 + u64::try_from(n).unwrap());
            sample
                .group(&id, &format!("g{n}"), json!({}))
                .client_group("a", &id)
        })
    };
    let file = |of| groups(sample().client("a", json!({})).oauth("a", json!({})), of);
    let site = Site::new(&sample()).await;
    // Ids as long as the column for them takes.
    site.run("ALTER SEQUENCE seq_tsmp_group_pk MAXVALUE 9999999999 RESTART 9000000000")
        .await;
    let over = site.review(&file(max + 1)).await;
    assert_eq!(
        over.plan.entries()[0].verdict.reasons[0].code,
        "too-many-groups"
    );
    site.import(&file(max)).await;
    let scope = site.column("oauth_client_details", "scope", "true").await;
    assert_eq!(scope[0].as_str().unwrap().len(), max * 11 - 1);
    // What stands in the target already counts too.
    let more = sample()
        .client("a", json!({"remark": "new"}))
        .oauth("a", json!({}))
        .group("1", "one-more", json!({}))
        .client_group("a", "1");
    let over = site.review(&more).await;
    assert_eq!(
        over.plan.entries()[0].verdict.reasons[0].code,
        "too-many-groups"
    );
}
