//! Where APIs listen: no gateway serves two at one address.

use std::sync::Arc;

use super::api::{definition, gateway};
use crate::platform::document::{Json, Search, SearchIndex};

/// The keys of where an API listens, and of where it would.
pub(super) const LISTENS: &str = "listen path";
pub(super) const WOULD_LISTEN: &str = "listen path if active";

/// Where the words for a path begin.
const PATH: &str = "listen path '";

/// The indexes of the paths: of definitions, and of OAS documents.
static PATHS: [SearchIndex; 2] = [
    SearchIndex {
        condition: "platform = 'tyk' AND kind = 'api'",
        expression: "coalesce(content #>> '{api_definition,proxy,listen_path}', \
                     content #>> '{proxy,listen_path}')",
    },
    SearchIndex {
        condition: "platform = 'tyk' AND kind = 'api'",
        expression: "coalesce(content #>> '{oas,x-tyk-api-gateway,server,listenPath,value}', \
                     content #>> '{x-tyk-api-gateway,server,listenPath,value}')",
    },
];

/// Returns how the APIs are found whose address has the same words; `None` for
/// one that has no path.
pub(super) fn searches(api: &Json) -> Option<Vec<Search>> {
    let Some(place) = place(api) else {
        return Some(Vec::new());
    };
    let rest = place.strip_prefix(PATH)?;
    // The path ends at a quote. It may contain some itself, and then at any.
    let ends = rest.match_indices('\'').map(|(end, _)| end);
    let texts: Vec<Arc<str>> = ends
        .filter_map(|end| rest.get(..end))
        .map(Arc::from)
        .collect();
    let of = |index| Search {
        index,
        texts: texts.clone(),
    };
    Some(PATHS.iter().map(of).collect())
}

/// Returns where an API listens that a gateway loads.
pub(super) fn listens(api: &Json) -> Vec<String> {
    place(api).filter(|_| is_active(api)).into_iter().collect()
}

/// Returns where an API would listen that no gateway loads.
pub(super) fn would_listen(api: &Json) -> Vec<String> {
    place(api).filter(|_| !is_active(api)).into_iter().collect()
}

/// Returns the address in words. The gateway joins domain and path unchanged,
/// including case; APIs other than HTTP have no path, and are identified by
/// their port.
fn place(api: &Json) -> Option<String> {
    let definition = definition(api);
    let server = gateway(api).and_then(|gateway| gateway.get("server"));
    let ports = [
        definition.get("listen_port"),
        server.and_then(|server| server.get("port")),
    ];
    let port = ports.into_iter().flatten().find_map(|port| match port {
        Json::Number(number) if &**number != "0" => Some(&**number),
        _ => None,
    });
    let port = port.unwrap_or_default();
    let protocol = match definition.text_of("protocol") {
        "" => server
            .map(|server| server.text_of("protocol"))
            .unwrap_or_default(),
        protocol => protocol,
    };
    if ["tcp", "tls"]
        .iter()
        .any(|word| protocol.eq_ignore_ascii_case(word))
    {
        return (!port.is_empty()).then(|| format!("port {port}"));
    }
    let flag = |name: &str| definition.get(name) == Some(&Json::Bool(true));
    let classic = definition
        .get("proxy")
        .map(|proxy| proxy.text_of("listen_path"))
        .unwrap_or_default();
    if !classic.is_empty() {
        let domain = if flag("domain_disabled") {
            ""
        } else {
            definition.text_of("domain")
        };
        return Some(shown(port, domain, classic));
    }
    let server = server?;
    let path = server
        .pointer("/listenPath/value")
        .and_then(Json::as_text)
        .filter(|path| !path.is_empty())?;
    let domain = server
        .get("customDomain")
        .filter(|domain| domain.get("enabled") != Some(&Json::Bool(false)));
    Some(shown(
        port,
        domain
            .map(|domain| domain.text_of("name"))
            .unwrap_or_default(),
        path,
    ))
}

fn shown(port: &str, domain: &str, path: &str) -> String {
    let mut shown = format!("{PATH}{path}'");
    if !domain.is_empty() {
        shown.push_str(&format!(" of '{domain}'"));
    }
    if !port.is_empty() {
        shown.push_str(&format!(" at port {port}"));
    }
    shown
}

/// Returns whether a gateway exists that loads both: one without segments, or
/// one of a segment that both have.
pub(super) fn meet(one: &Json, other: &Json) -> bool {
    let (here, there) = (segments(one), segments(other));
    here.is_empty() || there.is_empty() || here.iter().any(|tag| there.contains(tag))
}

fn is_active(api: &Json) -> bool {
    let definition = definition(api).get("active");
    let state = || gateway(api).and_then(|gateway| gateway.pointer("/info/state/active"));
    definition.or_else(state) != Some(&Json::Bool(false))
}

/// Returns the segments of gateways that load an API; none for all gateways.
pub(super) fn segments(api: &Json) -> Vec<&str> {
    let definition = definition(api);
    let tags = if definition.get("tags_disabled") == Some(&Json::Bool(true)) {
        None
    } else {
        let oas = || gateway(api).and_then(|gateway| gateway.pointer("/server/gatewayTags/tags"));
        definition.get("tags").or_else(oas)
    };
    tags.map(Json::elements)
        .unwrap_or_default()
        .iter()
        .filter_map(Json::as_text)
        .collect()
}
