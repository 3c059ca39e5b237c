//! Which names are secrets.
//!
//! The last word of a name says what its value is: `api_key` is a key, `api_key_id` an ID,
//! `token_count` a count. So a name is hidden if its last words are in a table, with what only
//! says how the value is written ([`FORMS`]) taken off. A few words are so plain that they are
//! hidden wherever they stand ([`PLAIN`]), but for names that end in a word of [`ABOUT`] or begin
//! as a question ([`QUESTIONS`]).

mod table;

use std::collections::HashSet;

use self::table::{ABOUT, FORMS, LAST, OPAQUE, PLAIN, QUESTIONS};
use super::words::Words;
use crate::config::Redaction;

/// The names whose values are hidden.
#[derive(Debug)]
pub(super) struct Names {
    /// The letters of each word, as bits, without those that hold the letters of another: a name
    /// that has none of these sets is not hidden.
    letters: Vec<u32>,
    /// The user's own, as joined words: hidden where a name ends in them.
    fields: HashSet<Box<[u8]>>,
    /// Whole names that are shown whatever they look like.
    allow: HashSet<Box<[u8]>>,
}

impl Names {
    pub(super) fn new(settings: &Redaction) -> Self {
        let joined = |name: &String| Box::from(Words::new(name.as_bytes()).joined());
        let fields: HashSet<Box<[u8]>> = settings.fields.iter().map(joined).collect();
        let known = PLAIN.words.iter().chain(LAST.words).map(|word| word.as_bytes());
        let own = fields.iter().map(AsRef::as_ref);
        Self {
            letters: least(known.chain(own).map(letters).collect()),
            fields,
            allow: settings.allow.iter().map(joined).collect(),
        }
    }

    /// Whether the value of this name is hidden.
    pub(super) fn hides(&self, name: &[u8]) -> bool {
        let letters = letters(name);
        if !self.letters.iter().any(|needed| letters & needed == *needed) {
            return false;
        }
        let words = Words::new(name);
        if words.is_empty() || (!self.allow.is_empty() && self.allow.contains(words.joined())) {
            return false;
        }
        let own = !self.fields.is_empty() && words.tails().any(|tail| self.fields.contains(tail));
        own || is_plain(&words) || is_last(words)
    }
}

/// The letters of a name as bits, in either case. What is no letter counts as one of them.
fn letters(name: &[u8]) -> u32 {
    name.iter().fold(0, |letters, byte| letters | 1 << (byte & 31))
}

/// The sets that hold no other.
fn least(mut sets: Vec<u32>) -> Vec<u32> {
    sets.sort_by_key(|set| set.count_ones());
    let mut least: Vec<u32> = Vec::new();
    for set in sets {
        if !least.iter().any(|other| set & other == *other) {
            least.push(set);
        }
    }
    least
}

/// A word that is hidden wherever it stands.
fn is_plain(words: &Words) -> bool {
    words.each().any(has_plain)
        && !ABOUT.has(words.last())
        && !QUESTIONS.has(words.first())
        && !words.joined().ends_with(b"passwordless")
}

/// `dbpassword` and `passwordhash` too: nobody writes those words to say something else.
fn has_plain(word: &[u8]) -> bool {
    word.len() >= 3
        && (PLAIN.has(word)
            || word.starts_with(b"password")
            || [&b"password"[..], b"passwd", b"passphrase"].iter().any(|end| word.ends_with(end)))
}

