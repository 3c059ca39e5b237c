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
    /// Who may ask.
    pub access: Access,
    /// What it says, in a sentence.
    pub help: &'static str,
    pub(super) page: Page,
}

/// Who may ask for a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Whoever reaches the server.
    Anyone,
    /// A trusted caller. To change something takes the token, where one is set.
    Trusted,
}

/// What stands behind a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Metrics,
    Live,
    Ready,
    Started,
    Levels,
    Requests,
    Ledger,
    Cardinality,
    Doctor,
    Config,
    Index,
}

/// Every route of the operator's server.
pub const ROUTES: &[Route] = &[
    Route {
        path: "/metrics",
        aliases: &[],
        methods: READ,
        access: Access::Anyone,
        help: "Every metric, as text, OpenMetrics or protobuf, whichever the scraper asks for; \
               `?name[]=` picks families by name.",
        page: Page::Metrics,
    },
    Route {
        path: "/livez",
        aliases: &["/health/live"],
        methods: READ,
        access: Access::Anyone,
        help: "200 unless the service's runtime has stalled, then 503. No check counts.",
        page: Page::Live,
    },
    Route {
        path: "/readyz",
        aliases: &["/health", "/health/ready"],
        methods: READ,
        access: Access::Anyone,
        help: "200 while the service can take requests, else 503; `?exclude=` leaves checks out, \
               `?verbose` shows them to who is trusted.",
        page: Page::Ready,
    },
    Route {
        path: "/startupz",
        aliases: &["/health/startup"],
        methods: READ,
        access: Access::Anyone,
        help: "200 once the service has started, 503 before.",
        page: Page::Started,
    },
    Route {
        path: "/loglevel",
        aliases: &[],
        methods: READ_AND_SET,
        access: Access::Trusted,
        help: "Which levels are logged. PUT sets others, as `info,workouts=debug`; `?for=10m` has \
               them go back after a while.",
        page: Page::Levels,
    },
    Route {
        path: "/debug/requests",
        aliases: &[],
        methods: READ,
        access: Access::Trusted,
        help: "Requests under way by their age, the slowest, and the last that failed.",
        page: Page::Requests,
    },
    Route {
        path: "/debug/ledger",
        aliases: &[],
        methods: READ,
        access: Access::Trusted,
        help: "What became of each signal: taken, delivered, lost and why.",
        page: Page::Ledger,
    },
    Route {
        path: "/debug/cardinality",
        aliases: &[],
        methods: READ,
        access: Access::Trusted,
        help: "The metrics with most series, and label values that were refused one.",
        page: Page::Cardinality,
    },
    Route {
        path: "/debug/doctor",
        aliases: &[],
        methods: READ,
        access: Access::Trusted,
        help: "What obskit finds wrong with itself and its surroundings, each with a hint.",
        page: Page::Doctor,
    },
    Route {
        path: "/debug/config",
        aliases: &[],
        methods: READ,
        access: Access::Trusted,
        help: "The settings in force, without secrets.",
        page: Page::Config,
    },
    Route {
        path: "/",
        aliases: &[],
        methods: READ,
        access: Access::Trusted,
        help: "This list.",
        page: Page::Index,
    },
];

const READ: &str = "GET, HEAD";
const READ_AND_SET: &str = "GET, HEAD, PUT";

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
