//! Ten times as many clients: what grows faster than they do.

use super::digirunner::{empty, export};
use crate::dataset::{Dataset, Edition, Shares};
use crate::program::Program;
use crate::report::{Report, Row, Unit, Values};
use crate::settings::Settings;

const PLAN: Row = Row::new("growth to ten times: plan", Unit::Ratio, 10.5);
const APPLY: Row = Row::new("growth to ten times: apply", Unit::Ratio, 10.5);
const UNDO: Row = Row::beside("growth to ten times: undo", Unit::Ratio);
const PLAN_MEMORY: Row = Row::new("ten times: memory of plan ÷ file", Unit::Ratio, 3.0);
const APPLY_MEMORY: Row = Row::new("ten times: memory of apply ÷ file", Unit::Ratio, 4.0);
const UNDO_MEMORY: Row = Row::beside("ten times: memory of undo ÷ file", Unit::Ratio);
const MAX_MEMORY: Row = Row::new("ten times: memory, the most, in MB", Unit::Count, 1500.0);
const ROWS: [Row; 7] = [
    PLAN,
    APPLY,
    UNDO,
    PLAN_MEMORY,
    APPLY_MEMORY,
    UNDO_MEMORY,
    MAX_MEMORY,
];

pub(crate) fn ten_times(settings: &Settings, report: &mut Report) {
    if !report.wants(&ROWS) {
        return;
    }
    if !settings.is_large {
        return report.skip(&ROWS, "only with --large");
    }
    let program = Program::new();
    let empty = empty(&program);
    let files = [1, 10].map(|times| {
        let dataset = Dataset::new(settings.size * times, Shares::NEW);
        export(&program, &dataset, Edition::After)
    });
    let size = files[1].metadata().unwrap().len() as f64;
    let mut values: [Values; ROWS.len()] = Default::default();
    for _ in 0..settings.runs {
        let [few, many] = files.each_ref().map(|file| {
            let (db, file) = (empty.copy(), file.to_str().unwrap());
            db.settle();
            let plan = program.run(&db.url(), ["plan", file]);
            let apply = program.run(&db.url(), ["apply", file, "--yes"]);
            db.settle();
            let undo = program.run(&db.url(), ["undo", &db.last_job(), "--yes"]);
            [plan, apply, undo]
        });
        for index in 0..3 {
            values[index].ratio(many[index].took, few[index].took);
            values[3 + index].push(many[index].peak as f64 / size);
        }
        let highest = many.iter().map(|ran| ran.peak).max().unwrap_or(0);
        values[6].push(highest as f64 / 1e6);
    }
    for (row, values) in ROWS.iter().zip(&values) {
        report.add(row, values);
    }
}
