//! gatediff

pub mod store;
