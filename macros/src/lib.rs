//! The attributes of `obskit`.

mod args;
mod boxed;
mod check;
mod derive;
mod docs;
mod expand;
mod fields;
mod function;
mod instrument;
mod mistakes;
mod receiver;
mod returns;
mod role;
mod table;
#[cfg(test)]
mod tests;
mod tokens;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use role::Role;

/// Measures a handler: its calls by outcome, their duration, those under way; and a child span.
///
/// ```
/// use obskit::instrument_endpoint;
///
/// struct Session {
///     user_id: u64,
/// }
///
/// #[instrument_endpoint(
///     counter(mo_reps_total, "Repetitions.", by = reps, when = success),
///     user = session.user_id,
///     slo(availability = 99.9, latency = "250ms", target = 99.0),
/// )]
/// async fn add_reps(session: Session, reps: u32) -> Result<u32, std::io::Error> {
///     Ok(reps + 1)
/// }
/// # let _ = add_reps(Session { user_id: 1 }, 2);
/// ```
///
/// Each argument is optional, their order is free:
///
/// - `name = ".."`: the label `handler`; the function's name if not given
/// - `fields(id, plan = %plan)`: the span's fields, as `tracing::info_span!` takes them; nothing
///   else is recorded
/// - `counter(name_total, "help", labels(name = value), by = amount, when = .., limit = 100)`,
///   any number: a counter, raised by 1 or `by`
/// - `histogram(name, "help", labels(name = value), value = .., buckets = [..], when = .., limit =
///   100)`, any number: a histogram that observes `value`, a number or a `Duration`
/// - `user = ..`: who makes the request, anything `Display`, or an `Option` of it
/// - `slo(availability = 99.9, latency = "250ms", target = 99.0)`: what the handler promises, in
///   percent; `availability`, or `latency` and `target`, or all
/// - `slow = "500ms"`: from how long on a call is told as a WARN event
/// - `report = server_errors | errors | never`: which failures are told as events
/// - `ok_if = condition`, `error_if = condition`: what makes the returned value a success, or a
///   server error
/// - `crate = path`: where `obskit` is, for a crate that has it under another name
///
/// Of a metric, `labels` may have types, as in `labels(day: Day = self.day)`, and `when` is
/// `success`, `failure`, `always` or a condition; with `limit`, the most series it has, labels
/// may be texts. An expression that mentions `result` is asked when the function has returned,
/// with `result` a reference to the value; every other one before, while the parameters are
/// whole. A panic within a `#[track_caller]` function that is instrumented is told at its own
/// place.
#[proc_macro_attribute]
pub fn instrument_endpoint(arguments: TokenStream, item: TokenStream) -> TokenStream {
    instrument::instrument(Role::Endpoint, arguments.into(), &item.into()).into()
}

/// Measures what calls a database, a cache or another service: the calls by outcome, their
/// duration; and a child span.
///
/// ```
/// use obskit::instrument_dependency;
///
/// #[instrument_dependency("postgres", operation = "get_workout", slow = "1s", fields(id))]
/// async fn workout(id: u64) -> Result<String, std::io::Error> {
///     Ok(format!("workout {id}"))
/// }
/// # let _ = workout(1);
/// ```
///
/// First comes the dependency's name. The rest is optional:
///
/// - `operation = ".."`: what is asked of it; the function's name if not given
/// - `fields`, `counter`, `histogram`, `slow`, `report`, `ok_if`, `error_if` and `crate`, as
///   [`macro@instrument_endpoint`] has them; but failures are told only where `report` says so
#[proc_macro_attribute]
pub fn instrument_dependency(arguments: TokenStream, item: TokenStream) -> TokenStream {
    instrument::instrument(Role::Dependency, arguments.into(), &item.into()).into()
}

/// Measures a worker or a scheduled task: its runs by outcome, their duration, the last success.
/// Each run is a request of its own, with a request ID and a trace.
///
/// ```
/// use obskit::instrument_job;
///
/// #[instrument_job("nightly_backup", schedule = "0 2 * * *", max_runtime = "1h 30m")]
/// async fn back_up() -> Result<(), std::io::Error> {
///     Ok(())
/// }
/// # let _ = back_up();
/// ```
///
/// First comes the job's name. The rest is optional:
///
/// - `schedule = ".."`: when it is to run, in cron's five fields or as `@hourly`, `@daily`,
///   `@weekly`, `@monthly` or `@yearly`; it is declared, nothing is started by it
/// - `max_runtime = "1h"`: how long it may run
/// - `fields`, `counter`, `histogram`, `slow`, `report`, `ok_if`, `error_if` and `crate`, as
///   [`macro@instrument_endpoint`] has them
#[proc_macro_attribute]
pub fn instrument_job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    instrument::instrument(Role::Job, arguments.into(), &item.into()).into()
}

/// Makes an enum's variants the values of a label.
///
/// The variants' fields are of no account: the values are as many as the variants.
///
/// ```
/// #[derive(obskit::Label)]
/// #[label(rename_all = "kebab-case")]
/// enum DayType {
///     Push,
///     PullUps,
///     #[label(rename = "legs & core")]
///     Legs { machine: u32 },
/// }
///
/// use obskit::Label;
/// assert_eq!(DayType::VALUES, ["push", "pull-ups", "legs & core"]);
/// ```
///
/// - on the enum, `rename_all = ".."`: `snake_case` (as without it), `kebab-case`, `camelCase`,
///   `PascalCase`, `lowercase`, `UPPERCASE` or `SCREAMING_SNAKE_CASE`
/// - on the enum, `crate = path`: where `obskit` is, for a crate that has it under another name
/// - on a variant, `rename = ".."`: its value, as it stands
///
/// Two variants of one value, a value of more than 128 bytes or of none, an enum without variants
/// or with parameters other than constants, and structs are refused.
#[proc_macro_derive(Label, attributes(label))]
pub fn derive_label(input: TokenStream) -> TokenStream {
    derive::label(&parse_macro_input!(input as DeriveInput)).into()
}

/// Says of each variant how the work that returned it has ended.
///
/// ```
/// #[derive(obskit::Classify)]
/// #[classify(server_error)]
/// enum ApiError {
///     #[classify(status = 404)]
///     NoSuchWorkout,
///     #[classify(client_error)]
///     Invalid { field: &'static str },
///     Database(std::io::Error),
///     #[classify(transparent)]
///     Upstream(http::StatusCode),
/// }
///
/// use obskit::{Classify, context::Outcome};
/// assert_eq!(ApiError::NoSuchWorkout.classify(), Outcome::ClientError);
/// assert_eq!(ApiError::Upstream(http::StatusCode::BAD_GATEWAY).classify(), Outcome::ServerError);
/// ```
///
/// | `#[classify(..)]` | the outcome |
/// |---|---|
/// | `success`, `client_error`, `server_error` | that one |
/// | `status = 404` | that of a response with this HTTP status, 100 to 599 |
/// | `grpc = 5` | that of a response with this gRPC status, 0 to 16 |
/// | `transparent` | that of the single field, which is `Classify` itself |
///
/// On an enum it holds of each variant that has none itself (`transparent` stands on variants
/// alone), and a variant is refused that has none either way. A struct has one. `crate = path`, on
/// either, says where `obskit` is, for a crate that has it under another name.
#[proc_macro_derive(Classify, attributes(classify))]
pub fn derive_classify(input: TokenStream) -> TokenStream {
    derive::classify(&parse_macro_input!(input as DeriveInput)).into()
}
