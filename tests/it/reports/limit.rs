//! Reports alike are limited, and those that are not sent are counted and told of.

use std::time::Duration;

use obskit::config::{Clock, Config};
use obskit_tests::samples::count;
use tracing::error;

use super::lab::Reported;

const MINUTE: Duration = Duration::from_mins(1);

fn limited(clock: &Clock) -> impl FnOnce(&mut Config) {
    let clock = clock.clone();
    move |config| {
        config.clock = clock;
        config.reports.limit = 3;
    }
}

fn flood(lab: &Reported) -> usize {
    let labels = [r#"signal="report""#, r#"reason="flood""#];
    count(&lab.telemetry, "obskit_dropped_total", &labels)
}

#[tokio::test]
async fn alike_are_limited_and_the_next_one_says_how_many_were_not_sent() {
    let clock = Clock::manual();
    let lab = Reported::with(limited(&clock)).await;
    let _events = lab.enter();
    let tell = |number: u32| error!(number, "disk {number} is full");
    (0..10).for_each(tell);
    error!("something else");
    assert_eq!((lab.events().len(), flood(&lab)), (4, 7));
    clock.advance(MINUTE);
    (10..12).for_each(tell);
    let events = lab.events();
    let suppressed: Vec<_> =
        events.iter().map(|event| event["extra"]["suppressed"].as_u64()).collect();
    assert_eq!(suppressed, [None, None, None, None, Some(7), None]);
    assert_eq!(lab.sentry.discarded(), [("error/backpressure".to_owned(), 7)].into());
}

#[tokio::test]
async fn what_is_not_sent_is_in_no_other_count() {
    let lab = Reported::with(limited(&Clock::system())).await;
    let _events = lab.enter();
    (0..100).for_each(|_| error!("full"));
    assert_eq!(lab.events().len(), 3);
    let counted = |name: &str| count(&lab.telemetry, name, &[r#"signal="report""#]);
    let lost = counted("obskit_dropped_total");
    assert_eq!((counted("obskit_accepted_total"), counted("obskit_delivered_total")), (3, 3));
    assert_eq!((lost, flood(&lab)), (97, 97));
}

#[tokio::test]
async fn more_kinds_than_there_are_places_for_share_one() {
    let lab = Reported::with(|config| {
        (config.reports.limit, config.reports.queue_size) = (1, 10_000);
        config.reports.queue_bytes = 1 << 30;
        config.clock = Clock::manual();
    })
    .await;
    let _events = lab.enter();
    let name = |number: u32| -> String {
        let letter =
            |place: u32| char::from(b'a' + u8::try_from((number >> (4 * place)) & 15).unwrap());
        (0..4).map(letter).collect()
    };
    (0..3_000).for_each(|number| error!("kind {} of failure", name(number)));
    assert_eq!(lab.events().len(), 1_024 + 1);
    assert_eq!(flood(&lab), 3_000 - 1_025);
}

#[tokio::test]
async fn without_a_limit_all_are_sent() {
    let lab =
        Reported::with(|config| (config.reports.limit, config.reports.queue_size) = (0, 500)).await;
    let _events = lab.enter();
    (0..200).for_each(|_| error!("full"));
    assert_eq!((lab.events().len(), flood(&lab)), (200, 0));
}