/// Its last words are in the table, and it does not ask for them.
fn is_last(mut words: Words) -> bool {
    if QUESTIONS.has(words.first()) {
        return false;
    }
    while FORMS.has(words.last()) {
        words.drop_last();
    }
    let known = words.tails().any(|tail| {
        let one = tail.strip_suffix(b"s").unwrap_or(tail);
        // Of `tokens` alone there are counts: max_tokens, prompt_tokens.
        LAST.has(tail) || (LAST.has(one) && one != b"token")
    });
    known && !words.tails().any(|tail| OPAQUE.has(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        for table in [&ABOUT, &FORMS, &LAST, &OPAQUE, &PLAIN, &QUESTIONS] {
            assert!(table.words.is_sorted_by(|one, other| one < other), "{:?}", table.words);
        }
    }

    const SECRETS: &[&str] = &[
        "password",
        "Password",
        "PASSWORD",
        "user.password",
        "userPassword",
        "password1",
        "password_hash",
        "passwordConfirmation",
        "dbpassword",
        "DB_PASSWORD",
        "passwd",
        "pwd",
        "passphrase",
        "secret",
        "client_secret",
        "clientSecret",
        "secrets",
        "secret_id",
        "aws_secret_access_key",
        "token",
        "access_token",
        "accessToken",
        "refresh-token",
        "id_token",
        "csrf_token",
        "X-CSRF-Token",
        "session_token",
        "sessiontoken",
        "access_tokens",
        "token_value",
        "authToken",
        "oauth2_token",
        "authorization",
        "Authorization",
        "proxy-authorization",
        "authorization_header",
        "cookie",
        "cookies",
        "set-cookie",
        "Set_Cookie",
        "api_key",
        "apiKey",
        "APIKey",
        "apikey",
        "x-api-key",
        "private_key",
        "privateKey",
        "ssh_key",
        "encryption_key",
        "signing_key",
        "credential",
        "credentials",
        "aws.credentials",
        "card",
        "customer.Card",
        "card_number",
        "cardNumber",
        "pan",
        "credit_card",
        "cvv",
        "cvv2",
        "cvc",
        "ssn",
        "iban",
        "pin",
        "pin_code",
        "otp",
        "otp_code",
        "signature",
        "x-hub-signature-256",
        "jwt",
        "bearer",
        "JSESSIONID",
        "user[password]",
        "password_reset_token",
        "AccountKey",
        "SharedAccessKey",
    ];

    #[test]
    fn secrets_are_hidden_however_they_are_written() {
        let names = Names::new(&Redaction::default());
        for name in SECRETS {
            assert!(names.hides(name.as_bytes()), "{name}");
        }
    }

    const HARMLESS: &[&str] = &[
        "",
        "id",
        "user",
        "message",
        "token_count",
        "tokens_used",
        "tokens",
        "max_tokens",
        "gen_ai.usage.input_tokens",
        "token_type",
        "token_expires_in",
        "next_token",
        "nextPageToken",
        "continuation_token",
        "author",
        "authority",
        "auth_method",
        "authorized",
        "card_id",
        "card_brand",
        "discard",
        "pin_count",
        "spinner",
        "pinned",
        "span",
        "span_id",
        "company",
        "sessionId",
        "session_id",
        "userAgent",
        "monkey",
        "keyboard",
        "key",
        "keys",
        "primary_key",
        "public_key",
        "cache_key",
        "idempotency_key",
        "cookie_consent",
        "cookie_count",
        "api_key_id",
        "apiKeyId",
        "password_changed_at",
        "password_length",
        "passwordless",
        "has_password",
        "is_secret",
        "requires_token",
        "secret_name",
        "secretary",
        "credentials_provider",
        "signature_algorithm",
        "jwt_issuer",
        "iban_country",
        "opinion",
        "otpauth_enabled",
        "request_id",
        "trace_id",
        "traceparent",
        "tokenizer",
        "tokenized",
        "bearer_count",
        "signatures_verified",
        "secret_version",
    ];

    #[test]
    fn what_only_looks_like_a_secret_is_shown() {
        let names = Names::new(&Redaction::default());
        for name in HARMLESS {
            assert!(!names.hides(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn the_users_names_come_on_top_and_allow_wins() {
        let settings = Redaction {
            fields: vec!["e-mail".to_owned(), "birthDate".to_owned()],
            allow: vec!["next_pin".to_owned(), "Customer.E-Mail".to_owned()],
            ..Redaction::default()
        };
        let names = Names::new(&settings);
        for name in ["email", "E_Mail", "user.email", "birth-date", "BIRTHDATE", "pin"] {
            assert!(names.hides(name.as_bytes()), "{name}");
        }
        for name in ["email_verified", "birth", "date", "nextPin", "customer_email"] {
            assert!(!names.hides(name.as_bytes()), "{name}");
        }
    }
}
