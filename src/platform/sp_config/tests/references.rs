//! What references resolve to, and the consequences.

use serde_json::json;

use super::*;
use crate::engine::{Choices, Outcome};
use crate::platform::{DefaultReference, Mapping};

fn none() -> ImportOptions {
    ImportOptions::default()
}

fn refers(attribute: &str, to: &Any) -> Any {
    entry("SOURCE", "1", "s", json!({attribute: to}))
}

#[test]
fn a_reference_is_resolved_by_its_id_in_the_file_or_in_the_target() {
    let file = [
        refers("accountCorrelationRule", &triple("RULE", "7", "r")),
        rule("7", "r", "x"),
    ];
    let plan = plan(&file, &[]);
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule by id RULE:7 (r)"]
    );
    let plan = super::plan(&file[..1], &[rule("7", "r", "x")]);
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule by id RULE:7 (r)"]
    );
}

#[test]
fn a_reference_that_is_resolved_by_its_name_gets_the_id_of_the_target() {
    let (file, there) = (
        [refers(
            "managerCorrelationRule",
            &triple("RULE", "stale", "r"),
        )],
        [rule("7", "r", "x")],
    );
    assert_eq!(
        references(&plan(&file, &there), "SOURCE:1"),
        ["/managerCorrelationRule by name RULE:7 (r)"]
    );
    let body = body(&file, &there, &none(), "SOURCE:1");
    assert_eq!(
        body["object"]["managerCorrelationRule"],
        triple("RULE", "7", "r")
    );
}

#[test]
fn a_reference_to_what_was_found_by_its_name_gets_the_targets_id() {
    let profile = entry(
        "IDENTITY_PROFILE",
        "9",
        "p",
        json!({"authoritativeSource": triple("SOURCE", "sandbox", "HR")}),
    );
    let (file, there) = (
        [profile, source("sandbox", "HR")],
        [source("production", "HR")],
    );
    assert_eq!(
        references(&plan(&file, &there), "IDENTITY_PROFILE:9"),
        ["/authoritativeSource by name SOURCE:production (HR)"]
    );
    let body = body(&file, &there, &none(), "IDENTITY_PROFILE:9");
    assert_eq!(body["object"]["authoritativeSource"]["id"], "production");
}

#[test]
fn the_same_id_in_another_form_is_neither_rewritten_nor_a_difference() {
    let with = |id: &str| refers("accountCorrelationRule", &triple("RULE", id, "r"));
    let (file, there) = ([with("ab-12")], [with("AB12"), rule("ab12", "r", "x")]);
    assert_eq!(status(&plan(&file, &there), "SOURCE:1"), "Repeat unchanged");
    assert_eq!(
        body(&file, &there, &none(), "SOURCE:1")["object"]["accountCorrelationRule"]["id"],
        "AB12"
    );
}

#[test]
fn what_no_file_holds_is_external() {
    let file = [entry(
        "TRIGGER_SUBSCRIPTION",
        "1",
        "t",
        json!({"owner": triple("IDENTITY", "7", "Ann"), "workflowConfig": {"workflowId": "w"}}),
    )];
    let plan = plan(&file, &[]);
    assert_eq!(
        references(&plan, "TRIGGER_SUBSCRIPTION:1"),
        [
            "/owner external IDENTITY:7 (Ann)",
            "/workflowConfig/workflowId external WORKFLOW:w ()"
        ]
    );
    assert!(warnings(&plan, "TRIGGER_SUBSCRIPTION:1").is_empty());
    assert_eq!(status(&plan, "TRIGGER_SUBSCRIPTION:1"), "Add");
}

#[test]
fn what_is_nowhere_is_a_warning_with_its_path() {
    let plan = plan(
        &[refers(
            "accountCorrelationRule",
            &triple("RULE", "7", "Gone"),
        )],
        &[],
    );
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule unresolved RULE:7 (Gone)"]
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Add");
    let warning = &of(&plan, "SOURCE:1").warnings[0];
    assert_eq!(warning.code, "unresolved-reference");
    assert_eq!(
        warning.path.as_deref(),
        Some("/objects/0/object/accountCorrelationRule")
    );
    assert_eq!(
        warning.message,
        "/accountCorrelationRule refers to RULE 'Gone' (7), which is neither in the file nor in the target"
    );
}

