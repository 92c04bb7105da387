//! A network between the program and the server that can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
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
    /// Before the message of this number, from 0, to the server or to the client.
    Message(Way, usize),
    /// Before COMMIT reaches the server.
    Commit,
    /// Before the answer to COMMIT reaches the client.
    CommitAnswer,
}

/// Where bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToServer = 0,
    ToClient = 1,
}

impl Way {
    const BOTH: [Self; 2] = [Self::ToServer, Self::ToClient];
}

/// How it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Both sides are told.
    Closed,
    /// Nobody is told, and nothing comes through any more.
    Silent,
    /// Nobody is told, and nothing comes through any more in this direction.
    OneWay,
}

/// What becomes of the connections after the one that is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Later {
    Served,
    Refused,
    /// Taken, and never answered.
    Swallowed,
}

/// What becomes of one connection, and of those after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// The how many-th connection it is, from 0; those that only look after others do not count.
    pub(crate) connection: usize,
    pub(crate) when: When,
    pub(crate) how: How,
    pub(crate) later: Later,
}

struct State {
    fault: Option<Fault>,
    has_struck: bool,
    later: Later,
    /// How many times the connections have been counted anew.
    era: usize,
    connections: Vec<Counted>,
    /// Connections that something is swallowed of: in which directions, and
    /// their ends, which stay open for as long as the network is there.
    silent: Vec<([bool; 2], TcpStream, UnixStream)>,
}

/// What went over one connection, to the server and to the client.
#[derive(Default)]
struct Counted {
    bytes: [usize; 2],
    frames: [Frames; 2],
}

/// Where one direction of a connection stands among its messages.
#[derive(Default)]
struct Frames {
    /// The types of the messages that have begun; 0 for the first one of a client, which has none.
    types: Vec<u8>,
    header: Vec<u8>,
    /// How many bytes of the message that has begun are still to come.
    left: usize,
}

impl Frames {
    /// Takes in bytes; says where among them a message begins, and takes in none from there on.
    fn take(&mut self, way: Way, bytes: &[u8], wanted: Option<usize>) -> Option<usize> {
        let mut offset = 0;
        while offset < bytes.len() {
            if self.left > 0 {
                let part = self.left.min(bytes.len() - offset);
                self.left -= part;
                offset += part;
                continue;
            }
            if self.header.is_empty() && wanted == Some(self.types.len()) {
                return Some(offset);
            }
            self.header.push(bytes[offset]);
            offset += 1;
            let has_type = way == Way::ToClient || !self.types.is_empty();
            if self.header.len() == 4 + usize::from(has_type) {
                let kind = if has_type { self.header.remove(0) } else { 0 };
                let length = u32::from_be_bytes(self.header.as_slice().try_into().unwrap());
                self.left = length as usize - 4;
                self.header.clear();
                self.types.push(kind);
            }
        }
        None
    }
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
        let state = Arc::new(Mutex::new(State::new()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                accept(&shared, client);
            }
        });
        Self { port, state }
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database behind it.
    pub(crate) fn url(&self, db: &TestDb) -> String {
        format!(
            "postgresql://postgres@127.0.0.1:{}/{}?sslmode=disable",
            self.port,
            db.name()
        )
    }

    pub(crate) fn target(&self, db: &TestDb) -> Target {
        Target::resolve(Some(&self.url(db)), |_| None).unwrap()
    }

    /// Lets something happen to a connection, counted from now on.
    pub(crate) fn cut(&self, fault: Fault) {
        let mut state = lock(&self.state);
        state.fault = Some(fault);
        state.has_struck = false;
        state.count_anew();
    }

    /// Cuts nothing any more, and serves everybody.
    pub(crate) fn heal(&self) {
        let mut state = lock(&self.state);
        state.fault = None;
        state.later = Later::Served;
        state.count_anew();
        state.hang_up();
    }

    /// Says whether what was to happen has happened.
    pub(crate) fn has_struck(&self) -> bool {
        lock(&self.state).has_struck
    }

    /// Returns how many bytes went to the server and to the client, by connection.
    pub(crate) fn counts(&self) -> Vec<[usize; 2]> {
        lock(&self.state)
            .connections
            .iter()
            .map(|counted| counted.bytes)
            .collect()
    }

    /// Returns the types of the messages to the server and to the client, by connection.
    pub(crate) fn messages(&self) -> Vec<[Vec<u8>; 2]> {
        let types =
            |counted: &Counted| counted.frames.each_ref().map(|frames| frames.types.clone());
        lock(&self.state).connections.iter().map(types).collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.later = Later::Refused;
        state.hang_up();
    }
}

impl State {
    fn new() -> Self {
        Self {
            fault: None,
            has_struck: false,
            later: Later::Served,
            era: 0,
            connections: Vec::new(),
            silent: Vec::new(),
        }
    }

    fn count_anew(&mut self) {
        self.era += 1;
        self.connections.clear();
    }

