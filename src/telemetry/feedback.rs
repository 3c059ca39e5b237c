//! What users say of failures.

use super::Telemetry;
use crate::context::EventId;
use crate::reporting::Feedback;

impl Telemetry {
    /// Sends what a user says of a failure, which stands beside its report.
    ///
    /// The identity is what the user was shown, as an error page has it from
    /// `RequestContext::report_id` and gives it back. Without a DSN nothing is sent. The caller
    /// waits for nobody.
    ///
    /// ```
    /// use obskit::Telemetry;
    /// use obskit::config::Config;
    /// use obskit::context::EventId;
    /// use obskit::telemetry::Feedback;
    ///
    /// let telemetry = Telemetry::build(Config::default())?;
    /// if let Some(failure) = EventId::parse("9ec79c33ec9942ab8353589fcb2e04dc") {
    ///     telemetry.feedback(failure, Feedback::new("It lost my workout.").name("Ada"));
    /// }
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn feedback(&self, failure: EventId, feedback: Feedback) {
        self.parts.reports.feedback(failure, feedback);
    }
}
