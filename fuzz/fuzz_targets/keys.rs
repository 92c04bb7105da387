//! Keys of one's own: a line is an action, and keys behind blanks.
#![no_main]

use gatediff::config::Binding;
use gatediff::tui::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let bindings = text.lines().map(|line| {
        let mut words = line.split('\t').map(str::to_owned);
        Binding {
            action: words.next().unwrap_or_default(),
            keys: words.collect(),
            place: "config.toml:1".to_owned(),
        }
    });
    let bindings: Vec<Binding> = bindings.collect();
    if let Some(error) = fuzzing::keys(&bindings) {
        assert!(error.starts_with("config.toml:1"), "{error}");
    }
});
