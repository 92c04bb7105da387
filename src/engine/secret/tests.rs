//! What is hidden everywhere, and what stays readable.

use proptest::prelude::*;

use super::*;
use crate::cases::config;

#[test]
fn a_secret_never_shows_itself() {
    assert_eq!(format!("{:?}", Secret::new("canary")), "***");
}

/// Texts with a canary as a credential; `~` is the canary.
const HIDDEN: &[&str] = &[
    // Addresses.
    "https://bob:~@host.example/x",
    "http://:~@h:8080",
    "https://u:a/~@h/x",
    "https://~0123456789abcdefghij@git.example/x.git",
    "https://h/x?sig=~",
    "https://h/x?a=1&sig=~&b=2#c",
    "https://h/x?code=~&clientId=default",
    "https://h/x?key=~",
    "https://h/x?subscription-key=~",
    "https://h/x?access_token=~",
    "https://h/cb#access_token=~&token_type=bearer",
    "https://b.s3.example/o?X-Amz-Credential=~&X-Amz-Signature=~",
    "https://a.blob.example/c?sv=2020-08-04&se=2030-01-01&sp=r&sig=~%3D",
    "https://h/x;jsessionid=~",
    "redis://:~@cache:6379/0",
    "rediss://default:~@cache:6379",
    "mongodb://admin:~@m1:27017,m2:27017/db?replicaSet=rs0",
    "mongodb+srv://admin:~@cluster0.example.net/db",
    "amqp://guest:~@rabbit:5672/vhost",
    "amqps://u:~@rabbit",
    "postgres://me:~@db/app",
    "ldaps://cn=admin:~@ldap.example",
    "jdbc:postgresql://me:~@db:5432/app",
    "jdbc:sqlserver://db:1433;databaseName=app;user=sa;password=~;encrypt=true",
    "jdbc:oracle:thin:scott/~@//db:1521/orcl",
    "see https://bob:~@host.example/x, it is new",
    "url = \"jdbc:mysql://db/app?user=a&password=~\"",
    // Webhooks.
    "https://hooks.slack.com/services/T00000000/B00000000/~",
    "https://hooks.example.org/services/T0/B0/~",
    "https://acme.webhook.office.com/webhookb2/1b2c@3d4e/IncomingWebhook/~/5f6a",
    "https://discord.com/api/webhooks/123456789/~",
    "https://discordapp.com/api/webhooks/123456789/~?wait=true",
    "https://prod-1.westeurope.logic.azure.com:443/workflows/a1b2/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers&sv=1.0&sig=~",
    "https://default1.2.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke?sig=~",
    "https://hooks.zapier.com/hooks/catch/123/~/",
    "https://maker.ifttt.com/trigger/event/with/key/~",
    "https://api.telegram.org/bot123456:~/sendMessage",
    "https://open.feishu.cn/open-apis/bot/v2/hook/~",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=~",
    "https://oapi.dingtalk.com/robot/send?access_token=~",
    "https://chat.example.org/hooks/~0123456789abcdef",
    "https://events.pagerduty.com/integration/~/enqueue",
    // Keys.
    "-----BEGIN RSA PRIVATE KEY-----\n~\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\n~\\n-----END PRIVATE KEY-----\\n",
    "-----BEGIN OPENSSH PRIVATE KEY-----\n~",
    "a: |\n  -----BEGIN EC PRIVATE KEY-----\n  ~\n  -----END EC PRIVATE KEY-----\nb: 1",
    // Connection strings.
    "Server=db;Database=app;User Id=sa;Password=~;Encrypt=True",
    "Server=db;Password=a b ~ c;Encrypt=True",
    "Server=db;Password={a;~};Encrypt=True",
    "Server=db;Pwd='a;~';Encrypt=True",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=~==;EndpointSuffix=core.example",
    "Endpoint=sb://a.servicebus.example/;SharedAccessKeyName=root;SharedAccessKey=~=",
    "AccountKey=~",
    "host=db port=5432 user=me password=~ dbname=app",
    "cache:6379,password=~,ssl=True",
    "oauth_token_info: access_token=~",
    "access_token=~",
    "grant_type=client_credentials&client_id=a&client_secret=~&scope=x",
    // JSON.
    r#"{"username":"svc","password":"~"}"#,
    r#"{"a":[{"password":"~"}]}"#,
    r#"{"credentials":{"user":"~","list":["~"]}}"#,
    r#"{"headers":[{"name":"Authorization","value":"Bearer ~"}]}"#,
    r#"{"value":"~","key":"x-api-key"}"#,
    r#"{"type":"service_account","private_key_id":"1","private_key":"-----BEGIN PRIVATE KEY-----\n~\n-----END PRIVATE KEY-----\n"}"#,
    r#"{"body":"{\"password\":\"~\"}"}"#,
    r#"{"body":"{\"inner\":\"{\\\"token\\\":\\\"~\\\"}\"}"}"#,
    r#"{"url":"https://u:~@h"}"#,
    r#"{"password":"~", "id": {{id}}}"#,
    r#"{"password" : '~', }"#,
    r#"say({\"password\": \"~\"})"#,
    // Headers.
    "Authorization: Bearer ~",
    "Authorization: ~",
    "Authorization: Digest username=\"u\", response=\"~\"",
    "Accept: */*\nX-Api-Key: ~\nHost: h",
    "x-api-key: ~",
    "Accept: a, X-Api-Key: ~",
    "Cookie: a=b; session=~",
    "curl -H 'Authorization: Bearer ~' https://h",
    "curl -H \"X-Auth-Token: ~\" https://h",
    "curl -u bob:~ https://h",
    "mysql --password=~ -h db",
    "tool --token ~ run",
    "Bearer ~-upstream",
    "use Bearer ~-A1 here",
    // Scripts and settings.
    "password = \"~\"",
    "password: '~'",
    "String password = \"~\";",
    "def apiKey = '~'",
    "var token = \"a\" + \"~\";",
    "const clientSecret: string = `~`;",
    "map.put(\"password\", \"~\");",
    "request.setHeader('Authorization', 'Bearer ~')",
    "headers['X-Api-Key'] = '~'",
    "user.setPassword(\"~\")",
    "password => \"~\"",
    "$password := '~'",
    "if (token == \"~\") {",
    "ALTER ROLE app PASSWORD '~'",
    "PASSWORD=~",
    "export DB_PASSWORD=~",
    "password = ~1",
    "spring.datasource.password=~ and more",
    "user: a\npassword: ~\nhost: b",
    "- api_key: ~ # note",
    "<password>~</password>",
    "<ns:clientSecret>~</ns:clientSecret>",
    "<entry key=\"password\" value=\"~\"/>",
    "<property name=\"apiKey\">~</property>",
];

