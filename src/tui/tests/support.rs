//! Plans and key scripts for tests.

use std::sync::Arc;

use chrono::DateTime;

use crate::engine::access::{Model, Node, Party, Right, Subject, When, Words};
use crate::engine::content::Content;
use crate::engine::{
    Candidate, Element, Field, Finding, Item, ItemId, Kind, KindInfo, Matched, Matrix, Missing,
    OnlyInTarget, Outcome, Plan, Reason, Reference, Requirement, Resolved, Secret, TargetItem,
    Value,
};
use crate::job::{
    Compared, ComparedTarget, Failure, FailureKind, FileInfo, JobRecord, JobState, MatchedBy,
    Problem, ProfileMatch, Receipt, Rehearsal, Stale, StaleField, TargetPolicy, TargetSummary,
    Undone,
};
use crate::scopes::{Catalogue, Edited, ScopeFinding};
use crate::tui::app::{App, KeyMap};
use crate::tui::catalogue::CATALOGUE;
use crate::tui::effect::{Effect, EffectId};
use crate::tui::keys::Key;
use crate::tui::msg::Msg;
use crate::tui::subject::{Location, Reviewed, Scoped};
use crate::tui::theme::{Glyphs, Level, Theme, UNICODE, all};
use crate::tui::update::{start, update};

pub(crate) const KINDS: &[KindInfo] = &[
    KindInfo {
        kind: Kind::of("client"),
        title: "Clients",
    },
    KindInfo {
        kind: Kind::of("group"),
        title: "Groups",
    },
    KindInfo {
        kind: Kind::of("scope"),
        title: "Scopes",
    },
    KindInfo {
        kind: Kind::of("security-level"),
        title: "Security levels",
    },
];

