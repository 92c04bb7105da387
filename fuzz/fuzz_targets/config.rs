//! The configuration file, and the profiles in it.
#![no_main]

use std::path::Path;

use gatediff::config::{self, Config, ConfigError};
use gatediff::tui::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Config::parse(text, Path::new("config.toml")) {
        Ok(config) => {
            for profile in config.profile.values() {
                let timeouts = [profile.connect_timeout, profile.lock_timeout, profile.statement_timeout];
                std::hint::black_box(timeouts.map(config::seconds));
            }
            std::hint::black_box(fuzzing::keys(&config.keys));
        }
        Err(ConfigError::Parse { place, .. }) => assert!(place.starts_with("config.toml")),
        Err(error) => panic!("{error}"),
    }
});
