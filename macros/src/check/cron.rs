//! Cron's five fields, by their shape.

use syn::LitStr;

use crate::mistakes::Mistakes;

/// A field's name, its range, and the names its values have besides, from the range's start.
type Field = (&'static str, (u32, u32), &'static [&'static str]);

const FIELDS: [Field; 5] = [
    ("minute", (0, 59), &[]),
    ("hour", (0, 23), &[]),
    ("day of month", (1, 31), &[]),
    (
        "month",
        (1, 12),
        &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    ),
    // 0 and 7 are both Sunday.
    ("day of week", (0, 7), &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
];
const NAMED: [&str; 5] = ["@hourly", "@daily", "@weekly", "@monthly", "@yearly"];

pub(super) fn check(schedule: &LitStr, mistakes: &mut Mistakes) {
    let text = schedule.value();
    if let Some(wrong) = wrong(&text) {
        let accepted = "cron's five fields, such as \"0 2 * * *\", or @hourly, @daily, @weekly, \
                        @monthly, @yearly";
        mistakes.at(schedule, format!("`schedule`: found {text:?}: {wrong}; accepted: {accepted}"));
    }
}

fn wrong(text: &str) -> Option<String> {
    if text.starts_with('@') {
        return (!NAMED.contains(&text)).then(|| "no such name".to_owned());
    }
    let fields: Vec<_> = text.split_ascii_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("{} fields", fields.len()));
    }
    let (name, (low, high), _) = FIELDS
        .iter()
        .zip(fields)
        .find(|(field, text)| !text.split(',').all(|part| fits(field, part)))
        .map(|(field, _)| *field)?;
    Some(format!("the {name} is `*` or from {low} to {high}, in lists, ranges or steps"))
}

/// Whether a part of a list is `*`, a value or a range, maybe with a step.
fn fits(field: &Field, part: &str) -> bool {
    let (values, step) = part.split_once('/').map_or((part, None), |(v, step)| (v, Some(step)));
    if !step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0)) {
        return false;
    }
    if values == "*" {
        return true;
    }
    match values.split_once('-') {
        Some((from, to)) => {
            matches!((value(field, from), value(field, to)), (Some(from), Some(to)) if from <= to)
        }
        None => value(field, values).is_some(),
    }
}

fn value((_, (low, high), names): &Field, text: &str) -> Option<u32> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let value = match named {
        Some(n) => low + u32::try_from(n).ok()?,
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
        None => return None,
    };
    (*low..=*high).contains(&value).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read() {
        let check = |text, expected: bool| assert_eq!(wrong(text).is_none(), expected, "{text:?}");
        for text in ["0 2 * * *", "*/5 0-6,12 1 JAN-mar mon-FRI", "@daily", "59 23 31 12 7"] {
            check(text, true);
        }
        for text in ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *"] {
            check(text, false);
        }
        for text in ["* * * 13 *", "* * * * 8", "*/0 * * * *", "5-1 * * * *", "@never", "a * * * *"]
        {
            check(text, false);
        }
        for text in ["1, * * * *", "-1 * * * *", "+1 * * * *", "1/ * * * *", "* * JAN * *"] {
            check(text, false);
        }
    }
}
