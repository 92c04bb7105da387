//! The catalogue of actions: the one source of the key map, the footer, the
//! help, the palette and the README's table.

mod catalogue;
mod condition;
mod keymap;
mod rebind;

pub(crate) use catalogue::{Act, Action, CATALOGUE, Context};
pub(crate) use keymap::{KeyMap, Lookup};

use super::app::App;

impl Action {
    /// Checks whether it is available now.
    ///
    /// # Errors
    ///
    /// Returns the reason as a sentence.
    pub(crate) fn check(&self, app: &App) -> Result<(), String> {
        condition::check(self.act, app)
    }
}

/// Returns the table of keys for the README.
pub fn keys_markdown() -> String {
    let mut table = String::from("| Keys | Action | |\n|---|---|---|\n");
    for action in CATALOGUE {
        let keys: Vec<String> = keymap::default_keys(action)
            .iter()
            .map(|keys| format!("`{keys}`"))
            .collect();
        let line = format!(
            "| {} | {} | {} |\n",
            keys.join(" "),
            action.name,
            action.sentence
        );
        table.push_str(&line);
    }
    table
}

#[cfg(test)]
mod tests;