#[test]
fn a_name_that_two_objects_have_resolves_to_none() {
    let plan = plan(
        &[refers("accountCorrelationRule", &triple("RULE", "0", "r"))],
        &[rule("7", "r", "x"), rule("8", "r", "y")],
    );
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule unresolved RULE:0 (r)"]
    );
    assert!(
        of(&plan, "SOURCE:1").warnings[0]
            .message
            .ends_with("but several objects have that name")
    );
}

#[test]
fn an_object_that_may_be_called_by_either_of_its_names_is_found_by_both() {
    let mut there = source("7", "Active Directory");
    there["self"]["name"] = json!("Active Directory [source-1]");
    for name in ["Active Directory", "Active Directory [source-1]"] {
        let profile = entry(
            "IDENTITY_PROFILE",
            "1",
            "p",
            json!({"authoritativeSource": triple("SOURCE", "0", name)}),
        );
        let plan = plan(&[profile], std::slice::from_ref(&there));
        assert_eq!(
            references(&plan, "IDENTITY_PROFILE:1"),
            ["/authoritativeSource by name SOURCE:7 (Active Directory)"]
        );
    }
}

#[test]
fn a_profile_without_its_source_is_blocked() {
    let profile = entry(
        "IDENTITY_PROFILE",
        "1",
        "p",
        json!({"authoritativeSource": triple("SOURCE", "7", "HR")}),
    );
    let plan = plan(&[profile], &[]);
    assert_eq!(
        status(&plan, "IDENTITY_PROFILE:1"),
        "Cannot add: prerequisite-missing"
    );
}

#[test]
fn a_profile_whose_source_is_refused_is_blocked_with_the_reason() {
    let profile = entry(
        "IDENTITY_PROFILE",
        "1",
        "p",
        json!({"authoritativeSource": triple("SOURCE", "7", "NE")}),
    );
    let refused = entry("SOURCE", "7", "NE", json!({"type": "Non-Employee"}));
    let plan = plan(&[profile, refused], &[]);
    assert_eq!(
        status(&plan, "IDENTITY_PROFILE:1"),
        "Cannot add: prerequisite-blocked"
    );
    assert!(message(&plan, "IDENTITY_PROFILE:1").contains("Non-Employee"));
}

#[test]
fn what_could_do_without_is_warned_of_where_the_other_one_is_refused() {
    let mut unsigned = rule("7", "r", "x");
    unsigned["jwsSignature"] = json!(null);
    let plan = plan(
        &[
            refers("accountCorrelationRule", &triple("RULE", "7", "r")),
            unsigned,
        ],
        &[],
    );
    assert_eq!(status(&plan, "SOURCE:1"), "Add");
    let message = &of(&plan, "SOURCE:1").warnings[0].message;
    assert!(
        message.ends_with("which is not in the target and cannot be imported"),
        "{message}"
    );
}

#[test]
fn what_cannot_be_imported_needs_nothing_and_is_warned_of_nothing() {
    let role = entry(
        "ROLE",
        "1",
        "r",
        json!({"accessProfiles": [], "x": triple("SOURCE", "0", "Gone")}),
    );
    let plan = plan(&[role], &[]);
    assert!(plan.entries().is_empty() && plan.missing().is_empty());
    assert_eq!(plan.all_warnings().count(), 1, "that it is left out");
}

#[test]
fn objects_that_refer_to_each_other_go_together() {
    let plan = Arc::new(plan(
        &[
            refers("x", &triple("SOURCE", "2", "b")),
            entry("SOURCE", "2", "b", json!({"x": triple("SOURCE", "1", "s")})),
        ],
        &[],
    ));
    let mut choices = Choices::new(&plan);
    assert_eq!(plan.resolve(&choices).count(Outcome::Added), 2);
    choices.set(&plan, at(&plan, "SOURCE:2"), false);
    assert_eq!(plan.resolve(&choices).count(Outcome::Blocked), 1);
}

