//! Begins a session: the start-up message, and authentication.

use std::io;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{
    ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256,
};
use postgres_protocol::message::backend::{ErrorResponseBody, Message};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::dial::{Carrier, Stream};
use super::error::OpenError;
use super::route::Route;
use crate::store::connection::security::{ChannelBindingMode, Method};

/// What no message before the session begins is longer than: more is another protocol.
const MAX_MESSAGE: usize = 64 * 1024;

/// A session that has begun.
pub(super) struct Session {
    pub(super) carrier: Box<dyn Carrier>,
    buffer: BytesMut,
    /// What the server has told about its settings.
    pub(super) statuses: Vec<(String, String)>,
    /// The process and the secret by which statements are cancelled.
    pub(super) process: i32,
    pub(super) secret: i32,
}

/// How far authentication has come.
#[derive(Default)]
struct Authentication {
    /// The method that was used, and whether it is done.
    used: Option<Method>,
    scram: Option<ScramSha256>,
    is_bound: bool,
    is_done: bool,
}

impl Session {
    /// Begins a session.
    pub(super) async fn begin(stream: Stream, route: &Route) -> Result<Self, OpenError> {
        let Stream {
            carrier,
            encryption,
        } = stream;
        let mut session = Self {
            carrier,
            buffer: BytesMut::new(),
            statuses: Vec::new(),
            process: 0,
            secret: 0,
        };
        // What sqlx needs to read what it gets; `extra_float_digits`, which it also asks for, is
        // what servers do anyway, and refused by proxies.
        let mut parameters = vec![
            ("user", route.user.as_str()),
            ("database", route.database.as_str()),
            ("client_encoding", "UTF8"),
            ("DateStyle", "ISO, MDY"),
            ("TimeZone", "UTC"),
            ("application_name", route.application_name.as_str()),
        ];
        parameters.extend(route.options.as_deref().map(|options| ("options", options)));
        session
            .send(|buffer| frontend::startup_message(parameters, buffer))
            .await?;

        let end_point = encryption.as_ref().map(|it| it.end_point.as_deref());
        let mut state = Authentication::default();
        let mut was_asked = false;
        loop {
            match session.receive().await? {
                Message::AuthenticationOk => check_authentication(&state, route)?,
                Message::ErrorResponse(body) => return Err(refusal(&body, !was_asked)),
                Message::ParameterStatus(body) => {
                    let (name, value) = (body.name()?.to_owned(), body.value()?.to_owned());
                    session.statuses.retain(|(known, _)| *known != name);
                    session.statuses.push((name, value));
                }
                Message::BackendKeyData(body) => {
                    (session.process, session.secret) = (body.process_id(), body.secret_key());
                }
                Message::ReadyForQuery(_) => return Ok(session),
                Message::NoticeResponse(_) => {}
                message => {
                    was_asked = true;
                    session
                        .authenticate(message, route, end_point, &mut state)
                        .await?;
                }
            }
        }
    }

    /// Returns what the server has told about a setting.
    pub(super) fn status(&self, name: &str) -> Option<&str> {
        let found = self.statuses.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) async fn send_query(&mut self, sql: &str) -> Result<(), OpenError> {
        self.send(|buffer| frontend::query(sql, buffer)).await
    }

    async fn send(
        &mut self,
        write: impl FnOnce(&mut BytesMut) -> io::Result<()>,
    ) -> Result<(), OpenError> {
        let mut message = BytesMut::new();
        // Only a zero byte inside of a text cannot be written.
        write(&mut message).map_err(|_| {
            OpenError::Protocol("a name or a password contains a zero byte".to_owned())
        })?;
        self.carrier.write_all(&message).await?;
        self.carrier.flush().await?;
        Ok(())
    }

