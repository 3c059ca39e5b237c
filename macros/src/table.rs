//! Lists of named arguments, read by a table of what they may be called.

use std::fmt::Write as _;

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, Result, Token};

use crate::mistakes::Mistakes;

/// What syn, too, puts before an error at the end of a list.
const AT_END: &str = "unexpected end of input, ";

/// One argument that a list may hold.
pub(crate) struct Argument<T> {
    pub(crate) word: &'static str,
    /// How it is written, to show the user.
    pub(crate) form: &'static str,
    /// Whether it may stand more than once.
    pub(crate) repeats: bool,
    /// Reads what follows the word. What it returns is wrong with the syntax; what the syntax says
    /// wrongly goes to the mistakes.
    pub(crate) read: fn(&mut T, ParseStream<'_>, &mut Mistakes) -> Result<()>,
}

impl<T> Argument<T> {
    pub(crate) const fn once(
        word: &'static str,
        form: &'static str,
        read: fn(&mut T, ParseStream<'_>, &mut Mistakes) -> Result<()>,
    ) -> Self {
        Self { word, form, repeats: false, read }
    }

    pub(crate) const fn often(
        word: &'static str,
        form: &'static str,
        read: fn(&mut T, ParseStream<'_>, &mut Mistakes) -> Result<()>,
    ) -> Self {
        Self { word, form, repeats: true, read }
    }
}

/// Reads the rest of a list, whose `owner` has the arguments of `table`.
pub(crate) fn read<T>(
    input: ParseStream<'_>,
    (owner, table): (&str, &[Argument<T>]),
    into: &mut T,
    mistakes: &mut Mistakes,
) {
    let mut seen = Vec::new();
    while !input.is_empty() {
        let read = row(input, (owner, table), &mut seen)
            .and_then(|(row, word)| named((row, word), input, into, mistakes))
            .and_then(|()| separator(input));
        if let Err(mistake) = read {
            mistakes.add(mistake);
            skip(input, table, false);
        }
    }
}

/// The row of the word that stands next, and the word.
fn row<'t, T>(
    input: ParseStream<'_>,
    (owner, table): (&str, &'t [Argument<T>]),
    seen: &mut Vec<&'t str>,
) -> Result<(&'t Argument<T>, Ident)> {
    let unknown =
        |what: &str| format!("{owner}: unknown argument {what}; accepted: {}", forms(table));
    let Ok(word) = input.call(Ident::parse_any) else {
        return Err(here(input, &unknown(&found(input))));
    };
    let Some(row) = table.iter().find(|row| word == row.word) else {
        return Err(Error::new(word.span(), unknown(&format!("`{word}`"))));
    };
    if seen.contains(&row.word) && !row.repeats {
        return Err(Error::new(word.span(), format!("{owner}: `{word}` is given twice")));
    }
    seen.push(row.word);
    Ok((row, word))
}

/// What follows the word of `row`.
fn named<T>(
    (row, word): (&Argument<T>, Ident),
    input: ParseStream<'_>,
    into: &mut T,
    mistakes: &mut Mistakes,
) -> Result<()> {
    let is_alone = input.is_empty();
    (row.read)(into, input, mistakes).map_err(|error| {
        let text = error.to_string();
        // The end itself has no place that could be shown.
        let (place, text) = match text.strip_prefix(AT_END) {
            Some(text) => (word.span(), text),
            None if is_alone => (word.span(), &*text),
            None => (error.span(), &*text),
        };
        Error::new(place, format!("`{word}`: {text}; accepted: `{}`", row.form))
    })
}

/// The comma between two, or the end.
pub(crate) fn separator(input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() || input.parse::<Option<Token![,]>>()?.is_some() {
        return Ok(());
    }
    Err(here(input, &format!("a `,` is missing before {}", found(input))))
}

/// Goes on to the next argument whose word is known, after a mistake.
pub(crate) fn skip<T>(input: ParseStream<'_>, table: &[Argument<T>], mut after_comma: bool) {
    while !input.is_empty() {
        let next = input.fork().call(Ident::parse_any).ok();
        if after_comma && next.is_some_and(|word| table.iter().any(|row| word == row.word)) {
            return;
        }
        after_comma = input.peek(Token![,]);
        if input.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
}

/// An error about what stands next.
pub(crate) fn here(input: ParseStream<'_>, text: &str) -> Error {
    let at_end = if input.is_empty() { AT_END } else { "" };
    Error::new(input.span(), format!("{at_end}{text}"))
}

/// What stands next, to show the user.
pub(crate) fn found(input: ParseStream<'_>) -> String {
    const LONGEST: usize = 40;
    let Some((token, _)) = input.cursor().token_tree() else { return "the end".to_owned() };
    let text = token.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

fn forms<T>(table: &[Argument<T>]) -> String {
    let mut forms = String::new();
    for row in table {
        let comma = if forms.is_empty() { "" } else { ", " };
        // Writing to a String does not fail.
        let _ = write!(forms, "{comma}`{}`", row.form);
    }
    forms
}
