//! All actions: the one source of the key map, the footer, the help, the palette
//! and the README's table. Each is declared beside its handler.

use super::action::default_keys;
use super::app::Action;
use super::screen::access::update as access;
use super::screen::dialog::{help, palette, press};
use super::screen::history::update as history;
use super::screen::import::{confirm, rehearse};
use super::screen::matrix::update as matrix;
use super::screen::open::{filter, path, update as open};
use super::screen::review::{
    choose, copy, display, ignore, missing, navigate, only_in_target, search,
};
use super::screen::{back, job, motion, program, save};
use crate::scopes::screen::form::{fields, pick, save as form_save};
use crate::scopes::screen::update::{edit, findings, holders, list, load};
use crate::tui::screen::review::cover_all;

/// All actions, in the order of help and footer.
pub(crate) static CATALOGUE: &[Action] = &[
    help::HELP,
    choose::CHOOSE,
    choose::COVER,
    cover_all::COVER_ALL,
    missing::CONFIRM_MISSING,
    confirm::IMPORT,
    confirm::BACKUP,
    rehearse::REHEARSE,
    search::SEARCH,
    search::NEXT_HIT,
    search::PREVIOUS_HIT,
    display::FILTER,
    navigate::NEXT_CHANGE,
    navigate::PREVIOUS_CHANGE,
    navigate::NEXT_BLOCKED,
    display::EXPLAIN,
    access::ACCESS,
    access::SWITCH_GROUPING,
    history::HISTORY,
    open::OPEN,
    open::TARGET,
    matrix::MATRIX,
    matrix::REVIEW_TARGET,
    matrix::DIFFERENCES,
    display::UNCHANGED,
    display::SIDE_BY_SIDE,
    ignore::IGNORE,
    copy::COPY,
    ignore::COPY_RULE,
    job::AGAIN,
    history::OPEN_JOB,
    history::UNDO,
    save::SAVE_BACKUP,
    motion::DOWN,
    motion::UP,
    motion::TOP,
    motion::BOTTOM,
    motion::HALF_DOWN,
    motion::HALF_UP,
    motion::PAGE_DOWN,
    motion::PAGE_UP,
    matrix::NEXT_TARGET,
    matrix::PREVIOUS_TARGET,
    navigate::IN,
    navigate::OUT,
    navigate::OPEN,
    navigate::NEXT_PANE,
    navigate::PREVIOUS_PANE,
    navigate::TREE_PANE,
    navigate::ITEMS_PANE,
    navigate::DETAIL_PANE,
    display::ZOOM,
    press::NEXT_FOCUS,
    press::PREVIOUS_FOCUS,
    press::PRESS,
    program::THEME,
    palette::PALETTE,
    program::REDRAW,
    program::SUSPEND,
    back::INTERRUPT,
    back::BACK,
    back::QUIT,
    back::LEAVE,
    save::SAVE_PLAN,
    save::EXPORT,
    only_in_target::ONLY_IN_TARGET,
    back::CLOSE,
    back::CANCEL,
    motion::NEXT_ROW,
    motion::PREVIOUS_ROW,
    form_save::SAVE,
    fields::CANCEL,
    fields::NEXT_FIELD,
    fields::PREVIOUS_FIELD,
    fields::OPEN_FIELD,
    fields::NEXT_VALUE,
    fields::PREVIOUS_VALUE,
    fields::REMOVE_MODULE,
    pick::APPLY,
    pick::PICK,
    pick::PICK_ALL,
    pick::FILTER_ROWS,
    pick::CANCEL,
    load::SCOPES,
    edit::CREATE,
    edit::EDIT,
    edit::DELETE,
    holders::HOLDERS,
    list::SEARCH,
    list::FILTER,
    list::NEXT_SORT,
    list::REVERSE,
    list::OPEN,
    list::CLOSE,
    list::OTHER_HALF,
    list::ZOOM,
    list::COPY,
    findings::CHECK,
    load::READ_AGAIN,
    edit::GIVE,
    edit::TAKE,
    findings::OPEN_FINDING,
    findings::REPAIR,
    list::TOGGLE,
    open::CHOOSE,
    open::PARENT,
    open::NEXT_LIST,
    open::PREVIOUS_LIST,
    filter::FILTER,
    path::TYPE_PATH,
    open::WHOLE_DIRECTORY,
    open::HIDDEN,
    open::READ_AGAIN,
];

/// Returns the table of keys for the README.
pub fn keys_markdown() -> String {
    let mut table = String::from("| Keys | Action | |\n|---|---|---|\n");
    for action in CATALOGUE {
        let keys: Vec<String> = default_keys(action)
            .iter()
            .map(|keys| format!("`{keys}`"))
            .collect();
        let line = format!(
            "| {} | {} | {} |\n",
            keys.join(" "),
            action.name,
            action.sentence
        );
        table.push_str(&line);
    }
    table
}

#[cfg(test)]
mod tests;
