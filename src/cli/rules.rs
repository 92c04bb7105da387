//! The rules of an environment: from the configuration and `--values` to those of an import.

use std::path::Path;

use crate::config::{self, Profile, Rule};
use crate::job::{ImportOptions, Replacement, Scope, ValueRule};

/// The rules of a profile.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProfileRules {
    values: Vec<ValueRule>,
    ignore: Vec<Scope>,
}

impl ProfileRules {
    /// Returns the rules of a profile.
    pub(crate) fn of(profile: &Profile) -> Self {
        Self {
            values: values(&profile.values),
            ignore: profile.ignore.iter().map(scope).collect(),
        }
    }

    /// Says whether there are none.
    pub(crate) const fn is_none(&self) -> bool {
        self.values.is_empty() && self.ignore.is_empty()
    }

    /// Returns the options with the rules: those of the profile first, so that those of the command
    /// line have the last word.
    pub(crate) fn with(&self, mut options: ImportOptions) -> ImportOptions {
        let given = std::mem::take(&mut options.values);
        options.values = self.values.iter().cloned().chain(given).collect();
        options.ignore.extend(self.ignore.iter().cloned());
        options
    }
}

/// Returns the rules for values, as an import follows them.
pub(super) fn values(rules: &[Rule]) -> Vec<ValueRule> {
    let value = |rule: &Rule| {
        let directory = rule.place.rsplit_once(':').map(|(path, _)| Path::new(path));
        let directory = directory.and_then(Path::parent).unwrap_or(Path::new(""));
        let placed = |text: &str| placed(text, directory);
        let replacement = match rule.replacement.clone()? {
            config::Replacement::Value(mut value) => {
                each_text(&mut value, &placed);
                Replacement::Value(value)
            }
            config::Replacement::Text(from, to) => Replacement::Text {
                from,
                to: placed(&to),
            },
        };
        Some(ValueRule {
            scope: scope(rule),
            replacement,
            is_filled: false,
        })
    };
    rules.iter().filter_map(value).collect()
}

fn scope(rule: &Rule) -> Scope {
    Scope {
        kind: rule.kind.clone(),
        key: rule.key.clone().unwrap_or_else(|| "*".to_owned()),
        path: rule.path.clone(),
        origin: rule.place.clone(),
    }
}

/// What begins the name of a file in a value.
const FILE: &str = "${file:";

/// Returns a text in which the paths of files are absolute: they are relative to the directory of
/// the file that the rule stands in, wherever the program runs.
fn placed(text: &str, directory: &Path) -> String {
    let mut parts = text.split(FILE);
    let mut placed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_escaped = placed.ends_with('$');
        placed.push_str(FILE);
        let path = Path::new(part);
        if !is_escaped && path.is_relative() {
            let absolute = std::path::absolute(directory.join("x")).ok();
            let directory = absolute.as_deref().and_then(Path::parent);
            if let Some(directory) = directory {
                placed.push_str(&format!("{}/", directory.display()));
            }
        }
        placed.push_str(part);
    }
    placed
}

fn each_text(value: &mut serde_json::Value, change: &impl Fn(&str) -> String) {
    match value {
        serde_json::Value::String(text) => *text = change(text),
        serde_json::Value::Array(values) => {
            values.iter_mut().for_each(|value| each_text(value, change));
        }
        serde_json::Value::Object(members) => {
            members
                .values_mut()
                .for_each(|value| each_text(value, change));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_those_beside_the_file_of_the_rule() {
        let placed = |text| placed(text, Path::new("/etc/gatediff"));
        assert_eq!(placed("a${file:pw}b"), "a${file:/etc/gatediff/pw}b");
        assert_eq!(placed("${file:/run/pw}"), "${file:/run/pw}");
        assert_eq!(placed("$${file:pw} ${env:X}"), "$${file:pw} ${env:X}");
        let here = std::env::current_dir().unwrap();
        let beside = super::placed("${file:pw}", Path::new(""));
        assert_eq!(beside, format!("${{file:{}/pw}}", here.display()));
    }
}
