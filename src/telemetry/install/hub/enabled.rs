//! `sentry`'s main hub, which its own calls outside of requests go to.

use std::sync::Arc;

use sentry::{Client, Hub};

use crate::context::Hubs;

/// Has them sent as those within requests are, unless the process has a client of its own.
pub(super) fn bind(hubs: &Hubs) {
    let Some(client) = hubs.client() else { return };
    let (main, here) = (Hub::main(), Hub::current());
    let has_client = |hub: &Hub| hub.client().is_some_and(|client| client.is_enabled());
    if has_client(&main) || has_client(&here) {
        tracing::warn!(
            target: "obskit::reports",
            "sentry has a client already; its own calls outside of requests are left to that"
        );
        return;
    }
    // A thread that has a hub before it is asked for another has one without the client.
    for hub in [main, here] {
        hub.bind_client(Some(Arc::<Client>::clone(client)));
    }
}
