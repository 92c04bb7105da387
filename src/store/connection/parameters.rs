//! libpq's connection parameters, and what each means here: the only list of them.

use std::fmt::Write as _;

/// What is done with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handling {
    /// It means what it means in libpq.
    Honoured,
    /// It changes neither which server is reached nor how the connection is protected.
    Ignored,
    /// Only these values are accepted, which ask for nothing that is missing here.
    Refused {
        /// The values that are accepted.
        harmless: &'static [&'static str],
        /// What to do instead.
        remedy: &'static str,
    },
}

/// A parameter of libpq.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    /// Its name in URLs, keyword strings and service files.
    pub(super) name: &'static str,
    /// The variable that sets it.
    pub(super) variable: Option<&'static str>,
    /// The version of libpq it came with, if it is newer than 13.
    pub(super) since: Option<u32>,
    pub(super) handling: Handling,
    /// What is honoured of it, why it has no effect, or why it is refused.
    pub(super) note: &'static str,
}

impl Parameter {
    /// Finds a parameter by its name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        PARAMETERS.iter().find(|parameter| parameter.name == name)
    }

    const fn honoured(name: &'static str, variable: &'static str, note: &'static str) -> Self {
        Self {
            name,
            variable: Some(variable),
            since: None,
            handling: Handling::Honoured,
            note,
        }
    }

    const fn ignored(name: &'static str, variable: &'static str, note: &'static str) -> Self {
        Self {
            handling: Handling::Ignored,
            ..Self::honoured(name, variable, note)
        }
    }

    const fn refused(
        name: &'static str,
        variable: &'static str,
        harmless: &'static [&'static str],
        note: &'static str,
        remedy: &'static str,
    ) -> Self {
        Self {
            handling: Handling::Refused { harmless, remedy },
            ..Self::honoured(name, variable, note)
        }
    }

    const fn since(self, version: u32) -> Self {
        Self {
            since: Some(version),
            ..self
        }
    }

    const fn without_variable(self) -> Self {
        Self {
            variable: None,
            ..self
        }
    }
}

const NO_GSSAPI: &str = "Used by GSSAPI only, which gatediff does not have.";
const OWN_NAME: &str =
    "A session of gatediff is always called `gatediff/VERSION`, by which other jobs recognise it.";
const NO_OAUTH: &str = "gatediff cannot log in by OAuth";
const USE_PASSWORD: &str = "use a role that logs in with a password or a client certificate";
const NO_KEYS: &str = "gatediff derives the keys from the password";
const USE_PASSFILE: &str = "put the role's password in ~/.pgpass";

