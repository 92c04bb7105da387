//! The files for themes and keys.

use std::path::PathBuf;

use crate::config::{Config, ConfigError};
use crate::tui::app::KeyMap;
use crate::tui::catalogue::CATALOGUE;
use crate::tui::msg::Reloaded;
use crate::tui::theme;

/// The paths of themes and keys, if given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    pub(crate) themes: Option<PathBuf>,
    pub(crate) config: Option<PathBuf>,
}

impl Files {
    /// Reads them again.
    pub(crate) fn read(&self) -> Reloaded {
        let (themes, errors) = theme::all(self.themes.as_deref());
        let themes = errors
            .first()
            .map_or(Ok(themes), |error| Err(error.to_string()));
        Reloaded {
            themes,
            keys: self.keys(),
        }
    }

    fn keys(&self) -> Result<KeyMap, String> {
        let Some(path) = &self.config else {
            return Ok(KeyMap::new(CATALOGUE));
        };
        let config = Config::read(path).map_err(|error| match &error {
            ConfigError::Parse { place, message } => format!("{place}: {message}"),
            ConfigError::Read { .. } | ConfigError::NoProfile { .. } => {
                format!("{}: {error}", path.display())
            }
        })?;
        KeyMap::with(CATALOGUE, &config.keys).map_err(|error| error.to_string())
    }
}
