//! What a connection's parameters mean: beside `psql`, on a server with TLS. Where `psql` does not
//! know a parameter yet, it is compared with the manual.

use std::path::PathBuf;

use gatediff::job::{self, ApplyOptions, Cancel, Reporter, UndoOptions};
use gatediff::store::{Target, Timeouts};

use crate::digirunner_statements::{clients, shared};
use crate::support::gatediff::{Ran, command};
use crate::support::secure::{Both, Problem, SecureServer, both, has, ours};
use crate::support::site::{SCHEMA, cover_all, load};

const RULES: &str = "local all all trust
host all trusted 127.0.0.0/8 trust
hostssl all only_tls 127.0.0.0/8 trust
hostnossl all only_plain 127.0.0.0/8 trust
host all scram 127.0.0.0/8 scram-sha-256
host all md5 127.0.0.0/8 md5
host all clear 127.0.0.0/8 password
hostssl all certified 127.0.0.0/8 cert
";

const ROLES: &str = "CREATE ROLE trusted LOGIN;
CREATE ROLE only_tls LOGIN;
CREATE ROLE only_plain LOGIN;
CREATE ROLE certified LOGIN;
CREATE ROLE scram LOGIN PASSWORD 'canary7f3a';
CREATE ROLE clear LOGIN PASSWORD 'canary7f3a';
SET password_encryption TO md5;
CREATE ROLE md5 LOGIN PASSWORD 'canary7f3a'";

/// Makes an authority, another one, and one in between.
fn authorities(server: &SecureServer) -> Result<(), Problem> {
    std::fs::write(
        server.file("ca.cnf"),
        "[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n\
         subjectKeyIdentifier=hash\n[req]\ndistinguished_name=dn\n[dn]\n\
         [list]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=30\ncrlnumber=crlnumber\n\
         [authority]\ndefault_ca=list\n",
    )?;
    for name in ["root", "other"] {
        server.openssl(&format!(
            "req -x509 -config ca.cnf -extensions ca -newkey rsa:2048 -nodes -days 100 \
             -subj /CN=Test-{name} -keyout {name}.key -out {name}.crt"
        ))?;
    }
    request(server, "middle", "/CN=Test-middle")?;
    server.openssl(
        "x509 -req -in middle.csr -CA root.crt -CAkey root.key -CAcreateserial -days 100 \
         -extfile ca.cnf -extensions ca -out middle.crt",
    )?;
    Ok(())
}

fn request(server: &SecureServer, name: &str, subject: &str) -> Result<(), Problem> {
    server.openssl(&format!(
        "req -config ca.cnf -newkey rsa:2048 -nodes -subj {subject} -keyout {name}.key -out {name}.csr"
    ))
}

/// Makes a certificate, with extensions or of version 1, issued by an authority.
fn issue(
    server: &SecureServer,
    name: &str,
    subject: &str,
    authority: &str,
    extensions: Option<&str>,
) -> Result<(), Problem> {
    request(server, name, subject)?;
    let extensions = match extensions {
        Some(text) => {
            std::fs::write(server.file(&format!("{name}.cnf")), text)?;
            format!("-extfile {name}.cnf")
        }
        None => String::new(),
    };
    server.openssl(&format!(
        "x509 -req -in {name}.csr -CA {authority}.crt -CAkey {authority}.key -CAcreateserial \
         -days 100 {extensions} -out {name}.crt"
    ))
}

/// Has the server use a certificate.
async fn present(server: &SecureServer, name: &str) -> Result<(), Problem> {
    server.give(&format!("{name}.key"))?;
    server.give(&format!("{name}.crt"))?;
    let file = |ending: &str| format!("{}/{name}.{ending}", server.files.path().display());
    server
        .set(&[
            ("ssl_cert_file", &file("crt")),
            ("ssl_key_file", &file("key")),
            ("ssl", "on"),
        ])
        .await
}

async fn server() -> Result<SecureServer, Problem> {
    let server = SecureServer::start(RULES, &[])?;
    server.run(ROLES).await?;
    authorities(&server)?;
    issue(
        &server,
        "server",
        "/CN=ignored.test",
        "root",
        Some("subjectAltName=DNS:db.test,DNS:*.wild.test\n"),
    )?;
    std::fs::create_dir(server.file("home"))?;
    Ok(server)
}

