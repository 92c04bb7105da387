//! The counterparts of the imports: the target's objects, in the formats that
//! the imports accept.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::value::RawValue;

use super::admin::{Admin, AnyAdmin};
use super::endpoint::{Endpoint, PLATFORM};
use super::query::parameter;
use crate::http::problem::Problem;
use crate::http::queue::Does;
use crate::http::service::Service;
use crate::job::{self, ExportOptions, Exported, ObjectFilter, Reporter, Selection};

/// How many objects there are on a page.
const PAGE: usize = 10;

/// A list of objects as they are written, and how many pages there are.
struct List {
    objects: Vec<Box<RawValue>>,
    pages: i64,
}

/// All organisations.
pub(super) async fn organisations(
    State(service): State<Arc<Service>>,
    _: Admin,
) -> Result<Response, Problem> {
    let objects = objects(&service, Endpoint::Organisations, None).await?;
    Ok(json(
        &List { objects, pages: 0 }.text("organisations", "pages"),
    ))
}

/// One organisation, without an envelope.
pub(super) async fn organisation(
    State(service): State<Arc<Service>>,
    _: Admin,
    id: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Problem> {
    let absent = || Problem::new(StatusCode::NOT_FOUND, "Could not retrieve org detail");
    let Path(id) = id.map_err(|_| absent())?;
    let objects = objects(&service, Endpoint::Organisations, Some(id)).await?;
    objects
        .first()
        .map(|object| json(object.get()))
        .ok_or_else(absent)
}

/// APIs, page by page.
pub(super) async fn apis(
    State(service): State<Arc<Service>>,
    _: AnyAdmin,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let page = page(query.as_deref())?;
    let objects = objects(&service, Endpoint::Apis, None).await?;
    Ok(json(&List::of(objects, page).text("apis", "pages")))
}

/// Policies, page by page.
pub(super) async fn policies(
    State(service): State<Arc<Service>>,
    _: AnyAdmin,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let page = page(query.as_deref())?;
    let objects = objects(&service, Endpoint::Policies, None).await?;
    Ok(json(&List::of(objects, page).text("Data", "Pages")))
}

fn json(text: &str) -> Response {
    ([(CONTENT_TYPE, "application/json")], text.to_owned()).into_response()
}

/// Returns which page is asked for; negative means all at once.
fn page(query: Option<&str>) -> Result<i64, Problem> {
    match parameter(query, "p") {
        None | Some("") => Ok(1),
        Some(text) => text
            .parse()
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "p is not a number")),
    }
}

impl List {
    /// Cuts a page out of all objects.
    fn of(objects: Vec<Box<RawValue>>, page: i64) -> Self {
        if page < 0 {
            return Self { objects, pages: 1 };
        }
        let pages = i64::try_from(objects.len().div_ceil(PAGE)).unwrap_or(i64::MAX);
        let skipped = usize::try_from(page.max(1) - 1)
            .unwrap_or(usize::MAX)
            .saturating_mul(PAGE);
        Self {
            objects: objects.into_iter().skip(skipped).take(PAGE).collect(),
            pages,
        }
    }

    /// Writes the list, each object as it is.
    fn text(&self, list: &str, pages: &str) -> String {
        let objects: Vec<&str> = self.objects.iter().map(|object| object.get()).collect();
        format!(
            "{{\"{list}\":[{}],\"{pages}\":{}}}",
            objects.join(","),
            self.pages
        )
    }
}

/// Exports the objects of a kind, or one of them, each as received.
async fn objects(
    service: &Service,
    endpoint: Endpoint,
    id: Option<String>,
) -> Result<Vec<Box<RawValue>>, Problem> {
    let kind = endpoint.kind().to_string();
    let filter = id.map(|id| {
        (
            kind.clone(),
            ObjectFilter {
                ids: vec![id],
                names: Vec::new(),
            },
        )
    });
    let selection = Selection {
        include: vec![kind],
        objects: filter.into_iter().collect(),
        ..Selection::default()
    };
    let options = ExportOptions {
        selection,
        ..ExportOptions::default()
    };
    let _turn = service.queue.start(Does::Reads).await?;
    let (target, timeouts) = (&service.target, service.timeouts);
    let exported = job::export(
        Some(PLATFORM),
        &options,
        target,
        timeouts,
        &Reporter::silent(),
    )
    .await?;
    let taking = move || taken(endpoint, &exported);
    tokio::task::spawn_blocking(taking)
        .await
        .map_err(|_| Problem::internal())?
        .map_err(|error| {
            tracing::error!(%error, "an export is not in its own format");
            Problem::internal()
        })
}

/// Takes the objects out of an export of one kind.
fn taken(endpoint: Endpoint, exported: &Exported) -> Result<Vec<Box<RawValue>>, serde_json::Error> {
    let count: usize = exported.counts.iter().map(|(_, count)| count).sum();
    let list = match endpoint {
        _ if count == 0 => return Ok(Vec::new()),
        // One organisation is exported as it is imported, by itself.
        Endpoint::Organisations if count == 1 => {
            return Ok(vec![serde_json::from_slice(&exported.bytes)?]);
        }
        Endpoint::Organisations => "organisations",
        Endpoint::Apis => "apis",
        Endpoint::Policies => "Data",
    };
    let mut root: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(&exported.bytes)?;
    root.remove(list).map_or_else(
        || Ok(Vec::new()),
        |objects| serde_json::from_str(objects.get()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(count: usize, page: i64) -> String {
        let objects = (0..count)
            .map(|index| RawValue::from_string(index.to_string()).unwrap())
            .collect();
        List::of(objects, page).text("apis", "pages")
    }

    #[test]
    fn pages_have_ten_objects_and_a_negative_page_has_all() {
        assert_eq!(list(12, 1), r#"{"apis":[0,1,2,3,4,5,6,7,8,9],"pages":2}"#);
        assert_eq!(list(12, 2), r#"{"apis":[10,11],"pages":2}"#);
        assert_eq!(list(12, 0), list(12, 1));
        assert_eq!(list(12, 3), r#"{"apis":[],"pages":2}"#);
        assert_eq!(list(12, i64::MAX), r#"{"apis":[],"pages":2}"#);
        assert_eq!(list(2, -1), r#"{"apis":[0,1],"pages":1}"#);
        assert_eq!(list(0, 1), r#"{"apis":[],"pages":0}"#);
    }

    #[test]
    fn a_page_is_a_number() {
        assert_eq!(page(None).ok(), Some(1));
        assert_eq!(page(Some("sort=x&p=-2")).ok(), Some(-2));
        assert!(page(Some("p=all")).is_err());
    }
}
