//! The label of an item: its key, or its name if the key is a generated number.

use crate::engine::{Entry, Item, ItemId, Plan};

/// The minimum length of a generated key.
const OPAQUE: usize = 20;

/// Returns the first and second label of an item.
pub(crate) fn labels(entry: &Entry) -> (&str, &str) {
    let Item { id, name, .. } = &entry.item;
    labels_of(&id.key, name)
}

/// Returns the first and second label of a key and a name.
pub(crate) fn labels_of<'a>(key: &'a str, name: &'a str) -> (&'a str, &'a str) {
    if is_opaque(key) && !name.is_empty() {
        (name, key)
    } else {
        (key, name)
    }
}

/// Returns the label of an item of a plan; the key of others.
pub(crate) fn called(plan: &Plan, id: &ItemId) -> String {
    let entry = plan.position(id).and_then(|index| plan.entry(index));
    let label = entry.map_or(&*id.key, |entry| labels(entry).0);
    format!("{} {label}", id.kind)
}

/// Returns whether a key is generated: a UUID, an ObjectID.
fn is_opaque(key: &str) -> bool {
    key.len() >= OPAQUE
        && key
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::tests::support::{item, plan};

    #[test]
    fn an_item_is_called_by_its_key_unless_only_machines_read_it() {
        let first = |key: &str, name: &str| {
            let plan = plan(vec![item("client", key, name)], Vec::new(), Vec::new());
            labels(plan.entry(0).unwrap()).0.to_owned()
        };
        assert_eq!(first("crm", "CRM app"), "crm");
        assert_eq!(
            first("2c91808363dae20e0163dbef5a7d2de9", "Active Directory"),
            "Active Directory"
        );
        assert_eq!(first("24e5ad57-c12d-4e62-92fe-88c40b39aa01", "名"), "名");
        assert_eq!(
            first("2c91808363dae20e0163dbef5a7d2de9", ""),
            "2c91808363dae20e0163dbef5a7d2de9"
        );
        assert_eq!(
            first("customer-service-desk-app", "Desk"),
            "customer-service-desk-app"
        );
    }
}
