//! Whether a file is a saved plan.

/// Says whether a file is a saved plan, from its first bytes.
pub fn is_plan(bytes: &[u8]) -> bool {
    let words = [&b"{"[..], b"\"format\"", b":", b"\"gatediff-plan\""];
    let rest = words.iter().try_fold(bytes, |rest, word| {
        rest.trim_ascii_start().strip_prefix(*word)
    });
    rest.is_some()
}
