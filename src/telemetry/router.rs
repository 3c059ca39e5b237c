//! The operator's routes for the service's own router.

use axum::Router;

use super::Telemetry;
use crate::admin;

impl Telemetry {
    /// The operator's routes, to be mounted in the service's own router where no second port is
    /// wanted.
    ///
    /// They are those of [`admin::ROUTES`] but the list at `/`. Their requests are left out of
    /// every metric. Mind that whoever reaches the service then reaches its metrics.
    ///
    /// ```
    /// use axum::Router;
    /// use axum::routing::get;
    /// use obskit::Telemetry;
    /// use obskit::config::Config;
    ///
    /// let telemetry = Telemetry::build(Config::default())?;
    /// let app: Router = Router::new()
    ///     .route("/api/workouts", get(|| async { "[]" }))
    ///     .nest("/api", telemetry.admin_router())         // /api/metrics, /api/health, …
    ///     .layer(telemetry.layer());
    /// # drop(app);
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn admin_router<S>(&self) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        // Without a thread to watch from, the routes answer as well.
        let _ = self.meet_runtime();
        admin::router(self.admin())
    }
}
