//! What the loop needs of a terminal, so that tests can use a fake one.

use std::io::{self, Write};

use super::signals::{Arrived, Input, Signal, Signals};
use super::terminal::{Suspension, Terminal};
use crate::tui::app::App;
use crate::tui::view::{beside, view};

/// How much of a frame is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    All,
    /// Not the panes that follow the cursor, which cost most of the bytes of a
    /// move: they stay as they are.
    Cursor,
}

/// What the loop draws on; the real terminal, or a fake one in tests.
pub(crate) trait Screen {
    fn draw(&mut self, app: &App, extent: Extent) -> io::Result<()>;
    fn redraw_all(&mut self);
    fn suspend(&mut self) -> io::Result<Suspension>;
    fn resume(&mut self) -> io::Result<Suspension>;
    fn copy(&mut self, text: &str) -> io::Result<()>;
    fn size(&self) -> io::Result<(u16, u16)>;
}

/// Draws the model on a terminal.
pub(crate) fn draw<W: Write>(
    terminal: &mut Terminal<W>,
    app: &App,
    extent: Extent,
) -> io::Result<()> {
    let is_beside = beside(app);
    let is_kept = |position| extent == Extent::Cursor && is_beside(position);
    terminal.draw_but(is_kept, |frame| view(app, frame))
}

impl Screen for Terminal {
    fn draw(&mut self, app: &App, extent: Extent) -> io::Result<()> {
        draw(self, app, extent)
    }

    fn redraw_all(&mut self) {
        self.redraw_all();
    }

    fn suspend(&mut self) -> io::Result<Suspension> {
        self.suspend()
    }

    fn resume(&mut self) -> io::Result<Suspension> {
        self.resume()
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copy(text)
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        self.size().map(|size| (size.width, size.height))
    }
}

/// The source of events.
pub(crate) trait Source {
    /// Waits for an event. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = io::Result<Arrived>>;
    /// Takes an event that has already arrived.
    fn try_next(&mut self) -> Option<io::Result<Arrived>>;
}

impl Source for Input {
    fn next(&mut self) -> impl Future<Output = io::Result<Arrived>> {
        self.next()
    }

    fn try_next(&mut self) -> Option<io::Result<Arrived>> {
        self.try_next()
    }
}

/// The source of signals.
pub(crate) trait Outside {
    /// Waits for a signal. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Signal>;
}

impl Outside for Signals {
    fn next(&mut self) -> impl Future<Output = Signal> {
        self.next()
    }
}
