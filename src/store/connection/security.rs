//! How a connection has to be protected: what the settings say, checked as libpq checks it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::conninfo::{Malformed, Settings};

/// How a connection has to be protected.
#[derive(Clone, Debug)]
pub(super) struct Security {
    pub(super) mode: SslMode,
    /// Whether TLS begins at once, without asking whether the server has it.
    pub(super) is_direct: bool,
    pub(super) roots: Roots,
    /// Files of revocation lists.
    pub(super) revoked: Revoked,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) certificate_mode: CertificateMode,
    pub(super) oldest: TlsVersion,
    pub(super) newest: TlsVersion,
    pub(super) sends_name: bool,
    pub(super) channel_binding: ChannelBindingMode,
    /// The authentication methods that the server may request; none allows all.
    pub(super) methods: Option<BTreeSet<Method>>,
    /// The user that a server at a socket has to run as.
    pub(super) peer: Option<String>,
}

/// `sslmode`, from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Who is trusted to issue the server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// Nobody has to be: there is no file.
    None,
    /// Those whom the machine trusts.
    System,
    /// Those of a file. Without it, nothing is verified unless the mode demands it.
    File(PathBuf),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Revoked {
    pub(super) file: Option<PathBuf>,
    pub(super) directory: Option<PathBuf>,
}

/// `sslcertmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CertificateMode {
    Disable,
    Allow,
    Require,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TlsVersion {
    Tls12,
    Tls13,
}

/// `channel_binding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChannelBindingMode {
    Disable,
    Prefer,
    Require,
}

/// An authentication method, as `require_auth` calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Method {
    Password,
    Md5,
    Gss,
    Sspi,
    Scram,
    OAuth,
    /// Not at all.
    None,
}

impl Method {
    const ALL: [(&'static str, Self); 7] = [
        ("password", Self::Password),
        ("md5", Self::Md5),
        ("gss", Self::Gss),
        ("sspi", Self::Sspi),
        ("scram-sha-256", Self::Scram),
        ("oauth", Self::OAuth),
        ("none", Self::None),
    ];

    pub(super) fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, method)| *method == self);
        found.map_or("none", |(name, _)| name)
    }
}

/// What is wrong, with the parameter that it is wrong in.
type Misread = (&'static str, Malformed);

const TLS_TOO_OLD: Malformed = Malformed::Refused {
    name: "ssl_max_protocol_version",
    why: "gatediff has no TLS older than 1.2",
    remedy: "leave it out, or set it to TLSv1.2",
};

impl Security {
    /// Reads the settings.
    pub(super) fn read(settings: &Settings, home: Option<&Path>) -> Result<Self, Misread> {
        let own = |name: &str| {
            home.map(|home| home.join(".postgresql").join(name))
                .filter(|file| file.exists())
        };
        let given = |keyword: &str| settings.get(keyword).map(PathBuf::from);

        let roots = match settings.get("sslrootcert") {
            Some("system") => Roots::System,
            _ => given("sslrootcert")
                .or_else(|| own("root.crt"))
                .map_or(Roots::None, Roots::File),
        };
        let mode = choice(
            settings,
            "sslmode",
            &[
                ("disable", SslMode::Disable),
                ("allow", SslMode::Allow),
                ("prefer", SslMode::Prefer),
                ("require", SslMode::Require),
                ("verify-ca", SslMode::VerifyCa),
                ("verify-full", SslMode::VerifyFull),
            ],
        )?;
        let mode = mode.unwrap_or(match roots {
            Roots::System => SslMode::VerifyFull,
            Roots::None | Roots::File(_) => SslMode::Prefer,
        });
        if roots == Roots::System && mode != SslMode::VerifyFull {
            let what = "sslrootcert=system needs sslmode=verify-full";
            return Err(("sslmode", Malformed::Contradiction(what)));
        }
        let is_direct = choice(
            settings,
            "sslnegotiation",
            &[("postgres", false), ("direct", true)],
        )?;
        if is_direct == Some(true) && mode < SslMode::Require {
            let what = "sslnegotiation=direct needs sslmode=require, verify-ca or verify-full";
            return Err(("sslnegotiation", Malformed::Contradiction(what)));
        }
        let (oldest, newest) = versions(settings)?;
        Ok(Self {
            mode,
            is_direct: is_direct.unwrap_or(false),
            roots,
            revoked: Revoked {
                file: given("sslcrl").or_else(|| own("root.crl")),
                directory: given("sslcrldir"),
            },
            certificate: given("sslcert").or_else(|| own("postgresql.crt")),
            key: given("sslkey")
                .or_else(|| home.map(|home| home.join(".postgresql").join("postgresql.key"))),
            certificate_mode: choice(
                settings,
                "sslcertmode",
                &[
                    ("disable", CertificateMode::Disable),
                    ("allow", CertificateMode::Allow),
                    ("require", CertificateMode::Require),
                ],
            )?
            .unwrap_or(CertificateMode::Allow),
            oldest,
            newest,
            sends_name: settings
                .get("sslsni")
                .is_none_or(|value| value.starts_with('1')),
            channel_binding: choice(
                settings,
                "channel_binding",
                &[
                    ("disable", ChannelBindingMode::Disable),
                    ("prefer", ChannelBindingMode::Prefer),
                    ("require", ChannelBindingMode::Require),
                ],
            )?
            .unwrap_or(ChannelBindingMode::Prefer),
            methods: settings.get("require_auth").map(methods).transpose()?,
            peer: settings.get("requirepeer").map(str::to_owned),
        })
    }

    /// The protection of a socket in the file system of a private server.
    pub(super) fn none() -> Self {
        Self {
            mode: SslMode::Disable,
            is_direct: false,
            roots: Roots::None,
            revoked: Revoked::default(),
            certificate: None,
            key: None,
            certificate_mode: CertificateMode::Allow,
            oldest: TlsVersion::Tls12,
            newest: TlsVersion::Tls13,
            sends_name: true,
            channel_binding: ChannelBindingMode::Prefer,
            methods: None,
            peer: None,
        }
    }

    /// Says whether a method may be used.
    pub(super) fn allows(&self, method: Method) -> bool {
        self.methods
            .as_ref()
            .is_none_or(|methods| methods.contains(&method))
    }
}

/// Reads one of several words.
pub(super) fn choice<T: Copy>(
    settings: &Settings,
    keyword: &'static str,
    words: &[(&str, T)],
) -> Result<Option<T>, Misread> {
    let Some(value) = settings.get(keyword) else {
        return Ok(None);
    };
    let found = words.iter().find(|(word, _)| *word == value);
    let (_, meaning) = found.ok_or((keyword, Malformed::Value(keyword)))?;
    Ok(Some(*meaning))
}

fn versions(settings: &Settings) -> Result<(TlsVersion, TlsVersion), Misread> {
    const NAMES: [&str; 4] = ["tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"];
    let rank = |keyword: &'static str| {
        let Some(value) = settings.get(keyword) else {
            return Ok(None);
        };
        let value = value.to_lowercase();
        let rank = NAMES.iter().position(|name| *name == value);
        rank.map(Some).ok_or((keyword, Malformed::Value(keyword)))
    };
    let oldest = rank("ssl_min_protocol_version")?.unwrap_or(2);
    let newest = rank("ssl_max_protocol_version")?;
    if newest.is_some_and(|newest| newest < 2) {
        return Err(("ssl_max_protocol_version", TLS_TOO_OLD));
    }
    if newest.is_some_and(|newest| newest < oldest) {
        let what = "ssl_min_protocol_version is newer than ssl_max_protocol_version";
        return Err(("ssl_min_protocol_version", Malformed::Contradiction(what)));
    }
    let version = |rank| {
        if rank > 2 {
            TlsVersion::Tls13
        } else {
            TlsVersion::Tls12
        }
    };
    Ok((version(oldest), version(newest.unwrap_or(3))))
}

