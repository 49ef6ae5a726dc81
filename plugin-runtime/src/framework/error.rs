//! Errors of declarations that cannot work.

use super::extract::PathFault;
use super::pattern::PatternError;
use crate::Operation;
use crate::logical::special_paths::SpecialPathError;

/// A mistake in a declaration. The message names the path and the handler, and says what to write.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameworkError {
    /// A pattern is wrong, or can never match.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A special path is one that servers refuse.
    #[error(transparent)]
    SpecialPath(#[from] SpecialPathError),
    /// The special paths of a regex cannot be derived from it.
    #[error(
        "the path `{path}` is a regex whose paths cannot be listed: name them with special_paths() \
         instead of unauthenticated() or sudo()"
    )]
    SpecialRegex {
        /// The pattern.
        path: String,
    },
    /// Some paths of a pattern are not covered by the special paths that stand for it.
    #[error(
        "the path `{path}` has {attribute}(), but the special paths of servers cannot express it: \
         `{example}` would not be among them; name the paths with special_paths(), or use a \
         template"
    )]
    SpecialGap {
        /// The pattern.
        path: String,
        /// `unauthenticated` or `sudo`.
        attribute: &'static str,
        /// A path that is left out.
        example: String,
    },
    /// The special path that stands for a pattern also covers paths of another declaration.
    #[error(
        "the path `{path}` has {attribute}(), which servers can only apply to all of `{special}`, \
         and that includes `{sibling}` (for example `{example}`): declare {attribute}() there too, \
         or move one of them to a path that begins with other words"
    )]
    SpecialSibling {
        /// The pattern.
        path: String,
        /// `unauthenticated` or `sudo`.
        attribute: &'static str,
        /// The special path.
        special: String,
        /// The other declaration's pattern.
        sibling: String,
        /// A path that would be treated as special.
        example: String,
    },
    /// A description names a parameter that the pattern does not have.
    #[error("the path `{path}` has no parameter `{name}` to describe: correct its name")]
    Parameter {
        /// The pattern.
        path: String,
        /// The parameter that is not in it.
        name: String,
    },
    /// A parameter has two descriptions.
    #[error("the path `{path}` describes its parameter `{name}` twice: remove one parameter()")]
    ParameterTwice {
        /// The pattern.
        path: String,
        /// The parameter.
        name: String,
    },
    /// An operation has id parts, but the OpenAPI document does not show it.
    #[error("the path `{path}` has operation_id() for {operation}, but {reason}")]
    OperationId {
        /// The pattern.
        path: String,
        /// The operation.
        operation: Operation,
        /// Why it is not shown, and what to write.
        reason: String,
    },
    /// An operation has two sets of id parts.
    #[error(
        "the path `{path}` has operation_id() for {operation} twice: put all parts into one \
         OperationId"
    )]
    OperationIdTwice {
        /// The pattern.
        path: String,
        /// The operation.
        operation: Operation,
    },
    /// Two operations have the same id.
    #[error(
        "{first} and {second} have the same operation id `{id}`: give one of them another verb or \
         suffix with operation_id()"
    )]
    SharedOperationId {
        /// The id, with `{plugin}` for the name that the plugin is registered under.
        id: String,
        /// One operation with its path.
        first: String,
        /// The other one.
        second: String,
    },
    /// Two secret types have the same name.
    #[error("there are two secret types called `{0}`: give each its own `LeasedSecret::TYPE`")]
    SecretType(&'static str),
    /// The schema of a field has a regular expression that does not compile.
    #[error(
        "the field `{field}` of the path `{path}` has the pattern `{pattern}`, which is not a regular \
         expression without look-around and back references: {reason}"
    )]
    FieldPattern {
        /// The path's pattern.
        path: String,
        /// The field; parts of a nested one are joined with dots.
        field: String,
        /// The field's pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Only auth methods have logins to renew.
    #[error("a secrets engine has no logins to renew: declare it with Framework::auth()")]
    RenewLogin,
    /// Only auth methods have logins.
    #[error(
        "the path `{path}` has {method}(), but a secrets engine has no logins: declare it with \
         Framework::auth(), or for writes without a token use update(handler).unauthenticated()"
    )]
    Login {
        /// The pattern.
        path: String,
        /// What was declared.
        method: &'static str,
    },
    /// One operation of a path has two handlers.
    #[error(
        "the path `{path}` has two handlers for {what}: remove one of them (write() serves create \
         and update, login() serves update)"
    )]
    Twice {
        /// The pattern.
        path: String,
        /// The operation, or `exists`.
        what: &'static str,
    },
    /// Something that a backend has only once was declared twice.
    #[error("the backend has {0}() twice: remove one of them, or call both from one handler")]
    BackendTwice(&'static str),
    /// A secret type has two handlers to renew it.
    #[error("the secret type `{0}` has renew() twice: remove one of them")]
    RenewTwice(&'static str),
    /// No request for an operation can reach its handler.
    #[error("{handler} is never called: {reason}")]
    NeverCalled {
        /// The path and the handler.
        handler: String,
        /// Why not, and what to write.
        reason: String,
    },
    /// A handler takes an argument or returns an answer that it cannot have.
    #[error("{handler}: {fault}")]
    Handler {
        /// The path and the handler.
        handler: String,
        /// What is wrong.
        fault: HandlerFault,
    },
}

/// The mistake in a handler's arguments or in its answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandlerFault {
    /// The type of a `Path` argument does not fit the pattern.
    #[error("the argument `Path<{type_name}>` does not fit: {fault}")]
    Path {
        /// The type.
        type_name: String,
        /// Why it does not fit.
        fault: PathFault,
    },
    /// An argument is taken where it does not exist.
    #[error("the argument `{argument}` does not exist here: {instead}")]
    Argument {
        /// The argument.
        argument: String,
        /// Where it is, and what to write.
        instead: &'static str,
    },
    /// An argument that is read from a JSON object has a type that is not.
    #[error(
        "the argument `{argument}` is read from a JSON object, but its type is {asked}: write a \
         struct"
    )]
    NotAnObject {
        /// The argument.
        argument: String,
        /// What the type is read from.
        asked: &'static str,
    },
    /// A type refuses a field that the internal data of all leases have.
    #[error(
        "the argument `{argument}` refuses the field `secret_type`, which the internal data of \
         every lease have: remove `deny_unknown_fields` from the type"
    )]
    SecretTypeRefused {
        /// The argument.
        argument: String,
    },
    /// An answer's fields are not an object.
    #[error("the answer's fields are `{type_name}`, which is not a JSON object: write a struct")]
    AnswerNotAnObject {
        /// The type.
        type_name: String,
    },
    /// An answer has a lease whose secret type is not declared.
    #[error(
        "it answers with a lease of the secret type `{kind}`, which is not declared: add \
         `.secret(SecretType::<_, {type_name}>::new(revoke))` to the framework"
    )]
    UndeclaredSecret {
        /// The secret type.
        kind: &'static str,
        /// The Rust type.
        type_name: String,
    },
    /// An answer has a lease whose secret type is declared for another Rust type.
    #[error(
        "it answers with a lease of `{answered}`, but the secret type `{kind}` is declared for \
         `{declared}`: use one type in both, or give each its own `LeasedSecret::TYPE`"
    )]
    OtherSecret {
        /// The secret type.
        kind: &'static str,
        /// The Rust type of the answer.
        answered: String,
        /// The Rust type of the declaration.
        declared: String,
    },
    /// The internal data of a lease are not an object.
    #[error(
        "it answers with a lease whose internal data, `{type_name}`, are not a JSON object: write \
         a struct with named fields"
    )]
    LeaseNotAnObject {
        /// The type of the internal data.
        type_name: String,
    },
    /// An answer has something that servers refuse here.
    #[error("{0}")]
    Answer(&'static str),
}
