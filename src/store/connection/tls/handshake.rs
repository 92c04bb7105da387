//! The handshake, as the settings want it.

use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::SupportedProtocolVersion;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::certificate::Certificate;
use super::error::TlsError;
use super::files;
use super::identity::Identity;
use super::verifier::Verifier;
use crate::store::connection::security::{CertificateMode, Security, SslMode, TlsVersion};

/// The protocol inside of TLS, by its registered name.
const ALPN: &[u8] = b"postgresql";

/// A handshake that can begin: every file has been read.
pub(in crate::store::connection) struct Handshake {
    config: ClientConfig,
    identity: Arc<Identity>,
    is_direct: bool,
    certificate_mode: CertificateMode,
}

impl Handshake {
    /// Reads what it needs. `host` is the name that `verify-full` compares.
    pub(in crate::store::connection) async fn new(
        security: &Arc<Security>,
        host: Option<&str>,
    ) -> Result<Self, TlsError> {
        let (security, host) = (Arc::clone(security), host.map(str::to_owned));
        let reading = tokio::task::spawn_blocking(move || Self::read(&security, host));
        reading
            .await
            .unwrap_or_else(|error| Err(TlsError::new(error.to_string(), "try again")))
    }

    fn read(security: &Security, host: Option<String>) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = files::roots(&security.roots, security.mode)?;
        // As in libpq: lists count where there are roots.
        let lists = match roots {
            Some(_) => files::revoked(&security.revoked)?,
            None => Vec::new(),
        };
        let host = match security.mode {
            SslMode::VerifyFull => Some(host.ok_or_else(|| {
                TlsError::new(
                    "sslmode=verify-full needs the name of the host",
                    "give host beside hostaddr: it is what the certificate has to be for",
                )
            })?),
            _ => None,
        };
        let verifier = Verifier::new(Arc::clone(&provider), roots, lists, host)?;
        let identity = Arc::new(Identity::read(security, &provider)?);
        let versions = versions(security.oldest, security.newest);
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
            .map_err(|error| TlsError::new(error.to_string(), "check ssl_min_protocol_version"))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::clone(&identity) as Arc<_>);
        config.enable_sni = security.sends_name;
        config.alpn_protocols = vec![ALPN.to_vec()];
        // Resumed sessions would not be verified anew.
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Self {
            config,
            identity,
            is_direct: security.is_direct,
            certificate_mode: security.certificate_mode,
        })
    }

    /// Runs it. Also returns what authentication can be bound to.
    pub(in crate::store::connection) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        stream: S,
        name: ServerName<'static>,
    ) -> Result<(TlsStream<S>, Option<Vec<u8>>), TlsError> {
        let connector = TlsConnector::from(Arc::new(self.config));
        let stream = connector
            .connect(name, stream)
            .await
            .map_err(|error| explain(&error))?;
        let (_, session) = stream.get_ref();
        if self.is_direct && session.alpn_protocol() != Some(ALPN) {
            return Err(TlsError::direct());
        }
        if self.certificate_mode == CertificateMode::Require && !self.identity.is_sent() {
            return Err(if self.identity.is_asked() {
                TlsError::new(
                    "the server asked for a client certificate, and there is none (sslcertmode=require)",
                    "name it and its key: sslcert and sslkey (PGSSLCERT, PGSSLKEY)",
                )
            } else {
                TlsError::new(
                    "the server did not ask for a client certificate (sslcertmode=require)",
                    "set ssl_ca_file on the server, or leave out sslcertmode (PGSSLCERTMODE)",
                )
            });
        }
        let first = session.peer_certificates().and_then(<[_]>::first);
        let end_point = first.and_then(|it| Certificate::read(it).ok()?.end_point());
        Ok((stream, end_point))
    }
}

fn explain(error: &io::Error) -> TlsError {
    TlsError::inside(error).unwrap_or_else(|| match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => TlsError::new(
            "the server closed the connection in the handshake",
            "the server's log says why; a proxy in between may not pass TLS on",
        ),
        _ => TlsError::new(error.to_string(), "check the network and the server's log"),
    })
}

fn versions(oldest: TlsVersion, newest: TlsVersion) -> Vec<&'static SupportedProtocolVersion> {
    [
        (TlsVersion::Tls12, &rustls::version::TLS12),
        (TlsVersion::Tls13, &rustls::version::TLS13),
    ]
    .into_iter()
    .filter(|(version, _)| (oldest..=newest).contains(version))
    .map(|(_, supported)| supported)
    .collect()
}
