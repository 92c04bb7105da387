//! gatediff brings an exported configuration into a live system without fear:
//! it reads an export file, compares it with PostgreSQL, lets the operator
//! choose, and applies the changes in one transaction.
//!
//! # Modules
//!
//! Data flows one way, and so do the imports; `tests/architecture` enforces it.
//!
//! bytes → [`platform::Bundle`] → (with the target's [`platform::Comparison`])
//! [`engine::Plan`] → [`engine::Choices`] → [`engine::Approved`] → rows and
//! [`job::Receipt`]
//!
//! | module | may import from | what it is |
//! |---|---|---|
//! | [`engine`] | | pure: items, differences, verdicts, plans, choices; knows no product, no database, no clock |
//! | [`source`] | `engine` | reading files: text, values with their positions, syntax errors; knows no product |
//! | [`store`] | `engine` | PostgreSQL: connections, statements over many rows, locks, the ledger |
//! | [`private_server`] | `store` | a PostgreSQL of our own, for the demo and the tests |
//! | [`platform`] | `engine` `source` `store` | one folder per product: its file, its rules, its tables |
//! | [`job`] | `engine` `source` `store` `private_server` `platform` | the use cases: every front end calls these and nothing below |
//! | [`scopes`] | `engine` `source` `store` `platform` `job` | digiRunner's API scopes: rules, rows, check, repair |
//! | [`config`] | | the configuration file |
//! | [`logging`] | `config` | the log |
//! | [`http`] | `engine` `store` `job` `config` | a front end: the products' own import endpoints |
//! | [`tui`] | `engine` `job` `scopes` `scopes::screen` `config` | a front end: the screen |
//! | [`cli`] | `engine` `store` `private_server` `job` `scopes` `scopes::cli` `config` `http` | a front end: the command line; it starts the service |
//! | `scopes::cli` | `cli` | its command line |
//! | [`screen`] | `job` `config` `tui` `cli` | what connects the command line with the screen |
//! | `scopes::screen` | `tui` | its screen |
//!
//! The binary connects them: arguments select a front end and give an exit code.

pub mod cli;
pub mod config;
pub mod engine;
pub mod http;
pub mod job;
pub mod logging;
pub mod platform;
pub mod private_server;
pub mod scopes;
pub mod screen;
pub mod source;
pub mod store;
pub mod tui;

#[cfg(test)]
#[path = "../tests/it/support/cases.rs"]
mod cases;
