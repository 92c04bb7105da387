//! Secrets inside two texts, shown so that different ones can be distinguished.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use super::hider::MASK;
use super::mask::{masks, with_usual_masks};
use super::text::mask_text;
use crate::engine::text::differing;

/// Shown for a secret that differs from the one in the other text.
pub(in crate::engine) const DIFFERS: &str = "*** (differs)";

/// Shown if that is unknown.
const MAY_DIFFER: &str = "*** (may differ)";

/// How a text of the file treats the secrets inside the target's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masked {
    /// It has its own secrets, or there are none.
    No,
    /// It is the target's text with its secrets masked: nothing else differs.
    Whole,
    /// It has masks instead of secrets that the target has, and differs in other
    /// parts too; or it has more of them than the target has.
    Partly,
}

/// Returns whether the file's text has masks where the target's has secrets, or
/// where it has nothing.
pub fn masked(name: &str, target: &str, file: &str) -> Masked {
    let there = mask_text(name, target);
    let usual = with_usual_masks(file);
    if let Some(shown) = there.as_deref().filter(|_| usual.contains(MASK)) {
        let file = &*usual;
        let file_shown = mask_text(name, file);
        let file_shown = file_shown.as_deref().unwrap_or(file);
        if shown == file_shown
            && let Some((there, here)) = hidden(target, shown).zip(hidden(file, file_shown))
        {
            let mut pairs = there.into_iter().zip(here);
            return if pairs.all(|(there, here)| here == MASK || here == there) {
                Masked::Whole
            } else {
                Masked::Partly
            };
        }
    }
    let masks_here = masks(name, file);
    if masks_here > 0 && (masks_here > masks(name, target) || loses(name, (target, there), file)) {
        Masked::Partly
    } else {
        Masked::No
    }
}

/// Returns whether a secret of the target's text, which is given with its mask,
/// is not in the file's.
fn loses(name: &str, (target, shown): (&str, Option<String>), file: &str) -> bool {
    let Some(shown) = shown else {
        return false;
    };
    let file_shown = mask_text(name, file);
    let file_shown = file_shown.as_deref().unwrap_or(file);
    // What cannot be found out counts as lost.
    let secrets = hidden(target, &shown).zip(hidden(file, file_shown));
    secrets.is_none_or(|(there, here)| {
        let mut there = there.iter();
        there.any(|secret| *secret != MASK && !here.contains(secret))
    })
}

/// Returns the second of two masked texts with each of its secrets that differs
/// from the first's marked; `None` if there is none.
///
/// Each is a text and its mask; a text without secrets is its own mask.
pub(in crate::engine) fn distinguish(before: (&str, &str), after: (&str, &str)) -> Option<String> {
    let (Some(old), Some(new)) = (hidden(before.0, before.1), hidden(after.0, after.1)) else {
        let can_differ = before.1.contains(MASK) && after.1.contains(MASK);
        return can_differ.then(|| after.1.replace(MASK, MAY_DIFFER));
    };
    let (old_lines, new_lines) = (lines(before.1, &old), lines(after.1, &new));
    let gaps: Vec<_> = differing(&texts(&old_lines), &texts(&new_lines))
        .into_iter()
        .map(|(gone, come)| {
            let gone = old_lines.get(gone).unwrap_or_default();
            (gone, new_lines.get(come).unwrap_or_default())
        })
        .collect();
    // A line of the same look is the same line, wherever it stands.
    let mut alike: HashMap<&str, VecDeque<&Line<'_>>> = HashMap::new();
    for line in gaps.iter().flat_map(|(gone, _)| *gone) {
        alike.entry(line.masked).or_default().push_back(line);
    }
    let mut differs = vec![false; new.len()];
    for (gone, come) in gaps {
        let mut secrets = gone.iter().flat_map(|line| line.secrets.clone()).peekable();
        let has_secrets = secrets.peek().is_some();
        for line in come {
            let same = alike.get_mut(line.masked).and_then(VecDeque::pop_front);
            let mut same_secrets = same.map(|line| line.secrets.clone());
            for index in line.secrets.clone() {
                let other = secrets.next();
                let before = match &mut same_secrets {
                    Some(same) => same.next(),
                    None => other,
                };
                let before = before.and_then(|index| old.get(index));
                if let (Some(differs), Some(secret)) = (differs.get_mut(index), new.get(index)) {
                    // Asterisks are text, unless a secret stood there.
                    let counts = same.is_some() || (has_secrets && *secret != MASK);
                    *differs = counts && before != Some(secret);
                }
            }
        }
    }
    differs.contains(&true).then(|| {
        let mut pieces = after.1.split(MASK);
        let mut shown = pieces.next().unwrap_or_default().to_owned();
        for (piece, differs) in pieces.zip(&differs) {
            shown.push_str(if *differs { DIFFERS } else { MASK });
            shown.push_str(piece);
        }
        shown
    })
}

/// Returns what a masked text hides, in order: the text where the mask has
/// asterisks. `None` if the text does not match the mask.
fn hidden<'t>(text: &'t str, shown: &str) -> Option<Vec<&'t str>> {
    let trimmed = text.trim();
    let text = if shown.trim().len() == shown.len() {
        trimmed
    } else {
        text
    };
    let mut pieces = shown.split(MASK);
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut pieces = pieces.peekable();
    let mut hidden = Vec::new();
    while let Some(piece) = pieces.next() {
        let end = if pieces.peek().is_none() {
            rest.len() - rest.strip_suffix(piece).map(|_| piece.len())?
        } else {
            rest.find(piece)?
        };
        hidden.push(rest.get(..end)?);
        rest = rest.get(end + piece.len()..)?;
    }
    Some(hidden)
}