#[test]
fn an_object_that_refers_to_itself_needs_nothing() {
    let plan = plan(&[refers("x", &triple("SOURCE", "1", "s"))], &[]);
    assert!(of(&plan, "SOURCE:1").requires.is_empty());
}

fn default_to(kind: &str, id: Option<&str>, name: Option<&str>) -> ImportOptions {
    let default = DefaultReference {
        kind: kind.into(),
        id: id.map(str::to_owned),
        name: name.map(str::to_owned),
    };
    ImportOptions {
        default_references: vec![default],
        ..none()
    }
}

#[test]
fn what_resolves_to_nothing_falls_back_to_the_default() {
    let (file, there) = (
        [refers(
            "accountCorrelationRule",
            &triple("RULE", "0", "Gone"),
        )],
        [rule("7", "r", "x")],
    );
    for options in [
        default_to("RULE", Some("7"), None),
        default_to("RULE", None, Some("r")),
        default_to("RULE", None, None),
    ] {
        let plan = plan_with(&file, &there, &options);
        assert_eq!(
            references(&plan, "SOURCE:1"),
            ["/accountCorrelationRule by default RULE:7 (r)"]
        );
        let body = body(&file, &there, &options, "SOURCE:1");
        assert_eq!(
            body["object"]["accountCorrelationRule"],
            triple("RULE", "7", "r")
        );
        assert!(warnings(&plan, "SOURCE:1").is_empty() && about_file(&plan).is_empty());
    }
}

#[test]
fn a_default_does_not_touch_what_resolves() {
    let (file, there) = (
        [refers("accountCorrelationRule", &triple("RULE", "7", "r"))],
        [rule("7", "r", "x"), rule("8", "d", "y")],
    );
    let plan = plan_with(&file, &there, &default_to("RULE", Some("8"), None));
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule by id RULE:7 (r)"]
    );
}

#[test]
fn a_word_alone_is_a_default_only_where_the_target_has_one_of_the_type() {
    let (file, there) = (
        [refers(
            "accountCorrelationRule",
            &triple("RULE", "0", "Gone"),
        )],
        [rule("7", "r", "x"), rule("8", "d", "y")],
    );
    let plan = plan_with(&file, &there, &default_to("RULE", None, None));
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule unresolved RULE:0 (Gone)"]
    );
    assert_eq!(about_file(&plan), ["default-unmet"]);
}

#[test]
fn a_default_for_what_is_kept_elsewhere_is_taken_at_its_word() {
    let file = [refers("owner", &triple("IDENTITY", "0", "Ann"))];
    let options = default_to("IDENTITY", Some("9"), Some("Bob"));
    assert_eq!(
        references(&plan_with(&file, &[], &options), "SOURCE:1"),
        ["/owner by default IDENTITY:9 (Bob)"]
    );
    assert_eq!(
        body(&file, &[], &options, "SOURCE:1")["object"]["owner"],
        triple("IDENTITY", "9", "Bob")
    );
}

fn map(kind: &str, path: &str, from: &str, to: &str) -> ImportOptions {
    let mapping = Mapping {
        kind: kind.into(),
        path: path.into(),
        from: from.into(),
        to: to.into(),
        enabled: true,
    };
    ImportOptions {
        mappings: vec![mapping],
        ..none()
    }
}

#[test]
fn a_mapped_id_is_resolved_and_reported_as_mapped() {
    let (file, there) = (
        [refers(
            "accountCorrelationRule",
            &triple("RULE", "0", "old"),
        )],
        [rule("7", "r", "x")],
    );
    let options = map("SOURCE", "$.accountCorrelationRule.id", "0", "7");
    let plan = plan_with(&file, &there, &options);
    assert_eq!(
        references(&plan, "SOURCE:1"),
        ["/accountCorrelationRule by mapping RULE:7 (r)"]
    );
}

