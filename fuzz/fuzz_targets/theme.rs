//! A theme.
#![no_main]

use gatediff::tui::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(error) = fuzzing::theme(text) {
        assert!(error.starts_with("fuzz.toml"), "{error}");
    }
});
