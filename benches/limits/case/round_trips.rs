//! How often an answer is waited for, and what that costs over a link that takes its time.

use std::time::Duration;

use super::digirunner::{empty, export};
use crate::dataset::{Dataset, Edition, Shares};
use crate::link::Link;
use crate::program::Program;
use crate::proxy::Proxy;
use crate::report::{Report, Row, Unit, Values};
use crate::settings::Settings;

const PLAN: Row = Row::new("round trips, 100 clients: plan", Unit::Count, 8.0);
const APPLY: Row = Row::new("round trips, 100 clients: apply", Unit::Count, 25.0);
const UNDO: Row = Row::new("round trips, 100 clients: undo", Unit::Count, 20.0);
const LINK_PLAN: Row = Row::new("link of 100 ms, 100 clients: plan", Unit::Seconds, 2.0);
const LINK_APPLY: Row = Row::new("link of 100 ms, 100 clients: apply", Unit::Seconds, 4.0);
const LINK_UNDO: Row = Row::beside("link of 100 ms, 100 clients: undo", Unit::Seconds);
const COUNTED: [Row; 3] = [PLAN, APPLY, UNDO];
const TIMED: [Row; 3] = [LINK_PLAN, LINK_APPLY, LINK_UNDO];

const CLIENTS: usize = 100;
const ROUND_TRIP: Duration = Duration::from_millis(100);

/// The type of the message that says that the server waits for the client.
const READY_FOR_QUERY: u8 = b'Z';

pub(crate) fn hundred_clients(settings: &Settings, report: &mut Report) {
    if !report.wants(&COUNTED) && !report.wants(&TIMED) {
        return;
    }
    let program = Program::new();
    let dataset = Dataset::new(CLIENTS, Shares::NEW);
    let file = export(&program, &dataset, Edition::After);
    let empty = empty(&program);
    let proxy = Proxy::new();
    let link = Link::new(proxy.port(), ROUND_TRIP);
    for (port, rows, runs) in [
        (proxy.port(), COUNTED, settings.runs),
        (link.port(), TIMED, settings.runs),
    ] {
        if !report.wants(&rows) {
            continue;
        }
        let mut values: [Values; 3] = Default::default();
        let mut bytes = [[0; 2]; 3];
        for _ in 0..runs {
            let db = empty.copy();
            let url = proxy
                .url(&db)
                .replace(&format!(":{}/", proxy.port()), &format!(":{port}/"));
            let commands = [
                vec!["plan", file.to_str().unwrap()],
                vec!["apply", file.to_str().unwrap(), "--yes"],
                vec!["undo", "1", "--yes"],
            ];
            for (number, command) in commands.into_iter().enumerate() {
                proxy.heal();
                let ran = program.run(&url, command);
                let value = match rows[number].unit {
                    Unit::Count => answers(&proxy) as f64,
                    _ => ran.took.as_secs_f64(),
                };
                values[number].push(value);
                bytes[number] = proxy
                    .counts()
                    .iter()
                    .fold([0; 2], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
            }
        }
        for ((row, values), [sent, received]) in rows.iter().zip(&values).zip(bytes) {
            let note = format!("{} kB sent, {} kB received", sent / 1000, received / 1000);
            report.add_with(row, values, &note);
        }
    }
}

/// Counts the answers that were waited for, but for those of the monitor's connections, which the
/// proxy tells by their names.
fn answers(proxy: &Proxy) -> usize {
    let messages = proxy.messages();
    let received = messages.iter().flat_map(|[_, to_client]| to_client);
    received.filter(|kind| **kind == READY_FOR_QUERY).count()
}
