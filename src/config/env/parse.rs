//! Text to values. Nothing here knows a variable.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tracing::level_filters::LevelFilter;

use super::reader::Parsed;
use crate::config::{
    Detector, Flood, Keep, LogFile, LogOutput, Redaction, Reports, directives, validate,
};

/// A number within bounds.
pub(super) fn integer<T: FromStr + PartialOrd>(text: &str, of: &RangeInclusive<T>) -> Parsed<T> {
    let number = text.parse().map_err(|_| "")?;
    if of.contains(&number) { Ok(number) } else { Err("it is out of bounds") }
}

/// A count as the OpenTelemetry specification bounds it.
pub(super) fn count(text: &str) -> Parsed<u32> {
    integer(text, &(0..=i32::MAX.unsigned_abs()))
}

/// `true` or `false`, in any case.
pub(super) fn boolean(text: &str) -> Parsed<bool> {
    one_of(text, &[("true", true), ("false", false)])
}

/// The value of a name, in any case.
pub(super) fn one_of<T: Copy>(text: &str, values: &[(&str, T)]) -> Parsed<T> {
    let found = values.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, value)| *value).ok_or("")
}

/// Values by their names, each once.
pub(super) fn several<T: Copy + PartialEq>(text: &str, values: &[(&str, T)]) -> Parsed<Vec<T>> {
    let mut found = Vec::new();
    for item in list(text) {
        let value = one_of(item, values)?;
        if !found.contains(&value) {
            found.push(value);
        }
    }
    Ok(found)
}

/// A share of a whole.
pub(super) fn share(text: &str) -> Parsed<f64> {
    text.parse().ok().filter(|share| validate::is_share(*share)).ok_or("")
}

/// Route templates with a share each.
pub(super) fn shares(text: &str) -> Parsed<Vec<(String, f64)>> {
    let rule = |item: &str| {
        let (template, share) = item.rsplit_once('=').ok_or("an item has no =")?;
        let template = template.trim();
        if template.is_empty() {
            return Err("an item has no route");
        }
        let share = self::share(share.trim()).map_err(|_| "a share is not a number from 0 to 1")?;
        Ok((template.to_owned(), share))
    };
    list(text).map(rule).collect()
}

/// Histogram bounds in seconds.
pub(super) fn buckets(text: &str) -> Parsed<Vec<f64>> {
    let numbers = list(text).map(|item| item.parse().map_err(|_| "one is no number"));
    let bounds: Vec<f64> = numbers.collect::<Result<_, _>>()?;
    if validate::are_buckets(&bounds) { Ok(bounds) } else { Err("") }
}

/// A number with its unit. A bare number would be taken for seconds by one and for milliseconds,
/// as in `OTEL_*`, by another.
pub(crate) fn duration(text: &str, of: &RangeInclusive<Duration>) -> Parsed<Duration> {
    let end = text.find(|digit: char| !digit.is_ascii_digit()).ok_or("it has no unit")?;
    let (number, unit) = text.split_at_checked(end).ok_or("")?;
    let number: u64 = number.parse().map_err(|_| "")?;
    let duration = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.saturating_mul(60)),
        "h" => Duration::from_secs(number.saturating_mul(3_600)),
        _ => return Err("its unit is not ms, s, m or h"),
    };
    if of.contains(&duration) { Ok(duration) } else { Err("it is out of bounds") }
}

/// A number of bytes, bare or with a binary unit.
pub(super) fn size<T: TryFrom<u64> + PartialOrd>(text: &str, of: &RangeInclusive<T>) -> Parsed<T> {
    let end = text.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).ok_or("")?;
    let number: u64 = number.parse().map_err(|_| "")?;
    let factor = match unit.trim_start() {
        "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err("its unit is not KiB, MiB or GiB"),
    };
    let size = number.checked_mul(factor).and_then(|size| T::try_from(size).ok());
    size.filter(|size| of.contains(size)).ok_or("it is out of bounds")
}

