//! An export file of any product: recognised, read, and looked at by itself.
#![no_main]

use gatediff::engine::display::safe;
use gatediff::job::{self, ImportOptions};
use libfuzzer_sys::fuzz_target;

const FORMATS: [&str; 3] = ["digirunner", "tyk", "sp-config"];

fuzz_target!(|bytes: &[u8]| {
    let options = ImportOptions::default();
    let recognised = job::load_bytes("fuzz", bytes, None, &options).ok().map(|loaded| loaded.file.platform);
    for format in FORMATS {
        let named = job::load_bytes("fuzz", bytes, Some(format), &options);
        // What is recognised is read in the same way as what is named.
        assert!(recognised != Some(format) || named.is_ok());
        match named {
            Ok(loaded) => {
                let counted: usize = loaded.bundle.counts().iter().map(|(_, count)| count).sum();
                let described = loaded.bundle.findings().iter().chain(&loaded.bundle.obstacles()).count();
                std::hint::black_box((counted, described));
            }
            Err(failure) => {
                assert!(!failure.hints.is_empty());
                let place = failure.place.unwrap_or_default();
                std::hint::black_box(safe(&place).len());
            }
        }
    }
});
