//! URLs: who the user is, and every value of the query.

use super::Scan;
use crate::redaction::cut::Cut;

/// The URL that was met last.
#[derive(Debug, Default)]
pub(super) struct Extent {
    pub(super) end: usize,
    /// Its last `@`, or 0.
    last_at: usize,
    /// The same before its query.
    path_at: usize,
    /// Whether its query has begun.
    pub(super) in_query: bool,
}

impl Scan<'_> {
    /// At `://`.
    pub(super) fn url(&mut self) {
        let (is_web, start) = (is_web(self.text.get(..self.at).unwrap_or_default()), self.at + 3);
        self.at = start;
        self.measure(start);
        let url = self.text.get(start..self.url.end).unwrap_or_default();
        let authority = until(url, b"/?#");
        let user = match authority.iter().rposition(|byte| *byte == b'@') {
            Some(length) => start + length,
            None if has_password(authority) => self.url.last_at,
            // A page may have an `@` in its path, a database has none.
            None if !is_web && authority.contains(&b':') => self.url.path_at,
            None => return,
        };
        if user > start {
            self.cuts.push(Cut::plain(start..user));
            self.at = user;
        }
    }

    /// At `?`, `#` or `&`: in a URL, a parameter begins.
    pub(super) fn query(&mut self) {
        let sign = self.text.get(self.at).copied();
        self.at += 1;
        if self.at > self.url.end || (sign == Some(b'&')) != self.url.in_query && sign != Some(b'#')
        {
            return;
        }
        self.url.in_query = true;
        let (start, rest) = (self.at, self.text.get(self.at..self.url.end).unwrap_or_default());
        let length = rest.iter().position(|byte| b"&#".contains(byte)).unwrap_or(rest.len());
        let parameter = rest.get(..length).unwrap_or_default();
        let name = parameter.iter().position(|byte| *byte == b'=');
        let is_listed = self.is_listed(parameter.get(..name.unwrap_or(length)).unwrap_or_default());
        match name {
            _ if is_listed => self.at = start + name.map_or(length, |name| name + 1),
            // The place on a page.
            None if sign == Some(b'#') => {}
            name => {
                let value = name.filter(|name| *name <= 64).map_or(0, |name| name + 1);
                self.cuts.push(Cut::plain(start + value..start + length));
                self.at = start + length;
            }
        }
    }

    /// A query begins at the `?` here, of a URL whose beginning was not met.
    pub(super) fn open_query(&mut self, at: usize) {
        self.measure(at);
        self.at = at;
        self.query();
    }

    /// Whether the values of this parameter are shown.
    fn is_listed(&self, name: &[u8]) -> bool {
        self.queries.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(name))
    }

    /// Finds the end of the URL, once.
    fn measure(&mut self, start: usize) {
        if start < self.url.end {
            return;
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let end = rest.iter().position(|byte| ends_url(*byte)).unwrap_or(rest.len());
        let url = rest.get(..end).unwrap_or_default();
        let last_at = |text: &[u8]| {
            text.iter().rposition(|byte| *byte == b'@').map_or(0, |length| start + length)
        };
        let (last_at, path_at) = (last_at(url), last_at(until(url, b"?#")));
        self.url = Extent { end: start + end, last_at, path_at, in_query: false };
    }
}

fn ends_url(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'`' | 0x7f)
}

/// What stands before the first of some signs.
fn until<'a>(text: &'a [u8], signs: &[u8]) -> &'a [u8] {
    text.split(|byte| signs.contains(byte)).next().unwrap_or_default()
}

/// Whether the text ends in the scheme of a page.
fn is_web(before: &[u8]) -> bool {
    let before = before.get(before.len().saturating_sub(6)..).unwrap_or_default();
    let scheme = before.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    ["http", "https", "ws", "wss"].iter().any(|web| scheme.eq_ignore_ascii_case(web.as_bytes()))
}

/// Whether what stands for the port is none: then it is a password with a `/` in it.
fn has_password(authority: &[u8]) -> bool {
    let colon = authority.iter().position(|byte| *byte == b':');
    let after = colon.and_then(|colon| authority.get(colon + 1..)).unwrap_or_default();
    !authority.starts_with(b"[") && !after.is_empty() && !is_port(after)
}

fn is_port(text: &[u8]) -> bool {
    let port = str::from_utf8(text).ok().filter(|_| !text.starts_with(b"+"));
    port.is_some_and(|port| {
        port.parse::<u16>().is_ok() && (port.len() == 1 || !port.starts_with('0'))
    })
}