/// Tokens that are recognised by their form, in any text.
const TOKENS: &[&str] = &[
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0123456789_abcdefghij",
    "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
    "xoxp-17653672481-19874698323",
    "AKIAIOSFODNN7EXAMPLE",
    "sk-proj-1234567890abcdef",
    "sk_live_51H8xyzABCdef",
    "glpat-AbCdEf1234567890_xyz",
    "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",
    "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "ya29.a0AfH6SMBx-abcdef",
    "Basic dXNlcjpwYXNzd29yZA==",
    "basic dXNlcjpwYXNzdzByZA",
];

/// Texts without a credential, which are shown unchanged.
const SHOWN: &[&str] = &[
    "",
    "a plain text",
    "The token is renewed every hour.",
    "Reset your password: follow the link.",
    "Password must have 8 characters",
    "password policy: at least one digit",
    "the secret: keep calm",
    "Bearer token authentication",
    "Basic authentication",
    "Basic Subscription",
    "bearer tokens are sent",
    "550e8400-e29b-41d4-a716-446655440000",
    "d023576f836a4e407153009e8d95cf73",
    "5e9d9544a1dcd60001d0ed20d0b1f3e4c5a6978812345678",
    "eyJhbGciOiJFUzI1NiJ9",
    "{{token}}",
    "$.trigger.token",
    "${secrets.x}",
    "Authorization: Bearer {{token}}",
    "Authorization: Bearer ${secrets.token}",
    "Authorization: ***",
    r#"{"password":"{{password}}","user":"u"}"#,
    r#"{"password":"********"}"#,
    r#"{"password":null,"token":true,"secretName":"a","tokenUrl":"https://h/token","max_tokens":4096}"#,
    r#"{"name":"Accept","value":"application/json"}"#,
    r#"{"passwordPolicies":[{"id":"1","name":"p"}],"passwordResetEnabled":"yes"}"#,
    r#"{"type":"object","properties":{"login":{"type":"string"}},"required":["password","token"]}"#,
    "https://h/token",
    "https://h/oauth/token?grant_type=client_credentials",
    "https://h:8443/a/b?page=2&sort=key#section",
    "https://user@host.example/x",
    "https://h/x?token={{token}}&sig=${sig}",
    "https://medium.example/@writer/story",
    "mailto:a@b.example",
    "https://h/search?q=token",
    "https://example.org/webhooks/orders",
    "https://example.org/services/list",
    "https://h/repos/o/r/hooks/12",
    "http://{{host}}:{{port}}/x",
    "postgres://me@db/app",
    "-----BEGIN CERTIFICATE-----\nMIIBpassword=abc\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "Server=db;Database=app;Integrated Security=true",
    "Content-Type: application/json",
    "String password = identity.getAttribute(\"password\");",
    "password = getPassword(user);",
    "token = response.access_token",
    "this.token = token;",
    "password: string",
    "password: string;",
    "token = clientSecret;",
    "return attributes[\"password\"];",
    "Arrays.asList(\"password\", \"username\")",
    "if (password == null) {",
    "password = null",
    "List<String> tokens = new ArrayList<>();",
    "for token in tokens:",
    "<password></password>",
    "<token/>",
    "tokenUrl: https://h/token",
    "secretName: db-credentials",
    "env://PASSWORD",
    "sk-learn-pipeline",
    "a=b;c=d",
    "key=value",
    "id: 1, code: 200",
    "用户的密码",
];

