//! The service's description of its object types, for the front ends.

pub use crate::platform::sp_config::{
    ConfigObject, ConfigObjectRule, ConfigObjectRules, config_objects, is_exportable, is_importable,
};
