//! `show`: a saved plan, without a database.

use super::args::{Output, ShowArgs};
use super::document::Document;
use super::exit::Exit;
use super::print::Printer;
use super::session::policy_of_text;
use super::{plan, text};
use crate::config::state_directory;
use crate::engine::display::safe;
use crate::job::{Failure, known_plan_key, saved};

pub(super) fn run(printer: &mut Printer, args: &ShowArgs) -> Result<Exit, Failure> {
    let saved = saved::load(&args.plan)?;
    let key = state_directory()
        .map(|state| known_plan_key(&state))
        .transpose()?
        .flatten();
    let is_verified = match key.filter(|key| key.id() == saved.key_id) {
        Some(key) => saved.verify(&key).map(|()| true)?,
        None => false,
    };
    if !is_verified {
        let host = safe(&saved.host);
        printer.message(format!(
            "note: signed on {host}; its integrity cannot be verified here"
        ));
    }
    let resolution = saved.plan().resolve(saved.choices());
    let (status, _) = plan::outcome(saved.plan());
    let policy = policy_of_text(&saved.target)?;
    match printer.output {
        Output::Json => {
            printer.json(
                &Document::show(status, &saved, &resolution, is_verified).with_policy(&policy),
            );
        }
        Output::Text => text::saved(printer, (&saved, &policy), &resolution, args.unchanged),
    }
    Ok(Exit::Done)
}
