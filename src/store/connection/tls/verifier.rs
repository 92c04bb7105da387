//! Whether the server's certificate is trusted: what libpq accepts, and no more.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, ServerName, SignatureVerificationAlgorithm,
    UnixTime,
};
use rustls::{
    CertificateError, DigitallySignedStruct, PeerMisbehaved, RootCertStore, SignatureScheme,
};
use webpki::RawPublicKeyEntity;

use super::certificate::Certificate;
use super::error::{CHECK_SERVER, TlsError};

const CHECK_ROOTS: &str = "sslrootcert (PGSSLROOTCERT, by default ~/.postgresql/root.crt) needs the certificate of the authority that issued it, or the server's own if it has signed itself.";
const RENEW: &str = "renew the server's certificate, and check the clocks of both machines";

/// Verifies a server's certificate.
#[derive(Debug)]
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    trust: Option<Trust>,
    /// The name that the certificate has to have.
    host: Option<String>,
}

/// Who is trusted.
#[derive(Debug)]
struct Trust {
    roots: Vec<CertificateDer<'static>>,
    has_lists: bool,
    chains: Arc<WebPkiServerVerifier>,
}

impl Verifier {
    /// Without roots, every certificate is accepted.
    pub(super) fn new(
        provider: Arc<CryptoProvider>,
        roots: Option<Vec<CertificateDer<'static>>>,
        lists: Vec<CertificateRevocationListDer<'static>>,
        host: Option<String>,
    ) -> Result<Self, TlsError> {
        let trust = match roots {
            None => None,
            Some(roots) => Some(Trust::new(&provider, roots, lists)?),
        };
        Ok(Self {
            provider,
            trust,
            host,
        })
    }

    fn verify(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), TlsError> {
        let Some(trust) = &self.trust else {
            return Ok(());
        };
        let certificate = Certificate::read(leaf)?;
        trust.verify(&self.provider, leaf, &certificate, intermediates, now)?;
        match &self.host {
            Some(host) if !certificate.is_for(host) => Err(TlsError::new(
                format!(
                    "the server's certificate is for {}, not for `{host}`",
                    listed(&certificate.names())
                ),
                "connect to a name of the certificate (with hostaddr for its address), or use sslmode=verify-ca, which compares no names",
            )),
            _ => Ok(()),
        }
    }

    /// Verifies the signature of a handshake whose certificate rustls cannot read: its key is all
    /// that is needed.
    fn verify_with_key(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let certificate = Certificate::read(certificate).map_err(TlsError::into_tls)?;
        let key = certificate.key();
        let invalid = || rustls::Error::InvalidCertificate(CertificateError::BadSignature);
        let entity = RawPublicKeyEntity::try_from(&key).map_err(|_| invalid())?;
        let mapping = self.provider.signature_verification_algorithms.mapping;
        let found = mapping.iter().find(|(scheme, _)| *scheme == signed.scheme);
        let (_, algorithms) =
            found.ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
        let is_signed = algorithms.iter().any(|algorithm| {
            let signature = signed.signature();
            entity
                .verify_signature(*algorithm, message, signature)
                .is_ok()
        });
        is_signed
            .then(HandshakeSignatureValid::assertion)
            .ok_or_else(invalid)
    }
}

impl Trust {
    fn new(
        provider: &Arc<CryptoProvider>,
        roots: Vec<CertificateDer<'static>>,
        lists: Vec<CertificateRevocationListDer<'static>>,
    ) -> Result<Self, TlsError> {
        let mut store = RootCertStore::empty();
        let (_, ignored) = store.add_parsable_certificates(roots.iter().cloned());
        if store.is_empty() {
            return Err(TlsError::new(
                format!("none of the {ignored} root certificates can be read"),
                CHECK_ROOTS,
            ));
        }
        let has_lists = !lists.is_empty();
        let chains = WebPkiServerVerifier::builder_with_provider(
            Arc::new(store),
            Arc::clone(provider),
        )
        .with_crls(lists)
        .enforce_revocation_expiration()
        .build()
        .map_err(|error| {
            TlsError::new(
                format!("a revocation list cannot be used: {error}"),
                "check sslcrl (PGSSLCRL) and sslcrldir (PGSSLCRLDIR): they need lists of version 2",
            )
        })?;
        Ok(Self {
            roots,
            has_lists,
            chains,
        })
    }

