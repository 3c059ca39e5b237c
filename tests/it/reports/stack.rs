//! Where a failure was, by its stack.

use std::error::Error;
use std::io;

use serde_json::Value;
use tracing::error;

use super::lab::Reported;

#[inline(never)]
fn innermost() {
    let error: &(dyn Error + 'static) = &io::Error::other("broken");
    error!(error, "failed");
}

#[inline(never)]
fn outer(depth: usize) {
    if depth == 0 {
        innermost();
    } else {
        outer(depth - 1);
    }
    // No tail call.
    std::hint::black_box(depth);
}

fn frames(event: &Value) -> Vec<Value> {
    let last = event["exception"]["values"].as_array().and_then(|values| values.last()).unwrap();
    last["stacktrace"]["frames"].as_array().expect("frames").clone()
}

fn function(frame: &Value) -> &str {
    frame["function"].as_str().expect("a function")
}

fn own(name: &str) -> String {
    format!("{}::{name}", module_path!())
}

/// The environment says nothing of backtraces, or what it says does not matter.
#[tokio::test]
async fn the_innermost_frame_is_the_one_that_failed() {
    let lab = Reported::start().await;
    lab.run(|| outer(3));
    let frames = frames(&lab.event());
    let in_app: Vec<_> = frames.iter().filter(|frame| frame["in_app"] == true).collect();
    assert!(!in_app.is_empty(), "{frames:#?}");
    let last = frames.last().unwrap();
    assert!(function(last).starts_with(&own("innermost")), "{last}");
    assert_eq!(last["in_app"], true);
    let outers = in_app.iter().filter(|frame| function(frame) == own("outer")).count();
    assert_eq!(outers, 4, "{frames:#?}");
    for frame in &frames {
        assert!(!function(frame).contains("__rust_begin_short_backtrace"), "{frame}");
        let of_others = ["core::", "std::", "alloc::", "tokio::", "obskit::", "tracing_core::"];
        let is_other = of_others.iter().any(|name| function(frame).starts_with(name));
        assert!(!is_other || frame["in_app"] == false, "{frame}");
        assert!(frame.get("instruction_addr").is_none(), "it differs from run to run: {frame}");
    }
    // Where the build has it, the place is told.
    if let Some(path) = last["abs_path"].as_str() {
        assert!(path.ends_with("tests/it/reports/stack.rs"), "{path}");
        assert_eq!(last["filename"], "it/reports/stack.rs");
        assert!(last["lineno"].as_u64().unwrap() > 0);
    }
}

#[tokio::test]
async fn a_deep_stack_is_told_from_its_inner_end() {
    let lab = Reported::start().await;
    lab.run(|| outer(400));
    let frames = frames(&lab.event());
    assert_eq!(frames.len(), 100);
    assert!(function(frames.last().unwrap()).starts_with(&own("innermost")));
}

#[tokio::test]
async fn a_prefix_makes_code_the_applications() {
    let lab = Reported::with(|config| config.reports.in_app = vec!["tokio::runtime".into()]).await;
    let _entered = lab.enter();
    tokio::task::LocalSet::new().run_until(async { outer(0) }).await;
    let frames = frames(&lab.event());
    let of_tokio: Vec<_> =
        frames.iter().filter(|frame| function(frame).starts_with("tokio::runtime::")).collect();
    assert!(!of_tokio.is_empty(), "{frames:#?}");
    assert!(of_tokio.iter().all(|frame| frame["in_app"] == true), "{of_tokio:#?}");
}

#[tokio::test]
async fn a_failure_in_a_handler_is_told_through_the_framework() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    lab.call(|| async {
        tokio::task::yield_now().await;
        outer(1);
    })
    .await;
    let frames = frames(&lab.event());
    let of_layer = frames.iter().find(|frame| function(frame).contains("obskit::middleware"));
    assert_eq!(of_layer.expect("the layer's")["in_app"], false);
    assert!(function(frames.last().unwrap()).starts_with(&own("innermost")));
}