pub(crate) fn id(kind: &'static str, key: &str) -> ItemId {
    ItemId::new(Kind::of(kind), key)
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub(crate) fn set(labels: &[&str]) -> Value {
    Value::Set(
        labels
            .iter()
            .map(|label| Element::named(*label, Value::Null))
            .collect(),
    )
}

/// A builder of a candidate.
pub(crate) struct Draft(pub(crate) Candidate);

pub(crate) fn item(kind: &'static str, key: &str, name: &str) -> Draft {
    let item = Item {
        id: id(kind, key),
        name: name.into(),
        value: Value::Record(Vec::new()).into(),
        path: format!("/importClientRelated/{kind}/0").into(),
    };
    Draft(Candidate::new(item, None))
}

impl Draft {
    /// A field that only the file has, or that both have if the target has the item.
    pub(crate) fn file(mut self, name: &'static str, value: Value) -> Self {
        push(&mut self.0.item.value, Field::new(name, value));
        self
    }

    /// A field with the target's and the file's value.
    pub(crate) fn both(mut self, name: &'static str, before: Value, after: Value) -> Self {
        push(&mut self.base_mut().value, Field::new(name, before));
        push(&mut self.0.item.value, Field::new(name, after));
        self
    }

    /// A field whose value in the target survives.
    pub(crate) fn kept(mut self, name: &'static str, before: Value, after: Value) -> Self {
        push(&mut self.base_mut().value, Field::kept(name, before));
        push(&mut self.0.item.value, Field::kept(name, after));
        self
    }

    /// The target's own value: shown only when everything is.
    pub(crate) fn quiet(mut self, name: &'static str, before: Value, after: Value) -> Self {
        let field = |value| Field {
            quiet: true,
            ..Field::kept(name, value)
        };
        push(&mut self.base_mut().value, field(before));
        push(&mut self.0.item.value, field(after));
        self
    }

    /// All fields of both sides, as from the alignment of two documents.
    pub(crate) fn sides(mut self, before: Value, after: Value) -> Self {
        self.base_mut().value = before.into();
        self.0.item.value = after.into();
        self
    }

    pub(crate) fn needs(mut self, kind: &'static str, key: &str, present: bool) -> Self {
        self.0.requires.push(Requirement {
            on: id(kind, key),
            present,
        });
        self
    }

    /// Marks it as matched by something else than its key.
    pub(crate) fn found(mut self, by: &'static str, target: &str) -> Self {
        self.0.matched = Some(Matched {
            by: by.into(),
            target: target.into(),
        });
        self
    }

    pub(crate) fn blocked(mut self, code: &'static str, message: &str) -> Self {
        self.0.blocks.push(Reason::new(code, message));
        self
    }

    pub(crate) fn warned(mut self, message: &str) -> Self {
        let warning = Finding::warning("worth-knowing", message).about(&self.0.item.id);
        self.0.warnings.push(warning);
        self
    }

    /// A field that only the target has, and that a cover removes.
    pub(crate) fn gone(mut self, name: &'static str, before: Value) -> Self {
        push(&mut self.base_mut().value, Field::replaced(name, before));
        self
    }

    pub(crate) fn points(
        mut self,
        path: &str,
        (kind, key, name): (&str, &str, &str),
        how: Resolved,
    ) -> Self {
        let kind = Kind::named(kind.to_owned());
        self.0.references.push(Reference {
            path: path.to_owned(),
            kind,
            key: key.into(),
            name: name.into(),
            how,
        });
        self
    }

    /// With the target's content as the file's.
    fn already_there(mut self) -> Self {
        if let Some(base) = &mut self.0.base {
            base.value = self.0.item.value.clone();
        }
        self
    }

    fn base_mut(&mut self) -> &mut Item {
        let item = &self.0.item;
        let (id, name) = (item.id.clone(), item.name.clone());
        self.0.base.get_or_insert_with(|| Item {
            id,
            name,
            value: Value::Record(Vec::new()).into(),
            path: "".into(),
        })
    }
}

fn push(value: &mut Content<Value>, field: Field) {
    value.edit(|value| {
        if let Value::Record(fields) = value {
            fields.push(field);
        }
    });
}

pub(crate) fn plan(drafts: Vec<Draft>, missing: Vec<Missing>, warnings: Vec<Finding>) -> Arc<Plan> {
    Arc::new(Plan::new(
        KINDS,
        drafts.into_iter().map(|draft| draft.0).collect(),
        missing,
        warnings,
    ))
}

/// A plan with every status, dependencies, secrets, sets, missing APIs and warnings.
pub(crate) fn sample() -> Arc<Plan> {
    plan(
        sample_drafts(10),
        sample_missing_apis(),
        vec![Finding::note(
            "unknown-property",
            "2 unknown properties were ignored",
        )],
    )
}

/// A plan that grants access: client crm holds group core, which covering gives
/// an API, and which covering kiosk gives to it; with so many clients more that
/// hold the group.
pub(crate) fn granting(more: usize) -> Arc<Plan> {
    let repeat = |kind, key, name| item(kind, key, name).both("note", text("old"), text("new"));
    let drafts = vec![
        repeat("client", "kiosk", "Kiosk 機台"),
        repeat("group", "core", "Core"),
    ];
    let party = |kind, key: &str, name: &str| Arc::new(Party::new(id(kind, key), name));
    let mut model = Model {
        words: Words::of(["client", "clients"], ["API", "APIs"]),
        ..Model::default()
    };
    model.objects = vec![
        party("api", "pay/transfer", ""),
        party("api", "loan/offer", ""),
    ];
    let mut group = Node::new(Some(party("group", "core", "")));
    group.rights = vec![
        Right::plain(0, When::ALWAYS),
        Right::plain(1, When::written(1)),
    ];
    let group = model.add_node(group);
    let mut holds = |key: &str, name: &str, when| {
        let mut subject = Subject::new(party("client", key, name), When::ALWAYS);
        subject.nodes = vec![(group, when)];
        model.subjects.push(subject);
    };
    holds("crm", "CRM app", When::ALWAYS);
    holds("kiosk", "Kiosk 機台", When::written(0));
    (0..more).for_each(|n| holds(&format!("m-{n:05}"), "", When::ALWAYS));
    let candidates = drafts.into_iter().map(|draft| draft.0).collect();
    Arc::new(Plan::new(KINDS, candidates, Vec::new(), Vec::new()).with_access(model))
}

pub(crate) fn sample_missing_apis() -> Vec<Missing> {
    vec![
        Missing::api(
            "billing",
            "refund",
            vec![id("group", "ops"), id("group", "crm-read")],
        ),
        Missing::api("信用卡", "查詢", vec![id("scope", "card")]),
    ]
}

/// The sample, with more missing than APIs, and an item that was matched by its name.
pub(crate) fn sample_missing() -> Arc<Plan> {
    let missing = |key: &str, users: Vec<ItemId>| Missing {
        kind: Kind::of("policy"),
        key: key.into(),
        module: "".into(),
        used_by: users,
        is_unknown: false,
    };
    let mut all = sample_missing_apis();
    all.push(missing(
        "5e9d9544a1dcd60001d0a001",
        vec![id("client", "crm"), id("client", "risk")],
    ));
    all.push(missing("金級 gold", vec![id("client", "crm")]));
    let mut drafts = sample_drafts(10);
    drafts.push(
        item("group", "2c91808363dae20e0163dbef5a7d2de9", "人事 HR")
            .both("alias", text("HR"), text("人事"))
            .found("name", "2c9180835d191a86015d28455b4b232a"),
    );
    plan(drafts, all, Vec::new())
}

/// The sample's items; `tps` is what the target has of the client "billing".
pub(crate) fn sample_drafts(tps: i64) -> Vec<Draft> {
    let mut keys = vec![Element::matched(
        "k-1",
        "mobile",
        Value::Record(vec![
            Field::new("secretKey", Value::Secret(Secret::new("canary-key"))),
            Field::new("status", text("1")),
        ]),
    )];
    keys.push(Element::named("web", Value::Null));
    let mut gone = Element::named("GOOGLE", Value::Null);
    gone.replaced = true;
    vec![
        item("client", "crm", "客戶關係管理")
            .file("tps", Value::Int(50))
            .file("clientSecret", Value::Secret(Secret::new("canary-crm")))
            .file("groups", set(&["crm-read", "ops"]))
            .file("hosts", set(&["10.0.0.9"]))
            .file("keys", Value::Set(keys))
            .needs("group", "crm-read", false)
            .needs("group", "ops", true),
        item("client", "billing", "Billing")
            .both("tps", Value::Int(tps), Value::Int(50))
            .both("emails", text("old@example.com"), text("billing@example.com"))
            .kept("clientSecret", Value::Secret(Secret::new("a")), Value::Secret(Secret::new("b")))
            .both("hosts", set(&["10.0.0.1", "10.0.0.2"]), set(&["10.0.0.2", "10.0.0.9"]))
            .both("idpO", Value::Set(vec![gone]), set(&["MS"]))
            .both(
                "remark",
                Value::Null,
                text("這是一個很長的備註,說明為什麼這個用戶端需要更高的流量上限,以及誰核准了它。"),
            )
            .needs("security-level", "SYSTEM", true)
            .warned("the OAuth scope is recomputed from all of the client's groups"),
        item("client", "portal", "入口網站").both("tps", Value::Int(10), Value::Int(10)).both(
            "hosts",
            set(&["10.0.0.3"]),
            set(&["10.0.0.3"]),
        ),
        item("client", "risk", "Risk").both("tps", Value::Int(10), Value::Int(20)).both(
            "status",
            text("1"),
            text("2"),
        ),
        item("client", "ops-ui", "Operations")
            .both("securityLevel", text("SYSTEM"), text("HIGH"))
            .blocked("security-level-differs", "security level 'SYSTEM' in the target, 'HIGH' in the file"),
        item("client", "evil\u{1b}[2J\u{202e}", "hostile\nname\u{7}").file("tps", Value::Int(1)),
        item("group", "crm-read", "CRM 讀取")
            .file("alias", text("讀取"))
            .file("apis", set(&["crm/list", "crm/get"])),
        item("group", "ops", "Operations").both("alias", text("Ops"), text("Operations")).both(
            "apis",
            set(&["a/b"]),
            set(&["a/b", "a/c"]),
        ),
        item("group", "audit", "Audit").both("alias", text("Audit"), text("Audit")),
        item("scope", "card", "信用卡").file("apis", set(&["card/pay"])).blocked(
            "alias-taken",
            "alias '信用卡' belongs to scope 'credit-card' in the target, which has another name",
        ),
        item("scope", "card-user", "Card user").file("alias", text("u")).needs("scope", "card", false),
        item("security-level", "HIGH", "High").file("description", text("for payments")),
    ]
}

/// The kinds of a product that has dozens of them.
pub(crate) const MANY_KINDS: &[KindInfo] = &[
    KindInfo {
        kind: Kind::of("ACCESS_PROFILE"),
        title: "Access profiles",
    },
    KindInfo {
        kind: Kind::of("AUTH_ORG"),
        title: "Organisation",
    },
    KindInfo {
        kind: Kind::of("CAMPAIGN_FILTER"),
        title: "Campaign filters",
    },
    KindInfo {
        kind: Kind::of("CONNECTOR_RULE"),
        title: "Connector rules",
    },
    KindInfo {
        kind: Kind::of("FORM_DEFINITION"),
        title: "Forms",
    },
    KindInfo {
        kind: Kind::of("GOVERNANCE_GROUP"),
        title: "Governance groups",
    },
    KindInfo {
        kind: Kind::of("IDENTITY_PROFILE"),
        title: "Identity profiles",
    },
    KindInfo {
        kind: Kind::of("LIFECYCLE_STATE"),
        title: "Lifecycle states",
    },
    KindInfo {
        kind: Kind::of("NOTIFICATION_TEMPLATE"),
        title: "Notification templates",
    },
    KindInfo {
        kind: Kind::of("PASSWORD_POLICY"),
        title: "Password policies",
    },
    KindInfo {
        kind: Kind::of("ROLE"),
        title: "Roles",
    },
    KindInfo {
        kind: Kind::of("RULE"),
        title: "Rules",
    },
    KindInfo {
        kind: Kind::of("SEGMENT"),
        title: "Segments",
    },
    KindInfo {
        kind: Kind::of("SOURCE"),
        title: "Sources",
    },
    KindInfo {
        kind: Kind::of("TRANSFORM"),
        title: "Transforms",
    },
    KindInfo {
        kind: Kind::of("WORKFLOW"),
        title: "Workflows",
    },
];

/// Items of whole documents: lists, booleans, fractions, what a cover removes,
/// references of all kinds, and kinds that cannot be imported.
pub(crate) fn documents() -> Arc<Plan> {
    let record = |fields: Vec<(&'static str, Value)>| {
        Value::Record(
            fields
                .into_iter()
                .map(|(name, value)| Field::new(name, value))
                .collect(),
        )
    };
    let list = |values: Vec<Value>| Value::List(values);
    let sequence = |elements: Vec<(&'static str, Value)>| {
        let elements = elements.into_iter();
        Value::Sequence(
            elements
                .map(|(name, value)| Element {
                    replaced: true,
                    ..Element::named(name, value)
                })
                .collect(),
        )
    };
    let number = |text: &str| Value::Number(text.into());
    let secret = |text: &str| Value::Secret(Secret::new(text));
    let policy = |host: &str, port| record(vec![("host", text(host)), ("port", Value::Int(port))]);
    let not_importable = |kind, key, name| {
        item(kind, key, name)
            .file("enabled", Value::Bool(true))
            .blocked(
                "not-importable",
                "objects of this kind can be exported and not imported",
            )
    };
    let drafts = vec![
        not_importable("ACCESS_PROFILE", "ap-1", "Payroll"),
        not_importable("ROLE", "r-1", "出納"),
        not_importable("ROLE", "r-2", "Auditor"),
        item(
            "SOURCE",
            "2c91808363dae20e0163dbef5a7d2de9",
            "Active Directory 總行",
        )
        .both("authoritative", Value::Bool(false), Value::Bool(true))
        .both("deleteThreshold", number("0.10"), number("12.5"))
        .both(
            "features",
            list(vec![text("SYNC"), text("ENABLE")]),
            list(vec![text("SYNC"), text("密碼"), text("UNLOCK")]),
        )
        .both(
            "servers",
            sequence(vec![
                ("dc1", policy("dc1", 389)),
                ("dc2", policy("dc2", 389)),
                ("dc3", policy("dc3", 389)),
            ]),
            sequence(vec![
                ("dc2", policy("dc2", 389)),
                ("dc1", policy("dc1", 636)),
                ("分行", policy("分行", 389)),
            ]),
        )
        .both(
            "keys",
            secret("[canary-1,canary-2]"),
            secret("[canary-1,canary-3]"),
        )
        .quiet("id", text("2c91"), text("9f3a"))
        .gone(
            "legacy",
            record(vec![
                ("token", secret("canary-4")),
                ("since", Value::Int(2019)),
            ]),
        )
        .gone("healthy", Value::Bool(true))
        .points(
            "/cluster/id",
            ("CLUSTER", "c-7", "VA 台北"),
            Resolved::External,
        )
        .points(
            "/owner/id",
            ("IDENTITY", "2c9180ff", "王小明"),
            Resolved::Unresolved,
        )
        .points(
            "/passwordPolicies/0/id",
            ("PASSWORD_POLICY", "pp-1", "Strong"),
            Resolved::Name,
        )
        .points("/correlationRule/id", ("RULE", "ru-1", ""), Resolved::Id)
        .points(
            "/reviewer/id",
            ("IDENTITY", "ada", "Ada\u{1b}[2J"),
            Resolved::Default,
        )
        .points("/schemas~1x/id", ("SCHEMA", "s", "s"), Resolved::Mapping),
        item("SOURCE", "new", "New")
            .file("enabled", Value::Bool(true))
            .file("ratio", number("1e400"))
            .file("tags", list(vec![text("a"), text("b")]))
            .file(
                "attributes",
                sequence(vec![(
                    "email",
                    record(vec![
                        ("name", text("email")),
                        ("secret", secret("canary-5")),
                    ]),
                )]),
            ),
        item("TRANSFORM", "t-1", "lower").both("type", text("lower"), text("lower")),
    ];
    Arc::new(Plan::new(
        MANY_KINDS,
        drafts.into_iter().map(|draft| draft.0).collect(),
        Vec::new(),
        Vec::new(),
    ))
}

pub(crate) fn reviewed(plan: Arc<Plan>) -> Reviewed {
    Reviewed {
        file: "/home/operator/exports/exportClientRelated_20261122.json".to_owned(),
        sha256: "3f9a2b7c1d8e4f60718293a4b5c6d7e8f90123456789abcdef0123456789abcd".to_owned(),
        platform: "sample".to_owned(),
        is_file: false,
        target: "operator@db.acme:5432/gateway".to_owned(),
        database: "gateway".to_owned(),
        production: false,
        read_only: None,
        operator: "operator".to_owned(),
        directory: "/home/operator/.local/state/gatediff".to_owned(),
        backup: true,
        export_kind: Kind::of("client"),
        has_scopes: true,
        plan,
    }
}

pub(crate) fn theme(theme: &str, level: Level, glyphs: &'static Glyphs) -> Theme {
    Theme::new(all(None).0, theme, level, glyphs)
}

pub(crate) fn app_at(width: u16, height: u16) -> App {
    App::new(
        "export.json",
        KeyMap::new(CATALOGUE),
        theme("dark", Level::True, &UNICODE),
        (width, height),
    )
}

/// The model with a plan under review.
pub(crate) fn open(reviewed: Reviewed, width: u16, height: u16) -> App {
    let mut app = app_at(width, height);
    open_in(&mut app, reviewed);
    app
}

/// Starts a model and answers its first effect.
pub(crate) fn open_in(app: &mut App, reviewed: Reviewed) {
    let effects = start(app);
    let id = compare_id(&effects);
    update(app, Msg::Compared(id, Ok(reviewed)));
    update(app, Msg::Drawn);
}

pub(crate) fn compare_id(effects: &[Effect]) -> EffectId {
    effects
        .iter()
        .find_map(|effect| {
            if let Effect::Compare(id) = effect {
                Some(*id)
            } else {
                None
            }
        })
        .expect("a comparison")
}

pub(crate) fn apply_id(effects: &[Effect]) -> EffectId {
    effects
        .iter()
        .find_map(|effect| {
            if let Effect::Apply(id, ..) = effect {
                Some(*id)
            } else {
                None
            }
        })
        .expect("an import")
}

pub(crate) fn sampled(width: u16, height: u16) -> App {
    open(reviewed(sample()), width, height)
}

/// Presses keys, each after the screen was drawn; `"text"` is typed letter by
/// letter. Returns the effects.
pub(crate) fn keys(app: &mut App, script: &str) -> Vec<Effect> {
    press(app, script, true)
}

/// Presses keys faster than the screen is drawn.
pub(crate) fn keys_ahead(app: &mut App, script: &str) -> Vec<Effect> {
    press(app, script, false)
}

fn press(app: &mut App, script: &str, drawn: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    for word in script.split_whitespace() {
        let pressed: Vec<Key> = match word
            .strip_prefix('"')
            .and_then(|word| word.strip_suffix('"'))
        {
            Some(typed) => typed
                .chars()
                .map(|c| Key::parse(&c.to_string()).unwrap())
                .collect(),
            None => vec![Key::parse(word).unwrap()],
        };
        for key in pressed {
            effects.extend(update(app, Msg::Key(key)));
            while app.search.looking.is_some() {
                update(app, Msg::Search);
            }
            if drawn {
                update(app, Msg::Drawn);
            }
        }
    }
    effects
}

pub(crate) fn receipt(outcomes: Vec<Outcome>) -> Receipt {
    let mut receipt = Receipt {
        job: 12,
        outcomes,
        tables: vec![Default::default(), Default::default()],
        file: None,
        backup: Some("exportClientRelated_20241231235959.json".to_owned()),
        seconds: 0.42,
        notes: vec!["a running gateway notices within two minutes".to_owned()],
        server_changes: Vec::new(),
        access: None,
    };
    for (rows, (name, [inserted, updated, deleted])) in receipt
        .tables
        .iter_mut()
        .zip([("client", [2, 1, 0]), ("client_host", [3, 0, 1])])
    {
        rows.table = name.to_owned();
        (rows.inserted, rows.updated, rows.deleted) = (inserted, updated, deleted);
    }
    receipt
}

/// An import that is in the ledger.
pub(crate) fn record(job: i64) -> JobRecord {
    let at = |seconds| DateTime::from_timestamp(1_795_000_000 + job * 3_600 + seconds, 0).unwrap();
    let counts = [
        ("added", 4),
        ("covered", 2),
        ("unchanged", 1),
        ("skipped", 0),
        ("blocked", 3),
    ];
    JobRecord {
        job,
        command: "apply".to_owned(),
        state: JobState::Done,
        platform: "sample".to_owned(),
        operator: "anna".to_owned(),
        host: "bastion".to_owned(),
        program: "gatediff/0.1.0".to_owned(),
        target: "operator@db.acme:5432/gateway".to_owned(),
        file_path: "/home/operator/exports/exportClientRelated_20261122.json".to_owned(),
        file_sha256: "3f9a2b7c1d8e4f60718293a4b5c6d7e8f90123456789abcdef0123456789abcd".to_owned(),
        started_at: at(0),
        finished_at: at(2),
        counts: counts
            .into_iter()
            .map(|(word, n)| (word.to_owned(), n))
            .collect(),
        tables: receipt(Vec::new()).tables,
        choices: None,
        plan_id: None,
        undoes: None,
        undone_by: None,
        whole: true,
        has_backup: true,
        error: None,
    }
}

/// A history with every state, Chinese and hostile data, newest first.
pub(crate) fn records() -> Vec<JobRecord> {
    let mut records: Vec<JobRecord> = (9..=15).rev().map(record).collect();
    let [undo, _, undone, partly, failed, chinese, hostile] = records.as_mut_slice() else {
        return records;
    };
    undo.command = "undo".to_owned();
    undo.undoes = Some(13);
    (undo.file_path, undo.file_sha256) = (String::new(), String::new());
    undo.counts = [("restored".to_owned(), 2), ("removed".to_owned(), 4)].into();
    undo.has_backup = false;
    undone.state = JobState::Undone;
    undone.undone_by = Some(15);
    partly.state = JobState::PartlyUndone;
    failed.state = JobState::Failed;
    failed.has_backup = false;
    failed.counts.clear();
    failed.tables.clear();
    failed.error = Some("the connection broke: \u{1b}[2J".to_owned());
    chinese.operator = "王小明".to_owned();
    chinese.file_path = "/資料/匯出客戶端設定檔案二零二六.json".to_owned();
    hostile.operator = "evil\u{1b}[2J\u{202e}".to_owned();
    hostile.file_path = "/tmp/a\nb\u{7}.json".to_owned();
    records
}

/// The undo of job 13.
pub(crate) fn undone() -> Undone {
    let receipt = receipt(Vec::new());
    Undone {
        job: 15,
        undoes: 13,
        items: vec![id("client", "crm"), id("group", "讀取")],
        tables: receipt.tables,
        file: None,
        seconds: 0.21,
        notes: receipt.notes,
        server_changes: Vec::new(),
    }
}

/// A rehearsal of the sample.
pub(crate) fn rehearsal(problems: &[(&str, &str)]) -> Rehearsal {
    let receipt = receipt(vec![Outcome::Added; 4]);
    let problem = |(table, message): &(&str, &str)| Problem {
        table: (*table).to_owned(),
        message: (*message).to_owned(),
        items: Vec::new(),
        constraint: None,
    };
    Rehearsal {
        notes: Vec::new(),
        outcomes: receipt.outcomes,
        tables: receipt.tables,
        problems: problems.iter().map(problem).collect(),
        seconds: 0.42,
        access: None,
    }
}

/// What changed under an import or an undo: plain fields, a long Chinese one,
/// hostile ones, a secret, and an item that is gone.
pub(crate) fn stale_failure() -> Failure {
    let field = |path: &str, [then, now, wanted]: [Value; 3]| StaleField {
        path: path.to_owned(),
        then,
        now,
        wanted,
        secret: false,
    };
    let canary = || text("canary-stale");
    let remark = "這是一個很長的備註,說明為什麼這個用戶端需要更高的流量上限,以及誰核准了它。";
    let mut billing = Stale::new(id("client", "billing"), "has since changed in the target");
    billing.fields = vec![
        field("/tps", [Value::Int(10), Value::Int(20), Value::Int(50)]),
        field(
            "/remark",
            [Value::Null, text(remark), text("a\u{1b}[2J\u{202e}b")],
        ),
        field(
            "/hosts/10.0.0.9~1h",
            [set(&[]), set(&["10.0.0.1", "10.0.0.2"]), set(&["10.0.0.9"])],
        ),
        StaleField {
            secret: true,
            ..field("/clientSecret", [canary(), canary(), canary()])
        },
    ];
    let mut failure = Failure::new(
        FailureKind::Stale,
        "the target changed since the plan; nothing was written",
    )
    .hint("compare again, review what is new, and apply");
    failure.stale = vec![
        billing,
        Stale::new(
            id("group", "crm-read"),
            "API crm/list is now missing in the target",
        ),
        Stale::new(
            id("client", "evil\u{1b}[2J\u{202e}"),
            "has since been added to the target",
        ),
    ];
    failure
}

/// The id of the last effect that runs a job.
pub(crate) fn effect_id(effects: &[Effect]) -> EffectId {
    effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Compare(id)
            | Effect::Apply(id, ..)
            | Effect::Rehearse(id, _)
            | Effect::CompareAll(id)
            | Effect::ReviewTarget(id, _)
            | Effect::OnlyInTarget(id)
            | Effect::Save(id, _)
            | Effect::History(id)
            | Effect::Undo(id, ..)
            | Effect::Scopes(id)
            | Effect::Edit(id, ..)
            | Effect::CheckScopes(id) => Some(*id),
            _ => None,
        })
        .expect("a job")
}

