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
use super::target::{Targets, targets};
use crate::job::{Failure, FailureKind, NamedTarget};

pub(super) async fn run(
    printer: &mut Printer,
    global: &Global,
    args: ReviewArgs,
    screen: &dyn Screen,
) -> Result<Exit, Failure> {
    let Some(path) = args.file else {
        if args.format.is_some() || args.import.is_given() || !args.targets.target.is_empty() {
            return Err(
                Failure::new(FailureKind::Usage, "an option about a file, and no file")
                    .hint("name the file: gatediff review FILE"),
            );
        }
        return choose(printer, global, (args.screen, args.against.against), screen).await;
    };
    let format = args.format.as_deref();
    let targets = targets(global, (&args.targets, &args.against), format).await?;
    if !has_screen() {
        return Err(no_screen());
    }
    let options = args.import.options()?;
    let (counterpart, several): (_, Option<Vec<NamedTarget>>) = match &targets {
        Targets::One(counterpart) => (&**counterpart, None),
        Targets::Several(named) => {
            let first = named
                .first()
                .ok_or_else(|| Failure::new(FailureKind::Usage, "--target names no target"))?;
            let targets = named.iter().map(|named| named.to_compare(&options));
            (&first.counterpart, Some(targets.collect()))
        }
    };
    let Counterpart { against, settings } = counterpart;
    remember_target(against);
    let names = (path.clone(), against.display());
    let source = Source {
        path,
        format: args.format.clone(),
        options,
    };
    // Of several targets each one's own rules are followed when it is compared.
    let read = match several {
        None => source.clone().under(&settings.rules),
        Some(_) => source.clone(),
    };
    let chosen = Chosen {
        home: None,
        source: Some(read),
        target: Some(against.clone()),
    };
    let home = Home {
        source: Some(source),
        ..Home::new(Arc::new(chosen), names, settings)
    };
    let mut request = ScreenRequest::new(global, args.screen, settings, Some(home))?;
    if let Some(several) = several {
        request = request.with_targets(several);
    }
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
