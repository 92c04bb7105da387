//! What is wrong with the scopes of a target: states that the product itself
//! leaves behind.

use std::borrow::Cow;

use serde::Serialize;

use crate::engine::ItemId;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ailment {
    /// Which sort, such as `stale-oauth-ids`.
    pub code: Cow<'static, str>,
    /// The item that it is about.
    pub item: ItemId,
    /// What is wrong. May hold hostile data.
    pub message: String,
    /// What repairing it does; none where that is for the operator to decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<String>,
    /// What to do about it, where it is not repaired.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
}
