//! Checks a declaration as far as its types allow: mistakes that would otherwise show as a 404 or a
//! 500 at a request, or not at all.

mod answers;
mod arguments;
mod duplicates;
mod place;
mod routes;
mod special;

use self::place::{Place, Serves};
use super::FrameworkError;
use super::description::OperationDescription;
use super::dispatch::Declared;
use super::documentation;
use super::handler::Erased;
use super::pattern::{Compared, PathSet, Paths, Router};
use crate::{BackendType, Operation};

/// Completes the special paths, and checks the whole declaration.
pub(super) fn declaration<S: 'static>(
    declared: &mut Declared<S>,
    router: &Router,
) -> Result<(), FrameworkError> {
    duplicates::check(declared, router.patterns())?;
    logins(declared, router)?;
    let mut paths = Paths::of(router.patterns());
    routes::check(declared, router.patterns(), &mut paths)?;
    handlers(declared, router, &mut paths)?;
    documentation::check_names(declared, router.patterns())?;
    special::complete(declared, router.patterns(), &mut paths)
}

/// Refuses logins in a secrets engine.
fn logins<S: 'static>(declared: &Declared<S>, router: &Router) -> Result<(), FrameworkError> {
    if declared.kind == BackendType::Auth {
        return Ok(());
    }
    if declared.renew_login.is_some() {
        return Err(FrameworkError::RenewLogin);
    }
    for (pattern, path) in router.patterns().iter().zip(&declared.paths) {
        let serves = |operation| path.operations.handler(operation).is_some();
        let method = match () {
            () if path.operations.attributes.login => "login",
            () if serves(Operation::AliasLookahead) => "alias_lookahead",
            () if serves(Operation::ResolveRole) => "resolve_role",
            () => continue,
        };
        return Err(FrameworkError::Login { path: pattern.as_str().to_owned(), method });
    }
    Ok(())
}

/// Checks the arguments and the answer of each handler.
fn handlers<S: 'static>(
    declared: &Declared<S>,
    router: &Router,
    paths: &mut Paths,
) -> Result<(), FrameworkError> {
    let backend = declared.kind;
    let secrets: Vec<_> = declared.secret_types.iter().map(answers::Declared::of).collect();
    let check = |place: Place<'_>, description: &OperationDescription| {
        let refused = |fault| FrameworkError::Handler { handler: place.to_string(), fault };
        arguments::check(&place, description.arguments()).map_err(refused)?;
        answers::check(&place, description, &secrets).map_err(refused)
    };
    let open: Vec<_> = declared
        .special_paths
        .unauthenticated
        .iter()
        .map(|special| paths.of_special(special, true))
        .collect();
    for (index, (pattern, path)) in router.patterns().iter().zip(&declared.paths).enumerate() {
        let unauthenticated =
            path.operations.attributes.unauthenticated || is_open(paths, index, &open);
        for (operation, handler) in path.operations.iter() {
            let serves = Serves::Operation { pattern, operation, unauthenticated };
            check(Place { backend, serves, handler: handler.name }, &handler.description)?;
        }
        if let Some(exists) = path.operations.existence_check() {
            let serves = Serves::Existence { pattern };
            check(Place { backend, serves, handler: exists.name }, &exists.description)?;
        }
    }
    for secret in &declared.secret_types {
        let kind = secret.name;
        let serves = Serves::Revocation { kind };
        let revoke = &secret.revoke;
        check(Place { backend, serves, handler: revoke.name }, &revoke.description)?;
        if let Some(renew) = &secret.renew {
            let serves = Serves::Renewal { kind };
            check(Place { backend, serves, handler: renew.name }, &renew.description)?;
        }
    }
    let check_one = |serves, handler: Option<(&'static str, &OperationDescription)>| match handler {
        Some((handler, description)) => check(Place { backend, serves, handler }, description),
        None => Ok(()),
    };
    check_one(Serves::LoginRenewal, facts(declared.renew_login.as_ref()))?;
    check_one(Serves::Initialization, facts(declared.initialize.as_ref()))?;
    check_one(Serves::Tick, facts(declared.periodic.as_ref()))?;
    check_one(Serves::Rollback, facts(declared.wal.as_ref().map(|wal| &wal.handler)))
}

fn facts<S, T>(handler: Option<&Erased<S, T>>) -> Option<(&'static str, &OperationDescription)> {
    handler.map(|handler| (handler.name, &*handler.description))
}

/// Returns whether some path of a pattern is among those that `special_paths` declares
/// unauthenticated.
fn is_open(paths: &Paths, index: usize, open: &[PathSet]) -> bool {
    open.iter().any(|one| paths.matched(index, &[*one], &[]) != Compared::Nothing)
}
