//! Credentials in addresses.

use super::hider::Hider;
use super::name::is_secret_parameter;
use super::place::is_none;
use super::token::{hide_tokens, is_token};

/// Addresses whose paths are credentials: the end of the host, and the part of
/// the path after which everything is one.
const WEBHOOKS: &[(&str, &str)] = &[
    ("hooks.slack.com", "/services/"),
    ("hooks.slack.com", "/workflows/"),
    ("hooks.slack.com", "/triggers/"),
    ("hooks.slack-gov.com", "/services/"),
    ("webhook.office.com", "/webhookb2/"),
    ("outlook.office.com", "/webhook/"),
    ("outlook.office365.com", "/webhook/"),
    ("discord.com", "/webhooks/"),
    ("discordapp.com", "/webhooks/"),
    ("hooks.zapier.com", "/catch/"),
    ("maker.ifttt.com", "/key/"),
    ("events.pagerduty.com", "/integration/"),
    ("alert.victorops.com", "/alert/"),
    ("feishu.cn", "/hook/"),
    ("larksuite.com", "/hook/"),
];

/// Parts of a path after which a random-looking part is a credential, whatever
/// the host.
const HOOK_PARTS: &[&str] = &[
    "services",
    "hook",
    "hooks",
    "webhook",
    "webhooks",
    "webhookb2",
    "incoming-webhook",
    "incomingwebhook",
    "catch",
];

/// Returns an address with its credentials replaced by `***`; `None` if there
/// are none.
pub(super) fn mask_url(url: &str) -> Option<String> {
    let jdbc = if url.starts_with("jdbc:") {
        super::jdbc::mask_url(url)
    } else {
        mask_web(url)
    };
    let shown = jdbc.as_deref().unwrap_or(url);
    hide_tokens(shown).or(jdbc)
}

/// Masks `scheme://user:password@host/path?name=value#name=value`.
fn mask_web(url: &str) -> Option<String> {
    let scheme = url.find("://")? + 3;
    let (address, parameters) = url.split_at(url.find(['?', '#', ';']).unwrap_or(url.len()));
    // A password may contain characters that are invalid in an address: the
    // last `@` counts, unless the text before it can be a host.
    let rest = url.get(scheme..)?;
    let mut hider = Hider::new(url);
    let (login, address_at) = match login(rest, address.len().saturating_sub(scheme)) {
        Some(length) => (scheme..scheme + length, scheme + length + 1),
        None => (0..0, scheme),
    };
    if !login.is_empty() {
        hide_login(&mut hider, url, login);
    }
    let end = address.len().max(address_at);
    hide_path(&mut hider, url, address_at, end);
    let from = if end > address.len() {
        url.get(end..)
            .and_then(|rest| rest.find(['?', '#', ';']))
            .map(|offset| offset + end)
    } else {
        Some(address.len())
    };
    if let Some(from) = from.filter(|_| !parameters.is_empty()) {
        hide_parameters(&mut hider, url, from);
    }
    hider.finish()
}

/// Returns the length of the user and the password in what follows a scheme,
/// of which `address` bytes come before parameters.
fn login(rest: &str, address: usize) -> Option<usize> {
    let before = rest.get(..address)?;
    let host = before.find('/').unwrap_or(before.len());
    if let Some(offset) = before.get(..host)?.rfind('@') {
        return Some(offset);
    }
    // `user:pass/word@host`: no port has letters, and no host is empty.
    let is_odd = |place: &str| match place.split_once(':') {
        Some((_, port)) => {
            !port.is_empty()
                && !port.bytes().all(|byte| byte.is_ascii_digit())
                && !place.starts_with('[')
        }
        None => false,
    };
    if is_odd(before.get(..host)?) || (before.get(..host)?.contains(':') && before.contains('@')) {
        return rest.rfind('@');
    }
    None
}

fn hide_login(hider: &mut Hider<'_>, url: &str, login: std::ops::Range<usize>) {
    let text = url.get(login.clone()).unwrap_or_default();
    match text.split_once(':') {
        Some((_, password)) if is_none(password) => {}
        Some((user, password)) => {
            let offset = login.start + user.len() + 1;
            hider.hide(offset..offset + password.len());
        }
        // A token instead of the user.
        None if is_random(text, 20) || is_token(text) => hider.hide(login),
        None => {}
    }
}

/// Hides the parts of a path that are credentials.
fn hide_path(hider: &mut Hider<'_>, url: &str, from: usize, to: usize) {
    let Some(address) = url.get(from..to) else {
        return;
    };
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let host = host
        .split(':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let fits = |wanted: &str| {
        host.strip_suffix(wanted)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let known = WEBHOOKS.iter().filter(|(wanted, _)| fits(wanted));
    let end = known
        .filter_map(|(_, prefix)| path.find(prefix).map(|offset| offset + prefix.len()))
        .min();
    let path_at = from + (address.len() - path.len());
    if let Some(offset) = end {
        let secret = path.get(offset..).unwrap_or_default();
        if !is_none(secret) {
            hider.hide(path_at + offset..to);
        }
        return;
    }
    let mut after_hook = ["hook.", "hooks.", "webhook"]
        .iter()
        .any(|name| host.starts_with(name));
    let mut start = path_at;
    let parts: Vec<&str> = path.split('/').collect();
    let is_slack = parts
        .windows(4)
        .any(|part| matches!(part, ["services", team, ..] if team.starts_with('T')));
    for part in parts {
        let is_bot = part
            .strip_prefix("bot")
            .is_some_and(|id| id.starts_with(|c: char| c.is_ascii_digit()) && id.contains(':'));
        let is_secret = after_hook && (is_random(part, 12) || (is_slack && part != "services"));
        if (is_secret || is_bot) && !is_none(part) {
            hider.hide(start..start + part.len());
        }
        after_hook |= HOOK_PARTS.contains(&part.to_ascii_lowercase().as_str());
        start += part.len() + 1;
    }
}

/// Returns whether text looks randomly generated: long, with letters and digits
/// or with upper and lower case.
fn is_random(text: &str, least: usize) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    text.len() >= least && mixed
}

/// Hides the values of parameters, from the `?` or `#` on. A value may contain
/// the other separators, so only a `&` ends it.
fn hide_parameters(hider: &mut Hider<'_>, url: &str, from: usize) {
    let mut start = from;
    for part in url.get(from..).unwrap_or_default().split_inclusive('&') {
        let end = start + part.trim_end_matches('&').len();
        let mut offset = start;
        for inner in url
            .get(start..end)
            .unwrap_or_default()
            .split_inclusive(['?', '#', ';'])
        {
            let name = inner.split_once('=').map(|(name, _)| name);
            let value = name
                .and_then(|name| url.get(offset + name.len() + 1..end))
                .unwrap_or_default();
            if name.is_some_and(is_secret_parameter) && !is_none(value) {
                hider.hide(end - value.len()..end);
                break;
            }
            offset += inner.len();
        }
        start += part.len();
    }
}
