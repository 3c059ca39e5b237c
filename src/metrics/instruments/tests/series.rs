//! Which series a call's labels come to.

use super::*;
use crate::metrics::{Bounded, Domains, Free, Given, Label};

/// A label that knows its value's place, as a derived one does.
#[derive(Clone, Copy, Debug)]
enum DayType {
    Push,
    Pull,
    Legs,
}

impl Label for DayType {
    const VALUES: &'static [&'static str] = &["push", "pull", "legs"];

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(Self::VALUES[*self as usize]);
    }

    fn position(&self) -> Option<usize> {
        Some(*self as usize)
    }
}

/// One that does not, as a user's own.
#[derive(Clone, Copy, Debug)]
struct Written(DayType);

impl Label for Written {
    const VALUES: &'static [&'static str] = DayType::VALUES;

    fn write(&self, value: &mut LabelValue<'_>) {
        self.0.write(value);
    }
}

/// Two of whose values are one.
struct Double(bool);

impl Label for Double {
    const VALUES: &'static [&'static str] = &["same", "same"];

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str("same");
    }

    fn position(&self) -> Option<usize> {
        Some(usize::from(self.0))
    }
}

fn known() -> Domains {
    &[DayType::VALUES, bool::VALUES]
}

fn unknown() -> Domains {
    &[&[], bool::VALUES]
}

const LABELS: &[&str] = &["day_type", "warm"];
const TOTAL: DeclaredMetric = DeclaredMetric::counter("sets_total", "Sets.").labels(LABELS, known);
const DAYS: [DayType; 3] = [DayType::Push, DayType::Pull, DayType::Legs];

impl Lab {
    fn add(&self, site: usize, labels: &impl Given, amount: u64) {
        let instrument = &self.instruments.by_site[site];
        let series = instrument.series(0, labels);
        instrument.add(0, &series, amount);
    }
}

#[test]
fn what_needs_no_labels_or_knows_them_all_is_there_at_zero() {
    const METRICS: &[DeclaredMetric] = &[
        TOTAL,
        DeclaredMetric::counter("reps_total", "Repetitions."),
        DeclaredMetric::histogram("weight_kg", "Weight.").buckets(&[20.0, 40.0]),
        DeclaredMetric::counter("open_total", "Open.").labels(LABELS, unknown),
    ];
    let lab = lab([endpoint("list", 1).metrics(METRICS)]);
    assert_eq!(lab.samples("sets_total").len(), 6);
    assert_eq!(lab.value("sets_total{day_type=\"legs\",warm=\"false\"}"), "0");
    assert_eq!(lab.value("reps_total"), "0");
    assert_eq!(lab.value("weight_kg_bucket{le=\"40.0\"}"), "0");
    assert_eq!(lab.samples("weight_kg_bucket").len(), 3);
    assert!(lab.samples("open_total").is_empty());
}

#[test]
fn each_label_set_has_its_series_however_it_is_found() {
    let lab = lab([endpoint("list", 1).metrics(&[TOTAL])]);
    let mut amount = 0;
    for day in DAYS {
        for warm in [false, true] {
            amount += 1;
            lab.add(0, &(Bounded(&day), Bounded(&warm)), amount);
            lab.add(0, &(Bounded(&Written(day)), Bounded(&warm)), 100);
            let text = DayType::VALUES[day as usize];
            let series = format!("sets_total{{day_type=\"{text}\",warm=\"{warm}\"}}");
            assert_eq!(lab.value(&series), (amount + 100).to_string());
        }
    }
    assert_eq!(lab.samples("sets_total").len(), 6);
}

#[test]
fn histograms_are_found_the_same_way() {
    const KG: DeclaredMetric = DeclaredMetric::histogram("weight_kg", "Weight.")
        .labels(LABELS, known)
        .buckets(&[20.0, 40.0]);
    let lab = lab([endpoint("list", 1).metrics(&[KG])]);
    let instrument = &lab.instruments.by_site[0];
    let series = instrument.series(0, &(Bounded(&DayType::Pull), Bounded(&true)));
    instrument.observe_value(0, &series, 30.0);
    // A counter's update of a histogram is none.
    instrument.add(0, &series, 7);
    let sum = |day| lab.value(&format!("weight_kg_sum{{day_type=\"{day}\",warm=\"true\"}}"));
    assert_eq!((sum("pull"), sum("push")), ("30".to_owned(), "0".to_owned()));
}

