//! Theme files: roles to colours at three levels, and modifiers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::level::Level;
use super::role::Role;

/// The themes that travel in the binary, the default first.
const SHIPPED: [(&str, &str); 3] = [
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// The name of the theme without colours.
pub(super) const MONO: &str = "mono";

/// A theme, read and checked.
#[derive(Clone, Debug)]
pub(crate) struct Theme {
    pub(crate) name: String,
    palette: BTreeMap<String, Paint>,
    roles: BTreeMap<String, Look>,
}

/// One colour at each level.
#[derive(Clone, Copy, Debug)]
struct Paint {
    rgb: Color,
    indexed: Color,
    ansi: Color,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    dim: bool,
    #[serde(default)]
    underlined: bool,
    #[serde(default)]
    reversed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    palette: BTreeMap<String, (String, u8, String)>,
    roles: BTreeMap<String, Look>,
}

/// What is wrong with a theme file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ThemeError {
    /// It is no TOML of this form; the message has line and column.
    #[error("theme '{name}': {why}")]
    Syntax { name: String, why: String },
    /// A colour cannot be read.
    #[error("theme '{name}': palette.{colour} needs [\"#rrggbb\", 0-255, a named colour]")]
    Colour { name: String, colour: String },
    /// A role names a colour that the palette lacks.
    #[error("theme '{name}': role '{role}' names the colour '{colour}', which the palette lacks")]
    Unpainted { name: String, role: String, colour: String },
    /// There is no such role.
    #[error("theme '{name}': no role is called '{role}' (did you mean '{near}'?)")]
    UnknownRole { name: String, role: String, near: &'static str },
    /// The file cannot be read.
    #[error("theme '{name}': {why}")]
    Unreadable { name: String, why: String },
}

impl Theme {
    /// Reads a theme.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, ThemeError> {
        let file: File = toml::from_str(text)
            .map_err(|error| ThemeError::Syntax { name: name.to_owned(), why: error.to_string() })?;
        let mut palette = BTreeMap::new();
        for (colour, (rgb, indexed, ansi)) in file.palette {
            let (Ok(rgb), Ok(ansi)) = (rgb.parse(), ansi.parse()) else {
                return Err(ThemeError::Colour { name: name.to_owned(), colour });
            };
            palette.insert(colour, Paint { rgb, indexed: Color::Indexed(indexed), ansi });
        }
        let theme = Self { name: name.to_owned(), palette, roles: file.roles };
        theme.check()?;
        Ok(theme)
    }

    fn check(&self) -> Result<(), ThemeError> {
        for (role, look) in &self.roles {
            let name = self.name.clone();
            if !is_role(role) {
                return Err(ThemeError::UnknownRole { name, role: role.clone(), near: nearest(role) });
            }
            let missing =
                [&look.fg, &look.bg].into_iter().flatten().find(|colour| !self.palette.contains_key(*colour));
            if let Some(colour) = missing {
                return Err(ThemeError::Unpainted { name, role: role.clone(), colour: colour.clone() });
            }
        }
        Ok(())
    }

    /// Returns how a role looks with so many colours.
    pub(crate) fn style(&self, role: Role, level: Level) -> Style {
        let look = self.look(role.name());
        let mut style = Style::new();
        if let Some(color) = look.fg.as_ref().and_then(|name| self.colour(name, level)) {
            style = style.fg(color);
        }
        if let Some(color) = look.bg.as_ref().and_then(|name| self.colour(name, level)) {
            style = style.bg(color);
        }
        for (wanted, modifier) in [
            (look.bold, Modifier::BOLD),
            (look.dim, Modifier::DIM),
            (look.underlined, Modifier::UNDERLINED),
            (look.reversed, Modifier::REVERSED),
        ] {
            if wanted {
                style = style.add_modifier(modifier);
            }
        }
        style
    }

    fn look(&self, name: &str) -> Look {
        if let Some(look) = self.roles.get(name) {
            return look.clone();
        }
        name.rsplit_once('.').map_or_else(Look::default, |(parent, _)| self.look(parent))
    }

    fn colour(&self, name: &str, level: Level) -> Option<Color> {
        let paint = self.palette.get(name)?;
        match level {
            Level::None => None,
            Level::Ansi16 => Some(paint.ansi),
            Level::Ansi256 => Some(paint.indexed),
            Level::True => Some(paint.rgb),
        }
    }
}

