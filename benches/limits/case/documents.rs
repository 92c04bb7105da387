//! Products whose objects are kept as documents: Tyk's APIs and policies, sp-config's objects.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::dataset::{Dataset, Edition, Shares, sp_config, tyk};
use crate::pg::TestDb;
use crate::program::{Program, parse};
use crate::report::{Report, Row, Unit, Values};
use crate::rows::Tables;
use crate::settings::Settings;

/// A product, and what is measured of it.
struct Product {
    name: &'static str,
    file: fn(&Dataset, Edition) -> String,
    apply: Row,
    memory: Row,
    equal: Row,
    equal_memory: Row,
    cover: Row,
    export: Row,
}

impl Product {
    fn rows(&self) -> [Row; 6] {
        [
            self.apply,
            self.memory,
            self.equal,
            self.equal_memory,
            self.cover,
            self.export,
        ]
    }
}

const TYK: Product = Product {
    name: "tyk",
    file: tyk::file,
    apply: Row::new("tyk: apply ÷ COPY IN", Unit::Ratio, 4.0),
    memory: Row::new("tyk: memory of apply ÷ file", Unit::Ratio, 8.0),
    equal: Row::new(
        "tyk: plan, equal target ÷ parsing file and target",
        Unit::Ratio,
        2.0,
    ),
    equal_memory: Row::beside("tyk: memory of plan, equal target ÷ file", Unit::Ratio),
    cover: Row::beside(
        "tyk: cover ÷ (UPDATE … FROM + INSERT … SELECT)",
        Unit::Ratio,
    ),
    export: Row::beside("tyk: export ÷ COPY OUT", Unit::Ratio),
};

const SP_CONFIG: Product = Product {
    name: "sp-config",
    file: sp_config::file,
    apply: Row::beside("sp-config: apply ÷ COPY IN", Unit::Ratio),
    memory: Row::beside("sp-config: memory of apply ÷ file", Unit::Ratio),
    equal: Row::beside(
        "sp-config: plan, equal target ÷ parsing file and target",
        Unit::Ratio,
    ),
    equal_memory: Row::beside(
        "sp-config: memory of plan, equal target ÷ file",
        Unit::Ratio,
    ),
    cover: Row::beside(
        "sp-config: cover ÷ (UPDATE … FROM + INSERT … SELECT)",
        Unit::Ratio,
    ),
    export: Row::beside("sp-config: export ÷ COPY OUT", Unit::Ratio),
};

const ONE_MORE: Row = Row::new(
    "tyk: one more API by CLI, above a connection",
    Unit::Seconds,
    0.1,
);

pub(crate) fn all(settings: &Settings, report: &mut Report) {
    for product in [TYK, SP_CONFIG] {
        adds(&product, settings, report);
        covers(&product, settings, report);
    }
    one_more(settings, report);
}

/// Makes a target with nothing but the ledger.
pub(super) fn empty(program: &Program) -> TestDb {
    let db = TestDb::new();
    program.run(&db.url(), ["init"]);
    db
}

fn adds(product: &Product, settings: &Settings, report: &mut Report) {
    let rows = product.rows();
    let [apply, memory, equal, equal_memory, _, export] = rows;
    let rows = [apply, memory, equal, equal_memory, export];
    if !report.wants(&rows) {
        return;
    }
    let program = Program::new();
    let dataset = Dataset::new(settings.size, Shares::NEW);
    let path = program.file("after.json", &(product.file)(&dataset, Edition::After));
    let size = path.metadata().unwrap().len() as f64;
    let file = path.to_str().unwrap();
    let empty = empty(&program);
    let tables = Tables::of_documents(&empty);
    let (dump, stored) = {
        let full = empty.copy();
        program.run(&full.url(), ["apply", file, "--yes"]);
        (tables.dump(&full), stored(&program, &full))
    };
    eprintln!(
        "{}: {} objects, {:.1} MB",
        product.name,
        dump.rows(),
        size / 1e6
    );
    let mut values: [Values; 5] = Default::default();
    for _ in 0..settings.runs {
        let [apply, memory, equal, equal_memory, export] = &mut values;
        let db = empty.copy();
        let url = db.url();
        let limit = dump.copy_in(&empty.copy());
        db.settle();
        let ran = program.run(&url, ["apply", file, "--yes"]);
        apply.ratio(ran.took, limit);
        memory.push(ran.peak as f64 / size);

        db.settle();
        let limit = parse(&[&path, &stored]).took;
        let ran = program.run(&url, ["plan", file]);
        equal.ratio(ran.took, limit);
        equal_memory.push(ran.peak as f64 / size);

        let limit = tables.copy_out(&db);
        let ran = program.run(&url, ["export", "--out", "-"]);
        export.ratio(ran.took, limit);
    }
    for (row, values) in rows.iter().zip(&values) {
        report.add(row, values);
    }
}

/// Writes all documents of a target into a file, to be parsed.
fn stored(program: &Program, db: &TestDb) -> PathBuf {
    let documents = db.psql("SELECT json_agg(body::json) FROM gatediff.documents;");
    program.file("stored.json", &documents)
}

fn covers(product: &Product, settings: &Settings, report: &mut Report) {
    if !report.wants(&[product.cover]) {
        return;
    }
    let program = Program::new();
    let dataset = Dataset::new(settings.size, Shares::CHANGED);
    let [before, after] = [Edition::Before, Edition::After].map(|edition| {
        program.file(
            &format!("{edition:?}.json"),
            &(product.file)(&dataset, edition),
        )
    });
    let target = empty(&program);
    program.run(&target.url(), ["apply", before.to_str().unwrap(), "--yes"]);
    let tables = Tables::of_documents(&target);
    let mut values = Values::default();
    for _ in 0..settings.runs {
        let db = target.copy();
        db.settle();
        let ran = program.run(
            &db.url(),
            ["apply", after.to_str().unwrap(), "--cover", "all", "--yes"],
        );
        let limit = tables.dump(&db).update_from(&target.copy());
        values.ratio(ran.took, limit.took);
    }
    report.add(&product.cover, &values);
}

/// One API more, where many are stored: what connecting takes is not counted.
fn one_more(settings: &Settings, report: &mut Report) {
    if !report.wants(&[ONE_MORE]) {
        return;
    }
    let program = Program::new();
    let dataset = Dataset::new(settings.size, Shares::NEW);
    let target = filled(&program, &dataset);
    let mut values = Values::default();
    let mut times = Vec::new();
    for count in 0..settings.runs.max(5) {
        let file = program.file("one.json", &tyk::one_more(&dataset, count));
        target.settle();
        let connecting = target.time("SELECT 1;");
        let begun = Instant::now();
        program.run(&target.url(), ["apply", file.to_str().unwrap(), "--yes"]);
        let took = begun.elapsed();
        times.push([took, connecting]);
        values.push(took.saturating_sub(connecting).as_secs_f64());
    }
    let last = times.last().copied().unwrap_or([Duration::ZERO; 2]);
    let note = format!(
        "{:.3} s, connection {:.3} s",
        last[0].as_secs_f64(),
        last[1].as_secs_f64()
    );
    report.add_with(&ONE_MORE, &values, &note);
}

/// Makes a target that holds a dataset of Tyk's.
pub(super) fn filled(program: &Program, dataset: &Dataset) -> TestDb {
    let target = empty(program);
    let file = program.file("stored.json", &tyk::file(dataset, Edition::After));
    program.run(&target.url(), ["apply", file.to_str().unwrap(), "--yes"]);
    target
}
