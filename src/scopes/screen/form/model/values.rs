//! Values that are chosen, one after the other or from a picker.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Form;
use crate::scopes::screen::form::focus::Focus;
use crate::scopes::screen::form::picker::{Picker, Topic};
use crate::scopes::{ApiName, Part, Unit};

impl Form {
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
