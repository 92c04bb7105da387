//! A reload while the form is open: what was typed and chosen is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use tui_input::Input;

use super::{Form, Lines, Task};
use crate::scopes::screen::form::focus::Focus;
use crate::scopes::{Catalogue, Draft, Span};

impl Form {
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
