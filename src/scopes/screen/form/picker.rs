//! Pickers of any length: modules, APIs, authentication types, a level, clients.
//! Only the visible rows are formatted.

use std::collections::BTreeSet;
use std::sync::Arc;

use tui_input::Input;

use crate::scopes::{ApiInfo, Catalogue, Draft, Label, MAX_APIS, Scope};
use crate::tui::widget::{List, count};

/// What is picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Modules,
    /// Those of a module.
    Apis(Arc<str>),
    Authentications,
    Level,
    Clients,
}

impl Topic {
    /// Returns the title.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::Modules => "Modules".to_owned(),
            Self::Apis(module) => format!("APIs of {module}"),
            Self::Authentications => "Authentication types".to_owned(),
            Self::Level => "Security level".to_owned(),
            Self::Clients => "Clients".to_owned(),
        }
    }

    /// Returns why there is nothing to choose.
    pub(crate) const fn nothing(&self) -> &'static str {
        match self {
            Self::Modules => "The target has no APIs.",
            Self::Apis(_) => "The module has no APIs.",
            Self::Authentications => "The target has no authentication types.",
            Self::Level => "The target has no security levels.",
            Self::Clients => {
                "No clients to choose: each already has the scope or has another security level."
            }
        }
    }
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) id: Arc<str>,
    /// Its index in the catalogue's list.
    index: usize,
    pub(crate) is_chosen: bool,
    /// Whether the target does not have it.
    pub(crate) is_missing: bool,
    /// Why it cannot be chosen.
    pub(crate) barred: Option<String>,
}

impl Choice {
    fn new(id: &Arc<str>, index: usize, is_chosen: bool) -> Self {
        Self {
            id: Arc::clone(id),
            index,
            is_chosen,
            is_missing: false,
            barred: None,
        }
    }
}

/// A list to choose from.
#[derive(Clone, Debug)]
pub(crate) struct Picker {
    pub(crate) topic: Topic,
    /// All choices: the initially selected ones come first.
    choices: Vec<Choice>,
    /// The indices of the listed ones.
    pub(crate) list: List<usize>,
    pub(crate) filter: Input,
    pub(crate) is_filtering: bool,
    /// Whether the selection was changed.
    pub(crate) is_changed: bool,
}

impl Picker {
    fn new(topic: Topic, mut choices: Vec<Choice>) -> Self {
        if topic != Topic::Level {
            choices.sort_by_key(|choice| !choice.is_chosen);
        }
        let index = if topic == Topic::Level {
            choices.iter().position(|choice| choice.is_chosen)
        } else {
            None
        };
        let mut list = List::default();
        list.replace((0..choices.len()).collect(), index.unwrap_or(0));
        Self {
            topic,
            choices,
            list,
            filter: Input::default(),
            is_filtering: false,
            is_changed: false,
        }
    }

    /// Returns the picker of modules.
    pub(super) fn modules(catalogue: &Catalogue, chosen: &BTreeSet<Arc<str>>) -> Self {
        let modules = catalogue.modules().iter().enumerate();
        let choices = modules.map(|(index, module)| {
            let choice = Choice::new(&module.name, index, chosen.contains(&module.name));
            let mut apis = catalogue
                .apis()
                .get(module.apis.clone())
                .unwrap_or_default()
                .iter();
            let is_missing = apis.all(ApiInfo::is_missing);
            bar(Choice {
                is_missing,
                ..choice
            })
        });
        Self::new(Topic::Modules, choices.collect())
    }

    /// Returns the picker of a module's APIs. Those the scope `began` with may be
    /// deselected and selected again even if they are missing in the target.
    pub(super) fn apis(
        catalogue: &Catalogue,
        module: &Arc<str>,
        draft: &Draft,
        began: &Draft,
    ) -> Self {
        let modules = catalogue.modules();
        let found = modules
            .binary_search_by(|other| other.name.cmp(module))
            .ok();
        let range = found
            .and_then(|index| modules.get(index))
            .map(|module| module.apis.clone())
            .unwrap_or_default();
        let apis = range.filter_map(|index| Some((index, catalogue.apis().get(index)?)));
        let choices = apis.map(|(index, api)| {
            let choice = Choice::new(&api.name.key, index, draft.apis.contains(&api.name));
            let choice = Choice {
                is_missing: api.is_missing(),
                ..choice
            };
            if began.apis.contains(&api.name) {
                choice
            } else {
                bar(choice)
            }
        });
        Self::new(Topic::Apis(Arc::clone(module)), choices.collect())
    }

