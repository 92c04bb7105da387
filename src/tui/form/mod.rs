//! The form in which a scope is created and updated: input, choices, focus and
//! broken rules. Pure, and complete at every size.

mod changes;
mod layout;
mod picker;

use std::collections::BTreeSet;
use std::sync::Arc;

use tui_input::{Input, InputRequest};

use changes::differences;
pub(crate) use layout::{Area, lay, message, typed};
pub(crate) use picker::{Picker, Topic};

use super::theme::Glyphs;
use super::widget::{Line, window};
use crate::engine::Violation;
use crate::job::Failure;
use crate::scopes::{
    ApiName, Catalogue, Draft, Edit, Part, Scope, Span, Unit, parse_amount, parse_times,
};

/// The focus of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    Name,
    Alias,
    Amount,
    Unit,
    Times,
    Authentications,
    Level,
    Description,
    /// The module of this number in the list of modules.
    Module(usize),
    AddModule,
    Save,
    Cancel,
}

impl Focus {
    /// Returns the part of the scope that is edited there.
    pub(crate) const fn part(self) -> Option<Part> {
        Some(match self {
            Self::Name => Part::Name,
            Self::Alias => Part::Alias,
            Self::Amount | Self::Unit => Part::Duration,
            Self::Times => Part::Times,
            Self::Authentications => Part::Authentications,
            Self::Level => Part::Level,
            Self::Description => Part::Description,
            Self::Module(_) | Self::AddModule => Part::Apis,
            Self::Save | Self::Cancel => return None,
        })
    }

