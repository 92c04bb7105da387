//! From options to the wanted state of a scope.

use crate::scopes::violation::violated;
use std::collections::BTreeSet;

use crate::cli::args::{ScopeFieldsArgs, ScopeUpdateArgs};
use crate::job::{Failure, FailureKind};
use crate::scopes::{ApiName, Catalogue, Draft, parse_duration, parse_times};

/// The options put into a draft, with notes for the operator.
pub(super) struct Fields<'c> {
    catalogue: &'c Catalogue,
    /// The resulting draft.
    pub(super) draft: Draft,
    /// Options that had no effect.
    pub(super) notes: Vec<String>,
}

impl<'c> Fields<'c> {
    /// Starts from a draft.
    pub(super) const fn new(catalogue: &'c Catalogue, draft: Draft) -> Self {
        Self {
            catalogue,
            draft,
            notes: Vec::new(),
        }
    }

    /// Sets what was given.
    ///
    /// # Errors
    ///
    /// Fails on an invalid number or API name.
    pub(super) fn set(
        &mut self,
        name: Option<&String>,
        args: &ScopeFieldsArgs,
    ) -> Result<(), Failure> {
        let draft = &mut self.draft;
        let texts = [
            (&mut draft.name, name),
            (&mut draft.alias, args.alias.as_ref()),
            (&mut draft.description, args.description.as_ref()),
            (&mut draft.level, args.level.as_ref()),
        ];
        for (field, given) in texts {
            if let Some(given) = given {
                field.clone_from(given);
            }
        }
        let broken = |violation| violated(vec![violation]);
        if let Some(duration) = &args.duration {
            draft.seconds = parse_duration(duration).map_err(broken)?;
        }
        if let Some(times) = &args.times {
            draft.times = parse_times(times).map_err(broken)?;
        }
        if !args.authentication.is_empty() {
            draft.authentications = args
                .authentication
                .iter()
                .filter(|id| !id.is_empty())
                .cloned()
                .collect();
        }
        if !args.api.is_empty() {
            draft.apis.clear();
            let words: Vec<&String> = args.api.iter().filter(|word| !word.is_empty()).collect();
            words.into_iter().try_for_each(|word| self.add_api(word))?;
        }
        Ok(())
    }

    /// Adds and removes as the options say.
    ///
    /// # Errors
    ///
    /// Fails on an invalid API name.
    pub(super) fn change(&mut self, args: &ScopeUpdateArgs) -> Result<(), Failure> {
        args.add_api
            .iter()
            .try_for_each(|word| self.add_api(word))?;
        args.remove_api
            .iter()
            .try_for_each(|word| self.remove_api(word))?;
        self.draft
            .authentications
            .extend(args.add_authentication.iter().cloned());
        for id in &args.remove_authentication {
            if !self.draft.authentications.remove(id) {
                self.notes.push(format!(
                    "the scope has no authentication type {id}: nothing to remove"
                ));
            }
        }
        Ok(())
    }

    /// Adds an API, or those of a module that the target has. The rules report
    /// an API that does not exist.
    fn add_api(&mut self, word: &str) -> Result<(), Failure> {
        match named(word, |api| self.catalogue.api(api).is_some())? {
            Named::Api(api) => {
                self.draft.apis.insert(api);
            }
            Named::Module(name) => {
                let module = self
                    .catalogue
                    .modules()
                    .iter()
                    .find(|module| *module.name == name);
                let apis = module.and_then(|module| self.catalogue.apis().get(module.apis.clone()));
                let there = apis.into_iter().flatten().filter(|api| !api.is_missing());
                let there: Vec<ApiName> = there.map(|api| api.name.clone()).collect();
                if there.is_empty() {
                    self.notes
                        .push(format!("the module {name} has no APIs: nothing to add"));
                }
                self.draft.apis.extend(there);
            }
        }
        Ok(())
    }

    fn remove_api(&mut self, word: &str) -> Result<(), Failure> {
        let before = self.draft.apis.len();
        let has = |apis: &BTreeSet<ApiName>, api: &ApiName| apis.contains(api);
        match named(word, |api| has(&self.draft.apis, api))? {
            Named::Api(api) => {
                self.draft.apis.remove(&api);
            }
            Named::Module(name) => self.draft.apis.retain(|api| *api.module != name),
        }
        if self.draft.apis.len() == before {
            self.notes
                .push(format!("the scope has no API {word}: nothing to remove"));
        }
        Ok(())
    }
}

/// What an option names.
enum Named {
    /// One API.
    Api(ApiName),
    /// All of a module.
    Module(String),
}

