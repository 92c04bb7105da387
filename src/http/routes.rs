//! The routes, each added together with its description: `GET /openapi.json` has
//! exactly what is answered.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement,
    SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder,
    PathItem, Paths, Required, ResponseBuilder, Type,
};

use super::health::{HEALTH, LIVE, READY};
use super::metrics::METRICS;
use super::service::Service;

/// The path of the description.
pub(super) const OPENAPI: &str = "/openapi.json";

/// Paths whose requests are not in the ledger: machines ask for them all the
/// time, and they say nothing about anybody.
pub(super) const UNRECORDED: [&str; 5] = [HEALTH, LIVE, READY, METRICS, OPENAPI];

/// The header with the administrator's secret, and the token's endpoint.
const ADMIN: &str = "adminSecret";
const BEARER: &str = "oauth2";

/// Who may send a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Auth {
    /// Everybody.
    None,
    /// Who has the administrator's secret.
    Admin,
    /// Who has a token with one of these scopes.
    Scopes(&'static [&'static str]),
}

/// What a request brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brings {
    /// Nothing.
    Nothing,
    /// A body of this media type.
    Body(&'static str),
}

/// An operation, for its description and its route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Op {
    pub(super) method: Method,
    /// What it does, in one line.
    pub(super) summary: &'static str,
    pub(super) auth: Auth,
    pub(super) brings: Brings,
    /// The parameters of its query: name and meaning.
    pub(super) query: &'static [(&'static str, &'static str)],
    /// The status of a success.
    pub(super) success: StatusCode,
}

/// The methods that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    const fn described(self) -> HttpMethod {
        match self {
            Self::Get => HttpMethod::Get,
            Self::Post => HttpMethod::Post,
            Self::Put => HttpMethod::Put,
            Self::Patch => HttpMethod::Patch,
            Self::Delete => HttpMethod::Delete,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }
}

impl Op {
    const fn new(method: Method, summary: &'static str, brings: Brings) -> Self {
        Self {
            method,
            summary,
            auth: Auth::None,
            brings,
            query: &[],
            success: StatusCode::OK,
        }
    }

    /// Returns one that reads.
    pub(super) const fn get(summary: &'static str) -> Self {
        Self::new(Method::Get, summary, Brings::Nothing)
    }

    /// Returns one that is posted with a body.
    pub(super) const fn post(summary: &'static str, kind: &'static str) -> Self {
        Self::new(Method::Post, summary, Brings::Body(kind))
    }

    /// Returns one that is put with a body.
    pub(super) const fn put(summary: &'static str, kind: &'static str) -> Self {
        Self::new(Method::Put, summary, Brings::Body(kind))
    }

    /// Returns one that there is not, for this reason.
    pub(super) const fn absent(method: Method, why: &'static str) -> Self {
        Self::new(method, why, Brings::Nothing).answers(StatusCode::NOT_IMPLEMENTED)
    }

