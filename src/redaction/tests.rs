//! What `Redactor::clean` hides, leaves, and bears.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample;

use super::*;

fn redactor() -> Redactor {
    Redactor::new(&Redaction::default()).unwrap()
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let redactor = redactor();
    let found = redactor.clean(text);
    assert_eq!(found, expected, "{text}");
    assert_eq!(redactor.clean(&found), found, "not the same twice: {text}");
    let borrowed = matches!(redactor.clean(&found), Cow::Borrowed(_));
    assert!(borrowed, "clean text was copied: {found}");
}

#[track_caller]
fn shown(text: &str) {
    check(text, text);
}

#[test]
fn pairs_keep_their_keys() {
    check("login password=hunter2 user=bob", "login password=[redacted] user=bob");
    check("login(user=bob, password=hunter2)", "login(user=bob, password=[redacted])");
    check("password: hunter2", "password: [redacted]");
    check("password = 'hunter 2'; x", "password = '[redacted]'; x");
    check("PASSWORD=a,b&c", "PASSWORD=[redacted]");
    check("user=bob&password=a&x=y", "user=bob&password=[redacted]&x=y");
    check("API key: abc", "API key: [redacted]");
    check("card number: 12", "card number: [redacted]");
    check("user[password]=a", "user[password]=[redacted]");
    check("headers[\"authorization\"] = 'a b'", "headers[\"authorization\"] = '[redacted]'");
    check("token => \"a\"", "token => \"[redacted]\"");
    check("token: Bearer abc", "token: [redacted]");
    check("Server=db;Uid=sa;Pwd=a;b", "Server=db;Uid=sa;Pwd=[redacted]");
    check(
        "AccountName=x;AccountKey=abc==;EndpointSuffix=y",
        "AccountName=x;AccountKey=[redacted];EndpointSuffix=y",
    );
}

