//! The attributes of `obskit`.

mod args;
mod boxed;
mod check;
mod derive;
mod docs;
mod expand;
mod function;
mod instrument;
mod mistakes;
mod receiver;
mod returns;
mod role;
mod table;
mod tokens;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use role::Role;

/// Instruments a handler.
#[proc_macro_attribute]
pub fn instrument_endpoint(arguments: TokenStream, item: TokenStream) -> TokenStream {
    instrument::instrument(Role::Endpoint, arguments.into(), &item.into()).into()
}

/// Instruments a function that calls a dependency.
#[proc_macro_attribute]
pub fn instrument_dependency(arguments: TokenStream, item: TokenStream) -> TokenStream {
    instrument::instrument(Role::Dependency, arguments.into(), &item.into()).into()
}

/// Instruments a job.
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
/// | on | argument | |
/// |---|---|---|
/// | the enum | `rename_all = ".."` | `snake_case` (as without it), `kebab-case`, `camelCase`, `PascalCase`, `lowercase`, `UPPERCASE`, `SCREAMING_SNAKE_CASE` |
/// | the enum | `crate = path` | where `obskit` is, for a crate that has it under another name |
/// | a variant | `rename = ".."` | its value, as it stands |
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
