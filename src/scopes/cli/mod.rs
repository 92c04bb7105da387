//! `scope`: API scopes. One file per kind of command; `command` selects one.

mod check;
mod command;
mod consent;
mod document;
mod edit;
mod fields;
mod find;
mod list;
mod print;
mod screen;
mod show;
mod target;

pub(crate) use command::run;
