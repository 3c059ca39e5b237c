//! Where a server is, as `host:port`, `unix:/path` or part of a URL.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use crate::error::Error;

/// The longest name of the domain name system, RFC 1035.
const LONGEST_HOST: usize = 253;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A name or an IP address without brackets, and a port.
    Host(String, u16),
    /// A socket file.
    Unix(PathBuf),
}

/// What a connection URL says. Its password is passed on and never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) address: Address,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// What follows the host, without its first slash.
    pub(super) path: String,
}

impl Address {
    /// Reads `host:port`, `[IPv6]:port` or, on Unix, `unix:/path`.
    ///
    /// # Errors
    ///
    /// When it is neither. What was found is not said where it looks like a URL, which may hold a
    /// password.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        if let Some(path) = text.strip_prefix("unix:") {
            return socket_file(path);
        }
        let shown = if text.contains(['@', '/']) { "it" } else { &format!("{text:?}") };
        let refused = |reason| {
            let accepted = "expected host:port, as db.internal:5432 or [::1]:5432";
            Error::config(format!(
                "an address to be checked is malformed: {shown} {reason}; {accepted}"
            ))
        };
        match split(text) {
            Ok((host, Some(port))) => Ok(Self::Host(host.to_owned(), port)),
            Ok((_, None)) => Err(refused("has no port")),
            Err(reason) => Err(refused(reason)),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Host(host, port) => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl Url {
    /// Reads `scheme://[user[:password]@]host[:port][/path][?query]` with one of `schemes`.
    ///
    /// # Errors
    ///
    /// When it is malformed. Nothing of it is shown, since it may hold a password.
    pub(super) fn parse(text: &str, schemes: &[&str], port: u16) -> Result<Self, Error> {
        let refused = |reason: &str| {
            let accepted = format!("expected {}://user@host:port/name", schemes.join("|"));
            Error::config(format!("a URL to be checked is malformed: {reason}; {accepted}"))
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| refused("it has no scheme"))?;
        if !schemes.contains(&scheme) {
            return Err(refused("its scheme is another"));
        }
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if path.contains('@') {
            // Else the beginning of a password would be taken for the host, and shown.
            return Err(refused("a / or @ in it is not escaped"));
        }
        let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, found) =
            split(place).map_err(|reason| refused(&format!("its host {reason}")))?;
        let (user, password) =
            login.split_once(':').map_or((login, None), |(user, password)| (user, Some(password)));
        let decoded = |part: &str| match percent_decode_str(part).decode_utf8() {
            Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
            _ => Err(refused("an escape in it is no UTF-8")),
        };
        Ok(Self {
            address: Address::Host(host.to_owned(), found.unwrap_or(port)),
            user: Some(user).filter(|user| !user.is_empty()).map(decoded).transpose()?,
            password: password.map(decoded).transpose()?,
            path: decoded(path)?,
        })
    }
}

/// A name as resolvers take it, or an IP address without brackets.
pub(super) fn is_host(text: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_name = !text.is_empty() && text.len() <= LONGEST_HOST && text.bytes().all(letters);
    is_name || text.parse::<IpAddr>().is_ok()
}

/// The host, and the port where one is given.
fn split(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("has no closing bracket")?;
        host.parse::<Ipv6Addr>().map_err(|_| "is no IPv6 address")?;
        match rest.strip_prefix(':') {
            None if rest.is_empty() => (host, None),
            None => return Err("goes on behind the bracket"),
            Some(port) => (host, Some(port)),
        }
    } else {
        text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)))
    };
    if !is_host(host) {
        return Err("has no valid host");
    }
    match port.map(str::parse) {
        None => Ok((host, None)),
        Some(Ok(port)) if port > 0 => Ok((host, Some(port))),
        Some(_) => Err("has a port that is not within 1 to 65535"),
    }
}

#[cfg(unix)]
fn socket_file(path: &str) -> Result<Address, Error> {
    if path.starts_with('/') && !path.contains('\0') {
        return Ok(Address::Unix(path.into()));
    }
    Err(Error::config("a socket to be checked is malformed; expected unix: and an absolute path"))
}

#[cfg(not(unix))]
fn socket_file(_: &str) -> Result<Address, Error> {
    Err(Error::config("a socket file is to be checked; there are none on this system"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_read_reads_back(
            text in r"(\[[0-9a-f:]{0,9}\]|unix:/|[a-z0-9.-]{0,5})?:?\PC{0,6}",
        ) {
            if let Ok(address) = Address::parse(&text) {
                prop_assert_eq!(Address::parse(&address.to_string()).ok(), Some(address));
            }
        }

        #[test]
        fn a_password_is_never_shown(
            url in r"(redis://)?\PC{0,4}(:|@|/)\PC{0,4}hunter2\PC{0,4}",
        ) {
            if let Err(error) = Url::parse(&url, &["redis"], 1) {
                prop_assert!(!error.to_string().contains("hunter2"));
            }
            if let Err(error) = Address::parse(&url) {
                let shows = error.to_string().contains("hunter2");
                prop_assert!(!shows || !url.contains(['@', '/']), "{}", error);
            }
        }

        #[test]
        fn a_url_is_taken_apart(
            user in "[a-z]{1,5}",
            password in "\\PC{0,9}",
            port in 1..=u16::MAX,
            path in "\\PC{0,9}",
        ) {
            let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let (secret, tail) = (escaped(&password), escaped(&path));
            let url = format!("redis://{user}:{secret}@db:{port}/{tail}?a=b");
            let url = Url::parse(&url, &["redis"], 1).unwrap();
            prop_assert_eq!(url.address, Address::Host("db".into(), port));
            prop_assert_eq!((url.user, url.password), (Some(user), Some(password)));
            prop_assert_eq!(url.path, path);
        }
    }
}
