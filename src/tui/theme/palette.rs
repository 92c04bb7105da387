//! Theme files: roles to colours at three levels, and modifiers.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use toml::Spanned;

use super::level::Level;
use super::role::Role;
use crate::engine::selector::{meant, nearest};

/// The built-in themes, the default first.
const SHIPPED: [(&str, &str); 3] = [
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// The name of the theme without colours.
pub(super) const MONO: &str = "mono";

/// A theme, read and checked.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
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
    palette: BTreeMap<String, Spanned<(String, u8, String)>>,
    roles: BTreeMap<String, Spanned<Look>>,
}

/// What is wrong with a theme file, and where.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ThemeError {
    /// Not TOML of this form.
    #[error("{place}: {why}")]
    Syntax { place: String, why: String },
    /// A colour cannot be read.
    #[error("{place}: palette.{colour} requires [\"#rrggbb\", 0-255, a named colour]")]
    Colour { place: String, colour: String },
    /// A role uses a colour that is not in the palette.
    #[error("{place}: role '{role}' uses the colour '{colour}', which is not in the palette")]
    Unpainted {
        place: String,
        role: String,
        colour: String,
    },
    /// An unknown role.
    #[error("{place}: unknown role '{role}'{}", meant(*near))]
    UnknownRole {
        place: String,
        role: String,
        near: Option<&'static str>,
    },
    /// The file cannot be read.
    #[error("{place}: {why}")]
    Unreadable { place: String, why: String },
}

/// Returns the file and the line of an offset in its text.
fn place(file: &str, text: &str, span: Range<usize>) -> String {
    let before = text.get(..span.start).unwrap_or(text);
    format!("{file}:{}", before.matches('\n').count() + 1)
}

impl Palette {
    /// Reads a theme; `file` is the name for its errors.
    pub(crate) fn parse(name: &str, file: &str, text: &str) -> Result<Self, ThemeError> {
        let at = |span| place(file, text, span);
        let read: File = toml::from_str(text).map_err(|error| ThemeError::Syntax {
            place: error.span().map_or_else(|| file.to_owned(), at),
            why: error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        })?;
        let mut palette = BTreeMap::new();
        for (colour, paint) in read.palette {
            let span = paint.span();
            let (rgb, indexed, ansi) = paint.into_inner();
            let (Ok(rgb), Ok(ansi)) = (rgb.parse(), ansi.parse()) else {
                return Err(ThemeError::Colour {
                    place: at(span),
                    colour,
                });
            };
            palette.insert(
                colour,
                Paint {
                    rgb,
                    indexed: Color::Indexed(indexed),
                    ansi,
                },
            );
        }
        let mut roles = BTreeMap::new();
        for (role, look) in read.roles {
            let place = at(look.span());
            if !is_role(&role) {
                let near = nearest(&role, Role::ALL.iter().map(|role| role.name()));
                return Err(ThemeError::UnknownRole { place, role, near });
            }
            let look = look.into_inner();
            for colour in [&look.fg, &look.bg].into_iter().flatten() {
                if !palette.contains_key(colour) {
                    return Err(ThemeError::Unpainted {
                        place,
                        colour: colour.clone(),
                        role,
                    });
                }
            }
            roles.insert(role, look);
        }
        Ok(Self {
            name: name.to_owned(),
            palette,
            roles,
        })
    }

    /// Returns the look of a role at a colour level.
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
        name.rsplit_once('.')
            .map_or_else(Look::default, |(parent, _)| self.look(parent))
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
pub(crate) fn all(directory: Option<&Path>) -> (Vec<Palette>, Vec<ThemeError>) {
    let mut themes: Vec<Palette> = SHIPPED
        .iter()
        .filter_map(|(name, text)| Palette::parse(name, name, text).ok())
        .collect();
    let mut errors = Vec::new();
    let files = directory.and_then(|directory| fs::read_dir(directory).ok());
    let mut paths: Vec<_> = files
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
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

fn read(path: &Path) -> Result<Palette, ThemeError> {
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| ThemeError::Unreadable {
        place: file.clone(),
        why: error.to_string(),
    })?;
    Palette::parse(&name, &file, &text)
}

fn is_role(name: &str) -> bool {
    Role::ALL.iter().any(|role| {
        role.name() == name
            || role
                .name()
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
    })
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
                assert!(
                    theme.roles.contains_key(role.name()),
                    "{}: {}",
                    theme.name,
                    role.name()
                );
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
            assert!(
                mono.style(Role::Selection, level)
                    .add_modifier
                    .contains(Modifier::REVERSED)
            );
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

    /// The luminance of one of the 216 colours or 24 greys.
    fn luminance(index: u8) -> f64 {
        let steps = [0.0, 95.0, 135.0, 175.0, 215.0, 255.0];
        let rgb = match index {
            16..=231 => [36, 6, 1].map(|weight| steps[usize::from((index - 16) / weight % 6)]),
            grey => [f64::from(grey - 232) * 10.0 + 8.0; 3],
        };
        let linear = rgb.map(|c: f64| {
            let c = c / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    #[test]
    fn text_can_be_read_in_256_colours() {
        for (name, background) in [("dark", 0.0), ("light", 1.0)] {
            let (themes, _) = all(None);
            let theme = themes.iter().find(|theme| theme.name == name).unwrap();
            for role in Role::ALL
                .into_iter()
                .filter(|role| *role != Role::Production)
            {
                let Some(Color::Indexed(index)) = theme.style(role, Level::Ansi256).fg else {
                    continue;
                };
                let own = luminance(index);
                let contrast = (own.max(background) + 0.05) / (own.min(background) + 0.05);
                assert!(contrast >= 4.5, "{name}: {role:?} has {contrast:.1}");
            }
        }
    }

    #[test]
    fn mistakes_are_reported_with_what_was_meant() {
        let describe = |text| {
            Palette::parse("mine", "mine.toml", text)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            describe("[roles]\n\"status.ad\" = {}"),
            "mine.toml:2: unknown role 'status.ad'; did you mean 'status.add'?"
        );
        assert_eq!(
            describe("[roles]\ntext = { fg = \"ink\" }"),
            "mine.toml:2: role 'text' uses the colour 'ink', which is not in the palette"
        );
        assert!(
            describe("[palette]\nink = [\"x\", 1, \"red\"]\n[roles]")
                .starts_with("mine.toml:2: palette.ink")
        );
        assert!(
            describe("[roles]\ntext = { blink = true }")
                .starts_with("mine.toml:2: unknown field `blink`")
        );
    }

    #[test]
    fn a_dotted_role_falls_back_to_its_parent() {
        let theme =
            Palette::parse("mine", "mine.toml", "[roles]\nstatus = { bold = true }").unwrap();
        assert!(
            theme
                .style(Role::Blocked, Level::True)
                .add_modifier
                .contains(Modifier::BOLD)
        );
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
        assert!(
            themes[0]
                .style(Role::Text, Level::True)
                .add_modifier
                .contains(Modifier::BOLD)
        );
        assert_eq!(errors.len(), 1);
        let bad = directory.path().join("bad.toml");
        assert!(
            errors[0]
                .to_string()
                .starts_with(&format!("{}:1: ", bad.display())),
            "{}",
            errors[0]
        );
    }
}
