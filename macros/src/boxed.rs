//! Functions that are not `async` and return a future: the call is that future's life.

use std::mem;

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::token::{Brace, Plus};
use syn::{
    Block, Expr, ExprAsync, GenericArgument, Local, Pat, Path, PathArguments, ReturnType,
    Signature, Stmt, Type, TypeParamBound,
};

use crate::returns::{bare, ends_in, type_arguments};

type Bounds = Punctuated<TypeParamBound, Plus>;

/// A body that ends in `async {..}` or `Box::pin(async {..})`.
pub(crate) struct Tail {
    before: Vec<Stmt>,
    end: Expr,
    /// `let` statements by which `#[async_trait]` gives the parameters their patterns.
    pub(crate) bindings: Vec<Stmt>,
    /// What the future does, as a block.
    pub(crate) block: Group,
    /// The type of its value, where `#[async_trait]` tells it.
    pub(crate) returned: Option<Type>,
}

/// A future that a function returns by its signature.
pub(crate) struct Future<'a> {
    pub(crate) is_boxed: bool,
    pub(crate) output: Option<&'a Type>,
}

impl Tail {
    pub(crate) fn of(signature: &Signature, body: TokenStream) -> Option<Self> {
        let mut before = Block::parse_within.parse2(body).ok()?;
        let Stmt::Expr(mut tail, None) = before.pop()? else { return None };
        let future = future(&mut tail)?;
        let mut bindings = mem::take(&mut future.block.stmts);
        let at = is_async_trait(signature)
            .then(|| bindings.iter().rposition(|statement| inner(statement).is_some()))
            .flatten();
        let rest = bindings.split_off(at.unwrap_or(0));
        let user = rest.first().filter(|_| at.is_some()).and_then(inner);
        let (block, returned) = match user {
            Some((block, ty)) => (braced(&block.brace_token, &block.stmts), Some(ty.clone())),
            None => (braced(&future.block.brace_token, &rest), None),
        };
        Some(Self { before, end: tail, bindings, block, returned })
    }

    /// The function's body with `inner` in its future.
    pub(crate) fn around(mut self, inner: TokenStream) -> TokenStream {
        if let Some(future) = future(&mut self.end) {
            // As it is returned it may borrow nothing of the function's own, arguments included.
            future.capture.get_or_insert_with(Default::default);
            future.block.stmts = vec![Stmt::Expr(Expr::Verbatim(inner), None)];
        }
        let Self { before, end, .. } = self;
        quote!(#(#before)* #end)
    }

    /// The pattern that the parameter `name` has in the user's signature.
    pub(crate) fn pattern(&self, name: &Pat) -> Option<&Pat> {
        let Pat::Ident(name) = name else { return None };
        self.bindings.iter().find_map(|binding| {
            let Stmt::Local(Local { pat, init: Some(init), .. }) = binding else { return None };
            let value = match &*init.expr {
                Expr::Block(block) => match block.block.stmts.last()? {
                    Stmt::Expr(value, None) => value,
                    _ => return None,
                },
                value => value,
            };
            matches!(value, Expr::Path(path) if path.path.is_ident(&name.ident)).then_some(pat)
        })
    }
}

impl<'a> Future<'a> {
    /// The future that a signature returns, if it returns one.
    pub(crate) fn of(signature: &'a Signature) -> Option<Self> {
        let ReturnType::Type(_, ty) = &signature.output else { return None };
        match bare(ty) {
            // Only behind a pointer the instrumented future can be moved as the other could.
            Type::ImplTrait(ty) => Self::among(&ty.bounds, bound(&ty.bounds, "Unpin").is_some()),
            Type::Path(ty) if ends_in(&ty.path, "Pin") => {
                let inner = *type_arguments(&ty.path).first()?;
                let Type::Path(inner) = inner else { return None };
                let pinned = type_arguments(&inner.path);
                let pinned = pinned.first().filter(|_| ends_in(&inner.path, "Box"))?;
                match pinned {
                    Type::TraitObject(inner) => Self::among(&inner.bounds, true),
                    Type::ImplTrait(inner) => Self::among(&inner.bounds, true),
                    _ => None,
                }
            }
            Type::Path(ty)
                if ["BoxFuture", "LocalBoxFuture"].iter().any(|name| ends_in(&ty.path, name)) =>
            {
                Some(Self { is_boxed: true, output: type_arguments(&ty.path).last().copied() })
            }
            _ => None,
        }
    }

    fn among(bounds: &'a Bounds, is_boxed: bool) -> Option<Self> {
        bound(bounds, "Future").map(|future| Self { is_boxed, output: output(future) })
    }
}

/// The `async` block that an expression is, or that it pins.
fn future(tail: &mut Expr) -> Option<&mut ExprAsync> {
    match tail {
        Expr::Async(future) => Some(future),
        Expr::Paren(inner) => future(&mut inner.expr),
        Expr::Group(inner) => future(&mut inner.expr),
        Expr::Cast(inner) => future(&mut inner.expr),
        Expr::MethodCall(call)
            if call.args.is_empty()
                && ["boxed", "boxed_local"].iter().any(|name| call.method == name) =>
        {
            future(&mut call.receiver)
        }
        Expr::Call(call) if is_box_pin(&call.func) && call.args.len() == 1 => {
            future(call.args.first_mut()?)
        }
        _ => None,
    }
}

fn braced(braces: &Brace, statements: &[Stmt]) -> Group {
    let mut block = Group::new(Delimiter::Brace, quote!(#(#statements)*));
    block.set_span(braces.span.join());
    block
}

fn is_box_pin(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    let mut segments = path.path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == "pin")
        && segments.next().is_some_and(|before| before.ident == "Box")
}

pub(crate) fn is_async_trait(signature: &Signature) -> bool {
    signature.generics.lifetimes().any(|parameter| parameter.lifetime.ident == "async_trait")
}

/// The user's body in `let __ret: Type = {..};` or `let _: () = {..};`.
fn inner(statement: &Stmt) -> Option<(&Block, &Type)> {
    let Stmt::Local(Local { pat: Pat::Type(typed), init: Some(init), .. }) = statement else {
        return None;
    };
    let is_result = match &*typed.pat {
        Pat::Ident(name) => name.ident == "__ret",
        Pat::Wild(_) => true,
        _ => false,
    };
    match &*init.expr {
        Expr::Block(block) if is_result => Some((&block.block, &*typed.ty)),
        _ => None,
    }
}

/// The trait called `name` among bounds.
fn bound<'a>(bounds: &'a Bounds, name: &str) -> Option<&'a Path> {
    bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) if ends_in(&bound.path, name) => Some(&bound.path),
        _ => None,
    })
}

/// The `Output` that it is said to have.
fn output(future: &Path) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &future.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
        _ => None,
    })
}