fn shown(text: &str) -> String {
    mask_text("text", text).unwrap_or_else(|| text.to_owned())
}

#[test]
fn a_credential_is_hidden_wherever_it_stands() {
    let mut seen = Vec::new();
    for template in HIDDEN {
        for canary in ["CANARY", "canary", "fake-Canary-42"] {
            let masked = shown(&template.replace('~', canary));
            if masked.contains(canary) || !masked.contains("***") {
                seen.push(masked);
            }
        }
    }
    assert!(seen.is_empty(), "{seen:#?}");
}

#[test]
fn tokens_are_hidden_by_their_form() {
    for token in TOKENS {
        for around in [
            "~",
            "see ~ there",
            "(~)",
            "x=~",
            "https://h/a/~/b",
            "{\"note\":\"~\"}",
            "a,~,b",
        ] {
            if token.contains(' ') && around.contains("://") {
                continue;
            }
            let masked = shown(&around.replace('~', token));
            let secret = token.split(' ').next_back().unwrap();
            assert!(
                !masked.contains(secret) && masked.contains("***"),
                "{masked}"
            );
        }
    }
}

#[test]
fn what_is_no_credential_stays_as_it_is() {
    let masked: Vec<_> = SHOWN
        .iter()
        .filter_map(|text| mask_text("text", text))
        .collect();
    assert!(masked.is_empty(), "{masked:#?}");
}

