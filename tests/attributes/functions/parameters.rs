//! Functions by what they take: patterns, generics, lifetimes, early returns.

use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::num::ParseIntError;

use obskit::instrument_endpoint;

use super::{called, ran};

struct Set {
    kg: u32,
    reps: u32,
}

#[expect(clippy::too_many_arguments, reason = "one of every kind")]
#[instrument_endpoint]
async fn patterns(
    Set { kg, reps: times }: Set,
    (first, _): (u32, u32),
    [head, .., tail]: [u32; 4],
    mut sum: u32,
    _: &str,
    _unused: bool,
) -> u32 {
    sum += kg * times + first + head + tail;
    sum
}

#[instrument_endpoint]
async fn generic<T, U: Default>(value: T) -> (T, U)
where
    T: Debug + Clone,
{
    let value = value.clone();
    (value, U::default())
}

#[instrument_endpoint]
async fn generic_of_impls(shown: impl Display, all: impl IntoIterator<Item = u32>) -> String {
    format!("{shown}{}", all.into_iter().sum::<u32>())
}

#[instrument_endpoint]
async fn constants<const N: usize, const UP: bool>(of: [u32; N]) -> [u32; N] {
    of.map(|n| if UP { n + 1 } else { n - 1 })
}

#[instrument_endpoint]
async fn longer<'a, 'b: 'a>(one: &'a str, other: &'b str) -> &'a str {
    if one.len() > other.len() { one } else { other }
}

#[instrument_endpoint]
async fn changing(all: &mut Vec<u32>, n: u32) {
    tokio::task::yield_now().await;
    all.push(n);
}

#[instrument_endpoint]
async fn lending(all: &mut Vec<u32>) -> &mut u32 {
    tokio::task::yield_now().await;
    all.push(1);
    all.last_mut().unwrap()
}

#[tokio::test]
async fn what_is_taken() {
    let set = Set { kg: 10, reps: 3 };
    let sum = patterns(set, (4, 0), [5, 0, 0, 6], 7, "", true);
    assert_eq!(called("patterns", "success=1", sum).await, 52);
    let both = called("generic", "success=1", generic::<_, u8>("text")).await;
    assert_eq!(both, ("text", 0));
    let text = generic_of_impls('=', vec![1, 2]);
    assert_eq!(called("generic_of_impls", "success=1", text).await, "=3");
    assert_eq!(called("constants", "success=1", constants::<_, true>([1, 2])).await, [2, 3]);
    assert_eq!(called("constants", "success=1", constants::<_, false>([1])).await, [0]);
    let long = String::from("long");
    assert_eq!(called("longer", "success=1", longer(&long, "s")).await, "long");
    let mut all = Vec::new();
    called("changing", "success=1", changing(&mut all, 3)).await;
    *called("lending", "success=1", lending(&mut all)).await = 7;
    assert_eq!(all, [3, 7]);
}

#[instrument_endpoint]
async fn question_marks(text: &str) -> Result<u32, ParseIntError> {
    let number: u32 = text.parse()?;
    let one = async { "1".parse::<u32>() }.await?;
    Ok(number + one)
}

#[instrument_endpoint]
async fn converting(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    let number = text.parse::<u32>()?;
    if number > 100 {
        return Err("too heavy".into());
    }
    Ok(number)
}

#[instrument_endpoint]
async fn early(n: u32) -> &'static str {
    for step in 0..10 {
        if step == n {
            return "early";
        }
        tokio::task::yield_now().await;
    }
    "late"
}

#[instrument_endpoint]
async fn inferred(empty: bool) -> Vec<Option<u32>> {
    if empty {
        return Vec::new();
    }
    // Only the signature says what these are of.
    vec![None, Some("1".parse().unwrap_or_default())]
}

#[instrument_endpoint]
fn early_at_once(text: &str) -> Result<u32, ParseIntError> {
    if text.is_empty() {
        return Ok(0);
    }
    let number: u32 = text.parse()?;
    Ok(number)
}

#[tokio::test]
async fn early_returns() {
    assert_eq!(called("question_marks", "success=1", question_marks("2")).await, Ok(3));
    called("question_marks", "server_error=1", question_marks("two")).await.unwrap_err();
    called("converting", "success=1", converting("100")).await.unwrap();
    let heavy = called("converting", "server_error=1", converting("101")).await;
    assert_eq!(heavy.unwrap_err().to_string(), "too heavy");
    assert_eq!(called("early", "success=1", early(3)).await, "early");
    assert_eq!(called("early", "success=1", early(10)).await, "late");
    assert_eq!(called("inferred", "success=1", inferred(true)).await, []);
    assert_eq!(called("inferred", "success=1", inferred(false)).await, [None, Some(1)]);
    assert_eq!(ran("early_at_once", "success=1", || early_at_once("")), Ok(0));
    assert_eq!(ran("early_at_once", "success=1", || early_at_once("4")), Ok(4));
    ran("early_at_once", "server_error=1", || early_at_once("four")).unwrap_err();
}

#[instrument_endpoint]
fn entry<K: Eq + Hash, V: Default>(map: &mut HashMap<K, V>, key: K) -> &mut V {
    map.entry(key).or_default()
}

#[instrument_endpoint]
fn found<'a>(all: &'a mut [String], wanted: &str) -> Option<&'a mut String> {
    all.iter_mut().find(|text| *text == wanted)
}

/// Functions that do not wait may lend what they were lent.
#[test]
fn mutable_references() {
    let mut map = HashMap::from([("a", 1)]);
    *ran("entry", "success=1", || entry(&mut map, "a")) += 1;
    *ran("entry", "success=1", || entry(&mut map, "b")) += 5;
    assert_eq!((map["a"], map["b"]), (2, 5));
    let mut all = ["squat", "bench"].map(str::to_owned);
    ran("found", "success=1", || found(&mut all, "bench")).unwrap().push('!');
    assert_eq!(all, ["squat", "bench!"]);
    assert!(ran("found", "success=1", || found(&mut all, "bench")).is_none());
}
