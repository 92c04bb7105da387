//! The form in which a scope is created and updated: input, choices, focus and
//! broken rules. Pure, and complete at every size.

mod reload;
mod rules;
mod typing;
mod values;

use std::collections::BTreeSet;
use std::sync::Arc;

use tui_input::Input;

use super::changes::differences;
use super::focus::Focus;
use super::picker::Picker;
use crate::engine::Violation;
use crate::scopes::{ApiName, Catalogue, Draft, Edit, Part, Scope, Span, Unit};
use crate::tui::{Glyphs, Line};

/// The task of a form; scopes are identified by their index in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Create,
    Update(usize),
    /// Only clients are picked, without fields.
    Give(usize),
}

/// What is typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines {
    pub(crate) name: Input,
    pub(crate) alias: Input,
    pub(crate) amount: Input,
    pub(crate) times: Input,
    pub(crate) description: Input,
}

/// A form.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) task: Task,
    /// The initial draft: for an update, the scope as it was.
    began: Draft,
    /// Numbers that cannot be parsed keep their last value.
    pub(crate) draft: Draft,
    began_lines: Lines,
    pub(crate) lines: Lines,
    pub(crate) unit: Unit,
    /// Modules of which APIs are in the scope, and those that wait for some.
    pub(crate) modules: BTreeSet<Arc<str>>,
    pub(crate) focus: Focus,
    /// The parts in which something was typed or chosen.
    touched: Vec<Part>,
    /// Whether a save was tried: from then on all broken rules are shown.
    tried: bool,
    violations: Vec<Violation>,
    /// Broken rules that the target reported, until their part is changed.
    refusals: Vec<Violation>,
    /// Any other failure, shown at the top.
    pub(crate) message: Vec<Line>,
    pub(crate) picker: Option<Picker>,
    /// The first visible row.
    pub(crate) top: usize,
}

impl Form {
    /// Returns the form for a new scope.
    pub(crate) fn create(catalogue: Arc<Catalogue>) -> Self {
        Self::new(catalogue, Task::Create, Draft::default())
    }

    /// Returns the form for a change of a scope, if there is one.
    pub(crate) fn update(catalogue: Arc<Catalogue>, index: usize) -> Option<Self> {
        let draft = Draft::of(&catalogue, catalogue.scopes().get(index)?);
        Some(Self::new(catalogue, Task::Update(index), draft))
    }

    /// Returns the picker of the clients that a scope can be given to, if
    /// there is such a scope.
    pub(crate) fn give(catalogue: Arc<Catalogue>, index: usize) -> Option<Self> {
        let scope = catalogue.scopes().get(index)?;
        let draft = Draft::of(&catalogue, scope);
        let picker = Picker::clients(&catalogue, scope);
        let mut form = Self::new(catalogue, Task::Give(index), draft);
        form.picker = Some(picker);
        Some(form)
    }

    fn lines_of(draft: &Draft) -> Lines {
        Lines {
            name: Input::new(draft.name.clone()),
            alias: Input::new(draft.alias.clone()),
            amount: Input::new(Span::new(draft.seconds).amount.to_string()),
            times: Input::new(draft.times.to_string()),
            description: Input::new(draft.description.clone()),
        }
    }

    fn new(catalogue: Arc<Catalogue>, task: Task, draft: Draft) -> Self {
        let lines = Self::lines_of(&draft);
        let unit = Span::new(draft.seconds).unit;
        let mut form = Self {
            catalogue,
            task,
            began: draft.clone(),
            modules: draft
                .apis
                .iter()
                .map(|api| Arc::clone(&api.module))
                .collect(),
            draft,
            began_lines: lines.clone(),
            lines,
            unit,
            focus: Focus::Name,
            touched: Vec::new(),
            tried: false,
            violations: Vec::new(),
            refusals: Vec::new(),
            message: Vec::new(),
            picker: None,
            top: 0,
        };
        form.check();
        form
    }

    /// Returns the scope that is changed or given.
    pub(crate) fn scope(&self) -> Option<&Scope> {
        self.scope_in(&self.catalogue)
    }

