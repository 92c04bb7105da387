//! The product's rules: what blocks an item by itself, and the messages.

use std::collections::{HashMap, HashSet};

use super::index::{IDPS, Index, Sides, is_hidden};
use super::kinds::CLIENT;
use super::schema::{TableId, client, clientext, group, open_key, x_key};
use super::tables::{Cell, Row};
use crate::engine::{ItemId, Kind, Reason};

/// The maximum number of APIs of a scope and of groups of a client: as many
/// ten-digit ids as fit into `oauth_client_details.scope varchar(2048)`.
pub(crate) const MAX_GROUPS: usize = 186;

/// The oauth scope of a client without groups.
pub(crate) const NO_GROUPS: &str = "select";

/// Returns text as the product compares it ignoring case: by
/// `String.equalsIgnoreCase`, which folds each character by itself, first to
/// upper and then to lower case. The product treats texts as equal if these are
/// equal.
pub(crate) fn folded(text: &str) -> String {
    let fold = |c: char| {
        let mut upper = c.to_uppercase();
        // Java folds one character to one: a character that would become
        // several is unchanged.
        let upper = upper.next().filter(|_| upper.next().is_none()).unwrap_or(c);
        // The only lower-case expansion is that of 'İ', of which Java takes the
        // 'i'.
        upper.to_lowercase().next().unwrap_or(upper)
    };
    text.chars().map(fold).collect()
}

/// The owners of a name, or of a non-empty alias, on either side.
pub(crate) struct Names<'w> {
    what: &'static str,
    code: &'static str,
    kind: Kind,
    target: HashMap<&'w str, Vec<&'w str>>,
    file: HashMap<&'w str, Vec<&'w str>>,
}

impl<'w> Names<'w> {
    /// Indexes a column that must be unique among the rows that `keep` takes.
    pub(crate) fn new(
        sides: &Sides<'w>,
        kind: Kind,
        (what, code): (&'static str, &'static str),
        (table, key, column): (TableId, usize, usize),
        keep: impl Fn(&Row) -> bool,
    ) -> Self {
        let holders = |side: &Index<'w>| {
            let mut holders: HashMap<&'w str, Vec<&'w str>> = HashMap::new();
            for row in side.tables.rows(table).iter().filter(|row| keep(row)) {
                add_holder(holders.entry(row.text(column)).or_default(), row.text(key));
            }
            holders
        };
        Self {
            what,
            code,
            kind,
            target: holders(&sides.target),
            file: holders(&sides.file),
        }
    }

    /// Returns why an item cannot have this value.
    pub(crate) fn check(&self, key: &str, value: &str) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if value.is_empty() {
            return reasons;
        }
        let other = |holders: &HashMap<&'w str, Vec<&'w str>>| {
            holders
                .get(value)
                .into_iter()
                .flatten()
                .copied()
                .find(|holder| *holder != key)
        };
        if let Some(owner) = other(&self.target) {
            reasons.push(
                Reason::new(
                    self.code,
                    format!(
                        "{} '{value}' belongs to {} '{owner}' in the target",
                        self.what, self.kind
                    ),
                )
                .about(ItemId::new(self.kind.clone(), owner)),
            );
        }
        if let Some(other) = other(&self.file) {
            reasons.push(
                Reason::new(
                    "duplicate-in-file",
                    format!(
                        "{} '{value}' is also used by {} '{other}' in the file",
                        self.what, self.kind
                    ),
                )
                .about(ItemId::new(self.kind.clone(), other)),
            );
        }
        reasons
    }
}

/// Adds a holder of a value. Two different ones say of each who else has it: no more are kept, or
/// thousands with one value would be compared with one another.
fn add_holder<'w>(holders: &mut Vec<&'w str>, holder: &'w str) {
    if holders.len() < 2 && !holders.contains(&holder) {
        holders.push(holder);
    }
}

/// Returns the reason of an identity that occurs twice in the file.
pub(crate) fn twice(kind: &Kind, key: &str, times: usize) -> Option<Reason> {
    (times > 1).then(|| {
        Reason::new(
            "duplicate-in-file",
            format!("{kind} '{key}' occurs {times} times in the file"),
        )
    })
}

