//! Passes a session to sqlx: through a socket, as sqlx connects only by itself.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;

use super::startup::Session;

/// How long sqlx may take to come for its session.
const TAKE_OVER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the server may go on after sqlx has left: it reads the farewell, and closes. A
/// statement that still runs is not waited for.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(2);

/// The most that is carried at once.
const CHUNK: usize = 64 * 1024;

/// The port in the name of the socket.
const PORT: u16 = 5432;

/// A session that waits for sqlx at a socket.
pub(super) struct Relay {
    /// Only its owner can enter it; removed with this.
    directory: TempDir,
}

impl Relay {
    /// Has a session wait.
    pub(super) fn start(session: Session) -> io::Result<Self> {
        let (directory, listener) = listen()?;
        tokio::spawn(async move {
            let ended = carry(listener, session).await;
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended");
            }
        });
        Ok(Self { directory })
    }

    pub(super) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.directory.path())
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
    }
}

/// Listens in the first directory for short-lived files that can be written and whose path is short
/// enough for a socket.
fn listen() -> io::Result<(TempDir, UnixListener)> {
    let places = [
        std::env::temp_dir(),
        PathBuf::from("/tmp"),
        PathBuf::from("/dev/shm"),
    ];
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for place in places {
        match listen_in(&place) {
            Ok(listening) => return Ok(listening),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn listen_in(place: &Path) -> io::Result<(TempDir, UnixListener)> {
    let directory = tempfile::Builder::new()
        .prefix("gatediff")
        .tempdir_in(place)?;
    let socket = directory.path().join(format!(".s.PGSQL.{PORT}"));
    let listener = UnixListener::bind(socket)?;
    Ok((directory, listener))
}

/// Carries the bytes of a session until one side ends it.
async fn carry(listener: UnixListener, mut session: Session) -> io::Result<()> {
    let accepted = timeout(TAKE_OVER_TIMEOUT, listener.accept()).await;
    let (mut client, _) = accepted.map_err(io::Error::other)??;
    drop(listener);
    take_start_up(&mut client).await?;
    client.write_all(&beginning(&mut session)).await?;

    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = split(session.carrier);
    let up = pump(from_client, to_server);
    let down = pump(from_server, to_client);
    tokio::pin!(up, down);
    tokio::select! {
        ended = &mut down => ended,
        ended = &mut up => {
            // Whether or not the server goes on, nobody listens any more.
            timeout(FAREWELL_TIMEOUT, down).await.ok();
            ended
        }
    }
}

/// Takes sqlx's start-up message: the session has begun already.
async fn take_start_up(client: &mut UnixStream) -> io::Result<()> {
    let length = client.read_u32().await?;
    let mut rest = vec![0; length.saturating_sub(4).min(0xffff) as usize];
    client.read_exact(&mut rest).await.map(|_| ())
}

/// What the server has said at the beginning of a session, as sqlx expects it.
fn beginning(session: &mut Session) -> Bytes {
    let mut bytes = BytesMut::new();
    let mut message = |kind: u8, body: &[u8]| {
        bytes.put_u8(kind);
        // Each was shorter when it was received.
        bytes.put_u32(u32::try_from(body.len() + 4).unwrap_or(u32::MAX));
        bytes.put_slice(body);
    };
    // Authentication is done.
    message(b'R', &0_u32.to_be_bytes());
    for (name, value) in &session.statuses {
        message(b'S', format!("{name}\0{value}\0").as_bytes());
    }
    let key = [session.process, session.secret].map(i32::to_be_bytes);
    message(b'K', key.as_flattened());
    message(b'Z', b"I");
    bytes.extend(session.take_rest());
    bytes.freeze()
}

/// Carries bytes in one direction until they end.
async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = from.read(&mut chunk).await?;
        let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
            return to.shutdown().await;
        };
        to.write_all(bytes).await?;
        // TLS may keep the last record for later.
        to.flush().await?;
    }
}
