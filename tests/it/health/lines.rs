//! The lines that tell of changes.

use super::script::{Script, Then};
use super::{millis, pass, seconds};
use obskit_tests::lab::Lab;
use serde_json::Value;

/// Level, message, check, status and error of each line.
fn told(lab: &Lab) -> Vec<[String; 5]> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |line: &Value| {
        let of = |name: &str| text(&line["metadata"][name]);
        let error = text(&line["error"]["message"]);
        [text(&line["level"]), text(&line["message"]), of("check"), of("status"), error]
    };
    let lines = lab.lines();
    lines.iter().filter(|line| line["target"] == "obskit::health").map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn each_change_is_told_once() {
    let lab = Lab::new(|_| ());
    let _entered = lab.enter();
    let health = lab.telemetry.health();
    let (critical, optional) = (Script::new(Then::Pass), Script::new(Then::Pass));
    health.critical("db", critical.clone()).unwrap();
    health.optional("cache", optional.clone()).unwrap();
    pass(seconds(30)).await;
    assert_eq!(told(&lab), [[""; 5]; 0], "all is well");
    critical.set(Then::Fail("no connection, password=hunter2"));
    pass(seconds(60)).await;
    let error = "no connection, password=[redacted]";
    assert_eq!(told(&lab), [["error", "critical check fails", "db", "fail", error]]);
    critical.set(Then::Pass);
    optional.set(Then::Hang);
    pass(millis(11_500)).await;
    let mut lines = told(&lab);
    lines.sort();
    let again = ["info", "check passes again", "db", "pass", ""];
    let hung = ["warn", "optional check fails", "cache", "fail", "no answer within 1s"];
    assert_eq!(lines, [again, hung]);
    pass(seconds(60)).await;
    assert_eq!(told(&lab), [[""; 5]; 0], "nothing has changed");
}

#[tokio::test(start_paused = true)]
async fn a_start_is_told_only_where_it_fails() {
    let lab = Lab::new(|_| ());
    let _entered = lab.enter();
    let gate = Script::new(Then::Fail("not migrated"));
    lab.telemetry.health().gate("schema", gate.clone()).unwrap();
    lab.telemetry.health().critical("db", Script::new(Then::Pass)).unwrap();
    pass(seconds(60)).await;
    assert_eq!(told(&lab), [["error", "gate is closed", "schema", "fail", "not migrated"]]);
    gate.set(Then::Pass);
    pass(seconds(60)).await;
    assert_eq!(told(&lab), [["info", "gate is open", "schema", "pass", ""]]);
}
