//! Requests: the options and the file. Accepts what the service's own clients send: null, booleans
//! as text, default references by type alone or as objects.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use futures_util::stream;
use multer::Multipart;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::misspelt::misspelt;
use super::wire::illegal;
use crate::engine::display::safe;
use crate::http::problem::Problem;
use crate::job::{
    DefaultReference, ExportOptions, ImportOptions, Mapping, ObjectFilter, Selection,
};

/// A requested export.
#[derive(Debug)]
pub(super) struct ExportRequest {
    /// The options of the job.
    pub(super) options: ExportOptions,
    /// The types that it names.
    pub(super) types: Vec<String>,
    /// All of it, as JSON.
    pub(super) json: String,
}

/// A requested import.
#[derive(Debug)]
pub(super) struct ImportRequest {
    /// The file.
    pub(super) file: Bytes,
    /// The options of the job.
    pub(super) options: ImportOptions,
    /// The types that they name.
    pub(super) types: Vec<String>,
    /// Whether a full export is taken first.
    pub(super) backup: bool,
    /// The options, as JSON.
    pub(super) json: String,
}

/// The options of both, as they are written.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    exclude_types: Option<Vec<String>>,
    include_types: Option<Vec<String>>,
    object_options: Option<BTreeMap<String, WrittenFilter>>,
    description: Option<String>,
    default_references: Option<Vec<WrittenReference>>,
    exclude_backup: Option<Truth>,
    /// Ours: what Configuration Hub calls object mappings.
    object_mappings: Option<Vec<WrittenMapping>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WrittenFilter {
    included_ids: Option<Vec<String>>,
    included_names: Option<Vec<String>>,
    #[serde(flatten)]
    _more: More,
}

/// What else is written in an object. Without it a list would be read as one,
/// field by field.
type More = BTreeMap<String, IgnoredAny>;

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenReference {
    Type(String),
    Object(WrittenObject),
}

#[derive(Deserialize)]
struct WrittenObject {
    r#type: String,
    id: Option<String>,
    name: Option<String>,
    #[serde(flatten)]
    _more: More,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenMapping {
    object_type: String,
    json_path: String,
    source_value: String,
    target_value: String,
    enabled: Option<Truth>,
    #[serde(flatten)]
    _more: More,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Truth {
    Bool(bool),
    Text(Word),
}

#[derive(Deserialize)]
enum Word {
    #[serde(rename = "true", alias = "TRUE", alias = "True")]
    True,
    #[serde(rename = "false", alias = "FALSE", alias = "False")]
    False,
}

impl Truth {
    const fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true) | Self::Text(Word::True))
    }
}

impl Written {
    fn selection(&mut self) -> Selection {
        let filter = |filter: WrittenFilter| ObjectFilter {
            ids: filter.included_ids.unwrap_or_default(),
            names: filter.included_names.unwrap_or_default(),
        };
        let objects = self.object_options.take().unwrap_or_default();
        Selection {
            include: self.include_types.take().unwrap_or_default(),
            exclude: self.exclude_types.take().unwrap_or_default(),
            objects: objects
                .into_iter()
                .map(|(kind, of_kind)| (kind, filter(of_kind)))
                .collect(),
        }
    }

    fn default_references(&mut self) -> Vec<DefaultReference> {
        let read = |reference| match reference {
            WrittenReference::Type(kind) => DefaultReference {
                kind,
                id: None,
                name: None,
            },
            WrittenReference::Object(WrittenObject {
                r#type, id, name, ..
            }) => DefaultReference {
                kind: r#type,
                id,
                name,
            },
        };
        self.default_references
            .take()
            .unwrap_or_default()
            .into_iter()
            .map(read)
            .collect()
    }

    fn mappings(&mut self) -> Vec<Mapping> {
        let read = |mapping: WrittenMapping| Mapping {
            kind: mapping.object_type,
            path: mapping.json_path,
            from: mapping.source_value,
            to: mapping.target_value,
            enabled: mapping.enabled.is_none_or(|enabled| enabled.is_true()),
        };
        self.object_mappings
            .take()
            .unwrap_or_default()
            .into_iter()
            .map(read)
            .collect()
    }
}

