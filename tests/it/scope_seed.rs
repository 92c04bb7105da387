//! The product's own page "API Scope", sentence by sentence: what each of them
//! says is so.

use std::sync::Arc;

use gatediff::job::{FailureKind, JobState};
use gatediff::scopes::Edit::Create;
use gatediff::scopes::{Draft, Filter, Part, Sort, Span, Unit, parse_amount, parse_times};
use serde_json::json;

use crate::support::sample::Api;
use crate::support::scopes::{
    BALANCE, BLOCK, Expected, LIST, TRANSFER, about, api, bank, draft, new_scope, same, scope_row,
    with_crm, with_holders, words,
};
use crate::support::site::{OPERATOR, Site};

/// What the consent page of the product asks a user of a client to tick: scope,
/// id, what the API is called. It is the product's own way through the tables.
async fn asked(site: &Site, client: &str) -> Vec<[String; 3]> {
    let sql = "SELECT v.vgroup_name, g.group_id, a.api_name FROM tsmp_client_vgroup c \
               JOIN tsmp_vgroup v USING (vgroup_id) JOIN tsmp_vgroup_group g USING (vgroup_id) \
               JOIN tsmp_group_api l USING (group_id) JOIN tsmp_api a USING (api_key, module_name) \
               WHERE c.client_id = $1 ORDER BY 1, 2, 3";
    let rows: Vec<(String, String, String)> = sqlx::query_as(sql)
        .bind(client)
        .fetch_all(&mut site.db.connect().await)
        .await
        .unwrap();
    rows.into_iter()
        .map(|(scope, group, api)| [scope, group, api])
        .collect()
}

/// Names the scopes that a filter finds.
async fn found(site: &Site, filter: Filter) -> Vec<String> {
    let catalogue = site.catalogue().await;
    assert_eq!(filter.check(&catalogue), None);
    let found = catalogue.search(&filter, Sort::default());
    found
        .into_iter()
        .map(|index| catalogue.scopes()[index].name.to_string())
        .collect()
}

// ---- API Scope

/// > Path: Client Management > API Scope
#[tokio::test]
async fn the_way_to_scopes_is_the_list_of_them() {
    let site = Site::new(&with_crm()).await;
    assert_eq!(found(&site, Filter::default()).await, ["crm", "other"]);
}

/// > The API Scope function is for outsourced vendors to use to apply for API
/// > functions from our bank in place of users. For example, when a user wants
/// > to query his/her demand deposit balance at TPIsoftware Bank through the
/// > authentication network, the authentication network will redirect the user
/// > to the application authorization page of TPIsoftware Bank, where
/// > TPIsoftware Bank will verify the personal information of the user, then ask
/// > the user to select the information he/she wishes to view, and authorize it.
#[tokio::test]
async fn a_user_is_asked_for_each_api_of_a_vendors_scope_by_an_id_of_its_own() {
    let site = Site::new(
        &bank()
            .client("network", json!({}))
            .oauth("network", json!({})),
    )
    .await;
    site.create(&draft("deposits", &[BALANCE, TRANSFER]))
        .await
        .unwrap();
    assert!(asked(&site, "network").await.is_empty());
    site.give("deposits", &["network"]).await.unwrap();
    assert_eq!(
        asked(&site, "network").await,
        [
            ["deposits", "2000000000", "balance"],
            ["deposits", "2000000001", "transfer"]
        ]
    );
    let oauth = site
        .row("oauth_client_details", "client_id = 'network'")
        .await;
    assert_eq!(oauth["scope"], "2000000000,2000000001");
}

/// > API Scope Management is for creating and maintaining APIs that can be
/// > selected and authorized for end users.
#[tokio::test]
async fn what_users_are_asked_for_follows_what_is_maintained() {
    let site = Site::new(&with_holders()).await;
    let before = asked(&site, "one").await;
    assert_eq!(before, [["crm", "601", "balance"], ["crm", "602", "list"]]);
    site.update("crm", |draft| {
        draft.apis.remove(&api(LIST));
        draft.apis.insert(api(BLOCK));
    })
    .await
    .unwrap();
    assert_eq!(
        asked(&site, "one").await,
        [["crm", "2000000000", "block"], ["crm", "601", "balance"]]
    );
}

