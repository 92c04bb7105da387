//! The import over HTTP: one API, where thousands are stored.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::documents::filled;
use crate::dataset::{Dataset, Shares, tyk};
use crate::program::Program;
use crate::report::{Report, Row, Unit, Values};
use crate::settings::Settings;

const ONE_API: Row = Row::new(
    "serve: one API beside 5,000 stored",
    Unit::Milliseconds,
    50.0,
);

const SECRET: &str = "bench-admin-secret-0123456789";

/// How many imports each run makes, the first one apart.
const IMPORTS: usize = 5;

pub(crate) fn one_api(settings: &Settings, report: &mut Report) {
    if !report.wants(&[ONE_API]) {
        return;
    }
    let program = Program::new();
    let dataset = Dataset::new(5_000.min(settings.size), Shares::NEW);
    let target = filled(&program, &dataset);
    let mut values = Values::default();
    for run in 0..settings.runs {
        target.settle();
        let served = Served::start(&program, &target.url());
        for number in 0..=IMPORTS {
            let body = tyk::one_more(&dataset, run * (IMPORTS + 1) + number);
            let took = served.import(&body);
            if number > 0 {
                values.push(took.as_secs_f64() * 1e3);
            }
        }
    }
    report.add(&ONE_API, &values);
}

/// A server, killed when dropped.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(program: &Program, url: &str) -> Self {
        let mut command = program.command(url);
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("GATEDIFF_ADMIN_SECRET", SECRET);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("what the server prints");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the server says where it listens");
        let url = line.split(' ').next().unwrap_or_default().to_owned();
        Self { child, url }
    }

    /// Imports, and returns how long the answer took.
    fn import(&self, body: &str) -> Duration {
        let request =
            ureq::post(format!("{}/admin/apis/import", self.url)).header("admin-auth", SECRET);
        let begun = Instant::now();
        let mut answer = request.send(body).expect("an answer");
        let text = answer.body_mut().read_to_string().expect("a text");
        let took = begun.elapsed();
        assert!(text.contains("\"OK\""), "{text}");
        took
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