#[test]
fn values_that_are_not_told_apart_are_found_by_their_text() {
    let domains = || -> Domains { &[Double::VALUES] };
    let metric = DeclaredMetric::counter("doubles_total", "Doubles.").labels(&["double"], domains);
    let other = DeclaredMetric::counter("others_total", "Others.");
    let lab = lab([endpoint("list", 1).metrics(own([metric, other]))]);
    lab.add(0, &(Bounded(&Double(false)),), 1);
    lab.add(0, &(Bounded(&Double(true)),), 1);
    assert_eq!(lab.samples("doubles_total"), ["doubles_total{double=\"same\"} 2"]);
}

/// A generic function does not know its labels' types, and may be called with several.
#[test]
fn an_attribute_that_knows_less_shares_the_series_by_their_text() {
    const OPEN: DeclaredMetric =
        DeclaredMetric::counter("sets_total", "Sets.").labels(LABELS, unknown);
    for (first, second) in [(OPEN, TOTAL), (TOTAL, OPEN)] {
        let both = [first, second].map(|metric| own([metric]));
        let lab = lab([endpoint("a", 1).metrics(both[0]), endpoint("b", 2).metrics(both[1])]);
        assert_eq!(lab.samples("sets_total").len(), 6);
        for site in 0..2 {
            lab.add(site, &(Bounded(&DayType::Legs), Bounded(&true)), 1);
            lab.add(site, &(Bounded(&"other"), Bounded(&true)), 1);
        }
        assert_eq!(lab.value("sets_total{day_type=\"legs\",warm=\"true\"}"), "2");
        assert_eq!(lab.value("sets_total{day_type=\"other\",warm=\"true\"}"), "2");
        assert_eq!(lab.samples("sets_total").len(), 7);
    }
}

const PLANS: DeclaredMetric =
    DeclaredMetric::counter("plans_total", "Plans.").labels(&["plan"], || &[&[]]).limit(2);

#[test]
fn a_series_is_made_by_its_first_update() {
    let lab = lab([endpoint("list", 1).metrics(&[PLANS])]);
    let instrument = &lab.instruments.by_site[0];
    let (first, second) =
        (instrument.series(0, &(Free("a"),)), instrument.series(0, &(Free("a"),)));
    assert!(lab.samples("plans_total").is_empty());
    instrument.add(0, &first, 1);
    instrument.add(0, &second, 1);
    assert_eq!(lab.samples("plans_total"), ["plans_total{plan=\"a\"} 2"]);
}

#[test]
fn texts_past_the_limit_share_a_series_and_are_counted() {
    let lab = lab([endpoint("list", 1).metrics(&[PLANS])]);
    for plan in ["a", "b", "c", "d", "overflow", "a"] {
        lab.add(0, &(Free(plan),), 1);
    }
    let shared = lab.value("plans_total{plan=\"overflow\"}");
    let lost = lab.value("obskit_series_overflow_total{metric=\"plans_total\"}");
    assert_eq!((&*shared, &*lost, lab.samples("plans_total").len()), ("3", "3", 3));
    assert_eq!(lab.value("plans_total{plan=\"a\"}"), "2");
}

/// Two calls may both have found a place free that one of them then takes.
#[test]
fn the_limit_holds_when_places_are_found_before_they_are_taken() {
    let lab = lab([endpoint("list", 1).metrics(&[PLANS])]);
    let instrument = &lab.instruments.by_site[0];
    let found = ["a", "b", "c"].map(|plan| instrument.series(0, &(Free(plan),)));
    for series in &found {
        instrument.add(0, series, 1);
    }
    assert_eq!(lab.value("plans_total{plan=\"overflow\"}"), "1");
    assert_eq!(lab.samples("plans_total").len(), 3);
}

#[test]
fn a_value_called_overflow_is_no_overflow() {
    let lab = lab([endpoint("list", 1).metrics(&[PLANS])]);
    lab.add(0, &(Free("overflow"),), 1);
    assert_eq!(lab.value("plans_total{plan=\"overflow\"}"), "1");
    assert_eq!(lab.value("obskit_series_overflow_total{metric=\"plans_total\"}"), "0");
}

#[test]
fn updates_of_metrics_that_are_not_there_do_nothing() {
    let lab = lab([endpoint("list", 1)]);
    let instrument = &lab.instruments.by_site[0];
    instrument.add(3, &Series::NONE, 1);
    instrument.observe_value(3, &instrument.series(3, &(Free("a"),)), 1.0);
    assert!(lab.samples("plans_total").is_empty());
}