/// > APIs with the same authentication type can be placed under the same scope
/// > here, and the APIs in this scope will correspond to authorizable client
/// > permissions according to the security level set.
#[tokio::test]
async fn every_api_of_a_scope_has_its_authentication_types_and_its_level() {
    let site = Site::new(&bank()).await;
    let new = Draft {
        level: "B".to_owned(),
        authentications: words(&["OTP"]),
        ..draft("s", &[BALANCE, LIST])
    };
    site.create(&new).await.unwrap();
    let ours = "vgroup_id = '2000000000'";
    assert_eq!(
        site.column("tsmp_group", "security_level_id", ours).await,
        ["B", "B"]
    );
    let types = site
        .rows("tsmp_group_authorities_map", "group_id LIKE '20000%'")
        .await;
    assert_eq!(
        types,
        [
            json!({"group_id": "2000000000", "group_authoritie_id": "OTP"}),
            json!({"group_id": "2000000001", "group_authoritie_id": "OTP"})
        ]
    );
    // The client is of SYSTEM.
    let failure = site
        .refused(site.giving("s", &["app"]).await, &[1365])
        .await;
    assert_eq!(about(&failure), ["client:app"]);
}

// ---- Create API Scope

/// > Click Create API scope to access the creation page.
#[test]
fn creating_begins_with_an_empty_page() {
    let page = Draft::default();
    assert_eq!(
        [&page.name, &page.alias, &page.description].map(String::len),
        [0; 3]
    );
    assert_eq!((page.seconds, page.times, &*page.level), (0, 0, "SYSTEM"));
    assert!(page.authentications.is_empty() && page.apis.is_empty());
}

/// > Fill in the data or make selections as instructed below. The fields marked
/// > with “*” are required.
#[tokio::test]
async fn the_fields_with_a_star_are_required() {
    let required: Vec<&str> = Part::ALL
        .into_iter()
        .filter(|part| part.is_required())
        .map(Part::label)
        .collect();
    assert_eq!(
        required,
        [
            "API scope name",
            "Allowed access duration",
            "Number of allowed access times",
            "Security level"
        ]
    );
    let site = Site::new(&bank()).await;
    let failure = site.refused(Create(draft("", &[])), &[1350]).await;
    assert_eq!(failure.kind, FailureKind::Blocked);
    assert_eq!(
        failure.violations[0].to_string(),
        "1350 Required field: [API scope name]"
    );
    let no_level = Draft {
        level: String::new(),
        ..draft("s", &[])
    };
    let failure = site.refused(Create(no_level), &[1350]).await;
    assert_eq!(
        failure.violations[0].to_string(),
        "1350 Required field: [Security level]"
    );
    for missing in [parse_amount("", Unit::Day), parse_times(" ")] {
        assert_eq!(missing.unwrap_err().code, 1350);
    }
}

/// > API scope name*: Name of the scope.
#[tokio::test]
async fn a_scope_has_a_name() {
    let site = Site::new(&bank()).await;
    let created = site
        .create(&draft("Scope_of-30-characters-0123456", &[BALANCE]))
        .await
        .unwrap();
    assert_eq!(created.id.as_deref(), Some("2000000000"));
    assert_eq!(
        scope_row(&site, "2000000000").await["vgroup_name"],
        "Scope_of-30-characters-0123456"
    );
    assert_eq!(
        site.column("tsmp_group", "vgroup_name", "vgroup_id = '2000000000'")
            .await,
        ["Scope_of-30-characters-0123456"]
    );
}

/// > API scope alias: Alias to help identify the scope.
#[tokio::test]
async fn an_alias_helps_to_identify_the_scope() {
    let site = Site::new(&bank()).await;
    let named = Draft {
        alias: "客戶 😀 'quoted' \"x\" %_".to_owned(),
        ..draft("s", &[])
    };
    site.create(&named).await.unwrap();
    assert_eq!(
        scope_row(&site, "2000000000").await["vgroup_alias"],
        named.alias.as_str()
    );
    assert_eq!(found(&site, Filter::keyword("客戶")).await, ["s"]);
    let twice = Draft {
        name: "t".to_owned(),
        ..named
    };
    let failure = site.refused(Create(twice), &[1353]).await;
    assert_eq!(about(&failure), ["scope:s"]);
}

