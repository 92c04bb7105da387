//! The command line: arguments, output and exit code.
//!
//! Results go to stdout, progress and prompts to stderr. With `--output json`
//! stdout is exactly one JSON document, whatever happens.

mod apply;
mod apply_several;
pub mod args;
mod backup;
mod both_ways;
mod choose;
pub(crate) mod consent;
mod counterpart;
mod demo;
pub(crate) mod diff;
pub(crate) mod document;
mod exit;
mod export;
mod generate;
mod history;
mod init;
mod matrix;
pub(crate) mod opener;
mod options;
mod out;
pub(crate) mod plan;
mod plan_output;
pub(crate) mod print;
pub(crate) mod progress_line;
mod review;
mod rules;
mod run;
pub(crate) mod screen;
mod serve;
pub(crate) mod session;
mod show;
mod side;
mod source;
mod target;
mod targets;
pub(crate) mod text;
mod undo;
mod validate;
mod value;

pub use self::exit::Exit;
pub use self::run::run;
pub use self::screen::{Screen, ScreenEnd, ScreenRequest, Start};
