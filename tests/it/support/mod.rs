//! What the tests share.

pub(crate) mod cases;
pub(crate) mod deadline;
pub(crate) mod draw;
pub(crate) mod fake;
pub(crate) mod gatediff;
pub(crate) mod http;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod keeper;
pub(crate) mod link;
pub(crate) mod needs;
pub(crate) mod owner;
pub(crate) mod pg;
pub(crate) mod portable;
pub(crate) mod property;
pub(crate) mod proxy;
pub(crate) mod pty;
pub(crate) mod sample;
pub(crate) mod scopes;
pub(crate) mod secure;
pub(crate) mod site;
pub(crate) mod wait;
