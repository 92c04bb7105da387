//! The paths.

use super::endpoint::Endpoint;
use super::one::{self, API, POLICY};
use super::{export, import};
use crate::http::routes::{Auth, Method, Op, Routes};

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

/// What the Dashboard has and we have not, and why.
const ABSENT: [(Method, &str, &str); 11] = [
    (Method::Delete, "/api/apis/{id}", NO_DELETE),
    (Method::Delete, "/api/portal/policies/{id}", NO_DELETE),
    (Method::Delete, "/admin/organisations/{id}", NO_DELETE),
    (Method::Delete, "/api/apis/oas/{id}", NO_DELETE),
    (Method::Post, "/api/apis/oas", NO_OAS),
    (Method::Put, "/api/apis/oas/{id}", NO_OAS),
    (Method::Patch, "/api/apis/oas/{id}", NO_OAS),
    (Method::Put, "/api/apis/oas/{id}/categories", NO_OAS),
    (Method::Post, "/admin/users", NO_USERS),
    (Method::Get, "/api/assets", NO_ASSETS),
    (Method::Post, "/api/assets", NO_ASSETS),
];

const NO_DELETE: &str =
    "Not implemented: imports never delete objects; undo the job that added one with gatediff undo";
const NO_OAS: &str = "Not implemented: the Dashboard derives the definition from an OpenAPI document; import \
                      what GET /api/apis has of the API, which holds both, with POST /admin/apis/import";
const NO_USERS: &str = "Not implemented: users are not configuration, and are not kept here";
const NO_ASSETS: &str =
    "Not implemented: assets are not kept here, only organisations, APIs and policies";

/// Adds the routes.
pub(in crate::http) fn routes(routes: Routes) -> Routes {
    let admin = |op: Op| op.by(Auth::Admin);
    let routes = Endpoint::ALL
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
        );
    let routes = [(API, "/api/apis"), (POLICY, "/api/portal/policies")]
        .into_iter()
        .fold(routes, |routes, (kind, path)| {
            let get = move |service, admin, id| one::get(kind, service, admin, id);
            let create =
                move |service, audit, by, body| one::create(kind, service, audit, by, body);
            let update =
                move |service, id, audit, by, body| one::update(kind, service, id, audit, by, body);
            let at = format!("{path}/{{id}}");
            routes
                .add(TAG, &at, admin(Op::get("Return one, by either id")), get)
                .add(TAG, path, admin(Op::post("Create one", JSON)), create)
                .add(TAG, &at, admin(Op::put("Replace one", JSON)), update)
        });
    let routes = ["/admin/users", "/api/users"]
        .into_iter()
        .fold(routes, |routes, path| {
            let op = admin(Op::get("List users: there are none here"));
            routes.add(TAG, path, op, one::users)
        });
    let document = admin(Op::get("Return the OpenAPI document of an API"));
    let routes = ["/api/apis/oas/{id}", "/api/apis/oas/{id}/export"]
        .into_iter()
        .fold(routes, |routes, path| {
            routes.add(TAG, path, document, one::oas)
        })
        .add(
            TAG,
            "/api/apis/oas/{id}/categories",
            admin(Op::get("Return the categories of an API")),
            one::categories,
        );
    ABSENT
        .into_iter()
        .fold(routes, |routes, (method, path, why)| {
            let absent = move |admin| one::absent(why, admin);
            routes.add(TAG, path, admin(Op::absent(method, why)), absent)
        })
}
