//! Connects to a host, and encrypts.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream, lookup_host};

use super::error::OpenError;
use super::network::Network;
use super::route::{Encryption, Route};
use crate::store::connection::security::Security;
use crate::store::connection::tls::{Handshake, TlsError};

/// A stream of bytes, whatever carries it.
pub(super) trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

/// A connection, encrypted or not.
pub(super) struct Stream {
    pub(super) carrier: Box<dyn Carrier>,
    pub(super) encryption: Option<Encrypted>,
}

/// An encrypted connection.
pub(super) struct Encrypted {
    /// The fingerprint of the server's certificate, for `tls-server-end-point` (RFC 5929); none if
    /// its signature has no hash.
    pub(super) end_point: Option<Vec<u8>>,
}

/// Where a host is.
#[derive(Debug)]
pub(super) enum Place {
    Socket(PathBuf),
    Address(SocketAddr),
}

/// Finds the addresses of a host.
pub(super) async fn places(route: &Route) -> Result<Vec<Place>, OpenError> {
    let host = &route.host;
    if let Some(socket) = host.socket() {
        return Ok(vec![Place::Socket(socket)]);
    }
    if let Some(known) = route.known {
        return Ok(vec![Place::Address(known)]);
    }
    let found = lookup_host((host.place(), host.port)).await;
    let mut found: Vec<_> = found.map_err(OpenError::Unreachable)?.collect();
    if route.network.is_random {
        fastrand::shuffle(&mut found);
    }
    Ok(found.into_iter().map(Place::Address).collect())
}

impl Place {
    pub(super) fn is_socket(&self) -> bool {
        matches!(self, Self::Socket(_))
    }

    pub(super) fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Socket(_) => None,
            Self::Address(address) => Some(*address),
        }
    }

    pub(super) async fn connect(
        &self,
        network: &Network,
        security: &Security,
    ) -> Result<Stream, OpenError> {
        let carrier: Box<dyn Carrier> = match self {
            Self::Socket(path) => {
                let stream = UnixStream::connect(path).await;
                let stream = stream.map_err(OpenError::Unreachable)?;
                if let Some(peer) = &security.peer {
                    check_peer(&stream, peer)?;
                }
                Box::new(stream)
            }
            Self::Address(address) => {
                let stream = TcpStream::connect(address).await;
                let stream = stream.map_err(OpenError::Unreachable)?;
                network.apply(&stream).map_err(OpenError::Local)?;
                Box::new(stream)
            }
        };
        Ok(Stream {
            carrier,
            encryption: None,
        })
    }
}

/// Checks who runs the server at a socket.
fn check_peer(stream: &UnixStream, wanted: &str) -> Result<(), OpenError> {
    let uid = stream.peer_cred().map_err(OpenError::Local)?.uid();
    let user = nix::unistd::User::from_uid(uid.into());
    let user = user.map_err(|error| OpenError::Local(error.into()))?;
    let name = user.map_or_else(|| uid.to_string(), |user| user.name);
    if name == wanted {
        return Ok(());
    }
    Err(OpenError::forbidden(
        format!("the server at the socket runs as {name}, and requirepeer asks for {wanted}"),
        "check who listens at the socket; if it is the right one, correct requirepeer (PGREQUIREPEER)",
    ))
}

/// Encrypts a connection, if it has to be and the server does.
pub(super) async fn encrypt(
    mut stream: Stream,
    route: &Route,
    encryption: Encryption,
) -> Result<Stream, OpenError> {
    if encryption == Encryption::Plain {
        return Ok(stream);
    }
    let security = &route.security;
    let handshake = Handshake::new(security, route.host.name.as_deref())
        .await
        .map_err(OpenError::Tls)?;
    if !security.is_direct && !asks(&mut stream).await? {
        if encryption == Encryption::Offered {
            return Ok(stream);
        }
        return Err(OpenError::Tls(TlsError::new(
            "the server does not encrypt connections",
            "set ssl = on there; sslmode=prefer connects without encryption if the server has none",
        )));
    }
    let name = server_name(route)?;
    let (carrier, end_point) = handshake
        .run(stream.carrier, name)
        .await
        .map_err(OpenError::Tls)?;
    Ok(Stream {
        carrier: Box::new(carrier),
        encryption: Some(Encrypted { end_point }),
    })
}

/// Asks whether the server encrypts. Its answer is one byte: what follows belongs to TLS already.
async fn asks(stream: &mut Stream) -> Result<bool, OpenError> {
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    stream.carrier.write_all(&request).await?;
    stream.carrier.flush().await?;
    match stream.carrier.read_u8().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        b'E' => Err(OpenError::Tls(TlsError::new(
            "the server answers the question whether it encrypts with an error",
            "it may be too busy, or another program: see its log",
        ))),
        _ => Err(OpenError::Protocol(
            "it answers the question whether it encrypts with something else".to_owned(),
        )),
    }
}

/// The name that the server is told, if it is one and not an address, as in libpq.
fn server_name(route: &Route) -> Result<ServerName<'static>, OpenError> {
    let name = route.host.name.as_deref().unwrap_or(route.host.place());
    let bare = name.strip_suffix('.').unwrap_or(name).to_owned();
    ServerName::try_from(bare).or_else(|_| {
        // Not a name of the DNS: the server is not told any. Which name its certificate has to have
        // is checked separately.
        let nobody = IpAddr::from([0, 0, 0, 0]);
        Ok(ServerName::IpAddress(nobody.into()))
    })
}