/// What only the target of the sample has.
pub(crate) fn target_items() -> Vec<TargetItem> {
    let item = |kind, key: &str, name: &str| TargetItem {
        id: id(kind, key),
        name: name.into(),
    };
    vec![
        item("client", "kiosk", "Kiosk 機台"),
        item("client", "old\u{1b}[2J", ""),
        item("scope", "legacy", "Legacy"),
    ]
}

/// The sample's file compared with targets of these names, production or not: the first as the
/// sample's, each further one with an item less that differs; one called `gone` is unreachable.
pub(crate) fn compared_with(targets: &[(&str, bool)]) -> Compared {
    let mut matrix = Matrix::new(KINDS, targets.len());
    let mut all = Vec::new();
    for (index, (name, production)) in targets.iter().enumerate() {
        let drafts = sample_drafts(10).into_iter();
        let drafts = drafts.map(|draft| match draft.0.base.is_some() && index > 0 {
            true => draft.already_there(),
            false => draft,
        });
        let plan = plan(drafts.collect(), sample_missing_apis(), Vec::new());
        let plan = Plan::clone(&plan);
        let counts = OnlyInTarget::of(KINDS, &target_items());
        let plan = plan.with_only_in_target(counts.clone());
        let outcome = if *name == "gone" {
            let why = "connection refused";
            Err(Failure::new(
                FailureKind::Unreachable,
                "cannot connect to gone:5432/gateway",
            )
            .because(why))
        } else {
            matrix.add(index, &plan);
            Ok(TargetSummary {
                summary: plan.summary(),
                only_in_target: Some(counts),
                missing: plan.missing_count(),
            })
        };
        let mark = ProfileMatch {
            by: MatchedBy::Use,
            profile: (*name).to_owned(),
        };
        all.push(ComparedTarget {
            name: (*name).to_owned(),
            target: format!("operator@{name}:5432/gateway"),
            policy: TargetPolicy {
                production: production.then_some(mark),
                read_only: None,
            },
            outcome,
        });
    }
    Compared {
        file: FileInfo {
            path: "export.json".to_owned(),
            sha256: "3f9a2b7c1d8e4f60".to_owned(),
            bytes: 1,
            platform: "sample",
            options: Default::default(),
        },
        matrix,
        targets: all,
    }
}

