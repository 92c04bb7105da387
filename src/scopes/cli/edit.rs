//! `scope create`, `update`, `delete`, `give` and `take`.

use std::sync::Arc;

use super::consent::{ask_in_production, can_ask_in_production};
use super::document::Document;
use super::fields::Fields;
use super::find::find;
use super::list::{duration, times};
use super::print::print_edited;
use super::target::{read, write};
use crate::cli::args::{
    ConsentArgs, Output, ScopeClientsArgs, ScopeCreateArgs, ScopeDeleteArgs, ScopeUpdateArgs,
};
use crate::cli::print::{MAX_LISTED, Printer, plural};
use crate::cli::session::Session;
use crate::cli::{Exit, consent, text};
use crate::engine::display::{safe, some_of};
use crate::engine::{Change, Finding, ItemId, Value, Violation};
use crate::job::Failure;
use crate::scopes;
use crate::scopes::violation::violated;
use crate::scopes::{Catalogue, ClientInfo, Draft, Edit, Edited, Scope, ScopeDocument};

pub(super) async fn create(
    printer: &mut Printer,
    session: &Session,
    args: ScopeCreateArgs,
) -> Result<Exit, Failure> {
    can_ask_in_production(session, &args.consent)?;
    let file = args.fields.file.as_deref().map(scopes::load).transpose()?;
    let catalogue = read(session).await?;
    let mut fields = Fields::new(&catalogue, file.unwrap_or_default());
    fields.set(args.name.as_ref(), &args.fields)?;
    note(printer, &fields.notes);
    let draft = fields.draft;
    check(draft.check(&catalogue, None))?;
    ask_in_production(
        printer,
        session,
        &args.consent,
        &format!("create {}", draft.item()),
    )
    .await?;
    let edit = Edit::Create(draft.clone());
    let edited = write(session, &args.consent, edit, args.fields.fix_counters).await?;
    let target = session.target.display();
    let document = Document::new("scope create", "ok", &target)
        .scope(ScopeDocument::of_draft(&draft, edited.id.as_deref()));
    let id = edited.id.as_deref().unwrap_or_default();
    print_edited(
        printer,
        document,
        &edited,
        &format!("created {} (id {id})", draft.item()),
    );
    Ok(Exit::Done)
}

pub(super) async fn update(
    printer: &mut Printer,
    session: &Session,
    args: ScopeUpdateArgs,
) -> Result<Exit, Failure> {
    consent::can_ask(&args.consent, &session.target)?;
    let file = args.fields.file.as_deref().map(scopes::load).transpose()?;
    let catalogue = read(session).await?;
    let scope = find(&catalogue, &args.scope)?;
    let seen = Draft::of(&catalogue, scope);
    let mut fields = Fields::new(&catalogue, wanted(&seen, file));
    fields.set(args.name.as_ref(), &args.fields)?;
    fields.change(&args)?;
    note(printer, &fields.notes);
    let update = Update {
        catalogue: &catalogue,
        scope,
        changes: fields.draft.changes(Some(&seen)),
        draft: fields.draft,
    };
    let target = session.target.display();
    let edited = if update.changes.is_empty() {
        unchanged(scope)
    } else {
        let mut violations = update.draft.check(&catalogue, Some(scope));
        violations.extend(update.draft.check_holders(&catalogue, scope));
        check(violations)?;
        update.confirm(printer, session, &args.consent).await?;
        let edit = Edit::Update {
            id: Arc::clone(&scope.id),
            seen: Box::new(seen),
            draft: Box::new(update.draft.clone()),
        };
        write(session, &args.consent, edit, args.fields.fix_counters).await?
    };
    let warnings = update.warnings();
    let document = Document::new("scope update", "ok", &target)
        .scope(ScopeDocument::of_draft(&update.draft, Some(&scope.id)))
        .warnings(&warnings);
    let what = match edited.job {
        Some(_) => format!("updated {}", scope.item()),
        None => format!("{} is up to date", scope.item()),
    };
    print_edited(printer, document, &edited, &what);
    Ok(Exit::Done)
}

/// Returns the wanted scope: the file's if there is one, with the present name
/// if the file has none.
fn wanted(seen: &Draft, file: Option<Draft>) -> Draft {
    match file {
        None => seen.clone(),
        Some(file) if file.name.is_empty() => Draft {
            name: seen.name.clone(),
            ..file
        },
        Some(file) => file,
    }
}

/// Returns the result if nothing had to be done.
fn unchanged(scope: &Scope) -> Edited {
    Edited {
        job: None,
        verb: "updated",
        items: vec![scope.item()],
        id: Some(Arc::clone(&scope.id)),
        changes: Vec::new(),
        tables: Vec::new(),
        seconds: 0.0,
        notes: Vec::new(),
        server_changes: Vec::new(),
    }
}

/// A scope and its wanted state.
struct Update<'c> {
    catalogue: &'c Catalogue,
    scope: &'c Scope,
    draft: Draft,
    changes: Vec<Change>,
}

