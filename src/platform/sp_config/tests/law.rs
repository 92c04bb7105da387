//! What is shown is what is written: for the demo, and for files like it.

use super::super::SpConfig;
use crate::platform::document::tests::holds;

#[test]
fn what_is_shown_is_what_is_written() {
    let known_by = [
        "id",
        "name",
        "type",
        "self",
        "jwsHeader",
        "jwsSignature",
        "connector",
        "triggerId",
    ];
    holds(&SpConfig, &known_by, 60);
}
