//! How things look: roles, themes, levels of colour and glyphs.

mod glyphs;
mod level;
mod palette;
mod role;
mod style;

pub(crate) use glyphs::{ASCII, Glyphs, SPINNER, UNICODE};
pub use level::ColorChoice;
pub(crate) use level::{Environment, Level};
pub(crate) use palette::{Palette, all};
pub(crate) use role::Role;
pub(crate) use style::Theme;
