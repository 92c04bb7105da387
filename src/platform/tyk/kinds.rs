//! The declarations of organisations, APIs and policies: their identifiers and
//! owners.
//!
//! Paths are those of an API in its wrapper, whether the file has one or not.

use std::sync::LazyLock;

use super::api::DATABASE_ID;
use super::listen::{LISTENS, WOULD_LISTEN};
use super::object_kind::{KINDS, ORGANISATION, Sort};
use super::{listen, references, schema};
use crate::engine::schema::{
    Column, Form, Key, KindSchema, OwnerRule, Patterns, Role, Stands, Unique,
};

/// Returns the declaration of a sort.
pub(super) fn schema(sort: Sort) -> &'static KindSchema {
    match sort {
        Sort::Organisation => &OF_ORGANISATIONS,
        Sort::Api => &OF_APIS,
        Sort::Policy => &OF_POLICIES,
    }
}

const KEYS_OF_ORGANISATIONS: &[Key] = &[Key {
    column: Column::Id,
    ..Key::new("id", Role::Id, Stands::First(&["id", "_id"]))
}];

const KEYS_OF_APIS: &[Key] = &[
    Key {
        column: Column::Id,
        ..Key::new(
            "api_id",
            Role::Id,
            Stands::First(&["api_definition/api_id", "oas/x-tyk-api-gateway/info/id"]),
        )
    },
    Key {
        column: Column::Second,
        unique: Some(Unique {
            kept: true,
            ..unique("id-pairing", "database id")
        }),
        ..Key::new(
            DATABASE_ID,
            Role::Alias,
            Stands::First(&["api_definition/id", "oas/x-tyk-api-gateway/info/dbId"]),
        )
    },
    Key {
        form: Form::Address,
        per_owner: true,
        ..Key::new(
            "name",
            Role::Alias,
            Stands::Each(&[
                "api_definition/name",
                "oas/x-tyk-api-gateway/info/name",
                "api_definition/slug",
            ]),
        )
    },
    Key {
        unique: Some(Unique {
            among: Some(listen::segments),
            because: ": the gateway would serve only one of them, or use another path",
            ..unique("listen-path-taken", "")
        }),
        ..Key::new(LISTENS, Role::Alias, Stands::Of(listen::listens))
    },
    Key::new(WOULD_LISTEN, Role::Alias, Stands::Of(listen::would_listen)),
];

const KEYS_OF_POLICIES: &[Key] = &[
    // It stays the same between environments; `_id` does not.
    Key {
        per_owner: true,
        column: Column::Second,
        unique: Some(unique("id-pairing", "id")),
        ..Key::new("id", Role::Id, Stands::First(&["id", "_id"]))
    },
    Key {
        column: Column::Id,
        ..Key::new(POLICY_DATABASE_ID, Role::Id, Stands::First(&["_id", "id"]))
    },
    Key {
        per_owner: true,
        unique: Some(unique("name-taken", "name")),
        ..Key::new("name", Role::Alias, Stands::First(&["name"]))
    },
];

static OF_ORGANISATIONS: LazyLock<KindSchema> = LazyLock::new(|| KindSchema {
    info: KINDS[0].clone(),
    keys: KEYS_OF_ORGANISATIONS,
    owner: None,
    name: &["owner_name"],
    called: &[],
    references: Patterns::new(references::of_organisations()),
    computed: &[],
    importable: true,
    signature: None,
    document: &schema::ORGANISATION,
});

static OF_APIS: LazyLock<KindSchema> = LazyLock::new(|| KindSchema {
    info: KINDS[1].clone(),
    keys: KEYS_OF_APIS,
    owner: Some(OwnerRule {
        word: ORGANISATION,
        at: &["api_definition/org_id", "oas/x-tyk-api-gateway/info/orgId"],
    }),
    name: &["api_definition/name", "oas/x-tyk-api-gateway/info/name"],
    called: &[],
    references: Patterns::new(references::of_apis()),
    computed: &[],
    importable: true,
    signature: None,
    document: &schema::API,
});

static OF_POLICIES: LazyLock<KindSchema> = LazyLock::new(|| KindSchema {
    info: KINDS[2].clone(),
    keys: KEYS_OF_POLICIES,
    owner: Some(OwnerRule {
        word: ORGANISATION,
        at: &["org_id"],
    }),
    name: &["name"],
    called: &[],
    references: Patterns::new(references::of_policies()),
    computed: &[],
    importable: true,
    signature: None,
    document: &schema::POLICY,
});

/// The key of a policy in the database.
pub(super) const POLICY_DATABASE_ID: &str = "_id";

const fn unique(code: &'static str, what: &'static str) -> Unique {
    Unique {
        code,
        what,
        among: None,
        kept: false,
        in_file: true,
        because: "",
    }
}