    fn verify(
        &self,
        provider: &CryptoProvider,
        leaf: &CertificateDer<'_>,
        certificate: &Certificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), TlsError> {
        let failed = |why: String, hint: &str| {
            let what = certificate.describe();
            Err(TlsError::new(
                format!("the server's certificate {what}, {why}"),
                hint,
            ))
        };
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        if let Some(when) = certificate.expired(seconds) {
            return failed(when, RENEW);
        }
        let is_root = self.roots.iter().any(|root| certificate.is_raw(root));
        if certificate.is_self_issued() && is_root {
            return if self.has_lists {
                failed(
                    "has no authority whose revocation list could be looked at".to_owned(),
                    "leave out sslcrl and sslcrldir for a certificate that has signed itself",
                )
            } else {
                Ok(())
            };
        }
        if !certificate.is_version_3() {
            return self.verify_old(provider, certificate, seconds).or_else(|why| {
                failed(
                    why,
                    "issue it with extensions: openssl x509 -req -extfile FILE, where FILE has `subjectAltName = DNS:HOST`",
                )
            });
        }
        // Names are compared as libpq does, afterwards.
        let any = ServerName::IpAddress(std::net::IpAddr::from([0, 0, 0, 0]).into());
        let chain = self
            .chains
            .verify_server_cert(leaf, intermediates, &any, &[], now);
        use CertificateError as E;
        let error = match chain {
            Ok(_) => return Ok(()),
            Err(rustls::Error::InvalidCertificate(
                E::NotValidForName | E::NotValidForNameContext { .. },
            )) => return Ok(()),
            Err(rustls::Error::InvalidCertificate(error)) => error,
            Err(error) => return failed(error.to_string(), CHECK_SERVER),
        };
        match error {
            E::UnknownIssuer | E::Other(_) if certificate.is_self_issued() => {
                failed("is not trusted".to_owned(), CHECK_ROOTS)
            }
            E::Other(_) if certificate.may_issue() => failed(
                "is that of an authority".to_owned(),
                "issue one for the server alone, without CA:TRUE in its basicConstraints",
            ),
            E::UnknownIssuer => failed("is from no trusted authority".to_owned(), CHECK_ROOTS),
            E::Revoked => failed("is revoked".to_owned(), "have a new one issued"),
            E::UnknownRevocationStatus => failed(
                "has no revocation list of its issuer".to_owned(),
                "sslcrl (PGSSLCRL) or sslcrldir (PGSSLCRLDIR) needs a list of every authority of the chain.",
            ),
            E::ExpiredRevocationList | E::ExpiredRevocationListContext { .. } => failed(
                "has a revocation list that is out of date".to_owned(),
                "fetch the current list of the authority for sslcrl (PGSSLCRL)",
            ),
            E::Expired
            | E::ExpiredContext { .. }
            | E::NotValidYet
            | E::NotValidYetContext { .. } => failed(
                "has an authority whose certificate is out of date".to_owned(),
                RENEW,
            ),
            other => failed(format!("cannot be verified: {other}"), CHECK_SERVER),
        }
    }

    /// Verifies a certificate of X.509 version 1: without extensions, all there is to it is the
    /// signature of a trusted authority. Authorities in between would need extensions.
    fn verify_old(
        &self,
        provider: &CryptoProvider,
        certificate: &Certificate<'_>,
        now: i64,
    ) -> Result<(), String> {
        if self.has_lists {
            return Err("of X.509 version 1, cannot be looked up in revocation lists".to_owned());
        }
        let algorithms: Vec<&dyn SignatureVerificationAlgorithm> =
            provider.signature_verification_algorithms.all.to_vec();
        let mut issuers = self
            .roots
            .iter()
            .filter_map(|root| Certificate::read(root).ok());
        let is_trusted = issuers.any(|issuer| {
            issuer.may_issue()
                && issuer.expired(now).is_none()
                && certificate.names_as_issuer(&issuer)
                && certificate.is_signed_by(&issuer, &algorithms)
        });
        if is_trusted {
            Ok(())
        } else {
            Err("of X.509 version 1, is not signed by a trusted authority itself".to_owned())
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.verify(end_entity, intermediates, now)
            .map(|()| ServerCertVerified::assertion())
            .map_err(TlsError::into_tls)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if is_old(cert) {
            return self.verify_with_key(message, cert, dss);
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        if is_old(cert) {
            let certificate = Certificate::read(cert).map_err(TlsError::into_tls)?;
            let key = certificate.key();
            return verify_tls13_signature_with_raw_key(message, &key, dss, algorithms);
        }
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Says whether rustls cannot read a certificate, which is only a matter of its age.
fn is_old(certificate: &CertificateDer<'_>) -> bool {
    Certificate::read(certificate).is_ok_and(|it| !it.is_version_3())
}

fn listed(names: &[String]) -> String {
    const MAX: usize = 5;
    if names.is_empty() {
        return "no name".to_owned();
    }
    let mut shown: Vec<_> = names
        .iter()
        .take(MAX)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > MAX {
        shown.push(format!("{} more", names.len() - MAX));
    }
    shown.join(", ")
}
