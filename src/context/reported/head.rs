//! What a head tells that only reports say.

use arrayvec::ArrayVec;
use http::header::HOST;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::config::{Capture, Config};

/// What is wanted of the heads of requests, where there are reports.
#[derive(Debug)]
pub(crate) struct Armed {
    headers: Box<[HeaderName]>,
    wants_path: bool,
}

/// What is kept of one, in place: to clone these values takes no memory.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) is_https: bool,
    authority: Option<Authority>,
    host: Option<HeaderValue>,
    /// With its query, which is never told.
    path: Option<PathAndQuery>,
    headers: ArrayVec<HeaderValue, IN_PLACE>,
    /// Which they are among those that are wanted.
    which: ArrayVec<u8, IN_PLACE>,
    /// For those who want more of them.
    more: Vec<(u8, HeaderValue)>,
}

const IN_PLACE: usize = 5;

impl Armed {
    pub(super) fn new(config: &Config) -> Option<Self> {
        let is_armed = config.reports.dsn.is_some() && !config.disabled;
        let name = |name: &String| HeaderName::from_bytes(name.as_bytes()).ok();
        is_armed.then(|| Self {
            headers: config.reports.headers.iter().filter_map(name).collect(),
            wants_path: config.traces.capture.contains(&Capture::UrlPath),
        })
    }

    /// Looks at a request's head once.
    pub(super) fn head(&self, uri: &Uri, headers: &HeaderMap, is_https: bool) -> Head {
        let mut head = Head {
            is_https,
            authority: uri.authority().cloned(),
            host: None,
            path: uri.path_and_query().filter(|_| self.wants_path).cloned(),
            headers: ArrayVec::new(),
            which: ArrayVec::new(),
            more: Vec::new(),
        };
        for (name, value) in headers {
            if head.authority.is_none() && *name == HOST {
                head.host.get_or_insert_with(|| value.clone());
            }
            if let Some(which) = self.headers.iter().position(|wanted| wanted == name) {
                head.keep(which, value);
            }
        }
        head
    }
}

impl Head {
    /// Each header that was wanted and sent; one that was sent several times stands several times.
    pub(crate) fn headers<'a>(
        &'a self,
        armed: &'a Armed,
    ) -> impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)> {
        let kept = self.which.iter().copied().zip(&self.headers);
        let more = self.more.iter().map(|(which, value)| (*which, value));
        let named = move |(which, value)| Some((armed.headers.get(usize::from(which))?, value));
        kept.chain(more).filter_map(named)
    }

    /// The host that was asked, with its port, and without a user's name.
    pub(crate) fn host(&self) -> Option<&str> {
        let host = match (&self.authority, &self.host) {
            (Some(authority), _) => authority.as_str(),
            (None, Some(host)) => host.to_str().ok()?,
            (None, None) => return None,
        };
        // Of a host's name alone, whatever else the header holds.
        let is_host = host.parse::<Authority>().is_ok();
        is_host.then(|| host.rsplit_once('@').map_or(host, |(_user, host)| host))
    }

    /// The path as it was sent, if it was asked for.
    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_ref().map(PathAndQuery::path)
    }

    fn keep(&mut self, which: usize, value: &HeaderValue) {
        let Ok(which) = u8::try_from(which) else { return };
        if self.headers.try_push(value.clone()).is_ok() {
            let _ = self.which.try_push(which);
        } else if self.more.len() < MAX_MORE {
            self.more.push((which, value.clone()));
        }
    }
}

/// A head may repeat a header as often as it has room.
const MAX_MORE: usize = 59;
