//! A link that takes its time: what goes in comes out later, in both directions, however much it
//! is. It needs nothing but the standard library, so that benches can take it in by its path.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// A link to a port of this machine.
pub(crate) struct Link {
    port: u16,
}

impl Link {
    /// Listens on a port of this machine, and carries on what it takes to another one. Asking for
    /// something and having the answer takes `round_trip` longer, and so does connecting.
    pub(crate) fn new(to: u16, round_trip: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("the address of a port").port();
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, to));
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                thread::spawn(move || {
                    thread::sleep(round_trip);
                    if let Ok(far) = TcpStream::connect(to) {
                        connect(&near, &far, round_trip / 2);
                    }
                });
            }
        });
        Self { port }
    }

    /// Its port.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

fn connect(near: &TcpStream, far: &TcpStream, delay: Duration) {
    for (from, to) in [(near, far), (far, near)] {
        let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else {
            return;
        };
        to.set_nodelay(true).ok();
        thread::spawn(move || carry(from, to, delay));
    }
}

/// Carries bytes in one direction: this thread takes them, another one gives them when they are due.
fn carry(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let (sender, due) = mpsc::channel::<(Instant, Vec<u8>)>();
    let giving = thread::spawn(move || {
        for (at, bytes) in due {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        to.shutdown(Shutdown::Both).ok();
    });
    let mut buffer = [0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let Some(bytes) = buffer.get(..length) else {
            break;
        };
        if sender
            .send((Instant::now() + delay, bytes.to_vec()))
            .is_err()
        {
            break;
        }
    }
    drop(sender);
    giving.join().ok();
    from.shutdown(Shutdown::Both).ok();
}
