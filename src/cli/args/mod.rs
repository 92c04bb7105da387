//! The one model of the command line: parser, help, completions and man page.

mod command;
mod jobs;
mod scope;
mod serve;
mod shared;

pub use command::{Cli, Command};
pub(crate) use command::{asks_for_json, no_command};
pub use jobs::{
    ApplyArgs, BackupArgs, CompletionsArgs, DemoArgs, DiffArgs, ExportArgs, HistoryArgs, InitArgs,
    PlanArgs, ReviewArgs, ShowArgs, UndoArgs,
};
pub use scope::{
    ScopeArgs, ScopeCheckArgs, ScopeClientsArgs, ScopeCommand, ScopeCreateArgs, ScopeDeleteArgs,
    ScopeFieldsArgs, ScopeListArgs, ScopeShowArgs, ScopeUpdateArgs,
};
pub use serve::{ServeArgs, ServeCommand};
pub use shared::{
    AgainstArgs, ChoiceArgs, Color, ConsentArgs, EmitContent, FileArgs, Global, ImportArgs,
    OutArgs, Output, ScreenArgs, SelectionArgs, TargetArgs,
};
