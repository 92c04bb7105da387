//! The theme in use: how each role looks.

use ratatui::style::Style;

use super::glyphs::Glyphs;
use super::level::Level;
use super::palette::{self, Palette};
use super::role::Role;

/// A theme at a level of colour, with its glyphs.
#[derive(Clone, Debug)]
pub(crate) struct Theme {
    themes: Vec<Palette>,
    current: usize,
    /// The looks of all roles in the current theme, in their order.
    styles: Vec<Style>,
    level: Level,
    pub(crate) glyphs: &'static Glyphs,
    /// No borders, no spinner, the hardware cursor on the selected row.
    pub(crate) accessible: bool,
}

impl Theme {
    /// Returns the theme that begins with the theme called `wanted`.
    ///
    /// Without colours it is always the theme made for that: the others would
    /// lose what they show by colour.
    pub(crate) fn new(
        themes: Vec<Palette>,
        wanted: &str,
        level: Level,
        glyphs: &'static Glyphs,
    ) -> Self {
        let wanted = if level == Level::None {
            palette::MONO
        } else {
            wanted
        };
        let index = themes
            .iter()
            .position(|theme| theme.name == wanted)
            .unwrap_or(0);
        let mut theme = Self {
            themes,
            current: index,
            styles: Vec::new(),
            level,
            glyphs,
            accessible: false,
        };
        theme.resolve_styles();
        theme
    }

    /// Returns how a role looks.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// Returns the name of the theme.
    pub(crate) fn name(&self) -> &str {
        self.themes
            .get(self.current)
            .map_or("", |theme| &theme.name)
    }

    /// Returns whether there is a theme of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.themes.iter().any(|theme| theme.name == name)
    }

    /// Returns whether there are colours.
    pub(crate) fn has_colours(&self) -> bool {
        self.level != Level::None
    }

    /// Takes the theme of that name, if there is one and there are colours.
    pub(crate) fn select(&mut self, name: &str) {
        let found = self.themes.iter().position(|theme| theme.name == name);
        if let Some(index) = found.filter(|_| self.has_colours()) {
            self.current = index;
            self.resolve_styles();
        }
    }

    /// Moves on to the next theme.
    pub(crate) fn next(&mut self) {
        self.current = (self.current + 1) % self.themes.len().max(1);
        self.resolve_styles();
    }

    /// Replaces the themes after a reload; keeps the current one.
    pub(crate) fn refresh(&mut self, themes: Vec<Palette>) {
        let name = self.name().to_owned();
        self.current = themes
            .iter()
            .position(|theme| theme.name == name)
            .unwrap_or(0);
        self.themes = themes;
        self.resolve_styles();
    }

    fn resolve_styles(&mut self) {
        let theme = self.themes.get(self.current);
        let style = |role| theme.map_or_else(Style::new, |theme| theme.style(role, self.level));
        self.styles = Role::ALL.map(style).to_vec();
    }
}