    pub(super) const fn by(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    pub(super) const fn with_query(
        mut self,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.query = query;
        self
    }

    pub(super) const fn answers(mut self, success: StatusCode) -> Self {
        self.success = success;
        self
    }

    /// Describes it at a path.
    fn described(&self, path: &str, tag: &str) -> Operation {
        let mut operation = OperationBuilder::new()
            .summary(Some(self.summary))
            .tag(tag)
            .operation_id(Some(operation_id(self.method, path)));
        for name in parameters(path) {
            operation = operation.parameter(
                ParameterBuilder::new()
                    .name(name)
                    .parameter_in(ParameterIn::Path)
                    .required(Required::True)
                    .schema(Some(text())),
            );
        }
        for (name, meaning) in self.query {
            operation = operation.parameter(
                ParameterBuilder::new()
                    .name(*name)
                    .parameter_in(ParameterIn::Query)
                    .required(Required::False)
                    .description(Some(*meaning))
                    .schema(Some(text())),
            );
        }
        if let Brings::Body(kind) = self.brings {
            let body = RequestBodyBuilder::new()
                .content(kind, ContentBuilder::new().schema(Some(object())).build())
                .required(Some(Required::True));
            operation = operation.request_body(Some(body.build()));
        }
        match self.auth {
            Auth::None => {}
            Auth::Admin => {
                operation = operation.security(SecurityRequirement::new(ADMIN, [""; 0]));
            }
            Auth::Scopes(scopes) => {
                for scope in scopes {
                    operation = operation.security(SecurityRequirement::new(BEARER, [*scope]));
                }
            }
        }
        for (status, meaning) in self.statuses(path) {
            let mut response = ResponseBuilder::new().description(meaning);
            let is_text = matches!(path, METRICS);
            if !is_text {
                let content = ContentBuilder::new().schema(Some(object())).build();
                response = response.content("application/json", content);
            }
            operation = operation.response(status.as_str(), response.build());
        }
        operation.build()
    }

    /// Returns every status that it answers with, and what that means: what
    /// follows from how it is asked is stated here, for all of them.
    fn statuses(&self, path: &str) -> Vec<(StatusCode, &'static str)> {
        let is_there = self.success != StatusCode::NOT_IMPLEMENTED;
        let meaning = if is_there { "Success" } else { self.summary };
        let mut statuses = vec![(self.success, meaning)];
        if !self.query.is_empty() || self.brings != Brings::Nothing {
            statuses.push((StatusCode::BAD_REQUEST, "The request is malformed"));
        }
        if self.auth != Auth::None {
            statuses.push((StatusCode::UNAUTHORIZED, "No valid credential"));
            statuses.push((StatusCode::TOO_MANY_REQUESTS, "Come again later"));
        }
        if matches!(self.auth, Auth::Scopes(_)) {
            statuses.push((StatusCode::FORBIDDEN, "The credential does not suffice"));
        }
        if path.contains('{') && is_there {
            statuses.push((StatusCode::NOT_FOUND, "Not found"));
        }
        if self.brings != Brings::Nothing {
            statuses.push((
                StatusCode::REQUEST_TIMEOUT,
                "The body did not arrive in time",
            ));
            statuses.push((StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"));
        }
        if path != LIVE {
            statuses.push((
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is busy or stopping, or the database cannot be reached",
            ));
        }
        statuses
    }
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn object() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Object)
}

/// Returns the names of a path's parameters.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.trim_start_matches('*'))
}

/// Returns the name of an operation, which no other one has.
fn operation_id(method: Method, path: &str) -> String {
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.fold(method.word().to_owned(), |mut id, word| {
        id.push('_');
        id.push_str(word);
        id
    })
}

/// Routes, and their description.
pub(super) struct Routes {
    router: Router<Arc<Service>>,
    paths: Paths,
}

impl Routes {
    /// Returns none.
    pub(super) fn new() -> Self {
        Self {
            router: Router::new(),
            paths: Paths::new(),
        }
    }

    /// Adds a route; `tag` groups it in the description.
    pub(super) fn add<H, T>(mut self, tag: &str, path: &str, op: Op, handler: H) -> Self
    where
        H: Handler<T, Arc<Service>>,
        T: 'static,
    {
        let described = op.described(path, tag);
        let item = PathItem::new(op.method.described(), described);
        match self.paths.paths.get_mut(path) {
            Some(known) => known.merge_operations(item),
            None => {
                self.paths.paths.insert(path.to_owned(), item);
            }
        }
        self.router = self.router.route(path, on(op.method.filter(), handler));
        self
    }

    /// Returns the router, with the route of the description, which describes
    /// itself too.
    pub(super) fn finish(mut self) -> Router<Arc<Service>> {
        let op = Op::get("Describe all operations as an OpenAPI document");
        let item = PathItem::new(HttpMethod::Get, op.described(OPENAPI, "service"));
        self.paths.paths.insert(OPENAPI.to_owned(), item);
        let document: Arc<str> = described(self.paths).to_json().unwrap_or_default().into();
        let answer = move || {
            let document = document.to_string();
            async { ([(CONTENT_TYPE, "application/json")], document) }
        };
        self.router.route(OPENAPI, on(MethodFilter::GET, answer))
    }
}

fn described(paths: Paths) -> OpenApi {
    let scopes = Scopes::from_iter([
        ("sp:config:read", "Export, and download exports"),
        ("sp:config:manage", "Import and export"),
    ]);
    let flow = Flow::ClientCredentials(ClientCredentials::new("/oauth/token", scopes));
    let secret = ApiKey::Header(ApiKeyValue::new("admin-auth"));
    let components = ComponentsBuilder::new()
        .security_scheme(ADMIN, SecurityScheme::ApiKey(secret))
        .security_scheme(BEARER, SecurityScheme::OAuth2(OAuth2::new([flow])))
        .build();
    let info = InfoBuilder::new()
        .title("gatediff")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Import endpoints of two products, over one database. Errors have the format of the \
             product whose endpoint it is.",
        ))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components))
        .build()
}
