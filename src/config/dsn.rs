//! A Sentry data source name.

use std::str::FromStr;

use http::Uri;

use super::secret::Secret;
use crate::error::Error;

/// Where reports go: `https://<public key>@<host>[:port][/path]/<project id>`. Its key is hidden
/// from every print.
///
/// ```
/// let dsn: obskit::config::Dsn = "https://f00d@sentry.example.com/42".parse()?;
/// assert_eq!(dsn.envelope_url(), "https://sentry.example.com/api/42/envelope/");
/// assert!(!format!("{dsn:?}").contains("f00d"));
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dsn {
    scheme: &'static str,
    key: Secret<String>,
    /// Host and, if given, port.
    host: String,
    /// What stands before the project, without a final slash.
    path: String,
    project: String,
}

impl Dsn {
    pub(super) const ACCEPTS: &str = "https://<public key>@<host>/<project id>";

    /// The public key, which the server knows the sender by.
    pub fn public_key(&self) -> &Secret<String> {
        &self.key
    }

    /// Host and, if given, port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The project's number.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// The URL that takes envelopes. It holds no secret.
    pub fn envelope_url(&self) -> Uri {
        let Self { scheme, key: _, host, path, project } = self;
        let url = format!("{scheme}://{host}{path}/api/{project}/envelope/");
        // All parts were cut from a valid URL, so the whole is one.
        Uri::try_from(url).unwrap_or_default()
    }

    /// The reason is fixed text, so that it cannot give the key away.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let url: Uri = text.parse().map_err(|_| "it is no URL")?;
        let scheme = match url.scheme_str() {
            Some("https") => "https",
            Some("http") => "http",
            _ => return Err("its scheme is not http or https"),
        };
        let authority = url.authority().map_or("", |authority| authority.as_str());
        let (user, host) = authority.rsplit_once('@').ok_or("it has no public key")?;
        let key = user.split_once(':').map_or(user, |(key, _retired_secret)| key);
        let (path, project) = url.path().rsplit_once('/').ok_or("it has no project id")?;
        let checks = [
            (key.bytes().all(|byte| byte.is_ascii_alphanumeric()), "its public key is malformed"),
            (!key.is_empty(), "it has no public key"),
            (!host.is_empty() && !host.starts_with(':'), "it has no host"),
            (!project.is_empty(), "it has no project id"),
            (project.bytes().all(|byte| byte.is_ascii_digit()), "its project id is no number"),
            (url.query().is_none(), "it has a query"),
        ];
        if let Some((_, reason)) = checks.into_iter().find(|(holds, _)| !holds) {
            return Err(reason);
        }
        let key = Secret::from(key.to_owned());
        let [host, path, project] = [host, path, project].map(str::to_owned);
        Ok(Self { scheme, key, host, path, project })
    }
}

#[cfg(feature = "sentry")]
impl Dsn {
    /// As it was given.
    pub(crate) fn text(&self) -> Secret<String> {
        let Self { scheme, key, host, path, project } = self;
        Secret::from(format!("{scheme}://{}@{host}{path}/{project}", key.expose()))
    }
}

/// # Errors
///
/// A part is missing or malformed. The error names it and hides the rest.
impl FromStr for Dsn {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |reason| format!("the Sentry DSN: {reason}; accepted: {}", Self::ACCEPTS);
        Self::parse(text).map_err(|reason| Error::config(wrong(reason)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_are_taken() {
        let dsn: Dsn = "http://abc123:retired@errors.local:9000/sentry/7".parse().unwrap();
        assert_eq!(dsn.public_key().expose(), "abc123");
        assert_eq!((dsn.host(), dsn.project()), ("errors.local:9000", "7"));
        assert_eq!(dsn.envelope_url(), "http://errors.local:9000/sentry/api/7/envelope/");
        let shown = format!("{dsn:?}");
        assert!(!shown.contains("abc123") && !shown.contains("retired"), "{shown}");
    }

    #[test]
    fn a_missing_part_is_named_and_the_key_hidden() {
        let check = |text: &str, reason: &str| {
            let error = text.parse::<Dsn>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(!error.contains("f00d"), "{error}");
        };
        check("f00d", "scheme");
        check("ftp://f00d@host/1", "scheme");
        check("https://host/1", "no public key");
        check("https://@host/1", "no public key");
        check("https://f00d-key@host/1", "public key is malformed");
        check("https://f00d@host/", "no project id");
        check("https://f00d@host", "no project id");
        check("https://f00d@host/name", "project id is no number");
        check("https://f00d@host/1?x=y", "query");
        check("https://f00d@ho st/1", "no URL");
        check("https://f00d@:80/1", "host");
    }
}
