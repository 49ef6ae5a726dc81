//! Which arguments a handler can have.

use super::place::{Place, Serves};
use crate::Operation;
use crate::framework::HandlerFault;
use crate::framework::description::Argument;
use crate::framework::extract::{Asked, PathParameter};
use crate::framework::type_text::short;

pub(super) fn check(place: &Place<'_>, arguments: &[Argument]) -> Result<(), HandlerFault> {
    for argument in arguments {
        if let Some(instead) = elsewhere(place, argument) {
            return Err(HandlerFault::Argument { argument: text(argument), instead });
        }
        fits(place, argument)?;
    }
    Ok(())
}

/// Returns where else an argument exists, if this handler can never have it.
fn elsewhere(place: &Place<'_>, argument: &Argument) -> Option<&'static str> {
    use Operation::{Create, List, Patch, Scan, Update};
    use Serves::{Existence, Initialization, LoginRenewal, Rollback};
    let operation = match place.serves {
        Serves::Operation { operation, .. } => Some(operation),
        _ => None,
    };
    let of_path = operation.is_some() || matches!(place.serves, Existence { .. });
    let of_terms = place.is_of_leases() || matches!(place.serves, LoginRenewal);
    let (is_here, instead) = match argument {
        Argument::Path { .. } => (
            of_path,
            "only requests to a path have its parts; keep what you need in storage, or in the \
             internal data of a lease or a login, and take `Storage` or `Internal<T>`",
        ),
        Argument::Fields { .. } => (
            of_path || place.is_of_leases(),
            "only requests to a path have fields; take `WalEntry<T>` in a wal handler, and \
             `Storage`, `State<S>` or `Internal<T>` elsewhere",
        ),
        Argument::Patch { .. } => (
            matches!(operation, Some(Patch | Update | Create)),
            "changes to a stored value come only with patch() and with writes; take `Fields<T>`",
        ),
        Argument::Page => (
            matches!(operation, Some(List | Scan)),
            "only list() and scan() have pages; take `Fields<T>` with your own fields",
        ),
        Argument::Internal { .. } => (
            of_terms,
            "internal data come only with the renewal and the revocation of a lease, and with the \
             renewal of a login; take `Path<T>`, `Fields<T>` or `Storage`",
        ),
        Argument::Lease => (
            of_terms,
            "a lease comes only with its renewal and its revocation, and with the renewal of a \
             login; answer with `Leased` to issue one",
        ),
        Argument::Auth => (
            matches!(place.serves, LoginRenewal),
            "a login's `Auth` comes only with its renewal, in renew_login(); answer with `Auth` to \
             log in",
        ),
        Argument::WalEntry => (
            matches!(place.serves, Rollback),
            "entries of the write-ahead log come only to the handler of wal(); take `Wal` to write \
             one",
        ),
        Argument::MountPoint => (
            !matches!(place.serves, Initialization),
            "servers do not name it when they initialize a mount; take it in a handler of requests \
             or of periodic()",
        ),
    };
    (!is_here).then_some(instead)
}

/// Checks that the argument's type can be read from what this handler gets.
fn fits(place: &Place<'_>, argument: &Argument) -> Result<(), HandlerFault> {
    let not_an_object = |asked| Err(HandlerFault::NotAnObject { argument: text(argument), asked });
    match *argument {
        Argument::Path { type_name, probe } => {
            let (Serves::Operation { pattern, .. } | Serves::Existence { pattern }) = place.serves
            else {
                return Ok(());
            };
            let parameters: Vec<_> = pattern
                .parameters_with_presence()
                .map(|(name, optional)| PathParameter { name, optional })
                .collect();
            probe(&parameters)
                .map_err(|fault| HandlerFault::Path { type_name: short(type_name), fault })
        }
        Argument::Fields { asked, .. } | Argument::Patch { asked, .. } => match asked {
            Asked::Object | Asked::Unit => Ok(()),
            Asked::Enum => not_an_object(ENUM),
            Asked::Other(what) => not_an_object(what),
        },
        Argument::Internal { asked, refuses_secret_type, .. } => match asked {
            Asked::Other(what) => not_an_object(what),
            Asked::Unit if place.is_of_leases() => not_an_object("nothing"),
            Asked::Enum if place.is_of_leases() => not_an_object(ENUM),
            _ if place.is_of_leases() && refuses_secret_type => {
                Err(HandlerFault::SecretTypeRefused { argument: text(argument) })
            }
            _ => Ok(()),
        },
        Argument::Page
        | Argument::Lease
        | Argument::Auth
        | Argument::WalEntry
        | Argument::MountPoint => Ok(()),
    }
}

const ENUM: &str = "an enum without `#[serde(tag = \"…\")]` or `#[serde(untagged)]`";

/// Returns the argument as it is written in code.
fn text(argument: &Argument) -> String {
    match argument {
        Argument::Path { type_name, .. } => format!("Path<{}>", short(type_name)),
        Argument::Fields { type_name, .. } => format!("Fields<{}>", short(type_name)),
        Argument::Patch { type_name, .. } => format!("Patch<{}>", short(type_name)),
        Argument::Page => "Page".to_owned(),
        Argument::Internal { type_name, .. } => format!("Internal<{}>", short(type_name)),
        Argument::Lease => "Lease".to_owned(),
        Argument::Auth => "Auth".to_owned(),
        Argument::WalEntry => "WalEntry".to_owned(),
        Argument::MountPoint => "MountPoint".to_owned(),
    }
}
