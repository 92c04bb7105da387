//! Keys and names that people mistake for others although they differ.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton;

use super::candidate::Candidate;
use super::display::is_hostile;
use super::finding::Finding;
use super::item::{ItemId, Kind};

/// The keys and names of an item.
#[derive(Clone, Debug)]
pub struct Called {
    /// Its identity.
    pub id: ItemId,
    /// Its names in addition to its key, by sort, such as ("alias", "CRM").
    /// Names of one sort are compared with each other.
    pub names: Vec<(&'static str, Arc<str>)>,
}

/// The sort of an item's own key, among the sorts of its names.
const KEY: &str = "";

/// Warns, with the code `look-alike`, of every item to be added that looks like
/// another one of its kind, in the target or else in the file.
///
/// Two texts look alike if they differ only in case, normal form, whitespace,
/// invisible characters, or characters that look the same. Equal texts do not
/// count: other rules cover them. Items are looked up by a hash of their
/// appearance, in time linear in their number.
pub fn warn_of_look_alikes(candidates: &mut [Candidate], file: &[Called], target: &[Called]) {
    let adds = || {
        candidates
            .iter()
            .filter(|candidate| candidate.base.is_none())
    };
    let kinds: HashSet<&Kind> = adds().map(|candidate| &candidate.item.id.kind).collect();
    if kinds.is_empty() {
        return;
    }
    let names: HashMap<&ItemId, &Called> = file.iter().map(|called| (&called.id, called)).collect();
    let added = adds().filter_map(|candidate| names.get(&candidate.item.id).copied());
    let wanted: HashSet<Look<'_>> = added.flat_map(all_looks).collect();
    let (there, here) = (
        Looks::new(target, &kinds, &wanted),
        Looks::new(file, &kinds, &wanted),
    );
    let mut found = Vec::new();
    for (index, candidate) in candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.base.is_none())
    {
        let id = &candidate.item.id;
        let Some(called) = names.get(id) else {
            continue;
        };
        let like = there.find(called).map(|like| (like, "target"));
        if let Some((like, whose)) = like.or_else(|| here.find(called).map(|like| (like, "file"))) {
            found.push((
                index,
                Finding::warning("look-alike", like.message(whose)).about(id),
            ));
        }
    }
    for (index, finding) in found {
        if let Some(candidate) = candidates.get_mut(index) {
            candidate.warnings.push(finding);
        }
    }
}

/// Another item that looks the same.
struct Like<'c> {
    id: &'c ItemId,
    /// What looks alike.
    sort: &'static str,
    text: &'c Arc<str>,
}

impl Like<'_> {
    fn message(&self, whose: &str) -> String {
        let Self { id, sort, text } = self;
        let what = format!("{} '{}' of the {whose}", id.kind, id.key);
        if *sort == KEY {
            format!("looks like {what}")
        } else {
            format!("its {sort} looks like '{text}', the {sort} of {what}")
        }
    }
}

/// The appearance of a text of some sort, among items of a kind.
type Look<'c> = (&'c Kind, &'static str, String);

/// A text, and its item.
type Text<'c> = (&'c ItemId, &'c Arc<str>);

/// Items by the appearance of their keys and names.
struct Looks<'c> {
    /// The first two that differ: at least one of them is not the text itself.
    by_look: HashMap<Look<'c>, Vec<Text<'c>>>,
}

impl<'c> Looks<'c> {
    /// Looks only for what is `wanted`: few items are added to many.
    fn new(items: &'c [Called], kinds: &HashSet<&Kind>, wanted: &HashSet<Look<'_>>) -> Self {
        let mut by_look: HashMap<Look<'c>, Vec<Text<'c>>> = HashMap::new();
        for called in items
            .iter()
            .filter(|called| kinds.contains(&called.id.kind))
        {
            for (sort, text) in words(called) {
                for look in looks(text) {
                    let look: Look<'c> = (&called.id.kind, sort, look);
                    if !wanted.contains(&look) {
                        continue;
                    }
                    let alike = by_look.entry(look).or_default();
                    if alike.len() < 2 && alike.iter().all(|(_, other)| *other != text) {
                        alike.push((&called.id, text));
                    }
                }
            }
        }
        Self { by_look }
    }

