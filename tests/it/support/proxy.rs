//! A network between the program and the server that can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use gatediff::store::Target;

use super::pg::{TestDb, server};

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// After so many bytes to the server.
    Sent(usize),
    /// After so many bytes to the client.
    Received(usize),
    /// Before COMMIT reaches the server.
    Commit,
    /// Before the answer to COMMIT reaches the client.
    CommitAnswer,
}

/// How it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Both sides are told.
    Closed,
    /// Nobody is told, and nothing comes through any more.
    Silent,
}

/// What becomes of one connection, and of those after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// The how many-th connection it is, from 0.
    pub(crate) connection: usize,
    pub(crate) when: When,
    pub(crate) how: How,
    /// Whether later connections are served.
    pub(crate) comes_back: bool,
}

#[derive(Default)]
struct State {
    fault: Option<Fault>,
    is_away: bool,
    /// Bytes to the server and to the client, by connection.
    counts: Vec<[usize; 2]>,
    /// Keeps silent connections open for as long as the network is there.
    silent: Vec<(TcpStream, UnixStream)>,
}

/// The network. Its connections are closed when it is dropped.
pub(crate) struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// Listens on a port of this machine, before the server of the tests.
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                accept(&shared, client);
            }
        });
        Self { port, state }
    }

    /// The address of a database behind it.
    pub(crate) fn url(&self, db: &TestDb) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{}?sslmode=disable", self.port, db.name())
    }

    pub(crate) fn target(&self, db: &TestDb) -> Target {
        Target::resolve(Some(&self.url(db)), |_| None).unwrap()
    }

    /// Lets something happen to a connection, counted from now on.
    pub(crate) fn cut(&self, fault: Fault) {
        let mut state = lock(&self.state);
        state.fault = Some(fault);
        state.counts.clear();
    }

    /// Cuts nothing any more, and serves everybody.
    pub(crate) fn heal(&self) {
        let mut state = lock(&self.state);
        state.fault = None;
        state.is_away = false;
        state.counts.clear();
        state.hang_up();
    }

    /// Returns how many bytes went to the server and to the client, by connection.
    pub(crate) fn counts(&self) -> Vec<[usize; 2]> {
        lock(&self.state).counts.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.is_away = true;
        state.hang_up();
    }
}

impl State {
    /// Tells both sides of the silent connections at last.
    fn hang_up(&mut self) {
        for (client, server) in self.silent.drain(..) {
            client.shutdown(Shutdown::Both).ok();
            server.shutdown(Shutdown::Both).ok();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(state: &Arc<Mutex<State>>, client: TcpStream) {
    let mut now = lock(state);
    if now.is_away {
        return;
    }
    let number = now.counts.len();
    now.counts.push([0; 2]);
    drop(now);
    let socket = server().socket_directory().join(".s.PGSQL.5432");
    let server = UnixStream::connect(socket).unwrap();
    client.set_nodelay(true).unwrap();
    let line = Line { state: Arc::clone(state), number, client, server };
    let back = line.clone();
    thread::spawn(move || line.carry(0));
    thread::spawn(move || back.carry(1));
}

/// One connection.
struct Line {
    state: Arc<Mutex<State>>,
    number: usize,
    client: TcpStream,
    server: UnixStream,
}

impl Clone for Line {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            number: self.number,
            client: self.client.try_clone().unwrap(),
            server: self.server.try_clone().unwrap(),
        }
    }
}

/// What becomes of some bytes.
enum Fate {
    Carried,
    /// So many are carried, and then the line is cut.
    Cut(usize, How),
}

impl Line {
    /// Carries bytes to the server (0) or to the client (1), until there are no more.
    fn carry(&self, way: usize) {
        let mut buffer = [0; 4096];
        loop {
            let read =
                if way == 0 { (&self.client).read(&mut buffer) } else { (&self.server).read(&mut buffer) };
            let Ok(length @ 1..) = read else { break };
            let bytes = &buffer[..length];
            match self.fate(way, bytes) {
                Fate::Carried => {
                    if self.write(way, bytes).is_err() {
                        break;
                    }
                }
                Fate::Cut(carried, how) => {
                    self.write(way, &bytes[..carried]).ok();
                    if how == How::Closed {
                        break;
                    }
                }
            }
        }
        let is_silent = lock(&self.state).silent.iter().any(|(client, _)| {
            client.peer_addr().ok().zip(self.client.peer_addr().ok()).is_some_and(|(one, other)| one == other)
        });
        // Who is silent does not tell either that one side has gone.
        if !is_silent {
            self.client.shutdown(Shutdown::Both).ok();
            self.server.shutdown(Shutdown::Both).ok();
        }
    }

    fn write(&self, way: usize, bytes: &[u8]) -> std::io::Result<()> {
        if way == 0 { (&self.server).write_all(bytes) } else { (&self.client).write_all(bytes) }
    }

    /// Counts bytes, and says what becomes of them.
    fn fate(&self, way: usize, bytes: &[u8]) -> Fate {
        let mut state = lock(&self.state);
        let Some(counts) = state.counts.get_mut(self.number) else { return Fate::Carried };
        let before = counts[way];
        counts[way] += bytes.len();
        let Some(fault) = state.fault.filter(|fault| fault.connection == self.number) else {
            return Fate::Carried;
        };
        let is_commit = way == 0 && bytes.windows(7).any(|word| word == b"COMMIT\0");
        let carried = match fault.when {
            When::Sent(limit) if way == 0 && before + bytes.len() > limit => limit.saturating_sub(before),
            When::Received(limit) if way == 1 && before + bytes.len() > limit => limit.saturating_sub(before),
            When::Commit if is_commit => 0,
            When::CommitAnswer if is_commit => {
                // From here on nothing may come back.
                let fault = Fault { when: When::Received(0), ..fault };
                state.fault = Some(fault);
                return Fate::Carried;
            }
            // Once it was cut silently, nothing is carried in the other direction either.
            _ if self.is_silent(&state) => return Fate::Cut(0, How::Silent),
            _ => return Fate::Carried,
        };
        state.is_away |= !fault.comes_back;
        if fault.how == How::Silent && !self.is_silent(&state) {
            let line = self.clone();
            state.silent.push((line.client, line.server));
        }
        Fate::Cut(carried, fault.how)
    }

    fn is_silent(&self, state: &State) -> bool {
        let Ok(own) = self.client.peer_addr() else { return false };
        state.silent.iter().any(|(client, _)| client.peer_addr().is_ok_and(|other| other == own))
    }
}
