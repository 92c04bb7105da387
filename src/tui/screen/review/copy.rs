//! Text for the terminal's clipboard. Secrets are in none of it.

use crate::engine::diff::Show;
use crate::tui::screen::review::detail;
use crate::tui::screen::review::node::Node;
use crate::tui::{Act, Action, App, Context, Effect, Pane, Run, cut};

/// Terminals drop longer texts.
const MAX_BYTES: usize = 74_994;

/// Wide enough that no value is wrapped.
const UNBROKEN: usize = 4_000;

pub(crate) const COPY: Action = Action {
    act: Act::Copy,
    name: "copy",
    sentence: "Copy the item, or the detail's line, to the terminal's clipboard",
    contexts: &[Context::Review],
    keys: &["y"],
    footer: None,
    condition: |_| Ok(()),
    run: Run::Effects(copy),
};

/// Copies the detail's line, or the whole item.
fn copy(app: &mut App) -> Vec<Effect> {
    let text = if app.focus == Pane::Detail {
        line(app)
    } else {
        whole(app)
    };
    send(app, text)
}

/// Copies a text, if there is one.
pub(crate) fn send(app: &mut App, text: Option<String>) -> Vec<Effect> {
    match text {
        Some(text) if !text.is_empty() => vec![Effect::Copy(shorten(text))],
        _ => {
            app.refuse("nothing to copy");
            Vec::new()
        }
    }
}

fn line(app: &App) -> Option<String> {
    let row = app.detail.current()?;
    let review = app.review.as_ref()?;
    let show = if app.options.unchanged {
        Show::Everything
    } else {
        Show::Differences
    };
    let change = match (row.change, app.node()) {
        (Some(change), Some(Node::Item(index))) => {
            review.plan().changes(index, show).into_iter().nth(change)
        }
        _ => None,
    };
    Some(match change {
        Some(change) => detail::as_text(&change, app.theme.glyphs),
        None => row.line.plain().trim().to_owned(),
    })
}

fn whole(app: &App) -> Option<String> {
    let (review, node) = (app.review.as_ref()?, app.node()?);
    let options = detail::DetailOptions {
        side_by_side: false,
        ..app.options
    };
    let rows = detail::build(review, node, options, UNBROKEN, app.theme.glyphs);
    let lines: Vec<String> = rows
        .iter()
        .map(|row| row.line.plain().trim_end().to_owned())
        .collect();
    Some(lines.join("\n"))
}

fn shorten(text: String) -> String {
    if text.len() <= MAX_BYTES {
        return text;
    }
    // At most three bytes for what takes one column, and then some.
    cut(&text, MAX_BYTES / 4, "")
}

/// Shows whether it was sent. Whether it arrived is unknown.
pub(crate) fn copied(app: &mut App, outcome: Result<(), String>) {
    match outcome {
        Ok(()) => app.say("sent to the terminal's clipboard"),
        Err(why) => app.refuse(format!("could not be sent to the terminal: {why}")),
    }
}
