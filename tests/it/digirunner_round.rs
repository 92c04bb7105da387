//! What holds for any file and any target: after an import, the same file finds nothing more to do.

use std::collections::{BTreeMap, HashMap, HashSet};

use gatediff::engine::diff::Show;
use gatediff::engine::{Change, ItemId, Outcome, Plan, Refusal, Status};
use serde_json::Value;

use crate::support::draw::{Draw, Side, environment};
use crate::support::property::{for_all, numbers, short};
use crate::support::sample::Sample;
use crate::support::site::{Site, cover_all};

type Dump = BTreeMap<String, Vec<Value>>;

#[test]
fn after_an_import_the_same_file_finds_nothing_more_to_do() {
    for_all(4, (numbers(), numbers()), |(file, target)| {
        let file = environment(&mut Draw::new(file), Side::File);
        let target = environment(&mut Draw::new(target), Side::Target);
        let samples = format!("file: {}\ntarget: {}", short(&file), short(&target));
        (samples, async move { holds(&file, &target).await })
    });
}

async fn holds(file: &Sample, target: &Sample) -> Result<(), String> {
    let site = Site::new(target).await;
    let before = site.review(file).await;
    let rows_before = site.dump().await;
    let receipt = match before.plan.approve(&cover_all(&before.plan)) {
        Err(Refusal::NothingToWrite { .. }) => return Ok(()),
        Err(refusal) => return Err(format!("{refusal:?}")),
        Ok(_) => site
            .apply(&before, &cover_all(&before.plan))
            .await
            .map_err(|failure| format!("{failure:?}"))?,
    };
    let after = site.review(file).await;
    let rows_after = site.dump().await;
    same_plan(&before.plan, &after.plan, &receipt.outcomes)?;
    kept(&rows_before, &rows_after)?;
    others_untouched(file, &rows_before, &rows_after)?;
    scopes_follow_groups(&before.plan, &receipt.outcomes, &rows_after)
}

/// What was applied is unchanged now; what was blocked is, unless what blocked it was written.
fn same_plan(before: &Plan, after: &Plan, outcomes: &[Outcome]) -> Result<(), String> {
    let written: HashSet<&ItemId> = before
        .entries()
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| matches!(outcome, Outcome::Added | Outcome::Covered))
        .map(|(entry, _)| &entry.item.id)
        .collect();
    for (index, ((then, now), outcome)) in before
        .entries()
        .iter()
        .zip(after.entries())
        .zip(outcomes)
        .enumerate()
    {
        let fine = match outcome {
            Outcome::Added | Outcome::Covered | Outcome::Unchanged => {
                // What it still lacks may wait for an item that was blocked, and is not any more.
                let left = after.changes(index, Show::Differences);
                let waits = |change: &Change| {
                    let needed = change.needs.as_ref().and_then(|id| before.position(id));
                    needed
                        .is_some_and(|index| may_move(before, index, &written, &mut HashSet::new()))
                };
                let mut effective = left.iter().filter(|change| change.op.is_effective());
                now.verdict.status == Status::Repeat && effective.all(waits)
            }
            Outcome::Blocked => {
                now.verdict == then.verdict
                    || may_move(before, index, &written, &mut HashSet::new())
            }
            Outcome::Skipped => false,
        };
        if !fine {
            return Err(format!(
                "{} was {outcome:?} ({:?}), and is {} now: {:?} {:?}",
                now.item.id,
                then.verdict.reasons,
                now.verdict.status,
                now.verdict.reasons,
                after.changes(index, Show::Differences)
            ));
        }
    }
    Ok(())
}

/// Says whether a blocked item rests on something that was written: a name may have become free.
fn may_move(
    plan: &Plan,
    index: usize,
    written: &HashSet<&ItemId>,
    seen: &mut HashSet<usize>,
) -> bool {
    let Some(entry) = plan.entry(index).filter(|_| seen.insert(index)) else {
        return false;
    };
    entry
        .verdict
        .reasons
        .iter()
        .flat_map(|reason| &reason.about)
        .any(|id| {
            written.contains(id)
                || plan
                    .position(id)
                    .is_some_and(|index| may_move(plan, index, written, seen))
        })
}

/// An import removes nothing but the IdP rows of portal clients.
fn kept(before: &Dump, after: &Dump) -> Result<(), String> {
    for (table, rows) in before
        .iter()
        .filter(|(table, _)| !table.starts_with("dgr_gtw_idp"))
    {
        let key = key_of(table);
        let identity = |row: &Value| {
            key.iter()
                .map(|column| row[*column].to_string())
                .collect::<Vec<_>>()
        };
        let left: HashSet<_> = after[table].iter().map(identity).collect();
        if let Some(gone) = rows.iter().map(identity).find(|row| !left.contains(row)) {
            return Err(format!("{gone:?} is gone from {table}"));
        }
    }
    Ok(())
}