    fn find(&self, called: &'c Called) -> Option<Like<'c>> {
        words(called).find_map(|(sort, text)| {
            looks(text).into_iter().find_map(|look| {
                let alike = self.by_look.get(&(&called.id.kind, sort, look))?;
                let (id, text) = alike
                    .iter()
                    .find(|(id, other)| **id != called.id && *other != text)?;
                Some(Like { id, sort, text })
            })
        })
    }
}

/// Returns the appearances of the key and of the names of an item.
fn all_looks(called: &Called) -> impl Iterator<Item = Look<'_>> {
    let looks = move |(sort, text): (&'static str, &Arc<str>)| {
        let looks = looks(text).into_iter();
        looks.map(move |look| (&called.id.kind, sort, look))
    };
    words(called).flat_map(looks)
}

/// Returns the key and the names of an item; none of them is empty.
fn words(called: &Called) -> impl Iterator<Item = (&'static str, &Arc<str>)> {
    let names = called.names.iter().map(|(sort, name)| (*sort, name));
    std::iter::once((KEY, &called.id.key))
        .chain(names)
        .filter(|(_, text)| !text.is_empty())
}

/// Returns the appearance of a text, with and without regard to the shapes of
/// capitals: an `I` is mistaken for an `i` and for an `l`.
fn looks(text: &str) -> Vec<String> {
    let is_visible = |c: &char| !c.is_whitespace() && !is_hostile(*c);
    let visible: Cow<'_, str> = if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        text.into()
    } else if text.chars().all(is_simple) {
        text.chars().filter(is_visible).collect()
    } else {
        text.nfkc().filter(is_visible).collect()
    };
    let lower = visible.to_lowercase();
    let mut looks = vec![look(&lower)];
    if lower != *visible {
        looks.push(look(&visible));
    }
    looks.dedup();
    looks
}

/// Returns the appearance of a text without invisible characters.
fn look(text: &str) -> String {
    // Most texts consist of these.
    static ASCII: LazyLock<Vec<Box<str>>> =
        LazyLock::new(|| ('\0'..='\x7f').map(look_of_one).collect());
    thread_local! {
        static KNOWN: RefCell<HashMap<char, Box<str>>> = RefCell::default();
    }
    if !text.chars().all(is_simple) {
        return skeleton(text).collect::<String>().to_lowercase();
    }
    let mut look = String::with_capacity(text.len());
    let ascii = &*ASCII;
    for c in text.chars() {
        match ascii.get(c as usize) {
            Some(one) => look.push_str(one),
            None => KNOWN.with_borrow_mut(|known| {
                look.push_str(known.entry(c).or_insert_with(|| look_of_one(c)));
            }),
        }
    }
    look.to_lowercase()
}

fn look_of_one(c: char) -> Box<str> {
    let mut text = [0; 4];
    skeleton(c.encode_utf8(&mut text)).collect()
}