/// The model with the matrix of these targets.
pub(crate) fn matrix_at(width: u16, height: u16, targets: &[(&str, bool)]) -> App {
    let mut app = app_at(width, height);
    app.begin_with_matrix();
    let id = effect_id(&start(&mut app));
    update(&mut app, Msg::ComparedAll(id, Ok(compared_with(targets))));
    update(&mut app, Msg::Drawn);
    app
}

/// Opens the history and lists jobs in it.
pub(crate) fn list_jobs(app: &mut App, jobs: Vec<JobRecord>) {
    let id = effect_id(&keys(app, "H"));
    update(app, Msg::Listed(id, Ok(jobs)));
    update(app, Msg::Drawn);
}

pub(crate) fn notice(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| &notice.text)
}

/// The key of the selected item.
pub(crate) fn here(app: &App) -> String {
    let index = app
        .node()
        .and_then(crate::tui::screen::review::node::Node::item);
    let entry = index.and_then(|index| app.review.as_ref()?.entry(index));
    entry
        .map(|entry| entry.item.id.to_string())
        .unwrap_or_default()
}

/// Scopes with Chinese and hostile text.
pub(crate) fn scoped() -> Scoped {
    scoped_of(Catalogue::sample())
}

pub(crate) fn scoped_of(catalogue: Catalogue) -> Scoped {
    let place = Location {
        is_file: false,
        target: "operator@db.acme:5432/gateway".to_owned(),
        database: "gateway".to_owned(),
        production: false,
        read_only: None,
        operator: "operator".to_owned(),
        directory: "/home/operator/.local/state/gatediff".to_owned(),
    };
    Scoped {
        place,
        catalogue: Arc::new(catalogue),
    }
}

