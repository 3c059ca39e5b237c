//! What an instrumented function becomes: its signature, around one call into `obskit::__private`.

mod begin;
mod domains;
mod ending;
mod labels;
mod site;

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{LitStr, Pat, Signature, Type};

use crate::args::Arguments;
use crate::boxed::{Future, Tail, is_async_trait};
use crate::docs;
use crate::function::Function;
use crate::receiver;
use crate::returns::Returns;
use crate::role::Role;
use crate::tokens::{moved, own, own_at};

/// What is known of a function and of its attribute when it is expanded.
struct Plan<'a> {
    role: Role,
    arguments: &'a Arguments,
    signature: &'a Signature,
    /// The path of `obskit::__private`.
    private: TokenStream,
    /// The value of the label `handler`, `operation` or `job`.
    name: LitStr,
    returns: Returns,
    /// Each parameter, with the pattern that the user gave it.
    parameters: Vec<(Pat, Type)>,
    /// Whether `#[async_trait]` has put `self` under another name.
    moves_self: bool,
}

/// The instrumented function.
pub(crate) fn expand(role: Role, arguments: &Arguments, function: &Function) -> TokenStream {
    let Function { attributes, visibility, signature, body } = function;
    let mut plan = Plan::new(role, arguments, signature);
    let doc = docs::of(role, &plan.name.value(), arguments);
    let inner = match signature.asyncness {
        Some(_) => plan.of_async(body),
        None => match (Tail::of(signature, body.stream()), Future::of(signature)) {
            (Some(tail), future) => plan.of_tail(tail, future),
            (None, Some(future)) => plan.of_future(&future, body),
            (None, None) => plan.of_sync(body),
        },
    };
    // Only now it is known what the function returns and what its parameters are called.
    let site = plan.site();
    // At the user's place: the compiler has no lint, such as that nobody calls it, for a function
    // whose braces are a macro's.
    let mut whole = Group::new(Delimiter::Brace, own!(#site #inner));
    whole.set_span(body.span());
    quote!(#attributes #doc #visibility #signature #whole)
}

impl<'a> Plan<'a> {
    fn new(role: Role, arguments: &'a Arguments, signature: &'a Signature) -> Self {
        let given = [&arguments.name, &arguments.operation];
        let given = given.into_iter().chain((role == Role::Job).then_some(&arguments.subject));
        let name = given.flatten().next().cloned();
        let name = name.unwrap_or_else(|| text(&signature.ident));
        let typed = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(((*typed.pat).clone(), (*typed.ty).clone())),
            syn::FnArg::Receiver(_) => None,
        });
        Self {
            role,
            arguments,
            signature,
            private: private(arguments.krate.as_ref()),
            name,
            returns: Returns::of(&signature.output),
            parameters: typed.collect(),
            moves_self: false,
        }
    }

    /// What a span and its events are called.
    fn title(&self) -> String {
        let name = self.name.value();
        match (self.role, &self.arguments.subject) {
            (Role::Dependency, Some(subject)) => format!("{} {name}", subject.value()),
            _ => name,
        }
    }

    /// An expression of the user's, as it reads within the function.
    fn tokens(&self, expression: &impl ToTokens) -> TokenStream {
        let tokens = expression.to_token_stream();
        if self.moves_self { receiver::renamed(tokens) } else { tokens }
    }

    fn of_async(&self, body: &Group) -> TokenStream {
        let begin = self.begin();
        let place = own_at(body.span());
        let body = self.with_edge(body);
        let future = quote_spanned!(place=> async move #body);
        let watch = own!(call.watch(#future).await);
        let end = self.end(&watch);
        own!(#begin #end)
    }

    fn of_sync(&self, body: &Group) -> TokenStream {
        let begin = self.begin();
        let ty = self.closure_type();
        let end = self.end(&own!(call.run(move || #ty #body)));
        own!(#begin #end)
    }

    /// A function that ends in an `async` block: all of it goes into that block.
    fn of_tail(&mut self, tail: Tail, future: Option<Future<'_>>) -> TokenStream {
        let output = tail.returned.as_ref().or(future.and_then(|future| future.output));
        self.returns = output.map_or_else(Returns::untold, Returns::of_type);
        self.moves_self = is_async_trait(self.signature)
            && tail.returned.is_some()
            && self.signature.receiver().is_some();
        for (pattern, _) in &mut self.parameters {
            if let Some(user) = tail.pattern(pattern) {
                *pattern = user.clone();
            }
        }
        let bindings = &tail.bindings;
        let inner = self.of_async(&tail.block);
        let inner = quote!(#(#bindings)* #inner);
        tail.around(inner)
    }

    /// A function that gets its future from somewhere.
    fn of_future(&mut self, future: &Future<'_>, body: &Group) -> TokenStream {
        let ty = self.closure_type();
        self.returns = future.output.map_or_else(Returns::untold, Returns::of_type);
        let begin = self.begin();
        let end = self.end(&own!(call.watch(future).await));
        let wrapped = own!(async move { #end });
        let wrapped =
            if future.is_boxed { own!(::std::boxed::Box::pin(#wrapped)) } else { wrapped };
        own!(#begin let future = (move || #ty #body)(); #wrapped)
    }

    /// The body behind an exit that is never taken: it tells the compiler the type that `?`,
    /// `return` and `impl Trait` are about. It is in the body's own braces, as braces in braces are
    /// a warning.
    fn with_edge(&self, body: &Group) -> Group {
        let Returns { inferred, tells: true, is_never: false, .. } = &self.returns else {
            return body.clone();
        };
        let place = own_at(inferred.span());
        let (private, statements) = (moved(&self.private, place), body.stream());
        let edge = quote_spanned!(place=> if false { return #private::never::<#inferred>(); });
        let mut edged = Group::new(Delimiter::Brace, quote!(#edge #statements));
        edged.set_span(body.span());
        edged
    }

    fn closure_type(&self) -> Option<TokenStream> {
        let Returns { inferred, tells, .. } = &self.returns;
        tells.then(|| own!(-> #inferred))
    }
}

/// A name as a text.
fn text(name: &Ident) -> LitStr {
    LitStr::new(&name.unraw().to_string(), own_at(name.span()))
}

fn private(krate: Option<&syn::Path>) -> TokenStream {
    krate.map_or_else(|| own!(::obskit::__private), |krate| own!(#krate::__private))
}