/// Reads `MODULE/KEY` or `MODULE/*`. Names may contain slashes: the split for
/// which `is_there` holds is used.
fn named(word: &str, is_there: impl Fn(&ApiName) -> bool) -> Result<Named, Failure> {
    let divided = |(offset, slash): (usize, &str)| {
        let key = word.get(offset + slash.len()..)?;
        word.get(..offset)
            .filter(|module| !module.is_empty() && !key.is_empty())
            .map(|module| (module, key))
    };
    let ways = word
        .match_indices('/')
        .filter_map(divided)
        .map(|(module, key)| ApiName::new(module, key));
    let ways: Vec<ApiName> = ways.collect();
    let there = ways.iter().find(|api| is_there(api));
    match (there, word.strip_suffix("/*"), ways.first()) {
        (Some(api), ..) => Ok(Named::Api(api.clone())),
        (None, Some(module), Some(_)) => Ok(Named::Module(module.to_owned())),
        (None, _, Some(api)) => Ok(Named::Api(api.clone())),
        (None, _, None) => Err(Failure::new(
            FailureKind::Usage,
            format!("'{word}' does not name an API"),
        )
        .hint("write MODULE/KEY, or MODULE/* for all APIs of a module")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::args::{Cli, Command, ScopeCommand};

    fn update(args: &[&str]) -> ScopeUpdateArgs {
        let words = ["gatediff", "scope", "update", "accounts"]
            .iter()
            .chain(args);
        match Cli::try_parse_from(words).unwrap().command.unwrap() {
            Command::Scope(args) => match args.command {
                Some(ScopeCommand::Update(args)) => args,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    /// Returns `accounts` changed by the options, and the notes.
    fn becomes(args: &[&str]) -> Result<(Draft, Vec<String>), Failure> {
        let catalogue = Catalogue::sample();
        let scope = catalogue.scope("2000000001").unwrap();
        let mut fields = Fields::new(&catalogue, Draft::of(&catalogue, scope));
        let args = update(args);
        fields.set(args.name.as_ref(), &args.fields)?;
        fields.change(&args)?;
        Ok((fields.draft, fields.notes))
    }

    fn apis(args: &[&str]) -> Vec<String> {
        becomes(args)
            .unwrap()
            .0
            .apis
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn only_what_is_given_changes() {
        let (before, _) = becomes(&[]).unwrap();
        let (draft, notes) =
            becomes(&["--alias", "", "--duration", "30d", "--times", "0"]).unwrap();
        assert_eq!(
            draft,
            Draft {
                alias: String::new(),
                seconds: 2_592_000,
                ..before
            }
        );
        assert!(notes.is_empty());
    }

    #[test]
    fn a_number_that_is_none_is_reported_in_the_products_code() {
        assert_eq!(
            becomes(&["--times", "many"]).unwrap_err().violations[0].code,
            1352
        );
        assert_eq!(
            becomes(&["--duration", "-1"]).unwrap_err().violations[0].code,
            1355
        );
    }

    #[test]
    fn lists_are_replaced_emptied_added_to_and_removed_from() {
        assert_eq!(apis(&["--api", "cards/list"]), ["cards/list"]);
        assert_eq!(apis(&["--api", ""]), [""; 0]);
        assert_eq!(
            apis(&["--add-api", "cards/list", "--remove-api", "bank/history"]),
            ["bank/balance", "cards/list", "crm/lookup"]
        );
        let types = |args: &[&str]| Vec::from_iter(becomes(args).unwrap().0.authentications);
        assert_eq!(types(&["--authentication", "PIN"]), ["PIN"]);
        assert_eq!(types(&["--authentication="]), [""; 0]);
        assert_eq!(
            types(&[
                "--add-authentication",
                "X",
                "--remove-authentication",
                "OTP"
            ]),
            ["PIN", "X"]
        );
    }

    #[test]
    fn an_asterisk_is_all_of_a_module_that_the_target_has() {
        assert_eq!(
            apis(&["--api", "bank/*"]),
            ["bank/balance", "bank/history", "bank/transfer"]
        );
        assert_eq!(apis(&["--remove-api", "bank/*"]), ["crm/lookup"]);
    }

    #[test]
    fn a_module_without_apis_adds_nothing_and_is_noted() {
        let (draft, notes) = becomes(&["--api", "gone/*", "--api", "empty/*"]).unwrap();
        assert!(draft.apis.is_empty());
        assert_eq!(notes.len(), 2, "{notes:?}");
    }

    #[test]
    fn what_is_not_there_to_be_removed_is_noted() {
        let (_, notes) =
            becomes(&["--remove-api", "bank/no", "--remove-authentication", "no"]).unwrap();
        assert_eq!(notes.len(), 2, "{notes:?}");
    }

    #[test]
    fn an_api_goes_by_module_and_key() {
        for word in ["balance", "/", "bank/", "/balance"] {
            assert_eq!(
                becomes(&["--api", word]).unwrap_err().kind,
                FailureKind::Usage,
                "{word}"
            );
        }
    }

    #[test]
    fn of_several_ways_to_divide_a_name_the_one_that_is_there_is_meant() {
        let there = ApiName::new("a/b", "c/d");
        let api = |word: &str| match named(word, |api| *api == there).unwrap() {
            Named::Api(api) => (api.module.to_string(), api.key.to_string()),
            Named::Module(name) => (name, "*".to_owned()),
        };
        assert_eq!(api("a/b/c/d"), ("a/b".to_owned(), "c/d".to_owned()));
        assert_eq!(api("a/b/e"), ("a".to_owned(), "b/e".to_owned()));
        assert_eq!(api("a/b/*"), ("a/b".to_owned(), "*".to_owned()));
    }
}
