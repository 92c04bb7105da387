//! What is in a certificate: also in those that rustls does not take, of X.509 version 1.

use std::net::IpAddr;

use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use webpki::RawPublicKeyEntity;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::{X509Certificate, X509Version};

use super::error::{CHECK_SERVER, TlsError};

/// A certificate that has been read.
pub(super) struct Certificate<'a> {
    raw: &'a [u8],
    parsed: X509Certificate<'a>,
}

impl<'a> Certificate<'a> {
    pub(super) fn read(raw: &'a CertificateDer<'_>) -> Result<Self, TlsError> {
        let parsed = parse_x509_certificate(raw);
        let (_, parsed) = parsed
            .map_err(|_| TlsError::new("the server's certificate cannot be read", CHECK_SERVER))?;
        Ok(Self { raw, parsed })
    }

    /// Says whether rustls reads it.
    pub(super) fn is_version_3(&self) -> bool {
        self.parsed.version() == X509Version::V3
    }

    pub(super) fn is_raw(&self, other: &CertificateDer<'_>) -> bool {
        self.raw == other.as_ref()
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.parsed.subject().as_raw() == self.parsed.issuer().as_raw()
    }

    pub(super) fn names_as_issuer(&self, issuer: &Certificate<'_>) -> bool {
        self.parsed.issuer().as_raw() == issuer.parsed.subject().as_raw()
    }

    /// Says whether it may issue others: one of version 1 cannot say so, and is trusted as it is.
    pub(super) fn may_issue(&self) -> bool {
        self.parsed.is_ca() || (!self.is_version_3() && self.is_self_issued())
    }

    /// How it calls itself and its issuer, in one line.
    pub(super) fn describe(&self) -> String {
        let plain = |name: String| name.replace(|c: char| c.is_control(), "?");
        let subject = plain(self.parsed.subject().to_string());
        if self.is_self_issued() {
            format!("`{subject}`, signed by itself")
        } else {
            format!(
                "`{subject}`, issued by `{}`",
                plain(self.parsed.issuer().to_string())
            )
        }
    }

    /// Says when it is valid, if it is not at a time in seconds since 1970.
    pub(super) fn expired(&self, now: i64) -> Option<String> {
        let validity = self.parsed.validity();
        if now > validity.not_after.timestamp() {
            return Some(format!("expired at {}", validity.not_after));
        }
        (now < validity.not_before.timestamp())
            .then(|| format!("is not valid before {}", validity.not_before))
    }

    pub(super) fn key(&self) -> SubjectPublicKeyInfoDer<'a> {
        SubjectPublicKeyInfoDer::from(self.parsed.tbs_certificate.subject_pki.raw)
    }

    /// Says whether the key of an issuer has signed it.
    pub(super) fn is_signed_by(
        &self,
        issuer: &Certificate<'_>,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> bool {
        let key = issuer.key();
        let Ok(entity) = RawPublicKeyEntity::try_from(&key) else {
            return false;
        };
        let message = self.parsed.tbs_certificate.as_ref();
        let signature = self.parsed.signature_value.data.as_ref();
        // Each fits one sort of key and one hash: none can take a signature for another's.
        algorithms.iter().any(|algorithm| {
            entity
                .verify_signature(*algorithm, message, signature)
                .is_ok()
        })
    }

    /// Says whether it is for a host: as libpq compares names, which also takes the common name of a
    /// certificate that has no alternative names of the host's sort.
    pub(super) fn is_for(&self, host: &str) -> bool {
        let address: Option<IpAddr> = host.parse().ok();
        let mut takes_common_name = true;
        let alternatives = self.parsed.subject_alternative_name().ok().flatten();
        for name in alternatives.iter().flat_map(|it| &it.value.general_names) {
            let (is_address, matches) = match name {
                GeneralName::DNSName(name) => (false, matches_name(name, host)),
                GeneralName::IPAddress(bytes) => {
                    (true, address.is_some_and(|it| is_bytes(it, bytes)))
                }
                _ => continue,
            };
            if matches {
                return true;
            }
            takes_common_name &= is_address != address.is_some();
        }
        takes_common_name
            && self
                .common_name()
                .is_some_and(|name| matches_name(name, host))
    }

    fn common_name(&self) -> Option<&str> {
        let mut names = self.parsed.subject().iter_common_name();
        names.next().and_then(|name| name.as_str().ok())
    }

    /// The names that it is for, as far as it says.
    pub(super) fn names(&self) -> Vec<String> {
        let alternatives = self.parsed.subject_alternative_name().ok().flatten();
        let mut names: Vec<String> = alternatives
            .iter()
            .flat_map(|it| &it.value.general_names)
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                GeneralName::IPAddress(bytes) => address_of(bytes).map(|it| it.to_string()),
                _ => None,
            })
            .collect();
        if names.is_empty() {
            names.extend(self.common_name().map(str::to_owned));
        }
        names
            .into_iter()
            .map(|name| name.replace(|c: char| c.is_control(), "?"))
            .collect()
    }

    /// Its hash by the algorithm of its signature, which authentication is bound to (RFC 5929, 4.1); none
    /// if that has no hash.
    pub(super) fn end_point(&self) -> Option<Vec<u8>> {
        let algorithm = self.parsed.signature_algorithm.algorithm.to_id_string();
        Some(match algorithm.as_str() {
            // MD5 and SHA-1 are replaced by SHA-256.
            "1.2.840.113549.1.1.4"
            | "1.2.840.113549.1.1.5"
            | "1.2.840.10045.4.1"
            | "1.2.840.113549.1.1.11"
            | "1.2.840.10045.4.3.2" => Sha256::digest(self.raw).to_vec(),
            "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Sha384::digest(self.raw).to_vec(),
            "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Sha512::digest(self.raw).to_vec(),
            _ => return None,
        })
    }
}

/// Compares a name of a certificate with a host. A star stands for the first part of a name, and
/// for one part only.
fn matches_name(pattern: &str, host: &str) -> bool {
    if pattern.contains('\0') {
        return false;
    }
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let Some(rest) = pattern.strip_prefix("*.") else {
        return false;
    };
    host.split_once('.')
        .is_some_and(|(first, parent)| !first.is_empty() && parent.eq_ignore_ascii_case(rest))
}

fn address_of(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let sixteen = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    four.or(sixteen).ok()
}

fn is_bytes(address: IpAddr, bytes: &[u8]) -> bool {
    address_of(bytes) == Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_part() {
        assert!(matches_name("db.example", "DB.example"));
        assert!(matches_name("*.example", "db.example"));
        assert!(!matches_name("*.example", "a.db.example"));
        assert!(!matches_name("*.example", "example"));
        assert!(!matches_name("*.example", ".example"));
        assert!(!matches_name("d*.example", "db.example"));
        assert!(!matches_name("db.example\0.evil", "db.example"));
    }
}