    fn scope_in<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c Scope> {
        match self.task {
            Task::Create => None,
            Task::Update(index) | Task::Give(index) => catalogue.scopes().get(index),
        }
    }

    /// Returns the title.
    pub(crate) fn title(&self) -> String {
        let name = self.scope().map_or("", |scope| &scope.name);
        match self.task {
            Task::Create => "Create API scope".to_owned(),
            Task::Update(_) => format!("Update API scope {name}"),
            Task::Give(_) => format!("Give API scope {name}"),
        }
    }

    /// Returns all focus positions in order.
    pub(crate) fn focuses(&self) -> Vec<Focus> {
        let mut focuses = vec![
            Focus::Name,
            Focus::Alias,
            Focus::Amount,
            Focus::Unit,
            Focus::Times,
            Focus::Authentications,
            Focus::Level,
            Focus::Description,
        ];
        focuses.extend((0..self.modules.len()).map(Focus::Module));
        focuses.extend([Focus::AddModule, Focus::Save, Focus::Cancel]);
        focuses
    }

    /// Moves the focus; from the last position to the first.
    pub(crate) fn move_focus(&mut self, forward: bool) {
        let focuses = self.focuses();
        let index = focuses
            .iter()
            .position(|focus| *focus == self.focus)
            .unwrap_or(0);
        let by = if forward { 1 } else { focuses.len() - 1 };
        self.focus = focuses
            .get((index + by) % focuses.len())
            .copied()
            .unwrap_or(Focus::Name);
    }

    /// Returns the module under the focus.
    pub(crate) fn module(&self) -> Option<&Arc<str>> {
        match self.focus {
            Focus::Module(index) => self.modules.iter().nth(index),
            _ => None,
        }
    }

    /// Counts the APIs of a module that are in the scope.
    pub(crate) fn chosen_of(&self, module: &Arc<str>) -> usize {
        self.draft
            .apis
            .range(ApiName::new(Arc::clone(module), "")..)
            .take_while(|api| api.module == *module)
            .count()
    }

    /// Returns the modules that are left out because none of their APIs is in
    /// the scope.
    pub(crate) fn left_out(&self) -> Vec<&Arc<str>> {
        self.modules
            .iter()
            .filter(|module| self.chosen_of(module) == 0)
            .collect()
    }

    const fn task_has_fields(&self) -> bool {
        !matches!(self.task, Task::Give(_))
    }

    /// Returns whether closing it would lose something.
    pub(crate) fn is_dirty(&self) -> bool {
        if !self.task_has_fields() {
            return false;
        }
        let typed = |lines: &Lines| {
            (
                lines.amount.value().to_owned(),
                lines.times.value().to_owned(),
            )
        };
        let held: BTreeSet<&Arc<str>> = self.began.apis.iter().map(|api| &api.module).collect();
        self.draft != self.began
            || typed(&self.lines) != typed(&self.began_lines)
            || !self.modules.iter().eq(held)
            || self.picker.as_ref().is_some_and(|picker| picker.is_changed)
    }

    /// Returns whether the scope differs from what it was.
    pub(crate) fn differs(&self) -> bool {
        self.draft != self.began
    }

    /// Returns the differences, with the labels of the product's page.
    pub(crate) fn differences(&self, width: usize, glyphs: &'static Glyphs) -> Vec<Line> {
        differences(&self.draft, Some(&self.began), width, glyphs)
    }

    /// Returns the edit.
    pub(crate) fn edit(&self) -> Option<Edit> {
        let scope = self.scope();
        Some(match self.task {
            Task::Create => Edit::Create(self.draft.clone()),
            Task::Update(_) => Edit::Update {
                id: Arc::clone(&scope?.id),
                seen: Box::new(self.began.clone()),
                draft: Box::new(self.draft.clone()),
            },
            Task::Give(_) => Edit::Give {
                id: Arc::clone(&scope?.id),
                name: Arc::clone(&scope?.name),
                clients: self
                    .picker
                    .as_ref()?
                    .chosen()
                    .map(|choice| Arc::clone(&choice.id))
                    .collect(),
            },
        })
    }
}
