//! The operations of one path.

use super::answer::{IntoAnswer, IntoCanonical, IntoExists, resolved};
use super::attributes::Attributes;
use super::handler::{Answering, Erased, Handler};
use super::{OperationId, PathDisplay};
use crate::{Error, Operation};

/// What a path does: a handler for each operation that it serves, and what is to be known of it.
///
/// Made by [`read`], [`write`](fn@write), [`list`], [`delete`] and their like, each of which is also
/// a method that adds another operation:
///
/// ```
/// use plugin_runtime::framework::{Operations, read};
/// # async fn read_role() {}
/// # async fn write_role() {}
/// # async fn delete_role() {}
///
/// let operations: Operations<()> = read(read_role).write(write_role).delete(delete_role);
/// # let _ = operations;
/// ```
///
/// Each operation has one handler; [`Framework::build`](super::Framework::build) refuses a second
/// one, also where [`write`](fn@write) and [`update`] both serve updates. It refuses lists of a
/// pattern that no list's path matches, such as `role` without `/?`, and writes to one whose paths
/// all end in a slash.
#[derive(Debug)]
pub struct Operations<S> {
    handlers: Vec<(Operation, Answering<S>)>,
    exists: Option<Erased<S, Result<bool, Error>>>,
    /// What was declared twice.
    pub(super) twice: Option<&'static str>,
    pub(super) attributes: Attributes,
}

/// Makes a function and a method of the same name that serve one operation.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $operation:ident)*) => {
        $(
            $(#[$doc])*
            pub fn $name<S, H, A>(handler: H) -> Operations<S>
            where
                H: Handler<S, A>,
                H::Output: IntoAnswer + 'static,
                A: 'static,
                S: 'static,
            {
                Operations::none().$name(handler)
            }
        )*

        impl<S: 'static> Operations<S> {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name<H, A>(self, handler: H) -> Self
                where
                    H: Handler<S, A>,
                    H::Output: IntoAnswer + 'static,
                    A: 'static,
                {
                    self.with(Operation::$operation, Erased::answering(handler))
                }
            )*
        }
    };
}

operations! {
    /// Serves reads: GET.
    read Read
    /// Serves writes to what exists already, or wherever a path does not tell the two apart: POST
    /// and PUT. [`write`](fn@write) is what most paths want.
    update Update
    /// Serves deletions: DELETE.
    delete Delete
    /// Serves lists: LIST, or GET with `?list=true`. The pattern must end in `/?`, or take the rest
    /// of the path, since the path of a list ends with a slash.
    list List
    /// Serves merges of some fields into what is there: PATCH. OpenBao and Vault from 1.9 on.
    patch Patch
    /// Serves lists at any depth: SCAN, or GET with `?scan=true`. OpenBao only.
    scan Scan
}

/// Serves all writes with one handler: POST and PUT, whether or not something is there.
///
/// With [`Operations::exists`] the server tells `create` from `update` when it looks at the
/// policies.
pub fn write<S, H, A>(handler: H) -> Operations<S>
where
    H: Handler<S, A>,
    H::Output: IntoAnswer + 'static,
    A: 'static,
    S: 'static,
{
    Operations::none().write(handler)
}

/// Serves writes to what is not there yet. Which that is, `exists` says; without it no server would
/// ever send a `create`.
pub fn create<S, E, H, A, B>(exists: E, handler: H) -> Operations<S>
where
    E: Handler<S, A>,
    E::Output: IntoExists + 'static,
    H: Handler<S, B>,
    H::Output: IntoAnswer + 'static,
    A: 'static,
    B: 'static,
    S: 'static,
{
    Operations::none().create(exists, handler)
}

/// Serves a login: a write that needs no token, of an auth method. A secrets engine that takes
/// writes without a token has `update(handler).unauthenticated()`.
pub fn login<S, H, A>(handler: H) -> Operations<S>
where
    H: Handler<S, A>,
    H::Output: IntoAnswer + 'static,
    A: 'static,
    S: 'static,
{
    let mut operations = update(handler).unauthenticated();
    operations.attributes.login = true;
    operations
}