/// Where lines go. A path has a separator or says that it is one, so that a misspelt name makes no
/// file.
pub(super) fn output(text: &str) -> Parsed<LogOutput> {
    let file = |path: &str| LogOutput::File(LogFile::new(path));
    match text.strip_prefix("file:") {
        Some("") => Err("it names no file"),
        Some(path) => Ok(file(path)),
        None if text.eq_ignore_ascii_case("stdout") => Ok(LogOutput::Stdout),
        None if text.eq_ignore_ascii_case("stderr") => Ok(LogOutput::Stderr),
        None if text.contains(['/', '\\']) => Ok(file(text)),
        None => Err(""),
    }
}

/// So many lines in a window, or `off`.
pub(super) fn flood(text: &str) -> Parsed<Flood> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(Flood { lines: 0, ..Flood::default() });
    }
    let (lines, window) = text.split_once('/').ok_or("it has no /")?;
    let lines = integer(lines.trim(), &(1..=u32::MAX))?;
    Ok(Flood { lines, window: duration(window.trim(), &Flood::WINDOW)? })
}

/// How requests end that are kept.
pub(super) fn keep(text: &str) -> Parsed<Option<Keep>> {
    unless_off(text, |text| {
        let mut keep = Keep { failed: false, slow: None };
        for item in list(text) {
            match item.split_once(':') {
                Some((slow, time)) if slow.trim_end().eq_ignore_ascii_case("slow") => {
                    let time = duration(time.trim(), &(Duration::ZERO..=Keep::SLOWEST))?;
                    keep.slow = Some(time);
                }
                None if item.eq_ignore_ascii_case("failed") => keep.failed = true,
                None if item.eq_ignore_ascii_case("slow") => return Err("slow has no time"),
                _ => return Err(""),
            }
        }
        Ok(keep)
    })
}

/// A value, or none for `off`.
pub(super) fn unless_off<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Parsed<T>,
) -> Parsed<Option<T>> {
    if text.eq_ignore_ascii_case("off") { Ok(None) } else { parse(text).map(Some) }
}

/// Levels by target, as they stand; `off` in any case.
pub(super) fn directives(text: &str) -> Parsed<&str> {
    if text.eq_ignore_ascii_case("off") {
        return Ok("off");
    }
    directives::parse(text, LevelFilter::OFF).map(|_| text).map_err(|_| "")
}

/// A duration of `OTEL_*`: milliseconds, without a unit.
pub(super) fn milliseconds(text: &str) -> Parsed<Duration> {
    count(text).map(|number| Duration::from_millis(number.into()))
}

/// A timeout of `OTEL_*`: as a duration, but 0 is endless, for which the specification allows the
/// longest there is.
pub(super) fn timeout(text: &str) -> Parsed<Duration> {
    let endless = Duration::from_millis(i32::MAX.unsigned_abs().into());
    milliseconds(text).map(|timeout| if timeout.is_zero() { endless } else { timeout })
}

/// Detectors by their names, all or none of them.
pub(super) fn detectors(text: &str) -> Parsed<Vec<Detector>> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    if text.eq_ignore_ascii_case("all") {
        return Ok(Detector::ALL.to_vec());
    }
    let known = Detector::ALL.map(|detector| (detector.name(), detector));
    let mut detectors = Vec::new();
    for item in list(text) {
        let detector = one_of(item, &known).map_err(|_| "there is no such detector")?;
        if !detectors.contains(&detector) {
            detectors.push(detector);
        }
    }
    if detectors.is_empty() { Err("it names none") } else { Ok(detectors) }
}

/// What stands between commas, without empty items.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// Names of fields or parameters.
pub(super) fn names(text: &str) -> Parsed<Vec<String>> {
    let names: Vec<_> = list(text).map(str::to_owned).collect();
    if names.len() > Redaction::NAMES {
        return Err("there are too many");
    }
    let hold = names.iter().all(|name| Redaction::is_name(name));
    if hold { Ok(names) } else { Err("one is too long or has no letter") }
}