/// Returns every type that a selection names.
fn types(selection: &Selection) -> Vec<String> {
    let named = selection
        .include
        .iter()
        .chain(&selection.exclude)
        .chain(selection.objects.keys());
    let mut types: Vec<String> = Vec::new();
    for word in named {
        if !types.contains(word) {
            types.push(word.clone());
        }
    }
    types
}

/// Reads the body of an export.
pub(super) fn export(headers: &HeaderMap, body: &[u8]) -> Result<ExportRequest, Problem> {
    let kind = media_type(headers);
    if !matches!(&*kind, "" | "application/json") && !kind.ends_with("+json") {
        return Err(unsupported("application/json"));
    }
    if body.is_empty() {
        return Err(Problem::malformed(
            "The request has no body; for no options, send {}.",
        ));
    }
    stored_export(body)
}

/// Reads the options of an export, sent or stored.
pub(super) fn stored_export(options: &[u8]) -> Result<ExportRequest, Problem> {
    let (mut written, json) = read::<Written>(options, "body")?;
    let selection = written.selection();
    let types = types(&selection);
    let description = written.description.take().unwrap_or_default();
    Ok(ExportRequest {
        options: ExportOptions {
            selection,
            description,
            ..ExportOptions::default()
        },
        types,
        json,
    })
}

/// Reads the parts of an import.
pub(super) async fn import(headers: &HeaderMap, body: Bytes) -> Result<ImportRequest, Problem> {
    let none = || illegal("No files were supplied for import.");
    match &*media_type(headers) {
        "multipart/form-data" => {}
        "" => return Err(none()),
        _ => return Err(unsupported("multipart/form-data")),
    }
    let (file, options) = parts(headers, body).await?;
    let file = file.ok_or_else(none)?;
    let options = options.filter(|options| !options.trim_ascii().is_empty());
    stored_import(file, options.as_deref().unwrap_or(b"{}"))
}

/// Reads the options of an import, sent or stored; `file` is passed on.
pub(super) fn stored_import(file: Bytes, options: &[u8]) -> Result<ImportRequest, Problem> {
    let (mut written, json) = read::<Written>(options, "part 'options'")?;
    let selection = written.selection();
    let types = types(&selection);
    let options = ImportOptions {
        selection,
        default_references: written.default_references(),
        mappings: written.mappings(),
        ..ImportOptions::default()
    };
    let backup = !written
        .exclude_backup
        .is_some_and(|exclude| exclude.is_true());
    Ok(ImportRequest {
        file,
        options,
        types,
        backup,
        json,
    })
}

/// Returns the parts `data` and `options`, as far as they are there.
async fn parts(
    headers: &HeaderMap,
    body: Bytes,
) -> Result<(Option<Bytes>, Option<Bytes>), Problem> {
    let broken = |_| Problem::malformed("The request is not valid multipart/form-data.");
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(broken)?;
    let body = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut parts = Multipart::new(body, boundary);
    let (mut file, mut options) = (None, None);
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let slot = match part.name() {
            Some("data") => &mut file,
            Some("options") => &mut options,
            _ => continue,
        };
        if slot.replace(part.bytes().await.map_err(broken)?).is_some() {
            return Err(illegal("A part of the request is duplicated."));
        }
    }
    Ok((file, options))
}

/// Reads whether an import is a preview only.
pub(super) fn preview(query: &str) -> Result<bool, Problem> {
    let mut found = None;
    for (_, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "preview")
    {
        let is_preview = match &*value.to_ascii_lowercase() {
            "true" => true,
            "false" => false,
            _ => return Err(illegal("The parameter preview must be true or false.")),
        };
        if found.replace(is_preview).is_some() {
            return Err(illegal("The parameter preview is duplicated."));
        }
    }
    Ok(found.unwrap_or(false))
}