/// Returns the shipped themes, each replaced by a file of the same name in
/// `directory`, with the directory's other themes after them; and what was
/// wrong with files that could not be used.
pub(crate) fn all(directory: Option<&Path>) -> (Vec<Theme>, Vec<ThemeError>) {
    let mut themes: Vec<Theme> =
        SHIPPED.iter().filter_map(|(name, text)| Theme::parse(name, text).ok()).collect();
    let mut errors = Vec::new();
    let files = directory.and_then(|directory| fs::read_dir(directory).ok());
    let mut paths: Vec<_> = files.into_iter().flatten().flatten().map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    for path in paths {
        match read(&path) {
            Ok(theme) => match themes.iter_mut().find(|shipped| shipped.name == theme.name) {
                Some(shipped) => *shipped = theme,
                None => themes.push(theme),
            },
            Err(error) => errors.push(error),
        }
    }
    (themes, errors)
}

fn read(path: &Path) -> Result<Theme, ThemeError> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let text = fs::read_to_string(path)
        .map_err(|error| ThemeError::Unreadable { name: name.clone(), why: error.to_string() })?;
    Theme::parse(&name, &text)
}

fn is_role(name: &str) -> bool {
    Role::ALL.iter().any(|role| {
        role.name() == name || role.name().strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
    })
}

/// Returns the role that shares the longest beginning or end with a misspelt one.
fn nearest(wrong: &str) -> &'static str {
    let likeness = |name: &str| {
        let start = name.chars().zip(wrong.chars()).take_while(|(a, b)| a == b).count();
        let end = name.chars().rev().zip(wrong.chars().rev()).take_while(|(a, b)| a == b).count();
        start.max(end)
    };
    Role::ALL.iter().map(|role| role.name()).max_by_key(|name| likeness(name)).unwrap_or("text")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [Level; 4] = [Level::None, Level::Ansi16, Level::Ansi256, Level::True];

    #[test]
    fn every_shipped_theme_is_read() {
        let (themes, errors) = all(None);
        assert!(errors.is_empty());
        let names: Vec<_> = themes.iter().map(|theme| theme.name.as_str()).collect();
        assert_eq!(names, ["dark", "light", "mono"]);
    }

    #[test]
    fn every_role_is_named_in_every_shipped_theme() {
        for theme in all(None).0 {
            for role in Role::ALL {
                assert!(theme.roles.contains_key(role.name()), "{}: {}", theme.name, role.name());
            }
        }
    }

    #[test]
    fn mono_has_no_colour_and_a_visible_selection_at_every_level() {
        let (themes, _) = all(None);
        let mono = themes.iter().find(|theme| theme.name == MONO).unwrap();
        for level in LEVELS {
            for role in Role::ALL {
                let style = mono.style(role, level);
                assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            }
            assert!(mono.style(Role::Selection, level).add_modifier.contains(Modifier::REVERSED));
        }
    }

    #[test]
    fn undecided_and_blocked_differ_from_decided_at_every_level_with_colours() {
        for theme in all(None).0.iter().filter(|theme| theme.name != MONO) {
            for level in [Level::Ansi16, Level::Ansi256, Level::True] {
                let red = |role| theme.style(role, level).fg;
                assert!(red(Role::Repeat).is_some());
                assert_eq!(red(Role::Repeat), red(Role::Blocked));
                assert_eq!(red(Role::Add), None);
                assert_eq!(red(Role::Cover), None);
            }
        }
    }

    #[test]
    fn mistakes_are_told_with_what_was_meant() {
        let told = |text| Theme::parse("mine", text).unwrap_err().to_string();
        assert_eq!(
            told("[roles]\n\"status.ad\" = {}"),
            "theme 'mine': no role is called 'status.ad' (did you mean 'status.add'?)"
        );
        assert_eq!(
            told("[roles]\ntext = { fg = \"ink\" }"),
            "theme 'mine': role 'text' names the colour 'ink', which the palette lacks"
        );
        assert!(told("[palette]\nink = [\"x\", 1, \"red\"]\n[roles]").contains("palette.ink"));
        assert!(told("[roles]\ntext = { blink = true }").contains("line 2"));
    }

    #[test]
    fn a_dotted_role_falls_back_to_its_parent() {
        let theme = Theme::parse("mine", "[roles]\nstatus = { bold = true }").unwrap();
        assert!(theme.style(Role::Blocked, Level::True).add_modifier.contains(Modifier::BOLD));
    }

    #[test]
    fn a_directory_overrides_and_adds_themes_and_names_bad_ones() {
        let directory = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("dark.toml", "[roles]\ntext = { bold = true }"),
            ("sea.toml", "[roles]\ntext = {}"),
            ("bad.toml", "["),
            ("notes.txt", "not a theme"),
        ] {
            fs::write(directory.path().join(file), text).unwrap();
        }
        let (themes, errors) = all(Some(directory.path()));
        let names: Vec<_> = themes.iter().map(|theme| theme.name.as_str()).collect();
        assert_eq!(names, ["dark", "light", "mono", "sea"]);
        assert!(themes[0].style(Role::Text, Level::True).add_modifier.contains(Modifier::BOLD));
        assert_eq!(errors.len(), 1);
    }
}
