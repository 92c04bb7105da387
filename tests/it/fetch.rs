//! Fetching the server programs: from an archive of those that are here, packed so that they find
//! their own files wherever they are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use flate2::Compression;
use flate2::write::GzEncoder;
use gatediff::private_server::fetch::{FetchError, Source, server_programs};
use gatediff::private_server::{FetchStep, LocalOptions, LocalServer, ServerPrograms};
use gatediff::store::Timeouts;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use tempfile::TempDir;

use crate::support::{deadline, pg};

// ---- the archive

/// Where the programs of this machine have their files, by the names of the view `pg_config`.
async fn settings() -> BTreeMap<String, String> {
    settings_of(pg::server()).await
}

async fn settings_of(server: &LocalServer) -> BTreeMap<String, String> {
    let mut connection = server
        .target("postgres")
        .connect(Timeouts::default())
        .await
        .unwrap();
    let rows = sqlx::query("SELECT name, setting FROM pg_config")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// The archive, once per process, with its checksum.
async fn archive() -> &'static (Vec<u8>, String) {
    static ARCHIVE: OnceLock<(Vec<u8>, String)> = OnceLock::new();
    let settings = settings().await;
    ARCHIVE.get_or_init(|| {
        let bytes = pack(&settings);
        let sum = hex::encode(Sha256::digest(&bytes));
        (bytes, sum)
    })
}

/// Packs the programs below one directory, as the releases do. PostgreSQL looks for `share` and
/// `lib` relative to its own place only if that ends as it was configured: Debian's
/// `lib/postgresql/15/bin` stays, and `bin` is a link to it.
fn pack(settings: &BTreeMap<String, String>) -> Vec<u8> {
    let place = |name: &str| PathBuf::from(&settings[name]).canonicalize().unwrap();
    let (bin, lib, share) = (place("BINDIR"), place("PKGLIBDIR"), place("SHAREDIR"));
    let root = bin
        .ancestors()
        .find(|root| lib.starts_with(root) && share.starts_with(root))
        .unwrap();
    let inside = |path: &Path| Path::new("pg").join(path.strip_prefix(root).unwrap());
    let gz = GzEncoder::new(Vec::new(), Compression::fast());
    let mut archive = tar::Builder::new(gz);
    for program in ["initdb", "postgres"] {
        let path = bin.join(program);
        archive.append_path_with_name(&path, inside(&path)).unwrap();
    }
    for entry in std::fs::read_dir(&lib).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_file() && (name.contains(".so") || name.contains(".dylib")) {
            archive.append_path_with_name(&path, inside(&path)).unwrap();
        }
    }
    archive.append_dir_all(inside(&share), &share).unwrap();
    if inside(&bin) != Path::new("pg/bin") {
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Symlink);
        link.set_size(0);
        link.set_mode(0o777);
        archive
            .append_link(&mut link, "pg/bin", bin.strip_prefix(root).unwrap())
            .unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

// ---- places

/// A directory that the server's user can enter.
fn place() -> TempDir {
    deadline::begin();
    let directory = tempfile::Builder::new()
        .prefix("gdf")
        .tempdir_in("/tmp")
        .unwrap();
    std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
    directory
}

fn file(place: &Path, bytes: &[u8], sum: Option<&str>) -> Source {
    let path = place.join("pg.tar.gz");
    std::fs::write(&path, bytes).unwrap();
    if let Some(sum) = sum {
        std::fs::write(
            place.join("pg.tar.gz.sha256"),
            format!("{sum}  pg.tar.gz\n"),
        )
        .unwrap();
    }
    Source::File(path)
}

fn fetch(source: &Source, into: &Path) -> Result<ServerPrograms, FetchError> {
    server_programs(source, into, &mut |_| true)
}

/// What is in the cache: nothing but its lock and whole versions.
fn versions(cache: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(cache)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.remove(0), ".lock");
    names
}

/// Answers requests for paths with bytes, of which it may promise more than it sends.
fn serve(answers: Vec<(&'static str, Vec<u8>, usize)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut request = [0; 4096];
            let read = client.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            let found = answers.iter().find(|(known, ..)| *known == path);
            let head = match found {
                Some((_, bytes, more)) => {
                    format!("200 OK\r\ncontent-length: {}", bytes.len() + more)
                }
                None => "404 Not Found\r\ncontent-length: 0".to_owned(),
            };
            let bytes = found.map_or(&[][..], |(_, bytes, _)| bytes);
            client
                .write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").as_bytes())
                .and_then(|()| client.write_all(bytes))
                .ok();
        }
    });
    format!("http://{address}")
}

// ---- what has to hold

#[tokio::test]
async fn a_server_starts_from_an_archive() {
    let place = place();
    let (bytes, sum) = archive().await;
    let cache = place.path().join("cache/gatediff/postgresql");
    let source = file(place.path(), bytes, Some(sum));
    let programs = fetch(&source, &cache).unwrap();
    assert!(programs.bin().starts_with(&cache));
    assert_eq!(programs.major(), pg::server().programs().major());
    assert_eq!(versions(&cache).len(), 1);

    let server = LocalServer::start(LocalOptions {
        programs: Some(programs),
        ..LocalOptions::default()
    })
    .unwrap();
    let settings = settings_of(&server).await;
    for name in ["BINDIR", "PKGLIBDIR", "SHAREDIR"] {
        let path = &settings[name];
        assert!(Path::new(path).starts_with(&cache), "{name}: {path}");
    }
}