/// Completes an address: `HOST` is the server, `FILES` where the files are.
fn completed(server: &SecureServer, address: &str) -> String {
    let files = server.files.path().display().to_string();
    address
        .replace("HOST", &server.address)
        .replace("FILES", &files)
        .replace("PEER", &server.user())
        .replace(
            "SOCKET",
            &server.server.socket_directory().display().to_string(),
        )
}

/// Compares rows: with `psql`, and with what is expected of both.
async fn compare(server: &SecureServer, rows: &[(&str, bool)]) -> Result<(), Problem> {
    let home = server.file("home");
    let mut wrong = Vec::new();
    for (address, connects) in rows {
        let text = format!("dbname=postgres {}", completed(server, address));
        let Both { psql, ours } = both(&text, &home, &[]).await?;
        if psql.is_ok() != *connects || ours.is_ok() != *connects {
            wrong.push(format!(
                "{address}: expected {connects}\n  psql {psql:?}\n  ours {ours:?}"
            ));
        }
        if let Err(error) = ours
            && (error.contains("canary7f3a") || error.ends_with("; "))
        {
            wrong.push(format!("{address}: {error}"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong.join("\n").into())
}

/// Compares rows that this machine's `psql` may not know.
async fn expect(server: &SecureServer, rows: &[(&str, Result<(), &str>)]) -> Result<(), Problem> {
    let home = server.file("home");
    let mut wrong = Vec::new();
    for (address, expected) in rows {
        let text = format!("dbname=postgres {}", completed(server, address));
        let is_right = match (ours(&text, &home, &[]).await, expected) {
            (Ok(()), Ok(())) => true,
            (Err(error), Err(part)) if error.contains(part) => true,
            (other, _) => {
                wrong.push(format!("{address}: {expected:?}, not {other:?}"));
                continue;
            }
        };
        assert!(is_right);
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong.join("\n").into())
}

fn has_all() -> bool {
    has("openssl") && has("psql")
}

#[tokio::test]
async fn a_connection_is_made_where_psql_makes_it() -> Result<(), Problem> {
    if !has_all() {
        return Ok(());
    }
    let server = server().await?;
    present(&server, "server").await?;
    compare(
        &server,
        &[
            // Modes, without a file of authorities.
            ("host=HOST user=trusted", true),
            ("host=HOST user=trusted sslmode=disable", true),
            ("host=HOST user=trusted sslmode=allow", true),
            ("host=HOST user=trusted sslmode=prefer", true),
            ("host=HOST user=trusted sslmode=require", true),
            ("host=HOST user=trusted sslmode=verify-ca", false),
            ("host=HOST user=trusted sslmode=verify-full", false),
            ("host=HOST user=trusted sslmode=nonsense", false),
            ("host=HOST user=trusted requiressl=1", true),
            // What the server takes in.
            ("host=HOST user=only_tls", true),
            ("host=HOST user=only_tls sslmode=disable", false),
            ("host=HOST user=only_tls sslmode=allow", true),
            ("host=HOST user=only_plain", true),
            ("host=HOST user=only_plain sslmode=allow", true),
            ("host=HOST user=only_plain sslmode=require", false),
            // Authorities.
            ("host=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-ca", true),
            ("host=HOST user=trusted sslrootcert=FILES/root.crt sslmode=require", true),
            ("host=HOST user=trusted sslrootcert=FILES/other.crt sslmode=verify-ca", false),
            ("host=HOST user=trusted sslrootcert=FILES/other.crt sslmode=require", false),
            ("host=HOST user=trusted sslrootcert=FILES/other.crt sslmode=prefer", true),
            ("host=HOST user=only_tls sslrootcert=FILES/other.crt sslmode=prefer", false),
            ("host=HOST user=trusted sslrootcert=FILES/none.crt sslmode=require", true),
            ("host=HOST user=trusted sslrootcert=FILES/none.crt sslmode=verify-ca", false),
            ("host=HOST user=trusted sslrootcert=FILES/ca.cnf sslmode=require", false),
            // The host's name.
            ("host=db.test hostaddr=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-full", true),
            ("host=DB.test hostaddr=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-full", true),
            ("host=a.wild.test hostaddr=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-full", true),
            ("host=a.b.wild.test hostaddr=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-full", false),
            ("host=ignored.test hostaddr=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-full", false),
            ("host=other.test hostaddr=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-ca", true),
            ("host=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-full", false),
            ("hostaddr=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-full", false),
            ("hostaddr=HOST user=trusted sslrootcert=FILES/root.crt sslmode=verify-ca", true),
            // Versions of TLS.
            ("host=HOST user=only_tls ssl_min_protocol_version=TLSv1.3", true),
            ("host=HOST user=only_tls ssl_max_protocol_version=TLSv1.2", true),
            ("host=HOST user=only_tls ssl_min_protocol_version=TLSv1", true),
            ("host=HOST user=only_tls ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2", false),
            ("host=HOST user=only_tls ssl_min_protocol_version=TLSv9", false),
            ("host=HOST user=only_tls sslsni=0 sslcompression=1", true),
            // Authentication.
            ("host=HOST user=scram password=canary7f3a", true),
            ("host=HOST user=scram password=canary7f3a sslmode=disable", true),
            ("host=HOST user=scram password=wrong", false),
            ("host=HOST user=scram", false),
            ("host=HOST user=md5 password=canary7f3a", true),
            ("host=HOST user=md5 password=wrong", false),
            ("host=HOST user=clear password=canary7f3a", true),
            ("host=HOST user=scram password=canary7f3a channel_binding=require", true),
            ("host=HOST user=scram password=canary7f3a channel_binding=disable", true),
            ("host=HOST user=scram password=canary7f3a channel_binding=require sslmode=disable", false),
            ("host=HOST user=md5 password=canary7f3a channel_binding=require", false),
            ("host=HOST user=clear password=canary7f3a channel_binding=require", false),
            ("host=HOST user=trusted channel_binding=require", false),
            ("host=HOST user=trusted channel_binding=nonsense", false),
            // Which server.
            ("host=HOST user=trusted target_session_attrs=any", true),
            ("host=HOST user=trusted target_session_attrs=read-write", true),
            ("host=HOST user=trusted target_session_attrs=read-only", false),
            ("host=HOST user=trusted target_session_attrs=primary", true),
            ("host=HOST user=trusted target_session_attrs=standby", false),
            ("host=HOST user=trusted target_session_attrs=prefer-standby", true),
            ("host=HOST user=trusted target_session_attrs=nonsense", false),
            ("host=HOST user=trusted target_session_attrs=read-only options=-cdefault_transaction_read_only=on", true),
            ("host=HOST,HOST user=trusted port=1,5432", true),
            ("host=HOST,HOST user=trusted port=1,2", false),
            ("host=HOST,HOST user=trusted port=1,2,3", false),
            ("host=no-such-host.invalid,HOST user=trusted", true),
            ("host=HOST,HOST user=scram password=wrong", false),
            ("host=a,b hostaddr=HOST user=trusted", false),
            // Sockets.
            ("host=SOCKET user=trusted", true),
            ("host=SOCKET user=trusted sslmode=require", true),
            ("host=SOCKET user=trusted requirepeer=PEER", true),
            ("host=SOCKET user=trusted requirepeer=nobody-at-all", false),
            ("host=SOCKET user=trusted channel_binding=require", false),
            // What is done without.
            ("host=HOST user=trusted gssencmode=require", false),
            ("host=HOST user=trusted gssencmode=disable", true),
            ("host=HOST user=trusted krbsrvname=x client_encoding=LATIN1 application_name=x", true),
            ("host=HOST user=trusted keepalives=1 keepalives_idle=30 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=9000", true),
            ("host=HOST user=trusted keepalives_idle=x", false),
            ("host=HOST user=trusted connect_timeout=5", true),
            ("host=HOST user=trusted nonsense=1", false),
        ],
    )
    .await
}

#[tokio::test]
async fn a_certificate_is_accepted_where_psql_accepts_it() -> Result<(), Problem> {
    if !has_all() {
        return Ok(());
    }
    let server = server().await?;
    let full = |root: &str| {
        format!(
            "host=db.test hostaddr=HOST user=only_tls sslmode=verify-full sslrootcert=FILES/{root}.crt"
        )
    };
    let san = "subjectAltName=DNS:db.test\n";
    // Signed by itself, as most guides have it: an authority of its own.
    server.openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 100 -subj /CN=db.test -keyout self.key -out self.crt",
    )?;
    // The same of version 1.
    request(&server, "self1", "/CN=db.test")?;
    server.openssl("x509 -req -in self1.csr -signkey self1.key -days 100 -out self1.crt")?;
    issue(&server, "old", "/CN=db.test", "root", None)?;
    issue(&server, "foreign", "/CN=db.test", "other", None)?;
    issue(
        &server,
        "client_only",
        "/CN=x",
        "root",
        Some(&format!("{san}extendedKeyUsage=clientAuth\n")),
    )?;
    issue(&server, "far", "/CN=x", "middle", Some(san))?;
    let chain = ["far.crt", "middle.crt"].map(|name| std::fs::read_to_string(server.file(name)));
    let [leaf, middle] = chain;
    std::fs::write(server.file("chain.crt"), leaf? + &middle?)?;
    std::fs::copy(server.file("far.key"), server.file("chain.key"))?;
    issue(
        &server,
        "address",
        "/CN=x",
        "root",
        Some(&format!("subjectAltName=IP:{}\n", server.address)),
    )?;
    server.openssl("ecparam -genkey -name prime256v1 -out curve.key")?;
    server.openssl("req -config ca.cnf -new -key curve.key -subj /CN=db.test -out curve.csr")?;
    server.openssl(
        "x509 -req -in curve.csr -CA root.crt -CAkey root.key -CAcreateserial -days 100 -out curve.crt",
    )?;
    server.openssl("x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 100 -set_serial 7 -out late.crt")?;
    std::fs::copy(server.file("server.key"), server.file("late.key"))?;
    let bare = "host=HOST user=only_tls sslmode=require";
    let (root, itself) = (full("root"), full("self"));
    let (old_itself, other) = (full("self1"), full("other"));
    let address = "host=HOST user=only_tls sslmode=verify-full sslrootcert=FILES/root.crt";
    let twelve = format!("{root} ssl_max_protocol_version=TLSv1.2");
    let bound = "host=HOST user=scram password=canary7f3a channel_binding=require sslmode=require";
    for (certificate, rows) in [
        (
            "self",
            vec![
                (bare, true),
                (&*itself, true),
                (&*root, false),
                (bound, true),
            ],
        ),
        (
            "self1",
            vec![
                (bare, true),
                (&*old_itself, true),
                (&*root, false),
                (bound, true),
            ],
        ),
        (
            "old",
            vec![
                (bare, true),
                (&*root, true),
                (&*twelve, true),
                (&*other, false),
                (bound, true),
            ],
        ),
        (
            "foreign",
            vec![(bare, true), (&*root, false), (&*other, true)],
        ),
        ("client_only", vec![(bare, true), (&*root, false)]),
        ("far", vec![(bare, true), (&*root, false)]),
        (
            "chain",
            vec![(bare, true), (&*root, true), (&*twelve, true)],
        ),
        ("address", vec![(address, true), (&*root, false)]),
        (
            "curve",
            vec![
                (bare, true),
                (&*root, true),
                (&*twelve, true),
                (bound, true),
            ],
        ),
    ] {
        present(&server, certificate).await?;
        let checked = compare(&server, &rows).await;
        checked.map_err(|error| format!("{certificate}: {error}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_where_psql_refuses_it() -> Result<(), Problem> {
    if !has_all() {
        return Ok(());
    }
    let server = server().await?;
    present(&server, "server").await?;
    std::fs::write(server.file("index.txt"), "")?;
    std::fs::write(server.file("crlnumber"), "01\n")?;
    let list = |name: &str| {
        server.openssl(&format!(
            "ca -config ca.cnf -name list -gencrl -keyfile root.key -cert root.crt -out {name}"
        ))
    };
    list("none.crl")?;
    // OpenSSL also runs as another user than the server's: it only reads the certificate.
    server.openssl(
        "ca -config ca.cnf -name list -revoke server.crt -keyfile root.key -cert root.crt",
    )?;
    list("revoked.crl")?;
    std::fs::create_dir(server.file("lists"))?;
    std::fs::copy(server.file("revoked.crl"), server.file("lists/revoked.crl"))?;
    server.openssl("rehash lists")?;
    std::fs::create_dir(server.file("empty"))?;
    let verified = "host=HOST user=only_tls sslmode=verify-ca sslrootcert=FILES/root.crt";
    let rows = [
        (format!("{verified} sslcrl=FILES/none.crl"), true),
        (format!("{verified} sslcrl=FILES/revoked.crl"), false),
        (format!("{verified} sslcrldir=FILES/lists"), false),
        (format!("{verified} sslcrldir=FILES/empty"), false),
        // Without authorities, there is nothing to look up.
        (
            "host=HOST user=only_tls sslmode=require sslcrl=FILES/revoked.crl".to_owned(),
            true,
        ),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(row, connects)| (row.as_str(), *connects))
        .collect();
    compare(&server, &rows).await?;
    // libpq goes without a list that is not there.
    let missing = format!("{verified} sslcrl=FILES/missing.crl");
    expect(&server, &[(&missing, Err("missing.crl"))]).await?;
    // The files that libpq looks for by itself.
    let own = server.file("home/.postgresql");
    std::fs::create_dir(&own)?;
    std::fs::copy(server.file("root.crt"), own.join("root.crt"))?;
    compare(
        &server,
        &[("host=HOST user=only_tls sslmode=verify-ca", true)],
    )
    .await?;
    std::fs::copy(server.file("revoked.crl"), own.join("root.crl"))?;
    compare(
        &server,
        &[("host=HOST user=only_tls sslmode=require", false)],
    )
    .await
}

#[tokio::test]
async fn a_client_certificate_is_sent_where_psql_sends_it() -> Result<(), Problem> {
    if !has_all() {
        return Ok(());
    }
    let server = server().await?;
    let authority = server.give("root.crt")?;
    std::fs::set_permissions(
        &authority,
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )?;
    server
        .set(&[("ssl_ca_file", &authority.display().to_string())])
        .await?;
    present(&server, "server").await?;
    issue(&server, "client", "/CN=certified", "root", None)?;
    issue(&server, "stranger", "/CN=certified", "other", None)?;
    server.openssl("pkey -in client.key -aes256 -passout pass:canary7f3a -out locked.key")?;
    std::fs::copy(server.file("client.key"), server.file("open.key"))?;
    for (file, mode) in [
        ("client.key", 0o600),
        ("stranger.key", 0o600),
        ("locked.key", 0o600),
        ("open.key", 0o644),
    ] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(server.file(file), mode)?;
    }
    let with = |certificate: &str, key: &str| {
        format!("host=HOST user=certified sslcert=FILES/{certificate}.crt sslkey=FILES/{key}.key")
    };
    let rows = [
        ("host=HOST user=certified".to_owned(), false),
        (with("client", "client"), true),
        (
            with("client", "client") + " ssl_max_protocol_version=TLSv1.2",
            true,
        ),
        (with("client", "stranger"), false),
        (with("client", "open"), false),
        (with("client", "none"), false),
        (with("none", "client"), false),
        (with("stranger", "stranger") + " sslmode=require", false),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(row, connects)| (row.as_str(), *connects))
        .collect();
    compare(&server, &rows).await?;
    let locked = with("client", "locked");
    let sent = with("client", "client");
    let (kept, demanded) = (
        sent.clone() + " sslcertmode=disable",
        sent + " sslcertmode=require",
    );
    expect(
        &server,
        &[
            (&locked, Err("encrypted")),
            (&kept, Err("")),
            (&demanded, Ok(())),
            (
                "host=HOST user=trusted sslmode=require sslcertmode=require",
                Err("sslcertmode=require"),
            ),
        ],
    )
    .await?;
    // The files that libpq looks for by itself.
    let own = server.file("home/.postgresql");
    std::fs::create_dir(&own)?;
    std::fs::copy(server.file("client.crt"), own.join("postgresql.crt"))?;
    std::fs::copy(server.file("client.key"), own.join("postgresql.key"))?;
    compare(&server, &[("host=HOST user=certified", true)]).await
}

#[tokio::test]
async fn parameters_that_psql_may_not_know_mean_what_the_manual_says() -> Result<(), Problem> {
    if !has("openssl") {
        return Ok(());
    }
    let server = server().await?;
    present(&server, "server").await?;
    expect(
        &server,
        &[
            (
                "host=HOST user=scram password=canary7f3a require_auth=scram-sha-256",
                Ok(()),
            ),
            (
                "host=HOST user=scram password=canary7f3a require_auth=!password,!md5",
                Ok(()),
            ),
            (
                "host=HOST user=md5 password=canary7f3a require_auth=md5,scram-sha-256",
                Ok(()),
            ),
            (
                "host=HOST user=md5 password=canary7f3a require_auth=scram-sha-256",
                Err("require_auth"),
            ),
            (
                "host=HOST user=clear password=canary7f3a require_auth=!password",
                Err("require_auth"),
            ),
            (
                "host=HOST user=trusted require_auth=scram-sha-256",
                Err("require_auth"),
            ),
            ("host=HOST user=trusted require_auth=none", Ok(())),
            (
                "host=HOST user=trusted require_auth=!none",
                Err("require_auth"),
            ),
            (
                "host=HOST user=only_tls sslmode=require sslnegotiation=postgres",
                Ok(()),
            ),
            (
                "host=HOST user=only_tls sslnegotiation=direct",
                Err("sslnegotiation"),
            ),
            (
                "host=HOST user=only_tls sslmode=require sslcertmode=require",
                Err("sslcertmode"),
            ),
            (
                "host=HOST user=only_tls sslmode=require sslcertmode=disable",
                Ok(()),
            ),
            (
                "host=HOST,HOST port=1,5432 user=trusted load_balance_hosts=random",
                Ok(()),
            ),
            (
                "host=HOST user=trusted load_balance_hosts=nonsense",
                Err("load_balance_hosts"),
            ),
            (
                "host=HOST user=trusted min_protocol_version=3.2",
                Err("min_protocol_version"),
            ),
            ("host=HOST user=trusted max_protocol_version=3.0", Ok(())),
            (
                "host=HOST user=trusted sslpassword=canary7f3a",
                Err("openssl pkey"),
            ),
            ("host=HOST user=trusted oauth_issuer=x", Err("OAuth")),
            (
                "host=HOST user=trusted scram_client_key=x",
                Err("scram_client_key"),
            ),
        ],
    )
    .await
}

#[tokio::test]
async fn what_restricts_a_connection_restricts_it_from_the_environment_too() -> Result<(), Problem>
{
    if !has_all() {
        return Ok(());
    }
    let server = server().await?;
    present(&server, "server").await?;
    let home: PathBuf = server.file("home");
    let plain = completed(&server, "host=HOST dbname=postgres user=trusted");
    let other = completed(&server, "FILES/other.crt");
    for (variable, value) in [
        ("PGSSLMODE", "verify-ca"),
        ("PGCHANNELBINDING", "require"),
        ("PGTARGETSESSIONATTRS", "standby"),
        ("PGGSSENCMODE", "require"),
        ("PGSSLMINPROTOCOLVERSION", "TLSv9"),
    ] {
        let Both { psql, ours } = both(&plain, &home, &[(variable, value)]).await?;
        assert!(
            psql.is_err() && ours.is_err(),
            "{variable}: {psql:?} {ours:?}"
        );
    }
    let strict = plain.clone() + " sslmode=require";
    let Both { psql, ours } = both(&strict, &home, &[("PGSSLROOTCERT", &other)]).await?;
    assert!(psql.is_err() && ours.is_err(), "{psql:?} {ours:?}");
    let missing = |error: &Result<(), String>, word: &str| {
        error.as_ref().is_err_and(|error| error.contains(word))
    };
    let ours = crate::support::secure::ours(&plain, &home, &[("PGREQUIREAUTH", "md5")]).await;
    assert!(missing(&ours, "require_auth"), "{ours:?}");
    Ok(())
}

#[tokio::test]
async fn an_error_of_tls_names_the_certificate_and_what_to_do() -> Result<(), Problem> {
    if !has("openssl") {
        return Ok(());
    }
    let server = server().await?;
    server.openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 100 -subj /CN=db.test -keyout self.key -out self.crt",
    )?;
    present(&server, "server").await?;
    let full = "hostaddr=HOST user=trusted sslmode=verify-full sslrootcert=FILES";
    let (other, wrong) = (
        format!("host=db.test {full}/other.crt"),
        format!("host=x.test {full}/root.crt"),
    );
    let missing = format!("host=x.test {full}/none.crt");
    expect(
        &server,
        &[
            (&other, Err("`CN=ignored.test`, issued by `CN=Test-root`, is from no trusted authority; sslrootcert")),
            (&wrong, Err("is for `db.test`, `*.wild.test`, not for `x.test`")),
            (&missing, Err("none.crt: not found")),
            ("host=HOST user=trusted sslmode=verify-ca", Err("~/.postgresql/root.crt")),
        ],
    )
    .await?;
    present(&server, "self").await?;
    expect(
        &server,
        &[(
            &other,
            Err("`CN=db.test`, signed by itself, is not trusted; sslrootcert"),
        )],
    )
    .await?;
    server
        .set(&[("ssl_max_protocol_version", "TLSv1.2")])
        .await?;
    expect(
        &server,
        &[(
            "host=HOST user=trusted sslmode=require ssl_min_protocol_version=TLSv1.3",
            Err("versions"),
        )],
    )
    .await?;
    server.set(&[("ssl", "off")]).await?;
    expect(
        &server,
        &[(
            "host=HOST user=trusted sslmode=require",
            Err("does not encrypt"),
        )],
    )
    .await
}

#[tokio::test]
async fn the_authorities_of_the_machine_are_those_of_its_certificate_store() -> Result<(), Problem>
{
    if !has("openssl") {
        return Ok(());
    }
    let server = server().await?;
    present(&server, "server").await?;
    let address = "host=db.test hostaddr=HOST dbname=postgres user=only_tls sslrootcert=system";
    let address = completed(&server, address);
    let run = |store: &str| {
        let mut command = command(&server.file("home"));
        // OpenSSL's own variable for the place of the store.
        command.env("SSL_CERT_FILE", server.file(store));
        Ran::of(command.args(["init", "--database-url", &address]))
    };
    let trusted = run("root.crt");
    assert!(!trusted.stderr.contains("certificate"), "{trusted:?}");
    let other = run("other.crt");
    assert!(
        other.stderr.contains("from no trusted authority"),
        "{other:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_over_an_encrypted_connection() -> Result<(), Problem> {
    if !has("openssl") {
        return Ok(());
    }
    let server = server().await?;
    present(&server, "server").await?;
    server.run(SCHEMA).await?;
    server.run("ALTER ROLE trusted SUPERUSER").await?;
    let address = "host=db.test hostaddr=HOST dbname=postgres user=trusted sslmode=verify-full \
                   sslrootcert=FILES/root.crt";
    let target = Target::resolve(Some(&completed(&server, address)), |_| None)?;
    let file = load(&clients(shared(), 0, 1000, "new"));
    let (reporter, cancel, limits) = (Reporter::silent(), Cancel::new(), Timeouts::default());
    job::init(&target, limits).await?;
    let review = job::plan(&file, &target, limits, &reporter).await?;
    let choices = cover_all(&review.plan);
    let approved = review
        .plan
        .approve(&choices)
        .map_err(|error| format!("{error:?}"))?;
    let options = ApplyOptions::new("tester", limits);
    let receipt = job::apply(&review, approved, &target, &options, &reporter, &cancel).await?;
    let options = UndoOptions::new("tester", limits);
    job::undo(receipt.job, &target, &options, &reporter, &cancel).await?;
    let mut connection = server.connect().await?;
    let sql = "SELECT count(*) FROM tsmp_client";
    let left: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
    assert_eq!(left, 0);
    Ok(())
}
