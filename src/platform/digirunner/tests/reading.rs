//! Reading a file: what is tolerated, what is an error, and where it is.

use serde_json::json;

use super::super::file::{self, File};
use super::super::schema::{TableId, client, clientext, group, rdb};
use super::super::tables::{Cell, local_day};
use super::sample::sample;
use crate::engine::Severity;
use crate::platform::detect;
use crate::source::{ParseError, ParseErrorKind};
use crate::store::Zone;

/// A value that no message may hold.
const CANARY: &str = "canary-7f3a";

/// Returns a file with these lines as the lists' object.
fn lists(lines: &str) -> String {
    format!("{{\n\"importClientRelated\": {{\n{lines}\n}},\n\"analyzeClientRelated\": null\n}}")
}

fn clients(rows: &str) -> String {
    lists(&format!("\"tsmpClientList\": [\n{rows}\n]"))
}

fn read(text: &str) -> File {
    file::read(text.as_bytes()).unwrap()
}

/// Returns the error of a file that cannot be read: position, path, message.
#[track_caller]
fn refused(text: &str) -> String {
    refused_bytes(text.as_bytes()).1
}

#[track_caller]
fn refused_bytes(bytes: &[u8]) -> (ParseErrorKind, String) {
    let error = file::read(bytes).unwrap_err();
    let described = describe(&error);
    assert!(!described.contains(CANARY), "{described}");
    (error.kind, described)
}

fn describe(error: &ParseError) -> String {
    let place = error.position.map_or_else(String::new, |position| {
        format!("{}:{} ", position.line, position.column)
    });
    format!("{place}{} {}", error.path, error.message)
}

/// Returns the findings as `code path`.
fn findings(file: &File) -> Vec<String> {
    let missing = |code: &str| code == "missing-list";
    let others = file
        .findings
        .iter()
        .filter(|finding| !missing(&finding.code));
    others
        .map(|finding| format!("{} {}", finding.code, finding.path.as_deref().unwrap_or("")))
        .collect()
}

#[test]
fn reads_its_own_export_without_a_remark() {
    let file = read(&sample().client("a", json!({})).export());
    assert!(file.findings.is_empty(), "{:?}", file.findings);
    assert_eq!(file.tables.rows(TableId::Client).len(), 1);
}

#[test]
fn a_value_of_the_wrong_type_is_reported_with_line_column_and_path() {
    let text = clients(&format!("{{\"clientId\": \"a\",\n\"tps\": \"{CANARY}\"}}"));
    assert_eq!(
        refused(&text),
        "5:20 /importClientRelated/tsmpClientList/0/tps expected a 32-bit whole number or null, found text"
    );
}

#[test]
fn each_wrong_type_is_named_without_its_value() {
    for (value, found) in [
        ("7431", "text or null, found a number"),
        ("-7431", "text or null, found a number"),
        (
            "74.31",
            "text or null, found a fraction, or a number that is too large",
        ),
        ("true", "text or null, found true or false"),
        ("[\"canary-7f3a\"]", "text or null, found a list"),
        ("{\"canary-7f3a\": 1}", "text or null, found an object"),
    ] {
        let described = refused(&clients(&format!("{{\"clientName\": {value}}}")));
        assert!(
            described.ends_with(&format!("/tsmpClientList/0/clientName expected {found}")),
            "{described}"
        );
        assert!(
            !described.contains("7431") && !described.contains("74.31"),
            "{described}"
        );
    }
}

#[test]
fn a_whole_number_has_no_fraction() {
    let described = refused(&clients("{\"tps\": 1.5}"));
    assert!(described.ends_with(
        "expected a 32-bit whole number or null, found a fraction, or a number that is too large"
    ));
}

#[test]
fn a_number_that_does_not_fit_is_refused_where_it_stands() {
    for (property, number) in [
        ("tps", "2147483648"),
        ("tps", "-2147483649"),
        ("startDate", "9223372036854775808"),
        ("startDate", "-9223372036854775809"),
        ("startDate", "1e400"),
    ] {
        let described = refused(&clients(&format!("{{\"{property}\": {number}}}")));
        assert!(
            described.contains(&format!("/tsmpClientList/0/{property} ")),
            "{described}"
        );
        assert!(!described.contains(number), "{described}");
    }
    let file = read(&clients(
        "{\"tps\": -2147483648, \"startDate\": 9223372036854775807}",
    ));
    assert_eq!(
        file.tables.rows(TableId::Client)[0].int(client::START_DATE),
        Some(i64::MAX)
    );
}