    /// Returns the picker of authentication types.
    pub(super) fn authentications(catalogue: &Catalogue, draft: &Draft) -> Self {
        let known = catalogue.authentications();
        let mut choices = labels(known, |id| draft.authentications.contains(id));
        let missing = draft
            .authentications
            .iter()
            .filter(|id| catalogue.authentication(id).is_none());
        choices.extend(missing.map(|id| {
            let choice = Choice::new(&id.as_str().into(), usize::MAX, true);
            bar(Choice {
                is_missing: true,
                ..choice
            })
        }));
        Self::new(Topic::Authentications, choices)
    }

    /// Returns the picker of the level.
    pub(super) fn levels(catalogue: &Catalogue, draft: &Draft) -> Self {
        Self::new(
            Topic::Level,
            labels(catalogue.levels(), |id| draft.level == id),
        )
    }

    /// Returns the picker of the clients that a scope can be given to.
    pub(super) fn clients(catalogue: &Catalogue, scope: &Scope) -> Self {
        let takers = catalogue.takers(scope).filter_map(|client| {
            let index = catalogue
                .clients()
                .binary_search_by(|other| other.id.cmp(&client.id))
                .ok()?;
            let groups = client.groups + scope.apis.len();
            let mut choice = Choice::new(&client.id, index, false);
            if groups > MAX_APIS {
                choice.barred = Some(format!(
                    "{} would have {groups} groups; the maximum is {MAX_APIS}",
                    client.id
                ));
            }
            Some(choice)
        });
        Self::new(Topic::Clients, takers.collect())
    }

    /// Returns the picker after a reload: the selection is kept where possible.
    pub(super) fn again(self, catalogue: &Catalogue, scope: Option<&Scope>, now: &Draft) -> Self {
        let chosen: BTreeSet<Arc<str>> =
            self.chosen().map(|choice| Arc::clone(&choice.id)).collect();
        let mut next = match (&self.topic, scope) {
            (Topic::Modules, _) => Self::modules(catalogue, &chosen),
            (Topic::Apis(module), _) => Self::apis(catalogue, module, now, now),
            (Topic::Authentications, _) => Self::authentications(catalogue, now),
            (Topic::Level, _) => Self::levels(catalogue, now),
            (Topic::Clients, Some(scope)) => Self::clients(catalogue, scope),
            (Topic::Clients, None) => Self::new(Topic::Clients, Vec::new()),
        };
        for choice in &mut next.choices {
            let can = choice.is_chosen || choice.barred.is_none();
            choice.is_chosen = chosen.contains(&choice.id) && can;
        }
        let next = Self {
            filter: self.filter,
            is_filtering: self.is_filtering,
            ..next
        };
        Self {
            is_changed: self.is_changed,
            ..next.narrowed(catalogue)
        }
    }

    fn narrowed(mut self, catalogue: &Catalogue) -> Self {
        self.narrow(catalogue);
        self
    }

