//! What the budgets are measured on: each piece of work done by obskit, and done by hand.
//!
//! A [`Subject`] does its work a given number of times. What is exact is counted: instructions by
//! callgrind as the difference of two runs, so that set-up cancels out, and allocations. Times are
//! only ever compared within one run.

pub mod attributes;
pub mod exposition;
pub mod families;
pub mod handles;
pub mod http;
pub mod limit;
pub mod logs;
pub mod measure;
pub mod reports;
pub mod threads;
pub mod traces;

use logs::by_hand::ByHand;
use logs::obskit::Obskit;
use logs::peers::{JsonSubscriber, TracingSubscriber};

/// One piece of work.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// What a run is asked for by.
    pub name: &'static str,
    /// Does it so many times.
    pub run: fn(u64),
}

/// Every piece of work, ours before what it is compared with.
///
/// What has no subscriber stands before what installs one: allocations are counted in one process.
pub const SUBJECTS: &[Subject] = &[
    Subject { name: "attribute/handler", run: attributes::handler },
    Subject { name: "attribute/sync", run: attributes::sync },
    Subject { name: "attribute/hand-written", run: attributes::by_hand },
    Subject { name: "attribute/nothing", run: attributes::nothing },
    Subject { name: "attribute/8-counters", run: attributes::counters },
    Subject { name: "attribute/8-labelled-counters", run: attributes::labelled },
    Subject { name: "attribute/8-histograms", run: attributes::histograms },
    Subject { name: "http/obskit", run: http::obskit },
    Subject { name: "http/everything", run: logs::obskit::everything },
    Subject { name: "attribute/with-logs", run: logs::obskit::attribute },
    Subject { name: "http/hand-written", run: http::hand_written },
    Subject { name: "http/bare", run: http::bare },
    Subject { name: "counter/obskit", run: families::counter },
    Subject { name: "counter/hand-written", run: families::counter_by_hand },
    Subject { name: "counter/prometheus-client", run: families::counter_of_client },
    Subject { name: "histogram/obskit", run: families::histogram },
    Subject { name: "histogram/hand-written", run: families::histogram_by_hand },
    Subject { name: "histogram/prometheus-client", run: families::histogram_of_client },
    Subject { name: "static-counter/obskit", run: handles::counter },
    Subject { name: "static-counter/hand-written", run: handles::counter_by_hand },
    Subject { name: "static-histogram/obskit", run: handles::histogram },
    Subject { name: "static-histogram/hand-written", run: handles::histogram_by_hand },
    Subject { name: "traces/sampled", run: traces::sampled },
    Subject { name: "traces/unsampled", run: traces::unsampled },
    Subject { name: "traces/off", run: traces::off },
    Subject { name: "traces/sampled-alone", run: traces::sampled_alone },
    Subject { name: "traces/unsampled-alone", run: traces::unsampled_alone },
    Subject { name: "traces/off-alone", run: traces::off_alone },
    Subject { name: "traces/peer-sampled", run: traces::peer_sampled },
    Subject { name: "traces/peer-unsampled", run: traces::peer_unsampled },
    Subject { name: "traces/peer-off", run: traces::peer_off },
    Subject { name: "reports/off", run: reports::off },
    Subject { name: "reports/armed", run: reports::armed },
    Subject { name: "reports/failing-off", run: reports::failing_off },
    Subject { name: "reports/failing-armed", run: reports::failing_armed },
    Subject { name: "event/obskit", run: logs::event::<Obskit> },
    Subject { name: "event/hand-written", run: logs::event::<ByHand> },
    Subject { name: "event/tracing-subscriber", run: logs::event::<TracingSubscriber> },
    Subject { name: "event/json-subscriber", run: logs::event::<JsonSubscriber> },
    Subject { name: "event/slog-json", run: logs::slog::event },
    Subject { name: "event-and-spans/obskit", run: logs::event_and_spans::<Obskit> },
    Subject { name: "event-and-spans/hand-written", run: logs::event_and_spans::<ByHand> },
    Subject {
        name: "event-and-spans/tracing-subscriber",
        run: logs::event_and_spans::<TracingSubscriber>,
    },
    Subject {
        name: "event-and-spans/json-subscriber",
        run: logs::event_and_spans::<JsonSubscriber>,
    },
    Subject { name: "event-and-spans/slog-json", run: logs::slog::event_and_spans },
    Subject { name: "below/obskit", run: logs::below::<Obskit> },
    Subject { name: "below/no-subscriber", run: logs::below_without },
    Subject { name: "below/tracing-subscriber", run: logs::below::<TracingSubscriber> },
];
