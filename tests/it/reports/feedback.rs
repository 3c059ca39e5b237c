//! What users say of failures, as Sentry gets it.

use axum::Router;
use axum::routing::get as on_get;
use obskit::Telemetry;
use obskit::context::EventId;
use obskit::telemetry::Feedback;
use obskit_tests::settings;
use serde_json::json;

use super::performed::{Performed, get};

const FAILURE: &str = "9ec79c33ec9942ab8353589fcb2e04dc";

fn failure() -> EventId {
    EventId::parse(FAILURE).unwrap()
}

#[tokio::test]
async fn it_stands_beside_the_report_of_the_failure() {
    let performed = Performed::start().await;
    let said = Feedback::new(" It lost my workout. ")
        .name("Ada")
        .email("ada@example.com")
        .url("https://gym.example.com/workouts/7?token=abc123def456");
    performed.telemetry.feedback(failure(), said);
    let told = performed.items("feedback");
    let [told] = told.as_slice() else { panic!("not one: {told:#?}") };
    let feedback = &told["contexts"]["feedback"];
    assert_eq!(feedback["message"], "It lost my workout.");
    assert_eq!(feedback["associated_event_id"], FAILURE);
    assert_eq!(
        (&feedback["name"], &feedback["contact_email"]),
        (&json!("Ada"), &json!("ada@example.com"))
    );
    assert!(feedback["url"].as_str().unwrap().starts_with("https://gym.example.com/workouts/7"));
    assert!(!performed.sentry.has_seen("abc123def456"));
    assert_eq!((&told["level"], &told["release"]), (&json!("info"), &json!("gym@1.4.2")));
    assert_ne!(told["event_id"], FAILURE);
    let envelopes = performed.sentry.envelopes();
    let envelope = envelopes.iter().find(|envelope| envelope.kinds() == ["feedback"]).unwrap();
    assert_eq!(envelope.header["event_id"], told["event_id"]);
    let text = performed.telemetry.metrics().text();
    assert!(text.contains("obskit_delivered_total{signal=\"feedback\"} 1\n"), "{text}");
}

#[tokio::test]
async fn within_a_request_it_is_of_that_one() {
    let performed = Performed::with(|config| config.reports.traces_sample_rate = 0.0).await;
    let telemetry = performed.telemetry.clone();
    let handler = async move || telemetry.feedback(failure(), Feedback::new("Again!"));
    performed.ask(&Router::new().route("/feedback", on_get(handler)), get("/feedback")).await;
    let told = performed.items("feedback");
    assert_eq!(told[0]["transaction"], "GET /feedback");
    assert_eq!(told[0]["contexts"]["trace"]["trace_id"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn what_is_too_long_is_cut_and_nothing_is_not_sent() {
    let performed = Performed::start().await;
    performed.telemetry.feedback(failure(), Feedback::new("  "));
    assert!(performed.items("feedback").is_empty());
    let long = |chars: usize| "ä ".repeat(chars / 2 + 1);
    let said = Feedback::new(long(5_000)).name(long(200)).email(long(200)).url(long(3_000));
    performed.telemetry.feedback(failure(), said);
    let told = performed.items("feedback");
    let length = |key: &str| told[0]["contexts"]["feedback"][key].as_str().unwrap().chars().count();
    assert_eq!(["message", "name", "contact_email", "url"].map(length), [4_096, 128, 128, 2_048]);
}

#[test]
fn without_a_dsn_it_goes_nowhere() {
    let telemetry = Telemetry::build(settings::local()).unwrap();
    telemetry.feedback(failure(), Feedback::new("Hello?"));
    let text = telemetry.metrics().text();
    assert!(text.contains("obskit_accepted_total{signal=\"feedback\"} 0\n"), "{text}");
}

#[test]
fn an_identity_is_read_as_it_was_shown() {
    assert_eq!(failure().to_string(), FAILURE);
    for text in ["", "9ec79c33", &FAILURE.to_uppercase(), &format!("+{}", &FAILURE[1..]), "é"] {
        assert_eq!(EventId::parse(text), None, "{text}");
    }
    assert_eq!(EventId::parse(&format!("{FAILURE}0")), None);
}
