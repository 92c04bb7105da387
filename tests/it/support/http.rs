//! The real server in a process of its own, and a client of it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::gatediff::{command, log};
use super::pg::TestDb;
use super::wait;

/// The administrator's secret, which must show up nowhere.
pub(crate) const SECRET: &str = "CANARY-admin-secret-0123456789";

/// A server.
pub(crate) struct Served {
    child: Child,
    /// Such as `http://127.0.0.1:34567`.
    pub(crate) url: String,
    home: TempDir,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// Returns the body as the JSON document that it has to be.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Served {
    /// Starts a server for a database, with the administrator's secret.
    pub(crate) fn start(db: &TestDb, args: &[&str]) -> Self {
        Self::start_with(db, args, "")
    }

    /// Starts a server with a configuration file too.
    pub(crate) fn start_with(db: &TestDb, args: &[&str], config: &str) -> Self {
        Self::start_given(db, args, config, Stdio::null())
    }

    /// Starts a server that reads standard input, too.
    pub(crate) fn start_given(db: &TestDb, args: &[&str], config: &str, input: Stdio) -> Self {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join(".config/gatediff");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("config.toml"), config).unwrap();
        let mut child = command(home.path())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--database-url",
                &db.url(),
            ])
            .args(args)
            .env("GATEDIFF_ADMIN_SECRET", SECRET)
            .env("GATEDIFF_LOG", "debug")
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(File::create(home.path().join("stderr")).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.split(' ').next().unwrap().to_owned();
        let served = Self { child, url, home };
        assert!(
            served.url.starts_with("http://127.0.0.1:"),
            "{line}\n{}",
            served.stderr()
        );
        served
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = agent().get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.call().unwrap())
    }

    /// Posts a body as `curl -d` does, which says that it is a form unless told otherwise.
    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_post(path, headers, body).unwrap()
    }

    /// Posts a body to a server that may be gone before it answers.
    pub(crate) fn try_post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let mut request = agent().post(format!("{}{path}", self.url));
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send(body).map(answer)
    }

    /// Sends a request with a body in another method than POST.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let config = agent();
        let request = request.body(body.to_owned()).unwrap();
        let request = config
            .configure_request(request)
            .allow_non_standard_methods(true)
            .build();
        answer(config.run(request).unwrap())
    }

    /// Posts as the administrator.
    pub(crate) fn import(&self, path: &str, body: &str) -> Answer {
        self.post(path, &[("admin-auth", SECRET)], body.as_bytes())
    }

    /// Returns a connection, for what no client does.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
    }

    /// Sends bytes as they are, and returns all that comes back.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).ok();
        String::from_utf8_lossy(&back).into_owned()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Replaces the configuration file, which the server reads again when it is told to.
    pub(crate) fn configure(&self, config: &str) {
        let path = self.home.path().join(".config/gatediff/config.toml");
        std::fs::write(path, config).unwrap();
    }

    /// Waits until the server is gone.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        wait::until("the server ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// Returns what the server said to people.
    pub(crate) fn stderr(&self) -> String {
        read(&self.home.path().join("stderr"))
    }

    /// Returns the server's log.
    pub(crate) fn log(&self) -> String {
        log(self.home.path())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config
        .timeout_global(Some(Duration::from_secs(120)))
        .build()
        .into()
}

fn answer(response: ureq::http::Response<ureq::Body>) -> Answer {
    let (parts, mut body) = response.into_parts();
    let headers = parts.headers.iter();
    Answer {
        status: parts.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect(),
        body: body
            .with_config()
            .limit(256 << 20)
            .read_to_string()
            .unwrap(),
    }
}