fn methods(text: &str) -> Result<BTreeSet<Method>, Misread> {
    let invalid = ("require_auth", Malformed::Value("require_auth"));
    let words: Vec<_> = text.split(',').map(str::trim).collect();
    let excluded = words.iter().filter(|word| word.starts_with('!')).count();
    if excluded != 0 && excluded != words.len() {
        return Err(invalid);
    }
    let mut named = BTreeSet::new();
    for word in words {
        let word = word.strip_prefix('!').unwrap_or(word);
        let found = Method::ALL.iter().find(|(name, _)| *name == word);
        let (_, method) = found.ok_or_else(|| invalid.clone())?;
        if !named.insert(*method) {
            return Err(invalid);
        }
    }
    let all = Method::ALL.iter().map(|(_, method)| *method);
    Ok(if excluded == 0 {
        named
    } else {
        all.filter(|method| !named.contains(method)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Security, Misread> {
        let settings = Settings::parse(text).unwrap_or_else(|problem| panic!("{problem}"));
        Security::read(&settings, None)
    }

    #[test]
    fn without_a_mode_encryption_is_preferred_and_nothing_verified() {
        let security = read("host=h").unwrap();
        assert_eq!(
            (security.mode, security.roots),
            (SslMode::Prefer, Roots::None)
        );
    }

    #[test]
    fn the_machines_authorities_are_trusted_with_the_hosts_name_only() {
        let security = read("sslrootcert=system").unwrap();
        assert_eq!(security.mode, SslMode::VerifyFull);
        assert_eq!(security.roots, Roots::System);
        assert!(read("sslrootcert=system sslmode=require").is_err());
    }

    #[test]
    fn a_mode_that_may_go_without_encryption_does_not_begin_with_it() {
        assert!(read("sslnegotiation=direct").is_err());
        assert!(
            read("sslnegotiation=direct sslmode=require")
                .unwrap()
                .is_direct
        );
    }

    #[test]
    fn versions_of_tls_are_limits() {
        let limits = |text| read(text).map(|it| (it.oldest, it.newest));
        use TlsVersion::{Tls12, Tls13};
        assert_eq!(limits("host=h").unwrap(), (Tls12, Tls13));
        assert_eq!(
            limits("ssl_min_protocol_version=TLSv1").unwrap(),
            (Tls12, Tls13)
        );
        assert_eq!(
            limits("ssl_min_protocol_version=tlsv1.3").unwrap(),
            (Tls13, Tls13)
        );
        assert_eq!(
            limits("ssl_max_protocol_version=TLSv1.2").unwrap(),
            (Tls12, Tls12)
        );
        let (_, problem) = limits("ssl_max_protocol_version=TLSv1.1").unwrap_err();
        assert_eq!(problem, TLS_TOO_OLD);
        assert!(
            limits("ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2").is_err()
        );
        assert!(limits("ssl_min_protocol_version=SSLv3").is_err());
    }

    #[test]
    fn methods_are_named_or_excluded() {
        let security = read("require_auth=scram-sha-256,none").unwrap();
        assert!(security.allows(Method::Scram) && security.allows(Method::None));
        assert!(!security.allows(Method::Md5) && !security.allows(Method::Password));
        let security = read("require_auth=!password,!md5").unwrap();
        assert!(!security.allows(Method::Md5) && security.allows(Method::Scram));
        for wrong in ["!md5,password", "md5,md5", "kerberos"] {
            assert!(read(&format!("require_auth='{wrong}'")).is_err(), "{wrong}");
        }
    }
}
