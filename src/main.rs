//! The binary: arguments → one face → exit code.

fn main() {}
