//! The one list of names whose values are credentials.

use std::cell::RefCell;
use std::collections::HashMap;

/// The ends of such names, in lower case and without separators.
const ENDINGS: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "apikey",
    "apikeys",
    "privatekey",
    "privatekeys",
    "secretkey",
    "secretkeys",
    "accesskey",
    "accesskeys",
    "accountkey",
    "sharedkey",
    "sharedaccesssignature",
    "masterkey",
    "encryptionkey",
    "decryptionkey",
    "signingkey",
    "sessionkey",
    "authkey",
    "hmackey",
    "sshkey",
    "deploykey",
    "licensekey",
    "subscriptionkey",
    "functionkey",
    "integrationkey",
    "appkey",
    "applicationkey",
    "consumerkey",
    "clientkey",
    "storagekey",
    "rsakey",
    "aeskey",
    "authorization",
    "credential",
    "credentials",
    "cookie",
    "cookies",
    "sessionid",
    "clientassertion",
    "keytab",
    "mima",
    "passwort",
    "kennwort",
    "contrasena",
    "contraseña",
    "motdepasse",
    "senha",
    "密码",
    "密碼",
    "口令",
    "パスワード",
    "비밀번호",
];

/// Short ends, which other words also have, such as "bypass".
const LAST_WORDS: &[&str] = &["pass", "pin", "cred", "creds", "xauth"];

/// Last words that do not describe the value.
const NEUTRAL: &[&str] = &[
    "value",
    "values",
    "data",
    "text",
    "string",
    "plain",
    "raw",
    "base",
    "b",
    "hash",
    "info",
    "pem",
    "new",
    "old",
    "current",
    "previous",
    "confirm",
    "confirmation",
    "encrypted",
];

/// First words of names for a boolean or a number.
const PREDICATES: &[&str] = &[
    "is", "has", "have", "use", "uses", "require", "requires", "required", "allow", "allows",
    "allowed", "enable", "enables", "enabled", "disable", "disables", "disabled", "needs", "show",
    "hide", "strip", "validate", "forgot", "min", "max", "no",
];

/// Similar ends that are not secret: cursors of a list, public parts.
const PUBLIC: &[&str] = &[
    "pagetoken",
    "nexttoken",
    "continuationtoken",
    "cancellationtoken",
    "publickey",
];

/// Further names of URL parameters whose values are credentials.
const PARAMETERS: &[&str] = &[
    "sig",
    "signature",
    "code",
    "key",
    "auth",
    "sas",
    "sid",
    "ticket",
    "assertion",
    "idtokenhint",
    "xamzsignature",
    "xamzcredential",
    "xgoogsignature",
    "xgoogcredential",
    "pass",
    "jwt",
];

/// The maximum length of a name: longer text is not one.
const MAX_NAME: usize = 128;

/// Members of an object that contain the name of the `value` next to them.
const NAMING: &[&str] = &[
    "name",
    "key",
    "header",
    "headername",
    "field",
    "fieldname",
    "param",
    "paramname",
    "parameter",
    "property",
    "attribute",
    "attributename",
    "id",
];

/// Returns whether the value of a field, header, parameter or JSON member of
/// that name is a credential.
///
/// The end of the name decides, whatever separates its words:
/// `client_secret`, `X-Api-Key` and `db.password` are secret; `tokenUrl`,
/// `secretName` and `passwordPolicies` are about a secret and hold none.
///
/// ```
/// use gatediff::engine::secret::is_secret_name;
/// assert!(is_secret_name("oAuthClientSecret"));
/// assert!(!is_secret_name("token_endpoint"));
/// ```
pub fn is_secret_name(name: &str) -> bool {
    name.len() <= MAX_NAME && context(name).is_secret
}

/// The meaning of a name.
#[derive(Clone, Copy)]
struct NameTraits {
    is_secret: bool,
    /// Whether it is a member that names the `value` next to it.
    is_naming: bool,
}

/// The number of cached names: objects of one kind share a few.
const REMEMBERED: usize = 2_048;

/// Returns the meaning of a name, cached if possible.
fn context(name: &str) -> NameTraits {
    thread_local! {
        static KNOWN: RefCell<HashMap<Box<str>, NameTraits>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(context) = known.get(name) {
            return *context;
        }
        let is_naming = NAMING.contains(&words(name).concat().as_str());
        let context = NameTraits {
            is_secret: ends_as_secret(name),
            is_naming,
        };
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(name.into(), context);
        context
    })
}

fn ends_as_secret(name: &str) -> bool {
    let mut words = words(name.trim_end_matches(|c: char| c.is_ascii_digit() || is_between(c)));
    if words.len() > 1
        && words
            .first()
            .is_some_and(|first| PREDICATES.contains(&first.as_str()))
    {
        return false;
    }
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| NEUTRAL.contains(&last.as_str()))
    {
        words.pop();
    }
    let flat = words.concat();
    let ends = |endings: &[&str]| endings.iter().any(|ending| flat.ends_with(ending));
    let is_last = words
        .last()
        .is_some_and(|last| LAST_WORDS.contains(&last.as_str()));
    (is_last || flat == "xauth" || ends(ENDINGS)) && !ends(PUBLIC)
}