impl Update<'_> {
    fn warnings(&self) -> Vec<Finding> {
        self.draft.warnings(self.catalogue, Some(self.scope))
    }

    /// Shows what differs and which clients are updated too, then asks. If the
    /// operator is asked, this goes to stderr, since it is not the result.
    async fn confirm(
        &self,
        printer: &mut Printer,
        session: &Session,
        args: &ConsentArgs,
    ) -> Result<(), Failure> {
        let lines = self.lines(printer);
        match (args.is_given(), printer.output) {
            (true, Output::Json) => {}
            (true, Output::Text) => lines.iter().for_each(|line| printer.folded(line, 10)),
            (false, _) => lines.iter().for_each(|line| printer.message(line)),
        }
        let what = format!(
            "update of {} in {}",
            self.scope.item(),
            session.target.display()
        );
        let what = safe(&what).into_owned();
        consent::ask(
            printer,
            &session.policy().await?,
            args,
            (&what, true),
            &session.target,
        )
    }

    fn lines(&self, printer: &Printer) -> Vec<String> {
        let mut lines = vec![safe(&self.scope.item().to_string()).into_owned()];
        lines.extend(
            self.changes
                .iter()
                .map(|change| text::change_text(printer, &readable(change))),
        );
        let holders: Vec<ItemId> = self
            .catalogue
            .holders_of(self.scope)
            .map(ClientInfo::item)
            .collect();
        if !holders.is_empty() {
            let count = plural(
                holders.len(),
                "assigned client is updated too",
                "assigned clients are updated too",
            );
            lines.push(format!(
                "  {count}: {}",
                safe(&some_of(&holders, MAX_LISTED))
            ));
        }
        let warnings = self.warnings();
        lines.extend(
            warnings
                .iter()
                .map(|warning| format!("  {}: {}", warning.code, safe(&warning.message))),
        );
        lines
    }
}

/// Returns a change for people: durations with their units, no limit as such.
fn readable(change: &Change) -> Change {
    let describe = |value: &Value, format: fn(i64) -> String| match value {
        Value::Int(number) => Value::Text(format(*number).into()),
        other => other.clone(),
    };
    let format = match change.path.as_str() {
        "/allowDays" => duration,
        "/allowTimes" => times,
        _ => return change.clone(),
    };
    Change {
        before: describe(&change.before, format),
        after: describe(&change.after, format),
        ..change.clone()
    }
}

pub(super) async fn delete(
    printer: &mut Printer,
    session: &Session,
    args: ScopeDeleteArgs,
) -> Result<Exit, Failure> {
    can_ask_in_production(session, &args.consent)?;
    let catalogue = read(session).await?;
    let scope = find(&catalogue, &args.scope)?;
    ask_in_production(
        printer,
        session,
        &args.consent,
        &format!("delete {}", scope.item()),
    )
    .await?;
    let edit = Edit::Delete {
        id: Arc::clone(&scope.id),
        name: Arc::clone(&scope.name),
    };
    let edited = write(session, &args.consent, edit, false).await?;
    let target = session.target.display();
    let document =
        Document::new("scope delete", "ok", &target).scope(ScopeDocument::new(&catalogue, scope));
    print_edited(
        printer,
        document,
        &edited,
        &format!("deleted {} (id {})", scope.item(), scope.id),
    );
    Ok(Exit::Done)
}

/// Giving or taking: its wording, and the edit.
pub(super) struct Way {
    command: &'static str,
    verb: &'static str,
    done: &'static str,
    to: &'static str,
    idle: &'static str,
    edit: fn(&Scope, Vec<Arc<str>>) -> Edit,
}

pub(super) const GIVE: Way = Way {
    command: "scope give",
    verb: "give",
    done: "gave",
    to: "to",
    idle: "already assigned",
    edit: |scope, clients| Edit::Give {
        id: scope.id.clone(),
        name: scope.name.clone(),
        clients,
    },
};

pub(super) const TAKE: Way = Way {
    command: "scope take",
    verb: "take",
    done: "took",
    to: "from",
    idle: "not assigned",
    edit: |scope, clients| Edit::Take {
        id: scope.id.clone(),
        name: scope.name.clone(),
        clients,
    },
};

/// Gives a scope to clients, or takes it away from them.
pub(super) async fn pass(
    printer: &mut Printer,
    session: &Session,
    args: ScopeClientsArgs,
    way: &Way,
) -> Result<Exit, Failure> {
    can_ask_in_production(session, &args.consent)?;
    let catalogue = read(session).await?;
    let scope = find(&catalogue, &args.scope)?;
    let Way { verb, done, to, .. } = way;
    let what = format!(
        "{verb} {} {to} {}",
        scope.item(),
        plural(args.client.len(), "client", "clients")
    );
    ask_in_production(printer, session, &args.consent, &what).await?;
    let clients = args
        .client
        .iter()
        .map(|id| Arc::from(id.as_str()))
        .collect();
    let edit = (way.edit)(scope, clients);
    let edited = write(session, &args.consent, edit, false).await?;
    let target = session.target.display();
    let document = Document::new(way.command, "ok", &target)
        .scope(ScopeDocument::new(&catalogue, scope).without_holders());
    let what = match edited.job {
        Some(_) => format!(
            "{done} {} {to} {}",
            scope.item(),
            some_of(&edited.items, MAX_LISTED)
        ),
        None => way.idle.to_owned(),
    };
    print_edited(printer, document, &edited, &what);
    Ok(Exit::Done)
}

fn note(printer: &mut Printer, notes: &[String]) {
    for note in notes {
        printer.message(format!("note: {}", safe(note)));
    }
}

/// Fails if rules are broken.
fn check(violations: Vec<Violation>) -> Result<(), Failure> {
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violated(violations))
    }
}