#[test]
fn a_mapped_name_goes_before_the_id_that_was_left() {
    let (file, there) = (
        [refers(
            "accountCorrelationRule",
            &triple("RULE", "7", "old"),
        )],
        [rule("7", "old", "x"), rule("8", "new", "y")],
    );
    let options = map("SOURCE", "$.accountCorrelationRule.name", "old", "new");
    assert_eq!(
        references(&plan_with(&file, &there, &options), "SOURCE:1"),
        ["/accountCorrelationRule by mapping RULE:8 (new)"]
    );
    let body = body(&file, &there, &options, "SOURCE:1");
    assert_eq!(
        body["object"]["accountCorrelationRule"],
        triple("RULE", "8", "new")
    );
}

#[test]
fn a_mapped_owner_is_external_and_reported_as_mapped() {
    let file = [refers("owner", &triple("IDENTITY", "0", "Imogene Mendez"))];
    let options = map("SOURCE", "$.owner.name", "Imogene Mendez", "林雅婷");
    assert_eq!(
        references(&plan_with(&file, &[], &options), "SOURCE:1"),
        ["/owner by mapping IDENTITY:林雅婷 (林雅婷)"]
    );
    // Never one person's id with another one's name.
    let plan = plan_with(&file, &[], &options);
    assert_eq!(warnings(&plan, "SOURCE:1"), ["reference-half-dropped"]);
    let there = [refers("owner", &triple("IDENTITY", "7", "林雅婷"))];
    let body = body(&file, &there, &options, "SOURCE:1");
    assert_eq!(body["object"]["owner"], triple("IDENTITY", "7", "林雅婷"));
}

#[test]
fn signed_text_is_neither_mapped_nor_pointed_elsewhere() {
    let mut signed = rule("1", "r", "x");
    signed["object"]["owner"] = triple("SOURCE", "0", "HR");
    let options = map("RULE", "$.owner.name", "HR", "AD");
    let file = read(std::slice::from_ref(&signed), &options);
    let there = target(&[source("7", "HR")]);
    let plan = compared(&file, &there);
    assert_eq!(
        warnings(&plan, "RULE:1"),
        ["signed-unmapped", "signed-reference"]
    );
    let after = written(&file, &there);
    assert!(
        after
            .objects
            .iter()
            .any(|stored| stored.text == file.objects[0].text)
    );
}

#[test]
fn transforms_are_referred_to_by_name_and_sources_by_both() {
    let transforms = json!({"identityAttributeConfig": {"attributeTransforms": [
        {"identityAttributeName": "a", "transformDefinition": {"type": "reference", "attributes": {"id": "T"}}},
        {"identityAttributeName": "b",
         "transformDefinition": {"type": "accountAttribute", "attributes": {"sourceId": "sandbox", "sourceName": "HR"}}}
    ]}});
    let file = [
        entry("IDENTITY_PROFILE", "1", "p", transforms),
        entry("TRANSFORM", "t", "T", json!({})),
        source("sandbox", "HR"),
    ];
    let there = [source("production", "HR")];
    let base = "/identityAttributeConfig/attributeTransforms";
    assert_eq!(
        references(&plan(&file, &there), "IDENTITY_PROFILE:1"),
        [
            format!("{base}/0/transformDefinition/attributes/id by name TRANSFORM:t (T)"),
            format!("{base}/1/transformDefinition/attributes by name SOURCE:production (HR)")
        ]
    );
    let body = body(&file, &there, &none(), "IDENTITY_PROFILE:1");
    assert_eq!(
        body["object"]
            .pointer(&format!("{base}/0/transformDefinition/attributes/id"))
            .unwrap(),
        "T"
    );
    assert_eq!(
        body["object"]
            .pointer(&format!("{base}/1/transformDefinition/attributes/sourceId"))
            .unwrap(),
        "production"
    );
}
