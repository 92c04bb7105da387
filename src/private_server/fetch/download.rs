//! Downloading one file: bounded, with its checksum, and stopped at once when asked.

use std::io::{self, Read, Write};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use sha2::{Digest, Sha256};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::error::FetchError;
use super::source::Source;

/// How long a connection, and then each part of an answer, may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a whole download may take.
const WHOLE_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How long it takes to notice that the operator wants to stop.
const PAUSE: Duration = Duration::from_millis(100);
const CHUNK: usize = 64 * 1024;
/// How many chunks may wait to be written.
const CHUNKS: usize = 4;
const MEGABYTE: u64 = 1_000_000;

/// Receives how many bytes are done, and of how many if that is known; returns whether to go on.
pub(super) type Observer<'a> = &'a mut dyn FnMut(u64, Option<u64>) -> bool;

/// Copies what is at a URL to a writer, no more than `limit` bytes; returns its checksum.
///
/// It is read on a thread of its own: a reader that waits for the network cannot be interrupted,
/// but left behind; it ends with its next chunk or by its timeout.
pub(super) fn download(
    url: &str,
    limit: u64,
    to: &mut impl Write,
    observer: Observer<'_>,
) -> Result<String, FetchError> {
    let failed = |reason: String| FetchError::Download {
        url: Source::Url(url.to_owned()).to_string(),
        reason,
    };
    let (sender, chunks) = sync_channel(CHUNKS);
    let address = url.to_owned();
    let reader = move || {
        if let Err(error) = read(&address, &sender) {
            // The other end may be gone.
            let _ = sender.send(Err(error));
        }
    };
    std::thread::Builder::new()
        .name("download".to_owned())
        .spawn(reader)
        .map_err(|error| failed(error.to_string()))?;
    let (mut hash, mut done, mut total) = (Sha256::new(), 0, None);
    loop {
        match chunks.recv_timeout(PAUSE) {
            Ok(Ok(Part::Length(length))) => total = Some(length),
            Ok(Ok(Part::Bytes(bytes))) => {
                done += bytes.len() as u64;
                hash.update(&bytes);
                to.write_all(&bytes)
                    .map_err(|error| failed(error.to_string()))?;
            }
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if total.unwrap_or_default().max(done) > limit {
            return Err(FetchError::TooLarge {
                archive: Source::Url(url.to_owned()).to_string(),
                limit: limit.div_ceil(MEGABYTE),
            });
        }
        if !observer(done, total) {
            return Err(FetchError::Cancelled);
        }
    }
    // A thread that panicked ends like one that is done.
    if total.is_some_and(|total| total != done) {
        return Err(failed("the connection was closed too early".to_owned()));
    }
    Ok(hex::encode(hash.finalize()))
}

/// A part of an answer.
enum Part {
    Length(u64),
    Bytes(Vec<u8>),
}

/// Sends the parts of an answer until it ends or nobody receives them.
fn read(
    url: &str,
    to: &SyncSender<Result<Part, Box<ureq::Error>>>,
) -> Result<(), Box<ureq::Error>> {
    let answer = agent(url)?.get(url).call()?;
    let body = answer.into_body();
    if let Some(length) = body.content_length()
        && to.send(Ok(Part::Length(length))).is_err()
    {
        return Ok(());
    }
    let mut reader = body.into_reader();
    loop {
        let mut bytes = Vec::with_capacity(CHUNK);
        let read = (&mut reader).take(CHUNK as u64).read_to_end(&mut bytes);
        read.map_err(ureq::Error::from)?;
        if bytes.is_empty() || to.send(Ok(Part::Bytes(bytes))).is_err() {
            return Ok(());
        }
    }
}

/// Returns the client. Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY` and so on);
/// root certificates are Mozilla's, or those of `SSL_CERT_FILE`.
fn agent(url: &str) -> Result<ureq::Agent, Box<ureq::Error>> {
    let mut tls = TlsConfig::builder();
    if let Some(file) = std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) {
        tls = tls.root_certs(certificates(
            &std::fs::read(file).map_err(ureq::Error::from)?,
        )?);
    }
    let config = ureq::Agent::config_builder()
        .https_only(url.starts_with("https://"))
        .user_agent(concat!("gatediff/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls.build())
        .timeout_global(Some(WHOLE_TIMEOUT))
        .timeout_resolve(Some(TIMEOUT))
        .timeout_connect(Some(TIMEOUT))
        .timeout_recv_response(Some(TIMEOUT))
        .timeout_per_read(Some(TIMEOUT));
    Ok(config.build().new_agent())
}

fn certificates(pem: &[u8]) -> Result<RootCerts, Box<ureq::Error>> {
    let mut found: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item? {
            found.push(certificate);
        }
    }
    Ok(RootCerts::from(found))
}

/// Computes the checksum of a file.
pub(super) fn checksum(
    mut file: impl Read,
    total: Option<u64>,
    observer: Observer<'_>,
) -> io::Result<Option<String>> {
    let (mut hash, mut done) = (Sha256::new(), 0);
    loop {
        let mut bytes = Vec::with_capacity(CHUNK);
        let read = (&mut file).take(CHUNK as u64).read_to_end(&mut bytes)?;
        if read == 0 {
            return Ok(Some(hex::encode(hash.finalize())));
        }
        hash.update(&bytes);
        done += read as u64;
        if !observer(done, total) {
            return Ok(None);
        }
    }
}

/// Finds the checksum in what `sha256sum` and `shasum` write.
pub(super) fn parse_checksum(text: &str) -> Option<String> {
    text.split_whitespace()
        .find(|word| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    /// Answers one request with a text, and keeps the connection open if asked to.
    fn server(answer: &'static str, stays: bool) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "http://me:canary7f3a@{}/x.tgz",
            listener.local_addr().unwrap()
        );
        std::thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            assert!(client.read(&mut request).unwrap() > 0);
            client.write_all(answer.as_bytes()).unwrap();
            while stays && client.read(&mut request).is_ok_and(|read| read > 0) {}
        });
        url
    }

    fn get(answer: &'static str) -> Result<(String, Vec<u8>), FetchError> {
        let mut bytes = Vec::new();
        let sum = download(&server(answer, false), 10, &mut bytes, &mut |_, _| true)?;
        Ok((sum, bytes))
    }

    #[test]
    fn downloads_with_a_checksum() {
        let (sum, bytes) = get("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").unwrap();
        assert_eq!((sum.as_str(), bytes.as_slice()), (HELLO, &b"hello"[..]));
        assert_eq!(
            checksum(&b"hello"[..], None, &mut |_, _| true).unwrap(),
            Some(HELLO.to_owned())
        );
        assert_eq!(
            parse_checksum(&format!("{}  pg.tar.gz\n", HELLO.to_uppercase())).as_deref(),
            Some(HELLO)
        );
        assert_eq!(parse_checksum("<html>not found</html>"), None);
    }

    #[test]
    fn takes_no_part_for_the_whole_nor_more_than_the_limit() {
        for answer in [
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\n\r\nmore than ten",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        ] {
            let error = get(answer).unwrap_err().to_string();
            assert!(error.contains("http://127.0.0.1:"), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn stops_while_it_waits_for_the_network() {
        let url = server("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", true);
        let mut calls = 0;
        let stopped = download(&url, 10, &mut io::sink(), &mut |_, _| {
            calls += 1;
            calls < 5
        });
        assert!(matches!(stopped, Err(FetchError::Cancelled)), "{stopped:?}");
    }
}
