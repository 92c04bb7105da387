//! Bearer tokens: `POST /oauth/token`, and who may do what with one.

mod caller;
mod jwt;
mod keys;
mod request;
mod routes;
#[cfg(test)]
mod tests;
mod tokens;

pub(super) use caller::{Manager, Reader};
pub(super) use keys::{Keys, Source};
pub(super) use routes::routes;
pub(super) use tokens::Tokens;
pub use tokens::hash_secret;
