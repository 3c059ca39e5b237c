//! Observability for Rust services: one dependency, one layer.
//!
//! Of every request one record is made, an [`Exchange`](context::Exchange), and every signal comes
//! from it. [`init`] builds what a process needs from its settings, [`Telemetry::layer`] goes
//! around the service, `Telemetry::serve_admin` serves `/metrics` and the probes, and
//! `Telemetry::shutdown_signal` leads the way down, on which nothing is lost.
//!
//! ```no_run
//! use axum::Router;
//! use axum::routing::get;
//! use obskit::config::Config;
//!
//! # async fn ping() -> Result<(), std::io::Error> { Ok(()) }
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = obskit::init(Config::from_env()?)?;
//! let leave = telemetry.shutdown_signal()?;
//! telemetry.health().critical("postgres", || ping())?;
//! let app: Router = Router::new()
//!     .route("/workouts/{id}", get(|| async { "squats" }))
//!     .layer(telemetry.layer());
//! telemetry.serve_admin().await?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! let server = axum::serve(listener, app).with_graceful_shutdown(leave.clone());
//! leave.run_until_deadline(server).await.transpose()?;
//! telemetry.shutdown(leave.remaining()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Handlers, what calls databases and what runs by itself are measured by one attribute each:
//! [`instrument_endpoint`], [`instrument_dependency`] and [`instrument_job`], with
//! [`derive(Label)`](derive@Label) and [`derive(Classify)`](derive@Classify).
//!
//! With the feature `otlp` requests, what they call and spans of `tracing` go to an OpenTelemetry
//! collector; [`config::Traces`] has the guide. With the feature `sentry` each failure is one
//! report in Sentry: [`config::Reports`].
//!
//! In reading order:
//!
//! - [`telemetry`]: the running whole, from its settings to its end
//! - [`config`]: what is set, in code or by the environment
//! - [`middleware`]: the layers around a service and around its clients
//! - [`context`]: what a request is, while it runs and when it has ended
//! - [`metrics`]: counters, gauges and histograms, and how they are served
//! - [`health`]: what the service depends on, and whether it can take requests
//! - `admin`: the operator's server, with the feature of that name
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `macros` | the attributes and derives | yes |
//! | `admin` | the operator's server | yes |
//! | `axum` | routes from axum's `MatchedPath`, and the operator's routes as an axum router | |
//! | `hyper` | an executor for hyper clients that keeps the current request | with `admin` |
//! | `tokio` | `context::spawn`, the runtime's metrics, health checks, signals | with `admin` |
//! | `checks` | ready-made health checks: PostgreSQL, Redis, pools, HTTP, TCP, DNS, the machine | |
//! | `tonic` | gRPC statuses that `#[instrument_endpoint]` understands, `grpc.health.v1` | |
//! | `otlp` | spans, and log records if asked for, to an OpenTelemetry collector over HTTP | |
//! | `otlp-grpc` | the same by gRPC | |
//! | `tls` | TLS on the way out, by rustls | |
//! | `opentelemetry` | the current span as an `opentelemetry::Context`, tracers of that API | |
//! | `sentry` | failures, and a share of the requests, to Sentry | |
//! | `log-file` | log lines to a file that is rotated | |
//! | `testing` | doubles for a service's own tests | |
//! | `full` | all of them | |

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "admin")]
pub mod admin;
mod concurrent;
pub mod config;
pub mod context;
mod error;
mod export;
pub mod health;
mod ledger;
mod logging;
pub mod metrics;
pub mod middleware;
mod monitoring;
#[cfg_attr(
    all(not(feature = "otlp"), feature = "tonic"),
    expect(dead_code, reason = "health needs little of it")
)]
#[cfg_attr(
    not(any(feature = "otlp", feature = "tonic")),
    expect(dead_code, unused_imports, reason = "nothing is exported")
)]
mod protobuf;
mod redaction;
#[cfg(feature = "sentry")]
mod reporting;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "otlp")]
mod trace;

pub use context::Classify;
pub use error::Error;
pub use metrics::Label;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/attributes.md")]
pub use obskit_macros::instrument_endpoint;
/// The reference of all three is at [`instrument_endpoint`](macro@instrument_endpoint).
#[cfg(feature = "macros")]
pub use obskit_macros::{instrument_dependency, instrument_job};
#[cfg(feature = "opentelemetry")]
pub use telemetry::opentelemetry;
pub use telemetry::{Telemetry, init, init_with};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