/// All parameters of libpq 13 to 18, in the order of its manual.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::honoured("host", "PGHOST", "Names, addresses and directories of sockets; several are tried in order."),
    Parameter::honoured("hostaddr", "PGHOSTADDR", "The address to connect to; certificates are checked for `host`."),
    Parameter::honoured("port", "PGPORT", "One, or one for each host."),
    Parameter::honoured("dbname", "PGDATABASE", "By default the name of the role."),
    Parameter::honoured("user", "PGUSER", "By default the operating system's."),
    Parameter::honoured("password", "PGPASSWORD", "Better in the password file."),
    Parameter::honoured("passfile", "PGPASSFILE", "By default `~/.pgpass`; ignored if others can read it."),
    Parameter::honoured("require_auth", "PGREQUIREAUTH", "The authentication methods that the server may request; `!` excludes one.").since(16),
    Parameter::honoured("channel_binding", "PGCHANNELBINDING", "`prefer` by default; with `require` only SCRAM over TLS is answered."),
    Parameter::honoured("connect_timeout", "PGCONNECT_TIMEOUT", "Seconds for each host; 10 by default, 0 for no limit."),
    Parameter::ignored("client_encoding", "PGCLIENTENCODING", "gatediff reads and writes UTF-8; the server converts."),
    Parameter::honoured("options", "PGOPTIONS", "Options of the session, such as `-c search_path=…`."),
    Parameter::ignored("application_name", "PGAPPNAME", OWN_NAME),
    Parameter::ignored("fallback_application_name", "", OWN_NAME).without_variable(),
    Parameter::honoured("keepalives", "", "Probes on an idle TCP connection: on, unless it is 0.").without_variable(),
    Parameter::honoured("keepalives_idle", "", "Seconds until the first probe.").without_variable(),
    Parameter::honoured("keepalives_interval", "", "Seconds between two probes.").without_variable(),
    Parameter::honoured("keepalives_count", "", "How many unanswered probes end the connection.").without_variable(),
    Parameter::honoured("tcp_user_timeout", "", "Milliseconds that what was sent may stay unacknowledged; on Linux.").without_variable(),
    Parameter::refused("replication", "", &["false", "off", "no", "0"], "gatediff runs statements, which a replication connection does not", "leave it out").without_variable(),
    Parameter::refused("gssencmode", "PGGSSENCMODE", &["disable", "prefer"], "gatediff cannot encrypt with GSSAPI", "connect with TLS instead: gssencmode=disable sslmode=verify-full"),
    Parameter::honoured("sslmode", "PGSSLMODE", "`prefer` by default. If there is a file of root certificates, every mode verifies the server's, as in libpq."),
    Parameter::honoured("sslnegotiation", "PGSSLNEGOTIATION", "`direct` needs a server of version 17 and sslmode=require or stronger.").since(17),
    Parameter::ignored("sslcompression", "PGSSLCOMPRESSION", "TLS is never compressed."),
    Parameter::honoured("sslcert", "PGSSLCERT", "By default `~/.postgresql/postgresql.crt`, if it exists."),
    Parameter::honoured("sslkey", "PGSSLKEY", "By default `~/.postgresql/postgresql.key`; unencrypted, and only its owner may read it."),
    Parameter::refused("sslpassword", "", &[], "gatediff does not read encrypted key files", "decrypt the key: openssl pkey -in KEY -out NEW (mode 0600), and name the new file in sslkey").without_variable(),
    Parameter::honoured("sslcertmode", "PGSSLCERTMODE", "`disable` sends no certificate; with `require` the server has to ask for one.").since(16),
    Parameter::honoured("sslrootcert", "PGSSLROOTCERT", "By default `~/.postgresql/root.crt`, if it exists; only these authorities are trusted. `system` (16): those of the machine, with sslmode=verify-full."),
    Parameter::honoured("sslcrl", "PGSSLCRL", "By default `~/.postgresql/root.crl`, if it exists; then each certificate needs a current list."),
    Parameter::honoured("sslcrldir", "PGSSLCRLDIR", "The files with names as of `openssl rehash`.").since(14),
    Parameter::honoured("sslsni", "PGSSLSNI", "Whether the server learns the host's name before it is encrypted: yes, unless it is 0.").since(14),
    Parameter::honoured("requirepeer", "PGREQUIREPEER", "The operating system's user that a server at a socket must run as."),
    Parameter::honoured("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", "TLSv1.2 at least."),
    Parameter::honoured("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", "TLSv1.2 or TLSv1.3; older ones are refused."),
    Parameter::refused("min_protocol_version", "PGMINPROTOCOLVERSION", &["3.0"], "gatediff speaks version 3.0 of the protocol", "leave it out, or set it to 3.0").since(18),
    Parameter::ignored("max_protocol_version", "PGMAXPROTOCOLVERSION", "gatediff always speaks version 3.0, the lowest that it can name.").since(18),
    Parameter::ignored("krbsrvname", "PGKRBSRVNAME", NO_GSSAPI),
    Parameter::ignored("gsslib", "PGGSSLIB", NO_GSSAPI),
    Parameter::ignored("gssdelegation", "PGGSSDELEGATION", NO_GSSAPI).since(17),
    Parameter::refused("scram_client_key", "", &[], NO_KEYS, USE_PASSFILE).since(18).without_variable(),
    Parameter::refused("scram_server_key", "", &[], NO_KEYS, USE_PASSFILE).since(18).without_variable(),
    Parameter::honoured("service", "PGSERVICE", "A section of the service file; the address and variables go before it."),
    Parameter::honoured("servicefile", "PGSERVICEFILE", "By default `~/.pg_service.conf`, then `pg_service.conf` in `PGSYSCONFDIR`.").since(18),
    Parameter::honoured("target_session_attrs", "PGTARGETSESSIONATTRS", "A server that is not such a one is left; the next host is tried."),
    Parameter::honoured("load_balance_hosts", "PGLOADBALANCEHOSTS", "`random` tries hosts and their addresses in random order.").since(16),
    Parameter::refused("oauth_issuer", "", &[], NO_OAUTH, USE_PASSWORD).since(18).without_variable(),
    Parameter::refused("oauth_client_id", "", &[], NO_OAUTH, USE_PASSWORD).since(18).without_variable(),
    Parameter::refused("oauth_client_secret", "", &[], NO_OAUTH, USE_PASSWORD).since(18).without_variable(),
    Parameter::refused("oauth_scope", "", &[], NO_OAUTH, USE_PASSWORD).since(18).without_variable(),
    Parameter::refused("sslkeylogfile", "", &[], "gatediff does not write down the keys of a connection", "leave it out").since(18).without_variable(),
];

/// The parameters as a Markdown table, for the documentation.
#[must_use]
pub fn parameters_markdown() -> String {
    let mut table = "| parameter | variable | libpq | here | |\n|---|---|---|---|---|\n".to_owned();
    for parameter in PARAMETERS {
        let variable = parameter.variable.map(|name| format!("`{name}`"));
        let since = parameter.since.map(|version| version.to_string());
        let (here, note) = match parameter.handling {
            Handling::Honoured => ("honoured".to_owned(), parameter.note.to_owned()),
            Handling::Ignored => ("no effect".to_owned(), parameter.note.to_owned()),
            Handling::Refused { harmless, remedy } => {
                let accepted: Vec<_> = harmless.iter().map(|it| format!("`{it}`")).collect();
                let here = if accepted.is_empty() {
                    "refused".to_owned()
                } else {
                    format!("refused, but for {}", accepted.join(", "))
                };
                (here, format!("{}: {remedy}.", parameter.note))
            }
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {here} | {note} |",
            parameter.name,
            variable.unwrap_or_default(),
            since.unwrap_or_default(),
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_parameter_and_a_variable_are_listed_once() {
        let names: BTreeSet<_> = PARAMETERS.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), PARAMETERS.len());
        let variables: Vec<_> = PARAMETERS.iter().filter_map(|it| it.variable).collect();
        assert_eq!(
            variables.iter().collect::<BTreeSet<_>>().len(),
            variables.len()
        );
        assert!(variables.iter().all(|name| name.starts_with("PG")));
    }

    #[test]
    fn what_restricts_a_connection_is_never_without_effect() {
        for name in [
            "channel_binding",
            "gssencmode",
            "min_protocol_version",
            "require_auth",
            "requirepeer",
            "ssl_max_protocol_version",
            "ssl_min_protocol_version",
            "sslcertmode",
            "sslcrl",
            "sslcrldir",
            "sslmode",
            "sslnegotiation",
            "sslrootcert",
            "target_session_attrs",
        ] {
            let parameter = Parameter::named(name).unwrap();
            assert_ne!(parameter.handling, Handling::Ignored, "{name}");
        }
    }
}
