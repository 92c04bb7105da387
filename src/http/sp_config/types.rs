//! The platform, and the types that it supports.

use crate::engine::display::safe;
use crate::job::sp_config;
use crate::job::task::TaskKind;

/// The platform's word.
pub(super) const FORMAT: &str = "sp-config";

/// Returns why a task fails that names unknown types.
pub(super) fn unsupported(types: &[String], kind: TaskKind) -> Option<String> {
    let is_supported = match kind {
        TaskKind::Import => sp_config::is_importable,
        TaskKind::Export => sp_config::is_exportable,
    };
    let unknown: Vec<&str> = types
        .iter()
        .map(String::as_str)
        .filter(|word| !is_supported(word))
        .collect();
    let words = unknown.join(", ");
    let describe = || {
        format!(
            "java.lang.IllegalArgumentException: Supplied types are not supported: [{}]",
            safe(&words)
        )
    };
    (!unknown.is_empty()).then(describe)
}
