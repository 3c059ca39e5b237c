//! The one table of routes: what is dispatched, listed and documented.

/// A path that the operator's server answers.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Route {
    /// The path.
    pub path: &'static str,
    /// Other paths that mean the same.
    pub aliases: &'static [&'static str],
    /// The methods it answers, as the `Allow` header lists them.
    pub methods: &'static str,
    /// What it says, in a sentence.
    pub help: &'static str,
    pub(super) page: Page,
}

/// What stands behind a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Metrics,
    Live,
    Ready,
    Started,
    Index,
}

/// Every route of the operator's server.
pub const ROUTES: &[Route] = &[
    Route {
        path: "/metrics",
        aliases: &[],
        methods: READ,
        help: "Every metric, as text, OpenMetrics or protobuf, whichever the scraper asks for; \
               `?name[]=` picks families by name.",
        page: Page::Metrics,
    },
    Route {
        path: "/livez",
        aliases: &["/health/live"],
        methods: READ,
        help: "200 while the process can answer at all.",
        page: Page::Live,
    },
    Route {
        path: "/readyz",
        aliases: &["/health", "/health/ready"],
        methods: READ,
        help: "200 while the service can take requests, else 503.",
        page: Page::Ready,
    },
    Route {
        path: "/startupz",
        aliases: &["/health/startup"],
        methods: READ,
        help: "200 once the service has started, 503 before.",
        page: Page::Started,
    },
    Route { path: "/", aliases: &[], methods: READ, help: "This list.", page: Page::Index },
];

const READ: &str = "GET, HEAD";

impl Route {
    /// The route of a path.
    pub(super) fn find(path: &str) -> Option<&'static Self> {
        ROUTES.iter().find(|route| route.paths().any(|known| known == path))
    }

    /// Its path and the other paths.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.path).chain(self.aliases.iter().copied())
    }

    pub(super) fn allows(&self, method: &str) -> bool {
        self.methods.split(", ").any(|allowed| allowed == method)
    }
}

#[cfg(test)]
mod tests {
    use super::ROUTES;
    use std::collections::BTreeSet;

    #[test]
    fn every_path_stands_once() {
        let paths: Vec<_> = ROUTES.iter().flat_map(super::Route::paths).collect();
        let distinct: BTreeSet<_> = paths.iter().collect();
        assert_eq!(distinct.len(), paths.len(), "{paths:?}");
    }
}