/// > Allowed access duration*: Number of days valid for this scope; it will
/// > become invalid once expired.
#[tokio::test]
async fn a_scope_is_valid_for_a_number_of_days() {
    let site = Site::new(&bank()).await;
    let seconds = parse_amount("3", Unit::Day).unwrap();
    site.create(&Draft {
        seconds,
        ..draft("s", &[BALANCE])
    })
    .await
    .unwrap();
    assert_eq!(scope_row(&site, "2000000000").await["allow_days"], 259_200);
    assert_eq!(
        site.column("tsmp_group", "allow_days", "vgroup_id = '2000000000'")
            .await,
        [259_200]
    );
    let catalogue = site.catalogue().await;
    assert_eq!(
        Span::new(catalogue.named("s")[0].seconds).to_string(),
        "3 days"
    );
}

/// > If set to 0, it means there are no limits. (Allowed access duration.)
#[tokio::test]
async fn a_duration_of_nought_is_no_limit() {
    let site = Site::new(&bank()).await;
    let seconds = parse_amount("0", Unit::Day).unwrap();
    site.create(&Draft {
        seconds,
        times: 7,
        ..draft("s", &[BALANCE])
    })
    .await
    .unwrap();
    let row = scope_row(&site, "2000000000").await;
    assert_eq!(
        [&row["allow_days"], &row["allow_times"]],
        [&json!(0), &json!(7)]
    );
}

/// > Number of allowed access times*: The maximum number of times this scope of
/// > APIs can be authorized; it can no longer be used after the number of times
/// > has exceeded.
#[tokio::test]
async fn a_scope_can_be_authorized_a_number_of_times() {
    let site = Site::new(&bank()).await;
    let times = parse_times("2147483647").unwrap();
    site.create(&Draft {
        times,
        ..draft("s", &[BALANCE])
    })
    .await
    .unwrap();
    assert_eq!(scope_row(&site, "2000000000").await["allow_times"], times);
    assert_eq!(
        site.column("tsmp_group", "allow_times", "vgroup_id = '2000000000'")
            .await,
        [times]
    );
}

/// > If set to 0, it means there are no limits. (Number of allowed access times.)
#[tokio::test]
async fn nought_times_is_no_limit() {
    let site = Site::new(&bank()).await;
    let times = parse_times("0").unwrap();
    site.create(&Draft {
        times,
        seconds: 60,
        ..draft("s", &[BALANCE])
    })
    .await
    .unwrap();
    let row = scope_row(&site, "2000000000").await;
    assert_eq!(
        [&row["allow_days"], &row["allow_times"]],
        [&json!(60), &json!(0)]
    );
}

/// > Authentication type: Authentication type required for the APIs in this
/// > scope; multiple choices allowed.
///
/// > Authentication type: Click on the icon to access and select from the
/// > authentication list; multiple choices allowed as mentioned above.
#[tokio::test]
async fn several_authentication_types_are_chosen_from_the_list() {
    let site = Site::new(&bank()).await;
    let catalogue = site.catalogue().await;
    let list: Vec<String> = catalogue
        .authentications()
        .iter()
        .map(|label| label.id.to_string())
        .collect();
    assert_eq!(list, ["FACE", "OTP", "PIN"]);
    let new = Draft {
        authentications: words(&["PIN", "FACE"]),
        ..draft("s", &[BALANCE])
    };
    site.create(&new).await.unwrap();
    let of = async |table, column, id| {
        site.column(table, column, &format!("{id} = '2000000000'"))
            .await
    };
    let chosen = ["FACE", "PIN"];
    assert_eq!(
        of(
            "tsmp_vgroup_authorities_map",
            "vgroup_authoritie_id",
            "vgroup_id"
        )
        .await,
        chosen
    );
    assert_eq!(
        of(
            "tsmp_group_authorities_map",
            "group_authoritie_id",
            "group_id"
        )
        .await,
        chosen
    );
    let unknown = Draft {
        authentications: words(&["PIN", "IRIS"]),
        ..draft("t", &[])
    };
    let failure = site.refused(Create(unknown), &[1397]).await;
    assert!(
        failure.violations[0].hint.contains("FACE, OTP, PIN"),
        "{failure:?}"
    );
}

