//! The judge itself: it accepts what is right, refuses what is wrong and outlives both.

use obskit_tests::oracle::{Format, Oracle};

#[test]
fn the_oracle_reads_what_is_right() {
    let mut oracle = Oracle::start();
    let exposition = b"# HELP a A \\\"quoted\\\" help.\n# TYPE a counter\n\
        a_total{b=\"c\\n\\\"d\\\"\"} 3.0 # {trace_id=\"e\"} 1.0\n# EOF\n";
    let families = oracle.parse(Format::OpenMetrics, exposition).unwrap();
    let [family] = families.as_slice() else { panic!("{families:?}") };
    let [sample] = family.samples.as_slice() else { panic!("{family:?}") };
    assert_eq!((family.name.as_str(), family.kind.as_str()), ("a", "counter"));
    assert_eq!(family.help, "A \"quoted\" help.");
    assert_eq!((sample.name.as_str(), sample.value.as_str()), ("a_total", "3.0"));
    assert_eq!(sample.labels["b"], "c\n\"d\"");
    assert_eq!(sample.exemplar.as_ref().unwrap()["trace_id"], "e");
}

#[test]
fn the_oracle_refuses_what_is_wrong_and_goes_on() {
    let mut oracle = Oracle::start();
    let mut check = |format, exposition: &[u8], accepted| {
        let verdict = oracle.parse(format, exposition);
        assert_eq!(verdict.is_ok(), accepted, "{verdict:?}");
    };
    check(Format::OpenMetrics, b"# TYPE a counter\na_total 1\n# EOF\n", true);
    check(Format::OpenMetrics, b"# TYPE a counter\na_total 1\n", false);
    check(Format::OpenMetrics, b"# TYPE a counter\na 1\n# EOF\n", false);
    check(Format::OpenMetrics, b"# TYPE a gauge\na{b=\"c\"d\"} 1\n# EOF\n", false);
    check(Format::OpenMetrics, b"# TYPE a gauge\na{b=\"\xff\"} 1\n# EOF\n", false);
    check(Format::OpenMetrics, b"", false);
    check(Format::Text004, b"# TYPE a_total counter\na_total{b=\"c\"} 1\n", true);
    check(Format::Text004, b"a{b=\"c} 1\n", false);
    check(Format::OpenMetrics, b"# TYPE a counter\na_total 1\n# EOF\n", true);
}
