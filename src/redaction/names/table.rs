//! The words. Each table is sorted.

/// Hidden wherever they stand in a name.
#[rustfmt::skip]
pub(super) const PLAIN: &[&str] = &[
    "credential", "credentials", "passcode", "passcodes", "passphrase", "passphrases", "passwd",
    "passwds", "password", "passwords", "pwd", "pwds", "secret", "secrets",
];

/// Hidden where a name ends in them; their plural too, but for `tokens`.
#[rustfmt::skip]
pub(super) const LAST: &[&str] = &[
    "accesskey", "accesskeysecret", "accesstoken", "accesstokens", "accountkey", "aeskey",
    "apikey", "apitoken", "apitokens", "authcode", "authheader", "authkey", "authorization",
    "authorizationcode", "authtoken", "authtokens", "backupcode", "basicauth", "bearer",
    "bearertoken", "bearertokens", "cardcode", "cardno", "cardnum", "cardnumber", "ccnum",
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
];

/// Tokens that only say where a list goes on.
#[rustfmt::skip]
pub(super) const OPAQUE: &[&str] = &[
    "cancellationtoken", "canceltoken", "continuationtoken", "nextpagetoken", "nexttoken",
    "pagetoken", "previoustoken", "resumetoken", "synctoken",
];

/// How a value is written, not what it is: `token_value` is a token.
#[rustfmt::skip]
pub(super) const FORMS: &[&str] = &[
    "b", "base", "bytes", "data", "decoded", "decrypted", "encoded", "encrypted", "hash", "header",
    "hex", "plain", "plaintext", "raw", "str", "string", "text", "val", "value",
];

/// Names that end in them tell about a secret, not the secret.
#[rustfmt::skip]
pub(super) const ABOUT: &[&str] = &[
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
];

/// Names that begin with them are yes or no.
#[rustfmt::skip]
pub(super) const QUESTIONS: &[&str] = &[
    "has", "is", "needs", "requires", "without",
];