#[test]
fn a_list_must_be_a_list() {
    let described = refused(&lists("\"tsmpClientList\": {\"clientId\": \"a\"}"));
    assert_eq!(
        described,
        "3:19 /importClientRelated/tsmpClientList expected a list or null, found an object"
    );
}

#[test]
fn a_row_must_be_an_object() {
    let described = refused(&clients("{}, \"canary-7f3a\""));
    assert!(
        described.ends_with("/tsmpClientList/1 expected an object, found text"),
        "{described}"
    );
}

#[test]
fn a_property_that_stands_twice_in_a_row_is_refused() {
    let described = refused(&clients(
        "{\"clientId\": \"canary-7f3a\",\n\"clientId\": \"canary-7f3a\"}",
    ));
    assert_eq!(
        described,
        "5:10 /importClientRelated/tsmpClientList/0 duplicate property clientId"
    );
}

#[test]
fn an_unknown_property_that_stands_twice_is_refused_too() {
    let described = refused(&clients("{\"legacy\": 1, \"legacy\": 2}"));
    assert!(
        described.ends_with("/tsmpClientList/0 duplicate property legacy"),
        "{described}"
    );
    let described = refused(&lists("\"newList\": [], \"newList\": []"));
    assert!(
        described.ends_with("/importClientRelated duplicate property newList"),
        "{described}"
    );
}

#[test]
fn a_list_that_stands_twice_is_refused() {
    let described = refused(&lists("\"tsmpClientList\": [],\n\"tsmpClientList\": []"));
    assert_eq!(
        described,
        "4:16 /importClientRelated duplicate property tsmpClientList"
    );
}

#[test]
fn a_root_property_that_stands_twice_is_refused() {
    let described = refused("{\"importClientRelated\": {},\n\"importClientRelated\": {}}");
    assert_eq!(described, "2:21  duplicate property importClientRelated");
}

#[test]
fn a_truncated_file_ends_too_early_where_it_ends() {
    let text = clients("{\"clientId\": \"canary-7f3a\"}");
    let cut = text.find("}").unwrap();
    let (kind, described) = refused_bytes(&text.as_bytes()[..cut]);
    assert_eq!(kind, ParseErrorKind::Truncated);
    assert!(
        described.starts_with("4:") && described.contains("/tsmpClientList/0 "),
        "{described}"
    );
}

#[test]
fn wherever_a_file_is_cut_it_is_refused_without_a_value() {
    let text = sample()
        .client("a", json!({"emails": CANARY, "remark": "é\u{1f600}"}))
        .export();
    for end in 0..text.trim_end().len() {
        refused_bytes(&text.as_bytes()[..end]);
    }
}

#[test]
fn text_after_the_root_is_refused() {
    let (kind, described) = refused_bytes(format!("{}\n{CANARY}", clients("")).as_bytes());
    assert_eq!(kind, ParseErrorKind::Trailing);
    assert!(described.starts_with("9:1 "), "{described}");
    assert_eq!(
        read(&format!("{}\n\n", clients("")))
            .tables
            .rows(TableId::Client)
            .len(),
        0
    );
}

#[test]
fn a_root_that_is_no_object_is_refused() {
    for (text, found) in [
        ("[1]", "a list"),
        ("\"canary-7f3a\"", "text"),
        ("3", "a number"),
        ("null", "null"),
    ] {
        assert!(refused(text).ends_with(&format!("expected an object at the root, found {found}")));
        let error = detect(text.as_bytes()).err().unwrap();
        assert_eq!(error.kind, ParseErrorKind::Shape);
    }
}

#[test]
fn a_root_of_something_else_is_no_known_format() {
    let error = detect(b"{\"clients\": [1]}").err().unwrap();
    assert_eq!(error.kind, ParseErrorKind::UnknownFormat);
    assert!(error.message.contains("digirunner"), "{}", error.message);
}

#[test]
fn lists_that_are_missing_or_null_are_nothing_to_import() {
    for text in [
        "{\"analyzeClientRelated\": null}",
        "{\"importClientRelated\": null}",
    ] {
        let (kind, described) = refused_bytes(text.as_bytes());
        assert_eq!(kind, ParseErrorKind::Shape);
        assert!(described.contains("/importClientRelated"), "{described}");
    }
    assert!(
        refused("{\"importClientRelated\": []}")
            .ends_with("expected an object of lists, found a list")
    );
}

#[test]
fn what_is_not_json_is_refused_where_it_begins() {
    let (kind, described) = refused_bytes(b"{\n  canary-7f3a\n}");
    assert_eq!(kind, ParseErrorKind::Syntax);
    assert!(described.starts_with("2:3 "), "{described}");
}