    /// Tells both sides of the silent connections at last.
    fn hang_up(&mut self) {
        for (_, client, server) in self.silent.drain(..) {
            client.shutdown(Shutdown::Both).ok();
            server.shutdown(Shutdown::Both).ok();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(state: &Arc<Mutex<State>>, client: TcpStream) {
    let now = lock(state);
    let later = now.later;
    if later == Later::Refused {
        return;
    }
    drop(now);
    let socket = server().socket_directory().join(".s.PGSQL.5432");
    let server = UnixStream::connect(socket).unwrap();
    client.set_nodelay(true).unwrap();
    let line = Line {
        state: Arc::clone(state),
        number: Arc::default(),
        client,
        server,
    };
    if later == Later::Swallowed {
        line.silence([true; 2], &mut lock(state));
    }
    let back = line.clone();
    thread::spawn(move || line.carry(Way::ToServer));
    thread::spawn(move || back.carry(Way::ToClient));
}

/// One connection.
struct Line {
    state: Arc<Mutex<State>>,
    /// Which connection it is of all since the last fault was set; none for one
    /// that only looks after another.
    number: Arc<OnceLock<Option<(usize, usize)>>>,
    client: TcpStream,
    server: UnixStream,
}

impl Clone for Line {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            number: Arc::clone(&self.number),
            client: self.client.try_clone().unwrap(),
            server: self.server.try_clone().unwrap(),
        }
    }
}

/// What becomes of some bytes.
enum Passage {
    Carried,
    /// So many are carried, and then the line is cut.
    Cut(usize, How),
}

impl Line {
    /// Carries bytes in one direction, until there are no more.
    fn carry(&self, way: Way) {
        let mut buffer = [0; 4096];
        loop {
            let read = match way {
                Way::ToServer => (&self.client).read(&mut buffer),
                Way::ToClient => (&self.server).read(&mut buffer),
            };
            let Ok(length @ 1..) = read else { break };
            let bytes = &buffer[..length];
            match self.passage(way, bytes) {
                Passage::Carried => {
                    if self.write(way, bytes).is_err() {
                        break;
                    }
                }
                Passage::Cut(carried, how) => {
                    self.write(way, &bytes[..carried]).ok();
                    if how == How::Closed {
                        break;
                    }
                }
            }
        }
        // Who is silent does not tell either that one side has gone.
        if !self.is_silent(way, &lock(&self.state)) {
            self.client.shutdown(Shutdown::Both).ok();
            self.server.shutdown(Shutdown::Both).ok();
        }
    }

    fn write(&self, way: Way, bytes: &[u8]) -> std::io::Result<()> {
        match way {
            Way::ToServer => (&self.server).write_all(bytes),
            Way::ToClient => (&self.client).write_all(bytes),
        }
    }

    /// Counts bytes, and says what becomes of them.
    fn passage(&self, way: Way, bytes: &[u8]) -> Passage {
        let mut state = lock(&self.state);
        // The first message names the session.
        let number = self.number.get_or_init(|| {
            let is_monitor = bytes.windows(9).any(|word| word == b" monitor\0");
            (!is_monitor).then(|| {
                state.connections.push(Counted::default());
                (state.era, state.connections.len() - 1)
            })
        });
        // Connections of before are carried as they are.
        let Some((_, number)) = number.filter(|(era, _)| *era == state.era) else {
            let is_silent = self.is_silent(way, &state);
            return if is_silent {
                Passage::Cut(0, How::Silent)
            } else {
                Passage::Carried
            };
        };
        let fault = state.fault.filter(|fault| fault.connection == number);
        let wanted = fault.and_then(|fault| match fault.when {
            When::Message(wanted, number) if wanted == way => Some(number),
            _ => None,
        });
        let Some(counted) = state.connections.get_mut(number) else {
            return Passage::Carried;
        };
        let before = counted.bytes[way as usize];
        counted.bytes[way as usize] += bytes.len();
        let message = counted.frames[way as usize].take(way, bytes, wanted);
        if self.is_silent(way, &state) {
            return Passage::Cut(0, How::Silent);
        }
        let Some(fault) = fault.filter(|_| !state.has_struck) else {
            return Passage::Carried;
        };
        let is_commit = way == Way::ToServer && bytes.windows(7).any(|word| word == b"COMMIT\0");
        let carried = match (fault.when, way) {
            (When::Sent(limit), Way::ToServer) | (When::Received(limit), Way::ToClient)
                if before + bytes.len() > limit =>
            {
                limit.saturating_sub(before)
            }
            (When::Message(..), _) => match message {
                Some(carried) => carried,
                None => return Passage::Carried,
            },
            (When::Commit, _) if is_commit => 0,
            (When::CommitAnswer, _) if is_commit => {
                // From here on nothing may come back.
                state.fault = Some(Fault {
                    when: When::Received(0),
                    ..fault
                });
                return Passage::Carried;
            }
            _ => return Passage::Carried,
        };
        state.has_struck = true;
        state.later = fault.later;
        match fault.how {
            How::Closed => {}
            How::Silent => self.silence([true; 2], &mut state),
            How::OneWay => self.silence(Way::BOTH.map(|other| other == way), &mut state),
        }
        Passage::Cut(carried, fault.how)
    }

    /// Swallows what comes from now on.
    fn silence(&self, ways: [bool; 2], state: &mut State) {
        let line = self.clone();
        state.silent.push((ways, line.client, line.server));
    }

    fn is_silent(&self, way: Way, state: &State) -> bool {
        let Ok(own) = self.client.peer_addr() else {
            return false;
        };
        state.silent.iter().any(|(ways, client, _)| {
            ways[way as usize] && client.peer_addr().is_ok_and(|other| other == own)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_wherever_the_bytes_are_parted() {
        let mut stream = b"\0\0\0\x08\0\x03\0\0".to_vec();
        for message in [&b"Q\0\0\0\x06x\0"[..], b"S\0\0\0\x04", b"X\0\0\0\x04"] {
            stream.extend_from_slice(message);
        }
        for part in 1..stream.len() {
            for (wanted, start) in [(0, 0), (1, 8), (2, 15), (3, 20)] {
                let mut frames = Frames::default();
                let mut before = 0;
                let found = stream.chunks(part).find_map(|bytes| {
                    let found = frames.take(Way::ToServer, bytes, Some(wanted));
                    found.map(|offset| before + offset).or_else(|| {
                        before += bytes.len();
                        None
                    })
                });
                assert_eq!(found, Some(start), "message {wanted} in parts of {part}");
            }
        }
    }
}
