//! Servers that are not what a client hopes for.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// Listens on a port of this machine, treats one client as asked, and answers with the port.
pub(crate) fn server(treat: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        if let Ok((stream, _)) = listener.accept() {
            treat(stream);
        }
    });
    port
}

/// Takes the client in as PostgreSQL does, and answers its first query with one number.
pub(crate) fn answer_with_version(mut stream: TcpStream, version: &str) {
    // The start-up message has a length and no type.
    read_body(&mut stream);
    stream
        .write_all(&message(b'R', &0_u32.to_be_bytes()))
        .unwrap();
    stream.write_all(&message(b'Z', b"I")).unwrap();
    let mut kind = [0];
    stream.read_exact(&mut kind).unwrap();
    read_body(&mut stream);

    let mut columns = 1_u16.to_be_bytes().to_vec();
    columns.extend(b"version\0");
    columns.extend(0_u32.to_be_bytes());
    columns.extend(0_u16.to_be_bytes());
    columns.extend(23_u32.to_be_bytes());
    columns.extend(4_u16.to_be_bytes());
    columns.extend((-1_i32).to_be_bytes());
    columns.extend(0_u16.to_be_bytes());
    let mut row = 1_u16.to_be_bytes().to_vec();
    row.extend(u32::try_from(version.len()).unwrap().to_be_bytes());
    row.extend(version.as_bytes());
    for (kind, body) in [
        (b'T', columns.as_slice()),
        (b'D', &row),
        (b'C', b"SELECT 1\0"),
        (b'Z', b"I"),
    ] {
        stream.write_all(&message(kind, body)).unwrap();
    }
    // Until the client goes.
    let _ = stream.read_to_end(&mut Vec::new());
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    let mut bytes = vec![kind];
    bytes.extend(length.to_be_bytes());
    bytes.extend(body);
    bytes
}

fn read_body(stream: &mut TcpStream) {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut body).unwrap();
}
