//! gatediff brings an exported configuration into a live system without fear.

pub mod engine;
pub mod job;
pub mod platform;
pub mod store;
pub mod tui;