#[test]
fn a_byte_order_mark_is_tolerated_and_reported() {
    let text = format!("\u{feff}{}", sample().client("a", json!({})).export());
    assert!(detect(text.as_bytes()).is_ok());
    let file = read(&text);
    assert_eq!(findings(&file), ["byte-order-mark "]);
    assert_eq!(file.tables.rows(TableId::Client).len(), 1);
}

#[test]
fn invalid_utf_8_is_refused_where_it_stands() {
    let mut bytes = clients("{\"clientId\": \"a\", \"remark\": \"?\"}").into_bytes();
    let offset = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[offset] = 0xff;
    let (kind, described) = refused_bytes(&bytes);
    assert_eq!(kind, ParseErrorKind::Encoding);
    assert!(
        described.starts_with("4:") && described.contains("/tsmpClientList/0/remark"),
        "{described}"
    );
}

#[test]
fn invalid_utf_8_is_reported_where_the_byte_stands_not_where_reading_stopped() {
    let mut bytes =
        b"{\n\"importClientRelated\": {\"tsmpClientList\": [{\"remark\": \"?  and more\"}]}}"
            .to_vec();
    let offset = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[offset] = 0xa4;
    let (_, described) = refused_bytes(&bytes);
    assert!(
        described.starts_with(&format!("2:{} ", offset - 1)),
        "{described}"
    );
}

#[test]
fn a_mistake_before_an_invalid_byte_is_what_is_reported() {
    let mut bytes = b"{\n\"importClientRelated\": {,\n\"?\": 1}}".to_vec();
    let offset = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[offset] = 0xff;
    assert_eq!(refused_bytes(&bytes).0, ParseErrorKind::Syntax);
}

#[test]
fn an_unknown_format_is_reported_with_the_first_names_of_its_root() {
    let error = detect(br#"{"api_id": "canary-7f3a", "b": 1, "c": 2, "d": 3, "e": 4, "f": 5}"#)
        .err()
        .unwrap();
    assert_eq!(error.kind, ParseErrorKind::UnknownFormat);
    assert!(
        error.message.starts_with(
            "its root holds 'api_id', 'b', 'c', 'd', 'e'; not a known format (known: digirunner"
        ),
        "{}",
        error.message
    );
    let empty = detect(b"{}").err().unwrap();
    assert!(
        empty
            .message
            .starts_with("its root is empty; not a known format (known: digirunner")
    );
}

#[test]
fn a_property_name_without_end_is_cut() {
    let name = "n".repeat(100_000);
    let file = read(&clients(&format!("{{\"{name}\": 1}}")));
    let described = &file
        .findings
        .iter()
        .find(|finding| finding.code == "unknown-property")
        .unwrap();
    assert!(described.message.len() < 300 && described.path.as_ref().unwrap().len() < 300);
    assert!(refused(&clients(&format!("{{\"{name}\": 1, \"{name}\": 2}}"))).len() < 300);
    let error = detect(format!("{{\"{name}\": 1}}").as_bytes())
        .err()
        .unwrap();
    assert!(error.message.len() < 300);
}

#[test]
fn what_is_no_text_at_all_is_called_by_its_name() {
    let utf_16: Vec<u8> = "\u{feff}{}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let utf_16_without_mark: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, word) in [
        (&b""[..], "empty"),
        (b" \n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04", "zip"),
        (&utf_16, "UTF-16"),
        (&utf_16_without_mark, "UTF-16"),
    ] {
        let error = detect(bytes).err().unwrap();
        assert!(error.message.contains(word), "{}", error.message);
        // Also where the format was said, so that nothing had to be recognised.
        let error = file::read(bytes).unwrap_err();
        assert!(error.message.contains(word), "{}", error.message);
    }
}

#[test]
fn unknown_properties_are_tolerated_and_reported_once_each() {
    let file = read(
        &clients("{\"legacyTenantId\": \"canary-7f3a\"}, {\"legacyTenantId\": {\"a\": [1]}}")
            .replacen("\"analyze", "\"newRoot\": [], \"analyze", 1),
    );
    assert_eq!(
        findings(&file),
        [
            "unknown-property /importClientRelated/tsmpClientList/0/legacyTenantId",
            "unknown-property /newRoot"
        ]
    );
    let described = &file
        .findings
        .iter()
        .find(|finding| finding.code == "unknown-property")
        .unwrap()
        .message;
    assert!(
        described.contains("2 times") && !described.contains(CANARY),
        "{described}"
    );
}

#[test]
fn an_unknown_property_may_be_nested_as_deeply_as_it_likes() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let file = read(&clients(&format!("{{\"deep\": {deep}}}")));
    assert_eq!(
        findings(&file),
        ["unknown-property /importClientRelated/tsmpClientList/0/deep"]
    );
}

