//! The list of what is served.

use std::fmt::Write;

use super::routes::ROUTES;

/// The routes as text, for eyes.
pub(super) fn page(service: &str) -> String {
    let mut page = format!("{service}, observed by obskit {}\n\n", env!("CARGO_PKG_VERSION"));
    for route in ROUTES {
        // Writing to a String does not fail.
        let _ = writeln!(page, "{:<11}{}", route.path, route.help);
        for alias in route.aliases {
            let _ = writeln!(page, "{:<11}the same: {alias}", "");
        }
    }
    page
}
