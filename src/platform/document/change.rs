//! Changes of objects before they are compared.

use super::{Json, Object};
use crate::source::splice;

/// Changes an object as the operator requested; the rest of its text stays byte
/// for byte. `mapped` are JSON pointers to the changes.
pub fn change(object: &mut Object, body: &Json, mapped: Vec<String>) {
    let text = splice(&object.text, object.raw(&object.body), object.raw(body));
    *object = object.changed(body, text, mapped);
}