    /// Returns the selection, listed or not.
    pub(crate) fn chosen(&self) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(|choice| choice.is_chosen)
    }

    /// Returns how many there are in all.
    pub(crate) const fn total(&self) -> usize {
        self.choices.len()
    }

    /// Returns the choice at a row of the list.
    pub(crate) fn row(&self, row: usize) -> Option<&Choice> {
        self.choices.get(*self.list.rows().get(row)?)
    }

    /// Returns the choice under the cursor.
    pub(crate) fn current(&self) -> Option<&Choice> {
        self.row(self.list.at())
    }

    /// Returns whether only one can be chosen.
    pub(crate) fn is_single(&self) -> bool {
        self.topic == Topic::Level
    }

    /// Selects the choice under the cursor, or deselects it.
    pub(crate) fn toggle(&mut self) {
        let Some(index) = self.list.current().copied() else {
            return;
        };
        let is_single = self.is_single();
        if is_single {
            self.choices
                .iter_mut()
                .for_each(|choice| choice.is_chosen = false);
        }
        let Some(choice) = self.choices.get_mut(index) else {
            return;
        };
        choice.is_chosen = is_single || (!choice.is_chosen && choice.barred.is_none());
        self.is_changed = true;
    }

    /// Selects all listed choices that can be selected; if all of them are,
    /// deselects them. Returns how many are selected now.
    pub(crate) fn toggle_all(&mut self) -> usize {
        let listed = self.list.rows();
        let can = |choice: &Choice| choice.is_chosen || choice.barred.is_none();
        let mut of = listed
            .iter()
            .filter_map(|index| self.choices.get(*index))
            .filter(|choice| can(choice));
        let wanted = of.any(|choice| !choice.is_chosen);
        for index in listed {
            if let Some(choice) = self.choices.get_mut(*index).filter(|choice| can(choice)) {
                choice.is_chosen = wanted;
            }
        }
        self.is_changed = true;
        self.chosen().count()
    }

    /// Applies the filter, with the cursor on the first match; without words
    /// everything is listed, with the cursor where it was.
    pub(crate) fn narrow(&mut self, catalogue: &Catalogue) {
        let words: Vec<String> = self
            .filter
            .value()
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let here = self.list.current().copied();
        let listed: Vec<usize> = self
            .choices
            .iter()
            .enumerate()
            .filter(|(_, choice)| words.is_empty() || self.is_wanted(choice, &words, catalogue))
            .map(|(index, _)| index)
            .collect();
        let index = if words.is_empty() {
            listed.iter().position(|index| Some(*index) == here)
        } else {
            None
        };
        self.list.replace(listed, index.unwrap_or(0));
    }

    /// Returns whether all of the words occur in a choice; a module is also found
    /// by its APIs.
    fn is_wanted(&self, choice: &Choice, words: &[String], catalogue: &Catalogue) -> bool {
        match &self.topic {
            Topic::Apis(_) => catalogue
                .apis()
                .get(choice.index)
                .is_some_and(|api| api.has(words)),
            Topic::Modules => {
                let module = catalogue.modules().get(choice.index);
                let apis = module.and_then(|module| catalogue.apis().get(module.apis.clone()));
                apis.unwrap_or_default().iter().any(|api| api.has(words))
            }
            Topic::Authentications | Topic::Level | Topic::Clients => {
                let text =
                    format!("{}\n{}", choice.id, self.name(choice, catalogue)).to_lowercase();
                words.iter().all(|word| text.contains(word.as_str()))
            }
        }
    }

    /// Returns the name of a choice besides its id.
    pub(crate) fn name(&self, choice: &Choice, catalogue: &Catalogue) -> String {
        let label = |labels: &[Label]| labels.get(choice.index).map(|label| label.name.to_string());
        let name = match &self.topic {
            Topic::Modules => {
                let module = catalogue.modules().get(choice.index);
                module.map(|module| count(module.apis.len(), "API", "APIs"))
            }
            Topic::Apis(_) => catalogue
                .apis()
                .get(choice.index)
                .and_then(|api| api.title.as_ref())
                .map(ToString::to_string),
            Topic::Authentications => label(catalogue.authentications()),
            Topic::Level => label(catalogue.levels()),
            Topic::Clients => catalogue.clients().get(choice.index).map(|client| {
                let alias = client
                    .alias
                    .as_deref()
                    .map(|alias| format!(" ({alias})"))
                    .unwrap_or_default();
                format!("{}{alias}", client.name)
            }),
        };
        name.unwrap_or_default()
    }

    /// Returns the note on a choice.
    pub(crate) fn note(&self, choice: &Choice, catalogue: &Catalogue) -> String {
        match &self.topic {
            _ if choice.is_missing => "missing in the target".to_owned(),
            Topic::Clients => {
                let groups = catalogue
                    .clients()
                    .get(choice.index)
                    .map_or(0, |client| client.groups);
                format!("{groups} of {MAX_APIS} groups")
            }
            _ => String::new(),
        }
    }

    /// Returns how many are selected: `3 of 120 selected`.
    pub(crate) fn tally(&self) -> String {
        let (chosen, total) = (self.chosen().count(), self.total());
        if self.is_single() {
            count(total, "level", "levels")
        } else {
            format!("{chosen} of {total} selected")
        }
    }
}

/// Keeps what is missing in the target from being selected.
fn bar(choice: Choice) -> Choice {
    let barred = choice.is_missing.then(|| {
        format!(
            "{} is missing in the target: it can only be deselected",
            choice.id
        )
    });
    Choice { barred, ..choice }
}

fn labels(labels: &[Label], is_chosen: impl Fn(&str) -> bool) -> Vec<Choice> {
    labels
        .iter()
        .enumerate()
        .map(|(index, label)| Choice::new(&label.id, index, is_chosen(&label.id)))
        .collect()
}