#[test]
fn a_known_property_may_not_be_nested() {
    let deep = "[".repeat(100_000);
    assert!(
        refused(&clients(&format!("{{\"clientId\": {deep}")))
            .ends_with("text or null, found a list")
    );
}

#[test]
fn a_missing_list_is_tolerated_and_reported() {
    let file = read(&lists(""));
    let paths: Vec<_> = file
        .findings
        .iter()
        .filter_map(|finding| finding.path.as_deref())
        .collect();
    assert_eq!(paths.len(), 25);
    assert!(
        paths.contains(&"/importClientRelated/dgrApikeyUseApiList"),
        "{paths:?}"
    );
    assert!(
        file.findings
            .iter()
            .all(|finding| finding.severity == Severity::Note)
    );
}

#[test]
fn a_list_that_is_null_is_tolerated_and_reported() {
    let file = read(&lists("\"tsmpClientList\": null"));
    assert_eq!(
        findings(&file),
        ["null-list /importClientRelated/tsmpClientList"]
    );
    assert!(
        !file
            .findings
            .iter()
            .any(|finding| finding.code == "missing-list"
                && finding.path.as_deref() == Some("/importClientRelated/tsmpClientList"))
    );
}

#[test]
fn a_row_that_is_null_is_ignored_and_reported() {
    let file = read(&clients("null, {\"clientId\": \"a\"}"));
    assert_eq!(
        findings(&file),
        ["null-row /importClientRelated/tsmpClientList/0"]
    );
    assert_eq!(file.tables.rows(TableId::Client).len(), 1);
}

