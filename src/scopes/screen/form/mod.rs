//! The form in which a scope is created and updated, and its pickers.

mod changes;
pub(crate) mod fields;
mod focus;
mod layout;
mod model;
pub(crate) mod pick;
mod picker;
pub(crate) mod save;
pub(crate) mod update;
pub(crate) mod view;

pub(crate) use focus::Focus;
pub(crate) use layout::{Area, lay, message, typed};
pub(crate) use model::{Form, Task};
pub(crate) use picker::{Picker, Topic};