fn key_of(table: &str) -> &'static [&'static str] {
    match table {
        "tsmp_client" | "tsmp_dp_clientext" | "oauth_client_details" => &["client_id"],
        "tsmp_client_host" => &["host_seq"],
        "tsmp_client_group" => &["client_id", "group_id"],
        "tsmp_client_vgroup" => &["client_id", "vgroup_id"],
        "tsmp_group" => &["group_id", "vgroup_flag", "vgroup_id", "create_user"],
        "tsmp_vgroup" => &["vgroup_id", "vgroup_name", "create_user"],
        "tsmp_vgroup_group" => &["vgroup_id", "group_id", "create_time"],
        "tsmp_group_api" => &["group_id", "api_key", "module_name"],
        "tsmp_group_authorities" => &["group_authoritie_id"],
        "tsmp_group_authorities_map" => &["group_id", "group_authoritie_id"],
        "tsmp_vgroup_authorities_map" => &["vgroup_id", "vgroup_authoritie_id"],
        "tsmp_security_level" => &["security_level_id"],
        "dgr_x_api_key" => &["api_key_id", "client_id", "api_key_en", "create_user"],
        "dgr_x_api_key_map" => &["api_key_map_id", "ref_api_key_id", "group_id", "version"],
        "tsmp_open_apikey" => &["open_apikey_id", "client_id", "open_apikey", "create_user"],
        "tsmp_open_apikey_map" => &[
            "open_apikey_map_id",
            "ref_open_apikey_id",
            "ref_api_uid",
            "version",
        ],
        "dp_app" => &["dp_application_id", "client_id", "create_user"],
        "dgr_rdb_connection" => &["connection_name", "create_user"],
        "tsmp_api" => &["api_key", "module_name", "api_uid"],
        "seq_store" => &["sequence_name"],
        other => panic!("no key of {other}"),
    }
}

/// Clients that the file does not hold have the rows that they had.
fn others_untouched(file: &Sample, before: &Dump, after: &Dump) -> Result<(), String> {
    let ours: HashSet<&Value> = file
        .rows("tsmpClientList")
        .iter()
        .map(|row| &row["clientId"])
        .collect();
    for (table, rows) in before
        .iter()
        .filter(|(_, rows)| rows.iter().any(|row| row.get("client_id").is_some()))
    {
        let others = |rows: &[Value]| -> Vec<Value> {
            rows.iter()
                .filter(|row| !ours.contains(&row["client_id"]))
                .cloned()
                .collect()
        };
        if others(rows) != others(&after[table]) {
            return Err(format!("rows of other clients changed in {table}"));
        }
    }
    let secrets = |dump: &Dump| -> HashMap<String, [Value; 3]> {
        let cells = |row: &Value| {
            ["client_secret", "dp_client_entry", "pwd_fail_times"].map(|index| row[index].clone())
        };
        dump["tsmp_client"]
            .iter()
            .map(|row| (row["client_id"].to_string(), cells(row)))
            .collect()
    };
    let now = secrets(after);
    match secrets(before)
        .iter()
        .find(|(client, cells)| now.get(*client) != Some(cells))
    {
        Some((client, _)) => Err(format!("the passwords of {client} changed")),
        None => Ok(()),
    }
}

/// The oauth scope of a client that was written names all of its groups.
fn scopes_follow_groups(plan: &Plan, outcomes: &[Outcome], after: &Dump) -> Result<(), String> {
    for (entry, outcome) in plan.entries().iter().zip(outcomes) {
        let is_written = matches!(outcome, Outcome::Added | Outcome::Covered);
        if entry.item.id.kind.as_str() != "client" || !is_written {
            continue;
        }
        let client = &*entry.item.id.key;
        let mut groups: Vec<&str> = after["tsmp_client_group"]
            .iter()
            .filter(|row| row["client_id"] == client)
            .filter_map(|row| row["group_id"].as_str())
            .collect();
        groups.sort_unstable();
        let wanted = if groups.is_empty() {
            "select".to_owned()
        } else {
            groups.join(",")
        };
        let scope = after["oauth_client_details"]
            .iter()
            .find(|row| row["client_id"] == client);
        if scope.is_some_and(|row| row["scope"] != wanted.as_str()) {
            return Err(format!(
                "the scope of {client} is {scope:?}, its groups are {wanted}"
            ));
        }
    }
    Ok(())
}
