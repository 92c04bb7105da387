//! Applying what is shown gives the file's text.

use proptest::prelude::*;
use serde_json::Value as Any;

use super::*;

/// Applies a diff by its JSON alone, as a script would; panics where the lines
/// of the target are not those that the hunks say.
fn apply(before: &str, diff: &Any) -> String {
    let before = match diff["line_endings"]["before"].as_str() {
        Some("crlf") => before.replace("\r\n", "\n"),
        Some(_) => before.replace('\n', "\r\n"),
        None => before.to_owned(),
    };
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let mut after = String::new();
    let mut next = 0;
    for hunk in diff["hunks"].as_array().unwrap() {
        let lines_of = |op: &str| {
            hunk["lines"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|line| line["op"] != op)
                .count()
        };
        let start = usize::try_from(hunk["before_start"].as_u64().unwrap()).unwrap();
        let start = if lines_of("add") == 0 {
            start
        } else {
            start - 1
        };
        after.push_str(&lines[next..start].concat());
        next = start;
        assert_eq!(
            usize::try_from(hunk["after_start"].as_u64().unwrap()).unwrap(),
            after.matches('\n').count() + usize::from(lines_of("remove") > 0)
        );
        for line in hunk["lines"].as_array().unwrap() {
            let end = if line["newline"].as_bool().unwrap() {
                "\n"
            } else {
                ""
            };
            let text = format!("{}{end}", line["text"].as_str().unwrap());
            if line["op"] != "add" {
                assert_eq!(lines[next], text);
                next += 1;
            }
            if line["op"] != "remove" {
                after.push_str(&text);
            }
        }
    }
    after + &lines[next..].concat()
}

fn round(before: &str, after: &str) -> TextDiff {
    let diff = TextDiff::new(before, after);
    assert_eq!(
        apply(before, &serde_json::to_value(&diff).unwrap()),
        after,
        "{diff:?}"
    );
    diff
}

/// What is shown: signs, and marked words in brackets.
fn shown(before: &str, after: &str) -> Vec<String> {
    let diff = round(before, after);
    let mut lines = Vec::new();
    for hunk in &diff.hunks {
        lines.push(hunk.head());
        for line in &hunk.lines {
            let mut text = String::from(match line.op {
                LineOp::Keep => " ",
                LineOp::Remove => "-",
                LineOp::Add => "+",
            });
            for Segment { kind, text: part } in hunk.segments(line, false) {
                text.push_str(&match kind {
                    SegmentKind::Same => part,
                    SegmentKind::Differs => format!("[{part}]"),
                    SegmentKind::Omitted => "…".to_owned(),
                });
            }
            lines.push(text);
        }
    }
    lines
}

#[test]
fn one_changed_word_of_many_lines_is_shown_as_that_word() {
    let line = |n: usize| format!("第 {n} 行 of a script\n");
    let before: String = (0..60).map(line).collect();
    let after = before.replace("第 37 行 of a script", "第 37 行 of the script");
    assert_eq!(
        shown(&before, &after),
        [
            "@@ -35,7 +35,7 @@",
            " 第 34 行 of a script",
            " 第 35 行 of a script",
            " 第 36 行 of a script",
            "-第 37 行 of [a] script",
            "+第 37 行 of [the] script",
            " 第 38 行 of a script",
            " 第 39 行 of a script",
            " 第 40 行 of a script",
        ]
    );
}

#[test]
fn changes_far_from_each_other_are_hunks_of_their_own() {
    let before: String = (0..100).map(|n| format!("{n}\n")).collect();
    let after = before
        .replace("\n20\n", "\n")
        .replace("\n27\n", "\nx\n")
        .replace("\n80\n", "\n80\nnew\n");
    let diff = round(&before, &after);
    let heads: Vec<String> = diff.hunks.iter().map(Hunk::head).collect();
    assert_eq!(heads, ["@@ -18,14 +18,13 @@", "@@ -79,6 +78,7 @@"]);
    assert_eq!(diff.summary(), "1 line changed, 1 removed, 1 added");
}

