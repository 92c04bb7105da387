//! What is shown is what is written: for the demo, and for files like it.

use super::super::Tyk;
use crate::platform::document::tests::holds;

#[test]
fn what_is_shown_is_what_is_written() {
    let known_by = [
        "id",
        "_id",
        "api_id",
        "org_id",
        "dbId",
        "orgId",
        "name",
        "path",
        "method",
        "url",
        "event_name",
    ];
    holds(&Tyk, &known_by, 40);
}
