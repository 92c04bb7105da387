//! The screen of scopes: which are listed, in which order, and the selected one.

use std::sync::Arc;

use tui_input::Input;

use super::detail::{self, DetailRow};
use super::layout::{Half, Halves};
use crate::job::Failure;
use crate::scopes::{Catalogue, Edited, Filter, Label, Scope, ScopeFinding, Sort, SortKey};
use crate::tui::subject::{Location, Scoped};
use crate::tui::widget::{Line, List};

/// A row of the filter: what it selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Scopes of this authentication type, among others.
    Authentication(Label),
    /// Scopes of any level.
    AnyLevel,
    /// Scopes of this level alone.
    Level(Label),
}

/// What the detail was built from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DetailKey {
    id: Arc<str>,
    width: usize,
    reads: u64,
}

/// The screen of scopes.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    /// The target; unknown before the scopes are loaded if there is no review.
    pub(crate) place: Location,
    /// Why there are none.
    pub(crate) failure: Option<Failure>,
    pub(crate) half: Half,
    /// Give the whole screen to one half.
    pub(crate) zoom: bool,
    /// The line that is typed, while it is.
    pub(crate) prompt: Option<Input>,
    /// The indices of the listed scopes in the catalogue.
    pub(crate) list: List<usize>,
    pub(crate) detail: List<DetailRow>,
    /// The findings of the last check.
    pub(crate) findings: Vec<ScopeFinding>,
    /// The last edit of this session.
    pub(crate) edited: Option<Edited>,
    /// Whether something was written since the screen was opened: the comparison
    /// is stale then.
    pub(crate) wrote: bool,
    catalogue: Option<Arc<Catalogue>>,
    keyword: String,
    filter: Filter,
    sort: Sort,
    /// The scope to select after a reload.
    wanted: Option<Arc<str>>,
    head: Vec<Line>,
    detail_of: Option<DetailKey>,
    reads: u64,
}

impl Scopes {
    /// Returns the screen before anything was read.
    pub(crate) fn new(place: Location) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// Applies a load. Selection, search, filter and order are kept.
    pub(crate) fn take(&mut self, scoped: Scoped) {
        let wanted = self
            .wanted
            .take()
            .or_else(|| self.current().map(|scope| Arc::clone(&scope.id)));
        self.place = scoped.place;
        self.failure = None;
        self.reads += 1;
        // Choices that no longer exist could not be deselected in the filter.
        let catalogue = &scoped.catalogue;
        self.filter
            .authentications
            .retain(|id| catalogue.authentication(id).is_some());
        self.filter
            .level
            .take_if(|id| catalogue.level(id).is_none());
        self.catalogue = Some(scoped.catalogue);
        self.list_anew(wanted.as_deref());
    }

    /// Sets the scope to select after a reload.
    pub(crate) fn want(&mut self, id: Option<&Arc<str>>) {
        self.wanted = id.cloned();
    }

    /// Returns everything that was read.
    pub(crate) const fn catalogue(&self) -> Option<&Arc<Catalogue>> {
        self.catalogue.as_ref()
    }

    /// Returns the selected scope.
    pub(crate) fn current(&self) -> Option<&Scope> {
        self.catalogue.as_ref()?.scopes().get(self.at()?)
    }

    /// Returns the index of the selected scope in the catalogue.
    pub(crate) fn at(&self) -> Option<usize> {
        self.list.current().copied()
    }

    /// Returns what is searched for, as it was typed.
    pub(crate) fn keyword(&self) -> &str {
        &self.keyword
    }

    /// Returns which scopes are listed.
    pub(crate) const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Returns what they are sorted by.
    pub(crate) const fn sort_key(&self) -> SortKey {
        self.sort.key
    }

    /// Says how they are sorted.
    pub(crate) fn sorted(&self) -> String {
        let order = if self.sort.descending {
            ", descending"
        } else {
            ""
        };
        format!("sorted by {}{order}", self.sort.key.word())
    }

    /// Lists the scopes that a keyword finds.
    pub(crate) fn search(&mut self, keyword: &str) {
        if self.keyword != keyword {
            keyword.clone_into(&mut self.keyword);
            self.filter.words = Filter::keyword(keyword).words;
            self.list_again();
        }
    }