#[test]
fn line_endings_that_all_change_are_reported_once() {
    let before = "one\r\ntwo\r\nthree\r\n";
    let diff = round(before, "one\ntwo\nthree\n");
    assert_eq!(
        (diff.summary().as_str(), diff.hunks.len()),
        ("line endings: CRLF to LF", 0)
    );
    assert_eq!(
        round("a\nb\nc\n", "a\r\nB\r\nc\r\n").summary(),
        "line endings: LF to CRLF, 1 line changed"
    );
    // One line of many is a line that differs.
    assert_eq!(
        shown("one\r\ntwo\r\n", "one\r\ntwo\n"),
        ["@@ -1,2 +1,2 @@", " one", "-two[\\x0d]", "+two"]
    );
    assert_eq!(
        shown("one\r\ntwo\r\n", "one\r\ndeux\r\n")[2..],
        ["-two", "+deux"]
    );
}

#[test]
fn a_missing_line_feed_at_the_end_is_reported() {
    assert_eq!(
        shown("a\nb\n", "a\nb"),
        ["@@ -1,2 +1,2 @@", " a", "-b", "+b"]
    );
    assert!(round("a\nb\n", "a\nb").ends_differently());
    assert!(!round("a\nb\nc", "a\nB\nc").ends_differently());
    assert!(!round("a\nb", "a\nc").ends_differently());
}

#[test]
fn the_middle_of_a_long_line_is_left_out() {
    let long = "word ".repeat(2_000);
    let (before, after) = (format!("{long}alpha {long}"), format!("{long}beta {long}"));
    let around = "word ".repeat(8);
    assert_eq!(
        shown(&before, &after)[1..],
        [
            format!("-…{around}[alpha] {}…", around.trim_end()),
            format!("+…{around}[beta] {}…", around.trim_end())
        ]
    );
}

#[test]
fn what_looks_alike_is_shown_apart() {
    assert_eq!(
        shown("x = 1 \ny\n", "x = 1\ny\n")[1..3],
        ["-x = 1[·]", "+x = 1"]
    );
    assert_eq!(shown("  a\nb\n", "\ta\nb\n")[1..3], ["-[··]a", "+[\\t]a"]);
    assert_eq!(
        shown("é de\nb\n", "e\u{301} de\nb\n")[1..3],
        ["-[\\u{e9}] de", "+[e\\u{301}] de"]
    );
}

#[test]
fn a_text_of_binary_is_shown_as_its_codes() {
    assert_eq!(
        shown(
            "\u{1}\u{2}\u{fffd}ab\n\u{7f}\n",
            "\u{1}\u{3}\u{fffd}ab\n\u{7f}\n"
        )[3..],
        [" \\x7f"]
    );
}

#[test]
fn in_json_words_are_counted_in_characters() {
    let diff = serde_json::to_value(round("客戶甲\n", "客戶乙\n")).unwrap();
    assert_eq!(
        diff,
        serde_json::json!({"hunks": [{"before_start": 1, "after_start": 1, "lines": [
            {"op": "remove", "text": "客戶甲", "newline": true, "words": [[2, 3]]},
            {"op": "add", "text": "客戶乙", "newline": true, "words": [[2, 3]]},
        ]}]})
    );
}

#[test]
fn a_few_lines_of_many_are_found_among_lines_that_stand_often() {
    // Time is for the benches: here what is found, where lines are not unique.
    let before: String = (0..10_000)
        .map(|n| format!("line {} of a script\n", n % 50))
        .collect();
    let mut lines: Vec<&str> = before.lines().collect();
    (lines[10], lines[5_000], lines[9_990]) = ("one", "two", "three");
    let after = lines.join("\n") + "\n";
    let diff = round(&before, &after);
    assert_eq!(diff.summary(), "3 lines changed");
}

