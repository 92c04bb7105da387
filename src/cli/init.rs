//! `init`: our own schema in the target.

use super::args::{ConsentArgs, Global, InitArgs, Output};
use super::consent;
use super::document::Document;
use super::exit::Exit;
use super::print::Printer;
use super::session::Session;
use crate::engine::display::safe;
use crate::job::{self, Failure};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: InitArgs,
) -> Result<Exit, Failure> {
    let session = Session::new(global).await?;
    let target = session.target.display();
    let asked = ConsentArgs {
        yes: false,
        ..ConsentArgs::without_asking(args.confirm)
    };
    consent::check_target(&asked, &session.target)?;
    let policy = session.policy().await?;
    // It changes none of the product's tables: outside of production it does not ask.
    if policy.production.is_some() {
        consent::can_ask(&asked, &session.target)?;
        let what = format!("create or upgrade the schema gatediff in {target}");
        consent::ask(
            printer,
            &policy,
            &asked,
            (&safe(&what), false),
            &session.target,
        )?;
    }
    let made = job::init(&session.target, session.settings.timeouts).await?;
    match printer.output {
        Output::Json => printer.json(&Document::done("init", &target).with_policy(&policy)),
        Output::Text if made => printer.line(format!("schema gatediff is ready in {target}")),
        Output::Text => printer.line(format!("schema gatediff is already up to date in {target}")),
    }
    Ok(Exit::Done)
}
