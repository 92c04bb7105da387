//! What the service tells of its object types: faces come by it here.

pub use crate::platform::sp_config::{
    ConfigObject, ConfigObjectRule, ConfigObjectRules, config_objects, is_exportable, is_importable,
};