/// Reads JSON; returns it parsed and raw. Errors name the position and never quote the input.
fn read<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<(T, String), Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Problem::malformed(&format!("The {what} is not UTF-8 text.")))?;
    let text = text.trim_start_matches('\u{feff}');
    // All fields together may be too deep or not JSON; a shape error has a path.
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::malformed(&format!(
            "The {what} is not JSON, at line {line}, column {column}."
        ))
    })?;
    if !value.is_object() {
        return Err(Problem::malformed(&format!(
            "The {what} is not a JSON object."
        )));
    }
    misspelt(&value, what)?;
    let read = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text));
    let read = read.map_err(|error| {
        let path = error.path().to_string();
        illegal(format!(
            "The {what} has an illegal value at {}.",
            safe(&path)
        ))
    })?;
    Ok((read, value.to_string()))
}

fn media_type(headers: &HeaderMap) -> String {
    let kind = headers
        .get(CONTENT_TYPE)
        .map(|kind| kind.to_str().unwrap_or("?"))
        .unwrap_or_default();
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn unsupported(wanted: &str) -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("The request must be {wanted}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(kind: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        headers
    }

    fn form(parts: &[(&str, &str)]) -> Bytes {
        let mut body = String::new();
        for (head, content) in parts {
            body.push_str(&format!(
                "--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"
            ));
        }
        body.push_str("--x--\r\n");
        body.into()
    }

    async fn imported(parts: &[(&str, &str)]) -> Result<ImportRequest, Problem> {
        import(&headers("multipart/form-data; boundary=x"), form(parts)).await
    }

    const FILE: (&str, &str) = ("name=\"data\"; filename=\"import.json\"", "{}");

    #[tokio::test]
    async fn the_options_of_every_client_are_read() {
        let options = r#"{"excludeTypes":[],"includeTypes":["RULE"],"objectOptions":{"RULE":{"includedIds":["1"],
            "includedNames":null},"SOURCE":{}},"defaultReferences":["SOURCE",{"type":"IDENTITY","id":null,
            "name":"n"}],"excludeBackup":"true","somethingNew":1,
            "objectMappings":[{"objectType":"SOURCE","jsonPath":"$.owner.name","sourceValue":"a","targetValue":"b"}]}"#;
        let request = imported(&[FILE, ("name=\"options\"", options)])
            .await
            .unwrap();
        assert_eq!(request.options.selection.include, ["RULE"]);
        assert_eq!(request.options.selection.objects["RULE"].ids, ["1"]);
        assert_eq!(request.types, ["RULE", "SOURCE"]);
        assert_eq!(request.options.default_references[0].kind, "SOURCE");
        assert_eq!(
            request.options.default_references[1].name.as_deref(),
            Some("n")
        );
        assert!(request.options.mappings[0].enabled);
        assert!(!request.backup);
    }

    #[tokio::test]
    async fn nothing_said_is_an_import_of_everything_with_a_backup() {
        for options in [
            "",
            " \n",
            "{}",
            r#"{"includeTypes":null,"objectOptions":null,"excludeBackup":null}"#,
            r#"{"excludeBackup":"false"}"#,
            r#"{"excludeBackup":false}"#,
        ] {
            let request = imported(&[("name=\"options\"", options), FILE])
                .await
                .unwrap();
            assert!(request.backup && request.options.is_none(), "{options}");
        }
        assert!(imported(&[FILE]).await.unwrap().backup);
    }

    #[tokio::test]
    async fn a_form_without_the_file_says_what_the_service_says() {
        for parts in [
            &[][..],
            &[("name=\"options\"", "{}")],
            &[("name=\"file\"; filename=\"data\"", "{}")],
        ] {
            let problem = imported(parts).await.unwrap_err();
            assert_eq!(problem.text, "No files were supplied for import.");
            assert_eq!(problem.meta, ILLEGAL);
        }
        let problem = import(&HeaderMap::new(), Bytes::new()).await.unwrap_err();
        assert_eq!(problem.text, "No files were supplied for import.");
    }

    const ILLEGAL: &str = super::super::wire::ILLEGAL_VALUE;

    #[tokio::test]
    async fn broken_forms_are_bad_requests() {
        let kind = headers("multipart/form-data; boundary=x");
        for body in [
            "",
            "--x",
            "--y\r\n\r\n--y--",
            "--x\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{}",
        ] {
            let problem = import(&kind, Bytes::from_static(body.as_bytes()))
                .await
                .unwrap_err();
            assert_eq!(problem.status.as_u16(), 400, "{body:?}");
        }
        let problem = import(&headers("multipart/form-data"), form(&[FILE]))
            .await
            .unwrap_err();
        assert_eq!(problem.status.as_u16(), 400);
        let problem = import(&headers("application/json"), form(&[FILE]))
            .await
            .unwrap_err();
        assert_eq!(problem.status.as_u16(), 415);
        assert_eq!(imported(&[FILE, FILE]).await.unwrap_err().meta, ILLEGAL);
    }

    #[tokio::test]
    async fn options_of_a_wrong_shape_are_reported_by_their_place_without_being_quoted() {
        for (options, place) in [
            (r#"{"includeTypes":"CANARY"}"#, "includeTypes"),
            (r#"{"includeTypes":[{"a":"CANARY"}]}"#, "includeTypes[0]"),
            (
                r#"{"objectOptions":{"RULE":{"includedIds":"CANARY"}}}"#,
                "objectOptions.RULE.includedIds",
            ),
            (r#"{"excludeBackup":"CANARY"}"#, "excludeBackup"),
            (r#"{"defaultReferences":[1]}"#, "defaultReferences[0]"),
            (
                r#"{"defaultReferences":[["RULE",null,null]]}"#,
                "defaultReferences[0]",
            ),
            (
                r#"{"objectOptions":{"RULE":[null,null]}}"#,
                "objectOptions.RULE",
            ),
            // Does it mean all of them, or none?
            (r#"{"objectOptions":{"RULE":null}}"#, "objectOptions.RULE"),
            (
                r#"{"IncludeTypes":["CANARY"]}"#,
                "did you mean includeTypes",
            ),
            (r#"{"include_types":[]}"#, "did you mean includeTypes"),
            (r#"{"includeType":[]}"#, "did you mean includeTypes"),
            (r#"{"excludedTypes":[]}"#, "did you mean excludeTypes"),
            (r#"{"objectOption":{}}"#, "did you mean objectOptions"),
            (
                r#"{"objectOptions":{"RULE":{"includeIds":["CANARY"]}}}"#,
                "objectOptions.RULE.includeIds",
            ),
            (
                r#"{"objectOptions":{"RULE":{"includedNAMES":["CANARY"]}}}"#,
                "did you mean includedNames",
            ),
            ("[\"CANARY\"]", "not a JSON object"),
            ("CANARY", "not JSON, at line 1, column 1"),
        ] {
            let problem = imported(&[FILE, ("name=\"options\"", options)])
                .await
                .unwrap_err();
            assert_eq!(problem.status.as_u16(), 400);
            assert!(
                problem.text.contains(place) && !problem.text.contains("CANARY"),
                "{}",
                problem.text
            );
        }
    }

    #[test]
    fn an_export_is_read_and_everything_is_asked_for_by_an_empty_object() {
        let request = export(
            &headers("application/json"),
            b"{\"description\":\"d\",\"excludeTypes\":[\"A\"]}",
        )
        .unwrap();
        assert_eq!(
            (&*request.options.description, &request.types[..]),
            ("d", &["A".to_owned()][..])
        );
        assert!(
            export(&HeaderMap::new(), b"{}")
                .unwrap()
                .options
                .selection
                .is_all()
        );
        assert_eq!(
            export(&headers("application/json"), b"")
                .unwrap_err()
                .status
                .as_u16(),
            400
        );
        assert_eq!(
            export(&headers("application/json"), b"{")
                .unwrap_err()
                .status
                .as_u16(),
            400
        );
        assert_eq!(
            export(&headers("text/plain"), b"{}")
                .unwrap_err()
                .status
                .as_u16(),
            415
        );
    }

    #[test]
    fn a_preview_is_asked_for_once_and_in_plain_words() {
        assert!(preview("preview=true").unwrap() && preview("x=1&preview=True").unwrap());
        assert!(!preview("").unwrap() && !preview("preview=false").unwrap());
        for query in [
            "preview=",
            "preview=1",
            "preview=true&preview=false",
            "preview",
        ] {
            assert!(preview(query).is_err(), "{query}");
        }
    }
}
