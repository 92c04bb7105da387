//! The tests that need more than one room. One binary: linked once.

#[cfg(test)]
mod support;
#[cfg(test)]
mod terminal;
