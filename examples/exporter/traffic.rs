//! A gentle synthetic load: what the users of such a service would send.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use obskit::telemetry::ShutdownSignal;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::Failure;
use crate::dice::Dice;

/// Requests under way at most; what is due beyond is left out.
const MOST_AT_ONCE: usize = 128;
/// The longest that anybody waits for an answer, or listens to a stream.
const PATIENCE: Duration = Duration::from_secs(15);
const USERS: u64 = 40;

struct Users {
    client: Client<HttpConnector, Full<Bytes>>,
    service: SocketAddr,
    dice: Dice,
}

/// One request: method, path and body.
type Wish = (&'static str, String, String);

/// Sends `rate` requests a second until the service is asked to leave and the last is answered.
pub(crate) async fn run(service: SocketAddr, rate: u32, leave: ShutdownSignal) {
    let Some(every) = Duration::from_secs(1).checked_div(rate) else { return };
    let client = Client::builder(TokioExecutor::new()).build_http();
    let users = Arc::new(Users { client, service, dice: Dice::default() });
    let mut under_way = JoinSet::new();
    let mut due = interval(every);
    due.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = due.tick() => {}
            Some(_) = under_way.join_next() => continue,
            () = leave.requested() => break,
        }
        if under_way.len() < MOST_AT_ONCE {
            let users = Arc::clone(&users);
            // Like any client, it learns from an error only that there was one.
            under_way.spawn(async move { timeout(PATIENCE, users.send()).await });
        }
    }
    while under_way.join_next().await.is_some() {}
}

impl Users {
    async fn send(&self) -> Result<(), Failure> {
        let (method, path, body) = self.wish();
        // A few are there all the time, the others now and then.
        let user = self.dice.roll(USERS).min(self.dice.roll(USERS));
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.service))
            .header(AUTHORIZATION, format!("Bearer user-{user}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))?;
        let mut answer = self.client.request(request).await?.into_body();
        // Read as it comes: a stream has no end of its own.
        while let Some(frame) = answer.frame().await {
            frame?;
        }
        Ok(())
    }

    fn wish(&self) -> Wish {
        let workout = self.dice.roll(30) + 1;
        let plain = |path: &str| ("GET", path.to_owned(), String::new());
        match self.dice.roll(100) {
            0..26 => plain("/api/ppl/today"),
            26..48 => plain("/api/workouts"),
            48..66 => plain(&format!("/api/workouts/{workout}")),
            66..68 => plain("/api/workouts/4711"),
            68..82 => {
                let path = format!("/api/workouts/{workout}/complete");
                ("POST", path, format!(r#"{{"day_type":"{}"}}"#, self.day()))
            }
            82..84 => ("POST", format!("/api/workouts/{workout}/complete"), "{}".to_owned()),
            84..89 => ("POST", "/api/login".to_owned(), format!(r#"{{"user":"user-{workout}"}}"#)),
            89..92 => plain("/api/reports/weekly"),
            92..97 => ("POST", "/api/sync".to_owned(), String::new()),
            97..99 => plain(self.scan()),
            _ => plain("/api/live"),
        }
    }

    fn day(&self) -> &'static str {
        // Nobody likes leg day.
        ["push", "pull", "legs", "push", "pull"].get(self.index(5)).copied().unwrap_or("legs")
    }

    /// What strangers try on every server.
    fn scan(&self) -> &'static str {
        ["/wp-login.php", "/.env", "/admin"].get(self.index(3)).copied().unwrap_or("/")
    }

    fn index(&self, sides: u64) -> usize {
        usize::try_from(self.dice.roll(sides)).unwrap_or_default()
    }
}
