//! Refuses operations that no request reaches.

use super::place::{Place, Serves};
use crate::Operation;
use crate::framework::FrameworkError;
use crate::framework::dispatch::Declared;
use crate::framework::pattern::{Compared, PathSet, Paths, Pattern};

/// Refuses lists of paths that do not end with a slash, writes to paths that do, and both if
/// earlier patterns take all such paths.
pub(super) fn check<S: 'static>(
    declared: &Declared<S>,
    patterns: &[Pattern],
    paths: &mut Paths,
) -> Result<(), FrameworkError> {
    let (lists, writes) = (paths.of_lists(), paths.of_writes());
    for (index, (pattern, path)) in patterns.iter().zip(&declared.paths).enumerate() {
        // Lists and writes that were found to be reachable.
        let mut reached = [false; 2];
        for (operation, handler) in path.operations.iter() {
            let (reachable, is_list) = match operation {
                Operation::List | Operation::Scan => (lists, true),
                Operation::Create | Operation::Update | Operation::Patch => (writes, false),
                _ => continue,
            };
            if std::mem::replace(&mut reached[usize::from(is_list)], true) {
                continue;
            }
            if let Some(reason) = reason(paths, patterns, index, reachable, is_list) {
                let attributes = &path.operations.attributes;
                let serves = Serves::Operation {
                    pattern,
                    operation,
                    unauthenticated: attributes.unauthenticated,
                };
                let place = Place { backend: declared.kind, serves, handler: handler.name };
                return Err(FrameworkError::NeverCalled { handler: place.to_string(), reason });
            }
        }
    }
    Ok(())
}

fn reason(
    paths: &Paths,
    patterns: &[Pattern],
    index: usize,
    reachable: PathSet,
    is_list: bool,
) -> Option<String> {
    if paths.routed(index, &[reachable], &[]) != Compared::Nothing {
        return None;
    }
    let pattern = patterns.get(index)?.as_str();
    if paths.matched(index, &[reachable], &[]) == Compared::Nothing {
        return Some(if is_list {
            format!(
                "the path of a list ends with a slash, but no path of this pattern does; write \
                 `{pattern}/?`"
            )
        } else {
            let without = pattern.trim_end_matches('/');
            format!(
                "servers refuse writes to a path that ends with a slash, but all paths of this \
                 pattern do; write `{without}`, or `{without}/?` for a list as well"
            )
        });
    }
    let earlier: Vec<_> = patterns
        .iter()
        .enumerate()
        .take(index)
        .filter(|(earlier, _)| {
            let shared = paths.declared(*earlier).map(|other| [reachable, other]);
            shared.is_some_and(|both| paths.matched(index, &both, &[]) != Compared::Nothing)
        })
        .map(|(_, earlier)| format!("`{earlier}`"))
        .collect();
    Some(format!(
        "all such requests go to {}, declared before it; serve the operation there, or declare \
         this path earlier",
        earlier.join(" or ")
    ))
}