/// > Security level*: Security levels A~F; the security level must correspond to
/// > the security level of the client’s account.
#[tokio::test]
async fn the_level_of_a_scope_has_to_be_its_clients() {
    let sample = ["D", "E", "F"].into_iter().fold(bank(), |sample, id| {
        sample.level(id, &format!("Level {id}"))
    });
    let of_f = json!({"securityLevelId": "F"});
    let site = Site::new(&sample.client("f", of_f).oauth("f", json!({}))).await;
    for level in ["A", "B", "C", "D", "E", "F"] {
        let new = Draft {
            level: level.to_owned(),
            ..draft(level, &[BALANCE])
        };
        site.create(&new).await.unwrap();
    }
    site.refused(
        Create(Draft {
            level: "G".to_owned(),
            ..draft("G", &[])
        }),
        &[1364],
    )
    .await;
    for level in ["A", "B", "C", "D", "E"] {
        site.refused(site.giving(level, &["f"]).await, &[1365])
            .await;
    }
    site.give("F", &["f"]).await.unwrap();
}

/// > Simply select the default system security for the security level.
#[tokio::test]
async fn the_level_is_the_default_one_unless_another_is_chosen() {
    let site = Site::new(&bank()).await;
    site.create(&draft("s", &[BALANCE])).await.unwrap();
    assert_eq!(
        scope_row(&site, "2000000000").await["security_level_id"],
        "SYSTEM"
    );
    assert_eq!(
        site.column(
            "tsmp_group",
            "security_level_id",
            "vgroup_id = '2000000000'"
        )
        .await,
        ["SYSTEM"]
    );
}

/// > If C is selected as the security level for the client, security levels A
/// > and B cannot be found here at API Group. For more information, refer to
/// > Security level.
#[tokio::test]
async fn for_a_client_of_c_scopes_of_a_and_b_cannot_be_found() {
    let site = Site::new(&bank().client("c", json!({"securityLevelId": "C"}))).await;
    for level in ["A", "B", "C"] {
        site.create(&Draft {
            level: level.to_owned(),
            ..draft(level, &[])
        })
        .await
        .unwrap();
    }
    assert_eq!(
        found(
            &site,
            Filter {
                client: Some("c".to_owned()),
                ..Filter::default()
            }
        )
        .await,
        ["C"]
    );
    let catalogue = site.catalogue().await;
    let takers = |name: &str| -> Vec<Arc<str>> {
        catalogue
            .takers(&catalogue.named(name)[0])
            .map(|client| Arc::clone(&client.id))
            .collect()
    };
    assert_eq!(
        [takers("A"), takers("B"), takers("C")],
        [vec!["vendor".into()], vec![], vec!["c".into()]]
    );
}

/// > Description: Description or remarks of the scope.
#[tokio::test]
async fn a_scope_has_a_description() {
    let site = Site::new(&bank()).await;
    let description = "說明".repeat(250);
    site.create(&Draft {
        description: description.clone(),
        ..draft("s", &[])
    })
    .await
    .unwrap();
    assert_eq!(
        scope_row(&site, "2000000000").await["vgroup_desc"],
        description
    );
    let longer = Draft {
        description: "d".repeat(501),
        ..draft("t", &[])
    };
    site.refused(Create(longer), &[1351]).await;
}

/// > API Module: Enter to select the API module currently mounted on the
/// > digiRunner platform.
///
/// > Further instructions for completing the fields.
///
/// > API Module: Click Select module to enter and select the API module
/// > currently mounted on the digiRunner platform.
///
/// > Access the selection page and search for the module to add with the search
/// > field, then click Select at the left to add it into the module list. To
/// > cancel, click Delete at the right of the selected module.
#[tokio::test]
async fn modules_are_those_that_the_target_has() {
    let site = Site::new(&bank().api(("零售", "查詢"))).await;
    let catalogue = site.catalogue().await;
    let modules: Vec<(String, usize)> = catalogue
        .modules()
        .iter()
        .map(|module| (module.name.to_string(), module.apis.len()))
        .collect();
    assert_eq!(
        modules,
        [
            ("bank".to_owned(), 2),
            ("cards".to_owned(), 2),
            ("零售".to_owned(), 1)
        ]
    );
    site.refused(Create(draft("s", &[("loans", "balance")])), &[1400])
        .await;
    let failure = site
        .refused(
            Create(draft("s", &[("cards", "balance"), BALANCE])),
            &[1400],
        )
        .await;
    assert!(failure.what.contains("cards/balance"), "{failure}");
}

