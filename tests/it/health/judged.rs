//! What checks mean to the probes (H4, H10).

use super::script::{Script, Then};
use super::{millis, pass, probes, telemetry};
use obskit::health::Status::{self, Fail, Pass, Warn};
use obskit::health::{Importance, Probe};

/// What liveness, readiness and start-up say with one check that ends so.
async fn check(importance: Importance, then: Then, expected: [Status; 3]) {
    let telemetry = telemetry();
    let check = telemetry.health().check("it", Script::new(then.clone()));
    let check = match importance {
        Importance::Critical => check.critical(),
        Importance::Optional => check.optional(),
        Importance::Gate => check.gate(),
    };
    check.register().unwrap();
    pass(millis(1)).await;
    assert_eq!(probes(&telemetry), expected, "{importance:?} {then:?}");
    assert_eq!(telemetry.is_ready(), expected[1] != Fail);
    assert_eq!(telemetry.has_started(), expected[2] != Fail);
    let report = telemetry.health().report(Probe::Ready);
    assert_eq!((report.status, report.output), (expected[1], None));
    assert_eq!(telemetry.health().report(Probe::Live).checks.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_importance_has_its_probe() {
    for bad in [Then::Fail("down"), Then::Hang, Then::Panic("oh")] {
        check(Importance::Critical, bad.clone(), [Pass, Fail, Pass]).await;
        check(Importance::Optional, bad.clone(), [Pass, Warn, Pass]).await;
        check(Importance::Gate, bad, [Pass, Fail, Fail]).await;
    }
    for importance in [Importance::Critical, Importance::Optional, Importance::Gate] {
        check(importance, Then::Pass, [Pass, Pass, Pass]).await;
    }
}

/// H10: every gate and critical check has its say before the service is ready.
#[tokio::test(start_paused = true)]
async fn the_service_is_ready_after_the_first_full_pass() {
    let telemetry = telemetry();
    let latch = telemetry.latch();
    let (gate, critical) = (Script::new(Then::Fail("cold")), Script::new(Then::Fail("down")));
    telemetry.health().gate("cache", gate.clone()).unwrap();
    telemetry.health().critical("db", critical.clone()).unwrap();
    let mut seen = vec![probes(&telemetry)];
    let mut then = async |change: &mut dyn FnMut()| {
        change();
        pass(super::seconds(11)).await;
        seen.push(probes(&telemetry));
    };
    then(&mut || critical.set(Then::Pass)).await;
    then(&mut || gate.set(Then::Pass)).await;
    let mut latch = Some(latch);
    then(&mut || drop(latch.take())).await;
    then(&mut || critical.set(Then::Fail("down"))).await;
    let starting = [Pass, Fail, Fail];
    assert_eq!(seen, [starting, starting, starting, [Pass; 3], [Pass, Fail, Pass]]);
}

#[tokio::test(start_paused = true)]
async fn the_worst_decides() {
    let telemetry = telemetry();
    for (name, then) in [("a", Then::Pass), ("b", Then::Fail("b is down")), ("c", Then::Pass)] {
        telemetry.health().optional(name, Script::new(then)).unwrap();
    }
    telemetry.health().critical("d", Script::new(Then::Pass)).unwrap();
    pass(millis(1)).await;
    let report = telemetry.health().report(Probe::Ready);
    let names: Vec<_> = report.checks.iter().map(|check| (&*check.name, check.status)).collect();
    assert_eq!(
        (report.status, names),
        (Warn, vec![("a", Pass), ("b", Fail), ("c", Pass), ("d", Pass)])
    );
    telemetry.health().critical("e", Script::new(Then::Fail("e is down"))).unwrap();
    pass(millis(1)).await;
    assert_eq!(telemetry.health().status(Probe::Ready), Fail);
}

#[tokio::test]
async fn a_service_that_leaves_is_alive_and_not_ready() {
    let telemetry = telemetry();
    telemetry.shutdown(super::seconds(10)).await.unwrap();
    assert_eq!(probes(&telemetry), [Pass, Fail, Pass]);
    let why = telemetry.health().report(Probe::Ready).output;
    assert_eq!(why, Some("the service is shutting down"));
}
