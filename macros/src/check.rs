//! What is refused of arguments that are well written.

mod cron;
mod exits;
mod metric;

use quote::ToTokens;
use syn::LitStr;

use crate::args::Arguments;
use crate::fields;
use crate::function::Function;
use crate::mistakes::Mistakes;
use crate::role::Role;
use crate::tokens::{find, mention};

/// Longest text that a label keeps.
const LABEL_BYTES: usize = 128;

/// Tells everything that is wrong with the arguments.
pub(crate) fn arguments(role: Role, arguments: &Arguments, mistakes: &mut Mistakes) {
    let names = [
        (role.subject().map_or("the name", |(what, _)| what), &arguments.subject),
        ("`name`", &arguments.name),
        ("`operation`", &arguments.operation),
    ];
    for (what, name) in names {
        if let Some(name) = name {
            label_text(what, name, mistakes);
        }
    }
    for metric in &arguments.metrics {
        metric::check(metric, mistakes);
    }
    if let Some(schedule) = &arguments.schedule {
        cron::check(schedule, mistakes);
    }
    exits::check(arguments, mistakes);
}

/// Tells what keeps a function from being instrumented.
pub(crate) fn function(role: Role, function: &Function, mistakes: &mut Mistakes) {
    if let Some(constness) = &function.signature.constness {
        let text = format!(
            "{} is of no use on a `const fn`: nothing may be counted while the compiler runs it",
            role.attribute()
        );
        mistakes.at(constness, text);
    }
}

/// Tells what asks the result before there is one, unless a parameter is called so.
pub(crate) fn result(arguments: &Arguments, function: &Function, mistakes: &mut Mistakes) {
    if mention(&function.signature.inputs, "result") {
        return;
    }
    let user = arguments.user.as_ref().map(|user| ("user", user.to_token_stream()));
    let fields = arguments.fields.clone().map(fields::split).unwrap_or_default();
    let fields = fields.into_iter().map(|field| ("fields", field.value.unwrap_or(field.name)));
    for (what, tokens) in user.into_iter().chain(fields) {
        if let Some(result) = find(tokens, "result") {
            let text = format!(
                "`{what}` is asked before the function runs: there is no `result` yet; accepted: \
                 an expression of its parameters"
            );
            mistakes.at(&result, text);
        }
    }
}

/// A text that is to be a label's value.
fn label_text(what: &str, text: &LitStr, mistakes: &mut Mistakes) {
    let value = text.value();
    let fits = (1..=LABEL_BYTES).contains(&value.len()) && !value.chars().any(char::is_control);
    if !fits {
        let accepted = format!("1 to {LABEL_BYTES} bytes without control characters");
        mistakes.at(text, format!("{what}: found {value:?}; accepted: {accepted}"));
    }
}
