//! What the text of a function tells, before the compiler knows any types.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::{FnArg, ItemFn, ReturnType, Type};

use crate::options::Options;

/// As many as the trait `Handler` is implemented for.
const MAX_ARGUMENTS: usize = 8;

/// Returns all mistakes, each at its place.
pub(crate) fn mistakes(function: &ItemFn, options: &Options) -> Vec<syn::Error> {
    let signature = &function.sig;
    let mut mistakes = Vec::new();
    let mut at = |span: Span, text: &str| mistakes.push(syn::Error::new(span, text));
    match (&signature.asyncness, &options.blocking) {
        (None, None) if !answers_with_a_future(&signature.output) => at(
            signature.fn_token.span,
            "a handler is an async function: write `async fn`, or, for one that computes or blocks, \
             declare it with `blocking(…)` and write `#[debug_handler(blocking)]`",
        ),
        (Some(_), Some(blocking)) => {
            at(blocking.span(), "a function for `blocking(…)` is an ordinary one: remove `async`");
        }
        _ => {}
    }
    if !signature.generics.params.is_empty() {
        at(
            signature.generics.span(),
            "`debug_handler` cannot check a generic function: write the types that it is used with",
        );
    }
    if let Some(ninth) = signature.inputs.iter().nth(MAX_ARGUMENTS) {
        at(
            ninth.span(),
            "a handler has at most eight arguments: put several values into one struct and take it \
             as `Fields<T>`, or take the whole `Request`",
        );
    }
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(this) => at(
                this.span(),
                "a handler is a function of its own: take the backend's state as `State<S>`",
            ),
            FnArg::Typed(argument) => {
                let tokens = argument.ty.to_token_stream();
                if let Some(span) = find(tokens.clone(), &|token| is_punct(token, '&')) {
                    let owned = tidy(&owned(tokens.clone()));
                    let text = format!(
                        "a handler owns its arguments: write `{owned}` instead of `{}`",
                        tidy(&tokens)
                    );
                    at(span, &text);
                } else if let Some(span) = find(tokens, &|token| is_word(token, "impl")) {
                    at(span, "a handler's arguments are of types with a name: write the type");
                }
            }
        }
    }
    if states(function).count() > 1 && options.state.is_none() {
        at(
            signature.inputs.span(),
            "a backend has one state: take one `State<S>`, and put what else there is into `S`",
        );
    }
    mistakes
}

/// Returns the types `S` of the arguments `State<S>`.
pub(crate) fn states(function: &ItemFn) -> impl Iterator<Item = &Type> {
    function.sig.inputs.iter().filter_map(|input| {
        let FnArg::Typed(argument) = input else { return None };
        let Type::Path(path) = &*argument.ty else { return None };
        let last = path.path.segments.last().filter(|last| last.ident == "State")?;
        let syn::PathArguments::AngleBracketed(types) = &last.arguments else { return None };
        match types.args.first()? {
            syn::GenericArgument::Type(state) => Some(state),
            _ => None,
        }
    })
}

/// Returns whether a type has `impl` in it, so that it cannot be named.
pub(crate) fn has_no_name(output: &Type) -> bool {
    find(output.to_token_stream(), &|token| is_word(token, "impl")).is_some()
}

fn answers_with_a_future(output: &ReturnType) -> bool {
    let futures = ["Future", "BoxFuture", "LocalBoxFuture", "Pin", "Ready"];
    let named = |token: &TokenTree| futures.iter().any(|name| is_word(token, name));
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, output) => find(output.to_token_stream(), &named).is_some(),
    }
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn find(tokens: TokenStream, wanted: &dyn Fn(&TokenTree) -> bool) -> Option<Span> {
    tokens.into_iter().find_map(|token| match &token {
        TokenTree::Group(group) => find(group.stream(), wanted),
        one => wanted(one).then(|| one.span()),
    })
}

/// Returns a type without references: `String` for `&str`, `Vec<T>` for `&[T]`.
fn owned(tokens: TokenStream) -> TokenStream {
    let mut rest = tokens.into_iter().peekable();
    let mut owned = TokenStream::new();
    while let Some(token) = rest.next() {
        if !is_punct(&token, '&') {
            owned.extend([match token {
                TokenTree::Group(group) => {
                    Group::new(group.delimiter(), self::owned(group.stream())).into()
                }
                other => other,
            }]);
            continue;
        }
        if rest.next_if(|next| is_punct(next, '\'')).is_some() {
            rest.next();
        }
        rest.next_if(|next| is_word(next, "mut"));
        match rest.peek() {
            Some(next) if is_word(next, "str") => {
                rest.next();
                owned.extend([TokenTree::Ident(Ident::new("String", Span::call_site()))]);
            }
            Some(TokenTree::Group(group))
                if group.delimiter() == proc_macro2::Delimiter::Bracket =>
            {
                let element = self::owned(group.stream());
                rest.next();
                owned.extend(quote::quote!(Vec<#element>));
            }
            _ => {}
        }
    }
    owned
}

/// Returns the tokens as a person would write them.
fn tidy(tokens: &TokenStream) -> String {
    let mut text = tokens.to_string();
    for (apart, together) in [
        (" < ", "<"),
        ("< ", "<"),
        (" <", "<"),
        (" >", ">"),
        (" :: ", "::"),
        ("& ", "&"),
        (" ,", ","),
    ] {
        text = text.replace(apart, together);
    }
    text
}
