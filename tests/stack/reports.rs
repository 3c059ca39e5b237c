//! Error reports before a server that others wrote, and before Sentry's own rules.

mod judged;
