//! Each budget of the design beside what was measured.
//!
//! The design states times of its own machine. A time is held here to the same multiple of its
//! limit, which is measured in the same run; instructions to the same distance.

use std::io::{self, Write};

use obskit_benches::attributes::METRICS;
use obskit_benches::exposition::Page;
use obskit_benches::threads;

use super::{Cost, memory};

/// What a budget says.
pub(super) struct Row {
    work: &'static str,
    unit: &'static str,
    ours: f64,
    limit: f64,
    budget: f64,
}

/// Instructions that the request's ID may add to RED.
const REQUEST_ID: f64 = 2_700.0 - 1_680.0;
/// What finding the series of labels may take, beside an update of it.
const LOOKED_UP: f64 = 19.0 / 15.0;
/// None a line is asked for; a scrape as a whole may have some.
const A_FEW: f64 = 10.0;
/// The share of a sampled request's cost that one may have which is not.
const NOT_SAMPLED: f64 = 0.15;
/// Allocations that the context and its ID may add.
const CONTEXT: f64 = 2.0;

pub(super) fn write(out: &mut impl Write, costs: &[Cost], contended: Vec<Row>) -> io::Result<()> {
    let title = ["ours", "limit", "budget"];
    let [ours, limit, budget] = title;
    writeln!(out, "\n{:44} {ours:>8} {limit:>8} {budget:>8}", "")?;
    for row in rows(costs, contended) {
        let Row { work, unit, ours, limit, budget } = row;
        let holds = if ours <= budget { "" } else { "  over" };
        let work = format!("{work}, {unit}");
        writeln!(out, "{work:44} {ours:>8.1} {limit:>8.1} {budget:>8.1}{holds}")?;
    }
    Ok(())
}

/// What a second thread costs.
pub(super) fn contended() -> Vec<Row> {
    let row = |work, ours, limit, budget| Row { work, unit: "2 threads : 1", ours, limit, budget };
    vec![
        row("static counter", threads::counter(), 1.0, 1.1),
        row("static histogram", threads::histogram(), 1.0, 1.1),
        row("8 counters in an attribute", threads::attribute(), 1.0, 1.1),
        row("request", threads::observed(), threads::bare(), 2.0 / 1.8),
    ]
}

fn rows(costs: &[Cost], contended: Vec<Row>) -> Vec<Row> {
    let mut rows = Vec::from(requests(costs));
    rows.extend(lines(costs));
    rows.extend(traces(costs));
    rows.extend(updates(costs));
    rows.extend(attributes(costs));
    rows.extend(contended);
    rows.extend(exposed());
    rows
}

/// A request, above the same router bare.
fn requests(costs: &[Cost]) -> [Row; 2] {
    let above = |name, of: fn(&Cost) -> f64| cost(costs, name, of) - cost(costs, "http/bare", of);
    let row = |unit, of, more| {
        let (ours, limit) = (above("http/obskit", of), above("http/hand-written", of));
        Row { work: "RED and request ID", unit, ours, limit, budget: limit + more }
    };
    [row("instructions", instructions, REQUEST_ID), row("allocations", allocations, CONTEXT)]
}

/// A log line.
fn lines(costs: &[Cost]) -> [Row; 5] {
    let row = |work, unit, name: &str, of: fn(&Cost) -> f64, budget: fn(f64) -> f64| {
        let limit = if name == "below" { "no-subscriber" } else { "hand-written" };
        let ours = cost(costs, &format!("{name}/obskit"), of);
        let limit = cost(costs, &format!("{name}/{limit}"), of);
        Row { work, unit, ours, limit, budget: budget(limit) }
    };
    let (one, all) = ("an event in 2 spans", "that and its spans");
    [
        row(one, "instructions", "event", instructions, |_| 3_400.0),
        row(one, "allocations", "event", allocations, |_| 0.0),
        row(all, "instructions", "event-and-spans", instructions, |limit| 1.3 * limit),
        row(all, "allocations", "event-and-spans", allocations, |_| 4.0),
        row("an event below the level", "ns", "below", nanoseconds, |limit| limit + 0.5),
    ]
}