#[tokio::test]
async fn several_processes_fetch_once() {
    let place = place();
    let (bytes, sum) = archive().await;
    let source = Arc::new(file(place.path(), bytes, Some(sum)));
    let cache = place.path().join("cache");
    // What a killed run has left is removed, and never taken for programs.
    std::fs::create_dir_all(cache.join(".fetch-killed/unpacked/pg/bin")).unwrap();
    let fetches: Vec<_> = (0..3)
        .map(|_| {
            let (source, cache) = (Arc::clone(&source), cache.clone());
            std::thread::spawn(move || {
                let mut begun = 0;
                let fetched = server_programs(&source, &cache, &mut |step| {
                    begun += usize::from(matches!(step, FetchStep::Begin { .. }));
                    true
                });
                (fetched.unwrap(), begun)
            })
        })
        .collect();
    let fetched: Vec<_> = fetches.into_iter().map(|it| it.join().unwrap()).collect();
    assert_eq!(fetched.iter().map(|it| it.1).sum::<usize>(), 1);
    assert!(fetched.iter().all(|it| it.0 == fetched[0].0));
    assert_eq!(versions(&cache).len(), 1);
}

#[tokio::test]
async fn what_is_not_whole_is_refused_and_leaves_nothing() {
    let place = place();
    let (bytes, sum) = archive().await;
    let half = &bytes[..bytes.len() / 2];
    let cache = place.path().join("cache");
    let other = "0".repeat(64);
    for (bytes, sum, expected) in [
        (half, None, "cannot unpack"),
        (half, Some(sum.as_str()), "has the checksum"),
        (bytes, Some(other.as_str()), "has the checksum"),
        (bytes, Some("soon"), "not a checksum"),
    ] {
        let source = file(place.path(), bytes, sum);
        let error = fetch(&source, &cache).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(versions(&cache), [""; 0]);
    }
    let error = fetch(&Source::File("/nonexistent.tgz".into()), &cache).unwrap_err();
    assert!(error.to_string().contains("cannot open"), "{error}");
    assert_eq!(versions(&cache), [""; 0]);
}

#[tokio::test]
async fn stops_at_each_step_and_leaves_nothing() {
    let place = place();
    let (bytes, sum) = archive().await;
    let source = file(place.path(), bytes, Some(sum));
    let cache = place.path().join("cache");
    let is_begin = |step: &FetchStep| matches!(step, FetchStep::Begin { .. });
    let is_read = |step: &FetchStep| matches!(step, FetchStep::Download { .. });
    let is_unpacked = |step: &FetchStep| matches!(step, FetchStep::Unpack { .. });
    let steps: [fn(&FetchStep) -> bool; 3] = [is_begin, is_read, is_unpacked];
    for ends_at in steps {
        let stopped = server_programs(&source, &cache, &mut |step| !ends_at(&step));
        assert!(matches!(stopped, Err(FetchError::Cancelled)), "{stopped:?}");
        assert_eq!(versions(&cache), [""; 0]);
    }
    // Somebody else fetches, and does not end.
    let lock = File::open(cache.join(".lock")).unwrap();
    lock.lock().unwrap();
    let stopped = server_programs(&source, &cache, &mut |step| step != FetchStep::Wait);
    assert!(matches!(stopped, Err(FetchError::Cancelled)), "{stopped:?}");
}

#[tokio::test]
async fn downloads_an_archive_with_the_checksum_beside_it() {
    let place = place();
    let (bytes, sum) = archive().await;
    let text = format!("{sum}  pg.tar.gz\n").into_bytes();
    let url = serve(vec![
        ("/pg.tar.gz", bytes.clone(), 0),
        ("/pg.tar.gz.sha256", text.clone(), 0),
        ("/half.tar.gz", bytes[..9].to_vec(), 1),
        ("/half.tar.gz.sha256", text.clone(), 0),
        ("/other.tar.gz", b"other".to_vec(), 0),
        ("/other.tar.gz.sha256", text, 0),
        ("/unsigned.tar.gz", bytes.clone(), 0),
    ]);
    let cache = place.path().join("cache");
    for (name, expected) in [
        ("half", "cannot download"),
        ("other", "has the checksum"),
        ("unsigned", "unsigned.tar.gz.sha256: http status: 404"),
    ] {
        let source = Source::Url(format!("{url}/{name}.tar.gz"));
        let error = fetch(&source, &cache).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(versions(&cache), [""; 0]);
    }
    let mut max = 0;
    let source = Source::Url(format!("{url}/pg.tar.gz"));
    server_programs(&source, &cache, &mut |step| {
        if let FetchStep::Download { done, total } = step {
            assert!(total.is_none_or(|total| done <= total));
            max = max.max(done);
        }
        true
    })
    .unwrap();
    assert_eq!(max, bytes.len() as u64);
    assert_eq!(versions(&cache).len(), 1);
}

#[test]
fn programs_that_do_not_run_here_are_not_kept() {
    let place = place();
    let gz = GzEncoder::new(Vec::new(), Compression::fast());
    let mut archive = tar::Builder::new(gz);
    for program in ["initdb", "postgres"] {
        let text = b"#!/bin/sh\necho libicu is missing >&2; exit 127\n";
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o755);
        archive
            .append_data(&mut header, format!("bin/{program}"), &text[..])
            .unwrap();
    }
    let bytes = archive.into_inner().unwrap().finish().unwrap();
    let cache = place.path().join("cache");
    let error = fetch(&file(place.path(), &bytes, None), &cache).unwrap_err();
    assert!(error.to_string().contains("libicu is missing"), "{error}");
    assert_eq!(versions(&cache), [""; 0]);
}
