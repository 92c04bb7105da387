//! How many colours the terminal has, and what the environment says about it.

use std::env;

/// The operator's choice of colours (`--color`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As the terminal and `NO_COLOR` say.
    #[default]
    Auto,
    /// Colours, whatever `NO_COLOR` says.
    Always,
    /// No colours.
    Never,
}

/// How many colours there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    None,
    Ansi16,
    Ansi256,
    True,
}

/// The environment variables that affect the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    pub(crate) no_color: String,
    pub(crate) term: String,
    pub(crate) colorterm: String,
    pub(crate) colorfgbg: String,
    pub(crate) locale: String,
    pub(crate) ssh: bool,
}

impl Environment {
    /// Returns what the process was started with.
    pub(crate) fn read() -> Self {
        let get = |name: &str| env::var(name).unwrap_or_default();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .map(get)
            .into_iter()
            .find(|value| !value.is_empty());
        Self {
            no_color: get("NO_COLOR"),
            term: get("TERM"),
            colorterm: get("COLORTERM"),
            colorfgbg: get("COLORFGBG"),
            locale: locale.unwrap_or_default(),
            ssh: !get("SSH_CONNECTION").is_empty(),
        }
    }

    /// Returns whether the terminal shows more than ASCII.
    pub(crate) fn is_utf8(&self) -> bool {
        let locale = self.locale.to_ascii_lowercase();
        (locale.ends_with("utf-8") || locale.ends_with("utf8")) && self.term != "linux"
    }

    /// Returns whether the background is known to be light.
    pub(crate) fn is_light(&self) -> bool {
        matches!(self.colorfgbg.rsplit(';').next(), Some("7" | "15"))
    }
}

impl Level {
    /// Decides how many colours to use; the first setting that is present counts.
    pub(crate) fn resolve(choice: ColorChoice, environment: &Environment) -> Self {
        let said = match environment {
            _ if matches!(environment.colorterm.as_str(), "truecolor" | "24bit") => Self::True,
            _ if environment.term.contains("256color") => Self::Ansi256,
            _ => Self::Ansi16,
        };
        match choice {
            ColorChoice::Never => Self::None,
            ColorChoice::Always => said,
            ColorChoice::Auto if !environment.no_color.is_empty() || environment.term == "dumb" => {
                Self::None
            }
            ColorChoice::Auto => said,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(no_color: &str, term: &str, colorterm: &str) -> Environment {
        let own = |text: &str| text.to_owned();
        Environment {
            no_color: own(no_color),
            term: own(term),
            colorterm: own(colorterm),
            ..Environment::default()
        }
    }

    #[test]
    fn the_first_word_about_colours_counts() {
        let auto = |no_color, term, colorterm| {
            Level::resolve(ColorChoice::Auto, &environment(no_color, term, colorterm))
        };
        assert_eq!(auto("1", "xterm-256color", "truecolor"), Level::None);
        assert_eq!(auto("", "dumb", ""), Level::None);
        assert_eq!(auto("", "xterm-256color", "truecolor"), Level::True);
        assert_eq!(auto("", "xterm-256color", ""), Level::Ansi256);
        assert_eq!(auto("", "vt100", ""), Level::Ansi16);
        let loud = environment("1", "xterm", "");
        assert_eq!(Level::resolve(ColorChoice::Always, &loud), Level::Ansi16);
        assert_eq!(
            Level::resolve(ColorChoice::Never, &environment("", "", "24bit")),
            Level::None
        );
    }

    #[test]
    fn only_a_utf8_locale_on_a_terminal_with_a_font_has_glyphs() {
        let utf8 = |locale: &str, term: &str| {
            Environment {
                locale: locale.to_owned(),
                term: term.to_owned(),
                ..Environment::default()
            }
            .is_utf8()
        };
        assert!(utf8("zh_TW.UTF-8", "xterm"));
        assert!(!utf8("C", "xterm"));
        assert!(!utf8("en_US.UTF-8", "linux"));
    }

    #[test]
    fn a_light_background_is_believed() {
        let light = Environment {
            colorfgbg: "0;15".to_owned(),
            ..Environment::default()
        };
        assert!(light.is_light());
        assert!(!Environment::default().is_light());
    }
}
