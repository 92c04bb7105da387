//! Masks in place of secrets: a file from where secrets are hidden, or copied from what is shown.

use std::collections::{HashMap, HashSet};

use super::super::field::{FieldDef, Role};
use super::super::index::{ApiName, Index, ScopeApi};
use super::super::item::holds_mask;
use super::super::kinds::{CLIENT, SCOPE};
use super::super::schema::{TABLES, TableId, group, open_key, vgroup, x_key};
use super::super::tables::Row;
use super::Comparer;
use crate::engine::secret::is_masked;
use crate::engine::{Candidate, Reason, masked_places};

/// Returns whether a field of this name may hold any text.
fn is_free(name: &str) -> bool {
    let mut fields = TABLES.iter().flat_map(|table| table.fields);
    !fields.any(|field| field.json == name && field.is_url)
}

impl<'w> Comparer<'_, 'w> {
    /// Blocks an item that would be written with a mask in place of a secret.
    pub(super) fn masked(&self, candidate: &Candidate) -> Vec<Reason> {
        let id = &candidate.item.id;
        let base = candidate.base.as_ref().map(|base| base.value.read());
        let mut places = masked_places(base.as_deref(), &candidate.item.value.read(), &is_free);
        if id.kind == CLIENT {
            places.extend(self.masked_keys(&id.key));
        }
        if id.kind == SCOPE {
            places.extend(self.masked_texts_of_apis(&id.key));
        }
        places.iter().map(|place| Reason::masked(place)).collect()
    }

    /// Returns the keys of a client that are masked themselves, and that the target does not have.
    fn masked_keys(&self, id: &str) -> Vec<String> {
        let [file, target] = [&self.sides.file, &self.sides.target];
        let (en, key) = (x_key::API_KEY_EN, open_key::OPEN_API_KEY);
        let masked = |text: &str, known: &HashSet<&str>| is_masked(text) && !known.contains(text);
        let known: HashSet<&str> = target.x_keys_of(id).map(|row| row.text(en)).collect();
        let x_keys = file
            .x_keys_of(id)
            .filter(|row| masked(row.text(en), &known));
        let x_keys: Vec<String> = x_keys
            .map(|row| format!("xApiKeys/{}/apiKeyEn", row.text(x_key::API_KEY_ALIAS)))
            .collect();
        let known: HashSet<&str> = target.open_keys_of(id).map(|row| row.text(key)).collect();
        let open_keys = file.open_keys_of(id);
        let open_keys = open_keys.filter(|row| masked(row.text(key), &known));
        let open_keys = open_keys.map(|row| {
            let alias = row.text(open_key::OPEN_API_KEY_ALIAS);
            format!("openApiKeys/{alias}/openApiKey")
        });
        x_keys.into_iter().chain(open_keys).collect()
    }

    /// Returns the texts of a scope's hidden groups that are not compared, and follow the file.
    fn masked_texts_of_apis(&self, name: &str) -> Vec<String> {
        let [file, target] = [&self.sides.file, &self.sides.target];
        let Some(scope) = file.scope_named(name) else {
            return Vec::new();
        };
        let group_of =
            |side: &Index<'w>, api: &ScopeApi<'w>| side.tables.row(TableId::Group, api.group);
        let there = target.scope_named(name);
        let there = there.map_or_else(Vec::new, |row| {
            target.scope_apis(row.text(vgroup::VGROUP_ID))
        });
        let there: HashMap<ApiName<'w>, &Row> = there
            .iter()
            .filter_map(|api| Some((api.api, group_of(target, api)?)))
            .collect();
        let follows = |field: &FieldDef| field.follows && field.role == Role::Compared;
        let apis = self.sides.importable_apis(scope.text(vgroup::VGROUP_ID));
        let masked = apis.iter().filter_map(|api| {
            let row = group_of(file, api)?;
            let base = there.get(&api.api);
            let mut texts = group::TABLE.columns().filter(|(_, field)| follows(field));
            let (_, field) = texts.find(|(index, field)| {
                let cell = row.cell(*index);
                base.is_none_or(|base| base.cell(*index) != cell) && holds_mask(field, cell)
            })?;
            let (module, key) = api.api;
            Some(format!("apis/{module}/{key}/{}", field.json))
        });
        masked.collect()
    }
}
