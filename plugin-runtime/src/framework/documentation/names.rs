//! Checks that the operation ids that a declaration sets are visible in the document.

use super::openapi::{find_shared_id, shown};
use super::{Declaration, DeclaredPath};
use crate::Operation;
use crate::framework::FrameworkError;
use crate::framework::dispatch::Declared;
use crate::framework::pattern::Pattern;

/// Checks the id parts that operations were given.
pub(in crate::framework) fn check<S: 'static>(
    declared: &Declared<S>,
    patterns: &[Pattern],
) -> Result<(), FrameworkError> {
    let declaration = Declaration::of(declared, patterns);
    for path in &declaration.paths {
        let ids = &path.attributes.ids;
        for (index, (operation, _)) in ids.iter().enumerate() {
            let text = || path.pattern.as_str().to_owned();
            let operation = *operation;
            if ids[..index].iter().any(|(other, _)| *other == operation) {
                return Err(FrameworkError::OperationIdTwice { path: text(), operation });
            }
            if let Some(reason) = not_shown(path, operation) {
                return Err(FrameworkError::OperationId { path: text(), operation, reason });
            }
        }
    }
    match find_shared_id(&declaration) {
        None => Ok(()),
        Some((id, [(first, first_path), (second, second_path)])) => {
            let first = format!("{first} of the path `{first_path}`");
            let second = format!("{second} of the path `{second_path}`");
            Err(FrameworkError::SharedOperationId { id, first, second })
        }
    }
}

/// Returns why the document does not show an operation of the path, if it does not.
fn not_shown(path: &DeclaredPath<'_>, operation: Operation) -> Option<String> {
    if shown(path).any(|(_, shown)| shown == operation) {
        return None;
    }
    let method = match operation {
        Operation::Create | Operation::Update => "post",
        Operation::Read | Operation::List | Operation::Scan => "get",
        _ => "",
    };
    let instead = shown(path).find(|(known, _)| *known == method).map(|(_, shown)| shown);
    Some(match instead.filter(|_| path.operation(operation).is_some()) {
        Some(instead) => {
            format!("OpenAPI shows it as a part of {instead}: write `Operation::{instead:?}`")
        }
        None => {
            "OpenAPI shows none there: remove operation_id(), or add a handler for it".to_owned()
        }
    })
}
