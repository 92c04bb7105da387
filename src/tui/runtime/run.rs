//! Starting the screen, and what is left of it afterwards.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::event_loop::EventLoop;
use super::farewell::farewell;
use super::reload::Files;
use super::signals::{Input, Signals};
use super::terminal::Terminal;
use crate::config::Binding;
use crate::job::Opener;
use crate::tui::app::{App, KeyMap, Themes};
use crate::tui::catalogue::CATALOGUE;
use crate::tui::effect::Backend;
use crate::tui::exit::Farewell;
use crate::tui::theme::{self, ColorChoice, Environment, Level, Theme};

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);

/// The same over ssh.
const FRAME_FAR: Duration = Duration::from_millis(33);

/// The options of the screen.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The name of the file before it is read.
    pub file: String,
    /// What is compared with the file that is chosen first, if that is given.
    pub target: Option<String>,
    /// The theme; none for the one that fits the terminal.
    pub theme: Option<String>,
    /// The directory of themes that replace or extend the shipped ones.
    pub theme_dir: Option<PathBuf>,
    /// Custom keys.
    pub keys: Vec<Binding>,
    /// The file from which keys are reloaded at SIGUSR1.
    pub config: Option<PathBuf>,
    /// Whether there are colours.
    pub color: ColorChoice,
    /// Draw with ASCII alone.
    pub ascii: bool,
    /// No borders, no spinner, the hardware cursor on the selected row.
    pub accessible: bool,
    /// Start with the target's scopes, without a file to review.
    pub scopes: bool,
    /// The profile of the target, if one is used.
    pub profile: Option<String>,
    /// Start with the items by targets: there are several.
    pub matrix: bool,
}

/// Shows the review until the operator quits, and returns the result. Without a
/// backend it starts with choosing a file and a target, which `opener` opens.
///
/// The terminal is given back before this returns. Call it inside a tokio
/// runtime with all of its drivers.
///
/// # Errors
///
/// If there is no terminal, or if it fails in another way than by hanging up.
pub async fn run(
    backend: Option<Arc<dyn Backend>>,
    opener: Arc<dyn Opener>,
    options: &Options,
) -> io::Result<Farewell> {
    let environment = Environment::read();
    let signals = Signals::new()?;
    let terminal = Terminal::enter()?;
    let input = Input::new()?;
    let size = terminal.size()?;
    let (theme, complaint) = theme_for(options, &environment);
    let mut app = App::new(
        &options.file,
        KeyMap::new(CATALOGUE),
        theme,
        (size.width, size.height),
    );
    app.slow_link = environment.ssh;
    app.profile.clone_from(&options.profile);
    app.has_session = backend.is_some();
    app.sides.target.clone_from(&options.target);
    app.themes = Themes {
        usual: fitting(&environment).to_owned(),
        target: options.theme.clone(),
    };
    if options.scopes {
        app.begin_with_scopes();
    }
    if options.matrix {
        app.begin_with_matrix();
    }
    let misbound = KeyMap::with(CATALOGUE, &options.keys)
        .map(|keymap| app.keymap = keymap)
        .err();
    let misbound = misbound.map(|error| format!("{error} (the default keys are used)"));
    if let Some(complaint) = misbound.or(complaint) {
        app.refuse(complaint);
    }
    let frame = if environment.ssh { FRAME_FAR } else { FRAME };
    let files = Files {
        themes: options.theme_dir.clone(),
        config: options.config.clone(),
    };
    let mut event_loop = EventLoop::new(terminal, app, (backend, opener), frame).with_files(files);
    let exit = event_loop.run(input, signals).await?;
    Ok(farewell(&event_loop.app, exit))
}

/// Returns the requested theme, and what is wrong with the request.
fn theme_for(options: &Options, environment: &Environment) -> (Theme, Option<String>) {
    let level = Level::resolve(options.color, environment);
    let ascii = options.ascii || !environment.is_utf8();
    let glyphs = if ascii {
        &theme::ASCII
    } else {
        &theme::UNICODE
    };
    let (themes, errors) = theme::all(options.theme_dir.as_deref());
    let mut theme = Theme::new(
        themes,
        options.theme.as_deref().unwrap_or(fitting(environment)),
        level,
        glyphs,
    );
    theme.accessible = options.accessible;
    let unknown = options.theme.as_deref().filter(|name| !theme.has(name));
    let complaint = unknown.map(|name| format!("unknown theme '{name}'"));
    (
        theme,
        complaint.or_else(|| errors.first().map(ToString::to_string)),
    )
}

/// Returns the name of the theme that fits the terminal.
fn fitting(environment: &Environment) -> &'static str {
    if environment.is_light() {
        "light"
    } else {
        "dark"
    }
}

#[cfg(test)]
mod tests;
