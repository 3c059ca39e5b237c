//! A telemetry and the Sentry that it reports to.

use std::ops::Deref;
use std::time::Duration;

use obskit::config::Config;
use obskit_tests::lab::Lab;
use obskit_tests::sentry::Sentry;
use serde_json::Value;

/// A lab whose reports are read.
pub struct Reported {
    pub sentry: Sentry,
    lab: Lab,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Reported {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(set: impl FnOnce(&mut Config)) -> Self {
        let sentry = Sentry::start().await;
        let lab = Lab::new(|config| {
            sentry.config(config);
            set(config);
        });
        Self { sentry, lab }
    }

    /// The events so far.
    pub fn events(&self) -> Vec<Value> {
        assert!(self.telemetry.flush(PATIENCE));
        self.sentry.events()
    }

    /// The only one.
    pub fn event(&self) -> Value {
        assert!(self.telemetry.flush(PATIENCE));
        self.sentry.event()
    }
}

impl Deref for Reported {
    type Target = Lab;

    fn deref(&self) -> &Lab {
        &self.lab
    }
}