    /// Sorts by the next column.
    pub(crate) fn sort_by_next(&mut self) {
        let index = SortKey::ALL
            .iter()
            .position(|key| *key == self.sort.key)
            .unwrap_or(0);
        let next = SortKey::ALL.get((index + 1) % SortKey::ALL.len());
        self.sort.key = next.copied().unwrap_or_default();
        self.list_again();
    }

    /// Reverses the order.
    pub(crate) fn reverse(&mut self) {
        self.sort.descending = !self.sort.descending;
        self.list_again();
    }

    /// Returns what the filter offers.
    pub(crate) fn choices(&self) -> Vec<Choice> {
        let Some(catalogue) = &self.catalogue else {
            return Vec::new();
        };
        let authentications = catalogue
            .authentications()
            .iter()
            .cloned()
            .map(Choice::Authentication);
        let levels = catalogue.levels().iter().cloned().map(Choice::Level);
        authentications
            .chain([Choice::AnyLevel])
            .chain(levels)
            .collect()
    }

    /// Returns whether this choice of the filter is selected.
    pub(crate) fn is_chosen(&self, choice: &Choice) -> bool {
        match choice {
            Choice::Authentication(label) => self
                .filter
                .authentications
                .iter()
                .any(|id| **id == *label.id),
            Choice::AnyLevel => self.filter.level.is_none(),
            Choice::Level(label) => self.filter.level.as_deref() == Some(&label.id),
        }
    }

    /// Selects a choice of the filter, or deselects it.
    pub(crate) fn choose(&mut self, choice: &Choice) {
        let is_chosen = self.is_chosen(choice);
        match choice {
            Choice::Authentication(label) if is_chosen => {
                self.filter.authentications.retain(|id| **id != *label.id);
            }
            Choice::Authentication(label) => self.filter.authentications.push(label.id.to_string()),
            Choice::Level(label) if !is_chosen => self.filter.level = Some(label.id.to_string()),
            Choice::AnyLevel | Choice::Level(_) => self.filter.level = None,
        }
        self.list_again();
    }

    fn list_again(&mut self) {
        let id = self.current().map(|scope| Arc::clone(&scope.id));
        self.list_anew(id.as_deref());
    }

    /// Applies search, filter and order, and selects a scope, or the one now at
    /// its position if it is no longer listed.
    fn list_anew(&mut self, selected: Option<&str>) {
        let Some(catalogue) = &self.catalogue else {
            return;
        };
        let found = catalogue.search(&self.filter, self.sort);
        let is_selected =
            |index: &usize| catalogue.scopes().get(*index).map(|scope| &*scope.id) == selected;
        let index = found.iter().position(is_selected).unwrap_or(self.list.at());
        self.list.replace(found, index);
    }

    /// Updates windows and the detail after a change.
    pub(crate) fn settle(&mut self, halves: &Halves, jump: bool) {
        // A hidden half keeps its scroll position.
        if !halves.list.is_empty() {
            self.list.follow(halves.rows(), jump);
        }
        if !halves.detail.is_empty() {
            let inside = halves.inside(Half::Detail);
            self.settle_detail(usize::from(inside.width));
            self.detail.follow(usize::from(inside.height), jump);
        }
    }

    fn settle_detail(&mut self, width: usize) {
        let (Some(catalogue), Some(scope)) = (&self.catalogue, self.current()) else {
            self.detail.replace(Vec::new(), 0);
            self.detail_of = None;
            return;
        };
        let key = DetailKey {
            id: Arc::clone(&scope.id),
            width,
            reads: self.reads,
        };
        if self.detail_of.as_ref() == Some(&key) {
            return;
        }
        let is_same = self.detail_of.as_ref().is_some_and(|old| old.id == key.id);
        let (head, rows) = detail::build(catalogue, scope, width);
        self.detail
            .replace(rows, if is_same { self.detail.at() } else { 0 });
        self.head = head;
        self.detail_of = Some(key);
    }

    /// Lays a row of the detail out.
    pub(crate) fn detail_line(&self, row: DetailRow, warning: &str) -> Line {
        match (&self.catalogue, self.current()) {
            (Some(catalogue), Some(scope)) => {
                detail::line(catalogue, scope, &self.head, row, warning)
            }
            _ => Line::new(),
        }
    }

    /// Returns the selected scope in full, as text.
    pub(crate) fn text(&self, warning: &str) -> Option<String> {
        Some(detail::text(
            self.catalogue.as_ref()?,
            self.current()?,
            warning,
        ))
    }
}