impl<S: 'static> Operations<S> {
    fn none() -> Self {
        Self { handlers: Vec::new(), exists: None, twice: None, attributes: Attributes::default() }
    }

    /// Serves all writes with one handler; see [`write`](fn@write).
    #[must_use]
    pub fn write<H, A>(self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        let handler = Erased::answering(handler);
        self.with(Operation::Create, handler.clone()).with(Operation::Update, handler)
    }

    /// Serves writes to what is not there yet; see [`create`](fn@create).
    #[must_use]
    pub fn create<E, H, A, B>(self, exists: E, handler: H) -> Self
    where
        E: Handler<S, A>,
        E::Output: IntoExists + 'static,
        H: Handler<S, B>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
        B: 'static,
    {
        self.exists(exists).with(Operation::Create, Erased::answering(handler))
    }

    /// Says whether something is at the path, so that the server can tell `create` from `update`
    /// before it looks at the policies. It must be cheap and must not write.
    #[must_use]
    pub fn exists<E, A>(mut self, exists: E) -> Self
    where
        E: Handler<S, A>,
        E::Output: IntoExists + 'static,
        A: 'static,
    {
        if self.exists.is_some() {
            self.twice = Some("exists");
        }
        self.exists = Some(Erased::new(exists, IntoExists::into_exists));
        self
    }

    /// Says which alias a login would have. Servers ask mounts whose plugin is registered as
    /// `userpass`, `ldap` or `approle`, to see whether that user is locked out; a failed login of an
    /// external plugin never counts towards a lockout (see [`limits`](crate::limits)). The answer is
    /// an [`Auth`](crate::Auth) with its alias.
    #[must_use]
    pub fn alias_lookahead<H, A>(self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        self.with(Operation::AliasLookahead, Erased::answering(handler))
    }

    /// Says which role a login would use, for quotas by role. The answer is
    /// [`Response::role`](crate::Response::role).
    #[must_use]
    pub fn resolve_role<H, A>(self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoAnswer + 'static,
        A: 'static,
    {
        self.with(Operation::ResolveRole, Erased::answering(handler))
    }

    /// Says what a request's path is really called, where a parameter has several spellings. OpenBao
    /// asks from 2.7 on, before each request: the policies are looked at for the answer, and the
    /// request itself comes with it. Other servers do not ask, so that the handlers must still take
    /// every spelling.
    ///
    /// ```
    /// use plugin_runtime::framework::answer::CanonicalPath;
    /// use plugin_runtime::framework::extract::Path;
    /// use plugin_runtime::framework::{Operations, read};
    /// # async fn read_user() {}
    ///
    /// async fn canonical(Path(name): Path<String>) -> CanonicalPath {
    ///     CanonicalPath(format!("user/{}", name.to_lowercase()))
    /// }
    ///
    /// let user: Operations<()> = read(read_user).canonical(canonical);
    /// # let _ = user;
    /// ```
    #[must_use]
    pub fn canonical<H, A>(self, handler: H) -> Self
    where
        H: Handler<S, A>,
        H::Output: IntoCanonical + 'static,
        A: 'static,
    {
        self.with(Operation::ResolvePath, Erased::new(handler, resolved))
    }

    /// What the path is, in one line.
    #[must_use]
    pub fn synopsis(mut self, text: impl Into<String>) -> Self {
        self.attributes.synopsis = text.into();
        self
    }

    /// What the path is, at length.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.attributes.description = text.into();
        self
    }

    /// What a parameter of the path is. Those that handlers read with
    /// [`Fields`](super::extract::Fields) have their field's doc comment already; this wins over
    /// it. A parameter that the pattern does not have is an error at start.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.attributes.parameters.push((name.into(), description.into()));
        self
    }

    /// Marks the path as one to be given up: in its help, and all its operations in OpenAPI.
    #[must_use]
    pub fn deprecated(mut self) -> Self {
        self.attributes.deprecated = true;
        self
    }

    /// Lets requests in without a token. They may not be answered with a lease, and with an
    /// [`Auth`](crate::Auth) only by an auth method.
    ///
    /// Servers open all paths with any text at the place of a parameter.
    /// [`Framework::build`](super::Framework::build) refuses that where it opens the path of another
    /// declaration: `login/{name}` without a token would let requests to `login/config` in, too.
    #[must_use]
    pub fn unauthenticated(mut self) -> Self {
        self.attributes.unauthenticated = true;
        self
    }

    /// Demands the `sudo` capability.
    ///
    /// Servers know no parameter in these paths, so that from the first parameter on all paths need
    /// the capability: for `role/{name}/rotate`, everything that begins with `role/`.
    /// [`Framework::build`](super::Framework::build) refuses that where it includes the path of
    /// another declaration that does not ask for `sudo()` itself, such as `role/{name}`. A path that
    /// begins with its own word, such as `rotate/{name}`, has no such neighbours.
    #[must_use]
    pub fn sudo(mut self) -> Self {
        self.attributes.sudo = true;
        self
    }

    /// Sets how user interfaces show the path.
    ///
    /// ```
    /// use plugin_runtime::framework::{Framework, PathDisplay, list, read};
    /// # async fn names() {}
    /// # async fn read_role() {}
    /// # async fn write_role() {}
    ///
    /// let engine = Framework::secrets(())
    ///     .path("role/?", list(names).display(PathDisplay::new().item_type("Role").navigation()))
    ///     .path(
    ///         "role/{name}",
    ///         read(read_role)
    ///             .write(write_role)
    ///             .display(PathDisplay::new().item_type("Role").action("Create")),
    ///     );
    /// # engine.build().unwrap();
    /// ```
    #[must_use]
    pub fn display(mut self, display: PathDisplay) -> Self {
        self.attributes.display = display;
        self
    }

    /// Sets the first part of the operation ids in the OpenAPI document: lower case, with hyphens.
    /// Without it the ids of operations without a verb begin with the name under which the plugin is
    /// registered, and others with their verb.
    #[must_use]
    pub fn operation_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.attributes.id = self.attributes.id.prefix(prefix);
        self
    }

    /// Sets what the operations do, for their ids in the OpenAPI document, instead of `read`, `write`
    /// and so on: lower case, with hyphens. As in the Go SDK, an id with a verb has no prefix unless
    /// one is given. It has the path's words only for the second and later paths of a pattern that
    /// stands for several, if the suffix does not name them.
    ///
    /// ```
    /// use plugin_runtime::framework::{Framework, login};
    /// # async fn log_in() {}
    ///
    /// // Its id is `directory-login`, and without the verb `directory-write-login-name`.
    /// let method = Framework::auth(())
    ///     .path("login/{name}", login(log_in).operation_prefix("directory").operation_verb("login"));
    /// # method.build().unwrap();
    /// ```
    ///
    /// A path of several operations gives each a verb of its own, with
    /// [`operation_id`](Self::operation_id).
    #[must_use]
    pub fn operation_verb(mut self, verb: impl Into<String>) -> Self {
        self.attributes.id = self.attributes.id.verb(verb);
        self
    }

    /// Sets the last part of the operation ids in the OpenAPI document, instead of the path's words:
    /// lower case, with hyphens. A pattern that stands for several paths, as one with an optional
    /// parameter does, takes one for each in their order, with `|` between them.
    #[must_use]
    pub fn operation_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.attributes.id = self.attributes.id.suffix(suffix);
        self
    }

    /// Sets the parts of the id of one operation, which come before those of the path.
    ///
    /// The document shows one write and one read of each path: `Update`, or `Create` where nothing
    /// serves updates, and `Read`, or `List` where nothing serves reads.
    /// [`Framework::build`](super::Framework::build) refuses parts for an operation that it does not
    /// show, and a verb or suffix by which two operations have the same id.
    ///
    /// ```
    /// use plugin_runtime::Operation;
    /// use plugin_runtime::framework::{Framework, OperationId, read};
    /// # async fn read_root() {}
    /// # async fn generate_root() {}
    ///
    /// // The ids are `pki-read-root` and `pki-generate-root`.
    /// let engine = Framework::secrets(()).path(
    ///     "root",
    ///     read(read_root)
    ///         .write(generate_root)
    ///         .operation_prefix("pki")
    ///         .operation_suffix("root")
    ///         .operation_id(Operation::Update, OperationId::new().verb("generate")),
    /// );
    /// # engine.build().unwrap();
    /// ```
    #[must_use]
    pub fn operation_id(mut self, operation: Operation, id: OperationId) -> Self {
        self.attributes.ids.push((operation, id));
        self
    }

    fn with(mut self, operation: Operation, handler: Answering<S>) -> Self {
        if self.handler(operation).is_some() {
            self.twice = Some(operation.name());
        }
        self.handlers.push((operation, handler));
        self
    }

    pub(super) fn handler(&self, operation: Operation) -> Option<&Answering<S>> {
        self.handlers.iter().find(|(known, _)| *known == operation).map(|(_, handler)| handler)
    }

    pub(super) fn existence_check(&self) -> Option<&Erased<S, Result<bool, Error>>> {
        self.exists.as_ref()
    }

    /// The operations with their handlers, in the order of their declaration.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Operation, &Answering<S>)> {
        self.handlers.iter().map(|(operation, handler)| (*operation, handler))
    }
}
