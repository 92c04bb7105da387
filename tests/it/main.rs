//! One binary for all integration tests: linked once.

mod support;
mod terminal;
