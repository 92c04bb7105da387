//! Properties of what is drawn by chance, held against a real database.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{TestCaseError, TestError, TestRunner};
use serde_json::Value;

use super::cases::config;
use super::sample::Sample;

/// The numbers that an environment is drawn from.
pub(crate) fn numbers() -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), 0..1200)
}

/// Holds a property against environments that are drawn from numbers.
pub(crate) fn for_any<F>(usual: u32, property: impl Fn(&[u16]) -> (Sample, F))
where
    F: Future<Output = Result<(), String>>,
{
    for_all(usual, numbers(), |numbers| {
        let (sample, holds) = property(numbers);
        (short(&sample), holds)
    });
}

/// Tries a property, which describes what it is held against.
pub(crate) fn for_all<S: Strategy, F>(
    usual: u32,
    values: S,
    property: impl Fn(&S::Value) -> (String, F),
) where
    F: Future<Output = Result<(), String>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = TestRunner::new(config(usual)).run(&values, |value| {
        let (samples, holds) = property(&value);
        runtime
            .block_on(holds)
            .map_err(|why| TestCaseError::fail(format!("{why}\n{samples}")))
    });
    match result {
        Ok(()) => {}
        // The numbers say nothing to a reader; the environments are in the reason.
        Err(TestError::Fail(why, _)) => panic!("{}", why.message()),
        Err(error) => panic!("{error}"),
    }
}

/// An environment without its empty lists.
pub(crate) fn short(sample: &Sample) -> String {
    let Value::Object(mut lists) = sample.lists() else {
        panic!("lists are an object")
    };
    lists.retain(|_, rows| rows.as_array().is_some_and(|rows| !rows.is_empty()));
    let lists: Vec<String> = lists
        .iter()
        .map(|(list, rows)| format!("\n  {list} {rows}"))
        .collect();
    format!("{}\n  apis {:?}", lists.concat(), sample.apis)
}
