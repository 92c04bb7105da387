//! The check before an edit is committed.

use super::catalogue::Catalogue;
use super::draft::Draft;
use super::edit::Edit;
use super::planned::Planned;
use super::rows::parts;
use crate::engine::Unpromised;
use crate::engine::promise::{Deviation, differences};
use crate::platform::digirunner::promises::{counters, moved, promises};
use crate::platform::digirunner::references;
use crate::platform::digirunner::schema::TableId;
use crate::platform::digirunner::written::after;
use crate::store::Touched;

impl Planned {
    /// Returns every difference between the planned and shown edit and the
    /// written rows.
    pub(crate) fn verify(&self, edit: &Edit, touched: Touched<'_>) -> Vec<Unpromised> {
        let mut rows = promises(&self.changes, &self.before);
        rows.extend(counters(touched));
        touched.with(&rows, &references::tables(), |promise| {
            let mut found = moved(&self.before, promise, touched);
            found.extend(promise.unpromised(touched.rows()));
            let shown = match edit {
                Edit::Create(draft) => Some(draft),
                Edit::Update { draft, .. } => Some(&**draft),
                _ => None,
            };
            // A different row is already reported.
            if let (Some(draft), Some(id), true) = (shown, &self.id, found.is_empty()) {
                let catalogue = Catalogue::new(parts(&after(&self.before, touched)));
                let now = catalogue
                    .scope(id)
                    .map(|scope| Draft::of(&catalogue, scope))
                    .unwrap_or_default();
                let key = serde_json::json!({ "vgroup_id": &**id }).to_string();
                found.extend(
                    differences(&draft.value(), &now.value())
                        .into_iter()
                        .map(|one| Unpromised {
                            column: Some(one.path),
                            ..promise.deviation(
                                TableId::Vgroup.table().name,
                                &key,
                                Deviation::Value,
                            )
                        }),
                );
            }
            found
        })
    }
}