#[test]
fn values_are_shown_apart() {
    let text = |before, after| ComparedValues::new(before, after, false).text();
    let own = |before: &str, after: &str| (before.to_owned(), after.to_owned());
    assert_eq!(text("A B", "A\u{a0}B"), own("A·B", "A\\u{a0}B"));
    assert_eq!(
        text("Café Zürich", "Cafe\u{301} Zu\u{308}rich"),
        own("Caf\\u{e9} Z\\u{fc}rich", "Cafe\\u{301} Zu\\u{308}rich")
    );
    assert_eq!(text("x@y.z", "\u{445}@y.z"), own("x@y.z", "\\u{445}@y.z"));
    assert_eq!(text("\\t", "\t"), own("\\u{5c}t", "\\u{9}"));
    assert_eq!(text("客戶", "客户"), own("客戶", "客户"));
    let marked = |text: &[Segment]| {
        text.iter()
            .filter(|part| part.kind == SegmentKind::Differs)
            .count()
    };
    assert_eq!(marked(&ComparedValues::new("10", "50", false).before), 0);
    assert_eq!(
        marked(
            &ComparedValues::new(
                "jdbc:postgresql://a:5432/core",
                "jdbc:postgresql://b:5432/core",
                false
            )
            .before
        ),
        1
    );
}

#[test]
fn three_values_are_shown_apart_and_where_they_differ() {
    let long = |middle: &str| format!("{}{middle}{}", "客".repeat(500), "戶".repeat(500));
    let described = apart([&long("A"), &long("B"), ""], "…", false);
    let around = |middle: &str| format!("…{}{middle}{}…", "客".repeat(40), "戶".repeat(40));
    assert_eq!(described, [around("A"), around("B"), String::new()]);
    assert_eq!(apart(["a ", "a", "a"], "..", true), ["a\\u{20}", "a", "a"]);
}

/// Texts of lines that come often, with all kinds of ends.
fn texts() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[ab ]{0,3}",
        Just("客戶 audit".to_owned()),
        Just("客户 audit".to_owned()),
        Just("cafe\u{301}".to_owned()),
        ".{0,12}",
    ];
    let end = prop_oneof![4 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")];
    let uniform = prop_oneof![Just(None), Just(Some("\r\n")), Just(Some("\n"))];
    (
        proptest::collection::vec((line, end), 0..30),
        uniform,
        any::<bool>(),
    )
        .prop_map(|(lines, uniform, is_whole)| {
            let mut text: String = lines
                .iter()
                .map(|(line, end)| format!("{line}{}", uniform.unwrap_or(end)))
                .collect();
            if !is_whole {
                text.truncate(text.trim_end_matches(['\r', '\n']).len());
            }
            text
        })
}

proptest! {
    #[test]
    fn the_hunks_applied_to_the_targets_text_give_the_files(before in texts(), after in texts()) {
        round(&before, &after);
        round(&after, &before);
    }

    #[test]
    fn edited_texts_too(before in texts(), edits in proptest::collection::vec((any::<prop::sample::Index>(), ".{0,4}\n?"), 1..4)) {
        let mut after = before.clone();
        for (place, text) in edits {
            let mut offset = place.index(after.len() + 1);
            while !after.is_char_boundary(offset) { offset -= 1 }
            after.insert_str(offset, &text);
        }
        round(&before, &after);
        for (words, text) in [(&before, &after), (&after, &before)] {
            for hunk in TextDiff::new(words, text).hunks {
                for line in &hunk.lines {
                    for range in line.words() {
                        prop_assert!(line.text.get(range.clone()).is_some());
                    }
                }
            }
        }
    }

    #[test]
    fn different_values_are_never_shown_as_the_same(before in "[ab \\\\tu{}0-9\u{a0}\u{b7}\t\u{200b}\u{e9}e\u{301}а]{0,8}", after in "[ab \\\\tu{}0-9\u{a0}\u{b7}\t\u{200b}\u{e9}e\u{301}а]{0,8}", ascii: bool) {
        let (old, new) = ComparedValues::new(&before, &after, ascii).text();
        prop_assert_eq!(before == after, old == new, "{} {}", old, new);
        let [one, other] = apart([&before, &after], "…", ascii);
        prop_assert_eq!(before == after, one == other);
        prop_assert!(!ascii || before.is_ascii() && after.is_ascii() && old.is_ascii() || !before.is_ascii() || !after.is_ascii());
    }
}
