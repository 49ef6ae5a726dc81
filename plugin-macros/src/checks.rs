//! The code that makes the compiler look at each part of a handler by itself.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{FnArg, ItemFn, ReturnType, Type, parse_quote};

use crate::options::{Options, output_trait};
use crate::signature;

/// Returns the function as it is, and the checks beside it.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let checks = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => syn::parse2(options).and_then(|options| checks(&function, &options)),
        Err(error) => Err(syn::Error::new(
            error.span(),
            format!("`debug_handler` is for functions ({error})"),
        )),
    };
    let checks = checks.unwrap_or_else(syn::Error::into_compile_error);
    quote! {
        #item
        #checks
    }
}

fn checks(function: &ItemFn, options: &Options) -> syn::Result<TokenStream> {
    let mistakes = signature::mistakes(function, options);
    if let Some(all) = mistakes.into_iter().reduce(|mut all, one| {
        all.combine(one);
        all
    }) {
        return Err(all);
    }
    let output_trait = output_trait(options.output.as_ref())?;
    let unit: Type = parse_quote!(());
    let state =
        options.state.as_ref().or_else(|| signature::states(function).next()).unwrap_or(&unit);
    let types: Vec<&Type> = function
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(argument) => Some(&*argument.ty),
            FnArg::Receiver(_) => None,
        })
        .collect();
    let arguments = types.iter().map(|argument| {
        // A bound is shown where all its words are.
        let state = respanned(state, argument.span());
        quote_spanned! {argument.span()=>
            {
                fn argument() where #argument: ::plugin_runtime::framework::extract::FromContext<#state> {}
            }
        }
    });
    let (output, span) = match &function.sig.output {
        ReturnType::Type(_, output) => (&**output, output.span()),
        ReturnType::Default => (&unit, function.sig.ident.span()),
    };
    let answer = if has_async(function, options) && !signature::has_no_name(output) {
        let (output, output_trait) = (respanned(output, span), respanned(&output_trait, span));
        quote_spanned! {span=>
            {
                fn answer() where #output: #output_trait {}
            }
        }
    } else {
        TokenStream::new()
    };
    let call = call(function, options, &types);
    Ok(quote! {
        #[cfg(debug_assertions)]
        #[allow(warnings)]
        const _: () = {
            #(#arguments)*
            #answer
            #call
        };
    })
}

/// Returns the same, as if it was written at another place.
fn respanned(tokens: &impl ToTokens, span: Span) -> TokenStream {
    fn each(tokens: TokenStream, span: Span) -> TokenStream {
        let respan = |mut token: TokenTree| {
            if let TokenTree::Group(group) = &token {
                token = Group::new(group.delimiter(), each(group.stream(), span)).into();
            }
            token.set_span(span);
            token
        };
        tokens.into_iter().map(respan).collect()
    }
    each(tokens.to_token_stream(), span)
}

/// Returns whether the return type is the answer, and not a future of it.
fn has_async(function: &ItemFn, options: &Options) -> bool {
    function.sig.asyncness.is_some() || options.blocking.is_some()
}

/// Returns a call, of which the compiler checks that what it gives may move to another thread.
fn call(function: &ItemFn, options: &Options, types: &[&Type]) -> TokenStream {
    let name = &function.sig.ident;
    let values: Vec<_> = (0..types.len()).map(|index| format_ident!("a{index}")).collect();
    let check = if options.blocking.is_some() {
        quote!(
            fn is_send<T: ::core::marker::Send + 'static>(_: T) {}
        )
    } else {
        quote! {
            fn is_send<T: ::core::future::Future + ::core::marker::Send + 'static>(_: T) {}
        }
    };
    let called = quote_spanned!(name.span()=> is_send(#name(#(#values),*)));
    quote! {
        fn future(#(#values: #types),*) {
            #check
            #called
        }
    }
}
