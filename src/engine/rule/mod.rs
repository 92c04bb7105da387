//! Rules of an environment: values that replace those of a file, and
//! differences that are ignored.
//!
//! A rule names items by kind and key, and a value in them by the path that a
//! plan shows. The platforms find the values; what is found is written and
//! shown alike, because a rule changes the file's side before it is compared.

mod matcher;
mod path;
mod replacement;

pub use matcher::{Matcher, RuleError, Scope, ValueRule, matchers};
pub use path::{PathPattern, Step};
pub use replacement::{Replacement, replaced};
