//! digiRunner: planning, adding, covering, undoing.

use std::path::PathBuf;

use crate::dataset::{Dataset, Edition, Shares, digirunner};
use crate::pg::TestDb;
use crate::program::{Program, parse};
use crate::report::{Report, Row, Unit, Values};
use crate::rows::Tables;
use crate::settings::Settings;

const PLAN_EMPTY: Row = Row::new(
    "plan, empty target ÷ (COPY OUT + parsing)",
    Unit::Ratio,
    1.2,
);
const PLAN_EQUAL: Row = Row::new(
    "plan, equal target ÷ (COPY OUT + parsing)",
    Unit::Ratio,
    1.5,
);
const APPLY: Row = Row::new("apply ÷ COPY IN", Unit::Ratio, 5.0);
const APPLY_NO_BACKUP: Row = Row::new("apply --no-backup ÷ COPY IN", Unit::Ratio, 4.5);
const APPLY_LEDGER: Row = Row::beside("apply --ledger FILE ÷ COPY IN", Unit::Ratio);
const UNDO: Row = Row::new("undo ÷ COPY IN", Unit::Ratio, 4.0);
const EXPORT: Row = Row::beside("export ÷ COPY OUT", Unit::Ratio);
const PLAN_MEMORY: Row = Row::new("memory of plan ÷ file", Unit::Ratio, 3.0);
const PLAN_EQUAL_MEMORY: Row = Row::beside("memory of plan, equal target ÷ file", Unit::Ratio);
const APPLY_MEMORY: Row = Row::new("memory of apply ÷ file", Unit::Ratio, 4.0);
const UNDO_MEMORY: Row = Row::beside("memory of undo ÷ file", Unit::Ratio);
const ADDS: [Row; 11] = [
    PLAN_EMPTY,
    PLAN_EQUAL,
    APPLY,
    APPLY_NO_BACKUP,
    APPLY_LEDGER,
    UNDO,
    EXPORT,
    PLAN_MEMORY,
    PLAN_EQUAL_MEMORY,
    APPLY_MEMORY,
    UNDO_MEMORY,
];

const COVER: Row = Row::new(
    "cover ÷ (UPDATE … FROM + INSERT … SELECT)",
    Unit::Ratio,
    4.0,
);
const COVER_FILLED: Row = Row::beside(
    "cover ÷ the same and COPY into temporary tables",
    Unit::Ratio,
);
const PLAN_MIXED: Row = Row::beside(
    "plan, some of everything ÷ (COPY OUT + parsing)",
    Unit::Ratio,
);

/// Makes a target with the product's tables and the ledger, and nothing in them but APIs.
pub(super) fn empty(program: &Program) -> TestDb {
    let db = TestDb::new();
    db.psql(include_str!("../../../fixtures/digirunner/schema.sql"));
    db.psql(&format!("{};", digirunner::apis()));
    program.run(&db.url(), ["init"]);
    db
}

/// Writes an edition of a dataset for the program.
pub(super) fn export(program: &Program, dataset: &Dataset, edition: Edition) -> PathBuf {
    let name = format!("{edition:?}-{}.json", dataset.size);
    program.file(&name, &digirunner::file(dataset, edition))
}

