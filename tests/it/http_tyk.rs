//! Tyk over HTTP.
