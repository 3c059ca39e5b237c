//! For a service's own tests: what was recorded, in their hands.
//!
//! ```
//! use axum::Router;
//! use axum::body::{Body, to_bytes};
//! use axum::extract::Request;
//! use axum::routing::get;
//! use obskit::Telemetry;
//! use obskit::config::Config;
//! use obskit::context::Outcome;
//! use tower_service::Service;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (telemetry, exchanges) = Telemetry::build_captured(Config::default())?;
//! let mut app = Router::new().route("/users/{id}", get("Ada")).layer(telemetry.layer());
//!
//! let response = app.call(Request::get("/users/7").body(Body::empty())?).await?;
//! assert_eq!(to_bytes(response.into_body(), 1_000).await?, "Ada");
//!
//! let ended = exchanges.next().await;
//! assert_eq!((ended.outcome, ended.context.endpoint()), (Outcome::Success, "/users/{id}"));
//! # Ok(())
//! # }
//! ```

#[doc(inline)]
pub use crate::context::{Captured, Exchanges};
