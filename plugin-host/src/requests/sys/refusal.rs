//! What the host can't do, as a server's answer.

use crate::answer::{Answer, in_a_list};
use crate::catalog::CatalogError;
use crate::error::HostError;
use crate::error::PathError;

/// Returns the answer to a request of an operator's that fails so. Servers take nearly everything
/// for the operator's fault.
pub(super) fn refusal(error: &HostError) -> Answer {
    let status = match error {
        HostError::Sealed => 503,
        _ => 400,
    };
    let text = match error {
        HostError::Path(PathError::InUse(path)) => {
            let path = path.strip_prefix("auth/").unwrap_or(path);
            PathError::InUse(path.to_owned()).to_string()
        }
        HostError::Initialize(text) => text.clone(),
        HostError::OtherKind(path) => format!("cannot remount to destination {path}"),
        other => plugin_runtime::__private::error::chain(other),
    };
    Answer::refused(status, text)
}

/// Returns the answer to a registration that fails so.
pub(super) fn registration_refusal(error: &HostError) -> Answer {
    match error {
        HostError::Catalog(
            error @ (CatalogError::Missing { .. }
            | CatalogError::Outside(_)
            | CatalogError::NoDirectory
            | CatalogError::ParentReference),
        ) => Answer::refused(500, in_a_list(&plugin_runtime::__private::error::chain(error))),
        other => refusal(other),
    }
}
