//! The paths.

use super::endpoint::Endpoint;
use super::{export, import};
use crate::http::routes::{Auth, Op, Routes};

/// The group of the description.
const TAG: &str = "tyk";

const JSON: &str = "application/json";

/// The parameters of an import.
const IMPORT: &[(&str, &str)] = &[
    (
        "preview",
        "true: report what the import would do, and write nothing",
    ),
    ("findings", "true: add the findings to the answer"),
    (
        "organisation",
        "FROM=TO: map one organisation to another; may be repeated",
    ),
];

/// The parameter of a list.
const PAGE: &[(&str, &str)] = &[("p", "The page, from 1; negative for all at once")];

/// Adds the routes.
pub(in crate::http) fn routes(routes: Routes) -> Routes {
    let admin = |op: Op| op.by(Auth::Admin);
    Endpoint::ALL
        .into_iter()
        .fold(routes, |routes, endpoint| {
            let import = move |service, audit, remote, note, query, body| {
                import::import(endpoint, service, audit, remote, note, query, body)
            };
            let op = admin(Op::post(endpoint.summary(), JSON)).with_query(IMPORT);
            routes.add(TAG, endpoint.path(), op, import)
        })
        .add(
            TAG,
            "/admin/organisations",
            admin(Op::get("List all organisations")),
            export::organisations,
        )
        .add(
            TAG,
            "/admin/organisations/{id}",
            admin(Op::get("Return one organisation")),
            export::organisation,
        )
        .add(
            TAG,
            "/api/apis",
            admin(Op::get("List APIs")).with_query(PAGE),
            export::apis,
        )
        .add(
            TAG,
            "/api/portal/policies",
            admin(Op::get("List policies")).with_query(PAGE),
            export::policies,
        )
}