/// What tracing adds to a request, where it is not sampled and where it is.
fn traces(costs: &[Cost]) -> [Row; 2] {
    let added = |name: &str, of: fn(&Cost) -> f64| {
        cost(costs, &format!("traces/{name}"), of) - cost(costs, "traces/off", of)
    };
    let row = |unit, of: fn(&Cost) -> f64, share| {
        let limit = added("sampled", of);
        let ours = added("unsampled", of);
        Row { work: "a request not sampled", unit, ours, limit, budget: share * limit }
    };
    [row("instructions", instructions, NOT_SAMPLED), row("allocations", allocations, 0.0)]
}

fn updates(costs: &[Cost]) -> [Row; 4] {
    let row = |work, ours, limit, times| {
        let (ours, limit) = (cost(costs, ours, nanoseconds), cost(costs, limit, nanoseconds));
        Row { work, unit: "ns", ours, limit, budget: limit * times }
    };
    [
        row("counter, 3 labels", "counter/obskit", "counter/hand-written", LOOKED_UP),
        row("histogram, 3 labels", "histogram/obskit", "histogram/hand-written", LOOKED_UP),
        row("static counter", "static-counter/obskit", "static-counter/hand-written", 1.0),
        row("static histogram", "static-histogram/obskit", "static-histogram/hand-written", 1.1),
    ]
}

/// A metric more in an attribute, beside the same through a static; and the attribute itself.
fn attributes(costs: &[Cost]) -> [Row; 4] {
    let more = |name| {
        let name = format!("attribute/8-{name}");
        let all = cost(costs, &name, nanoseconds) - cost(costs, "attribute/sync", nanoseconds);
        all / f64::from(METRICS)
    };
    let row = |work, name, limit, times| {
        let limit = cost(costs, limit, nanoseconds);
        Row { work, unit: "ns", ours: more(name), limit, budget: limit * times }
    };
    let (counter, histogram) = ("static-counter/hand-written", "static-histogram/hand-written");
    [
        row("counter in an attribute", "counters", counter, 1.0),
        row("that with a label", "labelled-counters", counter, LOOKED_UP),
        row("histogram in an attribute", "histograms", histogram, 1.1),
        Row {
            work: "handler with an attribute",
            unit: "allocations",
            ours: cost(costs, "attribute/handler", allocations),
            limit: 0.0,
            budget: 0.0,
        },
    ]
}

fn exposed() -> [Row; 4] {
    let limit = Page::by_hand().time();
    let row = |work, page: &mut Page| Row {
        work,
        unit: "ns",
        ours: page.time(),
        limit,
        budget: limit * 22.0 / 7.0,
    };
    let mut page = Page::counters();
    let counters = row("line of counters", &mut page);
    let allocations = allocation_counter::measure(|| {
        page.expose();
    });
    [
        counters,
        Row {
            work: "scrape of counters",
            unit: "allocations",
            ours: float(allocations.count_total),
            limit: 0.0,
            budget: A_FEW,
        },
        row("line of histograms", &mut Page::histograms()),
        Row {
            work: "series with 3 short labels",
            unit: "bytes",
            ours: memory::obskit(),
            limit: memory::by_hand(),
            budget: 80.0,
        },
    ]
}

fn cost(costs: &[Cost], name: &str, of: fn(&Cost) -> f64) -> f64 {
    costs.iter().find(|cost| cost.name == name).map_or(f64::NAN, of)
}

fn instructions(cost: &Cost) -> f64 {
    float(cost.instructions)
}

fn allocations(cost: &Cost) -> f64 {
    float(cost.allocations)
}

fn nanoseconds(cost: &Cost) -> f64 {
    cost.nanoseconds
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}
