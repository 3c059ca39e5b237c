//! For a service's own tests: what was recorded, in their hands.
//!
//! ```
//! use http::{Request, Response};
//! use obskit::Telemetry;
//! use obskit::config::Config;
//! use obskit::context::Outcome;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # tokio::runtime::Builder::new_current_thread().build().map_err(tower::BoxError::from)?.block_on(async {
//! let (telemetry, exchanges) = Telemetry::build_captured(Config::default())?;
//! let handler = service_fn(async |_: Request<()>| Ok::<_, tower::BoxError>(Response::new(String::new())));
//! let service = ServiceBuilder::new().layer(telemetry.layer()).service(handler);
//! service.oneshot(Request::new(())).await?;
//! assert_eq!(exchanges.next().await.outcome, Outcome::Success);
//! # Ok::<(), tower::BoxError>(())
//! # })?;
//! # Ok::<(), tower::BoxError>(())
//! ```

#[doc(inline)]
pub use crate::context::{Captured, Exchanges};
