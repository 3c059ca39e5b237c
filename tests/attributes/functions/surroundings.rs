//! Functions among other attributes, in macros, in functions, and of other ABIs.

use axum::routing::get;
use axum::{Router, debug_handler};
use obskit::{instrument_dependency, instrument_endpoint, instrument_job};

use super::{called, ran};
use crate::read::{ask, dependency, get as request, handler, telemetry};

/// With a documentation of its own.
#[must_use]
#[inline]
#[instrument_endpoint]
#[expect(clippy::let_and_return, reason = "an attribute below")]
async fn among_others() -> u32 {
    let one = 1;
    one
}

#[cfg(test)]
#[instrument_endpoint]
#[cfg_attr(test, inline(never))]
#[must_use]
fn conditional() -> u32 {
    2
}

#[cfg(not(test))]
#[instrument_endpoint(name = "never_there")]
async fn conditional() {}

#[debug_handler]
#[instrument_endpoint]
async fn debugged_above(request: http::Request<axum::body::Body>) -> String {
    request.uri().path().to_owned()
}

#[instrument_endpoint]
#[debug_handler]
async fn debugged_below(request: http::Request<axum::body::Body>) -> String {
    request.uri().path().to_owned()
}

#[tracing::instrument(skip_all)]
#[instrument_endpoint]
async fn traced_above(n: u32) -> u32 {
    n
}

#[instrument_endpoint]
#[tracing::instrument(skip_all)]
async fn traced_below(n: u32) -> u32 {
    n
}

#[instrument_endpoint(name = "both_handler")]
#[instrument_dependency("both", operation = "read")]
async fn both(n: u32) -> u32 {
    n
}

#[tokio::test]
async fn other_attributes() {
    assert_eq!(called("among_others", "success=1", among_others()).await, 1);
    assert_eq!(ran("conditional", "success=1", conditional), 2);
    assert_eq!(called("traced_above", "success=1", traced_above(3)).await, 3);
    assert_eq!(called("traced_below", "success=1", traced_below(4)).await, 4);
    let never = obskit::metrics::declarations().any(|found| found.name == "never_there");
    assert!(!never, "what is not compiled is not declared");
    let telemetry = telemetry();
    assert_eq!(telemetry.scope(both(5)).await, 5);
    handler(&telemetry, "both_handler", "success=1");
    dependency(&telemetry, "both", "read", "success=1");
}

#[tokio::test]
async fn debug_handlers() {
    let telemetry = telemetry();
    let router =
        Router::new().route("/above", get(debugged_above)).route("/below", get(debugged_below));
    for path in ["/above", "/below"] {
        assert_eq!(ask(&telemetry, &router, request(path)).await.text(), path);
    }
    handler(&telemetry, "debugged_above", "success=1");
    handler(&telemetry, "debugged_below", "success=1");
}

macro_rules! doubling {
    ($name:ident, $kind:ty, $by:expr) => {
        #[instrument_endpoint(counter(mo_doublings_total, "Doublings", by = $by))]
        async fn $name(n: $kind) -> $kind {
            n * $by
        }
    };
}

doubling!(doubled, u64, 2);

macro_rules! bodily {
    ($visibility:vis $name:ident($argument:ident: $kind:ty) -> $returned:ty $body:block) => {
        #[instrument_endpoint]
        $visibility async fn $name($argument: $kind) -> $returned $body
    };
}

bodily!(pub(crate) eased(n: u64) -> Option<u64> { Some(n.checked_sub(2)? / 2) });

#[instrument_endpoint(name = "POST /a thing")]
async fn renamed() {}

#[instrument_endpoint]
async fn r#match() -> u32 {
    1
}

mod elsewhere {
    #[obskit::instrument_endpoint(name = "from_elsewhere")]
    pub(in crate::functions) async fn visible() -> u32 {
        6
    }
}

#[tokio::test]
async fn macros_functions_and_names() {
    #[instrument_endpoint]
    async fn within(n: u32) -> u32 {
        n
    }

    assert_eq!(called("doubled", "success=1", doubled(2)).await, 4);
    assert_eq!(called("eased", "success=1", eased(6)).await, Some(2));
    assert_eq!(called("within", "success=1", within(8)).await, 8);
    assert_eq!(called("match", "success=1", r#match()).await, 1);
    called("POST /a thing", "success=1", renamed()).await;
    assert_eq!(called("from_elsewhere", "success=1", elsewhere::visible()).await, 6);
}

#[instrument_endpoint]
extern "C" fn of_c(n: u32) -> u32 {
    n + 1
}

#[instrument_dependency("device", operation = "read")]
extern "system" fn of_the_system(n: u32) -> u32 {
    n + 2
}

#[test]
fn other_abis() {
    let called: extern "C" fn(u32) -> u32 = of_c;
    assert_eq!(ran("of_c", "success=1", || called(1)), 2);
    let telemetry = telemetry();
    assert_eq!(telemetry.sync_scope(|| of_the_system(1)), 3);
    dependency(&telemetry, "device", "read", "success=1");
}

#[instrument_endpoint]
async fn sent(text: String, all: &mut Vec<String>) -> Result<usize, std::io::Error> {
    tokio::task::yield_now().await;
    all.push(text);
    Ok(all.len())
}

#[instrument_job("sent_job")]
async fn job_sent(text: String) -> usize {
    tokio::task::yield_now().await;
    text.len()
}

/// Futures stay Send, borrowed arguments and all.
#[test]
fn futures_stay_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut all = Vec::new();
    drop(is_send(sent(String::new(), &mut all)));
    drop(is_send(job_sent(String::new())));
    drop(is_send(among_others()));
    drop(is_send(telemetry().scope(doubled(1))));
}
