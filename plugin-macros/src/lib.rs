//! The attribute macros of `plugin-runtime`, which exports them.

mod checks;
mod options;
mod signature;

use proc_macro::TokenStream;

/// Makes the compiler say what is wrong with a handler, at the place where it is.
///
/// A function that is not a handler is a compiler error where it is declared, as in
/// `read(read_role)`, and the compiler does not say there what is wrong with it. With this
/// attribute it does, for each argument, for what the function answers, and for a future that is
/// not `Send`. It changes nothing about the function, and adds nothing to a build without debug
/// assertions.
///
/// ```
/// use plugin_runtime::framework::debug_handler;
/// use plugin_runtime::framework::extract::Path;
/// use plugin_runtime::{Result, Storage};
///
/// #[debug_handler]
/// async fn delete_role(Path(name): Path<String>, storage: Storage) -> Result<()> {
///     Ok(storage.delete(&name).await?)
/// }
/// ```
///
/// Options, with commas between them:
///
/// * `state = Engine`: the type of the backend's state, if no `State<Engine>` argument tells;
/// * `output = IntoExists`: the trait in `plugin_runtime::framework` or its module `answer` for what
///   the handler answers, if it serves no operation of a path: `IntoDone`, `IntoExists`,
///   `IntoCanonical`, `IntoRevoked`, `IntoRenewed`;
/// * `blocking`: the function is an ordinary one, for `blocking(function)`.
#[proc_macro_attribute]
pub fn debug_handler(options: TokenStream, item: TokenStream) -> TokenStream {
    checks::expand(options.into(), item.into()).into()
}
