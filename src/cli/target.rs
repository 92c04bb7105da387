//! `--target`: one target or several, by the names of profiles or by URLs.

use futures_util::future::try_join_all;

use super::args::{AgainstArgs, Global, TargetArgs};
use super::counterpart::Counterpart;
use super::session::{Profiles, Session};
use super::side::{PROFILE, is_url};
use crate::engine::selector::{glob, meant, nearest};
use crate::job::{Failure, FailureKind, ImportOptions, NamedTarget};
use crate::store::Target;

/// One of several targets.
pub(crate) struct Named {
    /// The profile's name; the location of a target that has none.
    pub(crate) name: String,
    pub(crate) target: Target,
    /// The same, and how to treat it.
    pub(crate) counterpart: Counterpart,
}

impl Named {
    /// Returns the target for a comparison of a file that is read with these options, and with the
    /// rules of the target's profile.
    pub(crate) fn to_compare(&self, options: &ImportOptions) -> NamedTarget {
        let settings = &self.counterpart.settings;
        let rules = Some(&settings.rules).filter(|rules| !rules.is_none());
        NamedTarget {
            name: self.name.clone(),
            target: self.target.clone(),
            timeouts: settings.timeouts,
            ledger: settings.ledger.clone(),
            options: rules.map(|rules| rules.with(options.clone())),
        }
    }
}

/// The targets that the options name.
pub(crate) enum Targets {
    /// One: all of a command is about it.
    One(Box<Counterpart>),
    /// Several, or as many as match.
    Several(Vec<Named>),
}

/// What a word names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Given {
    Profile(String),
    Url(String),
}

/// Finds the targets that the words of `--target` name; without any, what `--against` or the options
/// of every command name, of which `format` names the product if that is known and it is a file.
///
/// # Errors
///
/// Fails if a word names none, if something else names the target as well, and on invalid settings
/// and addresses.
pub(crate) async fn targets(
    global: &Global,
    (args, against): (&TargetArgs, &AgainstArgs),
    format: Option<&str>,
) -> Result<Targets, Failure> {
    let words = args.target.as_slice();
    if words.is_empty() {
        let counterpart = Counterpart::new(global, against, format).await?;
        return Ok(Targets::One(Box::new(counterpart)));
    }
    let named = [
        ("--database-url", global.database_url.is_some()),
        ("--profile", global.names_profile()),
        ("--against", against.against.is_some()),
    ];
    if let Some((option, _)) = named.into_iter().find(|(_, is_given)| *is_given) {
        let what = format!("--target names the targets, and {option} does so, too");
        return Err(Failure::new(FailureKind::Usage, what)
            .hint("name all databases with --target: it takes profiles and URLs"));
    }
    let profiles = Profiles::load()?;
    let given = all_given(words, &profiles)?;
    let mut named = try_join_all(given.iter().map(|given| find(global, given))).await?;
    match (words, named.pop()) {
        ([word], Some(only)) if !is_pattern(word) => Ok(Targets::One(Box::new(only.counterpart))),
        (_, last) => {
            named.extend(last);
            Ok(Targets::Several(named))
        }
    }
}

/// Finds one target.
async fn find(global: &Global, given: &Given) -> Result<Named, Failure> {
    let (profile, database_url) = match given {
        Given::Profile(name) => (Some(name.clone()), None),
        Given::Url(url) => (None, Some(url.clone())),
    };
    let global = Global {
        profile: profile.clone(),
        database_url,
        ..global.clone()
    };
    let session = Session::new(&global).await?;
    let target = session.target.clone();
    Ok(Named {
        name: profile.unwrap_or_else(|| target.display()),
        target,
        counterpart: session.into(),
    })
}

fn is_pattern(word: &str) -> bool {
    word.contains('*') && !is_url(word)
}

/// Returns what words name, each once, in the order of the words.
fn all_given(words: &[String], profiles: &Profiles) -> Result<Vec<Given>, Failure> {
    let mut all = Vec::new();
    for word in words {
        for given in given(word, profiles)? {
            if !all.contains(&given) {
                all.push(given);
            }
        }
    }
    Ok(all)
}

fn given(word: &str, profiles: &Profiles) -> Result<Vec<Given>, Failure> {
    if is_url(word) {
        return Ok(vec![Given::Url(word.to_owned())]);
    }
    let name = word.strip_prefix(PROFILE).unwrap_or(word);
    if !is_pattern(word) {
        return match profiles.names().any(|known| known == name) {
            true => Ok(vec![Given::Profile(name.to_owned())]),
            false => Err(unknown(word, name, profiles)),
        };
    }
    let pattern = glob(name)
        .map_err(|error| Failure::new(FailureKind::Usage, format!("--target: {error}")))?;
    // One without an address is no target of its own.
    let matching = profiles.addressed().filter(|known| pattern.is_match(known));
    let matching: Vec<Given> = matching
        .map(|known| Given::Profile(known.to_owned()))
        .collect();
    match matching.is_empty() {
        false => Ok(matching),
        true => Err(unknown(word, &name.replace('*', ""), profiles)),
    }
}

fn unknown(word: &str, name: &str, profiles: &Profiles) -> Failure {
    let near = meant(nearest(name, profiles.names()));
    let what = match is_pattern(word) {
        true => format!("--target: no profile with an address matches '{word}'{near}"),
        false => format!("--target: profile '{name}' not found{near}"),
    };
    let failure = Failure::new(FailureKind::Usage, what);
    let known: Vec<&str> = profiles.names().collect();
    match known.is_empty() {
        true => failure.hint("the configuration file has no profiles"),
        false => failure.hint(format!(
            "known: {}; `gatediff targets` lists them",
            known.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    fn profiles() -> Profiles {
        let text = "[profile.prod-b]\ndatabase_url = \"host=b\"\norder = 3\n\
                    [profile.prod-a]\ndatabase_url = \"host=a\"\norder = 4\n\
                    [profile.prod-theme]\ntheme = \"light\"\n\
                    [profile.uat]\ndatabase_url = \"host=u\"\n";
        Profiles::from(Config::parse(text, Path::new("config.toml")).unwrap())
    }

    fn read(words: &[&str]) -> Result<Vec<String>, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let given = all_given(&words, &profiles()).map_err(|failure| failure.to_string())?;
        let name = |given: Given| match given {
            Given::Profile(name) => name,
            Given::Url(url) => format!("at {url}"),
        };
        Ok(given.into_iter().map(name).collect())
    }

    fn names(names: &[&str]) -> Result<Vec<String>, String> {
        Ok(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn targets_are_profiles_by_name_or_pattern_and_urls_each_once_in_the_order_given() {
        assert_eq!(read(&["uat"]), names(&["uat"]));
        assert_eq!(
            read(&["uat", "prod-*"]),
            names(&["uat", "prod-b", "prod-a"])
        );
        assert_eq!(
            read(&["prod-a", "prod-*", "profile:prod-a"]),
            names(&["prod-a", "prod-b"])
        );
        assert_eq!(read(&["prod-theme"]), names(&["prod-theme"]));
        let url = "postgres://ops@db/dgr?options=*";
        assert_eq!(read(&[url, "uat"]), names(&[&format!("at {url}"), "uat"]));
    }

    #[test]
    fn what_names_no_target_is_an_error() {
        assert_eq!(
            read(&["uta"]),
            Err("--target: profile 'uta' not found; did you mean 'uat'?".to_owned())
        );
        assert_eq!(
            read(&["xyz-*"]),
            Err("--target: no profile with an address matches 'xyz-*'".to_owned())
        );
    }
}