/// Returns whether the member `name` of an object announces that the `value`
/// next to it is a secret, as in `{"name": "Authorization", "value": "…"}`.
pub fn announces_secret(name: &str, value: &str) -> bool {
    name.len() <= MAX_NAME && context(name).is_naming && is_secret_name(value)
}

/// Returns whether the value of a URL parameter is a credential.
pub(super) fn is_secret_parameter(name: &str) -> bool {
    name.len() <= MAX_NAME
        && (is_secret_name(name) || PARAMETERS.contains(&words(name).concat().as_str()))
}

/// Returns whether a header's value may have several words, as `Bearer …` has.
pub(super) fn is_header(name: &str) -> bool {
    let flat = words(name).concat();
    ["authorization", "cookie"]
        .iter()
        .any(|ending| flat.ends_with(ending))
}

fn is_between(c: char) -> bool {
    !c.is_alphanumeric()
}

/// Splits a name into its words, in lower case: `APIKey_old` has three.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(c) = letters.next() {
        let is_lower_next = letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = c.is_uppercase() && (!before.is_uppercase() || is_lower_next);
        if (is_between(c) || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if !is_between(c) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_known_however_they_are_written() {
        for name in [
            "password",
            "Password",
            "PASSWORD",
            "db_password",
            "db.password",
            "trustStorePassword",
            "sslpassword",
            "password1",
            "new-password",
            "passwordConfirmation",
            "passwd",
            "pwd",
            "pass",
            "DB_PASS",
            "passphrase",
            "private_key_pwd",
            "client_secret",
            "clientSecret",
            "oAuthClientSecret",
            "consumer_secret",
            "secret",
            "shared_secret",
            "token",
            "access_token",
            "refreshToken",
            "access_token_secret",
            "X-Auth-Token",
            "apikey",
            "api_key",
            "apiKey",
            "API-KEY",
            "APIKey",
            "x-api-key",
            "Ocp-Apim-Subscription-Key",
            "private_key",
            "privateKeyPem",
            "secretAccessKey",
            "storage_access_key",
            "AccountKey",
            "SharedAccessKey",
            "serviceAccountKey",
            "Authorization",
            "Proxy-Authorization",
            "authorization",
            "Cookie",
            "Set-Cookie",
            "JSESSIONID",
            "credentials",
            "X-Auth",
            "oauth_token_info",
            "token_value",
            "passwordHash",
            "userPin",
            "dbMima",
            "contraseña",
            "密码",
            "connection.password",
            "accessTokens",
            "encryption_key",
            "bearerToken",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn names_that_are_only_about_a_credential_are_not_secret() {
        for name in [
            "",
            "tokenUrl",
            "token_endpoint",
            "tokenExpiry",
            "token_type",
            "tokenTtl",
            "secretName",
            "secret_id",
            "passwordPolicies",
            "passwordPolicy",
            "passwordResetEnabled",
            "passwordAttribute",
            "hasPassword",
            "requirePassword",
            "use_token",
            "disable_api_key",
            "isSecret",
            "max_tokens",
            "nextPageToken",
            "publicKey",
            "public_key",
            "keyId",
            "accessKeyId",
            "key",
            "id",
            "client_id",
            "api_id",
            "auth",
            "authorizationUrl",
            "authorizationCode",
            "auth_header_name",
            "bypass",
            "compass",
            "bypassAuth",
            "cookieName",
            "sessionTimeout",
            "primaryKey",
            "partitionKey",
            "certificate",
            "encrypted",
            "hash",
            "data",
            "value",
            "monkey",
            "keyboard",
            "turkey",
            "name",
            "connectionString",
            "credentialType",
            "spin",
            "pinned_public_keys",
            "forgotPassword",
            "tokenGenerationUrl",
            "jwt_source",
            "author",
            "authority",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_name_beside_a_value_announces_it() {
        for (name, value) in [
            ("name", "Authorization"),
            ("key", "password"),
            ("headerName", "X-Api-Key"),
        ] {
            assert!(announces_secret(name, value), "{name} {value}");
        }
        for (name, value) in [
            ("name", "Accept"),
            ("description", "password"),
            ("key", "tokenUrl"),
            ("", ""),
        ] {
            assert!(!announces_secret(name, value), "{name} {value}");
        }
    }

    #[test]
    fn parameters_of_addresses_have_short_names() {
        for name in [
            "sig",
            "code",
            "key",
            "token",
            "X-Amz-Signature",
            "apikey",
            "access_token",
            "subscription-key",
        ] {
            assert!(is_secret_parameter(name), "{name}");
        }
        for name in [
            "se",
            "sp",
            "sv",
            "api-version",
            "client_id",
            "q",
            "page",
            "state",
            "keyword",
            "codec",
        ] {
            assert!(!is_secret_parameter(name), "{name}");
        }
    }
}