/// New clients: planned, applied, planned again, undone.
pub(crate) fn adds(settings: &Settings, report: &mut Report) {
    if !report.wants(&ADDS) {
        return;
    }
    let program = Program::new();
    let dataset = Dataset::new(settings.size, Shares::NEW);
    let path = export(&program, &dataset, Edition::After);
    let size = path.metadata().unwrap().len() as f64;
    let file = path.to_str().unwrap();
    let empty = empty(&program);
    let tables = Tables::of_digirunner(&empty);
    let rows = {
        let full = empty.copy();
        program.run(&full.url(), ["apply", file, "--yes"]);
        tables.dump(&full)
    };
    eprintln!(
        "{} clients: {} rows, {:.1} MB",
        settings.size,
        rows.rows(),
        size / 1e6
    );
    let ledger = program.file("ledger", "");
    let mut values: [Values; ADDS.len()] = Default::default();
    for _ in 0..settings.runs {
        let [
            plan_empty,
            plan_equal,
            apply,
            no_backup,
            with_ledger,
            undo,
            exported,
            memory @ ..,
        ] = &mut values;
        let [plan_memory, equal_memory, apply_memory, undo_memory] = memory;
        let copy_in = || rows.copy_in(&empty.copy());
        let db = empty.copy();
        let url = db.url();
        db.settle();

        let limit = tables.copy_out(&db) + parse(&[&path]).took;
        let ran = program.run(&url, ["plan", file]);
        plan_empty.ratio(ran.took, limit);
        plan_memory.push(ran.peak as f64 / size);

        let limit = copy_in();
        db.settle();
        let ran = program.run(&url, ["apply", file, "--yes"]);
        apply.ratio(ran.took, limit);
        apply_memory.push(ran.peak as f64 / size);

        db.settle();
        let limit = tables.copy_out(&db);
        let ran = program.run(&url, ["export", "--out", "-"]);
        exported.ratio(ran.took, limit);
        let limit = tables.copy_out(&db) + parse(&[&path]).took;
        let ran = program.run(&url, ["plan", file]);
        plan_equal.ratio(ran.took, limit);
        equal_memory.push(ran.peak as f64 / size);

        let limit = copy_in();
        db.settle();
        let ran = program.run(&url, ["undo", &db.last_job(), "--yes"]);
        undo.ratio(ran.took, limit);
        undo_memory.push(ran.peak as f64 / size);

        let db = empty.copy();
        let limit = copy_in();
        db.settle();
        let ran = program.run(&db.url(), ["apply", file, "--yes", "--no-backup"]);
        no_backup.ratio(ran.took, limit);

        let db = empty.copy();
        let limit = copy_in();
        db.settle();
        std::fs::remove_file(&ledger).ok();
        let ran = program.run(
            &db.url(),
            ["apply", file, "--yes", "--ledger", ledger.to_str().unwrap()],
        );
        with_ledger.ratio(ran.took, limit);
    }
    for (row, values) in ADDS.iter().zip(&values) {
        report.add(row, values);
    }
}

/// Clients that differ from the target's.
pub(crate) fn covers(settings: &Settings, report: &mut Report) {
    cover(settings, report);
    mixed(settings, report);
}

fn cover(settings: &Settings, report: &mut Report) {
    if !report.wants(&[COVER, COVER_FILLED]) {
        return;
    }
    let program = Program::new();
    let dataset = Dataset::new(settings.size, Shares::CHANGED);
    let before = export(&program, &dataset, Edition::Before);
    let after = export(&program, &dataset, Edition::After);
    let target = empty(&program);
    program.run(&target.url(), ["apply", before.to_str().unwrap(), "--yes"]);
    let cover = ["apply", after.to_str().unwrap(), "--cover", "all", "--yes"];
    let tables = Tables::of_digirunner(&target);
    let (mut values, mut filled) = (Values::default(), Values::default());
    let mut written = String::new();
    for _ in 0..settings.runs {
        let db = target.copy();
        db.settle();
        let ran = program.run(&db.url(), cover);
        let limit = tables.dump(&db).update_from(&target.copy());
        values.ratio(ran.took, limit.took);
        filled.ratio(ran.took, limit.with_fill);
        written = format!(
            "{:.2} s; {} rows updated, {} added",
            ran.took.as_secs_f64(),
            limit.updated,
            limit.added
        );
    }
    report.add_with(&COVER, &values, &written);
    report.add(&COVER_FILLED, &filled);
}

fn mixed(settings: &Settings, report: &mut Report) {
    if !report.wants(&[PLAN_MIXED]) {
        return;
    }
    let program = Program::new();
    let dataset = Dataset::new(settings.size, Shares::MIXED);
    let before = export(&program, &dataset, Edition::Before);
    let after = export(&program, &dataset, Edition::After);
    let target = empty(&program);
    let tables = Tables::of_digirunner(&target);
    program.run(&target.url(), ["apply", before.to_str().unwrap(), "--yes"]);
    target.settle();
    let mut values = Values::default();
    for _ in 0..settings.runs {
        let limit = tables.copy_out(&target) + parse(&[&after]).took;
        let ran = program.run(&target.url(), ["plan", after.to_str().unwrap()]);
        values.ratio(ran.took, limit);
    }
    report.add(&PLAN_MIXED, &values);
}
