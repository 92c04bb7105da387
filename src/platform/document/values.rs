//! Values of the file's objects that the rules of an environment replace.

use super::{Json, Object, Product, change};
use crate::engine::Finding;
use crate::engine::align::{Located, locate};
use crate::engine::rule::{Matcher, RuleError, ValueRule};

/// Replaces values as rules say, one rule after the other; returns the rules
/// that match nothing or cannot be followed.
pub(super) fn set_values(
    product: &dyn Product,
    objects: &mut [Object],
    rules: &[ValueRule],
) -> Vec<RuleError> {
    let mut errors = Vec::new();
    for rule in rules {
        let matcher = match Matcher::new(&rule.scope, product.kinds()) {
            Ok(matcher) => matcher,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let failed = objects
            .iter_mut()
            .filter(|object| matcher.is_about(&object.item))
            .find_map(|object| set(object, rule, &matcher).err());
        errors.extend(failed.or_else(|| matcher.unmet()));
    }
    errors
}

/// Replaces the values of an object.
fn set(object: &mut Object, rule: &ValueRule, matcher: &Matcher) -> Result<(), RuleError> {
    let found = locate(&object.body, object.schema.document, &matcher.path);
    if found.is_empty() {
        return Ok(());
    }
    matcher.found();
    if object.is_signed() {
        matcher.met();
        let message = format!("it is signed, so {} is not set", rule.scope.path);
        let finding = Finding::warning("signed-not-set", message);
        object.findings.push(finding);
        return Ok(());
    }
    let mut body = Json::clone(&object.body);
    let (mut pointers, mut shown) = (object.mapped.clone(), object.set_by_values.clone());
    let mut any = false;
    for Located {
        pointer,
        shown: path,
        numbered,
        is_secret,
    } in found
    {
        let Some(slot) = body.pointer_mut(&pointer) else {
            continue;
        };
        let wrong = |why: String| matcher.error(format!("{}: {path}: {why}", object.item));
        let new = rule.replacement.of(slot).map_err(wrong)?;
        if new.is_some() {
            rule.check_secret(is_secret).map_err(wrong)?;
        }
        let is_literal = rule.replacement.is_literal();
        if is_literal || new.is_some() {
            matcher.met();
            any |= new.is_some();
            shown.extend([path, numbered]);
        }
        if let Some(new) = new {
            *slot = new;
            pointers.push(pointer);
        }
    }
    if any {
        let (item, id) = (object.item.clone(), object.id().clone());
        change(object, &body, pointers);
        if *object.id() != id {
            let message = format!("it changes the id of {item}, by which the target has it");
            return Err(matcher.error(message));
        }
        object.item = item;
    }
    object.set_by_values = shown;
    Ok(())
}
