//! A telemetry, and the Sentry that its transactions, sessions and check-ins go to.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::config::{Config, LogOutput, LogWriter};
use obskit_tests::sentry::Sentry;
use obskit_tests::settings;
use serde_json::Value;
use tower::ServiceExt;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt;

pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const PARENT: &str = "00f067aa0ba902b7";
pub const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
pub const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Performed {
    pub sentry: Sentry,
    pub telemetry: Telemetry,
    _entered: DefaultGuard,
}

impl Performed {
    /// Every request is a transaction; spans are exported nowhere.
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let sentry = Sentry::start().await;
        let mut config = settings::local();
        "gym".clone_into(&mut config.service.name);
        config.service.version = Some("1.4.2".to_owned());
        config.logs.output = LogOutput::Writer(LogWriter::new(std::io::sink()));
        sentry.config(&mut config);
        config.reports.traces_sample_rate = 1.0;
        config.reports.environment = Some("lab".to_owned());
        set(&mut config);
        let telemetry = Telemetry::build(config).unwrap();
        let layer = telemetry.tracing_layer().unwrap();
        let subscriber = tracing_subscriber::registry().with(layer);
        let entered = tracing::subscriber::set_default(subscriber);
        Self { sentry, telemetry, _entered: entered }
    }

    /// Makes a request of a router that has no layer yet, and reads the answer to its end.
    pub async fn ask(&self, router: &Router, request: Request<Body>) {
        let service = router.clone().layer(self.telemetry.layer());
        let response = service.oneshot(request).await.unwrap();
        let _ = response.into_body().collect().await;
    }

    /// What has been sent so far of a kind.
    #[track_caller]
    pub fn items(&self, kind: &str) -> Vec<Value> {
        assert!(self.telemetry.flush(PATIENCE));
        self.sentry.items(kind)
    }

    /// The only transaction.
    #[track_caller]
    pub fn transaction(&self) -> Value {
        let transactions = self.items("transaction");
        let [transaction] = transactions.as_slice() else {
            panic!("not one transaction: {transactions:#?}")
        };
        transaction.clone()
    }
}

/// Polls a future once, which is not ready then, and drops it.
pub async fn give_up(future: impl Future) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

pub fn get(path: &str) -> Request<Body> {
    get_with(path, &[])
}

pub fn get_with(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = headers
        .iter()
        .fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    request.body(Body::empty()).unwrap()
}