/// A line of a masked text.
struct Line<'t> {
    masked: &'t str,
    /// The line with its secrets in it.
    text: String,
    /// The secrets in it, counted from the beginning of the text.
    secrets: Range<usize>,
}

fn lines<'t>(shown: &'t str, hidden: &[&str]) -> Vec<Line<'t>> {
    let mut count = 0;
    let line = |masked: &'t str| {
        let first = count;
        let mut pieces = masked.split(MASK);
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            // Control characters separate hidden from visible parts.
            text.push('\u{1}');
            text.push_str(hidden.get(count).copied().unwrap_or_default());
            text.push('\u{2}');
            text.push_str(piece);
            count += 1;
        }
        Line {
            masked: masked.trim_end_matches('\n'),
            text,
            secrets: first..count,
        }
    };
    shown.split_inclusive('\n').map(line).collect()
}

fn texts<'l>(lines: &'l [Line<'_>]) -> Vec<&'l str> {
    lines.iter().map(|line| &*line.text).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is shown of the second text next to the first.
    fn shown(before: &str, after: &str) -> String {
        let masked = |text: &str| mask_text("notes", text).unwrap_or_else(|| text.to_owned());
        let (old, new) = (masked(before), masked(after));
        distinguish((before, &old), (after, &new)).unwrap_or(new)
    }

    #[test]
    fn a_secret_that_differs_beside_other_text_is_marked() {
        assert_eq!(
            shown(
                "[a]\npassword=fake-1\nuser=x\n",
                "[a]\npassword=fake-2\nuser=y\n"
            ),
            "[a]\npassword=*** (differs)\nuser=y\n"
        );
        assert_eq!(
            shown("https://bob:fake-1@host/x", "https://bob:fake-2@host/y"),
            "https://bob:*** (differs)@host/y"
        );
    }

    #[test]
    fn a_secret_that_stays_is_not_marked() {
        assert_eq!(
            shown("password=fake-1\nuser=x\n", "user=y\npassword=fake-1\n"),
            "user=y\npassword=***\n"
        );
        assert_eq!(
            shown(
                "user=x\npassword=fake-1\n",
                "token=fake-0\nuser=x\npassword=fake-1\n"
            ),
            "token=***\nuser=x\npassword=***\n"
        );
    }

    #[test]
    fn secrets_that_change_places_are_marked() {
        assert_eq!(
            shown(
                "password=fake-1\ntoken=fake-2\nx=1",
                "password=fake-2\ntoken=fake-1\nx=2"
            ),
            "password=*** (differs)\ntoken=*** (differs)\nx=2"
        );
    }

    #[test]
    fn asterisks_are_no_secret_of_the_same_look() {
        assert_eq!(
            shown("password=***\nx=1", "password=fake-1\nx=2"),
            "password=*** (differs)\nx=2"
        );
        assert_eq!(
            shown("password=fake-1\nx=1", "password=***\nx=2"),
            "password=*** (differs)\nx=2"
        );
        assert_eq!(
            shown("password=fake-1\n", "/*** note ***/\n"),
            "/*** note ***/\n"
        );
    }

    #[test]
    fn asterisks_in_the_place_of_a_secret_are_seen() {
        let of = |target, file| masked("notes", target, file);
        assert_eq!(
            of("password=fake-1\nx=1", "password=***\nx=1"),
            Masked::Whole
        );
        assert_eq!(
            of("https://u:fake-1@h/x", "https://u:********@h/x"),
            Masked::Whole
        );
        assert_eq!(
            of("password=fake-1\nx=1", "password=***\nx=2"),
            Masked::Partly
        );
        assert_eq!(of("x=1", "password=***\nx=1"), Masked::Partly);
        assert_eq!(of("password=***\nx=1", "password=***\nx=2"), Masked::No);
        assert_eq!(
            of("password=fake-1\nx=1", "password=fake-2\nx=2"),
            Masked::No
        );
        assert_eq!(of("/*** note ***/ a=1", "/*** note ***/ a=2"), Masked::No);
        assert_eq!(
            of(
                "/*** note ***/ password=fake-1",
                "/*** n ***/ password=fake-1"
            ),
            Masked::No
        );
    }

    /// Lines of a configuration, each with a key of its own, in some order.
    fn settings() -> impl Strategy<Value = Vec<String>> {
        let value = prop::sample::select(vec!["fake-1", "fake-2", "***"]);
        let text = prop::sample::select(vec!["x", "y"]);
        let lines = (value.clone(), value.clone(), value, text).prop_map(|(a, b, c, d)| {
            vec![
                format!("password={a}"),
                format!("api_key={b}"),
                format!("client_secret={c}"),
                format!("user={d}"),
                "/*** note ***/".to_owned(),
            ]
        });
        lines.prop_shuffle()
    }

    proptest! {
        #[test]
        fn a_line_that_differs_never_looks_the_same(old in settings(), new in settings()) {
            let (before, after) = (old.join("\n"), new.join("\n"));
            let masked = mask_text("notes", &before).unwrap_or_else(|| before.clone());
            let shown = shown(&before, &after);
            for (line, look) in new.iter().zip(shown.lines()) {
                let key = line.split('=').next().unwrap();
                let index = old.iter().position(|other| other.split('=').next() == Some(key));
                let there = index.and_then(|index| masked.lines().nth(index));
                prop_assert_eq!(old.contains(line), there == Some(look), "{}\n{}", before, shown);
            }
        }
    }
}
