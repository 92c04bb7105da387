//! An export file: recognised, read, and looked at by itself.
#![no_main]

use gatediff::engine::display::safe;
use gatediff::job;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let recognised = job::load_bytes("fuzz", bytes, None, &gatediff::job::ImportOptions::default());
    let named = job::load_bytes("fuzz", bytes, Some("digirunner"), &gatediff::job::ImportOptions::default());
    // What is recognised is read in the same way as what is named.
    assert!(recognised.is_err() || named.is_ok());
    match named {
        Ok(loaded) => {
            let counted: usize = loaded.bundle.counts().iter().map(|(_, count)| count).sum();
            let told = loaded.bundle.findings().iter().chain(&loaded.bundle.obstacles()).count();
            std::hint::black_box((counted, told));
        }
        Err(failure) => {
            assert!(!failure.hints.is_empty());
            let place = failure.place.unwrap_or_default();
            std::hint::black_box(safe(&place).len());
        }
    }
});