/// > At this time, module is added but not API. It is only added to the scope
/// > name, but there is nothing inside. Click Select API to complete adding API
/// > to the module.
#[tokio::test]
async fn a_scope_without_apis_is_a_name_with_nothing_inside() {
    let site = Site::new(&bank()).await;
    let expected = Expected::of(&site)
        .await
        .added("tsmp_vgroup", new_scope("2000000000", "s", json!({})));
    site.create(&draft("s", &[])).await.unwrap();
    expected.is_there(&site).await;
}

/// > After selecting the API to add, click Apply.
#[tokio::test]
async fn the_selected_apis_are_those_that_the_scope_has() {
    let site = Site::new(&bank()).await;
    let of = async |name| {
        let catalogue = site.catalogue().await;
        Draft::of(&catalogue, &catalogue.named(name)[0]).apis
    };
    let selected: &[Api] = &[TRANSFER, BLOCK, LIST];
    site.create(&draft("s", selected)).await.unwrap();
    assert_eq!(of("s").await, draft("s", selected).apis);
    assert_eq!(of("other").await, draft("other", &[BALANCE]).apis);
}

/// > If the scope is created with no API added to the module, this module will
/// > not be added to the scope.
#[tokio::test]
async fn a_module_without_selected_apis_is_not_in_the_scope() {
    let site = Site::new(&bank()).await;
    site.create(&draft("s", &[LIST])).await.unwrap();
    let modules = site
        .column("tsmp_group_api", "module_name", "group_id LIKE '20000%'")
        .await;
    assert_eq!(modules, ["cards"]);
}

/// > Click Create to save and exit.
#[tokio::test]
async fn what_is_created_is_saved_at_once_and_recorded() {
    let site = Site::new(&bank()).await;
    let created = site.create(&draft("s", &[LIST])).await.unwrap();
    assert_eq!(created.verb, "created");
    let items: Vec<String> = created.items.iter().map(ToString::to_string).collect();
    assert_eq!(items, ["scope:s"]);
    let jobs = site.history().await;
    let [job] = jobs.as_slice() else {
        panic!("{jobs:?}")
    };
    assert_eq!(Some(job.job), created.job);
    assert_eq!(
        (
            &*job.command,
            job.state,
            &*job.operator,
            &*job.file_path,
            &*job.file_sha256
        ),
        ("scope create", JobState::Done, OPERATOR, "scope:s", "")
    );
    assert_eq!(job.tables, created.tables);
}

// ---- Search API Scope

/// > To search for an API scope, enter the keywords or the authentication type or
/// > security level here to search for related API scopes.
#[tokio::test]
async fn scopes_are_found_by_keywords_authentication_types_and_level() {
    let sample = with_crm().scope(
        "700",
        "third",
        json!({"vgroupAlias": "Karten", "vgroupDesc": "for CARDS"}),
    );
    let site = Site::new(&sample).await;
    for (text, names) in [
        ("CRM", ["crm"].as_slice()),
        ("karten oth", &["other", "third"]),
        ("cards", &["crm", "third"]),
        ("balance", &["crm", "other"]),
        ("%", &[]),
    ] {
        assert_eq!(found(&site, Filter::keyword(text)).await, names, "{text}");
    }
    let by = |ids: &[&str]| Filter {
        authentications: words(ids),
        ..Filter::default()
    };
    assert_eq!(found(&site, by(&["PIN"])).await, ["crm"]);
    assert_eq!(found(&site, by(&["PIN", "OTP"])).await, ["crm", "other"]);
    assert_eq!(found(&site, by(&["FACE"])).await, [""; 0]);
    let of = |level: &str| Filter {
        level: Some(level.to_owned()),
        ..Filter::default()
    };
    assert_eq!(found(&site, of("A")).await, ["other"]);
    assert_eq!(found(&site, of("SYSTEM")).await, ["crm", "third"]);
    let all = Filter {
        words: words(&["balance"]),
        ..of("A")
    };
    assert_eq!(found(&site, all).await, ["other"]);
}