/// Returns the reasons of an existing client's level: it must not change, and
/// without a level nothing of the client may change. A client without a level
/// on both sides and without a difference is ignored: there is nothing to
/// cover.
pub(crate) fn level_differs(
    file: &Row,
    target: &Row,
    is_changed: impl FnOnce() -> bool,
) -> Option<Reason> {
    let (wanted, there) = (
        file.cell(client::SECURITY_LEVEL_ID),
        target.cell(client::SECURITY_LEVEL_ID),
    );
    let same = match (wanted, there) {
        (Cell::Text(wanted), Cell::Text(there)) => folded(wanted) == folded(there),
        (Cell::Null, Cell::Null) => !is_changed(),
        _ => false,
    };
    let called = |cell: Cell<'_>| match cell {
        Cell::Text(text) => format!("'{text}'"),
        _ => "none".to_owned(),
    };
    (!same).then(|| {
        Reason::new(
            "security-level-differs",
            format!(
                "security level is {} in the target and {} in the file",
                called(there),
                called(wanted)
            ),
        )
    })
}

/// The clients of keys and of rows of identity providers, which belong to one
/// client.
pub(crate) struct Owners<'w> {
    target: [OwnersOf<'w>; 6],
    file: [OwnersOf<'w>; 6],
}

/// The clients that have one object; more than one is an error.
type OwnersOf<'w> = HashMap<String, Vec<&'w str>>;

/// The six kinds of objects that belong to one client: their names in messages,
/// without their identity if that is a secret.
const OWNED: [&str; 6] = [
    "an X-API key",
    "a DGRK key",
    "an OAuth 2.0 IdP row",
    "an LDAP IdP row",
    "an API IdP row",
    "a JDBC IdP row",
];

impl<'w> Owners<'w> {
    /// Indexes both sides.
    pub(crate) fn new(sides: &Sides<'w>) -> Self {
        Self {
            target: owners(&sides.target),
            file: owners(&sides.file),
        }
    }

    /// Returns the objects of a client that belong to another one.
    pub(crate) fn check(&self, sides: &Sides<'w>, client_id: &str) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let mut seen = HashSet::new();
        for (sort, identity, label) in owned(&sides.file, client_id) {
            let Some(what) = OWNED.get(sort) else {
                continue;
            };
            if !seen.insert((sort, identity.clone())) {
                let message = format!(
                    "{what} ('{label}') occurs twice with client '{client_id}' in the file"
                );
                reasons.push(Reason::new("duplicate-in-file", message));
            }
            let called = if label.is_empty() {
                (*what).to_owned()
            } else {
                format!("{what} ('{label}')")
            };
            let other = |owners: &[OwnersOf<'w>; 6]| {
                let all = owners.get(sort).and_then(|map| map.get(&identity));
                all.into_iter()
                    .flatten()
                    .copied()
                    .find(|owner| *owner != client_id)
            };
            if let Some(owner) = other(&self.target) {
                reasons.push(
                    Reason::new(
                        "key-taken",
                        format!("{called} of client '{client_id}' belongs to client '{owner}' in the target"),
                    )
                    .about(ItemId::new(CLIENT, owner)),
                );
            }
            if let Some(owner) = other(&self.file) {
                reasons.push(
                    Reason::new(
                        "duplicate-in-file",
                        format!(
                            "{called} belongs to clients '{client_id}' and '{owner}' in the file"
                        ),
                    )
                    .about(ItemId::new(CLIENT, owner)),
                );
            }
        }
        reasons
    }
}

/// Table, identity and client of a kind of owned objects.
fn owned_columns(sort: usize) -> Option<(TableId, usize, usize)> {
    match sort {
        0 => Some((TableId::XKey, x_key::API_KEY_EN, x_key::CLIENT_ID)),
        1 => Some((
            TableId::OpenKey,
            open_key::OPEN_API_KEY,
            open_key::CLIENT_ID,
        )),
        other => IDPS.get(other - 2).copied(),
    }
}

fn identity_of(row: &Row, column: usize) -> String {
    row.int(column)
        .map_or_else(|| row.text(column).to_owned(), |id| id.to_string())
}

fn owners<'w>(side: &Index<'w>) -> [OwnersOf<'w>; 6] {
    std::array::from_fn(|sort| {
        let mut owners = OwnersOf::new();
        if let Some((table, column, owner)) = owned_columns(sort) {
            for row in side.tables.rows(table) {
                let all = owners.entry(identity_of(row, column)).or_default();
                add_holder(all, row.text(owner));
            }
        }
        owners
    })
}

