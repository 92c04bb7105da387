//! `targets`: the profiles, and what is known of their targets.

use anstyle::{AnsiColor, Style};
use futures_util::future::join_all;
use serde::Serialize;

use super::args::{Global, Output};
use super::document::FORMAT;
use super::exit::Exit;
use super::history::{time, written};
use super::print::{Printer, cells, padded};
use super::session::{Profiles, Session, unless_interrupted};
use super::text::policy_suffix;
use crate::engine::display::safe;
use crate::job::{Against, Failure, JobRecord, TargetPolicy};

pub(super) async fn run(printer: &mut Printer, global: &Global) -> Result<Exit, Failure> {
    let profiles = Profiles::load()?;
    let all = profiles.all().map(|(name, profile)| Listed {
        name,
        order: profile.order,
        is_addressed: profile.database_url.is_some(),
        // A profile without an address only has settings: there is nobody to ask.
        session: None,
        policy: TargetPolicy::NONE,
        last_job: Ok(None),
    });
    let asking = join_all(all.map(|listed| listed.ask(global)));
    let all = unless_interrupted(async { Ok(asking.await) }).await?;
    match printer.output {
        Output::Json => printer.json(&TargetsDocument::new(&all)),
        Output::Text => text(printer, &all),
    }
    Ok(Exit::Done)
}

/// A profile, and what its target says.
struct Listed<'a> {
    name: &'a str,
    order: Option<i64>,
    is_addressed: bool,
    session: Option<Session>,
    policy: TargetPolicy,
    /// The last job, if there was one; or why that is not known.
    last_job: Result<Option<JobRecord>, Failure>,
}

impl Listed<'_> {
    /// Asks its target.
    async fn ask(mut self, global: &Global) -> Self {
        if !self.is_addressed {
            return self;
        }
        let global = Global {
            profile: Some(self.name.to_owned()),
            database_url: None,
            ..global.clone()
        };
        match Session::new(&global).await {
            Err(failure) => self.last_job = Err(failure),
            Ok(session) => {
                let settings = &session.settings;
                let (timeouts, ledger) = (settings.timeouts, &settings.ledger);
                self.last_job = Against::from(session.target.clone())
                    .last_job(timeouts, ledger)
                    .await;
                self.policy = session.target.policy();
                self.session = Some(session);
            }
        }
        self
    }

    fn target(&self) -> Option<String> {
        let session = self.session.as_ref();
        session.map(|session| session.target.display())
    }
}

#[derive(Serialize)]
struct TargetsDocument<'a> {
    format_version: &'static str,
    command: &'static str,
    status: &'static str,
    targets: Vec<TargetDocument<'a>>,
}

#[derive(Serialize)]
struct TargetDocument<'a> {
    name: &'a str,
    order: Option<i64>,
    /// None for a profile without an address, or with an invalid one.
    target: Option<String>,
    production: bool,
    read_only: bool,
    reachable: bool,
    last_job: Option<&'a JobRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

impl<'a> TargetsDocument<'a> {
    fn new(all: &'a [Listed<'a>]) -> Self {
        let target = |listed: &'a Listed<'a>| TargetDocument {
            name: listed.name,
            order: listed.order,
            target: listed.target(),
            production: listed.policy.production.is_some(),
            read_only: listed.policy.read_only.is_some(),
            reachable: listed.session.is_some() && listed.last_job.is_ok(),
            last_job: listed.last_job.as_ref().ok().and_then(Option::as_ref),
            error: listed.last_job.as_ref().err(),
        };
        Self {
            format_version: FORMAT,
            command: "targets",
            status: "ok",
            targets: all.iter().map(target).collect(),
        }
    }
}

fn text(printer: &mut Printer, all: &[Listed<'_>]) {
    if all.is_empty() {
        return printer.line("the configuration file has no profiles");
    }
    let bold = Style::new().bold();
    let orders = all.iter().map(|listed| order(listed).len());
    let orders = orders.max().unwrap_or_default();
    let names = all.iter().map(|listed| cells(&safe(listed.name)));
    let names = names.max().unwrap_or_default();
    let indent = orders + names + 4;
    for listed in all {
        let place = listed.target();
        let place = place.as_deref().map_or("no address", |target| target);
        let line = format!(
            "{:>orders$}  {bold}{}{bold:#}  {}{}",
            order(listed),
            padded(listed.name, names),
            safe(place),
            policy_suffix(&listed.policy)
        );
        printer.folded(&line, indent);
        if listed.is_addressed {
            let line = format!("{}{}", " ".repeat(indent), last_job(&listed.last_job));
            printer.folded(&line, indent);
        }
    }
}

fn order(listed: &Listed<'_>) -> String {
    listed
        .order
        .map_or_else(|| "-".to_owned(), |order| order.to_string())
}

/// Describes the last job, or why it is not known.
fn last_job(last: &Result<Option<JobRecord>, Failure>) -> String {
    match last {
        Ok(None) => "no jobs".to_owned(),
        Ok(Some(job)) => {
            let written = match written(job) {
                written if written.is_empty() => String::new(),
                written => format!(", {written}"),
            };
            format!(
                "job {}: {} {} by {}, {}{written}",
                job.job,
                job.command,
                job.state.word(),
                safe(&job.operator),
                time(job.started_at),
            )
        }
        Err(failure) => {
            let red = AnsiColor::Red.on_default();
            format!("{red}{}{red:#}", safe(&failure.to_string()))
        }
    }
}
