//! Levels by target, in the words of `RUST_LOG`.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// Reads directives such as `warn,workouts=debug`; `rest` is the level of targets they leave out.
///
/// # Errors
///
/// What is wrong with which of them.
pub(crate) fn parse(text: &str, rest: impl Into<LevelFilter>) -> Result<Targets, String> {
    let mut targets = Targets::new().with_default(rest);
    for directive in text.split(',').map(str::trim).filter(|directive| !directive.is_empty()) {
        targets = match directive.split_once('=') {
            None => match directive.parse::<LevelFilter>() {
                Ok(level) => targets.with_default(level),
                Err(_) => targets.with_target(target(directive, directive)?, LevelFilter::TRACE),
            },
            Some((name, level)) => {
                let name = target(name.trim(), directive)?;
                targets.with_target(name, self::level(level.trim(), directive)?)
            }
        };
    }
    Ok(targets)
}

fn target<'a>(name: &'a str, directive: &str) -> Result<&'a str, String> {
    let known = |c: char| c.is_alphanumeric() || "_-:.$/".contains(c);
    if !name.is_empty() && name.chars().all(known) {
        return Ok(name);
    }
    Err(format!("{directive:?} names no target; accepted is a level, or target=level"))
}

fn level(text: &str, directive: &str) -> Result<LevelFilter, String> {
    let accepted = "accepted is off, error, warn, info, debug or trace";
    let parsed = Some(text).filter(|text| !text.is_empty()).and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| format!("{directive:?} names no level; {accepted}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn the_most_exact_directive_decides() {
        let check = |text: &str, target: &str, expected: LevelFilter| {
            let targets = parse(text, Level::INFO).unwrap();
            let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
            let enabled = levels.into_iter().filter(|level| targets.would_enable(target, level));
            let most = enabled.max().map_or(LevelFilter::OFF, LevelFilter::from_level);
            assert_eq!(most, expected, "{text:?} {target}");
        };
        check("", "a", LevelFilter::INFO);
        check("warn", "a", LevelFilter::WARN);
        check("off", "a", LevelFilter::OFF);
        check("a=debug", "a::b", LevelFilter::DEBUG);
        check("a=debug", "c", LevelFilter::INFO);
        check(" WARN , a = Debug,, a::b=off", "a::b::c", LevelFilter::OFF);
        check("warn,a", "a", LevelFilter::TRACE);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("info,a=loud", "\"a=loud\" names no level"),
            ("a=", "\"a=\" names no level"),
            ("=info", "\"=info\" names no target"),
            ("a[span]=info", "\"a[span]=info\" names no target"),
            ("a b", "\"a b\" names no target"),
        ] {
            let error = parse(text, Level::INFO).unwrap_err();
            assert!(error.starts_with(named), "{error}");
        }
    }
}