/// Returns kind, identity and label of the objects that a client of the file
/// owns.
fn owned(side: &Index<'_>, client_id: &str) -> Vec<(usize, String, String)> {
    let mut all = Vec::new();
    for row in side.x_keys_of(client_id) {
        all.push((
            0,
            row.text(x_key::API_KEY_EN).to_owned(),
            row.text(x_key::API_KEY_ALIAS).to_owned(),
        ));
    }
    for row in side.open_keys_of(client_id) {
        all.push((
            1,
            row.text(open_key::OPEN_API_KEY).to_owned(),
            row.text(open_key::OPEN_API_KEY_ALIAS).to_owned(),
        ));
    }
    for (sort, ((table, own_id, _), index)) in IDPS.iter().zip(&side.idps).enumerate() {
        for (_, row) in side.rows_of(*table, index, client_id) {
            all.push((
                sort + 2,
                identity_of(row, *own_id),
                identity_of(row, *own_id),
            ));
        }
    }
    all
}

/// Returns the text that the product's search uses: content and remark, without
/// NULLs.
pub(crate) fn keyword_search<'r>(cell: impl Fn(usize) -> Cell<'r>) -> String {
    let text = |index| match cell(index) {
        Cell::Null => None,
        Cell::Text(text) => Some(text),
        Cell::Int(_) | Cell::Time(_) => Some(""),
    };
    [clientext::CONTENT_TXT, clientext::REVIEW_REMARK]
        .into_iter()
        .filter_map(text)
        .collect::<Vec<_>>()
        .join("|")
}

/// Says whether a row is a plain group.
pub(crate) fn is_plain(row: &Row) -> bool {
    row.text(group::VGROUP_FLAG) == "0"
}

/// Returns the reason of a group of the file that is neither plain nor hidden.
pub(crate) fn unknown_flag(row: &Row) -> Option<Reason> {
    let is_known =
        matches!(row.cell(group::VGROUP_FLAG), Cell::Null) || is_plain(row) || is_hidden(row);
    (!is_known).then(|| Reason::new("value-not-allowed", "vgroupFlag is neither '0' nor '1'"))
}

/// Returns the reason of a scope with too many APIs.
pub(crate) fn too_many_apis(there: usize, new: usize) -> Option<Reason> {
    let total = there + new;
    let described = if there > 0 {
        format!(" ({there} in the target, {new} more)")
    } else {
        String::new()
    };
    (total > MAX_GROUPS).then(|| {
        Reason::new(
            "too-many-apis",
            format!("would have {total} APIs{described}; the limit is {MAX_GROUPS}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_as_java_does_character_by_character() {
        for (left, right) in [
            ("Node-1.Example", "nOdE-1.eXAMPLE"),
            ("2001:DB8::A", "2001:db8::a"),
            ("ÉCOLE", "école"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("İI", "ıi"),
            ("\u{212a}elvin", "kelvin"),
            ("ǅ", "ǆ"),
            ("ᾼ", "ᾳ"),
            ("\u{10400}", "\u{10428}"),
            ("stra\u{1e9e}e", "straße"),
        ] {
            assert_eq!(folded(left), folded(right), "{left} {right}");
        }
        for (left, right) in [
            ("straße", "strasse"),
            ("ﬁ", "fi"),
            ("é", "e\u{301}"),
            ("a ", "a"),
            ("客", "户"),
        ] {
            assert_ne!(folded(left), folded(right), "{left} {right}");
        }
    }
}
