//! gatediff brings an exported configuration into a live system without fear.

pub mod cli;
pub mod config;
pub mod engine;
pub mod job;
pub mod logging;
pub mod platform;
pub mod store;
pub mod tui;