/// Names of headers.
pub(super) fn headers(text: &str) -> Parsed<Vec<String>> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    let names: Vec<_> = list(text).map(str::to_ascii_lowercase).collect();
    if Reports::are_headers(&names) { Ok(names) } else { Err("one is no name of a header") }
}

/// Beginnings of functions' paths.
pub(super) fn prefixes(text: &str) -> Parsed<Vec<String>> {
    let prefixes: Vec<_> = list(text).map(str::to_owned).collect();
    if Reports::are_prefixes(&prefixes) { Ok(prefixes) } else { Err("one is no path") }
}

/// `key=value` pairs, percent-encoded, in their order. A key given twice has its last value.
pub(super) fn pairs(text: &str) -> Parsed<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for item in list(text) {
        let (key, value) = item.split_once('=').ok_or("an item has no =")?;
        let (key, value) = (decoded(key.trim())?, decoded(value.trim())?);
        if key.is_empty() {
            return Err("a key is empty");
        }
        pairs.retain(|(known, _)| *known != key);
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn decoded(text: &str) -> Parsed<String> {
    let is_hex = |digits: &str| digits.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !text.split('%').skip(1).all(is_hex) {
        return Err("a % is not followed by two hexadecimal digits");
    }
    let text = percent_decode_str(text).decode_utf8().map_err(|_| "it decodes to no UTF-8")?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        let within = Duration::ZERO..=Duration::from_mins(5);
        let check = |text: &str, expected: Parsed<u64>| {
            assert_eq!(duration(text, &within), expected.map(Duration::from_millis), "{text}");
        };
        check("250ms", Ok(250));
        check("10s", Ok(10_000));
        check("1m", Ok(60_000));
        check("0s", Ok(0));
        check("10", Err("it has no unit"));
        check("6m", Err("it is out of bounds"));
        check("18446744073709551615m", Err("it is out of bounds"));
        check("18446744073709551616s", Err(""));
        check("1h", Err("it is out of bounds"));
        check("1.5s", Err("its unit is not ms, s, m or h"));
        check("1d", Err("its unit is not ms, s, m or h"));
        check("s", Err(""));
        check("-1s", Err(""));
    }

    #[test]
    fn a_flood_is_lines_in_a_window() {
        let check = |text: &str, expected: Parsed<(u32, u64)>| {
            let found = flood(text).map(|Flood { lines, window }| (lines, window.as_secs()));
            assert_eq!(found, expected, "{text}");
        };
        check("100/10s", Ok((100, 10)));
        check("1 / 60m", Ok((1, 3_600)));
        check("OFF", Ok((0, 10)));
        check("100", Err("it has no /"));
        check("0/10s", Err("it is out of bounds"));
        check("x/10s", Err(""));
        check("100/10", Err("it has no unit"));
        check("100/999ms", Err("it is out of bounds"));
        check("100/61m", Err("it is out of bounds"));
    }

    #[test]
    fn shares_are_of_routes() {
        let check = |text: &str, expected: Parsed<&[(&str, f64)]>| {
            let own = |(route, share): &(&str, f64)| ((*route).to_owned(), *share);
            let expected = expected.map(|rules| rules.iter().map(own).collect());
            assert_eq!(shares(text), expected, "{text}");
        };
        check("/healthz=0, /users/{id} = 0.5,", Ok(&[("/healthz", 0.0), ("/users/{id}", 0.5)]));
        check("/a=b=1", Ok(&[("/a=b", 1.0)]));
        check("/a", Err("an item has no ="));
        check("=1", Err("an item has no route"));
        check("/a=", Err("a share is not a number from 0 to 1"));
        check("/a=1.1", Err("a share is not a number from 0 to 1"));
        check("/a=NaN", Err("a share is not a number from 0 to 1"));
    }

    #[test]
    fn what_is_kept_has_failed_or_is_slow() {
        let check = |text: &str, expected: Parsed<Option<(bool, Option<u64>)>>| {
            let millis = |slow: Duration| u64::try_from(slow.as_millis()).unwrap();
            let found =
                keep(text).map(|keep| keep.map(|keep| (keep.failed, keep.slow.map(millis))));
            assert_eq!(found, expected, "{text}");
        };
        check("OFF", Ok(None));
        check("failed", Ok(Some((true, None))));
        check("slow:500ms", Ok(Some((false, Some(500)))));
        check("Failed , SLOW : 1s", Ok(Some((true, Some(1_000)))));
        check("slow", Err("slow has no time"));
        check("slow:500", Err("it has no unit"));
        check("slow:6m", Err("it is out of bounds"));
        check("failed:1s", Err(""));
        check("ok", Err(""));
    }

    #[test]
    fn sizes_are_binary() {
        let check = |text: &str, expected: Parsed<usize>| {
            assert_eq!(size(text, &(1024..=1 << 30)), expected, "{text}");
        };
        check("1024", Ok(1024));
        check("64KiB", Ok(64 << 10));
        check("8 MiB", Ok(8 << 20));
        check("1GiB", Ok(1 << 30));
        check("1023", Err("it is out of bounds"));
        check("2GiB", Err("it is out of bounds"));
        check("18446744073709551615GiB", Err("it is out of bounds"));
        check("18446744073709551616", Err(""));
        check("8MB", Err("its unit is not KiB, MiB or GiB"));
        check("8.5MiB", Err("its unit is not KiB, MiB or GiB"));
        check("MiB", Err(""));
        check("-1", Err(""));
    }

    #[test]
    fn outputs_that_are_files_look_like_it() {
        let check = |text: &str, expected: Parsed<LogOutput>| {
            assert_eq!(output(text), expected, "{text}");
        };
        let file = |path: &str| Ok(LogOutput::File(LogFile::new(path)));
        check("STDOUT", Ok(LogOutput::Stdout));
        check("stderr", Ok(LogOutput::Stderr));
        check("/var/log/a.log", file("/var/log/a.log"));
        check("./a", file("./a"));
        check("file:a.log", file("a.log"));
        check("file:/a", file("/a"));
        check("file:", Err("it names no file"));
        check("stout", Err(""));
    }

    #[test]
    fn pairs_are_decoded_strictly() {
        let check = |text: &str, expected: Parsed<&[(&str, &str)]>| {
            let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
            let expected = expected.map(|pairs| pairs.iter().map(own).collect());
            assert_eq!(pairs(text), expected, "{text}");
        };
        check("a=1, b = 2 ,", Ok(&[("a", "1"), ("b", "2")]));
        check("a=1,a=2", Ok(&[("a", "2")]));
        check("a=x%2Cy%3Dz,b=p=q", Ok(&[("a", "x,y=z"), ("b", "p=q")]));
        check("k%20=%C3%BC", Ok(&[("k ", "ü")]));
        check("a=", Ok(&[("a", "")]));
        check("a", Err("an item has no ="));
        check("=1", Err("a key is empty"));
        check("a=%", Err("a % is not followed by two hexadecimal digits"));
        check("a=%4", Err("a % is not followed by two hexadecimal digits"));
        check("a=%+1", Err("a % is not followed by two hexadecimal digits"));
        check("a=%ff", Err("it decodes to no UTF-8"));
    }

    #[test]
    fn buckets_ascend() {
        assert_eq!(buckets("0.1, 1,10"), Ok(vec![0.1, 1.0, 10.0]));
        for wrong in ["1,1", "2,1", "0,1", "-1,1", "1,inf", "nan", ",", "1,x"] {
            assert!(buckets(wrong).is_err(), "{wrong}");
        }
        let many = |count: u32| (1..=count).map(|bound| bound.to_string()).collect::<Vec<_>>();
        assert!(buckets(&many(64).join(",")).is_ok());
        assert!(buckets(&many(65).join(",")).is_err());
    }
}
