//! gatediff brings an exported configuration into a live system without fear:
//! it reads an export file, compares it with PostgreSQL, lets the operator
//! choose, and applies the changes in one transaction.
//!
//! # Modules
//!
//! Data flows one way, and so do the imports; `tests/architecture.rs` enforces it.
//!
//! bytes → [`platform::Bundle`] → (with the target's [`platform::Comparison`])
//! [`engine::Plan`] → [`engine::Choices`] → [`engine::Approved`] → rows and
//! [`job::Receipt`]
//!
//! - [`engine`]: pure. Items, differences, verdicts, plans, choices. Knows no
//!   product, no database, no clock.
//! - [`platform`]: one folder per product: its file, its rules, its tables.
//! - [`store`]: PostgreSQL. Connections, statements over many rows, locks, the
//!   ledger, the private server.
//! - [`job`]: the use cases. Every front end calls these and nothing below.
//! - [`cli`], [`tui`] and [`http`]: the front ends. None depends on another,
//!   except that `serve` starts the last.
//! - [`config`], [`logging`]: the configuration file, the log.
//!
//! The binary connects them: arguments select a front end and give an exit code.

pub mod cli;
pub mod config;
pub mod engine;
pub mod http;
pub mod job;
pub mod logging;
pub mod platform;
pub mod store;
pub mod tui;
