//! The loop: input, answers of effects, signals, frames.
//!
//! Keys come first, so that a flood of progress cannot starve them; queued
//! messages are handled before anything is drawn; frames are drawn only when
//! something changed, and no more often than the link allows.

mod encode;
mod event_loop;
mod farewell;
mod interface;
mod reload;
mod run;
pub mod signals;
pub mod terminal;

#[cfg(test)]
pub(crate) use farewell::farewell;
pub use run::{Options, run};
