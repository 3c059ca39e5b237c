//! From evidence to a report: whether there is one, and how many.

use std::sync::Arc;

use sentry::Level;

use crate::context::{EventId, Evidence, Failing, Gathered, Kept, RequestContext, Weight};
use crate::export::sentry::{Category, Discard};
use crate::ledger::{Reason, Signal};

use super::Reports;
use super::decide::{self, Case};
use super::fingerprint::Fingerprint;
use super::report::{Facts, Report};
use super::stack;

impl Evidence {
    /// Takes the stack of the calling thread, without names.
    pub(super) fn capture(&mut self) {
        self.stack = Some(Arc::new(stack::capture()));
    }
}

impl Reports {
    /// Reports evidence that waits for no end, and says as what.
    pub(super) fn tell_at_once(
        &self,
        request: Option<&RequestContext>,
        mut gathered: Gathered,
    ) -> EventId {
        let Gathered { evidence, .. } = &mut gathered;
        if let Some(failing) = request.and_then(RequestContext::failed)
            && repeats(failing, evidence)
        {
            return failing.id();
        }
        let case = Case { evidence, request, facts: None };
        if !case.is_reported(self.shared.common.settings.when.rule()) {
            return request.map_or_else(EventId::random, |request| request.failing().id());
        }
        let weight = evidence.weight;
        let id = request.map_or_else(EventId::random, |request| request.failing().claim(weight));
        if evidence.stack.is_none() && self.would_tell(id, evidence) {
            evidence.capture();
        }
        self.tell(id, gathered, request, None);
        id
    }

    /// Reports what was gathered of a request that has ended or, if it is one that counts, its bare
    /// end, if that is a failure.
    pub(super) fn tell_end(&self, context: &RequestContext, facts: Facts, counts: bool) {
        let failing = context.end_gathering();
        let gathered = failing.and_then(Failing::take).map(|gathered| *gathered);
        let rule = self.shared.common.settings.when.rule();
        let told = |evidence: &Evidence| failing.is_some_and(|failing| is_told(failing, evidence));
        let gathered = gathered.filter(|gathered| !told(&gathered.evidence)).or_else(|| {
            let may_count = facts.outcome.is_failure() || (rule.is_some() && facts.is_refused());
            let bare = || decide::bare(context, &facts, self.shared.common.clock.wall());
            let evidence = (counts && may_count).then(bare)?;
            (!told(&evidence)).then_some(Gathered { evidence, crumb: None })
        });
        let Some(gathered) = gathered else { return };
        let evidence = &gathered.evidence;
        if (Case { evidence, request: Some(context), facts: Some(&facts) }).is_reported(rule) {
            let id = context.failing().claim(evidence.weight);
            self.tell(id, gathered, Some(context), Some(facts));
        }
    }

    /// Whether such a report would be sent, so that its stack is worth taking.
    pub(super) fn would_tell(&self, id: EventId, evidence: &Evidence) -> bool {
        let now = self.shared.common.clock.now();
        self.is_in_sample(id)
            && !self.shared.outbox.is_throttled(Category::Error)
            && self.shared.limiter.lets(&Fingerprint::of(evidence), now)
    }

    /// Reports, unless there are too many.
    fn tell(
        &self,
        id: EventId,
        gathered: Gathered,
        request: Option<&RequestContext>,
        facts: Option<Facts>,
    ) {
        let Gathered { evidence, crumb } = gathered;
        if let Some(request) = request {
            request.failing().tell(evidence.weight, evidence.texts());
        }
        let fingerprint = Fingerprint::of(&evidence);
        let Some(suppressed) = self.admit(id, Some(&fingerprint)) else { return };
        let kept = request.and_then(RequestContext::crumbs);
        self.post(Report {
            id,
            at: evidence.at,
            level: if evidence.weight == Weight::Panic { Level::Fatal } else { Level::Error },
            request: request.cloned(),
            facts,
            crumbs: kept.map(|kept: &Kept| kept.copy_without(crumb)).unwrap_or_default(),
            suppressed,
            fingerprint,
            evidence,
        });
    }

    /// Lets a report pass, and says how many alike did not. What does not pass is counted. Without
    /// a fingerprint any number is let pass.
    pub(super) fn admit(&self, id: EventId, fingerprint: Option<&Fingerprint>) -> Option<u64> {
        let outbox = &self.shared.outbox;
        let discard = |why| outbox.discard(Category::Error, why, 1);
        if !self.is_in_sample(id) {
            discard(Discard::SampleRate);
            return None;
        }
        if outbox.is_throttled(Category::Error) {
            self.shared.ledger.accept(Signal::Report, 1);
            self.shared.ledger.drop(Signal::Report, Reason::Throttled, 1);
            discard(Discard::RatelimitBackoff);
            return None;
        }
        let now = self.shared.common.clock.now();
        let passed =
            fingerprint.map_or(Some(0), |fingerprint| self.shared.limiter.pass(fingerprint, now));
        if passed.is_none() {
            self.shared.ledger.drop(Signal::Report, Reason::Flood, 1);
            discard(Discard::Backpressure);
        }
        passed
    }

    /// Whether it is of the share that is reported.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    fn is_in_sample(&self, id: EventId) -> bool {
        let [.., a, b, c, d] = id.to_bytes();
        let share = f64::from(u32::from_be_bytes([a, b, c, d])) / (1_u64 << u32::BITS) as f64;
        share < self.shared.common.settings.sample_rate
    }
}

/// Whether a report of a request that may go on has said the same already, and of a panic as one.
fn repeats(failing: &Failing, evidence: &Evidence) -> bool {
    let is_panic = evidence.weight == Weight::Panic;
    (!is_panic || failing.reported() == Some(Weight::Panic)) && failing.has_told(evidence)
}

/// Whether a report of a request has said what this evidence does. A panic is told by nothing else,
/// a bare end by anything.
fn is_told(failing: &Failing, evidence: &Evidence) -> bool {
    match evidence.weight {
        Weight::Panic => failing.reported() == Some(Weight::Panic),
        Weight::Status => failing.reported().is_some(),
        Weight::Message | Weight::Failure => failing.has_told(evidence),
    }
}
