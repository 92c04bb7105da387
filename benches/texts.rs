//! What comparing long texts costs, beside reading their lines once.
//! `cargo bench --bench texts`: three changed lines of 10,000 take less than a
//! frame (16 ms), and no text takes a multiple of what its length explains.

use std::hint::black_box;

use divan::Bencher;
use gatediff::engine::diff::Block;
use gatediff::engine::text::TextDiff;

/// Texts that differ, by what makes them hard.
#[derive(Clone, Copy, Debug)]
enum Case {
    /// Three lines of 10,000, each its own.
    ThreeLines,
    /// The same where most lines stand often.
    AlikeLines,
    /// Nothing in common.
    Rewritten,
    /// One word in one line of a megabyte.
    LongLine,
}

const CASES: [Case; 4] = [
    Case::ThreeLines,
    Case::AlikeLines,
    Case::Rewritten,
    Case::LongLine,
];

impl Case {
    fn texts(self) -> (String, String) {
        let text = |line: fn(usize) -> String, changed: &[usize]| -> String {
            let one = |n| {
                if changed.contains(&n) {
                    format!("changed 第 {n} 行\n")
                } else {
                    line(n)
                }
            };
            (0..10_000).map(one).collect()
        };
        let own = |n: usize| format!("let value{n} = lookup('客戶-{n}');\n");
        let alike = |n: usize| format!("    }} // {}\n", n % 9);
        let places = [100, 5_000, 9_900];
        match self {
            Self::ThreeLines => (text(own, &[]), text(own, &places)),
            Self::AlikeLines => (text(alike, &[]), text(alike, &places)),
            Self::Rewritten => (
                text(own, &[]),
                text(|n| format!("new line number {n}\n"), &[]),
            ),
            Self::LongLine => {
                let line = "var a = b + c; ".repeat(70_000);
                (format!("{line}one {line}"), format!("{line}two {line}"))
            }
        }
    }
}

fn main() {
    divan::main();
}

#[divan::bench(args = CASES)]
fn comparing(bencher: Bencher<'_, '_>, case: Case) {
    let (before, after) = case.texts();
    bencher.bench(|| TextDiff::new(black_box(&before), black_box(&after)));
}

/// What every comparison has to do at least.
#[divan::bench(args = CASES)]
fn reading_both(bencher: Bencher<'_, '_>, case: Case) {
    let (before, after) = case.texts();
    bencher.bench(|| {
        black_box(&before)
            .lines()
            .chain(black_box(&after).lines())
            .map(str::len)
            .sum::<usize>()
    });
}

/// What the detail of an item shows of them: the difference and what to say of it.
#[divan::bench(args = CASES)]
fn showing(bencher: Bencher<'_, '_>, case: Case) {
    let (before, after) = case.texts();
    bencher.bench(|| {
        Block {
            before: black_box(&before),
            after: black_box(&after),
        }
        .shown()
    });
}
