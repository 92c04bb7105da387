//! gatediff brings an exported configuration into a live system without fear:
//! it reads an export file, compares it with what stands in PostgreSQL, lets
//! the operator choose, and applies the lot in one transaction.
//!
//! # The rooms
//!
//! Data flows one way, and so do the imports; `tests/architecture.rs` holds it.
//!
//! bytes → [`platform::Bundle`] → (with the target's [`platform::Ground`])
//! [`engine::Plan`] → [`engine::Choices`] → [`engine::Approved`] → rows and
//! [`job::Receipt`]
//!
//! - [`engine`]: pure. Items, differences, verdicts, plans, choices. Knows no
//!   product, no database, no clock.
//! - [`platform`]: one folder per product: its file, its rules, its tables.
//! - [`store`]: PostgreSQL. Connections, statements over many rows, locks, the
//!   ledger, the private server.
//! - [`job`]: the use cases. Every face calls these and nothing below.
//! - [`cli`], [`tui`] and [`http`]: three faces, equal; none knows another, but
//!   for `serve`, which starts the last.
//! - [`config`], [`logging`]: the configuration file, the log.
//!
//! The binary sees them all and turns arguments into one face and an exit code.

pub mod cli;
pub mod config;
pub mod engine;
pub mod http;
pub mod job;
pub mod logging;
pub mod platform;
pub mod store;
pub mod tui;
