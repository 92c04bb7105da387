//! Items named in messages, as `kind:key`.

use crate::engine::display::some_of;
use crate::engine::{ItemId, Kind};

/// Reads an item's name, as the journal has it.
pub(super) fn item_id(item: &str) -> ItemId {
    let (kind, key) = item.split_once(':').unwrap_or(("", item));
    ItemId::new(Kind::named(kind.to_owned()), key)
}

/// Says which items were refused, and why.
pub(super) fn described<S: AsRef<str>>(items: &[S], message: &str) -> String {
    if items.is_empty() {
        return message.to_owned();
    }
    let named = items.iter().map(|item| {
        let ItemId { kind, key } = item_id(item.as_ref());
        format!("{kind} '{key}'")
    });
    format!("{}: {message}", some_of(named, MAX_NAMED))
}

/// How many items a message names.
const MAX_NAMED: usize = 5;
