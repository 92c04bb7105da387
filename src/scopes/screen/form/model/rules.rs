//! The broken rules, and where they are shown.

use super::Form;
use crate::engine::Violation;
use crate::job::Failure;
use crate::scopes::screen::form::focus::Focus;
use crate::scopes::{Part, parse_amount, parse_times};
use crate::tui::{Line, Role};

impl Form {
    pub(super) fn changed(&mut self) {
        if let Some(part) = self.focus.part() {
            self.touch(part);
        }
    }

    pub(super) fn touch(&mut self, part: Part) {
        if !self.touched.contains(&part) {
            self.touched.push(part);
        }
        self.refusals
            .retain(|refusal| Part::of(refusal) != Some(part));
        self.check();
    }

    /// Reads the numbers and finds the rules that are broken, in the order of
    /// the fields.
    pub(super) fn check(&mut self) {
        let mut found = Vec::new();
        match parse_amount(self.lines.amount.value(), self.unit) {
            Ok(seconds) => self.draft.seconds = seconds,
            Err(violation) => found.push(violation),
        }
        match parse_times(self.lines.times.value()) {
            Ok(times) => self.draft.times = times,
            Err(violation) => found.push(violation),
        }
        let unread: Vec<Option<Part>> = found.iter().map(Part::of).collect();
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
            self.go_to(at_fields.first().and_then(Part::of));
        }
        self.message = match (has_field, elsewhere.as_slice()) {
            (true, []) => Vec::new(),
            (true, elsewhere) => violations(elsewhere),
            (false, _) => explained,
        };
        self.refusals = if has_field { at_fields } else { Vec::new() };
        self.tried = true;
        self.top = 0;
    }
}

/// Returns the broken rules that concern no field.
fn violations(violations: &[Violation]) -> Vec<Line> {
    let describe = |violation: &Violation| {
        let hint = if violation.hint.is_empty() {
            String::new()
        } else {
            format!(": {}", violation.hint)
        };
        Line::of(Role::Error, &format!("{violation}{hint}"))
    };
    violations.iter().map(describe).collect()
}