/// Returns whether a character looks the same whatever its neighbours are, and
/// is the only form of itself: no normal form composes it or takes it apart.
fn is_simple(c: char) -> bool {
    c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::engine::{Item, Value};

    const THING: Kind = Kind::of("thing");
    const OTHER: Kind = Kind::of("other");

    fn called(kind: Kind, key: &str, name: &str) -> Called {
        Called {
            id: ItemId::new(kind, key),
            names: vec![("name", name.into())],
        }
    }

    fn candidate(called: &Called, is_there: bool) -> Candidate {
        let item = Item {
            id: called.id.clone(),
            name: "".into(),
            value: Value::Record(Vec::new()).into(),
            path: "".into(),
        };
        Candidate::new(item.clone(), is_there.then_some(item))
    }

    /// Returns the warnings of each item of the file; an item with a key of the target repeats it.
    fn describe(file: &[Called], target: &[Called]) -> Vec<Vec<String>> {
        let is_there = |called: &Called| target.iter().any(|other| other.id == called.id);
        let mut candidates: Vec<Candidate> = file
            .iter()
            .map(|called| candidate(called, is_there(called)))
            .collect();
        warn_of_look_alikes(&mut candidates, file, target);
        let messages = |candidate: &Candidate| {
            candidate
                .warnings
                .iter()
                .map(|described| described.message.clone())
                .collect()
        };
        candidates.iter().map(messages).collect()
    }

    fn thing(key: &str) -> Called {
        called(THING, key, "")
    }

    #[test]
    fn what_looks_the_same_is_reported() {
        for (new, old) in [
            ("NODE", "node"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("\u{ff2e}ode", "Node"),
            ("node ", "node"),
            (" node", "node "),
            ("no de", "node"),
            ("no\u{200b}de", "node"),
            ("node\u{3000}", "node"),
            ("n\u{43e}de", "node"),
            ("\u{3b1}lpha", "\u{251}lpha"),
            ("1ink", "link"),
            ("Iink", "link"),
            ("c0re", "cOre"),
            ("rnail", "mail"),
        ] {
            let [warnings] = &describe(&[thing(new)], &[thing(old)])[..] else {
                panic!("{new}")
            };
            assert_eq!(
                *warnings,
                [format!("looks like thing '{old}' of the target")],
                "{new:?}"
            );
        }
    }

    #[test]
    fn what_people_can_report_apart_is_not() {
        for (new, old) in [
            ("node", "nodes"),
            ("cafe", "caf\u{e9}"),
            ("a-b", "a_b"),
            ("客戶", "客人"),
            ("x1", "x2"),
        ] {
            assert_eq!(
                describe(&[thing(new)], &[thing(old)]),
                [[""; 0]],
                "{new} {old}"
            );
        }
    }

    #[test]
    fn only_items_of_one_kind_and_only_those_to_be_added_are_reported() {
        assert_eq!(
            describe(&[thing("A")], &[called(OTHER, "a", "")]),
            [[""; 0]]
        );
        assert_eq!(
            describe(&[thing("a")], &[thing("a"), thing("A")]),
            [[""; 0]]
        );
    }

    #[test]
    fn names_are_held_against_names_of_their_sort_and_equal_ones_are_no_look_alikes() {
        let file = [
            called(THING, "1", "Gold plan"),
            called(THING, "3", "same"),
            called(THING, "same", ""),
        ];
        let target = [called(THING, "2", "gold  plan"), called(THING, "4", "same")];
        let [one, two, three] = &describe(&file, &target)[..] else {
            panic!()
        };
        assert_eq!(
            *one,
            ["its name looks like 'gold  plan', the name of thing '2' of the target"]
        );
        assert_eq!((two.len(), three.len()), (0, 0));
    }

    #[test]
    fn one_text_does_not_hide_that_another_one_looks_like_it() {
        let file = [called(THING, "1", "same")];
        let target = [called(THING, "2", "same"), called(THING, "3", "Same")];
        assert_eq!(
            describe(&file, &target),
            [["its name looks like 'Same', the name of thing '3' of the target"]]
        );
    }

    #[test]
    fn two_of_one_file_are_reported_of_each_other() {
        let described = describe(&[thing("a"), thing("A"), thing("b")], &[]);
        assert_eq!(
            described,
            [
                vec!["looks like thing 'A' of the file".to_owned()],
                vec!["looks like thing 'a' of the file".to_owned()],
                vec![]
            ]
        );
    }

    #[test]
    fn many_that_look_alike_are_reported_of_one_each() {
        let blanks = |count: usize| " ".repeat(count);
        let file: Vec<Called> = (0..20_000)
            .map(|index| thing(&format!("{}x{}", blanks(index / 200), blanks(index % 200))))
            .collect();
        let described = describe(&file, &[thing("X")]);
        assert!(described.iter().all(|warnings| warnings.len() == 1));
    }

    proptest! {
        #[test]
        fn simple_characters_look_as_in_any_text(text in "[ -~\u{4e00}-\u{9fff}]{0,12}") {
            prop_assert_eq!(look(&text), skeleton(&text).collect::<String>().to_lowercase());
            prop_assert_eq!(text.nfkc().collect::<String>(), text);
        }

        #[test]
        fn blanks_case_and_normal_form_never_make_a_text_look_different(text in any::<String>()) {
            let look = looks(&text);
            let padded = ["\u{200b}", &text, "\u{a0}"].concat();
            prop_assert!(looks(&padded).iter().any(|other| look.contains(other)));
            prop_assert!(looks(&text.nfc().collect::<String>()).iter().any(|other| look.contains(other)));
            prop_assert!(looks(&text.to_lowercase()).iter().any(|other| look.contains(other)));
        }
    }
}