#[test]
fn rows_after_a_null_keep_their_place_in_paths() {
    let text = lists(
        "\"tsmpClientList\": [null, {\"clientId\": \"a\"}], \"tsmpClientHostList\": [null, null,
         {\"clientId\": \"x\", \"hostName\": \"h\", \"hostIp\": \"1.1.1.1\"}]",
    );
    let mut file = read(&text);
    file.findings = super::integrity::check(&super::Index::new(&file.tables)).findings;
    assert_eq!(
        findings(&file),
        ["broken-reference /importClientRelated/tsmpClientHostList/2/clientId"]
    );
    let plan = super::compare::plan(&super::compared(file, super::target(&sample())));
    assert_eq!(
        &*super::entry(&plan, "client:a").item.path,
        "/importClientRelated/tsmpClientList/1"
    );
}

#[test]
fn an_absent_property_takes_the_default_and_an_explicit_null_stays() {
    let file = read(&lists(
        "\"tsmpClientList\": [{}, {\"tps\": null, \"cPriority\": null, \"failTreshhold\": null, \"clientStatus\": null}],
         \"tsmpGroupList\": [{}, {\"securityLevelId\": null, \"allowDays\": null, \"vgroupFlag\": null}],
         \"dgrRdbConnectionList\": [{}, {\"maxPoolSize\": null}]",
    ));
    let [absent, null] = file.tables.rows(TableId::Client) else {
        panic!("two clients")
    };
    assert_eq!(
        [client::TPS, client::C_PRIORITY, client::FAIL_TRESHHOLD].map(|index| absent.int(index)),
        [Some(10), Some(5), Some(3)]
    );
    assert_eq!(absent.text(client::CLIENT_STATUS), "1");
    for index in [
        client::TPS,
        client::C_PRIORITY,
        client::FAIL_TRESHHOLD,
        client::CLIENT_STATUS,
    ] {
        assert!(null.cell(index) == Cell::Null);
    }
    let [absent, null] = file.tables.rows(TableId::Group) else {
        panic!("two groups")
    };
    assert_eq!(absent.text(group::SECURITY_LEVEL_ID), "SYSTEM");
    assert_eq!(
        (
            absent.int(group::ALLOW_DAYS),
            absent.text(group::VGROUP_FLAG)
        ),
        (Some(0), "0")
    );
    for index in [
        group::SECURITY_LEVEL_ID,
        group::ALLOW_DAYS,
        group::VGROUP_FLAG,
    ] {
        assert!(null.cell(index) == Cell::Null);
    }
    let [absent, null] = file.tables.rows(TableId::Rdb) else {
        panic!("two connections")
    };
    assert_eq!(absent.int(rdb::MAX_LIFETIME), Some(1_800_000));
    assert!(null.cell(rdb::MAX_POOL_SIZE) == Cell::Null);
}

#[test]
fn dates_of_the_file_do_not_count() {
    let file = read(&clients(
        "{\"createTime\": 1700000000000, \"updateTime\": \"2024-01-01T00:00:00Z\"}",
    ));
    let row = &file.tables.rows(TableId::Client)[0];
    assert!(
        row.cell(client::CREATE_TIME) == Cell::Null && row.cell(client::UPDATE_TIME) == Cell::Null
    );
}

#[test]
fn the_resubmit_day_comes_from_epoch_milliseconds_as_text() {
    let row = |value: &str| {
        let text = lists(&format!(
            "\"tsmpDpClientextList\": [{{\"resubmitDateTimeForLongTime\": {value}}}]"
        ));
        read(&text).tables.rows(TableId::Clientext)[0].clone()
    };
    let day = local_day("1709164800000", Zone::UTC).unwrap();
    assert_eq!(day.time(), chrono::NaiveTime::MIN);
    assert!(row("\"1709164800000\"").cell(clientext::RESUBMIT_DATE_TIME) == Cell::Time(day));
    assert!(row("null").cell(clientext::RESUBMIT_DATE_TIME) == Cell::Null);
    assert!(row("\"\"").cell(clientext::RESUBMIT_DATE_TIME) == Cell::Null);
}

#[test]
fn a_resubmit_day_that_is_no_number_is_refused() {
    let text =
        lists("\"tsmpDpClientextList\": [{\"resubmitDateTimeForLongTime\": \"canary-7f3a\"}]");
    assert!(refused(&text).ends_with(
        "/tsmpDpClientextList/0/resubmitDateTimeForLongTime expected epoch milliseconds as text, or null, found other text"
    ));
}

#[test]
fn the_resubmit_day_is_that_of_the_targets_time_zone() {
    let text = lists(
        "\"tsmpDpClientextList\": [{\"resubmitDateTimeForLongTime\": \"1709150400000\"}, {}]",
    );
    let mut tables = read(&text).tables;
    // 2024-02-28 20:00 UTC.
    for (zone, day) in [
        ("UTC", "2024-02-28"),
        ("Asia/Taipei", "2024-02-29"),
        ("Pacific/Honolulu", "2024-02-28"),
    ] {
        tables.set_zone(Zone::named(zone).unwrap());
        let rows = tables.rows(TableId::Clientext);
        let day = format!("{day}T00:00:00").parse().unwrap();
        assert!(
            rows[0].cell(clientext::RESUBMIT_DATE_TIME) == Cell::Time(day),
            "{zone}"
        );
        assert!(
            rows[1].cell(clientext::RESUBMIT_DATE_TIME) == Cell::Null,
            "{zone}"
        );
    }
}

#[test]
fn a_hostile_property_name_is_reported_as_it_is_and_its_value_is_not() {
    let file = read(&clients("{\"a/b~\\u001b[2J\": \"canary-7f3a\"}"));
    assert_eq!(
        findings(&file),
        ["unknown-property /importClientRelated/tsmpClientList/0/a~1b~0\u{1b}[2J"]
    );
}

#[test]
fn every_broken_reference_is_reported_with_its_path() {
    let file = super::file(
        &sample()
            .host(1, "nobody", "h", "1.1.1.1")
            .client("a", json!({}))
            .client_group("a", "404")
            .client_scope("a", "405")
            .group("1", "g", json!({}))
            .group_authentication("1", "NONE")
            .hidden("2", "406", ("m", "k"), json!({}))
            .group_api("407", ("m", "k"), json!({}))
            .x_map(1, 408, "1")
            .open_key(5, "a", "key", json!({}))
            .open_map(1, 5, "no-such-uid"),
    );
    assert_eq!(
        findings(&file),
        [
            "broken-reference /importClientRelated/tsmpClientHostList/0/clientId",
            "broken-reference /importClientRelated/tsmpGroupList/1/vgroupId",
            "broken-reference /importClientRelated/tsmpClientGroupList/0/groupId",
            "broken-reference /importClientRelated/tsmpClientVgroupList/0/vgroupId",
            "broken-reference /importClientRelated/tsmpVgroupGroupList/0/vgroupId",
            "broken-reference /importClientRelated/tsmpGroupApiList/1/groupId",
            "broken-reference /importClientRelated/dgrXApiKeyMapList/0/refApiKeyId",
            "broken-reference /importClientRelated/tsmpGroupAuthoritiesMapList/0/groupAuthoritieId",
            "broken-reference /importClientRelated/tsmpOpenApiKeyMapList/0/refApiUid",
        ]
    );
    assert!(
        file.findings
            .iter()
            .all(|finding| finding.severity == Severity::Error)
    );
}