    /// Returns the first focus of a part.
    const fn of(part: Part) -> Self {
        match part {
            Part::Name => Self::Name,
            Part::Alias => Self::Alias,
            Part::Duration => Self::Amount,
            Part::Times => Self::Times,
            Part::Authentications => Self::Authentications,
            Part::Level => Self::Level,
            Part::Description => Self::Description,
            Part::Apis => Self::AddModule,
        }
    }
}

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

    /// Applies a reload; returns whether the scope still exists. Input is kept,
    /// all else is updated, so that a save does not silently undo a concurrent
    /// change.
    pub(crate) fn take(&mut self, catalogue: Arc<Catalogue>) -> bool {
        if let Task::Update(index) | Task::Give(index) = &mut self.task {
            let id = self.catalogue.scopes().get(*index).map(|scope| &scope.id);
            let found = catalogue
                .scopes()
                .iter()
                .position(|scope| Some(&scope.id) == id);
            let Some(now) = found else { return false };
            *index = now;
        }
        let scope = self.scope_in(&catalogue);
        let now = scope.map_or_else(Draft::default, |scope| Draft::of(&catalogue, scope));
        self.picker = self
            .picker
            .take()
            .map(|picker| picker.again(&catalogue, scope, &now));
        self.catalogue = catalogue;
        self.rebase(now);
        self.check();
        true
    }

    /// Rebases the draft: its changes relative to the old state are applied to
    /// the new one.
    fn rebase(&mut self, now: Draft) {
        let fresh = Self::lines_of(&now);
        let keep = |mine: &Input, began: &Input, now: &Input| {
            if mine.value() == began.value() {
                now.clone()
            } else {
                mine.clone()
            }
        };
        let (mine, began) = (&self.lines, &self.began_lines);
        let has_duration =
            mine.amount.value() != began.amount.value() || self.draft.seconds != self.began.seconds;
        let lines = Lines {
            name: keep(&mine.name, &began.name, &fresh.name),
            alias: keep(&mine.alias, &began.alias, &fresh.alias),
            amount: if has_duration {
                mine.amount.clone()
            } else {
                fresh.amount.clone()
            },
            times: keep(&mine.times, &began.times, &fresh.times),
            description: keep(&mine.description, &began.description, &fresh.description),
        };
        if !has_duration {
            self.unit = Span::new(now.seconds).unit;
        }
        let draft = Draft {
            name: lines.name.value().to_owned(),
            alias: lines.alias.value().to_owned(),
            description: lines.description.value().to_owned(),
            level: if self.draft.level == self.began.level {
                now.level.clone()
            } else {
                self.draft.level.clone()
            },
            seconds: now.seconds,
            times: now.times,
            authentications: merged(
                &self.draft.authentications,
                &self.began.authentications,
                &now.authentications,
            ),
            apis: merged(&self.draft.apis, &self.began.apis, &now.apis),
        };
        let held = |draft: &Draft| -> BTreeSet<Arc<str>> {
            draft
                .apis
                .iter()
                .map(|api| Arc::clone(&api.module))
                .collect()
        };
        let waiting = self
            .modules
            .difference(&held(&self.began))
            .cloned()
            .collect::<BTreeSet<_>>();
        self.modules = held(&draft).union(&waiting).cloned().collect();
        if let Focus::Module(index) = self.focus
            && index >= self.modules.len()
        {
            self.focus = Focus::AddModule;
        }
        (self.lines, self.began_lines, self.draft, self.began) = (lines, fresh, draft, now);
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

    /// Returns the input that has the focus.
    pub(crate) const fn line(&self) -> Option<&Input> {
        match self.focus {
            Focus::Name => Some(&self.lines.name),
            Focus::Alias => Some(&self.lines.alias),
            Focus::Amount => Some(&self.lines.amount),
            Focus::Times => Some(&self.lines.times),
            Focus::Description => Some(&self.lines.description),
            _ => None,
        }
    }

    const fn line_mut(&mut self) -> Option<&mut Input> {
        match self.focus {
            Focus::Name => Some(&mut self.lines.name),
            Focus::Alias => Some(&mut self.lines.alias),
            Focus::Amount => Some(&mut self.lines.amount),
            Focus::Times => Some(&mut self.lines.times),
            Focus::Description => Some(&mut self.lines.description),
            _ => None,
        }
    }

    /// Returns whether the focus takes letters as text.
    pub(crate) fn is_typing(&self) -> bool {
        match &self.picker {
            Some(picker) => picker.is_filtering,
            None => self.line().is_some(),
        }
    }

    /// Passes a key to the focused input; returns whether there is one.
    pub(crate) fn handle(&mut self, request: InputRequest) -> bool {
        let Some(line) = self.line_mut() else {
            return false;
        };
        if line.handle(request).is_some_and(|changed| changed.value) {
            self.typed();
        }
        true
    }

    /// Inserts pasted text into the focused input.
    pub(crate) fn paste(&mut self, text: &str) {
        if let Some(picker) = &mut self.picker {
            if picker.is_filtering {
                insert(&mut picker.filter, text);
                picker.narrow(&self.catalogue);
            }
            return;
        }
        let Some(line) = self.line_mut() else { return };
        insert(line, text);
        self.typed();
    }

    /// Applies the focused input to the draft.
    fn typed(&mut self) {
        let text = |line: &Input| line.value().to_owned();
        match self.focus {
            Focus::Name => self.draft.name = text(&self.lines.name),
            Focus::Alias => self.draft.alias = text(&self.lines.alias),
            Focus::Description => self.draft.description = text(&self.lines.description),
            _ => {}
        }
        self.changed();
    }

    /// Selects the next or previous value at the focus; returns whether it has
    /// values to cycle through.
    pub(crate) fn cycle(&mut self, forward: bool) -> bool {
        match self.focus {
            Focus::Unit => {
                let index = Unit::ALL.iter().position(|unit| *unit == self.unit);
                self.unit = next(&Unit::ALL, index, forward)
                    .copied()
                    .unwrap_or_default();
            }
            Focus::Level => {
                let levels = self.catalogue.levels();
                let index = levels
                    .iter()
                    .position(|level| *level.id == self.draft.level);
                let Some(level) = next(levels, index, forward) else {
                    return true;
                };
                self.draft.level = level.id.to_string();
            }
            _ => return false,
        }
        self.changed();
        true
    }

    /// Opens the picker of the focus; returns whether there is one.
    pub(crate) fn open(&mut self) -> bool {
        let picker = match self.focus {
            Focus::Authentications => Picker::authentications(&self.catalogue, &self.draft),
            Focus::Level => Picker::levels(&self.catalogue, &self.draft),
            Focus::Module(_) => {
                let Some(module) = self.module() else {
                    return false;
                };
                Picker::apis(&self.catalogue, module, &self.draft, &self.began)
            }
            Focus::AddModule => Picker::modules(&self.catalogue, &self.modules),
            _ => return false,
        };
        self.picker = Some(picker);
        true
    }

    /// Applies the selection, and closes the picker.
    pub(crate) fn apply(&mut self) {
        let Some(picker) = self.picker.take() else {
            return;
        };
        let chosen = || picker.chosen().map(|choice| &choice.id);
        match &picker.topic {
            Topic::Authentications => {
                self.draft.authentications = chosen().map(ToString::to_string).collect();
            }
            Topic::Level => {
                self.draft.level = chosen().map(ToString::to_string).next().unwrap_or_default();
            }
            Topic::Apis(module) => {
                self.draft.apis.retain(|api| api.module != *module);
                let apis = chosen().map(|key| ApiName::new(Arc::clone(module), Arc::clone(key)));
                self.draft.apis.extend(apis);
            }
            Topic::Modules => self.set_modules(chosen().cloned().collect()),
            Topic::Clients => {}
        }
        self.changed();
    }

    /// Sets the modules; the focus goes to the first new one.
    fn set_modules(&mut self, modules: BTreeSet<Arc<str>>) {
        let new = modules
            .iter()
            .position(|module| !self.modules.contains(module));
        self.modules = modules;
        self.draft
            .apis
            .retain(|api| self.modules.contains(&api.module));
        self.focus = new.map_or(Focus::AddModule, Focus::Module);
    }

    /// Removes the focused module and its APIs from the scope; returns its name.
    pub(crate) fn remove_module(&mut self) -> Option<Arc<str>> {
        let module = Arc::clone(self.module()?);
        self.modules.remove(&module);
        self.draft.apis.retain(|api| api.module != module);
        if self.module().is_none() {
            self.focus = Focus::AddModule;
        }
        // The row below has moved up under the focus.
        self.touch(Part::Apis);
        Some(module)
    }

    fn changed(&mut self) {
        if let Some(part) = self.focus.part() {
            self.touch(part);
        }
    }

    fn touch(&mut self, part: Part) {
        if !self.touched.contains(&part) {
            self.touched.push(part);
        }
        self.refusals
            .retain(|refusal| Part::of(refusal) != Some(part));
        self.check();
    }

    /// Reads the numbers and finds the rules that are broken, in the order of
    /// the fields.
    fn check(&mut self) {
        let mut found = Vec::new();
        match parse_amount(self.lines.amount.value(), self.unit) {
            Ok(seconds) => self.draft.seconds = seconds,
            Err(violation) => found.push(violation),
        }
        match parse_times(self.lines.times.value()) {
            Ok(times) => self.draft.times = times,
            Err(violation) => found.push(violation),
        }
        let unread: Vec<Option<Part>> = found.iter().map(|violation| Part::of(violation)).collect();
        let broken = self.draft.check(&self.catalogue, self.scope());
        found.extend(
            broken
                .into_iter()
                .filter(|violation| !unread.contains(&Part::of(violation))),
        );
        if let Some(scope) = self.scope() {
            found.extend(self.draft.check_holders(&self.catalogue, scope));
        }
        found.sort_by_key(|violation| {
            Part::ALL
                .iter()
                .position(|part| Some(*part) == Part::of(violation))
        });
        self.violations = found;
    }

    /// Returns the broken rules of a part that are to be shown: not those of a
    /// field that was not edited yet.
    pub(crate) fn describe(&self, part: Part) -> impl Iterator<Item = &Violation> {
        let is_untouched = !self.tried && !self.touched.contains(&part);
        let is_quiet = is_untouched && part == Part::Name && self.draft.name.is_empty();
        let of = move |violation: &&Violation| Part::of(violation) == Some(part);
        self.violations
            .iter()
            .filter(move |_| !is_quiet)
            .chain(&self.refusals)
            .filter(of)
    }

    /// Makes it ready to be saved.
    ///
    /// # Errors
    ///
    /// Returns the first rule that is broken, with the focus on its field.
    pub(crate) fn ready(&mut self) -> Result<(), Violation> {
        self.tried = true;
        self.message.clear();
        self.refusals.clear();
        self.check();
        let Some(first) = self.violations.first().cloned() else {
            return Ok(());
        };
        self.go_to(Part::of(&first));
        Err(first)
    }

    fn go_to(&mut self, part: Option<Part>) {
        self.focus = match part {
            Some(Part::Apis) if !self.modules.is_empty() => Focus::Module(0),
            Some(part) => Focus::of(part),
            None => self.focus,
        };
    }

    /// Shows why it was not saved: at the field concerned, else at the top.
    pub(crate) fn refused(&mut self, failure: &Failure, explained: Vec<Line>) {
        let (at_fields, elsewhere): (Vec<_>, Vec<_>) = failure
            .violations
            .iter()
            .cloned()
            .partition(|violation| violation.field.is_some());
        let has_field = !at_fields.is_empty() && self.task_has_fields();
        if has_field {
            self.go_to(at_fields.first().and_then(|violation| Part::of(violation)));
        }
        self.message = match (has_field, elsewhere.as_slice()) {
            (true, []) => Vec::new(),
            (true, elsewhere) => layout::violations(elsewhere),
            (false, _) => explained,
        };
        self.refusals = if has_field { at_fields } else { Vec::new() };
        self.tried = true;
        self.top = 0;
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

    /// Keeps the focus and the picker's cursor within the window.
    pub(crate) fn settle(
        &mut self,
        size: (u16, u16),
        accessible: bool,
        jump: bool,
        glyphs: &'static Glyphs,
    ) {
        let space = Area::new(size, accessible);
        if let Some(picker) = &mut self.picker {
            let message = message(&self.message, space.width).len();
            picker
                .list
                .follow(space.height.saturating_sub(message + 1), jump);
            return;
        }
        let rows = lay(self, space.width, glyphs);
        let focus = rows.iter().position(|row| row.has_focus).unwrap_or(0);
        // Broken rules of a field are shown below it.
        let below = rows
            .iter()
            .skip(focus + 1)
            .take_while(|row| row.belongs)
            .count();
        self.top = window(rows.len(), focus + below, self.top, space.height).start;
        self.top = window(rows.len(), focus, self.top, space.height).start;
        // The rows above the first field scroll with it.
        if self.focus == Focus::Name && focus < space.height {
            self.top = 0;
        }
    }
}

/// Inserts text into an input at its cursor, as one line: line breaks become
/// blanks. NUL, which no database stores, is dropped.
fn insert(line: &mut Input, text: &str) {
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
    let parts = text.split(breaks).filter(|part| !part.is_empty());
    let text = parts.collect::<Vec<_>>().join(" ").replace('\0', "");
    let cursor = line.cursor();
    let mut value: String = line.value().chars().take(cursor).collect();
    value.push_str(&text);
    value.extend(line.value().chars().skip(cursor));
    *line = Input::new(value).with_cursor(cursor + text.chars().count());
}

/// Applies the changes from the old state to the new state.
fn merged<T: Ord + Clone>(
    mine: &BTreeSet<T>,
    began: &BTreeSet<T>,
    now: &BTreeSet<T>,
) -> BTreeSet<T> {
    let kept = now
        .iter()
        .filter(|one| mine.contains(one) || !began.contains(one));
    kept.chain(mine.difference(began)).cloned().collect()
}

/// Returns the next or previous position, with wrap-around.
fn next<T>(all: &[T], index: Option<usize>, forward: bool) -> Option<&T> {
    let by = if forward {
        1
    } else {
        all.len().saturating_sub(1)
    };
    all.get(index.map_or(0, |index| (index + by) % all.len().max(1)))
}
