//! `scope check`: problems of the scopes of a target, and their repair.

use super::document::Document;
use super::print::print_edited;
use super::target::write;
use crate::cli::args::{Output, ScopeCheckArgs};
use crate::cli::print::{MAX_LISTED, Printer, plural};
use crate::cli::progress_line::ProgressLine;
use crate::cli::session::{Session, unless_interrupted};
use crate::cli::{Exit, consent};
use crate::engine::display::{safe, some_of};
use crate::job::Failure;
use crate::scopes;
use crate::scopes::{Edit, ScopeFinding};

pub(super) async fn run(
    printer: &mut Printer,
    session: &Session,
    args: ScopeCheckArgs,
) -> Result<Exit, Failure> {
    if args.repair {
        consent::can_ask(&args.consent, &session.target)?;
    }
    let findings = find(session, &args.only).await?;
    if args.repair {
        // The cluster is known at this point.
        consent::check_target(&args.consent, &session.target)?;
    }
    let repairable = findings
        .iter()
        .filter(|finding| finding.repair.is_some())
        .count();
    let target = session.target.display();
    if args.repair && repairable > 0 {
        return repair(printer, session, &args, &findings).await;
    }
    let (status, exit) = outcome(findings.len());
    match printer.output {
        Output::Json => {
            printer.json(&Document::new("scope check", status, &target).findings(&findings));
        }
        Output::Text => {
            lines(&findings)
                .iter()
                .for_each(|line| printer.folded(line, 4));
            printer.line(summary(&findings));
        }
    }
    Ok(exit)
}

/// Looks for findings, of these codes if any are given; may be interrupted.
async fn find(session: &Session, only: &[String]) -> Result<Vec<ScopeFinding>, Failure> {
    let progress_line = ProgressLine::begin();
    let reporter = progress_line.reporter();
    let check = scopes::check(&session.target, session.settings.timeouts, &reporter);
    let found = unless_interrupted(check).await;
    progress_line.end().await;
    let mut findings = found?;
    findings.retain(|finding| only.is_empty() || only.iter().any(|code| *code == finding.code));
    Ok(findings)
}

/// Shows what will be repaired, asks, repairs it. The exit code is that of the
/// findings that remain.
async fn repair(
    printer: &mut Printer,
    session: &Session,
    args: &ScopeCheckArgs,
    findings: &[ScopeFinding],
) -> Result<Exit, Failure> {
    let (repairable, left): (Vec<ScopeFinding>, Vec<ScopeFinding>) = findings
        .iter()
        .cloned()
        .partition(|finding| finding.repair.is_some());
    let described = lines(findings);
    match (args.consent.is_given(), printer.output) {
        (true, Output::Json) => {}
        (true, Output::Text) => described.iter().for_each(|line| printer.folded(line, 4)),
        (false, _) => described.iter().for_each(|line| printer.message(line)),
    }
    let target = session.target.display();
    let what = format!(
        "repair of {} in {target}",
        plural(repairable.len(), "finding", "findings")
    );
    let what = safe(&what).into_owned();
    let policy = session.policy().await?;
    consent::ask(
        printer,
        &policy,
        &args.consent,
        (&what, true),
        &session.target,
    )?;
    let edited = write(
        session,
        &args.consent,
        Edit::Repair {
            codes: args.only.clone(),
        },
        false,
    )
    .await?;
    let (status, exit) = outcome(left.len());
    let document = Document::new("scope check", status, &target).findings(findings);
    let what = match edited.job {
        Some(_) => format!("repaired {}", some_of(&edited.items, MAX_LISTED)),
        None => "already repaired".to_owned(),
    };
    print_edited(printer, document, &edited, &what);
    if !left.is_empty() {
        let left = plural(left.len(), "finding requires", "findings require");
        printer.message(format!("note: {left} manual repair"));
    }
    Ok(exit)
}

const fn outcome(findings: usize) -> (&'static str, Exit) {
    if findings == 0 {
        ("ok", Exit::Done)
    } else {
        ("changes", Exit::Changes)
    }
}

/// Formats the findings, each with its repair or next step.
fn lines(findings: &[ScopeFinding]) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in findings {
        let item = finding.item.to_string();
        lines.push(format!(
            "{} {}: {}",
            finding.code,
            safe(&item),
            safe(&finding.message)
        ));
        match &finding.repair {
            Some(repair) => lines.push(format!("  repair: {}", safe(repair))),
            None if finding.hint.is_empty() => {}
            None => lines.push(format!("  next step: {}", safe(&finding.hint))),
        }
    }
    lines
}

fn summary(findings: &[ScopeFinding]) -> String {
    let repairable = findings
        .iter()
        .filter(|finding| finding.repair.is_some())
        .count();
    match (findings.len(), repairable) {
        (0, _) => "no problems found".to_owned(),
        (all, 0) => format!(
            "{}; none can be repaired automatically",
            plural(all, "finding", "findings")
        ),
        (all, repairable) => format!(
            "{}; `gatediff scope check --repair` repairs {repairable}",
            plural(all, "finding", "findings")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{ItemId, Kind};

    fn finding(code: &'static str, repair: Option<&str>) -> ScopeFinding {
        ScopeFinding {
            code: code.into(),
            item: ItemId::new(Kind::of("client"), "a\u{1b}[2J"),
            message: "holds 3 ids too many".to_owned(),
            repair: repair.map(str::to_owned),
            hint: "give the client a level".to_owned(),
        }
    }

    #[test]
    fn each_finding_says_what_repairs_it_or_what_to_do() {
        let findings = [
            finding("stale-oauth-ids", Some("removes them")),
            finding("level", None),
        ];
        assert_eq!(
            lines(&findings),
            [
                "stale-oauth-ids client:a\\x1b[2J: holds 3 ids too many",
                "  repair: removes them",
                "level client:a\\x1b[2J: holds 3 ids too many",
                "  next step: give the client a level",
            ]
        );
        assert_eq!(
            summary(&findings),
            "2 findings; `gatediff scope check --repair` repairs 1"
        );
        assert_eq!(
            summary(&findings[1..]),
            "1 finding; none can be repaired automatically"
        );
        assert_eq!(summary(&[]), "no problems found");
    }
}