// ---- View API Scope

/// > The information in Details can only be viewed and not edited.
///
/// > Search for the API scope to view details, and click on the icon to access
/// > the API scope details page.
#[tokio::test]
async fn viewing_shows_everything_and_writes_nothing() {
    let site = Site::new(&with_holders()).await;
    site.run(
        "UPDATE tsmp_vgroup SET vgroup_alias = '客戶', vgroup_desc = 'd', allow_days = 90000, allow_times = 4, \
         create_user = 'creator', update_user = 'updater', update_time = '2021-02-03 04:05:06' \
         WHERE vgroup_id = '600'; DELETE FROM tsmp_api WHERE api_key = 'list'",
    )
    .await;
    let before = site.exact().await;
    let catalogue = site.catalogue().await;
    let scope = &catalogue.named("crm")[0];
    assert_eq!(
        (
            scope.alias.as_deref(),
            scope.description.as_deref(),
            scope.level.as_deref(),
            scope.times
        ),
        (Some("客戶"), Some("d"), Some("SYSTEM"), 4)
    );
    assert_eq!(
        Span::new(scope.seconds).to_string(),
        "25 hours (Approximately 1 day)"
    );
    assert_eq!(scope.authentications, ["PIN".into()]);
    assert_eq!(
        (&*scope.created_by, scope.updated_by.as_deref()),
        ("creator", Some("updater"))
    );
    assert_eq!(scope.created_at.unwrap().to_string(), "2020-01-01 00:00:00");
    assert_eq!(scope.updated_at.unwrap().to_string(), "2021-02-03 04:05:06");
    let apis: Vec<(String, Option<&str>)> = catalogue
        .apis_of(scope)
        .map(|api| (api.name.to_string(), api.title.as_deref()))
        .collect();
    assert_eq!(
        apis,
        [
            ("bank/balance".to_owned(), Some("balance")),
            ("cards/list".to_owned(), None)
        ]
    );
    let holders: Vec<(&str, usize)> = catalogue
        .holders_of(scope)
        .map(|client| (&*client.id, client.groups))
        .collect();
    assert_eq!(holders, [("one", 3), ("two", 2)]);
    same("viewing", &before, &site.exact().await);
    let jobs = site.history().await;
    assert!(jobs.is_empty(), "it was a job");
}

// ---- Update API Scope

/// > Modify the desired fields, and click Update to save and exit.
///
/// > Search for the API scope to modify, and click on the icon to access the
/// > update page.
#[tokio::test]
async fn the_fields_that_are_modified_are_saved() {
    let site = Site::new(&with_crm()).await;
    let wanted = Draft {
        alias: "new alias".to_owned(),
        description: "new description".to_owned(),
        level: "B".to_owned(),
        seconds: 86_400,
        times: 5,
        authentications: words(&["FACE", "OTP"]),
        ..draft("renamed", &[TRANSFER, LIST])
    };
    let updated = site
        .update("crm", |draft| *draft = wanted.clone())
        .await
        .unwrap();
    assert_eq!(
        (updated.verb, updated.id.as_deref()),
        ("updated", Some("600"))
    );
    let catalogue = site.catalogue().await;
    assert!(catalogue.named("crm").is_empty());
    assert_eq!(
        Draft::of(&catalogue, catalogue.scope("600").unwrap()),
        wanted
    );
    let changed: Vec<&str> = updated.changes.iter().map(|change| &*change.path).collect();
    assert_eq!(
        changed,
        [
            "/vgroupName",
            "/vgroupAlias",
            "/vgroupDesc",
            "/securityLevelId",
            "/allowDays",
            "/allowTimes",
            "/apis/bank~1transfer",
            "/apis/bank~1balance",
            "/authentications/FACE",
            "/authentications/OTP",
            "/authentications/PIN"
        ]
    );
}

// ---- Delete API Scope

