//! How much is tried of what is drawn by chance: little in every run of the tests, and as much as
//! `GATEDIFF_TEST_CASES` says where somebody asks for it.

use std::str::FromStr;

use proptest::test_runner::Config;

/// How many times something random is tried, which is `usual` unless the environment says
/// otherwise.
pub(crate) fn cases<N: FromStr>(usual: N) -> N {
    std::env::var("GATEDIFF_TEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(usual)
}

/// So many generated values; a failure is printed, not kept in a file.
pub(crate) fn config(usual: u32) -> Config {
    Config {
        cases: cases(usual),
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    }
}
