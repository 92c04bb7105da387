//! `GET /metrics`: what a server has done, and what the service has to do, in
//! Prometheus' text format. Unauthenticated: numbers only, and no name that
//! anybody but us has chosen.

use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::job::task::{TaskKind, TaskState};

/// The path of the metrics.
pub(super) const METRICS: &str = "/metrics";

/// The upper bounds of the times that are counted, in seconds.
const SECONDS: [f64; 11] = [
    0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

type Labels<const N: usize> = [(&'static str, String); N];

/// The metrics of a server.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Vec<(&'static str, String)>, Counter>,
    seconds: Histogram,
    tasks: Family<Vec<(&'static str, String)>, Counter>,
    /// Requests that were refused for too many wrong credentials.
    pub(super) throttled: Counter,
    /// Tasks of lost servers that this one gave back.
    pub(super) taken_over: Counter,
    /// Requests that could not be recorded, and so wrote nothing.
    pub(super) unrecorded: Counter,
    open: Family<Vec<(&'static str, String)>, Gauge>,
    ready: Gauge,
}

impl Metrics {
    /// Returns metrics of nothing.
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("gatediff");
        let requests = Family::default();
        let seconds = Histogram::new(SECONDS);
        let tasks = Family::default();
        let (throttled, taken_over, unrecorded) =
            (Counter::default(), Counter::default(), Counter::default());
        let open = Family::default();
        let ready = Gauge::default();
        registry.register(
            "http_requests",
            "Answered requests, by route",
            requests.clone(),
        );
        let help = "Time until the answer started, in seconds";
        registry.register("http_request_seconds", help, seconds.clone());
        registry.register("tasks", "Tasks that this server has ended", tasks.clone());
        let help = "Requests refused for too many invalid credentials of their address";
        registry.register("http_throttled", help, throttled.clone());
        let help = "Tasks of lost servers that were given back";
        registry.register("tasks_taken_over", help, taken_over.clone());
        let help = "Requests that could not be recorded and therefore wrote nothing";
        registry.register("http_unrecorded", help, unrecorded.clone());
        let help = "Tasks that wait or run, on every server of the target";
        registry.register("tasks_open", help, open.clone());
        let help = "1 if the target is reachable and its schema current, else 0";
        registry.register("ready", help, ready.clone());
        Self {
            registry,
            requests,
            seconds,
            tasks,
            throttled,
            taken_over,
            unrecorded,
            open,
            ready,
        }
    }

    /// Counts an answer. `route` is the route's own text, not the client's path.
    pub(super) fn answered(&self, method: &str, route: &str, status: u16, time: Duration) {
        let labels: Labels<3> = [
            ("method", method.to_owned()),
            ("route", route.to_owned()),
            ("status", status.to_string()),
        ];
        self.requests.get_or_create(&labels.to_vec()).inc();
        self.seconds.observe(time.as_secs_f64());
    }

    /// Counts a task that has ended.
    pub(super) fn ended(&self, kind: TaskKind, state: TaskState) {
        let labels: Labels<2> = [
            ("type", kind.word().to_owned()),
            ("state", state.word().to_owned()),
        ];
        self.tasks.get_or_create(&labels.to_vec()).inc();
    }

    /// Returns them all; `open` counts the tasks that wait and run, if that is
    /// known.
    ///
    /// # Errors
    ///
    /// Fails if a metric cannot be formatted.
    pub(super) fn text(
        &self,
        ready: bool,
        open: Option<(i64, i64)>,
    ) -> Result<String, std::fmt::Error> {
        self.ready.set(i64::from(ready));
        match open {
            Some((waiting, running)) => {
                for (state, count) in [
                    (TaskState::NotStarted, waiting),
                    (TaskState::InProgress, running),
                ] {
                    let labels = vec![("state", state.word().to_owned())];
                    self.open.get_or_create(&labels).set(count);
                }
            }
            // Not the numbers of an earlier time.
            None => self.open.clear(),
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_counted_and_what_is_not_known_is_left_out() {
        let metrics = Metrics::new();
        metrics.answered(
            "GET",
            "/sp-config/import/{id}",
            200,
            Duration::from_millis(7),
        );
        metrics.ended(TaskKind::Import, TaskState::Complete);
        let text = metrics.text(true, Some((3, 1))).unwrap();
        for line in [
            "gatediff_http_requests_total{method=\"GET\",route=\"/sp-config/import/{id}\",status=\"200\"} 1",
            "gatediff_tasks_total{type=\"IMPORT\",state=\"COMPLETE\"} 1",
            "gatediff_tasks_open{state=\"NOT_STARTED\"} 3",
            "gatediff_ready 1",
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
        let text = metrics.text(false, None).unwrap();
        assert!(
            !text.contains("tasks_open{") && text.contains("gatediff_ready 0"),
            "{text}"
        );
    }
}
