//! The list of what is served.

use std::fmt::Write;

use super::routes::{ROUTES, Route};

/// The routes as text, for eyes.
pub(super) fn page(service: &str) -> String {
    let mut page = format!("{service}, observed by obskit {}\n\n", env!("CARGO_PKG_VERSION"));
    let width = ROUTES.iter().map(|route| route.path.len()).max().unwrap_or_default() + 2;
    for Route { path, aliases, methods, help, .. } in ROUTES {
        // Writing to a String does not fail.
        let _ = writeln!(page, "{path:<width$}{methods}. {help}");
        for alias in *aliases {
            let _ = writeln!(page, "{:<width$}the same: {alias}", "");
        }
    }
    page
}
