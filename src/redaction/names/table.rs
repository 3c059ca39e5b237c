//! The words. Each table is sorted.

/// Words, with a filter that tells fast of nearly every other word that it is not among them.
pub(super) struct Table {
    pub(super) words: &'static [&'static str],
    filter: [u64; 16],
}

impl Table {
    #[expect(clippy::indexing_slicing, reason = "in a constant, within the bounds")]
    const fn new(words: &'static [&'static str]) -> Self {
        let mut filter = [0; 16];
        let mut at = 0;
        while at < words.len() {
            let word = words[at].as_bytes();
            let bit = bit(word[0], word[word.len() - 1], word.len());
            filter[bit / 64] |= 1 << (bit % 64);
            at += 1;
        }
        Self { words, filter }
    }

    #[inline]
    pub(super) fn has(&self, word: &[u8]) -> bool {
        let (Some(first), Some(last)) = (word.first(), word.last()) else { return false };
        let bit = bit(*first, *last, word.len());
        let word_of = self.filter.get(bit / 64).copied().unwrap_or_default();
        word_of >> (bit % 64) & 1 == 1 && self.search(word)
    }

    #[inline(never)]
    fn search(&self, word: &[u8]) -> bool {
        self.words.binary_search_by(|entry| entry.as_bytes().cmp(word)).is_ok()
    }
}

/// One of 1024, from what is cheap to read of a word.
const fn bit(first: u8, last: u8, length: usize) -> usize {
    (first as usize * 37 + last as usize * 5 + length * 131) % 1024
}

/// Hidden wherever they stand in a name.
#[rustfmt::skip]
pub(super) static PLAIN: Table = Table::new(&[
    "credential", "credentials", "passcode", "passcodes", "passphrase", "passphrases", "passwd",
    "passwds", "password", "passwords", "pwd", "pwds", "secret", "secrets",
]);

/// Hidden where a name ends in them; their plural too, but for `tokens`.
#[rustfmt::skip]
pub(super) static LAST: Table = Table::new(&[
    "accesskey", "accesskeysecret", "accesstoken", "accesstokens", "accountkey", "aeskey",
    "apikey", "apitoken", "apitokens", "authcode", "authheader", "authkey", "authorization",
    "authorizationcode", "authtoken", "authtokens", "backupcode", "basicauth", "bearer",
    "bearertoken", "bearertokens", "card", "cardcode", "cardno", "cardnum", "cardnumber", "ccnum",
    "ccnumber", "clientsecret", "connectsid", "cookie", "creditcard", "creditcardnumber", "csc",
    "csrf", "csrftoken", "csrftokens", "cvc", "cvccode", "cvv", "cvvcode", "debitcard",
    "decryptionkey", "devicetokens", "encryptionkey", "functionskey", "hmac", "hmackey", "iban",
    "idtoken", "idtokens", "jsessionid", "jwt", "masterkey", "mfacode", "mnemonic", "oauthtoken",
    "onetimecode", "otp", "otpcode", "pan", "phpsessid", "pin", "pincode", "primaryaccountnumber",
    "privatekey", "recoverycode", "recoverykey", "recoveryphrase", "refreshtoken",
    "refreshtokens", "rsakey", "secretaccesskey", "secretid", "secretkey", "securitycode",
    "securitytoken", "seedphrase", "sessionkey", "sessiontoken", "sessiontokens",
    "sharedaccesskey", "sharedkey", "sig", "signature", "signingkey", "socialsecurity",
    "socialsecuritynumber", "sshkey", "ssn", "storagekey", "subscriptionkey", "symmetrickey",
    "token", "totp", "usertoken", "verificationcode", "xsrf", "xsrftoken",
]);

/// Tokens that only say where a list goes on.
#[rustfmt::skip]
pub(super) static OPAQUE: Table = Table::new(&[
    "cancellationtoken", "canceltoken", "continuationtoken", "nextpagetoken", "nexttoken",
    "pagetoken", "previoustoken", "resumetoken", "synctoken",
]);

/// How a value is written, not what it is: `token_value` is a token.
#[rustfmt::skip]
pub(super) static FORMS: Table = Table::new(&[
    "b", "base", "bytes", "data", "decoded", "decrypted", "encoded", "encrypted", "hash", "header",
    "hex", "plain", "plaintext", "raw", "str", "string", "text", "val", "value",
]);

/// Names that end in them tell about a secret, not the secret.
#[rustfmt::skip]
pub(super) static ABOUT: Table = Table::new(&[
    "age", "alg", "algorithm", "at", "attempt", "attempts", "change", "changed", "changes",
    "check", "checks", "count", "created", "date", "days", "disabled", "duration", "enabled",
    "endpoint", "error", "errors", "exists", "expiration", "expired", "expires", "expiry",
    "failed", "failures", "field", "file", "found", "id", "ids", "in", "invalid", "kind", "len",
    "length", "limit", "manager", "matched", "matches", "max", "min", "missing", "mode", "ms",
    "name", "names", "ok", "on", "path", "policy", "present", "provider", "reason", "requested",
    "required", "reset", "resets", "retries", "rotated", "rotation", "rule", "rules", "score",
    "seconds", "sent", "set", "size", "source", "state", "status", "store", "strength", "success",
    "time", "timestamp", "total", "ttl", "type", "updated", "uri", "url", "used", "valid",
    "validated", "validation", "verified", "version",
]);

/// Names that begin with them are yes or no.
#[rustfmt::skip]
pub(super) static QUESTIONS: Table = Table::new(&[
    "has", "is", "needs", "requires", "without",
]);
