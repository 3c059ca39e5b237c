//! The levels of log lines, changed by the operator.

use super::{DEADLINE, TOKEN};
use http::{Method, StatusCode};
use obskit::config::{AdminAddr, Clock};
use obskit_tests::http::{self as client, Reply};
use obskit_tests::lab::{Lab, field};
use obskit_tests::wait::wait_until;
use serde_json::{Value, json};
use std::time::Duration;
use tracing::{debug, info};

/// A lab whose operator's server is asked, and whose time is moved by hand.
struct Served {
    lab: Lab,
    url: String,
    clock: Clock,
}

impl Served {
    async fn new() -> Self {
        let clock = Clock::manual();
        let lab = Lab::new(|config| {
            config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0));
            config.admin.token = Some(TOKEN.to_owned().into());
            config.clock = clock.clone();
        });
        let addr = lab.telemetry.serve_admin().await.unwrap();
        Self { lab, url: format!("http://{addr}/loglevel"), clock }
    }

    async fn get(&self) -> Value {
        let reply = client::get(&self.url).await;
        assert_eq!(reply.header("content-type"), "application/json");
        reply.json()
    }

    async fn put(&self, query: &str, body: &str) -> Reply {
        let headers = [("authorization", "Bearer sixteen-bytes-ok")];
        client::send(Method::PUT, &format!("{}{query}", self.url), &headers, body).await.unwrap()
    }

    /// Whether lines of level DEBUG are written; what was written before is forgotten.
    fn is_debug(&self) -> bool {
        self.lab.lines();
        self.lab.run(|| {
            debug!("debug");
            info!("info");
        });
        let lines = self.lab.lines();
        lines.iter().any(|line| field(line, "message") == "debug")
    }
}

fn shown(levels: &str, reverts_in: impl Into<Value>) -> Value {
    json!({ "levels": levels, "default": "info", "revertsInSeconds": reverts_in.into() })
}

#[tokio::test]
async fn they_are_shown_and_set() {
    let served = Served::new().await;
    assert_eq!(served.get().await, shown("info", Value::Null));
    assert!(!served.is_debug());
    let reply = served.put("", " info,it=debug\n").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.json(), shown("info,it=debug", Value::Null));
    assert_eq!(served.get().await, shown("info,it=debug", Value::Null));
    assert!(served.is_debug());
    served.put("", "error").await;
    assert!(!served.is_debug());
}

#[tokio::test]
async fn they_go_back_after_the_time_given() {
    let served = Served::new().await;
    served.put("", "warn").await;
    let reply = served.put("?for=10m", "debug").await;
    assert_eq!(reply.json(), shown("debug", 600));
    assert!(served.is_debug());
    served.clock.advance(Duration::from_secs(100));
    assert_eq!(served.get().await, shown("debug", 500));
    // Another time, and other levels, but still back to those that were to stay.
    assert_eq!(served.put("?for=1h", "trace").await.json(), shown("trace", 3_600));
    served.clock.advance(Duration::from_secs(3_599));
    assert!(served.is_debug());
    served.clock.advance(Duration::from_secs(1));
    assert!(!served.is_debug());
    assert_eq!(served.get().await, shown("warn", Value::Null));
}

#[tokio::test]
async fn a_change_for_good_ends_one_for_a_time() {
    let served = Served::new().await;
    served.put("?for=2s", "debug").await;
    assert_eq!(served.put("", "warn").await.json(), shown("warn", Value::Null));
    served.clock.advance(Duration::from_secs(3));
    assert!(!served.is_debug());
    assert_eq!(served.get().await, shown("warn", Value::Null));
}

/// By the thread that writes lines, and nobody who asks.
#[tokio::test]
async fn they_go_back_without_the_server() {
    let lab = Lab::new(|_| {});
    lab.telemetry.levels().set_for("debug", Duration::from_secs(1)).unwrap();
    wait_until("the levels to go back", DEADLINE, async || {
        let back = lab.written().into_iter().find(|line| {
            line["message"] == "log levels went back" && line["metadata"]["levels"] == "info"
        });
        back.ok_or("they have not")
    })
    .await;
    lab.run(|| debug!("debug"));
    assert!(lab.lines().iter().all(|line| line["message"] != "debug"));
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_what_is_accepted() {
    let served = Served::new().await;
    let check = async |query: &str, body: &str, accepted: &str| {
        let reply = served.put(query, body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query} {body:?}");
        assert!(reply.text().contains(accepted), "{}", reply.text());
        assert!(!reply.text().contains("wrong"), "{}", reply.text());
    };
    for body in ["", " \n", "info,a=wrong", "wrong wrong", "=debug", "a=", "\u{1f}wrong"] {
        check("", body, "accepted: off, error, warn, info, debug or trace").await;
    }
    let queries =
        ["?for", "?for=", "?for=wrong", "?for=10", "?for=0s", "?for=25h", "?for=-1s", "?for=1.5s"];
    for query in queries.into_iter().chain(["?for=1m&for=2m", "?for=99999999999999999999s"]) {
        check(query, "debug", "accepted: 1s to 24h").await;
    }
    assert_eq!(served.get().await, shown("info", Value::Null));
    for (query, seconds) in [("?for=1s", 1), ("?for=24h", 86_400), ("?x=1&for=%31m", 60)] {
        assert_eq!(served.put(query, "debug").await.json(), shown("debug", seconds));
    }
}

#[tokio::test]
async fn a_line_says_each_change_whatever_the_levels_are() {
    let served = Served::new().await;
    served.put("?for=10s", "off").await;
    served.put("", "error").await;
    served.put("?for=1m", "debug").await;
    served.clock.advance(Duration::from_mins(1));
    let lines = served.lab.lines();
    let said: Vec<_> = lines
        .iter()
        .filter(|line| line["target"] == "obskit::log")
        .map(|line| (field(line, "level"), field(line, "message"), line["metadata"].clone()))
        .collect();
    let changed = "log levels changed";
    let expected = [
        ("warn", changed, json!({ "levels": "off", "revertsInSeconds": 10 })),
        ("warn", changed, json!({ "levels": "error" })),
        ("warn", changed, json!({ "levels": "debug", "revertsInSeconds": 60 })),
        ("info", "log levels went back", json!({ "levels": "error" })),
    ];
    assert_eq!(said, expected);
}

#[test]
fn the_time_is_bounded_for_programs_too() {
    let lab = Lab::new(|_| {});
    let levels = lab.telemetry.levels();
    for time in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(86_401)] {
        let error = levels.set_for("debug", time).unwrap_err();
        assert!(error.is_config() && error.to_string().contains("1s to 24h"), "{error}");
    }
    assert_eq!((levels.get().as_str(), levels.configured()), ("info", "info"));
    assert_eq!(levels.reverts_in(), None);
}