#[test]
fn json_stays_json() {
    check(r#"{"password":"a b","id":1}"#, r#"{"password":"[redacted]","id":1}"#);
    check(r#"{"pin": 1234, "id": 1}"#, r#"{"pin": "[redacted]", "id": 1}"#);
    check(
        r#"{"tokens": ["a"], "accessTokens": ["a", "b"]}"#,
        r#"{"tokens": ["a"], "accessTokens": "[redacted]"}"#,
    );
    check(r#"{"secret": {"a": "}"}, "b": 1}"#, r#"{"secret": "[redacted]", "b": 1}"#);
    check(r#"{"password":"a\"b","c":1}"#, r#"{"password":"[redacted]","c":1}"#);
    let nested = r#"body: "{\"password\":\"a \\\" b\",\"pin\":1}""#;
    check(nested, r#"body: "{\"password\":\"[redacted]\",\"pin\":\"[redacted]\"}""#);
    check(r#"{"password":null,"token":true}"#, r#"{"password":null,"token":true}"#);
    check(r#"{"password":"never closed"#, r#"{"password":"[redacted]"#);
}

#[test]
fn debug_output_stays_readable() {
    check(
        "User { id: 1, password: \"a b\", name: \"c\" }",
        "User { id: 1, password: \"[redacted]\", name: \"c\" }",
    );
    check("A { token: Some(\"a b\"), b: 1 }", "A { token: [redacted], b: 1 }");
    check("A { token: None, pin: 7 }", "A { token: None, pin: [redacted] }");
    check("A { secret: Key { a: [1, 2] }, b: 1 }", "A { secret: [redacted], b: 1 }");
    check("A { secret: b\"a \\\" b\", b: 1 }", "A { secret: [redacted], b: 1 }");
    check("A {\n    api_key: Some(\n        \"a\",\n    ),\n}", "A {\n    api_key: [redacted],\n}");
    check(
        "[(\"accept\", \"*\"), (\"authorization\", \"Bearer a\")]",
        "[(\"accept\", \"*\"), (\"authorization\", \"[redacted]\")]",
    );
    check(
        "{\"cookie\": \"a=b; c=d\", \"host\": \"x\"}",
        "{\"cookie\": \"[redacted]\", \"host\": \"x\"}",
    );
}

#[test]
fn headers_are_hidden_to_the_end_of_the_line() {
    check(
        "GET / HTTP/1.1\r\nAuthorization: Digest a=\"b\", c=\"d\"\r\nHost: x\r\n",
        "GET / HTTP/1.1\r\nAuthorization: [redacted]\r\nHost: x\r\n",
    );
    check("cookie: a=b; c=d\nhost: x", "cookie: [redacted]\nhost: x");
    check("sent Bearer abc123def.x to it", "sent Bearer [redacted] to it");
    check("sent basic dXNlcjpwYXNz", "sent basic [redacted]");
    shown("Basic authentication failed: bearer token missing");
}

#[test]
fn urls_keep_host_and_path() {
    check("postgres://user:pass@db:5432/x", "postgres://[redacted]@db:5432/x");
    check("postgres://user:pa/ss@db/x", "postgres://[redacted]@db/x");
    check("postgres://user:00000/_A@db:5432/x", "postgres://[redacted]@db:5432/x");
    check("redis://:12345/ab@cache:6379", "redis://[redacted]@cache:6379");
    check("http://user:70000/ab@host/", "http://[redacted]@host/");
    for whole in ["http://host:8080/@scope/a", "redis://[::1]:6379/0", "redis://a:6379,b:6379/0"] {
        check(whole, whole);
    }
    check("redis://:p@ss@cache/0", "redis://[redacted]@cache/0");
    check(
        "GET https://h/p?q=a%20b&page=2&x#top 200",
        "GET https://h/p?q=[redacted]&page=[redacted]&[redacted]#top 200",
    );
    check("https://h/p#access_token=a&b=c", "https://h/p#access_token=[redacted]&b=[redacted]");
    check("to /p?q=a&b=c d=e", "to /p?q=[redacted]&b=[redacted] d=e");
    check("to /p?user%5Bname%5D=a", "to /p?user%5Bname%5D=[redacted]");
    shown("https://[::1]:8080/@user http://h:80/a@b http://h?");
    let settings = Redaction { query_allow: vec!["Page".to_owned()], ..Redaction::default() };
    let redactor = Redactor::new(&settings).unwrap();
    let found = redactor.clean("https://h/p?q=a&page=2&x=y /p?page=1&q=a");
    assert_eq!(found, "https://h/p?q=[redacted]&page=2&x=[redacted] /p?page=1&q=[redacted]");
    let found = redactor.clean("/p?page=ghp_0123456789abcdef0123&page=4111111111111111");
    assert_eq!(found, "/p?page=[redacted]&page=[redacted]");
}

#[test]
fn shapes_are_hidden_anywhere() {
    check("paid by 4111 1111 1111 1111.", "paid by [redacted].");
    check("AKIAIOSFODNN7EXAMPLE!", "[redacted]!");
    check("x/ghp_0123456789abcdef0123", "x/[redacted]");
    check("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln.", "got [redacted].");
    check("xoxb-0123456789-abc", "[redacted]");
    check("ok sk_live_0123456789", "ok [redacted]");
    check(
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\nx",
        "-----BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY-----\nx",
    );
    check(
        "-----BEGIN RSA PRIVATE KEY-----\\nMIIEvQIBADANBgkq",
        "-----BEGIN RSA PRIVATE KEY-----[redacted]",
    );
}

#[test]
fn what_is_no_secret_is_shown() {
    for text in [
        "",
        "workout completed",
        "listening on 127.0.0.1:8080",
        "12:30:45 [::1]:80",
        "550e8400-e29b-41d4-a716-446655440000",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "id 12345678-1234-4111-1111-111111111111",
        "2026-11-21T05:30:00.123456Z",
        "session::token::refresh",
        "User { id: 1, name: \"bob\", session_id: \"a\" }",
        "token_count=5 sessionId=abc author: Bob",
        "at 1763701234567 ms",
        "x = y; a: b, c => d",
        "error: unexpected end (at 3:14)",
        "[redacted]",
        "größer: als",
        "C:\\path\\to",
        "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkq\n-----END CERTIFICATE-----",
        "keyword: value",
        "Basic: yes",
        "sk_task eyJ AKIA ghp_",
    ] {
        shown(text);
    }
}

#[test]
fn own_patterns_and_names_are_hidden() {
    let settings = Redaction {
        fields: vec!["email".to_owned()],
        allow: vec!["pin".to_owned()],
        patterns: vec![r"EMP-\d+".to_owned(), "abc".to_owned(), "bcd".to_owned(), "red".to_owned()],
        ..Redaction::default()
    };
    let redactor = Redactor::new(&settings).unwrap();
    let check = |text: &str, expected: &str| {
        let found = redactor.clean(text);
        assert_eq!(found, expected);
        assert_eq!(redactor.clean(&found), found);
    };
    check("hello EMP-12.", "hello [redacted].");
    check("xabcdx", "x[redacted]x");
    check("userEmail: a@b pin: 12", "userEmail: [redacted] pin: 12");
    check("ü red ü", "ü [redacted] ü");
    check("token=EMP-1", "token=[redacted]");
    check("nothing", "nothing");
    assert!(redactor.hides("email") && !redactor.hides("pin") && redactor.hides("token"));
}

#[test]
fn a_wrong_pattern_is_an_error() {
    let settings = Redaction { patterns: vec!["(".to_owned()], ..Redaction::default() };
    let error = Redactor::new(&settings).unwrap_err();
    assert!(error.is_config());
    assert!(
        error.to_string().starts_with("redaction.patterns: pattern 1 is \"(\": unclosed group"),
        "{error}"
    );
}

/// What comes 16 times as long may take 16 times as long, and not 256 times.
#[test]
fn hostile_texts_take_linear_time() {
    let settings = Redaction { query_allow: vec!["a".to_owned()], ..Redaction::default() };
    let redactor = Redactor::new(&settings).unwrap();
    let units = [
        "a=",
        "a=a",
        ":",
        "=",
        "://",
        "a://u:p/",
        "?a=",
        "/?a=&",
        "\"",
        "\\\"",
        "(\"a",
        "password=,",
        "password=\"",
        "password=(",
        "\"password\":",
        "a ",
        "4111 ",
        "4",
        "eyJ",
        "bearer ",
        "ghp_",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "key: ",
        "token=a ",
        "a://@",
        "password: a,b",
        "password={",
        "\\",
        "cookie: ",
        "a://?a=1&",
        "xoxb-",
        "password=a'",
        "password='a'b",
    ];
    let time = |text: &str| {
        let start = Instant::now();
        let _ = redactor.clean(text);
        start.elapsed().max(Duration::from_micros(20))
    };
    for unit in units {
        let (short, long) = (unit.repeat(4096 / unit.len()), unit.repeat(65536 / unit.len()));
        // Something else may run meanwhile, but not every time.
        let linear = || time(&long) < 100 * time(&short);
        assert!((0..20).any(|_| linear()), "{unit}");
    }
}

/// Texts near what is looked for.
fn near() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        any::<char>().prop_map(String::from),
        "[a-zA-Z0-9 =:,;&?#/()\\[\\]{}\"'\\\\.-]{1,4}",
        sample::select(vec![
            "password",
            "token",
            "api key",
            "=",
            ": ",
            "\"",
            "\\\"",
            "://",
            "@",
            "?",
            "&",
            "cookie: ",
            "Bearer ",
            "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
            "4111 1111 1111 1111",
            "[redacted]",
            "\n",
            "-----BEGIN PRIVATE KEY-----",
            "-----END ",
            "Some(",
            "Key {",
            "}",
            "('",
            "(\"pin\", ",
            "AKIAIOSFODNN7EXAMPLE",
            ", ",
            "#",
            "None",
        ])
        .prop_map(String::from),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// Secrets as people and machines make them, and the forms in which they are planted.
fn planted() -> impl Strategy<Value = (String, String)> {
    let any = "[A-Za-z0-9]{4}[0-9][A-Za-z0-9_~+/,;&!-]{6,40}[A-Za-z0-9]";
    let word = "[A-Za-z0-9]{4}[0-9][A-Za-z0-9_-]{11,40}[A-Za-z0-9]";
    prop_oneof![(sample::select(NAMED), any), (sample::select(SHAPED), word)]
        .prop_map(|(form, secret)| (form.replace("{}", &secret), secret))
}

/// Any secret is hidden in them.
#[rustfmt::skip]
const NAMED: &[&str] = &[
    "password={}", "password: {}", "password=\"{}\"", "password='{}'", "{\"password\":\"{}\"}",
    "{\\\"apiKey\\\":\\\"{}\\\"}", "User { id: 1, token: \"{}\" }", "token: Some(\"{}\")",
    "Secret { secret: Inner(\"a\", \"{}\"), b: 1 }", "authorization: Bearer {}",
    "Authorization: Basic {}", "cookie: a=b; session={}; c=d", "[(\"x-api-key\", \"{}\")]",
    "postgres://user:{}@db:5432/app", "API key: {}", "card number: {}",
    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
];

/// One without signs of its own is hidden in them.
#[rustfmt::skip]
const SHAPED: &[&str] = &[
    "Bearer {}", "https://{}@host/", "https://host/path?sig={}&x=y", "/path?q={}", "?q={}",
    "https://host/p?{}", "a=b&client_secret={}&c=d", "Pwd={};Server=x", "https://host/p#state={}",
    "ghp_{}", "sk_live_{}", "eyJhbGciOiJIUzI1NiJ9.{}.c2ln", "x/glpat-{}", "(xoxb-{})",
];

fn cases() -> ProptestConfig {
    ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() }
}

/// Of what was cut, the rest may look like a secret in its turn.
#[test]
fn what_is_left_is_clean_too() {
    let redactor = redactor();
    let once = redactor.clean("://password=?\"=)?://\u{a1}").into_owned();
    assert_eq!(redactor.clean(&once), once);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn clean_text_is_clean(text in near()) {
        let redactor = redactor();
        let once = redactor.clean(&text);
        prop_assert_eq!(&redactor.clean(&once), &once, "{:?}", text);
    }

    #[test]
    fn no_part_of_a_secret_is_left(
        before in "([a-zA-Z0-9 ,.ü]{0,40}[ ,\n])?",
        (text, secret) in planted(),
        after in "([ \n][a-zA-Z0-9 ,.ü]{0,40})?",
    ) {
        let text = format!("{before}{text}{after}");
        let clean = redactor().clean(&text).into_owned();
        for part in secret.as_bytes().windows(5) {
            let part = std::str::from_utf8(part).unwrap();
            let elsewhere = text.replace(&secret, "").contains(part);
            prop_assert!(!clean.contains(part) || elsewhere, "{clean:?} of {text:?}");
        }
    }
}
