//! Descriptions of operations, made from the types of their handlers.

use std::any::{TypeId, type_name};
use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::LeasedSecret;
use super::extract::{Asked, PathFault, PathParameter, asked, probe};
use crate::fields::{FieldSet, Naming, given, taken};

/// What an operation takes and returns, found from its handler's types when it is declared. Help
/// and the OpenAPI document are made from it, and [`Framework::build`](super::Framework::build)
/// uses it to refuse what cannot work.
///
/// If your own argument or answer is made from another one, it passes that one's description on:
///
/// ```
/// use plugin_runtime::Error;
/// use plugin_runtime::framework::extract::{FromContext, Path};
/// use plugin_runtime::framework::{Context, OperationDescription};
///
/// /// A role's name, in lower case.
/// struct RoleName(String);
///
/// impl<S> FromContext<S> for RoleName {
///     fn from_context(context: &mut Context<'_, S>) -> Result<Self, Error> {
///         let Path(name) = Path::<String>::from_context(context)?;
///         Ok(Self(name.to_lowercase()))
///     }
///
///     fn describe(description: &mut OperationDescription) {
///         <Path<String> as FromContext<S>>::describe(description);
///     }
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct OperationDescription {
    inputs: Vec<Input>,
    output: Output,
    status: Option<StatusCode>,
    arguments: Vec<Argument>,
    issued: Vec<Issued>,
}

/// An argument that only some handlers can have, or only with some types.
#[derive(Clone, Copy, Debug)]
pub(super) enum Argument {
    /// Parts of the path.
    Path { type_name: &'static str, probe: fn(&[PathParameter<'_>]) -> Result<(), PathFault> },
    /// The request's fields as a type.
    Fields { type_name: &'static str, asked: Asked },
    /// Changes to a stored value.
    Patch { type_name: &'static str, asked: Asked },
    /// The requested part of a list.
    Page,
    /// The data that a plugin stored with a lease or a login.
    Internal { type_name: &'static str, asked: Asked, refuses_secret_type: bool },
    /// The terms of a lease or a login.
    Lease,
    /// The login whose token is renewed.
    Auth,
    /// An entry of the write-ahead log.
    WalEntry,
    /// The path of the mount.
    MountPoint,
}

/// What an answer makes the server issue.
#[derive(Clone, Copy, Debug)]
pub(super) enum Issued {
    /// A lease on a secret of this type.
    Lease { kind: &'static str, id: TypeId, type_name: &'static str, asked: Asked },
    /// A token.
    Token,
}

/// A type that a handler reads the request's fields as.
#[derive(Clone, Debug)]
pub(super) struct Input {
    id: TypeId,
    pub(super) fields: Arc<FieldSet>,
    /// The names of the type's fields, where a handler changes some of what is stored.
    pub(super) naming: Option<Arc<Naming>>,
    /// Makes the type's whole schema (draft 2020-12). Called only for help.
    pub(super) schema: fn() -> Value,
}

/// What a handler answers with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Output {
    /// An answer whose type does not describe it.
    #[default]
    Unknown,
    /// Only success.
    Nothing,
    /// The fields of a type.
    Fields {
        type_name: &'static str,
        /// Makes the type's schema (draft 2020-12).
        schema: fn() -> Value,
    },
}

impl OperationDescription {
    /// Notes that the handler reads the request's fields as a `T`.
    pub fn takes<T: JsonSchema + 'static>(&mut self) {
        let id = TypeId::of::<T>();
        if self.input_of(id).is_none() {
            let fields = Arc::new(FieldSet::of::<T>());
            self.inputs.push(Input { id, fields, naming: None, schema: taken::<T> });
        }
    }

    /// Notes that the handler changes some fields of a `T`.
    pub(super) fn changes<T: JsonSchema + DeserializeOwned + 'static>(&mut self) {
        self.takes::<T>();
        let id = TypeId::of::<T>();
        let input = self.inputs.iter_mut().find(|input| input.id == id);
        if let Some(input) = input.filter(|input| input.naming.is_none()) {
            input.naming = Some(Arc::new(Naming::of::<T>(&input.fields)));
        }
    }

    /// Notes that the handler takes parts of the path as a `T`.
    pub fn takes_path<T: DeserializeOwned>(&mut self) {
        let type_name = type_name::<T>();
        self.arguments.push(Argument::Path { type_name, probe: probe::<T> });
    }

    /// Notes that the handler answers with the fields of a `T`.
    pub fn gives<T: JsonSchema>(&mut self) {
        self.output = Output::Fields { type_name: type_name::<T>(), schema: given::<T> };
    }

    /// Notes that the handler answers with a lease of the kind `T`.
    pub fn gives_lease<T: LeasedSecret>(&mut self) {
        self.issued.push(Issued::Lease {
            kind: T::TYPE,
            id: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            asked: asked::<T>(),
        });
    }

    /// Notes that the handler answers with an [`Auth`](crate::Auth), from which the server makes a
    /// token.
    pub fn gives_auth(&mut self) {
        self.issued.push(Issued::Token);
    }

    /// Notes that the handler answers with nothing but success.
    pub fn gives_nothing(&mut self) {
        self.output = Output::Nothing;
    }

    /// Notes the HTTP status of success, if it is not the usual one.
    pub fn status(&mut self, status: StatusCode) {
        self.status = Some(status);
    }

    /// Returns the HTTP status of success, if it is not the usual one.
    pub(super) fn success(&self) -> Option<StatusCode> {
        self.status
    }

    /// Notes an argument that only some handlers can have.
    pub(super) fn needs(&mut self, argument: Argument) {
        self.arguments.push(argument);
    }

    /// Returns the arguments that only some handlers can have.
    pub(super) fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// Returns what the answer makes the server issue, as far as its type shows.
    pub(super) fn issued(&self) -> &[Issued] {
        &self.issued
    }

    /// Returns the field sets that the handler reads.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &FieldSet> {
        self.inputs.iter().map(|input| &*input.fields)
    }

    /// Returns the types that the handler reads the fields as.
    pub(super) fn input_types(&self) -> &[Input] {
        &self.inputs
    }

    /// Returns what the handler answers with.
    pub(super) fn output(&self) -> Output {
        self.output
    }

    pub(super) fn input_of(&self, id: TypeId) -> Option<&Input> {
        self.inputs.iter().find(|input| input.id == id)
    }
}
