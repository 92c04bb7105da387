//! Opening the chooser, moving in its lists, and choosing.

use std::path::PathBuf;

use super::layout::height;
use super::model::{Asked, Chooser, LastJob, Row, Side, Tab};
use super::switch;
use crate::job::{Failure, Known, Listing, Look};
use crate::tui::condition::{require, unavailable};
use crate::tui::effect::EffectId;
use crate::tui::exit::Exit;
use crate::tui::screen::job::JobKind;
use crate::tui::{Act, Action, App, Availability, Context, Effect, Run};

pub(crate) const OPEN: Action = Action {
    act: Act::OpenSource,
    name: "open",
    sentence: "Open another file, without leaving",
    contexts: ANYWHERE,
    keys: &["ctrl-o"],
    footer: None,
    condition: can_open,
    run: Run::Effects(open_source),
};

pub(crate) const TARGET: Action = Action {
    act: Act::OpenTarget,
    name: "target",
    sentence: "Compare with another target, without leaving",
    contexts: ANYWHERE,
    keys: &["ctrl-t"],
    footer: None,
    condition: can_open,
    run: Run::Effects(|app| open(app, Asked::Target)),
};

/// Where another file or target can be opened.
const ANYWHERE: &[Context] = &[
    Context::Loading,
    Context::Review,
    Context::Scopes,
    Context::History,
    Context::Job,
    Context::Access,
    Context::Findings,
    Context::Holders,
];

pub(crate) const CHOOSE: Action = Action {
    act: Act::ChooseSide,
    name: "choose-side",
    sentence: "Open the directory, or choose the file or target",
    contexts: &[Context::Open],
    keys: &["enter", "l", "right"],
    footer: Some("choose"),
    condition: not_opening,
    run: Run::Effects(choose),
};

pub(crate) const PARENT: Action = Action {
    act: Act::ParentDirectory,
    name: "parent-directory",
    sentence: "Go to the directory above",
    contexts: &[Context::Open],
    keys: &["h", "left"],
    footer: Some("up"),
    condition: |app| {
        with_files(app, |chooser| {
            require(
                chooser.directory.parent().is_some(),
                "this is the topmost directory",
            )
        })
    },
    run: Run::Effects(go_up),
};

pub(crate) const NEXT_LIST: Action = Action {
    act: Act::NextList,
    name: "next-list",
    sentence: "Next list: targets, files, recent files",
    contexts: &[Context::Open],
    keys: &["tab"],
    footer: Some("next list"),
    condition: |_| Ok(()),
    run: Run::Effects(|app| step_tab(app, true)),
};

