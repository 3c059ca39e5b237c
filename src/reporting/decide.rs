//! What is reported, and when.

use std::cell::Cell;

use crate::config::ReportCandidate;
use crate::context::{Cause, Evidence, Outcome, RequestContext, Weight, current_hub};
use crate::redaction::guard;

use super::report::Facts;
use super::request;

/// What may be reported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) request: Option<&'a RequestContext>,
    /// None where what it is of has not ended.
    pub(super) facts: Option<&'a Facts>,
}

thread_local! {
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

impl Case<'_> {
    /// Whether it is reported: by obskit's rule, unless the user has one.
    pub(super) fn is_reported(&self, rule: Option<&Rule>) -> bool {
        let by_default = self.by_default();
        let Some(rule) = rule else { return by_default };
        // A rule that itself logs an error is not asked of that.
        if ASKING.replace(true) {
            return by_default;
        }
        let answer = guard(|| rule(&self.candidate(by_default)));
        ASKING.set(false);
        answer.unwrap_or(by_default)
    }

    fn by_default(&self) -> bool {
        match (self.evidence.weight, self.facts) {
            (Weight::Panic, _) | (_, None) => true,
            (_, Some(facts)) if facts.is_refused() => false,
            (Weight::Status, Some(facts)) => facts.outcome.is_failure(),
            (Weight::Message | Weight::Failure, Some(_)) => true,
        }
    }

    fn candidate(&self, is_reported: bool) -> ReportCandidate<'_> {
        let Self { evidence, request, facts } = *self;
        let asked = request.filter(|request| request.job().is_none());
        let kind = evidence.causes.first().map(|cause| &*cause.kind);
        ReportCandidate {
            is_reported,
            is_panic: evidence.weight == Weight::Panic,
            error_type: kind.filter(|kind| !kind.is_empty()),
            message: evidence.causes.first().map_or(&evidence.message, |cause| &cause.message),
            target: &evidence.target,
            outcome: facts.map(|facts| facts.outcome.as_str()),
            status: facts.and_then(|facts| facts.status),
            grpc_status: facts.and_then(|facts| facts.grpc_status),
            method: asked.map(RequestContext::method),
            endpoint: asked.map(RequestContext::endpoint),
            job: request.and_then(RequestContext::job),
        }
    }
}

/// What there is to say of an end that nothing else tells of.
pub(super) fn bare(context: &RequestContext, facts: &Facts, at: std::time::SystemTime) -> Evidence {
    let is_panic = facts.outcome == Outcome::Panicked;
    let kind = match (facts.outcome, context.job(), facts.grpc_status, facts.status) {
        (Outcome::Panicked, ..) => "panic".to_owned(),
        (_, Some(_), ..) => "JobFailed".to_owned(),
        (Outcome::BodyError, ..) => "BodyError".to_owned(),
        (_, _, Some(status), _) => format!("gRPC {status}"),
        (_, _, None, Some(status)) => format!("HTTP {status}"),
        (_, _, None, None) => "Failed".to_owned(),
    };
    let message = request::transaction(context);
    let weight = if is_panic { Weight::Panic } else { Weight::Status };
    let causes = vec![Cause { kind, message }];
    Evidence { causes, hub: current_hub(), ..Evidence::new(weight, at) }
}

type Rule = dyn Fn(&ReportCandidate<'_>) -> bool + Send + Sync;

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks the rule of an error that was logged outside of requests.
    fn ask(rule: &Rule) -> bool {
        let evidence = Evidence::new(Weight::Message, std::time::SystemTime::UNIX_EPOCH);
        Case { evidence: &evidence, request: None, facts: None }.is_reported(Some(rule))
    }

    #[test]
    fn a_rule_is_not_asked_of_what_it_logs_itself() {
        assert!(ask(&|_| ask(&|_| false)));
        assert!(!ask(&|_| false));
        assert!(ask(&|_| panic!("obskit's own rule holds")));
        assert!(!ask(&|_| false));
    }
}
