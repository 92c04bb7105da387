//! JSON inside a text: masked by the names of its members.

use serde::de::IgnoredAny;

use super::hider::Hider;
use super::name::{announces_secret, is_secret_name};
use super::place::is_none;
use crate::engine::json::token::{Token, TokenKind, tokens};

/// A list or object being read.
struct Scope {
    /// Whether it is under a name whose value is a credential.
    is_secret: bool,
    /// Whether one of its members announces that the value is a secret.
    announces: bool,
    name: String,
}

/// Masks a document, its strings with `mask`, which gets their names and them;
/// the outer `None` if the text is not a JSON document, the
/// inner one if nothing is to be masked.
pub(super) fn mask_json(
    text: &str,
    mask: impl Fn(&str, &str) -> Option<String>,
) -> Option<Option<String>> {
    if !text.trim_start().starts_with(['{', '['])
        || serde_json::from_str::<IgnoredAny>(text).is_err()
    {
        return None;
    }
    let tokens = tokens(text);
    let announcing = announcing(text, &tokens);
    let mut hider = Hider::new(text);
    let mut scopes: Vec<Scope> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let raw = text.get(token.start..token.end).unwrap_or_default();
        let (name, is_secret) = scopes.last().map_or(("", false), |scope| {
            let is_value =
                scope.announces && ["value", "values", "val"].contains(&scope.name.as_str());
            (
                scope.name.as_str(),
                scope.is_secret || is_value || is_secret_name(&scope.name),
            )
        });
        match token.kind {
            TokenKind::Open => {
                let announces = announcing.get(place).copied().unwrap_or_default();
                // The elements of a list have the list's name.
                let name = if raw == "[" {
                    name.to_owned()
                } else {
                    String::new()
                };
                scopes.push(Scope {
                    is_secret,
                    announces,
                    name,
                });
            }
            TokenKind::Close => {
                scopes.pop();
            }
            TokenKind::Name => {
                if let Some(scope) = scopes.last_mut() {
                    scope.name = decoded(raw);
                }
            }
            TokenKind::Text => {
                let value = decoded(raw);
                if is_secret {
                    if !is_none(&value) {
                        hider.replace(token.start..token.end, "\"***\"");
                    }
                } else if let Some(shown) = mask(name, &value) {
                    hider.replace(token.start..token.end, &encoded(&shown));
                }
            }
            TokenKind::Number if is_secret => hider.replace(token.start..token.end, "\"***\""),
            TokenKind::Number | TokenKind::Word => {}
        }
    }
    Some(hider.finish())
}

/// Returns for each token that opens an object whether one of its members
/// announces a secret, by index.
fn announcing(text: &str, tokens: &[Token]) -> Vec<bool> {
    let mut announcing = vec![false; tokens.len()];
    let mut open: Vec<(usize, String)> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let raw = text.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            TokenKind::Open => open.push((place, String::new())),
            TokenKind::Close => {
                open.pop();
            }
            TokenKind::Name => {
                if let Some((_, name)) = open.last_mut() {
                    *name = decoded(raw);
                }
            }
            TokenKind::Text => {
                if let Some((object, name)) = open.last()
                    && announces_secret(name, &decoded(raw))
                    && let Some(said) = announcing.get_mut(*object)
                {
                    *said = true;
                }
            }
            TokenKind::Number | TokenKind::Word => {}
        }
    }
    announcing
}

/// Returns the meaning of a string; an invalid one, such as half of a surrogate
/// pair, unchanged.
fn decoded(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.trim_matches('"').to_owned())
}

fn encoded(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"***\"".to_owned())
}