pub(crate) const PREVIOUS_LIST: Action = Action {
    act: Act::PreviousList,
    name: "previous-list",
    sentence: "Previous list",
    contexts: &[Context::Open],
    keys: &["S-Tab"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Effects(|app| step_tab(app, false)),
};

pub(crate) const WHOLE_DIRECTORY: Action = Action {
    act: Act::WholeDirectory,
    name: "choose-directory",
    sentence: "Choose the directory itself: its files are imported as one, if their format allows that",
    contexts: &[Context::Open],
    keys: &["d"],
    footer: None,
    condition: |app| with_files(app, |_| not_opening(app)),
    run: Run::Effects(choose_directory),
};

pub(crate) const HIDDEN: Action = Action {
    act: Act::Hidden,
    name: "hidden-files",
    sentence: "Show or hide hidden files",
    contexts: &[Context::Open],
    keys: &["."],
    footer: None,
    condition: |app| with_files(app, |_| Ok(())),
    run: Run::Update(turn_hidden),
};

pub(crate) const READ_AGAIN: Action = Action {
    act: Act::Again,
    name: "read-lists-again",
    sentence: "Read directory, targets and their last jobs again",
    contexts: &[Context::Open],
    keys: &["R"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Effects(read_again),
};

fn with_files(app: &App, check: impl Fn(&Chooser) -> Availability) -> Availability {
    let chooser = app.chooser.as_ref();
    chooser
        .filter(|chooser| chooser.tab == Tab::Files)
        .map_or_else(|| unavailable("only in the list of files"), check)
}

/// One thing is opened at a time.
fn not_opening(app: &App) -> Availability {
    let is_opening = app
        .job
        .as_ref()
        .is_some_and(|job| job.work == JobKind::Open);
    require(!is_opening, JobKind::Open.doing())
}

/// What reads only is dropped when something else is opened; what writes is not.
fn can_open(app: &App) -> Availability {
    match app.job.as_ref().map(|job| job.work) {
        Some(work) if work.writes() || work == JobKind::Save => unavailable(work.doing()),
        _ => Ok(()),
    }
}

/// Asks for a file; also for a target if there is none yet.
pub(crate) fn open_source(app: &mut App) -> Vec<Effect> {
    let asked = if app.has_session || app.sides.target.is_some() {
        Asked::Source
    } else {
        Asked::Both
    };
    open(app, asked)
}

/// Opens the chooser on top of everything.
pub(crate) fn open(app: &mut App, asked: Asked) -> Vec<Effect> {
    app.modals.clear();
    let source = app.sides.source.as_deref().unwrap_or(&app.file);
    let directory = PathBuf::from(source);
    let directory = directory
        .parent()
        .filter(|path| !path.as_os_str().is_empty());
    let directory = directory.map_or_else(|| PathBuf::from("."), ToOwned::to_owned);
    begin(app, Chooser::new(asked, directory))
}

/// Reads what a chooser lists first.
fn begin(app: &mut App, chooser: Chooser) -> Vec<Effect> {
    let directory = chooser.directory.clone();
    app.chooser = Some(chooser);
    let mut effects = know(app);
    effects.extend(read(app, directory));
    effects
}

fn know(app: &mut App) -> Vec<Effect> {
    let id = app.next_id();
    let Some(chooser) = &mut app.chooser else {
        return Vec::new();
    };
    chooser.knowing = Some(id);
    vec![Effect::Known(id)]
}

/// Reads a directory.
fn read(app: &mut App, directory: PathBuf) -> Vec<Effect> {
    let id = app.next_id();
    let Some(chooser) = &mut app.chooser else {
        return Vec::new();
    };
    chooser.reading = Some(id);
    vec![Effect::Browse(id, directory)]
}

/// Goes to a directory.
pub(super) fn enter(app: &mut App, directory: PathBuf) -> Vec<Effect> {
    let Some(chooser) = &mut app.chooser else {
        return Vec::new();
    };
    let directory = chooser.enter(directory);
    read(app, directory)
}

fn go_up(app: &mut App) -> Vec<Effect> {
    let parent = app
        .chooser
        .as_ref()
        .and_then(|chooser| chooser.path(Row::Parent));
    parent.map(|parent| enter(app, parent)).unwrap_or_default()
}

fn step_tab(app: &mut App, forward: bool) -> Vec<Effect> {
    if let Some(chooser) = &mut app.chooser {
        let tabs = chooser.tabs().len();
        chooser.step_tab(if forward { 1 } else { tabs - 1 });
    }
    last_jobs(app)
}

fn turn_hidden(app: &mut App) {
    let Some(chooser) = &mut app.chooser else {
        return;
    };
    chooser.hidden = !chooser.hidden;
    chooser.narrow();
    let text = if chooser.hidden {
        "hidden files are shown"
    } else {
        "hidden files are not shown"
    };
    app.say(text);
}

fn read_again(app: &mut App) -> Vec<Effect> {
    let Some(chooser) = &mut app.chooser else {
        return Vec::new();
    };
    chooser.jobs.clear();
    chooser.asked_jobs.clear();
    let directory = chooser.directory.clone();
    let mut effects = know(app);
    effects.extend(read(app, directory));
    effects
}

/// Enter on a row.
pub(super) fn choose(app: &mut App) -> Vec<Effect> {
    let Some((chooser, row)) = app
        .chooser
        .as_ref()
        .and_then(|chooser| Some((chooser, *chooser.list.current()?)))
    else {
        return Vec::new();
    };
    if let Some(target) = chooser.target(row) {
        if let Some(problem) = &target.problem {
            app.refuse(problem.clone());
            return Vec::new();
        }
        let notation = target.notation.clone();
        return take_target(app, notation);
    }
    let entry = chooser.entry(row);
    let is_directory = row == Row::Parent || entry.is_some_and(|entry| entry.is_directory);
    let is_text = entry.is_none_or(|entry| entry.is_text);
    let Some(path) = chooser.path(row) else {
        return Vec::new();
    };
    match path.into_os_string().into_string() {
        Ok(path) if is_text && is_directory => enter(app, path.into()),
        Ok(path) if is_text => take(app, path),
        _ => {
            app.refuse("the file name is not UTF-8 text: rename it");
            Vec::new()
        }
    }
}

fn choose_directory(app: &mut App) -> Vec<Effect> {
    let directory = app
        .chooser
        .as_ref()
        .map(|chooser| chooser.directory.clone());
    let path = directory.and_then(|directory| directory.into_os_string().into_string().ok());
    path.map(|path| take(app, path)).unwrap_or_default()
}

/// Takes a side that was named.
pub(super) fn take(app: &mut App, side: String) -> Vec<Effect> {
    let Some(chooser) = &mut app.chooser else {
        return Vec::new();
    };
    match (chooser.side, chooser.asked) {
        (Side::Target, _) => take_target(app, Some(side)),
        (Side::Source, Asked::Both) => {
            chooser.source = Some(side);
            chooser.ask_for(Side::Target);
            last_jobs(app)
        }
        (Side::Source, _) => {
            chooser.source = Some(side);
            let target = app.sides.target.clone();
            take_target(app, target)
        }
    }
}

fn take_target(app: &mut App, target: Option<String>) -> Vec<Effect> {
    let sides = app
        .chooser
        .as_ref()
        .map(|chooser| chooser.with_target(target, &app.sides));
    sides
        .map(|sides| switch::ask(app, sides))
        .unwrap_or_default()
}

/// Goes back by one layer; quits if nothing is open below.
pub(crate) fn back(app: &mut App) -> Vec<Effect> {
    let Some(chooser) = &mut app.chooser else {
        return Vec::new();
    };
    if app
        .job
        .as_ref()
        .is_some_and(|job| job.work == JobKind::Open)
    {
        app.job = None;
        return Vec::new();
    }
    if !chooser.filter.value().is_empty() {
        chooser.clear_filter();
        return Vec::new();
    }
    if chooser.side == Side::Target && chooser.asked == Asked::Both {
        chooser.ask_for(Side::Source);
        return Vec::new();
    }
    if !app.has_session {
        return vec![Effect::Quit(Exit::Done)];
    }
    app.chooser = None;
    Vec::new()
}

/// Esc: goes back by one layer; never quits.
pub(crate) fn escape(app: &mut App) -> Vec<Effect> {
    let is_last = app.chooser.as_ref().is_some_and(|chooser| {
        let is_first = chooser.side == Side::Source || chooser.asked == Asked::Target;
        is_first && chooser.filter.value().is_empty()
    });
    if is_last && !app.has_session && app.job.is_none() {
        app.say_how_to_quit();
        return Vec::new();
    }
    back(app)
}

/// Asks again after the chosen sides could not be compared.
pub(crate) fn again(app: &mut App) -> Vec<Effect> {
    app.failure = None;
    app.job = None;
    app.has_session = false;
    open(app, Asked::Both)
}

/// Handles the listing of a directory.
pub(crate) fn browsed(app: &mut App, id: EffectId, outcome: Result<Listing, Failure>) {
    let Some(chooser) = app
        .chooser
        .as_mut()
        .filter(|chooser| chooser.reading == Some(id))
    else {
        return;
    };
    chooser.reading = None;
    match outcome {
        Ok(listing) => chooser.take(listing),
        Err(failure) => chooser.failure = Some(failure),
    }
}

/// Handles what can be chosen.
pub(crate) fn known(app: &mut App, id: EffectId, outcome: Result<Known, Failure>) -> Vec<Effect> {
    let Some(chooser) = app
        .chooser
        .as_mut()
        .filter(|chooser| chooser.knowing == Some(id))
    else {
        return Vec::new();
    };
    chooser.knowing = None;
    match outcome {
        Ok(known) => {
            chooser.take_known(known);
            last_jobs(app)
        }
        Err(failure) => {
            chooser.known = Some(Known::default());
            app.refuse(failure.to_string());
            Vec::new()
        }
    }
}

/// Reads the last jobs of the targets, where they are listed and not read yet.
fn last_jobs(app: &mut App) -> Vec<Effect> {
    let Some(chooser) = app
        .chooser
        .as_mut()
        .filter(|chooser| chooser.tab == Tab::Targets)
    else {
        return Vec::new();
    };
    let asked = std::mem::take(&mut chooser.asked_jobs);
    let notations = chooser
        .targets()
        .iter()
        .filter(|target| target.problem.is_none());
    let new: Vec<Option<String>> = notations
        .map(|target| target.notation.clone())
        .filter(|notation| !asked.contains(notation))
        .collect();
    chooser.asked_jobs = asked.into_iter().chain(new.iter().cloned()).collect();
    new.into_iter().map(Effect::LastJob).collect()
}

/// Handles the last job of a target.
pub(crate) fn last_job(app: &mut App, target: Option<String>, job: LastJob) {
    if let Some(chooser) = &mut app.chooser {
        chooser.jobs.insert(target, job);
    }
}

/// Looks at the files that are visible, one screen after the other.
pub(crate) fn look(app: &mut App) -> Vec<Effect> {
    let id = app.next_id();
    let height = height(app.size, app.theme.accessible);
    let Some(chooser) = app
        .chooser
        .as_mut()
        .filter(|chooser| chooser.looking.is_none())
    else {
        return Vec::new();
    };
    let unseen = chooser.unseen(height);
    if unseen.is_empty() {
        return Vec::new();
    }
    chooser.looking = Some(id);
    vec![Effect::Look(id, unseen)]
}

/// Handles what files are.
pub(crate) fn looked(app: &mut App, id: EffectId, looks: Vec<(PathBuf, Look)>) {
    if let Some(chooser) = app
        .chooser
        .as_mut()
        .filter(|chooser| chooser.looking == Some(id))
    {
        chooser.looking = None;
        chooser.looks.extend(looks);
    }
}