    /// Receives the next message.
    pub(super) async fn receive(&mut self) -> Result<Message, OpenError> {
        let other = || OpenError::Protocol("it sends what is no message".to_owned());
        loop {
            let length = self.buffer.get(1..5).and_then(|it| it.try_into().ok());
            if length.is_some_and(|it| u32::from_be_bytes(it) as usize > MAX_MESSAGE) {
                return Err(other());
            }
            // Whatever it is, it may speak another protocol.
            let message = Message::parse(&mut self.buffer).map_err(|_| other())?;
            if let Some(message) = message {
                return Ok(message);
            }
            if self.carrier.read_buf(&mut self.buffer).await? == 0 {
                return Err(OpenError::Broken(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Takes what was received with the last message, and not yet read.
    pub(super) fn take_rest(&mut self) -> BytesMut {
        self.buffer.split()
    }

    /// Answers a request for authentication, if it may be answered.
    async fn authenticate(
        &mut self,
        message: Message,
        route: &Route,
        end_point: Option<Option<&[u8]>>,
        state: &mut Authentication,
    ) -> Result<(), OpenError> {
        let method = match message {
            Message::AuthenticationCleartextPassword => Method::Password,
            Message::AuthenticationMd5Password(_) => Method::Md5,
            Message::AuthenticationSasl(_)
            | Message::AuthenticationSaslContinue(_)
            | Message::AuthenticationSaslFinal(_) => Method::Scram,
            Message::AuthenticationGss | Message::AuthenticationGssContinue(_) => Method::Gss,
            Message::AuthenticationSspi => Method::Sspi,
            _ => {
                return Err(OpenError::Protocol(
                    "it sends a message that does not belong here".to_owned(),
                ));
            }
        };
        check_method(method, route)?;
        state.used = Some(method);
        let password = || {
            route.host.password.as_deref().ok_or(OpenError::Refused {
                code: "28P01".to_owned(),
                message: "the server asks for a password".to_owned(),
                at_once: false,
            })
        };
        match message {
            Message::AuthenticationCleartextPassword => {
                let password = password()?.as_bytes();
                self.send(|buffer| frontend::password_message(password, buffer))
                    .await?;
                state.is_done = true;
            }
            Message::AuthenticationMd5Password(body) => {
                let (user, password) = (route.user.as_bytes(), password()?.as_bytes());
                let hash = md5_hash(user, password, body.salt());
                self.send(|buffer| frontend::password_message(hash.as_bytes(), buffer))
                    .await?;
                state.is_done = true;
            }
            Message::AuthenticationSasl(body) => {
                let offered: Vec<String> =
                    body.mechanisms().map(|it| Ok(it.to_owned())).collect()?;
                let (mechanism, binding) = scram(&offered, route, end_point)?;
                state.is_bound = mechanism == SCRAM_SHA_256_PLUS;
                let scram = ScramSha256::new(password()?.as_bytes(), binding);
                self.send(|buffer| {
                    frontend::sasl_initial_response(mechanism, scram.message(), buffer)
                })
                .await?;
                state.scram = Some(scram);
            }
            Message::AuthenticationSaslContinue(body) => {
                let scram = state.scram.as_mut().ok_or_else(out_of_order)?;
                scram.update(body.data()).map_err(|_| wrong_signature())?;
                let answer = scram.message().to_vec();
                self.send(|buffer| frontend::sasl_response(&answer, buffer))
                    .await?;
            }
            Message::AuthenticationSaslFinal(body) => {
                let scram = state.scram.as_mut().ok_or_else(out_of_order)?;
                scram.finish(body.data()).map_err(|_| wrong_signature())?;
                state.is_done = true;
            }
            _ => {
                return Err(OpenError::forbidden(
                    format!(
                        "the server requests {} authentication, which gatediff does not support",
                        method.name()
                    ),
                    "use a role for which pg_hba.conf asks for scram-sha-256 or a client certificate",
                ));
            }
        }
        Ok(())
    }
}

fn out_of_order() -> OpenError {
    OpenError::Protocol("it continues an authentication that it has not begun".to_owned())
}

/// The server has not shown that it knows the password's hash.
fn wrong_signature() -> OpenError {
    OpenError::forbidden(
        "the server's SCRAM signature is wrong: it does not know the role's password",
        "it may be another server than the address means: check host and port",
    )
}

/// Says whether a method may be answered: before anything is sent for it.
fn check_method(method: Method, route: &Route) -> Result<(), OpenError> {
    if !route.security.allows(method) {
        return Err(OpenError::forbidden(
            format!(
                "the server requests {} authentication, which require_auth excludes",
                method.name()
            ),
            "have pg_hba.conf ask for another method, or allow this one with require_auth (PGREQUIREAUTH)",
        ));
    }
    if route.security.channel_binding == ChannelBindingMode::Require && method != Method::Scram {
        return Err(unbound());
    }
    Ok(())
}

/// Checks, when the server lets us in, that it has asked for what it had to.
fn check_authentication(state: &Authentication, route: &Route) -> Result<(), OpenError> {
    let method = state.used.filter(|_| state.is_done);
    if state.used.is_some() && method.is_none() {
        return Err(wrong_signature());
    }
    if route.security.channel_binding == ChannelBindingMode::Require && !state.is_bound {
        return Err(unbound());
    }
    check_method(method.unwrap_or(Method::None), route)
}

fn unbound() -> OpenError {
    OpenError::forbidden(
        "the server does not bind authentication to the TLS channel, which channel_binding=require demands",
        "it needs TLS with a certificate and scram-sha-256 in pg_hba.conf; a proxy that encrypts by itself cannot do it",
    )
}

/// Chooses the mechanism, and what it is bound to.
fn scram(
    offered: &[String],
    route: &Route,
    end_point: Option<Option<&[u8]>>,
) -> Result<(&'static str, ChannelBinding), OpenError> {
    let has = |mechanism: &str| offered.iter().any(|it| it == mechanism);
    let mode = route.security.channel_binding;
    if mode != ChannelBindingMode::Disable
        && let Some(Some(end_point)) = end_point
    {
        if has(SCRAM_SHA_256_PLUS) {
            let binding = ChannelBinding::tls_server_end_point(end_point.to_vec());
            return Ok((SCRAM_SHA_256_PLUS, binding));
        }
        if mode == ChannelBindingMode::Prefer && has(SCRAM_SHA_256) {
            return Ok((SCRAM_SHA_256, ChannelBinding::unrequested()));
        }
    }
    if mode == ChannelBindingMode::Require {
        return Err(unbound());
    }
    if has(SCRAM_SHA_256) {
        return Ok((SCRAM_SHA_256, ChannelBinding::unsupported()));
    }
    Err(OpenError::forbidden(
        "the server offers no SASL mechanism that gatediff supports",
        "use a role for which pg_hba.conf asks for scram-sha-256 or a client certificate",
    ))
}

/// What a server refuses with.
pub(super) fn refusal(body: &ErrorResponseBody, at_once: bool) -> OpenError {
    let (mut code, mut message) = (String::new(), String::new());
    let mut fields = body.fields();
    while let Ok(Some(field)) = fields.next() {
        let value = || String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'C' => code = value(),
            b'M' => message = value(),
            _ => {}
        }
    }
    OpenError::Refused {
        code,
        message,
        at_once,
    }
}
