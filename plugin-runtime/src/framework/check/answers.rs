//! What a handler can answer.

use std::any::TypeId;

use serde_json::Value;

use super::place::{Place, Serves};
use crate::framework::HandlerFault;
use crate::framework::description::{Issued, OperationDescription, Output};
use crate::framework::extract::Asked;
use crate::framework::lease::ErasedSecretType;
use crate::framework::type_text::short;
use crate::{BackendType, Operation};

/// A declared secret type.
pub(super) struct Declared {
    kind: &'static str,
    id: TypeId,
    type_name: &'static str,
}

impl Declared {
    pub(super) fn of<S>(secret: &ErasedSecretType<S>) -> Self {
        Self { kind: secret.name, id: secret.id, type_name: secret.type_name }
    }
}

pub(super) fn check(
    place: &Place<'_>,
    description: &OperationDescription,
    secrets: &[Declared],
) -> Result<(), HandlerFault> {
    for issued in description.issued() {
        match *issued {
            Issued::Lease { kind, id, type_name, asked } => {
                let declared = secrets.iter().find(|secret| secret.kind == kind);
                lease(place)?;
                let Some(declared) = declared else {
                    let type_name = short(type_name);
                    return Err(HandlerFault::UndeclaredSecret { kind, type_name });
                };
                if declared.id != id {
                    let (answered, declared) = (short(type_name), short(declared.type_name));
                    return Err(HandlerFault::OtherSecret { kind, answered, declared });
                }
                if matches!(asked, Asked::Other(_) | Asked::Unit) {
                    return Err(HandlerFault::LeaseNotAnObject { type_name: short(type_name) });
                }
            }
            Issued::Token => token(place)?,
        }
    }
    status(place, description)?;
    let issues_token = description.issued().iter().any(|one| matches!(one, Issued::Token));
    expected(place, description.output(), issues_token)?;
    if let Output::Fields { type_name, schema } = description.output()
        && !may_be_object(&schema())
    {
        return Err(HandlerFault::AnswerNotAnObject { type_name: short(type_name) });
    }
    Ok(())
}

/// Checks that servers accept a lease here.
fn lease(place: &Place<'_>) -> Result<(), HandlerFault> {
    use Operation::{AliasLookahead, ResolvePath, ResolveRole};
    match place.serves {
        Serves::Operation { operation: AliasLookahead | ResolveRole | ResolvePath, .. }
        | Serves::LoginRenewal => Err(HandlerFault::Answer(
            "it answers with a lease, which servers accept only from the operations of a path: \
             return what the documentation of this handler names",
        )),
        Serves::Operation { unauthenticated: true, .. } => Err(HandlerFault::Answer(
            "it answers with a lease, which servers refuse from a path that needs no token: answer \
             without a lease, or issue it at a path without unauthenticated() or login()",
        )),
        _ => Ok(()),
    }
}

/// Checks that servers accept a login here.
fn token(place: &Place<'_>) -> Result<(), HandlerFault> {
    use Operation::{AliasLookahead, Create, Read, ResolveRole, Update};
    let Serves::Operation { operation, unauthenticated, .. } = place.serves else { return Ok(()) };
    if place.backend == BackendType::Secrets {
        return Err(HandlerFault::Answer(
            "it answers with an `Auth`, which servers refuse from a secrets engine: declare it with \
             Framework::auth(), or answer with `Fields<T>` or `Leased<T, F>`",
        ));
    }
    match operation {
        AliasLookahead => Ok(()),
        ResolveRole => Err(HandlerFault::Answer(
            "it answers with an `Auth`, but servers ask it for a role: answer with `Response::role`",
        )),
        Create | Update | Read if unauthenticated => Ok(()),
        Create | Update | Read => Err(HandlerFault::Answer(
            "it answers with an `Auth`, which servers refuse from a path that needs a token: serve \
             it with login(handler), or mark the path unauthenticated()",
        )),
        _ => Err(HandlerFault::Answer(
            "it answers with an `Auth`, from which servers make a token only after reads and \
             writes: serve it with login(handler)",
        )),
    }
}

/// Checks that the answer becomes an HTTP response, the only kind that has a status.
fn status(place: &Place<'_>, description: &OperationDescription) -> Result<(), HandlerFault> {
    use Operation::{AliasLookahead, ResolvePath, ResolveRole};
    let seen_by_clients = match place.serves {
        Serves::Operation { operation, .. } => {
            !matches!(operation, AliasLookahead | ResolveRole | ResolvePath)
        }
        _ => false,
    };
    if description.success().is_none() || seen_by_clients {
        return Ok(());
    }
    Err(HandlerFault::Answer(
        "it answers with an HTTP status, which no client would see: answer without `Created` or \
         `Accepted`",
    ))
}

/// Checks for the answer without which the operation has no effect.
fn expected(place: &Place<'_>, output: Output, issues_token: bool) -> Result<(), HandlerFault> {
    let says_otherwise = !issues_token && !matches!(output, Output::Unknown);
    match place.serves {
        Serves::LoginRenewal if says_otherwise => Err(HandlerFault::Answer(
            "it answers without an `Auth`, so the server would not renew anything: take `Auth` as \
             an argument and answer with it",
        )),
        Serves::Operation { operation: Operation::AliasLookahead, .. } if says_otherwise => {
            Err(HandlerFault::Answer(
                "it answers without an `Auth`, but servers ask it for the alias in one: answer \
                 with `Auth::of(alias)`",
            ))
        }
        Serves::Operation { operation: Operation::ResolveRole, .. }
            if matches!(output, Output::Nothing) =>
        {
            Err(HandlerFault::Answer(
                "it answers with nothing, but servers ask it for a role: answer with `Response::role`",
            ))
        }
        _ => Ok(()),
    }
}

/// Returns whether values of a schema can be objects, or null, which stands for no data.
fn may_be_object(schema: &Value) -> bool {
    let fits = |kind: &Value| kind == "object" || kind == "null";
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(fits),
        Some(kind) => fits(kind),
        None => true,
    }
}
