//! A chooser with files and targets for tests.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::DateTime;
use futures_util::future::BoxFuture;

use super::support::*;
use crate::job::{
    Against, Content, Entry, Failure, FailureKind, Known, KnownTarget, Launcher, Listing, Loaded,
    Look, Reporter,
};
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::msg::Msg;
use crate::tui::update::{start, update};

/// Opens nothing: what is compared comes as a message.
pub(crate) struct Nowhere;

impl Launcher for Nowhere {
    fn open(
        self: Arc<Self>,
        _: Reporter,
    ) -> BoxFuture<'static, Result<(Loaded, Against), Failure>> {
        Box::pin(async { Err(Failure::new(FailureKind::Internal, "nowhere")) })
    }

    fn target(self: Arc<Self>, _: Reporter) -> BoxFuture<'static, Result<Against, Failure>> {
        Box::pin(async { Err(Failure::new(FailureKind::Internal, "nowhere")) })
    }
}

/// Entries by name; those that end in `/` are directories.
pub(crate) fn listing(directory: &str, names: &[&str]) -> Listing {
    let entry = |name: &&str| Entry {
        name: name.trim_end_matches('/').to_owned(),
        is_directory: name.ends_with('/'),
        is_text: true,
    };
    Listing {
        directory: PathBuf::from(directory),
        entries: names.iter().map(entry).collect(),
        more: 0,
    }
}

/// A directory with everything.
pub(crate) fn exports() -> Listing {
    let names = [
        "2026/",
        ".hidden.json",
        "cut.json",
        "exportClientRelated_20261122.json",
        "notes\u{1b}[2J.txt",
        "plan.json",
        "匯出.json",
    ];
    listing("/exports", &names)
}

fn seen(content: Content, bytes: u64) -> Look {
    Look {
        content,
        bytes,
        modified: DateTime::from_timestamp(1_795_000_000, 0),
    }
}

pub(crate) fn other() -> Look {
    seen(Content::Other, 12)
}

fn export(counts: Option<Vec<(&'static str, usize)>>) -> Content {
    Content::Export {
        platform: "sample",
        counts,
    }
}

/// What the files are.
pub(crate) fn looks() -> Vec<(PathBuf, Look)> {
    let invalid = Content::Invalid {
        platform: "sample",
        why: "the file ends too early".to_owned(),
    };
    let counted = export(Some(vec![
        ("Clients", 68),
        ("Groups", 20),
        ("Security levels", 2),
    ]));
    let look =
        |name: &str, content, bytes| (PathBuf::from("/exports").join(name), seen(content, bytes));
    vec![
        look("cut.json", invalid, 512),
        look("exportClientRelated_20261122.json", counted, 48_200),
        look("notes\u{1b}[2J.txt", Content::Other, 7),
        look("plan.json", Content::Plan, 9_000),
        look("匯出.json", export(None), 412_000_000),
    ]
}

/// Files that were opened, and targets of all kinds.
pub(crate) fn known() -> Known {
    let target = |name: &str, place: &str| KnownTarget {
        notation: Some(format!("profile:{name}")),
        name: name.to_owned(),
        place: place.to_owned(),
        ..KnownTarget::default()
    };
    let default = KnownTarget {
        notation: None,
        ..target("default", "operator@localhost:5432/gateway")
    };
    let production = KnownTarget {
        production: true,
        ..target("prod", "operator@db.acme:5432/gateway")
    };
    let read_only = KnownTarget {
        production: true,
        read_only: true,
        ..target("稽核 audit", "auditor@db.acme:5432/gateway")
    };
    let broken = KnownTarget {
        problem: Some("profile 'broken': unknown parameter 'x'".to_owned()),
        ..target("broken", "")
    };
    Known {
        recent: vec![
            "/home/operator/exports/exportClientRelated_20261122.json".to_owned(),
            "/資料/匯出客戶端設定檔案二零二六.json".to_owned(),
        ],
        targets: vec![default, production, read_only, broken],
    }
}

/// The model as it starts without a file: nothing was read yet.
pub(crate) fn unread(width: u16, height: u16) -> App {
    let mut app = app_at(width, height);
    app.has_session = false;
    app.file = String::new();
    start(&mut app);
    app
}

/// The model with the chooser, in which everything was read.
pub(crate) fn choosing(width: u16, height: u16) -> App {
    let mut app = app_at(width, height);
    app.has_session = false;
    app.file = String::new();
    let effects = start(&mut app);
    answer(&mut app, &effects);
    app
}

/// Answers what a chooser asks for.
pub(crate) fn answer(app: &mut App, effects: &[Effect]) {
    for effect in effects {
        let more = match effect {
            Effect::Known(id) => update(app, Msg::Known(*id, Ok(known()))),
            Effect::Browse(id, _) => update(app, Msg::Browsed(*id, Ok(exports()))),
            Effect::Look(id, _) => update(app, Msg::Looked(*id, looks())),
            Effect::LastJob(target) => {
                let job = match target.as_deref() {
                    None => Ok(None),
                    Some("profile:prod") => Ok(Some(record(12))),
                    Some(_) => Err(Failure::new(
                        FailureKind::Unreachable,
                        "cannot reach the database server",
                    )),
                };
                update(app, Msg::LastJob(target.clone(), job))
            }
            _ => Vec::new(),
        };
        answer(app, &more);
    }
    update(app, Msg::Drawn);
}