/// > Click Delete to delete the API scope and exit.
///
/// > Search for the API scope to delete, and click on the icon to proceed.
#[tokio::test]
async fn deleting_leaves_nothing_of_the_scope() {
    let site = Site::new(&bank()).await;
    let before = Expected::of(&site).await;
    let new = Draft {
        authentications: words(&["PIN"]),
        ..draft("s", &[BALANCE, LIST])
    };
    site.create(&new).await.unwrap();
    let deleted = site.delete("s").await.unwrap();
    assert_eq!(
        (deleted.verb, deleted.id.as_deref()),
        ("deleted", Some("2000000000"))
    );
    before.is_there(&site).await;
}

/// > Delete the API scope in the Delete API scope page, the warning prompt for
/// > deletion will NOT appear.
#[tokio::test]
async fn deleting_takes_one_word_and_can_be_taken_back() {
    let site = Site::new(&with_crm()).await;
    let deleted = site.there_and_back(site.deleting("crm").await).await;
    assert_eq!(deleted.verb, "deleted");
}

/// > If this scope is set as available for clients under API Client > Security >
/// > API Scope, the error “1403 - Failed to remove. This virtual group is being
/// > used.” will appear, meaning that this API scope is in use and cannot be
/// > deleted.
#[tokio::test]
async fn a_scope_that_clients_hold_cannot_be_deleted() {
    let site = Site::new(&with_holders()).await;
    let failure = site.refused(site.deleting("crm").await, &[1403]).await;
    assert_eq!(
        failure.violations[0].to_string(),
        "1403 Failed to remove. This virtual group is being used."
    );
    assert_eq!(about(&failure), ["client:one", "client:two"]);
    assert_eq!(failure.kind, FailureKind::Blocked);
    site.take("crm", &["one", "two"]).await.unwrap();
    site.delete("crm").await.unwrap();
}

// ---- Differences Between API Group and API Scope

/// > For example, if Bank A has two apps—one is Bank A's own app, "Bank A App,"
/// > and the other is an outsourced app, "Online Bank":
///
/// > When a user applies for account A, the user will be authorized to view the
/// > account balance through the "Bank A App."
#[tokio::test]
async fn the_banks_own_app_has_its_group_whatever_becomes_of_scopes() {
    let site = Site::new(&bank()).await;
    let own = async || {
        let sql = "SELECT c.client_id, l.api_key FROM tsmp_client_group c JOIN tsmp_group g USING (group_id) \
                   JOIN tsmp_group_api l USING (group_id) WHERE g.vgroup_flag = '0'";
        let rows: Vec<(String, String)> = sqlx::query_as(sql)
            .fetch_all(&mut site.db.connect().await)
            .await
            .unwrap();
        rows
    };
    let app = [("app".to_owned(), "balance".to_owned())];
    assert_eq!(own().await, app);
    assert!(
        asked(&site, "app").await.is_empty(),
        "nobody is asked for a group"
    );
    site.create(&draft("s", &[BALANCE])).await.unwrap();
    site.give("s", &["app"]).await.unwrap();
    assert_eq!(own().await, app);
    site.take("s", &["app"]).await.unwrap();
    site.delete("s").await.unwrap();
    assert_eq!(own().await, app);
    assert!(
        found(&site, Filter::keyword("bank-a-app")).await.is_empty(),
        "a group is no scope"
    );
}

/// > However, when applying for the outsourced app "Online Bank," the user must
/// > authorize and agree for the agent to check the account balance with Bank A.
/// > The role of the API Group is similar to "Bank A App," while the role of API
/// > Scope is akin to "Online Bank."
#[tokio::test]
async fn the_outsourced_app_has_hidden_groups_that_a_user_has_to_agree_to() {
    let site = Site::new(
        &bank()
            .client("online", json!({}))
            .oauth("online", json!({})),
    )
    .await;
    site.create(&draft("online-bank", &[BALANCE]))
        .await
        .unwrap();
    site.give("online-bank", &["online"]).await.unwrap();
    assert_eq!(
        asked(&site, "online").await,
        [["online-bank", "2000000000", "balance"]]
    );
    let groups = site
        .column("tsmp_client_group", "group_id", "client_id = 'online'")
        .await;
    assert_eq!(groups, ["2000000000"]);
    assert_eq!(
        site.column("tsmp_group", "vgroup_flag", "group_id = '2000000000'")
            .await,
        ["1"]
    );
}