/// The model with scopes over a review.
pub(crate) fn scopes_at(width: u16, height: u16) -> App {
    let mut app = sampled(width, height);
    let id = effect_id(&keys(&mut app, "S"));
    answer_scopes(&mut app, id, scoped());
    app
}

/// The model with scopes and no review.
pub(crate) fn scopes_alone(width: u16, height: u16) -> App {
    let mut app = app_at(width, height);
    app.begin_with_scopes();
    let id = effect_id(&start(&mut app));
    answer_scopes(&mut app, id, scoped());
    app
}

pub(crate) fn answer_scopes(app: &mut App, id: EffectId, scoped: Scoped) {
    update(app, Msg::Scopes(id, Ok(scoped)));
    update(app, Msg::Drawn);
}

/// The result of an edit of the first scope of the sample.
pub(crate) fn edited(verb: &'static str, items: Vec<ItemId>) -> Edited {
    let receipt = receipt(Vec::new());
    Edited {
        job: Some(16),
        verb,
        items,
        id: Some("2000000001".into()),
        changes: Vec::new(),
        tables: receipt.tables,
        seconds: 0.13,
        notes: receipt.notes,
        server_changes: Vec::new(),
    }
}

/// Findings, one of which can be repaired, with hostile and Chinese text.
pub(crate) fn findings() -> Vec<ScopeFinding> {
    vec![
        ScopeFinding {
            code: "stale-oauth-ids".into(),
            item: id("client", "crm"),
            message: "its oauth scope holds 2 ids of groups that it does not hold".to_owned(),
            repair: Some("recomputes its oauth scope from its groups".to_owned()),
            hint: String::new(),
        },
        ScopeFinding {
            code: "name-twice".into(),
            item: id("scope", "信用卡\u{202e}"),
            message: "2 scopes have this name: 2000000004, 2000000005\u{1b}[2J".to_owned(),
            repair: None,
            hint: "rename one of them".to_owned(),
        },
    ]
}

/// The name of the selected scope.
pub(crate) fn scope_here(app: &App) -> String {
    let scope = app
        .scopes
        .as_ref()
        .and_then(crate::scopes::screen::Scopes::current);
    scope
        .map(|scope| scope.name.to_string())
        .unwrap_or_default()
}
