//! `target_session_attrs`: whether a server is such a one as was asked for.

use postgres_protocol::message::backend::Message;

use super::error::OpenError;
use super::route::SessionAttributes;
use super::startup::Session;

/// Checks the server of a session. Servers since 14 have told what they are; others, and proxies,
/// are asked.
pub(super) async fn check(
    session: &mut Session,
    wanted: SessionAttributes,
) -> Result<(), OpenError> {
    let refusal = match wanted {
        SessionAttributes::Any => return Ok(()),
        SessionAttributes::ReadWrite if is_read_only(session).await? => "is read-only",
        SessionAttributes::ReadOnly if !is_read_only(session).await? => "is not read-only",
        SessionAttributes::Primary if is_standby(session).await? => "is a standby",
        SessionAttributes::Standby | SessionAttributes::PreferStandby
            if !is_standby(session).await? =>
        {
            "is not a standby"
        }
        _ => return Ok(()),
    };
    Err(OpenError::OtherServer(refusal))
}

async fn is_standby(session: &mut Session) -> Result<bool, OpenError> {
    match session.status("in_hot_standby") {
        Some(status) => Ok(status == "on"),
        None => Ok(ask(session, "SELECT pg_catalog.pg_is_in_recovery()").await? == b"t"),
    }
}

async fn is_read_only(session: &mut Session) -> Result<bool, OpenError> {
    let statuses = (
        session.status("in_hot_standby"),
        session.status("default_transaction_read_only"),
    );
    match statuses {
        (Some(standby), Some(read_only)) => Ok(standby == "on" || read_only == "on"),
        _ => Ok(ask(session, "SHOW transaction_read_only").await? == b"on"),
    }
}

/// Asks for one value.
async fn ask(session: &mut Session, sql: &str) -> Result<Vec<u8>, OpenError> {
    session.send_query(sql).await?;
    let mut value = Vec::new();
    loop {
        match session.receive().await? {
            Message::DataRow(row) => {
                // A column's length, then the column: after a count of columns that is not here.
                value = row.buffer().get(4..).unwrap_or_default().to_vec();
            }
            Message::ReadyForQuery(_) => return Ok(value),
            Message::ErrorResponse(body) => return Err(super::startup::refusal(&body, false)),
            _ => {}
        }
    }
}
