//! SailPoint sp-config: files of configuration objects, stored in our own schema.
//!
//! Behaviour that the service leaves open is decided here. An entry corresponds
//! to the object with its type and id, else to the only one with its type and
//! name, which then keeps its own id. What an entry refers to and the file
//! contains is imported with it; a reference to a missing object is a warning,
//! unless the object is useless without it.
//!
//! `types` lists the types, `kinds` declares their identifiers, `references` what
//! they refer to, `schema` how their content is compared; `rules` has what no
//! schema can express.

mod config_objects;
mod file;
mod kinds;
mod mapping;
mod path;
mod print;
mod product;
mod references;
mod rules;
mod schema;
#[cfg(test)]
mod tests;
mod types;

pub use config_objects::{ConfigObject, ConfigObjectRule, ConfigObjectRules, config_objects};
pub use product::{DEMO, SP_CONFIG, SpConfig};
pub use types::{is_exportable, is_importable};
