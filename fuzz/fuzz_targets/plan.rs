//! A saved plan: recognised, read, shown and checked against itself.
#![no_main]

use gatediff::engine::diff::Show;
use gatediff::engine::display::safe;
use gatediff::job::saved;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    std::hint::black_box(saved::is_plan(bytes));
    match saved::parse("fuzz", bytes) {
        Ok(saved) => {
            assert!(saved::is_plan(bytes) || !bytes.starts_with(b"{\"format\":\"gatediff-plan\""));
            let plan = saved.plan();
            let resolution = plan.resolve(saved.choices());
            assert_eq!(resolution.states().len(), plan.entries().len());
            let shown: usize = (0..plan.entries().len()).map(|index| plan.changes(index, Show::Everything).len()).sum();
            std::hint::black_box((shown, plan.summary()));
        }
        Err(failure) => {
            assert!(!failure.hints.is_empty());
            std::hint::black_box(safe(&failure.to_string()).len());
        }
    }
});
