mod access;
mod documents;
mod form;
mod jobs;
mod lists;
mod matrix;
mod open;
mod scopes;
mod texts;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Style;

use super::*;
use crate::cases::config;
use crate::engine::{Outcome, Value};
use crate::job::{Failure, FailureKind, Phase, Progress, Stale};
use crate::tui::layout::Pane;
use crate::tui::msg::Msg;
use crate::tui::tests::support::*;
use crate::tui::theme::{ASCII, Level, UNICODE};
use crate::tui::update::{start, update};

fn terminal(app: &App, (width, height): (u16, u16)) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view(app, frame)).unwrap();
    terminal
}

/// The screen as text.
fn shot(app: &App) -> String {
    let terminal = terminal(app, app.size);
    let buffer = terminal.backend().buffer();
    let mut shown = String::new();
    for row in buffer.content().chunks(usize::from(app.size.0)) {
        let mut skip = 0;
        let mut line = String::new();
        for cell in row {
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = crate::tui::widget::width(cell.symbol()).max(1);
            }
            skip -= 1;
        }
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// The roles on the screen: one letter per cell, and what the letters mean.
fn roles(app: &App) -> String {
    let terminal = terminal(app, app.size);
    let mut seen: Vec<Style> = Vec::new();
    let mut shown = String::new();
    for row in terminal
        .backend()
        .buffer()
        .content()
        .chunks(usize::from(app.size.0))
    {
        let mut line = String::new();
        for cell in row {
            let style = cell.style();
            let index = seen
                .iter()
                .position(|other| *other == style)
                .unwrap_or_else(|| {
                    seen.push(style);
                    seen.len() - 1
                });
            line.push(if index == 0 {
                '.'
            } else {
                char::from(b'a' + u8::try_from(index - 1).unwrap())
            });
        }
        shown.push_str(line.trim_end_matches('.'));
        shown.push('\n');
    }
    for (index, style) in seen.iter().enumerate().skip(1) {
        let letter = char::from(b'a' + u8::try_from(index - 1).unwrap());
        shown.push_str(&format!(
            "{letter}: {:?} {:?} {:?}\n",
            style.fg, style.bg, style.add_modifier
        ));
    }
    shown
}

fn themed(
    name: &str,
    level: Level,
    glyphs: &'static crate::tui::theme::Glyphs,
    size: (u16, u16),
) -> App {
    let mut app = app_at(size.0, size.1);
    app.theme = theme(name, level, glyphs);
    open_in(&mut app, reviewed(sample()));
    app
}

mod looks {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn review_at_80x24() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn review_at_80x24_in_roles() {
        let mut app = sampled(80, 24);
        keys(&mut app, "j");
        assert_snapshot!(roles(&app));
    }

    #[test]
    fn review_at_120x40() {
        let mut app = sampled(120, 40);
        keys(&mut app, "1 l j l j l j 2 3");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn review_at_200x60_side_by_side() {
        let mut app = sampled(200, 60);
        keys(&mut app, "j s u");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn review_at_60x50_is_stacked() {
        let mut app = sampled(60, 50);
        keys(&mut app, "j");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn review_at_40x12_has_one_pane() {
        let app = sampled(40, 12);
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn below_the_smallest_size_one_line_says_so() {
        let app = sampled(39, 12);
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn ascii_and_mono() {
        let mut app = themed("dark", Level::None, &ASCII, (80, 24));
        keys(&mut app, "j c 1 l");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn mono_in_roles() {
        let mut app = themed("dark", Level::None, &UNICODE, (80, 24));
        keys(&mut app, "j");
        assert_snapshot!(roles(&app));
    }

    #[test]
    fn accessible_has_no_borders_and_a_cursor() {
        let mut app = app_at(80, 24);
        app.theme.accessible = true;
        open_in(&mut app, reviewed(sample()));
        keys(&mut app, "j");
        assert_snapshot!(shot(&app));
        let mut terminal = terminal(&app, app.size);
        terminal.backend_mut().assert_cursor_position((24, 3));
    }

    #[test]
    fn search_marks_its_matches() {
        let mut app = sampled(80, 24);
        keys(&mut app, "/ \"ris\"");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn chinese_names_are_seen_in_a_narrow_list() {
        let drafts = vec![
            item("client", "app", "海晏錢包服務平台").file("tps", Value::Int(1)),
            item("client", "atm", "無卡提款")
                .blocked("key-taken", "an X-API key belongs to another"),
        ];
        let narrow = shot(&open(
            reviewed(plan(drafts, Vec::new(), Vec::new())),
            80,
            24,
        ));
        assert!(narrow.contains("+ Add     app 海晏錢包服…"), "{narrow}");
        assert!(narrow.contains("✗ Blocked atm     key taken"), "{narrow}");
    }

    #[test]
    fn columns_of_missing_apis_stay_apart() {
        let mut app = sampled(60, 50);
        keys(&mut app, "m");
        let shown = shot(&app);
        let at = |line: &str| {
            let before = line.split("used by").next().unwrap_or_default();
            crate::tui::widget::width(before)
        };
        let columns: Vec<usize> = shown
            .lines()
            .filter(|line| line.contains("used by"))
            .map(at)
            .collect();
        assert!(columns.len() == 2 && columns[0] == columns[1], "{shown}");
    }

    #[test]
    fn a_list_without_items_says_why() {
        let mut app = open(reviewed(plan(Vec::new(), Vec::new(), Vec::new())), 120, 12);
        assert!(
            shot(&app).contains("The file has no items: nothing"),
            "{}",
            shot(&app)
        );
        app = open(
            reviewed(plan(
                vec![item("group", "a", "A").file("x", text("1"))],
                vec![],
                vec![],
            )),
            120,
            12,
        );
        keys(&mut app, "f f");
        assert!(
            shot(&app).contains("No blocked items here: f switches"),
            "{}",
            shot(&app)
        );
    }

    #[test]
    fn a_long_notice_takes_both_lines_of_the_footer() {
        let mut app = sampled(80, 24);
        app.refuse(
            "/home/operator/.config/gatediff/config.toml:7: no action is called 'covr': did you mean \
             'cover'? (the default keys are used)",
        );
        let shown = shot(&app);
        let footer: Vec<&str> = shown.lines().skip(22).collect();
        assert_eq!(
            footer,
            [
                " /home/operator/.config/gatediff/config.toml:7: no action is called 'covr': did",
                " you mean 'cover'? (the default keys are used)"
            ]
        );
        keys(&mut app, "j");
        assert!(shot(&app).contains("? help"));
    }

    #[test]
    fn footer_help_and_palette_show_the_operators_keys() {
        let binding = |action: &str, key: &str| crate::config::Binding {
            action: action.to_owned(),
            keys: vec![key.to_owned()],
            place: String::new(),
        };
        let mut app = sampled(100, 50);
        app.keymap = crate::tui::app::KeyMap::with(
            crate::tui::catalogue::CATALOGUE,
            &[binding("cover", "v"), binding("out", "ctrl-y")],
        )
        .unwrap();
        keys(&mut app, "j");
        assert!(
            shot(&app).contains("^Y tree") && shot(&app).contains("v cover"),
            "{}",
            shot(&app)
        );
        keys(&mut app, "?");
        assert!(
            shot(&app).contains("v          Cover the item"),
            "{}",
            shot(&app)
        );
        keys(&mut app, "q : \"cover\"");
        assert!(shot(&app).contains("v      cover "), "{}", shot(&app));
    }

    #[test]
    fn missing_apis() {
        let mut app = sampled(80, 24);
        keys(&mut app, "1 j j j j 2");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn missing_objects_at_80x24() {
        let mut app = open(reviewed(sample_missing()), 80, 24);
        keys(&mut app, "1 j j j j j 2");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn an_item_reports_what_it_misses_and_how_it_was_matched() {
        let mut app = open(reviewed(sample_missing()), 120, 40);
        let shown = shot(&app);
        assert!(
            shown.contains("2 objects missing:") && shown.contains("policy 金級 gold"),
            "{shown}"
        );
        keys(&mut app, "/ \"人事\" enter");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn blocked_items_say_why() {
        let mut app = sampled(120, 24);
        keys(&mut app, "! ! !");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn reading() {
        let mut app = app_at(80, 24);
        let id = compare_id(&start(&mut app));
        let step = |phase, done, total| Progress {
            phase,
            subject: "clients".to_owned(),
            done,
            total,
        };
        update(&mut app, Msg::Progress(id, step(Phase::File, 3, 3)));
        update(&mut app, Msg::Progress(id, step(Phase::Snapshot, 12, 24)));
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn failed_to_read() {
        let mut app = app_at(80, 24);
        let id = compare_id(&start(&mut app));
        let failure = Failure::new(FailureKind::Parse, "the file is not what it says")
            .at("export.json, line 3, column 7, /importClientRelated/tsmpClientList/0")
            .because("expected a number, found \"ten\u{1b}[2J\"")
            .hint("export the file again, and do not edit it");
        update(&mut app, Msg::Compared(id, Err(failure)));
        assert_snapshot!(shot(&app));
    }
}

mod modals {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn confirm_cover_all() {
        let mut app = sampled(80, 24);
        keys(&mut app, "C");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn confirm_missing_apis() {
        let mut app = sampled(80, 24);
        keys(&mut app, "m");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn confirm_missing_objects_at_80x24() {
        let mut app = open(reviewed(sample_missing()), 80, 24);
        keys(&mut app, "m");
        assert_snapshot!(shot(&app));
        keys(&mut app, "tab enter P");
        assert_snapshot!("import_with_missing_objects_at_80x24", shot(&app));
    }

    #[test]
    fn explain_an_item_that_was_matched_by_name() {
        let mut app = open(reviewed(sample_missing()), 80, 24);
        keys(&mut app, "/ \"人事\" enter e");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn confirm_import() {
        let mut app = sampled(120, 40);
        keys(&mut app, "j c P");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn the_head_says_what_profiles_say_of_the_target() {
        let mut subject = reviewed(sample());
        subject.read_only = Some("profile 'audit' is used".to_owned());
        let first = |subject| {
            shot(&open(subject, 80, 24))
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        assert!(
            first(subject.clone()).ends_with("READ-ONLY"),
            "{}",
            first(subject)
        );
        subject.production = true;
        assert!(
            first(subject.clone()).ends_with("PRODUCTION   READ-ONLY"),
            "{}",
            first(subject)
        );
    }

    #[test]
    fn confirm_import_to_production_at_80x24() {
        let mut subject = reviewed(sample());
        subject.production = true;
        let mut app = open(subject, 80, 24);
        keys(&mut app, "m tab enter P tab \"gate\"");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn confirm_import_at_40x12() {
        let mut app = sampled(40, 12);
        keys(&mut app, "m tab enter P");
        assert_snapshot!(shot(&app));
    }

    fn importing(app: &mut App) -> crate::tui::effect::EffectId {
        apply_id(&keys(app, "m tab enter P tab enter"))
    }

    #[test]
    fn progress() {
        let mut app = sampled(80, 24);
        let id = importing(&mut app);
        let step = |phase, subject: &str, done, total| Progress {
            phase,
            subject: subject.to_owned(),
            done,
            total,
        };
        update(&mut app, Msg::Progress(id, step(Phase::Lock, "", 0, 0)));
        update(&mut app, Msg::Progress(id, step(Phase::Check, "", 12, 12)));
        update(
            &mut app,
            Msg::Progress(id, step(Phase::Write, "client_host", 700, 1000)),
        );
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn result() {
        let mut app = sampled(80, 24);
        let id = importing(&mut app);
        let review = app.review.as_ref().unwrap();
        let outcomes: Vec<Outcome> = review
            .resolution()
            .states()
            .iter()
            .map(|state| state.outcome)
            .collect();
        update(&mut app, Msg::Applied(id, Ok(receipt(outcomes))));
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn stale() {
        let mut app = sampled(80, 24);
        let apply = importing(&mut app);
        let mut failure = Failure::new(
            FailureKind::Stale,
            "The target changed since it was compared",
        );
        for (kind, key, why) in [
            ("client", "crm", "has since been added to the target"),
            (
                "group",
                "crm-read",
                "has since changed in the target: /alias, /description",
            ),
        ] {
            failure.stale.push(Stale::new(id(kind, key), why));
        }
        update(&mut app, Msg::Applied(apply, Err(failure)));
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn failure() {
        let mut app = sampled(80, 24);
        let id = importing(&mut app);
        let failure = Failure::new(FailureKind::Locked, "Another import is using the target")
            .because("operator anna, since 12:04, backend 4711")
            .hint("wait until it has ended, then import again");
        update(&mut app, Msg::Applied(id, Err(failure)));
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn help() {
        let mut app = sampled(100, 56);
        keys(&mut app, "?");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn palette() {
        let mut app = sampled(80, 24);
        keys(&mut app, ": \"ne\" down");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn explanation() {
        let mut app = sampled(80, 24);
        keys(&mut app, "! e");
        assert_snapshot!(shot(&app));
    }

    #[test]
    fn leaving_with_choices() {
        let mut app = sampled(80, 24);
        keys(&mut app, "space q");
        assert_snapshot!(shot(&app));
    }
}

/// What can be on the screen, by the keys that bring it there.
const SCREENS: [&str; 14] = [
    "",
    "j 3",
    "1 l l l j",
    "z",
    "j 3 s u",
    "/ \"crm\"",
    "m",
    "C",
    "P",
    "j c P \"gateway\"",
    "?",
    ": \"c\"",
    "! e",
    "space q",
];

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn no_size_panics_or_loses_the_selection(
        width in 0_u16..=130, height in 0_u16..=50, other in (0_u16..=130, 0_u16..=50),
        screen in 0..SCREENS.len(), ascii: bool, accessible: bool,
    ) {
        let mut app = app_at(width, height);
        app.theme = theme("dark", Level::Ansi256, if ascii { &ASCII } else { &UNICODE });
        app.theme.accessible = accessible;
        open_in(&mut app, reviewed(sample()));
        keys(&mut app, SCREENS[screen]);
        let before = here(&app);
        terminal(&app, (width, height));
        // A frame of a size that the model does not know of yet.
        terminal(&app, other);
        update(&mut app, Msg::Resize(other.0, other.1));
        terminal(&app, other);
        prop_assert_eq!(here(&app), before);
    }

    #[test]
    fn no_text_of_the_plan_moves_the_cursor(key in any::<String>(), name in any::<String>()) {
        let draft = item("client", &format!("k{key}"), &name).file("tps", text(&format!("v{name}")));
        let mut app = open(reviewed(plan(vec![draft], Vec::new(), Vec::new())), 120, 24);
        for script in ["", "1 l", "e", "q P", "q"] {
            keys(&mut app, script);
            for cell in terminal(&app, (120, 24)).backend().buffer().content() {
                prop_assert!(!cell.symbol().chars().any(char::is_control), "{:?}", cell.symbol());
                let turns = cell.symbol().contains('\u{202e}');
                prop_assert!(!turns);
            }
        }
    }
}

#[test]
fn secrets_are_on_no_screen() {
    for script in SCREENS {
        let mut app = sampled(200, 60);
        keys(&mut app, script);
        assert!(!shot(&app).contains("canary"), "{script}");
    }
}

#[test]
fn ascii_screens_are_ascii_but_for_the_data() {
    for script in SCREENS {
        let mut app = app_at(120, 40);
        app.theme = theme("dark", Level::None, &ASCII);
        let drafts = vec![
            item("client", "a", "A")
                .both("tps", text("1"), text("2"))
                .both("h", set(&["x"]), set(&["y"])),
            item("client", "b", "B")
                .file("tps", text("1"))
                .blocked("no", "because"),
        ];
        open_in(&mut app, reviewed(plan(drafts, Vec::new(), Vec::new())));
        keys(&mut app, script);
        assert!(shot(&app).is_ascii(), "{script}: {}", shot(&app));
    }
}

#[test]
fn every_status_is_glyph_and_word() {
    let app = sampled(200, 60);
    let shown = shot(&app);
    for status in [
        "+ Add",
        "≠ Repeat",
        "= Repeat",
        "✗ Cannot",
        "unchanged",
        "6 fields",
    ] {
        assert!(shown.contains(status), "{status}");
    }
}

#[test]
fn a_hundred_thousand_items_are_drawn_by_the_visible_rows() {
    let drafts = (0..100_000)
        .map(|index| {
            item("client", &format!("c{index}"), "").both("tps", Value::Int(1), Value::Int(2))
        })
        .collect();
    let mut app = open(reviewed(plan(drafts, Vec::new(), Vec::new())), 120, 40);
    keys(&mut app, "1 l 2 G");
    let review = app.review.as_ref().unwrap();
    let height = usize::from(app.panes().inside(Pane::Items).height);
    assert_eq!(review.items.window(height).len(), height);
    assert_eq!(review.tree.window(height).len(), height);
    assert!(shot(&app).contains("c99999"));
}
