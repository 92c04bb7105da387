//! The file that the service would export: an envelope around the stored
//! entries.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde::Serialize;

use crate::platform::document::{Printed, Printer};
use crate::platform::{ExportOptions, Selection};

/// The envelope without its objects.
#[derive(Serialize)]
struct Envelope<'o> {
    version: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    tenant: &'o str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'o str,
    options: Options<'o>,
}

/// The options of an export, in the service's terms.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options<'o> {
    exclude_types: &'o [String],
    include_types: &'o [String],
    object_options: BTreeMap<&'o str, Filter<'o>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filter<'o> {
    included_ids: &'o [String],
    included_names: &'o [String],
}

fn envelope(options: &ExportOptions) -> Envelope<'_> {
    let Selection {
        include,
        exclude,
        objects,
    } = &options.selection;
    Envelope {
        version: 1,
        timestamp: options
            .now
            .map(|now| now.to_rfc3339_opts(SecondsFormat::Millis, true)),
        tenant: &options.origin,
        description: &options.description,
        options: Options {
            exclude_types: exclude,
            include_types: include,
            object_options: objects
                .iter()
                .map(|(word, filter)| {
                    let filter = Filter {
                        included_ids: &filter.ids,
                        included_names: &filter.names,
                    };
                    (word.as_str(), filter)
                })
                .collect(),
        },
    }
}

/// Prints an envelope with entries in it, byte for byte as they are stored.
pub(super) struct Entries {
    /// What comes before the next one.
    before: Vec<u8>,
}

impl Entries {
    pub(super) fn new(options: &ExportOptions) -> Self {
        let head = serde_json::to_string(&envelope(options)).unwrap_or_default();
        let head = head.strip_suffix('}').unwrap_or(&head);
        Self {
            before: format!("{head},\"objects\":[\n").into_bytes(),
        }
    }
}

impl Printer for Entries {
    fn print(&mut self, entry: Printed<'_>, file: &mut Vec<u8>) {
        file.extend_from_slice(&self.before);
        file.extend_from_slice(entry.text.as_bytes());
        self.before = b",\n".to_vec();
    }

    fn end(&mut self, file: &mut Vec<u8>) {
        // Without an entry, nothing is there yet.
        if self.before != b",\n" {
            file.append(&mut self.before);
            file.pop();
        }
        file.extend_from_slice(b"\n]}\n");
    }
}
