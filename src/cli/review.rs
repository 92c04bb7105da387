//! `review`: the terminal interface on a file.

use std::sync::Arc;

use super::args::{Global, ReviewArgs, ScreenArgs};
use super::counterpart::Counterpart;
use super::exit::Exit;
use super::opener::Home;
use super::print::{Printer, has_screen};
use super::screen::{Screen, ScreenRequest, no_screen};
use super::session::TargetSettings;
use super::source::{Chosen, Source, remember_target};
use crate::job::{Failure, FailureKind};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ReviewArgs,
    screen: &dyn Screen,
) -> Result<Exit, Failure> {
    let Some(path) = args.file else {
        if args.format.is_some() || args.import.is_given() {
            return Err(
                Failure::new(FailureKind::Usage, "an option about a file, and no file")
                    .hint("name the file: gatediff review FILE"),
            );
        }
        return choose(printer, global, (args.screen, args.against.against), screen).await;
    };
    let counterpart = Counterpart::new(global, &args.against, args.format.as_deref()).await?;
    if !has_screen() {
        return Err(no_screen());
    }
    remember_target(&counterpart.against);
    let names = (path.clone(), counterpart.against.display());
    let source = Source {
        path,
        format: args.format,
        options: args.import.options()?,
    };
    let rules = &counterpart.settings.rules;
    let chosen = Chosen {
        home: None,
        source: Some(source.clone().under(rules)),
        target: Some(counterpart.against),
    };
    let home = Home {
        source: Some(source),
        ..Home::new(Arc::new(chosen), names, &counterpart.settings)
    };
    let request = ScreenRequest::new(global, args.screen, &counterpart.settings, Some(home))?;
    show(printer, screen, request).await
}

/// Starts the screen with choosing a file, and a target if none is given.
pub(super) async fn choose(
    printer: &mut Printer,
    global: &Global,
    (args, target): (ScreenArgs, Option<String>),
    screen: &dyn Screen,
) -> Result<Exit, Failure> {
    if !has_screen() {
        return Err(no_screen());
    }
    let settings = TargetSettings::without_profile(global)?;
    let request = ScreenRequest::new(global, args, &settings, None)?;
    show(printer, screen, ScreenRequest { target, ..request }).await
}

async fn show(
    printer: &mut Printer,
    screen: &dyn Screen,
    request: ScreenRequest,
) -> Result<Exit, Failure> {
    let end = screen.show(request).await?;
    printer.message(&end.summary);
    Ok(end.exit)
}
