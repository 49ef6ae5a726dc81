//! What is written in the attribute.

use syn::parse::{Parse, ParseStream};
use syn::{Ident, Path, Token, Type};

/// The attribute's options.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) state: Option<Type>,
    pub(crate) output: Option<Ident>,
    pub(crate) blocking: Option<Ident>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            match name.to_string().as_str() {
                "blocking" => options.blocking = Some(name),
                "state" => {
                    input.parse::<Token![=]>()?;
                    options.state = Some(input.parse()?);
                }
                "output" => {
                    input.parse::<Token![=]>()?;
                    let path: Path = input.parse()?;
                    options.output = path.segments.last().map(|last| last.ident.clone());
                }
                _ => {
                    let known =
                        "there are the options `state = T`, `output = Trait` and `blocking`";
                    return Err(syn::Error::new(name.span(), known));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// Returns the path of a trait for answers.
pub(crate) fn output_trait(output: Option<&Ident>) -> syn::Result<Path> {
    let Some(output) = output else {
        return Ok(syn::parse_quote!(::plugin_runtime::framework::answer::IntoAnswer));
    };
    match output.to_string().as_str() {
        "IntoAnswer" | "IntoCanonical" | "IntoDone" | "IntoExists" => {
            Ok(syn::parse_quote!(::plugin_runtime::framework::answer::#output))
        }
        "IntoRevoked" | "IntoRenewed" => {
            Ok(syn::parse_quote!(::plugin_runtime::framework::#output))
        }
        _ => Err(syn::Error::new(
            output.span(),
            "there are `IntoAnswer`, `IntoDone`, `IntoExists`, `IntoCanonical`, `IntoRevoked` and \
             `IntoRenewed`",
        )),
    }
}
