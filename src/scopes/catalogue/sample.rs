//! Catalogues for tests.

use std::sync::Arc;

use super::super::scope::{ApiName, ClientInfo, Label, Scope, folded};
use super::{Catalogue, Parts};

impl Catalogue {
    /// Returns one module of so many APIs, for tests.
    pub(crate) fn vast(apis: usize) -> Self {
        let api = |index: usize| {
            (
                ApiName::new("vast", format!("api-{index:06}")),
                format!("No. {index}").into(),
            )
        };
        let level = Label {
            id: "SYSTEM".into(),
            name: "System Security".into(),
            description: None,
        };
        Self::new(Parts {
            apis: (0..apis).map(api).collect(),
            levels: vec![level],
            ..Parts::default()
        })
    }

    /// Returns [`sample`](Self::sample) with each scope changed, as if it were
    /// read again after another session's changes.
    pub(crate) fn sample_with(change: impl Fn(&mut Scope)) -> Self {
        let mut sample = Self::sample();
        sample.scopes.iter_mut().for_each(change);
        sample
            .scopes
            .sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let places = sample.scopes.iter().enumerate();
        sample.by_id = places
            .map(|(index, scope)| (Arc::clone(&scope.id), index))
            .collect();
        sample
    }

    /// Returns so many scopes for tests, each with so many APIs of its own.
    pub(crate) fn of_size(scopes: usize, apis: usize) -> Self {
        let Self {
            scopes: mut samples,
            levels,
            ..
        } = Self::sample();
        let template = Scope {
            alias: None,
            authentications: Vec::new(),
            ..samples.remove(0)
        };
        let mut parts = Parts {
            levels,
            ..Parts::default()
        };
        for index in 0..scopes {
            let id: Arc<str> = format!("{}", 2_000_000_000 + index).into();
            let name: Arc<str> = format!("scope-{index:05}").into();
            let folded = folded(&name, None, None);
            for api in 0..apis {
                let api = ApiName::new(
                    format!("module-{}", index % 100),
                    format!("api-{index}-{api}"),
                );
                parts.apis.push((api.clone(), "an API".into()));
                parts.links.push((Arc::clone(&id), api));
            }
            let (apis, holders) = (Vec::new(), Vec::new());
            parts.scopes.push(Scope {
                id,
                name,
                folded,
                apis,
                holders,
                ..template.clone()
            });
        }
        Self::new(parts)
    }

    /// Returns scopes for tests: plain ones, Chinese and hostile text, a
    /// duplicate one, a missing API, a client that no longer exists.
    pub(crate) fn sample() -> Self {
        type Row<'r> = (&'r str, &'r str, &'r str, &'r str, &'r str, i64, i64);
        let scope = |(id, name, alias, description, level, seconds, times): Row<'_>| {
            let optional = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
            Scope {
                id: id.into(),
                name: name.into(),
                alias: optional(alias),
                description: optional(description),
                level: optional(level),
                seconds,
                times,
                authentications: Vec::new(),
                apis: Vec::new(),
                holders: Vec::new(),
                created_at: chrono::DateTime::from_timestamp(1_600_000_000 + seconds, 0)
                    .map(|time| time.naive_utc()),
                created_by: "manager".into(),
                updated_at: None,
                updated_by: None,
                folded: folded(name, Some(alias), Some(description)),
            }
        };
        let label = |(id, name): (&str, &str)| Label {
            id: id.into(),
            name: name.into(),
            description: None,
        };
        let client = |(id, name, level, groups): (&str, &str, &str, usize)| ClientInfo {
            id: id.into(),
            name: name.into(),
            alias: None,
            level: (!level.is_empty()).then(|| level.into()),
            groups,
            exists: true,
        };
        let api =
            |(module, key, title): (&str, &str, &str)| (ApiName::new(module, key), title.into());
        let link =
            |(scope, module, key): (&str, &str, &str)| (scope.into(), ApiName::new(module, key));
        let sides = |(one, other): (&str, &str)| (one.into(), other.into());
        Self::new(Parts {
            scopes: [
                (
                    "2000000001",
                    "accounts",
                    "帳戶查詢",
                    "Balances of accounts",
                    "A",
                    86_400,
                    0,
                ),
                ("2000000002", "cards", "Cards", "", "SYSTEM", 90_000, 5),
                (
                    "2000000003",
                    "empty",
                    "",
                    "\u{1b}[31mred\u{202e}",
                    "SYSTEM",
                    0,
                    0,
                ),
                ("2000000004", "twice", "", "", "B", 0, 0),
                ("2000000005", "twice", "", "", "C", 3_600, 1),
            ]
            .map(scope)
            .into(),
            links: [
                ("2000000001", "bank", "balance"),
                ("2000000001", "bank", "history"),
                ("2000000001", "crm", "lookup"),
                ("2000000002", "cards", "list"),
                ("2000000002", "gone", "nothing"),
            ]
            .map(link)
            .into(),
            scope_authentications: [
                ("2000000001", "OTP"),
                ("2000000001", "PIN"),
                ("2000000002", "PIN"),
            ]
            .map(sides)
            .into(),
            holders: [
                ("2000000001", "crm"),
                ("2000000001", "portal"),
                ("2000000002", "ghost"),
            ]
            .map(sides)
            .into(),
            apis: [
                ("bank", "balance", "帳戶餘額"),
                ("bank", "history", "Account history"),
                ("bank", "transfer", "Transfer"),
                ("cards", "list", "Cards"),
                ("crm", "lookup", "Look up a customer"),
            ]
            .map(api)
            .into(),
            levels: [
                ("A", "A"),
                ("B", "B"),
                ("C", "C"),
                ("SYSTEM", "System Security"),
            ]
            .map(label)
            .into(),
            authentications: [("OTP", "One-time password"), ("PIN", "密碼")]
                .map(label)
                .into(),
            clients: [
                ("crm", "CRM", "A", 4),
                ("portal", "Portal", "A", 185),
                ("risk", "Risk", "SYSTEM", 0),
                ("anyone", "Anyone", "", 0),
            ]
            .map(client)
            .into(),
        })
    }
}