#[test]
fn the_rest_of_a_text_stays_to_be_read() {
    for (text, wanted) in [
        (
            "https://bob:pw1@h/x?sig=a&page=2",
            "https://bob:***@h/x?sig=***&page=2",
        ),
        (
            "https://hooks.slack.com/services/T1/B1/abc",
            "https://hooks.slack.com/services/***",
        ),
        (
            "Server=db;Password=p w;Encrypt=True",
            "Server=db;Password=***;Encrypt=True",
        ),
        ("Authorization: Bearer abc1", "Authorization: Bearer ***"),
        (r#"{"p\u0061ssword":"x"}"#, r#"{"p\u0061ssword":"***"}"#),
        (
            r#"{"b":1,"password":"x","a":1.50}"#,
            r#"{"b":1,"password":"***","a":1.50}"#,
        ),
        (
            r#"{"body":"{\"pin\":1,\"n\":2}"}"#,
            r#"{"body":"{\"pin\":\"***\",\"n\":2}"}"#,
        ),
        (
            "user: a\npassword: b1\nhost: c",
            "user: a\npassword: ***\nhost: c",
        ),
        (
            "String password = \"x\"; // note",
            "String password = \"***\"; // note",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\nrest",
            "-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----\nrest",
        ),
    ] {
        assert_eq!(shown(text), wanted);
    }
}

#[test]
fn the_name_of_the_field_reports_what_its_text_is() {
    assert_eq!(
        mask_text("clientSecret", "plain words").as_deref(),
        Some("***")
    );
    for text in ["", "***", "env://A", "true", "Bearer {{x}}", "Bearer ***"] {
        assert_eq!(mask_text("Authorization", text), None, "{text}");
    }
}

/// Texts that a scan must not look at repeatedly.
#[test]
fn megabytes_cost_time_in_proportion() {
    let mut texts: Vec<String> = [
        "password:",
        "password: a b ",
        "token = a.",
        "secret=>f(",
        "password=\"",
        ";password={",
        ";password='",
        "=",
        "-----BEGIN X-----",
        "-----BEGIN ",
        "https://",
        "://",
        "Bearer ",
        "Bearer a ",
        "eyJ",
        "\"password\" ",
        "\"password\",",
        "{\"a\":",
        "[",
        "[\"",
        "password\\\\\"",
        "\\",
        "\"",
        "@",
        "jdbc:",
        "jdbc:a://h;password={",
        "<password>",
        "--password ",
        "-u ",
        "Basic ",
        "Authorization: ",
        "password='a' + ",
        "key=a;",
        "password=&",
        "a=b;password=\"x;",
        "***",
        "password: *** ",
        "password: ***,",
        "(\"password\"",
        "密",
        "hook/",
    ]
    .iter()
    .map(|part| part.repeat(60_000 / part.len()))
    .collect();
    texts.push(format!("Bearer x{}", " ".repeat(600_000)));
    texts.push(format!("a=b;{}", texts[4]));
    texts.push(format!("jdbc:a://h?{}", texts[5]));
    for text in texts {
        let started = std::time::Instant::now();
        let _ = mask_text("text", &text);
        let took = started.elapsed();
        assert!(
            took.as_secs() < 3,
            "{took:?}: {:?}",
            text.chars().take(30).collect::<String>()
        );
    }
}

/// Text made of the patterns that masking looks for.
fn text() -> impl Strategy<Value = String> {
    let parts: Vec<String> = HIDDEN
        .iter()
        .chain(SHOWN)
        .chain(TOKENS)
        .map(|text| text.replace('~', "c4N"))
        .chain(
            [
                "password",
                "token",
                "Authorization",
                ":",
                "=",
                " ",
                "\"",
                "'",
                "\\",
                "\\\"",
                "\n",
                ";",
                "&",
                "?",
                "@",
                "/",
                "://",
                "jdbc:",
                "{",
                "}",
                "[",
                "]",
                "(",
                ")",
                "<",
                ">",
                ",",
                "***",
                "*",
                "-----BEGIN PRIVATE KEY-----",
                "-----END",
                "Bearer",
                "é",
                "密码",
                "\u{1f600}",
                "+",
                ".",
                "-",
                "--",
                "#",
                "value",
                "{{x}}",
                "$.a.b",
                "1",
                "\0",
            ]
            .map(str::to_owned),
        )
        .collect();
    prop::collection::vec(
        prop_oneof![5 => prop::sample::select(parts), 1 => any::<String>()],
        0..12,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn masking_what_is_masked_changes_nothing(name in "(password|text|url|a_token)", text in text()) {
        let once = mask_text(&name, &text).unwrap_or(text);
        let twice = mask_text(&name, &once).unwrap_or_else(|| once.clone());
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn a_canary_survives_in_no_place(
        before in "[ a-z.,\n]{0,12}", after in "[ a-z.,]{0,12}", template in prop::sample::select(HIDDEN),
        canary in "[A-Za-z][A-Za-z0-9_+-]{6,20}[0-9]",
    ) {
        // Alone, and as a line among others.
        let text = template.replace('~', &canary);
        prop_assert!(!shown(&text).contains(&canary), "{}", shown(&text));
        let lines = format!("{before}\n{text}\n{after}");
        prop_assert!(!shown(&lines).contains(&canary), "{}", shown(&lines));
        let json = serde_json::json!({ "deep": [{ "text": lines, "alone": text }] }).to_string();
        prop_assert!(!shown(&json).contains(&canary), "{}", shown(&json));
    }

    #[test]
    fn nothing_else_than_credentials_is_changed(text in any::<String>()) {
        let masked = mask_text("text", &text);
        prop_assert!(masked.is_none_or(|masked| masked != text));
    }
}
