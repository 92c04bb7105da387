//! Reading files, whatever product they belong to: bytes → text → values with
//! their positions, and values back into their text. Pure.

mod encoding;
mod error;
mod foreign;
mod json;
mod position;
mod root;
mod scan;
mod splice;

pub(crate) use encoding::{bom, text};
pub use error::{ParseError, ParseErrorKind};
pub(crate) use error::{brief, wrong};
pub use foreign::Foreign;
pub use json::Source;
pub use position::Position;
pub(crate) use root::{Root, RootKey, find_root_key};
pub use scan::has_member;
pub use splice::splice;
